"""Words as columns: laws that hold for any text, and how words are cut."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from geomap.toponyms.words import (
    GAP_CLOSE,
    GAP_COMMA,
    GAP_HYPHEN,
    GAP_LINE,
    GAP_OPEN,
    GAP_OTHER,
    GAP_SPACE,
    GAP_STOP,
    Words,
    hash_set,
    member,
    word_hash,
)

# Any code point, the surrogates too, and what cuts words, often.
LETTERS = st.one_of(
    st.characters(codec=None),
    st.sampled_from("aAsSzZ'’ʼ.,-–1 9\n\r\u00a0(“”)“«»«\u0301\u0308İßΣςǅÉé٥字𝐀🔥\ud800\udfff"),
)
TEXTS = st.text(LETTERS, max_size=60)


def words(text: str, starts: tuple[int, ...] = (0,)) -> Words:
    return Words(text, starts)


def spelt(text: str) -> list[str]:
    cut = words(text)
    return [text[a:b] for a, b in zip(cut.start.tolist(), cut.end.tolist(), strict=True)]


@settings(deadline=None, max_examples=400)
@given(TEXTS, st.lists(st.integers(0, 70), max_size=5))
def test_words_are_in_order_and_all_columns_have_a_row_for_each(text: str, starts: list[int]):
    cut = words(text, tuple(sorted(starts)))
    assert (cut.start < cut.end).all()
    assert (cut.start >= 0).all()
    assert (cut.end <= len(text)).all()
    assert all(a <= b for a, b in zip(cut.end[:-1].tolist(), cut.start[1:].tolist(), strict=True))
    columns = (
        cut.end, cut.capital, cut.upper, cut.digit, cut.possessive, cut.dotted, cut.inner,
        cut.first, cut.gap, cut.joined, cut.hash, cut.tail,
    )  # fmt: skip
    assert {len(c) for c in columns} == {len(cut)}


@settings(deadline=None, max_examples=400)
@given(TEXTS)
def test_no_letter_or_figure_is_lost(text: str):
    cut = words(text)
    inside = np.zeros(len(text) + 1, bool)
    for start, end, owner in zip(
        cut.start.tolist(), cut.end.tolist(), cut.possessive.tolist(), strict=True
    ):
        inside[start : end + 2 * owner] = True  # the s of a possessive belongs to no word
    left = [c for c, taken in zip(text, inside, strict=False) if not taken]
    # To Unicode two of the apostrophes are letters; by itself none is a word.
    assert not [c for c in left if (c.isalpha() or c.isdecimal()) and c not in "ʼʹ"]


@settings(deadline=None, max_examples=400)
@given(TEXTS)
def test_a_hash_is_that_of_the_words_letters(text: str):
    cut = words(text)
    for start, end, found in zip(
        cut.start.tolist(), cut.end.tolist(), cut.hash.tolist(), strict=True
    ):
        assert found == word_hash(text[start:end])


@settings(deadline=None, max_examples=200)
@given(TEXTS, st.text(LETTERS, max_size=300))
def test_a_hash_does_not_depend_on_where_a_word_stands(text: str, before: str):
    alone, moved = words(text), words(f"{before}\n{text}")
    count = len(alone)
    if not count:
        return
    assert moved.hash[-count:].tolist() == alone.hash.tolist()
    assert moved.tail[-count:].tolist() == alone.tail.tolist()
    assert (moved.start[-count:] - alone.start == len(before) + 1).all()


def test_a_hash_is_the_same_far_into_a_long_text():
    text = "x " * 200_000 + "Bakhmut"
    assert int(words(text).hash[-1]) == word_hash("bakhmut")


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Bakhmut", "BAKHMUT"),
        ("Slov'yans'k", "SLOV’YANSʼK"),
        ("Бахмут", "БАХМУТ"),
        ("ΟΔΟΣ", "οδοσ"),  # the lower case of a letter does not depend on the next
        ("İzmir", "izmir"),
    ],
)
def test_case_and_apostrophes_do_not_change_a_hash(one: str, other: str):
    assert word_hash(one) == word_hash(other)
    assert words(one).hash.tolist() == words(other).hash.tolist()


def test_different_words_have_different_hashes():
    spellings = ["".join(t) for n in (1, 2, 3) for t in itertools.product("abcdefghij", repeat=n)]
    assert len({word_hash(w) for w in spellings}) == len(spellings)


@pytest.mark.parametrize(
    ("text", "cut"),
    [
        ("", []),
        ("a", ["a"]),
        ("  \n\t ", []),
        ("…—!?", []),
        ("Bakhmut's east", ["Bakhmut", "east"]),
        ("Slov’yans’k’s east", ["Slov’yans’k", "east"]),
        ("the soldiers' boots", ["the", "soldiers", "boots"]),
        ("KYIV'S WAR", ["KYIV", "WAR"]),
        ("'Lyman' fell", ["Lyman", "fell"]),
        ("U.S. troops", ["U.S.", "troops"]),
        ("in the U.S.", ["in", "the", "U.S."]),
        ("Charleston, W.Va. today", ["Charleston", "W.Va.", "today"]),
        ("It fell. A. Then", ["It", "fell", "A", "Then"]),
        ("1,200 men, 3.5 km", ["1,200", "men", "3.5", "km"]),
        ("1,2,", ["1,2"]),
        ("Ivano-Frankivsk", ["Ivano", "Frankivsk"]),
        ("Bakhmu\u0301t", ["Bakhmu\u0301t"]),
        ("🔥Lyman🔥", ["Lyman"]),
        ("Near\x00Lyman", ["Near", "Lyman"]),
        ("A\ud800B", ["A", "B"]),
        ("𝐀𝐁 字", ["𝐀𝐁", "字"]),
        ("T-72B3", ["T", "72B3"]),
    ],
)
def test_how_words_are_cut(text: str, cut: list[str]):
    assert spelt(text) == cut


def test_possessives_are_left_out_and_told():
    cut = words("Bakhmut's and Slov’yans’k’s; the Russians' own, it was Kyiv")
    assert cut.possessive.tolist() == [True, False, True, False, True, False, False, False, False]
    assert not cut.joined[[1, 3, 5]].any(), "nothing joins what owns to what is owned"


def test_abbreviations_have_a_full_stop_and_some_keep_it():
    text = "U.S. and W.Va. and Calif. but Bakhmut."
    assert words(text).dotted.tolist() == [True, False, True, False, True, False, False]
    assert spelt(text) == ["U.S.", "and", "W.Va.", "and", "Calif", "but", "Bakhmut"]
    assert words("Pa. and it. Then").dotted.tolist() == [True, False, False, False]


def test_shapes():
    cut = words("Kyiv KYIV kyiv 5 I Ї字 字")
    assert cut.capital.tolist() == [True, True, False, False, True, True, False]
    assert cut.upper.tolist() == [False, True, False, False, False, False, False]
    assert cut.digit.tolist() == [False, False, False, True, False, False, False]


def test_small_words_may_stand_inside_names():
    cut = words("University of California The of")
    assert cut.inner.tolist() == [False, True, False, False, True]


def test_a_sentence_begins_where_it_is_told_to_and_on_every_line():
    text = "Go on. Then stop\nNow “go”."
    cut = words(text, (0, 7))
    found = [text[s:e] for s, e, f in zip(cut.start, cut.end, cut.first, strict=True) if f]
    assert found == ["Go", "Then", "Now"]
    assert words("one two", (99,)).first.tolist() == [True, False]
    assert words("one two", ()).first.tolist() == [True, False]


@pytest.mark.parametrize(
    ("between", "gap", "joined"),
    [
        (" ", GAP_SPACE, True),
        ("\u00a0", GAP_SPACE, True),
        ("  ", GAP_OTHER, False),
        ("-", GAP_HYPHEN, True),
        ("–", GAP_HYPHEN, True),
        (" - ", GAP_OTHER, False),
        (", ", GAP_COMMA, False),
        (". ", GAP_STOP, False),
        ("; ", GAP_STOP, False),
        (" (", GAP_OPEN, False),
        (" “", GAP_OPEN, False),
        (") ", GAP_CLOSE, False),
        ("” ", GAP_CLOSE, False),
        ("\n", GAP_LINE, False),
        (" \r\n ", GAP_LINE, False),
        (",\n", GAP_LINE, False),
    ],
)
def test_what_lies_between_words(between: str, gap: int, joined: bool):
    cut = words(f"Lyman{between}Bakhmut")
    assert (cut.gap[1], cut.joined[1]) == (gap, joined)
    assert (cut.gap[0], cut.joined[0]) == (GAP_LINE, False)


def test_the_stop_of_a_short_abbreviation_joins():
    assert words("St. Petersburg").joined.tolist() == [False, True]
    assert words("the st. petersburg").joined.tolist() == [False, True, False]
    assert words("Bakhmut. Lyman").joined.tolist() == [False, False]


@given(st.lists(st.text("abcd", min_size=1, max_size=3)), st.text("abcd ", max_size=40))
def test_member_says_which_words_are_in_a_set(known: list[str], text: str):
    cut = words(text)
    found = member(cut.hash, hash_set(known)).tolist()
    assert found == [w in known for w in text.split()]
