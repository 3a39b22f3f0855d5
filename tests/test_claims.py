"""Claims: who did what where, said by whom, denied or not."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path
from typing import Any

import pytest

import geomap

DAY = dt.date(2023, 3, 14)  # a Tuesday


@pytest.fixture(scope="module")
def seed(shared: Path) -> Any:
    """The gold of the seed article."""
    path = shared / "articles" / "seed" / "kreminna-bakhmut.gold.jsonl"
    return json.loads(path.read_text(encoding="utf-8"))


def claims(pipeline: geomap.Pipeline, text: str) -> Any:
    return pipeline.process(geomap.Article("a", text, date=DAY)).claims


def only(pipeline: geomap.Pipeline, text: str) -> Any:
    found = claims(pipeline, text)
    assert len(found) == 1, found
    return found[0]


@pytest.mark.parametrize(
    ("sentence", "actor", "action", "place"),
    [
        ("Russian forces captured Soledar.", "Russia", "captured", "Soledar"),
        ("Wagner fighters seized Soledar.", "Russia", "captured", "Soledar"),
        ("Russia has taken control of Soledar.", "Russia", "captured", "Soledar"),
        ("Soledar was captured by Russian troops.", "Russia", "captured", "Soledar"),
        ("Soledar has been captured.", None, "captured", "Soledar"),
        ("Ukrainian troops recaptured Kupiansk.", "Ukraine", "liberated", "Kupiansk"),
        ("Kupiansk was liberated by Ukrainian troops.", "Ukraine", "liberated", "Kupiansk"),
        ("Ukraine’s army withdrew from Avdiivka.", "Ukraine", "withdrawn", "Avdiivka"),
        ("Ukrainian forces still hold Chasiv Yar.", "Ukraine", "held", "Chasiv Yar"),
        ("Russian artillery pounded Toretsk.", "Russia", "shelled", "Toretsk"),
        ("Ukrainian drones struck Melitopol.", "Ukraine", "struck", "Melitopol"),
        ("Russian forces stormed Vuhledar.", "Russia", "attacked", "Vuhledar"),
        ("Ukrainian troops have encircled Izium.", "Ukraine", "encircled", "Izium"),
        ("Ukraine lost Soledar.", "Ukraine", "lost", "Soledar"),
        ("Wagner fighters entered Chasiv Yar.", "Russia", "advanced", "Chasiv Yar"),
        ("The attack on Vuhledar was repelled by Ukrainian marines.",
         "Ukraine", "repelled attack", "Vuhledar"),
    ],
)  # fmt: skip
def test_who_did_what_where(
    pipeline: geomap.Pipeline, sentence: str, actor: str | None, action: str, place: str
):
    claim = only(pipeline, sentence)
    assert (claim.actor, claim.action, claim.place) == (actor, action, place)
    assert (claim.negated, claim.modality, claim.attribution) == (False, "stated", None)
    assert (claim.text, claim.start, claim.end) == (sentence, 0, len(sentence))
    assert claim.lat is not None


@pytest.mark.parametrize(
    ("sentence", "action"),
    [
        ("Russian forces failed to capture Vuhledar.", "captured"),
        ("Russian forces have not captured Vuhledar.", "captured"),
        ("Russian forces haven’t captured Vuhledar.", "captured"),
        ("Russian forces were unable to capture Vuhledar.", "captured"),
        ("Russian troops never entered Vuhledar.", "advanced"),
        ("Russian forces did not retreat from Vuhledar.", "withdrawn"),
        ("Russian forces no longer hold Vuhledar.", "held"),
        ("Neither side controls Vuhledar.", "held"),
        ("Vuhledar has not been captured.", "captured"),
    ],
)
def test_what_did_not_happen_is_negated(pipeline: geomap.Pipeline, sentence: str, action: str):
    claim = only(pipeline, sentence)
    assert (claim.action, claim.place, claim.negated) == (action, "Vuhledar", True)


def test_what_is_denied_is_negated_and_says_by_whom(pipeline: geomap.Pipeline):
    claim = only(pipeline, "Kyiv denied that its troops had retreated from Soledar.")
    assert (claim.actor, claim.action, claim.place) == ("Ukraine", "withdrawn", "Soledar")
    assert (claim.negated, claim.modality, claim.attribution) == (True, "denied", "Kyiv")


def test_a_denied_claim_is_the_claimants(pipeline: geomap.Pipeline):
    claim = only(pipeline, "Ukrainian officials denied Russian claims to have captured Vuhledar.")
    assert (claim.actor, claim.negated) == ("Russia", True)
    assert claim.attribution == "Ukrainian officials"


@pytest.mark.parametrize(
    ("sentence", "source", "kind"),
    [
        ("According to the General Staff, Russian forces attacked Toretsk.",
         "the General Staff", "party"),
        ("Russian forces attacked Toretsk, according to the regional governor.",
         "the regional governor", "party"),
        ("The Ukrainian military says Russian forces attacked Toretsk.",
         "The Ukrainian military", "party"),
        ("Russian forces attacked Toretsk, the Ukrainian military said.",
         "the Ukrainian military", "party"),
        ("Russian forces attacked Toretsk, Hanna Maliar said.", "Hanna Maliar", "party"),
        ("“Russian forces attacked Toretsk,” said a spokesman for the army.",
         "a spokesman for the army", "party"),
        ("“Russian forces attacked Toretsk,” a Ukrainian commander said.",
         "a Ukrainian commander", "party"),
        ("A Russian milblogger claimed that Russian forces attacked Toretsk.",
         "A Russian milblogger", "blogger"),
        ("Analysts said that Russian forces attacked Toretsk.", "Analysts", "analyst"),
    ],
)  # fmt: skip
def test_who_says_so(pipeline: geomap.Pipeline, sentence: str, source: str, kind: str):
    claim = only(pipeline, sentence)
    assert (claim.actor, claim.action, claim.place) == ("Russia", "attacked", "Toretsk")
    assert (claim.attribution, claim.source_kind) == (source, kind)
    assert claim.modality == "claimed"


def test_footage_confirms(pipeline: geomap.Pipeline):
    claim = only(
        pipeline, "Geolocated footage shows that Russian forces advanced in eastern Bakhmut."
    )
    assert (claim.source_kind, claim.modality) == ("footage", "confirmed")
    assert (claim.place, claim.part, claim.relation) == ("Bakhmut", "E", "part")


def test_its_troops_are_the_speakers(pipeline: geomap.Pipeline):
    claim = only(pipeline, "Moscow said it had captured Marinka.")
    assert (claim.actor, claim.attribution) == ("Russia", "Moscow")
    claim = only(pipeline, "“We hold Bakhmut,” a Ukrainian commander said.")
    assert (claim.actor, claim.action, claim.place) == ("Ukraine", "held", "Bakhmut")


@pytest.mark.parametrize(
    "sentence",
    [
        "Russia plans to capture Kramatorsk.",
        "Russian forces are trying to encircle Kramatorsk.",
        "Russian forces could capture Kramatorsk.",
        "Russia says taking Kramatorsk would open a path to the west.",
    ],
)
def test_what_is_only_wanted_is_planned(pipeline: geomap.Pipeline, sentence: str):
    claim = only(pipeline, sentence)
    assert (claim.actor, claim.place, claim.modality) == ("Russia", "Kramatorsk", "planned")
    assert not claim.negated


@pytest.mark.parametrize(
    "sentence",
    [
        "Ukrainian forces continue to hold Chasiv Yar.",
        "Ukrainian forces managed to hold Chasiv Yar.",
    ],
)
def test_what_goes_on_is_not_planned(pipeline: geomap.Pipeline, sentence: str):
    assert only(pipeline, sentence).modality == "stated"


@pytest.mark.parametrize(
    "sentence",
    ["Russian troops unsuccessfully attacked Siversk.", "Russian troops attacked Siversk in vain."],
)
def test_an_attack_in_vain_took_place_and_failed(pipeline: geomap.Pipeline, sentence: str):
    claim = only(pipeline, sentence)
    assert (claim.action, claim.negated, claim.modality) == ("attacked", False, "failed")


@pytest.mark.parametrize(
    "sentence",
    [
        "The brigade lost men near Kreminna.",
        "The captured town of Soledar lies in ruins.",
        "The shelling of Bakhmut goes on.",
        "Soldiers took bread to Bakhmut.",
        "A doctor held a meeting in Kramatorsk.",
        "Ukrainian troops control drones from cellars in Kramatorsk.",
    ],
)
def test_what_is_no_claim_of_a_place(pipeline: geomap.Pipeline, sentence: str):
    assert claims(pipeline, sentence) == ()


def test_attacks_are_not_verbs_after_an_adjective(pipeline: geomap.Pipeline):
    found = claims(pipeline, "Ukrainian forces repelled Russian assaults near Toretsk.")
    assert [(c.actor, c.action) for c in found] == [("Ukraine", "repelled attack")]
    found = claims(pipeline, "Russian attacks near Avdiivka were repelled.")
    assert [(c.action, c.place, c.relation) for c in found] == [
        ("repelled attack", "Avdiivka", "near")
    ]


def test_each_place_of_a_list_has_its_claim(pipeline: geomap.Pipeline):
    found = claims(pipeline, "Russian artillery pounded Toretsk, Siversk and Avdiivka on Monday.")
    assert [c.place for c in found] == ["Toretsk", "Siversk", "Avdiivka"]
    assert {(c.actor, c.action, c.event_date) for c in found} == {
        ("Russia", "shelled", dt.date(2023, 3, 13))
    }
    assert len({(c.lat, c.lon) for c in found}) == 3


def test_an_oblast_after_a_name_is_no_second_place(pipeline: geomap.Pipeline):
    claim = only(pipeline, "Russian artillery pounded Siversk, Donetsk Oblast, on Monday.")
    assert claim.place == "Siversk"


def test_a_claim_beside_a_place_is_not_about_the_whole_place(pipeline: geomap.Pipeline):
    claim = only(pipeline, "Wagner fighters advanced 2 km west of Soledar.")
    assert (claim.place, claim.relation) == ("Soledar", "distance_direction")
    assert (claim.direction, claim.distance_km) == ("W", 2.0)
    assert claim.lon < 38.05
    claim = only(pipeline, "Russian forces captured a bridge near Siversk.")
    assert (claim.place, claim.relation) == ("Siversk", "near")


def test_what_is_told_to_lie_by_another_place_is_itself_the_place(pipeline: geomap.Pipeline):
    text = "Yampil, 12 km southeast of Lyman in Donetsk Oblast, was shelled by Russian forces."
    claim = only(pipeline, text)
    assert (claim.actor, claim.action, claim.place_start) == ("Russia", "shelled", 0)


def test_two_verbs_give_two_claims(pipeline: geomap.Pipeline):
    text = "Russian forces have not captured Vuhledar but they shelled it daily."
    found = claims(pipeline, text)
    assert [(c.actor, c.action, c.place, c.negated) for c in found] == [
        ("Russia", "captured", "Vuhledar", True), ("Russia", "shelled", "Vuhledar", False)
    ]  # fmt: skip


def test_the_day_of_the_event_is_the_nearest_day_named(pipeline: geomap.Pipeline):
    claim = only(pipeline, "Russian forces captured Soledar on Friday.")
    assert claim.event_date == dt.date(2023, 3, 10)
    assert only(pipeline, "Russian forces captured Soledar last week.").event_date is None


def test_a_refused_place_gives_a_claim_without_a_point(pipeline: geomap.Pipeline):
    claim = only(pipeline, "Russian forces captured Oleksandrivka.")
    assert (claim.place, claim.lat, claim.lon) == ("Oleksandrivka", None, None)
    assert claim.confidence < 0.3


def test_a_known_actor_and_source_make_a_claim_surer(pipeline: geomap.Pipeline):
    stated = only(pipeline, "Russian forces captured Soledar.").confidence
    claimed = only(pipeline, "Moscow said Russian forces captured Soledar.").confidence
    planned = only(pipeline, "Russian forces want to capture Soledar.").confidence
    nobody = only(pipeline, "Soledar was captured.").confidence
    assert stated > claimed > planned
    assert stated > nobody


@pytest.mark.shared
def test_the_claims_of_the_seeds_gold(pipeline: geomap.Pipeline, seed: dict[str, Any]):
    report = pipeline.process(geomap.Article(seed["id"], seed["text"], date=DAY))
    for gold in seed["claims"]:
        found = [c for c in report.claims if c.text == gold["sentence"]]
        assert len(found) == len(gold["claims"])
        for claim, expected in zip(found, gold["claims"], strict=True):
            for key, value in expected.items():
                wanted = dt.date.fromisoformat(value) if key == "event_date" else value
                assert getattr(claim, key) == wanted, key
            assert claim.part == expected.get("part")


@pytest.mark.parametrize(
    ("sentence", "place"),
    [
        (
            "In Siversk, about 20 km north of Soledar, the town was shelled.",
            "Siversk",
        ),
        (
            "In Donetsk, 15 km south of Avdiivka, parts of the city were hit.",
            "Donetsk",
        ),
        (
            "Guns at Chasiv Yar (west of Bakhmut) fell silent: the town was taken.",
            "Chasiv Yar",
        ),
    ],
)
def test_the_town_is_not_the_place_it_is_measured_from(
    pipeline: geomap.Pipeline, sentence: str, place: str
) -> None:
    assert only(pipeline, sentence).place == place


@pytest.mark.parametrize(
    "sentence",
    [
        "Russian forces attacked in the Siversk direction on Monday.",
        "Russian forces attacked in the Siversk tactical area on Monday.",
        "Russian forces attacked on the Siversk axis.",
        "Russian forces attacked in the Siversk and Bakhmut directions.",
        "Russian forces attacked in the Siversk-Bakhmut tactical area.",
    ],
)
def test_a_sector_is_toward_its_town_and_not_sure(pipeline: geomap.Pipeline, sentence: str):
    found = claims(pipeline, sentence)
    assert found
    assert {c.relation for c in found} == {"toward"}
    assert all(c.confidence < 0.3 for c in found)


def test_a_sector_may_be_one_more_of_a_list(pipeline: geomap.Pipeline):
    found = claims(
        pipeline, "Russian forces advanced near Siversk and in the Bakhmut-Soledar tactical area."
    )
    assert [(c.place, c.relation) for c in found] == [
        ("Siversk", "near"), ("Bakhmut", "toward"), ("Soledar", "toward"),
    ]  # fmt: skip


def test_a_village_of_two_names_is_one_claim(pipeline: geomap.Pipeline):
    only(pipeline, "Russian forces attacked near Chervonyi (Krasnyi) Lyman on Friday.")


@pytest.mark.parametrize(
    ("sentence", "actor", "action", "negated"),
    [
        ("Russian troops moved two kilometres closer to Siversk.", "Russia", "advanced", False),
        ("Russian aircraft dropped guided bombs on Siversk.", "Russia", "struck", False),
        ("Siversk came under fire from Russian guns.", "Russia", "shelled", False),
        ("Artillery hit Siversk on Monday.", None, "shelled", False),
        ("Footage shows Ukrainian soldiers in Siversk.", "Ukraine", "present", False),
        ("No Russian soldier has entered Siversk.", "Russia", "advanced", True),
        ("Russian forces have yet to take Siversk.", "Russia", "captured", True),
        ("Kyiv falsely claimed that Russian troops left Siversk.", "Russia", "withdrawn", True),
        ("Moscow accused Ukraine of shelling Horlivka.", "Ukraine", "shelled", False),
        ("Ukraine foiled an attempt to storm Siversk.", "Ukraine", "repelled attack", False),
    ],
)  # fmt: skip
def test_wordings_in_which_other_words_decide(
    pipeline: geomap.Pipeline, sentence: str, actor: str | None, action: str, *, negated: bool
):
    claim = only(pipeline, sentence)
    assert (claim.actor, claim.action, claim.negated) == (actor, action, negated)


@pytest.mark.parametrize(
    "sentence",
    [
        "Railway strikes in Dnipro went on.",
        "A deal was struck in Kyiv.",
        "Homes near Kherson were hit by floods.",
        "The mayor of Kharkiv came under fire for his plans.",
        "A Russian soldier captured near Kreminna spoke of hunger.",
        "The company expanded its position in Kyiv.",
        "A fire destroyed a warehouse in Odesa.",
    ],
)
def test_what_is_like_a_claim_and_is_none(pipeline: geomap.Pipeline, sentence: str):
    assert claims(pipeline, sentence) == ()
