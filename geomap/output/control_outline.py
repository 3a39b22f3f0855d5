"""The line of contact that follows from who holds what ground."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from geomap import geodesy

if TYPE_CHECKING:
    from collections.abc import Sequence

    from shapely import Geometry

    from geomap.gazetteer.areas import Areas

NEAR_BORDER_KM = 3.0  # an outline this near a border or a coast is that border, not a front
TOUCHING_KM = 3.0  # how far apart the grounds of two sides are where they still face each other
_SEAM_KM = 0.1  # gaps up to twice this between polygons of one side are slips of drawing
_SHORTEST_KM = 2.0  # what is left between two cuts and is shorter is not a front


def outline(
    held: Sequence[Geometry],
    against: Sequence[Geometry] = (),
    borders: Geometry | None = None,
) -> Any:
    """Return the line of contact round the ground that one side holds.

    Its vertices are those of the polygons, but for where it is cut.

    Parameters
    ----------
    held : sequence of Geometry
        Valid polygons of one side, EPSG:4326; they may overlap and touch.
    against : sequence of Geometry
        Those of the other side, when they are known: the line runs only where the two lie within
        `TOUCHING_KM` of each other. If they do so nowhere, they say nothing.
    borders : Geometry, optional
        Lines of borders and coasts: what runs within `NEAR_BORDER_KM` of them is left out.

    Returns
    -------
    shapely.MultiLineString
        EPSG:4326; empty without polygons, and when all of the outline is a border or a coast.
    """
    import shapely

    if not held:
        return shapely.MultiLineString()
    ground = shapely.union_all(list(held))
    place = ground.centroid
    return geodesy.locally(
        shapely.geometrycollections(
            [
                ground,
                shapely.union_all(list(against)) if against else shapely.Polygon(),
                borders if borders is not None else shapely.LineString(),
            ]
        ),
        place.y,
        place.x,
        _local_outline,
    )


def _local_outline(parts: Any) -> Any:
    """Return the outline on a plane in metres; the parts are ground, other side, borders."""
    import shapely

    ground, other, borders = shapely.get_parts(parts)
    line = ground.boundary
    seam = 1000 * _SEAM_KM
    # A little smaller than the ground with its gaps closed: holds their edges, not the outline.
    closed = ground.buffer(seam, quad_segs=4).buffer(-1.1 * seam, quad_segs=4)
    line = line.difference(closed)
    if not other.is_empty:
        facing = line.intersection(other.buffer(1000 * TOUCHING_KM, quad_segs=4))
        line = line if facing.is_empty else facing
    if not borders.is_empty:
        line = line.difference(borders.buffer(1000 * NEAR_BORDER_KM, quad_segs=4))
    pieces = shapely.get_parts(shapely.line_merge(line))
    kept = [p for p in pieces if p.geom_type == "LineString"]
    long = [p for p in kept if p.length >= 1000 * _SHORTEST_KM]
    return shapely.multilinestrings(long or kept) if kept else shapely.MultiLineString()


def borders_of(areas: Areas, bounds: tuple[float, float, float, float]) -> Any:
    """Return the borders and coasts of the countries within a box (west, south, east, north)."""
    import shapely

    west, south, east, north = bounds
    box = (west - 1.0, south - 1.0, east + 1.0, north + 1.0)
    rows = areas.within_bbox(*box, level="country")
    return shapely.union_all([shapely.clip_by_rect(areas.geometry(i).boundary, *box) for i in rows])
