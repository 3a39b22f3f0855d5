"""ZIP archives: their files by name, each unpacked within bounds, none of them onto a disk."""

from __future__ import annotations

import stat
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, BinaryIO

from geomap.articles._ids import printable, wanted_ids
from geomap.articles._inputs import Input, kind_by_name
from geomap.articles._streams import Readable, read_at_most
from geomap.errors import ArticleError
from geomap.models import Problem

if TYPE_CHECKING:
    from geomap.articles._options import ReadOptions

__all__ = ["Member", "zip_members"]

_MOST_MEMBERS = 200_000
# zipfile reads the whole directory of an archive into memory at once, and makes 20 times that.
_MOST_AT_ONCE = 30_000_000
# Of the others some unpack a few bytes to gigabytes in one step, which no limit can stop.
_KNOWN = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
_ENCRYPTED = 0x1
# What a damaged or made-up archive raises inside zipfile.
_BROKEN = (
    zipfile.BadZipFile, zipfile.LargeZipFile, zlib.error, EOFError, RuntimeError, ValueError,
    OverflowError, LookupError,
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Member:
    """A file in an archive."""

    item: Input
    packed_bytes: int
    _archive: zipfile.ZipFile
    _info: zipfile.ZipInfo
    _budget: _Budget

    @property
    def budget_spent(self) -> bool:
        """Whether the archive has given all that it may."""
        return self._budget.left <= 0

    @contextmanager
    def opened(self) -> Iterator[Readable]:
        """Open it; what goes wrong in it is an `ArticleError`."""
        try:
            stream = self._archive.open(self._info)
        except _BROKEN as error:
            raise ArticleError(f"is damaged: {_reason(error)}") from error
        with stream:
            yield _Unpacked(stream, self._budget)


@dataclass(slots=True)
class _Budget:
    """How many bytes an archive may still give."""

    left: int
    message: str


class _Unpacked:
    """A file of an archive as it is unpacked: what it says of its size is not believed."""

    def __init__(self, stream: Readable, budget: _Budget) -> None:
        self._stream = stream
        self._budget = budget

    def read(self, size: int = -1, /) -> bytes:
        """Return up to `size` bytes, none at the end."""
        size = 1 << 18 if size < 0 else min(size, 1 << 20)
        try:
            piece = self._stream.read(size)
        except _BROKEN as error:
            raise ArticleError(f"is damaged: {_reason(error)}") from error
        self._budget.left -= len(piece)
        if self._budget.left <= 0:
            raise ArticleError(self._budget.message)
        return piece


class _SmallReads:
    """A file that is never read in large pieces; the directory of an archive is read in one."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self.seek, self.tell = file.seek, file.tell
        self.seekable, self.close = file.seekable, file.close

    def read(self, size: int = -1, /) -> bytes:
        most = _MOST_AT_ONCE + 1
        piece = read_at_most(self._file, most if size < 0 else min(size, most))
        if len(piece) > _MOST_AT_ONCE:
            raise ArticleError(f"has more than {_MOST_MEMBERS:,} files in it: unpack it")
        return piece


def zip_members(file: BinaryIO, item: Input, options: ReadOptions) -> Iterator[Member | Problem]:
    """Yield the files of an archive that can be read, by name, and a problem for what cannot.

    Parameters
    ----------
    file : BinaryIO
        The archive; it is open for as long as its files are read.
    item : Input
        What the archive is called.
    options : ReadOptions
        How large the files may be, together.

    Raises
    ------
    ArticleError
        The archive is damaged, has too many files, or none to read.
    """
    try:
        archive = zipfile.ZipFile(_SmallReads(file))
        listed = archive.infolist()
    except ArticleError:
        raise
    except _BROKEN as error:
        raise ArticleError(f"is no ZIP archive, or is damaged: {_reason(error)}") from error
    if len(listed) > _MOST_MEMBERS:
        raise ArticleError(f"has more than {_MOST_MEMBERS:,} files in it: unpack it")
    packed = file.seek(0, 2)
    most = options.most_unpacked(packed)
    budget = _Budget(
        most,
        f"was left out with what follows: {item.shown} holds more than {most / 1e6:,.0f} MB; "
        "raise the limit with max_article_mb",
    )
    found = sorted((parts, info.header_offset, info) for info in listed if (parts := _parts(info)))
    if not found:
        raise ArticleError("is a ZIP archive with nothing to read in it")
    names = ["/".join(parts) for parts, _, _ in found]
    ids = wanted_ids([(f"{item.relative}/{n}", f"{item.full}/{n}") for n in names])
    for name, wanted, (_, _, info) in zip(names, ids, found, strict=True):
        inner = Input(
            item.path,
            f"{item.shown}/{name}",
            f"{item.relative}/{name}",
            f"{item.full}/{name}",
            member=name,
            wanted=wanted,
        )
        message = _refusal(info, name)
        if message is not None:
            yield Problem(inner.shown, message, "broken-archive", set_aside=True)
        else:
            yield Member(inner, packed, archive, info, budget)


def _parts(info: zipfile.ZipInfo) -> tuple[str, ...]:
    """Return the parts of the name of a file that can be read, none for what is passed over.

    The name is for people and for the id: nothing is ever opened by it.
    """
    parts = tuple(
        part
        for part in printable(info.filename.replace("\\", "/")).split("/")
        if part not in ("", ".", "..")
    )
    is_link = stat.S_ISLNK(info.external_attr >> 16)
    hidden = any(part.startswith(".") or part == "__MACOSX" for part in parts)
    if info.is_dir() or is_link or hidden or not parts or kind_by_name(parts[-1]) is None:
        return ()
    return parts


def _refusal(info: zipfile.ZipInfo, name: str) -> str | None:
    """Return why a file of an archive is not read, None if it can be."""
    if info.flag_bits & _ENCRYPTED:
        return "is encrypted: unpack it"
    if info.compress_type not in _KNOWN:
        return "is compressed in a way that is not read here: pack it with deflate"
    if kind_by_name(name) == "zip":
        return "is an archive in an archive: unpack it"
    return None


def _reason(error: BaseException) -> str:
    """Return what zipfile says of damage, as a few words that can be shown."""
    return printable(str(error))[:120] or type(error).__name__
