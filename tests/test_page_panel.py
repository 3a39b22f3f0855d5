"""Reading: what a click opens, the lists beside the map, what is pointed at."""

from __future__ import annotations

from typing import Any

import pytest
from map_samples import NATIVE, TITLE, feature, many, mention, point, sample
from page_html import DAYS, basemap, sample_page

from geomap.output.basemap import BasemapData
from geomap.output.map import render_map

pytestmark = pytest.mark.browser
D1, D2, D3 = DAYS
NEAR = "48.5,37.85,8.5"
SENTENCE = "\U0001f525 Near Kreminna, north of Bakhmut, soldiers were repelling attacks."


@pytest.fixture
def opened(show: Any) -> Any:
    """The sample's page, so near that each place has a symbol of its own."""
    return show(sample_page(), fragment=f"view={NEAR}")


def test_click_opens_the_sentence_with_its_mention_marked(opened: Any) -> None:
    body = opened.click_mark("places", "Kreminna")
    assert body.locator("h2").inner_text() == "Kreminna"
    assert body.locator("mark").inner_text() == "Kreminna"
    assert body.locator(".gm-sentence").inner_text() == SENTENCE
    words = body.inner_text()
    for part in ("Luhansk Oblast, Ukraine", "high confidence, 0.90", "Eastern Desk", "14 Mar 2023",
                 "Mon 13 Mar 2023", "a settlement, within about 4 km (2.5 mi)"):  # fmt: skip
        assert part in words
    link = body.locator("a")
    assert link.inner_text() == TITLE
    assert link.get_attribute("href") == "https://news.example/report"
    assert link.get_attribute("rel") == "noopener noreferrer"
    assert "the only settlement" not in words
    body.locator("summary").click()
    assert "the only settlement of this name" in body.inner_text()
    assert "18 km from Bakhmut" in body.inner_text()


def test_runners_up_and_low_confidence_are_told(opened: Any) -> None:
    body = opened.click_mark("places", "Chasiv Yar")
    assert "low confidence, 0.41" in body.inner_text()
    body.locator("summary").click()
    assert "It could also be" in body.inner_text()
    assert "Chasiv, Odesa Oblast, Ukraine (0.20)" in body.inner_text()
    opened.page.keyboard.press("Escape")
    assert "medium confidence, 0.64" in opened.click_mark("places", "Marinka").inner_text()


def test_all_dates_stack_one_place_newest_first(opened: Any) -> None:
    cards = opened.click_mark("places", "Bakhmut").locator(".gm-card")
    told = cards.all_inner_texts()
    assert len(told) == 11
    assert ["16 Mar" in told[0], "14 Mar" in told[1], "12 Mar" in told[-1]] == [True] * 3
    assert set(cards.locator("mark").all_inner_texts()) == {"Bakhmut"}
    # What the panel tells follows the time.
    opened.page.mouse.click(*opened.day_xy(D2))
    opened.settle()
    assert cards.count() == 9
    opened.page.mouse.click(*opened.day_xy("2023-03-13"))
    opened.settle()
    assert "Nothing of it lies in the period" in opened.text("#gm-panel-body")


def test_claims_read_as_sentences(opened: Any) -> None:
    said = []
    for actor in ("Russia", "Ukraine"):
        opened.page.evaluate(
            """(actor) => { const g = geomap, s = g.data.spots; g.select({spots: [s.name.findIndex(
              (n, i) => n === 'Bakhmut' && s.actor[i] === actor && s.kind[i] === 2)]}); }""",
            actor,
        )
        said.append(opened.text(".gm-claim"))
    assert said == [
        "Russia captured the east of Bakhmut",
        "Ukraine did not withdraw from Bakhmut – said by The Ukrainian military",
    ]
    opened.page.keyboard.press("Escape")
    body = opened.click_mark("claims", "Kreminna")
    assert (
        body.locator(".gm-claim").inner_text()
        == "Ukraine repelled an attack near Kreminna – said by Ukrainian soldiers"
    )
    assert "claimed" in body.locator("dl").inner_text()
    swatch = body.locator(".gm-swatch")
    assert swatch.evaluate("e => getComputedStyle(e).backgroundColor") == "rgb(43, 108, 176)"


SAID = [
    ({"modality": "denied"}, "Russia captured Bakhmut (denied)"),
    ({"modality": "confirmed"}, "Russia captured Bakhmut (confirmed)"),
    ({"modality": "claimed"}, "Russia captured Bakhmut (claimed)"),
    ({"modality": "planned"}, "Russia plans to capture Bakhmut"),
    ({"modality": "failed"}, "Russia failed to capture Bakhmut"),
    ({"negated": True, "actor": None}, "Someone did not capture Bakhmut"),
    ({"action": "seized"}, "Russia seized at Bakhmut"),
    ({"relation": "outskirts", "direction": "N"},
     "Russia captured on the northern outskirts of Bakhmut"),
]  # fmt: skip


def test_what_is_said_of_a_claim(show: Any) -> None:
    told = {"actor": "Russia", "action": "captured", "name": "Bakhmut"}
    whole = [feature("claim", D2, point(38 + n, 48.6), id=f"c{n}", start=n, **(told | more))
             for n, (more, _) in enumerate(SAID)]  # fmt: skip
    opened = show(render_map({"features": whole}, basemap=BasemapData()))
    opened.page.evaluate("() => { geomap.select({article: 0}); }")
    found = opened.page.locator("#gm-panel .gm-claim").all_inner_texts()
    assert found == [words for _, words in SAID]


def test_region_of_a_hint_can_be_clicked(opened: Any) -> None:
    opened.page.mouse.click(*opened.spot_xy(48.8, 37.82))
    body = opened.page.locator("#gm-panel-body")
    assert body.locator("h2").inner_text() == "north of Bakhmut"
    assert body.locator("mark").inner_text() == "north of Bakhmut"
    words = body.inner_text()
    for part in ("Measured from", "low confidence, 0.45", "azimuth 0°, 28 km (18 mi)",
                 "half within the core", "Locates Kreminna"):  # fmt: skip
        assert part in words


def test_pointing_at_a_symbol_tells_its_name(opened: Any) -> None:
    opened.point_at(*opened.mark_xy("places", "Bakhmut"))
    assert opened.text(".gm-tip").startswith("Bakhmut × 11")
    opened.point_at(*opened.spot_xy(48.8, 37.82))
    assert "north of Bakhmut" in opened.text(".gm-tip")
    opened.point_at(*opened.spot_xy(47.9, 38.6))
    assert opened.page.locator(".gm-tip").count() == 0


def test_pointing_at_a_card_draws_its_hint(opened: Any) -> None:
    hints = "geomap.attention.hints().map(i => geomap.feature(i).start).sort()"
    before = opened.picture("gm-marks")
    body = opened.click_mark("places", "Kreminna")
    body.locator(".gm-card").hover()  # a canvas that was moved differs by a hair from a repainted
    opened.away()
    chosen = opened.picture("gm-marks")
    assert chosen != before  # its place is ringed
    assert opened.page.evaluate(hints) == []
    body.locator(".gm-card").hover()
    assert opened.page.evaluate(hints) == [902, 917]
    assert opened.picture("gm-marks") not in (chosen, before)
    words = opened.page.evaluate(
        "geomap.attention.hints().map(i => geomap.attention.words(i)).join(' ')"
    )
    assert "azimuth 0°, 28 km (18 mi)" in words
    opened.away()
    assert opened.picture("gm-marks") == chosen


def test_an_arc_runs_from_the_anchor_to_the_region(opened: Any) -> None:
    """Beside the straight way from Bakhmut to the point 28 km north of it lies the arc's bend."""
    x1, y1 = opened.spot_xy(48.595, 38.0)
    x2, y2 = opened.spot_xy(48.85, 38.0)
    # A quarter of the way along, where neither a symbol nor the words about it lie.
    aside = (x1 + x2) / 2 - 0.14 * (y2 - y1), (y1 + y2) / 2 + 0.14 * (x2 - x1)
    share = 0.25
    bend = [
        (1 - share) ** 2 * a + 2 * share * (1 - share) * b + share**2 * c
        for a, b, c in zip((x1, y1), aside, (x2, y2), strict=True)
    ]
    lat, lon = opened.page.evaluate(
        """([x, y]) => { const b = geomap.map.getContainer().getBoundingClientRect();
          const p = geomap.map.containerPointToLatLng([x - b.x, y - b.y]);
          return [p.lat, p.lng]; }""",
        bend,
    )
    off = opened.pixels("gm-marks", [(lat, lon)])
    assert off == [[0, 0, 0, 0]]
    opened.page.mouse.move(*opened.spot_xy(48.9, 37.85))
    opened.settle()
    assert opened.pixels("gm-marks", [(lat, lon)])[0][3] > 200


def test_coordinates_and_citation_are_copied(show: Any) -> None:
    opened = show(sample_page(), clipboard=True)
    body = opened.click_mark("places", "Kreminna")
    copied = "navigator.clipboard.readText()"
    assert "49.04900, 38.21700" in body.inner_text()
    body.get_by_role("button", name="Copy coordinates in degrees", exact=True).click()
    opened.settle()
    assert opened.page.evaluate(copied) == "49.04900, 38.21700"
    assert opened.text("#gm-said") == "Coordinates copied"
    body.get_by_role("button", name="Copy coordinates in degrees, minutes, seconds").click()
    opened.settle()
    assert opened.page.evaluate(copied) == "49°02′56″N 38°13′01″E"
    body.get_by_role("button", name="Copy citation").click()
    opened.settle()
    assert opened.page.evaluate(copied) == (
        f"“{SENTENCE}”, {TITLE} (Eastern Desk), 14 Mar 2023, https://news.example/report "
        "[2023-03-14--report, character 907]"
    )
    assert opened.text("#gm-said") == "Citation copied"
    opened.page.locator("#gm-share").click()
    opened.settle()
    assert opened.page.evaluate(copied) == opened.page.evaluate("location.href")
    assert "place=49.04900,38.21700" in opened.page.evaluate("location.href")


def test_degrees_minutes_seconds(show: Any) -> None:
    opened = show(sample_page())
    cases = {
        "33°27′00″S 70°40′00″W": (-33.45, -70.6667), "0°00′00″N 0°00′00″E": (0.0, 0.0),
        "60°00′00″N 30°00′00″E": (59.99999, 29.9999),
    }  # fmt: skip
    found = opened.page.evaluate(
        "all => all.map(p => geomap.kit.dms(p[0], p[1]))", [*cases.values()]
    )
    assert found == [*cases]


def test_a_cluster_lists_its_places(show: Any) -> None:
    opened = show(sample_page())
    opened.view(48.5, 37.9, 5)
    mark = opened.page.evaluate(
        """() => { const g = geomap, m = g.marks.shown().find(m => m.members.length > 2);
          const name = s => g.data.spots.name[s];
          return [name(m.spot), m.members.map(name), m.count]; }"""
    )
    body = opened.click_mark("places", mark[0])
    near = body.locator(".gm-near")
    others = len(mark[1]) - 1
    assert near.locator("summary").inner_text() == f"Chosen together with {others} places near it"
    near.locator("summary").click()
    assert near.locator("button bdi").all_inner_texts() == mark[1]
    assert body.locator(".gm-card").count() == mark[2]
    near.locator("button").last.click()
    opened.settle()
    assert opened.text("#gm-panel h2") == mark[1][-1]
    opened.mark_xy("places", mark[1][-1])  # and the map has gone there


def test_reports_in_view_follow_map_and_time(show: Any) -> None:
    opened = show(sample_page())
    page = opened.tab("reports")
    titles = page.locator(".gm-report > bdi")
    assert page.locator(".gm-day").all_inner_texts() == [
        "Thu 16 Mar 2023", "Tue 14 Mar 2023", "Sun 12 Mar 2023", "Undated",
    ]  # fmt: skip
    assert "4 reports with places in view, of 4" in page.inner_text()
    opened.view(47.779, 37.249, 12)  # Vuhledar, named on the first day alone
    assert page.locator(".gm-day").all_inner_texts() == ["Sun 12 Mar 2023"]
    opened.page.locator(".gm-home").click()
    opened.page.mouse.click(*opened.day_xy(D3))
    opened.settle()
    assert titles.all_inner_texts() == ["Quiet night, say officers"]
    assert "1 report with places in view, of 1" in page.inner_text()
    opened.page.mouse.click(*opened.day_xy("2023-03-13"))
    opened.settle()
    assert titles.count() == 0


def test_a_report_is_opened_from_the_list(show: Any) -> None:
    opened = show(sample_page())
    page = opened.tab("reports")
    row = page.locator(".gm-report").first
    before = opened.picture("gm-marks")
    row.hover()
    assert opened.page.evaluate("geomap.attention.spots().size") == 3
    assert opened.picture("gm-marks") != before  # its places are ringed
    opened.away()
    assert opened.picture("gm-marks") == before
    page.locator(".gm-report").nth(1).hover()  # the next day's, with two hints and more
    hints = "geomap.attention.hints().map(i => geomap.feature(i).start).sort()"
    assert opened.page.evaluate(hints) == [1012, 902, 917]
    opened.away()
    row.click()
    opened.settle()
    body = opened.page.locator("#gm-panel-body")
    assert body.locator("h2").inner_text() == "Quiet night, say officers"
    assert body.locator(".gm-claim").all_inner_texts() == ["Avdiivka", "Kupiansk", "Bakhmut"]
    assert "Northern Wire" in body.inner_text()
    assert page.locator(".gm-report").first.get_attribute("aria-current") == "true"
    for name in ("Avdiivka", "Kupiansk", "Bakhmut"):
        x, y = opened.mark_xy("places", name)
        stage = opened.page.locator(".gm-map").bounding_box()
        assert stage["x"] < x < opened.page.locator("#gm-panel").bounding_box()["x"]
        assert stage["y"] < y < stage["y"] + stage["height"]
    # And from a card of a place.
    opened.page.keyboard.press("Escape")
    opened.click_mark("places", "Avdiivka")
    opened.page.get_by_role("button", name="Open the report").click()
    assert body.locator("h2").inner_text() == "Quiet night, say officers"
    opened.page.get_by_role("button", name="Show on the map").first.click()
    opened.mark_xy("places", "Avdiivka")


def test_places_in_view_are_listed(show: Any) -> None:
    opened = show(sample_page())
    page = opened.tab("places")
    rows = page.locator(".gm-row bdi").all_inner_texts()
    assert {"Bakhmut", "Kupiansk", "Russia, Bakhmut", "north of Bakhmut"} <= set(rows)
    page.locator(".gm-row", has_text="Kupiansk").click()
    opened.settle()
    assert opened.text("#gm-panel h2") == "Kupiansk"
    page.locator(".gm-row", has_text="north of Bakhmut").click()
    assert opened.text("#gm-panel h2") == "north of Bakhmut"
    opened.view(47.779, 37.249, 12)
    assert set(page.locator(".gm-row bdi").all_inner_texts()) == {"Vuhledar", "Russia, Vuhledar"}


def test_long_lists_come_in_pages(show: Any) -> None:
    whole = [mention(D2, "Bakhmut", f"Bakhmut, {n}.", article_id=f"a{n}") for n in range(70)]
    opened = show(render_map({"features": whole}, basemap=basemap()))
    body = opened.click_mark("places", "Bakhmut")
    cards, more = body.locator(".gm-card"), body.locator(".gm-more")
    assert (cards.count(), more.inner_text()) == (25, "Show 25 more of 45")
    more.click()
    assert (cards.count(), more.inner_text()) == (50, "Show 20 more of 20")
    more.click()
    assert cards.count() == 70
    assert more.is_hidden()
    assert len(set(cards.locator(".gm-sentence").all_inner_texts())) == 70
    page = opened.tab("reports")
    assert page.locator(".gm-report").count() == 60
    page.get_by_role("button", name="Show more").click()
    assert page.locator(".gm-report").count() == 70


def test_a_report_that_names_no_place_is_counted(show: Any) -> None:
    whole = sample()
    whole["geomap"]["articles"] = [
        {"article_id": "quiet", "title": "Nothing happened", "date": "2023-03-13", "source": "",
         "url": None}
    ]  # fmt: skip
    opened = show(render_map(whole, basemap=basemap()))
    opened.page.mouse.click(*opened.day_xy("2023-03-13"))
    assert opened.now() == "Mon 13 Mar 2023 1 report"
    opened.page.locator("#gm-search").fill("Nothing happened")
    opened.page.locator(".gm-option").click()
    assert "names no place that was found" in opened.text("#gm-panel")


def test_names_in_cyrillic(show: Any) -> None:
    opened = show(sample_page())
    before = opened.picture("gm-names")
    body = opened.click_mark("places", "Kreminna")
    assert NATIVE["Kreminna"] in body.inner_text()
    opened.page.locator("#gm-script").select_option("cyrillic")
    assert body.locator("h2").inner_text() == NATIVE["Kreminna"]
    assert "Kreminna" in body.locator(".gm-where").first.inner_text()
    assert opened.picture("gm-names") != before
    rows = opened.tab("places").locator(".gm-row bdi").all_inner_texts()
    assert NATIVE["Kupiansk"] in rows
    assert "Yampolivka" in rows  # no name in that script: it keeps its own
    opened = show(render_map(sample(), basemap=basemap(), script="cyrillic"))
    assert opened.click_mark("places", "Kreminna").locator("h2").inner_text() == NATIVE["Kreminna"]
    assert opened.page.locator("#gm-script").input_value() == "cyrillic"


def test_no_choice_of_script_where_there_is_one_only(show: Any) -> None:
    whole = many(10)
    for item in whole["features"]:
        del item["properties"]["native_name"]
    opened = show(render_map(whole, basemap=BasemapData()))
    assert opened.page.locator("#gm-script").count() == 0
