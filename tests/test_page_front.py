"""Lines of contact on the page: by date, switched, with evidence; what moved in a window."""

from __future__ import annotations

from typing import Any

import pytest
from browsing import PHONE
from map_samples import HOSTILE, hostile, sample, sample_front
from page_html import front_page, sample_page

from geomap.output.basemap import BasemapData
from geomap.output.map import render_map

pytestmark = pytest.mark.browser
D1, D2, LINE2, D3 = "2023-03-12", "2023-03-14", "2023-03-15", "2023-03-16"
# Where the line that is drawn stands: its easting; null when none is.
EASTING = """() => { const p = geomap.front.pieces()[0];
  return p ? Math.round(geomap.lonOf(p.shape.parts[0][0][0]) * 1000) / 1000 : null; }"""
LAYERS = ("contact", "band", "control", "movement", "seeds")
# Places that lie in the ground of the east, of the west, in the band, and in what was gained.
EAST, WEST, BAND, GAINED = (48.0, 38.9), (49.5, 36.6), (48.0, 37.45), (49.6, 37.7)


@pytest.mark.parametrize(("day", "x"), [
    (D1, 37.9), ("2023-03-13", 37.9), (D2, 37.9), (LINE2, 37.4), (D3, 37.4), (None, 37.4),
])  # fmt: skip
def test_each_date_has_its_line_or_the_latest_before(show: Any, day: str | None, x: float) -> None:
    opened = show(front_page())
    if day:
        opened.page.mouse.click(*opened.day_xy(day))
    opened.settle()
    assert opened.page.evaluate(EASTING) == x
    told = opened.text("#gm-front")
    assert f"Line of {'12' if x == 37.9 else '15'} Mar 2023" in told
    assert ("the latest before" in told) == (day in ("2023-03-13", D2, D3))
    assert "supported by reports: 60 km (33 %)" in told


def test_movement_is_counted_over_the_window_shown(show: Any) -> None:
    opened = show(front_page())

    def gained() -> bool:
        opened.settle()
        return "gained by Russia since 12 Mar 2023: " in opened.text("#gm-front")

    assert gained()  # all dates
    opened.drag(opened.day_xy(D1), opened.day_xy(D2))
    assert not gained()  # one line holds all through it
    opened.drag_handle("to", LINE2)
    assert gained()
    opened.drag_handle("from", LINE2)
    # One day: what moved since the line before it.
    assert opened.now().startswith("Wed 15 Mar")
    opened.page.locator("#gm-mode-day").click()
    assert gained()
    opened.page.mouse.click(*opened.day_xy(D1))
    assert not gained()
    opened.page.locator("#gm-mode-upto").click()
    assert not gained()
    opened.page.mouse.click(*opened.day_xy(D3))
    assert gained()


def test_before_the_first_line_there_is_none(show: Any) -> None:
    late = sample_front()
    late["dates"] = late["dates"][1:]
    opened = show(render_map(sample(), basemap=BasemapData(), front=late))
    opened.page.mouse.click(*opened.day_xy(D2))
    opened.settle()
    assert opened.page.evaluate(EASTING) is None
    assert "No line of this date or before" in opened.text("#gm-front")
    assert opened.pixels("gm-ground", [EAST, WEST]) == [[0, 0, 0, 0]] * 2
    opened.page.mouse.click(*opened.day_xy(D3))
    assert opened.pixels("gm-ground", [EAST])[0][3] > 0
    assert opened.page.evaluate(EASTING) == 37.4


def test_a_line_without_a_date_holds_all_the_time(show: Any) -> None:
    given = sample_front()
    given["dates"] = [given["dates"][0] | {"date": None}]
    opened = show(render_map(sample(), basemap=BasemapData(), front=given))
    for day in (D1, D3):
        opened.page.mouse.click(*opened.day_xy(day))
        opened.settle()
        assert opened.page.evaluate(EASTING) == 37.9
        assert "Undated line" in opened.text("#gm-front")


def test_all_of_it_is_drawn_and_can_be_switched(show: Any) -> None:
    opened = show(front_page())
    assert not opened.page.locator("#gm-layer-regions").is_checked()  # they would lie over it
    opened.view(48.7, 37.6, 7)
    pane = {layer: "gm-marks" if layer == "seeds" else "gm-ground" for layer in LAYERS}
    for layer in LAYERS:
        whole = opened.picture(pane[layer])
        opened.switch(layer, False)
        assert opened.picture(pane[layer]) != whole, layer
        opened.switch(layer, True)
        assert opened.picture(pane[layer]) == whole, layer
    for layer in LAYERS:
        opened.switch(layer, False)
    assert opened.painted("gm-ground") == 0
    counts = {
        layer: opened.text(f"label[for=gm-layer-{layer}] .gm-count")
        for layer in (*LAYERS, "references")
    }
    assert counts == {"contact": "2", "band": "2", "control": "2", "movement": "1", "seeds": "1",
                      "references": "1"}  # fmt: skip


def test_reference_lines_of_the_other_dates(show: Any) -> None:
    opened = show(front_page())
    opened.view(49.0, 37.6, 8)
    on_the_first = [(49.65 - n * 0.002, 37.9) for n in range(40)]  # dotted: some of it is ink

    def ink() -> int:
        return sum(p[3] > 120 for p in opened.pixels("gm-ground", on_the_first))

    opened.switch("movement", False)
    opened.switch("control", False)
    assert ink() == 0
    opened.switch("references", True)
    assert ink() > 5
    opened.page.mouse.click(*opened.day_xy(D1))
    opened.settle()
    assert opened.page.evaluate(EASTING) == 37.9
    # In a window that holds one line only there is no other.
    opened.drag(opened.day_xy(D1), opened.day_xy(D2))
    opened.switch("contact", False)
    assert ink() == 0


def test_ground_is_painted_in_the_parties_colours(show: Any) -> None:
    opened = show(front_page())
    opened.page.mouse.click(*opened.day_xy(LINE2))
    opened.view(48.7, 37.6, 7.5)
    opened.switch("movement", False)
    east, west, band = opened.pixels("gm-ground", [EAST, WEST, BAND])
    assert east[0] > east[2]
    assert west[2] > west[0]
    assert 0 < east[3] < 60
    assert band[3] > east[3]
    # What was gained is hatched in the gainer's colour.
    opened.switch("control", False)
    opened.switch("movement", True)
    field = [(49.6 + n * 0.004, 37.62 + m * 0.004) for n in range(12) for m in range(12)]
    inks = [p for p in opened.pixels("gm-ground", field)]
    assert len({p[3] for p in inks}) > 2  # lines, not one tone
    assert all(p[0] > p[2] for p in inks)
    assert opened.pixels("gm-ground", [EAST, WEST]) == [[0, 0, 0, 0]] * 2


def test_less_sure_stretches_are_fainter(show: Any) -> None:
    opened = show(front_page())
    told = opened.page.evaluate(
        "geomap.front.pieces().map(p => [p.piece.status, geomap.front.styleOf(p.piece.status)])"
    )
    dashes = {status: style["dash"] for status, style in told}
    assert dashes == {"supported": [], "prior": [9, 6], "unsupported": [1, 5]}
    opened.view(48.7, 37.4, 8)
    for layer in ("band", "control", "movement", "seeds"):
        opened.switch(layer, False)

    def ink(south: float) -> float:
        column = [(south + n * 0.004, 37.4) for n in range(60)]
        return sum(p[3] for p in opened.pixels("gm-ground", column))

    assert ink(49.3) > ink(48.6) > ink(47.8) > 0


def test_a_click_on_the_line_tells_its_evidence_as_text(show: Any) -> None:
    opened = show(front_page())
    opened.view(49.5, 37.4, 9)
    opened.point_at(*opened.spot_xy(49.5, 37.4))
    assert opened.text(".gm-tip") == "Line of contact, 15 Mar 2023: supported by reports"
    opened.page.mouse.click(*opened.spot_xy(49.5, 37.4))
    body = opened.page.locator("#gm-panel-body")
    assert body.locator("h2").inner_text() == "Line of contact, 15 Mar 2023"
    assert body.locator(".gm-card").count() == 2
    assert body.locator(".gm-sentence").first.text_content() == HOSTILE
    words = body.inner_text()
    assert "<b>Siversk</b>" in words
    assert body.locator("a").count() == 0  # no javascript: address
    assert "a band 4 km wide (80 %)" in words
    assert "high confidence, 0.90" in words
    assert words.count("Other evidence contradicts it.") == 1
    opened.page.keyboard.press("Escape")
    assert opened.page.locator("#gm-panel").is_hidden()
    # Off the line there is none of it.
    opened.page.mouse.click(*opened.spot_xy(49.5, 37.25))
    assert opened.page.locator("#gm-panel").is_hidden()


def test_seed_towns_say_what_they_are(show: Any) -> None:
    opened = show(front_page())
    opened.view(48.85, 37.6, 9)
    opened.point_at(*opened.spot_xy(48.85, 37.6))
    assert opened.text(".gm-tip") == "Seed town Sloviansk"
    opened.page.mouse.click(*opened.spot_xy(48.85, 37.6))
    told = opened.text("#gm-panel")
    for part in ("Seed town", "Sloviansk", "held by Ukraine since 1 May 2022", "as of 1 Jan 2023",
                 "declared, not read"):  # fmt: skip
        assert part in told
    assert HOSTILE in opened.page.locator("#gm-panel").text_content()


def test_stretches_are_in_the_list_for_the_keyboard(show: Any) -> None:
    opened = show(front_page())
    rows = opened.tab("places").locator(".gm-row", has_text="Line of contact")
    assert rows.count() == 3
    rows.first.press("Enter")
    assert opened.text("#gm-panel h2") == "Line of contact, 15 Mar 2023"
    assert "supported by reports" in opened.text("#gm-panel")


def test_much_evidence_comes_in_pages(show: Any) -> None:
    opened = show(render_map(hostile(), basemap=BasemapData(), front=sample_front(60)))
    opened.tab("places").locator(".gm-row", has_text="Line of contact").first.click()
    cards = opened.page.locator("#gm-panel .gm-card")
    assert cards.count() == 25
    opened.page.locator("#gm-panel .gm-more").click()
    assert cards.count() == 50
    assert opened.text("#gm-panel .gm-more") == "Show 10 more of 10"


def test_a_line_without_reports(show: Any) -> None:
    opened = show(render_map({"features": []}, basemap=BasemapData(), front=sample_front()))
    assert opened.page.locator("#gm-empty").is_hidden()
    assert opened.page.evaluate(EASTING) == 37.4
    opened.page.locator("#gm-next").click()
    opened.settle()
    assert opened.page.evaluate(EASTING) == 37.9
    opened.page.locator("#gm-next").click()
    opened.settle()
    assert opened.page.evaluate(EASTING) == 37.4
    # The day's reports are those that the line's evidence names.
    assert "15 Mar 2023" in opened.now()


def test_a_map_without_a_line_says_nothing_of_one(show: Any) -> None:
    opened = show(sample_page())
    assert opened.page.locator("#gm-front").count() == 0
    for layer in (*LAYERS, "references"):
        assert opened.page.locator(f"#gm-layer-{layer}").count() == 0
    assert "line of contact" not in opened.tab("legend").inner_text()


def test_the_legend_tells_the_lines(show: Any) -> None:
    words = show(front_page()).tab("legend").inner_text()
    for part in (
        "line of contact, supported by reports",
        "from an earlier line",
        "80 % probability",
        "held by Russia",
        "gained by Ukraine",
        "seed town",
        "lines of other dates",
    ):
        assert part in words


def test_on_a_phone(show: Any) -> None:
    opened = show(front_page(), PHONE, touch=True)
    opened.page.touchscreen.tap(*opened.spot_xy(49.6, 37.4))
    box = opened.page.locator("#gm-panel").bounding_box()
    assert box["x"] >= 0
    assert box["x"] + box["width"] <= 390
    assert opened.text("#gm-panel h2") == "Line of contact, 15 Mar 2023"
