"""The layers of the map: each switched, each counted, filtered by party, action and confidence."""

from __future__ import annotations

from typing import Any

import pytest
from map_samples import feature, many, mention, point, sample
from page_html import DAYS, basemap, claims, places, sample_page, shown

from geomap.output.basemap import BasemapData
from geomap.output.map import TileSource, render_map

pytestmark = pytest.mark.browser
D1, D2, D3 = DAYS


def count_of(opened: Any, switch: str) -> str:
    return opened.text(f"label[for='{switch}'] .gm-count")


def test_symbols_are_painted(show: Any) -> None:
    opened = show(sample_page())
    for pane in ("gm-base", "gm-ground", "gm-marks", "gm-names"):
        assert opened.painted(pane) > 2000, pane


def test_names_are_written_at_every_zoom(show: Any) -> None:
    opened = show(sample_page())
    for zoom in (4, 7, 10, 12):
        opened.view(48.6, 38.0, zoom)
        assert opened.painted("gm-names") > 100, zoom


def test_each_kind_is_switched_and_keeps_its_count(show: Any) -> None:
    opened = show(sample_page())
    total = {"places": sum(places().values()), "claims": sum(claims().values()), "regions": 3}
    for kind, number in total.items():
        assert count_of(opened, f"gm-layer-{kind}") == str(number)
        opened.switch(kind, False)
        assert count_of(opened, f"gm-layer-{kind}") == str(number)
        assert opened.counts("places") == ({} if kind == "places" else places())
        assert opened.counts("claims") == ({} if kind == "claims" else claims())
        assert opened.page.evaluate("geomap.regions.shown().length") == (kind != "regions") * 3
        opened.switch(kind, True)
        assert opened.counts(kind) == {"places": places(), "claims": claims()}.get(kind, {})


def test_what_is_switched_off_cannot_be_clicked(show: Any) -> None:
    opened = show(sample_page())
    x, y = opened.mark_xy("places", "Kupiansk")
    opened.switch("places", False)
    opened.page.mouse.click(x, y)
    assert opened.page.locator("#gm-panel").is_hidden()
    opened.switch("places", True)
    opened.page.mouse.click(x, y)
    assert opened.page.locator("#gm-panel h2").inner_text() == "Kupiansk"


def test_governments_are_shown_when_asked_for(show: Any) -> None:
    opened = show(sample_page())
    assert opened.counts("government") == {}
    assert not opened.page.locator("#gm-layer-government").is_checked()
    opened.switch("government", True)
    assert opened.counts("government") == shown("mention", kind="associative")
    assert opened.page.locator("#gm-layer-demonym").count() == 0  # the file holds none


def test_peoples_are_a_layer_of_their_own(show: Any) -> None:
    people = feature("mention", D2, point(37.6, 55.7), name="Russians", text="Russians",
                     kind="demonym", status="resolved", confidence=0.9)  # fmt: skip
    opened = show(render_map({"features": [people]}, basemap=BasemapData()))
    assert opened.counts("demonym") == {}
    opened.switch("demonym", True)
    assert opened.counts("demonym") == {"Russians": 1}


def test_counts_follow_the_time(show: Any) -> None:
    opened = show(sample_page())
    opened.page.mouse.click(*opened.day_xy(D1))
    opened.settle()
    assert count_of(opened, "gm-layer-places") == str(sum(places(D1).values()))
    assert count_of(opened, "gm-layer-claims") == "1"
    assert count_of(opened, "gm-layer-regions") == "0"


def test_a_party_is_filtered(show: Any) -> None:
    opened = show(sample_page())
    party = opened.page.locator(".gm-choice", has_text="Russia")
    assert party.locator(".gm-count").inner_text() == "2"
    swatch = party.locator(".gm-swatch")
    assert swatch.evaluate("e => getComputedStyle(e).backgroundColor") == "rgb(181, 86, 47)"
    party.locator("input").uncheck()
    opened.settle()
    assert opened.counts("claims") == claims(actor="Ukraine")
    assert opened.counts() == places()
    assert party.locator(".gm-count").inner_text() == "2"
    party.locator("input").check()
    assert opened.counts("claims") == claims()


def test_an_action_is_filtered(show: Any) -> None:
    opened = show(sample_page())
    opened.page.locator("#gm-actions summary").click()
    choices = opened.page.locator("#gm-actions .gm-choice")
    assert choices.locator(".gm-text").all_inner_texts() == [
        "captured", "repelled attack", "shelled", "withdrawn",
    ]  # fmt: skip
    choices.filter(has_text="shelled").locator("input").uncheck()
    opened.settle()
    assert opened.counts("claims") == claims(D2)
    choices.filter(has_text="captured").locator("input").uncheck()
    assert opened.counts("claims") == {"Bakhmut": 1, "Kreminna": 1}


def test_what_is_less_sure_can_be_left_out(show: Any) -> None:
    opened = show(sample_page())
    for least in ("0.8", "0.5"):
        opened.page.locator("#gm-least").select_option(least)
        opened.settle()
        sure = {
            f["properties"]["name"]
            for f in sample()["features"]
            if f["properties"]["layer"] == "mention"
            and f["geometry"]
            and f["properties"]["kind"] == "literal"
            and f["properties"]["confidence"] >= float(least)
        }
        assert set(opened.counts()) == sure
        assert len(sure) < len(places())
        regions = opened.page.evaluate("geomap.regions.shown().length")
        assert regions == {"0.8": 0, "0.5": 1}[least]
    opened.page.locator("#gm-least").select_option("0")
    assert opened.counts() == places()


def test_doubt_is_seen(show: Any) -> None:
    opened = show(sample_page())
    opened.view(48.5, 37.8, 9)
    looks = opened.page.evaluate(
        """() => Object.fromEntries(geomap.marks.shown().filter(m => m.kind === 'places')
          .map(m => [geomap.data.spots.name[m.spot], [m.shape, !!m.hollow, m.confidence]]))"""
    )
    assert looks["Donetsk Oblast"][:2] == ["diamond", True]  # a province is no point
    assert looks["Yampolivka"][:2] == ["circle", True]
    assert looks["Marinka"] == ["circle", False, 0.64]

    def alpha(name: str) -> int:
        """Return how much ink the middle of a symbol has, as its difference from the ground."""
        lat, lon = opened.page.evaluate(
            "n => { const m = geomap.marks.shown().find(m => geomap.data.spots.name[m.spot] === n"
            " && m.kind === 'places'); return [m.lat, m.lon]; }",
            name,
        )
        (rgba,) = opened.pixels("gm-marks", [(lat, lon)])
        return 3 * 255 - sum(rgba[:3])

    assert alpha("Vuhledar") > alpha("Marinka") > alpha("Chasiv Yar")  # 0.9, 0.64, 0.41


def test_several_sources_are_told_from_a_single_one(show: Any) -> None:
    opened = show(sample_page())
    several = opened.page.evaluate(
        """() => geomap.marks.shown().filter(m => m.several)
          .map(m => geomap.data.spots.name[m.spot] + ' ' + m.kind)"""
    )
    assert "Bakhmut places" in several
    assert "Vuhledar places" not in several
    body = opened.click_mark("places", "Bakhmut")
    assert "2 sources" in body.inner_text()
    body = opened.click_mark("places", "Vuhledar")
    assert "Single source" in body.inner_text()


def test_claims_confirmed_denied_and_planned_look_different(show: Any) -> None:
    said = {
        name: feature("claim", D2, point(36 + n, 48.6), name=name, actor="Ukraine",
                      action="captured", modality=modality, negated=negated, confidence=0.9)
        for n, (name, modality, negated) in enumerate([
            ("Stated", "stated", False), ("Confirmed", "confirmed", False),
            ("Denied", "denied", False), ("Negated", "stated", True), ("Planned", "planned", False),
        ])
    }  # fmt: skip
    opened = show(render_map({"features": list(said.values())}, basemap=BasemapData()))
    looks = opened.page.evaluate(
        """() => Object.fromEntries(geomap.marks.shown().map(m => [geomap.data.spots.name[m.spot],
          ['confirmed', 'negated', 'planned'].filter(k => m[k])]))"""
    )
    assert looks == {"Stated": [], "Confirmed": ["confirmed"], "Denied": ["negated"],
                     "Negated": ["negated"], "Planned": ["planned"]}  # fmt: skip


def test_marks_too_close_are_one_and_part_when_nearer(show: Any) -> None:
    features = [
        mention(D2, "Bakhmut", "Bakhmut again.", article_id=f"a{n}", geonameid=n) for n in range(6)
    ]
    for n, item in enumerate(features):
        item["geometry"] = point(38 + n / 100, 48.6)
        item["properties"]["name"] = f"Place {n}"
    opened = show(render_map({"features": features}, basemap=BasemapData()))
    sizes = "geomap.marks.shown().map(m => m.count)"
    opened.view(48.6, 38.02, 5)
    assert opened.page.evaluate(sizes) == [6]
    opened.view(48.6, 38.02, 13)
    assert opened.page.evaluate(sizes) == [1] * 6


def test_every_report_is_in_some_mark(show: Any) -> None:
    opened = show(render_map(many(900), basemap=basemap()))
    for zoom in (4, 5, 7):
        opened.view(48.6, 37.8, zoom)
        counts = opened.page.evaluate("geomap.marks.shown().map(m => m.count)")
        assert sum(counts) == 900
        assert len(counts) < 300  # they stay readable


def test_what_was_not_placed_is_listed_with_reasons(show: Any) -> None:
    opened = show(sample_page())
    assert opened.text("#gm-tab-unplaced") == "Unplaced 2"
    page = opened.tab("unplaced")
    assert page.locator("strong").all_inner_texts() == ["the West", "Zelene"]
    assert "41 places of this name" in page.inner_text()
    page.locator("button").last.click()
    assert "Report" in opened.text("#gm-panel")
    opened.page.mouse.click(*opened.day_xy(D1))
    opened.settle()
    assert "was placed" in page.inner_text()
    assert opened.text("#gm-tab-unplaced") == "Unplaced 0"


def test_tiles_are_asked_for_only_when_switched_on(show: Any) -> None:
    tiles = TileSource("https://{s}.tile.example/{z}/{x}/{y}.png", "(c) <b>Tiles</b>", "Streets")
    opened = show(render_map(sample(), basemap=basemap(), tiles=tiles))
    assert opened.requests == []
    with opened.page.expect_request("https://*.tile.example/**"):
        opened.page.locator("#gm-tiles").check()
    opened.settle(200)
    assert "(c) <b>Tiles</b>" in opened.text("#gm-attribution")
    opened.page.locator("#gm-tiles").uncheck()
    opened.settle()
    asked = len(opened.requests)
    assert all(".tile.example/" in url for url in opened.requests)
    opened.view(48.0, 37.0, 9)
    assert len(opened.requests) == asked
    assert "Tiles" not in opened.text("#gm-attribution")
    opened.requests.clear()
    opened.messages[:] = [m for m in opened.messages if "ERR_" not in m]


def test_graticule(show: Any) -> None:
    opened = show(sample_page())
    before = opened.picture("gm-base")
    opened.page.locator("#gm-graticule").check()
    assert opened.picture("gm-base") != before
    opened.page.locator("#gm-graticule").uncheck()
    assert opened.picture("gm-base") == before


def test_light_and_dark(show: Any) -> None:
    opened = show(sample_page())
    ground = "getComputedStyle(document.body).backgroundColor"
    assert opened.page.evaluate(ground) == "rgb(255, 255, 255)"
    opened.page.locator("#gm-theme").select_option("dark")
    dark = opened.page.evaluate(ground)
    assert max(map(int, dark[4:-1].split(","))) < 60
    land = opened.pixels("gm-base", [(48.6, 37.6)])[0]
    assert max(land[:3]) < 80
    opened.page.locator("#gm-theme").select_option("")
    assert opened.page.evaluate(ground) == "rgb(255, 255, 255)"
    opened.page.emulate_media(color_scheme="dark")
    opened.settle()
    assert opened.page.evaluate(ground) == dark
    opened.page.emulate_media(color_scheme="light")


def test_scale_bar_and_whole_area(show: Any) -> None:
    opened = show(sample_page())
    scale = opened.page.locator(".leaflet-control-scale-line").all_inner_texts()
    assert [s.split()[1] for s in scale] == ["km", "mi"]
    before = opened.page.evaluate("geomap.map.getBounds().toBBoxString()")
    opened.view(10, 10, 4)
    opened.page.locator(".gm-home").click()
    opened.settle()
    assert opened.page.evaluate("geomap.map.getBounds().toBBoxString()") == before


def test_the_legend_explains_what_is_drawn(show: Any) -> None:
    opened = show(sample_page())
    words = opened.tab("legend").inner_text()
    for part in (
        "high confidence",
        "low confidence",
        "more than one source",
        "Russia",
        "confirmed, not only claimed",
        "denied",
        "nine tenths",
        "an area (country, province, district)",
    ):
        assert part in words
    assert "line of contact" not in words
    for sign in opened.page.locator("#gm-legend-rows canvas").all():
        assert sign.evaluate(
            "c => c.getContext('2d').getImageData(0, 0, c.width, c.height).data.some(v => v)"
        )
