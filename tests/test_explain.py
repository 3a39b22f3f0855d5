"""`geomap explain`: why a name was read as it was, or was not read."""

from __future__ import annotations

import io
import json
from typing import TYPE_CHECKING, Any

import pytest

import geomap
from geomap.explain_commands import told
from geomap.explanation import explain, similar
from geomap.models import Mention
from geomap.toponyms.corrections import Correction, Corrections, PlaceChoice

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from conftest import Cli

    from geomap import Gazetteer, Pipeline

NAMESAKES = "Shells fell on Lyman, northeast of Kharkiv City."
HOSTILE = (
    "Shells fell on [bold]Bakhmut[/bold] \x1b[31m\x1b]0;owned\x07 and\u202e on [link=x]Kramatorsk."
)
USE_KEYS = (
    "article_id date source status kind threshold overlaps dropped_by count occurrences reading "
    "before hints candidates_known candidates"
)
CANDIDATE_KEYS = (
    "number chosen name admin1 country lat lon population feature_code level geonameid score "
    "probability reasons"
)


def article(text: str, **about: Any) -> geomap.Article:
    return geomap.Article("a", text, **about)


@pytest.fixture
def written(tmp_path: Path) -> Callable[..., Path]:
    """Write a report."""

    def write(text: str, name: str = "2023-03-02--one.txt") -> Path:
        path = tmp_path / name
        path.write_text(text, encoding="utf-8", newline="\n")
        return path

    return write


def test_the_hint_decides_among_namesakes(pipeline: Pipeline) -> None:
    (use,) = explain(pipeline, article(NAMESAKES), "lyman")
    assert use.resolution is not None
    assert use.resolution.place is not None
    assert use.resolution.place.admin1_name == "Kharkiv Oblast"
    assert any("northeast of Kharkiv" in r for r in use.resolution.reasons)
    chosen = [c for c in use.candidates if c.chosen]
    assert [c.place.key for c in chosen] == [use.resolution.place.key]
    assert "Donetsk Oblast" in {c.place.admin1_name for c in use.candidates}
    assert sum(c.probability for c in use.candidates) == pytest.approx(1.0, abs=0.01)
    scores = [c.score for c in use.candidates]
    assert scores == sorted(scores, reverse=True)


def test_uses_are_what_the_report_says(pipeline: Pipeline, examples: Path) -> None:
    for one in geomap.read_articles([examples]):
        report = pipeline.process(one)
        for name in {r.mention.text for r in report.resolutions}:
            told_of = {
                (o.start, o.end): (use.status, o.confidence)
                for use in explain(pipeline, one, name)
                for o in use.occurrences
            }
            for r in report.resolutions:
                if r.mention.text == name:
                    at = (r.mention.start, r.mention.end)
                    assert told_of[at] == (r.status, r.confidence)


def test_uses_read_alike_are_one(pipeline: Pipeline) -> None:
    text = "Shells fell on Bakhmut. Troops left Bakhmut. Rain fell on Bakhmut."
    (use,) = explain(pipeline, article(text), "BAKHMUT")
    assert [o.start for o in use.occurrences] == [15, 36, 58]
    assert use.threshold is not None
    assert all(o.chance is not None and o.chance >= use.threshold for o in use.occurrences)


def test_a_refused_name_has_its_rivals(cli: Cli, written: Callable[..., Path]) -> None:
    path = written("The village of Oleksandrivka was quiet.")
    code, out, err = cli("explain", path, "Oleksandrivka", "--candidates", 3)
    assert (code, err) == (0, "")
    lines = out.splitlines()
    assert lines[0] == "Oleksandrivka: refused in 2023-03-02--one (2023-03-02)"
    assert lines[1] == "text     The village of [Oleksandrivka] was quiet."
    assert "places of this name, none clearly meant" in out
    assert "chosen" not in out
    assert [line[0] for line in lines if line[:3] in ("1  ", "2  ", "3  ", "4  ")] == list("123")
    assert "candidates more" in lines[-1]


def test_words_that_are_no_place_tell_how_sure_the_recogniser_was(pipeline: Pipeline) -> None:
    text = "Mr. Lyman Frank Baum wrote a book. Mr. Lyman was kind."
    (use,) = explain(pipeline, article(text), "Lyman")
    assert (use.status, use.resolution, len(use.occurrences)) == ("not_read", None, 2)
    assert use.threshold is not None
    for occurrence in use.occurrences:
        assert occurrence.chance is not None
        assert 0.0 <= occurrence.chance < use.threshold
        assert occurrence.confidence is None
    assert use.candidates[0].place.name == "Lyman"
    assert f"where {use.threshold:.0%} is enough" in told([use])


def test_words_without_capitals_were_not_weighed(pipeline: Pipeline) -> None:
    (use,) = explain(pipeline, article("A nice day in Bakhmut."), "Nice")
    assert [o.chance for o in use.occurrences] == [None]
    assert "a place name has a capital" in told([use])
    # Where the name stands with its capital, the other word is no occurrence of it.
    uses = explain(pipeline, article("A nice day in Nice, France."), "Nice")
    assert [o.start for u in uses for o in u.occurrences] == [14]


def test_words_that_share_words_with_a_place(pipeline: Pipeline) -> None:
    text = "Troops crossed the Siverskyi Donets River near Lyman."
    (use,) = explain(pipeline, article(text), "Donets")
    assert (use.status, use.overlaps) == ("not_read", "Siverskyi Donets River")
    assert "shares words with 'Siverskyi Donets River'" in told([use])


def test_a_name_the_gazetteer_lacks(pipeline: Pipeline) -> None:
    (use,) = explain(pipeline, article("Mr. Xyzzyqton spoke."), "Xyzzyqton")
    assert use.candidates == ()
    assert "the gazetteer has no place of this name" in told([use])


def test_a_bloc_has_no_candidates(pipeline: Pipeline) -> None:
    (use,) = explain(pipeline, article("Officials in the West spoke."), "the West")
    assert (use.status, use.candidates) == ("resolved", ())
    assert "no place on the map" in told([use])


def test_a_pin_shows_what_it_changed(gazetteer: Gazetteer) -> None:
    here = Correction(
        "Lyman", "place", PlaceChoice("Lyman", lat=49.0, lon=30.0), note="their own village"
    )
    pipeline = geomap.Pipeline(gazetteer=gazetteer, corrections=Corrections([here]))
    (use,) = explain(pipeline, article("Shells fell on Lyman near Kreminna."), "Lyman")
    assert use.resolution is not None
    assert (use.resolution.lat, use.resolution.confidence) == (49.0, 1.0)
    assert use.before is not None
    assert use.before.place is not None
    assert use.before.place.admin1_name == "Donetsk Oblast"
    out = told([use])
    assert "corrected: their own village" in out
    assert "before   Lyman, Donetsk Oblast, UA" in out


def test_a_correction_that_drops_a_name_is_named(
    cli: Cli, examples: Path, root: Path, written: Callable[..., Path]
) -> None:
    report = examples / "2023-03-02--kreminna-forest.md"
    given = root / "examples" / "corrections.toml"
    code, out, _ = cli("explain", report, "Moscow", "--corrections", given, "--json")
    (use,) = json.loads(out)["uses"]
    assert (code, use["status"]) == (0, "not_read")
    assert use["dropped_by"].endswith("(corrections.toml, entry 2)")
    assert use["occurrences"][0]["chance"] > use["threshold"]
    path = written('[[correction]]\nname = "Kharkiv Rights Group"\nnot_place = true\n', "c.toml")
    text = written("The Kharkiv Rights Group said so in Lyman.")
    code, out, _ = cli("explain", text, "Kharkiv", "--corrections", path)
    assert code == 0
    assert "corrected: Kharkiv Rights Group is no place (c.toml, entry 1)" in out


def test_another_recogniser_tells_no_chance(gazetteer: Gazetteer) -> None:
    class First:
        def recognise(self, text: str, sentences: object) -> list[Mention]:
            del sentences
            at = text.index("Lyman")
            return [Mention(at, at + 5, "Lyman", "literal", "Lyman")]

    pipeline = geomap.Pipeline(gazetteer=gazetteer, recogniser=First())
    both = explain(pipeline, article("In Lyman. Then Bakhmut, then Lyman again."), "Lyman")
    assert [u.status for u in both] == ["resolved", "not_read"]
    assert [o.chance for u in both for o in u.occurrences] == [None, None]
    out = told(both)
    assert "the recogniser chosen did not find it" in out
    assert "sure, where" not in out


def test_json_has_all_keys(cli: Cli, written: Callable[..., Path]) -> None:
    code, out, _ = cli("explain", written(NAMESAKES), "Lyman", "--json")
    whole = json.loads(out)
    assert (code, list(whole), whole["name"]) == (0, ["name", "uses"], "Lyman")
    (use,) = whole["uses"]
    assert " ".join(use) == USE_KEYS
    assert " ".join(use["candidates"][0]) == CANDIDATE_KEYS
    assert use["reading"]["admin1"] == "Kharkiv Oblast"
    assert len(use["candidates"]) == use["candidates_known"] > 8
    (where,) = use["occurrences"]
    assert where["sentence"][where["start"] : where["end"]] == "Lyman"
    _, fewer, _ = cli("explain", written(NAMESAKES), "Lyman", "--json", "--candidates", 2)
    assert len(json.loads(fewer)["uses"][0]["candidates"]) == 2


@pytest.mark.parametrize("terminal", [False, True])
def test_hostile_text_cannot_steer_a_terminal(
    pipeline: Pipeline, monkeypatch: pytest.MonkeyPatch, terminal: bool
) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    out = told(explain(pipeline, article(HOSTILE), "Bakhmut"), terminal=terminal)
    flat = " ".join(out.split())
    assert "[bold][Bakhmut][/bold]" in flat
    assert "\\x1b]0;owned\\x07" in flat
    assert "\\u202e" in flat
    assert "\x1b]" not in out
    assert "\x1b[31m" not in out
    assert "\x07" not in out


@pytest.mark.parametrize("columns", [40, 60, 80, 129, 130, 200])
def test_a_terminal_is_never_overrun(
    pipeline: Pipeline, monkeypatch: pytest.MonkeyPatch, columns: int
) -> None:
    monkeypatch.setenv("COLUMNS", str(columns))
    monkeypatch.setenv("NO_COLOR", "1")
    from rich.cells import cell_len
    from rich.text import Text

    out = told(explain(pipeline, article(NAMESAKES), "Lyman"), terminal=True)
    lines = [Text.from_ansi(line).plain for line in out.splitlines()]
    assert max(map(cell_len, lines)) <= columns
    flat = " ".join(" ".join(lines).split())
    assert "99" in flat
    assert "chosen" in flat


def test_a_name_that_is_not_there_is_one_line(cli: Cli, written: Callable[..., Path]) -> None:
    path = written("Shells fell near Avdiivka and Bakhmut.")
    code, out, err = cli("explain", path, "Avdeevka")
    assert (code, out) == (2, "")
    assert err == (
        f"geomap: error: 'Avdeevka' does not stand in {path}: similar names read there are "
        "'Avdiivka'\n"
    )
    code, _, err = cli("explain", path, "Xyzzyq")
    assert (code, err.count("\n")) == (2, 1)
    assert "the names read there are 'Avdiivka', 'Bakhmut'" in err
    code, _, err = cli("explain", written("Nobody came."), "Xyzzyq")
    assert (code, "nor is any place read there" in err) == (2, True)


@pytest.mark.parametrize("name", ["", "...", " \n"])
def test_a_name_without_letters_is_refused(
    cli: Cli, written: Callable[..., Path], name: str
) -> None:
    code, out, err = cli("explain", written(NAMESAKES), name)
    assert (code, out, err.count("\n")) == (2, "", 1)
    assert "holds no letter" in err


def test_one_article_of_several(cli: Cli, examples: Path) -> None:
    wires = examples / "2024-12-12--wires.jsonl"
    code, out, _ = cli("explain", wires, "Russian", "--json")
    ids = {u["article_id"] for u in json.loads(out)["uses"]}
    assert (code, len(ids)) == (0, 2)
    chosen = "sample-pokrovsk-2024-12-12"
    _, out, _ = cli("explain", wires, "Russian", "--json", "--article", chosen)
    assert {u["article_id"] for u in json.loads(out)["uses"]} == {chosen}
    code, out, err = cli("explain", wires, "Russian", "--article", "sample-pokrovsk")
    assert (code, out, err.count("\n")) == (2, "", 1)
    assert f"it holds '{chosen}'" in err


def test_standard_input(cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    stream = io.TextIOWrapper(io.BytesIO(NAMESAKES.encode()), encoding="utf-8")
    monkeypatch.setattr("sys.stdin", stream)
    code, out, err = cli("explain", "-", "Лиман")
    assert code == 0
    assert out.startswith("Lyman: resolved in ")
    assert "has no date" in err


@pytest.mark.parametrize(
    "text",
    ["", "Lyman", "lyman-\nLyman\u0301 LYMAN’S Lyman.", "Ly\u200bman \ud800 Lyman", "L" * 5000],
)
def test_odd_texts_do_no_harm(pipeline: Pipeline, text: str) -> None:
    for name in ("Lyman", "L", "lyman lyman", "’", "\ud800"):
        told(explain(pipeline, article(text), name)).encode("utf-8")


def test_similar_names_come_once() -> None:
    assert similar("Liman", ["LYMAN", "Lyman", "Bakhmut"]) == ["LYMAN"]
    assert similar("Xyzzyq", ["Bakhmut"]) == []


def test_the_hints_that_place_a_name_are_told(cli: Cli, written: Callable[..., Path]) -> None:
    article = written(
        "Shells fell on Zelenyi Hai (10 km north of Kharkiv), a village near Derhachi."
    )
    code, out, _ = cli("explain", article, "Zelenyi Hai")
    assert code == 0
    assert "'10 km north of Kharkiv', distance and direction, 10 km, N, from Kharkiv" in out
    assert "a region of" in out
    code, out, _ = cli("explain", article, "Zelenyi Hai", "--json")
    (use,) = json.loads(out)["uses"]
    assert [(h["relation"], h["direction"]) for h in use["hints"]] == [("distance_direction", "N")]
