"""The gazetteer: opening, looking up, matching in text; and one of the size of all GeoNames."""

from __future__ import annotations

import random
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import geomap
from geomap.gazetteer.match import longest_names
from geomap.gazetteer.names import fold, spelling_key
from geomap.gazetteer.spatial import SpatialIndex

ROOT = Path(__file__).parents[1]
# Resident memory of a process that has opened a gazetteer, less that of one that only imported.
_OPENED = """
import sys, numpy, marisa_trie
from pathlib import Path
def resident():
    return int([l for l in open("/proc/self/status") if l.startswith("VmRSS")][0].split()[1])
from geomap.gazetteer.store import Gazetteer
before = resident()
import time
begun = time.perf_counter()
g = Gazetteer.open(Path(sys.argv[1]) if len(sys.argv) > 1 else None)
took = time.perf_counter() - begun
print(took * 1000, (resident() - before) / 1024)
"""


def _each_us(work: Callable[[str], object], words: list[str]) -> float:
    begun = time.perf_counter()
    for word in words:
        work(word)
    return (time.perf_counter() - begun) / len(words) * 1e6


def _opened(*arguments: str) -> tuple[float, float]:
    command = [sys.executable, "-c", _OPENED, *arguments]
    answer = subprocess.run(command, capture_output=True, text=True, check=True, cwd=ROOT).stdout
    took_ms, resident_mb = map(float, answer.split())
    return took_ms, resident_mb


def run() -> int:
    took_ms, resident_mb = _opened()
    print(f"open: {took_ms:.1f} ms, {resident_mb:.1f} MB resident (imports left out)")
    gazetteer = geomap.Gazetteer.open()
    draw = random.Random(1)
    rows = draw.sample(range(len(gazetteer)), 20_000)
    names = [gazetteer.name(r) for r in rows]
    keys = [fold(n) for n in names]
    known = {k: 1 for k in keys}
    beside = _each_us(known.get, keys)
    exact = _each_us(gazetteer.rows, keys)
    folded = _each_us(lambda n: gazetteer.rows(fold(n)), names)
    loose = _each_us(lambda n: gazetteer.spelling_rows(spelling_key(n)), names)
    print(f"exact look-up {exact:.2f} us, folded {folded:.2f} us, tolerant {loose:.2f} us")
    print(f"  (a Python dictionary's get: {beside:.2f} us)")
    begun = time.perf_counter()
    index = SpatialIndex(gazetteer)
    lats = [draw.uniform(44, 52) for _ in range(10_000)]
    lons = [draw.uniform(22, 40) for _ in range(10_000)]
    index.nearest(lats[:10], lons[:10])
    ready = time.perf_counter() - begun
    begun = time.perf_counter()
    index.nearest(lats, lons)
    print(f"nearest {(time.perf_counter() - begun) / 10_000 * 1e6:.1f} us, index in {ready:.2f} s")
    articles = geomap.read_articles([ROOT / "examples"])
    text = "\n".join(a.text for a in articles) * 40
    tokens = len(re.findall(r"\w+", text))
    begun = time.perf_counter()
    for word in re.finditer(r"\w+", text):
        word.group()
    words = tokens / (time.perf_counter() - begun)
    begun = time.perf_counter()
    found = longest_names(gazetteer, text)
    pace = tokens / (time.perf_counter() - begun)
    print(f"longest names: {pace / 1e6:.2f} M tokens/s, {len(found)} in {tokens} tokens")
    print(f"  (finding the words alone: {words / 1e6:.2f} M tokens/s)")
    begun = time.perf_counter()
    with tempfile.TemporaryDirectory() as folder:
        command = [sys.executable, "-m", "geomap.gazetteer.build", "gazetteer", f"{folder}/g"]
        subprocess.run(command, check=True, cwd=ROOT, stdout=subprocess.DEVNULL)
    print(f"building the default: {time.perf_counter() - begun:.0f} s")
    return 0
