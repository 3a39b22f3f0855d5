"""What the wording of a claim says of the distance to the line of contact."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from front_made import DAY, PLANE, claim, report
from hypothesis import given, settings
from hypothesis import strategies as st

import geomap
from geomap.errors import TableError
from geomap.front.evidence import evidence
from geomap.front.observations import LEAST_SD_KM, observe
from geomap.front.wordings import check_wordings, wording_of, wordings
from geomap.models import FrontEvidence, Mention, Resolution
from geomap.tables import load_table

if TYPE_CHECKING:
    from geomap.models import Claim, Precision

SIDES = {"Russia": "A", "Ukraine": "B"}
# Of these nothing follows for a line, and no row of the table speaks of them.
SILENT = {"contested", "encircled"}


def said(*claims: Claim, day: dt.date | None = DAY) -> list[FrontEvidence]:
    ids = [str(n) for n in range(len(claims))]
    return evidence(report(day, claims), ids, SIDES)


def seen(km: float, *, lat: float = 48.5, sd: float = 3.0, **rest: Any) -> FrontEvidence:
    return FrontEvidence(f"{lat} {km} {rest}", lat, 37.5, "w", signed_km=km, sd_km=sd, **rest)


# Wordings


@pytest.mark.parametrize(
    ("actor", "action", "rest", "low", "high"),
    [
        ("Russia", "attacked", {}, -2, 0),
        ("Ukraine", "attacked", {}, 0, 2),
        ("Russia", "attacked", {"relation": "toward"}, -9, -3),
        ("Russia", "attacked", {"relation": None}, -4, -1),
        ("Russia", "attacked", {"relation": "part", "part": "E"}, -4, -1),
        ("Russia", "counterattacked", {}, 1, 5),
        ("Ukraine", "liberated", {"relation": None}, -6, -2),
        ("Russia", "captured", {"relation": None, "source_kind": "blogger"}, -4, -1),
        ("Russia", "advanced", {"relation": "toward", "source_kind": "party"}, -8, -2),
    ],
)
def test_how_far_in_whose_ground(
    actor: str, action: str, rest: dict[str, Any], low: float, high: float
) -> None:
    (one,) = said(claim(48.5, 37.5, actor, action, **rest))
    assert one.side is None
    assert one.signed_km is not None
    assert low <= one.signed_km <= high
    assert one.sd_km > 1
    assert 0 < one.weight <= 1
    assert (one.date, one.article_id, one.id) == (DAY, f"of-{DAY}", "0")


@pytest.mark.parametrize(
    ("actor", "action", "rest", "side"),
    [
        ("Russia", "captured", {}, "A"),
        ("Ukraine", "held", {}, "B"),
        ("Russia", "struck", {}, "B"),
        ("Ukraine", "shelled", {}, "A"),
        ("Ukraine", "withdrawn", {}, "A"),
        ("Ukraine", "withdrawn", {"negated": True}, "B"),
        ("Russia", "captured", {"negated": True}, "B"),
    ],
)
def test_only_whose_it_is(actor: str, action: str, rest: dict[str, Any], side: str) -> None:
    (one,) = said(claim(48.5, 37.5, actor, action, relation=None, **rest))
    assert (one.side, one.signed_km) == (side, None)


@pytest.mark.parametrize(
    "rest",
    [
        {"modality": "planned"},
        {"modality": "denied"},
        {"confidence": 0.2},
        {"action": "contested"},
        {"action": "encircled"},
        {"action": "advanced", "negated": True},
        {"action": "advanced"},  # in a summary
        {"actor": "France"},
        {"actor": None},
        {"lat": None, "lon": None},
        {"action": "held", "negated": True},
    ],
)
def test_what_says_nothing(rest: dict[str, Any]) -> None:
    assert said(replace(claim(48.5, 37.5), **rest)) == []


def test_of_no_day_nothing_is_said() -> None:
    assert said(claim(48.5, 37.5), day=None) == []


@settings(max_examples=40, deadline=None)
@given(
    st.sampled_from(["attacked", "advanced", "captured", "liberated", "struck", "held", "present"]),
    st.sampled_from(["near", "toward", None, "outskirts"]),
    st.sampled_from(["reporter", "party", "blogger"]),
    st.booleans(),
)
def test_the_sides_are_treated_alike(
    action: str, relation: str | None, source: str, negated: bool
) -> None:
    rest = {"relation": relation, "source_kind": source, "negated": negated}
    one, other = (said(claim(48.5, 37.5, actor, action, **rest)) for actor in SIDES)
    assert len(one) == len(other)
    for first, second in zip(one, other, strict=True):
        assert first.wording == second.wording
        assert (first.weight, first.sd_km) == (second.weight, second.sd_km)
        if first.signed_km is None:
            assert {first.side, second.side} == {"A", "B"}
        else:
            assert second.signed_km == -first.signed_km


@pytest.mark.parametrize(
    ("days", "kept"), [(0, True), (10, True), (60, True), (61, False), (-3, False)]
)
def test_the_day_of_what_happened(days: int, kept: bool) -> None:
    happened = DAY - dt.timedelta(days=days)
    (one,) = said(claim(48.5, 37.5, event_date=happened))
    assert one.date == (happened if kept else DAY)


@pytest.mark.parametrize("modality", ["claimed", "failed", "confirmed"])
def test_how_it_is_said_is_weighed(modality: str) -> None:
    (plain,) = said(claim(48.5, 37.5))
    (one,) = said(claim(48.5, 37.5, modality=modality))
    assert one.weight == (pytest.approx(0.7) if modality == "claimed" else plain.weight)


@pytest.mark.parametrize(
    ("precision", "radius", "count"),
    [("settlement", 4.0, 1), ("exact", 1.0, 1), ("admin1", 90.0, 0), ("raion", 30.0, 0),
     ("country", 400.0, 0)],
)  # fmt: skip
def test_a_coarse_place_says_nothing(
    gazetteer: geomap.Gazetteer, precision: Precision, radius: float, count: int
) -> None:
    place = next(p for p in gazetteer.lookup("Bakhmut") if p.feature_class == "P")
    found = Resolution(
        Mention(20, 27, "Bakhmut", "literal", "Bakhmut"), "resolved", 0.9, place, place.lat,
        place.lon, precision, radius,
    )  # fmt: skip
    whole = replace(report(DAY, [claim(1.0, 1.0, place_start=20)]), resolutions=(found,))
    told = evidence(whole, ["x"], SIDES)
    assert len(told) == count
    for one in told:
        assert (one.lat, one.lon) == (place.lat, place.lon)


def test_an_oblast_of_a_real_sentence_says_nothing(pipeline: geomap.Pipeline) -> None:
    text = "Russian forces attacked in Donetsk Oblast. Russian forces attacked near Soledar."
    found = pipeline.process(geomap.Article("a", text, date=DAY))
    ids = [str(n) for n in range(len(found.claims))]
    assert {e.place for e in evidence(found, ids, SIDES)} == {"Soledar"}


# The table


def test_every_action_is_spoken_of_or_silent() -> None:
    table = load_table("geomap.front", "actions.toml")
    actions = {row.get("action", name) for name, row in table.items()} - {"words"}
    named = {action for row in wordings() for action in row.actions or ()}
    assert actions - named == SILENT
    assert named <= actions
    for action in SILENT:
        assert wording_of(claim(48.5, 37.5, action=action)) is None


@pytest.mark.parametrize(
    ("row", "message"),
    [
        ({}, "has no name"),
        ({"name": ""}, "has no name"),
        ({"name": "x", "colour": 1}, "unknown key 'colour'"),
        ({"name": "x", "km": 2.0}, "positive sd_km"),
        ({"name": "x", "km": 2.0, "sd_km": -1.0}, "positive sd_km"),
        ({"name": "x", "km": 2.0, "sd_km": 1.0, "side": "actor"}, "without side"),
        ({"name": "x", "side": "A"}, "'actor' or 'against'"),
        ({"name": "x", "side": "actor", "weight": 0}, "weight must be"),
        ({"name": "x", "side": "actor", "weight": 1.5}, "weight must be"),
        ({"name": "x", "sources": ["gossip"]}, "sources: unknown 'gossip'"),
        ({"name": "x", "modalities": ["sung"]}, "modalities: unknown 'sung'"),
        ({"name": "x", "relations": ["aroundish"]}, "relations: unknown 'aroundish'"),
        ({"name": "x", "actions": ["danced"]}, "actions: unknown 'danced'"),
    ],
)
def test_a_bad_row_is_told_by_its_name(row: dict[str, Any], message: str) -> None:
    with pytest.raises(TableError, match=message) as caught:
        check_wordings({"wording": [{"name": "good", "side": "actor"}, row]})
    assert "front/wordings.toml" in str(caught.value)


@pytest.mark.parametrize(
    "table", [{}, {"wording": []}, {"wording": {}}, {"wording": [{"name": "x"}], "more": 1}]
)
def test_a_table_of_something_else(table: dict[str, Any]) -> None:
    with pytest.raises(TableError, match="must hold"):
        check_wordings(table)


# Brought together by place


@settings(max_examples=40, deadline=None)
@given(st.integers(1, 60), st.floats(-8.0, 8.0), st.floats(0.5, 6.0))
def test_to_repeat_counts_no_more_than_the_place_is_big(count: int, km: float, sd: float) -> None:
    (many, one) = (observe([seen(km, sd=sd, date=DAY)] * n, PLANE, DAY) for n in (count, 1))
    assert len(many.points) == 1
    assert many.signed[0] == pytest.approx(km)
    assert LEAST_SD_KM - 1e-9 <= many.sd[0] <= one.sd[0] + 1e-9
    assert len(many.members[0]) == count


def test_what_contradicts_goes_into_the_doubt() -> None:
    agreed = observe([seen(3.0), seen(3.0)], PLANE, DAY)
    torn = observe([seen(-6.0), seen(6.0)], PLANE, DAY)
    assert torn.signed[0] == pytest.approx(0.0)
    assert torn.sd[0] > agreed.sd[0] + 1


def test_older_is_less_sure_and_told_again_adds_less() -> None:
    week = seen(3.0, date=DAY - dt.timedelta(days=7))
    fresh = observe([seen(3.0, date=DAY)], PLANE, DAY, drift_km_a_day=1.0)
    old = observe([week], PLANE, DAY, drift_km_a_day=1.0)
    assert old.sd[0] == pytest.approx(np.hypot(3.0, 7.0))
    assert old.sd[0] > fresh.sd[0]
    told: dict[tuple[int, int], int] = {}
    errors = [
        float(observe([seen(3.0, sd=0.1)], PLANE, DAY, told_before=told).sd[0]) for _ in range(4)
    ]
    assert errors == sorted(set(errors))


def test_many_places_are_brought_together() -> None:
    rows = [seen(2.0, lat=48.0 + n / 500) for n in range(300)]
    whole, less = observe(rows, PLANE, DAY), observe(rows, PLANE, DAY, most=60)
    assert len(less.points) <= 60 < len(whole.points)
    assert sum(len(m) for m in less.members) == 300
    sided = observe([FrontEvidence("s", 48.5, 37.5, "w", side="B", weight=0.25)], PLANE, DAY)
    assert not len(sided.points)
    assert (sided.sides[0], sided.side_sd[0]) == (-1.0, 6.0)
    assert len(observe([], PLANE, DAY).points) == 0
