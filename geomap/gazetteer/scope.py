"""A region that a user asks for by name: which places and shapes lie in it."""

from __future__ import annotations

import difflib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from geomap import geodesy
from geomap.errors import SettingsError

if TYPE_CHECKING:
    from geomap.gazetteer.store import Gazetteer
    from geomap.models import Place

AROUND_TOWN_KM = 25.0  # a settlement's region is what lies this near
EDGE_KM = 3.0  # shipped borders are simplified: a point this near outside still counts


@dataclass(frozen=True, slots=True)
class Scope:
    """A named region: its place, its shape (EPSG:4326) and a test for geometry in it."""

    place: Place
    geometry: Any
    name: str  # with its country: "Donetsk Oblast, Ukraine"

    def holds(self, geometry: Any) -> bool:
        """Say whether a geometry (EPSG:4326) lies in or overlaps the region."""
        import shapely

        return bool(shapely.intersects(self.geometry, geometry))


def scope(gazetteer: Gazetteer, name: str) -> Scope:
    """Return the region of a name: a country or division by its area, a town by its surroundings.

    Parameters
    ----------
    gazetteer : Gazetteer
    name : str
        "Donetsk Oblast", "Ukraine", "Bakhmut"; a name that a division and a town share means the
        division, and after a comma stands the country or division that it lies in ("Lyman, UA",
        "Lyman, Donetsk Oblast").

    Raises
    ------
    SettingsError
        No place of that name is known.
    """
    import shapely

    places = _places(gazetteer, name)
    if not places:
        near = _nearest(gazetteer, name.partition(",")[0].strip())
        advice = f"did you mean {near!r}?" if near else "try 'geomap gazetteer lookup NAME'"
        raise SettingsError(f"no region {name!r} in the gazetteer: {advice}")
    with_area = [p for p in places if p.area is not None or _is_region(gazetteer, p)]
    # A town that shares its name with a far smaller division abroad is what is meant.
    if with_area and (with_area[0] is places[0] or with_area[0].country == places[0].country):
        place = with_area[0]
        shape = gazetteer.geometry(place)
        # Only the edge is widened, in plain degrees: the tolerance is coarse anyway.
        edge = shapely.buffer(shape, EDGE_KM / 111.0, quad_segs=2)
        return Scope(place, edge, _full_name(gazetteer, place))
    place = places[0]
    if place.feature_class != "P":
        raise SettingsError(
            f"the gazetteer has no borders of {name!r}: name a country or a division"
        )
    km = AROUND_TOWN_KM + place.radius_km
    circle = geodesy.circle(place.lat, place.lon, km)
    return Scope(place, circle, f"{_full_name(gazetteer, place)} and surroundings")


def _is_region(gazetteer: Gazetteer, place: Place) -> bool:
    """Say whether a place has an area of its own that is not a division's ("Donbas")."""
    if place.shape is None:
        return False
    return str(gazetteer.geometry(place).geom_type) in ("Polygon", "MultiPolygon")


def _places(gazetteer: Gazetteer, name: str) -> list[Place]:
    wanted, _, within = (part.strip() for part in name.partition(","))
    if not within:
        return gazetteer.lookup(wanted)
    code = _country_code(gazetteer, within)
    if code is not None:
        return gazetteer.lookup(wanted, country=code)
    places = gazetteer.lookup(wanted)
    return [p for p in places if (p.admin1_name or "").casefold() == within.casefold()]


def _country_code(gazetteer: Gazetteer, country: str) -> str | None:
    """Return the ISO code of a country given by its code or name."""
    if len(country) == 2:
        return country.upper()
    named = [p for p in gazetteer.lookup(country) if p.precision == "country"]
    return named[0].country if named else None


def _full_name(gazetteer: Gazetteer, place: Place) -> str:
    if not place.country or place.precision == "country":
        return place.name
    area = gazetteer.areas.find(place.country)
    country = gazetteer.areas.row(area).name if area is not None else place.country
    return f"{place.name}, {country}"


def _nearest(gazetteer: Gazetteer, name: str) -> str | None:
    """Return the name of the area that is written most like a name, or None."""
    names = {gazetteer.areas.row(i).name or "" for i in range(len(gazetteer.areas))}
    lower = {n.casefold(): n for n in sorted(names)}
    near = difflib.get_close_matches(name.casefold(), lower, n=1, cutoff=0.75)
    return lower[near[0]] if near else None
