"""A user's own sources merged into the gazetteer: one place stays one place."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import shapely

from geomap import Gazetteer
from geomap.errors import GazetteerError
from geomap.gazetteer.build import replacing
from geomap.gazetteer.columns import Columns
from geomap.gazetteer.importers import read_source
from geomap.gazetteer.merge import AddSummary, add_sources
from geomap.gazetteer.rows import SourceRow
from geomap.gazetteer.schema import Level
from geomap.gazetteer.store import DEFAULT_DIR
from geomap.gazetteer.waters import waters_in

STAMP = {
    "versions": {}, "date": "test", "sources": {}, "added": [],
    "source_keys": ["geonames", "katottg"],
}  # fmt: skip


def _town(name: str, lat: float, lon: float, **more: Any) -> SourceRow:
    return SourceRow(name=name, lat=lat, lon=lon, country="UA", admin1_code="05", **more)


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Gazetteer:
    """A gazetteer of an oblast, a town and three villages known only by their hromada."""
    folder = tmp_path_factory.mktemp("base") / "g"
    with replacing(folder) as out:
        for file in DEFAULT_DIR.glob("areas*"):
            shutil.copyfile(file, out / file.name)
        columns = Columns(out)
        oblast = SourceRow(
            "Donetsk Oblast", 48.05, 37.67, level=Level.ADMIN1, feature_class="A",
            feature_code="ADM1", country="UA", admin1_code="05", precision="admin1", radius_km=92.0,
        )  # fmt: skip
        columns.add(oblast, 0)
        town = _town(
            "Bakhmut", 48.59419, 37.99886, names=("Artemivsk",), geonameid=713174, population=80500
        )
        columns.add(town, 0)
        for code, lat in (("UA1", 48.6), ("UA2", 48.2)):
            columns.add(
                _town(
                    "Ivanivske", lat, 37.9, names=("Іванівське",), source_id=code,
                    precision="hromada", radius_km=20.0,
                ),
                1,
            )  # fmt: skip
        columns.write(out, STAMP)
    return Gazetteer.open(folder)


@pytest.fixture
def add(small: Gazetteer, tmp_path: Path) -> Iterator[Any]:
    def work(text: str, name: str = "own.csv") -> tuple[Gazetteer, AddSummary]:
        path = tmp_path / name
        path.write_text(text, encoding="utf-8")
        summary = add_sources(small, [read_source(path)], tmp_path / "out")
        return Gazetteer.open(tmp_path / "out"), summary

    return work


def test_a_known_town_stays_one_place_and_learns_names(add: Any) -> None:
    gazetteer, summary = add(
        "name,name:uk,lat,lon,country,osm_type,osm_id,place\n"
        "Bahmut-Town,Бахмут,48.5950,37.9990,UA,node,1,town\n"
    )
    assert (summary.sources[0].merged, summary.sources[0].new) == (1, 0)
    found = gazetteer.lookup("Bahmut-Town")
    assert [p.name for p in found] == ["Bakhmut"]
    assert (found[0].lat, found[0].lon) == (48.59419, 37.99886), "the known point was as good"
    assert {o.source for o in gazetteer.origins(found[0].key)} == {
        "geonames",
        summary.sources[0].name,
    }


def test_the_better_point_wins(add: Any) -> None:
    gazetteer, _ = add("name,name:uk,lat,lon,country\nIvanivske,Іванівське,48.5533,37.9269,UA\n")
    found = {p.precision: p for p in gazetteer.lookup("Ivanivske")}
    assert set(found) == {"settlement", "hromada"}, "only the nearer namesake was meant"
    assert (found["settlement"].lat, found["settlement"].lon) == (48.5533, 37.9269)
    assert found["settlement"].radius_km < 5
    assert found["hromada"].lat == 48.2


def test_two_namesakes_of_a_source_are_two_places(add: Any) -> None:
    gazetteer, summary = add(
        "name,lat,lon,country\nIvanivske,48.5533,37.9269,UA\nIvanivske,48.21,37.95,UA\n"
    )
    assert (summary.sources[0].merged, summary.sources[0].new) == (2, 0)
    assert {round(p.lat, 4) for p in gazetteer.lookup("Ivanivske")} == {48.5533, 48.21}


def test_a_far_namesake_is_a_new_place(add: Any) -> None:
    gazetteer, summary = add("name,lat,lon,country\nBakhmut,49.9,36.2,UA\n")
    assert summary.sources[0].new == 1
    assert len(gazetteer.lookup("Bakhmut")) == 2


def test_country_and_division_come_from_the_areas_when_a_source_lacks_them(add: Any) -> None:
    gazetteer, _ = add("name,lat,lon\nTestove,48.9,37.6\n")
    place = gazetteer.lookup("Testove")[0]
    assert (place.country, place.admin1_code, place.admin1_name) == ("UA", "05", "Donetsk Oblast")


def test_sources_are_told(add: Any) -> None:
    gazetteer, summary = add("name,lat,lon\nTestove,48.9,37.6\n", "mine.csv")
    assert summary.sources[0].name in gazetteer.stamp["sources"]
    assert gazetteer.stamp["added"] == [summary.sources[0].name]


def test_rows_that_cannot_be_used_are_listed(add: Any) -> None:
    _, summary = add("name,lat,lon\nGood,48.9,37.6\nBad,95.0,37.6\nWorse,x,37.6\n")
    source = summary.sources[0]
    assert (source.accepted, source.rejected) == (1, 2)
    assert [r.line for r in source.rejects] == [3, 4]


def test_a_broken_source_leaves_the_old_gazetteer(
    add: Any, small: Gazetteer, tmp_path: Path
) -> None:
    add("name,lat,lon\nTestove,48.9,37.6\n")
    before = {p.name: p.read_bytes() for p in (tmp_path / "out").iterdir()}
    bad = tmp_path / "bad.zip"
    bad.write_bytes(b"<html><body>403 Forbidden</body></html>")
    with pytest.raises(GazetteerError):
        add_sources(small, [read_source(bad)], tmp_path / "out")
    assert {p.name: p.read_bytes() for p in (tmp_path / "out").iterdir()} == before
    assert not list(tmp_path.glob(".gazetteer-*"))


def test_a_full_disk_is_told_and_the_old_gazetteer_stays(
    add: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    add("name,lat,lon\nTestove,48.9,37.6\n")
    before = sorted(p.name for p in (tmp_path / "out").iterdir())

    def full(*_: Any) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Columns, "write", full)
    with pytest.raises(GazetteerError, match=r"No space left.*old gazetteer is unchanged"):
        add("name,lat,lon\nOther,48.9,37.6\n")
    assert sorted(p.name for p in (tmp_path / "out").iterdir()) == before
    assert not list(tmp_path.glob(".gazetteer-*"))


def test_adding_twice_changes_nothing(small: Gazetteer, tmp_path: Path) -> None:
    path = tmp_path / "own.csv"
    path.write_text("name,lat,lon,country\nTestove,48.9,37.6,UA\n", encoding="utf-8")
    first = add_sources(small, [read_source(path)], tmp_path / "one")
    again = add_sources(Gazetteer.open(tmp_path / "one"), [read_source(path)], tmp_path / "two")
    assert first.places == again.places


def test_a_copy_without_additions_is_the_same(small: Gazetteer, tmp_path: Path) -> None:
    add_sources(small, [], tmp_path / "copy")
    for file in small.path.iterdir():
        if file.suffix != ".json":
            assert file.read_bytes() == (tmp_path / "copy" / file.name).read_bytes(), file.name


def test_native_names_are_kept_and_learnt(add: Any) -> None:
    gazetteer, _ = add(
        "name,name_uk,lat,lon,country,osm_type,osm_id,place\n"
        "Bahmut-Town,Бахмут,48.5950,37.9990,UA,node,1,town\n"
        "Solone,Солоне,48.3,37.5,UA,node,2,village\n"
    )
    assert gazetteer.lookup("Bakhmut")[0].native_name == "Бахмут"
    assert gazetteer.lookup("Solone")[0].native_name == "Солоне"
    assert gazetteer.lookup("Ivanivske")[0].native_name == "Іванівське"


def test_rivers_of_a_source_are_drawn_instead_of_the_stores(
    small: Gazetteer, tmp_path: Path
) -> None:
    box = (37.0, 48.0, 39.0, 50.0)
    assert [w.name for w in waters_in(small, box)] == []
    for file in DEFAULT_DIR.glob("waters*"):
        shutil.copyfile(file, small.path / file.name)
    stored = {w.name: w for w in waters_in(Gazetteer.open(small.path), box)}
    donets = stored["Siverskyi Donets"]
    assert (donets.role, donets.native) == ("river", "Сіверський Донець")
    piece = shapely.intersection(donets.geometry, shapely.box(37.5, 48.5, 38.5, 49.5))
    lines = {
        "Donets": shapely.affinity.translate(piece, 0.01),
        "Oskil": shapely.LineString([(37.6, 49.2), (37.65, 49.7)]),
        "Brook": shapely.LineString([(37.3, 48.2), (37.31, 48.21)]),
    }
    features = [
        {
            "type": "Feature",
            "properties": {"name": name, "fclass": "river", "country": "UA"},
            "geometry": json.loads(shapely.to_geojson(line)),
        }
        for name, line in lines.items()
    ]
    path = tmp_path / "rivers.geojson"
    path.write_text(json.dumps({"type": "FeatureCollection", "features": features}))
    add_sources(Gazetteer.open(small.path), [read_source(path)], tmp_path / "out")
    drawn = {w.name: w for w in waters_in(Gazetteer.open(tmp_path / "out"), box)}
    assert set(drawn) == {*stored, "Donets", "Oskil"}
    assert drawn["Donets"].geometry.equals_exact(lines["Donets"], 1e-6)
    assert drawn["Oskil"].rank == 9
    rest = drawn["Siverskyi Donets"].geometry
    assert rest.distance(lines["Donets"]) > 0.03
    assert 0 < rest.length < donets.geometry.length
