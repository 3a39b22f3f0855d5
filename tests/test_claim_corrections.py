"""What a person says of claims: untrue ones are told as such and count for nothing, hidden ones are
nowhere; and what was read stays as it was."""

from __future__ import annotations

import datetime as dt
import json
from typing import TYPE_CHECKING, Any

import pytest

import geomap
from geomap.errors import CorrectionError
from geomap.feature_ids import claim_ids
from geomap.front.claim_marks import ClaimMarks
from geomap.front.evidence import evidence
from geomap.front.theatre import load_theatre
from geomap.many.workers import Workers
from geomap.output.layers import features
from geomap.output.map_data import MapData
from geomap.output.records import records
from geomap.pipeline import Pipeline
from geomap.toponyms.claim_corrections import ClaimCorrection
from geomap.toponyms.corrections import Corrections

if TYPE_CHECKING:
    from pathlib import Path

    from conftest import Cli

    from geomap.models import Report

TEXT = (
    "Russian forces captured Bakhmut on Wednesday. Ukrainian forces captured Bakhmut again. "
    "Russian forces shelled Kupiansk and Kreminna."
)
SIDES = {"Russia": "A", "Ukraine": "B"}


@pytest.fixture(scope="module")
def report() -> Report:
    return Pipeline().process(geomap.Article("r/1", TEXT, date=dt.date(2023, 3, 3)))


def marked(report: Report, *entries: ClaimCorrection) -> Report:
    return ClaimMarks(entries, load_theatre()).on(report)


def told(report: Report) -> list[tuple[str | None, str, str | None, str | None]]:
    return [(c.actor, c.action, c.place, c.marked_false) for c in report.claims]


def test_a_false_claim_is_told_and_is_no_evidence(report: Report) -> None:
    false = ClaimCorrection("false", article="r/1", party="russian", action="Captured", note="no")
    found = marked(report, false)
    assert told(found)[:2] == [
        ("Russia", "captured", "Bakhmut", "marked false by you: no"),
        ("Ukraine", "captured", "Bakhmut", None),
    ]
    assert claim_ids(found) == claim_ids(report)
    rows = {f.properties["id"]: f.properties for f in features([found])}
    (identity,) = [i for i, p in rows.items() if p["marked_false"]]
    assert identity == claim_ids(report)[0]
    assert [r["marked_false"] for r in records(found, "claims")] == [
        "marked false by you: no", *[None] * (len(report.claims) - 1),
    ]  # fmt: skip
    before = {e.id for e in evidence(report, claim_ids(report), SIDES)}
    after = {e.id for e in evidence(found, claim_ids(found), SIDES)}
    assert before - after == {identity}


def test_a_hidden_claim_is_nowhere_and_the_ids_of_others_stay(report: Report) -> None:
    # Two claims of one span, so that the second has a number.
    pairs = zip(claim_ids(report), report.claims, strict=True)
    shelled = sorted(identity for identity, claim in pairs if claim.action == "shelled")
    assert shelled[1] == f"{shelled[0]}/2"
    found = marked(report, ClaimCorrection("hide", id=shelled[0]))
    left = [i for i in claim_ids(report) if i != shelled[0]]
    assert claim_ids(found) == left
    rows = [f.properties for f in features([found])]
    assert [p["id"] for p in rows if p["layer"] == "claim"] == left
    assert len(list(records(found, "claims"))) == len(left)
    # Put into effect twice it is as once.
    assert marked(found, ClaimCorrection("hide", id=shelled[0])) == found


@pytest.mark.parametrize(
    ("entry", "claims"),
    [
        ({"article": "r/1"}, [0, 1, 2, 3]),
        ({"article": "r/2"}, []),
        ({"article": "r/1", "start": TEXT.index("Ukrainian")}, [1]),  # its sentence
        ({"article": "r/1", "start": TEXT.index("captured")}, [0]),  # its words
        ({"article": "r/1", "start": TEXT.index("Kreminna")}, [3]),  # its place
        ({"article": "r/1", "place": "KUPIANSK"}, [2]),
        ({"article": "r/1", "place": "Lyman"}, []),
        ({"article": "r/1", "party": "Ukraine"}, [1]),
        ({"article": "r/1", "action": "shelled", "place": "Kreminna"}, [3]),
    ],
)
def test_claims_are_named_by_what_they_say(
    report: Report, entry: dict[str, Any], claims: list[int]
) -> None:
    found = marked(report, ClaimCorrection("false", **entry))
    assert [n for n, c in enumerate(found.claims) if c.marked_false] == claims
    assert found.corrections == ((0,) if claims else ())


def test_the_narrower_one_wins(report: Report) -> None:
    entries = [
        ClaimCorrection("hide", article="r/1"),
        ClaimCorrection("false", article="r/1", place="Bakhmut"),
        ClaimCorrection("hide", id=claim_ids(report)[0]),
    ]
    assert [t[:3] for t in told(marked(report, *entries))] == [("Ukraine", "captured", "Bakhmut")]
    assert marked(report, *entries) == marked(report, *entries[:2], entries[2])


def test_the_map_draws_it_as_denied_and_says_by_whom(report: Report) -> None:
    found = marked(report, ClaimCorrection("false", id=claim_ids(report)[0], note="x"))
    rows = [
        {"id": f.properties["id"], "properties": f.properties, "geometry": None}
        for f in features([found])
    ]
    drawn, texts = MapData({"features": rows}).tables()
    assert drawn["claims"][0] == ["Russia", "captured", "denied", 0]
    assert [c[2] for c in drawn["claims"]].count("denied") == 1
    said = [t.get("marked_false") for t in texts["tellings"]]
    assert said.count("marked false by you: x") == 1


CLAIM = '[[correction]]\nname = "x"\nnot_place = true\n\n[[claim]]\n'


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('article = "a"', "c.toml:5: claim 1 ('a'): says nothing of the claim"),
        ('article = "a"\nfalse = true\nhide = true', "c.toml:8: claim 1 ('a'): has both"),
        ('article = "a"\nfalse = 1', "c.toml:7: claim 1 ('a'): false is not true"),
        ('article = "a"\nhide = false', "c.toml:7: claim 1 ('a'): hide is not true"),
        ("false = true", "c.toml:5: claim 1: names no claim"),
        ('id = "a/mention/1-2"\nfalse = true', "is no id of a claim"),
        ('id = "a/claim/1-2"\nplace = "x"\nfalse = true', "the id says it all: leave out place"),
        ('article = "a"\nplase = "x"\nhide = true', "c.toml:7: claim 1 ('a'): unknown key 'plase'"),
        ('article = "a"\nstart = -1\nhide = true', "c.toml:7: claim 1 ('a'): start -1"),
        ('article = "a"\nplace = "..."\nhide = true', "holds no word"),
        ('article = "a"\nadded = "today"\nhide = true', "c.toml:7: claim 1 ('a'): added 'today'"),
        ('article = "a"\nparty = "Narnia"\nhide = true', "party 'Narnia' is none"),
        ('article = "a"\naction = "captred"\nhide = true', "did you mean 'captured'?"),
        (
            'article = "a"\nparty = "Kremlin"\nhide = true\n[[claim]]\narticle = "a"\n'
            'party = "russian"\nfalse = true',
            "c.toml:9: claim 2 ('a'): contradicts claim 1 (line 5)",
        ),
    ],
)
def test_a_wrong_entry_says_where_and_what(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, text: str, said: str
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "c.toml").write_text(CLAIM + text, encoding="utf-8")
    with pytest.raises(CorrectionError) as caught:
        ClaimMarks(Corrections.load("c.toml").claims, load_theatre())
    assert said in str(caught.value)
    assert "\n" not in str(caught.value)


def test_what_marks_nothing_is_warned_of(cli: Cli, examples: Path, tmp_path: Path) -> None:
    file = tmp_path / "c.toml"
    file.write_text(
        '[[claim]]\narticle = "none"\nhide = true\n'
        '[[claim]]\narticle = "2024-02-15--avdiivka"\nstart = 99999\nfalse = true\n'
    )
    report = examples / "2024-02-15--avdiivka.html"
    code, _, err = cli("export", report, "--corrections", file, "-o", tmp_path / "o.csv")
    assert code == 0
    assert "c.toml:1: claim 1 ('none'): corrects nothing: no article 'none' was read" in err
    assert "c.toml:4: claim 2 ('2024-02-15--avdiivka'): corrects nothing: no such claim" in err


def test_a_desk_keeps_what_it_read_whatever_is_said_of_claims(
    cli: Cli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = [
        {"id": "a", "date": "2023-03-03", "text": TEXT},
        {"id": "b", "date": "2023-04-03", "text": "Russian forces shelled Bakhmut."},
    ]
    (tmp_path / "r.jsonl").write_text("".join(json.dumps(r) + "\n" for r in rows))
    desk = tmp_path / "desk"
    cli("init", desk)
    (desk / "corrections.toml").write_text(
        '[[claim]]\narticle = "a"\nparty = "Russia"\nplace = "Bakhmut"\nfalse = true\nnote = "no"\n'
        '[[claim]]\narticle = "a"\naction = "shelled"\nhide = true\n'
    )
    cli("add", tmp_path / "r.jsonl", "-w", desk)
    monkeypatch.setattr(Pipeline, "_finish", lambda *_: pytest.fail("an article was read"))
    monkeypatch.setattr(Workers, "begin", lambda *_: pytest.fail("an article was read"))

    def claims() -> list[dict[str, Any]]:
        assert cli("extract", desk, "--what", "claims", "-o", tmp_path / "c.jsonl")[0] == 0
        return [json.loads(x) for x in (tmp_path / "c.jsonl").read_text("utf-8").splitlines()]

    assert [(c["article_id"], c["actor"], c["marked_false"]) for c in claims()] == [
        ("a", "Russia", "marked false by you: no"), ("a", "Ukraine", None), ("b", "Russia", None),
    ]  # fmt: skip
    out = tmp_path / "b.json"
    words = ("brief", desk, "--region", "Ukraine", "--no-line", "-o", out)
    assert cli(*words)[0] == 0
    briefing = out.read_text(encoding="utf-8")
    assert "Russia captured" not in briefing
    assert "Kupiansk" in briefing  # a name that is read is a name
    # What is said of the reports of another time is no slip.
    _, _, err = cli("export", desk, "--since", "2023-04-01", "-o", tmp_path / "o.csv")
    assert "corrects nothing" not in err
    (desk / "corrections.toml").write_text("")
    assert [c["marked_false"] for c in claims()] == [None] * 5
