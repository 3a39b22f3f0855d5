"""Recognisers of others: the seam, its checks, and spaCy's models behind it."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

import geomap
from geomap.articles import split_sentences
from geomap.errors import RecogniserError, SettingsError
from geomap.models import Mention, Span
from geomap.toponyms import spacy_recogniser
from geomap.toponyms.seam import MentionRecogniser, checked
from geomap.toponyms.spacy_recogniser import SpacyRecogniser

if TYPE_CHECKING:
    from collections.abc import Sequence

    from conftest import Cli

TEXT = (
    "The Russian army shelled the Donetsk region's towns. The fall of Bakhmut’s east was denied by "
    "Moscow. Catholic aid reached\nChasiv Yar via Lake Sevan and Zvorn."
)


class Fake:
    """Answers what it was told to."""

    def __init__(self, *mentions: Mention) -> None:
        self.mentions = list(mentions)
        self.asked: list[tuple[str, int]] = []

    def recognise(self, text: str, sentences: Sequence[Span]) -> list[Mention]:
        self.asked.append((text, len(sentences)))
        return self.mentions


def mention(start: int, end: int, text: str, kind: Any = "literal") -> Mention:
    return Mention(start, end, text, kind, text)


def test_a_pipeline_takes_another_recogniser(gazetteer: geomap.Gazetteer) -> None:
    fake: MentionRecogniser = Fake(mention(14, 21, "Bakhmut"), mention(5, 10, "Lyman"))
    pipeline = geomap.Pipeline(gazetteer=gazetteer, recogniser=fake)
    report = pipeline.process(geomap.Article("a", "From Lyman to Bakhmut. Kyiv is calm."))
    assert [r.name for r in report.resolutions] == ["Lyman", "Bakhmut"]
    assert isinstance(fake, Fake)
    assert fake.asked == [("From Lyman to Bakhmut. Kyiv is calm.", 2)]


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        (mention(5, 99, "Lyman"), "lies outside the text"),
        (mention(-5, 3, "Lyman"), "lies outside the text"),
        (mention(5, 5, ""), "lies outside the text"),
        (mention(4, 9, "Lyman"), "' Lyma'"),
        (mention(5, 10, "Lyman", "city"), "literal, associative, demonym"),
    ],
)
def test_what_a_recogniser_answers_is_checked(
    wrong: Mention, told: str, gazetteer: geomap.Gazetteer
) -> None:
    pipeline = geomap.Pipeline(gazetteer=gazetteer, recogniser=Fake(wrong))
    with pytest.raises(RecogniserError, match=told):
        pipeline.run([geomap.Article("a", "From Lyman.")])


def test_order_does_not_matter_and_mentions_may_overlap() -> None:
    inner, outer = mention(5, 10, "Lyman"), mention(5, 17, "Lyman raion.")
    assert checked([outer, inner], "From Lyman raion.") == [inner, outer]


def test_an_unknown_recogniser_is_a_clear_error(cli: Cli, examples: Path, tmp_path: Path) -> None:
    for name in ("spicy", "", "spacy:", "spacy: ", "geomap:x"):
        with pytest.raises(SettingsError, match="write geomap, spacy or spacy:MODEL"):
            geomap.Settings(recogniser=name)
    code, _, err = cli("map", examples, "-o", tmp_path / "a.html", "--recogniser", "spicy")
    assert code == 2
    assert err == (
        "geomap: error: unknown recogniser 'spicy': write geomap, spacy or spacy:MODEL\n"
    )


def test_without_spacy_the_error_says_what_to_install(
    cli: Cli, examples: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "spacy", None)  # as if it were not installed
    SpacyRecogniser()  # nothing is loaded before it is used
    code, out, err = cli(
        "extract", examples, "-o", tmp_path / "a.jsonl", "--recogniser", "spacy:some_model"
    )
    assert (code, out) == (2, "")
    assert err.startswith("geomap: error: ")
    assert err.count("\n") == 1
    assert "pip install 'geomap[spacy]'" in err
    assert not (tmp_path / "a.jsonl").exists()


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("the Donetsk region", "Donetsk region"),
        ("The\nHague's", "Hague"),
        ("Bakhmut’s", "Bakhmut"),
        ("Donets’", "Donets"),
        ("  Lyman \n", "Lyman"),
        ("Theodosia", "Theodosia"),
        ("the", "the"),
    ],
)
def test_articles_and_possessives_are_trimmed(text: str, left: str) -> None:
    span = spacy_recogniser._trimmed(text, 0, len(text))
    assert span is not None
    assert text[span.start : span.end] == left


def test_nothing_is_left_of_white_space() -> None:
    assert spacy_recogniser._trimmed(" the 's", 0, 7) is None
    assert spacy_recogniser._trimmed(" \n", 0, 2) is None


@pytest.mark.parametrize(
    ("length", "ends"),
    [(0, []), (7, [7]), (25, [4, 9, 14, 21]), (40, [35]), (40, [5, 35, 40]), (25, [])],
)
def test_long_texts_are_read_in_pieces(
    length: int, ends: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(spacy_recogniser, "CHUNK", 10)
    starts = [0, *ends]
    sentences = [Span(a, b) for a, b in zip(starts, ends, strict=False)]
    pieces = list(spacy_recogniser._chunks(length, sentences))
    assert all(0 < b - a <= 10 for a, b in pieces)
    assert [i for a, b in pieces for i in range(a, b)] == list(range(length))


@pytest.fixture(scope="session")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A spaCy model of rules, in a folder: no download."""
    spacy = pytest.importorskip("spacy", reason="no spaCy (the extra geomap[spacy])")
    nlp = spacy.blank("en")
    ruler = nlp.add_pipe("entity_ruler")
    patterns = {
        "The Russian": "NORP", "Catholic": "NORP", "the Donetsk region's": "GPE", "Bakhmut": "GPE",
        "Moscow": "GPE", "Chasiv Yar": "FAC", "Lake Sevan": "LOC", "Zvorn": "GPE", "army": "ORG",
    }  # fmt: skip
    ruler.add_patterns(
        [
            {"label": label, "pattern": [{"TEXT": t.text} for t in nlp.make_doc(words)]}
            for words, label in patterns.items()
        ]
    )
    folder = tmp_path_factory.mktemp("model") / "rules"
    nlp.to_disk(folder)
    return folder


def test_a_spacy_model_finds_the_names(model: Path, gazetteer: geomap.Gazetteer) -> None:
    found = SpacyRecogniser(str(model), gazetteer=gazetteer).recognise(TEXT, split_sentences(TEXT))
    assert [(m.text, m.kind, m.name, m.feature) for m in found] == [
        ("Russian", "demonym", "Russian", None),
        ("Donetsk region", "literal", "Donetsk region", None),
        ("Bakhmut", "literal", "Bakhmut", None),
        ("Moscow", "associative", "Moscow", None),
        ("Chasiv Yar", "literal", "Chasiv Yar", None),
        ("Lake Sevan", "literal", "Lake Sevan", None),
        ("Zvorn", "literal", "Zvorn", None),
    ]
    assert all(m.text == TEXT[m.start : m.end] for m in found)


def test_a_spacy_model_on_the_command_line(
    model: Path, cli: Cli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(spacy_recogniser, "CHUNK", 60)  # read in pieces: the offsets must hold
    report, out = tmp_path / "a.txt", tmp_path / "a.jsonl"
    report.write_text(TEXT, encoding="utf-8")
    code, _, err = cli("extract", report, "-o", out, "--recogniser", f"spacy:{model}")
    assert code == 0, err
    lines = out.read_text(encoding="utf-8")
    assert lines.count("\n") == 6
    assert '"status": "refused"' in lines  # Zvorn


def test_a_missing_spacy_model_is_a_clear_error(gazetteer: geomap.Gazetteer) -> None:
    pytest.importorskip("spacy", reason="no spaCy (the extra geomap[spacy])")
    with pytest.raises(RecogniserError, match="python -m spacy download xx_no_such_model"):
        SpacyRecogniser("xx_no_such_model", gazetteer=gazetteer).recognise("Lyman.", [Span(0, 6)])


def test_a_broken_spacy_model_is_a_clear_error(model: Path, tmp_path: Path) -> None:
    broken = tmp_path / "broken"
    broken.mkdir()
    (broken / "meta.json").write_text((model / "meta.json").read_text("utf-8"), "utf-8")
    (broken / "config.cfg").write_text("[nlp]\nlang = 'zz'\n", "utf-8")
    with pytest.raises(RecogniserError, match=r"cannot be loaded|is not installed"):
        SpacyRecogniser(str(broken)).recognise("Lyman.", [Span(0, 6)])
