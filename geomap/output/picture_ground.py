"""What lies under the symbols: the basemap, ground held and gained, the line, hinted regions."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from geomap.output.picture_marks import INK, polygons

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from geomap.output.basemap import BasemapData
    from geomap.output.picture_frame import View
    from geomap.output.picture_marks import Region

SEA, LAND, WATER = "#dde6ec", "#f6f5f1", "#a9bfcd"
LINE_INK, PAPER = "#1c2126", "white"
# How each kind of support looks: width in points, dashes in points, and what it means.
STATUS: dict[str, tuple[float, Any, str]] = {
    "supported": (2.0, None, "supported by reports"),
    "prior": (1.7, (0.0, (5.0, 2.6)), "from an earlier line"),
    "unsupported": (1.3, (0.0, (0.01, 2.4)), "no evidence: only joins what is known"),
    "given": (1.8, None, "line given"),
}
_FEW_REGIONS = 40  # that many may lie over each other at full strength
_HATCH = {"held": (0.075, 0.35, 0.30), "gained": (0.045, 0.9, 0.85)}  # inches apart, points, alpha


class Panel:
    """A view drawn on the page.

    Parameters
    ----------
    page : matplotlib Axes
        The whole page; its data are inches.
    view : View
        What is shown, and where on the page.
    """

    def __init__(self, page: Any, view: View) -> None:
        from matplotlib.patches import Rectangle
        from matplotlib.transforms import Affine2D

        self.page = page
        self.view = view
        left, bottom, width, height = view.rectangle
        # Kilometres of the plane to inches of the page to pixels.
        self.to_page = (
            Affine2D()
            .translate(-view.west_km, -view.south_km)
            .scale(1 / view.km_per_in)
            .translate(left, bottom)
            + page.transData
        )
        self.frame = Rectangle((left, bottom), width, height, facecolor=SEA, edgecolor="none",
                               zorder=0)  # fmt: skip
        page.add_patch(self.frame)
        self.edge = Rectangle((left, bottom), width, height, facecolor="none", zorder=9.5,
                              edgecolor="#3b434a", linewidth=0.8)  # fmt: skip
        page.add_patch(self.edge)

    def fill(self, shape: Any, colour: str, alpha: float, zorder: float, **look: Any) -> Any:
        """Fill polygons (kilometres of the plane) and return what was drawn; None of nothing."""
        from matplotlib.patches import PathPatch

        path = path_of(shape)
        if path is None:
            return None
        keys = {"linewidth": 0.0, "edgecolor": "none"} | look
        patch = PathPatch(path, facecolor=(colour, alpha) if alpha else "none", zorder=zorder,
                          transform=self.to_page, **keys)  # fmt: skip
        self.page.add_patch(patch)
        patch.set_clip_path(self.frame)
        return patch

    def stroke(self, shapes: Iterable[Any], colour: str, width: float, zorder: float,
               alpha: float = 1.0, dash: Any = None, cap: str = "butt") -> None:  # fmt: skip
        """Draw lines, or outlines of polygons (kilometres of the plane)."""
        from matplotlib.patches import PathPatch

        for path in filter(None, map(path_of, shapes)):
            patch = PathPatch(path, facecolor="none", edgecolor=(colour, alpha), linewidth=width,
                              linestyle=dash or "solid", capstyle=cap, joinstyle="round",
                              zorder=zorder, transform=self.to_page)  # fmt: skip
            self.page.add_patch(patch)
            patch.set_clip_path(self.frame)

    def many(
        self, shapes: Sequence[Any], faces: Any, edges: Any, width: float, zorder: float,
        dash: Any = None,
    ) -> None:  # fmt: skip
        """Draw polygons (kilometres of the plane) in one go, each in its own colours."""
        from matplotlib.collections import PathCollection

        found = [(n, path) for n, path in enumerate(map(path_of, shapes)) if path is not None]
        if not found:
            return

        def kept(colours: Any) -> Any:
            return colours if isinstance(colours, str) else [colours[n] for n, _ in found]

        drawn = PathCollection(
            [path for _, path in found], facecolors=kept(faces), edgecolors=kept(edges),
            linewidths=width, linestyles=[dash or "solid"], transform=self.to_page, zorder=zorder,
        )  # fmt: skip
        self.page.add_collection(drawn, autolim=False)
        drawn.set_clip_path(self.frame)

    def hatch(self, shape: Any, colour: str, kind: str, rising: bool, zorder: float) -> None:
        """Hatch polygons (kilometres of the plane), rising or falling to the right."""
        path = path_of(shape)
        if path is None:
            return
        left, bottom, width, height = self.view.rectangle
        box = (left, bottom, left + width, bottom + height)
        hatch_lines(self.page, box, colour, kind, rising, zorder).set_clip_path(path, self.to_page)


def hatch_lines(
    page: Any, box: tuple[float, float, float, float], colour: str, kind: str, rising: bool,
    zorder: float,
) -> Any:  # fmt: skip
    """Draw hatch lines over a box of the page (left, bottom, right, top; inches)."""
    from matplotlib.collections import LineCollection

    apart, width_pt, alpha = _HATCH[kind]
    left, bottom, right, top = box
    tall = top - bottom
    lines = []
    at = left - tall
    while at < right:
        west, east = max(at, left), min(at + tall, right)
        rise = [(x, bottom + x - at if rising else top - x + at) for x in (west, east)]
        lines.append(rise)
        at += apart * 1.4142
    drawn = LineCollection(lines, colors=[(colour, alpha)], linewidths=width_pt, zorder=zorder)
    page.add_collection(drawn, autolim=False)
    return drawn


def path_of(shape: Any) -> Any:
    """Return polygons and lines as one matplotlib path; None of what is empty."""
    import numpy as np
    import shapely
    from matplotlib.path import Path

    if shape is None or shape.is_empty:
        return None
    rows, codes = [], []
    for part in shapely.get_parts(shapely.get_parts(shape)):
        if part.geom_type == "Polygon":
            # Holes turn the other way, else they would be filled.
            whole = shapely.geometry.polygon.orient(part)
            rings = [whole.exterior, *whole.interiors]
        elif part.geom_type in ("LineString", "LinearRing"):
            rings = [part]
        else:
            continue
        for ring in rings:
            points = shapely.get_coordinates(ring)
            if len(points) < 2:
                continue
            code = np.full(len(points), Path.LINETO, Path.code_type)
            code[0] = Path.MOVETO
            if ring.geom_type == "LinearRing":
                code[-1] = Path.CLOSEPOLY
            rows.append(points)
            codes.append(code)
    return Path(np.concatenate(rows), np.concatenate(codes)) if rows else None


# ---- The basemap ----


def draw_basemap(panel: Panel, basemap: BasemapData) -> None:
    """Draw land, water, coasts and borders."""
    import shapely

    countries, admin1 = basemap.countries, basemap.admin1
    rivers = list(getattr(basemap, "rivers", ()) or ())

    def of(features: Sequence[Mapping[str, Any]], role: str) -> list[Any]:
        shapes = panel.view.shapes([_shape(f) for f in features if _role(f) == role])
        # A third of a pixel: a coast has far more points than show on a map of a continent.
        tolerance_km = panel.view.km_per_in / 600
        return [shapely.simplify(s, tolerance_km, preserve_topology=False) for s in shapes]

    for land in of(countries, "land"):
        panel.fill(land, LAND, 1.0, 1.0, edgecolor=LAND, linewidth=0.5)  # closes thin seams
    for lake in of(rivers, "lake"):
        panel.fill(lake, SEA, 1.0, 1.1, edgecolor=WATER, linewidth=0.4)
    running = [f for f in rivers if _role(f) == "river"]
    for feature, river in zip(running, of(rivers, "river"), strict=True):
        panel.stroke([river], WATER, river_width(feature), 1.2, cap="round")
    near = panel.view.zoom >= 5
    if near:
        panel.stroke(of(admin1, "border"), "#b4babe", 0.5, 3.0, dash=(0.0, (4.0, 2.0)))
    panel.stroke(of(countries, "coast"), "#93a5b1", 0.6, 3.1)
    panel.stroke(of(countries, "border"), "#737d86", 1.0 if near else 0.5, 3.2)


def river_width(feature: Mapping[str, Any]) -> float:
    """Return the width of a river in points, by its rank (low ranks are great rivers)."""
    rank = (feature.get("properties") or {}).get("rank")
    return 1.1 - 0.09 * min(rank, 8) if isinstance(rank, int | float) else 0.6


def _role(feature: Mapping[str, Any]) -> Any:
    return (feature.get("properties") or {}).get("role")


def _shape(feature: Mapping[str, Any]) -> Any:
    import shapely

    shape = shapely.geometry.shape(feature["geometry"])
    return shape if shape.is_valid else shapely.make_valid(shape)


# ---- The front ----


def draw_front(
    panel: Panel, day: Mapping[str, Any] | None, movement: Mapping[str, Any] | None
) -> None:
    """Draw a day of a front: ground held and gained, the band, the line.

    Parameters
    ----------
    panel : Panel
        Where.
    day : Mapping or None
        One of the `dates` of `front_layers.front_drawing`.
    movement : Mapping or None
        One of its `movement`.
    """
    if day is None:
        return
    shapes = panel.view.shapes
    for held in day["control"]:
        for shape in shapes([s for s in [polygons(held["geometry"])] if s is not None]):
            panel.fill(shape, held["colour"], held_alpha(held["side"]), 2.0)
            if is_hatched(held["side"]):
                panel.hatch(shape, held["colour"], "held", True, 2.1)
    for gain in (movement or {}).get("gains", ()):
        for shape in shapes([s for s in [polygons(gain.get("geometry"))] if s is not None]):
            panel.fill(shape, gain["colour"], 0.25, 2.2)
            panel.hatch(shape, gain["colour"], "gained", is_hatched(gain["side"]), 2.3)
    for band in shapes([s for s in [polygons(day.get("band"))] if s is not None]):
        panel.fill(band, LINE_INK, 0.17, 2.4)
    pieces = [(p, shape) for p in day["pieces"] for shape in shapes(_lines(p["lines"]))]
    # All edges under all lines: else the edge of one stretch would cut the end of the next.
    for piece, shape in pieces:
        if piece["status"] != "unsupported":
            panel.stroke([shape], PAPER, STATUS[_status(piece)][0] + 1.8, 6.0, 0.85, cap="round")
    for piece, shape in pieces:
        width, dash, _ = STATUS[_status(piece)]
        cap = "butt" if piece["status"] == "prior" else "round"
        panel.stroke([shape], LINE_INK, width, 6.1, line_alpha(piece), dash, cap)


def is_hatched(side: str) -> bool:
    """Say whether ground of a side is hatched when held: one of the two, to tell them in grey."""
    return side == "A"


def held_alpha(side: str) -> float:
    """Return how strongly the ground of a side is tinted."""
    return 0.16 if is_hatched(side) else 0.09


def line_alpha(piece: Mapping[str, Any]) -> float:
    """Return how strongly a stretch of the line is drawn: fainter when less sure."""
    sure = piece.get("confidence")
    return 0.95 if sure is None else 0.55 + 0.4 * min(max(float(sure), 0.0), 1.0)


def _status(piece: Mapping[str, Any]) -> str:
    status = str(piece.get("status"))
    return status if status in STATUS else "given"


def _lines(lines: Iterable[Any]) -> list[Any]:
    import shapely

    return [shapely.LineString(line) for line in lines if len(line) > 1]


# ---- Regions and circles ----


def draw_regions(panel: Panel, regions: Sequence[Region]) -> None:
    """Draw hinted regions: what holds 90 % dashed, what holds half of it tinted."""
    wholes = panel.view.shapes([r.geometry for r in regions])
    cored = [r for r in regions if r.core is not None]
    cores = dict(zip(map(id, cored), panel.view.shapes([r.core for r in cored]), strict=True))
    # Many regions over each other would hide the ground: the more there are, the fainter each is.
    crowd = min(1.0, _FEW_REGIONS / len(regions)) if regions else 1.0
    ink = INK["regions"]
    strengths = [(0.5 + 0.5 * r.confidence) * crowd for r in regions]
    panel.many(wholes, [(ink, 0.10 * s) for s in strengths], "none", 0.0, 4.0)
    found = [(cores[id(r)], s) for r, s in zip(regions, strengths, strict=True) if id(r) in cores]
    panel.many([c for c, _ in found], [(ink, 0.22 * s) for _, s in found], "none", 0.0, 4.1)
    edges = [(ink, (0.4 + 0.5 * r.confidence) * (0.45 + 0.55 * crowd)) for r in regions]
    panel.many(wholes, "none", edges, 0.5 + 0.4 * crowd, 4.2, (0.0, (3.2, 2.2)))


def draw_circles(panel: Panel, circles: Sequence[tuple[float, float, float, str]]) -> None:
    """Draw circles within which places lie: (lon, lat, radius in km, colour)."""
    from geomap.geodesy import circle

    shapes = panel.view.shapes([circle(lat, lon, km) for lon, lat, km, _ in circles])
    crowd = min(1.0, _FEW_REGIONS / len(circles)) if circles else 1.0
    faces = [(colour, 0.06 * crowd) for _, _, _, colour in circles]
    edges = [(colour, 0.2 + 0.25 * crowd) for _, _, _, colour in circles]
    panel.many(shapes, faces, edges, 0.6, 4.3, (0.0, (1.5, 2.2)))
