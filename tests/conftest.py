"""Fixtures that several test files use."""

from __future__ import annotations

import gc
import os
import shutil
import socket
from pathlib import Path
from typing import TYPE_CHECKING, Any

import hypothesis
import pytest
from browsing import QUIET, Opened
from install_chromium import NAMES

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from geomap import Gazetteer, Pipeline

    Cli = Callable[..., tuple[int, str, str]]

# A busy machine is slow, not wrong: how long an example takes is no matter of these tests.
hypothesis.settings.register_profile("geomap", deadline=None)
hypothesis.settings.load_profile("geomap")

ROOT = Path(__file__).parents[1]
# The tests are run on all cores already; those of the worker processes ask for them.
os.environ.setdefault("GEOMAP_JOBS", "1")


def pytest_collection_finish() -> None:
    """Spare the collector what stays: thousands of tests and modules, at each full turn of it."""
    gc.collect()
    gc.freeze()


@pytest.fixture(scope="session")
def root() -> Path:
    """The checkout."""
    return ROOT


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of test corpora; tests that need it skip when it is absent."""
    folder = Path(os.environ.get("GEOMAP_SHARED", ROOT.parent / "shared"))
    if not (folder / "articles").is_dir():
        pytest.skip(f"no test corpora in {folder} (set GEOMAP_SHARED)")
    return folder


@pytest.fixture(scope="session")
def examples() -> Path:
    """The sample articles of the project."""
    return ROOT / "examples"


@pytest.fixture(scope="session")
def gazetteer() -> Gazetteer:
    """The embedded gazetteer."""
    import geomap

    return geomap.Gazetteer.open()


@pytest.fixture(scope="session")
def pipeline(gazetteer: Gazetteer) -> Pipeline:
    """A pipeline with the default settings."""
    import geomap

    return geomap.Pipeline(gazetteer=gazetteer)


@pytest.fixture(scope="session")
def chromium_path() -> str:
    """Where Chromium lies; `make test` installs it."""
    for name in NAMES:
        path = shutil.which(name)
        if path:
            return path
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        own = playwright.chromium.executable_path
    if Path(own).exists():
        return own
    pytest.skip("no Chromium: make test installs it")


@pytest.fixture(scope="session")
def browser(chromium_path: str) -> Iterator[Any]:
    sync_api = pytest.importorskip("playwright.sync_api", reason="no playwright")
    with sync_api.sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium_path, args=QUIET)
        yield browser
        browser.close()


class _Pages:
    """Opens pages; a window that no test holds any more is used again, since each costs a second.

    A page is read afresh each time, so that no test finds what another has left.
    """

    def __init__(self, browser: Any, folder: Path) -> None:
        self.browser, self.folder = browser, folder
        self.files: dict[str, Path] = {}
        self.idle: dict[tuple[Any, ...], list[Opened]] = {}
        self.held: list[tuple[tuple[Any, ...], Opened]] = []

    def __call__(self, html: str, *size: tuple[int, int], fragment: str = "", **how: Any) -> Opened:
        key = (size, *sorted(how.items()))
        waiting = self.idle.setdefault(key, [])
        opened = waiting.pop() if waiting else Opened(self.browser, *size, **how)
        self.held.append((key, opened))
        path = self.files.setdefault(html, self.folder / f"map{len(self.files)}.html")
        if not path.exists():
            path.write_text(html, encoding="utf-8", newline="\n")
        opened.open(path, fragment)
        return opened

    def faults(self) -> list[dict[str, Any]]:
        """Take the pages of a test back; return what they did that they may not do."""
        told = [opened.faults() for _, opened in self.held]
        for (key, opened), faults in zip(self.held, told, strict=True):
            if faults:
                opened.context.close()
            else:
                self.idle[key].append(opened)
        self.held.clear()
        return [f for f in told if f]


@pytest.fixture(scope="session")
def _pages(browser: Any, tmp_path_factory: pytest.TempPathFactory) -> _Pages:
    return _Pages(browser, tmp_path_factory.mktemp("pages"))


@pytest.fixture
def show(_pages: _Pages) -> Iterator[Any]:
    """Open pages in the browser; fail when one says, asks or runs what it may not."""
    yield _pages
    assert _pages.faults() == []


@pytest.fixture
def cli(capsys: pytest.CaptureFixture[str]) -> Cli:
    """Run a command in this process; return its exit code, stdout and stderr."""
    from geomap.cli import main

    def run(*arguments: object) -> tuple[int, str, str]:
        with pytest.raises(SystemExit) as leaving:
            main([str(a) for a in arguments])
        told = capsys.readouterr()
        assert isinstance(leaving.value.code, int)
        return leaving.value.code, told.out, told.err

    return run


@pytest.fixture(autouse=True)
def _no_network(monkeypatch: pytest.MonkeyPatch) -> None:
    """Refuse every connection that leaves this machine: geomap works offline."""
    connect = socket.socket.connect

    def guarded(self: socket.socket, address: Any) -> None:
        local = self.family == getattr(socket, "AF_UNIX", None)
        if not local and str(address[0]) not in ("127.0.0.1", "::1", "localhost"):
            raise OSError(f"a test tried to reach {address}")
        connect(self, address)

    monkeypatch.setattr(socket.socket, "connect", guarded)


@pytest.fixture(autouse=True, scope="session")
def _own_data(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Keep the tests away from the gazetteer that the user of this machine may have made."""
    patch = pytest.MonkeyPatch()
    patch.setenv("GEOMAP_DATA", str(tmp_path_factory.mktemp("data")))
    yield
    patch.undo()
