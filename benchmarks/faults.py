"""What happens to a workspace when things go wrong: `python -m benchmarks faults [PART]...`.

kills     50 kill -9 at random moments of `geomap add` of 2,000 made-up reports, resumed each time:
          every article is there once, and the export has the bytes of an undisturbed run's
full      a disk that fills up (a small tmpfs, which takes root to mount)
readonly  a folder that cannot be written
cut       a store that ends in its middle
writers   two processes that add at once
clock     a clock that jumps by years between two runs
"""

from __future__ import annotations

import contextlib
import datetime as dt
import json
import os
import random
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).parents[1]
KILLS, REPORTS = 50, 2_000
TOWNS = (
    "Lyman", "Bakhmut", "Kreminna", "Siversk", "Kupiansk", "Pokrovsk", "Avdiivka", "Vuhledar",
    "Izium", "Marinka", "Kramatorsk", "Chasiv Yar",
)  # fmt: skip
WINDS = ("north", "east", "south", "west")


def run(*words: str) -> int:
    """Run the parts named, else all; return the number of those that failed."""
    parts = {
        "kills": kills, "full": full, "readonly": readonly, "cut": cut, "writers": writers,
        "clock": clock,
    }  # fmt: skip
    wanted = words or tuple(parts)
    if unknown := [word for word in wanted if word not in parts]:
        print(f"no part {unknown[0]!r}: {', '.join(parts)}")
        return 2
    failed = 0
    for word in wanted:
        with tempfile.TemporaryDirectory() as name:
            failed += not parts[word](Path(name))
    return failed


# ---- What is added, and how ----


def made_up(path: Path, number: int, name: str = "r") -> Path:
    """Write short reports that say that they are made up."""
    chance = random.Random(number)
    with path.open("w", encoding="utf-8") as out:
        for n in range(number):
            town, other = chance.sample(TOWNS, 2)
            km, wind = chance.randint(3, 20), chance.choice(WINDS)
            record = {
                "id": f"{name}{n:05}",
                "date": str(dt.date(2011, 1, 1) + dt.timedelta(days=n % 300)),
                "source": f"Desk {n % 7}",
                "text": f"A made-up report, number {n} of {name}. Shells fell near {town}, {km} km "
                f"{wind} of {other}, and in {other} the market was closed.",
            }
            out.write(json.dumps(record) + "\n")
    return path


def started(*words: object) -> subprocess.Popen[str]:
    """Start `geomap` in a group of its own, so that its workers can be killed with it."""
    return subprocess.Popen(
        [sys.executable, "-m", "geomap.cli", *map(str, words)],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
    )  # fmt: skip


def ended(process: subprocess.Popen[str]) -> tuple[int, str]:
    """Return the exit code and what was said on stderr."""
    said = process.communicate()[1]
    return process.returncode, said


def geomap(*words: object) -> tuple[int, str]:
    """Run `geomap`; return the exit code and what was said on stderr."""
    return ended(started(*words))


def killed(after_s: float, *words: object) -> bool:
    """Start `geomap` and kill it and its workers a moment later; whether it had not ended yet."""
    process = started(*words)
    with contextlib.suppress(subprocess.TimeoutExpired):
        process.communicate(timeout=after_s)
        return False
    os.killpg(process.pid, signal.SIGKILL)
    process.communicate()
    return True


def exported(desk: Path) -> bytes:
    """Return the export of a workspace."""
    out = desk.parent / "all.geojson"
    code, said = geomap("export", desk, "-o", out)
    assert code == 0, said
    return out.read_bytes()


def whole(desk: Path, number: int) -> bool:
    """Say whether so many articles are there, each once, and the store is whole."""
    with contextlib.closing(sqlite3.connect(desk / "workspace.gpkg")) as db:
        asked = "SELECT COUNT(*), COUNT(DISTINCT article_id), COUNT(DISTINCT text_sha256)"
        counts = db.execute(f"{asked} FROM articles").fetchone()
    return bool(counts == (number,) * 3 and geomap("verify", desk)[0] == 0)


def one_line(said: str) -> bool:
    """Say whether an error was told in one line, without a trace."""
    lines = said.strip().splitlines()
    return len(lines) == 1 and lines[0].startswith("geomap: error: ")


# ---- The parts ----


def kills(folder: Path, number: int = REPORTS, times: int = KILLS) -> bool:
    """Kill `add` at random moments, resume it, compare with a run that nothing disturbed."""
    source = made_up(folder / "reports.jsonl", number)
    calm = folder / "calm"
    geomap("init", calm)
    began = time.monotonic()
    code, said = geomap("add", source, "-w", calm)
    assert code == 0, said
    takes_s = time.monotonic() - began
    expected = exported(calm)
    chance = random.Random(4)
    killed_so_far = rounds = 0
    good = True
    while killed_so_far < times:
        rounds += 1
        desk = folder / f"desk{rounds}"
        geomap("init", desk)
        # Short enough that a workspace is killed many times before it is done.
        while killed_so_far < times:
            if not killed(chance.uniform(0.1, max(2.5, takes_s / 4)), "add", source, "-w", desk):
                break
            killed_so_far += 1
        code, said = geomap("add", source, "-w", desk)
        same = code == 0 and whole(desk, number) and exported(desk) == expected
        good = good and same
        if not same:
            print(f"kills: workspace {rounds} after {killed_so_far} kills: not as undisturbed")
        shutil.rmtree(desk)
    print(
        f"kills: {killed_so_far} of {number} reports in {rounds} workspaces ({takes_s:.1f} s "
        f"undisturbed): {'each once, same bytes' if good else 'NOT THE SAME'}"
    )
    return good


@contextlib.contextmanager
def small_disk(folder: Path, size_kb: int) -> Iterator[Path]:
    """Give a disk of its own, of so many kB; raise OSError where none can be mounted."""
    disk = folder / "disk"
    disk.mkdir()
    words = ["mount", "-t", "tmpfs", "-o", f"size={size_kb}k", "geomap-test", str(disk)]
    if (
        shutil.which("mount") is None
        or subprocess.run(words, capture_output=True, check=False).returncode
    ):
        raise OSError("no tmpfs can be mounted here: it takes root")
    try:
        yield disk
    finally:
        subprocess.run(["umount", str(disk)], check=False)


def remounted(disk: Path, how: str) -> None:
    """Make a small disk read-only ("ro") or not ("rw")."""
    subprocess.run(["mount", "-o", f"remount,{how}", str(disk)], check=True)


def full(folder: Path) -> bool:
    """Fill the disk of a workspace: told in one line, and what was kept stays whole."""
    source = made_up(folder / "reports.jsonl", 1_000)
    try:
        with small_disk(folder, 1_500) as disk:
            desk = disk / "desk"
            geomap("init", desk)
            code, said = geomap("add", source, "-w", desk)
            print(f"full: exit code {code}: {said.strip()}")
            kept = subprocess.run(["df", "-k", str(disk)], capture_output=True, text=True,
                                  check=False).stdout.split()[-3]  # fmt: skip
            subprocess.run(["mount", "-o", "remount,size=64m", str(disk)], check=True)
            after, told = geomap("add", source, "-w", desk)
            good = code == 2 and one_line(said) and "full" in said and after == 0
            print(f"full: {kept} kB were left; with room: exit code {after} {told.strip()}")
            return good and whole(desk, 1_000)
    except OSError as error:
        print(f"full: not done: {error}")
        return True


def readonly(folder: Path) -> bool:
    """Add to a workspace that cannot be written: one line, nothing changed."""
    source = made_up(folder / "reports.jsonl", 20)
    try:
        with small_disk(folder, 20_000) as disk:
            desk = disk / "desk"
            geomap("init", desk)
            geomap("add", source, "-w", desk)
            before = (desk / "workspace.gpkg").read_bytes()
            remounted(disk, "ro")
            code, said = geomap("add", made_up(folder / "more.jsonl", 5, "m"), "-w", desk)
            print(f"readonly: exit code {code}: {said.strip()}")
            same = (desk / "workspace.gpkg").read_bytes() == before
            return code == 2 and one_line(said) and same
    except OSError as error:
        print(f"readonly: not done: {error}")
        return True


def cut(folder: Path) -> bool:
    """Cut the store in its middle: every command says so in one line, and `verify` too."""
    desk = folder / "desk"
    geomap("init", desk)
    geomap("add", made_up(folder / "reports.jsonl", 300), "-w", desk)
    store = desk / "workspace.gpkg"
    size = store.stat().st_size
    good = True
    for share in (0.9, 0.5, 0.1, 0.0):
        os.truncate(store, int(size * share))
        for words in (("verify", desk), ("export", desk, "-o", folder / "o.geojson")):
            code, said = geomap(*words)
            print(f"cut: {share:.0%}: {words[0]}: exit code {code}: {said.strip()[:160]}")
            good = good and code == 2 and one_line(said)
    return good


def writers(folder: Path) -> bool:
    """Let two processes add at once: all of both is there, once."""
    desk = folder / "desk"
    geomap("init", desk)
    ours = made_up(folder / "ours.jsonl", 500, "a")
    theirs = made_up(folder / "theirs.jsonl", 500, "b")
    both = [started("add", source, "-w", desk) for source in (ours, theirs, ours)]
    told = [ended(process) for process in both]
    print(f"writers: {told}")
    code, said = geomap("add", ours, theirs, "-w", desk)
    calm = folder / "calm"
    geomap("init", calm)
    geomap("add", ours, theirs, "-w", calm)
    same = exported(desk) == exported(calm)
    print(f"writers: {'as one after the other' if same else 'NOT THE SAME'} {said.strip()}")
    return all(c == 0 for c, _ in told) and code == 0 and whole(desk, 1_000) and same


def clock(folder: Path) -> bool:
    """Add versions while the clock jumps back and on: the last one added counts."""
    from geomap.models import Article
    from geomap.workspace.workspace import create

    space = create(folder / "desk")
    good = True
    with space.store:
        for n, year in enumerate((2026, 1970, 2100, 2026)):
            now = dt.datetime(year, 3, 1, tzinfo=dt.UTC)
            text = f"Report as of step {n}: shells fell near Lyman."
            space.keep(Article("a", text, url="https://example.org/a"), now=now)
            (one,) = space.store.articles()
            good = good and one.version == n + 1 and one.article.text == text
    print(f"clock: {'the last one added counts' if good else 'NOT THE LAST ADDED'}")
    return good
