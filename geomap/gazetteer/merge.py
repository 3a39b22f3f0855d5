"""Adding sources to a compiled gazetteer: the same place from two sources is one place.

A row of a source is the same place as one already there when GeoNames' id says so, or when a name
agrees and the points do, as far as both are known. Then the better point wins, all names and the
ids of both are kept, and the gazetteer's own name stays.
"""

from __future__ import annotations

import math
import shutil
from dataclasses import dataclass, field, replace
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from geomap.errors import GazetteerError
from geomap.gazetteer.columns import SPELLING_COUNTRIES, Codes, Columns
from geomap.gazetteer.names import fold, spelling_key
from geomap.gazetteer.schema import PRECISIONS, Level, NameKind
from geomap.geodesy import rough_km

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from pathlib import Path

    from geomap.gazetteer.importers import Import, Reject
    from geomap.gazetteer.rows import SourceRow
    from geomap.gazetteer.store import Gazetteer

SAME_KM = 5.0  # two well-known points of one name this near are one place
COARSE = {PRECISIONS.index(p) for p in ("estimated", "hromada", "raion")}
MAX_NAMES_TRIED = 8
FEW = 12  # namesakes from which it pays to look at their points at once
NEAR_DEG = 1.5  # 167 km: farther than any two points of one place may be (`_reach_km`)
REPORT_EVERY = 20_000
_SUFFIXES = ("", " Oblast", " Region", " область")


@dataclass(slots=True)
class Added:
    """What became of the rows of one source."""

    name: str
    format: str
    accepted: int = 0
    merged: int = 0
    new: int = 0
    names: int = 0
    rejected: int = 0
    rejects: list[Reject] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class AddSummary:
    """What an addition made: a line for each source, and the size of the result."""

    sources: tuple[Added, ...]
    places: int
    names: int
    path: Path


def add_sources(
    base: Gazetteer,
    imports: Iterable[Import],
    out_dir: Path,
    *,
    on_progress: Callable[[str, int], None] | None = None,
) -> AddSummary:
    """Merge sources into a copy of a gazetteer, written to `out_dir` whole or not at all.

    Parameters
    ----------
    base : Gazetteer
        What is added to; it is not changed, unless it lies in `out_dir`.
    imports : iterable of Import
        In order; later ones meet what earlier ones added.
    out_dir : Path
        The compiled folder to write.
    on_progress : callable, optional
        Called with a source's name and its rows so far.

    Raises
    ------
    GazetteerError
        A source cannot be read, there are too many sources, or the disk is full.
    """
    from geomap.gazetteer.build import replacing

    try:
        with replacing(out_dir) as out, Columns(out) as columns:
            thaw(base, columns)
            stamp = _stamp(base)
            added = []
            merger = Merger(base, columns)
            queue = list(imports)
            for source in queue:
                merger.remember = source is not queue[-1]
                added.append(merger.take(source, _number(stamp, source), on_progress))
                # A dump's date is that of its newest row: known when it has been read.
                date = source.date.isoformat() if source.date else None
                stamp["sources"][source.name]["date"] = date
            for file in (*base.path.glob("areas*"), *base.path.glob("waters*")):
                shutil.copyfile(file, out / file.name)
            places, names = columns.write(out, stamp)
    except OSError as error:
        raise GazetteerError(
            f"{out_dir}: cannot be written ({error}); the old gazetteer is unchanged"
        ) from error
    return AddSummary(tuple(added), places, names, out_dir)


def thaw(base: Gazetteer, columns: Columns) -> None:
    """Put a compiled gazetteer into empty columns so that more can be added."""
    for name, column in columns.data.items():
        column.frombytes(base.columns[name].astype(column.typecode).tobytes())
    columns.countries = Codes(base.stamp["countries"])
    columns.admin1s = Codes(base.stamp["admin1"])
    columns.features = Codes(base.stamp["features"])
    columns.texts = bytearray((base.path / "place_names.bin").read_bytes())
    ends = base.columns["place_name_offsets"][1:]
    columns.text_ends.frombytes(ends.astype(columns.text_ends.typecode).tobytes())
    blob, offsets = (base.path / "shapes.wkb").read_bytes(), base.columns["shape_offsets"].tolist()
    columns.shapes = [blob[a:b] for a, b in pairwise(offsets)]
    ids, offsets = (base.path / "origin_ids.bin").read_bytes(), base.columns["origin_offsets"]
    columns.provenance = [
        (row, source, ids[a:b].decode())
        for row, source, a, b in zip(
            base.columns["origin_rows"].tolist(),
            base.columns["origin_sources"].tolist(),
            offsets[:-1].tolist(),
            offsets[1:].tolist(),
            strict=True,
        )
    ]
    for row, native in base.natives.items():
        columns.natives.add(row, native)
    for log, names in zip((columns.exact, columns.spelling), base.name_tables(), strict=True):
        for key_id in range(len(names.trie)):
            key = names.trie.restore_key(key_id)
            start, end = int(names.offsets[key_id]), int(names.offsets[key_id + 1])
            for row, kind in zip(
                names.refs[start:end].tolist(), names.kinds[start:end].tolist(), strict=True
            ):
                log.add(key, row, kind)
    assert len(columns) == len(base)


def _stamp(base: Gazetteer) -> dict[str, Any]:
    keep = ("versions", "date", "sources", "source_keys", "added")
    stamp = {k: base.stamp[k] for k in keep}
    return {
        **stamp,
        "sources": dict(stamp["sources"]),
        "source_keys": list(stamp["source_keys"]),
        "added": list(stamp["added"]),
    }


def _number(stamp: dict[str, Any], source: Import) -> int:
    """Enter a source into the stamp; return its number."""
    keys: list[str] = stamp["source_keys"]
    if source.name not in keys:
        if len(keys) >= 255:
            raise GazetteerError("a gazetteer holds at most 255 sources: start with --fresh")
        keys.append(source.name)
    stamp["sources"][source.name] = {
        "name": source.name,
        "licence": source.licence,
        "attribution": source.attribution,
        "url": source.attribution,
        "format": source.format,
    }
    stamp["added"].append(source.name)
    return keys.index(source.name)


class Merger:
    """Takes rows into the columns of a gazetteer."""

    def __init__(self, base: Gazetteer, columns: Columns) -> None:
        self.base = base
        self.columns = columns
        self.known = len(columns)
        # Names of what earlier sources added -> rows. Two rows of one source are two places, so
        # that of the last source is not kept: it may hold millions.
        self.fresh: dict[str, list[int]] = {}
        self.remember = True
        self.taken: set[int] = set()
        self.pending: list[tuple[int, tuple[str, ...]]] = []
        self._ids: tuple[Any, Any] | None = None
        self._divisions: dict[tuple[str | None, str], tuple[str, str] | None] = {}
        self._division_rows: dict[str, int] = {}

    def take(
        self, source: Import, number: int, on_progress: Callable[[str, int], None] | None
    ) -> Added:
        """Merge all of one source."""
        added = Added(source.name, source.format)
        self.taken = set()
        self._ids = None
        for row in source.rows():
            merged = self.merge(row, number)
            added.merged += merged
            added.new += not merged
            added.accepted += 1
            if on_progress is not None and added.accepted % REPORT_EVERY == 0:
                on_progress(source.name, added.accepted)
        self._ids = None  # names may be of places that this source has just added
        for extra in source.extra_names():
            added.names += self.rename(extra.geonameid, extra.name)
            added.accepted += 1
        for code in source.codes():
            added.names += self.code(code.code, code.name, code.geonameid)
            added.accepted += 1
        for place, names in self.pending:
            for key in {fold(n) for n in names}:
                self.fresh.setdefault(key, []).append(place)
        self.pending.clear()
        added.rejected, added.rejects = source.rejected, list(source.rejects)
        return added

    def merge(self, row: SourceRow, source: int) -> bool:
        """Take a row; return whether it was a place already there."""
        row = self._placed(row)
        same = self._same(row)
        if same is None:
            admin1 = f"{row.country}.{row.admin1_code}"
            parent = self._division_row(admin1) if row.level > Level.ADMIN1 else -1
            number = self.columns.add(row, source, parent=parent)
            if self.remember:
                self.pending.append((number, (row.name, *row.names[:MAX_NAMES_TRIED])))
            return False
        self.taken.add(same)
        self.columns.names(row, same, NameKind.ALTERNATE)
        self.columns.native(row, same)
        self._improve(same, row, source)
        own_id = row.source_id if row.geonameid is None else str(row.geonameid)
        self.columns.provenance.append((same, source, own_id or ""))
        return True

    def rename(self, geonameid: int, name: str) -> bool:
        """Give the place of an id a further name; return whether there is such a place."""
        number = self._by_id(geonameid)
        if number is None:
            return False
        self.columns.name(name, number, NameKind.ALTERNATE, tolerant=True)
        return True

    def code(self, code: str, name: str, geonameid: int | None) -> bool:
        """Give a division its GeoNames name and id; return whether it is known."""
        number = self._division_row(code)
        if number < 0 and geonameid is not None:
            number = self._by_id(geonameid) or -1
        if number < 0:
            return False
        self.columns.name(name, number, NameKind.ALTERNATE, tolerant=True)
        if geonameid is not None and self.columns.data["geonameid"][number] < 0:
            self.columns.data["geonameid"][number] = geonameid
        return True

    def _placed(self, row: SourceRow) -> SourceRow:
        """Return a row with its country and division, found by name or by the areas."""
        if row.country and (row.admin1_code or row.level <= Level.COUNTRY):
            return row
        found = self._division(row.country, row.admin1_name) if row.admin1_name else None
        if found is None:
            found = self._containing(row)
        if found is None:
            return row
        country, code = found
        if row.country and country != row.country:
            return row
        return replace(row, country=country, admin1_code=row.admin1_code or code or None)

    def _division(self, country: str | None, name: str) -> tuple[str, str] | None:
        """Return (country, code) of a division that a source names, if only one is meant."""
        key = (country, name)
        if key not in self._divisions:
            self._divisions[key] = self._find_division(country, name)
        return self._divisions[key]

    def _find_division(self, country: str | None, name: str) -> tuple[str, str] | None:
        base = self.base
        for suffix in _SUFFIXES:
            for find, make in ((base.rows, fold), (base.spelling_rows, spelling_key)):
                rows = {
                    n.row
                    for n in find(make(name + suffix))
                    if int(base.level[n.row]) == Level.ADMIN1
                    and n.kind != NameKind.DEMONYM
                    and (country is None or base.country(n.row) == country)
                }
                codes = {base.admin1(r) for r in rows}
                if len(codes) == 1:
                    whole = str(codes.pop())
                    return whole.split(".", 1)[0], whole.split(".", 1)[1]
        return None

    def _containing(self, row: SourceRow) -> tuple[str, str] | None:
        """Return (country, code) of the division that holds a point, if only one does."""
        areas = self.base.areas
        rows = [areas.row(i) for i in areas.containing(row.lon, row.lat)]
        units = [(r.country, r.code or "") for r in rows if r.level == "admin1"]
        if len(units) == 1:
            return units[0]
        wholes = [(r.country, "") for r in rows if r.level == "country"]
        return wholes[0] if len(wholes) == 1 else None

    def _division_row(self, admin1: str) -> int:
        if not self._division_rows:
            import numpy as np

            base = self.base
            for row in reversed(np.flatnonzero(base.level == Level.ADMIN1).tolist()):
                self._division_rows[str(base.admin1(row))] = row
        return self._division_rows.get(admin1, -1)

    def _by_id(self, geonameid: int) -> int | None:
        import numpy as np

        if self._ids is None:
            ids = np.array(self.columns.data["geonameid"])
            order = np.argsort(ids, kind="stable")
            self._ids = (ids[order], order)
        ids, order = self._ids
        at = int(np.searchsorted(ids, geonameid))
        return int(order[at]) if at < len(ids) and int(ids[at]) == geonameid else None

    def _same(self, row: SourceRow) -> int | None:
        """Return the place that a row is, or None for a new one."""
        if row.geonameid is not None:
            known = self._by_id(row.geonameid)
            if known is not None:
                return known
        if row.level == Level.ADMIN1 and row.country and row.admin1_code:
            known = self._division_row(f"{row.country}.{row.admin1_code}")
            return known if known >= 0 else None
        best: tuple[float, int] | None = None
        for number in self._bearers(row):
            lat, lon = self.columns.data["lat"][number], self.columns.data["lon"][number]
            km = rough_km(lat, lon, row.lat, row.lon)
            if km > self._reach_km(number, row) or not self._alike(number, row):
                continue
            if number in self.taken and km > 1.0:
                continue  # another village of that name has been found to be this one
            if best is None or (km, number) < best:
                best = (km, number)
        return best[1] if best else None

    def _bearers(self, row: SourceRow) -> set[int]:
        """Return the rows that bear one of a row's names and lie anywhere near it."""
        numbers: set[int] = set()
        for name in (row.name, *row.names[:MAX_NAMES_TRIED]):
            key = fold(name)
            numbers.update(self._near(self.base.bearers(key), row))
            numbers.update(self.fresh.get(key, ()))
        if not numbers and row.country in SPELLING_COUNTRIES:
            found = self.base.spelling_bearers(spelling_key(row.name))
            numbers.update(self._near(found, row))
        return numbers

    def _near(self, rows: Any, row: SourceRow) -> list[int]:
        """Return those of many namesakes that lie within a box of `NEAR_DEG` round a row."""
        if len(rows) > FEW:
            lats, lons = self.base.lat[rows], self.base.lon[rows]
            shrink = max(math.cos(math.radians(row.lat)), 0.05)
            across = abs((lons - row.lon + 540.0) % 360.0 - 180.0) * shrink
            rows = rows[(abs(lats - row.lat) < NEAR_DEG) & (across < NEAR_DEG)]
        found: list[int] = rows.tolist()
        return found

    def _alike(self, number: int, row: SourceRow) -> bool:
        """Say whether two rows can be one place by what they are and where they belong."""
        data = self.columns.data
        level = data["level"][number]
        settled = Level.CAPITAL <= level <= Level.SETTLEMENT
        if settled != (Level.CAPITAL <= row.level <= Level.SETTLEMENT):
            return False
        if not settled and level != row.level:
            return False
        if level == Level.FEATURE:
            known = self.columns.features.words[data["feature"][number]]
            if known.partition(".")[0] != row.feature_class:
                return False
        country = self.columns.countries.words[data["country"][number]]
        if row.country and country and country != row.country:
            return False
        coarse = data["precision"][number] in COARSE
        coarse |= PRECISIONS.index(row.precision) in COARSE
        admin1 = self.columns.admin1s.words[data["admin1"][number]]
        return not (coarse and row.admin1_code and admin1) or (
            admin1 == f"{row.country}.{row.admin1_code}"
        )

    def _reach_km(self, number: int, row: SourceRow) -> float:
        """Return how far apart two points of one place may be, as far as they are known."""
        data = self.columns.data
        known, own = data["radius_km"][number], row.radius_km or 0.0
        if data["precision"][number] in COARSE or PRECISIONS.index(row.precision) in COARSE:
            # The stated radius holds nine in ten; one and a half of it nearly all.
            return float(1.5 * max(known, own) + SAME_KM)
        return float(max(SAME_KM, known + own))

    def _improve(self, number: int, row: SourceRow, source: int) -> None:
        """Take over what a row knows better about a place."""
        data = self.columns.data
        old, new = data["precision"][number], PRECISIONS.index(row.precision)
        both_coarse = old in COARSE and new in COARSE
        radius = row.radius_km
        better = (radius or math.inf) < data["radius_km"][number] if both_coarse else new < old
        if better:
            data["lat"][number], data["lon"][number] = row.lat, row.lon
            data["precision"][number], data["source"][number] = new, source
            data["radius_km"][number] = radius if radius is not None else 1.0
        data["population"][number] = max(row.population, data["population"][number])
        word = self.columns.features.words[data["feature"][number]]
        if row.feature_code and word.endswith("."):
            code = f"{row.feature_class}.{row.feature_code}"
            data["feature"][number] = self.columns.features.number(code)
        if row.geonameid is not None and data["geonameid"][number] < 0:
            data["geonameid"][number] = row.geonameid
        if row.wkb and data["shape"][number] < 0 and data["area"][number] < 0:
            data["shape"][number] = len(self.columns.shapes)
            self.columns.shapes.append(row.wkb)
