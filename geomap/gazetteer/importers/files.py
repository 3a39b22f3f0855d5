"""Bytes of a user's file as lines of text: plain, gzip or zip, never unpacked to disk.

What comes in is not trusted: the size that comes out of an archive is limited while it is read,
members of a zip are only read, and a line that is no text is rejected on its own.
"""

from __future__ import annotations

import gzip
import re
import zipfile
import zlib
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import IO, TYPE_CHECKING, Any, Literal

from geomap.errors import GazetteerError
from geomap.gazetteer.importers.base import readable

if TYPE_CHECKING:
    from collections.abc import Iterator

    from geomap.gazetteer.importers.base import Import

BLOCK = 1 << 20
MAX_LINE = 1 << 20
# Tables of places shrink to a fifth to a tenth. What swells 200-fold is a bomb (or no table);
# all of GeoNames is 1.7 GB, so 8 GB leaves room for any country's own.
MAX_RATIO = 200
RATIO_FROM = 16 << 20
MAX_UNPACKED = 8 << 30
_TABLES = (".txt", ".csv", ".tsv", ".geojson", ".json", ".geojsonl", ".ndjson")
_NOT_DATA = re.compile(r"readme|licen[cs]e|copying|iso-languagecodes", re.IGNORECASE)
_HTML = re.compile(rb"^\s*(<!--.*?-->\s*)?(<\?xml[^>]*>\s*)?<(!doctype\s+html|html|head|body)\b",
                   re.IGNORECASE | re.DOTALL)  # fmt: skip
_DAMAGE = (zlib.error, EOFError, zipfile.BadZipFile, gzip.BadGzipFile)


@dataclass(frozen=True, slots=True)
class Packed:
    """A file and how its bytes are got at. `size` is its packed size in bytes."""

    path: Path
    kind: Literal["plain", "gzip", "zip"]
    size: int
    member: str | None = None

    @property
    def inner(self) -> str:
        """The name of the table itself: "UA.txt" in "UA.zip"."""
        if self.member is not None:
            return PurePosixPath(self.member).name
        return self.path.stem if self.kind == "gzip" else self.path.name


def look_into(path: Path) -> Packed:
    """Find out how a file is packed, and which member of a zip is its table.

    Raises
    ------
    GazetteerError
        The file is missing, empty, a web page, or an archive that cannot be read.
    """
    try:
        size = path.stat().st_size
        with path.open("rb") as file:
            head = file.read(1024)
    except OSError as error:
        raise GazetteerError(f"{path}: cannot be read ({error.strerror or error})") from None
    if not head.strip():
        raise GazetteerError(f"{path}: is empty")
    refuse_html(path, head)
    if head.startswith(b"PK\x03\x04") or head.startswith(b"PK\x05\x06"):
        return _zip_table(path)
    if head.startswith(b"\x1f\x8b"):
        return Packed(path, "gzip", size)
    if path.suffix.lower() == ".zip":
        raise GazetteerError(f"{path}: is no zip archive: download it again")
    return Packed(path, "plain", size)


def refuse_html(path: Path, head: bytes) -> None:
    """Raise when a file begins as a web page does."""
    if _HTML.match(head.removeprefix(b"\xef\xbb\xbf")):
        raise GazetteerError(
            f"{path}: is a web page (an error page of the server?), not a gazetteer file: "
            "download it again"
        )


def _zip_table(path: Path) -> Packed:
    try:
        with zipfile.ZipFile(path) as archive:
            infos = [i for i in archive.infolist() if not i.is_dir()]
    except (zipfile.BadZipFile, OSError, ValueError, RuntimeError) as error:
        raise GazetteerError(
            f"{path}: is a damaged or cut-short zip ({error}): download it again"
        ) from None
    tables = [
        i for i in infos
        if i.filename.lower().endswith(_TABLES)
        and not _NOT_DATA.search(PurePosixPath(i.filename).name)
    ]  # fmt: skip
    own = [i for i in tables if PurePosixPath(i.filename).stem.lower() == path.stem.lower()]
    chosen = own if len(own) == 1 else tables
    if not chosen:
        held = ", ".join(readable(i.filename) for i in infos[:5]) or "nothing"
        raise GazetteerError(
            f"{path}: the zip holds no table (.txt, .csv, .tsv, .geojson), only {held}: unpack it "
            "and add the file you mean"
        )
    if len(chosen) > 1:
        held = ", ".join(readable(i.filename) for i in chosen[:5])
        raise GazetteerError(
            f"{path}: the zip holds several tables ({held}): unpack it and add those you mean"
        )
    info = chosen[0]
    if info.flag_bits & 1:
        raise GazetteerError(f"{path}: the zip is encrypted: unpack it first")
    _check_size(path, info.file_size, info.compress_size)
    return Packed(path, "zip", info.compress_size, info.filename)


def _check_size(path: Path, unpacked: int, packed: int) -> None:
    if unpacked > MAX_UNPACKED:
        raise GazetteerError(f"{path}: unpacks to more than {MAX_UNPACKED >> 30} GB: refused")
    if unpacked > RATIO_FROM and unpacked > MAX_RATIO * max(packed, 1):
        raise GazetteerError(
            f"{path}: unpacks to more than {MAX_RATIO} times its size (a zip bomb?): refused"
        )


class Stream:
    """Bytes of a packed file; every read is checked, and damage is told as a GazetteerError."""

    def __init__(self, packed: Packed, file: IO[bytes]) -> None:
        self._packed = packed
        self._file = file
        self._total = 0

    def read(self, size: int) -> bytes:
        """Return up to `size` bytes, none at the end."""
        try:
            data = self._file.read(size)
        except _DAMAGE as error:
            raise GazetteerError(
                f"{self._packed.path}: is damaged or cut short after {self._total:,} unpacked "
                f"bytes ({error}): download it again"
            ) from None
        except OSError as error:
            raise GazetteerError(f"{self._packed.path}: cannot be read ({error})") from None
        self._total += len(data)
        if self._packed.kind != "plain":
            _check_size(self._packed.path, self._total, self._packed.size)
        return data

    def read_all(self, limit: int) -> bytes:
        """Return all bytes; more than `limit` of them are refused."""
        parts, total = [], 0
        while part := self.read(BLOCK):
            total += len(part)
            if total > limit:
                raise GazetteerError(
                    f"{self._packed.path}: is larger than {limit >> 20} MB, too large to be read "
                    "as one JSON document: convert it to GeoPackage or to one feature a line"
                )
            parts.append(part)
        return b"".join(parts)


@contextmanager
def opened(packed: Packed) -> Iterator[Stream]:
    """Open the table of a file for reading."""
    with ExitStack() as stack:
        file: Any
        try:
            if packed.member is not None:
                archive = stack.enter_context(zipfile.ZipFile(packed.path))
                file = stack.enter_context(archive.open(packed.member))
            elif packed.kind == "gzip":
                file = stack.enter_context(gzip.open(packed.path, "rb"))
            else:
                file = stack.enter_context(packed.path.open("rb"))
        except (*_DAMAGE, OSError, KeyError, RuntimeError) as error:
            raise GazetteerError(f"{packed.path}: cannot be unpacked ({error})") from None
        yield Stream(packed, file)


def head_of(packed: Packed, size: int = 256 << 10) -> bytes:
    """Return the first bytes of the table."""
    parts = []
    with opened(packed) as stream:
        while size > 0 and (part := stream.read(size)):
            parts.append(part)
            size -= len(part)
    return b"".join(parts)


def blocks(packed: Packed, found: Import) -> Iterator[tuple[int, list[str]]]:
    """Yield runs of lines with the number of their first; lines that are no text are rejected.

    Lines come without their end. Within a run the numbers go up by one.
    """
    number, tail, skipping = 1, b"", False
    with opened(packed) as stream:
        while chunk := stream.read(BLOCK):
            if skipping:  # the rest of a line without end
                _, end, chunk = chunk.partition(b"\n")
                if not end:
                    continue
                skipping = False
                number += 1
            body, end, rest = (tail + chunk).rpartition(b"\n")
            tail = rest
            if end:
                yield from _lines(body, number, found)
                number += body.count(b"\n") + 1
            if len(tail) > MAX_LINE:
                found.reject(number, f"a line of more than {MAX_LINE >> 20} MB", _shown(tail))
                tail, skipping = b"", True
        if tail:
            yield from _lines(tail, number, found)


def _lines(body: bytes, first: int, found: Import) -> Iterator[tuple[int, list[str]]]:
    if b"\r" in body:
        body = body.replace(b"\r\n", b"\n").removesuffix(b"\r")
    if first == 1:
        body = body.removeprefix(b"\xef\xbb\xbf")
    if b"\0" not in body:
        try:
            text = body.decode("utf-8")
        except UnicodeDecodeError:
            pass
        else:
            yield first, text.split("\n")
            return
    for number, line in enumerate(body.split(b"\n"), first):
        if b"\0" in line:
            found.reject(number, "holds NUL bytes", _shown(line))
            continue
        try:
            text = line.decode("utf-8")
        except UnicodeDecodeError as error:
            found.reject(number, f"is not UTF-8 (byte {error.start + 1})", _shown(line))
            continue
        yield number, [text]


def _shown(line: bytes) -> str:
    return line[:160].decode("utf-8", "replace")
