"""`geomap front`: what it reads, draws, sets aside and says; the model is stood in for."""

from __future__ import annotations

import csv
import datetime as dt
import json
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import shapely
from front_samples import fake_draw

from geomap import front_drawing
from geomap.front.line import fronts
from geomap.output.drawn_text import read_table

if TYPE_CHECKING:
    from conftest import Cli

LINE = {"type": "LineString", "coordinates": [[38.0, 49.4], [38.0, 48.0]]}
TEXTS = {
    "a": ("2023-03-02", "Russian forces attacked near Kreminna on Thursday."),
    "b": ("2023-03-14", "Ukrainian forces repelled attacks near Bakhmut on Tuesday."),
    "c": (None, "Russian forces captured Soledar."),
}


@pytest.fixture(autouse=True)
def asked(monkeypatch: pytest.MonkeyPatch) -> list[dict[str, Any]]:
    """What the model was asked, call by call."""
    calls: list[dict[str, Any]] = []

    def draw(reports: Any, days: Any, **rest: Any) -> Any:
        calls.append({"reports": list(reports), "days": list(days)} | rest)
        return (replace(f, cells=((48.5, 38.0, 0.5, 4.0),)) for f in fake_draw(reports, days))

    monkeypatch.setattr(front_drawing, "draw", draw)
    return calls


def articles(folder: Path, *ids: str) -> list[Path]:
    files = []
    for name in ids:
        day, text = TEXTS[name]
        head = f"Title: {name}\nDate: {day}\n\n" if day else f"Title: {name}\n\n"
        file = folder / f"{name}.txt"
        file.write_text(head + text, encoding="utf-8")
        files.append(file)
    return files


def prior(path: Path, *dates: str) -> Path:
    rows = [
        {"type": "Feature", "properties": {"kind": "contact_line", "date": d}, "geometry": LINE}
        for d in dates
    ]
    path.write_text(json.dumps({"type": "FeatureCollection", "features": rows}))
    return path


def written(path: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return found


def test_a_line_for_each_date(cli: Cli, tmp_path: Path, asked: list[dict[str, Any]]) -> None:
    out, grid = tmp_path / "f.geojson", tmp_path / "g.csv"
    code, told, said = cli("front", *articles(tmp_path, "a", "b"), "-o", out, "--grid", grid)
    assert (code, said) == (0, "")
    whole = written(out)
    assert [f["date"] for f in whole["fronts"]] == ["2023-03-02", "2023-03-14"]
    assert whole["generator"]["name"] == "geomap"
    assert whole["evidence"]
    assert all(e["sentence"] for e in whole["evidence"])
    assert "2023-03-14:" in told
    assert "km of line" in told
    assert "% by reports" in told
    rows = list(csv.DictReader(grid.read_text().splitlines()))
    assert [r["date"] for r in rows] == ["2023-03-02", "2023-03-14"]
    (call,) = asked
    assert set(call["homes"]) == {"RU", "UA"}
    assert set(call["ids"]) == {"a", "b"}
    assert call["seeds"]


def test_one_day_from_what_was_known(cli: Cli, tmp_path: Path, asked: list[dict[str, Any]]) -> None:
    out = tmp_path / "f.geojson"
    files = articles(tmp_path, "a", "b")
    code, _, said = cli("front", *files, "-o", out, "--on", "2023-03-05", "--no-seeds")
    assert code == 0
    assert "1 report of later days left out" in said
    assert [r.article.id for r in asked[0]["reports"]] == ["a"]
    assert not asked[0]["seeds"]
    assert [f["date"] for f in written(out)["fronts"]] == ["2023-03-05"]


def test_every_few_days(cli: Cli, tmp_path: Path, asked: list[dict[str, Any]]) -> None:
    files = articles(tmp_path, "a", "b")
    cli("front", *files, "-o", tmp_path / "f.geojson", "--every", "5")
    assert [d.day for d in asked[0]["days"]] == [2, 7, 12, 14]
    code, _, said = cli(
        "front", *files, "-o", tmp_path / "f.geojson", "--every", "5", "--on", "2023-03-05"
    )
    assert code == 2
    assert "--on draws one day, --every several: give one of them" in said


def test_undated_articles_are_set_aside(
    cli: Cli, tmp_path: Path, asked: list[dict[str, Any]]
) -> None:
    out = tmp_path / "f.geojson"
    code, _, said = cli("front", *articles(tmp_path, "a", "c"), "-o", out)
    assert code == 1
    assert "set aside" in said
    assert "c.txt" in said
    assert [r.article.id for r in asked[0]["reports"]] == ["a"]
    code, _, said = cli("front", *articles(tmp_path, "c"), "-o", tmp_path / "no.geojson")
    assert code == 2
    assert "--article-date" in said
    assert not (tmp_path / "no.geojson").exists()


def test_priors(cli: Cli, tmp_path: Path, asked: list[dict[str, Any]]) -> None:
    files = articles(tmp_path, "a", "b")
    early = prior(tmp_path / "p1.geojson", "2023-01-05")
    series = prior(tmp_path / "p2.geojson", "2023-02-05", "2023-04-01")
    out = tmp_path / "f.geojson"
    code, _, said = cli("front", *files, "-o", out, "--prior", series, "--prior", early)
    assert code == 0
    assert "1 of its 2 dates are after 2023-03-14: left out" in said
    assert said.count("left out") == 1
    assert [str(line.date) for line in asked[0]["priors"]] == ["2023-01-05", "2023-02-05"]


@pytest.mark.parametrize("on", [[], ["--on", "2023-03-05"]])
def test_a_prior_later_than_what_is_drawn(cli: Cli, tmp_path: Path, on: list[str]) -> None:
    late = prior(tmp_path / "late.geojson", "2023-04-01")
    out = tmp_path / "f.geojson"
    code, _, said = cli("front", *articles(tmp_path, "a"), "-o", out, "--prior", late, *on)
    assert code == 2
    assert said.count("\n") == 1
    assert "late.geojson: is of 2023-04-01, later than the day drawn" in said
    assert not out.exists()


def test_a_prior_at_fault(cli: Cli, tmp_path: Path) -> None:
    files = articles(tmp_path, "a")
    out = tmp_path / "f.geojson"
    broken = tmp_path / "broken.geojson"
    for text, told in [("nothing", "is not JSON"), (json.dumps(LINE), "`date` property")]:
        broken.write_text(text)
        code, _, said = cli("front", *files, "-o", out, "--prior", broken)
        assert code == 2
        assert said.count("\n") == 1
        assert f"broken.geojson: {told}" in said or told in said
    code, _, said = cli("front", *files, "-o", broken, "--prior", prior(broken, "2023-01-05"))
    assert code == 2
    assert "would be replaced" in said


def test_nothing_up_to_the_day(cli: Cli, tmp_path: Path) -> None:
    out = tmp_path / "f.geojson"
    code, _, said = cli("front", *articles(tmp_path, "a"), "-o", out, "--on", "2023-01-01")
    assert code == 2
    assert "nothing to draw from" in said


def test_json_and_region(cli: Cli, tmp_path: Path) -> None:
    out = tmp_path / "f.geojson"
    files = articles(tmp_path, "a")
    grid = tmp_path / "g.csv"
    words = ("--json", "--region", "Luhansk Oblast", "--grid", grid)
    code, told, _ = cli("front", *files, "-o", out, *words)
    assert code == 0
    assert grid.read_text().count("\n") == 1  # the one cell lies in Donetsk Oblast
    (front,) = json.loads(told)["fronts"]
    assert 0 < front["km"] < 158
    assert front["priors"] == ["2023-02-01"]


def table(path: Path) -> list[dict[str, str]]:
    return list(csv.DictReader(path.read_text(encoding="utf-8").splitlines()))


def test_where_places_and_reports_lie(cli: Cli, tmp_path: Path) -> None:
    text = "Ukrainian forces hold Lyman. Russian forces struck Lyman and Kyiv from Kreminna."
    (tmp_path / "d.txt").write_text(f"Title: =1+1\nDate: 2023-03-14\n\n{text}", encoding="utf-8")
    files = [*articles(tmp_path, "a"), tmp_path / "d.txt"]
    out, places = tmp_path / "f.geojson", tmp_path / "p.csv"
    code, told, said = cli("front", *files, "-o", out, "--places", places)
    assert (code, said) == (0, "")
    assert f"{places}: 4 places" in told
    rows = table(places)
    assert [(r["kind"], r["date"], r["name"]) for r in rows] == [
        ("report", "2023-03-02", "a"),
        ("place", "2023-03-02", "Kreminna"),
        ("report", "2023-03-14", "'=1+1"),
        ("place", "2023-03-14", "Lyman"),
        ("place", "2023-03-14", "Kyiv"),
        ("place", "2023-03-14", "Kreminna"),
    ]
    of = {(r["kind"], r["name"], r["date"]): r for r in rows}
    kreminna = of["place", "Kreminna", "2023-03-02"]
    assert (kreminna["side"], kreminna["party"]) == ("A", "Russia")
    assert 14 < float(kreminna["distance_km"]) < 19
    assert (kreminna["error_km"], kreminna["support"]) == ("1.5", "reports")
    assert float(of["place", "Kreminna", "2023-03-14"]["distance_km"]) > 20  # 0.1 degree on
    lyman, kyiv = of["place", "Lyman", "2023-03-14"], of["place", "Kyiv", "2023-03-14"]
    assert (lyman["side"], lyman["mentions"]) == ("B", "2")
    assert (kyiv["side"], kyiv["party"]) == ("", "")
    assert float(kyiv["distance_km"]) > 400
    report = of["report", "'=1+1", "2023-03-14"]
    assert report["mentions"] == "3"  # Kyiv is too far to tell where the report is about
    assert report["lon"] == f"{(float(lyman['lon']) + float(kreminna['lon'])) / 2:.5f}".rstrip("0")


def test_places_of_a_region_and_of_one_day(cli: Cli, tmp_path: Path) -> None:
    files = articles(tmp_path, "a", "b")
    out, places = tmp_path / "f.geojson", tmp_path / "p.csv"
    words = ("--region", "Luhansk Oblast", "--on", "2023-03-20")
    code, _, _ = cli("front", *files, "-o", out, "--places", places, *words)
    assert code == 0
    rows = table(places)
    assert [(r["name"], r["line_date"]) for r in rows] == [
        ("a", "2023-03-20"),
        ("Kreminna", "2023-03-20"),
    ]
    code, _, said = cli("front", *files, "-o", out, "--places", tmp_path / "p.txt")
    assert code == 2
    assert "--places" in said


def test_another_theatre(cli: Cli, tmp_path: Path, asked: list[dict[str, Any]]) -> None:
    table = tmp_path / "theatre.toml"
    text = (Path(front_drawing.__file__).parent / "front" / "ukraine.toml").read_text()
    table.write_text(text.replace('"Russia"', '"Ruritania"'), encoding="utf-8")
    files = articles(tmp_path, "a")
    code, _, said = cli("front", *files, "-o", tmp_path / "f.geojson", "--theatre", table)
    assert (code, said) == (0, "")
    assert "Ruritania" in [p.name for p in asked[0]["theatre"].parties]
    broken = tmp_path / "broken.toml"
    broken.write_text("name = 3", encoding="utf-8")
    code, _, said = cli("front", *files, "-o", tmp_path / "f.geojson", "--theatre", broken)
    assert code == 2
    assert "broken.toml" in said


def test_the_map_draws_what_was_written(cli: Cli, tmp_path: Path) -> None:
    files = articles(tmp_path, "a", "b")
    line, page = tmp_path / "front.geojson", tmp_path / "map.html"
    cli("front", *files, "-o", line)
    code, _, said = cli("map", *files, "-o", page, "--front", line)
    assert (code, said) == (0, "")
    text = page.read_text(encoding="utf-8")

    def block(name: str) -> Any:
        return read_table(text.split(f'id="geomap_{name}">')[1].split("</script>")[0])

    front, sentences = block("front"), block("texts")["sentences"]
    days = [
        (dt.date.fromisoformat(d) - dt.date(1970, 1, 1)).days for d in ("2023-03-02", "2023-03-14")
    ]
    assert front["dates"] == days
    assert all(any(lines) for lines in front["lines"])
    assert any("Kreminna" in sentences[e["sentence"]] for e in front["evidence"])
    again = tmp_path / "again.html"
    cli("map", *files, "-o", again, "--front", line)
    assert again.read_bytes() == page.read_bytes()


def test_a_period_bounds_the_lines_drawn_too(cli: Cli, tmp_path: Path) -> None:
    files = articles(tmp_path, "a", "b")
    line, page = tmp_path / "front.geojson", tmp_path / "map.html"
    cli("front", *files, "-o", line)

    def drawn(*period: str) -> tuple[int, int]:
        """Return how many lines are drawn, and how many of them are older than the period."""
        assert cli("map", *files, "-o", page, "--front", line, *period)[0] == 0
        text = page.read_text(encoding="utf-8")
        front = read_table(text.split('id="geomap_front">')[1].split("</script>")[0])
        return len(front["dates"]), front["early"]

    assert drawn() == (2, 0)
    assert drawn("--since", "2023-03-10") == (2, 1)  # the last before it holds as it begins
    assert drawn("--until", "2023-03-10") == (1, 0)
    assert drawn("--since", "2023-03-14") == (2, 1)
    assert drawn("--since", "2023-03-02") == (2, 0)


def test_export_and_extract_say_where_things_lie(cli: Cli, tmp_path: Path) -> None:
    files = articles(tmp_path, "a", "b")
    line, out, jsonl = tmp_path / "f.geojson", tmp_path / "e.geojson", tmp_path / "m.jsonl"
    cli("front", *files, "-o", line)
    cli("export", *files, "-o", out)
    assert not any("front_km" in f["properties"] for f in written(out)["features"])
    assert cli("export", *files, "-o", out, "--front", line)[0] == 0
    rows = [f["properties"] for f in written(out)["features"]]
    for row in rows:
        assert {"front_side", "front_km", "front_error_km"} <= row.keys()
    (kreminna,) = [r for r in rows if r["name"] == "Kreminna" and r["layer"] == "mention"]
    assert (kreminna["front_side"], kreminna["front_error_km"]) == ("A", 1.5)
    assert 14 < kreminna["front_km"] < 19  # of the line of its day
    for what, marked in (("mentions", True), ("claims", True), ("hints", False)):
        assert cli("extract", *files, "-o", jsonl, "--what", what, "--front", line)[0] == 0
        records = [json.loads(row) for row in jsonl.read_text().splitlines()]
        assert records
        assert all(("front_side" in r) == marked for r in records)
    plain = prior(tmp_path / "plain.geojson", "2023-03-01")  # a line and no more
    cli("export", *files[:1], "-o", out, "--front", plain)
    rows = [f["properties"] for f in written(out)["features"]]
    (kreminna,) = [r for r in rows if r["name"] == "Kreminna" and r["layer"] == "mention"]
    assert (kreminna["front_side"], kreminna["front_error_km"]) == (None, None)
    assert kreminna["front_km"] > 14


def test_from_articles_and_an_earlier_line_to_a_line(
    cli: Cli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The whole way, with the model itself: a line from north to south, Russia to its east."""
    monkeypatch.setattr(front_drawing, "draw", fronts)
    for name, day, text in [
        ("one", "2024-05-31", "Russian forces attacked near Chasiv Yar and near Klishchiivka."),
        ("two", "2024-06-03", "Ukrainian forces counterattacked near Toretsk on Monday."),
    ]:
        file = tmp_path / f"{name}.txt"
        file.write_text(f"Title: {name}\nDate: {day}\n\n{text}", encoding="utf-8")
    line = [[37.9, 49.4], [37.87, 48.6], [37.8, 47.8]]
    east = [*line, [39.0, 47.8], [39.0, 49.4], line[0]]
    features = [
        ({"kind": "contact_line"}, {"type": "LineString", "coordinates": line}),
        ({"kind": "control", "side": "A"}, {"type": "Polygon", "coordinates": [east]}),
    ]
    rows = [
        {"type": "Feature", "properties": p | {"date": "2024-05-20"}, "geometry": g}
        for p, g in features
    ]
    before = tmp_path / "before.geojson"
    before.write_text(json.dumps({"type": "FeatureCollection", "features": rows}))
    out, grid = tmp_path / "f.geojson", tmp_path / "g.csv"
    files = [tmp_path / "one.txt", tmp_path / "two.txt"]
    words = ("--on", "2024-06-01", "--prior", before, "--grid", grid)
    code, told, said = cli("front", *files, "-o", out, *words)
    assert code == 0
    assert "1 report of later days left out" in said
    assert "2024-06-01:" in told
    whole = written(out)
    kinds = {f["properties"]["kind"] for f in whole["features"]}
    assert {"contact_line", "control"} <= kinds
    drawn = [f for f in whole["features"] if f["properties"]["kind"] == "contact_line"]
    assert {f["properties"]["support"] for f in drawn} == {"reports", "prior"}
    at = shapely.union_all([shapely.geometry.shape(f["geometry"]) for f in drawn])
    assert shapely.hausdorff_distance(at, shapely.LineString(line)) < 0.05
    (side_a,) = [f for f in whole["features"] if f["properties"].get("side") == "A"]
    assert shapely.geometry.shape(side_a["geometry"]).contains(shapely.Point(38.3, 48.6))
    assert {e["place"] for e in whole["evidence"]} == {"Chasiv Yar", "Klishchiivka"}
    cells = csv.DictReader(grid.read_text(encoding="utf-8").splitlines())
    assert all(0 <= float(r["p"]) <= 1 for r in cells)
    # What was written is an earlier line itself.
    code, _, _ = cli("front", files[1], "-o", tmp_path / "next.geojson", "--prior", out)
    assert code == 0
    assert written(tmp_path / "next.geojson")["fronts"][0]["priors"] == ["2024-06-01"]
