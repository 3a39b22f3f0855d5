"""Made-up reports of any number, for what has to hold many (`python -m benchmarks.made_up`).

    python -m benchmarks.made_up OUT.jsonl [--reports 100000] [--days 900] [--seed 7]

Real names of the gazetteer in sentences of our own (`gallery/templates.toml`): distances, claims
and denials, names that several places bear, and copies under other names. Each report says that it
was made up. Some 600 characters each; by date; the same seed gives the same bytes.
"""

from __future__ import annotations

import argparse
import datetime as dt
import json
import random
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

from benchmarks.made_reports import Made
from gallery.reports import SOURCES, Newsroom, towns_along
from geomap.gazetteer.store import Gazetteer
from geomap.output.files import atomic

if TYPE_CHECKING:
    from collections.abc import Iterator

FIRST = dt.date(2011, 1, 1)  # long past: nobody takes them for news
COPIES, UNDATED = 0.1, 0.002  # shares of the reports
_KEPT = 40  # reports of the last days that may be copied
_LEAST_CHARACTERS = 560
# Names that several places of Ukraine bear; the hint says which is meant.
_NAMESAKES = (
    "Lyman", "Pokrovske", "Andriivka", "Ivanivka", "Mykolaivka", "Novoselivka", "Petrivka",
    "Oleksandrivka", "Dmytrivka", "Kostiantynivka",
)  # fmt: skip
_MORE = (
    "Drones were heard over {name}, {km} km {wind} of {town}.",
    "In {name}, a village about {km} miles from {town}, two houses burned.",
    "A column left {name} for {town} before dawn, residents said.",
    "Between {name} and {town} the road was mined, sappers said.",
    "Some {km} km {wind} of {town} a depot burned for a second day.",
)
_WINDS = ("north", "east", "south", "west", "north-east", "south-west")


class _Endless(Newsroom):
    """A newsroom that does not remember its texts: they may be a million."""

    def _unwritten(self, event: Any, day: int, inside_km: Any) -> dict[str, Any]:
        return self._report(event, day, inside_km)


def reports(number: int, days: int = 900, seed: int = 7) -> Iterator[dict[str, Any]]:
    """Yield the records of so many reports, by day; the undated stand among them."""
    chance = random.Random(seed)
    made = Made(Path(), 0, days, 1, evidence=False)
    towns = towns_along(made.course, Gazetteer.open())
    counts = [number // days + (day < number % days) for day in range(days)]
    recent: list[dict[str, Any]] = []
    newsroom = _Endless(made.course, towns, FIRST, days, seed)
    for done, record in enumerate(newsroom.write(counts), 1):
        if recent and chance.random() < COPIES:
            one = _copy(chance.choice(recent), record, chance)
        else:
            town = str(chance.choice(towns[:60]).name)
            one = record | {"text": _longer(record["text"], town, chance)}
            recent = [*recent[1 - _KEPT :], one]
        if chance.random() < UNDATED:
            one = {k: v for k, v in one.items() if k != "date"}
        name = f"made-{done:08d}"
        yield {"id": name, "url": f"https://example.org/{name}"} | one


def _longer(text: str, town: str, chance: random.Random) -> str:
    """Return a text with more sentences, up to the length of a report."""
    while len(text) < _LEAST_CHARACTERS:
        told = chance.choice(_MORE).format(
            name=chance.choice(_NAMESAKES), town=town, km=chance.randint(2, 40),
            wind=chance.choice(_WINDS),
        )  # fmt: skip
        text = f"{text}\n{told}"
    return text


def _copy(first: dict[str, Any], record: dict[str, Any], chance: random.Random) -> dict[str, Any]:
    """Return a report as another agency prints it, on the day of the one it stands for."""
    source = chance.choice([s for s in SOURCES if s != first["source"]])
    text = f"{first['text']}\nReport by {source}."
    return record | {"title": first["title"], "text": text, "source": source}


def write(path: Path, number: int, days: int = 900, seed: int = 7) -> None:
    """Write so many reports as JSON Lines."""
    found = reports(number, days, seed)
    with atomic(path) as temporary, temporary.open("w", encoding="utf-8", newline="\n") as file:
        while some := list(islice(found, 1_000)):
            file.writelines(json.dumps(one, ensure_ascii=False) + "\n" for one in some)


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.made_up")
    parser.add_argument("output", type=Path)
    parser.add_argument("--reports", type=int, default=100_000)
    parser.add_argument("--days", type=int, default=900)
    parser.add_argument("--seed", type=int, default=7)
    asked = parser.parse_args()
    write(asked.output, asked.reports, asked.days, asked.seed)


if __name__ == "__main__":
    main()
