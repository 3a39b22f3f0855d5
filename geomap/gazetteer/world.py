"""Readers of our tables of the world beyond settlements (`gazetteer/world/`).

Used when the gazetteer is built (`geomap.gazetteer.world_build`), never at run time. All are
tab-separated with a header; lines that start with `#` are comments. A row that is not valid stops
the build, with the file and the line.
"""

from __future__ import annotations

import csv
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from geomap.errors import TableError
from geomap.gazetteer.native_names import is_cyrillic
from geomap.gazetteer.sources import Alias

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

US_KINDS = ("County", "Parish", "Borough", "Census Area", "Municipality")
_FEATURE = re.compile(r"[AHLPRSTUV]\.[A-Z]{2,5}\d?")
# Names that are written in one word as well as in two: LaSalle, La Salle; DeKalb, De Kalb.
_JOINED = re.compile(r"\b(De|Du|La|Le)(?=[A-Z])")
_APART = re.compile(r"\b(De|Du|La|Le) (?=[A-Z])")
# What ends a word that is a people and its adjective alike: one Swiss, the Swiss, the Chinese.
_NO_PLURAL = ("s", "sh", "ch", "ese", "ais", "ois")


@dataclass(frozen=True, slots=True)
class WorldRow:
    """A row of a table of ours: a county, a sea, a mountain, an airport, a region.

    Attributes
    ----------
    names : tuple of str
        Further names, as strong as the first.
    stems : tuple of str
        The bare name of a division: "Laurel" for Laurel County.
    feature : str
        GeoNames class and code: "A.ADM2", "H.SEA".
    country, admin1 : str, optional
        ISO 3166 code, and the GeoNames code of the first-level division.
    where : str
        File and line, for messages.
    """

    name: str
    names: tuple[str, ...]
    stems: tuple[str, ...]
    feature: str
    lat: float
    lon: float
    radius_km: float
    country: str | None
    admin1: str | None
    population: int
    where: str


@dataclass(frozen=True, slots=True)
class PointRow:
    """A row of `points.tsv`: where a country or division is customarily put."""

    target: str
    lat: float
    lon: float
    where: str


@dataclass(frozen=True, slots=True)
class NativeRow:
    """A row of `native_names.tsv`: what a place is called in Cyrillic."""

    target: str
    name: str
    where: str


def native_names(path: Path) -> Iterator[NativeRow]:
    """Yield the names of `native_names.tsv` with their targets ("UA", "UA.05", "gn:524901").

    Raises
    ------
    TableError
        A row is not valid, or a target stands in the table twice.
    """
    seen: set[str] = set()
    for where, row in _rows(path, ("target", "name")):
        if not is_cyrillic(row["name"]) or row["target"] in seen:
            raise TableError(
                f"{where}: {row['target']!r} needs one Cyrillic name, has {row['name']!r}"
            )
        seen.add(row["target"])
        yield NativeRow(row["target"], row["name"], where)


def us_counties(path: Path) -> Iterator[WorldRow]:
    """Yield the counties, parishes and boroughs of `us_counties.tsv`.

    Raises
    ------
    TableError
        A row is not valid; the message names file and line.
    """
    columns = ("fips", "name", "state", "lat", "lon", "radius_km", "population")
    for where, row in _rows(path, columns):
        name = row["name"]
        kind = next((k for k in US_KINDS if name.endswith(f" {k}")), None)
        if kind is None or not re.fullmatch(r"\d{5}", row["fips"]):
            raise TableError(
                f"{where}: {name!r} needs a FIPS code of five digits and one of "
                f"{', '.join(US_KINDS)} at the end of its name"
            )
        stem = name.removesuffix(f" {kind}")
        spelled = _spellings(stem)
        lat, lon = _point(where, row)
        yield WorldRow(
            name=name,
            names=tuple(f"{s} {kind}" for s in spelled),
            stems=(stem, *spelled),
            feature="A.ADM2",
            lat=lat,
            lon=lon,
            radius_km=_radius(where, row["radius_km"]),
            country="US",
            admin1=row["state"],
            population=_people(where, row["population"]),
            where=where,
        )


def _spellings(stem: str) -> tuple[str, ...]:
    """Return the other customary spellings of a US county's bare name."""
    found = {
        _JOINED.sub(r"\1 ", stem),
        _APART.sub(r"\1", stem),
        re.sub(r"\bSt\. ", "Saint ", stem),
        re.sub(r"\bSte\. ", "Sainte ", stem),
    }
    return tuple(sorted(found - {stem}))


def places(path: Path) -> Iterator[WorldRow]:
    """Yield the rows of a table of places (`regions.tsv`, `waters.tsv`, `airports.tsv` ...).

    Columns: name; names and stems, each a list parted by `|`; feature; lat; lon; radius_km;
    country, and its division after a dot ("GB.ENG"); population, when there are people.

    Raises
    ------
    TableError
        A row is not valid, or the table holds a place twice; the message names file and line.
    """
    columns = (
        "name", "names", "stems", "feature", "lat", "lon", "radius_km", "country", "population",
    )  # fmt: skip
    seen: dict[tuple[str, str, str], str] = {}
    for where, row in _rows(path, columns, optional=1):
        if not row["name"] or not _FEATURE.fullmatch(row["feature"]):
            raise TableError(
                f"{where}: a place needs a name and a GeoNames class and code such as H.SEA, this "
                f"one has {row['name']!r} and {row['feature']!r}"
            )
        key = row["name"], row["feature"], row["country"]
        if key in seen:
            raise TableError(f"{where}: {row['name']!r} stands at {seen[key]} already")
        seen[key] = where
        country, _, admin1 = row["country"].partition(".")
        lat, lon = _point(where, row)
        yield WorldRow(
            name=row["name"],
            names=_list(row["names"]),
            stems=_list(row["stems"]),
            feature=row["feature"],
            lat=lat,
            lon=lon,
            radius_km=_radius(where, row["radius_km"]),
            country=country or None,
            admin1=admin1 or None,
            population=_people(where, row["population"] or "0"),
            where=where,
        )


def points(path: Path) -> dict[str, PointRow]:
    """Return the customary points of countries and divisions by target ("US", "CA.08").

    Raises
    ------
    TableError
        A row is not valid; the message names file and line.
    """
    found: dict[str, PointRow] = {}
    for where, row in _rows(path, ("target", "lat", "lon", "note")):
        if row["target"] in found:
            raise TableError(f"{where}: {row['target']!r} stands in the table already")
        found[row["target"]] = PointRow(row["target"], *_point(where, row), where)
    return found


def demonyms(path: Path) -> Iterator[Alias]:
    """Yield the adjectives and peoples of `demonyms.tsv`, plurals made by rule.

    Columns: target; words parted by `|`. A word that can take an s has its plural in -s too
    ("Mexican", "Mexicans"); one that cannot (Chinese, British, Swiss, Dutch) and one that is
    written with a `=` before it ("=Filipina") stand as they are.

    Raises
    ------
    TableError
        A row is not valid; the message names file and line.
    """
    for where, row in _rows(path, ("target", "words")):
        line = int(where.rsplit(":", 1)[1])
        words = _list(row["words"])
        if not words:
            raise TableError(f"{where}: {row['target']!r} has no words")
        for word in words:
            plain = word.removeprefix("=")
            yield Alias(plain, row["target"], "demonym", line)
            if plain == word and not plain.endswith(_NO_PLURAL):
                yield Alias(f"{plain}s", row["target"], "demonym", line)


def _list(cell: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in cell.split("|") if part.strip())


def _rows(
    path: Path, columns: tuple[str, ...], optional: int = 0
) -> Iterator[tuple[str, dict[str, str]]]:
    """Yield each row of a table with "file:line"; cells left out at the end are empty.

    A table may do without its last `optional` columns.
    """
    header = False
    with path.open(encoding="utf-8", newline="") as handle:
        for number, row in enumerate(csv.reader(handle, delimiter="\t"), start=1):
            where = f"{path}:{number}"
            if not row or row[0].startswith("#"):
                continue
            if not header:
                if tuple(row) not in (columns, columns[: len(columns) - optional]):
                    raise TableError(f"{where}: the columns are {', '.join(columns)}, not {row!r}")
                header = True
                continue
            if len(row) > len(columns):
                raise TableError(f"{where}: {len(columns)} tab-separated cells, not {len(row)}")
            cells = [cell.strip() for cell in row] + [""] * (len(columns) - len(row))
            yield where, dict(zip(columns, cells, strict=True))


def _point(where: str, row: dict[str, str]) -> tuple[float, float]:
    try:
        lat, lon = float(row["lat"]), float(row["lon"])
    except ValueError:
        lat = lon = float("inf")
    if not (-90 <= lat <= 90 and -180 <= lon <= 180):
        raise TableError(
            f"{where}: {row['lat']!r}, {row['lon']!r} is no point (degrees north and east)"
        )
    return lat, lon


def _radius(where: str, cell: str) -> float:
    try:
        radius = float(cell)
    except ValueError:
        radius = 0.0
    if not 0 < radius <= 10_000:
        raise TableError(f"{where}: {cell!r} is no radius in km")
    return radius


def _people(where: str, cell: str) -> int:
    if not cell.isdigit():
        raise TableError(f"{where}: {cell!r} is no number of people")
    return int(cell)
