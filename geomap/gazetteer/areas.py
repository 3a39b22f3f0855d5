"""Polygons of countries and first-level units (oblasts, states, regions), on recognised borders.

All geometry is EPSG:4326, lon-lat. Rows are numbered: countries first, then admin-1 units, each
sorted by code; `models.Place.area` is such a number. Polygons are generalised (about 6.5 km between
vertices), so a place on a coast or a border may lie a few kilometres outside its own.

The store is made by `geomap.gazetteer.area_build` when geomap is built.
"""

from __future__ import annotations

import hashlib
import json
import math
import threading
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, NoReturn

import numpy as np

from geomap.errors import GazetteerError

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    import geopandas
    from numpy.typing import NDArray
    from shapely.geometry import MultiLineString, MultiPolygon, Polygon

AreaLevel = Literal["country", "admin1", "admin2"]

FORMAT = 3
# The index stores positions in this.
LEVELS: tuple[AreaLevel, ...] = ("country", "admin1", "admin2")
MANIFEST = "areas-files.json"  # format, and sizes and checksums of the other files
FILES = {
    "rows": "areas.json",
    "index": "areas.npy",
    "wkb": "areas.wkb",
    "drawing_wkb": "areas-drawing.wkb",
    "world": "areas-world.wkb",
}
INDEX_DTYPE = np.dtype(
    [
        ("level", "<u1"),
        ("country", "S2"),
        ("code", "S24"),  # empty for None
        ("row_offset", "<i8"),  # of the row's JSON object in areas.json
        ("row_length", "<i8"),
        ("offset", "<i8"),  # of the polygon in areas.wkb
        ("length", "<i8"),
        ("drawing_offset", "<i8"),
        ("drawing_length", "<i8"),
        ("west", "<f8"),
        ("south", "<f8"),
        ("east", "<f8"),
        ("north", "<f8"),
    ]
)


@dataclass(frozen=True, slots=True)
class AreaRow:
    """What is known of one area besides its polygon.

    `code` is GeoNames' admin1 code; None for a country, and for a unit that GeoNames does not have
    as one (`method` then says "unmatched" or "several"). `name` is the customary English name;
    None for a unit dissolved from smaller ones (`members`) whose own name no source gave. `stems`
    are bare names ("Donetsk" for Donetsk Oblast), kept apart from `names` since they usually mean
    the city. `lat`, `lon` is a point surely inside. `radius_km` is that of a circle with the same
    area. `occupied_since` is a year where another state holds the area.
    """

    level: AreaLevel
    country: str
    code: str | None
    name: str | None
    names: tuple[str, ...]
    stems: tuple[str, ...]
    members: tuple[str, ...]
    lat: float
    lon: float
    radius_km: float
    area_km2: float
    iso3: str | None = None
    occupied_since: str | None = None
    method: str | None = None


class Areas:
    """The store of areas, opened without reading any polygon.

    Safe to share between threads: rows and polygons are read-only, and the spatial index is built
    once, at the first query that needs it.
    """

    __slots__ = (
        "_drawing_wkb",
        "_folder",
        "_index",
        "_json",
        "_lock",
        "_number",
        "_shapes",
        "_sums",
        "_tree",
        "_wkb",
        "_world",
    )

    def __init__(
        self,
        folder: Path,
        index: NDArray[np.void],
        blobs: Mapping[str, NDArray[np.uint8]],
        sums: dict[str, dict[str, Any]],
    ) -> None:
        self._folder = folder
        self._index = index
        self._json = blobs["rows"]
        self._wkb = blobs["wkb"]
        self._drawing_wkb = blobs["drawing_wkb"]
        self._world = blobs["world"]
        self._sums = sums
        keys = zip(
            index["level"].tolist(), index["country"].tolist(), index["code"].tolist(), strict=True
        )
        self._number: dict[tuple[str, str | None], int] = {
            (country.decode(), code.decode() or None): i
            for i, (level, country, code) in enumerate(keys)
            if code or LEVELS[level] == "country"
        }
        self._lock = threading.Lock()
        self._shapes: NDArray[np.object_] | None = None
        self._tree: Any = None

    @classmethod
    def open(cls, data_dir: Path) -> Areas:
        """Open the store in a folder; polygons stay on disk until they are asked for.

        Parameters
        ----------
        data_dir : Path
            Folder of the compiled gazetteer.

        Returns
        -------
        Areas
            The store.

        Raises
        ------
        GazetteerError
            A file is missing, damaged or of another version; the message says how to mend it.
        """
        try:
            manifest = json.loads((data_dir / MANIFEST).read_bytes())
            if manifest["format"] != FORMAT:
                _broken(
                    data_dir / MANIFEST,
                    f"is of format {manifest['format']}, this geomap reads {FORMAT}",
                )
            sums = manifest["files"]
            for name in FILES.values():
                size = (data_dir / name).stat().st_size
                if size != sums[name]["bytes"]:
                    _broken(data_dir / name, f"holds {size} bytes, not {sums[name]['bytes']}")
            index = np.load(data_dir / FILES["index"], mmap_mode="r", allow_pickle=False)
            if index.dtype != INDEX_DTYPE or index.ndim != 1:
                _broken(data_dir / FILES["index"], "does not hold the columns expected")
            blobs = {
                key: np.memmap(data_dir / name, dtype=np.uint8, mode="r")
                for key, name in FILES.items()
                if key != "index"
            }
            return cls(data_dir, index, blobs, sums)
        except FileNotFoundError as error:
            _broken(error.filename or data_dir, "is missing", error)
        except (OSError, EOFError, ValueError, KeyError, TypeError, IndexError) as error:
            _broken(data_dir, f"holds damaged areas ({error})", error)

    def __len__(self) -> int:
        return len(self._index)

    def row(self, i: int) -> AreaRow:
        """Return the attributes of row `i`.

        Raises
        ------
        IndexError
            There is no such row.
        GazetteerError
            The file of rows is damaged.
        """
        self._check(i)
        start = int(self._index["row_offset"][i])
        piece = self._json[start : start + int(self._index["row_length"][i])]
        try:
            r = json.loads(piece.tobytes())
            return AreaRow(**{**r, **{k: tuple(r[k]) for k in ("names", "stems", "members")}})
        except (ValueError, KeyError, TypeError) as error:
            _broken(self._folder / FILES["rows"], f"is damaged at area {i} ({error})", error)

    def geometry(self, i: int) -> Polygon | MultiPolygon:
        """Return the polygon of row `i`, EPSG:4326 lon-lat.

        Raises
        ------
        IndexError
            There is no such row.
        GazetteerError
            The file of polygons is damaged.
        """
        self._check(i)
        shapes = self._shapes
        return self._load(i, drawing=False) if shapes is None else shapes[i]

    def drawing_geometry(self, i: int) -> Polygon | MultiPolygon:
        """Return the simplified polygon of row `i` for drawing, EPSG:4326 lon-lat.

        Neighbours, and a country and its units, share their borders. Not for measuring.

        Raises
        ------
        IndexError
            There is no such row.
        GazetteerError
            The file of polygons is damaged.
        """
        self._check(i)
        return self._load(i, drawing=True)

    def world(self) -> tuple[MultiPolygon, MultiLineString]:
        """Return the land of the whole world and its borders, coarse: a backdrop for a map.

        EPSG:4326 lon-lat, corners under a quarter of a degree cut, small islands left out.

        Raises
        ------
        GazetteerError
            The file of the world is damaged.
        """
        import shapely

        try:
            land, borders = shapely.get_parts(shapely.from_wkb(self._world.tobytes()))
        except (ValueError, shapely.GEOSException) as error:
            _broken(self._folder / FILES["world"], f"is damaged ({error})", error)
        return land, borders

    def find(self, country: str, admin1_code: str | None = None) -> int | None:
        """Return the row of a country, or of its unit with a GeoNames admin1 code.

        Parameters
        ----------
        country : str
            ISO 3166 two-letter code as GeoNames has it ("UA", "XK").
        admin1_code : str, optional
            GeoNames admin1 code ("05"); None asks for the country.

        Returns
        -------
        int or None
            The row, or None when there is no such area.
        """
        return self._number.get((country, admin1_code))

    def containing(self, lon: float, lat: float, margin_deg: float = 0.0) -> list[int]:
        """Return the rows whose polygon holds a point (border included).

        Parameters
        ----------
        lon, lat : float
            The point in degrees, EPSG:4326.
        margin_deg : float, optional
            Also return rows nearer than this (degrees; 0.06 is at most 6.7 km), so that a point by
            a border or on a generalised coast finds all areas that it may lie in.

        Returns
        -------
        list of int
            Rows in ascending order: countries first. Empty at sea and for coordinates that are
            not finite.

        Raises
        ------
        GazetteerError
            The file of polygons is damaged.
        """
        import shapely

        if not (math.isfinite(lon) and math.isfinite(lat)):
            return []
        shapes, tree = self._spatial_index()
        point = shapely.Point(lon, lat)
        if margin_deg > 0:
            return sorted(int(i) for i in tree.query(point, "dwithin", distance=margin_deg))
        near = np.sort(tree.query(point))
        return [int(i) for i in near[shapely.intersects_xy(shapes[near], lon, lat)]]

    def nearest(
        self, lon: float, lat: float, level: AreaLevel, within_deg: float = 0.1
    ) -> int | None:
        """Return the area that holds a point, or else the nearest one close by.

        For places on a coast or an estuary that generalisation has put into the water (Kherson).

        Parameters
        ----------
        lon, lat : float
            The point in degrees, EPSG:4326.
        level : {"country", "admin1"}
            Which kind of area.
        within_deg : float, optional
            How far off it may lie, in degrees (0.1 is at most 11 km).

        Returns
        -------
        int or None
            The row (the first of several at the same distance), or None far out at sea.

        Raises
        ------
        GazetteerError
            The file of polygons is damaged.
        """
        import shapely

        wanted = LEVELS.index(level)
        rows = [
            i
            for i in self.containing(lon, lat, margin_deg=within_deg)
            if self._index["level"][i] == wanted
        ]
        point = shapely.Point(lon, lat)
        return min(rows, key=lambda i: (self.geometry(i).distance(point), i), default=None)

    def within_bbox(
        self,
        west: float,
        south: float,
        east: float,
        north: float,
        level: AreaLevel | None = None,
    ) -> list[int]:
        """Return the rows whose polygon lies at least partly in a box.

        Parameters
        ----------
        west, south, east, north : float
            The box in degrees, EPSG:4326; `west > east` crosses the 180th meridian.
        level : {"country", "admin1"}, optional
            Only rows of this level.

        Returns
        -------
        list of int
            Rows in ascending order; empty when the box holds none.

        Raises
        ------
        GazetteerError
            The file of polygons is damaged.
        """
        import shapely

        if west > east:
            halves = ((west, 180.0), (-180.0, east))
            return sorted(
                {i for w, e in halves for i in self.within_bbox(w, south, e, north, level)}
            )
        at = self._index
        hit = (
            (at["west"] <= east)
            & (at["east"] >= west)
            & (at["south"] <= north)
            & (at["north"] >= south)
        )
        if level is not None:
            hit &= at["level"] == LEVELS.index(level)
        window = shapely.box(west, south, east, north)
        return [int(i) for i in np.flatnonzero(hit) if window.intersects(self.geometry(int(i)))]

    def to_geodataframe(
        self, level: AreaLevel | None = None, drawing: bool = False
    ) -> geopandas.GeoDataFrame:
        """Return the areas as a GeoDataFrame, EPSG:4326.

        Parameters
        ----------
        level : {"country", "admin1"}, optional
            Only rows of this level.
        drawing : bool, optional
            Take the simplified polygons.

        Returns
        -------
        GeoDataFrame
            A row an area, in the store's order, indexed by row number (named "area"); columns
            level, country, code, name, iso3, lat, lon, radius_km (km), occupied_since, geometry.

        Raises
        ------
        GazetteerError
            The file of polygons is damaged.
        """
        import geopandas

        numbers = [
            i
            for i, n in enumerate(self._index["level"].tolist())
            if level is None or LEVELS[n] == level
        ]
        rows = [self.row(i) for i in numbers]
        columns = (
            "level",
            "country",
            "code",
            "name",
            "iso3",
            "lat",
            "lon",
            "radius_km",
            "occupied_since",
        )
        data = {c: [getattr(r, c) for r in rows] for c in columns}
        frame = geopandas.GeoDataFrame(
            data,
            geometry=[self.drawing_geometry(i) if drawing else self.geometry(i) for i in numbers],
            crs="EPSG:4326",
            index=numbers,
        )
        frame.index.name = "area"
        return frame

    def verify(self) -> None:
        """Compare every file with the checksum taken when it was made.

        Raises
        ------
        GazetteerError
            A file differs.
        """
        for name, expected in self._sums.items():
            path = self._folder / name
            try:
                digest = hashlib.sha256(path.read_bytes()).hexdigest()
            except OSError as error:
                _broken(path, f"cannot be read ({error})", error)
            if digest != expected["sha256"]:
                _broken(path, "is damaged: its checksum differs")

    def _check(self, i: int) -> None:
        if not 0 <= i < len(self):
            raise IndexError(f"no area {i}: there are {len(self)}, numbered from 0")

    def _load(self, i: int, *, drawing: bool) -> Any:
        import shapely

        prefix, blob = ("drawing_", self._drawing_wkb) if drawing else ("", self._wkb)
        start = int(self._index[f"{prefix}offset"][i])
        piece = blob[start : start + int(self._index[f"{prefix}length"][i])]
        try:
            return shapely.from_wkb(piece.tobytes())
        except shapely.GEOSException as error:
            _broken(
                self._folder / FILES[f"{prefix}wkb"], f"is damaged at area {i} ({error})", error
            )

    def _spatial_index(self) -> tuple[NDArray[np.object_], Any]:
        """Return all polygons, prepared, and their tree; built once."""
        with self._lock:
            if self._shapes is None or self._tree is None:
                import shapely

                shapes = np.array(
                    [self._load(i, drawing=False) for i in range(len(self))], dtype=object
                )
                shapely.prepare(shapes)
                self._tree = shapely.STRtree(shapes)
                self._shapes = shapes
            return self._shapes, self._tree


def _broken(path: object, what: str, cause: BaseException | None = None) -> NoReturn:
    raise GazetteerError(
        f"{path}: {what}; reinstall geomap, or run `python -m geomap.gazetteer.build`"
    ) from cause
