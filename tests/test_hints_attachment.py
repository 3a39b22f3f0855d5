"""What expressions locate: names, nouns, pronouns, events; and what only seems to be named."""

from __future__ import annotations

import re

import pytest

from geomap.hints.attachment import MASK, Subject, subject_expressions, subjects
from geomap.hints.grammar import Reader
from geomap.models import FeatureClass, Mention, Place, Resolution, Span

# Names of the sentences below; all others are unknown words. A star marks an oblast.
SETTLEMENTS = "Aster|Birch|Clover|Daisy|Elder|Fern|Grove"
OBLASTS = "Heath Oblast"


def reader(text: str) -> Reader:
    """Return a reader of a text in which every known name is a literal, placed mention."""
    found = []
    for match in re.finditer(rf"\b(?:{SETTLEMENTS}|{OBLASTS})\b", text):
        wide = match.group() in OBLASTS
        kind: FeatureClass = "A" if wide else "P"
        precision = "admin1" if wide else "settlement"
        place = Place(match.start(), match.group(), 48.0, 37.0, kind, precision, 2.0)
        mention = Mention(match.start(), match.end(), match.group(), "literal", match.group())
        found.append(Resolution(mention, "resolved", 0.9, place, 48.0, 37.0))
    ends = [m.end() for m in re.finditer(r"\. |$", text)]
    starts = [0, *ends[:-1]]
    return Reader(text, found, [Span(s, e) for s, e in zip(starts, ends, strict=True)])


def located(text: str) -> list[Subject]:
    at = reader(text)
    return subjects(at, at.expressions())


def only(text: str) -> Subject:
    found = located(text)
    assert len(found) == 1, found
    return found[0]


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("Aster (5 km west of Birch) fell.", "Aster"),
        ("Aster and Clover (5 km west of Birch) fell.", "Clover"),
        ("Aster and Clover (both west of Birch) fell.", "Aster, Clover"),
        ("They left Daisy, Aster and Clover (both west of Birch).", "Aster, Clover"),
        ("Daisy, Aster, and Clover (all west of Birch) fell.", "Daisy, Aster, Clover"),
        ("They took Daisy and moved into Aster, and near Clover (all west of Birch).",
         "Daisy, Aster, Clover"),
        ("They moved to the Aster-Clover line (west of Birch).", "Aster, Clover"),
        ("Aster (near Birch) fell.", "Aster"),
        ("Aster, 5 km west of Birch, fell.", "Aster"),
        ("Aster, which lies 5 km west of Birch, fell.", "Aster"),
        ("Aster, located between Birch and Clover, fell.", "Aster"),
        ("They shelled Aster, a village of 300 people 5 km from Birch.", "Aster"),
        ("They shelled Aster, a village in Heath Oblast, 5 km from Birch.", "Aster"),
        ("Aster, Heath Oblast, 5 km from Birch, was shelled.", "Aster"),
        ("Aster lies 5 km from Birch.", "Aster"),
        ("The village of Aster is 5 km from Birch.", "Aster"),
        ("Aster is a mining town in Heath Oblast, located 20 km from Birch.", "Aster"),
        ("Aster is a village 20 km from Birch.", "Aster"),
        ("Aster, a suburb of Birch, was hit.", "Aster"),
        ("The Birch suburb of Aster was hit.", "Aster"),
        ("Aster, across the river from Birch, was hit.", "Aster"),
        ("Located 5 km west of Birch, the town of Aster was hit.", "Aster"),
        ("They attacked northwest of Birch near Aster, Clover, and Daisy.",
         "Aster, Clover, Daisy"),
        ("Aster was quiet. It lies 5 km from Birch.", "Aster"),
        ("Aster was quiet. The town is located 5 km from Birch.", "Aster"),
    ],
)  # fmt: skip
def test_a_name_is_located(text: str, names: str) -> None:
    subject = next(s for s in located(text) if s.mentions)
    assert subject.text == names
    assert [
        text[m:].startswith(n) for m, n in zip(subject.mentions, names.split(", "), strict=True)
    ]
    assert len(subject.mentions) == len(names.split(", "))
    assert 0 < subject.tightness <= 1


def test_what_a_bracket_says_is_surer_than_what_a_pronoun_says() -> None:
    bracket = only("Aster (5 km west of Birch) fell.")
    comma = only("Aster, 5 km west of Birch, fell.")
    pronoun = only("Aster fell. It lies 5 km west of Birch.")
    assert (bracket.kind, comma.kind, pronoun.kind) == ("mention", "mention", "pronoun")
    assert bracket.tightness > comma.tightness > pronoun.tightness


@pytest.mark.parametrize(
    ("text", "noun"),
    [
        ("They hid in a forest 8 km west of Birch.", "a forest"),
        ("Russia shelled Aster, and Ukraine hit a bridge 10 km west of Birch.", "a bridge"),
        ("Two villages north of Birch were left.", "Two villages"),
        ("A drone fell 14 km north of Birch.", "A drone"),
        ("A depot was hit 14 km north of Birch.", "A depot"),
        ("A tank lies 2 km north of Birch.", "A tank"),
        ("The mayor of Aster was 5 km from Birch.", "The mayor of Aster"),
    ],
)
def test_a_noun_is_located(text: str, noun: str) -> None:
    subject = only(text)
    assert (subject.kind, subject.noun, subject.text, subject.mentions) == (
        "noun", noun, noun, ()
    )  # fmt: skip


@pytest.mark.parametrize(
    "text",
    [
        "Shells fell 5 km west of Birch.",
        "They said that forces advanced west of Birch.",
        "Explosions were heard in the morning 5 km west of Birch.",
        "Fighting goes on near Aster and south of Birch.",
        # A list of three places, not where the first of them lies.
        "They shelled Aster, northwest of Birch, and along the road from Birch to Clover.",
        # Not where Birch lies.
        "They were 7 km from Birch, along the road from Birch to Aster.",
        "In Aster, soldiers spoke of clashes 5 km from Birch.",
        "Aster is a hub which troops attacked 5 km from Birch.",
        "They hold eastern Birch.",
        "They moved from Aster toward Birch.",
    ],
)
def test_nothing_is_attached_to_a_name(text: str) -> None:
    for subject in located(text)[-1:]:
        assert subject.mentions == ()
        assert subject.kind in ("event", "noun")


def test_a_chain_locates_one_thing() -> None:
    first, second = located("A tank lies 2 km north of Aster, 7 km from Birch.")
    assert (first.noun, second.noun) == ("A tank", "A tank")
    first, second = located("Clover (2 km north of Aster, 7 km from Birch) fell.")
    assert first.mentions == second.mentions == (0,)
    first, second = located(
        "Clover lies 2 km north of Aster, the old capital, and 7 km from Birch."
    )
    assert first.mentions == second.mentions == (0,)


def test_the_front_never_moves_a_name() -> None:
    subject = only("Aster, 5 km from the front, was shelled.")
    assert (subject.text, subject.mentions) == ("Aster", ())


def test_it_is_not_the_name_that_it_locates() -> None:
    at = reader("Aster was shelled. Birch, 5 km north of the city, was not.")
    (expression,) = at.expressions()
    assert expression.anchors[0].name == "Aster"
    # Which of two is meant cannot be told.
    assert len(reader("Aster, Clover fell, and Birch, north of it.").expressions()) == 0


@pytest.mark.parametrize(
    ("sentence", "words"),
    [
        (f"{MASK} is a village in Heath Oblast, located 5 km from Aster.", ["5 km from Aster"]),
        (f"{MASK} lies 5 km from Aster and north of Birch.", ["5 km from Aster", "north of Birch"]),
        ("It is located 5 km from Aster.", ["5 km from Aster"]),
        ("The town is 5 km from Aster, the capital, and 9 km from Birch.",
         ["5 km from Aster", "9 km from Birch"]),
        ("Located 5 km from Aster, it has a school.", ["5 km from Aster"]),
        (f"{MASK} lies near Aster, which lies 20 km from Birch.", ["near Aster"]),
        (f"{MASK} lies near Aster, the capital, 20 km from Birch.", ["near Aster"]),
        (f"{MASK} lies 5 km from Aster (20 km from Birch).", ["5 km from Aster"]),
        (f"{MASK} is a village; the nearest town lies 20 km from Birch.", []),
        (f"{MASK} faces toward Aster.", []),
        (f"{MASK} has the river to the north.", []),
    ],
)  # fmt: skip
def test_the_expressions_of_a_sentence_about_one_place(sentence: str, words: list[str]) -> None:
    at = reader(sentence)
    found = subject_expressions(at, at.expressions())
    assert [sentence[e.start : e.end] for e in found] == words


def test_a_long_text_without_an_end_is_read_in_time() -> None:
    text = "Aster, north of Birch and " * 4000
    assert len(located(text)) == 4000
