"""A region that a user asks for by name: which places and shapes lie in it."""

from __future__ import annotations

import difflib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from geomap import geodesy
from geomap.errors import SettingsError

if TYPE_CHECKING:
    import datetime as dt

    from geomap.gazetteer.store import Gazetteer
    from geomap.models import Place

AROUND_TOWN_KM = 25.0  # a settlement's region is what lies this near
EDGE_KM = 3.0  # shipped borders are simplified: a point this near outside still counts


@dataclass(frozen=True, slots=True)
class Scope:
    """A region that is asked for: its shape (EPSG:4326), its name, and its place if it has one."""

    geometry: Any
    name: str  # with its country: "Donetsk Oblast, Ukraine"
    place: Place | None = None

    def holds(self, geometry: Any) -> bool:
        """Say whether a geometry (EPSG:4326) lies in or overlaps the region."""
        import shapely

        return bool(shapely.intersects(self.geometry, geometry))


def scope(gazetteer: Gazetteer, name: str, radius_km: float | None = None) -> Scope:
    """Return the region of a name: a country or division by its area, a town by its surroundings.

    Parameters
    ----------
    gazetteer : Gazetteer
    name : str
        "Donetsk Oblast", "Ukraine", "Bakhmut", in any spelling or script; a name that a division
        and a town share means the division, and after a comma stands the country or division that
        it lies in ("Lyman, UA", "Lyman, Donetsk Oblast").
    radius_km : float, optional
        What lies this near to the place; a name that a division and a town share means the town
        then, and a division is widened by it.

    Raises
    ------
    SettingsError
        No place of that name is known; the message suggests names.
    """
    import shapely

    places = _places(gazetteer, name)
    if not places:
        near = _nearest(gazetteer, name.partition(",")[0].strip())
        advice = f"did you mean {_either(near)}?" if near else "try 'geomap gazetteer lookup NAME'"
        raise SettingsError(f"no region {name!r} in the gazetteer: {advice}")
    towns = [p for p in places if p.feature_class == "P"]
    # A town is meant, but not a far-off one that is called like a country.
    if radius_km is not None and towns and towns[0].country == places[0].country:
        return _round(gazetteer, towns[0], radius_km)
    with_area = [p for p in places if p.area is not None or _is_region(gazetteer, p)]
    # A town that shares its name with a far smaller division abroad is what is meant.
    if with_area and (with_area[0] is places[0] or with_area[0].country == places[0].country):
        place = with_area[0]
        shape, full = gazetteer.geometry(place), _full_name(gazetteer, place)
        if radius_km is not None:
            wide = f"{full} and {_km(radius_km)} round it"
            return Scope(geodesy.buffer(shape, radius_km), wide, place)
        # Only the edge is widened, in plain degrees: the tolerance is coarse anyway.
        return Scope(shapely.buffer(shape, EDGE_KM / 111.0, quad_segs=2), full, place)
    place = places[0]
    if radius_km is not None:
        return _round(gazetteer, place, radius_km)
    if place.feature_class != "P":
        raise SettingsError(
            f"the gazetteer has no borders of {name!r}: name a country or a division, or say how "
            "far round it with --radius"
        )
    km = AROUND_TOWN_KM + place.radius_km
    circle = geodesy.circle(place.lat, place.lon, km)
    return Scope(circle, f"{_full_name(gazetteer, place)} and surroundings", place)


def _round(gazetteer: Gazetteer, place: Place, radius_km: float) -> Scope:
    circle = geodesy.circle(place.lat, place.lon, radius_km)
    return Scope(circle, f"{_km(radius_km)} round {_full_name(gazetteer, place)}", place)


def box(west: float, south: float, east: float, north: float) -> Scope:
    """Return a box in degrees as a region; one that crosses the 180th meridian has east < west."""
    import shapely

    if east < west:
        shape = shapely.union_all(
            [shapely.box(west, south, 180.0, north), shapely.box(-180.0, south, east, north)]
        )
    else:
        shape = shapely.box(west, south, east, north)
    sides = [f"{abs(west):g} {'EW'[west < 0]}", f"{abs(east):g} {'EW'[east < 0]}"]
    ends = [f"{abs(south):g} {'NS'[south < 0]}", f"{abs(north):g} {'NS'[north < 0]}"]
    return Scope(shape, f"{' to '.join(ends)}, {' to '.join(sides)}")


def beside(line: Any, km: float, date: dt.date | None = None) -> Scope:
    """Return what lies within some km of a line of contact (EPSG:4326), on both sides.

    Raises
    ------
    SettingsError
        There is no line.
    """
    if line is None or line.is_empty:
        raise SettingsError("there is no line of contact to lie along: name a region")
    of_day = f" of {date.day} {date:%B %Y}" if date else ""
    return Scope(geodesy.buffer(line, km), f"The front{of_day}, {_km(km)} on either side")


def both(one: Scope, other: Scope) -> Scope:
    """Return what lies in both of two regions.

    Raises
    ------
    SettingsError
        They have nothing in common.
    """
    import shapely

    shared = shapely.intersection(one.geometry, other.geometry)
    if shared.is_empty:
        raise SettingsError(f"{one.name} and the box {other.name} have no ground in common")
    return Scope(shared, f"{one.name} ({other.name})", one.place)


def overlap(one: Scope, other: Scope) -> Scope:
    """Return what of a region lies in another, under its own name.

    Raises
    ------
    SettingsError
        They have nothing in common.
    """
    import shapely

    shared = shapely.intersection(one.geometry, other.geometry)
    if shared.is_empty:
        raise SettingsError(f"{one.name} lies outside of {other.name}")
    return Scope(shared, one.name, one.place)


def _km(km: float) -> str:
    return f"{km:g} km"


def _either(names: list[str]) -> str:
    told = [repr(n) for n in names]
    return told[0] if len(told) == 1 else f"{', '.join(told[:-1])} or {told[-1]}"


def _is_region(gazetteer: Gazetteer, place: Place) -> bool:
    """Say whether a place has an area of its own that is not a division's ("Donbas")."""
    if place.shape is None:
        return False
    return str(gazetteer.geometry(place).geom_type) in ("Polygon", "MultiPolygon")


def _places(gazetteer: Gazetteer, name: str) -> list[Place]:
    wanted, _, within = (part.strip() for part in name.partition(","))
    if not within:
        return gazetteer.lookup(wanted) or _spelt(gazetteer, wanted)
    code = _country_code(gazetteer, within)
    if code is not None:
        return gazetteer.lookup(wanted, country=code)
    places = gazetteer.lookup(wanted)
    return [p for p in places if (p.admin1_name or "").casefold() == within.casefold()]


def _spelt(gazetteer: Gazetteer, name: str) -> list[Place]:
    """Return the places of a name in another romanisation ("Kharkivs'ka oblast'")."""
    from geomap.gazetteer.lookup import search

    return [found.place for found in search(gazetteer, name, fuzzy=False)]


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


def _nearest(gazetteer: Gazetteer, name: str) -> list[str]:
    """Return names that are written most like one, areas before settlements, three at most."""
    from geomap.gazetteer.lookup import search

    names = {gazetteer.areas.row(i).name or "" for i in range(len(gazetteer.areas))}
    lower = {n.casefold(): n for n in sorted(names)}
    near = difflib.get_close_matches(name.casefold(), lower, n=2, cutoff=0.75)
    found = [lower[n] for n in near]
    for other in search(gazetteer, name, limit=6):
        full = ", ".join(p for p in (other.place.name, other.place.admin1_name) if p)
        if other.place.name not in found and full not in found:
            found.append(full)
    return found[:3]
