"""Bulk runs on local workers: rate, scaling, memory, a worker killed on the way.

    python -m benchmarks bulk [--reports 4000] [--part-mb 0.25] [--folder DIR] [--long]

Made-up reports (`benchmarks.made_up`) are read by one process of this machine, by a cluster of one
worker, of two, and of two of which one is killed on the way; all four have to write the same bytes.
With `--long` by two workers only, of which one is killed: for runs of hours, which go on where they
were stopped.
"""

from __future__ import annotations

import argparse
import hashlib
import os
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from benchmarks.made_up import write
from geomap.bulk_commands import BulkRun
from geomap.console import show

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

LEAST_SCALING = 1.5  # from one worker to two, on two cores that have nothing else to do
_DAYS_PER = 40  # reports a day
_LOOK_S = 1.0


def run(*asked: str) -> int:
    """Measure, and print the figures."""
    given = _options(asked)
    show(False, False)
    given.folder.mkdir(parents=True, exist_ok=True)
    reports = given.folder / f"reports-{given.reports}.jsonl"
    days = max(1, min(900, given.reports // _DAYS_PER))
    if not reports.exists():
        began = time.perf_counter()
        write(reports, given.reports, days)
        _tell("made up", f"{given.reports:,} reports in {time.perf_counter() - began:.0f} s")
    size_mb = reports.stat().st_size / 1e6
    _tell("input", f"{given.reports:,} reports of {days} days, {size_mb:,.0f} MB")
    if given.long:
        _run("two workers, one killed", given, reports, "long", workers=2, kill=True)
        return 0
    _run("one process, no cluster", given, reports, "none", workers=0)
    one = _run("one worker", given, reports, "one", workers=1)
    two = _run("two workers", given, reports, "two", workers=2)
    _run("two workers, one killed", given, reports, "killed", workers=2, kill=True)
    _tell("scaling, 1 to 2 workers", f"{one / two:.2f}")
    digests = {name: _digest(given.folder / name) for name in ("none", "one", "two", "killed")}
    alike = len(set(digests.values())) == 1
    _tell("the same bytes in all", alike)
    return 0 if alike and one / two >= LEAST_SCALING else 1


def _options(asked: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks bulk")
    parser.add_argument("--reports", type=int, default=4_000)
    parser.add_argument("--part-mb", type=float, default=0.25)
    folder = Path(tempfile.gettempdir()) / "geomap-benchmark" / "bulk"
    parser.add_argument("--folder", type=Path, default=folder)
    parser.add_argument("--long", action="store_true")
    return parser.parse_args(asked)


def _run(
    what: str, given: argparse.Namespace, reports: Path, name: str, *, workers: int,
    kill: bool = False,
) -> float:  # fmt: skip
    """Do a run and tell its figures; return how many seconds it took, the start left out."""
    output = given.folder / name
    if not given.long:
        _removed(output)
    with _cluster(workers) as (address, pids):
        watch = _Watch(output, pids, kill=kill)
        began = time.perf_counter()
        made = BulkRun([str(reports)], {}, False)
        summary = made.bulk(str(output), scheduler=address, part_mb=given.part_mb)
        seconds = time.perf_counter() - began
        watch.stop()
    told = f"{seconds:7.1f} s  {summary['articles'] / seconds:6.1f} reports/s"
    if workers:
        first, last = watch.halves_mb
        told += f"  peak of a worker {last:.0f} MB (first half of the run: {first:.0f})"
    if kill:
        told += f"  killed: {watch.killed}"
    files = [p for p in output.rglob("*.parquet")]
    for kind in ("features", "reports"):
        sizes = [p.stat().st_size for p in files if kind in p.parts]
        told += f"  {kind} {sum(sizes) / 1e6:,.0f} MB in {len(sizes):,} files"
    _tell(what, told)
    return seconds


@contextmanager
def _cluster(workers: int) -> Iterator[tuple[str | None, Any]]:
    """Start a scheduler and workers, as docs/bulk.md has it; give its address and their processes.

    `LocalCluster` would not do: it closes the nanny of a worker that died, 15 s later.
    """
    if not workers:
        yield None, None
        return
    from distributed import Client

    dask = str(Path(sys.executable).with_name("dask"))
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        address = f"tcp://127.0.0.1:{free.getsockname()[1]}"
    port = address.rpartition(":")[2]
    asked = [
        [dask, "scheduler", "--host", "127.0.0.1", "--port", port, "--no-dashboard"],
        *[[dask, "worker", address, "--nthreads", "1", "--memory-limit", "2GB", "--no-dashboard"]
          for _ in range(workers)],
    ]  # fmt: skip
    started = [
        subprocess.Popen(one, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) for one in asked
    ]
    try:
        with Client(address, timeout=60, set_as_default=False) as client:
            client.wait_for_workers(workers, timeout=60)
            yield address, lambda: list(client.run(os.getpid).values())
    finally:
        for one in reversed(started):
            one.terminate()
        for one in started:
            one.wait(30)


class _Watch(threading.Thread):
    """Looks at the memory of workers, and kills one when a quarter of the work is done."""

    def __init__(self, output: Path, pids: Any, *, kill: bool) -> None:
        super().__init__(daemon=True)
        self._output, self._pids, self._kill = output, pids, kill
        self._stopped = threading.Event()
        self._peaks_mb: list[float] = []
        self.killed: int | None = None
        if pids is not None:
            self.start()

    @property
    def halves_mb(self) -> tuple[float, float]:
        """The peak of a worker in the first half of the run, and in the whole."""
        half = self._peaks_mb[: max(1, len(self._peaks_mb) // 2)]
        return max(half, default=0.0), max(self._peaks_mb, default=0.0)

    def run(self) -> None:
        pids = self._pids()
        while not self._stopped.wait(_LOOK_S):
            self._peaks_mb.append(max((_resident_mb(pid) for pid in pids), default=0.0))
            done = len(list((self._output / "_done").glob("*.json")))
            if self._kill and self.killed is None and done >= 3:
                self.killed = pids[0]
                os.kill(pids[0], signal.SIGKILL)
                time.sleep(5 * _LOOK_S)  # another is started in its place
                pids = self._pids()

    def stop(self) -> None:
        self._stopped.set()
        if self.is_alive():
            self.join()


def _resident_mb(pid: int) -> float:
    try:
        text = Path(f"/proc/{pid}/status").read_text(encoding="ascii", errors="replace")
    except OSError:
        return 0.0
    told = [line.split()[1] for line in text.splitlines() if line.startswith("VmRSS:")]
    return int(told[0]) / 1024 if told else 0.0


def _removed(folder: Path) -> None:
    import shutil

    shutil.rmtree(folder, ignore_errors=True)


def _digest(folder: Path) -> str:
    """Return a digest of all files of a folder."""
    whole = hashlib.sha256()
    for path in sorted(p for p in folder.rglob("*") if p.is_file()):
        whole.update(path.relative_to(folder).as_posix().encode())
        whole.update(path.read_bytes())
    return whole.hexdigest()


def _tell(what: str, figure: object) -> None:
    print(f"  {what:<26} {figure}", flush=True)
