from __future__ import annotations

import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from geomap.articles import read_articles, split_sentences


def split(text: str) -> list[str]:
    return [text[s.start : s.end] for s in split_sentences(text)]


PIECES = [*'.!?…"”’)]“—a85', "[1]", " ", "\n", "\r\n", "\u2028", "\u00a0"]
WORDS = ["Gen", "U.S", "V", "km", "the", "The", "г", "р", "обл", "No"]
NEWS_TEXT = st.lists(st.sampled_from(PIECES + WORDS)).map("".join)


@given(st.text() | NEWS_TEXT)
def test_spans_are_ordered_trimmed_and_cover_all_words(text: str) -> None:
    spans = split_sentences(text)
    covered = [False] * len(text)
    end = 0
    for span in spans:
        assert end <= span.start < span.end <= len(text)
        end = span.end
        piece = text[span.start : span.end]
        assert piece == piece.strip()
        assert "\n" not in piece
        covered[span.start : span.end] = [True] * len(piece)
    assert all(c or text[i].isspace() for i, c in enumerate(covered))


@pytest.mark.parametrize(
    "sentence",
    [
        "Gen. Oleksandr Syrskyi met Lt. Col. J. K. Smith and Mr. Brown.",
        "President V. Zelensky spoke at 5 p.m. Kyiv time in the capital.",
        "It lies 8.5 km from the front, approx. 5 miles, e.g. in a wood.",
        "U.S. President Joe Biden and U.K. officials agreed.",
        "Brigade No. 5 came on Feb. 24 to St. Petersburg vs. others.",
        "“And we shall destroy it,” Zelensky said.",
        "“Really?” he asked.",
        "See example.org/a.b for more.",
        "The town (pop. 5,000) fell.",
        "Село с. Богданівка, м. Часів Яр, Донецька обл. України.",
        "У 2023 р. у місті було тихо.",
        "В 5 км. от города шли бои.",
        "Ген. В. Герасимов прибыл.",
        "They went on ... and on.",
    ],
)
def test_one_sentence(sentence: str) -> None:
    assert split(sentence) == [sentence]


@pytest.mark.parametrize(
    "sentences",
    [
        ["“We have to destroy the enemy’s military power.", "And we shall,” he said."],
        ["He said no.", "We stay."],
        ["It is 8 km.", "Russian forces left."],
        ["He went to the U.S.", "The army stayed."],
        ["He came at 5 p.m.", "The shelling stopped."],
        ["It fell in 2022.", "Ukrainian troops left."],
        ['He said: "It is calm."', '"And cold."'],
        ["(It is calm.)", "Then it was not."],
        ["It fell.[12]", "Moscow denied it.[3]"],
        ["What?!", "No...", "He left…", "Then nothing."],
        ["Це сталося у 2023 р.", "Росія заперечує."],
        ["Бої тривають.", "Місто тримається!", "Чи надовго?"],
        ["WAR CRIMES PROBE\n", "Ukraine said so."],
    ],
)
def test_sentences(sentences: list[str]) -> None:
    assert split(" ".join(sentences)) == [s.strip() for s in sentences]


def test_line_ends_always_end_a_sentence() -> None:
    assert split("A heading\r\nGen.\nKozak said\u2028so") == [
        "A heading",
        "Gen.",
        "Kozak said",
        "so",
    ]


def test_empty() -> None:
    assert split_sentences("") == split_sentences(" \n\t ") == ()


@pytest.mark.parametrize("unit", ["A. A. A. ", ".", '."', "a", " ", "\n", "x.)]”", "8. ", "Gen. "])
def test_time_is_linear(unit: str) -> None:
    # A quadratic rule would take minutes; the bound is far above a slow machine's linear time.
    start = time.perf_counter()
    split_sentences(unit * (500_000 // len(unit)))
    assert time.perf_counter() - start < 15


def test_seed(shared: Path) -> None:
    path = shared / "articles" / "seed" / "2023-03-14--kreminna-bakhmut.txt"
    (article,) = read_articles([path])
    found = split(article.text)
    assert len(found) == 38
    assert "And we shall destroy it,” Zelensky said." in found
    assert "WAR CRIMES PROBE" in found
    assert all(s[0].isupper() or s[0] in "“‘" for s in found)
