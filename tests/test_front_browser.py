"""Lines of contact on the map in a real browser: by date, switched, with their evidence."""

from __future__ import annotations

from typing import Any

import pytest
from map_samples import HOSTILE, hostile, sample, sample_front

from geomap.output.basemap import BasemapData
from geomap.output.map import render_map

pytestmark = pytest.mark.browser

# For each kind of what is drawn, how many of its layers are on the map.
DRAWN = """() => {
  const g = window.geomap, on = {};
  Object.entries(g.front.state.layers).forEach(
    ([k, all]) => { on[k] = all.filter(l => g.map.hasLayer(l)).length; });
  return on;
}"""
# Where the line stands: its easting.
EASTING = """() => {
  const l = (window.geomap.front.state.layers.contact || []).find(l => l.geomapPiece);
  return l ? l.getLatLngs()[0][0].lng : null;
}"""


@pytest.fixture(scope="module")
def html() -> str:
    return render_map(sample(), basemap=BasemapData(), title="Front", front=sample_front())


def test_each_date_has_its_line_or_the_latest_before(show: Any, html: str) -> None:
    page = show(html).page
    dates = page.evaluate("window.geomap.state.order")
    assert dates == ["all", "2023-03-12", "2023-03-14", "2023-03-15", "2023-03-16", "undated"]
    for date, x in [
        ("all", 37.4), ("2023-03-12", 37.9), ("2023-03-14", 37.9), ("2023-03-15", 37.4),
        ("2023-03-16", 37.4), ("undated", None),
    ]:  # fmt: skip
        page.evaluate("d => { window.geomap.select(d); }", date)
        assert page.evaluate(EASTING) == x, date
        told = page.locator("#gm-front-rows").inner_text()
        if x is None:
            assert "No line of this date or before" in told
            continue
        assert f"Line of {'12' if x == 37.9 else '15'} Mar 2023" in told
        assert ("latest before" in told) == (date in ("2023-03-14", "2023-03-16"))
        assert ("gained by Russia since 12 Mar 2023: 1,235 km²" in told) == (x == 37.4)
        assert "33 %" in told


def test_all_of_it_is_drawn_and_can_be_switched(show: Any, html: str) -> None:
    page = show(html).page
    # A line and its white edge, but for the unsupported stretch, which has none.
    whole = {"contact": 5, "band": 1, "control": 2, "movement": 2, "seeds": 1}
    assert page.evaluate(DRAWN) == whole
    assert not page.locator("#gm-kind-regions").is_checked()  # they would lie over the line
    for kind, number in whole.items():
        page.locator(f"#gm-kind-{kind}").uncheck()
        assert page.evaluate(DRAWN) == whole | {kind: 0}
        page.locator(f"#gm-kind-{kind}").check()
        assert page.evaluate(DRAWN)[kind] == number
    styles = page.evaluate(
        """() => window.geomap.front.state.layers.contact.filter(l => l.geomapPiece)
          .map(l => [l.geomapPiece.status, l.options.dashArray, l.options.opacity])"""
    )
    assert [s[:2] for s in styles] == [
        ["supported", None], ["prior", "9 6"], ["unsupported", "1 5"],
    ]  # fmt: skip
    assert styles[0][2] > styles[1][2] > styles[2][2]  # fainter = less sure


def test_ground_is_painted_in_the_parties_colours(show: Any, html: str) -> None:
    page = show(html).page
    page.evaluate("() => { window.geomap.map.setView([48.7, 37.6], 8, {animate: false}); }")
    page.wait_for_timeout(200)
    colours = page.evaluate(
        """() => {
          const g = window.geomap, c = document.querySelector('.leaflet-gm-front-pane canvas');
          const all = c.getContext('2d').getImageData(0, 0, c.width, c.height).data;
          const box = c.getBoundingClientRect(), k = c.width / box.width;
          const m = g.map.getContainer().getBoundingClientRect();
          const at = (lat, lon) => {
            const p = g.map.latLngToContainerPoint([lat, lon]);
            const x = Math.round((p.x + m.x - box.x) * k), y = Math.round((p.y + m.y - box.y) * k);
            return [...all.slice(4 * (y * c.width + x), 4 * (y * c.width + x) + 4)];
          };
          return [at(48.7, 38.6), at(48.7, 36.6), at(48.7, 37.45)];
        }"""
    )
    east, west, band = colours
    assert east[0] > east[2]
    assert west[2] > west[0]
    assert 0 < east[3] < 60
    assert band[3] > east[3]


def test_a_click_on_the_line_tells_its_evidence_as_text(show: Any, html: str) -> None:
    page = show(html).page
    page.evaluate(
        """() => {
          const g = window.geomap;
          ['places', 'claims'].forEach(k => g.show(k, false));
          g.map.setView([49.5, 37.4], 9, {animate: false});
        }"""
    )
    x, y = page.evaluate(
        """() => {
          const g = window.geomap, p = g.map.latLngToContainerPoint([49.5, 37.4]);
          const box = g.map.getContainer().getBoundingClientRect();
          return [box.x + p.x, box.y + p.y];
        }"""
    )
    page.mouse.move(x - 20, y)
    page.wait_for_timeout(60)  # Leaflet looks at the mouse 30 times a second
    page.mouse.move(x, y)
    assert "supported by reports" in page.locator(".gm-tip").inner_text()
    page.mouse.click(x, y)
    popup = page.locator(".gm-popup")
    popup.wait_for()
    assert popup.locator("h2").inner_text() == "Line of contact, 15 Mar 2023"
    assert popup.locator(".gm-card").count() == 2
    assert popup.locator(".gm-sentence").first.text_content() == HOSTILE
    assert "<b>Siversk</b>" in popup.inner_text()
    assert popup.locator("a").count() == 0  # no javascript: address
    assert "a band 4 km wide" in popup.inner_text()
    assert popup.inner_text().count("Other evidence contradicts it.") == 1
    page.keyboard.press("Escape")
    assert popup.count() == 0


def test_seed_towns_say_what_they_are(show: Any, html: str) -> None:
    page = show(html).page
    page.evaluate("() => { window.geomap.front.state.layers.seeds[0].fire('click'); }")
    told = page.locator(".gm-popup").inner_text()
    for part in ("Seed town", "Sloviansk", "held by Ukraine since 1 May 2022", "as of 1 Jan 2023"):
        assert part in told
    assert HOSTILE[:40] in page.locator(".gm-seed").text_content()


def test_stretches_are_in_the_list_for_the_keyboard(show: Any, html: str) -> None:
    page = show(html).page
    page.locator("#gm-list > summary").click()
    rows = page.locator("#gm-list-rows .gm-row", has_text="Line of contact")
    rows.first.wait_for()  # the list is filled when the browser tells that it was opened: later
    assert rows.count() == 3
    rows.first.press("Enter")
    assert page.locator(".gm-popup h2").inner_text() == "Line of contact, 15 Mar 2023"


def test_much_evidence_comes_in_pages(show: Any) -> None:
    page = show(render_map(hostile(), basemap=BasemapData(), front=sample_front(60))).page
    page.evaluate("() => { window.geomap.front.rows()[0].open(); }")
    assert page.locator(".gm-popup .gm-card").count() == 25
    page.locator(".gm-popup .gm-more").click()
    assert page.locator(".gm-popup .gm-card").count() == 50
    assert page.locator(".gm-popup .gm-more").inner_text() == "Show 10 more"


def test_a_line_without_reports_and_a_map_without_a_line(show: Any) -> None:
    page = show(render_map({"features": []}, basemap=BasemapData(), front=sample_front())).page
    assert page.locator("#gm-empty").is_hidden()
    assert page.evaluate(EASTING) == 37.4
    page = show(render_map(sample(), basemap=BasemapData())).page
    assert page.locator("#gm-front").is_hidden()
    assert page.locator("#gm-kind-band").count() == 0
    assert page.evaluate(DRAWN) == {}


def test_on_a_phone(show: Any, html: str) -> None:
    page = show(html, (390, 844), touch=True).page
    page.evaluate("() => { window.geomap.front.rows()[0].open(); }")
    page.wait_for_timeout(400)  # the map moves until the popup is on the screen
    box = page.locator(".leaflet-popup").bounding_box()
    assert box["x"] >= 0
    assert box["x"] + box["width"] <= 390
