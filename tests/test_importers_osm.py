"""OpenStreetMap extracts, written here with osmium."""

from __future__ import annotations

import builtins
import datetime as dt
import importlib
from typing import TYPE_CHECKING, Any

import pytest
import shapely

from geomap.errors import GazetteerError
from geomap.gazetteer.importers import read_source
from geomap.gazetteer.schema import Level

if TYPE_CHECKING:
    from pathlib import Path

osmium = pytest.importorskip("osmium", reason="no osmium: pip install 'geomap[osm]'")


def write(path: Path) -> Path:
    """Write an extract with settlements, two rivers of one name, and a road in pieces."""
    objects = osmium.osm.mutable
    header = osmium.io.Header()
    header.set("osmosis_replication_timestamp", "2026-03-04T05:06:07Z")
    town = {
        "place": "town", "name": "Приклад", "name:en": "Pryklad", "name:ru": "Пример",
        "old_name": "Zrazkove;Obraztsove", "alt_name:uk": "Прикладне", "population": "12 345",
        "addr:region": "Donetsk Oblast", "name:etymology:wikidata": "Q1", "name:en:pron": "x",
    }  # fmt: skip
    nodes = [
        (1, 37.0, 48.0, town),
        (2, 30.5, 50.4, {"place": "city", "name": "Столиця", "capital": "yes"}),
        (3, 37.1, 48.1, {"place": "locality"}),
        (4, 37.2, 48.2, {"amenity": "cafe", "name": "Café"}),
        *((10 + i, 37.0 + i / 50, 48.5, {}) for i in range(6)),
        *((20 + i, 33.0 + i / 50, 47.5, {}) for i in range(2)),
    ]
    ways = [
        (100, [10, 11, 12], {"waterway": "river", "name": "Солона", "name:en": "Solona"}),
        (101, [12, 13], {"waterway": "river", "name": "Солона"}),
        (102, [20, 21], {"waterway": "river", "name": "Солона"}),
        (103, [10, 11], {"highway": "trunk", "ref": "М-03"}),
        (104, [11, 12], {"highway": "trunk", "ref": "М-03", "name": "вулиця Миру"}),
        (105, [12, 13], {"highway": "trunk", "ref": "М-03"}),
        (106, [13, 14], {"highway": "residential", "name": "Тиха"}),
        (107, [14, 15], {"waterway": "canal", "name": "Канал"}),
        (108, [15, 999], {"waterway": "canal", "name": "За межею"}),
        (109, [14, 15], {"waterway": "river"}),
    ]
    with osmium.SimpleWriter(str(path), header=header) as writer:
        for number, lon, lat, tags in nodes:
            writer.add_node(objects.Node(id=number, location=(lon, lat), tags=tags))
        for number, refs, tags in ways:
            writer.add_way(objects.Way(id=number, nodes=refs, tags=tags))
    return path


@pytest.mark.parametrize("suffix", ["osm.pbf", "osm", "osm.bz2"])
def test_an_extract(tmp_path: Path, suffix: str) -> None:
    found = read_source(write(tmp_path / f"ukraine.{suffix}"))
    rows = list(found.rows())
    assert (found.format, found.licence) == ("osm", "ODbL 1.0")
    assert found.name == f"OpenStreetMap ukraine.{suffix}"
    town, capital = rows[:2]
    assert (town.name, town.population) == ("Pryklad", 12345)
    assert set(town.names) == {"Приклад", "Пример", "Zrazkove", "Obraztsove", "Прикладне"}
    assert (town.lat, town.lon, town.source_id) == (48.0, 37.0, "node/1")
    assert (town.precision, town.radius_km, town.admin1_name) == (
        "settlement",
        1.0,
        "Donetsk Oblast",
    )
    assert capital.level == Level.CAPITAL
    lines = [(r.name, r.feature_class, r.feature_code, r.source_id) for r in rows[2:]]
    assert lines == [
        ("Канал", "H", "CNL", "way/107"),
        ("М-03", "R", "RD", "way/103"),
        ("Solona", "H", "STM", "way/100"),
        ("Солона", "H", "STM", "way/102"),
    ]
    assert {(r.line, r.reason) for r in found.rejects} == {
        (3, "has no name"),
        (108, "has fewer than two points in the extract"),
    }
    assert (found.accepted, found.merged, found.rejected) == (9, 3, 2)
    assert len(rows) == found.accepted - found.merged


def test_ways_of_one_name_become_one_line(tmp_path: Path) -> None:
    rows = list(read_source(write(tmp_path / "x.osm.pbf")).rows())
    river = next(r for r in rows if r.source_id == "way/100")
    assert river.wkb is not None
    line = shapely.from_wkb(river.wkb)
    assert line.geom_type == "MultiLineString"
    assert line.bounds == pytest.approx((37.0, 48.5, 37.06, 48.5))
    assert line.distance(shapely.Point(river.lon, river.lat)) < 1e-6
    assert (river.level, river.precision) == (Level.FEATURE, "exact")
    assert river.radius_km == pytest.approx(2.2, abs=0.1)
    road = next(r for r in rows if r.feature_code == "RD")
    assert road.names == ()  # the street that a third of it runs along is not its name


def test_the_date_of_an_extract_is_its_replication_stamp(tmp_path: Path) -> None:
    assert read_source(write(tmp_path / "x.osm.pbf")).date == dt.date(2026, 3, 4)


def test_a_cut_extract_says_so(tmp_path: Path) -> None:
    path = write(tmp_path / "x.osm.pbf")
    path.write_bytes(path.read_bytes()[:-40])
    with pytest.raises(GazetteerError, match=r"x.osm.pbf: is damaged.*download it again"):
        list(read_source(path).rows())


def test_without_osmium_it_says_what_to_install(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = write(tmp_path / "x.osm.pbf")

    def missing(name: str, *_: Any) -> Any:
        if name == "osmium":
            raise ImportError(name)
        return builtins.__import__(name)

    monkeypatch.setattr(importlib, "import_module", missing)
    with pytest.raises(GazetteerError, match=r"pip install 'geomap\[osm\]'"):
        read_source(path)
