"""The page without a mouse, read aloud, on a phone: names, roles, focus, contrast."""

from __future__ import annotations

from typing import Any

import pytest
from browsing import DESK, PHONE
from page_html import DAYS, front_page, places, sample_page

pytestmark = pytest.mark.browser
D1, D2, D3 = DAYS
FOCUS = """() => { const e = document.activeElement;
  return e.id || e.getAttribute('aria-label') || e.className || e.tagName; }"""


def walk(opened: Any, most: int = 80) -> list[str]:
    """Press Tab until the focus has gone round; return where it was."""
    found: list[str] = []
    for _ in range(most):
        opened.page.keyboard.press("Tab")
        at = opened.page.evaluate(FOCUS)
        if at == "BODY" or (found and at == found[0]):
            break
        found.append(at)
    return found


def test_focus_goes_from_top_to_bottom(show: Any) -> None:
    opened = show(sample_page())
    order = walk(opened)
    stations = ["gm-search", "gm-share", "gm-printer", "gm-toggle", "gm-tab-layers",
                "gm-page-layers", "gm-layer-places", "gm-actor-0", "gm-least", "gm-graticule",
                "geomap_map" if "geomap_map" in order else "map_geomap", "Zoom in",
                "Show the whole area", "gm-next", "gm-mode-all", "gm-undated", "gm-speed",
                "gm-from", "gm-to"]  # fmt: skip
    assert [s for s in stations if s not in order] == []
    assert [s for s in order if s in stations] == stations
    assert len(set(order)) == len(order)


def test_what_has_the_focus_is_seen(show: Any) -> None:
    opened = show(sample_page())
    for _ in range(30):
        opened.page.keyboard.press("Tab")
        unseen = opened.page.evaluate(
            """() => { const e = document.activeElement, s = getComputedStyle(e);
              const ringed = s.outlineStyle !== 'none' && parseFloat(s.outlineWidth) >= 1;
              return ringed && e.getBoundingClientRect().width >= 1 ? '' : e.outerHTML; }"""
        )
        assert unseen == ""


def test_keyboard_alone(show: Any) -> None:
    opened = show(sample_page())
    press = opened.page.keyboard.press
    press("/")
    opened.page.keyboard.type("kreminna")
    press("Enter")
    assert opened.page.evaluate(FOCUS) == "gm-panel-title"
    assert opened.text("#gm-panel h2") == "Kreminna"
    for _ in range(12):
        press("Tab")
        if opened.page.evaluate("document.activeElement.tagName") == "SUMMARY":
            break
    press("Enter")
    assert "the only settlement" in opened.text("#gm-panel")
    press("Escape")
    assert opened.page.locator("#gm-panel").is_hidden()
    assert opened.page.evaluate(FOCUS) == "gm-search"
    press("Escape")
    # The tabs: arrows go from one to the next, and round.
    opened.page.locator("#gm-tab-layers").focus()
    seen = []
    for _ in range(5):
        press("ArrowRight")
        seen.append(opened.page.evaluate(FOCUS))
        chosen = opened.page.locator("#gm-tabs [aria-selected=true]")
        assert chosen.get_attribute("id") == seen[-1]
    # From left to right, as they stand.
    tabs = [t.get_attribute("id") for t in opened.page.locator("#gm-tabs [role=tab]").all()]
    assert seen == [*tabs[1:], tabs[0]]
    # A report from the list; back to its row.
    opened.page.locator("#gm-tab-reports").focus()
    press("Enter")
    opened.settle()
    press("Tab")
    press("Tab")
    row = opened.page.evaluate("document.activeElement.dataset.article")
    assert row is not None
    assert opened.page.evaluate("geomap.attention.spots().size") > 0  # its places are ringed
    press("Enter")
    assert opened.text("#gm-panel .gm-kicker").startswith("Report")
    press("Escape")
    # A switch and the timeline.
    opened.page.locator("#gm-tab-layers").focus()
    press("Enter")
    opened.page.locator("#gm-layer-places").focus()
    press("Space")
    assert opened.counts() == {}
    press("Space")
    opened.page.locator("#gm-next").focus()
    press("Enter")
    assert opened.counts() == places(D1)
    press("ArrowRight")
    assert opened.counts() == places(D2)
    opened.page.locator("#gm-toggle").focus()
    press("Space")
    assert opened.page.locator("#gm-toggle").get_attribute("aria-expanded") == "false"
    assert not opened.page.locator("#gm-side").is_visible()


def test_escape_gives_the_focus_back_to_the_row(show: Any) -> None:
    opened = show(sample_page())
    row = opened.tab("reports").locator(".gm-report").first
    row.focus()
    opened.page.keyboard.press("Enter")
    opened.settle()
    opened.page.keyboard.press("Escape")
    opened.settle()
    assert opened.page.evaluate("document.activeElement.classList.contains('gm-report')")


def test_the_map_is_moved_with_keys(show: Any) -> None:
    opened = show(sample_page())
    opened.page.locator(".gm-map").focus()
    center = "geomap.map.getCenter().lng"
    before = opened.page.evaluate(center)
    opened.page.keyboard.press("ArrowRight")
    opened.until(f"() => {center} > {before}")
    assert opened.now().startswith("All dates")  # arrows on the map are the map's
    zoom = opened.page.evaluate("geomap.map.getZoom()")
    opened.page.keyboard.press("+")
    opened.until(f"() => geomap.map.getZoom() > {zoom}")


def test_roles_and_names(show: Any) -> None:
    opened = show(front_page())
    page = opened.page
    for role, name in [
        ("region", "Map"), ("complementary", "Lists and layers"), ("region", "Time"),
        ("combobox", "Search places, reports and text"), ("tab", "Layers"), ("tab", "Legend"),
        ("button", "Play"), ("button", "Earlier"), ("slider", "First day shown"),
        ("slider", "Last day shown"), ("checkbox", "Places"), ("button", "Show the whole area"),
        ("heading", "Front"),
    ]:  # fmt: skip
        assert page.get_by_role(role, name=name).count() >= 1, (role, name)
    assert page.locator("main").count() == 1
    assert page.locator("h1").count() == 1
    assert page.locator("#gm-now").get_attribute("aria-live") == "polite"
    page.locator("#gm-speed").select_option("1")
    page.locator("#gm-play").click()
    assert page.locator("#gm-now").get_attribute("aria-live") == "off"  # not every step aloud
    page.locator("#gm-play").click()
    page.locator("#gm-mode-all").click()
    opened.click_mark("places", "Kupiansk")
    nameless = page.evaluate(
        """() => [...document.querySelectorAll('button, input, select, a, summary, canvas')]
          .filter(e => !(e.closest('[aria-hidden=true]') || e.getAttribute('aria-label') || e.title
            || e.textContent.trim()
            || (e.labels && e.labels.length && e.labels[0].textContent.trim())))
          .map(e => e.outerHTML)"""
    )
    assert nameless == []


@pytest.mark.parametrize(("size", "touch"), [(DESK, False), (PHONE, True)], ids=["desk", "phone"])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing(show: Any, size: tuple[int, int], touch: bool, scheme: str) -> None:
    from axe_playwright_python.sync_playwright import Axe

    axe = Axe()
    opened = show(front_page(), size, touch=touch, scheme=scheme)

    def violations() -> list[str]:
        opened.settle()
        found = axe.run(opened.page).response["violations"]
        return [
            f"{v['id']}: {n['target']} {n['failureSummary']}" for v in found for n in v["nodes"]
        ]

    assert violations() == []
    if touch:
        opened.page.locator("#gm-toggle").tap()
    for tab in ("reports", "unplaced", "legend"):
        opened.tab(tab)
        assert violations() == []
    if touch:
        opened.page.locator("#gm-toggle").tap()
    opened.page.evaluate("() => { geomap.select({article: 0}); }")
    opened.page.locator("#gm-panel-body summary").first.click()
    assert violations() == []
    opened.page.keyboard.press("Escape")
    opened.page.locator("#gm-search").fill("a")
    opened.settle(150)
    assert violations() == []


# ---- On a phone ----


def test_phone(show: Any) -> None:
    opened = show(sample_page(), PHONE, touch=True)
    page = opened.page
    assert page.evaluate("document.documentElement.scrollWidth") == 390
    assert not page.locator("#gm-side").is_visible()
    page.locator("#gm-next").tap()
    opened.settle()
    assert opened.counts() == places(D1)
    page.locator("#gm-toggle").tap()
    assert page.locator("#gm-side").is_visible()
    page.locator("#gm-tab-layers").tap()
    page.locator("label[for=gm-layer-claims]").tap()
    assert opened.counts("claims") == {}
    page.locator("#gm-toggle").tap()
    page.locator("#gm-mode-all").tap()
    opened.settle()
    page.touchscreen.tap(*opened.mark_xy("places", "Kupiansk"))
    panel = page.locator("#gm-panel")
    panel.wait_for()
    assert panel.locator("h2").inner_text() == "Kupiansk"
    box = panel.bounding_box()
    assert box["x"] >= 0
    assert box["x"] + box["width"] <= 390
    assert box["y"] + box["height"] <= 844
    assert box["height"] < 0.6 * 844  # the map is still seen
    page.locator("#gm-close").tap()
    assert panel.is_hidden()


def test_targets_are_large_enough_for_a_finger(show: Any) -> None:
    opened = show(sample_page(), PHONE, touch=True)
    small = opened.page.evaluate(
        """() => [...document.querySelectorAll('button, select, input, [role=slider]')]
          .filter(e => e.offsetParent && !e.closest('.gm-side'))
          .map(e => [e.id || e.className, e.getBoundingClientRect()])
          .filter(p => Math.min(p[1].width, p[1].height) < 22).map(p => p[0])"""
    )
    assert small == []


def test_a_finger_drags_the_window(show: Any) -> None:
    opened = show(sample_page(), PHONE, touch=True)
    x, y = opened.day_xy(D1)
    to = opened.day_xy(D2)[0]
    client = opened.context.new_cdp_session(opened.page)

    def touch(kind: str, at: float | None) -> None:
        points = [] if at is None else [{"x": at, "y": y}]
        client.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})

    touch("touchStart", x)
    touch("touchMove", (x + to) / 2)
    touch("touchMove", to)
    touch("touchEnd", None)
    opened.settle()
    assert "12 Mar – 14 Mar 2023" in opened.now()
    assert opened.counts() == places(D1, D2)
