"""The table of doubtful readings that `geomap review` writes and a person fills in.

Its columns, its candidates as words, and the reading of a filled table: tolerant of what
spreadsheets do to a CSV (marks, semicolons, decimal commas, "1.0" for 1).
"""

from __future__ import annotations

import csv
import io
import re
from typing import TYPE_CHECKING

from geomap.articles.decode import decode
from geomap.errors import ArticleError, CorrectionError
from geomap.models import Problem
from geomap.tables import plain_cell
from geomap.toponyms.corrections import Correction, Entry, PlaceChoice

if TYPE_CHECKING:
    from collections.abc import Iterator

    from geomap.models import Place

RUNNERS_UP = 4
CANDIDATES = tuple(f"candidate_{n}" for n in range(RUNNERS_UP + 1))  # 0 is the reading itself
ANSWERS = ("choice", "scope", "note")
COLUMNS = (
    "article_id", "source", "date", "start", "end", "name", "sentence", "reading", "admin1",
    "country", "lat", "lon", "confidence", "status", "reasons", *CANDIDATES, *ANSWERS,
)  # fmt: skip
_NEEDED = ("article_id", "name", "choice")
_SCOPES = ("mention", "article", "source", "everywhere")
_CANDIDATE = re.compile(
    r"\s*\d+:\s*(?P<label>.*\S)\s*\((?P<lat>-?\d+\.?\d*),\s*(?P<lon>-?\d+\.?\d*)\)"
    r"(?:\s*gn:(?P<id>\d+))?\s*",
    re.DOTALL,
)
_WHOLE = re.compile(r"(\d{1,9})(?:[.,]0+)?")  # a spreadsheet may write 1 as 1.0 or 1,0
_GEONAME = re.compile(r"gn:\s*(\d{1,10})", re.IGNORECASE)
_FIGURE = r"([-+−]?\d{1,3}(?:[.,]\d+)?)"
_POINT = re.compile(rf"{_FIGURE}(?:\s*;\s*|\s*,\s+|\s+){_FIGURE}")
_TIGHT_POINT = re.compile(r"([-+−]?\d{1,3}\.\d+),([-+−]?\d{1,3}(?:\.\d+)?)")
_HOW = 'write the number of a candidate, "none", "gn:" and a geonameid, or "lat, lon"'


def candidate_text(number: int, name: str, place: Place | None, lat: float, lon: float) -> str:
    """Return a candidate in words: "1: Lyman, Donetsk Oblast, UA (48.99012, 37.81127) gn:704204".

    It says all that is needed to find the place again, whatever has changed by then.
    """
    parts = [name]
    if place is not None:
        parts += [p for p in (place.admin1_name, place.country) if p and p != name]
    known = f" gn:{place.geonameid}" if place is not None and place.geonameid else ""
    return f"{number}: {', '.join(parts)} ({lat:.5f}, {lon:.5f}){known}"


def read_review(data: bytes, path: str) -> tuple[list[Correction], list[Problem]]:
    """Return the corrections of a filled-in review, and what its owner should know.

    Rows without a choice say nothing.

    Raises
    ------
    CorrectionError
        It is no such table, or a row has a wrong choice or scope; the message names its line.
    """
    try:
        text, note = decode(data)
    except ArticleError as error:
        raise CorrectionError(f"{path}: {error}: save it as CSV, or name it .toml") from error
    entries: list[Correction] = []
    try:
        for line, row in _rows(text, path):
            if row.get("choice", "").strip():
                entries.append(_Row(row, Entry(path, len(entries) + 1, line)).correction())
    except csv.Error as error:
        raise CorrectionError(f"{path}: is not a CSV that can be read: {error}") from error
    return entries, [Problem(path, note, "encoding")] if note is not None else []


def answers(data: bytes, path: str) -> int:
    """Return how many rows of a review a person has filled in; 0 of what is no review."""
    try:
        rows = list(_rows(decode(data)[0], path))
    except (ArticleError, CorrectionError, csv.Error):
        return 0
    return sum(any(row.get(c, "").strip() for c in ANSWERS) for _, row in rows)


def _rows(text: str, path: str) -> Iterator[tuple[int, dict[str, str]]]:
    """Yield each row with the line that it begins on."""
    begun = 0
    if text[:4].lower() == "sep=":  # how some spreadsheets note the separator
        text = text.partition("\n")[2]
        begun = 1
    head = text.partition("\n")[0]
    separator = max(",;\t", key=head.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator)
    names = [cell.strip().lower() for cell in next(reader, [])]
    missing = [name for name in _NEEDED if name not in names]
    if missing:
        raise CorrectionError(
            f"{path}: has no column {missing[0]!r}: give a table that geomap review made, or name "
            "a file of [[correction]] entries .toml"
        )
    last = reader.line_num
    for cells in reader:
        yield begun + last + 1, dict(zip(names, map(plain_cell, cells), strict=False))
        last = reader.line_num


class _Row:
    """A filled-in row, checked cell by cell."""

    def __init__(self, cells: dict[str, str], entry: Entry) -> None:
        self.cells, self.entry = cells, entry
        self.name = cells.get("name", "")

    def correction(self) -> Correction:
        """Return the row as a record.

        Raises
        ------
        CorrectionError
            The choice or the scope is wrong, or something needed is empty.
        """
        choice = self.cells["choice"].strip()
        scope = self.cells.get("scope", "").strip().lower() or "article"
        if scope not in _SCOPES:
            raise self._wrong(f"scope {scope!r} is not one of {', '.join(_SCOPES)}")
        for column, scopes in (("article_id", ("mention", "article")), ("source", ("source",))):
            if scope in scopes and not self.cells.get(column, "").strip():
                raise self._wrong(f"scope {scope!r}, but its {column} is empty")
        none = choice.casefold() == "none"
        return Correction(
            name=self.name,
            action="not_place" if none else "place",
            place=None if none else self._place(choice),
            article=self.cells["article_id"] if scope in ("mention", "article") else None,
            source=self.cells.get("source") if scope == "source" else None,
            start=self._start() if scope == "mention" else None,
            note=self.cells.get("note", "").strip(),
            entry=self.entry,
        )

    def _place(self, choice: str) -> PlaceChoice:
        whole = _WHOLE.fullmatch(choice)
        if whole is not None:
            return self._candidate(int(whole[1]))
        geoname = _GEONAME.fullmatch(choice)
        if geoname is not None:
            return PlaceChoice(geonameid=int(geoname[1]))
        point = _TIGHT_POINT.fullmatch(choice) or _POINT.fullmatch(choice)
        if point is None:
            raise self._wrong(f"choice {choice!r} is not understood: {_HOW}")
        lat, lon = (float(p.replace(",", ".").replace("−", "-")) for p in point.groups())
        try:
            return PlaceChoice(self.name, lat=lat, lon=lon)
        except CorrectionError as error:
            raise self._wrong(f"choice {choice!r}: {error}") from error

    def _candidate(self, number: int) -> PlaceChoice:
        text = self.cells.get(f"candidate_{number}", "")
        found = _CANDIDATE.fullmatch(text)
        if found is not None:
            geonameid = int(found["id"]) if found["id"] else None
            return PlaceChoice(found["label"], geonameid, float(found["lat"]), float(found["lon"]))
        if text.strip():
            raise self._wrong(
                f"choice {number}: candidate_{number} was changed to {text[:60]!r}: {_HOW}"
            )
        if number == 0:
            raise self._wrong("choice 0, but it was refused: leave the choice empty to keep that")
        has = [n for n, c in enumerate(CANDIDATES) if self.cells.get(c, "").strip()]
        told = f"the row has {', '.join(map(str, has))}" if has else "the row has none"
        raise self._wrong(f"there is no candidate {number} ({told}): {_HOW}")

    def _start(self) -> int:
        whole = _WHOLE.fullmatch(self.cells.get("start", "").strip())
        if whole is None:
            raise self._wrong("scope 'mention', but its start is not a number")
        return int(whole[1])

    def _wrong(self, what: str) -> CorrectionError:
        return self.entry.wrong(self.name, what)
