"""The command line on good input: what it prints, writes and how it leaves."""

from __future__ import annotations

import hashlib
import io
import json
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from conftest import Cli


ROOT = Path(__file__).parents[1]
COMMANDS = [
    [], ["map"], ["extract"], ["export"], ["brief"], ["review"], ["explain"], ["evaluate"],
    ["check"], ["gazetteer"], ["gazetteer", "info"], ["gazetteer", "lookup"],
]  # fmt: skip
KEYS = {
    "mentions": "article_id start end text kind name lat lon radius_km geonameid country admin1 "
    "feature_code precision region confidence status reasons",
    "hints": "article_id start end text relation distance_km approximate bound direction anchors "
    "locates region confidence",
    "claims": "article_id start end text actor action place lat lon region event_date attribution "
    "source_kind negated modality confidence marked_false",
}


def process(*arguments: object, **options: Any) -> subprocess.CompletedProcess[bytes]:
    """Run a command as a process of its own."""
    words = [sys.executable, "-m", "geomap.cli", *(str(a) for a in arguments)]
    return subprocess.run(words, capture_output=True, check=False, cwd=ROOT, **options)


def rows(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


@pytest.fixture
def report(tmp_path: Path) -> Path:
    path = tmp_path / "2023-03-02--one.txt"
    path.write_text("Shells fell 3 km west of Bakhmut.", encoding="utf-8")
    return path


@pytest.mark.parametrize("words", COMMANDS, ids=" ".join)
def test_every_command_has_help(cli: Cli, words: list[str]) -> None:
    code, out, err = cli(*words, "--help")
    assert (code, err) == (0, "")
    assert " ".join(["Usage: geomap", *words]) in " ".join(out.split())


def test_help_is_process_of_its_own_and_loads_nothing_heavy() -> None:
    heavy = ("folium", "geopandas", "shapely", "pandas", "numpy", "pyproj", "trafilatura", "jinja2")
    program = (
        "import sys, geomap.cli\n"
        "try: geomap.cli.main(['map', '--help'])\n"
        f"except SystemExit: print('LOADED', [m for m in {heavy!r} if m in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True, cwd=ROOT
    )
    assert done.stdout.strip().endswith("LOADED []"), done.stdout[-300:]


def test_version(cli: Cli) -> None:
    import geomap

    assert cli("--version") == (0, f"geomap {geomap.__version__}\n", "")


def test_summary_counts_in_words(cli: Cli, report: Path, tmp_path: Path) -> None:
    out = tmp_path / "one.geojson"
    code, told, err = cli("export", report, "-o", out)
    assert (code, err) == (0, "")
    first, second, third = told.splitlines()
    assert first == "1 article, 1 date (2023-03-02)"
    assert second.startswith("1 mention placed, 0 refused, 1 hint, ")
    assert third == f"{out}: {len(json.loads(out.read_text())['features'])} features"


def test_json_summary_is_for_programs(cli: Cli, examples: Path, tmp_path: Path) -> None:
    code, out, _ = cli("export", examples, "-o", tmp_path / "e.geojson", "--json")
    summary = json.loads(out)
    written = json.loads((tmp_path / "e.geojson").read_text(encoding="utf-8"))
    assert code == 0
    assert (summary["articles"], summary["undated"], len(summary["dates"])) == (10, 1, 7)
    assert summary["features"] == len(written["features"])
    assert summary["outputs"] == [str(tmp_path / "e.geojson")]


def test_map_and_its_geojson(cli: Cli, examples: Path, tmp_path: Path) -> None:
    page, data = tmp_path / "m.html", tmp_path / "m.geojson"
    code, out, err = cli("map", examples, "-o", page, "--geojson", data, "--title", "A <b> title")
    assert code == 0
    assert f"{page}: map" in out
    assert "kupiansk-undated.txt: has no date" in err
    html = page.read_text(encoding="utf-8")
    assert "A <b> title" not in html
    cli("export", examples, "-o", tmp_path / "again.geojson")
    assert data.read_bytes() == (tmp_path / "again.geojson").read_bytes()


@pytest.mark.parametrize("what", ["mentions", "hints", "claims"])
def test_extract_gives_all_keys_and_right_offsets(
    cli: Cli, examples: Path, tmp_path: Path, what: str
) -> None:
    out, texts = tmp_path / "out.jsonl", tmp_path / "texts.jsonl"
    code, told, _ = cli("extract", examples, "--what", what, "-o", out, "--texts", texts)
    assert code == 0
    text = {r["article_id"]: r["text"] for r in rows(texts)}
    records = rows(out)
    assert len(records) > 10
    assert f"{out}: {len(records)} {what}" in told
    for record in records:
        assert set(KEYS[what].split()) <= set(record)
        assert text[record["article_id"]][record["start"] : record["end"]] == record["text"]
        assert 0 <= record["confidence"] <= 1


def test_offsets_are_code_points_and_hashes_are_right(cli: Cli, tmp_path: Path) -> None:
    body = (
        "💥👩\u200d🚒 Удар. Shells fell near Bakhmut, 3 km west of Kreminna — “так”. "
        "е\u0301 🏴 Guns near Lyman."
    )
    source = tmp_path / "2023-03-02--emoji.txt"
    source.write_text(f"Title: x\n\n  {body}\n\n", encoding="utf-8")
    out, texts = tmp_path / "out.jsonl", tmp_path / "texts.jsonl"
    cli("extract", source, "-o", out, "--texts", texts)
    (text,) = rows(texts)
    assert set(text) == {"article_id", "text", "sha256"}
    assert text["text"] == body
    assert text["sha256"] == hashlib.sha256(body.encode()).hexdigest()
    found = {r["text"]: r for r in rows(out)}
    assert {"Bakhmut", "Kreminna", "Lyman"} <= set(found)
    assert all(body[r["start"] : r["end"]] == r["text"] for r in found.values())


def test_jsonl_text_stays_as_it_stands(cli: Cli, tmp_path: Path) -> None:
    body = "  \n Fighting near Bakhmut.\u202e \x9b[31m e\u0301 \n"
    source, texts = tmp_path / "a.jsonl", tmp_path / "texts.jsonl"
    line = json.dumps({"id": "a", "text": body, "date": "2023-03-02"})
    source.write_text(line, encoding="utf-8")
    assert cli("extract", source, "-o", tmp_path / "o.jsonl", "--texts", texts)[0] == 0
    assert rows(texts)[0]["text"] == body
    # What steers a terminal is written as an escape that reads back as it was.
    assert not any(c in texts.read_text(encoding="utf-8") for c in "\u202e\x9b")


def test_kinds(cli: Cli, tmp_path: Path) -> None:
    source = tmp_path / "2023-03-02--k.txt"
    source.write_text(
        "Russian forces shelled Bakhmut. Moscow said its troops were near Lyman.", encoding="utf-8"
    )

    def kinds(*more: str) -> set[str]:
        assert cli("extract", source, "-o", tmp_path / "k.jsonl", *more)[0] == 0
        return {r["kind"] for r in rows(tmp_path / "k.jsonl")}

    assert kinds() == {"literal", "associative"}
    assert kinds("--kinds", "all") == {"literal", "associative", "demonym"}
    assert kinds("--kinds", "literal, demonym") == {"literal", "demonym"}


def test_extract_to_standard_output_prints_records_only(cli: Cli, report: Path) -> None:
    code, out, err = cli("extract", report, "-o", "-")
    assert (code, err) == (0, "")
    assert [json.loads(line)["text"] for line in out.splitlines()] == ["Bakhmut"]


def test_standard_input(cli: Cli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    text = "Date: 2023-03-14\n\nFighting near Bakhmut."
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(text.encode())))
    assert cli("extract", "-", "-o", tmp_path / "o.jsonl")[0] == 0
    assert [r["article_id"] for r in rows(tmp_path / "o.jsonl")] == ["stdin"]


def test_pipes_between_processes() -> None:
    text = "Date: 2023-03-14\n\n“Удар”. Shells fell near Bakhmut.".encode()
    done = process("extract", "-", "-o", "-", input=text)
    assert (done.returncode, done.stderr) == (0, b"")
    assert json.loads(done.stdout.decode("utf-8"))["text"] == "Bakhmut"


def test_output_is_utf8_whatever_the_console_knows() -> None:
    import os

    text = "Date: 2023-03-14\n\nFighting near Бахмут.".encode()
    console = os.environ | {"PYTHONIOENCODING": "cp1252"}
    done = process("extract", "-", "-o", "-", input=text, env=console)
    assert done.returncode == 0
    assert [json.loads(x)["text"] for x in done.stdout.decode("utf-8").splitlines()] == ["Бахмут"]


@pytest.mark.skipif(sys.platform == "win32", reason="needs a shell with pipes")
def test_a_reader_that_stops_is_no_error(tmp_path: Path) -> None:
    many = tmp_path / "many.jsonl"
    line = json.dumps({"text": "Fighting near Bakhmut and Lyman. " * 200, "date": "2023-03-14"})
    many.write_text(f"{line}\n" * 5, encoding="utf-8")
    command = f"{sys.executable} -m geomap.cli extract {many} -o - ; echo code=$? >&2"
    done = subprocess.run(
        ["bash", "-c", f"({command}) | head -n 1 > /dev/null"],
        capture_output=True, text=True, check=True, cwd=ROOT,
    )  # fmt: skip
    assert done.stderr == "code=0\n"


def dates(path: Path) -> set[str | None]:
    features = json.loads(path.read_text(encoding="utf-8"))["features"]
    return {f["properties"]["date"] for f in features}


def test_undated_goes_to_undated_and_never_to_today(
    cli: Cli, examples: Path, tmp_path: Path
) -> None:
    source, out = examples / "kupiansk-undated.txt", tmp_path / "o.geojson"
    code, told, err = cli("export", source, "-o", out)
    assert code == 0
    assert dates(out) == {None}
    assert "1 article, 0 dates (no dates), 1 undated" in told
    assert err.count("\n") == 1
    assert "undated layer" in err
    assert cli("export", source, "-o", out, "--article-date", "2022-09-10")[0::2] == (0, "")
    assert dates(out) == {"2022-09-10"}
    # A date of its own stays.
    cli("export", examples, "-o", out, "--article-date", "2022-09-10")
    assert {"2022-09-10", "2024-12-12"} < dates(out)


def test_period_keeps_its_days_and_leaves_undated_out(
    cli: Cli, examples: Path, tmp_path: Path
) -> None:
    out = tmp_path / "o.geojson"
    code, _, err = cli(
        "export", examples, "-o", out, "--since", "2023-03-02", "--until", "2024-02-15"
    )
    assert code == 0
    assert dates(out) == {"2023-03-02", "2023-09-07", "2024-02-15"}
    assert err.count("\n") == 1
    assert "kupiansk-undated.txt: has no date: left out" in err


def test_a_period_without_articles_warns(cli: Cli, report: Path, tmp_path: Path) -> None:
    code, _, err = cli("export", report, "-o", tmp_path / "o.geojson", "--since", "2030-01-01")
    assert code == 0
    assert "from 2030-01-01: no article of this period" in err
    assert dates(tmp_path / "o.geojson") == set()


def test_region_keeps_what_lies_in_it(cli: Cli, examples: Path, tmp_path: Path) -> None:
    out = tmp_path / "m.jsonl"
    assert cli("extract", examples, "-o", out, "--region", "Donetsk Oblast")[0] == 0
    admin1 = {r["admin1"] for r in rows(out) if r["precision"] == "settlement"}
    assert admin1 == {"Donetsk Oblast"}
    assert (
        cli("export", examples, "-o", tmp_path / "o.geojson", "--region", "Donetsk Oblast")[0] == 0
    )
    features = json.loads((tmp_path / "o.geojson").read_text(encoding="utf-8"))["features"]
    mentions = [f["properties"] for f in features if f["properties"]["layer"] == "mention"]
    assert [(m["article_id"], m["start"]) for m in mentions] == sorted(
        ((m["article_id"], m["start"]) for m in mentions),
        key=lambda key: next(
            (m["date"] is None, m["date"] or "", m["article_id"], m["start"])
            for m in mentions
            if (m["article_id"], m["start"]) == key
        ),
    )
    assert {(m["article_id"], m["start"]) for m in mentions} == {
        (r["article_id"], r["start"]) for r in rows(out)
    }


@pytest.mark.parametrize("what", ["mentions", "hints", "claims"])
def test_min_confidence_and_region_filter_every_kind_of_record(
    cli: Cli, examples: Path, tmp_path: Path, what: str
) -> None:
    def kept(*more: str) -> list[dict[str, Any]]:
        cli("extract", examples, "--what", what, "-o", tmp_path / "o.jsonl", *more)
        return rows(tmp_path / "o.jsonl")

    least = "0.98" if what == "mentions" else "0.6"
    every, sure = kept(), kept("--min-confidence", least)
    assert 0 < len(sure) < len(every)
    assert all(r["confidence"] >= float(least) for r in sure if r["region"] or r.get("lat"))
    assert 0 < len(kept("--region", "Zaporizhzhia Oblast")) < len(every)


def test_strict_stops_at_a_warning(cli: Cli, examples: Path, tmp_path: Path) -> None:
    out = tmp_path / "o.html"
    code, told, err = cli("map", examples / "kupiansk-undated.txt", "-o", out, "--strict")
    assert (code, told, err.count("\n")) == (2, "", 1)
    assert err.startswith("geomap: error: ")
    assert not out.exists()
    dated = examples / "2023-03-02--kreminna-forest.md"
    assert cli("export", dated, "-o", tmp_path / "o.geojson", "--strict")[0] == 0


def test_front_line_is_used_named_and_warned_of_when_old(
    cli: Cli, examples: Path, tmp_path: Path
) -> None:
    line = tmp_path / "line.geojson"
    feature = {
        "type": "Feature",
        "properties": {"kind": "contact_line", "date": "2023-02-25"},
        "geometry": {"type": "LineString", "coordinates": [[38.0, 49.6], [38.05, 48.9]]},
    }
    line.write_text(json.dumps({"type": "FeatureCollection", "features": [feature]}))
    source = examples / "2023-03-02--kreminna-forest.md"

    def hint() -> dict[str, Any]:
        found = [r for r in rows(tmp_path / "h.jsonl") if r["relation"] == "front_distance"]
        return found[0]

    cli("extract", source, "--what", "hints", "-o", tmp_path / "h.jsonl")
    without = hint()
    code, _, err = cli(
        "extract", source, "--what", "hints", "-o", tmp_path / "h.jsonl", "--front", line
    )
    assert (code, err) == (0, "")
    assert hint()["confidence"] > without["confidence"]
    assert hint()["region"] != without["region"]
    feature["properties"]["date"] = "2022-02-25"  # type: ignore[index]
    line.write_text(json.dumps(feature))
    out = tmp_path / "e.geojson"
    code, _, err = cli("export", source, "-o", out, "--front", line)
    assert code == 0
    assert "line of contact of 2022-02-25" in err
    generator = json.loads(out.read_text(encoding="utf-8"))["generator"]
    assert (generator["front"], generator["front_date"]) == ("line.geojson", "2022-02-25")
    assert cli("map", source, "-o", tmp_path / "m.html", "--front", line)[0] == 0


def test_check_finds_all_well(cli: Cli) -> None:
    code, out, _ = cli("check")
    assert code == 0
    assert all(line.startswith("ok ") for line in out.splitlines())
    code, out, _ = cli("check", "--json")
    assert all(part["ok"] for part in json.loads(out))


def test_gazetteer_info_names_sources_and_licences(cli: Cli) -> None:
    code, out, _ = cli("gazetteer", "info")
    assert code == 0
    assert "GeoNames" in out
    assert "CC BY 4.0" in out
    assert json.loads(cli("gazetteer", "info", "--json")[1])["places"] > 200_000


def test_gazetteer_lookup(cli: Cli) -> None:
    code, out, err = cli("gazetteer", "lookup", "Артемівськ", "--country", "ua")
    assert (code, err) == (0, "")
    assert "Bakhmut" in out
    code, out, _ = cli("gazetteer", "lookup", "Lyman", "--json", "--limit", "2")
    assert [p["name"] for p in json.loads(out)][:1] == ["Lyman"]
    code, out, err = cli("gazetteer", "lookup", "Xyzzyq", "--country", "ua")
    assert (code, out) == (2, "")
    assert err == "geomap: error: no place named 'Xyzzyq' in UA in the gazetteer\n"
    code, out, err = cli("gazetteer", "lookup", "Xyzzyq", "--json")
    assert (code, json.loads(out)) == (2, [])
