"""A workspace when things go wrong. `python -m benchmarks faults` has the long forms."""

from __future__ import annotations

import datetime as dt
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from geomap.errors import WorkspaceError
from geomap.models import Article
from geomap.workspace.workspace import create, open_workspace

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    Cli = Callable[..., tuple[int, str, str]]

TEXT = "Shells fell near {town}, report {n}, and the market was closed until the evening.\n"
TOWNS = ("Lyman", "Bakhmut", "Kreminna", "Siversk", "Kupiansk")


def reports(folder: Path, number: int) -> Path:
    folder.mkdir()
    for n in range(number):
        text = f"Date: 2023-03-{n % 28 + 1:02}\n\n" + TEXT.format(town=TOWNS[n % 5], n=n)
        (folder / f"r{n:02}.txt").write_text(text, encoding="utf-8")
    return folder


@pytest.fixture
def desk(cli: Cli, tmp_path: Path) -> Path:
    assert cli("init", tmp_path / "desk")[0] == 0
    return tmp_path / "desk"


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """Give a disk of 600 kB."""
    disk = tmp_path / "disk"
    disk.mkdir()
    words = ["mount", "-t", "tmpfs", "-o", "size=600k", "geomap-test", str(disk)]
    if shutil.which("mount") is None or os.name != "posix" or os.geteuid() != 0:
        pytest.skip("needs root, to mount a small disk")
    if subprocess.run(words, capture_output=True, check=False).returncode:
        pytest.skip("no tmpfs can be mounted here")
    yield disk
    subprocess.run(["umount", "-l", str(disk)], check=True)


def refused(told: tuple[int, str, str], said: str) -> None:
    code, _, err = told
    assert code == 2
    assert err.startswith("geomap: error: ")
    assert err.count("\n") == 1
    assert said in err


def exported(cli: Cli, desk: Path) -> bytes:
    out = desk.parent / "all.geojson"
    assert cli("export", desk, "-o", out)[0] == 0
    return out.read_bytes()


def ids(desk: Path) -> list[str]:
    space = open_workspace(desk)
    with space.store:
        return sorted(one.article.id for one in space.store.articles())


# Killed by itself at a given write to the store: of an article, of what was found in it.
_KILLED = """
import os, signal, sys
from geomap.workspace.file import StoreFile
writing, left = StoreFile.writing, int(sys.argv[1])

class Last:
    def __init__(self, body): self.body = body
    def __enter__(self): return self.body.__enter__()
    def __exit__(self, *how):
        global left
        left -= 1
        if left == 0:  # written, not committed
            os.kill(os.getpid(), signal.SIGKILL)
        return self.body.__exit__(*how)

StoreFile.writing = lambda self: Last(writing(self))
from geomap.cli import main
main(sys.argv[2:])
"""


@pytest.mark.skipif(os.name != "posix", reason="no kill -9 here")
def test_killed_and_resumed_it_is_as_undisturbed(cli: Cli, desk: Path, tmp_path: Path) -> None:
    source = reports(tmp_path / "in", 6)
    calm = tmp_path / "calm"
    assert cli("init", calm)[0] == 0
    assert cli("add", source, "-w", calm, "--jobs", 1)[0] == 0
    for at, kept in ((3, 2), (9, 6)):
        done = subprocess.run(
            [sys.executable, "-c", _KILLED, str(at), "add", str(source), "-w", str(desk),
             "--jobs", "1"],
            env=os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)},
            capture_output=True, check=False,
        )  # fmt: skip
        assert done.returncode == -9, done.stderr
        assert len(ids(desk)) == kept
        assert cli("verify", desk)[0] == 0
    assert cli("add", source, "-w", desk, "--jobs", 1)[0] == 0
    assert ids(desk) == ids(calm)
    assert exported(cli, desk) == exported(cli, calm)


def test_a_full_disk_is_told_and_the_rest_is_whole(
    cli: Cli, small_disk: Path, tmp_path: Path
) -> None:
    desk = small_disk / "desk"
    assert cli("init", desk)[0] == 0
    noise = tmp_path / "noise.txt"
    noise.write_text(f"Date: 2023-03-01\n\nNear Lyman. {os.urandom(400_000).hex()}")
    refused(cli("add", noise, "-w", desk), "the disk is full")
    assert ids(desk) == []
    source = reports(tmp_path / "in", 2)
    subprocess.run(["mount", "-o", "remount,size=8m", str(small_disk)], check=True)
    assert cli("add", source, "-w", desk)[0] == 0
    assert cli("verify", desk)[0] == 0
    assert ids(desk) == ["r00", "r01"]


def test_a_read_only_disk_is_told(cli: Cli, small_disk: Path, tmp_path: Path) -> None:
    desk = small_disk / "desk"
    assert cli("init", desk)[0] == 0
    subprocess.run(["mount", "-o", "remount,ro", str(small_disk)], check=True)
    refused(cli("add", reports(tmp_path / "in", 1), "-w", desk), "is read-only, or its folder is")
    refused(cli("init", small_disk / "other"), "cannot be made: Read-only file system")


@pytest.mark.parametrize(
    ("share", "said"), [(0.9, "is damaged"), (0.5, "is damaged"), (0.0, "is empty")]
)
def test_a_store_that_was_cut_is_told(
    cli: Cli, desk: Path, tmp_path: Path, share: float, said: str
) -> None:
    space = open_workspace(desk)
    with space.store:
        for n in range(40):
            space.keep(Article(f"a{n}", TEXT.format(town="Lyman", n=n)))
    store = desk / "workspace.gpkg"
    os.truncate(store, int(store.stat().st_size * share))
    refused(cli("verify", desk), said)  # once told, it is not taken for a new one
    refused(cli("export", desk, "-o", tmp_path / "o.geojson"), said)
    assert not (tmp_path / "o.geojson").exists()


def test_a_clock_that_jumps_changes_no_order(tmp_path: Path) -> None:
    space = create(tmp_path / "desk")
    with space.store:
        for n, year in enumerate((2026, 1970, 2100, 2026)):
            now = dt.datetime(year, 3, 1, tzinfo=dt.UTC)
            text = TEXT.format(town="Lyman", n=n)
            space.keep(Article("a", text, url="https://example.org/a"), now=now)
            (one,) = space.store.articles()
            assert (one.version, one.article.text) == (n + 1, text)


def test_what_stands_where_the_store_should_is_told(tmp_path: Path) -> None:
    (tmp_path / "workspace.gpkg").mkdir()
    with pytest.raises(WorkspaceError, match="workspace"):
        open_workspace(tmp_path)
