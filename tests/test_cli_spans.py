"""`geomap extract --spans`: spans that are given are resolved, each of them, and no others."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import geomap
from geomap.models import Span
from geomap.toponyms.given import SpanReader

if TYPE_CHECKING:
    from conftest import Cli

TEXT = (
    "Troops left the town of Lyman for Kherson province. The Ukrainians hold the Donetsk region’s "
    "north; Moscow denies it. The West sent aid to northern Kharkiv, Washington state and "
    "Ukraine's capital, via Qwzrtk — near 3 km west of Bakhmut."
)


def at(words: str, text: str = TEXT) -> Span:
    start = text.index(words)
    return Span(start, start + len(words))


@pytest.fixture
def articles(tmp_path: Path) -> Path:
    path = tmp_path / "reports.jsonl"
    rows = [{"id": 7, "text": TEXT}, {"id": "b", "text": "  Lyman is quiet.  "}]
    path.write_text("".join(json.dumps(r) + "\n" for r in rows), encoding="utf-8")
    return path


def write_spans(folder: Path, *rows: Any) -> Path:
    path = folder / "spans.jsonl"
    lines = [r if isinstance(r, str) else json.dumps(r) for r in rows]
    path.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
    return path


def row(article: object, span: Span) -> dict[str, object]:
    return {"article_id": article, "start": span.start, "end": span.end}


def extracted(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


@pytest.mark.parametrize(
    ("words", "kind", "name"),
    [
        ("Lyman", "literal", "Lyman"),
        ("the town of Lyman", "literal", "Lyman"),
        ("Kherson province", "literal", "Kherson province"),
        ("The Ukrainians", "demonym", "Ukrainians"),
        ("the Donetsk region’s", "literal", "Donetsk region"),
        ("Moscow", "associative", "Moscow"),
        ("The West", "associative", "West"),
        ("northern Kharkiv", "literal", "Kharkiv"),
        ("Washington state", "literal", "Washington state"),
        ("Ukraine's", "literal", "Ukraine"),
        ("Qwzrtk", "literal", "Qwzrtk"),
    ],
)
def test_a_span_becomes_a_mention(
    gazetteer: geomap.Gazetteer, words: str, kind: str, name: str
) -> None:
    span = at(words)
    (mention,) = SpanReader(gazetteer).mentions(TEXT, [Span(0, len(TEXT))], [span])
    assert (mention.start, mention.end, mention.text) == (span.start, span.end, words)
    assert (mention.kind, mention.name) == (kind, name)


@pytest.mark.parametrize(
    ("words", "place"),
    [
        ("the town of Lyman", "Lyman"),
        ("Kherson province", "Kherson Oblast"),
        ("Kherson", "Kherson Oblast"),  # the text: "Kherson province"
        ("the Donetsk region’s", "Donetsk Oblast"),
        ("northern Kharkiv", "Kharkiv"),
        ("Washington state", "Washington"),
        ("The Ukrainians", "Ukraine"),
    ],
)
def test_a_span_is_looked_up_by_the_name_in_it(
    pipeline: geomap.Pipeline, words: str, place: str
) -> None:
    article = geomap.Article("a", TEXT)
    (resolution,) = pipeline.process(article, [at(words)]).resolutions
    assert resolution.place is not None
    assert resolution.place.name == place


@pytest.mark.parametrize("words", ["—", " "])
def test_a_span_without_a_word_is_refused(pipeline: geomap.Pipeline, words: str) -> None:
    (resolution,) = pipeline.process(geomap.Article("a", TEXT), [at(words)]).resolutions
    assert (resolution.status, resolution.mention.text) == ("refused", words)


def test_every_span_gives_one_line_in_order(cli: Cli, articles: Path, tmp_path: Path) -> None:
    words = ["Qwzrtk", "the town of Lyman", "Lyman", "The Ukrainians", "The West", "Bakhmut", "—"]
    given_spans = [at(w) for w in words]
    spans = write_spans(tmp_path, *(row(7, s) for s in given_spans), "", row("7", at("Bakhmut")))
    out = tmp_path / "out.jsonl"
    code, _, err = cli("extract", articles, "--spans", spans, "-o", out, "--kinds", "literal")
    assert code == 0, err
    lines = extracted(out)
    expected = sorted((s.start, s.end) for s in [*given_spans, at("Bakhmut")])
    assert [(x["start"], x["end"]) for x in lines] == expected
    assert {x["article_id"] for x in lines} == {"7"}
    assert all(x["text"] == TEXT[x["start"] : x["end"]] for x in lines)
    by_text = {x["text"]: x for x in lines}
    assert by_text["Qwzrtk"]["status"] == by_text["—"]["status"] == "refused"
    assert by_text["Qwzrtk"]["lat"] is None
    assert by_text["the town of Lyman"]["geonameid"] == by_text["Lyman"]["geonameid"] is not None
    assert by_text["The Ukrainians"]["country"] == "UA"
    assert (by_text["The West"]["kind"], by_text["The West"]["lat"]) == ("associative", None)


def test_a_report_keeps_its_outer_space_so_that_offsets_agree(
    cli: Cli, articles: Path, tmp_path: Path
) -> None:
    out, texts = tmp_path / "out.jsonl", tmp_path / "texts.jsonl"
    spans = write_spans(tmp_path, row("b", Span(2, 7)))
    code, _, err = cli("extract", articles, "--spans", spans, "-o", out, "--texts", texts)
    assert code == 0, err
    assert [x["text"] for x in extracted(out)] == ["Lyman"]
    assert [x["text"] for x in extracted(texts)] == [TEXT, "  Lyman is quiet.  "]


def test_its_own_spans_give_what_it_finds_itself(cli: Cli, examples: Path, tmp_path: Path) -> None:
    found, again = tmp_path / "found.jsonl", tmp_path / "again.jsonl"
    cli("extract", examples, "-o", found, "--kinds", "all")
    code, _, err = cli("extract", examples, "--spans", found, "-o", again)
    assert code == 0, err
    # A given span is a name for certain: only the confidence and its reasons differ.
    own = ("article_id", "start", "end", "text", "kind", "name", "geonameid", "precision")
    for one, other in zip(extracted(found), extracted(again), strict=True):
        if one["status"] != "refused":
            assert [one[k] for k in own] == [other[k] for k in own]


def test_no_spans_give_an_empty_output(cli: Cli, articles: Path, tmp_path: Path) -> None:
    out = tmp_path / "out.jsonl"
    code, told, _ = cli("extract", articles, "--spans", write_spans(tmp_path), "-o", out)
    assert (code, out.read_bytes()) == (0, b"")
    assert "0 mentions placed" in told


def test_hints_are_measured_from_given_spans(cli: Cli, articles: Path, tmp_path: Path) -> None:
    spans, out = write_spans(tmp_path, row(7, at("Bakhmut"))), tmp_path / "out.jsonl"
    cli("extract", articles, "--spans", spans, "--what", "hints", "-o", out)
    assert [(x["direction"], x["anchors"]) for x in extracted(out)] == [("W", ["Bakhmut"])]


@pytest.mark.parametrize(
    ("line", "told"),
    [
        (row("c", Span(0, 3)), "no article 'c' was read, but '7', 'b'"),
        (row("b", Span(0, 99)), "0-99 lies outside the text of 'b', 19 characters long"),
        (row("b", Span(5, 5)), "`start` 5 is not before `end` 5"),
        (row("b", Span(-5, 5)), "`start` -5 is before the text"),
        ({"article_id": "b", "start": "1", "end": 2}, "no `start` that is a whole number"),
        ({"article_id": "b", "start": 1.0, "end": 2}, "no `start` that is a whole number"),
        ({"article_id": "b", "start": True, "end": 2}, "no `start` that is a whole number"),
        ({"article_id": "b", "start": 1}, "no `end` that is a whole number"),
        ({"start": 1, "end": 2}, "has no `article_id`"),
        ("{'start': 1}", "is not JSON"),
        ("[1, 2]", "not an object"),
        ("NaN", "is not JSON that can be read"),
        ('{"start": ' + "[" * 100_000, "is not JSON"),
    ],
)
def test_a_bad_line_is_named(
    cli: Cli, articles: Path, tmp_path: Path, line: Any, told: str
) -> None:
    spans = write_spans(tmp_path, row(7, at("Bakhmut")), "", line)
    out = tmp_path / "out.jsonl"
    code, printed, err = cli("extract", articles, "--spans", spans, "-o", out)
    assert (code, printed) == (2, "")
    assert err.count("\n") == 1
    assert err.startswith(f"geomap: error: {spans}:3: ")
    assert told in err
    assert not out.exists()


@pytest.mark.parametrize(
    ("options", "told"),
    [
        (["--spans", "missing.jsonl"], "missing.jsonl: cannot be read"),
        (["--spans", "."], "cannot be read"),
        (["--min-confidence", "0.5"], "--kind and --min-confidence"),
        (["--region", "Ukraine"], "--kind and --min-confidence"),
    ],
)
def test_options_that_do_not_go_together(
    cli: Cli, articles: Path, tmp_path: Path, options: list[str], told: str
) -> None:
    spans = write_spans(tmp_path, row(7, at("Bakhmut")))
    words = ["extract", articles, "--spans", spans, "-o", tmp_path / "out.jsonl", *options]
    code, _, err = cli(*words)
    assert code == 2
    assert told in err


def test_spans_are_not_replaced(cli: Cli, articles: Path, tmp_path: Path) -> None:
    spans = write_spans(tmp_path, row(7, at("Bakhmut")))
    before = spans.read_bytes()
    code, _, err = cli("extract", articles, "--spans", spans, "-o", spans)
    assert (code, spans.read_bytes()) == (2, before)
    assert "would be replaced" in err


SPANS = st.lists(
    st.tuples(st.integers(0, len(TEXT) - 1), st.integers(1, 40)).map(
        lambda x: Span(x[0], min(x[0] + x[1], len(TEXT)))
    ),
    max_size=30,
)


@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(spans=SPANS)
def test_any_spans_are_answered(pipeline: geomap.Pipeline, spans: list[Span]) -> None:
    report = pipeline.process(geomap.Article("a", TEXT), spans)
    found = [(r.mention.start, r.mention.end) for r in report.resolutions]
    assert found == sorted((s.start, s.end) for s in spans)
