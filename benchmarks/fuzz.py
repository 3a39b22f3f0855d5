"""Fuzz: changed copies of real inputs, through every reader.

`python -m benchmarks fuzz --minutes 10 [--seed 1] [--reader zip] [--keep FOLDER]`. What may not be:
an exception other than a `GeomapError`, a reader that takes over 20 s, over 1 GB more memory than
at its start, or that ends its process. Each is printed, with its input kept in a folder.
"""

from __future__ import annotations

import argparse
import collections
import multiprocessing
import os
import random
import resource
import sys
import tempfile
import time
import traceback
import warnings
from multiprocessing.connection import Connection
from pathlib import Path

from benchmarks.fuzz_mutations import mutated
from benchmarks.fuzz_readers import Reader, readers

MOST_S = 20.0
MOST_BYTES = 1_000_000_000
_SLOW_S = 5.0


def run(*arguments: str) -> int:
    """Fuzz for some minutes; return how many kinds of fault were found."""
    parser = argparse.ArgumentParser("benchmarks fuzz")
    parser.add_argument("--minutes", type=float, default=1.0)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--reader", action="append")
    parser.add_argument("--keep", type=Path, default=Path(tempfile.gettempdir()) / "geomap-fuzz")
    asked = parser.parse_args(list(arguments))
    asked.keep.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        known = readers(Path(folder))
        wanted = {n: r for n, r in known.items() if not asked.reader or n in asked.reader}
        return _Watch(wanted, Path(folder), asked.keep).run(asked.minutes * 60, asked.seed)


class _Watch:
    """Runs a child that reads one input after the other, and looks at what becomes of it."""

    def __init__(self, known: dict[str, Reader], folder: Path, keep: Path) -> None:
        self._known = known
        self._folder = folder
        self._keep = keep
        self._faults: collections.Counter[str] = collections.Counter()
        self._counts: collections.Counter[str] = collections.Counter()
        self._slowest: dict[str, float] = collections.defaultdict(float)
        self._peak = 0

    def run(self, seconds: float, seed: int) -> int:
        end = time.monotonic() + seconds
        number = 0
        while time.monotonic() < end:
            number = self._child(number, seed, end)
        total = sum(self._counts.values())
        print(f"{total} inputs in {seconds / 60:g} min, {len(self._faults)} kinds of fault; "
              f"peak {self._peak / 1e6:.0f} MB above the start")  # fmt: skip
        for name, count in sorted(self._counts.items()):
            print(f"  {name}: {count}, slowest {self._slowest[name]:.1f} s")
        for fault, count in self._faults.most_common():
            print(f"FAULT x{count} {fault}")
        return len(self._faults)

    def _child(self, number: int, seed: int, end: float) -> int:
        """Let a child work from an input on; return the number of the next."""
        ours, theirs = multiprocessing.Pipe()
        context = multiprocessing.get_context("fork")
        work = context.Process(
            target=_work, args=(self._known, self._folder, theirs, seed, number), daemon=True
        )
        work.start()
        theirs.close()
        name, path, begun = "", Path(), time.monotonic()
        try:
            while True:
                left = begun + MOST_S - time.monotonic()
                if not ours.poll(max(left, 0)):
                    self._fault(name, path, number, f"hangs: over {MOST_S:.0f} s")
                    break
                try:
                    told = ours.recv()
                except EOFError:
                    work.join(5)
                    self._fault(name, path, number, f"ended its process ({work.exitcode})")
                    break
                if told[0] == "begin":
                    _, number, name, path = told
                    begun = time.monotonic()
                    continue
                _, seconds, peak, fault = told
                self._counts[name] += 1
                self._slowest[name] = max(self._slowest[name], seconds)
                self._peak = max(self._peak, peak)
                if seconds > _SLOW_S:
                    self._save(name, path, number, "slow")
                if fault:
                    self._fault(name, path, number, fault)
                if peak > MOST_BYTES:
                    self._fault(name, path, number, "took over 1 GB")
                    break
                if time.monotonic() > end:
                    break
        finally:
            work.kill()
            work.join()
            ours.close()
        return number + 1

    def _fault(self, name: str, path: Path, number: int, fault: str) -> None:
        line = f"{name}: {fault}"
        self._faults[line] += 1
        if self._faults[line] == 1:
            kept = self._save(name, path, number, "fault")
            print(f"input {number}: {line}\n    {kept}", flush=True)

    def _save(self, name: str, path: Path, number: int, what: str) -> Path:
        kept = self._keep / f"{what}-{number}-{name.replace('.', '-')}{self._known[name].suffix}"
        kept.write_bytes(path.read_bytes())
        return kept


def _work(
    known: dict[str, Reader], folder: Path, answers: Connection, seed: int, number: int
) -> None:
    """Read changed inputs until killed, telling of each."""
    warnings.simplefilter("ignore")
    quiet = os.open(os.devnull, os.O_WRONLY)
    for stream in (1, 2):
        os.dup2(quiet, stream)
    names = sorted(known)
    base = _memory()
    limit = _address_space() + MOST_BYTES + 200_000_000
    resource.setrlimit(resource.RLIMIT_AS, (limit, limit))
    path = Path()
    while True:
        rng = random.Random(f"{seed} {number}")
        name = names[number % len(names)]
        reader = known[name]
        others = [s for one in (reader, known[rng.choice(names)]) for s in one.seeds]
        data = mutated(rng.choice(reader.seeds), others, rng)
        path = folder / f"input{reader.suffix}"
        path.write_bytes(data)
        answers.send(("begin", number, name, path))
        begun = time.monotonic()
        fault = _fault_of(reader, path)
        answers.send(("end", time.monotonic() - begun, max(0, _memory() - base), fault))
        number += 1


def _fault_of(reader: Reader, path: Path) -> str | None:
    """Return what went wrong that may not, in a line that is the same for the same fault."""
    from geomap.errors import GeomapError

    try:
        reader.read(path)
    except GeomapError as error:
        if not str(error).isprintable():
            return f"a message that is not one printable line: {str(error)[:200]!r}"
    except Exception as error:
        steps = traceback.extract_tb(error.__traceback__)
        ours = [s for s in steps if f"{os.sep}geomap{os.sep}" in s.filename] or steps
        last = ours[-1]
        where = f"{Path(last.filename).name}:{last.lineno}"
        return f"{type(error).__name__} at {where}: {str(error)[:100]!r}"
    return None


def _memory() -> int:
    """Return the largest memory that this process has had, in bytes."""
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak * (1 if sys.platform == "darwin" else 1024)


def _address_space() -> int:
    pages = Path("/proc/self/statm").read_text(encoding="ascii").split()[0]
    return int(pages) * resource.getpagesize()
