"""The table of doubtful readings: written, filled in by a person, and read back."""

from __future__ import annotations

import csv
import io
import json
from typing import TYPE_CHECKING, Any

import pytest

import geomap
from geomap.models import Mention, Report, Resolution, Span
from geomap.output.review import review_csv, review_rows
from geomap.toponyms.corrections import Corrections
from geomap.toponyms.review_table import COLUMNS

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from conftest import Cli

TEXT = "Shells fell on Lyman. Troops left Lyman, and rain fell on Oleksandrivka near Bakhmut."
Rows = list[dict[str, str]]


@pytest.fixture
def article(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """A report in the working folder, whose Lyman could be several."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "2023-03-02--one.txt").write_text(f"Source: Reuters\n\n{TEXT}", encoding="utf-8")
    return "2023-03-02--one.txt"


def read(path: Path) -> Rows:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def fill(rows: Rows, name: str, **cells: str) -> Rows:
    """Fill the first row of a name in."""
    at = next(i for i, row in enumerate(rows) if row["name"] == name)
    return [row | cells if i == at else row for i, row in enumerate(rows)]


def written(rows: Rows, **how: Any) -> str:
    out = io.StringIO()
    writer = csv.DictWriter(out, COLUMNS, **how)
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue()


@pytest.fixture
def review(cli: Cli, article: str, tmp_path: Path) -> Callable[..., Rows]:
    """Write the review of the report; return its rows."""

    def make(*options: object) -> Rows:
        code, _, err = cli("review", article, "-o", "review.csv", *options)
        assert (code, err) == (0, "")
        return read(tmp_path / "review.csv")

    return make


@pytest.fixture
def mentions(cli: Cli, article: str, tmp_path: Path) -> Callable[..., list[dict[str, Any]]]:
    """Write a filled-in review, and give what is found with it."""

    def found(filled: str | bytes, *, warned: bool = False) -> list[dict[str, Any]]:
        data = filled.encode() if isinstance(filled, str) else filled
        (tmp_path / "filled.csv").write_bytes(data)
        out = "mentions.jsonl"
        code, _, err = cli("extract", article, "--corrections", "filled.csv", "-o", out)
        assert (code, bool(err)) == (0, warned), err
        return [json.loads(line) for line in (tmp_path / out).read_text("utf-8").splitlines()]

    return found


def pinned(mentions: list[dict[str, Any]]) -> list[tuple[str, int | None]]:
    return [(m["text"], m["geonameid"]) for m in mentions if m["confidence"] == 1.0]


def test_what_is_doubtful_is_listed_with_what_it_could_be(review: Any) -> None:
    rows = review("--below", "1")
    assert tuple(rows[0]) == COLUMNS
    row = next(r for r in rows if r["name"] == "Lyman")
    assert (row["article_id"], row["source"]) == ("2023-03-02--one", "Reuters")
    assert row["date"] == "2023-03-02"
    assert TEXT[int(row["start"]) : int(row["end"])] == "Lyman"
    assert row["sentence"] == "Shells fell on >>Lyman<<."
    assert row["status"] in ("resolved", "refused")
    listed = [row[f"candidate_{n}"] for n in range(5)]
    assert any("Lyman, Kharkiv Oblast, UA (49." in text for text in listed)
    assert [text[:2] for text in listed if text] == [f"{n}:" for n, t in enumerate(listed) if t]
    assert row["choice"] == row["scope"] == row["note"] == ""


def test_only_doubtful_ones_are_listed(review: Any) -> None:
    everything = review("--below", "1")
    doubtful = review("--below", "0")
    assert len(doubtful) < len(everything)
    assert all(row["status"] in ("refused", "hinted") for row in doubtful)
    at_half = review("--below", "0.8")
    assert all(r["status"] != "resolved" or float(r["confidence"]) < 0.8 for r in at_half)


def test_a_number_chooses_a_candidate(review: Any, mentions: Any) -> None:
    rows = review("--below", "1")
    row = next(r for r in rows if r["name"] == "Lyman")
    number = next(n for n in range(5) if "Kharkiv Oblast" in row[f"candidate_{n}"])
    found = mentions(written(fill(rows, "Lyman", choice=str(number), note="Says the author.")))
    assert pinned(found) == [("Lyman", 703071)] * 2
    reasons = [m["reasons"][0] for m in found if m["text"] == "Lyman"]
    assert set(reasons) == {"corrected: Says the author. (filled.csv, entry 1)"}


def test_every_candidate_leads_back_to_its_place(
    review: Any, mentions: Any, pipeline: geomap.Pipeline
) -> None:
    rows = review("--below", "1")
    report = pipeline.process(geomap.Article("a", TEXT))
    by_start = {r.mention.start: r for r in report.resolutions}
    tried = 0
    for row in rows:
        resolution = by_start[int(row["start"])]
        places = [resolution.place, *(c.place for c in resolution.runners_up)]
        for n, place in enumerate(places[:5]):
            if place is None:
                continue
            answer = row | {"choice": str(n), "scope": "mention"}
            at = [m for m in mentions(written([answer])) if m["start"] == int(row["start"])]
            assert (at[0]["lat"], at[0]["lon"], at[0]["geonameid"]) == (
                place.lat, place.lon, place.geonameid,
            )  # fmt: skip
            assert (at[0]["admin1"], at[0]["confidence"]) == (place.admin1_name, 1.0)
            tried += 1
    assert tried > 6


@pytest.mark.parametrize(
    ("choice", "lat", "name"),
    [
        ("gn:703071", 49.59358, "Lyman"),
        ("GN: 703071", 49.59358, "Lyman"),
        ("48.5, 37.5", 48.5, "Lyman"),
        ("48.5,37.5", 48.5, "Lyman"),
        ("48,5; 37,5", 48.5, "Lyman"),
        ("48,5, 37,5", 48.5, "Lyman"),
        ("-48.5 37", -48.5, "Lyman"),
        ("'-48.5, 37", -48.5, "Lyman"),
    ],
)
def test_other_choices(review: Any, mentions: Any, choice: str, lat: float, name: str) -> None:
    found = mentions(written(fill(review("--below", "1"), "Lyman", choice=choice)))
    assert [(m["lat"], m["name"]) for m in found if m["confidence"] == 1.0] == [(lat, name)] * 2


def test_none_drops_the_mention(review: Any, mentions: Any) -> None:
    found = mentions(written(fill(review("--below", "1"), "Lyman", choice="None")))
    assert "Lyman" not in [m["text"] for m in found]
    assert "Bakhmut" in [m["text"] for m in found]


def test_the_scope_says_how_far_a_choice_goes(review: Any, tmp_path: Path, article: str) -> None:
    rows = review("--below", "1")
    extents = {}
    for scope in ("", "mention", "article", "Source", "everywhere"):
        filled = written(fill(rows, "Lyman", choice="gn:703071", scope=scope))
        (tmp_path / "filled.csv").write_text(filled, encoding="utf-8")
        (entry,) = Corrections.load(tmp_path / "filled.csv")
        extents[scope] = (entry.article, entry.source, entry.start)
    own = article.removesuffix(".txt")
    assert extents == {
        "": (own, None, None),
        "mention": (own, None, TEXT.index("Lyman")),
        "article": (own, None, None),
        "Source": (None, "Reuters", None),
        "everywhere": (None, None, None),
    }


def as_excel(text: str) -> bytes:
    return ("\ufeff" + text.replace("\n", "\r\n")).encode()


SHEETS: dict[str, Callable[[Rows], bytes]] = {
    "as it is": lambda rows: written(rows).encode(),
    "mark and CRLF": lambda rows: as_excel(written(rows, lineterminator="\n")),
    "semicolons": lambda rows: as_excel(written(rows, delimiter=";", lineterminator="\n")),
    "tabs in UTF-16": lambda rows: written(rows, delimiter="\t").encode("utf-16"),
    "all quoted": lambda rows: written(rows, quoting=csv.QUOTE_ALL).encode(),
    "sep line": lambda rows: ("sep=;\r\n" + written(rows, delimiter=";")).encode(),
    "western code page": lambda rows: written(rows).encode("cp1252"),
}


@pytest.mark.parametrize("sheet", SHEETS)
@pytest.mark.parametrize("decimal", [".0", ",0", ""])
def test_what_spreadsheets_do_is_understood(
    review: Any, mentions: Any, sheet: str, decimal: str
) -> None:
    rows = fill(review("--below", "1"), "Lyman", choice="x", scope=" Mention ", note="Café “Lyman”")
    row = next(r for r in rows if r["choice"])
    number = next(n for n in range(5) if "Kharkiv Oblast" in row[f"candidate_{n}"])
    row["choice"], row["start"] = f"{number}{decimal}", f"{row['start']}{decimal}"
    row["candidate_9"] = "of the person's own"
    rows = [{k: v for k, v in r.items() if k in COLUMNS} for r in rows]
    found = mentions(SHEETS[sheet](rows), warned=sheet == "western code page")
    assert pinned(found) == [("Lyman", 703071)]
    (reason,) = [m["reasons"][0] for m in found if m["confidence"] == 1.0]
    assert reason == "corrected: Café “Lyman” (filled.csv, entry 1)"


@pytest.mark.parametrize(
    ("cells", "told"),
    [
        ({"choice": "Kharkiv"}, 'choice \'Kharkiv\' is not understood: write the number of a'),
        ({"choice": "48,99"}, "choice '48,99' is not understood"),
        ({"choice": "148.1, 20"}, "choice '148.1, 20': lat 148.1 is not between -90 and 90"),
        ({"choice": "7"}, "there is no candidate 7 (the row has 0"),
        ({"choice": "1", "candidate_1": "what?"}, "candidate_1 was changed to 'what?'"),
        ({"choice": "none", "scope": "all"}, "scope 'all' is not one of mention, article, source"),
        ({"choice": "none", "scope": "mention", "start": "a"}, "its start is not a number"),
        ({"choice": "none", "scope": "source", "source": ""}, "its source is empty"),
        ({"choice": "none", "article_id": " "}, "its article_id is empty"),
        ({"choice": "none", "name": ""}, "name '' holds no word"),
        ({"choice": "gn:1"}, "no place of geonameid 1 in the gazetteer"),
        ({"choice": "0", "candidate_0": ""}, "choice 0, but it was refused"),
    ],
)  # fmt: skip
def test_a_wrong_choice_names_its_line(
    review: Any, cli: Cli, article: str, tmp_path: Path, cells: dict[str, str], told: str
) -> None:
    rows = review("--below", "1")
    rows[0]["note"] = "a note\nof two lines"  # so that rows are not lines
    rows[1] |= cells
    (tmp_path / "filled.csv").write_text(written(rows), encoding="utf-8")
    code, out, err = cli("extract", article, "--corrections", "filled.csv", "-o", "m.jsonl")
    assert (code, out) == (2, "")
    assert err.startswith("geomap: error: filled.csv:4: entry 1")
    assert told in err
    assert err.count("\n") == 1
    assert not (tmp_path / "m.jsonl").exists()


def test_rows_that_contradict_are_an_error(review: Any, cli: Cli, article: str) -> None:
    rows = review("--below", "1")
    both = [i for i, row in enumerate(rows) if row["name"] == "Lyman"]
    rows[both[0]]["choice"], rows[both[1]]["choice"] = "gn:703071", "gn:704204"
    from pathlib import Path

    Path("filled.csv").write_text(written(rows), encoding="utf-8")
    code, _, err = cli("extract", article, "--corrections", "filled.csv", "-o", "m.jsonl")
    assert code == 2
    assert "contradicts entry 1 (line 2)" in err
    rows[both[0]]["scope"] = rows[both[1]]["scope"] = "mention"
    Path("filled.csv").write_text(written(rows), encoding="utf-8")
    assert cli("extract", article, "--corrections", "filled.csv", "-o", "m.jsonl")[0] == 0


def test_choices_are_not_lost(cli: Cli, review: Any, article: str, tmp_path: Path) -> None:
    rows = review("--below", "1")
    review("--below", "1")  # nothing filled in: made anew
    filled = written(fill(rows, "Lyman", choice="none"))
    (tmp_path / "review.csv").write_text(filled, encoding="utf-8")
    code, _, err = cli("review", article, "-o", "review.csv")
    assert code == 2
    assert "review.csv holds 1 choice that would be lost: give it with --corrections" in err
    code, _, err = cli("review", article, "-o", "review.csv", "--corrections", "review.csv")
    assert code == 2
    assert "review.csv: is read and would be replaced" in err
    assert [row["choice"] for row in read(tmp_path / "review.csv")].count("none") == 1
    code, _, _ = cli(
        "review", article, "--below", "1", "-o", "next.csv", "--corrections", "review.csv"
    )
    assert code == 0
    assert "Lyman" not in [row["name"] for row in read(tmp_path / "next.csv")]


def test_formulas_stay_text_and_come_back(tmp_path: Path, gazetteer: geomap.Gazetteer) -> None:
    hostile = [
        '=HYPERLINK("http://example.org","Lyman")', "+1+1", "-2+3", "@SUM(A1)", "\t=1", "'=1",
        "|x", "＝1+1", " =1", "\u202e=1", 'a"b;c,d',
    ]  # fmt: skip
    reports = []
    for n, words in enumerate(hostile):
        text = f"{words}. Shells fell on Lyman."
        article = geomap.Article(f"{words} {n}", text, source=words)
        start = text.rindex("Lyman")
        mention = Mention(start, start + 5, "Lyman", "literal", "Lyman")
        named = Mention(0, len(words), words, "literal", words)
        refused = [Resolution(m, "refused", 0.0, reasons=(words,)) for m in (named, mention)]
        reports.append(Report(article, sentences=(Span(0, len(text)),), resolutions=tuple(refused)))
    rows = review_rows(reports)
    text = review_csv(rows)
    for row in csv.reader(io.StringIO(text.lstrip("\ufeff"))):
        for cell in row:
            assert not cell.strip().startswith(("=", "+", "-", "@", "|", "＝")), cell
            assert cell.isprintable()
    filled = [row | {"choice": "none", "scope": scope} for row in rows for scope in ("", "source")]
    path = tmp_path / "filled.csv"
    path.write_text(
        written([row for row in filled if row["name"] == "Lyman"]), encoding="utf-8", newline=""
    )
    corrections = Corrections.load(path)
    pipeline = geomap.Pipeline(gazetteer=gazetteer, corrections=corrections)
    results = pipeline.run([r.article for r in reports])
    assert len(corrections) == 2 * len(hostile)
    assert not results.problems
    assert not [r for report in results for r in report.resolutions if r.mention.text == "Lyman"]
    named = [row for row in filled if row["name"].startswith("'=HYPERLINK")]
    path.write_text(written(named), encoding="utf-8", newline="")
    assert {c.name for c in Corrections.load(path)} == {hostile[0]}


def test_a_name_in_marks_is_pinned_from_the_table(
    mentions: Any, article: str, tmp_path: Path
) -> None:
    words = '=HYPERLINK("http://example.org","Lyman")'
    (tmp_path / article).write_text(f"He wrote {words} there.", encoding="utf-8")
    row = dict.fromkeys(COLUMNS, "") | {
        "article_id": article.removesuffix(".txt"), "name": "'" + words, "choice": "48.5, 37.5",
    }  # fmt: skip
    (found,) = [m for m in mentions(written([row])) if m["confidence"] == 1.0]
    assert (found["text"], found["lat"]) == (words.strip('=")'), 48.5)


def test_a_long_sentence_is_cut(pipeline: geomap.Pipeline) -> None:
    text = "word " * 5_000 + "in Lyman " + "word " * 5_000
    (row,) = [
        r for r in review_rows([pipeline.process(geomap.Article("a", text))], below=1.0)
        if r["name"] == "Lyman"
    ]  # fmt: skip
    assert len(row["sentence"]) < 700
    assert row["sentence"].startswith("... ")
    assert row["sentence"].endswith(" ...")
    assert ">>Lyman<<" in row["sentence"]


def test_all_commands_take_corrections(cli: Cli, article: str, tmp_path: Path) -> None:
    (tmp_path / "corrections.toml").write_text(
        '[[correction]]\nname = "Lyman"\nplace = {geonameid = 703071}\n', encoding="utf-8"
    )
    (tmp_path / "more.csv").write_text(
        "article_id,name,choice\n2023-03-02--one,Bakhmut,none\n", encoding="utf-8"
    )
    both = ("--corrections", "corrections.toml", "--corrections", "more.csv")
    for words in (
        ("export", article, "-o", "out.geojson"),
        ("map", article, "-o", "out.html", "--geojson", "map.geojson"),
        ("brief", article, "-o", "out.md", "--region", "Kharkiv Oblast"),
    ):
        code, _, err = cli(*words, *both, "--strict")
        assert (code, err) == (0, "")
    for name in ("out.geojson", "map.geojson"):
        whole = json.loads((tmp_path / name).read_text(encoding="utf-8"))
        shown = {f["properties"]["name"]: f["properties"] for f in whole["features"]}
        assert shown["Lyman"]["admin1"] == "Kharkiv Oblast"
        assert "Bakhmut" not in shown
        assert len(whole["generator"]["corrections"]) == 12
    assert "Lyman" in (tmp_path / "out.md").read_text(encoding="utf-8")
    cli("export", article, "-o", "plain.geojson")
    plain = json.loads((tmp_path / "plain.geojson").read_text(encoding="utf-8"))
    assert "corrections" not in plain["generator"]


def test_a_slip_is_told_before_the_work(cli: Cli, article: str, tmp_path: Path) -> None:
    code, _, err = cli("export", article, "-o", "o.geojson", "--corrections", "none.toml")
    assert (code, err) == (
        2, "geomap: error: none.toml: cannot be read: No such file or directory\n",
    )  # fmt: skip
    (tmp_path / "c.toml").write_text('[[correction]]\nname = "Zolote"\nnot_place = true\n')
    code, _, err = cli("export", article, "-o", "o.geojson", "--corrections", "c.toml")
    assert code == 0
    assert err == (
        "geomap: warning: c.toml:1: entry 1 ('Zolote'): corrects nothing: no such mention in any "
        "article\n"
    )
    code, _, err = cli("export", article, "-o", "o.geojson", "--corrections", "c.toml", "--strict")
    assert code == 2
    code, _, err = cli("review", article, "-o", "review.csv", "--below", "2")
    assert (code, err) == (
        2, "geomap: error: --below 2.0 is not between 0 and 1: write e.g. 0.7\n",
    )  # fmt: skip
    code, _, err = cli("review", article, "-o", "review.xlsx")
    assert "give a file name that ends in .csv" in err
