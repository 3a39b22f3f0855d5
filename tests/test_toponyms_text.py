"""Which words of a text are places, of what kind, and which places they mean."""

from __future__ import annotations

import datetime as dt
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

import geomap
from geomap import geodesy

DAY = dt.date(2023, 3, 14)


def read(pipeline: geomap.Pipeline, text: str) -> Any:
    return pipeline.process(geomap.Article("a", text, date=DAY))


def mentions(pipeline: geomap.Pipeline, text: str) -> list[tuple[str, str]]:
    return [
        (r.mention.text, r.mention.kind)
        for r in read(pipeline, text).resolutions
        if r.mention.kind != "demonym"
    ]


def found(pipeline: geomap.Pipeline, text: str, words: str) -> Any:
    at = text.index(words)
    return next(r for r in read(pipeline, text).resolutions if r.mention.start == at)


@pytest.mark.parametrize(
    "sentence",
    [
        "Wagner fighters rested.",
        "The head of Wagner spoke to the Wall Street Journal.",
        "Zelensky told Reuters that talks had failed.",
        "President Vladimir Putin met Xi.",
        "A soldier of the Azov brigade spoke to Bloomberg.",
        "Drones of the type Lancet and Shahed were seen.",
        "General Oleksandr Syrskyi said the army was tired.",
        "The White House and the Pentagon declined to comment.",
        "On Monday, in March, winter began.",
        "WAR CRIMES PROBE",
    ],
)
def test_persons_and_bodies_are_not_pinned(pipeline: geomap.Pipeline, sentence: str):
    pinned = [r for r in read(pipeline, sentence).resolutions if r.lat is not None]
    assert [r.mention.text for r in pinned if r.mention.kind != "demonym"] == []


@pytest.mark.parametrize(
    ("sentence", "words", "kind"),
    [
        ("Moscow denies the attack.", "Moscow", "associative"),
        ("Kyiv says it will fight on.", "Kyiv", "associative"),
        ("It is a war with Russia.", "Russia", "associative"),
        ("Russia’s invasion goes on.", "Russia", "associative"),
        ("Ukraine’s president spoke.", "Ukraine", "associative"),
        ("Shells fell in Moscow.", "Moscow", "literal"),
        ("He fled to Russia.", "Russia", "literal"),
        ("Shells fell in Ukraine’s east.", "Ukraine", "literal"),
        ("Shells fell in eastern Ukraine.", "Ukraine", "literal"),
        ("Children were taken from Ukraine.", "Ukraine", "literal"),
        ("Fighting goes on in Bakhmut.", "Bakhmut", "literal"),
    ],
)
def test_a_government_is_not_its_country(
    pipeline: geomap.Pipeline, sentence: str, words: str, kind: str
):
    assert (words, kind) in mentions(pipeline, sentence)


def test_the_west_is_a_bloc_without_a_point(pipeline: geomap.Pipeline):
    text = "Moscow accuses the West of lies."
    west = found(pipeline, text, "the West")
    assert (west.mention.kind, west.lat, west.lon) == ("associative", None, None)


@pytest.mark.parametrize(
    ("sentence", "words", "name"),
    [
        ("NEAR KREMINNA, Ukraine: shells fell.", "KREMINNA", "Kreminna"),
        ("KREMINNA, Ukraine: shells fell.", "KREMINNA", "Kreminna"),
        ("Russia wants all of Donetsk.", "Donetsk", "Donetsk Oblast"),
        ("Fighting goes on in the country’s eastern Donetsk region.", "Donetsk", "Donetsk Oblast"),
        ("Fighting goes on in Donetsk and Luhansk regions.", "Donetsk", "Donetsk Oblast"),
        ("Fighting goes on in the city of Donetsk.", "Donetsk", "Donetsk"),
        ("Russian troops hold most of Bakhmut.", "Bakhmut", "Bakhmut"),
        ("Fighting goes on near Artemivsk.", "Artemivsk", "Bakhmut"),
        ("Bakhmut’s northern suburbs burned.", "Bakhmut", "Bakhmut"),
        ("Soledar was captured.", "Soledar", "Soledar"),
        ("Lorries burned along the Bakhmut-Siversk road.", "Bakhmut", "Bakhmut"),
        ("Lorries burned along the Bakhmut-Siversk road.", "Siversk", "Siversk"),
        ("Shells fell in Kharkiv City.", "Kharkiv City", "Kharkiv"),
    ],
)
def test_names_in_many_forms(pipeline: geomap.Pipeline, sentence: str, words: str, name: str):
    resolution = found(pipeline, sentence, words)
    assert resolution.status == "resolved"
    assert resolution.name == name
    assert resolution.place.country == "UA"


def test_an_acting_government_does_not_move_a_town_into_its_country(pipeline: geomap.Pipeline):
    donetsk = found(pipeline, "Moscow says Russia holds Donetsk.", "Donetsk")
    assert donetsk.place.country == "UA"


@pytest.mark.parametrize(
    ("sentence", "admin1"),
    [
        ("Shells hit Lyman (southeast of Kharkiv City).", "Kharkiv Oblast"),
        ("Shells hit Lyman (northwest of Siversk).", "Donetsk Oblast"),
        ("Shells hit Lyman, Donetsk Oblast.", "Donetsk Oblast"),
        ("Shells hit Lyman in Kharkiv Oblast.", "Kharkiv Oblast"),
        ("Shells hit Lyman. Troops left Sloviansk, Siversk and Kreminna.", "Donetsk Oblast"),
    ],
)
def test_namesakes_are_told_apart(pipeline: geomap.Pipeline, sentence: str, admin1: str):
    lyman = found(pipeline, sentence, "Lyman")
    assert lyman.status == "resolved"
    assert lyman.place.admin1_name == admin1
    assert lyman.reasons


def test_a_namesake_that_no_hint_fits_is_placed_by_the_hint(pipeline: geomap.Pipeline):
    text = "Shells hit Izium (north-east of Sumy City)."
    izium = found(pipeline, text, "Izium")
    assert izium.status == "hinted"
    assert izium.precision == "hint"
    assert izium.place is None
    assert geodesy.wind_of(geodesy.azimuth_deg(50.91, 34.8, izium.lat, izium.lon)) == "NE"
    assert izium.region is not None
    assert "placed by the hint alone" in izium.reasons[-1]
    assert any(c.place.admin1_name == "Kharkiv Oblast" for c in izium.runners_up)


def test_a_village_of_a_raion_is_chosen_by_its_hint(pipeline: geomap.Pipeline):
    text = "Shells hit Lyman (north-east of Kharkiv City)."
    lyman = found(pipeline, text, "Lyman")
    assert (lyman.status, lyman.precision) == ("resolved", "hromada")
    assert lyman.place.admin1_name == "Kharkiv Oblast"
    assert lyman.radius_km > 10, "only its hromada is known"
    assert geodesy.wind_of(geodesy.azimuth_deg(49.98, 36.25, lyman.lat, lyman.lon)) in ("NE", "ENE")


@pytest.mark.parametrize(
    "sentence",
    [
        "Russian troops took Zhabyne Ozero (10 km west of Pokrovsk).",
        "Russian troops took the village of Zhabyne Ozero, 10 km west of Pokrovsk.",
        "Fighting goes on near Zhabyne Ozero, some 10 km west of Pokrovsk.",
    ],
)
def test_a_name_that_no_gazetteer_has_is_placed_by_its_hint(
    pipeline: geomap.Pipeline, sentence: str
):
    village = found(pipeline, sentence, "Zhabyne Ozero")
    assert (village.mention.text, village.status) == ("Zhabyne Ozero", "hinted")
    pokrovsk = found(pipeline, sentence, "Pokrovsk").place
    km = geodesy.distance_km(pokrovsk.lat, pokrovsk.lon, village.lat, village.lon)
    assert km == pytest.approx(9.5, abs=0.5)


@pytest.mark.parametrize(
    "sentence",
    [
        "The meeting on Monday, 10 km west of Pokrovsk, was short.",
        "A unit of the 93rd Brigade (10 km west of Pokrovsk) rested.",
        "Wagner (10 km west of Pokrovsk) rested.",
        "The Russians (10 km west of Pokrovsk) rested.",
        "The ISW (10 km west of Pokrovsk) rested.",
    ],
)
def test_what_is_told_to_be_somewhere_is_not_always_a_place(
    pipeline: geomap.Pipeline, sentence: str
):
    assert [text for text, _ in mentions(pipeline, sentence)] == ["Pokrovsk"]


def test_a_longer_name_is_not_taken_for_the_shorter_known_one(pipeline: geomap.Pipeline):
    text = "Shells hit Zhabynyi Lyman (10 km west of Pokrovsk)."
    assert mentions(pipeline, text)[0][0] == "Zhabynyi Lyman"


@pytest.mark.parametrize("name", ["Oleksandrivka", "Ivanivka", "Mykolaivka"])
def test_an_ambiguous_name_is_refused_and_says_why(pipeline: geomap.Pipeline, name: str):
    village = found(pipeline, f"Shells fell near {name}.", name)
    assert village.status == "refused"
    assert (village.lat, village.lon, village.place) == (None, None, None)
    assert "places of this name, none clearly meant" in village.reasons[0]
    assert len(village.runners_up) >= 2


def test_a_name_has_one_meaning_in_an_article(pipeline: geomap.Pipeline):
    text = (
        "Shells fell near Lyman.\nTroops left Lyman, Kharkiv Oblast.\nThen Lyman was quiet; "
        "nobody in Lyman slept."
    )
    places = {
        r.place.admin1_name for r in read(pipeline, text).resolutions if r.mention.text == "Lyman"
    }
    assert places == {"Kharkiv Oblast"}


def test_offsets_are_code_points_of_the_text(pipeline: geomap.Pipeline):
    text = "😀😀 “Near Bakhmut’s east” — і в Україні — near Kreminna’s woods."
    for resolution in read(pipeline, text).resolutions:
        mention = resolution.mention
        assert text[mention.start : mention.end] == mention.text
        assert not mention.text.endswith(("’s", "'s"))


@pytest.mark.shared
def test_the_seeds_mentions_score_at_least_97(
    pipeline: geomap.Pipeline, shared: Path, tmp_path: Path
):
    gold = shared / "articles" / "seed" / "kreminna-bakhmut.gold.jsonl"
    article = json.loads(gold.read_text(encoding="utf-8"))
    report = pipeline.process(geomap.Article(article["id"], article["text"], date=DAY))
    lines = [
        json.dumps({
            "article_id": article["id"], "start": r.mention.start, "end": r.mention.end,
            "text": r.mention.text, "lat": r.lat, "lon": r.lon,
        })
        for r in report.resolutions if r.mention.kind != "demonym"
    ]  # fmt: skip
    predictions = tmp_path / "predictions.jsonl"
    predictions.write_text("\n".join(lines) + "\n", encoding="utf-8")
    tool = shared / "tools" / "score_geoparse.py"
    done = subprocess.run(
        [sys.executable, str(tool), str(gold), str(predictions)],
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    scores = json.loads(done.stdout)
    assert scores["end_to_end"]["f1"] >= 0.97
    assert scores["exact"]["r"] == 1.0
    names = {r.mention.text for r in report.resolutions}
    assert not names & {n["text"] for n in article["not_places"]}
    kinds = {m["start"]: m["type"] for m in article["mentions"]}
    for resolution in report.resolutions:
        start = resolution.mention.start
        assert resolution.mention.kind == kinds.get(start, resolution.mention.kind)
