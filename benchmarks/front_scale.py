"""A long war on a wide theatre: how the time of a series grows with the claims.

    python -m benchmarks front_scale

A made-up front of 1,500 km that moves a little each day; claims near it are made from a fixed seed,
with the errors that real wordings have. Timed with an earlier line and without, for 1,250, 2,500
and 5,000 claims over 90 days.
"""

from __future__ import annotations

import datetime as dt
import math
import random
import resource
import time

import shapely

from geomap.front.line import fronts
from geomap.front.theatre import load_theatre
from geomap.models import Article, Claim, ContactLine, Report, Span

FIRST = dt.date(2024, 1, 1)
DAYS = 90
WEST, SOUTH, DEGREES = 20.0, 47.0, 20.0  # 20 degrees of longitude at 47 N: 1,520 km


def line_lat(lon: float, day: int) -> float:
    """Return where the made-up line runs: it bends, and moves 20 km in 90 days in places."""
    bend = 0.5 * math.sin(lon * 0.8) + 0.15 * math.sin(lon * 3.1)
    moved = 0.18 * day / DAYS * max(0.0, math.sin(lon * 1.3))
    return SOUTH + bend - moved


def reports(claims: int) -> list[Report]:
    """Return a report a day, with so many claims in all."""
    chance = random.Random(7)
    places = [WEST + chance.random() * DEGREES for _ in range(claims // 4)]
    found = []
    for day in range(DAYS):
        own = []
        for n in range(claims // DAYS + (day < claims % DAYS)):
            lon = chance.choice(places)
            lat = line_lat(lon, day) - (1.2 + chance.gauss(0.0, 2.0)) / 111.2
            own.append(
                Claim(
                    n * 10, n * 10 + 9, "made up", "Russia", "attacked", f"place {lon:.3f}",
                    lat, lon, relation="near", confidence=0.9, trigger=Span(n * 10, n * 10 + 5),
                )
            )  # fmt: skip
        article = Article(f"day-{day:03d}", " " * 10_000, date=FIRST + dt.timedelta(days=day))
        found.append(Report(article, claims=tuple(own)))
    return found


def prior() -> ContactLine:
    """Return the line of the day before the first, with side A to its north."""
    lons = [WEST + DEGREES * n / 1500 for n in range(1501)]
    front = [(lon, line_lat(lon, 0)) for lon in lons]
    held = shapely.Polygon([*front, (WEST + DEGREES, SOUTH + 4), (WEST, SOUTH + 4)])
    return ContactLine(
        shapely.LineString(front), FIRST - dt.timedelta(days=1), "made up", (("A", held),)
    )


def run() -> int:
    """Print the seconds and the memory of each series, as a ratio to the smallest too."""
    theatre = load_theatre()
    for name, priors in (("an earlier line", [prior()]), ("no earlier line", [])):
        base = None
        for claims in (1250, 2500, 5000):
            told = reports(claims)
            days = [r.article.date for r in told if r.article.date]
            began = time.perf_counter()
            drawn = list(fronts(told, days, theatre=theatre, priors=priors, seeds=False))
            seconds = time.perf_counter() - began
            base = base or seconds
            peak_mb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
            km = sum(p.geometry.length for p in drawn[-1].pieces) * 76
            print(
                f"{name}: {claims} claims, {len(drawn)} days: {seconds:.1f} s "
                f"({seconds / base:.2f} times the first), {peak_mb:.0f} MB, last line ~{km:.0f} km"
            )
    return 0


if __name__ == "__main__":
    run()
