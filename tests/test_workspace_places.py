"""What a GIS program shows of a workspace: the places that its articles name, as points."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import geopandas as gpd
import pyogrio
import pytest

from geomap.kept_pipeline import KeptPipeline
from geomap.many.recipe import Recipe
from geomap.many.workers import Workers
from geomap.models import Article
from geomap.workspace.schema import MIGRATIONS, VERSION
from geomap.workspace.workspace import Workspace, create

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

TEXT = "Shells fell on Bakhmut and again on Bakhmut in Donetsk Oblast, Ukraine said."


@pytest.fixture
def space(tmp_path: Path) -> Iterator[Workspace]:
    made = create(tmp_path / "w")
    yield made
    made.store.close()


def read(space: Workspace, *articles: Article, workers: bool = False) -> None:
    list(space.add(articles))
    pipeline = KeptPipeline(space.store, own=True)
    waiting = space.store.latest(space.store.reports.waiting(pipeline.engine))
    if not workers:
        list(pipeline.read_and_keep(waiting))
        return
    with Workers(Recipe.of(pipeline), 1) as pool:
        pipeline.workers = pool
        list(pipeline.read_and_keep(waiting))


def shown(space: Workspace) -> list[tuple[Any, ...]]:
    rows = gpd.read_file(space.folder / "workspace.gpkg", layer="mentions")
    assert rows.crs.to_epsg() == 4326
    return [
        (row.article_id, row["name"], row.mentions, round(row.geometry.x), round(row.geometry.y))
        for _, row in rows.iterrows()
    ]


@pytest.mark.parametrize("workers", [False, True])
def test_towns_are_points_and_whole_regions_are_none(space: Workspace, workers: bool) -> None:
    read(space, Article("a", TEXT), workers=workers)
    assert shown(space) == [("a", "Bakhmut", 2, 38, 49)]
    layers = pyogrio.list_layers(space.folder / "workspace.gpkg").tolist()
    assert ["mentions", "Point"] in layers


def test_the_latest_version_counts_and_what_is_removed_is_gone(space: Workspace) -> None:
    read(space, Article("a", TEXT, url="https://example.org/1"))
    read(space, Article("a", "Kreminna was quiet.", url="https://example.org/1"))
    assert [name for _, name, *_ in shown(space)] == ["Kreminna"]
    space.store.remove("a")
    assert shown(space) == []


def test_a_name_that_is_no_text_is_held(space: Workspace) -> None:
    from geomap.workspace.places import NamedPlace, write_places

    list(space.add([Article("a", TEXT)]))
    with space.store.file.writing():
        write_places(
            space.store.file.db, 1, [NamedPlace(1.0, 2.0, "a\ud800b", None, "resolved", 1.0, 1)]
        )
    assert [name for _, name, *_ in shown(space)] == ["a�b"]


def test_each_version_of_the_store_has_its_step() -> None:
    assert sorted(MIGRATIONS) == list(range(1, VERSION + 1))
