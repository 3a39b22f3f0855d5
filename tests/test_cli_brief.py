"""`geomap brief`: regions, periods, files, many regions in one run, and what cannot be."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from cli_errors import refused

from geomap.errors import SettingsError
from geomap.output.briefing.periods import length_of, period_of

if TYPE_CHECKING:
    from conftest import Cli

QUIET = ("--no-picture", "--no-line")


def brief(cli: Cli, out: Path, *words: object) -> dict[str, Any]:
    """Return the document of a briefing (the file must be .json)."""
    code, _, err = cli("brief", *words, "-o", out)
    assert code == 0, err
    found: dict[str, Any] = json.loads(out.read_text(encoding="utf-8"))
    return found


def texts(part: Any) -> list[str]:
    return [s["text"] for s in part]


def test_the_three_forms_hold_the_same(cli: Cli, examples: Path, tmp_path: Path) -> None:
    words = (examples, "--region", "Donetsk Oblast", "--since", "2024-10-01", "--until",
             "2024-12-31", *QUIET)  # fmt: skip
    doc = brief(cli, tmp_path / "b.json", *words)
    for name in ("b.md", "b.html"):
        assert cli("brief", *words, "-o", tmp_path / name)[0] == 0
        page = (tmp_path / name).read_text(encoding="utf-8")
        for text in texts(doc["summary"]):
            # Marks of what was read with doubt stand before the full stop in Markdown.
            plain = text.removesuffix(".").replace("'", "&#39;" if name == "b.html" else "'")
            assert plain in page, text
    again = tmp_path / "again.json"
    brief(cli, again, *words)
    assert again.read_bytes() == (tmp_path / "b.json").read_bytes()


def test_a_week_has_its_line_of_reports_and_the_week_before(
    cli: Cli, examples: Path, tmp_path: Path
) -> None:
    doc = brief(
        cli, tmp_path / "b.json", examples, "--region", "Ukraine", "--period", "week",
        "--until", "2023-03-04", *QUIET,
    )  # fmt: skip
    assert doc["period"]["text"] == "26 February to 4 March 2023"
    assert [d["reports"] for d in doc["activity"]["days"]] == [0, 0, 0, 0, 2, 0, 0]
    assert {n["what"]: n["before"] for n in doc["numbers"]}["Reports"] == 0
    assert any("No report is dated" in t for t in texts(doc["unknown"]))


def test_a_week_without_reports_says_so(cli: Cli, examples: Path, tmp_path: Path) -> None:
    words = ("--region", "Donetsk Oblast", "--since", "2025-06-01", "--until", "2025-06-07")
    out = tmp_path / "b.md"
    code, _, err = cli("brief", examples, *words, "-o", out)
    assert code == 0
    assert "no article of this period" in err
    page = out.read_text(encoding="utf-8")
    assert "There is no report of this period." in page
    assert "## Sources" not in page


def test_undated_reports_are_left_out_of_a_period_and_named(
    cli: Cli, examples: Path, tmp_path: Path
) -> None:
    undated = examples / "kupiansk-undated.txt"
    doc = brief(cli, tmp_path / "b.json", undated, "--region", "Kharkiv Oblast", *QUIET)
    assert doc["period"]["text"] == "undated reports"
    assert texts(doc["summary"])[0].startswith("One report (geomap sample) names three places")
    words = ("--region", "Kharkiv Oblast", "--until", "2024-01-01", *QUIET)
    _, _, err = cli("brief", undated, *words, "-o", tmp_path / "c.json")
    assert "has no date: left out, since a period was asked for" in err


def test_filters_reach_the_briefing(cli: Cli, examples: Path, tmp_path: Path) -> None:
    base = (examples, "--region", "Donetsk Oblast", *QUIET)
    russia = brief(cli, tmp_path / "a.json", *base, "--party", "Russia")
    assert not any(p["cells"][1] for p in russia["claims"]["places"])
    near = brief(
        cli, tmp_path / "b.json", examples, "--region", "Vuhledar", "--radius", "10km", *QUIET
    )
    assert near["title"] == "10 km round Vuhledar, Ukraine"
    assert [p["name"] for p in near["claims"]["places"]] == ["Vuhledar"]


def test_a_line_that_is_given_is_told(cli: Cli, examples: Path, tmp_path: Path) -> None:
    line = tmp_path / "line.geojson"
    shape = {"type": "LineString", "coordinates": [[37.4, 47.5], [37.4, 48.5]]}
    line.write_text(json.dumps({"type": "FeatureCollection", "features": [
        {"type": "Feature", "properties": {"kind": "contact_line", "date": "2024-10-03"},
         "geometry": shape}]}))  # fmt: skip
    words = (examples, "--until", "2024-10-05", "--period", "7d", "--front", line, *QUIET)
    doc = brief(cli, tmp_path / "b.json", *words, "--region", "Donetsk Oblast")
    first = doc["line"]["statements"][0]
    assert first["text"].startswith("On 3 October the line of contact runs through here for ")
    (cited,) = doc["lines"]
    assert first["cites"] == [cited["number"]]
    assert cited["text"] == "Line of contact of 3 October 2024, line.geojson"
    vuhledar = next(r for r in doc["places"]["rows"] if r["name"] == "Vuhledar")
    assert re.fullmatch(r"1\d km west of the line", vuhledar["line"])
    along = brief(cli, tmp_path / "c.json", *words, "--region", "the front", "--radius", "15km")
    assert along["title"] == "The front of 3 October 2024, 15 km on either side"


@pytest.mark.shared
def test_a_line_is_drawn_from_reports_that_tell_enough(
    cli: Cli, shared: Path, tmp_path: Path
) -> None:
    report = shared / "articles" / "isw" / "2026-02-21--isw.txt"
    doc = brief(cli, tmp_path / "b.json", report, "--region", "the front", "--no-picture")
    assert doc["title"].startswith("The front of 21 February 2026")
    assert "as geomap draws it from the reports." in doc["line"]["statements"][0]["text"]
    assert "drawn by geomap from" in doc["lines"][0]["text"]


def test_a_briefing_on_each_division(cli: Cli, examples: Path, tmp_path: Path) -> None:
    out = tmp_path / "briefings"
    code, told, _ = cli("brief", examples, "--each", "admin1", "--no-picture", "-o", out)
    assert code == 0
    names = {p.name for p in out.iterdir()}
    assert {"index.html", "map.html", "donetsk-oblast.html", "luhansk-oblast.html"} <= names
    assert f"index of {len(names) - 2} briefings" in told
    index = (out / "index.html").read_text(encoding="utf-8")
    links = set(re.findall(r'href="(?:\./)?([\w-]+\.html)"', index))
    assert links == names - {"index.html"}
    code, _, _ = cli("brief", examples, "--each", "country", "--format", "md", "--no-picture",
                     "--region", "Donetsk Oblast", "-o", out)  # fmt: skip
    assert code == 0
    assert "# Ukraine: " in (out / "ukraine.md").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ([], "say what to brief on: --region"),
        (["--region", "Donetsk Oblst"], "did you mean 'Donetsk Oblast'"),
        (["--region", "Ukraine", "--since", "2024-02-02", "--until", "2024-02-01"], "swap them"),
        (["--region", "Ukraine", "--since", "2024-02-02", "--period", "7d"], "give one of them"),
        (["--region", "Ukraine", "--period", "soon"], "write 7d, 2w, day or week"),
        (["--region", "Ukraine", "--period", "0d"], "write 7d, 2w, day or week"),
        (["--region", "the front", "--no-line"], "give one with --front"),
        (["--each", "village"], "admin1"),
        (["--each", "admin1", "--region", "the front"], "the front is one"),
        (["--each", "admin1", "--since", "2030-01-01"], "names a settlement of any division"),
    ],
    ids=lambda value: " ".join(value[:4]) if isinstance(value, list) else "",
)
def test_what_cannot_be_is_one_line(
    cli: Cli, examples: Path, tmp_path: Path, words: list[str], said: str
) -> None:
    refused(cli("brief", examples / "2023-03-02--kreminna-forest.md", *words, "-o",
                tmp_path / "o.md"), said)  # fmt: skip
    assert not (tmp_path / "o.md").exists()


def test_the_ending_says_the_form(cli: Cli, examples: Path, tmp_path: Path) -> None:
    words = (examples, "--region", "Ukraine", "-o")
    refused(cli("brief", *words, tmp_path / "b.pdf"), ".md, .html or .json")
    (tmp_path / "file").write_text("")
    each = (examples, "--each", "admin1", "-o", tmp_path / "file")
    refused(cli("brief", *each), "is a file")


def test_lengths_and_periods() -> None:
    assert [length_of(t) for t in ("7d", "2 weeks", "day", "Week", "10 days")] == [7, 14, 1, 7, 10]
    with pytest.raises(SettingsError, match="no length"):
        length_of("month of May")
    assert period_of([]).told()["text"] == "undated reports"
    assert period_of([]).before is None
