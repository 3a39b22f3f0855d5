"""Records as rows of plain values, and back.

How a record is written follows from its fields and their types, so that none can be forgotten. Each
type has a form: the type of its row, which a decoder checks, and what turns one into the other. A
`Place` or `Region` is a number in a table, since the same one hangs on many records; words that
stand in the article between `start` and `end` are left to the article, and of the article itself
only a digest of its text is kept.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
import sys
from dataclasses import dataclass, field
from functools import cache
from hashlib import blake2b
from operator import attrgetter
from types import NoneType, UnionType
from typing import (
    TYPE_CHECKING,
    Annotated,
    Any,
    Literal,
    Union,
    get_args,
    get_origin,
    get_type_hints,
)

from geomap import models
from geomap.models import Article, Place, Region
from geomap.workspace.stored_shapes import ShapeTable

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

__all__ = ["Form", "Shared", "Sharing", "form_of"]


@dataclass(slots=True)
class Sharing:
    """The tables of a report that is written: each place, region and shape once."""

    article: Article
    places: list[tuple[Any, ...]] = field(default_factory=list)
    regions: list[tuple[Any, ...]] = field(default_factory=list)
    shapes: ShapeTable = field(default_factory=ShapeTable)
    _by_identity: dict[int, int] = field(default_factory=dict)
    _by_value: dict[Any, int] = field(default_factory=dict)

    def number(self, record: Place | Region) -> int:
        """Return the number of a place or region in its table."""
        # The report holds its records while it is written: an identity means the same one.
        number = self._by_identity.get(id(record))
        if number is None:
            form = form_of(Place) if isinstance(record, Place) else form_of(Region)
            row = form.to_row(record, self)
            table = self.places if isinstance(record, Place) else self.regions
            number = self._by_value.setdefault(row, len(table))  # rows of the two differ in length
            if number == len(table):
                table.append(row)
            self._by_identity[id(record)] = number
        return number


@dataclass(slots=True)
class Shared:
    """The tables of a report that is read."""

    article: Article
    shapes: Sequence[Any]
    places: Sequence[Any] = ()
    regions: Sequence[Any] = ()


@dataclass(frozen=True, slots=True)
class Form:
    """How a type of record is written.

    `row` is the type of its rows: a tuple with an entry for each field, in their order.
    """

    record: type
    row: Any
    _values: Callable[[Any], tuple[Any, ...]]
    _changed: tuple[tuple[int, Any, Any], ...]  # field, to its entry, from its entry
    _spanned: tuple[int, int, int] | None  # fields: start, end, text

    def to_row(self, record: Any, sharing: Sharing) -> tuple[Any, ...]:
        """Return the row of a record; what it shares goes into the tables."""
        values = self._values(record)
        if not self._changed and self._spanned is None:
            return values
        row = list(values)
        for at, to_entry, _ in self._changed:
            if (value := row[at]) is not None:
                row[at] = to_entry(value, sharing)
        if self._spanned is not None:
            start, end, text = self._spanned
            if row[text] == sharing.article.text[row[start] : row[end]]:
                row[text] = None
        return tuple(row)

    def from_row(self, row: Sequence[Any], shared: Shared) -> Any:
        """Return the record of a row of the right types.

        Raises
        ------
        ValueError
            It is of another text than the article's.
        IndexError
            It names a place, region or shape that is not in its table.
        """
        if not self._changed and self._spanned is None:
            return self.record(*row)
        values = list(row)
        for at, _, from_entry in self._changed:
            if (entry := values[at]) is not None:
                values[at] = from_entry(entry, shared)
        if self._spanned is not None:
            start, end, text = self._spanned
            if values[text] is None:
                values[text] = shared.article.text[values[start] : values[end]]
        return self.record(*values)


@cache
def form_of(record: type) -> Form:
    """Return the form of a type of record of `geomap.models`.

    Raises
    ------
    TypeError
        A field has a type that cannot be written.
    """
    names = [f.name for f in dataclasses.fields(record)]
    hints = _hints_of(record)
    forms = [_entry_of(hints[name]) for name in names]
    rows = [row for row, _, _ in forms]
    spanned = None
    if {"start", "end", "text"} <= set(names):
        spanned = (names.index("start"), names.index("end"), names.index("text"))
        rows[spanned[2]] = str | None
    return Form(
        record=record,
        row=tuple.__class_getitem__(tuple(rows)),
        _values=attrgetter(*names),
        _changed=tuple((i, to, back) for i, (_, to, back) in enumerate(forms) if to is not None),
        _spanned=spanned,
    )


def _hints_of(record: type) -> dict[str, Any]:
    """Return the types of the fields; `models` imports some for type checking only."""
    import shapely

    named = {
        "dt": dt,
        "Geometry": shapely.Geometry,
        "Polygon": shapely.Polygon,
        "MultiPolygon": shapely.MultiPolygon,
    }
    return get_type_hints(record, globalns={**vars(models), **named})


def _entry_of(hint: Any) -> tuple[Any, Any, Any]:
    """Return the type of a field's entry in a row, what makes the entry and what reads it.

    The latter two are None where the value is its own entry; neither meets a None.
    """
    import shapely
    from msgspec import Meta

    number = Annotated[int, Meta(ge=0)]
    if hint is float:
        most = sys.float_info.max
        return Annotated[float, Meta(ge=-most, le=most)], None, None  # no infinity, no NaN
    if hint in (int, bool, str, dt.date) or get_origin(hint) is Literal:
        return hint, None, None
    if hint is Article:
        return bytes, _text_digest, _article
    if hint is Place:
        return number, _number, lambda i, shared: shared.places[i]
    if hint is Region:
        return number, _number, lambda i, shared: shared.regions[i]
    if get_origin(hint) in (Union, UnionType):
        inner = [t for t in get_args(hint) if t is not NoneType]
        if set(inner) == {shapely.Polygon, shapely.MultiPolygon}:
            entry: tuple[Any, Any, Any] = (number, _shape_number, lambda i, s: s.shapes[i])
        elif len(inner) == 1:
            entry = _entry_of(inner[0])
        else:
            raise TypeError(f"{hint} cannot be written")
        if len(inner) == len(get_args(hint)):
            return entry
        return Union[entry[0], None], entry[1], entry[2]  # noqa: UP007  # built as it runs
    if get_origin(hint) is tuple:
        return _tuple_entry(hint)
    if dataclasses.is_dataclass(hint) and isinstance(hint, type):
        form = form_of(hint)
        return form.row, form.to_row, form.from_row
    raise TypeError(f"{hint} cannot be written")


def _tuple_entry(hint: Any) -> tuple[Any, Any, Any]:
    """As `_entry_of`, for a tuple: of any length, or of plain values."""
    inner = get_args(hint)
    if len(inner) == 2 and inner[1] is Ellipsis:
        row, to, back = _entry_of(inner[0])
        many = tuple.__class_getitem__((row, ...))
        if to is None:
            return many, None, None
        return (
            many,
            lambda values, sharing: tuple([to(v, sharing) for v in values]) if values else (),
            lambda rows, shared: tuple([back(r, shared) for r in rows]) if rows else (),
        )
    entries = [_entry_of(t) for t in inner]
    if any(to is not None for _, to, _ in entries):
        raise TypeError(f"{hint} cannot be written")
    return tuple.__class_getitem__(tuple(row for row, _, _ in entries)), None, None


def _number(record: Place | Region, sharing: Sharing) -> int:
    return sharing.number(record)


def _shape_number(shape: Any, sharing: Sharing) -> int:
    return sharing.shapes.number(shape)


def _text_digest(article: Article, _: Sharing | Shared) -> bytes:
    return blake2b(article.text.encode("utf-8", "surrogatepass"), digest_size=8).digest()


def _article(digest: bytes, shared: Shared) -> Article:
    if digest != _text_digest(shared.article, shared):
        raise ValueError("it is of another text")
    return shared.article
