"""The page of a map with many reports and lines, beside folium's own time player.

    python -m benchmarks map_page [--reports 10000] [--days 900] [--lines 300] [--evidence]
                                  [--no-folium] [--folder DIR]

Made-up reports go through the whole of geomap once (what was read is kept in the folder, for the
page is drawn more often than the reports change); the page is then opened in Chromium with the
network cut. With `--evidence` the lines name the sentences that they rest on.
"""

from __future__ import annotations

import argparse
import datetime as dt
import resource
import statistics
import tempfile
import time
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from benchmarks import folium_player
from benchmarks.made_reports import FIRST, Made
from benchmarks.page_timing import STEPS, Page, browser, opened, several
from geomap.map_commands import MapRun
from geomap.results import Results

if TYPE_CHECKING:
    from collections.abc import Sequence

    from geomap.output.layers import Feature

OPENED = 3  # times
_READY = "document.documentElement.dataset.ready === 'true'"
_NEXT = "#gm-next"
_MIDDLE, _END = 0.45, 65  # where stepping begins: a share of the days; days before the last


class _Read(MapRun):
    """The command `geomap map` on what has been read already."""

    def __init__(self, made: Made, rows: Sequence[Feature]) -> None:
        super().__init__([str(made.articles_path)], {}, False, front=made.lines_path)
        self.rows = list(rows)

    def results(self, spans: Path | None = None) -> Results:  # noqa: ARG002
        return Results(())

    def features(self, results: Results) -> list[Feature]:  # noqa: ARG002
        return self.rows


def run(*asked: str) -> int:
    """Make the pages, open them, and print the figures."""
    from playwright.sync_api import Error, sync_playwright

    given = _options(asked)
    made = Made(
        given.folder / f"{given.reports}-{given.days}-{given.lines}{'-evidence' * given.evidence}",
        given.reports, min(given.days, given.reports), given.lines, given.evidence,
    )  # fmt: skip
    began = time.perf_counter()
    rows, read_s = made.rows()
    _tell("read by geomap", f"{given.reports:,} reports in {read_s:.0f} s: {len(rows):,} features")
    _tell("(this time)", f"{time.perf_counter() - began:.0f} s, or from {made.folder}")
    path = made.folder / "map.html"
    began = time.perf_counter()
    _Read(made, rows).map(path)
    _tell("page made in", f"{time.perf_counter() - began:.1f} s")
    peak_mb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    _tell("peak memory so far", f"{peak_mb:.0f} MB")
    _tell("lines", _about(made.lines_path))
    with sync_playwright() as playwright:
        chromium = browser(playwright)
        failed = False
        try:
            _ours(chromium, path, made)
        except Error as error:  # folium's figures are wanted all the same
            _tell("failed", str(error).splitlines()[0])
            failed = True
        chromium.close()
        if not given.no_folium:
            chromium = browser(playwright)  # a browser of its own: nothing is left in its memory
            _folium(chromium, made, rows, given.folder / "npm")
            chromium.close()
    return 1 if failed else 0


def _options(asked: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks map_page")
    parser.add_argument("--reports", type=int, default=10_000)
    parser.add_argument("--days", type=int, default=900)
    parser.add_argument("--lines", type=int, default=300)
    parser.add_argument("--evidence", action="store_true")
    parser.add_argument("--no-folium", action="store_true")
    folder = Path(tempfile.gettempdir()) / "geomap-benchmark"
    parser.add_argument("--folder", type=Path, default=folder)
    return parser.parse_args(asked)


def _tell(what: str, figure: object) -> None:
    print(f"  {what:<34} {figure}", flush=True)


def _about(path: Path) -> str:
    """Return how many lines a file has, how long they are and of how many vertices."""
    from geomap import geodesy
    from geomap.output.lines import read_lines

    lines = read_lines(path).lines
    km = statistics.median(geodesy.length_km(line.geometry) for line in lines)
    vertices = statistics.median(
        sum(len(part.coords) for part in line.geometry.geoms)
        if hasattr(line.geometry, "geoms")
        else len(line.geometry.coords)
        for line in lines
    )
    size_mb = path.stat().st_size / 1e6
    return f"{len(lines)}, {km:,.0f} km and {vertices:,.0f} vertices each, file {size_mb:.0f} MB"


def _ours(chromium: Any, path: Path, made: Made) -> None:
    print("geomap's page")
    _tell("file", f"{path.stat().st_size / 1e6:.2f} MB")
    told, painted = [], []
    for page, last in several(chromium, OPENED, partial(opened, path=path, ready=_READY)):
        told.append(page.ready_ms or 0.0)
        painted.append(page.painted_ms)
        if last:
            _open_figures(told, painted)
            _steps(page, made)
            page.page.evaluate("() => { window.geomap.time.set({mode: 'all'}); }")
            _pans(page, "window.geomap.map")
            _said(page)


def _open_figures(told: Sequence[float], painted: Sequence[float]) -> None:
    each = ", ".join(f"{ms:.0f}" for ms in painted)
    if any(told):
        _tell("interactive, as the page says", f"{statistics.median(told):.0f} ms")
    _tell("interactive and painted", f"{statistics.median(painted):.0f} ms (of {each})")


def _steps(page: Page, made: Made) -> None:
    middle = FIRST + dt.timedelta(days=int(made.days * _MIDDLE))
    late = FIRST + dt.timedelta(days=max(0, made.days - _END))
    for name, state in (
        ("day", {"mode": "day", "from": middle, "to": middle}),
        ("range of 30 days", {"mode": "range", "from": middle, "to": middle + dt.timedelta(29)}),
        ("up to, near the end", {"mode": "upto", "from": FIRST, "to": late}),
    ):
        page.page.evaluate(
            "s => { window.geomap.time.set(s); }", {k: str(v) for k, v in state.items()}
        )
        before = page.page.evaluate("location.hash")
        found = page.steps(_NEXT)
        page.page.wait_for_timeout(600)
        _tell(f"step, {name}", found)
        if page.page.evaluate("location.hash") == before:
            _tell("", "the address did not change: did the page step at all?")


def _pans(page: Page, leaflet: str) -> None:
    _tell("panning, all in view", page.pan())
    for closer in (2, 4):
        page.page.evaluate(f"n => {{ const m = {leaflet}; m.setZoom(m.getZoom() + n); }}", 2)
        page.page.wait_for_timeout(900)
        _tell(f"panning, {closer} zooms closer", page.pan())


def _said(page: Page) -> None:
    _tell("memory of the page's objects", f"{page.heap_mb():.0f} MB")
    _tell("messages on the console", f"{len(page.messages)} {page.messages[:2] or ''}")
    _tell("requests", f"{len(page.requests)} {page.requests[:2] or ''}")


def _folium(chromium: Any, made: Made, rows: Sequence[Feature], cache: Path) -> None:
    print("folium.plugins.TimestampedGeoJson, the dated points alone")
    for name, cumulative in (("day", False), ("up to, near the end", True)):
        began = time.perf_counter()
        text, points = folium_player.page(rows, cumulative=cumulative)
        path = made.folder / f"folium-{'cumulative' if cumulative else 'day'}.html"
        path.write_text(text, encoding="utf-8")
        took_s = time.perf_counter() - began
        files, missing = folium_player.served(text, cache)
        if not cumulative:
            _tell("points", f"{points:,}, page made in {took_s:.1f} s")
            scripts_mb = sum(p.stat().st_size for p in files.values()) / 1e6
            _tell("file", f"{path.stat().st_size / 1e6:.2f} MB, and {scripts_mb:.1f} MB from CDNs")
            styles = ", ".join(address.rpartition("/")[2] for address in missing)
            _tell("not served", styles or "nothing")
        open_one = partial(opened, path=path, ready=folium_player.READY, served=files)
        painted = []
        for page, last in several(chromium, OPENED, open_one):
            painted.append(page.painted_ms)
            if last:
                _player(page, name, made, painted)


def _player(page: Page, name: str, made: Made, painted: Sequence[float]) -> None:
    """Tell how folium's player does in one of its two ways."""
    start = made.days - _END if name != "day" else int(made.days * _MIDDLE)
    move = f"n => {{ {folium_player.LEAFLET}.timeDimension.setCurrentTimeIndex(n); }}"
    page.page.evaluate(move, start)
    page.page.wait_for_timeout(1000)
    if name == "day":
        _open_figures((), painted)
    _tell(f"step, {name}", page.steps(folium_player.NEXT, STEPS if name == "day" else 12))
    _tell(
        f"shapes drawn then, {name}",
        page.page.evaluate("document.querySelectorAll('path.leaflet-interactive').length"),
    )
    _pans(page, folium_player.LEAFLET)
    _said(page)


if __name__ == "__main__":
    run()
