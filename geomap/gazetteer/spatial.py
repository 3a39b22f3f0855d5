"""Places by where they are: nearest, within a distance, in a box or a polygon, in a division.

Points go in as degrees (WGS84) and distances come out in kilometres along the ellipsoid. Points are
kept as positions in space, where the poles and the 180th meridian are places like any other; the
straight line between two of them (the chord) bounds the geodesic, which decides.
"""

from __future__ import annotations

import threading
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from geomap.errors import CrsError, SettingsError
from geomap.gazetteer.schema import PRECISIONS, Level
from geomap.gazetteer.tree import PointTree, checked_points, chord_limit_km

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

    from geomap.gazetteer.store import Gazetteer
    from geomap.models import Place

    Rows = NDArray[np.int64]
    Wanted = tuple[int, bool, bool]  # min_population, settlements_only, located_only

BORDER_DEG = 0.06  # shipped borders are generalised: this near to one, both sides are possible
_KEPT_TREES = 8
_BATCH = 4096
_GUESSED = PRECISIONS.index("estimated")  # from here on a settlement's point is not its own


@dataclass(frozen=True, slots=True)
class Holder:
    """An area that a point lies in, or may lie in.

    `area` is its number in `gazetteer.areas`. `certain` is False when the point is so near to a
    border that a neighbour may hold it instead, or lies just outside (on a coast).
    """

    area: int
    level: str
    name: str | None
    country: str
    code: str | None
    certain: bool
    place: Place | None = None


class SpatialIndex:
    """Spatial questions to a gazetteer; make one and share it between threads.

    Nothing is computed until the first question. Rows are numbers for `gazetteer.place(row)`.
    Unless `settlements_only` is False, answers are capitals and settlements; unless `located_only`
    is False, without those whose point is a guess (estimated, or that of their hromada or raion).

    Examples
    --------
    >>> from geomap.gazetteer.store import Gazetteer
    >>> index = SpatialIndex(Gazetteer.open())
    >>> rows, km = index.nearest([48.6], [38.0], min_population=50_000)
    >>> index.gazetteer.name(rows[0, 0]), bool(km[0, 0] < 1)
    ('Bakhmut', True)
    """

    def __init__(self, gazetteer: Gazetteer) -> None:
        self.gazetteer = gazetteer
        self._trees: dict[Wanted, PointTree] = {}
        self._lock = threading.Lock()

    def nearest(
        self,
        lats: ArrayLike,
        lons: ArrayLike,
        *,
        k: int = 1,
        min_population: int = 0,
        settlements_only: bool = True,
        located_only: bool = True,
    ) -> tuple[Rows, NDArray[np.float64]]:
        """Return the places nearest to points.

        Parameters
        ----------
        lats, lons : array-like of float
            Degrees, as many of each.
        k : int, optional
            How many places for each point.
        min_population : int, optional
            Only places of so many people.
        settlements_only, located_only : bool, optional
            See the class.

        Returns
        -------
        rows, distance_km : ndarray of shape (points, k)
            The nearest first (of equally near ones the lower row); -1 and inf where the gazetteer
            has fewer than `k` such places.

        Raises
        ------
        CrsError
            A coordinate is not finite or out of range.
        SettingsError
            `k` is less than 1.
        """
        if k < 1:
            raise SettingsError(f"k={k}: ask for at least one place")
        lat, lon = checked_points(lats, lons)
        tree = self._tree((min_population, settlements_only, located_only))
        rows = np.full((len(lat), k), -1, dtype=np.int64)
        km = np.full((len(lat), k), np.inf)
        step = max(1, _BATCH * 16 // max(k, 16))
        for start in range(0, len(lat), step):
            batch = slice(start, start + step)
            asked, found = tree.nearest(lat[batch], lon[batch], k)
            self._ranked(lat[batch], lon[batch], asked, found, rows[batch], km[batch])
        return rows, km

    def _ranked(
        self, lat: Any, lon: Any, asked: Rows, found: Rows, rows: Rows, km: NDArray[np.float64]
    ) -> None:
        """Fill in the candidates of each point (asked[i] has found[i]) by geodesic distance."""
        length = self._distance_km(lat[asked], lon[asked], found)
        order = np.lexsort((found, length, asked))
        asked, found, length = asked[order], found[order], length[order]
        place = np.arange(len(asked)) - np.searchsorted(asked, asked)
        kept = place < rows.shape[1]
        rows[asked[kept], place[kept]] = found[kept]
        km[asked[kept], place[kept]] = length[kept]

    def within_km(
        self,
        lat: float,
        lon: float,
        km: float,
        *,
        min_population: int = 0,
        settlements_only: bool = True,
        located_only: bool = True,
    ) -> Rows:
        """Return the rows at most `km` kilometres from a point (degrees), the nearest first.

        Raises
        ------
        CrsError
            A coordinate is not finite or out of range.
        SettingsError
            `km` is negative or not a number.
        """
        if not km >= 0:
            raise SettingsError(f"a distance of {km} km: write 0 or more")
        (la,), (lo,) = checked_points([lat], [lon])
        tree = self._tree((min_population, settlements_only, located_only))
        found = tree.within(la, lo, float(chord_limit_km(np.array([km]))[0]))
        length = self._distance_km(np.full(len(found), la), np.full(len(found), lo), found)
        inside = length <= km
        found, length = found[inside], length[inside]
        return found[np.lexsort((found, length))]

    def in_bbox(
        self,
        west: float,
        south: float,
        east: float,
        north: float,
        *,
        min_population: int = 0,
        settlements_only: bool = True,
        located_only: bool = True,
    ) -> Rows:
        """Return the rows in a box (degrees, border included), the most populous first.

        `west > east` crosses the 180th meridian.

        Raises
        ------
        CrsError
            A bound is not finite or out of range, or south is north of north.
        """
        checked_points([south, north], [west, east])
        if south > north:
            raise CrsError(f"a box from {south} up to {north} degrees: give south before north")
        lat, lon = self.gazetteer.lat, self.gazetteer.lon
        across = (lon >= west) | (lon <= east) if west > east else (lon >= west) & (lon <= east)
        hit = across & (lat >= south) & (lat <= north)
        wanted = min_population, settlements_only, located_only
        return self._by_people(np.flatnonzero(hit), wanted)

    def in_geometry(
        self,
        geometry: Any,
        *,
        min_population: int = 0,
        settlements_only: bool = True,
        located_only: bool = True,
    ) -> Rows:
        """Return the rows in a polygon (EPSG:4326, border included), the most populous first.

        Raises
        ------
        CrsError
            It is no polygon, or its coordinates are not degrees.
        """
        import shapely

        if getattr(geometry, "geom_type", None) not in ("Polygon", "MultiPolygon"):
            raise CrsError(f"{type(geometry).__name__}: give a Polygon or MultiPolygon, EPSG:4326")
        if geometry.is_empty:
            return np.empty(0, dtype=np.int64)
        west, south, east, north = geometry.bounds
        if west < -180 or east > 180 or south < -90 or north > 90:
            raise CrsError(
                f"a polygon from {west:g} to {east:g} east, {south:g} to {north:g} north is not in "
                "degrees: give EPSG:4326 lon-lat, cut at the 180th meridian"
            )
        rows = self.in_bbox(
            west, south, east, north, min_population=min_population,
            settlements_only=settlements_only, located_only=located_only,
        )  # fmt: skip
        shapely.prepare(geometry)
        lon, lat = self.gazetteer.lon[rows], self.gazetteer.lat[rows]
        kept: Rows = rows[shapely.intersects_xy(geometry, lon, lat)]
        return kept

    def ancestors(self, row: int) -> list[Place]:
        """Return what a place lies in, the widest first: country, oblast, raion, hromada.

        As far as the place's sources say it; where they give only codes, the units of those codes.
        """
        gazetteer = self.gazetteer
        found: dict[int, None] = {}
        parent = gazetteer.parent(row)
        while parent is not None and parent not in found:
            found[parent] = None
            parent = gazetteer.parent(parent)
        for code, rows in (
            (gazetteer.country(row), self._country_rows),
            (gazetteer.admin1(row), self._admin1_rows),
        ):
            unit = rows.get(code or "")
            same = unit is None or any(gazetteer.level[r] == gazetteer.level[unit] for r in found)
            if unit is not None and not same:
                found[unit] = None
        own = int(gazetteer.level[row])
        units = sorted((r for r in found if r != row), key=lambda r: (gazetteer.level[r], r))
        return [gazetteer.place(r) for r in units if own > gazetteer.level[r] or own < Level.ADMIN1]

    def inside(
        self, place: Place, *, min_population: int = 0, settlements_only: bool = True
    ) -> Rows:
        """Return the rows that lie in a country, division or region, the most populous first.

        A row belongs where its own codes and parents put it; one without such codes where its
        point lies. Empty when the gazetteer knows neither members nor a polygon of the place.
        """
        columns, stamp = self.gazetteer.columns, self.gazetteer.stamp
        country, admin1 = columns["country"], columns["admin1"]
        level = int(self.gazetteer.level[place.key])
        nowhere = country == _number(stamp["countries"], "")
        member = np.zeros(len(self.gazetteer), dtype=bool)
        unknown = ~member  # whose sources do not say whether they lie in it
        if level == Level.COUNTRY:
            own = country == _number(stamp["countries"], place.country)
            member, unknown = own, nowhere
        elif level == Level.ADMIN1:
            own = country == _number(stamp["countries"], place.country)
            member = admin1 == _number(stamp["admin1"], f"{place.country}.{place.admin1_code}")
            unknown = (own | nowhere) & (admin1 == _number(stamp["admin1"], ""))
        elif level in (Level.ADMIN2, Level.ADMIN3):
            parent = columns["parent"]
            unknown = (parent < 0) | (self.gazetteer.level[parent] < level)
        member = member | self._descendants(place.key)
        geometry = self.gazetteer.geometry(place)
        if getattr(geometry, "geom_type", None) in ("Polygon", "MultiPolygon"):
            drawn = self.in_geometry(geometry, settlements_only=False, located_only=False)
            member[drawn[unknown[drawn]]] = True
        # The point of an oblast may lie in one of its raions, which does not hold the oblast.
        member &= (self.gazetteer.level > level) | (self.gazetteer.level >= Level.CAPITAL)
        member[place.key] = False
        return self._by_people(np.flatnonzero(member), (min_population, settlements_only, False))

    def containing(self, lat: float, lon: float) -> list[Holder]:
        """Return the countries and divisions that a point (degrees) lies in, or may lie in.

        Near a border, where the shipped outlines are too coarse to tell, both neighbours are there
        and neither is certain. Countries come before divisions, the likelier area first.

        Raises
        ------
        CrsError
            A coordinate is not finite or out of range.
        """
        import shapely

        checked_points([lat], [lon])
        areas, point = self.gazetteer.areas, shapely.Point(lon, lat)
        near = areas.containing(lon, lat, margin_deg=BORDER_DEG)
        about = {i: areas.row(i) for i in near}
        away = {i: float(areas.geometry(i).distance(point)) for i in near}
        levels = [about[i].level for i in near]
        order = list(dict.fromkeys(levels))
        found = []
        for i in sorted(near, key=lambda i: (order.index(about[i].level), away[i], i)):
            row = about[i]
            unit = self._area_rows.get(i)
            found.append(
                Holder(
                    area=i,
                    level=row.level,
                    name=row.name,
                    country=row.country,
                    code=row.code,
                    certain=away[i] == 0 and levels.count(row.level) == 1,
                    place=None if unit is None else self.gazetteer.place(unit),
                )
            )
        return found

    def _tree(self, wanted: Wanted) -> PointTree:
        """Return the tree of the places asked for; the last few are kept."""
        with self._lock:
            tree = self._trees.pop(wanted, None)
            if tree is None:
                rows = np.flatnonzero(self._wanted(slice(None), wanted))
                tree = PointTree(self.gazetteer.lat[rows], self.gazetteer.lon[rows], rows)
            self._trees[wanted] = tree
            while len(self._trees) > _KEPT_TREES:
                del self._trees[next(iter(self._trees))]
            return tree

    def _wanted(self, rows: Any, wanted: Wanted) -> NDArray[np.bool_]:
        min_population, settlements_only, located_only = wanted
        population, level = self.gazetteer.population[rows], self.gazetteer.level[rows]
        kept: NDArray[np.bool_] = population >= min_population
        settlement = (level == Level.CAPITAL) | (level == Level.SETTLEMENT)
        if settlements_only:
            kept &= settlement
        if located_only:
            kept &= ~settlement | (self.gazetteer.columns["precision"][rows] < _GUESSED)
        return kept

    def _by_people(self, rows: Rows, wanted: Wanted) -> Rows:
        rows = rows[self._wanted(rows, wanted)]
        return rows[np.argsort(-self.gazetteer.population[rows], kind="stable")]

    def _distance_km(self, lat: Any, lon: Any, rows: Rows) -> NDArray[np.float64]:
        from pyproj import Geod

        if not len(rows):
            return np.empty(0)
        there = self.gazetteer.lon[rows], self.gazetteer.lat[rows]
        length: NDArray[np.float64] = Geod(ellps="WGS84").inv(lon, lat, *there)[2]
        return length / 1000.0

    def _descendants(self, row: int) -> NDArray[np.bool_]:
        """Return which rows lie in a row by their parents, at any depth."""
        parent = self.gazetteer.columns["parent"]
        member = np.zeros(len(parent), dtype=bool)
        fresh = parent == row
        while fresh.any():
            member |= fresh
            fresh = np.isin(parent, np.flatnonzero(fresh)) & ~member
        return member

    @cached_property
    def _country_rows(self) -> dict[str, int]:
        return self._first_rows(Level.COUNTRY, self.gazetteer.country)

    @cached_property
    def _admin1_rows(self) -> dict[str, int]:
        return self._first_rows(Level.ADMIN1, self.gazetteer.admin1)

    @cached_property
    def _area_rows(self) -> dict[int, int]:
        area = self.gazetteer.columns["area"]
        return {int(area[r]): r for r in reversed(np.flatnonzero(area >= 0).tolist())}

    def _first_rows(self, level: Level, code_of: Any) -> dict[str, int]:
        rows = np.flatnonzero(self.gazetteer.level == level).tolist()
        return {code: r for r in reversed(rows) if (code := code_of(r))}


def _number(words: list[str], word: str | None) -> int:
    """Return the code of a string in a column; one that no row has when it is not there."""
    return words.index(word) if word is not None and word in words else -(1 << 15)
