"""What the gazetteer says of a name before any context: how many bear it, how known they are."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from geomap.gazetteer.names import spelling_key
from geomap.gazetteer.schema import Level, NameKind

if TYPE_CHECKING:
    from geomap.gazetteer.store import Gazetteer

MAX_NAMES = 300_000  # kept; more are counted again
_MIN_SPELT = 5  # letters; shorter words share a tolerant key too often
_MAX_ROWS = 400  # rows of a name that are looked at: the strongest claims come first

# The columns of a name's statistics, as the model reads them.
STATISTICS = (
    "known", "bearers", "main", "people", "people_any", "country", "country_other", "region",
    "admin1", "admin1_other", "admin2", "admin2_stem", "capital", "settlement", "feature",
    "demonym", "abbreviation", "spelt", "letters", "words",
)  # fmt: skip


class Names:
    """Counts, once for each folded name, what the gazetteer says of it.

    `number` gives a name its row in `values` (`STATISTICS`, in order) and `buckets` (the class
    that the model combines with words).
    """

    def __init__(self, gazetteer: Gazetteer) -> None:
        self._gazetteer = gazetteer
        self._clear()

    def _clear(self) -> None:
        import numpy as np

        self._numbers: dict[str, int] = {}
        self.values = np.zeros((1024, len(STATISTICS)), np.float32)
        self.buckets = np.zeros(1024, np.int64)

    def begin(self) -> None:
        """Forget what was counted, when it is too much to keep: call it between texts."""
        if len(self._numbers) > MAX_NAMES:
            self._clear()

    def number(self, key: str) -> int:
        """Return the row of a folded name; `known` is 0 there when the gazetteer lacks it."""
        found = self._numbers.get(key)
        if found is None:
            import numpy as np

            found = len(self._numbers)
            if found == len(self.values):
                self.values = np.concatenate((self.values, np.zeros_like(self.values)))
                self.buckets = np.concatenate((self.buckets, np.zeros_like(self.buckets)))
            value = self._count(key)
            self.values[found] = list(value.values())
            self.buckets[found] = _bucket(value)
            self._numbers[key] = found
        return found

    def _count(self, key: str) -> dict[str, float]:
        rows, kinds = self._gazetteer.named(key)
        spelt = not len(rows) and len(key) >= _MIN_SPELT
        if spelt:
            rows, kinds = self._gazetteer.spelt(spelling_key(key))
            spelt = len(rows) > 0
        rows, kinds = rows[:_MAX_ROWS], kinds[:_MAX_ROWS]
        levels: list[int] = self._gazetteer.level[rows].tolist()
        people: list[int] = self._gazetteer.population[rows].tolist()
        value = dict.fromkeys(STATISTICS, 0.0)
        value["letters"] = float(len(key))
        value["words"] = float(key.count(" ") + 1)
        for kind, level, count in zip(kinds.tolist(), levels, people, strict=True):
            if kind == NameKind.DEMONYM:
                value["demonym"] = 1.0
                continue
            if kind == NameKind.ABBREVIATION:
                value["abbreviation"] = 1.0
                continue
            value["known"] = 1.0
            value["bearers"] += 1.0
            strong = kind <= NameKind.ALIAS
            size = math.log10(count + 1)
            value["people_any"] = max(value["people_any"], size)
            if strong:
                value["main"] = 1.0
                value["people"] = max(value["people"], size)
            value[_column(level, kind, strong)] = 1.0
        if spelt:  # in another romanisation only: a weaker claim, whatever it is
            value["spelt"], value["known"], value["main"] = 1.0, 0.0, 0.0
        value["bearers"] = math.log2(value["bearers"] + 1)
        return value


def _column(level: int, kind: int, strong: bool) -> str:
    if level == Level.COUNTRY:
        return "country" if strong else "country_other"
    if level in (Level.CONTINENT, Level.REGION):
        return "region"
    if level == Level.ADMIN1:
        return "admin1" if strong else "admin1_other"
    if level in (Level.ADMIN2, Level.ADMIN3):
        return "admin2_stem" if kind == NameKind.STEM else "admin2"
    if level == Level.CAPITAL:
        return "capital" if strong else "settlement"
    return "settlement" if level == Level.SETTLEMENT else "feature"


def _bucket(value: dict[str, Any]) -> int:
    """Return the class of a name: what it may be, then how many live there."""
    known, people = value["known"], value["people"]
    classes = (
        (1, value["country"]),
        (2, value["admin1"]),
        (3, value["region"]),
        (4, value["capital"]),
        (5, value["demonym"]),
        (6, value["admin2"]),
        (13, not known and value["abbreviation"]),
        (0, not known),
        (7, people >= 5),
        (8, people >= 4),
        (9, value["main"] and value["settlement"]),
        (10, value["feature"]),
        (11, value["country_other"] or value["admin1_other"] or value["people_any"] >= 5),
    )
    return next((number for number, holds in classes if holds), 12)
