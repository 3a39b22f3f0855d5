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
from geomap.workspace.places import NamedPlace, write_places
from geomap.workspace.schema import MIGRATIONS, VERSION
from geomap.workspace.workspace import Workspace, create, open_workspace

if TYPE_CHECKING:
    from pathlib import Path

TEXT = "Shells fell on Bakhmut and again on Bakhmut in Donetsk Oblast, Ukraine said."


# GDAL brings a SQLite of its own, and two of them in one process do not see each other's locks:
# the store is closed before it is looked at. Other processes may look at any time.


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    create(tmp_path / "w").store.close()
    return tmp_path / "w"


def read(folder: Path, *articles: Article, workers: bool = False) -> None:
    with open_workspace(folder).store as store:
        list(Workspace(folder, store).add(articles))
        pipeline = KeptPipeline(store, own=True)
        waiting = store.latest(store.reports.waiting(pipeline.engine))
        if not workers:
            list(pipeline.read_and_keep(waiting))
            return
        with Workers(Recipe.of(pipeline), 1) as pool:
            pipeline.workers = pool
            list(pipeline.read_and_keep(waiting))


def shown(folder: Path) -> list[tuple[Any, ...]]:
    rows = gpd.read_file(folder / "workspace.gpkg", layer="mentions")
    assert rows.crs.to_epsg() == 4326
    return [
        (row.article_id, row["name"], row.mentions, round(row.geometry.x), round(row.geometry.y))
        for _, row in rows.iterrows()
    ]


@pytest.mark.parametrize("workers", [False, True])
def test_towns_are_points_and_whole_regions_are_none(folder: Path, workers: bool) -> None:
    read(folder, Article("a", TEXT), workers=workers)
    assert shown(folder) == [("a", "Bakhmut", 2, 38, 49)]
    layers = pyogrio.list_layers(folder / "workspace.gpkg").tolist()
    assert ["mentions", "Point"] in layers


def test_the_latest_version_counts_and_what_is_removed_is_gone(folder: Path) -> None:
    read(folder, Article("a", TEXT, url="https://example.org/1"))
    read(folder, Article("a", "Kreminna was quiet.", url="https://example.org/1"))
    assert [name for _, name, *_ in shown(folder)] == ["Kreminna"]
    with open_workspace(folder).store as store:
        store.remove("a")
    assert shown(folder) == []


def test_a_name_that_is_no_text_is_held(folder: Path) -> None:
    odd = NamedPlace(1.0, 2.0, "a\ud800b", None, "resolved", 1.0, 1)
    read(folder, Article("a", TEXT))
    with open_workspace(folder).store as store, store.file.writing():
        write_places(store.file.db, 1, [odd])
    assert [name for _, name, *_ in shown(folder)] == ["a�b"]


def test_each_version_of_the_store_has_its_step() -> None:
    assert sorted(MIGRATIONS) == list(range(1, VERSION + 1))
