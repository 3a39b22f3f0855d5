"""The timeline: a window over the days, dragged, clicked, stepped and played."""

from __future__ import annotations

from typing import Any

import pytest
from map_samples import feature, many, point, sample
from page_html import DAYS, basemap, claims, front_page, places, sample_page

from geomap.output.basemap import BasemapData
from geomap.output.map import render_map

pytestmark = pytest.mark.browser
D1, D2, D3 = DAYS
PRESSED = "() => [...document.querySelectorAll('#gm-modes [aria-pressed=true]')].map(b => b.id)"


def mode(opened: Any) -> str:
    (pressed,) = opened.page.evaluate(PRESSED)
    return str(pressed).removeprefix("gm-mode-")


def all_obey(opened: Any, *dates: str | None) -> None:
    """Check that each layer shows what those dates say and nothing else."""
    opened.settle()
    assert opened.counts() == places(*dates)
    assert opened.counts("claims") == claims(*dates)
    regions = opened.page.evaluate(
        "geomap.regions.shown().map(r => geomap.feature(r.feature).start)"
    )
    assert sorted(regions) == ([902, 917, 1012] if D2 in dates else [])


def test_opens_with_all_dates_and_says_so(show: Any) -> None:
    opened = show(sample_page())
    assert mode(opened) == "all"
    assert opened.now().split() == ["All", "dates", "3", "reports", "+", "1", "undated"]
    all_obey(opened, *DAYS, None)
    assert opened.page.locator("#gm-prev").is_disabled()


@pytest.mark.parametrize(("day", "words"), [
    (D1, "Sun 12 Mar 2023 1 report"), (D2, "Tue 14 Mar 2023 1 report"),
    (D3, "Thu 16 Mar 2023 1 report"), ("2023-03-13", "Mon 13 Mar 2023 0 reports"),
])  # fmt: skip
def test_a_click_goes_to_that_day(show: Any, day: str, words: str) -> None:
    opened = show(sample_page())
    opened.page.mouse.click(*opened.day_xy(day))
    assert mode(opened) == "day"
    assert opened.now() == words
    all_obey(opened, day)


def test_a_new_window_is_drawn_with_the_mouse(show: Any) -> None:
    opened = show(sample_page())
    opened.drag(opened.day_xy(D1), opened.day_xy(D2))
    assert mode(opened) == "range"
    assert opened.now() == "12 Mar – 14 Mar 2023 2 reports"
    all_obey(opened, D1, D2)
    # Backwards it is the same window.
    opened.page.locator("#gm-mode-all").click()
    opened.drag(opened.day_xy(D3), opened.day_xy("2023-03-13"))
    assert opened.now() == "13 Mar – 16 Mar 2023 2 reports"
    all_obey(opened, D2, D3)


def test_the_handles_and_the_window_are_dragged(show: Any) -> None:
    opened = show(sample_page())
    opened.drag_handle("to", D2)
    assert opened.now() == "12 Mar – 14 Mar 2023 2 reports"
    opened.drag_handle("from", "2023-03-13")
    assert opened.now() == "13 Mar – 14 Mar 2023 1 report"
    all_obey(opened, D2)
    # The whole of it, two days later; it cannot be drawn past the last day.
    y = opened.day_xy(D2)[1]
    opened.drag((opened.day_xy(D2)[0], y), (opened.day_xy(D3)[0], y))
    assert opened.now() == "15 Mar – 16 Mar 2023 1 report"
    opened.drag((opened.day_xy(D3)[0], y), (opened.day_xy(D3)[0] + 400, y))
    assert opened.now() == "15 Mar – 16 Mar 2023 1 report"
    all_obey(opened, D3)
    # A handle does not pass the other.
    opened.drag_handle("to", D1)
    assert opened.now() == "Wed 15 Mar 2023 0 reports"


def test_the_window_lies_over_its_days(show: Any) -> None:
    opened = show(sample_page())
    opened.drag(opened.day_xy("2023-03-13"), opened.day_xy(D2))
    box = opened.page.locator("#gm-window").bounding_box()
    per = opened.day_xy(D2)[0] - opened.day_xy("2023-03-13")[0]
    assert box["width"] == pytest.approx(2 * per, abs=1.5)
    assert box["x"] == pytest.approx(opened.day_xy("2023-03-13")[0] - per / 2, abs=1.5)


def test_modes(show: Any) -> None:
    opened = show(sample_page())
    opened.page.mouse.click(*opened.day_xy(D2))
    opened.page.locator("#gm-mode-upto").click()
    assert opened.now() == "Up to Tue 14 Mar 2023 2 reports"
    all_obey(opened, D1, D2)
    # In this mode a click and the right handle move the end only.
    opened.page.mouse.click(*opened.day_xy(D3))
    assert mode(opened) == "upto"
    all_obey(opened, *DAYS)
    opened.drag_handle("to", D1)
    assert opened.now() == "Up to Sun 12 Mar 2023 1 report"
    opened.page.locator("#gm-mode-day").click()
    all_obey(opened, D1)
    opened.page.locator("#gm-mode-all").click()
    all_obey(opened, *DAYS, None)
    opened.page.locator("#gm-mode-range").click()
    assert opened.now() == "12 Mar – 16 Mar 2023 3 reports"


def test_steps_stop_at_days_that_have_something(show: Any) -> None:
    opened = show(sample_page())
    later, earlier = opened.page.locator("#gm-next"), opened.page.locator("#gm-prev")
    for day in DAYS:
        later.click()
        all_obey(opened, day)
    assert later.is_disabled()
    earlier.click()
    all_obey(opened, D2)
    earlier.click()
    earlier.click()
    assert mode(opened) == "all"


def test_steps_move_a_window_as_it_is(show: Any) -> None:
    opened = show(sample_page())
    opened.drag(opened.day_xy(D1), opened.day_xy("2023-03-13"))
    opened.page.locator("#gm-next").click()
    assert opened.now() == "13 Mar – 14 Mar 2023 1 report"
    opened.page.locator("#gm-next").click()
    assert opened.now() == "15 Mar – 16 Mar 2023 1 report"
    assert opened.page.locator("#gm-next").is_disabled()


def test_a_line_without_reports_is_a_stop_too(show: Any) -> None:
    opened = show(front_page())
    seen = []
    for _ in range(4):
        opened.page.locator("#gm-next").click()
        seen.append(opened.page.evaluate("new Date(geomap.time.now.to * 864e5).getUTCDate()"))
    assert seen == [12, 14, 15, 16]


def test_play_runs_by_itself_and_stops_at_the_end(show: Any) -> None:
    opened = show(sample_page())
    opened.page.locator("#gm-speed").select_option("16")
    play = opened.page.locator("#gm-play")
    play.click()
    assert play.get_attribute("aria-label") == "Pause"
    assert mode(opened) == "upto"
    opened.until("() => !geomap.time.playing()")
    assert play.get_attribute("aria-label") == "Play"
    assert opened.now() == "Up to Thu 16 Mar 2023 3 reports"
    all_obey(opened, *DAYS)
    # At the end it begins anew.
    play.click()
    assert "12 Mar" in opened.now()
    opened.until("() => !geomap.time.playing()")


def test_play_can_be_stopped_and_keeps_the_window(show: Any) -> None:
    opened = show(render_map(many(900), basemap=BasemapData()))
    opened.drag(opened.day_xy("2023-04-01"), opened.day_xy("2023-04-07"))
    opened.page.locator("#gm-speed").select_option("8")
    opened.page.locator("#gm-play").click()
    opened.until("() => geomap.time.now.from > geomap.time.span()[0] + 2")
    opened.page.locator("#gm-play").click()
    said = opened.now()
    opened.page.wait_for_timeout(400)
    assert opened.now() == said
    width = opened.page.evaluate("geomap.time.now.to - geomap.time.now.from")
    assert (width, mode(opened)) == (6, "range")
    # A hand on the timeline stops it too.
    opened.page.locator("#gm-play").click()
    opened.page.mouse.click(*opened.day_xy("2023-04-20"))
    assert opened.page.evaluate("geomap.time.playing()") is False


def test_speed_is_the_number_of_steps_a_second(show: Any) -> None:
    opened = show(render_map(many(900), basemap=BasemapData()))

    def steps(speed: str) -> float:
        opened.page.locator("#gm-mode-all").click()
        opened.page.locator("#gm-speed").select_option(speed)
        opened.page.locator("#gm-play").click()
        opened.page.wait_for_timeout(1000)
        opened.page.locator("#gm-play").click()
        return float(opened.page.evaluate("geomap.time.now.to - geomap.time.span()[0]"))

    assert 1 <= steps("2") <= 3
    assert 6 <= steps("16") <= 18


def test_arrow_keys(show: Any) -> None:
    opened = show(sample_page())
    press = opened.page.keyboard.press
    press("ArrowRight")
    press("ArrowRight")
    all_obey(opened, D2)
    press("ArrowLeft")
    all_obey(opened, D1)
    opened.page.locator("#gm-to").focus()
    press("ArrowRight")
    press("ArrowRight")
    assert opened.now() == "12 Mar – 14 Mar 2023 2 reports"
    press("End")
    assert opened.now() == "12 Mar – 16 Mar 2023 3 reports"
    opened.page.locator("#gm-from").focus()
    press("ArrowUp")
    assert opened.now() == "13 Mar – 16 Mar 2023 2 reports"
    assert opened.page.locator("#gm-from").get_attribute("aria-valuetext") == "Mon 13 Mar 2023"
    press("PageUp")
    assert opened.now() == "Thu 16 Mar 2023 1 report"
    press("Home")
    all_obey(opened, *DAYS)


def test_space_plays_and_stops(show: Any) -> None:
    opened = show(sample_page())
    opened.page.locator("#gm-speed").select_option("1")
    opened.page.evaluate("document.activeElement.blur()")
    opened.page.keyboard.press("Space")
    assert opened.page.evaluate("geomap.time.playing()") is True
    opened.page.keyboard.press("Space")
    assert opened.page.evaluate("geomap.time.playing()") is False


def test_undated_reports_are_kept_apart(show: Any) -> None:
    opened = show(sample_page())
    chip = opened.page.locator("#gm-undated")
    assert chip.inner_text() == "Undated: 1"
    assert chip.get_attribute("aria-pressed") == "true"
    opened.page.mouse.click(*opened.day_xy(D3))
    assert chip.get_attribute("aria-pressed") == "false"
    all_obey(opened, D3)
    chip.click()
    all_obey(opened, D3, None)
    assert opened.now() == "Thu 16 Mar 2023 1 report + 1 undated"
    opened.page.locator("#gm-mode-all").click()
    chip.click()
    all_obey(opened, *DAYS)


def test_scripts_can_set_the_window(show: Any) -> None:
    opened = show(sample_page())
    run = opened.page.evaluate
    assert run("d => geomap.time.set({mode: 'day', from: d})", D3) is True
    all_obey(opened, D3)
    for bad in ({"mode": "week"}, {"from": "yesterday"}, {"to": "2023-02-30"}):
        assert run("w => geomap.time.set(w)", bad) is False
    all_obey(opened, D3)
    assert run("geomap.time.set({mode: 'range', from: '1999-01-01', to: '2100-01-01'})") is True
    all_obey(opened, *DAYS)


def test_only_undated(show: Any) -> None:
    whole = sample()
    whole["features"] = [f for f in whole["features"] if f["properties"]["date"] is None]
    opened = show(render_map(whole, basemap=basemap()))
    assert opened.counts() == {"Siversk": 1}
    assert opened.now() == "Undated 1 report"
    for control in ("prev", "next", "play", "mode-day"):
        assert opened.page.locator(f"#gm-{control}").is_disabled()
    assert opened.page.locator("#gm-window").is_hidden()
    opened.page.locator("#gm-undated").click()
    assert opened.counts() == {}


def test_one_report(show: Any) -> None:
    one = {"features": [feature("mention", D2, point(38, 48.6), name="Bakhmut", kind="literal")]}
    opened = show(render_map(one, basemap=basemap()))
    assert opened.now() == "Tue 14 Mar 2023 1 report"
    assert opened.counts() == {"Bakhmut": 1}
    assert opened.page.locator("#gm-undated").is_hidden()
    opened.page.mouse.click(*opened.day_xy(D2))
    assert opened.counts() == {"Bakhmut": 1}
    opened.click_mark("places", "Bakhmut")


def test_nothing_to_show_is_said(show: Any) -> None:
    opened = show(render_map({"features": []}, basemap=basemap()))
    assert opened.page.locator("#gm-empty").is_visible()
    assert opened.now() == "No reports 0 reports"
    for control in ("prev", "next", "play"):
        assert opened.page.locator(f"#gm-{control}").is_disabled()
    opened.page.locator("#gm-histogram").click()
    opened.page.keyboard.press("ArrowRight")


def test_thousands_of_mentions_open_and_step(show: Any) -> None:
    opened = show(render_map(many(3000), basemap=basemap()))
    assert "300 reports" in opened.text("#gm-summary")
    opened.page.mouse.click(*opened.day_xy("2023-04-07"))
    assert sum(opened.counts().values()) == 100
    opened.page.locator("#gm-next").click()
    assert opened.now().startswith("Sat 8 Apr 2023")
    assert sum(opened.counts().values()) == 100
