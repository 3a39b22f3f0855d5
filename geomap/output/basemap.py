"""The basemap that lies inside the page: land, borders, names, cut to what the map shows.

Around the data the areas keep their detail; the rest of the world is a coarse outline. Borders are
drawn once, not once for each neighbour, and apart from the fill, so that no seam shows.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from shapely import Geometry

    Bounds = tuple[float, float, float, float]
    """West, south, east, north in degrees."""

Town = tuple[str, float, float, int]
"""Name, latitude, longitude, population."""

DETAIL = 0.001  # degrees: 110 m north-south, finer than the borders shipped
MAX_TOWNS = 900
CITY = 200_000  # people
CITY_DEGREES = 0.08  # about 9 km; cities500 lists the districts of a city beside it
TOWNS_PER_CELL = 14  # of a 12 x 12 grid over the detailed box


@dataclass(frozen=True, slots=True)
class BasemapData:
    """What the page draws under the reports; all EPSG:4326.

    `countries` and `admin1` hold GeoJSON features with the property `role`: `land` (polygons),
    `coast` and `border` (lines) or `label` (a point with `name`). `towns` are
    `(name, lat, lon, population)`, most populous first.
    """

    countries: list[dict[str, Any]] = field(default_factory=list)
    admin1: list[dict[str, Any]] = field(default_factory=list)
    towns: list[Town] = field(default_factory=list)


def padded(bounds: Bounds, share: float = 0.6, least: float = 2.0) -> Bounds:
    """Return a larger box: `share` of its size and at least `least` degrees more on each side.

    Examples
    --------
    >>> padded((36.0, 48.0, 40.0, 50.0))
    (33.6, 46.0, 42.4, 52.0)
    """
    west, south, east, north = bounds
    dx = max((east - west) * share, least)
    dy = max((north - south) * share, least)
    return (
        round(max(west - dx, -180.0), 3),
        round(max(south - dy, -85.0), 3),
        round(min(east + dx, 180.0), 3),
        round(min(north + dy, 85.0), 3),
    )


def _points(geometry: Any) -> Iterable[tuple[float, float]]:
    """Give every (lon, lat) of a GeoJSON geometry."""
    if isinstance(geometry, (list, tuple)):
        if len(geometry) >= 2 and all(isinstance(v, (int, float)) for v in geometry[:2]):
            yield float(geometry[0]), float(geometry[1])
        else:
            for part in geometry:
                yield from _points(part)


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
        points = [
            p
            for p in _points(geometry.get("coordinates"))
            if math.isfinite(p[0]) and math.isfinite(p[1])
        ]
        if not points:
            continue
        properties = feature.get("properties") or {}
        xs, ys = [p[0] for p in points], [p[1] for p in points]
        aside = properties.get("kind") in {"associative", "demonym"}
        coarse = properties.get("precision") in {"admin1", "country"}
        tiers[2 if aside else int(coarse)].append((min(xs), min(ys), max(xs), max(ys)))
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


def basemap_for(
    bounds: Bounds | None,
    areas: Iterable[tuple[str, str, Geometry]],
    towns: Iterable[Town] = (),
    world: tuple[Geometry, Geometry] | None = None,
) -> BasemapData:
    """Cut areas and towns to what a map of `bounds` needs.

    Parameters
    ----------
    bounds : tuple of float or None
        West, south, east, north of the data in degrees (see `bounds_of`), padded here. With None
        only the coarse world is made.
    areas : iterable of (str, str, shapely geometry)
        Name, level (`country` or `admin1`; others are left out) and polygon, EPSG:4326. Only those
        near the box are drawn in detail; countries elsewhere get their name.
    towns : iterable of (str, float, float, int)
        Name, latitude, longitude, population. The most populous of each part of the box are kept.
    world : tuple of shapely geometries, optional
        Land and borders of the whole world, coarse (`gazetteer.areas.Areas.world`), drawn outside
        the box.

    Returns
    -------
    BasemapData
        Coordinates rounded to 3 decimals (110 m), 2 in the coarse part.
    """
    import shapely

    countries: list[tuple[str, Geometry]] = []
    regions: list[tuple[str, Geometry]] = []
    for name, level, geometry in areas:
        if geometry is None or geometry.is_empty:
            continue
        if level == "country":
            countries.append((name, geometry))
        elif level == "admin1":
            regions.append((name, geometry))
    box = None if bounds is None else shapely.box(*padded(bounds))
    core = None if bounds is None else shapely.box(*padded(bounds, 0.15, 0.4))
    return BasemapData(
        countries=_countries(countries, box, core, world),
        admin1=_admin1(regions, box, core),
        towns=_towns(towns, None if bounds is None else padded(bounds)),
    )


def _countries(
    countries: Sequence[tuple[str, Geometry]],
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
        near = [shapely.make_valid(s) for _, s in countries if s.intersects(box)]
        land, coast, borders = _land_and_lines([s.intersection(box) for s in near])
        frame = box.boundary.buffer(DETAIL)  # the cut is no coast
        found += [
            _feature("land", land, 3),
            _feature("coast", coast.difference(frame), 3),
            _feature("border", borders.difference(frame), 3),
        ]
    for name, shape in countries:
        label = _label(name, shape, core, least=3.0)
        if label is not None:
            found.append(label)
    return [f for f in found if f["geometry"] is not None]


def _admin1(
    regions: Sequence[tuple[str, Geometry]], box: Geometry | None, core: Geometry | None
) -> list[dict[str, Any]]:
    import shapely

    if box is None:
        return []
    shapes = [(name, shapely.make_valid(g)) for name, g in regions]
    inside = [(name, s.intersection(box)) for name, s in shapes if s.intersects(box)]
    _, _, borders = _land_and_lines([s for _, s in inside])
    found = [_feature("border", borders.difference(box.boundary.buffer(DETAIL)), 3)]
    for name, shape in inside:
        label = _label(name, shape, core, least=0.02)
        if label is not None:
            found.append(label)
    return [f for f in found if f["geometry"] is not None]


def _land_and_lines(shapes: Sequence[Geometry]) -> tuple[Geometry, Geometry, Geometry]:
    """Return the union of polygons, its outline, and the borders inside it (each once)."""
    import shapely

    snapped = [_polygons(shapely.set_precision(s, DETAIL)) for s in shapes]
    land = _polygons(shapely.union_all(snapped, grid_size=DETAIL))
    lines = shapely.union_all([s.boundary for s in snapped], grid_size=DETAIL)
    borders = lines.difference(land.boundary.buffer(DETAIL))
    return land, shapely.line_merge(land.boundary), shapely.line_merge(borders)


def _polygons(shape: Geometry) -> Geometry:
    """Drop the points and lines that cutting may leave."""
    import shapely

    parts = shapely.get_parts(shapely.get_parts(shape))
    return shapely.MultiPolygon([p for p in parts if p.geom_type == "Polygon" and not p.is_empty])


def _label(
    name: str, shape: Geometry, core: Geometry | None, least: float
) -> dict[str, Any] | None:
    """Return a point for a name: within what the map opens on, when enough of the area is there."""
    import shapely

    if not name:
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
        "properties": {"role": "label", "name": name, "area": round(float(shape.area), 2)},
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


def _towns(towns: Iterable[Town], box: Bounds | None) -> list[Town]:
    """Keep the most populous towns of each cell of the box."""
    if box is None:
        return []
    west, south, east, north = box
    kept: list[Town] = []
    cells: dict[tuple[int, int], int] = {}
    ranked = sorted(
        (t for t in towns if west <= t[2] <= east and south <= t[1] <= north),
        key=lambda t: (-t[3], t[0], t[1], t[2]),
    )
    cities: list[Town] = []
    for name, lat, lon, population in ranked:
        if any(_suburb(lat, lon, city) for city in cities):
            continue
        if population >= CITY:
            cities.append((name, lat, lon, population))
        cell = (
            int((lon - west) / (east - west) * 12),
            int((lat - south) / (north - south) * 12),
        )
        if cells.get(cell, 0) >= TOWNS_PER_CELL:
            continue
        cells[cell] = cells.get(cell, 0) + 1
        kept.append((name, round(lat, 3), round(lon, 3), int(population)))
        if len(kept) == MAX_TOWNS:
            break
    return kept


def _suburb(lat: float, lon: float, city: Town) -> bool:
    """Say whether a point lies so near a city's that its name would only clutter the city."""
    shrink = max(math.cos(math.radians(lat)), 0.1)
    return math.hypot((lon - city[2]) * shrink, lat - city[1]) < CITY_DEGREES
