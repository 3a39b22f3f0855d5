"""What the picture draws of a feature collection: what shares a place and a kind is one mark.

The same reading as the page's script makes of it (`static/geomap.js`), so that both show the same.
"""

from __future__ import annotations

import json
import math
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from geomap.errors import SettingsError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

LAYERS = ("mention", "hint", "claim")
INK = {"places": "#0b5f66", "government": "#59636e", "regions": "#6a4aa5", "other": "#5b6570"}
COARSE = {"country", "admin1", "raion", "hromada", "estimated", "hint"}
CIRCLE_KM = 60.0  # a place known no better than this has no circle
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
_COLOUR = re.compile(r"#[0-9a-fA-F]{6}")


@dataclass(frozen=True, slots=True)
class Mark:
    """A symbol at a place (degrees, EPSG:4326)."""

    lon: float
    lat: float
    kind: str
    shape: str
    colour: str
    name: str
    count: int
    confidence: float
    hollow: bool = False
    negated: bool = False
    edged: bool = False
    circle_km: float = 0.0
    actor: str | None = None


@dataclass(frozen=True, slots=True)
class Region:
    """An area that a hint points to; `core` is what holds half of the probability, if told."""

    geometry: Any
    core: Any
    confidence: float


@dataclass(frozen=True, slots=True)
class Reading:
    """Features as they are drawn, and how many reports they come from."""

    marks: tuple[Mark, ...] = ()
    regions: tuple[Region, ...] = ()
    reports: int = 0


@dataclass(frozen=True, slots=True)
class Parties:
    """The colours of actors; every other one has a dark edge, which shows without colour too."""

    colours: Mapping[str, str] = field(default_factory=dict)

    def look(self, actor: str | None) -> tuple[str, bool]:
        """Return the colour of an actor, and whether its symbols have an edge."""
        if actor is None or actor not in self.colours:
            return INK["other"], False
        return self.colours[actor], list(self.colours).index(actor) % 2 == 1


def parties_of(collection: Mapping[str, Any]) -> Parties:
    """Return the parties that a collection names in `geomap.parties`.

    Raises
    ------
    SettingsError
        A colour is not ``#rrggbb``.
    """
    told = (collection.get("geomap") or {}).get("parties") or {}
    for name, colour in told.items():
        if not _COLOUR.fullmatch(str(colour)):
            raise SettingsError(f"party {name}: colour {colour!r} is not #rrggbb")
    return Parties({str(name): str(told[name]) for name in sorted(told)})


def in_order(features: Iterable[Mapping[str, Any]]) -> list[tuple[str | None, Mapping[str, Any]]]:
    """Return the features with their days, sorted, whatever order they came in.

    Raises
    ------
    SettingsError
        A feature has an unknown layer or a date that is not an ISO day.
    """
    found = []
    for feature in features:
        properties = feature.get("properties") or {}
        identity = feature.get("id", properties.get("id"))
        if properties.get("layer") not in LAYERS:
            raise SettingsError(f"feature {identity}: unknown layer {properties.get('layer')!r}")
        date = properties.get("date")
        day = None if date in (None, "") else str(date)
        if day is not None and not _DAY.fullmatch(day):
            raise SettingsError(f"feature {identity}: date {date!r} is not an ISO day")
        found.append((day, feature))
    return sorted(found, key=lambda item: (item[0] or "", str(item[1].get("id")), _told(item[1])))


def _told(feature: Mapping[str, Any]) -> str:
    return json.dumps([feature.get("properties"), feature.get("geometry")], sort_keys=True,
                      default=repr)  # fmt: skip


def reading_of(
    features: Iterable[tuple[str | None, Mapping[str, Any]]],
    parties: Parties,
    script: str = "latin",
) -> Reading:
    """Return the marks and regions of features.

    Parameters
    ----------
    features : iterable of (str or None, Mapping)
        Days and features, as `in_order` gives them: of a mark the newest shows.
    parties : Parties
        The colours of actors.
    script : str
        `latin` or `cyrillic`: which of a place's names is written.

    Returns
    -------
    Reading
        Regions from the largest to the smallest; marks in the order in which they are drawn, the
        last on top.
    """
    groups: dict[tuple[Any, ...], list[Mapping[str, Any]]] = {}
    areas: dict[str, Mapping[str, Any]] = {}
    reports = set()
    for _, feature in features:
        properties = feature.get("properties") or {}
        reports.add(str(properties.get("article_id")))
        geometry = feature.get("geometry") or {}
        kind = _kind(properties)
        if kind is None or not geometry.get("coordinates"):
            continue
        if geometry.get("type") != "Point":
            areas[json.dumps(geometry, sort_keys=True, default=repr)] = feature
            continue
        at = _position(geometry["coordinates"])
        if at is None:
            continue
        actor = properties.get("actor")
        if kind == "claims":
            which: Any = actor or ""
        else:
            which = (properties.get("precision") in ("country", "admin1"), properties.get("name"))
        groups.setdefault((kind, *at, str(which)), []).append(feature)
    regions = [r for r in map(_region, areas.values()) if r is not None]
    regions.sort(key=lambda r: (-r.geometry.area, r.geometry.wkb))
    marks = [_mark(key, group, parties, script) for key, group in sorted(groups.items())]
    return Reading(tuple(_stacked(marks)), tuple(regions), len(reports))


def _kind(properties: Mapping[str, Any]) -> str | None:
    """Return what a feature is drawn as; peoples are not drawn: they are nowhere."""
    if properties.get("layer") == "hint":
        return "regions"
    if properties.get("layer") == "claim":
        return "claims"
    kinds = {"associative": "government", "demonym": None}
    return kinds.get(str(properties.get("kind")), "places")


def _position(coordinates: Any) -> tuple[float, float] | None:
    """Return a point's longitude and latitude to 110 m, or None when it is no position."""
    try:
        lon, lat = float(coordinates[0]), float(coordinates[1])
    except (TypeError, ValueError, IndexError):
        return None
    return (round(lon, 3), round(lat, 3)) if math.isfinite(lon) and math.isfinite(lat) else None


def _sure(properties: Mapping[str, Any]) -> float:
    """Return a confidence between 0 and 1; 0.5 where none is told, as on the page."""
    value = properties.get("confidence")
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        return 0.5
    return min(max(float(value), 0.0), 1.0)


def _region(feature: Mapping[str, Any]) -> Region | None:
    geometry = polygons(feature.get("geometry"))
    if geometry is None:
        return None
    properties = feature.get("properties") or {}
    core = feature.get("core") or properties.get("core")
    return Region(geometry, polygons(core), _sure(properties))


def polygons(geometry: Any) -> Any:
    """Return the polygons of a GeoJSON geometry as one valid shape; None when there is none."""
    import shapely

    from geomap.geodesy import polygons_of

    if not isinstance(geometry, dict):
        return None
    try:
        shape = shapely.geometry.shape(geometry)
        parts = polygons_of(shape if shape.is_valid else shapely.make_valid(shape))
    except (ValueError, TypeError, AttributeError, LookupError, shapely.errors.ShapelyError):
        return None
    kept = [p for p in parts if all(map(math.isfinite, p.bounds))]
    return shapely.normalize(shapely.multipolygons(kept)) if kept else None


def _mark(
    key: tuple[Any, ...], group: Sequence[Mapping[str, Any]], parties: Parties, script: str
) -> Mark:
    kind, lon, lat, _ = key
    newest = group[-1].get("properties") or {}
    told = [f.get("properties") or {} for f in group]
    precision = newest.get("precision")
    circle_km, hollow, negated, edged = 0.0, False, False, False
    actor: str | None = None
    colour = INK.get(kind, INK["other"])
    if kind == "claims":
        shape, negated = "square", all(map(_denied, told))
        actor = str(newest.get("actor") or "")
        colour, edged = parties.look(actor)
    elif kind == "government":
        shape = "triangle"
    elif precision in COARSE:
        shape = "circle" if precision in ("estimated", "hint") else "diamond"
        hollow = True
        radius = newest.get("radius_km")
        if isinstance(radius, int | float) and 0 < radius <= CIRCLE_KM and precision != "hint":
            circle_km = float(radius)
    else:
        shape = "circle"
    native = newest.get("native_name") if script == "cyrillic" else None
    name = str(native or newest.get("name") or newest.get("text") or "")
    return Mark(
        lon, lat, kind, shape, colour, name,
        len(group), max(map(_sure, told)), hollow, negated, edged, circle_km, actor,
    )  # fmt: skip


def _denied(told: Mapping[str, Any]) -> bool:
    return bool(told.get("negated")) or told.get("marked_false") is not None


def _stacked(marks: Sequence[Mark]) -> list[Mark]:
    """Return marks in the order of drawing: coarse, places, governments, claims; surest last."""
    rank = {"regions": 0, "places": 1, "government": 2, "claims": 3}
    return sorted(
        marks,
        key=lambda m: (rank[m.kind], not m.hollow, m.confidence, -m.lat, m.lon, m.colour, m.name),
    )
