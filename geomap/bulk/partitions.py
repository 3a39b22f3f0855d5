"""What a bulk run reads, cut into partitions: each is the work of one worker at a time."""

from __future__ import annotations

from collections import Counter
from dataclasses import asdict, dataclass, replace
from hashlib import blake2b
from itertools import pairwise, takewhile
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any, Literal

from geomap.bulk.storage import file_system, is_local
from geomap.errors import ArticleError
from geomap.models import Problem

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

Kind = Literal["jsonl", "lines", "parquet", "warc"]
PART_BYTES = 16_000_000  # of JSON Lines, or of rows of Parquet
_CHUNK_BYTES = 1 << 20
_ENDS_BYTES = 1 << 16  # of a file's beginning and end, by which it is known again
_SUFFIXES: dict[str, Kind] = {
    ".parquet": "parquet",
    ".pq": "parquet",
    ".jsonl": "jsonl",
    ".ndjson": "jsonl",
    ".jsonl.gz": "lines",
    ".ndjson.gz": "lines",
    ".warc": "warc",
    ".warc.gz": "warc",
}


@dataclass(frozen=True, slots=True)
class Source:
    """A file to read: its address, what problems call it, what articles without id are named by."""

    number: int
    url: str
    name: str
    kind: Kind


@dataclass(frozen=True, slots=True)
class Partition:
    """A part of a file.

    `first` and `last` (exclusive; None: to the end) count bytes of "jsonl", lines of "lines", rows
    of "parquet", records of "warc", from 0. `line` is the number of the first line, from 1.
    """

    id: str
    url: str
    name: str
    kind: Kind
    first: int = 0
    last: int | None = None
    line: int = 1

    def plain(self) -> dict[str, Any]:
        """Return it as JSON holds it."""
        return asdict(self)


@dataclass(frozen=True, slots=True)
class Planned:
    """A source that was looked at: its size, a digest of its ends, its partitions, or its fault."""

    source: Source
    size_bytes: int = 0
    ends: str = ""
    partitions: tuple[Partition, ...] = ()
    problem: Problem | None = None

    @property
    def told(self) -> dict[str, Any]:
        """What a later run knows it by."""
        return {"url": self.source.url, "size_bytes": self.size_bytes, "ends": self.ends}


def find_sources(inputs: Iterable[str]) -> list[Source]:
    """Return the files that inputs stand for, in order, each once.

    Parameters
    ----------
    inputs : iterable of str
        Files, folders (with all below them) and patterns (`*`, `**`, `?`), of this machine or of
        what fsspec reaches.

    Raises
    ------
    ArticleError
        One of them stands for nothing that can be read, or cannot be reached.
    """
    found: dict[str, Kind] = {}
    for one in inputs:
        for url, named in _files(one):
            kind = kind_of(url)
            if kind is not None:
                found.setdefault(url, kind)
            elif named:
                raise ArticleError(f"{one}: is none of {', '.join(_SUFFIXES)}")
    if not found:
        raise ArticleError("no file to read: name .parquet, .jsonl or .warc files, or folders")
    names = _names(sorted(found))
    return [
        Source(n, url, names[url], found[url]) for n, url in enumerate(sorted(found))
    ]  # fmt: skip


def kind_of(url: str) -> Kind | None:
    """Return what a file is by its name, None for what is not read."""
    name = url.lower()
    return next((kind for suffix, kind in _SUFFIXES.items() if name.endswith(suffix)), None)


def _files(one: str) -> Iterator[tuple[str, bool]]:
    """Yield the files of an input, and whether it names them one by one."""
    system, path = file_system(one)
    try:
        if any(sign in path for sign in "*?["):
            listed, named = sorted(system.glob(path)), False
        elif system.isdir(path):
            listed, named = sorted(system.find(path)), False
        elif system.exists(path):
            listed, named = [path], True
        else:
            listed, named = [], True
    except OSError as error:
        raise ArticleError(f"{one}: cannot be reached: {error}") from error
    files = [f for f in listed if named or kind_of(str(f))]
    if not files:
        raise ArticleError(f"{one}: no such file, or nothing in it that bulk reads")
    for file in files:
        yield str(file) if is_local(system) else str(system.unstrip_protocol(file)), named


def _names(urls: Sequence[str]) -> dict[str, str]:
    """Return a name for each file: its own, its path in the common folder where two share one."""
    own = {url: PurePosixPath(url).name for url in urls}
    often = Counter(own.values())
    if all(count == 1 for count in often.values()):
        return own
    # Not `commonpath`: it would make one slash of the two of an address.
    folders = [url.rpartition("/")[0].split("/") for url in urls]
    shared = sum(
        1 for _ in takewhile(lambda parts: len({*parts}) == 1, zip(*folders, strict=False))
    )
    cut = sum(len(part) + 1 for part in folders[0][:shared])
    return {url: name if often[name] == 1 else url[cut:] for url, name in own.items()}


def look(source: Source) -> Planned:
    """Return the size of a file and a digest of its ends, or its fault; it is not cut."""
    system, path = file_system(source.url)
    try:
        size = int(system.size(path) or 0)
        with system.open(path, "rb") as stream:
            head = stream.read(_ENDS_BYTES)
            stream.seek(max(0, size - _ENDS_BYTES))
            ends = blake2b(head + stream.read(_ENDS_BYTES), digest_size=8).hexdigest()
    except OSError as error:
        return Planned(source, problem=_unreadable(source, error))
    if not size:
        return Planned(source, 0, ends, problem=_aside(source, "is empty", "empty"))
    return Planned(source, size, ends)


def plan(source: Source, part_bytes: int = PART_BYTES) -> Planned:
    """Return a file with its partitions.

    JSON Lines are cut at the first line's end after each `part_bytes`, Parquet at its row groups
    (larger ones by rows); compressed lines and WARC files are not cut. A file that cannot be read
    is a problem.
    """
    found = look(source)
    if found.problem is not None:
        return found
    cuts: list[tuple[int | None, int]] = [(0, 1), (None, 1)]
    system, path = file_system(source.url)
    try:
        if source.kind in ("jsonl", "parquet"):
            with system.open(path, "rb") as stream:
                cut = _line_cuts if source.kind == "jsonl" else _row_cuts
                cuts = cut(stream, part_bytes)
    except (OSError, ValueError) as error:  # pyarrow's errors are ValueErrors
        return replace(found, problem=_unreadable(source, error))
    whole = Partition("", source.url, source.name, source.kind)
    parts = [
        replace(whole, id=f"{source.number:05d}-{n:05d}", first=first or 0, last=last, line=line)
        for n, ((first, line), (last, _)) in enumerate(pairwise(cuts))
    ]
    return replace(found, partitions=tuple(parts))


def _line_cuts(stream: Any, part_bytes: int) -> list[tuple[int | None, int]]:
    """Return where partitions begin (byte, number of the line) and where the last one ends."""
    cuts: list[tuple[int | None, int]] = [(0, 1)]
    at, line, wanted = 0, 1, part_bytes
    while chunk := stream.read(_CHUNK_BYTES):
        start = 0
        while at + len(chunk) > wanted:
            end = chunk.find(b"\n", max(start, wanted - at))
            if end < 0:
                break
            line += chunk.count(b"\n", start, end + 1)
            start = end + 1
            cuts.append((at + start, line))
            wanted = at + start + part_bytes
        line += chunk.count(b"\n", start)
        at += len(chunk)
    if cuts[-1][0] == at and len(cuts) > 1:
        cuts.pop()
    return [*cuts, (at, line)]


def _row_cuts(stream: Any, part_bytes: int) -> list[tuple[int | None, int]]:
    """Return at which rows partitions begin, and how many rows there are."""
    import pyarrow.parquet as pq

    told = pq.ParquetFile(stream).metadata
    cuts, begin = [], 0
    for n in range(told.num_row_groups):
        group = told.row_group(n)
        pieces = max(1, min(group.num_rows, group.total_byte_size // part_bytes))
        cuts += [begin + group.num_rows * piece // pieces for piece in range(pieces)]
        begin += group.num_rows
    return [(row, 1) for row in [*dict.fromkeys(cuts), begin]]


def halves(partition: Partition) -> tuple[Partition, Partition] | None:
    """Return the two halves of a partition, None for one that holds a single article."""
    if partition.kind == "jsonl":
        middle = _middle_line(partition)
    else:
        last = partition.last if partition.last is not None else _length(partition)
        rows = last - partition.first
        middle = (partition.first + rows // 2, 1) if rows > 1 else None
    if middle is None:
        return None
    at, line = middle
    first = replace(partition, id=f"{partition.id}.0", last=at)
    return first, replace(partition, id=f"{partition.id}.1", first=at, line=line)


def _middle_line(partition: Partition) -> tuple[int, int] | None:
    """Return the byte and the number of the line that stands nearest behind the middle."""
    assert partition.last is not None
    system, path = file_system(partition.url)
    size = partition.last - partition.first
    before: tuple[int, int] | None = None
    with system.open(path, "rb") as stream:
        stream.seek(partition.first)
        at, line = 0, partition.line
        while at < size and (chunk := stream.read(min(_CHUNK_BYTES, size - at))):
            start = 0
            while (end := chunk.find(b"\n", start) + 1) > 0:
                line += 1
                start = end
                if at + end >= size:
                    break
                before = (partition.first + at + end, line)
                if at + end >= size // 2:
                    return before
            at += len(chunk)
    return before


def _length(partition: Partition) -> int:
    """Return how many lines or records a file has that is not cut."""
    from geomap.bulk.records import count_of

    return count_of(partition)


def _unreadable(source: Source, error: Exception) -> Problem:
    told = " ".join(str(error).split())[:200]
    return _aside(source, f"cannot be read: {told}", "unreadable")


def _aside(source: Source, message: str, kind: str) -> Problem:
    return Problem(source.url, message, kind, set_aside=True)
