"""Search over places, reports and their sentences, by mouse and by keys."""

from __future__ import annotations

from typing import Any

import pytest
from map_samples import NATIVE, many, mention
from page_html import DAYS, basemap, sample_page

from geomap.output.map import render_map

pytestmark = pytest.mark.browser
D1, D2, D3 = DAYS


def look(opened: Any, words: str) -> list[str]:
    """Type words into the search field; return what is found, a line each."""
    opened.page.locator("#gm-search").fill(words)
    opened.settle(180)
    return [t.split("\n")[0] for t in opened.page.locator(".gm-option").all_inner_texts()]


def groups(opened: Any) -> list[str]:
    return list(opened.page.locator("#gm-results .gm-day").all_inner_texts())


def test_finds_places(show: Any) -> None:
    opened = show(sample_page())
    assert look(opened, "kupi") == ["Kupiansk", "Ten settlements near Kupiansk were shelled."]
    assert groups(opened) == ["Places", "Sentences"]
    assert "Kharkiv Oblast, Ukraine" in opened.text("#gm-results")
    opened.page.locator(".gm-option").first.click()
    assert opened.text("#gm-panel h2") == "Kupiansk"
    assert opened.page.locator("#gm-results").is_hidden()
    x, _ = opened.mark_xy("places", "Kupiansk")
    assert x < opened.page.locator("#gm-panel").bounding_box()["x"]


def test_finds_names_in_their_own_script_and_without_marks(show: Any) -> None:
    opened = show(sample_page())
    assert "Kreminna" in look(opened, NATIVE["Kreminna"].lower())
    assert look(opened, "мар'їн") == ["Marinka"]
    assert look(opened, "КУП’ЯНСЬК") == ["Kupiansk"]


def test_finds_reports_by_title_and_source(show: Any) -> None:
    opened = show(sample_page())
    assert look(opened, "quiet night") == ["Quiet night, say officers"]
    assert look(opened, "northern wire") == ["Quiet night, say officers"]
    assert groups(opened) == ["Reports"]
    opened.page.locator(".gm-option").click()
    assert opened.text("#gm-panel h2") == "Quiet night, say officers"


def test_finds_sentences(show: Any) -> None:
    opened = show(sample_page())
    assert look(opened, "coke plant") == ["Troops hold the coke plant in Avdiivka."]
    opened.page.locator(".gm-option").click()
    assert "Troops hold the coke plant" in opened.text("#gm-panel")
    # A sentence that several features share is found once.
    assert len(look(opened, "repelling attacks")) == 1


def test_what_lies_outside_the_window_is_shown_on_its_day(show: Any) -> None:
    opened = show(sample_page())
    opened.page.mouse.click(*opened.day_xy(D1))
    look(opened, "coke plant")
    opened.page.locator(".gm-option").click()
    assert opened.now() == "Thu 16 Mar 2023 1 report"
    assert opened.counts().keys() == {"Avdiivka", "Kupiansk", "Bakhmut"}
    look(opened, "convoy")
    opened.page.locator(".gm-option").click()
    assert "Siversk" in opened.counts()


def test_by_keys(show: Any) -> None:
    opened = show(sample_page())
    press = opened.page.keyboard.press
    field = opened.page.locator("#gm-search")
    press("/")
    assert field.evaluate("e => e === document.activeElement")
    opened.page.keyboard.type("bakhmut")
    opened.settle(200)
    assert field.get_attribute("aria-expanded") == "true"
    assert field.get_attribute("aria-activedescendant") is None
    press("ArrowDown")
    press("ArrowDown")
    press("ArrowUp")
    active = field.get_attribute("aria-activedescendant")
    chosen = opened.page.locator("#gm-results [aria-selected=true]")
    assert chosen.get_attribute("id") == active
    assert chosen.inner_text().startswith("Bakhmut")
    press("ArrowUp")  # round to the last
    assert opened.page.locator(".gm-option").last.get_attribute("aria-selected") == "true"
    press("ArrowDown")
    press("Enter")
    assert opened.text("#gm-panel h2") == "Bakhmut"
    assert opened.page.locator("#gm-results").is_hidden()
    press("Escape")
    assert opened.page.locator("#gm-panel").is_hidden()
    assert field.evaluate("e => e === document.activeElement")
    # It takes up again what was found; then it is left, then emptied.
    assert opened.page.locator("#gm-results").is_visible()
    press("Escape")
    assert opened.page.locator("#gm-results").is_hidden()
    assert field.input_value() == "bakhmut"
    press("Escape")
    assert field.input_value() == ""


def test_enter_takes_the_first(show: Any) -> None:
    opened = show(sample_page())
    opened.page.locator("#gm-search").fill("avdi")
    opened.page.keyboard.press("Enter")
    assert opened.text("#gm-panel h2") == "Avdiivka"


def test_nothing_of_that_name(show: Any) -> None:
    opened = show(sample_page())
    for words in ("zzzz", "(", "\\", ".*", "[a-z]+", "<b>"):
        assert look(opened, words) == []
        assert "Nothing of that name" in opened.text("#gm-results")
    look(opened, "   ")
    assert opened.page.locator("#gm-results").is_hidden()
    opened.page.keyboard.press("Enter")
    assert opened.page.locator("#gm-panel").is_hidden()


def test_of_many_hits_the_number_is_told(show: Any) -> None:
    opened = show(render_map(many(300), basemap=basemap()))
    assert len(look(opened, "again")) == 12
    # An article says the same of a place once: 10 reports of 8 sentences each.
    (title,) = groups(opened)
    assert title == "Sentences (228 more)"


def test_a_place_of_one_name_in_two_provinces_is_two(show: Any) -> None:
    twins = [mention(D2, "Bakhmut", "Bakhmut.", article_id=n, admin1=n) for n in ("East", "West")]
    twins[1]["geometry"]["coordinates"] = [30.0, 50.0]
    opened = show(render_map({"features": twins}, basemap=basemap()))
    assert look(opened, "bakhm")[:2] == ["Bakhmut", "Bakhmut"]
    opened.page.locator(".gm-option", has_text="West").first.click()
    assert "50.00000, 30.00000" in opened.text("#gm-panel")
