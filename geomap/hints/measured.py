"""Expressions with a distance: "8 km west of X", "15 km from the front", "an hour's drive from"."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from geomap.geodesy import azimuth_of, wind_of
from geomap.hints.anchors import anchor_of, is_country
from geomap.hints.expressions import IMPLIED, Expression
from geomap.hints.patterns import patterns
from geomap.hints.quantities import Distance, distance_at, joint_wind
from geomap.models import Anchor

if TYPE_CHECKING:
    import re

    from geomap.hints.anchors import Anchors
    from geomap.models import Relation

# Words that say "from" of what is left behind; "5 km of trenches" needs a bound ("within 5 km of").
_OF = "of"


def measured(names: Anchors, d: Distance) -> list[Expression]:
    """Return the expressions that a distance begins: none, one, or one for "2 km N and 3 km E"."""
    text, p = names.text, patterns()
    end, by_road = d.end, d.measure == "drive"
    road = p.by_road.match(text, end)
    if road:
        end, by_road = road.end(), by_road or road["road"] is not None
    directed = p.wind_of.match(text, end)
    if directed:
        by_road = by_road or directed["road"] is not None
        direction = _wind(directed)
        found = _from(names, d, directed.end(), direction, by_road=by_road)
        return [found] if found and direction else []
    away = p.away.match(text, end)
    if away and (away["word"].lower() != _OF or d.bound == "at_most"):
        found = _from(names, d, away.end(), None, by_road=by_road)
        return [found] if found else []
    inside = p.inside_of.match(text, end)
    if inside:
        found = _inside(names, d, inside.end())
        return [found] if found else []
    implied = p.implied.match(text, end)
    if implied:
        direction = _wind(implied)
        anchor = Anchor(IMPLIED)
        if direction:
            return [_expression(d, implied.end(), (anchor,), direction, by_road=by_road)]
    return _two_steps(names, d, end)


def _wind(match: re.Match[str]) -> str | None:
    return joint_wind([w for w in (match["d1"], match["d2"]) if w])


def _from(
    names: Anchors, d: Distance, offset: int, direction: str | None, *, by_road: bool
) -> Expression | None:
    """Return the expression whose anchor begins at an offset."""
    text, p = names.text, patterns()
    border = names.border(offset)
    if border:
        anchors, end = border
        return _expression(d, end, anchors, direction, by_road=by_road, relation="border_distance")
    front = names.front(offset)
    if front and front.end:
        return _expression(
            d, front.end, (front,), direction, by_road=by_road, relation="front_distance"
        )
    one = names.one(offset)
    if one is None:
        return None
    anchor, end = one
    if names.is_pair(anchor):
        return None  # "5 km from the Bakhmut-Lyman road"
    journey = p.journey.match(text, end)
    if direction is None:
        after = p.wind_after.match(text, end)
        if after:
            direction, end = _wind(after), after.end()
        elif journey and names.after(journey.end()) is not None:
            return None  # "drove 20 km from Kyiv to Brovary"
    road = p.by_road.match(text, end)
    if road and (road["road"] or "").lower().startswith("by "):
        end, by_road = road.end(), True
    relation: Relation | None = "border_distance" if is_country(anchor) else None
    return _expression(d, end, (anchor,), direction, by_road=by_road, relation=relation)


def _inside(names: Anchors, d: Distance, offset: int) -> Expression | None:
    """Return "10 km inside Russia": a distance from its border."""
    named = names.at(offset)
    if named is None or not is_country(anchor_of(named)):
        return None
    return _expression(
        d, named.mention.end, (anchor_of(named),), None, by_road=False, relation="border_distance"
    )


def _two_steps(names: Anchors, d: Distance, offset: int) -> list[Expression]:
    """Return "5 km north and 3 km east of X" as one distance and the nearest wind."""
    first = patterns().wind_first.match(names.text, offset)
    second = distance_at(names.text, first.end()) if first else None
    directed = patterns().wind_of.match(names.text, second.end) if second else None
    one = names.one(directed.end()) if directed else None
    if not (first and second and directed and one):
        return []
    winds = _wind(first), _wind(directed)
    if winds[0] is None or winds[1] is None:
        return []
    steps = [
        (x.km, math.radians(azimuth_of(w))) for x, w in zip((d, second), winds, strict=True) if w
    ]
    east = sum(km * math.sin(a) for km, a in steps)
    north = sum(km * math.cos(a) for km, a in steps)
    km = math.hypot(east, north)
    if km < 0.1 * (d.km + second.km):
        return []  # there and back
    direction = wind_of(math.degrees(math.atan2(east, north)) % 360)
    return [
        Expression(
            d.start, one[1], "distance_direction", (one[0],), round(km, 3),
            approximate=d.approximate or second.approximate, bound=d.bound, direction=direction,
            measure=d.measure,
        )
    ]  # fmt: skip


def _expression(
    d: Distance,
    end: int,
    anchors: tuple[Anchor, ...],
    direction: str | None,
    *,
    by_road: bool,
    relation: Relation | None = None,
) -> Expression:
    if relation is None:
        relation = "distance_direction" if direction else "distance"
    return Expression(
        d.start, end, relation, anchors, d.km, approximate=d.approximate, bound=d.bound,
        direction=direction, range_km=d.range_km, measure=d.measure, by_road=by_road,
    )  # fmt: skip
