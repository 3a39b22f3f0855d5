from __future__ import annotations

import datetime as dt
import json
from io import BytesIO

import pytest
from hypothesis import given
from hypothesis import strategies as st

from geomap.articles.jsonl import JsonReport, read_json_lines
from geomap.models import Problem


def read(data: bytes, **options: int) -> list[JsonReport | Problem]:
    return list(read_json_lines(BytesIO(data), "a.jsonl", **options))


def one(**values: object) -> JsonReport:
    (report,) = read(json.dumps({"text": "Text.", **values}).encode())
    assert isinstance(report, JsonReport)
    return report


def test_all_fields() -> None:
    report = one(
        id="x", title="T", date="2023-03-14", source="S", url="https://example.org", other=[1]
    )
    assert (report.id, report.title, report.source) == ("x", "T", "S")
    assert (report.date, report.url) == (dt.date(2023, 3, 14), "https://example.org")
    assert report.problems == ()


def test_text_is_kept_as_it_stands() -> None:
    text = "\ufeff  a\r\nb \u2028 é e\u0301 \u202e \n"
    assert one(text=text).text == text


@given(st.text(st.characters(blacklist_categories=("Cs",))).filter(str.strip))
def test_any_text_comes_back(text: str) -> None:
    assert one(text=text).text == text


def test_a_broken_line_is_named_and_the_rest_goes_on() -> None:
    good = b'{"text": "Text."}'
    found = read(good + b'\n{"text": "cut\n\n  \n[1]\n' + good + b"\r\n" + good)
    lines = [(f.line, type(f)) for f in found]
    assert lines == [
        (1, JsonReport),
        (2, Problem),
        (5, Problem),
        (6, JsonReport),
        (7, JsonReport),
    ]
    problem = found[1]
    assert isinstance(problem, Problem)
    assert problem.set_aside
    assert problem.kind == "broken-json"
    assert str(problem).startswith("a.jsonl:2: is not JSON: ")
    assert str(found[2]) == (
        "a.jsonl:5: is JSON, but a list rather than an object; the line was left out"
    )


@pytest.mark.parametrize(
    ("line", "kind"),
    [
        (b"{}", "no-text"),
        (b'{"text": null}', "no-text"),
        (b'{"text": 5}', "bad-field"),
        (b'{"text": "  "}', "empty"),
        (b"null", "broken-json"),
        (b"[" * 100_000, "broken-json"),
        (b'{"text": "x", "n": ' + b"9" * 5_000 + b"}", "broken-json"),
        (b'{"text": "\x00"}', "broken-json"),
    ],
)
def test_lines_without_a_report(line: bytes, kind: str) -> None:
    (problem,) = read(line)
    assert isinstance(problem, Problem)
    assert (problem.kind, problem.line, problem.set_aside) == (kind, 1, True)


@pytest.mark.parametrize("key", ["id", "title", "date", "source", "url"])
@pytest.mark.parametrize("value", [["x"], {"x": 1}, True, 1.5])
def test_a_wrong_type_is_left_out_with_a_warning(key: str, value: object) -> None:
    report = one(**{key: value})
    assert getattr(report, key) is None
    (problem,) = report.problems
    assert (problem.kind, problem.set_aside) == ("bad-field", False)
    assert f"`{key}`" in problem.message


def test_number_id_and_bad_date_and_bad_url() -> None:
    report = one(id=7, date="03/04/2023", url="ftp://example.org")
    assert (report.id, report.date, report.url) == ("7", None, None)
    assert [p.kind for p in report.problems] == ["bad-date", "bad-url"]


def test_half_a_surrogate_pair_can_be_written_afterwards() -> None:
    (report,) = read(b'{"text": "a \\ud800 b \\ud83d\\ude00"}')
    assert isinstance(report, JsonReport)
    assert report.text == "a \ufffd b \U0001f600"
    assert [p.kind for p in report.problems] == ["encoding"]


def test_other_encodings_are_noted_once() -> None:
    line = '{"text": "Бои продолжались у Бахмута и Соледара, сообщили вчера власти."}\n'
    found = read(line.encode("cp1251") * 3)
    assert [type(f) for f in found] == [JsonReport, Problem, JsonReport, JsonReport]


def test_utf16_is_refused_in_one_line() -> None:
    (problem,) = read('{"text": "x"}\n{"text": "y"}\n'.encode("utf-16"))
    assert isinstance(problem, Problem)
    assert (problem.kind, problem.set_aside) == ("encoding", True)


def test_byte_order_mark_and_no_last_line_end() -> None:
    found = read(b'\xef\xbb\xbf{"text": "x"}\n{"text": "y"}')
    assert [f.text for f in found if isinstance(f, JsonReport)] == ["x", "y"]


def test_a_long_line_is_left_out_and_the_next_is_read() -> None:
    long = b'{"text": "' + b"x" * 2_000_000 + b'"}\n'
    found = read(long + b'{"text": "y"}', max_line_bytes=1_000_000)
    assert [(f.line, type(f)) for f in found] == [(1, Problem), (2, JsonReport)]
    assert "is larger than 1 MB; raise the limit" in str(found[0])
