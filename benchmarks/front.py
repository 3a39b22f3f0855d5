"""The line of contact against reference lines: text alone, earlier lines, bands, sides, a year.

    python -m benchmarks front

Scores are those of `score_front.py` in the shared folder (km: the mean distance both ways, lower is
better) in the box 35.0,47.2,38.2,50.3. Settlements of OpenStreetMap are added to the gazetteer in a
folder of its own. 2026-02-21 is the day that nothing was chosen on; the wordings were measured, and
the model's figures chosen, on the other days.
"""

from __future__ import annotations

import csv
import datetime as dt
import os
import tempfile
import time
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import shapely

from benchmarks.corpora import shared
from geomap import gazetteer_commands
from geomap.articles import read_articles
from geomap.front.evidence import evidence
from geomap.front.ground import Ground
from geomap.front.line import fronts
from geomap.front.theatre import load_theatre
from geomap.front.wordings import wordings
from geomap.gazetteer.store import Gazetteer
from geomap.geodesy import Plane
from geomap.models import ContactLine, Front, Report
from geomap.output.lines import read_lines
from geomap.pipeline import Pipeline

BOX = (35.0, 47.2, 38.2, 50.3)
TEXT = (
    ("2024-08-17--isw", "2024-08-25"),
    ("2025-02-20--isw", "2025-02-05"),
    ("2025-08-19--isw", "2025-08-05"),
    ("2025-10-14--isw", "2025-11-05"),
    ("2026-02-21--isw", "2026-02-21"),
)
PRIORS = (
    ("2025-02-20--isw", "2025-02-05", ("2024-11-15",)),
    ("2025-02-20--isw", "2025-02-05", ("2024-08-25",)),
    ("2025-02-20--isw", "2025-02-05", ("2024-08-25", "2024-11-15")),
    ("2025-08-19--isw", "2025-08-05", ("2025-05-10",)),
    ("2025-08-19--isw", "2025-08-05", ("2025-02-05",)),
    ("2025-08-19--isw", "2025-08-05", ("2025-02-05", "2025-05-10")),
    ("2025-10-14--isw", "2025-11-05", ("2025-08-05",)),
    ("2025-10-14--isw", "2025-11-05", ("2025-05-10",)),
    ("2025-10-14--isw", "2025-11-05", ("2025-05-10", "2025-08-05")),
    ("2026-02-21--isw", "2026-02-21", ("2025-11-05",)),
    ("2026-02-21--isw", "2026-02-21", ("2025-08-05",)),
    ("2026-02-21--isw", "2026-02-21", ("2025-05-10",)),
    ("2026-02-21--isw", "2026-02-21", ("2025-08-05", "2025-11-05")),
)
SIDES_KM = (2.0, 20.0)
_PLANE = Plane(48.8, 36.8)


class Bench:
    """Reports, reference lines and home ground, read once."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.gazetteer = Gazetteer.open()
        areas = self.gazetteer.areas
        rows = {code: areas.find(code) for code in ("RU", "UA")}
        self.homes = {c: areas.geometry(row) for c, row in rows.items() if row is not None}
        self.theatre = load_theatre()
        articles = folder / "articles"
        names = [f"{day}.txt" for day, _ in TEXT[:-1]]
        paths = [articles / "reports" / n for n in names]
        paths += sorted((articles / "reports").glob("2025-*.txt"))
        paths.append(articles / "isw" / "2026-02-21--isw.txt")
        read = read_articles([str(p) for p in dict.fromkeys(paths)])
        self.reports: dict[str, Report] = {
            r.article.id: r for r in Pipeline(gazetteer=self.gazetteer).run(read)
        }

    def line(self, day: str) -> ContactLine:
        """Return the reference line of a day."""
        return read_lines(self.folder / "frontlines" / f"{day}.geojson").lines[-1]

    def draw(self, report: str, priors: tuple[str, ...] = (), *, seeds: bool = True) -> Front:
        """Return the line of a report's day, from it alone or with earlier lines."""
        one = self.reports[report]
        assert one.article.date is not None
        lines = [self.line(day) for day in priors]
        (front,) = fronts(
            [one], [one.article.date], theatre=self.theatre, priors=lines, seeds=seeds,
            homes=self.homes,
        )  # fmt: skip
        return front

    def score(self, day: str, front: Front) -> dict[str, Any]:
        """Return what the scorer says of a front."""
        import importlib.util

        where = self.folder / "tools" / "score_front.py"
        spec = importlib.util.spec_from_file_location("score_front", where)
        assert spec is not None
        assert spec.loader is not None
        scorer = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(scorer)
        truth = str(self.folder / "frontlines" / f"{day}.geojson")
        return dict(scorer.score(truth, collection(front), 30.0, list(BOX)))


def collection(front: Front) -> dict[str, Any]:
    """Return a front as the scorer reads it."""
    rows: list[tuple[str, Any]] = [("contact_line", p.geometry) for p in front.pieces]
    if front.uncertainty is not None:
        rows.append(("uncertainty", front.uncertainty))
    features = [
        {"type": "Feature", "properties": {"kind": k}, "geometry": shapely.geometry.mapping(g)}
        for k, g in rows
    ]
    return {"type": "FeatureCollection", "features": features}


def told(scores: dict[str, Any]) -> str:
    band = [scores.get(k) or 0.0 for k in ("band_reach", "band_holds", "band_width_km")]
    return f"{scores['score_km']:.2f} km; band reach {band[0]:.2f}, holds {band[1]:.2f}, " + (
        f"width {band[2]:.1f} km"
    )


def ground(line: ContactLine) -> Ground:
    """Return a reference line with what is held, on the plane of the theatre."""
    held = shapely.make_valid(_PLANE.onto(dict(line.control)["A"]))
    lines = shapely.get_parts(_PLANE.onto(line.geometry))
    return Ground(shapely.multilinestrings(lines), held)


def sides(bench: Bench, day: str, front: Front) -> str:
    """Return how many settlements near the true line are on the right side."""
    with (bench.folder / "geonames" / "ua-settlements-osm.csv").open(encoding="utf-8") as file:
        rows = [(float(r["lat"]), float(r["lon"])) for r in csv.DictReader(file) if r["lat"]]
    at = np.array(rows)
    signed = ground(bench.line(day)).signed(np.column_stack(_PLANE.inward(at[:, 0], at[:, 1])))
    west, south, east, north = BOX
    use = (np.abs(signed) >= SIDES_KM[0]) & (np.abs(signed) <= SIDES_KM[1])
    use &= (at[:, 1] > west) & (at[:, 1] < east) & (at[:, 0] > south) & (at[:, 0] < north)
    control, truth = dict(front.control), signed[use] > 0
    inside = {s: shapely.contains_xy(g, at[use, 1], at[use, 0]) for s, g in control.items()}
    known = inside["A"] | inside["B"]
    balanced = np.mean([inside["A"][truth & known].mean(), inside["B"][~truth & known].mean()])
    strict = np.mean([inside["A"][truth].mean(), inside["B"][~truth].mean()])
    return (
        f"{balanced:.3f} of the {known.mean():.0%} of {use.sum()} settlements whose side is given; "
        f"{strict:.3f} with the others as wrong"
    )


def year(bench: Bench) -> None:
    """Print km2 gained and lost by Russia, of our lines of 2025 and of the reference lines."""
    start = bench.line("2025-02-05")
    reports = [r for r in bench.reports.values() if str(r.article.date)[:4] == "2025"]
    days = sorted(r.article.date for r in reports if r.article.date)
    drawn = fronts(reports, days, theatre=bench.theatre, priors=[start], homes=bench.homes)
    box = _PLANE.onto(shapely.segmentize(shapely.box(*BOX), 0.1))
    held = {"2025-02-05": shapely.intersection(ground(start).held, box)}
    for front in drawn:
        ours = shapely.make_valid(_PLANE.onto(dict(front.control)["A"]))
        held[str(front.date)] = shapely.intersection(ours, box)
    _moved("our lines", held)
    names = ("2025-02-05", "2025-05-10", "2025-08-05", "2025-11-05", "2026-02-21")
    truth = {n: shapely.intersection(ground(bench.line(n)).held, box) for n in names}
    _moved("reference lines", truth)


def _moved(name: str, held: dict[str, Any]) -> None:
    days = list(held)
    for before, after in pairwise(days):
        months = (dt.date.fromisoformat(after) - dt.date.fromisoformat(before)).days / 30.4
        gained = shapely.difference(held[after], held[before]).area
        lost = shapely.difference(held[before], held[after]).area
        print(
            f"{name}, {before} to {after}: gained {gained:.0f}, lost {lost:.0f} km2; "
            f"{(gained - lost) / months:.0f} km2 a month"
        )


def table(bench: Bench) -> None:
    """Print what the table of wordings says beside what is measured on the days of the table."""
    party = {p.name: p.side for p in bench.theatre.parties}
    found: dict[str, list[float]] = {}
    for name, day in (*TEXT[:-1], ("2025-12-26--isw", "2025-11-05")):
        report = bench.reports[name]
        true = ground(bench.line(day))
        ids = [str(n) for n in range(len(report.claims))]
        for one in evidence(report, ids, party):
            if one.signed_km is None or one.wording == "stated distance":
                continue
            claim = report.claims[int(one.id)]
            at = np.column_stack(_PLANE.inward([one.lat], [one.lon]))
            signed = float(true.signed(at)[0]) * (-1.0 if party[claim.actor or ""] == "A" else 1.0)
            if abs(signed) < 40.0:
                found.setdefault(one.wording, []).append(signed)
    for row in wordings():
        if row.km is not None and row.name in found:
            values = np.array(found[row.name])
            middle = float(np.median(values))
            spread = 1.5 * float(np.median(np.abs(values - middle)))
            print(
                f"wording {row.name!r}: {len(values)} claims, median {middle:.1f} km, 1.5 MAD "
                f"{spread:.1f}; table {row.km} +- {row.sd_km}"
            )


def run() -> int:
    folder = shared()
    if folder is None:
        print("the test corpora are not there: set GEOMAP_SHARED")
        return 0
    with tempfile.TemporaryDirectory() as data:
        before = os.environ.get("GEOMAP_DATA")
        os.environ["GEOMAP_DATA"] = data
        try:
            osm = folder / "geonames" / "ua-settlements-osm.csv"
            gazetteer_commands.add([osm], mapping=None, fresh=True, rejects=None)
            _measure(Bench(folder))
        finally:
            if before is None:
                del os.environ["GEOMAP_DATA"]
            else:
                os.environ["GEOMAP_DATA"] = before
    return 0


def _measure(bench: Bench) -> None:
    for seeds in (True, False):
        name = "text alone, with seed towns" if seeds else "text alone, no seed towns"
        scores = []
        for report, day in TEXT:
            front = bench.draw(report, seeds=seeds)
            scores.append(bench.score(day, front))
            print(f"{name}, {report[:10]} against {day}: {told(scores[-1])}")
            print(f"{name}, {report[:10]}, sides: {sides(bench, day, front)}")
        others = [s["score_km"] for s in scores[:-1]]
        print(f"{name}: mean of the {len(others)} other days {np.mean(others):.2f} km")
    for report, day, priors in PRIORS:
        front = bench.draw(report, priors)
        old = replace(front.pieces[0], geometry=bench.line(priors[-1]).geometry)
        copied = replace(front, pieces=(old,), uncertainty=None)
        own, copy = bench.score(day, front), bench.score(day, copied)
        with_name = " + ".join(priors)
        print(f"{report[:10]} from {with_name}: {told(own)}; copied {copy['score_km']:.2f} km")
        print(f"{report[:10]} from {with_name}, sides: {sides(bench, day, front)}")
    for report, day in TEXT[1:]:
        one = bench.reports[report]
        assert one.article.date is not None
        for age in (1, 4, 7):
            prior = replace(bench.line(day), date=one.article.date - dt.timedelta(days=age))
            (front,) = fronts(
                [one], [one.article.date], theatre=bench.theatre, priors=[prior], homes=bench.homes
            )
            score = bench.score(day, front)["score_km"]
            print(f"{report[:10]} from its own line as of {age} days before: {score:.3f} km off it")
    began = time.perf_counter()
    year(bench)
    print(f"eight days of 2025 from one line, scored: {time.perf_counter() - began:.1f} s")
    table(bench)


if __name__ == "__main__":
    run()
