"""The map in a real browser with the network cut: what a reader sees and can do."""

from __future__ import annotations

from typing import Any

import pytest
import shapely
from map_samples import HOSTILE, PLACES, hostile, many, sample

from geomap.output.basemap import BasemapData, basemap_for, bounds_of
from geomap.output.map import TileSource, render_map

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def basemap() -> BasemapData:
    areas = [
        ("West", "country", shapely.box(20, 45, 30, 55)),
        ("Middle", "country", shapely.box(30, 45, 40, 55)),
        ("East", "country", shapely.box(40, 45, 50, 55)),
        ("South Province", "admin1", shapely.box(30, 45, 40, 48.3)),
        ("North Province", "admin1", shapely.box(30, 48.3, 40, 55)),
    ]
    towns = [(n, lat, lon, pop) for n, (lon, lat, _, _, pop) in PLACES.items()]
    return basemap_for(bounds_of(sample()), areas, towns)


@pytest.fixture(scope="module")
def html(basemap: BasemapData) -> str:
    return render_map(sample(), basemap=basemap, title="Eastern front")


def expected(date: str | None, *, government: bool = False) -> set[str]:
    return {
        f["id"]
        for f in sample()["features"]
        if f["properties"]["date"] == date
        and f["geometry"]
        and (government or f["properties"].get("kind") != "associative")
    }


def test_opens_with_no_message_and_no_request(show: Any, html: str) -> None:
    page = show(html).page
    assert page.title() == "Eastern front"
    assert page.locator("h1").inner_text() == "Eastern front"
    assert "4 reports" in page.locator("#gm-summary").inner_text()
    assert "12 Mar 2023 – 16 Mar 2023" in page.locator("#gm-summary").inner_text()
    assert page.locator(".leaflet-control-scale-line").count() == 2
    assert "GeoNames" in page.locator("#gm-attribution").inner_text()
    assert page.locator("svg").count() == 0  # no flag
    page.wait_for_timeout(300)


def test_symbols_are_painted(show: Any, html: str) -> None:
    page = show(html).page
    page.wait_for_timeout(200)
    painted = page.evaluate(
        """() => [...document.querySelectorAll('.leaflet-pane canvas')].map(c =>
          c.getContext('2d').getImageData(0, 0, c.width, c.height).data
            .reduce((n, v, i) => n + (i % 4 === 3 && v > 0 ? 1 : 0), 0))"""
    )
    assert len(painted) == 3
    assert min(painted) > 2000


@pytest.mark.parametrize("zoom", [4, 7, 10, 12])
def test_names_are_written_at_every_zoom(show: Any, html: str, zoom: int) -> None:
    page = show(html).page
    page.evaluate("z => geomap.map.setView([48.6, 38.0], z, {animate: false})", zoom)
    page.wait_for_timeout(100)
    assert page.evaluate(
        """() => {
          const c = document.querySelector('.gm-labels');
          return c.getContext('2d').getImageData(0, 0, c.width, c.height).data.some(v => v);
        }"""
    )


@pytest.mark.parametrize(
    ("date", "key"),
    [
        ("2023-03-12", "2023-03-12"),
        ("2023-03-14", "2023-03-14"),
        ("2023-03-16", "2023-03-16"),
        ("undated", None),
    ],
)
def test_each_date_can_be_switched_on(show: Any, html: str, date: str, key: str | None) -> None:
    opened = show(html)
    opened.page.locator(f"label[for='gm-date-{date}']").click()
    dates = ["2023-03-12", "2023-03-14", "2023-03-16", "undated"]
    for other in dates:
        assert opened.ids(other) == (expected(key) if other == date else set())
    assert opened.page.locator(f"#gm-date-{date}").is_checked()
    said = opened.page.locator("#gm-now").inner_text()
    assert "1 report" in said
    assert ("Undated" in said) == (date == "undated")
    opened.page.locator("label[for='gm-date-all']").click()
    assert set().union(*map(opened.ids, dates)) == set().union(
        *map(expected, ["2023-03-12", "2023-03-14", "2023-03-16", None])
    )


def test_select_is_there_for_scripts(show: Any, html: str) -> None:
    opened = show(html)
    assert opened.page.evaluate("geomap.select('2023-03-16')") is True
    assert opened.ids("2023-03-16") == expected("2023-03-16")
    assert opened.page.evaluate("geomap.select('1999-01-01')") is False
    assert opened.ids("2023-03-16") == expected("2023-03-16")


def test_kinds_can_be_switched(show: Any, html: str) -> None:
    opened = show(html)
    opened.page.evaluate("geomap.select('2023-03-14')")
    opened.page.locator("#gm-kind-government").check()
    assert opened.ids("2023-03-14") == expected("2023-03-14", government=True)
    for kind in ("government", "places", "regions"):
        opened.page.locator(f"#gm-kind-{kind}").uncheck()
    claims = {f["id"] for f in sample()["features"] if f["properties"]["layer"] == "claim"}
    assert opened.ids("2023-03-14") == claims & expected("2023-03-14")


def test_click_opens_the_sentence_with_its_mention_marked(show: Any, html: str) -> None:
    opened = show(html)
    opened.click_mark("places", "Kreminna")
    popup = opened.page.locator(".gm-popup")
    assert popup.locator("h2").inner_text() == "Kreminna"
    assert popup.locator("mark").inner_text() == "Kreminna"
    assert (
        popup.locator(".gm-sentence").inner_text()
        == "\U0001f525 Near Kreminna, north of Bakhmut, soldiers were repelling attacks."
    )
    words = popup.inner_text()
    for part in ("Luhansk Oblast, Ukraine", "high confidence, 0.90", "Eastern Desk", "14 Mar 2023"):
        assert part in words
    assert "Mon 13 Mar 2023" in words  # the day of the event
    link = popup.locator("a")
    assert link.get_attribute("href") == "https://news.example/report"
    assert link.get_attribute("rel") == "noopener noreferrer"
    popup.locator("summary").click()
    assert "the only settlement of this name" in popup.inner_text()


def test_mentions_of_one_place_are_one_mark(show: Any, html: str) -> None:
    opened = show(html)
    opened.page.evaluate("geomap.select('2023-03-14')")
    marks = "geomap.state.marks.filter(m => m.name === 'Bakhmut' && m.kind === 'places')"
    assert opened.page.evaluate(f"{marks}.map(m => [m.date, m.features.length])") == [
        ["2023-03-12", 1],
        ["2023-03-14", 9],
    ]
    opened.click_mark("places", "Bakhmut")
    assert opened.page.locator(".gm-card").count() == 9
    assert set(opened.page.locator(".gm-card mark").all_inner_texts()) == {"Bakhmut"}


def test_all_dates_stack_one_place_newest_first(show: Any, html: str) -> None:
    opened = show(html)
    opened.click_mark("places", "Bakhmut")
    cards = opened.page.locator(".gm-card").all_inner_texts()
    assert len(cards) == 10
    assert "14 Mar 2023" in cards[0]
    assert "12 Mar 2023" in cards[-1]


def test_claims_read_as_sentences(show: Any, html: str) -> None:
    opened = show(html)
    opened.page.evaluate("geomap.select('2023-03-14')")
    said = []
    for actor in ("Russia", "Ukraine"):
        opened.page.evaluate(
            """(actor) => geomap.open(geomap.state.marks.find(m => m.kind === 'claims'
              && m.name === 'Bakhmut' && m.features[0].actor === actor))""",
            actor,
        )
        said.append(opened.page.locator(".gm-claim").inner_text())
    assert said == [
        "Russia captured the east of Bakhmut",
        "Ukraine did not withdraw from Bakhmut – said by The Ukrainian military",
    ]
    opened.page.keyboard.press("Escape")
    opened.click_mark("claims", "Kreminna")
    assert (
        opened.page.locator(".gm-claim").inner_text()
        == "Ukraine repelled an attack near Kreminna – said by Ukrainian soldiers"
    )
    swatch = opened.page.locator(".gm-swatch")
    assert swatch.evaluate("e => getComputedStyle(e).backgroundColor") == "rgb(43, 108, 176)"


def test_region_of_a_hint_can_be_clicked(show: Any, html: str) -> None:
    opened = show(html)
    opened.page.evaluate("geomap.select('2023-03-14')")
    x, y = opened.page.evaluate(
        """() => {
          const box = geomap.map.getContainer().getBoundingClientRect();
          const p = geomap.map.latLngToContainerPoint([48.8, 37.85]);
          return [box.x + p.x, box.y + p.y];
        }"""
    )
    opened.page.mouse.click(x, y)
    popup = opened.page.locator(".gm-popup")
    assert popup.locator("mark").inner_text() == "north of Bakhmut"
    assert "Measured from" in popup.inner_text()
    assert "low confidence, 0.45" in popup.inner_text()


def test_coarse_places_are_no_pins(show: Any, html: str) -> None:
    page = show(html).page
    shapes = page.evaluate(
        """() => Object.fromEntries(geomap.state.marks.filter(m => m.kind === 'places')
          .map(m => [m.name, [m.glyph.options.shape, m.glyph.options.hollow, !!m.shape]]))"""
    )
    assert shapes["Ukraine"] == ["diamond", True, False]
    assert shapes["Donetsk Oblast"] == ["diamond", True, False]
    assert shapes["Yampolivka"] == ["circle", True, True]
    assert shapes["Kreminna"] == ["circle", False, False]


def test_what_was_not_placed_is_listed_with_reasons(show: Any, html: str) -> None:
    page = show(html).page
    summary = page.locator("#gm-refused summary")
    assert summary.inner_text() == "2 names not placed"
    summary.click()
    page.locator(".gm-refusal").first.wait_for()
    assert "41 places of this name" in page.locator("#gm-refused-rows").inner_text()


def test_hostile_report_runs_nothing_and_reads_as_written(show: Any, basemap: BasemapData) -> None:
    opened = show(render_map(hostile(), basemap=basemap, title=HOSTILE, attribution=HOSTILE))
    page = opened.page
    opened.click_mark("places", "<svg onload=window.pwned=4>Siversk")
    popup = page.locator(".gm-popup")
    assert popup.locator(".gm-sentence").text_content() == HOSTILE
    assert popup.locator("mark").inner_text() == "Siversk"
    assert popup.locator("a").count() == 0  # javascript: is no link
    assert "javascript:window.pwned=3" in popup.inner_text()
    popup.locator("summary").click()
    assert "<img src=x onerror=alert(5)>" in popup.inner_text()
    assert "<iframe src=//evil.example>, </ul>" in popup.inner_text()
    assert page.locator("h1").text_content() == HOSTILE
    assert HOSTILE in (page.locator("#gm-attribution").text_content() or "")
    assert page.locator("img, iframe, svg, b, u, i:not(.gm-bar):not(.gm-meter i)").count() == 0
    opened.click_mark("claims", "<u>Siversk</u>")
    assert "__proto__ did not" in page.locator(".gm-claim").inner_text()
    assert "constructor" in page.locator(".gm-claim").inner_text()
    # A right-to-left override stays within its own words.
    isolated = page.locator(".gm-sentence").evaluate("e => getComputedStyle(e).unicodeBidi")
    assert isolated == "isolate"
    page.wait_for_timeout(200)


def test_keyboard_alone(show: Any, html: str) -> None:
    page = show(html).page
    page.locator("#gm-next").focus()
    page.keyboard.press("Enter")
    assert page.evaluate("geomap.state.selected") == "2023-03-12"
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowRight")
    assert page.evaluate("geomap.state.selected") == "2023-03-16"
    page.keyboard.press("ArrowLeft")
    assert page.evaluate("geomap.state.selected") == "2023-03-14"
    page.locator("#gm-date-2023-03-14").focus()
    page.keyboard.press("ArrowDown")
    assert page.evaluate("geomap.state.selected") == "2023-03-16"
    page.locator("#gm-list summary").focus()
    page.keyboard.press("Enter")
    page.locator(".gm-row").first.wait_for()
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.locator(".gm-popup").wait_for()
    assert page.locator(".gm-popup h2").inner_text() in {"Avdiivka", "Kupiansk"}
    page.keyboard.press("Escape")
    page.locator(".gm-popup").wait_for(state="detached")
    page.locator("#gm-toggle").focus()
    page.keyboard.press("Space")
    assert page.locator("#gm-toggle").get_attribute("aria-expanded") == "false"
    assert not page.locator("#gm-panel-body").is_visible()


def test_every_control_has_a_name(show: Any, html: str) -> None:
    page = show(html).page
    nameless = page.evaluate(
        """() => [...document.querySelectorAll('button, input, a, summary')].filter(e =>
          !(e.getAttribute('aria-label') || e.title || e.textContent.trim()
            || (e.labels && e.labels.length && e.labels[0].textContent.trim())))
          .map(e => e.outerHTML)"""
    )
    assert nameless == []


def test_phone(show: Any, html: str) -> None:
    opened = show(html, (390, 844), touch=True)
    page = opened.page
    assert page.evaluate("document.documentElement.scrollWidth") == 390
    assert not page.locator("#gm-panel-body").is_visible()
    page.locator("#gm-next").tap()
    assert opened.ids("2023-03-12") == expected("2023-03-12")
    page.locator("#gm-toggle").tap()
    assert page.locator("#gm-panel-body").is_visible()
    page.locator("label[for='gm-date-2023-03-14']").tap()
    page.locator("#gm-toggle").tap()
    opened.click_mark("places", "Kreminna")
    page.wait_for_timeout(400)
    box = page.locator(".leaflet-popup-content-wrapper").bounding_box()
    assert box["x"] >= 0
    assert box["x"] + box["width"] <= 390


def test_nothing_to_show_is_said(show: Any, basemap: BasemapData) -> None:
    page = show(render_map({"features": []}, basemap=basemap)).page
    assert page.locator("#gm-empty").is_visible()
    assert page.locator("#gm-next").is_disabled()


def test_tiles_are_asked_for_only_when_switched_on(show: Any, basemap: BasemapData) -> None:
    tiles = TileSource("https://{s}.tile.example/{z}/{x}/{y}.png", "(c) <b>Tiles</b>", "Streets")
    opened = show(render_map(sample(), basemap=basemap, tiles=tiles))
    opened.page.wait_for_timeout(200)
    assert opened.requests == []
    with opened.page.expect_request("https://*.tile.example/**"):
        opened.page.locator("#gm-tiles").check()
    opened.page.wait_for_timeout(100)
    assert "(c) <b>Tiles</b>" in opened.page.locator("#gm-attribution").inner_text()
    opened.page.locator("#gm-tiles").uncheck()
    opened.page.wait_for_timeout(100)
    assert opened.requests
    opened.requests.clear()
    opened.messages[:] = [m for m in opened.messages if "ERR_" not in m]


def test_thousands_of_mentions_open_and_step(show: Any, basemap: BasemapData) -> None:
    opened = show(render_map(many(3000), basemap=basemap))
    page = opened.page
    assert "300 reports" in page.locator("#gm-summary").inner_text()
    page.evaluate("geomap.select('2023-04-07')")
    assert len(opened.ids("2023-04-07")) == 100
    page.locator("#gm-next").click()
    assert opened.ids("2023-04-07") == set()
    assert len(opened.ids("2023-04-08")) == 100


def test_print_hides_the_controls(show: Any, html: str) -> None:
    page = show(html).page
    page.emulate_media(media="print")
    assert not page.locator("#gm-panel").is_visible()
    assert not page.locator(".leaflet-control-zoom").is_visible()
    assert page.locator("h1").is_visible()
    assert page.locator("#gm-attribution").is_visible()
