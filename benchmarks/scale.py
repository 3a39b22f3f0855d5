"""A synthetic dump of the size of all GeoNames: 13 million rows (`python -m benchmarks scale`)."""

from __future__ import annotations

import random
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from benchmarks.gazetteer import _each_us, _opened
from geomap.gazetteer.importers import read_source
from geomap.gazetteer.merge import add_sources
from geomap.gazetteer.names import fold
from geomap.gazetteer.store import DEFAULT_DIR, Gazetteer

ROWS = 13_000_000
_SYLLABLES = (
    "ba", "ka", "to", "mi", "ru", "sa", "no", "ve", "li", "do", "pe", "ta", "ni", "go", "la", "su",
    "ri", "ma", "ko", "le", "ha", "di", "fu", "ya",
)  # fmt: skip
_COUNTRIES = ("US", "CN", "IN", "MX", "FR", "ID", "BR", "NO", "IR", "PK", "DE", "TH", "RU", "UA")

# Shared and private resident memory of one of two processes that look names up in one gazetteer.
_SHARING = """
import sys, random
from pathlib import Path
from geomap.gazetteer.store import Gazetteer
g = Gazetteer.open(Path(sys.argv[1]))
draw = random.Random(int(sys.argv[2]))
for _ in range(200_000):
    g.place(draw.randrange(len(g)))
print("ready", flush=True)
sys.stdin.readline()
"""


def _write(path: Path, rows: int) -> None:
    draw = random.Random(7)
    with path.open("w", encoding="utf-8") as file:
        for number in range(rows):
            name = "".join(draw.choices(_SYLLABLES, k=draw.randint(4, 6))).capitalize()
            other = name + draw.choice(["e", "o", "ka", " Nova"])
            lat, lon = draw.uniform(-60, 70), draw.uniform(-180, 180)
            cells = [
                str(20_000_000 + number), name, name, other, f"{lat:.5f}", f"{lon:.5f}",
                "P", "PPL", draw.choice(_COUNTRIES), "", "05", "", "", "",
                str(draw.randint(0, 5000)), "", "", "", "2024-01-01",
            ]  # fmt: skip
            file.write("\t".join(cells) + "\n")


def _pss(pid: int) -> tuple[float, float]:
    """Return (resident, proportional) MB of a process: shared pages count once among sharers."""
    values = {}
    for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()[1:]:
        key, number = line.split()[:2]
        values[key] = int(number) / 1024
    return values["Rss:"], values["Pss:"]


def run() -> int:
    with tempfile.TemporaryDirectory() as name:
        dump = Path(name) / "XX.txt"
        _write(dump, ROWS)
        print(f"{ROWS:,} rows, {dump.stat().st_size / 1e9:.1f} GB of text")
        begun = time.perf_counter()
        base = Gazetteer.open(DEFAULT_DIR)
        summary = add_sources(base, [read_source(dump)], Path(name) / "g")
        took = time.perf_counter() - begun
        peak_gb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024**2
        print(f"built in {took / 60:.1f} min, peak {peak_gb:.1f} GB, {summary.names:,} names")
        folder = str(Path(name) / "g")
        size_mb = sum(p.stat().st_size for p in Path(folder).iterdir()) / 1e6
        print(f"{size_mb / summary.places * 1e6:.0f} MB on disk a million places")
        took_ms, resident_mb = _opened(folder)
        print(f"open: {took_ms:.0f} ms, {resident_mb:.1f} MB resident")
        gazetteer = Gazetteer.open(Path(folder))
        draw = random.Random(1)
        names = [gazetteer.name(draw.randrange(len(gazetteer))) for _ in range(20_000)]
        each = _each_us(lambda n: gazetteer.rows(fold(n))[:1], names)
        print(f"look-up {each:.1f} us")
        both = [
            subprocess.Popen(
                [sys.executable, "-c", _SHARING, folder, "3"],
                stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
            )
            for _ in range(2)
        ]  # fmt: skip
        for process in both:
            assert process.stdout is not None
            process.stdout.readline()
        for process in both:
            resident, share = _pss(process.pid)
            print(f"one of two processes: {resident:.0f} MB resident, its share {share:.0f} MB")
        for process in both:
            process.communicate("\n")
    return 0
