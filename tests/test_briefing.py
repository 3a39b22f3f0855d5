"""The briefing: every line from the data, with its source; no text of an article is markup."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

import geomap
from geomap.gazetteer.scope import scope
from geomap.output.briefing import _clean, briefing, plain
from geomap.output.filters import Filter
from geomap.output.layers import features

MARKDOWN = MarkdownIt("commonmark").enable(["table", "strikethrough"])
SECTIONS = (
    "What is claimed, place by place", "Places named most", "Places known only by a description",
    "What is not known", "Sources",
)  # fmt: skip


class _Reader(HTMLParser):
    """Collects the tags and the text of a page."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.text += data

    def handle_comment(self, _: str) -> None:
        self.tags.append(("!--", {}))


def rendered(markdown: str) -> _Reader:
    reader = _Reader()
    reader.feed(MARKDOWN.render(markdown))
    reader.close()
    return reader


NASTY = st.text(
    st.sampled_from("\\`*_{}[]()<>#|~&!-+=.:/@$'\"ab1 \n\t\r\u202e\x1b\x00é"), max_size=30
)


@given(st.text() | NASTY)
@example("1. one")
@example("- one")
@example("=====")
@example("    code")
@example("[a]: http://x")
@example("<!-- -->")
@example("&lt;script&gt;")
@example("http://a.example www.b.example a@b.example $x$")
@example("\u2028# x")
def test_plain_text_comes_out_as_text(text: str) -> None:
    shown = plain(text)
    assert "\n" not in shown
    reader = rendered(shown)
    assert [t for t, _ in reader.tags] == (["p"] if _clean(text) else [])
    assert reader.text.strip() == _clean(text)


@given(NASTY)
def test_plain_text_stays_text_wherever_it_stands(text: str) -> None:
    shown = plain(text)
    page = (
        f"# {shown}\n\n- 2023-03-02: {shown} [1]\n\n| a | b |\n|---|---|\n| {shown} | 1 |\n\n"
        f"1. “{shown}”\n"
    )
    tags = [t for t, _ in rendered(page).tags]
    assert set(tags) <= {"h1", "ul", "li", "table", "thead", "tbody", "tr", "th", "td", "ol"}
    assert tags.count("td") == 2
    assert rendered(page).text.count(_clean(text)) >= 4


@given(st.text())
def test_nothing_unseen_is_kept(text: str) -> None:
    assert not re.search(
        "[\u0000-\u001f\u007f-\u009f\u200b-\u200f\u2028-\u202e\ufeff]", plain(text)
    )


@pytest.fixture(scope="module")
def rows(examples: Path, pipeline: geomap.Pipeline, gazetteer: geomap.Gazetteer) -> list[Any]:
    reports = pipeline.run(geomap.read_articles([examples])).reports
    return features(reports, Filter(inside=scope(gazetteer, "Donetsk Oblast").holds))


@pytest.fixture(scope="module")
def page(rows: list[Any]) -> str:
    return briefing(rows, region="Donetsk Oblast, Ukraine", period="2023-01-19 to 2024-12-12")


def section(page: str, title: str) -> str:
    return page.split(f"\n## {title}\n", 1)[1].split("\n## ", 1)[0]


def bullets(page: str) -> list[str]:
    return [x for x in page.partition("\n## Sources\n")[0].splitlines() if x.startswith("- ")]


def test_sections_stand_in_order(page: str) -> None:
    found = re.findall(r"^## (.*)$", page, re.MULTILINE)
    assert found == [s for s in SECTIONS if s in found]
    assert found[0] == SECTIONS[0]
    assert found[-1] == "Sources"
    assert page.startswith("# Donetsk Oblast, Ukraine: 2023-01-19 to 2024-12-12\n")
    assert "\n\n\n" not in page


def test_every_line_cites_a_sentence_that_is_quoted(page: str) -> None:
    quoted = dict(re.findall(r"^(\d+)\. “(.*)”$", section(page, "Sources"), re.MULTILINE))
    assert list(quoted) == [str(n) for n in range(1, len(quoted) + 1)]
    used: set[str] = set()
    assert len(bullets(page)) > 20
    for line in bullets(page):
        if line.endswith("left out."):
            continue
        cited = re.findall(r"(?<!\\)\[(\d+)\]", line)
        assert cited, line
        assert set(cited) <= set(quoted), line
        used |= set(cited)
    assert used == set(quoted)


def test_numbers_stay_when_rendered(page: str) -> None:
    """A list that goes on at 5 under another heading must not begin at 1 again."""
    starts = [a.get("start", "1") for t, a in rendered(page).tags if t == "ol"]
    quotes = re.findall(r"(?:\n\n)(\d+)\. “", section(page, "Sources"))
    assert starts == quotes


def test_every_place_is_quoted_and_every_quote_is_in_the_data(page: str, rows: list[Any]) -> None:
    sentences = {_clean(f.properties["sentence"]) for f in rows}
    names = {f.properties["name"] for f in rows}
    for quote in re.findall(r"^\d+\. “(.*)”$", section(page, "Sources"), re.MULTILINE):
        text = re.sub(r"\\(.)", r"\1", quote).removeprefix("… ").removesuffix(" …")
        assert any(text in s for s in sentences), text
    for name in re.findall(r"^### (.*)$", section(page, SECTIONS[0]), re.MULTILINE):
        assert name in names
    table = re.findall(r"^\| (?!place|-)(.*?) \| (\d+) \| (\S+) \| (\S+) \|$", page, re.MULTILINE)
    assert len(table) == 15
    for name, mentions, first, last in table:
        days = sorted(
            f.properties["date"] or "undated"
            for f in rows
            if f.properties["layer"] == "mention" and f.properties["name"] == name
        )
        assert (int(mentions), first, last) == (len(days), days[0], days[-1])


def test_every_date_and_distance_stems_from_the_data(page: str, rows: list[Any]) -> None:
    known = {str(f.properties[k]) for f in rows for k in ("date", "event_date")} | {"undated"}
    words = " ".join(f.properties["sentence"] for f in rows)
    for line in bullets(page):
        assert set(re.findall(r"\d{4}-\d\d-\d\d", line)) <= known
        for number in re.findall(r"(\d+) (?:km|miles)", line):
            assert re.search(rf"\b{number}\b", words), line


def test_the_summary_counts_what_is_listed(page: str, rows: list[Any]) -> None:
    summary = page.splitlines()[2]
    found = re.fullmatch(
        r"(\d+) reports, dated (\S+) to (\S+), name (\d+) places here and make (\d+) claims\..*",
        summary,
    )
    assert found, summary
    assert int(found[1]) == len({f.properties["article_id"] for f in rows})
    shown = len(re.findall(r"^\| (?!place|-)", page, re.MULTILINE))
    more = re.search(r"^(\d+) more, named less often\.$", page, re.MULTILINE)
    assert int(found[4]) == shown + (int(more[1]) if more else 0)


def test_hostile_text_is_text(page: str) -> None:
    reader = rendered(page)
    assert {t for t, _ in reader.tags} <= {
        "h1", "h2", "h3", "p", "ul", "ol", "li", "table", "thead", "tbody", "tr", "th", "td", "a",
    }  # fmt: skip
    links = {a["href"] for t, a in reader.tags if t == "a"}
    assert all(str(href).startswith("https://example.org/samples/") for href in links)
    assert '<script>alert("title")</script>' in reader.text
    assert not re.search("[\u202a-\u202e\u2066-\u2069]", page)


def brief(pipeline: geomap.Pipeline, text: str, **article: Any) -> str:
    report = pipeline.process(geomap.Article("a", text, **article))
    return briefing(features([report]), region="R", period="P")


def test_one_of_each_is_said_in_the_singular(pipeline: geomap.Pipeline) -> None:
    page = brief(pipeline, "Russian forces captured Bakhmut.")
    assert "1 report names 1 place here and makes 1 claim. It has no date." in page
    assert "- undated: Russia captured Bakhmut (" in page
    assert "confidence, 1 report) [1]" in page


def test_no_rows_still_make_a_page() -> None:
    page = briefing([], region="R", period="P")
    assert "No report names a place here in this period." in page
    assert "## " not in page


def row(**more: Any) -> dict[str, Any]:
    """A claim's properties."""
    keys = (
        "actor action name part relation direction distance_km negated modality attribution "
        "source_kind date event_date article_id"
    )
    base: dict[str, Any] = dict.fromkeys(keys.split())
    return base | {
        "actor": "Russia", "action": "captured", "name": "Bakhmut", "negated": False,
        "modality": "stated", "confidence": 0.8, "date": "2023-03-02", "article_id": "a",
    } | more  # fmt: skip


@pytest.mark.parametrize(
    ("claim", "said"),
    [
        ({}, "Russia captured Bakhmut"),
        ({"negated": True}, "Russia did not capture Bakhmut"),
        ({"actor": None}, "Bakhmut was captured"),
        ({"actor": None, "negated": True}, "Bakhmut was not captured"),
        ({"part": "E", "relation": "part"}, "Russia captured ground in the east of Bakhmut"),
        ({"relation": "near"}, "Russia captured positions near Bakhmut"),
        ({"relation": "near", "actor": None}, "positions near Bakhmut were captured"),
        ({"relation": "part"}, "Russia captured positions in or around Bakhmut"),
        (
            {"relation": "distance_direction", "direction": "NW", "distance_km": 8.04672},
            "Russia captured positions 8 km northwest of Bakhmut",
        ),
        ({"relation": "direction", "direction": "S"}, "Russia captured positions south of Bakhmut"),
        (
            {"relation": "outskirts", "direction": "NE"},
            "Russia captured positions on the northeastern outskirts of Bakhmut",
        ),
        ({"relation": "outskirts"}, "Russia captured positions on the outskirts of Bakhmut"),
        (
            {"relation": "bank", "direction": "E", "name": "Oskil"},
            "Russia captured positions on the eastern bank of Oskil",
        ),
        ({"relation": "opposite"}, "Russia captured positions opposite Bakhmut"),
        (
            {"relation": "border_distance", "distance_km": 5.0, "name": "Ukraine"},
            "Russia captured positions 5 km from the border of Ukraine",
        ),
        (
            {"relation": "border", "name": "Ukraine"},
            "Russia captured positions at the border of Ukraine",
        ),
        (
            {"action": "shelled", "actor": None, "relation": "near"},
            "an area near Bakhmut was shelled",
        ),
        ({"action": "withdrawn"}, "Russia withdrew from Bakhmut"),
        ({"action": "withdrawn", "actor": None}, "an unnamed force withdrew from Bakhmut"),
        ({"action": "attacked"}, "Russia attacked Bakhmut"),
        ({"action": "attacked", "relation": "toward"}, "Russia attacked toward Bakhmut"),
        ({"action": "advanced", "part": "N"}, "Russia advanced in the north of Bakhmut"),
        ({"action": "repelled attack"}, "Russia repelled attacks in Bakhmut"),
        (
            {"action": "repelled attack", "actor": None, "relation": "in_or_near"},
            "attacks in and around Bakhmut were repelled",
        ),
        (
            {"modality": "claimed", "attribution": "The General Staff"},
            "Russia captured Bakhmut, according to the General Staff",
        ),
        (
            {"modality": "confirmed", "attribution": "footage", "source_kind": "footage"},
            "Russia captured Bakhmut, shown by footage",
        ),
        (
            {"modality": "denied", "negated": True, "attribution": "Kyiv"},
            "Kyiv denied that Russia captured Bakhmut",
        ),
        ({"name": "A*B", "relation": "near"}, r"Russia captured positions near A\*B"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_claims_read_as_prose(claim: dict[str, Any], said: str) -> None:
    from geomap.output.briefing import _claim_line

    line = _claim_line([row(**claim)], ()).text
    assert line == f"reported 2023-03-02: {said} (high confidence, 1 report)"


def test_every_action_of_the_table_has_a_phrase() -> None:
    from geomap.front.vocabulary import vocabulary
    from geomap.output.briefing import _AT_A_PLACE, _ON_A_PLACE

    actions = {v.action for verbs in vocabulary().verbs.values() for v in verbs}
    assert actions <= set(_AT_A_PLACE) | set(_ON_A_PLACE)


def test_a_long_sentence_is_quoted_round_what_is_cited(pipeline: geomap.Pipeline) -> None:
    long = "and then nothing more was said about it by anyone " * 12
    page = brief(pipeline, f"On the day before, {long}, Russian forces captured Bakhmut {long}.")
    (quote,) = re.findall(r"^1\. “(.*)”$", page, re.MULTILINE)
    assert "captured Bakhmut" in quote
    assert quote.startswith("… ")
    assert quote.endswith(" …")
    assert len(quote.split()) <= 42


@pytest.mark.shared
def test_real_reports_make_a_page(
    shared: Path, pipeline: geomap.Pipeline, gazetteer: geomap.Gazetteer
) -> None:
    reports = pipeline.run(geomap.read_articles([shared / "articles" / "isw"])).reports
    page = briefing(
        features(reports, Filter(inside=scope(gazetteer, "Donetsk Oblast").holds)),
        region="Donetsk Oblast",
        period="P",
    )
    assert len(bullets(page)) > 10
    assert "None" not in page
    assert {t for t, _ in rendered(page).tags} <= {
        "h1", "h2", "h3", "p", "ul", "ol", "li", "table", "thead", "tbody", "tr", "th", "td", "a",
    }  # fmt: skip
