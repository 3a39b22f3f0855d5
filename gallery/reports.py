"""Made-up reports about a made-up line: who says what where, from templates of our own."""

from __future__ import annotations

import datetime as dt
import math
import random
import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from geomap import geodesy
from geomap.gazetteer.labels import settlements
from geomap.gazetteer.names import fold

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from gallery.course import Course
    from geomap.gazetteer.store import Gazetteer

SOURCES = (
    "Daily Bulletin (made)", "Eastern Desk (made)", "River Post (made)", "Field Notes (made)",
    "Wire Exercise (made)",
)  # fmt: skip
TITLE = "Exercise report: "
_LEFT, _RIGHT = "Russia", "Ukraine"  # who holds the ground to the left and right of the course
_REACH_KM = 32.0  # towns further from the way of the line are not written about
_APART_KM = 3.0  # districts of a town have names too: the largest of neighbours is kept
_LEAST_PEOPLE = 500
# Of villages whose name a larger place bears these are kept: which one is meant is a question that
# a map of real reports has too. With all of them it would be a map of wrong pins.
_NAMESAKES = {"Savyntsi", "Pokrovske", "Andriivka"}
_NEAR_KM = 18.0  # between a town and the place named beside it
_CLOSE_KM = 1.5  # so near the line nobody holds a place for sure
_FALL_KM = 4.5  # reports get fewer by e with so much distance from the line
_WINDS = {
    "N": "north", "NE": "north-east", "E": "east", "SE": "south-east", "S": "south",
    "SW": "south-west", "W": "west", "NW": "north-west",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Town:
    """A settlement near the line, and where it lies along the course and to its left, km."""

    name: str
    oblast: str
    lat: float
    lon: float
    population: int
    along_km: float
    aside_km: float


@cache
def _templates() -> dict[str, Any]:
    path = Path(__file__).with_name("templates.toml")
    return tomllib.loads(path.read_text(encoding="utf-8"))


def towns_along(course: Course, gazetteer: Gazetteer) -> list[Town]:
    """Return the settlements near a course, the largest first, none too near a larger one."""
    line = course.line(0.0)
    west, south, east, north = line.buffer(0.6).bounds
    rows = [r[:4] for r in settlements(gazetteer, (west, south, east, north), 20_000)]
    along, aside = course.seat(np.array([r[1] for r in rows]), np.array([r[2] for r in rows]))
    kept: list[Town] = []
    spots: list[tuple[float, float]] = []
    for (name, lat, lon, people), at_km, off_km in zip(rows, along, aside, strict=True):
        inside = 0.0 < at_km < course.length_km and abs(off_km) <= _REACH_KM
        if not inside or people < _LEAST_PEOPLE:
            continue
        x, y = (float(v) for v in course.plane.inward(lat, lon))
        if any(math.hypot(x - a, y - b) < _APART_KM for a, b in spots):
            continue
        bearers = [gazetteer.place(row) for row, *_ in gazetteer.rows(fold(name))]
        if name not in _NAMESAKES and max(p.population or 0 for p in bearers) > people:
            continue
        here = [p for p in bearers if abs(p.lat - lat) < 1e-4 and abs(p.lon - lon) < 1e-4]
        oblast = next((p.admin1_name for p in here if p.admin1_name), "the oblast")
        spots.append((x, y))
        kept.append(Town(name, oblast, lat, lon, people, float(at_km), float(off_km)))
    return kept


@dataclass(frozen=True, slots=True)
class _Event:
    kind: str
    town: int
    attacker: str


class Newsroom:
    """Writes the reports of each day.

    Parameters
    ----------
    course : Course
        The line that they are about.
    towns : sequence of Town
        What they may name.
    first : datetime.date
        The day with number 0.
    days : int
        How many days there are.
    seed : int
        The same seed gives the same reports.
    """

    def __init__(
        self, course: Course, towns: Sequence[Town], first: dt.date, days: int, seed: int
    ) -> None:
        self.course = course
        self.towns = list(towns)
        self.first = first
        self.days = days
        self.chance = random.Random(seed)
        self._along = np.array([t.along_km for t in towns])
        self._aside = np.array([t.aside_km for t in towns])
        x, y = course.plane.inward(
            np.array([t.lat for t in towns]), np.array([t.lon for t in towns])
        )
        self._apart_km = np.hypot(x[:, None] - x[None, :], y[:, None] - y[None, :])
        self._events = self._turns()
        self._written: set[str] = set()

    def _inside_km(self, day: float) -> Any:
        """Return how far each town lies inside the ground to the left of the line on a day."""
        return self._aside - self.course.aside_km(self._along, day)

    def _turns(self) -> dict[int, list[_Event]]:
        """Return what is told of the towns that the line passes, by day."""
        told: dict[int, list[_Event]] = {}
        before = self._inside_km(-1.0) > 0.0
        for day in range(self.days):
            now = self._inside_km(day) > 0.0
            for town in np.flatnonzero(now != before).tolist():
                attacker = _LEFT if now[town] else _RIGHT
                for kind, after in (
                    ("planned", -self.chance.randint(5, 12)),
                    ("taken", 0),
                    ("taken", 1),
                    ("denied", self.chance.randint(0, 1)),
                    ("confirmed", self.chance.randint(2, 5)),
                    ("confirmed", self.chance.randint(6, 9)),
                ):
                    told.setdefault(day + after, []).append(_Event(kind, town, attacker))
            before = now
        return told

    def write(self, counts: Sequence[int]) -> Iterator[dict[str, Any]]:
        """Yield the reports, by day, as records of a JSON Lines file without `id` and `url`.

        Parameters
        ----------
        counts : sequence of int
            How many reports each day has; turns of the line that find no room come the day after.
        """
        waiting: list[_Event] = []
        for day, count in enumerate(counts):
            waiting += self._events.get(day, [])
            inside_km = self._inside_km(day)
            weights = np.exp(-np.abs(inside_km) / _FALL_KM)
            # Places where the line moves are written about most.
            weights *= 1.0 + 2.0 * np.abs(self._inside_km(day + 7) - self._inside_km(day - 7))
            drawn = self.chance.choices(range(len(self.towns)), weights.tolist(), k=count)
            for town in drawn:
                if waiting:
                    event = waiting.pop(0)
                else:
                    event = _Event("routine", town, self._attacker(float(inside_km[town])))
                yield self._unwritten(event, day, inside_km)

    def _unwritten(self, event: _Event, day: int, inside_km: Any) -> dict[str, Any]:
        """Return a report whose text is no other's, where one can be found in some tries."""
        for _ in range(20):
            report = self._report(event, day, inside_km)
            if report["text"] not in self._written:
                break
        self._written.add(report["text"])
        return report

    def _attacker(self, inside_km: float) -> str:
        """Return who attacks at a place: who does not hold it; near the line, anybody."""
        if abs(inside_km) < _CLOSE_KM:
            return self.chance.choice((_LEFT, _RIGHT))
        return _RIGHT if inside_km > 0.0 else _LEFT

    def _report(self, event: _Event, day: int, inside_km: Any) -> dict[str, Any]:
        words = _templates()
        filled = self._fill(event, day, inside_km)
        story = self.chance.choice([s for s in words["stories"] if s["event"] == event.kind])
        asides = self.chance.sample(words["asides"], k=self.chance.choice((0, 1, 1, 2)))
        parts = [
            self.chance.choice(words["openings"]),
            *(_sentence(t, filled) for t in (self.chance.choice(story["texts"]), *asides)),
        ]
        return {
            "title": TITLE + self.chance.choice(story["titles"]).format_map(filled),
            "text": "\n".join(parts),
            "date": (self.first + dt.timedelta(days=day)).isoformat(),
            "source": self.chance.choice(SOURCES),
        }

    def _fill(self, event: _Event, day: int, inside_km: Any) -> dict[str, str]:
        words, chance = _templates(), self.chance
        town = self.towns[event.town]
        other = self._beside(event.town)
        near = self.towns[other]
        defender = _RIGHT if event.attacker == _LEFT else _LEFT
        rear = self.towns[self._rear(event.town, defender, inside_km)]
        azimuth = geodesy.azimuth_deg(town.lat, town.lon, near.lat, near.lon)
        wind = list(_WINDS.values())[round(azimuth / 45.0) % 8]
        told = self.first + dt.timedelta(days=day - chance.randint(0, 2))
        yesterday = self.first + dt.timedelta(days=day - 1)
        both = {"attack": words["parties"][event.attacker], "defend": words["parties"][defender]}
        return {
            "town": town.name, "near": near.name, "rear": rear.name, "oblast": town.oblast,
            "km": str(max(2, round(float(self._apart_km[event.town, other])))),
            "wind": wind, "wind_word": wind,
            "part": chance.choice(("northern", "southern", "eastern", "western")),
            "front_km": str(max(2, round(abs(float(inside_km[event.town]))))),
            "took": both["attack"]["took"], "attacker": event.attacker, "defender": defender,
            "attacking": both["attack"]["adjective"], "defending": both["defend"]["adjective"],
            "attacker_says": chance.choice(both["attack"]["speakers"]),
            "defender_says": chance.choice(both["defend"]["speakers"]),
            "attacker_seat": both["attack"]["seat"], "defender_seat": both["defend"]["seat"],
            "weekday": yesterday.strftime("%A"), "date": f"{told.day} {told:%B}",
            "count": str(chance.randint(3, 14)), "absent": chance.choice(words["absent"]),
            "watcher": chance.choice(words["watchers"]),
        }  # fmt: skip

    def _beside(self, town: int) -> int:
        """Return another town close to one."""
        apart = self._apart_km[town]
        order = np.argsort(apart, kind="stable")[1:]
        close = [int(n) for n in order if apart[n] <= _NEAR_KM][:5] or [int(order[0])]
        return self.chance.choice(close)

    def _rear(self, town: int, holder: str, inside_km: Any) -> int:
        """Return the largest of the towns behind one on the side of its holder."""
        sign = 1.0 if holder == _LEFT else -1.0
        apart = self._apart_km[town]
        behind = np.flatnonzero((sign * inside_km > 6.0) & (apart > 8.0) & (apart < 60.0))
        if not len(behind):
            return int(np.argsort(apart, kind="stable")[-1])
        return int(min(behind.tolist(), key=lambda n: (-self.towns[n].population, n)))


def _sentence(template: str, filled: dict[str, str]) -> str:
    """Return sentences filled in, each with a capital at its beginning."""
    text = template.format_map(filled)
    found, start = [], True
    for sign in text:
        found.append(sign.upper() if start and sign.isalpha() else sign)
        start = sign in ".\n" or (start and sign == " ")
    return "".join(found)
