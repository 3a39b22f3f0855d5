"""Reports to bytes and back, so that a workspace need not read its articles again.

The bytes: the mark `GMR`, the format (one byte), a digest of what follows, then MessagePack under
zlib. They may come from somebody else: they are data only, are checked field by field against the
types of the records, and cost memory in proportion to the article at most.
"""

from __future__ import annotations

import zlib
from dataclasses import dataclass
from functools import cache, lru_cache
from hashlib import blake2b
from typing import TYPE_CHECKING, Annotated, Any

from geomap.errors import WorkspaceError
from geomap.models import Place, Region, Report
from geomap.workspace.places import NamedPlace, places_of
from geomap.workspace.stored_rows import Shared, Sharing, form_of
from geomap.workspace.stored_shapes import Columns, shapes_from

if TYPE_CHECKING:
    from collections.abc import Callable

    from geomap.models import Article, Problem

__all__ = ["FORMAT", "Packed", "pack", "unpack"]

FORMAT = 2  # of the bytes; another one when the fields of a record or the layout change

_MARK = b"GMR"
_DIGEST_BYTES = 8
_HEAD_BYTES = len(_MARK) + 1 + _DIGEST_BYTES
_LEVEL = 1  # coordinates are nearly noise: 6 saves a fiftieth and takes a third longer
# What the contents may take. Real reports take up to 30 bytes for each character, and a short one
# may measure from a long line of contact; in memory they grow fortyfold at worst.
_LEAST_BYTES, _BYTES_PER_CHARACTER, _MOST_BYTES = 1 << 22, 512, 1 << 28


@dataclass(frozen=True, slots=True)
class Packed:
    """A report as bytes, with its article, what its owner should know of it, and what it names."""

    data: bytes
    article: Article
    problems: tuple[Problem, ...]
    places: tuple[NamedPlace, ...]

    @classmethod
    def of(cls, report: Report) -> Packed:
        """Return a report packed.

        Raises
        ------
        WorkspaceError
            As `pack`.
        """
        return cls(pack(report), report.article, report.problems, places_of(report))

    def report(self) -> Report:
        """Return the report.

        Raises
        ------
        WorkspaceError
            As `unpack`.
        """
        return unpack(self.data, self.article)


def pack(report: Report) -> bytes:
    """Return a report as bytes, all but its article (of which a digest of the text is kept).

    The same report gives the same bytes.

    Parameters
    ----------
    report : Report

    Returns
    -------
    bytes
        For `unpack`.

    Raises
    ------
    WorkspaceError
        It holds what no report of geomap holds (a number that is none, a value of another type),
        or too much for its article.
    """
    import msgspec

    sharing = Sharing(report.article)
    try:
        found = form_of(Report).to_row(report, sharing)
        tables = (sharing.shapes.columns(), tuple(sharing.places), tuple(sharing.regions))
        encoder = msgspec.msgpack.Encoder(enc_hook=_plain)
        try:
            data = encoder.encode((False, *tables, found))
        except UnicodeEncodeError:
            # The name of a file may hold bytes that are no text; Python makes lone surrogates of
            # them, which UTF-8 has not.
            data = encoder.encode((True, *_mapped((*tables, found), _escape)))
        if len(data) > _most_bytes(report.article):
            raise ValueError(f"{len(data)} bytes are too many for such an article")
        _decoder().decode(data)  # what could not be read must not be stored
    except (ValueError, TypeError, AttributeError, OverflowError) as error:
        raise WorkspaceError(
            f"the report of article {report.article.id} cannot be stored: {error}"
        ) from error
    return _sealed(FORMAT, zlib.compress(data, _LEVEL))


def unpack(data: bytes, article: Article) -> Report:
    """Return the report that `pack` wrote.

    Parameters
    ----------
    data : bytes
        From anywhere: reading it runs no code, and takes no more memory than the report of such an
        article may need.
    article : Article
        The article of the report.

    Raises
    ------
    WorkspaceError
        The bytes are damaged, of another format, or of another text than the article's.
    """
    import msgspec
    from shapely.errors import ShapelyError

    try:
        escaped, *rest = _decoder().decode(_opened(data, _most_bytes(article)))
        shapes, places, regions, found = _mapped(tuple(rest), _unescape) if escaped else rest
        shared = Shared(article, shapes_from(Columns(*shapes)))
        shared.places = [_place(row) for row in places]
        shared.regions = [form_of(Region).from_row(row, shared) for row in regions]
        report: Report = form_of(Report).from_row(found, shared)
    except (msgspec.MsgspecError, ShapelyError, ValueError, LookupError, zlib.error) as error:
        raise WorkspaceError(
            f"the stored report of article {article.id} cannot be used: {error}; read the article "
            "again (geomap reprocess)"
        ) from error
    return report


@lru_cache(maxsize=50_000)
def _place(row: tuple[Any, ...]) -> Place:
    """Return the place of a row: one for all reports, for they name the same few thousand."""
    return Place(*row)


def _sealed(version: int, body: bytes) -> bytes:
    """Return a body with its head: mark, format, digest."""
    begin = _MARK + bytes([version])
    return begin + blake2b(begin + body, digest_size=_DIGEST_BYTES).digest() + body


def _opened(data: bytes, most_bytes: int) -> bytes:
    """Return the contents that `_sealed` closed.

    Raises
    ------
    ValueError
        They are damaged, of another format, or longer than may be.
    """
    body = data[_HEAD_BYTES:]
    if len(data) < _HEAD_BYTES or not data.startswith(_MARK):
        raise ValueError("it is damaged")
    if (version := data[len(_MARK)]) != FORMAT:
        raise ValueError(f"it has format {version}, this geomap reads {FORMAT}")
    if _sealed(FORMAT, body) != data:
        raise ValueError("it is damaged")
    unzip = zlib.decompressobj()
    contents = unzip.decompress(body, most_bytes + 1)
    if len(contents) > most_bytes:
        raise ValueError(f"it is longer than {most_bytes} bytes")
    if not unzip.eof or unzip.unused_data:
        raise ValueError("it is damaged")
    return contents


def _most_bytes(article: Article) -> int:
    """Return how long the contents of an article's report may be."""
    return min(_LEAST_BYTES + _BYTES_PER_CHARACTER * len(article.text), _MOST_BYTES)


@cache
def _decoder() -> Any:
    """Return what reads the contents and checks each value's type."""
    from msgspec import Meta
    from msgspec.msgpack import Decoder

    counts = tuple[Annotated[int, Meta(ge=0, le=_MOST_BYTES)], ...]
    columns = tuple[counts, counts, counts, counts, bytes, bytes]
    place, region, report = (form_of(t).row for t in (Place, Region, Report))
    tables = columns, tuple.__class_getitem__((place, ...)), tuple.__class_getitem__((region, ...))
    return Decoder(tuple.__class_getitem__((bool, *tables, report)))


def _plain(value: Any) -> Any:
    """Return a number of numpy as Python's own."""
    if hasattr(value, "item"):
        return value.item()
    raise TypeError(f"a {type(value).__name__} cannot be stored")


def _mapped(value: Any, change: Callable[[str], str]) -> Any:
    """Return nested tuples with all their words changed."""
    if isinstance(value, tuple):
        return tuple([_mapped(v, change) for v in value])
    return change(value) if isinstance(value, str) else value


def _escape(words: str) -> str:
    return words.encode("utf-8", "surrogatepass").decode("latin-1")


def _unescape(words: str) -> str:
    return words.encode("latin-1").decode("utf-8", "surrogatepass")
