"""Reading corrections from files: `corrections.toml`, and reviews that a person has filled in."""

from __future__ import annotations

import datetime as dt
import difflib
import re
import tomllib
from pathlib import Path
from typing import TYPE_CHECKING, Any

from geomap.errors import CorrectionError, TableError
from geomap.tables import parse_toml, read_bytes
from geomap.toponyms.corrections import Correction, Entry, PlaceChoice
from geomap.toponyms.review_table import read_review

if TYPE_CHECKING:
    import os
    from collections.abc import Iterable

    from geomap.models import Problem

_HEAD = re.compile(r"^[ \t]*\[\[[ \t]*[\"']?correction[\"']?[ \t]*\]\]", re.MULTILINE)
_KEYS = ("name", "place", "not_place", "not", "article", "source", "start", "note", "added")
_PLACE_KEYS = ("geonameid", "lat", "lon", "name", "radius_km")
_ACTIONS = ("place", "not_place", "not")


def read(path: str | os.PathLike[str]) -> tuple[list[Correction], list[Problem]]:
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
        return read_review(data, str(path))
    return _read_toml(data, str(path)), []


def _read_toml(data: bytes, path: str) -> list[Correction]:
    try:
        text = data.decode("utf-8-sig")
        table = parse_toml(text)
    except UnicodeDecodeError as error:
        raise CorrectionError(f"{path}: is not UTF-8: save it as UTF-8") from error
    except tomllib.TOMLDecodeError as error:
        raise CorrectionError(f"{path}: is not TOML: {error}") from error
    unknown = [key for key in table if key != "correction"]
    if unknown:
        raise CorrectionError(
            f"{path}: unknown key {unknown[0]!r}: write each correction under [[correction]]"
        )
    listed = table.get("correction", [])
    if not isinstance(listed, list):
        raise CorrectionError(f"{path}: [correction] has single brackets: write [[correction]]")
    lines = text.splitlines()
    heads = [text.count("\n", 0, found.start()) + 1 for found in _HEAD.finditer(text)]
    if len(heads) != len(listed):  # written in another form: the number of the entry must do
        heads = []
    corrections = []
    for i, item in enumerate(listed):
        first = heads[i] if heads else None
        last = heads[i + 1] if i + 1 < len(heads) else len(lines) + 1
        own = lines[first : last - 1] if first else []
        corrections.append(_Item(item, path, i + 1, first, own).correction())
    return corrections


class _Item:
    """One `[[correction]]`, checked key by key."""

    def __init__(
        self, values: Any, path: str, number: int, line: int | None, lines: list[str]
    ) -> None:
        self.values: dict[str, Any] = values if isinstance(values, dict) else {}
        self.path, self.number, self.line, self.lines = path, number, line, lines
        if not isinstance(values, dict):
            raise self._wrong("is not a table: write [[correction]] and its keys below", None)

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
        added = self.values.get("added")
        if added is not None and type(added) is not dt.date:
            raise self._wrong(f"added {added!r} is not a day: write e.g. 2024-05-31", ["added"])
        return Correction(
            name=name,
            action=action,  # type: ignore[arg-type]  # one of _ACTIONS
            place=place,
            article=self._text("article", number=True),
            source=self._text("source"),
            start=self._start(),
            note=self._text("note") or "",
            added=added,
            entry=Entry(self.path, self.number, self.line),
        )

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
        line = self.line
        for key in keys or ():
            for n, text in enumerate(self.lines):
                if line and re.match(rf"\s*[\"']?{re.escape(key)}[\"']?\s*[.=]", text):
                    line = (self.line or 0) + 1 + n
                    break
        name = self.values.get("name")
        entry = Entry(self.path, self.number, line)
        return entry.wrong(name if isinstance(name, str) else "", what)
