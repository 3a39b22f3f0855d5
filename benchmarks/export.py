"""Reports that are read already, written in each format: time, size and memory.

    python -m benchmarks export [--reports 100000] [--read 2000] [--folder DIR]

`--read` made-up reports go through the whole of geomap; they are then exported again and again,
with new ids and dates, until there are `--reports`. What is measured is the writing, from
`models.Report` to the file, each format in a process of its own. Memory is that of the process at
its peak, with the reports read; it is flat when a fifth of the reports take as much.
"""

from __future__ import annotations

import argparse
import datetime as dt
import pickle
import resource
import subprocess
import sys
import tempfile
import time
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from gallery.reports import Newsroom, towns_along
from gallery.year import articles
from geomap.front.theatre import load_theatre
from geomap.models import ContactLine
from geomap.output.export_rows import About
from geomap.output.exports import SUFFIXES, Export
from geomap.output.layers import features_of
from geomap.pipeline import Pipeline

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from geomap.models import Report

from benchmarks.made_reports import FIRST, SEED, Made

LEAST_S, LEAST_MB = 20.0, 1000.0  # what a format has to keep within, for 100,000 reports
_DAYS, _LINES = 900, 20


def run(*asked: str) -> int:
    """Export in each format, and print the figures."""
    given = _options(asked)
    if given.suffix is not None:
        _write(given)
        return 0
    given.folder.mkdir(parents=True, exist_ok=True)
    read_s = _read(given)
    _tell("read by geomap", f"{given.read:,} reports in {read_s:.0f} s")
    failed = 0
    for suffix in SUFFIXES:
        fifth = _measured(given, suffix, given.reports // 5)
        whole = _measured(given, suffix, given.reports)
        figure = (
            f"{whole[0]:5.1f} s ({whole[1]:.1f} of CPU)  {whole[2] / 1e6:7.0f} MB  "
            f"peak {whole[3]:5.0f} MB (a fifth: {fifth[3]:.0f})  {whole[4]:,.0f} features"
        )
        _tell(suffix, figure)
        failed += whole[0] > LEAST_S or whole[3] > LEAST_MB
    return 1 if failed else 0


def _options(asked: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks export")
    parser.add_argument("--reports", type=int, default=100_000)
    parser.add_argument("--read", type=int, default=2_000)
    folder = Path(tempfile.gettempdir()) / "geomap-benchmark" / "export"
    parser.add_argument("--folder", type=Path, default=folder)
    parser.add_argument("--suffix", choices=SUFFIXES, help=argparse.SUPPRESS)
    return parser.parse_args(asked)


def _tell(what: str, figure: object) -> None:
    print(f"  {what:<34} {figure}", flush=True)


def _read(given: argparse.Namespace) -> float:
    """Read the reports, into a file; return the seconds that it took."""
    plain = Pipeline()
    made = Made(given.folder, given.read, min(_DAYS, given.read), _LINES, evidence=False)
    towns = towns_along(made.course, plain.gazetteer)
    newsroom = Newsroom(made.course, towns, FIRST, made.days, SEED)
    records = [
        {"id": f"made-{n:06d}", "url": f"https://example.org/made/{n:06d}"} | record
        for n, record in enumerate(newsroom.write(made.counts()), 1)
    ]
    lines = [
        ContactLine(made.course.line((day - FIRST).days), day, "made up") for day in made.line_days
    ]
    began = time.perf_counter()
    reports = Pipeline(line=lines, gazetteer=plain.gazetteer).run(articles(records)).reports
    seconds = time.perf_counter() - began
    (given.folder / "reports.pickle").write_bytes(pickle.dumps(reports, pickle.HIGHEST_PROTOCOL))
    return seconds


def _measured(given: argparse.Namespace, suffix: str, reports: int) -> list[float]:
    """Return seconds, those of CPU, bytes, MB at the peak, and features of an export."""
    words = [
        sys.executable, "-m", "benchmarks", "export", "--suffix", suffix,
        "--reports", str(reports), "--folder", str(given.folder),
    ]  # fmt: skip
    told = subprocess.run(words, capture_output=True, text=True, check=True).stdout
    return [float(word) for word in told.split()[-5:]]


def _write(given: argparse.Namespace) -> None:
    """Export in this process, and print what `_measured` reads."""
    reports: Sequence[Report] = pickle.loads((given.folder / "reports.pickle").read_bytes())
    path = given.folder / f"reports{given.suffix}"
    about = About({"name": "geomap", "version": "benchmark"}, parties=load_theatre().parties)
    began, cpu = time.perf_counter(), time.process_time()
    with Export(path, about) as export:
        for report in _again(reports, given.reports):
            export.add(report.article, features_of(report))
        export.finish()
    seconds = time.perf_counter() - began
    size = path.stat().st_size
    path.unlink()
    print(seconds, time.process_time() - cpu, size, _peak_mb(), export.features)


def _again(reports: Sequence[Report], number: int) -> Iterator[Report]:
    """Yield so many reports: those given, again and again, on later days and with other ids."""
    for n in range(number):
        turn, at = divmod(n, len(reports))
        report = reports[at]
        day = report.article.date
        later = None if day is None else day + dt.timedelta(days=turn * _DAYS)
        own = replace(report.article, id=f"{report.article.id}-{turn:04d}", date=later)
        yield replace(report, article=own)


def _peak_mb() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
