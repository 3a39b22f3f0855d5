"""The towns that people measure from: "50 km south of Piura" is the town, not its province."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from geomap import geodesy

if TYPE_CHECKING:
    from geomap.hints.anchors import Anchors
    from geomap.hints.expressions import Expression
    from geomap.models import Anchor, Place

_DIVISIONS = ("admin1", "raion", "hromada")
_FROM_TOWNS = frozenset({
    "near", "in_or_near", "direction", "distance", "distance_direction", "between", "along",
    "toward", "outskirts", "opposite",
})  # fmt: skip


def town_of(anchor: Anchor, expression: Expression, names: Anchors) -> Anchor:
    """Return an anchor, or for a division the town of its name: people measure from towns."""
    place = anchor.place
    # A village that is placed by its hromada is a village all the same.
    wide = place is not None and place.precision in _DIVISIONS and place.feature_class != "P"
    if not wide or anchor.start is None or expression.relation not in _FROM_TOWNS:
        return anchor
    resolution = names.at(anchor.start)
    if resolution is None or resolution.mention.feature is not None:
        return anchor
    for candidate in resolution.runners_up:
        town = candidate.place
        if town.feature_class == "P" and place is not None and _holds(place, town):
            return replace(anchor, name=town.name, place=town)
    return anchor


def _holds(division: Place, town: Place) -> bool:
    """Say whether a town lies in a division, or so near that an outline may be to blame."""
    km = geodesy.distance_km(division.lat, division.lon, town.lat, town.lon)
    return division.country == town.country and km <= 1.5 * division.radius_km
