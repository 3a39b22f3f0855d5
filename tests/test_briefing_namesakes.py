"""Two places of one name, and days of deeds and of reports, are not mixed up in a briefing."""

from __future__ import annotations

from typing import Any

import pytest

import geomap
from geomap.front.theatre import load_theatre
from geomap.output.briefing.claims import claims_section, taken
from geomap.output.briefing.deeds import deeds, named_together, phrase, said_by
from geomap.output.briefing.described import described
from geomap.output.briefing.event_days import event_days, period_told, reported_days
from geomap.output.briefing.events import events_section, harm_in, strikes
from geomap.output.briefing.findings import findings
from geomap.output.briefing.periods import Period
from geomap.output.briefing.speakers import speaker_of
from geomap.output.briefing.summary import summary
from geomap.output.briefing.words import Days

_KEYS = (
    "actor action name part relation direction distance_km negated modality attribution lat lon "
    "source_kind date event_date article_id sentence sentence_start start id source admin1 kind "
    "precision native_name status title url text anchors locates radius_km"
)


def row(layer: str, name: str, lat: float, start: int, **more: Any) -> dict[str, Any]:
    """The properties of a mention or claim."""
    base: dict[str, Any] = dict.fromkeys(_KEYS.split())
    return base | {
        "layer": layer, "name": name, "lat": lat, "lon": 37.0, "sentence_start": start,
        "start": start, "article_id": "a", "date": "2031-05-04", "confidence": 0.9,
        "kind": "literal", "precision": "settlement", "sentence": "", "id": f"{layer}{start}",
    } | more  # fmt: skip


def claim(name: str, lat: float, start: int, **more: Any) -> dict[str, Any]:
    """The properties of a claim."""
    given = {"actor": "Russia", "action": "captured", "negated": False, "modality": "stated"}
    return row("claim", name, lat, start, **given | more)


def test_places_of_one_name_are_told_apart() -> None:
    rows = [
        row("mention", "Vilne", 48.0, 0, admin1="North Oblast"),
        claim("Vilne", 48.0, 0),
        row("mention", "Vilne", 47.0, 90, admin1="South Oblast"),
        claim("Vilne", 47.01, 90, actor="Ukraine", relation="near", action="attacked"),
    ]
    found = findings(rows, Days(2031))
    assert set(found.grouped) == {("Vilne", "North Oblast"), ("Vilne", "South Oblast")}
    assert sorted((p.label, len(p.claims)) for p in found.places) == [
        ("Vilne (North Oblast)", 1), ("Vilne (South Oblast)", 1)
    ]  # fmt: skip
    (deed,) = taken(found.front_claims, ())
    assert phrase(deed) == "Russia captured Vilne (North Oblast)"
    section = claims_section(found.grouped, (), load_theatre(), found.telling)
    cells = {p["where"]: [[s.text for s in c] for c in p["cells"]] for p in section["places"]}
    assert cells == {
        "North Oblast": [["Captured it."], []], "South Oblast": [[], ["Attacked near it."]]
    }  # fmt: skip


def test_an_oblast_is_not_told_as_a_place_that_changed_hands() -> None:
    rows = [
        row("mention", "North Oblast", 48.0, 0, precision="admin1", admin1="North Oblast"),
        claim("North Oblast", 48.0, 0),
    ]
    assert taken(findings(rows, Days(2031)).front_claims, ()) == []


def test_several_places_were_captured() -> None:
    told = deeds([claim(name, 48.0, n, actor=None) for n, name in enumerate("AB")], ())
    assert phrase(named_together(told)) == "A and B were captured"
    assert phrase(named_together(told[:1])) == "A was captured"


@pytest.mark.parametrize(
    ("sentence", "happened", "said"),
    [
        ("The ministry claimed on May 3 that its forces seized Vilne.", set(), {"2031-05-03"}),
        ("Footage published on May 2 and 3 shows troops in Vilne.", set(),
         {"2031-05-02", "2031-05-03"}),
        ("A blogger published a map on May 3 acknowledging it.", set(), {"2031-05-03"}),
        ("Russian forces captured Vilne, an official said on Saturday.", set(), {"2031-05-03"}),
        ("Russian forces attacked near Vilne on May 2 and 3.", {"2031-05-02", "2031-05-03"}, set()),
        ("They attacked on May 3 and 20 people fled.", {"2031-05-03"}, set()),
        ("They attacked on Saturday, he said.", {"2031-05-03"}, set()),
        ("The ministry said on May 3 that they attacked on May 3.", {"2031-05-03"}, set()),
        ("The hospital received forty people since Saturday.", set(), {"2031-05-04"}),
        ("They attacked overnight.", {"2031-05-03"}, set()),
    ],
)  # fmt: skip
def test_the_day_of_a_report_is_not_that_of_the_deed(
    sentence: str, happened: set[str], said: set[str]
) -> None:
    p = claim("Vilne", 48.0, 0, sentence=sentence, event_date="2031-05-03")
    assert event_days(p) == happened
    if said:
        assert reported_days(p) == said


def test_a_month_or_a_year_is_no_day() -> None:
    for words, first in (("December 2030", "2030-12-01"), ("2029", "2029-01-01")):
        p = claim("Vilne", 48.0, 0, sentence=f"They seized it in {words}.", event_date=first)
        assert (period_told(p), event_days(p)) == (words, set())
    p = claim("Vilne", 48.0, 0, sentence="They seized it on December 1.", event_date="2030-12-01")
    assert (period_told(p), event_days(p)) == (None, {"2030-12-01"})


@pytest.mark.parametrize(
    ("claimed", "against", "denied"),
    [
        ({"date": "2031-05-01"}, {"event_date": "2031-05-04"}, False),
        ({"date": "2031-05-04"}, {"event_date": "2031-05-04"}, True),
        ({"event_date": "2031-05-03"}, {"event_date": "2031-05-04"}, False),
        ({"event_date": "2031-05-04"}, {"event_date": "2031-05-04"}, True),
        ({"date": "2031-05-04"}, {"date": "2031-05-01"}, False),
        ({"date": "2031-05-01"}, {"date": "2031-05-04"}, True),
        ({"date": None}, {"date": None}, True),
    ],
)
def test_a_denial_is_of_what_was_said_by_then(
    claimed: dict[str, Any], against: dict[str, Any], denied: bool
) -> None:
    rows = [
        claim("Vilne", 48.0, 0, attribution="Moscow", **claimed),
        claim("Vilne", 48.0, 9, attribution="Kyiv", negated=True, **against),
    ]
    assert any(d.contradicted for d in deeds(rows, ())) is denied
    rows[1]["modality"] = "denied"
    assert any(d.contradicted for d in deeds(rows, ())) is denied


def test_what_is_described_alike_is_told_once() -> None:
    given = {"locates": "A village", "relation": "distance", "text": "8 km from Vilne",
             "anchors": ["Vilne"]}  # fmt: skip
    told = described([row("hint", "Vilne", 48.0, n, **given) for n in (0, 50)], [])
    assert [len(s.cites) for s in told] == [2]


def test_a_speaker_within_a_sentence_begins_small() -> None:
    assert speaker_of("Social media") == "social media"
    assert speaker_of("Kyiv") == "Kyiv"


def test_what_is_said_is_no_speaker() -> None:
    said = {"modality": "claimed", "source_kind": "party"}
    told = [said_by([claim("A", 48.0, 0, attribution=who, **said)]) for who in (
        "Russian claims", "the General Staff",
    )]  # fmt: skip
    assert told == [["according to Russian claims"], ["claimed by the General Staff"]]


def test_strikes_of_two_days_are_two() -> None:
    rows = [
        claim("Vilne", 48.0, 0, action="struck", date="2031-05-01"),
        claim("Vilne", 48.0, 0, action="struck", date="2031-05-04", article_id="b"),
        claim("Vilne", 48.0, 9, action="struck", date="2031-05-04", article_id="c"),
    ]
    assert [len(d.claims) for d in strikes(rows, ())] == [1, 2]


def test_harm_is_told_of_the_place_it_was_done_at() -> None:
    sentence = (
        "The attacks hit Vilne, wounding dozens of civilians, and came a day after a drone struck "
        "Lypove."
    )
    said = {"sentence": sentence, "end": 0}
    rows = [
        row("mention", "Vilne", 48.0, 0, **said) | {"start": 16},
        row("mention", "Lypove", 47.0, 0, **said) | {"start": 89},
        claim("Lypove", 47.0, 0, action="struck", **said),
    ]
    found = findings(rows, Days(2031))
    section = events_section(found.struck, found.mentions, found.telling)
    assert [s.text for s in section["strikes"]] == ["Russia struck Lypove."]
    assert [s.text for s in section["harm"]] == ["Vilne: “wounding dozens of civilians”."]


def test_a_quote_of_harm_begins_with_what_happened() -> None:
    sentence = "The governor, A B, said that three civilians were injured in a drone attack."
    assert harm_in(sentence) == "three civilians were injured in a drone attack"


def test_each_place_that_changed_hands_is_told_on_top_once() -> None:
    names = [*"ABCDEF"]
    rows: list[dict[str, Any]] = []
    for n, name in enumerate(names):
        day = f"2031-05-0{n + 1}"
        rows += [
            row("mention", name, 48.0 + n, n * 100, article_id=name, date=day),
            claim(name, 48.0 + n, n * 100, article_id=name, date=day),
            claim(name, 48.0 + n, n * 100, article_id=name, date=day, actor="Ukraine",
                  action="withdrawn", attribution="Kyiv"),
        ]  # fmt: skip
    found = findings(rows, Days(2031))
    top = [s.text for s in summary(found, None, Period(None, None), None)]
    assert [t for t in top if "captured" in t or "changed" in t] == [
        "Russia captured B, reported on 2 May.",
        "Russia captured C, reported on 3 May.",
        "Russia captured D, reported on 4 May.",
        "Russia captured E, reported on 5 May.",
        "Russia captured F, reported on 6 May.",
        "One more place is said to have changed hands: A.",
    ]
    assert not any("withdrew" in t for t in top)
    few = findings([r for r in rows if r["article_id"] == "A"], Days(2031))
    assert any("withdrew" in s.text for s in summary(few, None, Period(None, None), None))


def test_a_village_that_is_called_like_a_city_is_told_with_its_oblast(
    gazetteer: geomap.Gazetteer,
) -> None:
    rows = [
        row("mention", "Zaporizhzhia", 48.2, 0, admin1="Donetsk Oblast"),
        row("mention", "Pokrovsk", 48.3, 0, admin1="Donetsk Oblast"),
        claim("Zaporizhzhia", 48.2, 0),
        claim("Pokrovsk", 48.3, 0),
    ]
    found = findings(rows, Days(2031), gazetteer)
    assert {phrase(d) for d in taken(found.front_claims, ())} == {
        "Russia captured Zaporizhzhia (Donetsk Oblast)", "Russia captured Pokrovsk"
    }  # fmt: skip
