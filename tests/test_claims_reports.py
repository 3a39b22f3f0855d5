"""Claims of daily front reports: lists of places, sectors, nouns that claim, who says it."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

import geomap

DAY = dt.date(2025, 10, 14)


def claims(pipeline: geomap.Pipeline, text: str) -> list[Any]:
    return list(pipeline.process(geomap.Article("a", text, date=DAY)).claims)


def told(pipeline: geomap.Pipeline, text: str) -> list[tuple[Any, ...]]:
    """Return (actor, action with "not", place, relation with its wind) of each claim."""
    return [
        (
            c.actor,
            f"not {c.action}" if c.negated else c.action,
            c.place,
            " ".join(w for w in (c.relation, c.part or c.direction) if w) or None,
        )
        for c in claims(pipeline, text)
    ]


def test_each_village_of_a_list_has_its_claim_and_its_relation(pipeline: geomap.Pipeline):
    text = (
        "Russian forces attacked near Kupiansk itself; east of Kupiansk near Petropavlivka; and "
        "southeast of Kupiansk near Kurylivka, Pishchane, and Novoosynove and toward Borova on "
        "October 12 and 13."
    )
    found = told(pipeline, text)
    assert [(a, b) for a, b, *_ in found] == [("Russia", "attacked")] * 6
    assert [(p, r) for *_, p, r in found] == [
        ("Kupiansk", "near"), ("Petropavlivka", "near"), ("Kurylivka", "near"),
        ("Pishchane", "near"), ("Novoosynove", "near"), ("Borova", "toward"),
    ]  # fmt: skip
    assert {c.event_date for c in claims(pipeline, text)} == {dt.date(2025, 10, 12)}


def test_relations_change_inside_a_list(pipeline: geomap.Pipeline):
    text = (
        "Russian forces attacked within and near Lyman; north of Lyman near Stavky and toward "
        "Torske; and advanced in central Toretsk, into Siversk, and near Soledar (all in Donetsk "
        "Oblast)."
    )
    assert told(pipeline, text) == [
        ("Russia", "attacked", "Lyman", "in_or_near"), ("Russia", "attacked", "Stavky", "near"),
        ("Russia", "attacked", "Torske", "toward"), ("Russia", "advanced", "Toretsk", "within"),
        ("Russia", "advanced", "Siversk", None), ("Russia", "advanced", "Soledar", "near"),
    ]  # fmt: skip


def test_a_village_has_its_own_point_whatever_locates_it(pipeline: geomap.Pipeline):
    text = "Russian forces attacked northeast of Siversk near Bilohorivka on Monday."
    (claim,) = claims(pipeline, text)
    assert (claim.place, claim.relation) == ("Bilohorivka", "near")
    assert claim.lat > 48.9


@pytest.mark.parametrize(
    ("sentence", "expected"),
    [
        ("Russian forces seized Siversk and advanced northwest of Soledar.",
         [("Russia", "captured", "Siversk", None),
          ("Russia", "advanced", "Soledar", "direction NW")]),
        ("Ukrainian forces liberated Lyman, Torske, and Terny (all north of Siversk).",
         [("Ukraine", "liberated", "Lyman", None), ("Ukraine", "liberated", "Torske", None),
          ("Ukraine", "liberated", "Terny", None)]),
        ("Russian forces continued offensive operations in the Lyman direction but did not "
         "advance.",
         [("Russia", "attacked", "Lyman", "toward"),
          ("Russia", "not advanced", "Lyman", "toward")]),
        ("Russian forces did not make confirmed advances near Siversk.",
         [("Russia", "not advanced", "Siversk", "near")]),
        ("Russian forces conducted limited ground attacks near Vuhledar and made gains in Marinka.",
         [("Russia", "attacked", "Vuhledar", "near"), ("Russia", "advanced", "Marinka", None)]),
        ("Russian forces are advancing on Pokrovsk.",
         [("Russia", "advanced", "Pokrovsk", "toward")]),
        ("Ukrainian forces hold positions west of Bakhmut.",
         [("Ukraine", "held", "Bakhmut", "direction W")]),
        ("Russian forces withdrew from Lyman to Kreminna.",
         [("Russia", "withdrawn", "Lyman", None)]),
        ("Ukrainian soldiers drove Russian forces out of Izium.",
         [("Ukraine", "liberated", "Izium", None)]),
        ("Russian forces control most of Toretsk.", [("Russia", "held", "Toretsk", "part")]),
        ("Elements of the Russian 7th Division are operating near Orikhiv.",
         [("Russia", "present", "Orikhiv", "near")]),
        ("Operators of the 71st Regiment are striking Ukrainian positions near Orikhiv.",
         [("Russia", "struck", "Orikhiv", "near")]),
        ("Russian drones attacked Kherson.", [("Russia", "struck", "Kherson", None)]),
        ("Russian and Ukrainian forces fought in Marinka.",
         [(None, "contested", "Marinka", None)]),
    ],
)  # fmt: skip
def test_what_reports_say(
    pipeline: geomap.Pipeline, sentence: str, expected: list[tuple[Any, ...]]
):
    assert told(pipeline, sentence) == expected


@pytest.mark.parametrize(
    ("sentence", "expected"),
    [
        ("The Russian capture of Avdiivka took months.", ("Russia", "captured", "Avdiivka", None)),
        ("The fall of Avdiivka was a blow.", (None, "captured", "Avdiivka", None)),
        ("Kyiv acknowledged the loss of Soledar.", ("Ukraine", "lost", "Soledar", None)),
        ("Soledar fell to Wagner forces.", ("Russia", "captured", "Soledar", None)),
        ("Russian attacks on Siversk continued.", ("Russia", "attacked", "Siversk", None)),
        ("A Russian assault on Vuhledar began.", ("Russia", "attacked", "Vuhledar", None)),
        ("A Ukrainian withdrawal from Avdiivka began.",
         ("Ukraine", "withdrawn", "Avdiivka", None)),
        ("Fighting continued near Kreminna.", (None, "contested", "Kreminna", "near")),
        ("Heavy clashes were reported in Marinka.", (None, "contested", "Marinka", None)),
        ("Robotyne changed hands again.", (None, "contested", "Robotyne", None)),
        ("Marinka is in the gray zone.", (None, "contested", "Marinka", None)),
        ("Bakhmut is under the control of Russian forces.", ("Russia", "held", "Bakhmut", None)),
        ("Kupiansk remains under Ukrainian control.", ("Ukraine", "held", "Kupiansk", None)),
        ("A Russian advance near Kurakhove surprised nobody.",
         ("Russia", "advanced", "Kurakhove", "near")),
        ("Ukrainian drone attacks on Melitopol continued.",
         ("Ukraine", "struck", "Melitopol", None)),
    ],
)  # fmt: skip
def test_nouns_claim(pipeline: geomap.Pipeline, sentence: str, expected: tuple[Any, ...]):
    assert told(pipeline, sentence) == [expected]


@pytest.mark.parametrize(
    ("sentence", "actor", "place"),
    [
        ("Officials in occupied Tokmak met.", "Russia", "Tokmak"),
        ("Roads lead to Russian-occupied Tokmak.", "Russia", "Tokmak"),
        ("Trains run to Ukrainian-held Orikhiv.", "Ukraine", "Orikhiv"),
        ("A bus came from Russian-controlled Melitopol.", "Russia", "Melitopol"),
    ],
)
def test_occupied_ground_is_held(pipeline: geomap.Pipeline, sentence: str, actor: str, place: str):
    (claim,) = claims(pipeline, sentence)
    assert (claim.actor, claim.action, claim.place) == (actor, "held", place)
    assert (claim.relation, claim.attribution, claim.modality) == (None, None, "stated")


def test_occupied_is_no_capture_by_who_strikes_there(pipeline: geomap.Pipeline):
    text = "Kyiv said Ukrainian forces struck a depot near occupied Tokmak."
    assert told(pipeline, text) == [
        ("Ukraine", "struck", "Tokmak", "near"), ("Russia", "held", "Tokmak", None)
    ]  # fmt: skip
    assert [c.attribution for c in claims(pipeline, text)] == ["Kyiv", None]


@pytest.mark.parametrize(
    ("sentence", "attribution", "kind", "modality"),
    [
        ("Unconfirmed claims: The Russian Ministry of Defense (MoD) claimed on October 13 that "
         "Russian forces seized Siversk (east of Sloviansk).",
         "The Russian Ministry of Defense", "party", "claimed"),
        ("Assessed advances: Geolocated footage published on October 12 and 13 indicates that "
         "Russian forces recently seized Siversk.", "Geolocated footage", "footage", "confirmed"),
        ("ISW assesses that Russian forces seized Siversk.", "ISW", "analyst", "claimed"),
        ("A Russian milblogger claimed, however, that Russian forces seized Siversk.",
         "A Russian milblogger", "blogger", "claimed"),
        ("A Russian milblogger claimed that Russian forces seized Siversk, but ISW has not "
         "collected any evidence of this.", "A Russian milblogger", "blogger", "claimed"),
        ("A Ukrainian officer published a map on October 13 acknowledging that Russian forces "
         "seized Siversk.", "A Ukrainian officer", "party", "confirmed"),
        ("Geolocated footage shows that Russian forces likely seized Siversk.",
         "Geolocated footage", "footage", "claimed"),
        ("The Ukrainian group Deep State, which is close to the ministry, reported that Russian "
         "forces seized Siversk.", "The Ukrainian group Deep State", "party", "claimed"),
        ("Ukrainian and Russian sources reported that Russian forces seized Siversk.",
         "Ukrainian and Russian sources", "party", "claimed"),
        ("Peskov said that Russian forces seized Siversk.", "Peskov", "party", "claimed"),
    ],
)  # fmt: skip
def test_who_says_it_in_reports(
    pipeline: geomap.Pipeline, sentence: str, attribution: str, kind: str, modality: str
):
    (claim,) = claims(pipeline, sentence)
    assert (claim.actor, claim.action, claim.place) == ("Russia", "captured", "Siversk")
    assert (claim.attribution, claim.source_kind) == (attribution, kind)
    assert (claim.modality, claim.negated) == (modality, False)


def test_each_speaker_has_its_own_clause(pipeline: geomap.Pipeline):
    text = "Kyiv said its troops still hold Siversk, but Moscow said Russian forces captured Lyman."
    found = claims(pipeline, text)
    assert [(c.attribution, c.actor, c.action, c.place) for c in found] == [
        ("Kyiv", "Ukraine", "held", "Siversk"), ("Moscow", "Russia", "captured", "Lyman")
    ]  # fmt: skip


@pytest.mark.parametrize(
    "sentence",
    [
        "Russian objective: Capture the entirety of Donetsk Oblast.",
        "Russian Subordinate Main Effort #3 – Capture the entirety of Donetsk Oblast",
        "Russian forces are close to capturing Siversk.",
        "Russian forces could capture Siversk and advance toward Sloviansk.",
        "If Russian forces capture Siversk, Sloviansk is next.",
        "The possible Russian seizure of Siversk worries Kyiv.",
    ],
)
def test_plans_are_no_facts(pipeline: geomap.Pipeline, sentence: str):
    found = claims(pipeline, sentence)
    assert found
    assert {c.modality for c in found} == {"planned"}
    assert {c.actor for c in found} == {"Russia"}


@pytest.mark.parametrize(
    ("sentence", "action", "negated", "modality"),
    [
        ("There is no evidence that Russian forces entered Siversk.", "advanced", True, "denied"),
        ("ISW has not observed evidence that Russian forces captured Siversk.",
         "captured", True, "denied"),
        ("Kyiv did not confirm the loss of Siversk.", "lost", False, "claimed"),
        ("Russian forces tried to infiltrate near Siversk but are not having success.",
         "infiltrated", True, "failed"),
        ("A Russian assault on Siversk failed.", "attacked", False, "failed"),
        ("A Russian milblogger rejected reports of Ukrainian advances near Siversk.",
         "advanced", True, "denied"),
        ("Ukrainian forces prevented Russian forces from advancing near Siversk.",
         "advanced", True, "stated"),
    ],
)  # fmt: skip
def test_what_did_not_happen_in_reports(
    pipeline: geomap.Pipeline, sentence: str, action: str, negated: bool, modality: str
):
    (claim,) = claims(pipeline, sentence)
    assert (claim.place, claim.action) == ("Siversk", action)
    assert (claim.negated, claim.modality) == (negated, modality)


def test_what_is_long_past_has_its_own_date(pipeline: geomap.Pipeline):
    text = "After capturing Lysychansk in July 2022, Russian forces attacked Siversk."
    past, now = claims(pipeline, text)
    assert (past.actor, past.action, past.place) == ("Russia", "captured", "Lysychansk")
    assert past.event_date == dt.date(2022, 7, 1)
    assert (now.action, now.place, now.event_date) == ("attacked", "Siversk", None)


@pytest.mark.parametrize(
    "sentence",
    [
        "Russia took control of talks in Istanbul.",
        "The conference was held in Kharkiv.",
        "A meeting of the group held in Kharkiv ended.",
        "The occupied Zaporizhzhia Nuclear Power Plant has no power.",
        "Putin attacked the plan.",
        "Russia seized the initiative in talks with officials from Kyiv.",
        "A storm hit Kharkiv.",
        "The Russian strike left Kherson without power.",
        "Russian forces hold off.",
        "Ukraine lost soldiers.",
    ],
)
def test_what_is_no_claim_in_reports(pipeline: geomap.Pipeline, sentence: str):
    assert claims(pipeline, sentence) == []


@pytest.mark.parametrize(
    "text", ["", "said", "Kyiv said", ", said", "((((", "occupied ", "claims:"]
)
def test_scraps_of_text_do_no_harm(pipeline: geomap.Pipeline, text: str):
    assert claims(pipeline, text) == []


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("Ukraine withdrew its troops from Lyman.", [("Ukraine", "withdrawn", "Lyman", None)]),
        ("Ukraine withdrew a request for troops from Lyman.", []),
        ("Rescuers pulled five people out of the rubble in Lyman.", []),
        (
            "Soledar, a mining town, fell to Russian troops.",
            [("Russia", "captured", "Soledar", None)],
        ),
        ("Grain exports from Odesa fell.", []),
        ("The village near Bakhmut fell.", []),
        ("Had Russian forces captured Odesa, the ports would have closed.", []),
        (
            "Ukrainian forces hold the Haichur River line near Uspenivka.",
            [("Ukraine", "held", "Uspenivka", "near")],
        ),
        (
            "Russian forces shelled Lyman, the General Staff in Kyiv said.",
            [("Russia", "shelled", "Lyman", None)],
        ),
        (
            "Russian forces shelled a police station in Sloviansk.",
            [("Russia", "shelled", "Sloviansk", None)],
        ),
        (
            "Two of Russia's brigades attacked Lyman.",
            [("Russia", "attacked", "Lyman", None)],
        ),
    ],
)
def test_what_held_out_sentences_taught(
    pipeline: geomap.Pipeline, text: str, wanted: list[tuple[Any, ...]]
):
    assert told(pipeline, text) == wanted
