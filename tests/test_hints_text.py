"""Spatial expressions of sentences, as a user meets them: relation, figures, words and anchors."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path
from typing import Any

import pytest
from shapely.geometry import Point

import geomap
from geomap import geodesy

MILE = 1.609344
DAY = dt.date(2023, 3, 14)


@pytest.fixture(scope="module")
def seed(shared: Path) -> Any:
    """The gold of the seed article."""
    path = shared / "articles" / "seed" / "kreminna-bakhmut.gold.jsonl"
    return json.loads(path.read_text(encoding="utf-8"))


def read(pipeline: geomap.Pipeline, text: str) -> Any:
    return pipeline.process(geomap.Article("a", text, date=DAY))


def only(pipeline: geomap.Pipeline, text: str) -> Any:
    hints = read(pipeline, text).hints
    assert len(hints) == 1, hints
    return hints[0]


@pytest.mark.parametrize(
    ("words", "km", "approximate", "bound"),
    [
        ("8 km", 8, False, None),
        ("8km", 8, False, None),
        ("an estimated 8 kilometers", 8, True, None),
        ("some 8 km (5 miles)", 8, True, None),
        ("5 miles (8 km)", 5 * MILE, False, None),
        ("5 miles (about 8-9 km)", 5 * MILE, False, None),
        ("half a mile", MILE / 2, False, None),
        ("two and a half kilometres", 2.5, False, None),
        ("10-15 km", 12.5, True, None),
        ("10 to 15 kilometres", 12.5, True, None),
        ("10–15 km (6–9 miles)", 12.5, True, None),
        ("a dozen kilometres", 12, False, None),
        ("twelve kilometres", 12, False, None),
        ("1,200 metres", 1.2, False, None),
        ("1.5 km", 1.5, False, None),
        ("300 yards", 0.274, False, None),
        ("a few yards over 300 metres", 0.3, False, "at_least"),
        ("roughly ten miles or so", 10 * MILE, True, None),
        ("just under 5 km", 5, False, "at_most"),
        ("less than 5 km", 5, False, "at_most"),
        ("no more than 5 km", 5, False, "at_most"),
        ("up to 5 km", 5, False, "at_most"),
        ("more than 5 km", 5, False, "at_least"),
        ("at least 5 km", 5, False, "at_least"),
        ("no less than 5 km", 5, False, "at_least"),
        ("just 5 km", 5, False, None),
        ("nearly 5 km", 5, True, None),
    ],
)
def test_distances_are_read_in_every_form(
    pipeline: geomap.Pipeline, words: str, km: float, approximate: bool, bound: str | None
):
    for after, relation in (
        (" west of Bakhmut", "distance_direction"),
        (" from Bakhmut", "distance"),
    ):
        hint = only(pipeline, f"Shells fell {words}{after}.")
        assert (hint.relation, hint.approximate, hint.bound) == (relation, approximate, bound)
        assert hint.distance_km == pytest.approx(km, abs=0.001)
        assert hint.text.endswith(words.rsplit(" over ", maxsplit=1)[-1] + after)
        assert hint.anchors[0].name == "Bakhmut"


def test_kilometres_and_miles_give_the_same_region(pipeline: geomap.Pipeline):
    km = only(pipeline, f"Shells fell {5 * MILE} km east of Bakhmut.").region
    miles = only(pipeline, "Shells fell 5 miles east of Bakhmut.").region
    assert geodesy.area_km2(km.geometry) == pytest.approx(
        geodesy.area_km2(miles.geometry), rel=0.001
    )
    assert geodesy.distance_km(km.lat, km.lon, miles.lat, miles.lon) < 0.01


@pytest.mark.parametrize(
    ("words", "wind"),
    [
        ("north", "N"), ("to the north", "N"), ("just north", "N"), ("due north", "N"),
        ("north-east", "NE"), ("north east", "NE"), ("northeast", "NE"), ("Northeast", "NE"),
        ("to the north-east", "NE"), ("south-southwest", "SSW"), ("south south-west", "SSW"),
        ("north-northeast", "NNE"), ("east-northeast", "ENE"), ("west north-west", "WNW"),
        ("further south", "S"), ("southward", "S"),
    ],
)  # fmt: skip
def test_winds_are_read_in_every_form(pipeline: geomap.Pipeline, words: str, wind: str):
    hint = only(pipeline, f"Shells fell {words} of Avdiivka.")
    assert (hint.relation, hint.direction) == ("direction", wind)
    measured = only(pipeline, f"Shells fell 7 km {words.removeprefix('just ')} of Avdiivka.")
    if not words.startswith(("due", "further")):
        assert (measured.relation, measured.direction) == ("distance_direction", wind)


@pytest.mark.parametrize(
    ("sentence", "words", "relation", "wind"),
    [
        ("Fighting goes on in and around Toretsk.", "in and around Toretsk", "in_or_near", None),
        ("Fighting goes on near Toretsk.", "near Toretsk", "near", None),
        ("Guns fired on the edge of Toretsk.", "on the edge of Toretsk", "outskirts", None),
        ("Russian troops moved towards Toretsk.", "towards Toretsk", "toward", None),
        ("Fighting goes on in eastern Bakhmut.", "eastern Bakhmut", "part", "E"),
        ("Guns fired in the western part of Bakhmut.", "the western part of Bakhmut", "part", "W"),
        ("They hold the west of Bakhmut.", "the west of Bakhmut", "part", "W"),
        ("Bakhmut’s northern suburbs burned.", "Bakhmut’s northern suburbs", "outskirts", "N"),
        ("Guns fired from central Bakhmut.", "central Bakhmut", "within", None),
        ("Shells fell in northern Donetsk Oblast.", "northern Donetsk Oblast", "part", "N"),
        ("Shells fell in the country’s eastern Donetsk region.",
         "eastern Donetsk region", "within", None),
        ("Shells fell in eastern Donetsk region.", "eastern Donetsk region", "within", None),
        ("It lies 9 miles north of the regional capital of Donetsk.",
         "9 miles north of the regional capital of Donetsk", "distance_direction", "N"),
    ],
)  # fmt: skip
def test_relations_of_sentences(
    pipeline: geomap.Pipeline, sentence: str, words: str, relation: str, wind: str | None
):
    hint = only(pipeline, sentence)
    assert (hint.text, hint.relation, hint.direction) == (words, relation, wind)
    assert sentence[hint.start : hint.end] == words
    assert hint.region is not None


@pytest.mark.parametrize(
    ("sentence", "relation"),
    [
        ("Fighting goes on between Bakhmut and Chasiv Yar.", "between"),
        ("Lorries burned along the road from Bakhmut to Chasiv Yar.", "along"),
        ("Lorries burned on the highway between Bakhmut and Chasiv Yar.", "along"),
        ("Lorries burned along the Bakhmut-Chasiv Yar highway.", "along"),
    ],
)
def test_two_places_and_what_lies_between(pipeline: geomap.Pipeline, sentence: str, relation: str):
    hint = only(pipeline, sentence)
    assert hint.relation == relation
    assert [a.name for a in hint.anchors] == ["Bakhmut", "Chasiv Yar"]
    assert hint.region.geometry.covers(Point(37.92, 48.593))


def test_the_city_is_the_settlement_named_last(pipeline: geomap.Pipeline):
    text = "Fighting for Bakhmut goes on. Russian troops hold the city's east.\nMore follows."
    hint = only(pipeline, text)
    assert (hint.text, hint.relation, hint.direction) == ("the city's east", "part", "E")
    assert hint.anchors[0].name == "Bakhmut"


def test_the_city_has_no_anchor_when_none_was_named(pipeline: geomap.Pipeline):
    assert read(pipeline, "Russian troops hold the city's east.").hints == ()


def test_all_names_of_a_list_are_located_by_its_bracket(pipeline: geomap.Pipeline):
    text = "Troops entered Solone, Nova Dilianka and Hai (all southeast of Pokrovsk) on Monday."
    report = read(pipeline, text)
    (hint,) = report.hints
    assert hint.locates == "Solone, Nova Dilianka, Hai"
    assert hint.locates_mentions == tuple(text.index(n) for n in ("Solone", "Nova", "Hai"))
    for resolution in report.resolutions[:3]:
        wind = geodesy.wind_of(geodesy.azimuth_deg(48.28, 37.18, resolution.lat, resolution.lon))
        # A village of which only the hromada is known may be drawn beside where it is told to lie.
        coarse = resolution.status == "resolved" and resolution.precision == "hromada"
        assert wind in ("ESE", "SE", "SSE") or coarse
    assert {r.status for r in report.resolutions[1:3]} == {"hinted"}


def test_a_bracket_without_all_locates_the_last_name_only(pipeline: geomap.Pipeline):
    text = "Troops entered Kurakhove and Solone (5 km southeast of Pokrovsk)."
    (hint,) = read(pipeline, text).hints
    assert hint.locates == "Solone"


def test_what_has_no_name_is_located_by_its_noun(pipeline: geomap.Pipeline):
    hint = only(pipeline, "Cannons boomed in a forest 8 km west of Kreminna.")
    assert hint.locates == "a forest"
    assert hint.locates_mentions == ()


def test_an_anchor_that_is_refused_gives_a_hint_without_a_region(pipeline: geomap.Pipeline):
    report = read(pipeline, "Shells fell 5 km west of Oleksandrivka.")
    assert [r.status for r in report.resolutions] == ["refused"]
    (hint,) = report.hints
    assert (hint.relation, hint.distance_km, hint.direction) == ("distance_direction", 5.0, "W")
    assert hint.region is None
    assert hint.confidence == 0.0
    assert hint.reasons == ("Oleksandrivka itself is not placed",)


@pytest.mark.parametrize(
    "sentence",
    [
        "Kyiv received $5 m from Moscow.",
        "Troops took 5 km of trenches.",
        "They stood 3 m from the front door of a house in Bakhmut.",
        "The north wind blew in eastern Ukraine.",
        "He is from the far north.",
        "The front of the building near the river fell.",
    ],
)
def test_what_only_looks_like_a_hint_is_none(pipeline: geomap.Pipeline, sentence: str):
    assert read(pipeline, sentence).hints == ()


def test_the_longer_of_two_overlapping_hints_is_kept(pipeline: geomap.Pipeline):
    hint = only(pipeline, "Shells fell near 5 km west of Bakhmut.")
    assert hint.relation == "distance_direction"


def test_near_a_list_is_one_hint_with_all_its_places(pipeline: geomap.Pipeline):
    hint = only(pipeline, "Fighting goes on near Bakhmut, Toretsk and Siversk.")
    assert [a.name for a in hint.anchors] == ["Bakhmut", "Toretsk", "Siversk"]
    for anchor in hint.anchors:
        assert hint.region.geometry.covers(Point(anchor.place.lon, anchor.place.lat))


def test_a_part_of_an_oblast_lies_in_the_oblast(pipeline: geomap.Pipeline):
    text = "Shells fell in Donetsk Oblast and in northern Donetsk Oblast."
    hint = only(pipeline, text)
    area = pipeline.gazetteer.areas.geometry(hint.anchors[0].place.area)
    north = hint.region.geometry
    assert geodesy.area_km2(north.difference(area)) < 1.0
    assert north.centroid.y > area.centroid.y + 0.2


def test_two_hints_on_one_name_leave_what_they_share(pipeline: geomap.Pipeline):
    text = "Zhovtove (12 km west of Pokrovsk, north of Novopavlivka in Dnipropetrovsk Oblast) fell."
    hints = read(pipeline, text).hints
    assert hints[0].locates == "Zhovtove"


@pytest.mark.shared
def test_the_eight_hints_of_the_seed(pipeline: geomap.Pipeline, seed: dict[str, Any]):
    report = pipeline.process(geomap.Article(seed["id"], seed["text"], date=DAY))
    keys = ("start", "end", "text", "relation", "distance_km", "direction", "approximate")
    found = [tuple(getattr(h, k) for k in keys) for h in report.hints]
    gold = [
        tuple(h.get(k, False if k == "approximate" else None) for k in keys) for h in seed["hints"]
    ]
    assert found == gold
    for hint, expected in zip(report.hints, seed["hints"], strict=True):
        if expected["anchors"] != ["the forest of the sentence"]:
            assert [a.name for a in hint.anchors] == expected["anchors"]
        if "locates" in expected:
            assert hint.locates == expected["locates"]
    front = report.hints[6]
    assert front.confidence <= 0.3
    assert "Kreminna" in front.reasons[0]
    assert report.hints[7].anchors[0].name == "a forest"
