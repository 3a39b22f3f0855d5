"""Printing: map, legend and date on one A4 page; afterwards the page is as it was."""

from __future__ import annotations

import re
import zlib
from typing import Any

import pytest
from page_html import DAYS, front_page, sample_page
from test_page_link import state

pytestmark = pytest.mark.browser
D1, D2, D3 = DAYS


def pages_of(pdf: bytes) -> list[tuple[float, float]]:
    """Return the size of each page of a PDF in points."""
    parts = [pdf]
    for stream in re.findall(rb"stream\r?\n(.*?)endstream", pdf, re.DOTALL):
        try:
            parts.append(zlib.decompress(stream.strip(b"\r\n")))
        except zlib.error:
            continue
    text = b"\n".join(parts)
    found = re.findall(rb"/Type\s*/Page\b(?!s).*?/MediaBox\s*\[([^\]]*)\]", text, re.DOTALL)
    boxes = [[float(n) for n in box.split()] for box in found]
    return [(b[2] - b[0], b[3] - b[1]) for b in boxes]


@pytest.mark.parametrize("page", ["sample", "front"])
@pytest.mark.parametrize("panel", [False, True], ids=["", "panel open"])
def test_one_page_a4_landscape(show: Any, page: str, panel: bool) -> None:
    opened = show(sample_page() if page == "sample" else front_page())
    if panel:
        opened.click_mark("places", "Kupiansk")
        opened.away()
    before = state(opened)
    pdf = opened.page.pdf(prefer_css_page_size=True, print_background=True)
    (size,) = pages_of(pdf)
    assert size == (pytest.approx(841.89, abs=1), pytest.approx(595.28, abs=1))
    assert len(pdf) > 20_000  # the map is on it
    opened.settle(200)
    assert state(opened) == before
    assert not opened.page.evaluate("document.body.classList.contains('gm-printing')")


def printing(opened: Any) -> None:
    opened.page.evaluate("() => { window.dispatchEvent(new Event('beforeprint')); }")
    opened.page.emulate_media(media="print")
    opened.settle()


def test_title_date_legend_and_sources_are_on_it(show: Any) -> None:
    opened = show(front_page(), scheme="dark")
    opened.page.mouse.click(*opened.day_xy(D2))
    opened.settle()
    printing(opened)
    text = opened.page.locator("body").inner_text()
    for part in (
        "Front",
        "Tue 14 Mar 2023",
        "1 report",
        "line of 12 Mar 2023",
        "high confidence",
        "supported by reports",
        "held by Russia",
        "80 % probability",
        "GeoNames",
    ):
        assert part in text, part
    for gone in ("#gm-side", ".gm-tools", "#gm-timeline", ".leaflet-control-zoom", "#gm-panel"):
        assert not opened.page.locator(gone).is_visible(), gone
    assert opened.page.locator(".leaflet-control-scale").is_visible()
    # Paper is white, whatever the screen is.
    assert opened.page.evaluate("getComputedStyle(document.body).backgroundColor") == (
        "rgb(255, 255, 255)"
    )
    assert max(opened.pixels("gm-names", [(0, 0)])[0] + [255]) == 255
    opened.page.emulate_media(media="screen")
    opened.page.evaluate("() => { window.dispatchEvent(new Event('afterprint')); }")
    opened.settle()
    assert opened.page.locator("#gm-timeline").is_visible()
    assert opened.page.evaluate("getComputedStyle(document.body).backgroundColor") != (
        "rgb(255, 255, 255)"
    )


def test_what_is_switched_off_is_not_in_the_printed_legend(show: Any) -> None:
    opened = show(front_page())
    opened.switch("claims", False)
    printing(opened)
    text = opened.text("#gm-print")
    assert "confirmed, not only claimed" not in text
    assert "high confidence" in text
    opened.page.evaluate("() => { window.dispatchEvent(new Event('afterprint')); }")
    opened.page.emulate_media(media="screen")


def test_the_map_shows_the_same_ground_on_paper(show: Any) -> None:
    opened = show(sample_page())
    opened.view(48.6, 37.9, 8)
    west, south, east, north = map(
        float, opened.page.evaluate("geomap.map.getBounds().toBBoxString()").split(",")
    )
    printing(opened)
    w, s, e, n = map(
        float, opened.page.evaluate("geomap.map.getBounds().toBBoxString()").split(",")
    )
    assert w <= west + 0.01
    assert e >= east - 0.01
    assert s <= south + 0.01
    assert n >= north - 0.01
    opened.page.evaluate("() => { window.dispatchEvent(new Event('afterprint')); }")
    opened.page.emulate_media(media="screen")


def test_the_button_prints(show: Any) -> None:
    opened = show(sample_page())
    opened.page.evaluate("() => { window.print = () => { document.title = 'printing'; }; }")
    opened.page.locator("#gm-printer").click()
    assert opened.page.title() == "printing"
