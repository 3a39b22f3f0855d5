"""Reading corrections from files: `corrections.toml`, and reviews that a person has filled in."""

from __future__ import annotations

import datetime as dt
import difflib
import re
import tomllib
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from geomap.errors import CorrectionError, TableError
from geomap.tables import parse_toml, read_bytes
from geomap.toponyms.claim_corrections import ClaimCorrection
from geomap.toponyms.corrections import Correction, Entry, PlaceChoice
from geomap.toponyms.review_table import read_review

if TYPE_CHECKING:
    import os
    from collections.abc import Iterable, Iterator, Sequence

    from geomap.models import Problem

_HEAD = re.compile(r"^[ \t]*\[\[[ \t]*[\"']?(correction|claim)[\"']?[ \t]*\]\]", re.MULTILINE)
_KEYS = ("name", "place", "not_place", "not", "article", "source", "start", "note", "added")
_PLACE_KEYS = ("geonameid", "lat", "lon", "name", "radius_km")
_CLAIM_KEYS = (
    "id", "article", "start", "place", "party", "action", "false", "hide", "note", "added",
)  # fmt: skip
_VERDICTS = ("false", "hide")
_ACTIONS = ("place", "not_place", "not")


@dataclass(frozen=True, slots=True)
class CorrectionFile:
    """What one file says of names and of claims, and what its owner should know."""

    entries: Sequence[Correction] = ()
    claims: Sequence[ClaimCorrection] = ()
    problems: Sequence[Problem] = ()


def read(path: str | os.PathLike[str]) -> CorrectionFile:
    """Read one file: TOML by its suffix, else a filled-in review.

    Raises
    ------
    CorrectionError
        It cannot be read, or an entry is wrong.
    """
    file = Path(path)
    try:
        data = read_bytes(file)
    except TableError as error:
        raise CorrectionError(str(error)) from error
    if file.suffix.lower() != ".toml":
        entries, problems = read_review(data, str(path))
        return CorrectionFile(entries, problems=problems)
    return _read_toml(data, str(path))


def _read_toml(data: bytes, path: str) -> CorrectionFile:
    try:
        text = data.decode("utf-8-sig")
        table = parse_toml(text)
    except UnicodeDecodeError as error:
        raise CorrectionError(f"{path}: is not UTF-8: save it as UTF-8") from error
    except tomllib.TOMLDecodeError as error:
        raise CorrectionError(f"{path}: is not TOML: {error}") from error
    unknown = [key for key in table if key not in ("correction", "claim")]
    if unknown:
        raise CorrectionError(
            f"{path}: unknown key {unknown[0]!r}: write each correction under [[correction]], or "
            "under [[claim]]"
        )
    return CorrectionFile(
        [item.correction() for item in _items(table, "correction", text, path)],
        [item.claim() for item in _items(table, "claim", text, path)],
    )


def _items(table: dict[str, Any], kind: str, text: str, path: str) -> Iterator[_Item]:
    """Yield the entries of one kind, each with the lines that it stands in."""
    listed = table.get(kind, [])
    if not isinstance(listed, list):
        raise CorrectionError(f"{path}: [{kind}] has single brackets: write [[{kind}]]")
    lines = text.splitlines()
    heads = [(text.count("\n", 0, h.start()) + 1, h.group(1)) for h in _HEAD.finditer(text)]
    ends = [line for line, _ in heads[1:]] + [len(lines) + 1]
    spans = [(head[0], end) for head, end in zip(heads, ends, strict=False) if head[1] == kind]
    if len(spans) != len(listed):  # written in another form: the number of the entry must do
        spans = []
    what = "claim" if kind == "claim" else "entry"
    for i, item in enumerate(listed):
        first, last = spans[i] if spans else (None, 0)
        own = lines[first : last - 1] if first else []
        yield _Item(item, Entry(path, i + 1, first, what), own)


class _Item:
    """One `[[correction]]` or `[[claim]]`, checked key by key."""

    def __init__(self, values: Any, entry: Entry, lines: list[str]) -> None:
        self.values: dict[str, Any] = values if isinstance(values, dict) else {}
        self.entry, self.lines = entry, lines
        if not isinstance(values, dict):
            kind = "claim" if entry.what == "claim" else "correction"
            raise self._wrong(f"is not a table: write [[{kind}]] and its keys below", None)

    def correction(self) -> Correction:
        """Return the entry as a record.

        Raises
        ------
        CorrectionError
            A key is missing, unknown, or has a wrong value.
        """
        self._known(self.values, _KEYS, "key")
        if "name" not in self.values:
            raise self._wrong("has no name: write name = and the words of the text", None)
        name = self._text("name") or ""
        given = [a for a in _ACTIONS if a in self.values]
        if len(given) != 1:
            told = f"has both {given[0]} and {given[1]}" if given else "says nothing of the place"
            raise self._wrong(f"{told}: write one of place, not_place, not", given[-1:])
        action = given[0]
        if action == "not_place" and self.values["not_place"] is not True:
            raise self._wrong("not_place is not true: write true, or leave the entry out", given)
        place = None if action == "not_place" else self._place(action)
        return Correction(
            name=name,
            action=action,  # type: ignore[arg-type]  # one of _ACTIONS
            place=place,
            article=self._text("article", number=True),
            source=self._text("source"),
            start=self._start(),
            note=self._text("note") or "",
            added=self._added(),
            entry=self.entry,
        )

    def claim(self) -> ClaimCorrection:
        """Return the entry as a record, of a claim.

        Raises
        ------
        CorrectionError
            A key is missing, unknown, or has a wrong value.
        """
        self._known(self.values, _CLAIM_KEYS, "key")
        given = [v for v in _VERDICTS if v in self.values]
        if len(given) != 1:
            told = "has both false and hide" if given else "says nothing of the claim"
            raise self._wrong(f"{told}: write one of false = true, hide = true", given[-1:])
        if self.values[given[0]] is not True:
            raise self._wrong(f"{given[0]} is not true: write true, or leave the entry out", given)
        return ClaimCorrection(
            verdict=given[0],  # type: ignore[arg-type]  # one of _VERDICTS
            id=self._text("id"),
            article=self._text("article", number=True),
            start=self._start(),
            place=self._text("place"),
            party=self._text("party"),
            action=self._text("action"),
            note=self._text("note") or "",
            added=self._added(),
            entry=self.entry,
        )

    def _added(self) -> dt.date | None:
        added = self.values.get("added")
        if added is None or type(added) is dt.date:
            return added
        raise self._wrong(f"added {added!r} is not a day: write e.g. 2024-05-31", ["added"])

    def _place(self, key: str) -> PlaceChoice:
        value = self.values[key]
        if isinstance(value, str) and value.strip():
            return PlaceChoice(value)
        if not isinstance(value, dict):
            advice = 'write a name, {geonameid = 704204} or {lat = 48.99, lon = 37.8, name = "..."}'
            raise self._wrong(f"{key} {value!r} names no place: {advice}", [key])
        self._known(value, _PLACE_KEYS, f"key of {key}")
        number = value.get("geonameid")
        if number is not None and (type(number) is not int or number < 1):
            raise self._wrong(f"geonameid {number!r} is not a number of GeoNames", [key])
        figures = {}
        for part in ("lat", "lon", "radius_km"):
            figure = value.get(part)
            if figure is not None and type(figure) not in (int, float):
                raise self._wrong(f"{part} {figure!r} is not a number", [key])
            figures[part] = None if figure is None else float(figure)
        name = value.get("name")
        if name is not None and not isinstance(name, str):
            raise self._wrong(f"name {name!r} of {key} is not a text", [key])
        if number is not None and figures["lat"] is not None:
            raise self._wrong("has both a geonameid and a point: give one of them", [key])
        try:
            return PlaceChoice(name, number, **figures)
        except CorrectionError as error:
            raise self._wrong(f"{key}: {error}", [key]) from error

    def _text(self, key: str, *, number: bool = False) -> str | None:
        value = self.values.get(key)
        if number and type(value) is int:
            return str(value)  # an id of a .jsonl line may be a number
        if value is None or (isinstance(value, str) and value.strip()):
            return value
        raise self._wrong(f"{key} {value!r} is not a text: write it in quotes", [key])

    def _start(self) -> int | None:
        value = self.values.get("start")
        if value is not None and (type(value) is not int or value < 0):
            raise self._wrong(f"start {value!r} is not an offset: write e.g. 120", ["start"])
        return value

    def _known(self, table: dict[str, Any], known: tuple[str, ...], what: str) -> None:
        for key in table:
            if key not in known:
                near = difflib.get_close_matches(key, known, n=1)
                hint = f"did you mean {near[0]!r}?" if near else f"known: {', '.join(known)}"
                raise self._wrong(f"unknown {what} {key!r}: {hint}", [key])

    def _wrong(self, what: str, keys: Iterable[str] | None) -> CorrectionError:
        """Return an error that names the line of a key, or of the entry's head."""
        line = self.entry.line
        for key in keys or ():
            for n, text in enumerate(self.lines):
                if line and re.match(rf"\s*[\"']?{re.escape(key)}[\"']?\s*[.=]", text):
                    line = (self.entry.line or 0) + 1 + n
                    break
        names = ("id", "article") if self.entry.what == "claim" else ("name",)
        told = [v for key in names if isinstance(v := self.values.get(key), str)]
        return replace(self.entry, line=line).wrong(told[0] if told else "", what)
