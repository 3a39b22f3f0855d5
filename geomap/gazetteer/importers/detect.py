"""What kind of gazetteer file a user gives: told by its content, not by its name."""

from __future__ import annotations

import re
from functools import partial
from typing import TYPE_CHECKING

from geomap.errors import GazetteerError
from geomap.gazetteer.importers import columns, geonames, osm, postal, tabular, vector
from geomap.gazetteer.importers.base import GEONAMES, OPENSTREETMAP, UNKNOWN, Format, Import
from geomap.gazetteer.importers.files import Packed, head_of, look_into, refuse_html

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

_SAMPLE_LINES = 200
_KNOWN = (
    "known are GeoNames files (main, alternate names, admin codes, postal), CSV or TSV with a "
    "header, GeoJSON, GeoPackage, and OpenStreetMap .osm.pbf or .osm"
)
_LANGUAGE = re.compile(r"[a-zA-Z]{0,4}[-\w]{0,8}")
_FEATURE_LINE = re.compile(r'^\x1e?\{[^\n]*"Feature"[^\n]*\}\s*$')


def read_source(
    path: Path, *, mapping: Mapping[str, str] | None = None, source: str | None = None
) -> Import:
    """Open a user's gazetteer file; nothing but its beginning is read yet.

    Parameters
    ----------
    path : Path
        A GeoNames file, CSV, TSV, GeoJSON (each also as .zip or .gz), GeoPackage, or
        OpenStreetMap extract.
    mapping : mapping of str to str, optional
        For tables with unusual titles: role to title, {"name": "NAZVA", "lat": "SHYR"}; files of
        a fixed format (GeoNames, OpenStreetMap) do not look at it.
    source : str, optional
        What to call the source; by default its kind and file name.

    Returns
    -------
    Import

    Raises
    ------
    GazetteerError
        The file is missing, empty, damaged, a web page, or of no known kind.

    Examples
    --------
    >>> from pathlib import Path
    >>> found = read_source(Path("AD.txt"))  # doctest: +SKIP
    >>> sum(1 for row in found.rows()), found.rejected  # doctest: +SKIP
    (3268, 0)
    """
    packed = look_into(path)
    head = head_of(packed)
    if not head.strip():
        raise GazetteerError(f"{path}: is empty")
    refuse_html(path, head)
    if head.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise GazetteerError(f"{path}: is UTF-16: save it as UTF-8")
    found = _binary(packed, head, mapping) or _text(packed, head, mapping)
    if source:
        found.name = source
    return found


def _binary(packed: Packed, head: bytes, mapping: Mapping[str, str] | None) -> Import | None:
    path = packed.path
    if head.startswith(b"SQLite format 3\0"):
        found = _import(packed, "geopackage", "", UNKNOWN)
        found._read_rows = lambda f: vector.geopackage_rows(packed, f, mapping)
        return found
    kind = osm.kind_of(packed, head)
    if kind is not None:
        osm.library()
        found = _import(packed, "osm", "OpenStreetMap ", OPENSTREETMAP)
        found.date = osm.date_of(path, kind)
        found._read_rows = lambda f: osm.osm_rows(path, kind, f)
        return found
    return None


def _text(packed: Packed, head: bytes, mapping: Mapping[str, str] | None) -> Import:
    path = packed.path
    lines = _sample(path, head)
    first = next((line for line in lines if line.strip()), "")
    if first.lstrip().startswith(("{", "[")):
        return _json(packed, lines, mapping)
    delimiter = tabular.delimiter_of(first)
    header = [title.strip(' "') for title in first.split(delimiter)]
    roles = columns.detect(header)
    mapped = mapping is not None and not set(header).isdisjoint(mapping.values())
    if not mapped and not (roles.has_name and roles.has_point):
        found = _geonames(packed, lines)
        if found is not None:
            return found
    if len(header) < 2:
        raise GazetteerError(f"{path}: is no gazetteer file that is known; {_KNOWN}")
    try:
        columns.resolve(path, header, mapping, geometry=False)
    except GazetteerError as error:
        if delimiter == "\t" and mapping is None:
            raise GazetteerError(
                f"{error} (GeoNames' files have no header and {geonames.MAIN_COLUMNS}, "
                f"{geonames.NAMES_COLUMNS[-1]}, {geonames.CODES_COLUMNS} or {postal.COLUMNS} "
                f"columns; this has {len(header)})"
            ) from None
        raise
    of_osm = "osm_type" in roles.one
    found = _import(packed, "csv", "", OPENSTREETMAP if of_osm else UNKNOWN)
    found._read_rows = lambda f: tabular.table_rows(packed, f, delimiter, mapping)
    return found


def _sample(path: Path, head: bytes) -> list[str]:
    """Return the first lines as text; lines that are none are left out.

    Raises
    ------
    GazetteerError
        Most lines that hold more than ASCII are not UTF-8.
    """
    raw = head.removeprefix(b"\xef\xbb\xbf").replace(b"\r\n", b"\n").split(b"\n")
    if len(raw) > 1 and len(head) >= 256 << 10:
        raw.pop()  # cut by the sample's end
    lines, bad, good = [], 0, 0
    for line in raw[:_SAMPLE_LINES]:
        try:
            text = line.decode("utf-8")
        except UnicodeDecodeError:
            bad += 1
            continue
        good += not line.isascii()
        if "\0" not in text:
            lines.append(text)
    if bad > good and (bad > 1 or len(raw) < 10):
        raise GazetteerError(
            f"{path}: is not UTF-8 text ({bad} of the first {min(len(raw), _SAMPLE_LINES)} lines "
            f"are not): save it as UTF-8, or give another file; {_KNOWN}"
        )
    if not any(line.strip() for line in lines):
        raise GazetteerError(f"{path}: holds no text; {_KNOWN}")
    return lines


def _json(packed: Packed, lines: list[str], mapping: Mapping[str, str] | None) -> Import:
    found = _import(packed, "geojson", "", UNKNOWN)
    one_a_line = len(lines) > 1 and all(_FEATURE_LINE.match(text) for text in lines[:2])
    read = vector.geojson_lines if one_a_line else vector.geojson_rows
    found._read_rows = lambda f: read(packed, f, mapping)
    return found


def _geonames(packed: Packed, lines: list[str]) -> Import | None:
    """Return the import of GeoNames' format that most lines of the sample have, if any does."""
    split = [line.split("\t") for line in lines if line.strip()]
    votes: dict[Format, int] = {name: sum(fits(c) for c in split) for name, fits in _FITS.items()}
    best = max(votes, key=lambda name: votes[name])
    if votes[best] * 5 < len(split):
        return None
    if best == "postal":
        found = _import(packed, best, "GeoNames postal ", GEONAMES)
        found._read_rows = partial(postal.postal_rows, packed)
        return found
    found = _import(packed, best, "GeoNames ", GEONAMES)
    if best == "geonames":
        found._read_rows = partial(geonames.main_rows, packed)
    elif best == "alternate-names":
        found._read_names = partial(geonames.alternate_names, packed)
    else:
        found._read_codes = partial(geonames.division_codes, packed)
    return found


def _number(text: str) -> bool:
    return columns.coordinate(text) is not None


_FITS: dict[Format, Callable[[list[str]], bool]] = {
    "geonames": lambda c: (
        len(c) == geonames.MAIN_COLUMNS and c[0].isdigit() and _number(c[4]) and _number(c[5])
    ),
    "postal": lambda c: (
        len(c) == postal.COLUMNS and len(c[0]) == 2 and _number(c[9]) and _number(c[10])
    ),
    "admin-codes": lambda c: (
        len(c) == geonames.CODES_COLUMNS and c[0][2:3] == "." and c[3].strip().isdigit()
    ),
    "alternate-names": lambda c: (
        len(c) in geonames.NAMES_COLUMNS
        and c[0].isdigit()
        and c[1].isdigit()
        and _LANGUAGE.fullmatch(c[2]) is not None
    ),
}


def _import(packed: Packed, kind: Format, prefix: str, licence: tuple[str, str]) -> Import:
    return Import(packed.path, f"{prefix}{packed.inner}", kind, *licence)
