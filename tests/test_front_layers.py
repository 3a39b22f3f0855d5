"""What the map draws of a file of lines: by date, with the movement between dates."""

from __future__ import annotations

import datetime as dt
import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
import shapely
from front_samples import DAYS, evidence_of, front

import geomap
from geomap.front.theatre import load_theatre
from geomap.output.front_layers import front_drawing
from geomap.output.fronts import front_collection
from geomap.output.geojson import dumps
from geomap.output.lines import read_lines

if TYPE_CHECKING:
    from pathlib import Path

    from geomap import Pipeline

THIRD = dt.date(2023, 3, 20)


def drawn(path: Path, *fronts: Any, reports: Any = ()) -> dict[str, Any]:
    whole = front_collection(
        fronts, theatre=load_theatre(), reports=reports, generator={"name": "geomap"}
    )
    path.write_text(dumps(whole), encoding="utf-8")
    found = front_drawing(path, read_lines(path).lines, load_theatre())
    assert found is not None
    json.dumps(found)
    return found


def test_what_geomap_front_wrote(tmp_path: Path, examples: Path, pipeline: Pipeline) -> None:
    reports = pipeline.run(geomap.read_articles([examples])).reports
    basis = evidence_of(reports, dt.date(2100, 1, 1))
    found = drawn(
        tmp_path / "f.geojson",
        front(DAYS[0], 0.0, basis[:2]), front(DAYS[1], 0.1), reports=reports,
    )  # fmt: skip
    assert [d["date"] for d in found["dates"]] == ["2023-03-02", "2023-03-14"]
    first = found["dates"][0]
    assert [p["status"] for p in first["pieces"]] == ["supported", "prior", "unsupported"]
    assert [c["party"].split(",")[0] for c in first["control"]] == ["Russia", "Ukraine"]
    assert first["band"]["type"] == "MultiPolygon"
    assert first["seeds"][0]["name"] == "Sloviansk"
    assert [len(p["evidence"]) for p in first["pieces"]] == [2, 0, 0]
    assert len(found["evidence"]) == 2
    assert all(e["sentence"] for e in found["evidence"])


def test_movement_is_told_from_the_first_line_to_the_last(tmp_path: Path) -> None:
    """Between any two dates the page works it out itself (test_page_areas)."""
    fronts = [front(DAYS[0], 0.0), front(DAYS[1], 0.1), front(THIRD, 0.05)]
    found = drawn(tmp_path / "f.geojson", *fronts)
    (told,) = found["movement"]
    assert (told["from"], told["to"]) == ("2023-03-02", "2023-03-20")
    km2 = {g["side"]: g["km2"] for g in told["gains"]}
    half_a_strip = 575.0  # km2: a twentieth of a degree wide, 1.4 degrees high
    assert km2 == {"A": pytest.approx(half_a_strip, rel=0.02), "B": 0}
    back = drawn(tmp_path / "f.geojson", front(DAYS[0], 0.1), front(THIRD, 0.05))
    km2 = {g["side"]: g["km2"] for g in back["movement"][0]["gains"]}
    assert km2 == {"A": 0, "B": pytest.approx(half_a_strip, rel=0.02)}


def test_one_line_has_not_moved(tmp_path: Path) -> None:
    assert drawn(tmp_path / "f.geojson", front(DAYS[0]))["movement"] == []


def test_sides_are_told_with_their_leading_parties(tmp_path: Path) -> None:
    parties = {p.side: p for p in reversed(load_theatre().parties)}
    found = drawn(tmp_path / "f.geojson", front(DAYS[0]))
    assert found["sides"] == {
        side: {"party": parties[side].name, "colour": parties[side].colour} for side in ("A", "B")
    }


def test_what_may_be_doubt_and_no_movement_is_told_apart(tmp_path: Path) -> None:
    def sure(shift: float) -> tuple[float, float]:
        found = drawn(tmp_path / "f.geojson", front(DAYS[0], 0.0), front(DAYS[1], shift))
        (gain,) = [g for m in found["movement"] for g in m["gains"] if g["km2"]]
        return gain["km2"], gain["sure_km2"]

    assert sure(0.05)[1] == 0  # within the bands: 0.12 degree to the west, 0.06 to the east
    gained, beyond = sure(0.3)
    assert beyond == pytest.approx(gained * (0.3 - 0.12 - 0.06) / 0.3, rel=0.02)


def test_ground_of_one_side_only_and_ground_not_known_before(tmp_path: Path) -> None:
    def only(side: str, day: dt.date, shift: float) -> Any:
        whole = front(day, shift)
        return replace(whole, control=tuple(c for c in whole.control if c[0] == side))

    path = tmp_path / "f.geojson"
    found = drawn(path, only("A", DAYS[0], 0.0), only("A", DAYS[1], 0.1))
    (told,) = found["movement"]
    assert [g["side"] for g in told["gains"] if g["km2"]] == ["A"]
    found = drawn(path, only("A", DAYS[0], 0.1), only("A", DAYS[1], 0.0))
    (told,) = found["movement"]
    assert [g["side"] for g in told["gains"] if g["km2"]] == ["B"]
    # What nobody was known to hold before is no gain.
    wide = replace(
        front(DAYS[1]), control=(*front(DAYS[1]).control[1:], ("A", shapely.box(38, 47, 40, 49.4)))
    )
    (told,) = drawn(path, front(DAYS[0]), wide)["movement"]
    assert [g["km2"] for g in told["gains"]] == [0, 0]


def test_lines_of_others(tmp_path: Path) -> None:
    rows = [
        {"type": "Feature", "properties": {"kind": "contact_line"}, "geometry": g}
        for g in ({"type": "LineString", "coordinates": [[38.0, 49.4], [38.0, 48.0]]},)
    ]
    path = tmp_path / "line.geojson"
    path.write_text(json.dumps({"type": "FeatureCollection", "features": rows}))
    found = front_drawing(path, read_lines(path).lines, load_theatre())
    assert found is not None
    (day,) = found["dates"]
    assert day["date"] is None
    assert day["pieces"][0]["status"] == "given"
    assert day["pieces"][0]["source"] == "line.geojson"
    assert found["movement"] == []


@pytest.mark.shared
def test_reference_lines_have_moved(shared: Path, tmp_path: Path) -> None:
    rows = []
    for day in ("2025-02-05", "2025-05-10"):
        rows += json.loads((shared / "frontlines" / f"{day}.geojson").read_text())["features"]
    path = tmp_path / "lines.geojson"
    path.write_text(json.dumps({"type": "FeatureCollection", "features": rows}))
    found = front_drawing(path, read_lines(path).lines, load_theatre())
    assert found is not None
    (moved,) = found["movement"]
    gains = {g["side"]: g["km2"] for g in moved["gains"]}
    assert 400 < gains["A"] < 800  # 558 by the areas that the files state
    assert gains["B"] < 60
