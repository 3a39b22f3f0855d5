"""A made-up front from north to south, Russia (side A) to its east, and what is said of it."""

from __future__ import annotations

import datetime as dt
import math
from typing import TYPE_CHECKING, Any

import numpy as np
import shapely

from geomap.front.line import fronts
from geomap.front.theatre import load_theatre
from geomap.geodesy import Plane
from geomap.models import Article, Claim, ContactLine, Report, Span

if TYPE_CHECKING:
    from collections.abc import Sequence

    from geomap.models import Front

DAY = dt.date(2024, 6, 1)
SOUTH, NORTH = 47.5, 49.5
HOMES = {"RU": shapely.box(39.6, 45.0, 44.0, 52.0), "UA": shapely.box(31.0, 45.0, 35.4, 52.0)}
PLANE = Plane(48.5, 37.5)


def days_before(days: int) -> dt.date:
    """Return a day so long before `DAY`."""
    return DAY - dt.timedelta(days=days)


def line_lon(lat: float) -> float:
    """Return where the made-up front runs."""
    return 37.5 + 0.15 * math.sin(3.0 * lat)


def claim(
    lat: float, lon: float, actor: str | None = "Russia", action: str = "attacked", **rest: Any
) -> Claim:
    """Return a claim near a place."""
    said: dict[str, Any] = {"relation": "near", "confidence": 0.9, "trigger": Span(0, 5)} | rest
    return Claim(0, 9, "made up", actor, action, f"place {lat:.2f} {lon:.2f}", lat, lon, **said)


def report(day: dt.date | None, claims: Sequence[Claim], name: str = "") -> Report:
    """Return a report of a day."""
    return Report(Article(name or f"of-{day}", " " * 200, date=day), claims=tuple(claims))


def fighting(
    count: int = 20, shift: float = 0.0, actors: Sequence[str] = ("Russia", "Ukraine")
) -> list[Claim]:
    """Return attacks of both sides along the front, each a little on the defender's ground."""
    found = []
    for n, lat in enumerate(np.linspace(SOUTH, NORTH, count).tolist()):
        aside = (-1.2 if n % 2 == 0 else 1.2) / 74.0
        found.append(claim(lat, line_lon(lat) + aside + shift, actors[n % 2]))
    return found


def lons(west: float = 0.0) -> list[tuple[float, float]]:
    """Return the front's vertices, from north to south."""
    lats = np.linspace(NORTH + 0.3, SOUTH - 0.3, 150).tolist()
    return [(line_lon(lat) - west, lat) for lat in lats]


def held(west: float = 0.0) -> Any:
    """Return what Russia holds to the front's east."""
    return shapely.Polygon([*lons(west), (40.5, SOUTH - 0.3), (40.5, NORTH + 0.3)])


def earlier(day: dt.date | None, *, west: float = 0.0, sides: bool = True) -> ContactLine:
    """Return the front as an earlier line."""
    control = (("A", held(west)),) if sides else ()
    return ContactLine(shapely.LineString(lons(west)), day, "earlier.geojson", control)


def draw(reports: Sequence[Report], *days: dt.date, **rest: Any) -> list[Front]:
    """Draw some days (`DAY` when none is given), without seed towns."""
    asked: dict[str, Any] = {"theatre": load_theatre(), "seeds": False} | rest
    return list(fronts(reports, days or (DAY,), **asked))


def flat(geometry: Any) -> Any:
    """Return a geometry in kilometres."""
    return PLANE.onto(geometry)


def line_of(front: Front, support: str | None = None) -> Any:
    """Return the pieces of a front as one geometry, all or those of one support."""
    kept = [p.geometry for p in front.pieces if support in (None, p.support)]
    return shapely.MultiLineString(kept)


def off_km(drawn: Any, true: Any) -> float:
    """Return the distance that 95 % of a line keep within of another, km."""
    spots = shapely.line_interpolate_point(drawn := flat(drawn), np.arange(0.0, drawn.length, 1.0))
    return float(np.quantile(shapely.distance(spots, flat(true)), 0.95))


def spots_aside(line: Any, km: float) -> tuple[Any, Any]:
    """Return points to the left and to the right of a line's stretches, as (lon, lat) arrays."""
    left: list[tuple[float, float]] = []
    right: list[tuple[float, float]] = []
    for part in shapely.get_parts(line):
        course = flat(part)
        for along in np.arange(1.0, course.length - 1.0, 3.0):
            ends = shapely.get_coordinates(
                [course.interpolate(along - 0.3), course.interpolate(along + 0.3)]
            )
            way = (ends[1] - ends[0]) / np.hypot(*(ends[1] - ends[0]))
            normal = np.array([-way[1], way[0]]) * km
            for found, spot in ((left, ends.mean(0) + normal), (right, ends.mean(0) - normal)):
                lat, lon = PLANE.outward(*spot)
                found.append((float(lon), float(lat)))
    return np.array(left), np.array(right)
