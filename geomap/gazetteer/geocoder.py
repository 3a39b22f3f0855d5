"""The gazetteer as a geopy geocoder, for all that takes one (geopandas, pandas recipes, QGIS)."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from geopy.adapters import URLLibAdapter
from geopy.exc import GeocoderQueryError
from geopy.geocoders.base import DEFAULT_SENTINEL, Geocoder
from geopy.location import Location
from geopy.point import Point

from geomap.gazetteer.lookup import search
from geomap.gazetteer.schema import Level
from geomap.gazetteer.spatial import SpatialIndex
from geomap.gazetteer.store import Gazetteer

if TYPE_CHECKING:
    from collections.abc import Sequence

    from geomap.models import Place

REACH_KM = 25.0
_NAMES = ("name", "city", "town", "village", "hamlet", "place")
_WHOLES = ("county", "district", "admin2", "state", "region", "admin1", "country")
_CODES = ("country_code", "countrycode", "country_codes", "countrycodes")


class GeomapGeocoder(Geocoder):  # type: ignore[misc]
    """Geocode offline, from the gazetteer; no request ever leaves the machine.

    Parameters
    ----------
    gazetteer : Gazetteer, optional
        The user's own or the embedded one by default.
    fuzzy : bool, optional
        Also take names that differ by a letter or a few; `raw["how"]` and `raw["score"]` say so.
    reach_km : float, optional
        How far the nearest settlement of `reverse` may be, in kilometres from its edge.
    **options
        Those of every geopy geocoder (`timeout`, `user_agent`, ...): taken, without effect.

    Examples
    --------
    >>> geocoder = GeomapGeocoder()
    >>> geocoder.geocode("Bakhmut").address
    'Bakhmut, Donetsk Oblast, Ukraine'
    >>> geocoder.reverse((49.05, 38.21)).address
    'Kreminna, Luhansk Oblast, Ukraine'
    """

    def __init__(
        self,
        gazetteer: Gazetteer | None = None,
        *,
        fuzzy: bool = False,
        reach_km: float = REACH_KM,
        **options: Any,
    ) -> None:
        super().__init__(**{"adapter_factory": URLLibAdapter, **options})
        self.gazetteer = Gazetteer.open() if gazetteer is None else gazetteer
        self.fuzzy = fuzzy
        self.reach_km = reach_km
        self._index = SpatialIndex(self.gazetteer)

    def geocode(
        self,
        query: str | Mapping[str, str],
        exactly_one: bool = True,
        *,
        timeout: Any = DEFAULT_SENTINEL,  # noqa: ARG002 (every geopy geocoder has it)
        country_codes: str | Sequence[str] | None = None,
        limit: int | None = None,
    ) -> Location | list[Location] | None:
        """Return where a name is.

        Parameters
        ----------
        query : str or mapping
            "Bakhmut", "Lyman, Donetsk Oblast", or parts: {"city": "Lyman", "state": "Donetsk
            Oblast", "country": "Ukraine"} (also town, village, name; county; country_code).
        exactly_one : bool, optional
            The best known place, else a list.
        timeout : float, optional
            Without effect.
        country_codes : str or sequence of str, optional
            ISO codes; only places of those countries.
        limit : int, optional
            The most places of a list; 20 by default.

        Returns
        -------
        Location, list of Location, or None
            `raw` holds the gazetteer's record, with `how` and `score`. None when no place of the
            name is known.

        Raises
        ------
        geopy.exc.GeocoderQueryError
            The query is neither text nor parts of an address.
        """
        text, own_codes = _asked(query)
        codes = _codes(country_codes) or own_codes
        asked: list[str | None] = [*codes] or [None]
        most = 20 if limit is None else max(1, limit)
        found = [
            f
            for code in asked
            for f in search(self.gazetteer, text, country=code, limit=most, fuzzy=self.fuzzy)
        ]
        if len(codes) > 1:
            order = ("exact", "spelling", "fuzzy")
            found.sort(key=lambda f: (order.index(f.how), -f.score, -f.place.population))
        places = [self._location(f.place, how=f.how, score=f.score) for f in found[:most]]
        return _given(places, exactly_one)

    def reverse(
        self,
        query: Any,
        exactly_one: bool = True,
        *,
        timeout: Any = DEFAULT_SENTINEL,  # noqa: ARG002 (every geopy geocoder has it)
    ) -> Location | list[Location] | None:
        """Return what is at a point.

        Parameters
        ----------
        query : geopy.Point, (lat, lon) or "lat, lon"
            Degrees, WGS84.
        exactly_one : bool, optional
            The nearest settlement within reach, else the division or country that holds the point;
            or a list of all of those, with up to five settlements.
        timeout : float, optional
            Without effect.

        Returns
        -------
        Location, list of Location, or None
            The found place's own point; `raw["distance_km"]` says how far it is from the one asked
            (0 for what holds it), `raw["certain"]` is False by a border. None far out at sea.

        Raises
        ------
        ValueError
            The query is no point on earth.
        """
        point = Point(query)
        lat, lon = float(point.latitude), float(point.longitude)
        rows, km = self._index.nearest([lat], [lon], k=5)
        found = []
        for row, distance in zip(rows[0].tolist(), km[0].tolist(), strict=True):
            if row < 0:
                continue
            place = self.gazetteer.place(row)
            if distance <= self.reach_km + place.radius_km:
                found.append(self._location(place, distance_km=round(distance, 3)))
        for holder in reversed(self._index.containing(lat, lon)):
            if holder.place is not None:
                extra = {"distance_km": 0.0, "certain": holder.certain}
                found.append(self._location(holder.place, **extra))
        return _given(found, exactly_one)

    def _location(self, place: Place, **extra: Any) -> Location:
        raw = dataclasses.asdict(place) | {"address": self.address(place)} | extra
        return Location(raw["address"], (place.lat, place.lon), raw)

    def address(self, place: Place) -> str:
        """Return a place with its division and country: "Bakhmut, Donetsk Oblast, Ukraine"."""
        parts = [place.name]
        if place.admin1_name and place.precision != "admin1":
            parts.append(place.admin1_name)
        for whole in self._index.ancestors(place.key):
            if self.gazetteer.level[whole.key] == Level.COUNTRY:
                parts.append(whole.name)
        return ", ".join(dict.fromkeys(parts))


def _asked(query: Any) -> tuple[str, list[str]]:
    """Return the name with what it lies in, and the countries it may be in."""
    if isinstance(query, str):
        return query, []
    if not isinstance(query, Mapping):
        raise GeocoderQueryError(f"{query!r} is no place name: give text, or parts of an address")
    unknown = set(query) - set(_NAMES + _WHOLES + _CODES)
    if unknown:
        known = ", ".join(_NAMES + _WHOLES + _CODES[:1])
        raise GeocoderQueryError(f"unknown part {sorted(unknown)[0]!r}: known are {known}")
    parts = [str(query[k]) for k in (*_NAMES, *_WHOLES) if query.get(k)]
    codes = [c for k in _CODES for c in _codes(query.get(k))]
    return ", ".join(parts), codes


def _codes(country_codes: Any) -> list[str]:
    if not country_codes:
        return []
    listed = country_codes.split(",") if isinstance(country_codes, str) else country_codes
    return [str(c).strip().upper() for c in listed]


def _given(found: list[Location], exactly_one: bool) -> Location | list[Location] | None:
    if not found:
        return None
    return found[0] if exactly_one else found
