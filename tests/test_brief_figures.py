"""The small map and the charts of a briefing: what is on them, and where."""

from __future__ import annotations

import datetime as dt
import io
import itertools
import random
import re
from typing import Any
from xml.etree import ElementTree

import pytest
import shapely
from map_samples import HOSTILE, hostile, many, mention, sample, sample_front

from geomap.output.basemap import BasemapData
from geomap.output.brief_activity import sparkline_svg, sparkline_text
from geomap.output.brief_figures import SIZE_IN, SIZE_PX, available, map_bounds, map_view, small_map

WEST = shapely.box(36.6, 47.4, 37.7, 49.9)  # in it Kupiansk, Vuhledar and Marinka


def days(first: str, counts: list[int]) -> list[dict[str, Any]]:
    start = dt.date.fromisoformat(first)
    return [
        {"date": (start + dt.timedelta(days=n)).isoformat(), "reports": count}
        for n, count in enumerate(counts)
    ]


# ---- Charts ----


def tree(svg: str) -> Any:
    return ElementTree.fromstring(svg)


def words(svg: str) -> list[str]:
    return [str(t.text) for t in tree(svg).iter("text")]


def test_a_bar_for_each_day_with_the_period_before_paler() -> None:
    svg = sparkline_svg(days("2026-02-15", [2, 0, 4]), days("2026-02-12", [1, 1, 0]))
    bars = list(tree(svg).iter("rect"))
    assert [b.find("title").text for b in bars] == [
        "12 Feb 2026: 1 report", "13 Feb 2026: 1 report", "14 Feb 2026: 0 reports",
        "15 Feb 2026: 2 reports", "16 Feb 2026: 0 reports", "17 Feb 2026: 4 reports",
    ]  # fmt: skip
    assert [b.get("fill-opacity") for b in bars] == ["0.4"] * 3 + [None] * 3
    tall = [float(b.get("height")) for b in bars]
    assert tall == [11.0, 11.0, 0.0, 22.0, 0.0, 44.0]
    left = [float(b.get("x")[:-1]) for b in bars]
    wide = float(bars[0].get("width")[:-1])
    assert all(b - a > wide for a, b in itertools.pairwise(left))
    assert words(svg) == ["12 Feb 2026", "15 Feb 2026", "17 Feb 2026", "4"]
    assert tree(svg).find("desc").text == (
        "15 Feb 2026 – 17 Feb 2026: 6 reports, by day 2, 0, 4. "
        "Before, 12 Feb 2026 – 14 Feb 2026: 2 reports."
    )


@pytest.mark.parametrize(
    ("count", "unit", "bars"),
    [(120, "day", 120), (121, "week", 18), (840, "week", 120), (841, "month", 29),
     (3700, "year", 11)],
)  # fmt: skip
def test_many_days_are_gathered(count: int, unit: str, bars: int) -> None:
    svg = sparkline_svg(days("2022-02-24", [1] * count))
    found = [b.find("title").text for b in tree(svg).iter("rect")]
    assert len(found) == bars
    assert tree(svg).find("title").text == f"Reports per {unit}"
    told = [int(re.search(r"([\d,]+) report", t)[1].replace(",", "")) for t in found]
    assert sum(told) == count
    if unit == "week":
        assert told[-1] == 7  # the newest week is whole


@pytest.mark.parametrize("share", range(1, 20))
def test_dates_never_run_into_each_other(share: int) -> None:
    svg = sparkline_svg(days("2026-02-15", [1] * (20 - share)), days("2026-01-15", [1] * share))
    ends = []
    for t in tree(svg).iter("text"):
        if t.get("y") != "72":
            continue
        x = 358 * float(t.get("x").rstrip("%")) / 100  # on a phone
        wide = 6.9 * len(t.text)
        ends.append((x - wide, x) if t.get("text-anchor") == "end" else (x, x + wide))
    assert len(ends) in (2, 3)
    assert all(a[1] < b[0] for a, b in itertools.pairwise(ends))
    assert ends[-1][1] <= 358


def test_no_days_no_chart_and_no_report_no_bar() -> None:
    assert sparkline_svg([]) == sparkline_text([]) == ""
    none = sparkline_svg(days("2026-02-15", [0, 0]))
    assert {b.get("height") for b in tree(none).iter("rect")} == {"0.00"}
    assert words(none) == ["15 Feb 2026", "16 Feb 2026"]
    with pytest.raises(ValueError, match="word"):
        sparkline_svg(days("2026-02-15", [1]), name='x" onload="')
    with pytest.raises(ValueError, match="<b>"):
        sparkline_svg([{"date": "<b>", "reports": 1}])


def test_blocks_tell_none_from_few() -> None:
    assert sparkline_text(days("2026-02-15", [0, 1, 50, 100])) == "▁▂▅█"
    assert sparkline_text(days("2026-02-15", [0, 0])) == "▁▁"
    assert len(sparkline_text(days("2022-02-24", [1] * 365))) == 53


# ---- The small map ----

needs_matplotlib = pytest.mark.skipif(not available(), reason="pip install 'geomap[picture]'")


@pytest.fixture(scope="module")
def basemap() -> BasemapData:
    land = {"type": "Polygon", "coordinates": [[[25, 40], [50, 40], [50, 60], [25, 60], [25, 40]]]}
    return BasemapData(
        countries=[{"type": "Feature", "properties": {"role": "land"}, "geometry": land}],
        towns=[("Bakhmut", 48.595, 38.0, 71094, None), ("Kupiansk", 49.71, 37.617, 26627, None)],
    )


def drawn(collection: dict[str, Any], basemap: BasemapData, **more: Any) -> Any:
    from PIL import Image

    image = Image.open(io.BytesIO(small_map(collection, basemap=basemap, **more)))
    image.load()
    return image.convert("RGB")


@needs_matplotlib
def test_its_size_and_bytes(basemap: BasemapData) -> None:
    from PIL import Image

    told = sample()
    first = small_map(told, basemap=basemap, front=sample_front(), region=WEST)
    random.Random(1).shuffle(told["features"])
    assert small_map(told, basemap=basemap, front=sample_front(), region=WEST) == first
    with Image.open(io.BytesIO(first)) as image:
        assert (image.format, image.size) == ("PNG", SIZE_PX)
        assert set(image.info) == {"dpi"}
    assert len(small_map(many(1000), basemap=basemap)) < 250_000


@needs_matplotlib
def test_it_is_framed_on_the_region_and_pales_beyond_it(basemap: BasemapData) -> None:
    empty: dict[str, Any] = {"features": []}
    view = map_view(map_bounds(empty, None, WEST))
    for x, y in ((36.6, 47.4), (37.7, 49.9)):
        px, py = view.inches([x], [y])
        assert view.holds(float(px[0]), float(py[0]))
    image = drawn(empty, basemap, region=WEST)
    inside, beyond = (
        image.getpixel(view.pixel(lon, 48.5, SIZE_IN[1], 200)) for lon in (37.1, 38.5)
    )
    assert inside == (0xF6, 0xF5, 0xF1)  # land
    assert sum(beyond) > sum(inside)
    edge = view.pixel(37.7, 48.5, SIZE_IN[1], 200)
    assert min(sum(image.getpixel((edge[0] + d, edge[1]))) for d in range(-3, 4)) < 300


@needs_matplotlib
def test_marks_and_their_colours_stay_pure(basemap: BasemapData) -> None:
    told = {"features": [mention("2023-03-12", "Vuhledar", "Vuhledar.")]}
    view = map_view(map_bounds(told, None, WEST))
    image = drawn(told, basemap, region=WEST)
    assert image.getpixel(view.pixel(37.249, 47.779, SIZE_IN[1], 200)) == (0x0B, 0x5F, 0x66)
    assert image.getpixel((5, SIZE_PX[1] - 3)) == (255, 255, 255)


@needs_matplotlib
def test_the_line_before_is_drawn_thin_where_it_moved(basemap: BasemapData) -> None:
    front = sample_front()
    view = map_view(map_bounds({"features": []}, None, WEST))
    now = front["dates"][-1] | {"band": None, "seeds": []}
    pieces = front["dates"][0]["pieces"]
    lines = [[[37.0, 47.5], [37.0, 49.8]]]
    before = front["dates"][0] | {"pieces": [pieces[0] | {"lines": lines}], "control": []}
    moved = {"dates": [before | {"seeds": []}, now], "movement": []}
    both, one = (
        drawn({"features": []}, basemap, region=WEST, front=f)
        for f in (moved, {"dates": [now], "movement": []})
    )

    def dark(image: Any) -> int:
        """Count dark pixels across the course of the line before."""
        found = 0
        for n in range(200):
            x, y = view.pixel(37.0, 47.6 + n * 0.01, SIZE_IN[1], 200)
            found += min(sum(image.getpixel((x + d, y))) for d in range(-2, 3)) < 300
        return found

    assert dark(one) < 20
    assert 80 < dark(both) < 190  # dashes


@needs_matplotlib
def test_nothing_and_hostile_names_are_drawn(
    basemap: BasemapData, monkeypatch: pytest.MonkeyPatch
) -> None:
    from geomap.output import picture_text

    assert drawn({"features": []}, BasemapData()).size == SIZE_PX
    written: list[str] = []
    keep = picture_text.write

    def spy(page: Any, x: float, y: float, text: str, *rest: Any, **more: Any) -> Any:
        written.append(text)
        return keep(page, x, y, text, *rest, **more)

    for module in ("picture_legend", "picture_labels"):
        monkeypatch.setattr(f"geomap.output.{module}.write", spy)
    drawn(hostile(), basemap, attribution=HOSTILE)
    assert any("{{ 7*7 }}" in text for text in written)
    assert not any("\u202e" in text for text in written)


@needs_matplotlib
def test_the_legend_has_what_is_drawn_and_no_more(
    basemap: BasemapData, monkeypatch: pytest.MonkeyPatch
) -> None:
    from geomap.output.picture_legend import Legend

    rows: list[str] = []
    keep = Legend.row

    def spy(self: Any, paint: Any, text: str) -> None:
        rows.append(text)
        keep(self, paint, text)

    monkeypatch.setattr(Legend, "row", spy)
    drawn({"features": [mention("2023-03-12", "Vuhledar", "Vuhledar.")]}, basemap, region=WEST)
    assert rows == ["place named"]
    rows.clear()
    drawn(sample(), basemap, front=sample_front(), region=WEST)
    assert rows == [
        "supported by reports", "from an earlier line", "no evidence, only joined",
        "line of 12 Mar 2023", "80 % probability", "held by Russia", "held by Ukraine",
        "gained by Russia", "seed town", "place named", "number of mentions",
        "place known roughly", "an area, not a point", "somewhere in here", "claim about Russia",
        "claim about Ukraine", "said not to be so", "pointed to by hints", "paler: less sure",
    ]  # fmt: skip
    rows.clear()
    drawn(many(400), basemap)
    assert any("signs left out: named" in text for text in rows)
