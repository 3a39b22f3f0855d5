"""Speed and memory of whole commands and of the rooms, beside known work in the same run."""

from __future__ import annotations

import re
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import geomap
from geomap.articles import split_sentences

ROOT = Path(__file__).parents[1]
RUNS = 5


# Runs a command as the only child of a small process, whose own memory does not count.
_WATCH = """
import resource, subprocess, sys
subprocess.run(sys.argv[1:], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)
"""


def _command(*arguments: str) -> tuple[float, float]:
    """Return the median seconds of a cold command, and its peak memory in MB (not on Windows)."""
    command = [sys.executable, "-m", "geomap.cli", *arguments]
    seconds = []
    for _ in range(RUNS):
        begun = time.perf_counter()
        subprocess.run(
            command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, cwd=ROOT, check=False
        )
        seconds.append(time.perf_counter() - begun)
    peak = float("nan")
    if sys.platform != "win32":
        watched = [sys.executable, "-c", _WATCH, *command]
        answer = subprocess.run(watched, capture_output=True, text=True, check=True, cwd=ROOT)
        peak = int(answer.stdout) / (1024**2 if sys.platform == "darwin" else 1024)
    return sorted(seconds)[RUNS // 2], peak


def _bare() -> float:
    """Return the median seconds that Python itself takes to import geopandas and folium."""
    seconds = []
    for _ in range(RUNS):
        begun = time.perf_counter()
        subprocess.run([sys.executable, "-c", "import geopandas, folium"], check=True)
        seconds.append(time.perf_counter() - begun)
    return sorted(seconds)[RUNS // 2]


def run() -> int:
    bare = _bare()
    print(f"python -c 'import geopandas, folium': {bare:.2f} s (the measure beside)")
    sample = str(ROOT / "examples" / "2023-03-02--bakhmut-western-road.txt")
    with tempfile.TemporaryDirectory() as folder:
        for what, arguments in (
            ("geomap --help", ("--help",)),
            ("geomap map, one article", ("map", sample, "-o", f"{folder}/a.html")),
            ("geomap map examples", ("map", "examples", "-o", f"{folder}/b.html")),
            ("geomap extract, one article", ("extract", sample, "-o", f"{folder}/c.jsonl")),
        ):
            seconds, peak = _command(*arguments)
            print(f"{what}: {seconds:.2f} s ({seconds / bare:.2f} x), {peak:.0f} MB")
    begun = time.perf_counter()
    gazetteer = geomap.Gazetteer.open()
    print(f"open the gazetteer: {(time.perf_counter() - begun) * 1000:.1f} ms (with imports)")
    begun = time.perf_counter()
    geomap.Gazetteer.open()
    print(f"open the gazetteer again: {(time.perf_counter() - begun) * 1000:.1f} ms")
    pipeline = geomap.Pipeline(gazetteer=gazetteer)
    articles = list(geomap.read_articles([ROOT / "examples"])) * 20
    pipeline.run(articles[:10])
    begun = time.perf_counter()
    for article in articles:
        split_sentences(article.text)
        re.findall(r"\w+", article.text)
    plain = time.perf_counter() - begun
    begun = time.perf_counter()
    pipeline.run(articles)
    whole = time.perf_counter() - begun
    letters = sum(len(a.text) for a in articles)
    print(
        f"all rooms: {len(articles) / whole:.0f} sample articles/s, {letters / whole / 1e3:.0f} "
        f"kB/s ({whole / plain:.0f} x splitting sentences and words)"
    )
    return 0
