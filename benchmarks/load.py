"""Many reports through a workspace: `python -m benchmarks load [--reports 20000] [--jobs 2]`.

Made-up reports (`benchmarks.made_up`) are added by the command line, while the memory of all its
processes is looked at; then a map and a briefing are made of a fortnight and of a year, and the
first thousandth is added again. Prints one line a figure.
"""

from __future__ import annotations

import argparse
import datetime as dt
import os
import sqlite3
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path

from benchmarks.made_up import FIRST, write

DAYS = 900
_EVERY_S = 2.0


@dataclass(slots=True)
class Watched:
    """A process and its children: how long they ran, and what memory they took together."""

    seconds: float = 0.0
    samples: list[tuple[float, float, int]] = field(default_factory=list)  # s, MB, reports read

    @property
    def peak_mb(self) -> float:
        return max((mb for _, mb, _ in self.samples), default=0.0)


def geomap(*arguments: object, store: Path | None = None) -> Watched:
    """Run a command, and look at it while it runs.

    Raises
    ------
    RuntimeError
        It failed.
    """
    told = Watched()
    begun = time.perf_counter()
    command = [sys.executable, "-m", "geomap.cli", *map(str, arguments)]
    with tempfile.TemporaryFile() as errors:
        run = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=errors)
        looked = 0.0
        while run.poll() is None:
            time.sleep(0.05)
            if time.perf_counter() - looked >= _EVERY_S or not told.samples:
                looked = time.perf_counter()
                read = _read(store) if store is not None else 0
                told.samples.append((looked - begun, _memory_mb(run.pid), read))
        told.seconds = time.perf_counter() - begun
        if run.returncode not in (0, 1):
            errors.seek(0)
            raise RuntimeError(f"{command}: {errors.read()[-2000:].decode(errors='replace')}")
    return told


def _read(store: Path) -> int:
    """Return how many reports a store has read."""
    try:
        with sqlite3.connect(f"file:{store}?mode=ro", uri=True) as db:
            return int(db.execute("SELECT COUNT(*) FROM reports").fetchone()[0])
    except sqlite3.Error:
        return 0


def _memory_mb(pid: int) -> float:
    """Return what a process and its children take, pages they share counted once for all."""
    total = 0
    for one in [pid, *_children(pid)]:
        try:
            for line in Path(f"/proc/{one}/smaps_rollup").read_text().splitlines():
                if line.startswith("Pss:"):
                    total += int(line.split()[1])
        except (OSError, ValueError):  # it ended meanwhile
            continue
    return total / 1e3


def _children(pid: int) -> list[int]:
    found = []
    for task in Path(f"/proc/{pid}/task").glob("*/children"):
        try:
            found += [int(child) for child in task.read_text().split()]
        except OSError:
            continue
    return [*found, *(grand for child in found for grand in _children(child))]


def run(*options: str) -> int:
    """Print the figures."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks load")
    parser.add_argument("--reports", type=int, default=20_000)
    parser.add_argument("--jobs", type=int, default=len(os.sched_getaffinity(0)))
    parser.add_argument("--keep", type=Path, help="leave reports and workspace in this folder")
    asked = parser.parse_args(options)
    if asked.keep is not None:
        asked.keep.mkdir(parents=True, exist_ok=True)
        _load(asked.keep, asked.reports, asked.jobs)
        return 0
    with tempfile.TemporaryDirectory() as folder:
        _load(Path(folder), asked.reports, asked.jobs)
    return 0


def _load(folder: Path, number: int, jobs: int) -> None:
    articles, desk = folder / "reports.jsonl", folder / "desk"
    write(articles, number, DAYS)
    store = desk / "workspace.gpkg"
    geomap("init", desk)
    added = geomap("add", articles, "-w", desk, "--jobs", jobs, store=store)
    print(f"reports: {number:,}, {articles.stat().st_size / number:,.0f} bytes each, {DAYS} days")
    reading = [s for s in added.samples if s[2] > 0]
    kept = reading[0][0] if reading else added.seconds
    print(
        f"add --jobs {jobs}: {added.seconds:,.0f} s, {number / added.seconds:,.0f} a second "
        f"(kept {number / kept:,.0f} a second, then read "
        f"{number / max(added.seconds - kept, 1e-9):,.0f})"
    )
    fifths = [reading[len(reading) * n // 5][1] for n in range(5)] if len(reading) >= 5 else []
    told = ", ".join(f"{mb:,.0f}" for mb in fifths)
    print(f"memory of all its processes: {added.peak_mb:,.0f} MB at most; at each fifth: {told}")
    size = sum(p.stat().st_size for p in desk.glob("workspace.gpkg*"))
    print(f"store: {size / 1e6:,.0f} MB, {size / number:,.0f} bytes a report")
    last = FIRST + dt.timedelta(days=DAYS - 1)
    for days in (14, 365):
        since = last - dt.timedelta(days=days - 1)
        period = ("--since", since, "--until", last)
        drawn = geomap("map", desk, *period, "-o", folder / "map.html")
        print(f"map of {days} days: {drawn.seconds:,.1f} s, {drawn.peak_mb:,.0f} MB")
        brief = geomap(
            "brief", desk, *period, "--region", "Poltava Oblast", "--no-picture",
            "-o", folder / "brief.md",
        )  # fmt: skip
        print(f"brief on {days} days: {brief.seconds:,.1f} s, {brief.peak_mb:,.0f} MB")
    with articles.open(encoding="utf-8") as lines:
        head = "".join(line for line, _ in zip(lines, range(number // 1000), strict=False))
    (folder / "head.jsonl").write_text(head, encoding="utf-8")
    again = geomap("add", folder / "head.jsonl", "-w", desk)
    print(f"the first thousandth added again: {again.seconds:,.1f} s")
