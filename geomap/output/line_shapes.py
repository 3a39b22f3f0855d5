"""What the features of a file of front lines mean, by the words of their makers (a table)."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any, Literal, get_args

from geomap.errors import TableError
from geomap.tables import load_table

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

Meaning = Literal["line", "A", "B", "side", "none"]
_TABLE = "line_shapes.toml"
_KEY = "geojson"  # how the keys of DeepState's labels begin
_BETWEEN = "///"  # what stands between the languages of a label


@dataclass(frozen=True, slots=True)
class Shape:
    """Words, squeezed, and what a feature with them is."""

    means: Meaning
    whole: frozenset[str]
    parts: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Shapes:
    """The table: properties to look at (lower case), sides by name, shapes in their order."""

    label: tuple[str, ...]
    date: tuple[str, ...]
    edited: tuple[str, ...]
    sides: Mapping[str, str]
    shapes: tuple[Shape, ...]

    def meaning(self, label: object, side: object = None) -> Meaning | None:
        """Return what a label means; None when it is not known.

        Parameters
        ----------
        label : object
            What a property says, or a layer or a file is called.
        side : object
            What the feature's `side` says, for labels that leave it to that.

        Examples
        --------
        >>> shapes().meaning("Окуповано /// Occupied /// geoJSON.status.occupied")
        'A'
        >>> shapes().meaning("Claimed Ukrainian Counteroffensives")
        'none'
        >>> shapes().meaning("control", "B")
        'B'
        """
        if not isinstance(label, str):
            return None
        told = [squeezed(part) for part in label.split(_BETWEEN)]
        asked = [part for part in told if part.startswith(_KEY)] or told
        for shape in self.shapes:
            if any(p in shape.whole or any(w in p for w in shape.parts) for p in asked):
                return self._side(side) if shape.means == "side" else shape.means
        return None

    def _side(self, side: object) -> Meaning | None:
        found = self.sides.get(squeezed(side)) if isinstance(side, str) else None
        return "A" if found == "A" else "B" if found == "B" else None

    def of(self, properties: Mapping[str, Any]) -> Meaning | None:
        """Return what a feature is by its properties (names in lower case); None: not told."""
        side = properties.get("side")
        for name in self.label:
            if (found := self.meaning(properties.get(name), side)) is not None:
                return found
        return None


def squeezed(text: str) -> str:
    """Return the letters and digits of a text, in lower case.

    Examples
    --------
    >>> squeezed("Assessed_Russian-controlled Territory")
    'assessedrussiancontrolledterritory'
    """
    return "".join(c for c in text.casefold() if c.isalnum())


def check(table: Mapping[str, Any], where: str = f"output/{_TABLE}") -> Shapes:
    """Return the shapes of a table.

    Raises
    ------
    TableError
        A part is missing or unknown, or a shape has no words or means nothing known.
    """
    if set(table) != {"properties", "sides", "shape"}:
        raise TableError(f"{where}: must have exactly [properties], [sides] and [[shape]]")
    properties, sides = table["properties"], table["sides"]
    if set(properties) != {"label", "date", "edited"}:
        raise TableError(f"{where}: [properties] must have exactly label, date and edited")
    for key, names in properties.items():
        if not names or not all(isinstance(n, str) and n and n == n.lower() for n in names):
            raise TableError(f"{where}: [properties] {key}: give names in lower case")
    for name, side in sides.items():
        if side not in ("A", "B") or name != squeezed(name):
            raise TableError(f'{where}: [sides] {name} = {side!r}: write a word = "A" or "B"')
    return Shapes(
        tuple(properties["label"]),
        tuple(properties["date"]),
        tuple(properties["edited"]),
        dict(sides),
        tuple(_shape(row, f"{where}: [[shape]] {n}") for n, row in enumerate(table["shape"], 1)),
    )


def _shape(row: Mapping[str, Any], where: str) -> Shape:
    unknown = row.keys() - {"means", "is", "holds"}
    if unknown:
        raise TableError(f"{where}: {sorted(unknown)[0]!r} is not known: use means, is, holds")
    if row.get("means") not in get_args(Meaning):
        raise TableError(f"{where}: means must be one of {', '.join(get_args(Meaning))}")
    whole, parts = _words(row.get("is", ()), where), _words(row.get("holds", ()), where)
    if not whole and not parts:
        raise TableError(f"{where}: has no words: give `is` or `holds`")
    return Shape(row["means"], frozenset(whole), parts)


def _words(words: Sequence[Any], where: str) -> tuple[str, ...]:
    found = tuple(squeezed(w) if isinstance(w, str) else "" for w in words)
    if not all(found):
        raise TableError(f"{where}: {words[found.index('')]!r} holds no letter or digit")
    return found


@cache
def shapes() -> Shapes:
    """Return the embedded table.

    Raises
    ------
    TableError
        It is not valid.
    """
    return check(load_table("geomap.output", _TABLE))
