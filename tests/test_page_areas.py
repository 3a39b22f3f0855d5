"""Ground in square kilometres and lines as the page reads them, against shapely and geodesy."""

from __future__ import annotations

import json
import math
from typing import Any

import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from map_samples import sample
from page_html import sample_page
from shapely import Polygon, affinity

from geomap import geodesy
from geomap.output.basemap import BasemapData
from geomap.output.drawn_text import DECIMALS, geometry_text, line_text
from geomap.output.map import render_map

pytestmark = pytest.mark.browser
MEASURE = """(cases) => cases.map(([inside, outside]) =>
  geomap.areaKm2(inside.map(t => geomap.shape(t)), outside.map(t => geomap.shape(t))))"""


def box(west: float, south: float, east: float, north: float, step: float = 0.05) -> Any:
    """Return a box whose edges have vertices, so that they follow their parallels."""
    return shapely.segmentize(shapely.box(west, south, east, north), step)


def star(lon: float, lat: float, corners: int, wide: float, narrow: float) -> Any:
    turns = [2 * math.pi * n / (2 * corners) for n in range(2 * corners)]
    return Polygon([
        (lon + reach * math.cos(t), lat + reach * math.sin(t))
        for n, t in enumerate(turns)
        for reach in [wide if n % 2 else narrow]
    ])  # fmt: skip


WHOLE = box(37.0, 48.0, 38.0, 49.0)
HOLED = shapely.difference(WHOLE, box(37.3, 48.3, 37.6, 48.7))
ISLES = shapely.multipolygons(
    [*shapely.get_parts(HOLED), box(38.5, 48.1, 39.0, 48.4), star(37.45, 48.5, 5, 0.1, 0.05)]
)
CASES = {
    "a box": ([WHOLE], []),
    "a star": ([star(37.5, 48.5, 9, 0.6, 0.2)], []),
    "a hole": ([HOLED], []),
    "parts, one in another's hole": ([ISLES], []),
    "all but a box": ([WHOLE], [box(37.5, 48.0, 38.5, 49.0)]),
    "what two share": ([WHOLE, box(37.8, 48.6, 38.6, 49.4)], []),
    "two stars less a third": (
        [star(37.5, 48.5, 7, 0.6, 0.3), star(37.7, 48.6, 5, 0.7, 0.3)],
        [star(37.4, 48.7, 4, 0.4, 0.2)],
    ),
    "a hole and what lies over its edge": ([HOLED, box(37.2, 48.2, 37.5, 48.5)], []),
    "less two": ([ISLES], [box(37.0, 48.0, 37.2, 49.0), box(38.6, 48.0, 39.2, 48.2)]),
    "in the south": ([affinity.translate(HOLED, 10, -80)], []),
    "across the equator": ([affinity.translate(ISLES, -40, -48.5)], []),
    "far north": ([affinity.translate(HOLED, 0, 20)], []),
    "a thin strip": ([box(37.0, 48.0, 38.0, 48.02)], []),
    "a narrow column": ([box(37.0, 48.0, 37.01, 49.0)], []),
    "a small field": ([box(37.0, 48.0, 37.02, 48.01, 0.01)], []),
    "turned": ([affinity.rotate(WHOLE, 33)], [affinity.rotate(WHOLE, 71, origin=(37.4, 48.6))]),
    "the same less itself": ([ISLES], [ISLES]),
    "beside each other": ([WHOLE], [box(38.0, 48.0, 39.0, 49.0)]),
    "apart": ([WHOLE, box(40.0, 48.0, 41.0, 49.0)], []),
    "within": ([box(37.4, 48.4, 37.5, 48.5)], [WHOLE]),
}  # fmt: skip


def texts(shapes: list[Any]) -> list[str]:
    return [geometry_text(shapely.geometry.mapping(s)) for s in shapes]


def truth(inside: list[Any], outside: list[Any]) -> float:
    left = shapely.intersection_all(inside)
    for one in outside:
        left = shapely.difference(left, one)
    return float(geodesy.area_km2(left))


@pytest.fixture(scope="module")
def measured(_pages: Any) -> dict[str, float]:
    """What the page measures of each case, asked all at once."""
    asked = [[texts(inside), texts(outside)] for inside, outside in CASES.values()]
    found = _pages(sample_page()).page.evaluate(MEASURE, asked)
    assert _pages.faults() == []
    return dict(zip(CASES, found, strict=True))


@pytest.mark.parametrize("name", CASES)
def test_square_kilometres(measured: dict[str, float], name: str) -> None:
    assert measured[name] == pytest.approx(truth(*CASES[name]), rel=0.01, abs=0.02)


def test_square_kilometres_of_nothing(show: Any) -> None:
    found = show(sample_page()).page.evaluate(MEASURE, [[[], []], [[""], []]])
    assert found == [0, 0]


def test_drawn_slips_of_one_border_are_no_ground(show: Any) -> None:
    """The same border simplified twice differs by metres along its whole length."""
    west = shapely.box(37.0, 48.0, 37.5, 49.0)
    wavy = [(37.5 + 0.0005 * math.sin(40 * n), 48 + n / 100) for n in range(101)]
    other = Polygon([*wavy, (37.0, 49.0), (37.0, 48.0)])
    (found,) = show(sample_page()).page.evaluate(MEASURE, [[texts([west]), texts([other])]])
    assert truth([west], [other]) > 0.5
    assert found < 0.05


# ---- Who gained how much, as the page says it ----


def ground(day: str, west: Any, east: Any) -> dict[str, Any]:
    sides = [("A", "Russia", "#b5562f", east), ("B", "Ukraine", "#2b6cb0", west)]
    return {
        "date": day, "band": None, "seeds": [],
        "pieces": [{"lines": [[[37.5, 48.0], [37.5, 49.0]]], "status": "given", "km": 111.0}],
        "control": [
            {"side": s, "party": p, "colour": c, "geometry": shapely.geometry.mapping(g)}
            for s, p, c, g in sides if g is not None
        ],
    }  # fmt: skip


def halves(x: float) -> tuple[Any, Any]:
    """Return west and east of a bent border with a pocket on its far side."""
    pocket = box(37.9, 48.4, 38.0, 48.5)
    bent = [(x + 0.05 * math.sin(n / 9), 48 + n / 100) for n in range(101)]
    west = Polygon([*bent, (36.5, 49.0), (36.5, 48.0)])
    east = shapely.difference(Polygon([*bent, (38.5, 49.0), (38.5, 48.0)]), pocket)
    return shapely.union(west, pocket), east


DATES = ("2023-03-12", "2023-03-14", "2023-03-16")
GROUNDS = [halves(37.6), halves(37.4), halves(37.45)]


@pytest.fixture(scope="module")
def moving() -> str:
    days = [ground(d, *g) for d, g in zip(DATES, GROUNDS, strict=True)]
    front = {"dates": days, "evidence": [], "movement": [], "sides": {}}
    return render_map(sample(), basemap=BasemapData(), front=front)


@pytest.mark.parametrize(
    ("window", "first", "last"),
    [("all", 0, 2), ((0, 1), 0, 1), ((1, 2), 1, 2), ("day 1", 0, 1), ("day 2", 1, 2)],
)
def test_who_gained_what_in_the_window(
    show: Any, moving: str, window: Any, first: int, last: int
) -> None:
    opened = show(moving)
    if isinstance(window, tuple):
        opened.drag(opened.day_xy(DATES[window[0]]), opened.day_xy(DATES[window[1]]))
    elif window != "all":
        opened.page.mouse.click(*opened.day_xy(DATES[int(window[-1])]))
    opened.settle()
    rows = [r for r in opened.page.locator("#gm-front li").all_inner_texts() if "gained" in r]
    true = {
        "Ukraine": geodesy.area_km2(shapely.intersection(GROUNDS[last][0], GROUNDS[first][1])),
        "Russia": geodesy.area_km2(shapely.intersection(GROUNDS[last][1], GROUNDS[first][0])),
    }
    told = {
        party: next((r for r in rows if f"gained by {party}" in r), f"since {0}: 0 km²")
        for party in true
    }
    for party, km2 in true.items():
        number = float(told[party].split(": ")[1].split(" km")[0].replace(",", ""))
        assert number == pytest.approx(km2, rel=0.01, abs=0.06)
    assert max(true.values()) > 300


def test_a_day_without_movement_and_ground_of_one_side(show: Any) -> None:
    west, east = GROUNDS[0]
    still = {"dates": [ground(d, west, east) for d in DATES[:2]], "evidence": [], "movement": []}
    opened = show(render_map(sample(), basemap=BasemapData(), front=still))
    assert "no ground changed hands since 12 Mar 2023" in opened.text("#gm-front")
    one = {
        "dates": [ground(DATES[0], None, east), ground(DATES[1], None, GROUNDS[1][1])],
        "evidence": [], "movement": [],
    }  # fmt: skip
    opened = show(render_map(sample(), basemap=BasemapData(), front=one))
    km2 = geodesy.area_km2(shapely.difference(GROUNDS[1][1], east))
    (row,) = [r for r in opened.page.locator("#gm-front li").all_inner_texts() if "gained" in r]
    assert "Russia" in row
    assert float(row.split(": ")[1].split(" km")[0].replace(",", "")) == pytest.approx(
        km2, rel=0.01
    )


# ---- Lines as letters ----

DEGREES = st.tuples(st.floats(-180, 180), st.floats(-85, 85))
READ = """(texts) => texts.map(t => geomap.shape(t).parts.map(rings => rings.map(ring =>
  Array.from({length: ring.length / 2}, (_, i) => [geomap.lonOf(ring[2 * i]),
    geomap.latOf(ring[2 * i + 1])]))))"""


@settings(max_examples=40, deadline=None)
@given(st.lists(st.lists(DEGREES, min_size=1, max_size=30), min_size=1, max_size=12))
def test_letters_are_plain_and_lines_start_anywhere(lines: list[list[tuple[float, float]]]) -> None:
    for line in lines:
        text = line_text(line)
        assert all("?" <= letter <= "~" for letter in text)  # none of " , <"
        assert json.loads(json.dumps(text)) == text


def made_lines(count: int) -> list[list[tuple[float, float]]]:
    """Return lines of all lengths and steps: hypothesis cannot drive a page."""
    import random

    chance = random.Random(7)
    found = []
    for n in range(count):
        at = [chance.uniform(-180, 180), chance.uniform(-85, 85)]
        line = [tuple(at)]
        step = 10 ** chance.uniform(-4, 1)
        for _ in range(n % 40):
            at = [max(-180, min(180, at[0] + chance.gauss(0, step))),
                  max(-85, min(85, at[1] + chance.gauss(0, step)))]  # fmt: skip
            line.append(tuple(at))
        found.append(line)
    return [*found, [(0.0, 0.0)], [(-180.0, -85.0), (180.0, 85.0), (-180.0, 85.0)]]


def test_the_page_reads_the_lines_that_were_written(show: Any) -> None:
    lines = made_lines(400)
    read = show(sample_page()).page.evaluate(READ, [line_text(line) for line in lines])
    for line, ((found,),) in zip(lines, read, strict=True):
        # Vertices that are the same once rounded are written once.
        rounded = [tuple(round(v * 10**DECIMALS) for v in position) for position in line]
        kept = [p for n, p in enumerate(line) if n == 0 or rounded[n] != rounded[n - 1]]
        assert len(found) == len(kept)
        for (lon, lat), (x, y) in zip(kept, found, strict=True):
            assert abs(lon - x) <= 1e-4
            assert abs(lat - y) <= 1e-4


def test_rings_and_parts_are_kept_apart(show: Any) -> None:
    page = show(sample_page()).page
    (parts,) = page.evaluate(READ, texts([ISLES]))
    assert [len(rings) for rings in parts] == [1 + len(p.interiors) for p in ISLES.geoms]
    (line,) = page.evaluate(
        READ, texts([shapely.MultiLineString([[(1, 2), (3, 4)], [(5, 6), (7, 8)]])])
    )
    assert [[[round(v, 4) for v in p] for p in part[0]] for part in line] == [
        [[1, 2], [3, 4]], [[5, 6], [7, 8]],
    ]  # fmt: skip
