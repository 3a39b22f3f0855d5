"""Claims as prose: who did what where, who says so, and days as a person writes them."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from geomap.output.briefing.claims import Telling
from geomap.output.briefing.deeds import deeds, merged
from geomap.output.briefing.events import harm_in
from geomap.output.briefing.words import Days


def row(**more: Any) -> dict[str, Any]:
    """A claim's properties."""
    keys = (
        "actor action name part relation direction distance_km negated modality attribution "
        "source_kind date event_date article_id sentence_start start id source label"
    )
    base: dict[str, Any] = dict.fromkeys(keys.split())
    return base | {
        "layer": "claim", "actor": "Russia", "action": "captured", "name": "Bakhmut",
        "negated": False, "modality": "stated", "confidence": 0.8, "date": "2023-03-02",
        "article_id": "a", "sentence_start": 0, "start": 0, "id": "a/claim/0-1",
        "sentence": "",
    } | more  # fmt: skip


def told(*rows: dict[str, Any], short: bool = False, hints: Any = ()) -> list[str]:
    telling = Telling(Days(2023), only_day="2023-03-02")
    groups = merged(deeds(rows, hints)) if short else [[d] for d in deeds(rows, hints)]
    return [telling.statement(group, short=short).text for group in groups]


@pytest.mark.parametrize(
    ("claim", "said", "short"),
    [
        ({}, "Russia captured Bakhmut.", "Captured it."),
        ({"negated": True}, "Russia did not capture Bakhmut.", "Did not capture it."),
        ({"negated": True, "modality": "failed"}, "Russia failed to capture Bakhmut.",
         "Failed to capture it."),
        ({"actor": None}, "Bakhmut was captured.", "It was captured."),
        ({"actor": None, "negated": True}, "Bakhmut was not captured.", "It was not captured."),
        ({"part": "E", "relation": "part"}, "Russia captured ground in the east of Bakhmut.",
         "Captured ground in its east."),
        ({"relation": "near"}, "Russia captured positions near Bakhmut.",
         "Captured positions near it."),
        ({"relation": "within"}, "Russia captured positions in Bakhmut.",
         "Captured positions in it."),
        ({"relation": "near", "actor": None}, "Positions near Bakhmut were captured.",
         "Positions near it were captured."),
        (
            {"relation": "distance_direction", "direction": "NW", "distance_km": 8.04672},
            "Russia captured positions 8 km northwest of Bakhmut.",
            "Captured positions 8 km northwest of it.",
        ),
        (
            {"relation": "outskirts", "direction": "NE"},
            "Russia captured positions on the northeastern outskirts of Bakhmut.",
            "Captured positions on its northeastern outskirts.",
        ),
        (
            {"relation": "bank", "direction": "E", "name": "Oskil"},
            "Russia captured positions on the eastern bank of Oskil.",
            "Captured positions on its eastern bank.",
        ),
        (
            {"relation": "border_distance", "distance_km": 5.0, "name": "Ukraine"},
            "Russia captured positions 5 km from the border of Ukraine.",
            "Captured positions 5 km from its border.",
        ),
        (
            {"action": "shelled", "actor": None, "relation": "near"},
            "An area near Bakhmut was shelled.", "An area near it was shelled.",
        ),
        ({"action": "withdrawn"}, "Russia withdrew from Bakhmut.", "Withdrew from it."),
        ({"action": "withdrawn", "relation": "toward"}, "Russia withdrew toward Bakhmut.",
         "Withdrew toward it."),
        ({"action": "withdrawn", "actor": None}, "An unnamed force withdrew from Bakhmut.",
         "An unnamed force withdrew from it."),
        ({"action": "attacked", "relation": "toward"}, "Russia attacked toward Bakhmut.",
         "Attacked toward it."),
        ({"action": "attacked", "relation": "near", "modality": "failed"},
         "Russia attacked near Bakhmut without success.", "Attacked near it without success."),
        ({"action": "advanced", "part": "N"}, "Russia advanced in the north of Bakhmut.",
         "Advanced in its north."),
        ({"action": "advanced", "relation": "distance", "distance_km": 3.0},
         "Russia advanced to 3 km from Bakhmut.", "Advanced to 3 km from it."),
        (
            {"action": "repelled attack", "actor": None, "relation": "in_or_near"},
            "Attacks in and around Bakhmut were repelled.",
            "Attacks in and around it were repelled.",
        ),
        ({"action": "contested", "actor": None}, "There was fighting in Bakhmut.",
         "There was fighting in it."),
        ({"action": "present", "relation": "near"}, "Russia operated near Bakhmut.",
         "Operated near it."),
        (
            {"modality": "claimed", "attribution": "The General Staff", "source_kind": "party"},
            "Russia captured Bakhmut, claimed by the General Staff.",
            "Captured it, claimed by the General Staff.",
        ),
        (
            {"modality": "claimed", "attribution": "ISW", "source_kind": "analyst"},
            "Russia captured Bakhmut, according to ISW.", "Captured it, according to ISW.",
        ),
        ({"modality": "claimed"}, "Russia captured Bakhmut, reportedly.",
         "Captured it, reportedly."),
        (
            {"modality": "confirmed", "attribution": "Geolocated footage",
             "source_kind": "footage"},
            "Russia captured Bakhmut, shown by geolocated footage.",
            "Captured it, shown by geolocated footage.",
        ),
        (
            {"modality": "claimed", "attribution": "their brigade", "source_kind": "party"},
            "Russia captured Bakhmut, claimed by a brigade.",
            "Captured it, claimed by a brigade.",
        ),
        (
            {"modality": "claimed", "attribution": "He", "source_kind": "unknown"},
            "Russia captured Bakhmut, according to a speaker named before.",
            "Captured it, according to a speaker named before.",
        ),
        (
            {"modality": "denied", "negated": True, "attribution": "Kyiv"},
            "That Russia captured Bakhmut is denied by Kyiv.",
            "That Russia captured Bakhmut is denied by Kyiv.",
        ),
        ({"event_date": "2023-03-01"}, "Russia captured Bakhmut on 1 March.",
         "Captured it on 1 March."),
        ({"date": "2023-03-01"}, "Russia captured Bakhmut, reported on 1 March.",
         "Captured it, reported on 1 March."),
        ({"date": None}, "Russia captured Bakhmut, in an undated report.",
         "Captured it, in an undated report."),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)  # fmt: skip
def test_claims_read_as_prose(claim: dict[str, Any], said: str, short: str) -> None:
    assert told(row(**claim)) == [said]
    assert told(row(**claim), short=True) == [short]


def test_equal_claims_are_one_and_name_each_way_it_is_said() -> None:
    rows = [
        row(modality="claimed", attribution="Moscow", source_kind="party"),
        row(modality="claimed", attribution="The mayor", source_kind="party", article_id="b"),
        row(modality="confirmed", attribution="Footage", source_kind="footage", article_id="c"),
        row(modality="denied", negated=True, attribution="Kyiv", article_id="d"),
    ]
    assert told(*rows) == [
        "Russia captured Bakhmut, claimed by Moscow and the mayor, shown by footage; "
        "denied by Kyiv."
    ]


def test_what_a_speaker_says_did_not_happen_denies_what_others_say() -> None:
    said = row(modality="claimed", attribution="Kyiv", source_kind="party", actor="Ukraine")
    against = row(modality="claimed", attribution="Moscow", source_kind="party", actor="Ukraine",
                  negated=True, article_id="b")  # fmt: skip
    assert told(said, against) == ["Ukraine captured Bakhmut, claimed by Kyiv; denied by Moscow."]
    assert told(against) == ["Ukraine did not capture Bakhmut, claimed by Moscow."]


def test_what_differs_in_where_and_when_alone_is_told_together() -> None:
    near = row(action="attacked", relation="near", event_date="2023-03-01")
    east = row(action="attacked", relation="direction", direction="E", event_date="2023-03-01")
    toward = row(action="attacked", relation="toward", event_date="2023-02-28")
    assert told(near, east, toward, short=True) == [
        "Attacked toward it on 28 February and near it and east of it on 1 March."
    ]


def test_one_place_on_two_days_is_named_once() -> None:
    one = row(action="attacked", relation="toward", event_date="2023-03-01")
    other = row(action="attacked", relation="toward", event_date="2023-03-02", distance_km=2.0)
    assert told(one, other, short=True) == ["Attacked toward it on 1 and 2 March."]


def test_between_names_both_ends_whichever_is_the_place() -> None:
    hint = {"article_id": "a", "sentence_start": 0, "relation": "between",
            "anchors": ["Pokrovsk", "Kurakhove"]}  # fmt: skip
    for name in ("Pokrovsk", "Kurakhove"):
        claim = row(action="advanced", relation="between", name=name)
        assert told(claim, hints=[hint]) == ["Russia advanced between Pokrovsk and Kurakhove."]


def test_every_action_of_the_table_has_a_phrase() -> None:
    from geomap.front.vocabulary import vocabulary
    from geomap.output.briefing.deeds import _AT_A_PLACE, _ON_A_PLACE

    assert vocabulary().actions <= set(_AT_A_PLACE) | set(_ON_A_PLACE)


@pytest.mark.parametrize(
    ("sentence", "said"),
    [
        ("A drone hit a bus, wounding five passengers, in Kherson.", "wounding five passengers"),
        ("Shelling killed two people in Nikopol.", "Shelling killed two people in Nikopol"),
        ("It damaged a school and 1,200 homes.", "It damaged a school and 1,200 homes"),
        ("Ukraine said it killed 300 Russian soldiers.", None),
        ("A depot was destroyed.", None),
        ("People went to the market.", None),
        ("", None),
    ],
)  # fmt: skip
def test_harm_to_civilians_is_told_by_its_words(sentence: str, said: str | None) -> None:
    assert harm_in(sentence) == said


@given(st.text(max_size=300))
def test_words_of_harm_stand_in_the_sentence(sentence: str) -> None:
    found = harm_in(f"{sentence}, killing two civilians, {sentence}")
    assert found is None or all(w in sentence + " killing two civilians …," for w in found.split())


@given(st.lists(st.dates(), min_size=1, max_size=12))
def test_the_order_of_days_does_not_matter(days: list[Any]) -> None:
    told_days = Days(2023)
    assert told_days.days(days) == told_days.days(list(reversed(days)))
    assert told_days.day(days[0]).split()[0] == str(days[0].day)
