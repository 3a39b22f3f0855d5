"""Articles read in several processes: the same as in one, and poison costs itself only."""

from __future__ import annotations

import multiprocessing
import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

import geomap
from geomap.errors import SettingsError
from geomap.kept_pipeline import KeptPipeline
from geomap.many.recipe import Recipe
from geomap.many.workers import Workers, workers_for
from geomap.models import Article, Mention, Problem, Report
from geomap.workspace.workspace import create

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from conftest import Cli

    from geomap import Pipeline
    from geomap.models import Span

TOWN = "Bakhmut"


class Poison:
    """A recogniser that knows one town, and that some texts undo."""

    def recognise(self, text: str, _: Sequence[Span]) -> list[Mention]:
        if "HANG" in text:
            time.sleep(600)
        if "CRASH" in text:
            os.kill(os.getpid(), signal.SIGKILL)
        at = text.find(TOWN)
        return [Mention(at, at + len(TOWN), TOWN, "literal", TOWN)] if at >= 0 else []


def poisoned() -> Pipeline:
    return geomap.Pipeline(recogniser=Poison())


def broken() -> Pipeline:
    raise geomap.GeomapError("no pipeline here")


@pytest.fixture(scope="module")
def workers() -> Iterator[Workers]:
    with Workers(poisoned, 2, limit_s=4.0) as pool:
        yield pool


def _articles(*texts: str) -> list[Article]:
    return [Article(f"a{i}", text) for i, text in enumerate(texts)]


def _told(found: Sequence[object]) -> list[str]:
    return [one.message if isinstance(one, Problem) else "read" for one in found]


def test_what_hangs_or_dies_is_set_aside_and_its_neighbours_are_read(workers: Workers) -> None:
    fine = "Shells fell on Bakhmut."
    found = workers.begin(_articles(fine, "HANG", fine, "CRASH", fine))()
    assert _told(found) == [
        "read",
        "took longer than 4 s to read and was stopped",
        "read",
        "ended the process that read it (SIGKILL)",
        "read",
    ]
    assert all(p.set_aside for p in found if isinstance(p, Problem))


def test_answers_come_in_the_order_of_the_articles(workers: Workers) -> None:
    texts = [f"Report {i}: shells fell on Bakhmut." for i in range(100)]
    pipeline = poisoned()
    pipeline.workers = workers
    found = list(pipeline.stream(_articles(*texts)))
    assert [r.article.text for r in found if isinstance(r, Report)] == texts
    assert found == list(poisoned().stream(_articles(*texts)))


def test_what_cannot_be_made_is_told() -> None:
    with Workers(broken, 1) as pool, pytest.raises(geomap.GeomapError, match="no pipeline here"):
        pool.begin(_articles("One."))()


def test_what_was_set_aside_is_kept_as_such(tmp_path: Path, workers: Workers) -> None:
    space = create(tmp_path / "w")
    list(space.add(_articles("CRASH at once.", "Shells fell on Bakhmut.")))
    pipeline = KeptPipeline(space.store, own=True)
    pipeline.workers = workers
    waiting = space.store.reports.waiting(pipeline.engine)
    done = list(pipeline.read_and_keep(space.store.latest(waiting)))
    assert [(article.id, read) for article, _, read in done] == [("a0", False), ("a1", True)]
    assert space.store.reports.waiting(pipeline.engine) == []  # not tried again at each command
    assert space.store.counts(pipeline.engine).set_aside == 1
    space.store.close()


def test_a_recipe_makes_the_same_pipeline(pipeline: Pipeline) -> None:
    import pickle

    article = Article("a", "Ukrainian forces took two villages 8 km north of Bakhmut.")
    again = pickle.loads(pickle.dumps(Recipe.of(pipeline)))()
    assert again.process(article) == pipeline.process(article)


def test_a_small_text_gets_one_process_and_no_more_than_asked() -> None:
    assert workers_for(100, None) == 1
    assert workers_for(10_000_000, 3) == 3
    with pytest.raises(SettingsError, match="--jobs 0 is less than 1"):
        workers_for(1, 0)


def test_the_command_line_gives_the_same_bytes_with_any_number(
    cli: Cli, tmp_path: Path, examples: Path
) -> None:
    text = min(examples.glob("*.txt")).read_text(encoding="utf-8")
    folder = tmp_path / "many"
    folder.mkdir()
    for i in range(60):
        (folder / f"{i}.txt").write_text(f"Date: 2024-02-{i % 28 + 1:02d}\n\n{text[-1500:]}")
    for jobs in ("1", "2"):
        code, _, err = cli("export", folder, "-o", tmp_path / f"{jobs}.geojsonl", "--jobs", jobs)
        assert code == 0, err
    assert (tmp_path / "1.geojsonl").read_bytes() == (tmp_path / "2.geojsonl").read_bytes()


@pytest.mark.skipif(sys.platform != "linux", reason="signals are looked at in /proc")
def test_ctrl_c_is_for_the_command_alone(workers: Workers) -> None:
    workers.begin(_articles("One."))()
    for child in multiprocessing.active_children():
        told = Path(f"/proc/{child.pid}/status").read_text(encoding="ascii")
        (blocked,) = re.findall(r"SigBlk:\s*(\w+)", told)
        assert int(blocked, 16) >> (signal.SIGINT - 1) & 1


@pytest.mark.skipif(sys.platform == "win32", reason="processes are told otherwise there")
def test_no_process_outlives_a_run_that_is_killed(tmp_path: Path) -> None:
    code = (
        "import os, sys; sys.path.insert(0, sys.argv[1])\n"
        "from test_many import poisoned, _articles; from geomap.many.workers import Workers\n"
        "if __name__ == '__main__':\n"
        "    with Workers(poisoned, 2) as pool:\n"
        "        pool.begin(_articles('One.'))()\n"
        "        print(*(p.pid for p in __import__('multiprocessing').active_children()))\n"
        "        sys.stdout.flush(); os.kill(os.getpid(), 9)\n"
    )
    script = tmp_path / "run.py"
    script.write_text(code)
    run = subprocess.run(
        [sys.executable, script, Path(__file__).parent],
        capture_output=True,
        text=True,
        check=False,
    )
    pids = [int(pid) for pid in run.stdout.split()]
    assert len(pids) == 2, run.stderr
    until = time.monotonic() + 20
    while any(map(_alive, pids)) and time.monotonic() < until:
        time.sleep(0.05)
    assert not any(map(_alive, pids))


def _alive(pid: int) -> bool:
    try:
        stat = Path(f"/proc/{pid}/stat").read_text(encoding="ascii")
    except FileNotFoundError:
        return False
    return stat.rpartition(")")[2].split()[0] != "Z"
