from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from geomap.articles.dates import (
    day_in_dateline,
    day_in_name,
    future_problem,
    parse_day,
    publication_day,
)
from geomap.articles.header import http_url, split_header

MARCH_14 = dt.date(2023, 3, 14)
REAL_DAYS = st.dates(dt.date(1950, 1, 1), dt.date(2090, 12, 31))


@pytest.mark.parametrize(
    "written",
    [
        "2023-03-14",
        " 2023-03-14 ",
        "2023-03-14T08:00:00+02:00",
        "2023-03-14T23:59:59.123456-0800",
        "2023-03-14T08:00:00Z",
        "2023-03-14 08:00",
        "20230314",
        "2023/03/14",
        "14 March 2023",
        "14 mar. 2023",
        "14th of March 2023",
        "Tuesday, 14 March 2023",
        "Tue, 14 Mar 2023 08:00:00 +0200",
        "March 14, 2023",
        "MARCH 14, 2023",
        "Mar. 14, 2023, 6:15 p.m. ET",
        "March 14, 2023, 8:15pm ET",
        "14.03.2023",
        "14.3.2023",
        "14/03/2023",
        "03/14/2023",
        "14 березня 2023",
        "14 березня 2023 року",
        "14 марта 2023 г.",
        "14 марта 2023, 10:30",
    ],
)
def test_whole_dates_are_read(written: str) -> None:
    assert parse_day(written) == MARCH_14


@pytest.mark.parametrize(
    "written",
    [
        "",
        "03/04/2023",
        "14 March",
        "March 2023",
        "2023",
        "yesterday",
        "2023-02-30",
        "2023-13-01",
        "14.03.23",
        "99.99.9999",
        "1123-03-14",
        "2023-03-14 and more",
        "on March 14, 2023",
        "14 Foo 2023",
        "1678780800",
        "x" * 10_000,
    ],
)
def test_broken_or_ambiguous_dates_give_none(written: str) -> None:
    assert parse_day(written) is None


@given(REAL_DAYS)
def test_every_form_of_a_day_gives_that_day(day: dt.date) -> None:
    assert parse_day(day.isoformat()) == day
    assert parse_day(day.strftime("%d.%m.%Y")) == day
    assert parse_day(f"{day:%B} {day.day}, {day.year}") == day
    assert parse_day(f"{day.day} {day:%b} {day.year}") == day
    assert day_in_name(f"report_{day.isoformat()}--x") == day


@given(st.text())
def test_no_text_breaks_the_readers(text: str) -> None:
    parse_day(text)
    day_in_name(text)
    day_in_dateline(text)
    split_header(text)
    http_url(text)


@pytest.mark.parametrize(
    ("stem", "day"),
    [
        ("2023-03-14--kreminna", MARCH_14),
        ("report_2023-03-14", MARCH_14),
        ("20230314-x", MARCH_14),
        ("2023-03-14 copy of 2023-03-14", MARCH_14),
        ("2023-03-01--2023-03-14", None),
        ("order-12345678", None),
        ("2023-02-30", None),
        ("112023-03-141", None),
        ("march-14-2023", None),
        ("18120624", None),
        ("kreminna", None),
    ],
)
def test_day_in_a_file_name(stem: str, day: dt.date | None) -> None:
    assert day_in_name(stem) == day


@pytest.mark.parametrize(
    "line",
    [
        "KYIV, March 14, 2023 (Reuters) — Fighting went on.",
        "KYIV, Ukraine, March 14, 2023 - Fighting went on.",
        "KYIV (Reuters), March 14, 2023 — Fighting went on.",
        "\n  Chasiv Yar, 14 March 2023 – Fighting went on.",
        "14 March 2023, Kramatorsk — Fighting went on.",
        "КИЇВ, 14 березня 2023 — Бої тривали.",
        "March 14, 2023\nFighting went on.",
    ],
)
def test_datelines(line: str) -> None:
    assert day_in_dateline(line) == MARCH_14


@pytest.mark.parametrize(
    "text",
    [
        "KYIV, March 14 (Reuters) - Fighting went on.",
        "Fighting went on.\nKYIV, March 14, 2023 (Reuters) — More.",
        "The town fell on March 14, 2023 - or so they say.",
        "On Tuesday, March 14, 2023 — the day it began — all was calm.",
        "Copyright Example, March 14, 2023 - all rights reserved",
        "KYIV, March 14, 2023 - March 20, 2023: a week",
        "Assessment of the campaign, March 14, 2023",
        "© 2021 Example Media",
        "",
    ],
)
def test_other_dates_are_no_dateline(text: str) -> None:
    assert day_in_dateline(text) is None


def test_order_of_the_sources_of_a_date() -> None:
    header, option = dt.date(2023, 1, 1), dt.date(2023, 4, 4)
    text = "KYIV, March 3, 2023 — Fighting."
    name = "2023-02-02--x"
    assert publication_day(name, text, stated=header, article_date=option) == (header, "header")
    assert publication_day(name, text, article_date=option) == (dt.date(2023, 2, 2), "filename")
    assert publication_day("x", text, article_date=option) == (dt.date(2023, 3, 3), "dateline")
    assert publication_day("x", "Fighting.", article_date=option) == (option, "option")
    assert publication_day("x", "Fighting. © 2021") == (None, None)
    assert publication_day(None, "Fighting.") == (None, None)


def test_only_days_after_today_are_in_the_future() -> None:
    assert future_problem(MARCH_14, MARCH_14, "a.txt") is None
    assert future_problem(None, MARCH_14, "a.txt") is None
    problem = future_problem(MARCH_14, dt.date(2023, 3, 13), "a.txt", 7)
    assert problem is not None
    assert (problem.kind, problem.line, problem.set_aside) == ("future-date", 7, False)


@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r"])
def test_header_with_any_line_ends(newline: str) -> None:
    lines = [
        "date: 14 March 2023",
        "TITLE: A: b",
        "Url: https://example.org/x",
        "source:  The Paper ",
        "Language: en-GB",
        "Author: N. N.",
        "",
        "KYIV: Text.",
    ]
    text = newline.join(lines)
    header = split_header(text, "a.txt")
    assert (header.title, header.date, header.source) == ("A: b", MARCH_14, "The Paper")
    assert (header.url, header.lang, header.problems) == ("https://example.org/x", "en", ())
    assert text[header.body :] == "KYIV: Text."


@pytest.mark.parametrize(
    "text",
    [
        "Kyiv: shelling went on.\n\nMore.",
        "NEAR KREMINNA, Ukraine: Fighting.\nDate: 2023-03-14\n\nMore.",
        "Title: x\nThis is no key and value\n\nText",
        "Plain text.",
        "",
        "\n\n\n",
    ],
)
def test_what_is_no_header(text: str) -> None:
    header = split_header(text)
    assert header.body == 0
    assert header.date is None


def test_header_without_blank_line_is_warned_of() -> None:
    header = split_header("Title: x\nDate: 2023-03-14\nFighting went on\n", "a.txt")
    assert header.body == 0
    assert [str(p) for p in header.problems] == [
        "a.txt:3: begins like a header, but this line is no `Key: value`: the header was taken as "
        "text (put a blank line after the header)"
    ]


def test_bad_header_values_are_named_with_their_lines() -> None:
    text = "Title: x\nDate: 03/04/2023\nURL: javascript:alert(1)\nTitle: y\n\nText"
    header = split_header(text, "a.txt")
    assert (header.title, header.date, header.url) == ("x", None, None)
    assert [(p.kind, p.line, p.set_aside) for p in header.problems] == [
        ("header", 4, False),
        ("bad-date", 2, False),
        ("bad-url", 3, False),
    ]


@pytest.mark.parametrize(
    "url",
    [
        "javascript:alert(1)",
        "data:text/html,x",
        "//example.org",
        "/a",
        "http://",
        "http://[",
        "https://example.org/\u202ex",
        "https://example.org/a b",
        'https://example.org/"onclick="x',
        "file:///etc/passwd",
        "",
        None,
    ],
)
def test_only_web_addresses_are_links(url: str | None) -> None:
    assert http_url(url) is None
