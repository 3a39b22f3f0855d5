"""`geomap evaluate`: figures by hand, by the corpora's own scorers, and on the command line."""

from __future__ import annotations

import csv
import json
import subprocess
import sys
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

import geomap
from geomap.articles.annotated import GoldArticle, GoldMention, read_gold
from geomap.evaluation.figures import calibration, figures, resolution_score
from geomap.evaluation.judged import Judged, error_km, judge, pair
from geomap.evaluation.mistakes import COLUMNS, mistakes
from geomap.models import Article, Mention, Report, Resolution, Span
from geomap.output.csv_text import csv_text
from geomap.toponyms.reader import ToponymReader

if TYPE_CHECKING:
    from conftest import Cli

EVERY = ("literal", "associative", "demonym")
TEXT = "Shells fell near Bakhmut. =Lyman is quiet, Qwzrtk too."


def found(
    start: int, end: int, lat: float | None = None, lon: float | None = None,
    confidence: float = 0.9, kind: Any = "literal",
) -> Resolution:  # fmt: skip
    status: Any = "refused" if lat is None else "resolved"
    mention = Mention(start, end, "x", kind, "x")
    return Resolution(mention, status, confidence, lat=lat, lon=lon)


def judged(name: str, gold: list[GoldMention], *resolutions: Resolution) -> Judged:
    article = Article(name, "x" * 60)
    report = Report(article, (Span(0, 60),), resolutions=resolutions)
    return judge(GoldArticle(article, tuple(gold)), report, EVERY)


@pytest.fixture
def by_hand() -> list[Judged]:
    """Five gold mentions, one without a place, and five found, one of them not placed."""
    first = [
        GoldMention(0, 5, 0, 0), GoldMention(10, 18, 0, 0), GoldMention(20, 24),
        GoldMention(30, 35, 0, 0),
    ]  # fmt: skip
    return [
        judged(
            "a",
            first,
            found(0, 5, 0, 1),  # the same span, 111.195 km off: right
            found(10, 14, 0, 90, 0.6),  # overlaps, 10007.557 km off: wrong
            found(20, 24, 50, 50),  # the gold has no place: not judged
            found(26, 29, 0, 0, 0.55),  # touches nothing: spurious
        ),
        judged("b", [GoldMention(3, 9, 0, 0)], found(2, 8)),  # overlaps, not placed
    ]


def test_the_figures_by_hand(by_hand: list[Judged]) -> None:
    told = figures(by_hand)
    assert (told.articles, told.gold, told.gold_with_coordinates, told.predictions) == (2, 5, 4, 5)
    assert told.statuses == {"resolved": 4, "hinted": 0, "refused": 1}
    assert asdict(told.exact) == pytest.approx({"p": 0.4, "r": 0.4, "f1": 0.4})
    assert asdict(told.overlap) == pytest.approx({"p": 0.8, "r": 0.8, "f1": 0.8})
    # Right 1; judged 3 of the 4 placed; 4 gold mentions have a place.
    assert asdict(told.end_to_end) == pytest.approx({"p": 1 / 3, "r": 1 / 4, "f1": 2 / 7})
    places = told.resolution
    assert (places.n, places.resolved, places.acc161, places.acc20) == (3, 2, 1 / 3, 0.0)
    assert places.mean_km == pytest.approx(5059.376, abs=1e-3)
    assert places.acc161_resolved == 0.5
    # y = 4.72024, 9.21120, 9.90544: trapezoids 16.52404, of 2 * 9.90544
    assert places.auc == pytest.approx(0.83409, abs=1e-5)
    assert (places.exact_id, places.id_n, told.kinds) == (None, 0, None)


def test_the_distance_that_is_right_can_be_chosen(by_hand: list[Judged]) -> None:
    assert figures(by_hand, 100.0).end_to_end.f1 == 0
    assert figures(by_hand, 11_000.0).end_to_end.p == pytest.approx(2 / 3)
    assert figures(by_hand, 100.0).resolution == figures(by_hand).resolution


def test_calibration_by_hand(by_hand: list[Judged]) -> None:
    told = figures(by_hand)
    # Pairs: 0.9 right, 0.6 wrong; with the spurious one 0.55 wrong.
    assert told.calibration.n == 2
    assert told.calibration.ece == pytest.approx((0.1 + 0.6) / 2)
    assert (told.calibration.sure, told.calibration.sure_right) == (1, 1.0)
    assert told.calibration_all.ece == pytest.approx((0.1 + 0.6 + 0.55) / 3)
    assert [b.n for b in calibration([(0.0, False), (0.05, True), (1.0, True)]).bins] == [2, 1]


def test_nothing_to_count_is_none_or_nought() -> None:
    told = figures([judged("a", [])])
    assert (told.exact.f1, told.end_to_end.f1) == (0.0, 0.0)
    assert (told.resolution.acc161, told.resolution.auc, told.resolution.mean_km) == (None,) * 3
    assert (told.calibration.ece, told.calibration.sure_right) == (None, None)


def test_a_single_error_has_an_area() -> None:
    score = resolution_score(
        [(GoldMention(0, 1, 0, 0), found(0, 1, 0, 0)), (GoldMention(2, 3), None)]
    )
    assert (score.n, score.auc) == (1, 0.0)
    assert resolution_score([(GoldMention(0, 1, 0, 0), None)]).auc == 1.0


def test_pairs_are_one_to_one() -> None:
    gold = [GoldMention(0, 5), GoldMention(7, 12)]
    assert pair(gold, [GoldMention(0, 12)]) == ((0, 0),)
    assert pair(gold, [GoldMention(0, 12), GoldMention(0, 5)]) == ((0, 1), (1, 0))
    assert pair(gold, [GoldMention(5, 7)]) == ()


def test_pairs_of_a_long_article_take_little_time() -> None:
    spans = [GoldMention(10 * i, 10 * i + 5) for i in range(20_000)]
    assert pair(spans, spans) == tuple((i, i) for i in range(20_000))


def test_distances_are_on_the_sphere() -> None:
    assert error_km(GoldMention(0, 1, 0, 0), found(0, 1, 0, 1)) == pytest.approx(111.1951, abs=1e-4)
    assert error_km(GoldMention(0, 1), found(0, 1, 0, 1)) is None


def test_kinds_are_judged_where_the_gold_has_types() -> None:
    gold = [
        GoldMention(0, 5, type="literal"), GoldMention(6, 9, type="metonymic"),
        GoldMention(10, 15), GoldMention(20, 25, type="mixed"),
    ]  # fmt: skip
    told = figures(
        [judged("a", gold, found(0, 5), found(6, 9), found(10, 15), found(20, 25, kind="demonym"))]
    )
    assert told.kinds is not None
    assert told.kinds.n == 3
    assert asdict(told.kinds.literal) == {"p": 0.5, "r": 0.5, "f1": 0.5}
    assert told.kinds.accuracy == pytest.approx(1 / 3)


def test_mistakes_by_hand(by_hand: list[Judged]) -> None:
    rows = [dict(zip(COLUMNS, r, strict=True)) for j in by_hand for r in mistakes(j, 161.0)]
    assert [(r["article_id"], r["mistake"], r["start"], r["end"], r["km"]) for r in rows] == [
        ("a", "wrong place", 10, 18, 10007.6),
        ("a", "spurious", 26, 29, None),
        ("a", "missed", 30, 35, None),
        ("b", "not placed", 3, 9, None),
    ]


@pytest.mark.parametrize("name", ["lgl", "gwn"])
def test_the_figures_are_those_of_the_scorers(
    cli: Cli, shared: Path, tmp_path: Path, name: str
) -> None:
    lines = (shared / "corpora" / f"{name}.jsonl").read_text(encoding="utf-8").split("\n")[:40]
    gold, predictions = tmp_path / "gold.jsonl", tmp_path / "found.jsonl"
    gold.write_text("\n".join(lines) + "\n", encoding="utf-8")
    code, out, err = cli("evaluate", gold, "--kinds", "all", "--json", "--predictions", predictions)
    assert code == 0, err
    told = json.loads(out)
    expected = _scored(shared, "score_geoparse.py", gold, predictions)
    assert {k: told[k] for k in expected} == expected
    assert expected["overlap"]["f1"] > 0.5
    if name == "gwn":
        kinds = _scored(shared, "score_kinds.py", gold, predictions)
        ours = {"precision": "p", "recall": "r", "f1": "f1"}
        assert {k: told["kinds"]["literal"][ours[k]] for k in ours} == {k: kinds[k] for k in ours}
        assert told["kinds"]["accuracy"] == kinds["accuracy"]


def _scored(shared: Path, tool: str, gold: Path, predictions: Path) -> dict[str, Any]:
    command = [sys.executable, str(shared / "tools" / tool), str(gold), str(predictions)]
    return dict(json.loads(subprocess.run(command, capture_output=True, check=True).stdout))


@pytest.fixture
def gold(tmp_path: Path) -> Path:
    bakhmut, lyman, unknown = (TEXT.index(w) for w in ("Bakhmut", "Lyman", "Qwzrtk"))
    rows = [
        {
            "id": 5,
            "text": TEXT,
            "mentions": [
                {"start": unknown, "end": unknown + 6, "lat": 10, "lon": 10, "type": "literal"},
                {"start": bakhmut, "end": bakhmut + 7, "text": "Bakhmut", "lat": 48.6, "lon": 38.0},
                {"start": lyman, "end": lyman + 5, "lat": -33.0, "lon": 151.0, "geonameid": "1"},
            ],
        },
        {"id": "calm", "text": "All is quiet in Kyiv.", "date": "2023-03-14", "mentions": []},
    ]
    path = tmp_path / "gold.jsonl"
    path.write_text("".join(json.dumps(r) + "\n\n" for r in rows), encoding="utf-8")
    return path


def test_the_command_prints_a_table_and_writes_files(cli: Cli, gold: Path, tmp_path: Path) -> None:
    predictions, errors = tmp_path / "found.jsonl", tmp_path / "errors.csv"
    code, out, err = cli(
        "evaluate", gold, "--spans", "--predictions", predictions, "--errors", errors
    )
    assert (code, err) == (0, "")
    assert out.startswith("2 articles, 3 gold mentions (3 with a place); found 3: 3 resolved")
    for word in ("precision", "end to end, within 161 km", "gold's own spans", "calibration error"):
        assert word in out
    assert [json.loads(x)["text"] for x in predictions.read_text("utf-8").splitlines()] == [
        "Bakhmut", "Lyman", "Kyiv",
    ]  # fmt: skip
    with errors.open(encoding="utf-8", newline="") as stream:
        rows = list(csv.DictReader(stream))
    assert [(r["mistake"], r["text"]) for r in rows] == [
        ("wrong place", "Lyman"), ("missed", "Qwzrtk"), ("spurious", "Kyiv"),
    ]  # fmt: skip
    assert rows[0]["sentence"] == "'=Lyman is quiet, Qwzrtk too."  # no formula
    assert (rows[0]["gold_lat"], rows[0]["gold_geonameid"]) == ("-33.0", "1")
    assert float(rows[0]["km"]) > 10_000


def test_the_figures_as_json(cli: Cli, gold: Path) -> None:
    code, out, _ = cli("evaluate", gold, "--json", "--spans", "--within-km", "20000")
    told = json.loads(out)
    assert code == 0
    assert told["end_to_end"] == {"p": 0.6667, "r": 0.6667, "f1": 0.6667}
    assert (told["given_spans"]["n"], told["given_spans"]["resolved"]) == (3, 2)
    assert told["kinds"] == {"n": 0, "literal": {"p": 0.0, "r": 0.0, "f1": 0.0}, "accuracy": None}
    assert json.loads(cli("evaluate", gold, "--json")[1])["given_spans"] is None


def test_kinds_and_confidence_filter_what_counts(cli: Cli, gold: Path) -> None:
    told = json.loads(cli("evaluate", gold, "--json", "--kinds", "demonym")[1])
    assert (told["predictions"], told["exact"]["f1"]) == (0, 0.0)
    told = json.loads(cli("evaluate", gold, "--json", "--min-confidence", "1")[1])
    assert told["predictions"] == 0


def test_an_article_that_fails_is_named_and_counts_as_missed(
    cli: Cli, gold: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = ToponymReader.read

    def fails(self: ToponymReader, articles: list[Article], spans: Any = None) -> Any:
        if any(a.id == "5" for a in articles):
            raise RuntimeError("boom")
        return whole(self, articles, spans)

    monkeypatch.setattr(ToponymReader, "read", fails)
    errors = tmp_path / "errors.csv"
    code, out, err = cli("evaluate", gold, "--json", "--spans", "--errors", errors)
    assert code == 1
    assert "geomap: set aside: 5: could not be processed (RuntimeError: boom)" in err
    told = json.loads(out)
    assert (told["gold"], told["exact"]["r"], told["given_spans"]["acc161"]) == (3, 0.0, 0.0)
    assert errors.read_text("utf-8").count("missed") == 3


GOOD = {"start": 17, "end": 24, "lat": 48.6, "lon": 38.0}


@pytest.mark.parametrize(
    ("row", "told"),
    [
        ("{", "is not JSON"),
        ("7", "not an object"),
        ({"text": TEXT, "mentions": []}, "has no `id`"),
        ({"id": "first", "text": TEXT, "mentions": []}, "the id 'first' is that of line 1"),
        ({"id": "b", "mentions": []}, "has no `text`"),
        ({"id": "b", "text": " ", "mentions": []}, "has no `text`"),
        ({"id": "b", "text": TEXT}, "has no list of `mentions`"),
        ({"id": "b", "text": TEXT, "mentions": [], "date": "03/04/2023"}, "write YYYY-MM-DD"),
        ({"id": "b", "text": TEXT, "mentions": [], "title": 5}, "its `title` is not a string"),
        ([7], "mention 2 is not an object"),
        ([{"end": 5}], "mention 2: has no `start`"),
        ([{"start": 5, "end": 5}], "mention 2: `start` 5 is not before"),
        ([{"start": 5, "end": 500}], "mention 2: 5-500 lies outside the text of 54"),
        ([GOOD | {"text": "Lyman"}], "its `text` is 'Lyman', but at 17-24 stands 'Bakhmut'"),
        ([GOOD | {"lat": None}], "has only one of `lat` and `lon`"),
        ([GOOD | {"lat": 91}], "its `lat` 91 is beyond 90 degrees"),
        ([GOOD | {"lon": -1e400}], "is not JSON that can be read"),
        ([GOOD | {"lon": 10**400}], "is beyond 180 degrees"),
        ([GOOD | {"lon": "38"}], "its `lon` is not a number"),
        ([GOOD | {"lat": True}], "its `lat` is not a number"),
        ([GOOD | {"geonameid": "x"}], "its `geonameid` is not a whole number"),
        ([GOOD | {"type": 1}], "its `type` is not a string"),
    ],
)
def test_a_bad_line_of_the_gold_is_named(cli: Cli, tmp_path: Path, row: Any, told: str) -> None:
    if isinstance(row, list):
        row = {"id": "b", "text": TEXT, "mentions": [GOOD, *row]}
    line = row if isinstance(row, str) else json.dumps(row)
    path, errors = tmp_path / "gold.jsonl", tmp_path / "errors.csv"
    first = json.dumps({"id": "first", "text": TEXT, "mentions": []})
    path.write_text(f"{first}\n{line}\n", encoding="utf-8")
    code, out, err = cli("evaluate", path, "--errors", errors)
    assert (code, out) == (2, "")
    assert err.count("\n") == 1
    assert err.startswith(f"geomap: error: {path}:2: ")
    assert told in err
    assert not errors.exists()


@pytest.mark.parametrize(
    ("content", "told"),
    [(b"", "holds no article"), (b"\n \n", "holds no article"), (b"\xff\xfe{", "is not UTF-8")],
)
def test_gold_without_articles(cli: Cli, tmp_path: Path, content: bytes, told: str) -> None:
    path = tmp_path / "gold.jsonl"
    path.write_bytes(content)
    code, _, err = cli("evaluate", path)
    assert code == 2
    assert told in err


def test_options_at_fault(cli: Cli, gold: Path, tmp_path: Path) -> None:
    before = gold.read_bytes()
    for options, told in (
        (["--within-km", "0"], "--within-km 0.0 is not a positive number"),
        (["--within-km", "nan"], "is not a positive number"),
        (["--errors", gold], "is read and would be replaced"),
        (["--errors", tmp_path / "a", "--predictions", tmp_path / "a"], "named for two outputs"),
        (["--kinds", "places"], "unknown kind 'places'"),
    ):
        code, _, err = cli("evaluate", gold, *options)
        assert code == 2
        assert told in err
    assert gold.read_bytes() == before
    assert "cannot be read" in cli("evaluate", tmp_path / "none.jsonl")[2]


def test_the_example_gold_is_of_the_sample_reports(root: Path, examples: Path) -> None:
    texts = {a.id: a.text for a in geomap.read_articles([examples])}
    for row in read_gold(root / "docs" / "gold" / "two-reports.jsonl"):
        assert texts[row.article.id] == row.article.text
        assert row.mentions


@pytest.mark.parametrize(
    ("cell", "written"),
    [
        ("=1+1", "'=1+1"), (" +1", "'+1"), ("-x", "'-x"), ("@a", "'@a"), ("\t=1", "'=1"),
        ("\uff1d1", "'\uff1d1"), ("a=1", "a=1"), ("a\n\nb", "a b"), ("a\u202eb", "a\\u202eb"),
        ('say "a, b"', '"say ""a, b"""'), (-1.5, "-1.5"), (None, '""'), ("", '""'),
    ],
)  # fmt: skip
def test_cells_are_safe_in_a_spreadsheet(cell: str | float | None, written: str) -> None:
    assert csv_text(["a"], [[cell]]) == f"a\n{written}\n"
