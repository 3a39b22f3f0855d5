"""What the README and the docs show works as shown."""

from __future__ import annotations

import re
import shlex
import shutil
import subprocess
from itertools import pairwise
from pathlib import Path

import pytest

from geomap.cli import main

ROOT = Path(__file__).parents[1]
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]


def _blocks(page: Path, language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", page.read_text(encoding="utf-8"), re.DOTALL)


def _commands() -> list[tuple[str, str, list[str]]]:
    """Return each command shown, with those before it in its block whose output it reads."""
    found = []
    for page in PAGES:
        for block in _blocks(page, "sh"):
            lines = [
                line.strip()
                for line in block.replace("\\\n", " ").splitlines()
                if line.strip() and not line.startswith("#")
            ]
            for n, line in enumerate(lines):
                first = [one for one in lines[:n] if (made := _made(one)) and made in line]
                found.append((page.name, line, first))
    return found


def _made(command: str) -> str:
    words = shlex.split(command)
    if words[1:2] == ["init"]:
        return words[2]
    return next((value for option, value in pairwise(words) if option in ("-o", "-w")), "")


@pytest.fixture
def scratch(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with the samples and an empty `out/`, as the pages assume."""
    for folder in ("examples", "docs/gold"):
        shutil.copytree(ROOT / folder, tmp_path / folder)
    for folder in ("out", "maps"):
        (tmp_path / folder).mkdir()
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.parametrize(("page", "command", "first"), _commands())
def test_every_command_shown_works(
    page: str, command: str, first: list[str], scratch: Path
) -> None:
    for one in first:
        with pytest.raises(SystemExit):
            main(shlex.split(one)[1:])
    words = shlex.split(command)
    if words[0] == "make":
        if shutil.which("make") is None:
            pytest.skip("no make here")
        # What `make` would run; the commands themselves are run by the other cases.
        told = subprocess.run(
            ["make", "-n", *words[1:]], cwd=ROOT, capture_output=True, text=True, check=False
        )
        assert told.returncode == 0, f"{page}: {command}: {told.stderr}"
        return
    assert words[0] == "geomap", f"{page}: {command!r} is not run by this test"
    with pytest.raises(SystemExit) as leaving:
        main(words[1:])
    assert leaving.value.code == 0, f"{page}: {command}"
    for option, value in pairwise(words):
        if option == "-o" and value != "-":
            named = scratch / value
            split = "--split" in words  # a file for each date beside it
            made = [*named.parent.glob(f"{named.stem}-*")] if split else [named]
            assert made
            assert all(one.stat().st_size > 0 for one in made)


@pytest.mark.parametrize("page", PAGES, ids=lambda p: p.name)
def test_python_shown_works(page: Path, scratch: Path, capsys: pytest.CaptureFixture[str]) -> None:
    del scratch
    for block in _blocks(page, "python"):
        exec(compile(block, page.name, "exec"), {})
    del capsys


@pytest.mark.parametrize("page", PAGES, ids=lambda p: p.name)
def test_links_lead_somewhere(page: Path) -> None:
    for target in re.findall(r"\]\(([^)#]+)[^)]*\)", page.read_text(encoding="utf-8")):
        if not target.startswith(("http:", "https:")):
            assert (page.parent / target).exists(), f"{page.name} links to {target}"


def test_make_map_draws_the_examples() -> None:
    if shutil.which("make") is None:
        pytest.skip("no make here")
    told = subprocess.run(
        ["make", "-n", "map"], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout
    for output in ("maps/examples.html", "maps/examples.geojson", "maps/examples-briefing.html"):
        assert output in told


def test_ci_calls_make_test_and_nothing_else() -> None:
    lines = (ROOT / ".ci" / "run").read_text(encoding="utf-8").splitlines()
    code = [line for line in lines if line and not line.startswith(("#", "set ", "cd "))]
    assert code == ["make test"]
