from __future__ import annotations

import datetime as dt
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from geomap.articles import find_days

TUESDAY = dt.date(2023, 3, 14)
DAY = dt.timedelta(days=1)

Row = tuple[str, str, str]


def days(text: str, published: dt.date | None = TUESDAY) -> list[Row]:
    return [(d.text, d.first.isoformat(), d.last.isoformat()) for d in find_days(text, published)]


@pytest.mark.parametrize(
    ("text", "words", "day"),
    [
        ("They said on Monday that", "on Monday", "2023-03-13"),
        ("video late on Monday that", "late on Monday", "2023-03-13"),
        ("said on Tuesday that", "on Tuesday", "2023-03-14"),
        ("early Tuesday morning it", "early Tuesday morning", "2023-03-14"),
        ("struck Monday night", "Monday night", "2023-03-13"),
        ("since Wednesday", "Wednesday", "2023-03-08"),
        ("MONDAY", "MONDAY", "2023-03-13"),
        ("last Tuesday", "last Tuesday", "2023-03-07"),
        ("last Friday", "last Friday", "2023-03-10"),
        ("Monday’s attack", "Monday", "2023-03-13"),
        ("yesterday", "yesterday", "2023-03-13"),
        ("Yesterday evening it", "Yesterday evening", "2023-03-13"),
        ("the day before yesterday", "the day before yesterday", "2023-03-12"),
        ("on the previous day", "on the previous day", "2023-03-13"),
        ("today", "today", "2023-03-14"),
        ("this morning", "this morning", "2023-03-14"),
        ("on March 13", "on March 13", "2023-03-13"),
        ("On 13 March, troops", "On 13 March", "2023-03-13"),
        ("the 13th of March", "13th of March", "2023-03-13"),
        ("on Friday, March 10, they", "on Friday, March 10", "2023-03-10"),
        ("Feb. 24", "Feb. 24", "2023-02-24"),
        ("On March 13, 20 people died", "On March 13", "2023-03-13"),
        ("until March 20", "March 20", "2023-03-20"),
        ("on March 30", "on March 30", "2022-03-30"),
        ("December 31", "December 31", "2022-12-31"),
        ("February 29", "February 29", "2020-02-29"),
        ("on February 24, 2022, Russia", "on February 24, 2022", "2022-02-24"),
        ("2022-02-24", "2022-02-24", "2022-02-24"),
        ("24.02.2022", "24.02.2022", "2022-02-24"),
        ("three days ago", "three days ago", "2023-03-11"),
        ("10 days ago", "10 days ago", "2023-03-04"),
        ("A day ago", "A day ago", "2023-03-13"),
        ("a couple of days ago", "a couple of days ago", "2023-03-12"),
        ("The May 5 attack", "May 5", "2022-05-05"),
    ],
)
def test_single_days(text: str, words: str, day: str) -> None:
    assert days(text) == [(words, day, day)]


@pytest.mark.parametrize(
    ("text", "row"),
    [
        ("shelled overnight.", ("overnight", "2023-03-13", "2023-03-14")),
        ("Overnight, it", ("Overnight", "2023-03-13", "2023-03-14")),
        ("last night", ("last night", "2023-03-13", "2023-03-14")),
        ("last week", ("last week", "2023-03-06", "2023-03-12")),
        ("this week", ("this week", "2023-03-13", "2023-03-14")),
        ("last month", ("last month", "2023-02-01", "2023-02-28")),
        ("last year", ("last year", "2022-01-01", "2022-12-31")),
        ("earlier this month", ("earlier this month", "2023-03-01", "2023-03-14")),
        ("two weeks ago", ("two weeks ago", "2023-02-27", "2023-03-05")),
        ("Two or three weeks ago", ("Two or three weeks ago", "2023-02-20", "2023-03-05")),
        ("three months ago", ("three months ago", "2022-12-01", "2022-12-31")),
        ("in the past 24 hours", ("in the past 24 hours", "2023-03-13", "2023-03-14")),
        ("over the past week", ("over the past week", "2023-03-07", "2023-03-14")),
        ("over the weekend", ("over the weekend", "2023-03-11", "2023-03-12")),
        ("in May 2022", ("in May 2022", "2022-05-01", "2022-05-31")),
        ("on March 3-5", ("on March 3-5", "2023-03-03", "2023-03-05")),
        ("between March 3 and 5", ("between March 3 and 5", "2023-03-03", "2023-03-05")),
        (
            "overnight on February 21 and 22",
            ("overnight on February 21 and 22", "2023-02-21", "2023-02-22"),
        ),
        (
            "on the night of January 8 to 9",
            ("on the night of January 8 to 9", "2023-01-08", "2023-01-09"),
        ),
    ],
)
def test_periods(text: str, row: Row) -> None:
    assert days(text) == [row]


def test_two_days_in_one_phrase() -> None:
    assert days("attacks on February 20 and 21 near") == [
        ("on February 20", "2023-02-20", "2023-02-20"),
        ("21", "2023-02-21", "2023-02-21"),
    ]
    assert days("on 5, 6 and 7 March 2022") == [
        ("on 5", "2022-03-05", "2022-03-05"),
        ("6", "2022-03-06", "2022-03-06"),
        ("7 March 2022", "2022-03-07", "2022-03-07"),
    ]


@pytest.mark.parametrize(
    "text",
    [
        "next week",
        "next Monday",
        "the following Monday",
        "this Friday",
        "later this year",
        "tomorrow",
        "We may march on. May he rest. They march 5 km.",
        "March 5 km west, then stop",
        "a second man sat in the sun; Sun Tzu",
        "the Sunday Times and Russia Today",
        "Black Friday, Bloody Sunday",
        "February 30",
        "2023-02-30",
        "March 2,000 men",
        "a few days ago",
        "Mon. Tue. sat",
        "1,000 days ago",
        "last-week",
        "",
    ],
)
def test_what_names_no_day(text: str) -> None:
    assert days(text) == []


def test_without_a_publication_day_only_whole_dates_count() -> None:
    text = "On Monday and yesterday, on March 13, last week; 13 March 2022, May 2021, overnight."
    assert [t for t, _, _ in days(text, None)] == ["13 March 2022", "May 2021"]


@given(st.dates(dt.date(1990, 1, 1), dt.date(2090, 1, 1)))
def test_a_weekday_is_the_latest_one_not_after_publication(published: dt.date) -> None:
    for back in range(7):
        day = published - back * DAY
        (found,) = find_days(f"It fell on {day:%A}.", published)
        assert found.first == found.last == day


@given(st.dates(dt.date(1990, 1, 1), dt.date(2090, 1, 1)), st.integers(-7, 350))
def test_a_day_of_the_year_is_the_latest_up_to_a_week_ahead(published: dt.date, back: int) -> None:
    day = published - back * DAY
    (found,) = find_days(f"It fell on {day:%B} {day.day}.", published)
    assert found.first == day


VOCABULARY = """
    on late early last this next the March May 13 20 2023 and to , . Monday overnight night of ago
    two weeks days week past 24 hours today yesterday - in between st
"""
WORDS = [*VOCABULARY.split(), "\n", "\u00a0"]


@given(
    st.text() | st.lists(st.sampled_from(WORDS)).map(" ".join),
    st.none() | st.dates() | st.sampled_from([dt.date.min, dt.date.max]),
)
def test_references_are_ordered_and_their_text_is_the_texts(
    text: str, published: dt.date | None
) -> None:
    end = 0
    for found in find_days(text, published):
        assert end <= found.start < found.end <= len(text)
        assert text[found.start : found.end] == found.text
        assert found.first <= found.last
        end = found.end


@pytest.mark.parametrize(
    "unit", ["Monday ", "on the ", "5, ", "March 5, ", "12 or ", "a ", " ", "1"]
)
def test_time_is_linear(unit: str) -> None:
    start = time.perf_counter()
    find_days(unit * (300_000 // len(unit)), TUESDAY)
    assert time.perf_counter() - start < 15
