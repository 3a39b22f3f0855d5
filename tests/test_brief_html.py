"""The page of a briefing and the page of many: whole, safe, readable, and good on paper."""

from __future__ import annotations

import copy
import itertools
import re
from typing import TYPE_CHECKING, Any

import pytest
from brief_samples import document, empty, filled, index, said
from browsing import DESK, PHONE, Opened
from hostile_texts import texts
from test_page_print import pages_of

from geomap.output.brief_html import brief_html, index_html, web_address

if TYPE_CHECKING:
    from pathlib import Path

SVG = "{http://www.w3.org/2000/svg}"


def strict(page: str) -> Any:
    """Return a page as a tree; a fault in its markup is an error."""
    import html5lib

    return html5lib.HTMLParser(strict=True, namespaceHTMLElements=False).parse(page)


def flat(text: str) -> str:
    """Return what can be compared of a text: letters, without what is shown as something else."""
    return re.sub(r"[\s\x00-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069\u200e\u200f\u061c\ufffd"
                  r"\ud800-\udfff\ufffe\uffff\U0010ffff]", "", text)  # fmt: skip


def hostile(sample: dict[str, Any]) -> tuple[dict[str, Any], list[str]]:
    """Return a sample with hostile texts in all its fields, and the texts that went in."""
    given: list[str] = []

    def hand_out() -> Any:
        for text in itertools.cycle(texts()):
            given.append(text)
            yield text

    return filled(sample, hand_out()), given


def written(tree: Any) -> str:
    """Return all text of a page but its style."""
    return "".join(
        "".join(e.itertext()) for e in [*tree.iter("title"), tree.find("body")] if e is not None
    )


# ---- Markup ----


@pytest.mark.parametrize(
    "page",
    [brief_html(document()), brief_html(empty()), index_html(index())],
    ids=["full", "empty", "index"],
)
def test_it_is_strict_html_and_the_same_each_time(page: str) -> None:
    tree = strict(page)
    assert tree.get("lang") == "en"
    assert len(list(tree.iter("h1"))) == 1
    assert not list(tree.iter("script"))
    assert page in {brief_html(document()), brief_html(empty()), index_html(index())}


def test_every_hostile_text_is_text() -> None:
    plain = {e.tag for e in strict(brief_html(document())).iter()}
    told, given = hostile(document())
    assert set(given) == set(texts())  # the briefing has room for each of them
    tree = strict(brief_html(told))
    assert {e.tag for e in tree.iter()} <= plain
    said_there = flat(written(tree))
    # Some parts are for other formats; all that a reader sees is here.
    shown = told["summary"] + told["unknown"] + told["events"]["strikes"]
    quotes = [q["quote"] for s in told["sources"] for q in s["quotes"]]
    for text in [s["text"] for s in shown] + quotes + told["notes"] + [told["title"]]:
        assert flat(text) in said_there
    for element in tree.iter():
        for name, value in element.attrib.items():
            assert not name.startswith("on"), name
            if name in ("href", "src"):
                assert re.match(r"#q\d+$|https?://|data:,$|data:image/png;base64,", value), value
            if element.tag == "a" and not value.startswith("#") and name == "href":
                assert element.get("rel") == "noreferrer noopener"


def test_every_hostile_text_of_the_index_is_text() -> None:
    rows = [index()["rows"][0] for _ in range(len(texts()))]
    told, given = hostile(index() | {"rows": rows})
    assert set(given) == set(texts())
    tree = strict(index_html(told))
    there = flat(written(tree))
    for row in told["rows"]:
        assert flat(row["name"]) in there
        assert flat(row["text"]) in there
    assert all(a.get("href").startswith("./") for a in tree.iter("a"))
    assert not any(":" in a.get("href") for a in tree.iter("a"))


@pytest.mark.parametrize(
    "url",
    [None, "", "javascript:alert(1)", "https://", "http://[", "https://a b", "//a.example",
     "https://a.example/\u202e", "HTTPS//x", "data:text/html,x", "https://a.example/\x00"],
)  # fmt: skip
def test_only_web_addresses_are_linked(url: str | None) -> None:
    assert web_address(url) is None


def test_a_picture_that_is_none_is_refused() -> None:
    told = document()
    told["map"]["png_base64"] = '"><script>'
    with pytest.raises(ValueError, match="base64"):
        brief_html(told)


# ---- What it says ----


def test_citations_lead_to_the_quotes() -> None:
    told = document()
    told["summary"] = [said("One.", 3, 5, 6, 7, 41, 999)]
    tree = strict(brief_html(told))
    (line,) = [ul for ul in tree.iter("ul") if ul.get("class") == "summary"]
    links = [(a.get("href"), a.text) for a in line.iter("a")]
    assert links == [("#q3", "3"), ("#q5", "5–7"), ("#q41", "41")]
    assert "One. sentences [3, 5–7, 41, 999]" in " ".join("".join(line.itertext()).split())
    numbers = [li.get("id") for li in tree.iter("li") if li.get("id")]
    assert numbers == [f"q{n}" for n in range(1, 43)]
    for a in tree.iter("a"):
        if a.get("href").startswith("#"):
            assert a.get("href")[1:] in numbers


def test_what_one_source_says_or_was_read_unsurely_is_marked() -> None:
    told = empty()
    told["summary"] = [said("A.", single=True), said("B.", low=True), said("C.")]
    (lines,) = [u for u in strict(brief_html(told)).iter("ul") if u.get("class") == "summary"]
    found = [" ".join("".join(li.itertext()).split()) for li in lines]
    assert found == ["A. one source", "B. low confidence", "C."]


def test_parts_without_content_have_no_heading() -> None:
    tree = strict(brief_html(empty()))
    assert [h.text for h in tree.iter("h2")] == ["In short"]
    day = empty() | {"activity": {"days": [{"date": "2026-02-15", "reports": 1}], "before": None}}
    assert not list(strict(brief_html(day)).iter("svg"))
    full = [h.text for h in strict(brief_html(document())).iter("h2")]
    assert full == ["In short", "The line of contact", "Main places", "Claims by place",
                    "Strikes and civilian harm", "What is not known", "Sources",
                    "How to read this"]  # fmt: skip


def test_a_colour_that_is_none_is_grey() -> None:
    told = document()
    told["claims"]["sides"][0]["colour"] = "red; } body { display: none"
    page = brief_html(told)
    assert "display: none }" not in page
    assert "--side: #5b6570" in page
    assert "--side: #2166ac" in page


def test_change_in_the_index() -> None:
    (body,) = strict(index_html(index())).iter("tbody")
    counts = [["".join(td.itertext()) for td in tr.iter("td")][:2] for tr in body]
    assert counts == [["14 +5", "80 +29"], ["10 −2", "60 same"], ["6", "40"]]


# ---- In a browser ----


def opened(browser: Any, page: str, folder: Path, size: tuple[int, int], scheme: str) -> Opened:
    path = folder / "page.html"
    path.write_text(page, encoding="utf-8")
    found = Opened(browser, size, scheme=scheme)
    found.own = path.as_uri()
    found.page.goto(found.own)
    return found


_OVER = """() => [...document.querySelectorAll('body *')].filter(e => {
  const box = e.getBoundingClientRect();
  return !e.closest('.unseen') && box.width && (box.right > document.documentElement.clientWidth + 1
    || box.left < -1);
}).map(e => e.outerHTML.slice(0, 120))"""


@pytest.mark.browser
@pytest.mark.parametrize("kind", ["full", "hostile", "index"])
def test_it_opens_quietly_on_desk_and_phone(browser: Any, tmp_path: Path, kind: str) -> None:
    from axe_playwright_python.sync_playwright import Axe

    made = {
        "full": lambda: brief_html(document()),
        "hostile": lambda: brief_html(hostile(document())[0]),
        "index": lambda: index_html(index()),
    }[kind]()
    for size, scheme in ((DESK, "light"), (PHONE, "dark")):
        shown = opened(browser, made, tmp_path, size, scheme)
        assert shown.faults() == {}
        assert shown.page.evaluate(_OVER) == []
        if kind != "hostile":
            found = Axe().run(shown.page).response["violations"]
            assert [(v["id"], v["nodes"][0]["html"]) for v in found] == []
        shown.context.close()


@pytest.mark.browser
def test_sides_stand_side_by_side_and_on_a_phone_under_each_other(
    browser: Any, tmp_path: Path
) -> None:
    for size, beside in ((DESK, True), (PHONE, False)):
        shown = opened(browser, brief_html(document()), tmp_path, size, "light")
        first, second = (
            shown.page.locator(f".place:nth-of-type(2) .side-{n}").bounding_box() for n in (0, 1)
        )
        assert (first["y"] == second["y"]) is beside
        assert (first["x"] + first["width"] <= second["x"]) is beside
        rule = "getComputedStyle(document.querySelector('.side-1')).borderTopColor"
        assert shown.page.evaluate(rule) == "rgb(33, 102, 172)"
        shown.context.close()


@pytest.mark.browser
def test_paper(browser: Any, tmp_path: Path) -> None:
    long = copy.deepcopy(document())
    long["sources"][0]["url"] = "https://example.org/" + "a" * 600
    for told, pages in ((long, range(5, 9)), (empty(), range(1, 2))):
        shown = opened(browser, brief_html(told), tmp_path, (680, 1000), "dark")
        pdf = shown.page.pdf(prefer_css_page_size=True)
        sizes = pages_of(pdf)
        assert len(sizes) in pages
        for size in sizes:
            assert size == (pytest.approx(595.28, abs=1), pytest.approx(841.89, abs=1))
        # 178 mm between the margins are 673 px: nothing is wider, and paper is white.
        shown.page.set_viewport_size({"width": 673, "height": 1000})
        shown.page.emulate_media(media="print")
        assert shown.page.evaluate(_OVER) == []
        white = shown.page.evaluate("getComputedStyle(document.body).backgroundColor")
        assert white == "rgb(255, 255, 255)"
        assert shown.faults() == {}
        shown.context.close()


def test_of_hundreds_of_sentences_the_rest_is_counted() -> None:
    doc = document()
    doc["summary"] = [said("Much is said.", *range(1, 141, 2), 200, 201)]
    page = flat(brief_html(doc))
    assert "and52more]" in page
