"""What a text says plainly of where one name lies from another, and what follows from it."""

from __future__ import annotations

import datetime as dt
import re
from typing import TYPE_CHECKING, Any

import pytest

import geomap
from geomap import geodesy
from geomap.models import Mention
from geomap.toponyms.links import find_links

if TYPE_CHECKING:
    from geomap import Pipeline

DAY = dt.date(2023, 3, 14)
NAMES = re.compile(r"\b(?:[ABCDEFGX]\b|Lyman\b|Russian\b)")


def links(text: str) -> list[tuple[str, str, float]]:
    """Return the links between the names of a text: capital letters, Lyman, and a demonym."""
    mentions = [
        Mention(
            m.start(), m.end(), m[0], "demonym" if m[0] == "Russian" else "literal", m[0]
        )
        for m in NAMES.finditer(text)
    ]  # fmt: skip
    return [
        (mentions[a].text, mentions[b].text, azimuth)
        for a, b, azimuth in find_links(text, mentions)
    ]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("A (southeast of Lyman) fell.", {"A": 135.0}),
        ("A (just south-west of Lyman) fell.", {"A": 225.0}),
        ("A (north west of the town of Lyman) fell.", {"A": 315.0}),
        ("A (NORTH OF Lyman) fell.", {"A": 0.0}),
        ("A (in the east) and B (east of Lyman) fell.", {"B": 90.0}),
        ("A, B and C (all northwest of Lyman) fell.", {"A": 315.0, "B": 315.0, "C": 315.0}),
        ("A, B, and C (all northwest of Lyman)", {"A": 315.0, "B": 315.0, "C": 315.0}),
        ("A and B (both west of Lyman) fell.", {"A": 270.0, "B": 270.0}),
        ("A, B and C (northwest of Lyman) fell.", {"C": 315.0}),
        ("A fell. B and C (both west of Lyman) did not.", {"B": 270.0, "C": 270.0}),
        (
            "Troops advanced northwest of Lyman near A, B and C.",
            {"A": 315.0, "B": 315.0, "C": 315.0},
        ),
        ("Troops advanced south of Lyman near A; B and C burned.", {"A": 180.0}),
        ("A, north of Lyman, fell.", {"A": 0.0}),
        ("A, which lies north of Lyman, fell.", {"A": 0.0}),
        ("A lies just northeast of Lyman.", {"A": 45.0}),
        ("Russian (south of Lyman) near A.", {}),
        ("A (just west of Lyman) and B, about\neast of\nLyman", {"A": 270.0, "B": 90.0}),
        ("A fell. Troops were seen north of Lyman.", {}),
        ("A of Lyman", {}),
        ("A (northern Lyman)", {}),
        ("A (near Lyman)", {}),
        ("north of Lyman", {}),
    ],
)
def test_what_lies_where(text: str, found: dict[str, float]):
    told = links(text)
    assert {a: azimuth for a, _, azimuth in told} == found
    assert {b for _, b, _ in told} <= {"Lyman"}
    assert len(told) == len(found)


def test_a_place_may_be_located_from_two():
    assert sorted(links("A (south of B) and C (north of D).")) == [
        ("A", "B", 180.0), ("C", "D", 0.0),
    ]  # fmt: skip
    assert ("B", "C", 0.0) in links("A (south of B, north of C)")


def test_a_list_is_not_followed_without_end():
    names = ", ".join("ABCDEFG"[i % 7] for i in range(100))
    assert 7 < len(links(f"{names} (all north of Lyman)")) < 20
    assert 7 < len(links(f"north of Lyman near {names}")) < 20


@pytest.mark.parametrize("between", [" " * 300_000 + "x ", "," + " " * 300_000 + "x "])
def test_long_white_space_is_not_a_list(between: str):
    # A quadratic pattern would need hours.
    assert links(f"Troops went north of Lyman{between}A, B.") == []
    assert links(f"A{between}B (all north of Lyman)") == [("B", "Lyman", 0.0)]


def read(pipeline: Pipeline, text: str) -> dict[str, Any]:
    report = pipeline.process(geomap.Article("a", text, date=DAY))
    return {r.mention.text: r for r in report.resolutions}


def wind(of: Any, anchor: Any) -> str:
    return geodesy.wind_of(geodesy.azimuth_deg(anchor.lat, anchor.lon, of.lat, of.lon))


def km(one: Any, other: Any) -> float:
    return geodesy.distance_km(one.lat, one.lon, other.lat, other.lon)


@pytest.mark.parametrize(
    ("text", "located", "anchor", "winds"),
    [
        # Sixty villages of Ukraine are called Oleksandrivka, six Orestopil or the like.
        (
            "Russian forces attacked near Oleksandrivka (northwest of Orestopil).",
            "Oleksandrivka", "Orestopil", {"NW", "WNW", "NNW", "N", "W"},
        ),
        (
            "Russian forces attacked Novoselivka (northwest of Lyman).",
            "Novoselivka", "Lyman", {"NW", "WNW", "NNW", "N", "W"},
        ),
        (
            "Russian forces attacked northwest of Lyman near Novoselivka and Drobysheve.",
            "Novoselivka", "Lyman", {"NW", "WNW", "NNW", "N", "W"},
        ),
        (
            "Shells hit Pishchane (southwest of Svatove).",
            "Pishchane", "Svatove", {"SW", "WSW", "SSW", "S", "W", "WNW", "NW"},
        ),
    ],
)  # fmt: skip
def test_linked_namesakes_are_chosen_together(
    pipeline: Pipeline, text: str, located: str, anchor: str, winds: set[str]
):
    found = read(pipeline, text)
    assert found[located].status == found[anchor].status == "resolved"
    assert wind(found[located], found[anchor]) in winds
    assert km(found[located], found[anchor]) < 60


def test_the_same_name_located_twice_is_two_places(pipeline: Pipeline):
    text = "Shells hit Novoselivka (northwest of Lyman) and Novoselivka (northwest of Avdiivka)."
    report = pipeline.process(geomap.Article("a", text, date=DAY))
    first, lyman, second, avdiivka = report.resolutions
    assert first.mention.text == second.mention.text == "Novoselivka"
    assert km(first, lyman) < 60
    assert km(second, avdiivka) < 60
    assert km(first, second) > 20
