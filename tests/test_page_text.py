"""The map's page as text: what stands in it, what cannot, and that it is the same each time."""

from __future__ import annotations

import base64
import copy
import hashlib
import json
import random
import re
from typing import Any

import lxml.html
import pytest
from map_samples import HOSTILE, feature, hostile, many, mention, point, sample, sample_front
from page_html import basemap, front_page, sample_page

from geomap.errors import SettingsError
from geomap.output import assets
from geomap.output.basemap import BasemapData
from geomap.output.drawn_text import PLAIN_UP_TO, read_table, table_text
from geomap.output.map import TileSource, render_map

DATA_TYPE = "application/json"
BLOCKS = ("geomap_page", "geomap_data", "geomap_basemap", "geomap_front", "geomap_texts")
KINDS = ("places", "regions", "claims", "government", "demonym")
NO_DAY = None


@pytest.fixture(scope="module")
def page() -> str:
    return sample_page()


def parse(page: str) -> Any:
    return lxml.html.document_fromstring(page.encode())


def block(page: str, name: str = "geomap_data") -> Any:
    return read_table(parse(page).get_element_by_id(name).text)


def policy_of(page: str) -> dict[str, list[str]]:
    (text,) = parse(page).xpath("//meta[@http-equiv='Content-Security-Policy']/@content")
    return {part.split()[0]: part.split()[1:] for part in text.split(";")}


def digest(text: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"


def features_of(page: str) -> list[dict[str, Any]]:
    """Return the features that the page's tables hold, put together again."""
    data, texts = block(page), block(page, "geomap_texts")
    columns, articles = data["features"], data["articles"]
    found = []
    for n, article in enumerate(columns["article"]):
        told = texts["tellings"][texts["told"][n]]
        spot, first = columns["spot"][n], texts["from"][n]
        sentence = texts["sentences"][texts["sentence"][n]] if texts["sentence"][n] >= 0 else None
        marked = sentence[first : first + texts["length"][n]] if sentence and first >= 0 else None
        found.append(
            told
            | {
                "layer": KINDS[columns["kind"][n]],
                "day": articles["day"][article],
                "article_id": articles["id"][article],
                "sentence": sentence,
                "mark": marked,
                "text": told.get("text", marked),
                "at": None
                if spot < 0
                else (data["spots"]["lon"][spot] / 1e5, data["spots"]["lat"][spot] / 1e5),
                "placed": spot >= 0 or columns["region"][n] >= 0,
                "confidence": columns["confidence"][n],
            }
        )
    return found


# ---- The document ----


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


@pytest.mark.parametrize("make", [sample_page, front_page, lambda: render_map(
    hostile(), basemap=basemap(), title=HOSTILE, attribution="</script>&amp;&nosuch;",
    front=sample_front(), tiles=TileSource("https://t.example/{z}/{x}/{y}.png", "<b>", "<i>"))],
    ids=["sample", "front", "hostile"])  # fmt: skip
def test_html_is_valid(make: Any) -> None:
    import html5lib

    parser = html5lib.HTMLParser(strict=True)
    parser.parse(make())
    assert parser.errors == []


def test_ids_are_there_once_and_what_refers_to_them_finds_them(page: str) -> None:
    tree = parse(page)
    ids = tree.xpath("//@id")
    assert len(ids) == len(set(ids))
    for attribute in ("for", "aria-controls", "aria-labelledby"):
        assert set(tree.xpath(f"//@{attribute}")) <= set(ids)


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
    assert len(scripts) == len(tree.xpath("//script[not(@type)]")) == 3
    assert [digest(s) for s in scripts] == policy["script-src"]
    assert [digest(s) for s in styles] == policy["style-src"]
    assert policy["default-src"] == policy["base-uri"] == policy["form-action"] == ["'none'"]
    assert policy["img-src"] == ["data:"]
    assert "unsafe" not in str(policy)
    assert not re.search(r"https?:|\*", str(policy))
    assert set(tree.xpath("//script/@type")) == {DATA_TYPE}
    assert tree.xpath("//script[@type]/@id") == list(BLOCKS)


def test_policy_comes_before_what_it_governs(page: str) -> None:
    assert page.index("Content-Security-Policy") < page.index("<style>") < page.index("<script>")


def test_nothing_in_the_scripts_makes_code_or_markup_of_text() -> None:
    """Leaflet's innerHTML is never handed a text of an article: ours makes text nodes only."""
    own = "\n".join(
        path.read_text(encoding="utf-8")
        for path in sorted(_scripts())
    )  # fmt: skip
    for word in (
        "innerHTML",
        "outerHTML",
        "insertAdjacentHTML",
        "document.write",
        "eval(",
        "new Function",
        "setTimeout('",
        "DOMParser",
        "createContextualFragment",
    ):
        assert word not in own, word
    assert not re.search(r"https?://[a-z]", own)


def _scripts() -> list[Any]:
    from pathlib import Path

    return list((Path(assets.__file__).parent / "static" / "page").glob("*.js"))


def test_leaflet_stands_in_the_page_without_its_flag(page: str) -> None:
    assert "Leaflet 1.9.4" in page
    assert "leaflet-attribution-flag" not in assets.leaflet_css()
    assert '"attributionControl": false' in page


def test_zoom_has_bounds(page: str) -> None:
    assert '"minZoom": 2' in page
    assert '"maxZoom": 14' in page


def test_page_is_small(page: str) -> None:
    assert len(page.encode()) < 400_000
    more = render_map(many(2000), basemap=basemap())
    assert len(more.encode()) - len(page.encode()) < 60_000


# ---- Its data ----


def test_every_feature_is_there_and_texts_once(page: str) -> None:
    data, texts = block(page), block(page, "geomap_texts")
    found, given = features_of(page), sample()["features"]
    assert len(found) == len(given)
    assert len(texts["sentences"]) == len(set(texts["sentences"]))
    assert len(data["articles"]["id"]) == 4
    assert {f["sentence"] for f in found} == {f["properties"]["sentence"] for f in given}
    refused = [f for f in found if not f["placed"]]
    assert {f["text"] for f in refused} == {"Zelene", "the West"}
    for f in given:
        if f["geometry"] and f["geometry"]["type"] == "Point":
            assert any(
                list(g["at"] or ()) == pytest.approx(f["geometry"]["coordinates"], abs=1e-5)
                for g in found
            )


def test_features_are_in_the_order_of_days_the_undated_last(page: str) -> None:
    days = [f["day"] for f in features_of(page)]
    dated = [d for d in days if d is not NO_DAY]
    assert dated == sorted(dated)
    assert len(dated) < len(days)
    assert set(days[len(dated) :]) == {NO_DAY}


def test_marked_span_is_the_mention_counted_in_code_points(page: str) -> None:
    given = [f["properties"] for f in sample()["features"]]
    found = [(f["sentence"], f["mark"]) for f in features_of(page) if f["layer"] != "claims"]
    wanted = [(f["sentence"], f["text"]) for f in given if f["layer"] != "claim"]
    assert len(wanted) > 20
    assert sorted(found) == sorted(wanted)


def test_a_claim_that_spans_its_sentence_marks_nothing(page: str) -> None:
    claims = [f for f in features_of(page) if f["layer"] == "claims"]
    assert claims
    assert {f["mark"] for f in claims} == {None}


def test_places_are_told_once_however_often_they_are_named(page: str) -> None:
    names = block(page)["spots"]["name"]
    kinds = block(page)["spots"]["kind"]
    towns = [n for n, k in zip(names, kinds, strict=True) if k == 0]
    assert len(towns) == len(set(towns))


def test_same_input_same_bytes_in_any_order(page: str) -> None:
    for seed in (4, 5):
        shuffled = sample()
        random.Random(seed).shuffle(shuffled["features"])
        assert render_map(shuffled, basemap=basemap(), title="Eastern front") == page
    whole = many(400)
    first = render_map(whole, basemap=basemap(), front=sample_front())
    whole["features"].reverse()
    assert render_map(whole, basemap=basemap(), front=sample_front()) == first


def test_articles_may_come_in_any_order() -> None:
    rows = [{"article_id": f"a{n}", "title": f"t{n}", "date": f"2023-03-1{n}"} for n in range(5)]
    whole = sample() | {"geomap": {"articles": rows}}
    first = render_map(whole, basemap=BasemapData())
    rows.reverse()
    assert render_map(whole, basemap=BasemapData()) == first


def test_input_is_left_as_it_was() -> None:
    collection, front = sample(), sample_front()
    before = copy.deepcopy((collection, front))
    render_map(collection, basemap=basemap(), front=front)
    assert (collection, front) == before


def test_long_tables_are_deflated_and_read_back() -> None:
    sizes = []
    for count in (10, 3000):
        page = render_map(many(count), basemap=BasemapData())
        text = parse(page).get_element_by_id("geomap_data").text
        sizes.append((text.startswith("deflated "), text.startswith("{")))
        assert len(block(page)["features"]["article"]) == count
    assert sizes == [(False, True), (True, False)]
    data = {"a": ["<é\ud800\u2028>"] * PLAIN_UP_TO, "b": None}
    assert read_table(table_text(data)) == data
    assert re.fullmatch(r"deflated [A-Za-z0-9+/=]+", table_text(data))
    assert read_table(table_text({"b": "</script>"})) == {"b": "</script>"}


def test_hostile_texts_stay_data() -> None:
    evil = '</title><script>alert("t")</script>\u2028\ud800'
    page = render_map(
        hostile(), basemap=basemap(), title=evil, attribution="</script><script>alert(1)</script>"
    )
    tree = parse(page)
    assert len(tree.xpath("//script")) == 8
    assert tree.xpath("//img | //iframe | //svg") == []
    assert len(re.findall(r"</script>", page)) == 8
    sentences = block(page, "geomap_texts")["sentences"]
    assert HOSTILE in sentences
    # Outside the blocks of scripts and data, only the title is a text from outside, escaped.
    rest = re.sub(r"<(script|style)\b.*?</\1>", "", page, flags=re.DOTALL)
    assert "pwned" not in rest
    assert "<script" not in rest
    assert tree.findtext(".//title").startswith("</title><script>")


def test_braces_of_an_article_are_no_template() -> None:
    text = "{{ this._parent }} {% for x in y %} {# gone? #}"
    collection = {"features": [feature("mention", None, point(38, 48), text=text, name=text)]}
    page = render_map(collection, basemap=basemap(), title=text, attribution=text)
    assert block(page)["spots"]["name"] == [text]
    assert block(page, "geomap_page")["attribution"] == text
    assert parse(page).findtext(".//title") == text


def test_no_feature_at_all() -> None:
    page = render_map({"features": []}, basemap=BasemapData())
    assert block(page)["features"]["article"] == []
    assert parse(page).get_element_by_id("gm-empty").text_content().startswith("Nothing to show")


def test_values_that_json_lacks_are_not_drawn() -> None:
    bad = feature("mention", None, point(float("nan"), 48.0), name="X", confidence=float("inf"))
    (row,) = features_of(render_map({"features": [bad]}, basemap=basemap()))
    assert not row["placed"]
    assert row["confidence"] == -1


def test_only_what_the_page_tells_goes_into_it() -> None:
    """A property that no card shows stays out of the file."""
    private = mention("2023-03-14", "Bakhmut", "Bakhmut.", desk_note="not for readers")
    assert "not for readers" not in json.dumps(
        features_of(render_map({"features": [private]}, basemap=BasemapData()))
    )


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"layer": "rumour"}, "unknown layer 'rumour'"),
        ({"date": "14 March"}, "is not an ISO day"),
        ({"date": "2023-02-30"}, "is not an ISO day"),
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


# ---- Tiles ----


def test_tiles_are_named_in_the_policy_only_when_given() -> None:
    tiles = TileSource("https://{s}.tile.example/{z}/{x}/{y}.png", "(c) Tiles", "Streets")
    page = render_map(sample(), basemap=basemap(), tiles=tiles)
    assert policy_of(page)["img-src"] == ["data:", "https://*.tile.example"]
    assert block(page, "geomap_page")["tiles"]["name"] == "Streets"


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
