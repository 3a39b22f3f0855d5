"""The gazetteer rows that a name may mean, with what is known of each before any context."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from geomap.gazetteer.names import fold, spelling_key
from geomap.gazetteer.schema import Level, NameKind

if TYPE_CHECKING:
    from collections.abc import Sequence

    from geomap.gazetteer.store import Gazetteer

MAX_ROWS = 150  # candidates weighed for a name: Ukraine has a hundred Oleksandrivkas
_MIN_SPELT = 5
_MAX_SHORT = 4  # letters of an abbreviation's key
MAX_POOLS = 50_000
# How a candidate's name answers to the words of the text.
EXACT, SPELT, STRIPPED, INNER = range(4)
# Feature words that may be part of a name in the text and not in the gazetteer, or the reverse.
FEATURE_WORDS = {
    "county": "admin2", "parish": "admin2", "borough": "admin2", "raion": "admin2",
    "rayon": "admin2", "district": "admin2", "oblast": "admin1", "region": "admin1",
    "province": "admin1", "state": "admin1", "governorate": "admin1", "prefecture": "admin1",
    "krai": "admin1", "department": "admin1", "republic": "wide", "territory": "wide",
    "city": "settlement", "town": "settlement", "village": "settlement",
    "township": "settlement", "municipality": "settlement", "river": "feature",
    "island": "feature", "islands": "feature", "lake": "feature", "airport": "feature",
    "area": "area", "valley": "feature", "peninsula": "feature", "bay": "feature",
    "metro": "settlement", "suburb": "settlement", "coast": "area", "side": "area",
    "united": "team", "fc": "team", "university": "body", "college": "body",
}  # fmt: skip
_LEADING = frozenset(
    {"the", "city", "state", "republic", "province", "town", "village", "port", "greater",
     "downtown", "central", "north", "south", "east", "west", "northern", "southern", "eastern",
     "western", "upper", "lower", "mid", "northeast", "northwest", "southeast", "southwest",
     "lake", "mount", "fort"}
)  # fmt: skip
STATIC = (
    "people", "people_below_best", "people_rank", "rivals", "people_share", "letters",
    "continent", "country", "region", "admin1", "admin2", "admin3", "capital", "settlement",
    "feature_row", "main", "alias", "stem", "alternate", "demonym", "abbreviation", "spelt",
    "stripped", "inner",
    "radius", "area_class", "water_class", "estimated",
)  # fmt: skip
_WIDTH = len(STATIC)
_LEVELS = STATIC.index("continent")


@dataclass(frozen=True, slots=True)
class Pool:
    """Candidates of a name: rows, `NameKind`s, how they answer, and their `STATIC` features."""

    rows: Any
    kinds: Any
    answers: Any
    static: Any
    prior: Any  # log of a rough probability, to begin with
    feature: str | None = None  # what a feature word inside the name says

    def __len__(self) -> int:
        return len(self.rows)

    def has_level(self, levels: Sequence[Level]) -> bool:
        """Say whether one of the rows is of some level."""
        return any(self.static[:, _LEVELS + level].any() for level in levels)


class Pools:
    """Makes and remembers the pools of names."""

    def __init__(self, gazetteer: Gazetteer) -> None:
        self._gazetteer = gazetteer
        self._known: dict[tuple[str, bool, bool], Pool] = {}
        columns = gazetteer.columns
        classes = [f.partition(".")[0] for f in gazetteer.stamp["features"]]
        self._area = [c == "A" for c in classes]
        self._water = [c in ("H", "T", "L", "V") for c in classes]
        self._feature = columns["feature"]
        self._radius = columns["radius_km"]
        self._precision = columns["precision"]

    def of(self, name: str, demonym: bool = False) -> Pool:
        """Return the pool of a name as the text has it; of a demonym, the lands of that people."""
        short = name.isupper() or "." in name
        key = (fold(name), short, demonym)
        pool = self._known.get(key)
        if pool is None:
            if len(self._known) >= MAX_POOLS:
                self._known.clear()
            pool = self._known[key] = self._make(*key)
        return pool

    def _make(self, key: str, short: bool, demonym: bool) -> Pool:

        found: dict[int, tuple[int, int]] = {}

        def take(name: str, answer: int, spelt: bool = False) -> None:
            rows, kinds = (
                self._gazetteer.spelt(spelling_key(name)) if spelt else self._gazetteer.named(name)
            )
            for row, kind in zip(rows[:400].tolist(), kinds[:400].tolist(), strict=True):
                if row not in found and (short or kind != NameKind.ABBREVIATION):
                    found[row] = (kind, answer)

        take(key, EXACT)
        if len(key) >= _MIN_SPELT:
            take(key, SPELT, spelt=True)
        feature = None
        words = key.split(" ")
        if len(words) > 1:
            feature = FEATURE_WORDS.get(words[-1])
            exact = any(answer == EXACT for _, answer in found.values())
            if not exact:
                if feature is not None:
                    take(" ".join(words[:-1]), STRIPPED)
                if words[0] in _LEADING:
                    rest = words[2:] if words[1] == "of" else words[1:]
                    take(" ".join(rest), STRIPPED)
            if not found:
                self._inner(words, take)
        if short and len(key) <= _MAX_SHORT:
            found = self._abbreviated(found)
        if demonym:
            lands = {r: k for r, k in found.items() if k[0] == NameKind.DEMONYM}
            found = lands or found
        return self._pool(key, found, feature)

    @staticmethod
    def _abbreviated(found: dict[int, tuple[int, int]]) -> dict[int, tuple[int, int]]:
        """Leave only what a short name in capitals is written for: "U.S." is no village Us."""
        kinds = (NameKind.ALIAS, NameKind.ABBREVIATION)
        return {row: how for row, how in found.items() if how[0] in kinds} or found

    def _inner(self, words: list[str], take: Any) -> None:
        """Take the longest known name inside a longer one: the first, else the last."""
        for size in range(len(words) - 1, 0, -1):
            for first in (0, *range(len(words) - size, 0, -1)):
                part = " ".join(words[first : first + size])
                if len(part) > 3 and self._gazetteer.has_name(part):
                    take(part, INNER)
                    return

    def _pool(self, key: str, found: dict[int, tuple[int, int]], feature: str | None) -> Pool:
        import numpy as np

        g = self._gazetteer
        if not found:
            none = np.zeros(0, np.int64)
            return Pool(none, none, none, np.zeros((0, _WIDTH), np.float32), none.astype(float))
        rows = np.fromiter(found, np.int64, len(found))
        kinds, answers = (np.array(c, np.int64) for c in zip(*found.values(), strict=True))
        levels = np.asarray(g.level[rows], np.int64)
        people = np.log10(np.asarray(g.population[rows], np.float64) + 1.0)
        prior = _prior(levels, people, kinds, answers)
        order = np.lexsort((rows, -prior))[:MAX_ROWS]
        rows, kinds, answers = rows[order], kinds[order], answers[order]
        levels, people, prior = levels[order], people[order], prior[order]
        n = len(rows)
        counts = 10.0**people
        best = people.max()
        rank = np.empty(n)
        rank[np.argsort(-people, kind="stable")] = np.arange(n)
        number = self._feature[rows].tolist()
        columns = [
            people, people - best, np.minimum(rank, 12), np.full(n, math.log2(n + 1)),
            counts / counts.sum(), np.full(n, float(len(key))),
            *(levels == level for level in Level),
            *(kinds == kind for kind in NameKind),
            *(answers == a for a in (SPELT, STRIPPED, INNER)),
            np.log1p(np.asarray(self._radius[rows], np.float64)),
            [self._area[k] for k in number], [self._water[k] for k in number],
            np.asarray(self._precision[rows]) >= 2,
        ]  # fmt: skip
        static = np.stack([np.asarray(c, np.float32) for c in columns], axis=1)
        return Pool(rows, kinds, answers, static, prior, feature)


def _prior(levels: Any, people: Any, kinds: Any, answers: Any) -> Any:
    """Return a rough score of candidates: size, level and how strongly the name is theirs."""
    import numpy as np

    score = np.where(
        levels <= Level.COUNTRY, 9.0, np.where(levels <= Level.ADMIN1, 6.0, 0.9 * people)
    )
    score = score + 2.5 * (levels == Level.CAPITAL) + 2.0 * (levels == Level.ADMIN2)
    score -= np.where(kinds == NameKind.ALTERNATE, 2.0, 0.0)
    score -= np.where(kinds == NameKind.STEM, 1.5, 0.0)
    score -= np.where(kinds == NameKind.ABBREVIATION, 1.0, 0.0)
    return score - np.choose(answers, (0.0, 2.5, 1.0, 3.0))
