"""The sample reports, from the command to the page that a reader opens."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from geomap.cli import main

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def drawn(tmp_path_factory: pytest.TempPathFactory, examples: Path) -> tuple[str, dict[str, Any]]:
    folder = tmp_path_factory.mktemp("drawn")
    page, features = folder / "map.html", folder / "map.geojson"
    with pytest.raises(SystemExit) as leaving:
        main(["map", str(examples), "-o", str(page), "--geojson", str(features)])
    assert leaving.value.code == 0
    return page.read_text(encoding="utf-8"), json.loads(features.read_text(encoding="utf-8"))


def _drawn_on(whole: dict[str, Any], date: str | None) -> set[str]:
    """Return the ids that a date's layer shows at first: all but governments."""
    return {
        f["id"]
        for f in whole["features"]
        if f["properties"]["date"] == date
        and f["geometry"]
        and f["properties"]["kind"] != "associative"
    }


def test_each_date_can_be_switched_on_and_holds_its_features(
    show: Any, drawn: tuple[str, dict[str, Any]]
) -> None:
    html, whole = drawn
    opened = show(html)
    dates = sorted({f["properties"]["date"] for f in whole["features"] if f["properties"]["date"]})
    assert len(dates) == 7
    for date in dates:
        opened.page.evaluate("d => window.geomap.select(d)", date)
        assert opened.ids(date) == _drawn_on(whole, date), date
        others = [d for d in dates if d != date]
        assert not any(opened.ids(d) for d in others)
    opened.page.evaluate("window.geomap.select('undated')")
    assert opened.ids("undated") == _drawn_on(whole, None)
    assert _drawn_on(whole, None), "the undated sample has places"


def test_a_click_shows_the_sentence_the_article_and_why(
    show: Any, drawn: tuple[str, dict[str, Any]]
) -> None:
    opened = show(drawn[0])
    opened.page.evaluate("window.geomap.select('2023-01-19')")
    opened.page.evaluate("window.geomap.map.setView([48.68, 38.09], 11, {animate: false})")
    opened.page.wait_for_timeout(400)
    opened.click_mark("places", "Soledar")
    popup = opened.page.locator(".gm-popup")
    words = popup.inner_text()
    assert "Soledar" in popup.locator("mark").first.inner_text()
    assert "Both sides claim ground around Soledar" in words
    assert "geomap sample" in words
    assert popup.locator("a").first.get_attribute("href").startswith("https://example.org/")


def test_the_hostile_sample_is_shown_and_does_nothing(
    show: Any, drawn: tuple[str, dict[str, Any]]
) -> None:
    opened = show(drawn[0])  # `show` fails on any dialog, message or request
    opened.page.evaluate("window.geomap.select('2024-07-18')")
    opened.page.evaluate("window.geomap.map.setView([48.4, 37.85], 11, {animate: false})")
    opened.page.wait_for_timeout(400)
    opened.click_mark("places", "Toretsk")
    assert "=HYPERLINK(" in opened.page.locator(".gm-popup").inner_text()
    assert opened.page.title() == "geomap"
    assert opened.page.locator("img[src='x']").count() == 0
