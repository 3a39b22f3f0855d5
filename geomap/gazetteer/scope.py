"""A region that a user asks for by name: which places and shapes lie in it."""

from __future__ import annotations

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

    @property
    def name(self) -> str:
        """The region's name, with its country: "Donetsk Oblast, UA"."""
        return f"{self.place.name}, {self.place.country}" if self.place.country else self.place.name

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
        division, and with a country after a comma ("Lyman, UA") only places of that country.

    Raises
    ------
    SettingsError
        No place of that name is known.
    """
    import shapely

    wanted, _, country = (part.strip() for part in name.partition(","))
    code = country.upper() if len(country) == 2 else None
    places = gazetteer.lookup(wanted, country=code) or gazetteer.lookup(name)
    if not places:
        raise SettingsError(
            f"no region {name!r} in the gazetteer: try 'geomap gazetteer lookup NAME'"
        )
    with_area = [p for p in places if p.area is not None]
    # A town that shares its name with a far smaller division abroad is what is meant.
    if with_area and (with_area[0] is places[0] or with_area[0].country == places[0].country):
        place = with_area[0]
        assert place.area is not None
        shape = gazetteer.areas.geometry(place.area)
        # Only the edge is widened, in plain degrees: the tolerance is coarse anyway.
        return Scope(place, shapely.buffer(shape, EDGE_KM / 111.0, quad_segs=2))
    place = places[0]
    km = AROUND_TOWN_KM + place.radius_km
    return Scope(place, geodesy.circle(place.lat, place.lon, km))
