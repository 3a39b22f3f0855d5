"""What reading a user's gazetteer file gives: rows as a stream, and an account of every line."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal, NamedTuple

if TYPE_CHECKING:
    import datetime as dt
    from pathlib import Path

    from geomap.gazetteer.rows import SourceRow

Format = Literal[
    "geonames", "alternate-names", "admin-codes", "postal", "geojson", "geopackage", "csv", "osm"
]

MAX_REJECTS = 1_000  # kept as a list; all are counted
MAX_REJECT_TEXT = 80
MAX_MAIN_NAME = 200  # GeoNames' own limit

GEONAMES = ("CC BY 4.0", "GeoNames (https://www.geonames.org), CC BY 4.0")
OPENSTREETMAP = ("ODbL 1.0", "© OpenStreetMap contributors, ODbL 1.0")
UNKNOWN = ("unknown: given by the user", "")


class ExtraName(NamedTuple):
    """A further name of a GeoNames place; flags: preferred, short, colloquial, historic."""

    geonameid: int
    name: str
    language: str
    flags: tuple[str, ...]


class Code(NamedTuple):
    """The code of a division: "AD.06", or "AE.01.101" of the second level."""

    code: str
    name: str
    geonameid: int


@dataclass(frozen=True, slots=True)
class Reject:
    """A line (or feature, or object: counted from 1) that could not be used, and why."""

    line: int
    reason: str
    text: str


@dataclass(slots=True)
class Import:
    """A user's gazetteer file, ready to be read.

    Attributes
    ----------
    name : str
        Short name of the source: "GeoNames AD.txt".
    format : str
        What the file was found to be.
    licence, attribution : str
        What is known of them from the format; the user's own files are "unknown".
    date : datetime.date, optional
        The newest day that the content gives (GeoNames' modification dates, OpenStreetMap's
        replication stamp); known when the rows have been read, None when there is none.
    accepted, rejected, skipped : int
        Lines used, lines that could not be, and lines that hold no name (links and codes among
        GeoNames' alternate names). They add up to the lines that are not blank.
    merged : int
        How many of the accepted only repeat an earlier row (ZIP codes of one town), or add a
        stretch to it (the ways of one river).
    rejects : list of Reject
        The first 1,000 of the rejected.
    """

    path: Path
    name: str
    format: Format
    licence: str
    attribution: str
    date: dt.date | None = None
    accepted: int = 0
    merged: int = 0
    skipped: int = 0
    rejected: int = 0
    rejects: list[Reject] = field(default_factory=list)
    _read_rows: Callable[[Import], Iterator[SourceRow]] | None = field(default=None, repr=False)
    _read_names: Callable[[Import], Iterator[ExtraName]] | None = field(default=None, repr=False)
    _read_codes: Callable[[Import], Iterator[Code]] | None = field(default=None, repr=False)

    def rows(self) -> Iterator[SourceRow]:
        """Yield the places of the file, read as they are asked for.

        Each call reads the file anew and starts the counts over; files of alternate names or
        codes have none, and keep their counts.

        Raises
        ------
        GazetteerError
            When the file turns out to be damaged while it is read.
        """
        if self._read_rows:
            self._start()
            yield from self._read_rows(self)

    def extra_names(self) -> Iterator[ExtraName]:
        """Yield the names of a file of alternate names."""
        if self._read_names:
            self._start()
            yield from self._read_names(self)

    def codes(self) -> Iterator[Code]:
        """Yield the divisions of a file of codes."""
        if self._read_codes:
            self._start()
            yield from self._read_codes(self)

    def reject(self, line: int, reason: str, text: str) -> None:
        """Count a line that cannot be used."""
        self.rejected += 1
        if len(self.rejects) < MAX_REJECTS:
            self.rejects.append(Reject(line, reason, readable(text[:MAX_REJECT_TEXT])))

    def _start(self) -> None:
        self.accepted = self.merged = self.skipped = self.rejected = 0
        self.rejects.clear()


def readable(text: str) -> str:
    """Return text from a file as it can be shown in one line of a terminal."""
    return "".join(c if c.isprintable() else "?" for c in text)


def clean(name: str) -> str:
    """Return a name without control and invisible characters and outer spaces."""
    name = name.strip()
    if name.isprintable():
        return name
    kept = (c if c.isprintable() else " " if c.isspace() else "" for c in name)
    return " ".join(unicodedata.normalize("NFC", "".join(kept)).split())


def distinct(main: str, names: Iterator[str] | list[str]) -> tuple[str, ...]:
    """Return names in their order, each once, without the main one."""
    return tuple(n for n in dict.fromkeys(names) if n and n != main)


def whole_number(text: str) -> int:
    """Return a population that a table gives as "1 234", "1,234" or "1234.0"; 0 when it is none."""
    digits = "".join(c for c in text.partition(".")[0] if c.isdigit() and c.isascii())
    return min(int(digits[:12]), 2_000_000_000) if digits else 0
