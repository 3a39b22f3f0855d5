"""The address of the page: a link shows the same thing, and no address breaks the page."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import quote

import pytest
from page_html import DAYS, front_page, sample_page

pytestmark = pytest.mark.browser
D1, D2, D3 = DAYS
# What a reader sees, as far as the page can tell it.
STATE = """() => {
  const g = geomap, c = g.map.getCenter(), mark = m => [g.data.spots.name[m.spot], m.kind, m.count];
  return {
    now: document.getElementById('gm-now').innerText, mode: g.time.now.mode,
    view: [c.lat.toFixed(2), c.lng.toFixed(2), g.map.getZoom()],
    shown: JSON.parse(JSON.stringify(g.filters.shown)), marks: g.marks.shown().map(mark).sort(),
    regions: g.regions.shown().length, panel: document.getElementById('gm-panel').hidden ? ''
      : document.getElementById('gm-panel-body').innerText,
    names: g.names.script(), graticule: g.basemap.graticule(), theme: g.theme.chosen(),
    line: g.front.current(),
  };
}"""


def state(opened: Any) -> Any:
    opened.settle()
    return opened.page.evaluate(STATE)


def same_again(opened: Any) -> str:
    """Open what the address says afresh; the same must be seen. Return the address."""
    said = opened.hash()
    before = state(opened)
    opened.go(said)
    assert state(opened) == before
    assert opened.hash() == said
    return str(said)


@pytest.fixture(scope="module")
def first(_pages: Any) -> Any:
    """What is seen when the page is opened with no address."""
    opened = _pages(sample_page())
    seen = state(opened)
    assert _pages.faults() == []
    return seen


def test_everything_at_once(show: Any, first: Any) -> None:
    opened = show(sample_page())
    opened.drag(opened.day_xy(D1), opened.day_xy(D2))
    opened.page.locator("#gm-undated").click()
    opened.switch("government", True)
    opened.switch("regions", False)
    opened.page.locator(".gm-choice", has_text="Russia").locator("input").uncheck()
    opened.page.locator("#gm-actions summary").click()
    opened.page.locator(".gm-choice", has_text="withdrawn").locator("input").uncheck()
    opened.page.locator("#gm-least").select_option("0.5")
    opened.page.locator("#gm-script").select_option("cyrillic")
    opened.page.locator("#gm-theme").select_option("dark")
    opened.page.locator("#gm-graticule").check()
    opened.view(48.6, 37.9, 9)
    opened.click_mark("places", "Kreminna")
    said = same_again(opened)
    for part in ("time=range", f"from={D1}", f"to={D2}", "undated=on", "layers=", "hide=Russia",
                 "leave=withdrawn", "least=0.5", "names=cyrillic", "theme=dark", "graticule=1",
                 "view=48.6", "place=49.04900,38.21700,places,,Kreminna"):  # fmt: skip
        assert part in said
    now = state(opened)
    assert not [key for key in now if now[key] == first[key] and key != "line"]
    # What is switched shows in the switches too.
    again = opened
    assert not again.page.locator("#gm-layer-regions").is_checked()
    assert again.page.locator("#gm-script").input_value() == "cyrillic"
    assert again.page.locator("#gm-theme").input_value() == "dark"
    assert again.page.locator("#gm-graticule").is_checked()
    assert again.page.locator("#gm-least").input_value() == "0.5"


@pytest.mark.parametrize("mode", ["day", "upto", "range", "all"])
def test_modes_of_time(show: Any, mode: str) -> None:
    opened = show(sample_page())
    opened.page.mouse.click(*opened.day_xy(D2))
    opened.page.locator(f"#gm-mode-{mode}").click()
    said = same_again(opened)
    assert (f"time={mode}" in said) == (mode != "all")


def test_selections(show: Any) -> None:
    opened = show(sample_page(), fragment="view=48.5,37.85,8.5")
    opened.page.mouse.click(*opened.spot_xy(48.8, 37.85))
    assert "hint=2023-03-14--report%40917" in same_again(opened)
    opened.click_mark("claims", "Vuhledar")
    assert "claims,Russia,Vuhledar" in same_again(opened)
    opened.tab("reports").locator(".gm-report").first.click()
    assert "report=2023-03-16--report" in same_again(opened)
    opened.page.keyboard.press("Escape")
    assert "report=" not in same_again(opened)


def test_a_stretch_of_the_line_and_a_seed_town(show: Any) -> None:
    opened = show(front_page())
    opened.tab("places").locator(".gm-row", has_text="Line of contact").first.click()
    assert "line=" in same_again(opened)
    assert "Line of contact" in opened.page.locator("#gm-panel h2").inner_text()
    opened.page.evaluate("() => { geomap.select({seed: geomap.front.data().seeds[0]}); }")
    assert "town=" in same_again(opened)
    assert "Seed town" in opened.page.locator("#gm-panel").inner_text()


def test_layers_of_the_front(show: Any) -> None:
    opened = show(front_page())
    opened.switch("references", True)
    opened.switch("band", False)
    opened.switch("regions", True)
    opened.page.mouse.click(*opened.day_xy(D2))
    said = same_again(opened)
    assert "layers=" in said
    assert all(word in said for word in ("references", "-band", "regions"))


def test_the_address_says_nothing_of_what_is_as_it_opens(show: Any) -> None:
    opened = show(sample_page())
    opened.page.locator(".gm-choice", has_text="Russia").locator("input").uncheck()
    opened.page.locator(".gm-choice", has_text="Russia").locator("input").check()
    assert opened.hash().startswith("view=")
    assert "&" not in opened.hash()


def test_a_changed_address_is_followed_and_others_are_left_behind(show: Any, first: Any) -> None:
    opened = show(sample_page())
    go = "h => { location.hash = h; }"
    opened.page.evaluate(
        go, f"time=day&to={D3}&layers=-claims&place=48.59500,38.00000,places,,Bakhmut"
    )
    assert opened.now() == "Thu 16 Mar 2023 1 report"
    assert opened.text("#gm-panel h2") == "Bakhmut"
    view = state(opened)["view"]
    opened.page.evaluate(go, "time=all")
    now = state(opened)
    assert now["view"] == view  # it says nothing of the view: that stays
    assert {k: v for k, v in now.items() if k not in ("view", "marks")} == {
        k: v for k, v in first.items() if k not in ("view", "marks")
    }


HOSTILE = [
    "time=range&from=<img src=x onerror=window.pwned=1>&view=NaN,1,2&place=...",
    "time=range&from=2023-02-30&to=2023-13-01",
    "time=constructor&from=2023-03-12",
    "time=day",
    "undated=__proto__&layers=__proto__,-constructor,toString&hide=__proto__&leave=constructor",
    "view=1e999,0,3",
    "view=,,",
    "view=91,181,99",
    "view=10,10",
    "view=" + quote("<script>window.pwned=1</script>"),
    "least=NaN",
    "least=-1",
    "least=Infinity",
    "names=klingon&theme=__proto__&graticule=maybe",
    "place=48.59500,38.00000,places,,<script>window.pwned=1</script>",
    "place=" + ",".join(["x"] * 50),
    "place=",
    "report=__proto__",
    "report=" + "x" * 20_000,
    "hint=@",
    "hint=2023-03-14--report@NaN",
    "hint=@@@&report=%00&place=%ff",
    "%E0%A4%A",
    "&&==&=&%",
    "\ud83d\ude00=\u202e&time=all",
    quote("javascript:window.pwned=1"),
    "__proto__=1&constructor=2&prototype[pwned]=1",
]


@pytest.mark.parametrize("fragment", HOSTILE[:4])
def test_a_broken_address_shows_the_whole_map(show: Any, first: Any, fragment: str) -> None:
    opened = show(sample_page(), fragment=fragment)
    assert state(opened) == (first if fragment != "time=day" else state(opened))
    opened.click_mark("places", "Kupiansk")
    assert "place=" in opened.hash()


def test_no_broken_address_breaks_the_page(show: Any, first: Any) -> None:
    opened = show(sample_page())
    for fragment in HOSTILE:
        opened.page.evaluate("h => { location.hash = h; }", fragment)
        now = state(opened)
        if fragment != "time=day":  # a day that is not told: the last
            assert json.dumps(now, sort_keys=True) == json.dumps(first, sort_keys=True), fragment
        assert opened.faults() == {}, fragment
    opened.click_mark("places", "Kupiansk")


def test_a_view_too_deep_or_too_far_is_kept_in_bounds(show: Any) -> None:
    opened = show(sample_page(), fragment="view=48,37,99")
    assert opened.page.evaluate("geomap.map.getZoom()") == 14
    opened = show(sample_page(), fragment="view=48,37,-5")
    assert opened.page.evaluate("geomap.map.getZoom()") == 2
