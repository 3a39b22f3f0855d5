"""The basemap that lies inside the page: land, borders, names, cut to what the map shows.

Around the data the areas keep their detail; the rest of the world is a coarse outline. Borders are
drawn once, not once for each neighbour, and apart from the fill, so that no seam shows.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NamedTuple

from geomap.output.basemap_towns import Town, thinned
from geomap.output.basemap_waters import drawn_waters

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from shapely import Geometry

    from geomap.gazetteer.waters import Water
    from geomap.output.layers import Feature

    Bounds = tuple[float, float, float, float]
    """West, south, east, north in degrees."""


class Area(NamedTuple):
    """A country or division to draw: name, level (`country`, `admin1`), polygon, Cyrillic name."""

    name: str
    level: str
    geometry: Geometry
    native: str | None = None


DETAIL = 0.001  # degrees: 110 m north-south, finer than the borders shipped
FULL_DETAIL_DEG = 12.0  # wider boxes are drawn coarser, as they are looked at from farther away
MOST_PADDING_DEG = 6.0
WIDEST_DEG = (
    75.0  # of still wider boxes the coarse world is enough, and the rest would be megabytes
)


@dataclass(frozen=True, slots=True)
class BasemapData:
    """What the page draws under the reports; all EPSG:4326.

    `countries` and `admin1` hold GeoJSON features with the property `role`: `land` (polygons),
    `coast` and `border` (lines) or `label` (a point with `name` and, where there is one, `native`).
    `rivers` hold features with the role `river` (lines) or `lake` (polygons), with `name`, `native`
    and `rank` (small: a big river). `towns` are what the map names, most populous first, then what
    lies round the marks.
    """

    countries: list[dict[str, Any]] = field(default_factory=list)
    admin1: list[dict[str, Any]] = field(default_factory=list)
    towns: list[Town] = field(default_factory=list)
    rivers: list[dict[str, Any]] = field(default_factory=list)


def padded(bounds: Bounds, share: float = 0.6, least: float = 2.0) -> Bounds:
    """Return a larger box: `share` of its size more on each side, `least` to 6 degrees.

    Examples
    --------
    >>> padded((36.0, 48.0, 40.0, 50.0))
    (33.6, 46.0, 42.4, 52.0)
    """
    west, south, east, north = bounds
    dx = min(max((east - west) * share, least), MOST_PADDING_DEG)
    dy = min(max((north - south) * share, least), MOST_PADDING_DEG)
    return (
        round(max(west - dx, -180.0), 3),
        round(max(south - dy, -85.0), 3),
        round(min(east + dx, 180.0), 3),
        round(min(north + dy, 85.0), 3),
    )


def framed(bounds: Bounds) -> Bounds:
    """Return the box that is drawn in detail: padded, and in the shape of a screen.

    It is at least 2.6 times as wide as the bounds are high and 0.8 times as high as they are wide,
    for a page that fits them into a wide screen shows as much.

    Examples
    --------
    >>> framed((36.0, 46.0, 37.0, 50.0))
    (28.729, 43.6, 44.271, 52.4)
    """
    west, south, east, north = bounds
    shrink = max(math.cos(math.radians((south + north) / 2)), 0.1)
    more_x = max(((north - south) * 2.6 / shrink - (east - west)) / 2, 0.0)
    more_y = max(((east - west) * shrink * 0.8 - (north - south)) / 2, 0.0)
    padding = padded(bounds)
    return (
        min(padding[0], round(max(west - more_x, -180.0), 3)),
        min(padding[1], round(max(south - more_y, -85.0), 3)),
        max(padding[2], round(min(east + more_x, 180.0), 3)),
        max(padding[3], round(min(north + more_y, 85.0), 3)),
    )


def box_of(coordinates: Any) -> Bounds | None:
    """Return the box of the coordinates of a GeoJSON geometry; None when none of them is finite."""
    if not isinstance(coordinates, (list, tuple)) or not coordinates:
        return None
    first = coordinates[0]
    if isinstance(first, (int, float)):
        boxes = [(*coordinates[:2], *coordinates[:2])] if len(coordinates) >= 2 else []
    elif isinstance(first, (list, tuple)) and first and isinstance(first[0], (int, float)):
        boxes = [(p[0], p[1], p[0], p[1]) for p in coordinates if len(p) >= 2]
    else:
        boxes = [box for part in coordinates if (box := box_of(part)) is not None]
    boxes = [b for b in boxes if all(map(math.isfinite, b))]
    if not boxes:
        return None
    west, south, east, north = zip(*boxes, strict=True)
    return float(min(west)), float(min(south)), float(max(east)), float(max(north))


def bounds_of(collection: Mapping[str, Any]) -> Bounds | None:
    """Return the box that the map should open on, or None when nothing has a place.

    Far-off places do not widen it: governments, countries and whole provinces count only when
    there is nothing finer, and of the rest what lies much farther out than the others is left out.

    Parameters
    ----------
    collection : Mapping
        The GeoJSON FeatureCollection of the map, EPSG:4326.

    Returns
    -------
    tuple of float or None
        West, south, east, north in degrees.

    Examples
    --------
    >>> bounds_of({"features": []}) is None
    True
    """
    tiers: tuple[list[Bounds], ...] = ([], [], [])
    for feature in collection.get("features") or ():
        geometry = feature.get("geometry") or {}
        box = box_of(geometry.get("coordinates"))
        if box is None:
            continue
        properties = feature.get("properties") or {}
        aside = properties.get("kind") in {"associative", "demonym"}
        coarse = properties.get("precision") in {"admin1", "country"}
        tiers[2 if aside else int(coarse)].append(box)
    boxes = next((tier for tier in tiers if tier), None)
    if boxes is None:
        return None
    middles = [((w + e) / 2, (s + n) / 2) for w, s, e, n in boxes]
    lon = sorted(m[0] for m in middles)[len(middles) // 2]
    lat = sorted(m[1] for m in middles)[len(middles) // 2]
    # Degrees of longitude shrink with latitude; a flat measure is enough to tell near from far.
    shrink = max(math.cos(math.radians(lat)), 0.1)
    apart = [math.hypot((m[0] - lon) * shrink, m[1] - lat) for m in middles]
    reach = max(3.0, 4 * sorted(apart)[len(apart) // 2])
    near = [b for b, d in zip(boxes, apart, strict=True) if d <= reach] or boxes
    return (
        min(b[0] for b in near),
        min(b[1] for b in near),
        max(b[2] for b in near),
        max(b[3] for b in near),
    )


def marks_of(rows: Iterable[Feature]) -> list[tuple[float, float]]:
    """Return (lat, lon) of the features that a map marks as points or finer than a division."""
    return [
        (p["lat"], p["lon"])
        for p in (row.properties for row in rows)
        if p["lat"] is not None
        and p["precision"] not in {"admin1", "country"}
        and p["kind"] not in {"associative", "demonym"}
    ]


def basemap_for(
    bounds: Bounds | None,
    areas: Iterable[Area | tuple[str, str, Geometry]],
    towns: Iterable[Town | tuple[str, float, float, int]] = (),
    world: tuple[Geometry, Geometry] | None = None,
    *,
    rivers: Iterable[Water] = (),
    points: Any = None,
) -> BasemapData:
    """Cut areas and towns to what a map of `bounds` needs.

    Parameters
    ----------
    bounds : tuple of float or None
        West, south, east, north of the data in degrees (see `bounds_of`), framed here. With None
        only the coarse world is made.
    areas : iterable of Area
        Of levels other than `country` and `admin1` nothing is drawn. Only those near the box are
        drawn in detail; countries elsewhere get their name.
    towns : iterable of Town
        The most populous of each part of the box are kept, and those round the marks.
    world : tuple of shapely geometries, optional
        Land and borders of the whole world, coarse (`gazetteer.areas.Areas.world`), drawn outside
        the box.
    rivers : iterable of Water
        Rivers and lakes; cut to the box, small ones left out where the box is large.
    points : array-like, shape (n, 2), optional
        Latitude and longitude of the marks, round which villages are named too.

    Returns
    -------
    BasemapData
        Coordinates rounded to 3 decimals (110 m), 2 in the coarse part.
    """
    import shapely

    drawn = [
        a
        for a in (Area(*area) for area in areas)
        if a.geometry is not None and not a.geometry.is_empty
    ]
    countries = [a for a in drawn if a.level == "country"]
    regions = [a for a in drawn if a.level == "admin1"]
    box = None if bounds is None else shapely.box(*framed(bounds))
    if box is not None and box.bounds[2] - box.bounds[0] > WIDEST_DEG and world is not None:
        box = None
    core = None if bounds is None else shapely.box(*padded(bounds, 0.15, 0.4))
    return BasemapData(
        countries=_countries(countries, box, core, world),
        admin1=_admin1(regions, box, core),
        towns=[] if bounds is None else thinned((Town(*t) for t in towns), framed(bounds), points),
        rivers=[] if box is None or core is None else drawn_waters(rivers, box, core),
    )


def _countries(
    countries: Sequence[Area],
    box: Geometry | None,
    core: Geometry | None,
    world: tuple[Geometry, Geometry] | None,
) -> list[dict[str, Any]]:
    import shapely

    found: list[dict[str, Any]] = []
    if world is not None:
        land, borders = world
        if box is not None:
            hole = box.buffer(-0.02, join_style="mitre")  # a little overlap hides the joint
            land, borders = land.difference(hole), borders.difference(hole)
        found += [
            _feature("land", _polygons(land), 2, coarse=True),
            _feature("border", borders, 2, coarse=True),
        ]
    if box is not None:
        shapes = [a.geometry for a in countries]
        near = [shapely.make_valid(s) for s in shapes if s.intersects(box)]
        detail = _detail(box)
        land, coast, borders = _land_and_lines([s.intersection(box) for s in near], detail)
        frame = box.boundary.buffer(detail)  # the cut is no coast
        found += [
            _feature("land", land, 3),
            _feature("coast", coast.difference(frame), 3),
            _feature("border", borders.difference(frame), 3),
        ]
    for area in countries:
        label = _label(area, area.geometry, core, least=3.0)
        if label is not None:
            found.append(label)
    return [f for f in found if f["geometry"] is not None]


def _admin1(
    regions: Sequence[Area], box: Geometry | None, core: Geometry | None
) -> list[dict[str, Any]]:
    import shapely

    if box is None:
        return []
    shapes = [(a, shapely.make_valid(a.geometry)) for a in regions]
    inside = [(a, s.intersection(box)) for a, s in shapes if s.intersects(box)]
    detail = _detail(box)
    _, _, borders = _land_and_lines([s for _, s in inside], detail)
    found = [_feature("border", borders.difference(box.boundary.buffer(detail)), 3)]
    for area, shape in inside:
        label = _label(area, shape, core, least=0.02)
        if label is not None:
            found.append(label)
    return [f for f in found if f["geometry"] is not None]


def _detail(box: Geometry) -> float:
    """Return the grid (degrees) that land and borders of a box are drawn on."""
    west, east = float(box.bounds[0]), float(box.bounds[2])
    return DETAIL * max(1, round((east - west) / FULL_DETAIL_DEG))


def _land_and_lines(
    shapes: Sequence[Geometry], detail: float
) -> tuple[Geometry, Geometry, Geometry]:
    """Return the union of polygons, its outline, and the borders inside it (each once)."""
    import shapely

    snapped = [_polygons(shapely.set_precision(s, detail)) for s in shapes]
    land = _polygons(shapely.union_all(snapped, grid_size=detail))
    lines = shapely.union_all([s.boundary for s in snapped], grid_size=detail)
    borders = lines.difference(land.boundary.buffer(detail, quad_segs=1))
    return land, shapely.line_merge(land.boundary), shapely.line_merge(borders)


def _polygons(shape: Geometry) -> Geometry:
    """Drop the points and lines that cutting may leave."""
    import shapely

    parts = shapely.get_parts(shapely.get_parts(shape))
    return shapely.MultiPolygon([p for p in parts if p.geom_type == "Polygon" and not p.is_empty])


def _label(
    area: Area, shape: Geometry, core: Geometry | None, least: float
) -> dict[str, Any] | None:
    """Return a point for a name: within what the map opens on, when enough of the area is there."""
    import shapely

    if not area.name:
        return None
    place = shape
    if core is not None and shape.intersects(core):
        seen = shape.intersection(core)
        if seen.area > 0.03 * core.area or seen.area > 0.5 * shape.area:
            place = seen
    if place.area < least:
        return None
    parts = shapely.get_parts(place)
    biggest = max(parts, key=lambda p: float(p.area))
    if biggest.geom_type != "Polygon":
        return None
    point = biggest.representative_point()
    middle = biggest.centroid
    if biggest.contains(middle):
        point = middle
    return {
        "type": "Feature",
        "properties": {
            "role": "label",
            "name": area.name,
            "native": area.native,
            "area": round(float(shape.area), 2),
        },
        "geometry": {
            "type": "Point",
            "coordinates": [round(float(point.x), 3), round(float(point.y), 3)],
        },
    }


def _rounded(coordinates: Any, digits: int) -> Any:
    if isinstance(coordinates, (list, tuple)):
        return [_rounded(c, digits) for c in coordinates]
    return round(float(coordinates), digits)


def _feature(role: str, shape: Geometry, digits: int, *, coarse: bool = False) -> dict[str, Any]:
    """Return a GeoJSON feature; its geometry is None when nothing is left."""
    import shapely

    geometry = None
    if not shape.is_empty:
        # A fixed order of parts, so that the order of the areas does not show in the bytes.
        raw = shapely.geometry.mapping(shapely.normalize(shape))
        if raw["type"] != "GeometryCollection":
            geometry = {"type": raw["type"], "coordinates": _rounded(raw["coordinates"], digits)}
    properties: dict[str, Any] = {"role": role}
    if coarse:
        properties["coarse"] = True
    return {"type": "Feature", "properties": properties, "geometry": geometry}
