"""GeoNames' own files: country dumps, alternate names, codes of divisions."""

from __future__ import annotations

import datetime as dt
import re
from typing import TYPE_CHECKING

from geomap.gazetteer.importers.base import MAX_MAIN_NAME, Code, ExtraName, clean
from geomap.gazetteer.importers.files import Packed, blocks
from geomap.gazetteer.importers.kinds import Kind, geonames_kind
from geomap.gazetteer.rows import SourceRow, useful_name

if TYPE_CHECKING:
    from collections.abc import Iterator

    from geomap.gazetteer.importers.base import Import

MAIN_COLUMNS = 19
NAMES_COLUMNS = (8, 10)  # before 2018, and since
CODES_COLUMNS = 4
# "Languages" of GeoNames' alternate names that are no names of the place.
_NO_NAME = frozenset(
    ("link", "wkdt", "wkpd", "post", "iata", "icao", "faac", "tcid", "unlc", "phon", "abbr")
)
_FLAGS = ("preferred", "short", "colloquial", "historic")
_CODE = re.compile(r"[A-Z]{2}(\.[^.\s][^.]*){1,2}")
_KINDS: dict[tuple[str, str], Kind] = {}
_DIVISION_COLUMN = {"ADM1": 10, "ADM2": 11, "ADM3": 12, "ADM4": 13}


def main_rows(packed: Packed, found: Import) -> Iterator[SourceRow]:
    """Yield the places of a main dump.

    Divisions get their code path as `source_id` ("NL.09.0352"), and every row the path of the
    deepest division it names as `parent`; a path whose division the file lacks leads nowhere.
    """
    newest = ""
    divisions: set[str] = set()
    for first, lines in blocks(packed, found):
        for number, line in enumerate(lines, first):
            column = line.split("\t")
            if len(column) != MAIN_COLUMNS:
                if line and not line.isspace():
                    reason = f"has {len(column)} columns instead of {MAIN_COLUMNS}"
                    found.reject(number, reason, line)
                continue
            row = _main_row(column, divisions)
            if row.__class__ is str:
                found.reject(number, row, line)
                continue
            if column[18] > newest and (day := _day(column[18])):
                newest, found.date = column[18], day
            found.accepted += 1
            yield row  # type: ignore[misc]


def _main_row(column: list[str], divisions: set[str]) -> SourceRow | str:
    """Return the row of a line, or why it is none. Every microsecond is 13 s of all GeoNames."""
    (
        ident, name, ascii_name, alternate, y, x, letter, code, country, _,
        admin1, admin2, admin3, _, people, _, _, _, _,
    ) = column  # fmt: skip
    try:
        geonameid, lat, lon = int(ident), float(y), float(x)
        population = int(people) if people else 0
    except ValueError:
        return _not_a_number(column)
    if not (-90.0 <= lat <= 90.0 and -180.0 <= lon <= 180.0):
        return f"is no point on Earth: latitude {y:.12}, longitude {x:.12}"
    if not name.isprintable() or name != name.strip():
        name = clean(name)
    if not name or len(name) > MAX_MAIN_NAME:
        return "has no name" if not name else f"has a name of {len(name)} characters"
    kind = _KINDS.get((letter, code)) or _kind(letter, code)
    if kind is None:
        return f"has an unknown feature class {letter:.12}"
    level, feature_class, feature_code, precision, radius_km = kind
    names: tuple[str, ...] = ()
    if alternate or ascii_name != name:
        names = _names(name, ascii_name, alternate)
    own = parent = None
    if admin1 == "00":
        admin1 = ""
    elif admin2 and admin1:
        parent = f"{country}.{admin1}.{admin2}"
        if admin3:
            parent = f"{parent}.{admin3}"
    elif admin1:
        parent = f"{country}.{admin1}"
    if code in _DIVISION_COLUMN:
        own, parent = _division(column, _DIVISION_COLUMN[code], divisions)
    return SourceRow(
        name, lat, lon, names, geonameid, own, level, feature_class, feature_code,
        country or None, admin1 or None, None, None, population if population > 0 else 0,
        precision, radius_km, parent, None,
    )  # fmt: skip


def _kind(letter: str, code: str) -> Kind | None:
    kind = geonames_kind(letter, code)
    if kind is not None and len(_KINDS) < 5_000:
        _KINDS[letter, code] = kind
    return kind


def _names(name: str, ascii_name: str, alternate: str) -> tuple[str, ...]:
    if not alternate.isprintable() or not ascii_name.isprintable():
        alternate, ascii_name = clean(alternate), clean(ascii_name)
    names = [n for n in alternate.split(",") if n != name and useful_name(n)]
    if ascii_name != name and ascii_name not in names and useful_name(ascii_name):
        names.insert(0, ascii_name)
    return tuple(names)


def _division(column: list[str], last: int, divisions: set[str]) -> tuple[str | None, str | None]:
    """Return the code paths of a division and of the one above it."""
    path = column[10 : last + 1]
    above = path[:-1]
    parent = ".".join((column[8], *above)) if above and all(above) else None
    own = ".".join((column[8], *path)) if all(path) else None
    if own in divisions:  # two rows with one code: the first has it
        own = None
    elif own:
        divisions.add(own)
    return own, parent


def _not_a_number(column: list[str]) -> str:
    for at, what in ((4, "latitude"), (5, "longitude")):
        try:
            float(column[at])
        except ValueError:
            return f"has no number as {what}: {column[at]!r:.24}"
    what, at = ("population", 14) if column[0].isdigit() else ("geonameid", 0)
    return f"has no number as {what}: {column[at]!r:.24}"


def _day(text: str) -> dt.date | None:
    try:
        return dt.date.fromisoformat(text)
    except ValueError:
        return None


def alternate_names(packed: Packed, found: Import) -> Iterator[ExtraName]:
    """Yield the names of `alternateNamesV2.txt`; links, codes and the like are skipped."""
    for first, lines in blocks(packed, found):
        for number, line in enumerate(lines, first):
            column = line.split("\t")
            if len(column) not in NAMES_COLUMNS:
                if line and not line.isspace():
                    reason = f"has {len(column)} columns instead of {NAMES_COLUMNS[-1]}"
                    found.reject(number, reason, line)
                continue
            if not (column[1].isdigit() and column[1].isascii() and len(column[1]) < 12):
                found.reject(number, f"has no number as geonameid: {column[1]!r:.24}", line)
                continue
            language = column[2]
            name = column[3] if column[3].isprintable() else clean(column[3])
            if language in _NO_NAME or not useful_name(name):
                found.skipped += 1
                continue
            flags = tuple(f for f, value in zip(_FLAGS, column[4:8], strict=True) if value == "1")
            found.accepted += 1
            yield ExtraName(int(column[1]), name, language, flags)


def division_codes(packed: Packed, found: Import) -> Iterator[Code]:
    """Yield the divisions of `admin1CodesASCII.txt` or `admin2Codes.txt`."""
    for first, lines in blocks(packed, found):
        for number, line in enumerate(lines, first):
            if not line or line.isspace():
                continue
            column = line.split("\t")
            if len(column) != CODES_COLUMNS:
                reason = f"has {len(column)} columns instead of {CODES_COLUMNS}"
                found.reject(number, reason, line)
                continue
            name = clean(column[1]) or clean(column[2])
            if not _CODE.fullmatch(column[0]) or not name:
                found.reject(number, "is not 'CC.code, name, ascii name, geonameid'", line)
                continue
            try:
                geonameid = int(column[3])
            except ValueError:
                reason = f"has no number as geonameid: {column[3]!r:.24}"
                found.reject(number, reason, line)
                continue
            found.accepted += 1
            yield Code(column[0], name, geonameid)
