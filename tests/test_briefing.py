"""The briefing: every statement from the data, with its sentences; no text of it is markup."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

import geomap
from geomap.front.theatre import load_theatre
from geomap.gazetteer.scope import scope
from geomap.output.briefing.compose import Subject, compose
from geomap.output.briefing.markdown import markdown, plain
from geomap.output.briefing.periods import Period, period_of
from geomap.output.briefing.statements import Statement, wordings
from geomap.output.briefing.words import clean as _clean
from geomap.output.filters import Filter
from geomap.output.layers import features

MARKDOWN = MarkdownIt("commonmark").enable(["table", "strikethrough"])


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


MONTHS = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
]
COUNTS = ["no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten"]


def document(
    gazetteer: geomap.Gazetteer,
    rows: list[dict[str, Any]],
    *,
    region: str = "Donetsk Oblast",
    period: Period | None = None,
    before: list[dict[str, Any]] | None = None,
) -> dict[str, Any]:
    """Return the briefing of some features on a region."""
    place = scope(gazetteer, region)
    dates = [dt.date.fromisoformat(r["date"]) for r in rows if r["date"]]
    subject = Subject(place.name, place.geometry, period or period_of(dates), rows, before, [])
    made = {"generator": "geomap 0", "settings": "s", "gazetteer_date": "2026-01-01"}
    return compose(subject, load_theatre(), gazetteer, made, "Places: GeoNames.")


@pytest.fixture(scope="module")
def rows(examples: Path, pipeline: geomap.Pipeline, gazetteer: geomap.Gazetteer) -> list[Any]:
    reports = pipeline.run(geomap.read_articles([examples])).reports
    inside = Filter(inside=scope(gazetteer, "Donetsk Oblast").holds)
    return [f.properties for f in features(reports, inside)]


@pytest.fixture(scope="module")
def doc(rows: list[Any], gazetteer: geomap.Gazetteer) -> dict[str, Any]:
    return document(gazetteer, rows)


@pytest.fixture(scope="module")
def page(doc: dict[str, Any]) -> str:
    return markdown(doc, "▁█")


def statements(part: Any) -> Iterator[dict[str, Any]]:
    """Yield all statements of a document."""
    if isinstance(part, dict):
        if {"text", "cites", "marks"} <= set(part):
            yield part
        for value in part.values():
            yield from statements(value)
    elif isinstance(part, list):
        for value in part:
            yield from statements(value)


def about_claims(doc: dict[str, Any]) -> list[dict[str, Any]]:
    """Return the statements that tell of single claims."""
    parts = [p[k] for p in doc["claims"]["places"] for k in ("cells", "unnamed")]
    return list(statements([parts, doc["events"]]))


def cited(doc: dict[str, Any], rows: list[Any], statement: dict[str, Any]) -> list[dict[str, Any]]:
    """Return the features of the sentences that a statement cites."""
    ids = {
        i for s in doc["sources"] for q in s["quotes"] if q["number"] in statement["cites"]
        for i in q["ids"]
    }  # fmt: skip
    return [r for r in rows if r["id"] in ids]


def test_every_statement_cites_sentences_that_are_quoted(doc: dict[str, Any]) -> None:
    numbers = [q["number"] for s in doc["sources"] for q in s["quotes"]]
    assert numbers == list(range(1, len(numbers) + 1))
    told = list(statements(doc))
    assert len(told) > 40
    for statement in told:
        assert statement["cites"], statement
        assert set(statement["cites"]) <= set(numbers)
        assert statement["marks"].startswith("[")
    assert {n for s in told for n in s["cites"]} == set(numbers)


def test_every_quote_is_in_its_report(doc: dict[str, Any], rows: list[Any]) -> None:
    sentences: dict[str, set[str]] = {}
    for r in rows:
        sentences.setdefault(r["article_id"], set()).add(_clean(r["sentence"]))
    for source in doc["sources"]:
        for quote in source["quotes"]:
            words = quote["quote"].strip("“”").removeprefix("… ").removesuffix(" …")
            assert any(words in s for s in sentences[source["article_id"]]), words


def test_each_number_of_a_claim_is_in_the_data(doc: dict[str, Any], rows: list[Any]) -> None:
    told = about_claims(doc)
    assert len(told) > 20
    for statement in told:
        known: set[str] = set()
        for r in cited(doc, rows, statement):
            known |= set(re.findall(r"\d+", r["sentence"]))
            for day in (r["event_date"], r["date"]):
                known |= {str(int(n)) for n in (day or "").split("-") if n}
            if r["distance_km"]:
                known.add(f"{r['distance_km']:g}")
        assert set(re.findall(r"\d+(?:\.\d+)?", statement["text"])) <= known, statement["text"]


def test_each_name_of_a_claim_is_in_the_data(doc: dict[str, Any], rows: list[Any]) -> None:
    divisions: dict[str, set[str]] = {}  # told where a name stands for several places
    for r in rows:
        if r["layer"] == "mention" and r["name"]:
            divisions.setdefault(r["name"], set()).add(r["admin1"] or "")
    for statement in about_claims(doc):
        known = set(MONTHS)
        for r in cited(doc, rows, statement):
            for text in (
                *divisions.get(r["name"], ()),
                r["sentence"],
                r["name"],
                r["actor"],
                r["attribution"],
                *(r["anchors"] or []),
            ):
                known |= set(re.findall(r"[\w’']+", text or ""))
        # The first word is a capital in any sentence; a name there stands in the data too.
        _, *rest = re.findall(r"[\w’']+", statement["text"])
        assert {w for w in rest if w[0].isupper()} <= known, statement["text"]


def test_wordings_bring_no_number_and_no_name_of_their_own() -> None:
    import tomllib
    from importlib import resources

    file = resources.files("geomap.output.briefing") / "sentences.toml"
    for section in tomllib.loads(file.read_text(encoding="utf-8")).values():
        for wording in section.values():
            words = re.sub(r"\{[{%].*?[%}]\}", " ", wording, flags=re.DOTALL)
            assert not re.search(r"\d", words), wording
            inner = re.findall(r"[a-z,;:] +([A-Z]\w*)", words)
            assert set(inner) <= {"The"}, wording
    assert len(wordings()) > 20


def test_nothing_is_said_without_evidence() -> None:
    with pytest.raises(ValueError, match="without evidence"):
        Statement("Russia captured Bakhmut.")


def test_headline_numbers_are_those_of_the_data(doc: dict[str, Any], rows: list[Any]) -> None:
    numbers = {n["what"]: n["now"] for n in doc["numbers"]}
    assert numbers["Reports"] == len({r["article_id"] for r in rows})
    assert numbers["Sources"] == len({r["source"] for r in rows})
    claims = [r for r in rows if r["layer"] == "claim" and r["lat"] and r["modality"] != "planned"]
    front = [r for r in claims if r["action"] not in ("struck", "shelled")]
    assert numbers["Claims about ground"] == len(front)
    first = doc["summary"][0]["text"]
    assert first.startswith(f"{COUNTS[numbers['Reports']].capitalize()} reports from two sources")
    assert f"name {numbers['Places named']} places here and make {len(claims)} claims." in first


def test_change_is_told_against_the_period_before(
    rows: list[Any], gazetteer: geomap.Gazetteer
) -> None:
    period = period_of([], since=dt.date(2024, 12, 6), until=dt.date(2024, 12, 12))
    now = [r for r in rows if (r["date"] or "") >= "2024-12-06"]
    before = [r for r in rows if r["article_id"].startswith("2024-10")]
    doc = document(gazetteer, now, period=period, before=before)
    reports = next(n for n in doc["numbers"] if n["what"] == "Reports")
    assert (reports["now"], reports["before"], reports["change"]) == (2, 1, "+1")
    assert "the week before there was one report." in doc["summary"][0]["text"]
    assert doc["period"]["previous"]["text"] == "29 November to 5 December 2024"
    gaps = "No report is dated 6 to 11 December."
    assert gaps in [s["text"] for s in doc["unknown"]]


def test_places_are_told_with_the_next_town(doc: dict[str, Any], rows: list[Any]) -> None:
    table = {r["name"]: r for r in doc["places"]["rows"]}
    vuhledar = table["Vuhledar"]
    assert vuhledar["town"] == "23 km south of Kurakhove"
    assert vuhledar["native"] == "Вугледар"
    mentions = [r for r in rows if r["layer"] == "mention" and r["name"] == "Vuhledar"]
    assert vuhledar["mentions"] == len(mentions)


def test_both_sides_stand_side_by_side(doc: dict[str, Any]) -> None:
    assert [s["party"] for s in doc["claims"]["sides"]] == ["Russia", "Ukraine"]
    place = next(p for p in doc["claims"]["places"] if p["name"] == "Vuhledar")
    russia, ukraine = ([s["text"] for s in cell] for cell in place["cells"])
    assert russia == [
        "Captured it, reported on 2 October 2024, claimed by Russia's defence ministry."
    ]
    assert ukraine == ["Withdrew from it on 1 October 2024, claimed by the eastern command."]
    assert all(s["single"] for cell in place["cells"] for s in cell)


def test_hostile_text_is_text(page: str) -> None:
    reader = rendered(page)
    assert {t for t, _ in reader.tags} <= {
        "h1", "h2", "h3", "p", "ul", "ol", "li", "table", "thead", "tbody", "tr", "th", "td", "a",
    }  # fmt: skip
    links = {a["href"] for t, a in reader.tags if t == "a"}
    assert all(str(href).startswith("https://example.org/samples/") for href in links)
    assert '<script>alert("title")</script>' in reader.text
    assert not re.search("[\u202a-\u202e\u2066-\u2069]", page)


def test_numbers_stay_when_rendered(page: str) -> None:
    """A list that goes on at 5 under another heading must not begin at 1 again."""
    starts = [a.get("start", "1") for t, a in rendered(page).tags if t == "ol"]
    assert starts == re.findall(r"(?:\n\n)(\d+)\. “", page)


def test_tables_keep_their_columns(page: str) -> None:
    for table in re.findall(r"(?:^\|.*\n)+", page, re.MULTILINE):
        bars = {len(re.findall(r"(?<!\\)\|", line)) for line in table.splitlines()}
        assert len(bars) == 1, table


def brief(pipeline: geomap.Pipeline, *texts: str, **article: Any) -> dict[str, Any]:
    """Return a briefing on Ukraine of some texts, each a report of its own source."""
    reports = [
        pipeline.process(geomap.Article(f"a{n}", text, source=f"S{n}", **article))
        for n, text in enumerate(texts)
    ]
    rows = [f.properties for f in features(reports)]
    return document(pipeline.gazetteer, rows, region="Ukraine")


def test_one_of_each_is_said_in_the_singular(pipeline: geomap.Pipeline) -> None:
    doc = brief(pipeline, "Russian forces captured Bakhmut.")
    told = [s["text"] for s in doc["summary"]]
    assert told[0] == "One report (S0) names one place here and makes one claim."
    assert told[1] == "Russia captured Bakhmut."
    assert doc["period"]["text"] == "undated reports"


DAY = dt.date(2023, 3, 2)


def test_contradiction_stands_in_one_statement(pipeline: geomap.Pipeline) -> None:
    doc = brief(
        pipeline,
        "Russia's defence ministry said its forces captured Bakhmut.",
        "Ukraine's General Staff denied that Russian forces captured Bakhmut.",
        date=DAY,
    )
    texts = [s["text"] for s in doc["claims"]["places"][0]["cells"][0]]
    assert texts == [
        "Captured it, claimed by Russia's defence ministry; denied by Ukraine's General Staff."
    ]
    assert any(
        s["text"].startswith("Reports contradict each other on Bakhmut") for s in doc["summary"]
    )


def test_ten_copies_are_not_one_source_marked_as_such(pipeline: geomap.Pipeline) -> None:
    same = "Russian forces captured Bakhmut."
    doc = brief(pipeline, same, same, "Russian forces shelled Lyman.", date=DAY)
    (captured,) = doc["claims"]["places"][0]["cells"][0]
    assert (captured["text"], captured["single"]) == ("Captured it.", False)
    assert len(captured["cites"]) == 2
    (shelled,) = doc["events"]["strikes"]
    assert shelled["single"]


def test_harm_to_civilians_is_quoted_and_losses_of_troops_are_not(
    pipeline: geomap.Pipeline,
) -> None:
    doc = brief(
        pipeline,
        "Russian forces shelled Kramatorsk on Wednesday, killing two civilians, police said.",
        "A strike near Lyman killed 20 Russian soldiers. In Sloviansk 1,200 people were evacuated.",
        date=DAY,
    )
    strike = next(s["text"] for s in doc["events"]["strikes"] if "Kramatorsk" in s["text"])
    assert strike.endswith(": “killing two civilians”.")
    assert [s["text"] for s in doc["events"]["harm"]] == [
        "Sloviansk: “In Sloviansk 1,200 people were evacuated”."
    ]


def test_what_is_not_placed_is_told(pipeline: geomap.Pipeline) -> None:
    doc = brief(
        pipeline,
        "Fighting went on near Bakhmut and the village of Zzyzhivka Druha. "
        "Russia plans to capture Lyman.",
        date=DAY,
    )
    told = " ".join(s["text"] for s in doc["unknown"])
    assert "Zzyzhivka Druha is not placed: " in told
    assert "One statement of what is planned or could come is left out here." in told
    assert "Lyman" not in [p["name"] for p in doc["claims"]["places"]]


def test_no_rows_still_make_a_page(gazetteer: geomap.Gazetteer) -> None:
    doc = document(gazetteer, [])
    assert [s["text"] for s in doc["summary"]] == ["There is no report of this period."]
    page = markdown(doc)
    assert page.count("## ") == 1
    assert "None" not in page


def test_a_long_sentence_is_quoted_round_what_is_cited(pipeline: geomap.Pipeline) -> None:
    long = "and then nothing more was said about it by anyone " * 12
    doc = brief(pipeline, f"On the day before, {long}, Russian forces captured Bakhmut {long}.")
    quotes = [q["quote"] for s in doc["sources"] for q in s["quotes"]]
    (quote,) = [q for q in quotes if "captured Bakhmut" in q]
    assert quote.startswith("“… ")
    assert quote.endswith(" …”")
    assert len(quote.split()) <= 42


@pytest.mark.shared
def test_real_reports_make_a_page(
    shared: Path, pipeline: geomap.Pipeline, gazetteer: geomap.Gazetteer
) -> None:
    article = shared / "articles" / "isw" / "2026-02-21--isw.txt"
    reports = pipeline.run(geomap.read_articles([article])).reports
    inside = Filter(inside=scope(gazetteer, "Donetsk Oblast").holds)
    found = [f.properties for f in features(reports, inside)]
    doc = document(gazetteer, found)
    assert len(about_claims(doc)) > 15
    test_each_number_of_a_claim_is_in_the_data(doc, found)
    test_each_name_of_a_claim_is_in_the_data(doc, found)
    page = markdown(doc)
    assert "None" not in page
    assert {t for t, _ in rendered(page).tags} <= {
        "h1", "h2", "h3", "p", "ul", "ol", "li", "table", "thead", "tbody", "tr", "th", "td", "a",
    }  # fmt: skip
