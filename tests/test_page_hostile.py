"""Hostile texts in every field: nothing runs, nothing is lost, the text reads as written."""

from __future__ import annotations

import json
from typing import Any

import hostile_texts
import pytest
from map_samples import HOSTILE, hostile
from page_html import basemap

from geomap.output.map import TileSource, render_map

pytestmark = pytest.mark.browser
EVERY = hostile_texts.texts()
# Each select() fills the panel: what it then shows, whole (all its pages).
PANEL = """(wanted) => wanted.map(what => {
  geomap.select(what, {quiet: true});
  const body = document.getElementById('gm-panel-body');
  for (let n = 0; n < 50; n++) {
    const more = body.querySelector('.gm-more:not([hidden])');
    if (!more) break;
    more.click();
  }
  return JSON.stringify(body.textContent);
})"""


@pytest.fixture(scope="module")
def html() -> str:
    return render_map(
        hostile_texts.collection(), basemap=basemap(), title=HOSTILE, attribution=HOSTILE,
        tiles=TileSource("https://{s}.tile.example/{z}/{x}/{y}.png", HOSTILE, HOSTILE),
        front=hostile_texts.front(),
    )  # fmt: skip


def lost(wanted: Any, shown: str) -> list[str]:
    """Return what of the texts is not shown, so written that any terminal can show it."""
    return [ascii(text)[:90] for text in wanted if text not in shown]


def told(opened: Any, script: str, argument: Any = None) -> list[str]:
    """Return texts that a script gives as JSON: else lone surrogates would not come through."""
    return [json.loads(text) for text in opened.page.evaluate(script, argument)]


def text_of(opened: Any, selector: str) -> str:
    """Return all the text of an element, seen or not."""
    (text,) = told(opened, "s => [JSON.stringify(document.querySelector(s).textContent)]", selector)
    return text


def elements(opened: Any) -> list[str]:
    """Return what of the page no text of ours would make."""
    found: list[str] = opened.page.evaluate(
        """() => [...document.querySelectorAll('img, iframe, object, embed, svg, math, form, base,'
          + 'b, u, style:not(head style), script:not([type]):not(head script), '
          + 'link:not(head link)')]
          .filter(e => e !== document.body.lastElementChild).map(e => e.outerHTML.slice(0, 200))"""
    )
    return found


def test_there_are_two_hundred() -> None:
    assert len(EVERY) >= 200
    assert len(set(EVERY)) == len(EVERY)


def test_places_hints_and_claims_read_as_written(show: Any, html: str) -> None:
    opened = show(html)
    for kind, name in ((0, "place"), (2, "claimed")):
        spots = opened.page.evaluate(
            "k => Array.from(geomap.data.spots.kind, (v, i) => [v, i]).filter(p => p[0] === k)"
            ".map(p => p[1])",
            kind,
        )
        assert len(spots) == len(EVERY)
        shown = "\n".join(told(opened, PANEL, [{"spots": [s]} for s in spots]))
        wanted = [f"{name} {n} {e}" for n, e in enumerate(EVERY)]
        wanted += [f"{n}: {e}" for n, e in enumerate(EVERY)]  # the sentences
        wanted += [f"reason {e}" for e in EVERY]
        wanted += [f"{e}, {e}, {e} (0.10)" for e in EVERY if e]  # it could also be
        assert lost(wanted, shown) == []
    hints = opened.page.evaluate(
        "Array.from(geomap.data.kind, (v, i) => [v, i]).filter(p => p[0] === 1).map(p => p[1])"
    )
    shown = "\n".join(told(opened, PANEL, [{"row": i} for i in hints]))
    wanted = [f"hint {n} {e}" for n, e in enumerate(EVERY)] + [f"anchor {e}" for e in EVERY]
    assert lost(wanted, shown) == []
    assert elements(opened) == []


def test_claims_say_who_did_what_in_the_words_given(show: Any, html: str) -> None:
    opened = show(html)
    spots = opened.page.evaluate(
        "Array.from(geomap.data.spots.kind, (v, i) => [v, i]).filter(p => p[0] === 2)"
        ".map(p => p[1])"
    )
    said = told(
        opened,
        """(spots) => spots.map(s => { geomap.select({spots: [s]}, {quiet: true});
          const claim = document.querySelector('#gm-panel-body .gm-claim');
          return JSON.stringify(claim.textContent); })""",
        spots,
    )
    rest = set(said)
    for n, evil in enumerate(EVERY):
        verb = f'did not "{evil or "acted"}"' if n % 2 == 0 else (evil or "acted")
        start, end = f"{evil or 'Someone'} {verb} at claimed", f" claimed {n} {evil}"
        end += f" \u2013 said by {evil}" if evil else ""
        found = [w for w in rest if w.endswith(end)]
        bad = [ascii(w)[:200] for w in found if not w.startswith(start.removesuffix(" claimed"))]
        assert (len(found), bad) == (1, []), ascii(evil)[:90]
        rest -= set(found)
    assert not rest


def test_reports_and_what_was_not_placed_read_as_written(show: Any, html: str) -> None:
    opened = show(html)
    articles = list(range(opened.page.evaluate("geomap.data.articles.n")))
    shown = "\n".join(told(opened, PANEL, [{"article": a} for a in articles]))
    wanted = [f"refused {n} {e}" for n, e in enumerate(EVERY)]
    assert lost(wanted, shown) == []
    for tab, rows in (("reports", ".gm-report"), ("unplaced", ".gm-refusal")):
        opened.page.evaluate(
            """tab => { geomap.side.tab(tab); for (let n = 0; n < 20; n++) {
              const more = document.querySelector('#gm-' + tab + ' .gm-more');
              if (more) more.click(); } }""",
            tab,
        )
        shown = text_of(opened, f"#gm-page-{tab}")
        assert opened.page.locator(rows).count() >= len(EVERY)
        wanted = EVERY if tab == "reports" else [f"refused {n} {e}" for n, e in enumerate(EVERY)]
        assert lost(wanted, shown) == []
    assert elements(opened) == []


def test_parties_and_actions_can_all_be_switched(show: Any, html: str) -> None:
    opened = show(html)
    page = opened.page.locator("#gm-page-layers")
    names = page.locator("[id^=gm-actor-]").count(), page.locator("[id^=gm-action-]").count()
    assert names == (len(EVERY), len(EVERY))
    assert lost(EVERY, text_of(opened, "#gm-page-layers")) == []
    for prefix, one in (("gm-actor", "__proto__"), ("gm-action", "constructor")):
        total = sum(opened.counts("claims").values())
        assert total == len(EVERY)
        opened.page.evaluate(
            """([prefix, one]) => [...document.querySelectorAll('[id^=' + prefix + '-]')].find(
              e => e.closest('label').querySelector('.gm-text').textContent === one).click()""",
            [prefix, one],
        )
        assert sum(opened.counts("claims").values()) == total - 1
        said = opened.hash()
        assert one in said
        opened.go(said)
        assert sum(opened.counts("claims").values()) == total - 1
        opened.go()


def test_every_mark_stands_somewhere(show: Any, html: str) -> None:
    opened = show(html)
    at = opened.page.evaluate("geomap.marks.shown().map(m => [m.px, m.py, m.radius])")
    assert at
    assert all(isinstance(value, int | float) for mark in at for value in mark)  # NaN comes as None


def test_the_front_reads_as_written(show: Any, html: str) -> None:
    opened = show(html)
    script = f"""() => {{ const front = geomap.front.data();
      const pieces = front.pieces[1].map((piece, number) => ({{at: 1, piece, number}}));
      return ({PANEL})(pieces.concat(front.seeds.map(seed => ({{seed}})))); }}"""
    shown = told(opened, script)
    whole = "\n".join(shown)
    assert lost([EVERY[2]], shown[0]) == []
    assert lost([f"{n}: {e}" for n, e in enumerate(EVERY)], shown[1]) == []
    assert lost([f"seed {n} {e}" for n, e in enumerate(EVERY)], whole) == []
    assert f"party A {EVERY[0]}" in text_of(opened, "#gm-legend-rows")
    assert f"party B {EVERY[1]}" in text_of(opened, "#gm-legend-rows")
    assert elements(opened) == []


def test_search_finds_them_and_shows_them_as_text(show: Any, html: str) -> None:
    opened = show(html)
    for evil in [e for e in EVERY if e.strip() and len(e) < 300][::9]:
        opened.page.evaluate(
            """q => { const i = document.getElementById('gm-search'); i.value = q;
              i.dispatchEvent(new Event('focus')); }""",
            evil,
        )
        shown = text_of(opened, "#gm-results")
        folded = opened.page.evaluate("q => q.normalize('NFKD')", evil)
        if any(letter.isalnum() for letter in folded):
            assert opened.page.locator(".gm-option").count(), evil
            assert evil.strip()[:1] in shown
    assert elements(opened) == []


def test_printed_and_switched_they_stay_text(show: Any, html: str) -> None:
    opened = show(html)
    assert opened.page.locator("h1").text_content() == HOSTILE
    assert HOSTILE in opened.page.locator("#gm-attribution").text_content()
    assert HOSTILE in opened.page.locator("label[for=gm-tiles]").text_content()
    opened.page.locator("#gm-script").select_option("cyrillic")
    opened.page.evaluate("() => { geomap.select({spots: [0]}); }")
    assert "native " in opened.text("#gm-panel h2")
    opened.view(48, 35, 7)
    opened.point_at(*opened.spot_xy(46, 33))
    opened.page.evaluate("() => { window.dispatchEvent(new Event('beforeprint')); }")
    opened.settle()
    assert elements(opened) == []
    opened.page.evaluate("() => { window.dispatchEvent(new Event('afterprint')); }")


def test_only_web_addresses_are_links(show: Any, html: str) -> None:
    opened = show(html)
    articles = list(range(opened.page.evaluate("geomap.data.articles.n")))
    links = opened.page.evaluate(
        """(articles) => articles.flatMap(a => { geomap.select({article: a}, {quiet: true});
          return [...document.querySelectorAll('#gm-panel a')]
            .map(e => [e.href, e.rel, e.target]); })""",
        articles,
    )
    assert links
    assert all(href.startswith(("http://", "https://")) for href, _, _ in links)
    assert {tuple(rest) for _, *rest in links} == {("noopener noreferrer", "_blank")}


def test_a_hostile_report_reads_as_written(show: Any) -> None:
    opened = show(render_map(hostile(), basemap=basemap(), title=HOSTILE))
    opened.view(48.867, 38.1, 10)
    body = opened.click_mark("places", "<svg onload=window.pwned=4>Siversk")
    assert body.locator(".gm-sentence").text_content() == HOSTILE
    assert body.locator("mark").inner_text() == "Siversk"
    assert body.locator("a").count() == 0  # javascript: is no link
    assert "javascript:window.pwned=3" in body.inner_text()
    body.locator("summary").click()
    assert "<img src=x onerror=alert(5)>" in body.inner_text()
    assert "<iframe src=//evil.example>, </ul>" in body.inner_text()
    # A right-to-left override stays within its own words.
    isolated = body.locator(".gm-sentence").evaluate("e => getComputedStyle(e).unicodeBidi")
    assert isolated == "isolate"
    body = opened.click_mark("claims", "<u>Siversk</u>")
    assert "__proto__ did not" in body.locator(".gm-claim").inner_text()
    assert "constructor" in body.locator(".gm-claim").inner_text()
