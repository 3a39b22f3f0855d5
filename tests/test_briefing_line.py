"""Where a briefing says that the line stands, and where it moved."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from typing import Any

import pytest
import shapely

from geomap import geodesy
from geomap.front.theatre import load_theatre
from geomap.models import Front, FrontPiece
from geomap.output.briefing.line import line_section
from geomap.output.briefing.line_states import gains, of_front
from geomap.output.briefing.places import NamedPlace
from geomap.output.briefing.words import Days

FIRST, LAST = dt.date(2025, 2, 1), dt.date(2025, 2, 8)
REGION = shapely.box(37.0, 48.0, 39.0, 49.0)


def state(day: dt.date, lon: float, *, band_deg: float = 0.01, support: Any = "reports") -> Any:
    """A straight line from north to south: A holds the east, B the west."""
    line = shapely.LineString([(lon, 49.5), (lon, 47.5)])
    ground = (("A", shapely.box(lon, 47.5, 40, 49.5)), ("B", shapely.box(36, 47.5, lon, 49.5)))
    piece = FrontPiece(line, 0.9, support, 5.0)
    band = shapely.box(lon - band_deg, 47.5, lon + band_deg, 49.5)
    return of_front(Front(day, (piece,), band, ground), f"line of {day}")


def place(name: str, lon: float) -> NamedPlace:
    p = {"article_id": "a", "sentence_start": 0, "radius_km": 1.0}
    return NamedPlace(name, None, None, 48.5, lon, "settlement", (p,), label=name)


def texts(now: Any, before: Any, places: Any = (), until: dt.date | None = None) -> list[str]:
    found = line_section(now, before, REGION, places, load_theatre(), Days(2025), until)
    assert found is not None
    return [s.text for s in (*found.statements, *found.changes)]


def test_ground_gained_is_measured_in_the_region() -> None:
    before, now = state(FIRST, 38.1), state(LAST, 38.0)
    (gain,) = gains(before.within(REGION), now.within(REGION))
    strip = geodesy.area_km2(shapely.box(38.0, 48.0, 38.1, 49.0))
    assert gain.side == "A"
    assert gain.area_km2 == pytest.approx(strip, rel=1e-3)
    assert gain.sure_km2 == pytest.approx(strip * 0.8, rel=0.01)
    told = texts(now, before)
    gained = f"Russia gained {strip:,.0f} km² here since 1 February, of which "
    assert f"By the lines that geomap draws from the reports, {gained}" in " ".join(told)


def test_a_movement_within_the_doubt_is_told_as_such() -> None:
    now, before = state(LAST, 38.0, band_deg=0.2), state(FIRST, 38.1, band_deg=0.2)
    found = line_section(now, before, REGION, (), load_theatre(), Days(2025))
    assert found is not None
    told = [s.text for s in found.statements]
    assert any(t.endswith("all of it within the doubt of the two lines.") for t in told)
    assert [s.text for s in found.top] == [
        "Since 1 February the line has not moved here by more than its doubt."
    ]


def test_a_place_within_the_doubt_of_a_line_is_not_said_to_have_changed_sides() -> None:
    told = texts(state(LAST, 38.0), state(FIRST, 38.1), [place("T", 38.01), place("U", 38.05)])
    assert [t[0] for t in told if "lay on the side" in t] == ["U"]


def test_a_line_that_stood_still_is_said_to() -> None:
    told = texts(state(LAST, 38.0), state(FIRST, 38.0))
    assert "Since 1 February the line has not moved here by more than the drawing can tell." in told


def test_places_that_changed_sides_are_named() -> None:
    told = texts(state(LAST, 38.0), state(FIRST, 38.1), [place("Toretsk", 38.05), place("X", 37.5)])
    changed = [t for t in told if "lay on the side" in t]
    assert len(changed) == 1
    assert changed[0].startswith(
        "Toretsk lay on the side of Ukraine on 1 February and lies on that of Russia on 8 February"
    )
    assert "3.7 km from the line, which is drawn to within 2.5 km." in changed[0]


def test_what_it_rests_on_and_how_old_it_is_are_told() -> None:
    told = texts(state(LAST, 38.0), None, until=dt.date(2025, 2, 11))
    length = geodesy.length_km(shapely.LineString([(38, 48), (38, 49)]))
    assert told[0] == (
        f"On 8 February the line of contact runs through here for {length:.0f} km, as geomap "
        "draws it from the reports."
    )
    assert "That is three days before the period ends: no later line is at hand." in told
    assert "Of its length here, 100 % rests on what reports say near it." in told
    assert "It is drawn to within 2.5 km of where it runs, in four cases of five." in told
    assert "No earlier line is at hand to compare it with." in told


def test_a_stretch_that_rests_on_nothing_is_unknown() -> None:
    found = line_section(
        state(LAST, 38.0, support="none"), None, REGION, (), load_theatre(), Days(2025)
    )
    assert found is not None
    assert not found.measured
    assert [s.text for s in found.statements] == [
        "The reports tell too little of the line of contact here to draw it: "
        "0 % of it would rest on them."
    ]
    assert found.top == ()


def test_a_line_that_was_a_guess_tells_no_movement() -> None:
    told = texts(state(LAST, 38.0), state(FIRST, 38.1, support="none"), [place("T", 38.05)])
    assert not any("gained" in t or "lay on the side" in t for t in told)
    assert any(t.startswith("What moved since 1 February is not known") for t in told)


def test_a_stretch_that_joins_what_is_known_is_told() -> None:
    mixed = state(LAST, 38.0)
    piece = replace(mixed.stretches[0], geometry=shapely.LineString([(38.0, 48.4), (38.0, 47.5)]))
    rest = replace(piece, status="unsupported",
                   geometry=shapely.LineString([(38.0, 48.4), (38.0, 49.5)]))  # fmt: skip
    both = replace(mixed, stretches=(piece, rest))
    found = line_section(both, None, REGION, (), load_theatre(), Days(2025))
    assert found is not None
    assert found.unsupported is not None
    assert "rest on no report" in found.unsupported.text


def test_a_line_elsewhere_does_not_run_here() -> None:
    assert texts(state(LAST, 39.5), None) == [
        "The line of contact of 8 February does not run through here: it is 37 km away at the "
        "nearest."
    ]
    far = line_section(
        state(LAST, 38.0), None, shapely.box(20, 48, 21, 49), (), load_theatre(), Days(2025)
    )
    assert far is None
