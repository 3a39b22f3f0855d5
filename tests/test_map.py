"""The map's page as text: what stands in it, what cannot, and the helpers that make it."""

from __future__ import annotations

import base64
import copy
import hashlib
import json
import random
import re
import sys
from pathlib import Path
from typing import Any

import lxml.html
import pytest
import shapely
from map_samples import HOSTILE, PLACES, feature, hostile, many, point, sample

from geomap.errors import OutputError, SettingsError
from geomap.gazetteer.waters import Water
from geomap.output import assets
from geomap.output.basemap import Area, BasemapData, basemap_for, bounds_of, padded
from geomap.output.basemap_towns import MAX_NAMES, Town
from geomap.output.files import atomic, write_bytes, write_text
from geomap.output.map import TileSource, render_map

DATA_TYPE = "application/json"


@pytest.fixture(scope="module")
def areas() -> list[tuple[str, str, shapely.Geometry]]:
    """Three countries of 10 x 10 degrees side by side, two provinces, a far one."""
    return [
        ("West", "country", shapely.box(20, 45, 30, 55)),
        ("Middle", "country", shapely.box(30, 45, 40, 55)),
        ("East", "country", shapely.box(40, 45, 50, 55)),
        ("Far", "country", shapely.box(-100, -40, -80, -20)),
        ("North Province", "admin1", shapely.box(30, 50, 40, 55)),
        ("South Province", "admin1", shapely.box(30, 45, 40, 50)),
        ("A district", "admin2", shapely.box(30, 45, 31, 46)),
    ]


@pytest.fixture(scope="module")
def basemap(areas: list[tuple[str, str, shapely.Geometry]]) -> BasemapData:
    towns = [(n, lat, lon, pop) for n, (lon, lat, _, _, pop) in PLACES.items()]
    countries = [shape for _, level, shape in areas if level == "country"]
    world = (shapely.union_all(countries), shapely.MultiLineString())
    return basemap_for(bounds_of(sample()), areas, towns, world)


@pytest.fixture(scope="module")
def page(basemap: BasemapData) -> str:
    return render_map(sample(), basemap=basemap, title="Eastern front")


def parse(page: str) -> Any:
    return lxml.html.document_fromstring(page.encode())


def data_of(page: str, name: str = "geomap_data") -> Any:
    return json.loads(parse(page).get_element_by_id(name).text)


def policy_of(page: str) -> dict[str, list[str]]:
    (text,) = parse(page).xpath("//meta[@http-equiv='Content-Security-Policy']/@content")
    return {part.split()[0]: part.split()[1:] for part in text.split(";")}


def digest(text: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"


# ---- the page ----


def test_page_is_a_whole_document(page: str) -> None:
    tree = parse(page)
    assert page.startswith("<!DOCTYPE html>")
    assert tree.get("lang") == "en"
    assert tree.findtext(".//title") == "Eastern front"
    assert tree.xpath("//meta[@charset='utf-8']")
    assert tree.xpath("//meta[@name='viewport']/@content") == [
        "width=device-width, initial-scale=1"
    ]
    assert tree.xpath("//noscript")
    assert tree.xpath("//h1")[0].text_content() == "Eastern front"


def test_nothing_is_loaded_from_elsewhere(page: str) -> None:
    tree = parse(page)
    assert tree.xpath("//@src") == []
    assert tree.xpath("//link/@href") == ["data:,"]
    assert tree.xpath("//a[@href]") == []
    for style in tree.xpath("//style/text()"):
        assert "@import" not in style
        assert "url(" not in style
    assert "sourceMappingURL" not in page
    for word in ("jquery", "bootstrap", "jsdelivr", "cloudflare", "unpkg"):
        assert word not in page.lower()


def test_no_inline_handlers_or_style_attributes(page: str) -> None:
    tree = parse(page)
    assert tree.xpath("//@style") == []
    names = {a for e in tree.iter() if isinstance(e.tag, str) for a in e.attrib}
    assert not [name for name in names if name.startswith("on")]


def test_policy_names_every_inline_script_and_style(page: str) -> None:
    policy, tree = policy_of(page), parse(page)
    # Exactly what stands between the tags, as a browser hashes it.
    scripts = re.findall(r"<script>(.*?)</script>", page, re.DOTALL)
    styles = re.findall(r"<style>(.*?)</style>", page, re.DOTALL)
    assert len(scripts) == len(tree.xpath("//script[not(@type)]")) == 4
    assert [digest(s) for s in scripts] == policy["script-src"]
    assert [digest(s) for s in styles] == policy["style-src"]
    assert policy["default-src"] == policy["base-uri"] == policy["form-action"] == ["'none'"]
    assert policy["img-src"] == ["data:"]
    assert set(tree.xpath("//script/@type")) == {DATA_TYPE}


def test_policy_comes_before_what_it_governs(page: str) -> None:
    assert page.index("Content-Security-Policy") < page.index("<style>") < page.index("<script>")


def test_leaflet_stands_in_the_page_without_its_flag(page: str) -> None:
    assert "Leaflet 1.9.4" in page
    assert "leaflet-attribution-flag" not in assets.leaflet_css()
    assert '"attributionControl": false' in page


def test_one_folium_group_for_each_date_undated_last(page: str) -> None:
    assert data_of(page)["dates"] == ["2023-03-12", "2023-03-14", "2023-03-16", "undated"]
    assert page.count("= L.featureGroup(") == 4
    assert '"2023-03-14": feature_group_2023_03_14' in page


def test_payload_holds_every_feature_and_texts_once(page: str) -> None:
    data = data_of(page)
    assert len(data["features"]) == len(sample()["features"])
    assert len(data["sentences"]) == len(set(data["sentences"]))
    assert data["reports"] == 4
    refused = [f for f in data["features"] if "geometry" not in f]
    assert {f["text"] for f in refused} == {"Zelene", "the West"}


def test_marked_span_is_the_mention_counted_in_code_points(page: str) -> None:
    data = data_of(page)
    mentions = [f for f in data["features"] if f["layer"] in {"mention", "hint"}]
    assert mentions
    for f in mentions:
        start, end = f["mark"]
        assert data["sentences"][f["sentence"]][start:end] == f["text"]


def test_a_claim_that_spans_its_sentence_marks_nothing(page: str) -> None:
    claims = [f for f in data_of(page)["features"] if f["layer"] == "claim"]
    assert claims
    assert not any("mark" in f for f in claims)


def test_same_input_same_bytes_in_any_order(basemap: BasemapData, page: str) -> None:
    shuffled = sample()
    random.Random(4).shuffle(shuffled["features"])
    assert render_map(shuffled, basemap=basemap, title="Eastern front") == page


def test_input_is_left_as_it_was(basemap: BasemapData) -> None:
    collection = sample()
    before = copy.deepcopy(collection)
    render_map(collection, basemap=basemap)
    assert collection == before


def test_hostile_texts_stay_data(basemap: BasemapData) -> None:
    evil = '</title><script>alert("t")</script>\u2028\ud800'
    page = render_map(
        hostile(), basemap=basemap, title=evil, attribution="</script><script>alert(1)</script>"
    )
    tree = parse(page)
    assert len(tree.xpath("//script")) == 6
    assert tree.xpath("//img | //iframe | //svg") == []
    assert len(re.findall(r"</script>", page)) == 6
    data = data_of(page)
    assert HOSTILE in data["sentences"]
    assert "49" not in re.findall(r"\{\{.*?\}\}|49", data["sentences"][0])
    # Outside the blocks of scripts and data, only the title is a text from outside, escaped.
    rest = re.sub(r"<(script|style)\b.*?</\1>", "", page, flags=re.DOTALL)
    assert "pwned" not in rest
    assert "<script" not in rest
    assert tree.findtext(".//title").startswith("</title><script>")


def test_braces_of_an_article_are_no_template(basemap: BasemapData) -> None:
    text = "{{ this._parent }} {% for x in y %} {# gone? #}"
    collection = {"features": [feature("mention", None, point(38, 48), text=text, name=text)]}
    page = render_map(collection, basemap=basemap, title=text)
    assert data_of(page)["features"][0]["name"] == text
    assert parse(page).findtext(".//title") == text


def test_no_feature_at_all() -> None:
    page = render_map({"features": []}, basemap=BasemapData())
    assert data_of(page)["dates"] == []
    assert parse(page).get_element_by_id("gm-empty").text_content().startswith("Nothing to show")


def test_values_that_json_lacks_are_not_drawn(basemap: BasemapData) -> None:
    bad = feature("mention", None, point(float("nan"), 48.0), name="X", confidence=float("inf"))
    (row,) = data_of(render_map({"features": [bad]}, basemap=basemap))["features"]
    assert "geometry" not in row
    assert "confidence" not in row


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"layer": "rumour"}, "unknown layer 'rumour'"),
        ({"date": "14 March"}, "is not an ISO day"),
        ({"date": "2023-03-14');alert(1)//"}, "is not an ISO day"),
    ],
)
def test_features_that_cannot_be_drawn_are_errors(change: dict[str, str], words: str) -> None:
    item = feature("mention", None, point(38, 48), name="X")
    item["properties"].update(change)
    with pytest.raises(SettingsError, match=re.escape(words)):
        render_map({"features": [item]}, basemap=BasemapData())


def test_colours_of_parties_are_checked() -> None:
    meta = {"parties": {"Russia": "red; background: url(//x)"}}
    with pytest.raises(SettingsError, match="party Russia"):
        render_map({"features": [], "geomap": meta}, basemap=BasemapData())


def test_page_is_small(page: str, basemap: BasemapData) -> None:
    assert len(page.encode()) < 300_000
    more = render_map(many(2000), basemap=basemap)
    assert len(more.encode()) < 1_400_000


# ---- tiles ----


def test_tiles_are_named_in_the_policy_only_when_given(basemap: BasemapData) -> None:
    tiles = TileSource("https://{s}.tile.example/{z}/{x}/{y}.png", "(c) Tiles", "Streets")
    page = render_map(sample(), basemap=basemap, tiles=tiles)
    assert policy_of(page)["img-src"] == ["data:", "https://*.tile.example"]
    assert data_of(page)["tiles"]["name"] == "Streets"


@pytest.mark.parametrize(
    "url",
    [
        "http://tile.example/{z}/{x}/{y}.png",
        "https://tile.example/{z}/{x}.png",
        "javascript:alert(1)//{z}{x}{y}",
        "https://a{s}.tile.example/{z}/{x}/{y}.png",
        "https://tile.example; script-src */{z}/{x}/{y}.png",
        "https://user:word@tile.example/{z}/{x}/{y}.png",
        "https://[::1/{z}/{x}/{y}.png",
    ],
)
def test_tiles_that_are_refused(url: str) -> None:
    with pytest.raises(SettingsError, match="tiles"):
        TileSource(url, "x", "y")


# ---- the basemap ----


def test_shared_border_is_drawn_once_and_the_cut_is_no_coast(basemap: BasemapData) -> None:
    by_role: dict[tuple[str, bool], Any] = {
        (f["properties"]["role"], bool(f["properties"].get("coarse"))): f["geometry"]
        for f in basemap.countries
    }
    west, south, east, north = padded(bounds_of(sample()) or (0, 0, 0, 0))
    border = shapely.geometry.shape(by_role["border", False])
    assert border.length == pytest.approx(north - south, abs=0.02)
    assert ("coast", False) not in by_role  # the box lies inland
    land = shapely.geometry.shape(by_role["land", False])
    assert land.area == pytest.approx((east - west) * (north - south), rel=0.01)
    coarse = shapely.geometry.shape(by_role["land", True])
    assert coarse.intersects(shapely.Point(-90, -30))
    assert not coarse.contains(shapely.Point(38, 48.6))


def test_labels_lie_in_their_area_and_in_view(basemap: BasemapData) -> None:
    labels = {
        f["properties"]["name"]: f["geometry"]["coordinates"]
        for f in [*basemap.countries, *basemap.admin1]
        if f["properties"]["role"] == "label"
    }
    assert {"Middle", "East", "South Province"} <= set(labels)
    assert "A district" not in labels
    lon, lat = labels["Middle"]
    west, south, east, north = padded(bounds_of(sample()) or (0, 0, 0, 0), 0.15, 0.4)
    assert west < lon < east
    assert south < lat < north


def test_basemap_without_bounds_is_the_coarse_world(
    areas: list[tuple[str, str, shapely.Geometry]],
) -> None:
    world = basemap_for(None, areas, [("T", 48.0, 38.0, 10)])
    assert world.admin1 == []
    assert world.towns == []
    assert all(
        f["properties"].get("coarse") or f["properties"]["role"] == "label" for f in world.countries
    )


def test_basemap_of_nothing() -> None:
    assert basemap_for((1.0, 1.0, 2.0, 2.0), [], []) == BasemapData()
    assert basemap_for(None, []) == BasemapData()


def test_towns_are_thinned_largest_first() -> None:
    crowd = [(f"T{n}", 48.0 + n % 7 * 1e-3, 38.0 + n % 11 * 1e-3, n) for n in range(500)]
    away = [("Lone", 49.9, 39.9, 1), ("Abroad", 10.0, 10.0, 10**6)]
    towns = basemap_for((36.0, 46.0, 40.0, 50.0), [], crowd + away).towns
    assert towns[0][0] == "T499"
    assert "Lone" in [t[0] for t in towns]
    assert "Abroad" not in [t[0] for t in towns]
    assert len(towns) < 40


def test_districts_of_a_city_are_left_out() -> None:
    given = [("City", 48.0, 38.0, 900_000), ("District", 48.03, 38.05, 150_000)]
    towns = basemap_for((36.0, 46.0, 40.0, 50.0), [], [*given, ("Town", 48.2, 38.2, 500)]).towns
    assert [t[0] for t in towns] == ["City", "Town"]


def test_coordinates_are_rounded(basemap: BasemapData) -> None:
    numbers = re.findall(r"-?\d+\.\d+", json.dumps([basemap.countries, basemap.admin1]))
    assert numbers
    assert max(len(n.split(".")[1]) for n in numbers) <= 3


def test_bounds_leave_out_governments_countries_and_far_places() -> None:
    west, south, east, north = bounds_of(sample()) or (0, 0, 0, 0)
    assert 36 < west < east < 39
    assert 47 < south < north < 50
    far = sample()
    far["features"].append(feature("mention", None, point(-77.0, 38.9), precision="settlement"))
    assert bounds_of(far) == (west, south, east, north)


def test_bounds_fall_back_to_what_there_is() -> None:
    country = feature("mention", None, point(31.0, 49.0), precision="country")
    seat = feature("mention", None, point(37.6, 55.7), kind="associative")
    assert bounds_of({"features": [country, seat]}) == (31.0, 49.0, 31.0, 49.0)
    assert bounds_of({"features": [seat]}) == (37.6, 55.7, 37.6, 55.7)
    assert bounds_of({"features": [feature("mention", None, None)]}) is None


# ---- files ----


def test_files_are_written_whole(tmp_path: Path) -> None:
    write_text(tmp_path / "a.html", "первый\n\ud800")
    assert (tmp_path / "a.html").read_bytes() == "первый\n\ufffd".encode()
    write_bytes(tmp_path / "a.html", b"second")
    assert (tmp_path / "a.html").read_bytes() == b"second"
    assert [p.name for p in tmp_path.iterdir()] == ["a.html"]


@pytest.mark.parametrize("raised", [ValueError, KeyboardInterrupt, SystemExit])
def test_a_failure_leaves_what_was_there(tmp_path: Path, raised: type[BaseException]) -> None:
    target = tmp_path / "a.gpkg"
    target.write_text("before")

    def write() -> None:
        with atomic(target) as temporary:
            assert temporary.suffix == ".gpkg"
            temporary.write_text("half")
            Path(f"{temporary}-journal").write_text("side file")
            raise raised

    with pytest.raises(raised):
        write()
    assert target.read_text() == "before"
    assert [p.name for p in tmp_path.iterdir()] == ["a.gpkg"]


def test_missing_folder_is_named(tmp_path: Path) -> None:
    folder = tmp_path / "no" / "such"
    with pytest.raises(OutputError, match="does not exist: create it, or choose another -o"):
        write_text(folder / "a.html", "x")
    assert not (tmp_path / "no").exists()


def test_folder_or_file_in_the_way(tmp_path: Path) -> None:
    with pytest.raises(OutputError, match="is a folder"):
        write_text(tmp_path, "x")
    (tmp_path / "file").write_text("x")
    with pytest.raises(OutputError, match="is not a folder"):
        write_text(tmp_path / "file" / "a.html", "x")


def test_failed_write_names_the_path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: Any, **__: Any) -> str:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr("tempfile.mkdtemp", refuse)
    with pytest.raises(OutputError, match=r"a\.html cannot be written: Permission denied"):
        write_text(tmp_path / "a.html", "x")


def test_read_only_file_is_respected(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    target = tmp_path / "a.html"
    target.write_text("keep")
    monkeypatch.setattr("os.access", lambda *_: False)  # root may write anywhere
    with pytest.raises(OutputError, match="not writable"):
        write_text(target, "x")
    assert target.read_text() == "keep"


def test_disk_full_is_an_output_error(tmp_path: Path) -> None:
    def write() -> None:
        with atomic(tmp_path / "a.txt"):
            raise OSError(28, "No space left on device")

    with pytest.raises(OutputError, match=r"a\.txt cannot be written: No space left"):
        write()
    assert list(tmp_path.iterdir()) == []


@pytest.mark.skipif(sys.platform == "win32", reason="links need rights on Windows")
def test_symbolic_link_is_followed(tmp_path: Path) -> None:
    (tmp_path / "real").write_text("old")
    (tmp_path / "link").symlink_to(tmp_path / "real")
    write_text(tmp_path / "link", "new")
    assert (tmp_path / "link").is_symlink()
    assert (tmp_path / "real").read_text() == "new"


def test_labels_and_towns_carry_their_native_names() -> None:
    square = shapely.box(30, 45, 40, 55)
    areas = [
        Area("Ukraine", "country", square, "Україна"),
        Area("Donetsk Oblast", "admin1", square, "Донецька область"),
    ]
    found = basemap_for(
        (36.0, 46.0, 38.0, 48.0), areas, [Town("Bakhmut", 48.59, 37.99, 70000, "Бахмут")]
    )
    labels = [
        f["properties"]
        for f in (*found.countries, *found.admin1)
        if f["properties"]["role"] == "label"
    ]
    assert [p["native"] for p in labels] == ["Україна", "Донецька область"]
    assert found.towns == [("Bakhmut", 48.59, 37.99, 70000, "Бахмут")]


def test_villages_are_named_round_the_marks_only() -> None:
    bounds = (36.0, 46.0, 40.0, 50.0)
    near = [Town(f"N{n}", 48.0 + n / 1000, 38.0, 0) for n in range(40)]
    far = [Town(f"F{n}", 46.5 + n / 1000, 39.5, 0) for n in range(40)]
    towns = [Town("City", 47.0, 37.0, 90_000), *far, *near]
    named = {t.name for t in basemap_for(bounds, [], towns, points=[(48.0, 38.01)]).towns}
    assert {"City", "N0", "N1", "N2"} <= named
    assert not any(name.startswith("F") for name in named)
    assert {t.name for t in basemap_for(bounds, [], towns).towns} == {"City"}
    for order in (towns[::-1], towns + towns):
        again = basemap_for(bounds, [], order, points=[(48.0, 38.01), (48.0, 38.01)]).towns
        assert again == basemap_for(bounds, [], towns, points=[(48.0, 38.01)]).towns


def test_names_round_many_marks_stay_few_and_spread() -> None:
    towns = [
        Town(f"V{i}-{j}", 46.0 + i / 40, 36.0 + j / 40, 0) for i in range(160) for j in range(160)
    ]
    marks = [(46.1 + i / 10, 36.1 + j / 10) for i in range(38) for j in range(38)]
    named = basemap_for((36.0, 46.0, 40.0, 50.0), [], towns, points=marks).towns
    assert len(named) == MAX_NAMES
    quarters = {(t.lat > 48, t.lon > 38) for t in named}
    assert len(quarters) == 4


def test_rivers_are_cut_named_and_coarser_outside() -> None:
    bounds = (36.0, 46.0, 38.0, 48.0)
    west, _, east, _ = padded(bounds)
    wavy = shapely.LineString([(20 + n / 100, 47 + (n % 2) / 300) for n in range(4000)])
    waters = [
        Water("river", 4, "Dnipro", "Дніпро", wavy),
        Water("river", 11, "Brook", None, shapely.LineString([(33.5, 45), (34.0, 45.2)])),
        Water("lake", 6, None, None, shapely.box(36.5, 46.5, 37.5, 47.0)),
        Water("river", 4, "Elsewhere", None, shapely.LineString([(0, 0), (1, 1)])),
    ]
    found = basemap_for(bounds, [], rivers=waters).rivers
    assert [f["properties"] for f in found] == [
        {"role": "river", "name": "Dnipro", "native": "Дніпро", "rank": 4},
        {"role": "lake", "name": None, "native": None, "rank": 6},
    ]
    river, lake = (shapely.geometry.shape(f["geometry"]) for f in found)
    assert river.bounds[0] == pytest.approx(west)
    assert river.bounds[2] == pytest.approx(east)
    points = shapely.get_coordinates(river)
    inside = ((points[:, 0] > 36) & (points[:, 0] < 38)).sum()
    outside = ((points[:, 0] > west) & (points[:, 0] < 35)).sum()
    assert inside > 150
    assert outside < inside / 5
    assert lake.area == pytest.approx(0.5)
    assert basemap_for(bounds, [], rivers=waters[::-1]).rivers == found
    assert basemap_for(None, [], rivers=waters).rivers == []


def test_a_wide_map_shows_great_rivers_only() -> None:
    waters = [
        Water("river", rank, f"R{rank}", None, shapely.LineString([(10, rank), (30, rank)]))
        for rank in range(11)
    ]
    names = {
        width: [f["properties"]["name"] for f in basemap_for(b, [], rivers=waters).rivers]
        for width, b in ((4, (18.0, -2.0, 22.0, 12.0)), (90, (-30.0, -10.0, 60.0, 20.0)))
    }
    assert len(names[4]) == 11
    assert names[90] == [f"R{n}" for n in range(6)]
