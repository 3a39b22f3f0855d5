"""Sentences to be located, one JSON object a line (`geomap locate`)."""

from __future__ import annotations

import codecs
import json
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

from geomap.errors import ArticleError
from geomap.models import Problem

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

MAX_CHARACTERS = 100_000


@dataclass(frozen=True, slots=True)
class GivenAnchor:
    """A place that a sentence names, as someone else resolved it.

    `lat`, `lon` in degrees (WGS84); `start`, `end` are code points of the sentence, end exclusive.
    """

    name: str
    lat: float
    lon: float
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Case:
    """A sentence whose subject is to be located.

    `context` is what stands before it. `anchors` is None when the sentence's names are to be looked
    up; what is given is taken as it is, and nothing else is looked up.
    """

    id: str
    sentence: str
    context: str | None = None
    anchors: tuple[GivenAnchor, ...] | None = None


def read_cases(source: str) -> tuple[list[Case], list[Problem]]:
    """Read sentences from a JSON Lines file, or from standard input ("-").

    Parameters
    ----------
    source : str
        A path, or "-". A line has `sentence`, and may have `id` (else its number), `context` and
        `anchors` (a list of `name, lat, lon, start, end`); other keys are not read.

    Returns
    -------
    cases : list of Case
    problems : list of Problem
        The lines that were set aside, with their numbers.

    Raises
    ------
    ArticleError
        The file cannot be read, or no line of it is a sentence.
    """
    if source == "-":
        return _read(sys.stdin.buffer, "-")
    try:
        with Path(source).open("rb") as stream:
            return _read(stream, source)
    except OSError as error:
        raise ArticleError(f"{source}: cannot be read: {error.strerror or error}") from error


def _read(stream: BinaryIO, path: str) -> tuple[list[Case], list[Problem]]:
    cases: list[Case] = []
    problems: list[Problem] = []
    known: dict[str, int] = {}
    for number, raw in _lines(stream):
        try:
            case = _case(raw, number)
            if case.id in known:
                raise ValueError(f"the id {case.id!r} is that of line {known[case.id]}")
        except ValueError as error:
            message = f"{error}; the line was left out"
            problems.append(Problem(path, message, "bad-line", line=number, set_aside=True))
            continue
        known[case.id] = number
        cases.append(case)
    if not cases:
        first = f"{problems[0]}" if problems else f"{path}: holds no sentence"
        raise ArticleError(f"{first}: write one object a line with `sentence`")
    return cases, problems


def _lines(stream: Iterable[bytes]) -> Iterator[tuple[int, bytes]]:
    for number, raw in enumerate(stream, 1):
        if raw.removeprefix(codecs.BOM_UTF8).strip():
            yield number, raw


def _case(raw: bytes, number: int) -> Case:
    """Return a line as a case; a `ValueError` says what is wrong with it."""
    try:
        row = json.loads(raw.decode("utf-8-sig"))
    except UnicodeDecodeError:
        raise ValueError("is not UTF-8 text: convert the file") from None
    except json.JSONDecodeError as error:
        raise ValueError(f"is not JSON: {error.msg} (column {error.colno})") from None
    except RecursionError:
        raise ValueError("is nested too deep") from None
    except ValueError:
        raise ValueError("holds a number of too many digits") from None
    if not isinstance(row, dict):
        raise ValueError("is JSON, but not an object: write one {...} a line")
    sentence = row.get("sentence")
    if not isinstance(sentence, str) or not sentence.strip():
        raise ValueError("has no text in `sentence`")
    context = row.get("context")
    if context is not None and not isinstance(context, str):
        raise ValueError("`context` is no text")
    if len(sentence) + len(context or "") > MAX_CHARACTERS:
        raise ValueError(f"is longer than {MAX_CHARACTERS:,} characters: give single sentences")
    identity = row.get("id", number)
    if not isinstance(identity, str | int) or isinstance(identity, bool):
        raise ValueError("`id` is neither text nor a whole number")
    anchors = row.get("anchors")
    if anchors is None:
        return Case(str(identity), sentence, context)
    if not isinstance(anchors, list):
        raise ValueError("`anchors` is no list")
    given = [_anchor(a, sentence, i) for i, a in enumerate(anchors, 1)]
    given.sort(key=lambda a: (a.start, a.end))
    return Case(str(identity), sentence, context, tuple(given))


def _anchor(row: Any, sentence: str, number: int) -> GivenAnchor:
    where = f"anchor {number}"
    if not isinstance(row, dict):
        raise ValueError(f"{where} is not an object")
    start, end = (_whole(row.get(key)) for key in ("start", "end"))
    if start is None or end is None or not 0 <= start < end <= len(sentence):
        raise ValueError(f"{where}: `start` and `end` are no span of the sentence")
    lat, lon = (_degrees(row.get(key), most) for key, most in (("lat", 90.0), ("lon", 180.0)))
    if lat is None or lon is None:
        raise ValueError(f"{where}: `lat` and `lon` are no degrees (-90 to 90, -180 to 180)")
    name = row.get("name")
    return GivenAnchor(name if isinstance(name, str) else sentence[start:end], lat, lon, start, end)


def _whole(value: Any) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def _degrees(value: Any, most: float) -> float | None:
    if not isinstance(value, int | float) or isinstance(value, bool) or not abs(value) <= most:
        return None  # also what is no number (nan), or too large for one
    return float(value)
