"""Words on the picture: fonts, what of a name can be drawn, how wide it is.

Names come from outside. Nothing in them is markup here: what has no shape is left out, what the
font lacks becomes a box, and what is too long is cut.
"""

from __future__ import annotations

import unicodedata
from functools import cache
from pathlib import Path
from typing import Any

LACKING = "\u25a1"  # a hollow box, for letters that the font does not have
_CUT = "\u2026"
_READ = 400  # characters looked at, whatever a name's length
_FILES = {
    "plain": "DejaVuSans.ttf",
    "bold": "DejaVuSans-Bold.ttf",
    "slanted": "DejaVuSans-Oblique.ttf",
}
_SHAPELESS = {"Cc", "Cf", "Cs", "Co", "Cn", "Mn", "Me", "Zl", "Zp", "Zs"}


def _file(face: str) -> Path:
    """Return the file of a face: matplotlib ships it, so pictures are alike on every machine."""
    import matplotlib

    return Path(matplotlib.get_data_path()) / "fonts" / "ttf" / _FILES[face]


def font(size_pt: float, face: str = "plain") -> Any:
    """Return the font properties of a face (`plain`, `bold`, `slanted`) at a size in points."""
    from matplotlib.font_manager import FontProperties

    return FontProperties(fname=_file(face), size=size_pt)


@cache
def _known() -> frozenset[int]:
    """Return the code points that every face has."""
    from matplotlib.ft2font import FT2Font

    faces = [FT2Font(str(_file(face))).get_charmap() for face in _FILES]
    return frozenset.intersection(*(frozenset(face) for face in faces))


def drawable(text: Any, most: int = 60) -> str:
    r"""Return what of a text can be drawn, on one line.

    Parameters
    ----------
    text : object
        Anything; None is no text.
    most : int
        Characters kept; a longer text ends in an ellipsis.

    Returns
    -------
    str
        Without control codes, direction marks and stacked accents; runs of space are one space;
        each letter that the font lacks is a hollow box. Empty when no letter of it can be drawn.

    Examples
    --------
    >>> drawable("  Chasiv\n Yar ")
    'Chasiv Yar'
    >>> drawable("\u202eevil\u202c $x_1$")
    'evil $x_1$'
    >>> drawable("a" * 500, 5)
    'aaaa…'
    """
    if text is None:
        return ""
    known = _known()
    whole = str(text)
    kept: list[str] = []
    for letter in unicodedata.normalize("NFC", whole[:_READ]):
        if unicodedata.category(letter) in _SHAPELESS:
            # Spaces and line ends part words; the rest of these takes no room at all.
            kept.append(" " if letter.isspace() else "")
        else:
            kept.append(letter if ord(letter) in known else LACKING)
    line = " ".join("".join(kept).split())
    if not line.replace(LACKING, "").strip():
        return ""
    if len(line) > most or len(whole) > _READ:
        return line[: most - 1].rstrip() + _CUT
    return line


def size_pt(text: str, properties: Any) -> tuple[float, float]:
    """Return the width and height of a drawable text in points, whatever the resolution."""
    from matplotlib.textpath import text_to_path

    width, height, _ = text_to_path.get_text_width_height_descent(text, properties, ismath=False)
    return float(width), float(height)


def wrapped(text: str, properties: Any, width_pt: float, lines: int = 3) -> list[str]:
    """Return a drawable text as lines of at most a width; the last one is cut if it must be."""
    found: list[str] = []
    rest = text.split(" ")
    while rest and len(found) < lines:
        taken = 1
        while taken < len(rest) and size_pt(" ".join(rest[: taken + 1]), properties)[0] <= width_pt:
            taken += 1
        if len(found) == lines - 1:
            taken = len(rest)
        found.append(fitted(" ".join(rest[:taken]), properties, width_pt))
        rest = rest[taken:]
    return found


def fitted(text: str, properties: Any, width_pt: float) -> str:
    """Return a text, cut with an ellipsis where it is wider than `width_pt`."""
    if size_pt(text, properties)[0] <= width_pt:
        return text
    kept = text
    while kept and size_pt(kept + _CUT, properties)[0] > width_pt:
        kept = kept[: max(int(len(kept) * 0.9), 0)].rstrip() if len(kept) > 30 else kept[:-1]
    return kept + _CUT


def write(
    page: Any, x: float, y: float, text: str, properties: Any, colour: str, **more: Any
) -> Any:
    """Write a drawable text at a point of the page (inches); nothing in it is markup."""
    keys = {"zorder": 10, "va": "baseline", "ha": "left"} | more
    return page.text(x, y, text, fontproperties=properties, color=colour, parse_math=False,
                     usetex=False, **keys)  # fmt: skip
