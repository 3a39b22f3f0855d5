"""Speed and memory of finding and choosing place names, on one thread, beside plain matching.

Each measure runs in a process of its own, numpy's libraries held to one thread: what one has
warmed does not help another, and the figures do not depend on the number of cores.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from benchmarks.corpora import shared

ROOT = Path(__file__).parents[1]
ROUNDS = 5
BATCH = 32
SIZES_MB = (0.1, 0.3, 1.0)
_THREADS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "VECLIB_MAXIMUM_THREADS")


def _texts(folder: Path) -> Iterator[str]:
    for corpus in ("lgl", "gwn"):
        with (folder / "corpora" / f"{corpus}.jsonl").open(encoding="utf-8") as lines:
            for line in lines:
                yield json.loads(line)["text"]


def _reader() -> Callable[[Sequence[str]], int]:
    """Return what reads texts in batches and counts the mentions."""
    # Imported here, so that a process's first result includes it.
    from geomap.articles import split_sentences
    from geomap.gazetteer.store import Gazetteer
    from geomap.toponyms.recognise import Recogniser
    from geomap.toponyms.resolve import Resolver

    gazetteer = Gazetteer.open()
    recogniser, resolver = Recogniser(gazetteer), Resolver(gazetteer)

    def read(texts: Sequence[str]) -> int:
        mentions = 0
        for begin in range(0, len(texts), BATCH):
            some = texts[begin : begin + BATCH]
            found = recogniser.recognise_many(some, [split_sentences(t) for t in some])
            mentions += sum(len(r.resolutions) for r in resolver.read_many(some, found))
        return mentions

    return read


def _matcher() -> Callable[[Sequence[str]], int]:
    """Return the plain work beside: the words of texts, and the gazetteer's longest names."""
    from geomap.gazetteer.match import longest_names
    from geomap.gazetteer.store import Gazetteer
    from geomap.toponyms.batch import Batch

    gazetteer = Gazetteer.open()

    def match(texts: Sequence[str]) -> int:
        names = 0
        for begin in range(0, len(texts), BATCH):
            some = texts[begin : begin + BATCH]
            Batch(some, [()] * len(some))
            names += sum(len(longest_names(gazetteer, t)) for t in some)
        return names

    return match


def _seconds(work: Callable[[Sequence[str]], int], texts: Sequence[str]) -> float:
    begun = time.perf_counter()
    work(texts)
    return time.perf_counter() - begun


def _first(texts: Iterator[str]) -> None:
    _reader()([next(texts)])
    print("first", flush=True)


def _pace(texts: list[str]) -> None:
    read, match = _reader(), _matcher()
    cold = _seconds(read, texts)
    _seconds(match, texts)
    # In turns: what disturbs the machine disturbs both.
    rounds = [(_seconds(match, texts), _seconds(read, texts)) for _ in range(ROUNDS)]
    plain, whole = (min(column) for column in zip(*rounds, strict=True))
    letters = sum(map(len, texts))
    print(
        f"names found and chosen, lgl and gwn, one thread: {len(texts) / whole:.0f} articles/s, "
        f"{letters / whole / 1e3:.0f} kB/s (best of {ROUNDS}); the first pass "
        f"{len(texts) / cold:.0f} articles/s"
    )
    print(
        f"  words and bare name matching alone: {len(texts) / plain:.0f} articles/s; the whole "
        f"takes {whole / plain:.1f} x as long"
    )


def _memory(texts: list[str]) -> None:
    before = _kb("VmHWM")
    mentions = _reader()(texts)
    print(
        f"peak memory of a process that reads lgl and gwn once: {_kb('VmHWM') / 1024:.0f} MB "
        f"({before / 1024:.0f} MB with the texts alone), {mentions} mentions"
    )


def _kb(key: str) -> float:
    # Of this process alone; getrusage would count what the parent had before it was replaced.
    try:
        lines = Path("/proc/self/status").read_text().splitlines()
    except FileNotFoundError:
        return float("nan")
    return float(next(line for line in lines if line.startswith(key)).split()[1])


def _linear(texts: list[str]) -> None:
    read = _reader()
    whole = "\n\n".join(texts)
    articles = [[whole[: int(size * 1e6)]] for size in SIZES_MB]
    for article in articles:
        read(article)  # the names of a text are looked up once
    # In turns: what disturbs the machine disturbs all sizes.
    rounds = [[_seconds(read, article) for article in articles] for _ in range(ROUNDS)]
    each = [min(s) / mb for s, mb in zip(zip(*rounds, strict=True), SIZES_MB, strict=True)]
    told = ", ".join(f"{s:.2f} at {mb} MB" for s, mb in zip(each, SIZES_MB, strict=True))
    print(
        f"one long article, seconds a MB: {told} ({each[-1] / each[0]:.2f} x), peak memory "
        f"{_kb('VmHWM') / 1024:.0f} MB"
    )


def _child(measure: str, folder: Path) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "benchmarks.toponyms", measure, str(folder)]
    environment = {**os.environ, **dict.fromkeys(_THREADS, "1")}
    return subprocess.Popen(command, env=environment, cwd=ROOT, stdout=subprocess.PIPE, text=True)


def _until_first(start: Callable[[], subprocess.Popen[str]]) -> float:
    """Return the median seconds from the start of a process to its first line."""
    seconds = []
    for _ in range(ROUNDS):
        begun = time.perf_counter()
        with start() as process:
            assert process.stdout is not None
            told = process.stdout.readline()
            seconds.append(time.perf_counter() - begun)
        if not told:
            raise RuntimeError("the process ended without a result")
    return sorted(seconds)[ROUNDS // 2]


def _bare() -> subprocess.Popen[str]:
    command = [sys.executable, "-c", "import numpy; print('ready', flush=True)"]
    return subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)


def run() -> int:
    folder = shared()
    if folder is None:
        print("skipped: no test corpora (set GEOMAP_SHARED)")
        return 0
    failed = 0
    for measure in ("pace", "memory", "linear"):
        process = _child(measure, folder)
        print(process.communicate()[0], end="", flush=True)
        failed += process.returncode != 0
    bare = _until_first(_bare)
    cold = _until_first(lambda: _child("first", folder))
    print(
        f"from the start of a process to the first article's places: {cold:.2f} s "
        f"({cold / bare:.1f} x python -c 'import numpy', {bare:.2f} s)"
    )
    return failed


def main() -> None:
    measure, folder = sys.argv[1:]
    texts = _texts(Path(folder))
    if measure == "first":
        _first(texts)
    else:
        {"pace": _pace, "memory": _memory, "linear": _linear}[measure](list(texts))


if __name__ == "__main__":
    main()
