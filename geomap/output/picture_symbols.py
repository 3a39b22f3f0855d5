"""The symbols of the picture: one way to draw each, on the map and in the legend.

Shapes and their meaning are those of the page (`static/geomap.js`): circle a place, square a claim,
diamond an area, triangle a government; solid, light or hollow by confidence.
"""

from __future__ import annotations

import math
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from geomap.output.picture_marks import INK
from geomap.output.picture_text import font

if TYPE_CHECKING:
    from geomap.output.picture_marks import Mark

DARK = "#14181c"
_PX_PT = 0.6  # a pixel of the page's symbols, in points of the picture
_SMALLEST_PT = 4.2  # a number smaller than this is not printed


def level(confidence: float) -> str:
    """Return how sure a confidence is: `high`, `medium` or `low`, parted as on the page."""
    return "high" if confidence >= 0.8 else "medium" if confidence >= 0.5 else "low"


def radius_px(mark: Mark) -> float:
    """Return the radius of a mark in the page's pixels: larger where more mentions meet."""
    base = 6.0 if mark.kind == "claims" or mark.shape == "diamond" else 6.2
    return base + (1.6 + 1.5 * min(4.0, math.log2(mark.count)) if mark.count > 1 else 0.0)


@lru_cache(maxsize=256)
def _outline(shape: str, radius_pt: float) -> Any:
    """Return the path of a shape round the origin, in points."""
    import numpy as np
    from matplotlib.path import Path

    r = radius_pt
    if shape == "circle":
        whole = Path.unit_circle()
        return Path(np.asarray(whole.vertices) * r, whole.codes)
    corners = {
        "square": [(-0.86, -0.86), (0.86, -0.86), (0.86, 0.86), (-0.86, 0.86)],
        "diamond": [(0, 1.2), (1.2, 0), (0, -1.2), (-1.2, 0)],
        "triangle": [(0, 1.1), (1.05, -0.8), (-1.05, -0.8)],
    }[shape]
    return Path([(x * r, y * r) for x, y in [*corners, corners[0]]], closed=True)


@lru_cache(maxsize=512)
def _number(count: int, size_pt: float) -> Any:
    """Return the path of a number round the origin, in points."""
    import numpy as np
    from matplotlib.path import Path
    from matplotlib.textpath import text_to_path

    told = "999+" if count > 999 else str(count)
    properties = font(size_pt, "bold")
    vertices, codes = text_to_path.get_text_path(properties, told, ismath=False)
    scale = size_pt / text_to_path.FONT_SCALE
    path = Path(np.asarray(vertices) * scale, codes)
    box = path.get_extents()
    middle = ((box.x0 + box.x1) / 2, (box.y0 + box.y1) / 2)
    return Path(np.asarray(path.vertices) - middle, path.codes)


class Symbols:
    """Symbols gathered in their order and drawn in one go: a thousand cost little more than one.

    Parameters
    ----------
    scale : float
        1 is the size on a page with few symbols.
    """

    def __init__(self, scale: float = 1.0) -> None:
        self.pt = _PX_PT * scale
        self._paths: list[Any] = []
        self._at: list[tuple[float, float]] = []
        self._looks: list[tuple[Any, Any, float, Any]] = []

    def radius_in(self, mark: Mark) -> float:
        """Return the radius of a mark with its halo, in inches."""
        return (radius_px(mark) + 2.0) * self.pt / 72

    def add(self, mark: Mark, x: float, y: float) -> None:
        """Add the symbol of a mark with its middle at a point of the page (inches)."""
        tier = level(mark.confidence)
        # What is hardly believed is smaller: many such signs would hide the few that are sure.
        r = round(radius_px(mark) * self.pt * (0.85 if tier == "low" else 1.0), 3)
        hollow = mark.hollow or mark.negated or tier == "low"
        outline = _outline(mark.shape, r)
        edge = DARK if mark.edged else mark.colour
        # The white halo parts the symbol from what lies under it.
        halo = (2.6 if hollow else 2.4) * self.pt
        line = round(max(1.5 * self.pt, 0.55), 3)
        self._put(outline, x, y, ("white", 0.9), ("white", 0.95), halo)
        if not hollow:
            face = (mark.colour, 1.0 if tier == "high" else 0.42)
            plain = tier == "high" and not mark.edged
            self._put(outline, x, y, face, None if plain else (edge, 1.0), 0.0 if plain else line)
        else:
            # Dashes are told in widths of the line.
            dash = (0.0, (2.4, 1.5)) if tier == "low" else None
            self._put(outline, x, y, (mark.colour, 0.15 if mark.edged else 0.0), (edge, 1.0),
                      line, dash)  # fmt: skip
        if mark.negated:
            self._put(_slash(r), x, y, None, (edge, 1.0), line)
        elif mark.count > 1:
            size = round(max(min(r * 1.05, 8.0), 3.0), 2)
            if size >= _SMALLEST_PT:
                light = not hollow and tier == "high"
                low = 0.12 * r / 72 if mark.shape == "triangle" else 0.0
                ink = ("white" if light else DARK, 1.0)
                self._put(_number(mark.count, size), x, y - low, ink, None, 0.0)

    def _put(
        self, path: Any, x: float, y: float, face: Any, edge: Any, width: float, dash: Any = None
    ) -> None:
        self._paths.append(path)
        self._at.append((x, y))
        self._looks.append((face, edge, width, dash))

    def draw(self, page: Any, clip: Any = None, zorder: float = 8.0) -> None:
        """Draw what was gathered on the page, whose data are inches."""
        if not self._paths:
            return
        from matplotlib.collections import PathCollection
        from matplotlib.colors import to_rgba
        from matplotlib.transforms import IdentityTransform

        nothing = (0.0, 0.0, 0.0, 0.0)
        faces = [nothing if f is None else to_rgba(*f) for f, _, _, _ in self._looks]
        edges = [nothing if e is None else to_rgba(*e) for _, e, _, _ in self._looks]
        drawn = PathCollection(
            self._paths, sizes=[1.0], offsets=self._at, offset_transform=page.transData,
            transform=IdentityTransform(), facecolors=faces, edgecolors=edges,
            linewidths=[w for _, _, w, _ in self._looks],
            linestyles=[d or "solid" for _, _, _, d in self._looks], zorder=zorder,
        )  # fmt: skip
        page.add_collection(drawn, autolim=False)
        if clip is not None:
            drawn.set_clip_path(clip)


def _slash(radius_pt: float) -> Any:
    from matplotlib.path import Path

    r = radius_pt * 0.6
    return Path([(-r, -r), (r, r)])


def sample(shape: str = "circle", **look: Any) -> Mark:
    """Return a mark for the legend."""
    from geomap.output.picture_marks import Mark

    told: dict[str, Any] = {
        "kind": "claims" if shape == "square" else "places", "colour": INK["places"], "name": "",
        "count": 1, "confidence": 1.0,
    }  # fmt: skip
    return Mark(0.0, 0.0, shape=shape, **(told | look))
