"""Choosing the place that each mention means, all mentions of an article together.

A linear score over what is known of a candidate (size, strength of the name), of the words beside
the mention, and of the other places of the article (their countries, their nearness). A softmax
over the candidates gives the confidence. The weights are our own, set by hand; a trained model
takes their place later. What stays ambiguous between distant places is refused, with the reason.
"""

from __future__ import annotations

import math
import re
from bisect import bisect_left
from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

from geomap.gazetteer.names import fold, spelling_key
from geomap.gazetteer.schema import Level, NameKind
from geomap.geodesy import rough_km
from geomap.models import Candidate, Resolution

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from geomap.gazetteer.store import Gazetteer
    from geomap.models import Evidence, Mention, Place

MIN_SHARE = 0.5  # below this softmax share of the best candidate a mention is refused ...
SAME_PLACE_KM = 25.0  # ... unless its rivals lie this near
POWER_VOTE = 0.25  # what all mentions of a government count for its country
MAX_CANDIDATES = 60
RUNNERS_UP = 4
# What the text itself tells outweighs size: nine in ten true places lie in a hint's region.
EVIDENCE_GAIN = 8.0
ANCHORS = 12  # places nearby in the text that a candidate is measured from
WINDOW = 40
# Between a name and the division or country it lies in: ", ", " in eastern ", " (".
_PARENT = re.compile(r"\s*(?:,|\bin\b|\()\s*(?:the\s+)?(?:\w+ern\s+)?")


@dataclass(slots=True)
class _Scored:
    row: int
    score: float
    reasons: list[str]


class Resolver:
    """Resolves the mentions of an article against a gazetteer."""

    def __init__(self, gazetteer: Gazetteer) -> None:
        self.gazetteer = gazetteer

    def read(self, text: str, mentions: Sequence[Mention]) -> Reading:
        """Weigh the candidates of all mentions together.

        Parameters
        ----------
        text : str
            The article's text (for parents that follow a name: "Bakhmut, Ukraine").
        mentions : sequence of Mention
            In order of their offsets.
        """
        pools = [self._pool(m) for m in mentions]
        countries = self._countries(mentions, pools)
        parents = [self._parent(text, mentions, i, pools) for i in range(len(mentions))]
        for pool, parent in zip(pools, parents, strict=True):
            self._context(pool, countries, parent)
        anchors = self._anchors(mentions, pools)
        for mention, pool in zip(mentions, pools, strict=True):
            self._nearness(mention, pool, anchors)
        return Reading(self, mentions, pools, self._senses(mentions, pools, parents))

    def _pool(self, mention: Mention) -> list[_Scored]:
        """Return the candidates of a mention with what is known without context."""
        gazetteer = self.gazetteer
        pool = []
        exact = gazetteer.rows(fold(mention.name))
        bearers = {n.row for n in exact}
        others = gazetteer.spelling_rows(spelling_key(mention.name))
        for named in (*exact, *(n for n in others if n.row not in bearers)):
            if (named.kind == NameKind.DEMONYM) != (mention.kind == "demonym"):
                continue
            level = int(gazetteer.level[named.row])
            population = int(gazetteer.population[named.row])
            reasons = []
            if level <= Level.COUNTRY:
                score = 9.0
                reasons.append("a country or continent of that name")
            elif level <= Level.ADMIN1:
                score = 4.0 if named.kind == NameKind.STEM else 6.0
            else:
                score = 0.9 * math.log10(population + 10)
                score += 2.5 if level == Level.CAPITAL else 0.0
                reasons.append(f"population {population:,}")
                if named.kind == NameKind.STEM:  # a county by its bare name: the town comes first
                    score -= 3.0
                    reasons.append("a county's short name")
            if named.row not in bearers:
                score -= 2.5
                reasons.append("a similar spelling of its name")
            elif named.kind == NameKind.ALTERNATE:
                score -= 1.0 if population > 100_000 or level < Level.ADMIN1 else 2.0
                reasons.append("another spelling of its name")
            if mention.feature == "admin1":
                score += 5.0 if level == Level.ADMIN1 else -3.0
                reasons.append("the text calls it a region")
            elif mention.feature == "settlement":
                score += 3.0 if level >= Level.CAPITAL else -2.0
                reasons.append("the text calls it a settlement")
            pool.append(_Scored(named.row, score, reasons))
        _yield_to_bearers(pool)
        pool.sort(key=lambda c: (-c.score, c.row))
        return pool[:MAX_CANDIDATES]

    def _countries(
        self, mentions: Sequence[Mention], pools: list[list[_Scored]]
    ) -> dict[str, float]:
        """Return the share of the article's clear mentions that each country has."""
        votes: defaultdict[str, float] = defaultdict(float)
        powers: set[str] = set()
        for mention, pool in zip(mentions, pools, strict=True):
            if not pool:
                continue
            best = pool[0]
            clear = len(pool) == 1 or best.score - pool[1].score > 1.5
            country = self.gazetteer.country(best.row)
            if clear and country:
                if mention.kind == "literal":
                    votes[country] += 1.0
                else:
                    powers.add(country)
        # "Moscow says Russia holds Donetsk": a power that acts says little about where.
        for country in powers:
            votes[country] += POWER_VOTE
        # One more vote for nobody: a single name does not make an article about its country.
        total = sum(votes.values()) + 1.0
        return {c: n / total for c, n in votes.items()} if total else {}

    def _parent(
        self, text: str, mentions: Sequence[Mention], i: int, pools: list[list[_Scored]]
    ) -> int | None:
        """Return the row of a country or division named right after: "Lyman, Donetsk Oblast"."""
        if i + 1 >= len(mentions):
            return None
        this, following = mentions[i], mentions[i + 1]
        gap = text[this.end : following.start]
        if not _PARENT.fullmatch(gap):
            return None
        for candidate in pools[i + 1][:6]:
            level = int(self.gazetteer.level[candidate.row])
            if Level.COUNTRY <= level <= Level.ADMIN1:
                return candidate.row
        return None

    def _context(
        self,
        pool: list[_Scored],
        countries: dict[str, float],
        parent: int | None,
    ) -> None:
        gazetteer = self.gazetteer
        for candidate in pool:
            country = gazetteer.country(candidate.row)
            if country and int(gazetteer.level[candidate.row]) > Level.COUNTRY:
                share = countries.get(country, 0.0)
                candidate.score += 4.5 * share
                if share > 0.1:
                    candidate.reasons.append(f"the article is about {country}")
            if parent is not None and candidate.row != parent:
                inside = (
                    gazetteer.admin1(candidate.row) == gazetteer.admin1(parent)
                    if gazetteer.admin1(parent)
                    else country == gazetteer.country(parent)
                )
                if inside:
                    candidate.score += 3.0
                    candidate.reasons.append(f"the text names {gazetteer.name(parent)} after it")
        pool.sort(key=lambda c: (-c.score, c.row))

    def _anchors(
        self, mentions: Sequence[Mention], pools: list[list[_Scored]]
    ) -> list[tuple[int, int, str]]:
        """Return (offset, row, name) of the settlements that are clear by now."""
        anchors = []
        for mention, pool in zip(mentions, pools, strict=True):
            if not pool or mention.kind != "literal":
                continue
            best = pool[0]
            if int(self.gazetteer.level[best.row]) < Level.ADMIN1:
                continue
            rivals = [c for c in pool[1:] if self._km(c.row, best.row) > SAME_PLACE_KM]
            if not rivals or best.score - rivals[0].score > 2.0:
                anchors.append((mention.start, best.row, fold(mention.name)))
        return anchors

    def _nearness(
        self, mention: Mention, pool: list[_Scored], anchors: list[tuple[int, int, str]]
    ) -> None:
        """Raise candidates near other clear places of the article, the more the nearer both."""
        if len(pool) < 2:
            return
        close = _closest(anchors, mention.start, fold(mention.name))
        if not close:
            return
        for candidate in pool:
            if int(self.gazetteer.level[candidate.row]) < Level.ADMIN1:
                continue
            distances = sorted((self._km(candidate.row, a[1]), a[1]) for a in close)[:3]
            gain = 3.0 * sum(math.exp(-km / 60.0) for km, _ in distances) / len(distances)
            candidate.score += gain
            if gain > 0.5:
                km, row = distances[0]
                candidate.reasons.append(f"{km:.0f} km from {self.gazetteer.name(row)}")
        pool.sort(key=lambda c: (-c.score, c.row))

    def _km(self, a: int, b: int) -> float:
        """Return the rough distance between two rows."""
        g = self.gazetteer
        return rough_km(float(g.lat[a]), float(g.lon[a]), float(g.lat[b]), float(g.lon[b]))

    def _senses(
        self,
        mentions: Sequence[Mention],
        pools: list[list[_Scored]],
        parents: list[int | None],
    ) -> dict[tuple[str, str | None], int]:
        """Return the row that each name has throughout the article: its best-argued use's."""
        best: dict[tuple[str, str | None], tuple[float, int]] = {}
        for mention, pool, parent in zip(mentions, pools, parents, strict=True):
            if not pool:
                continue
            key = (fold(mention.name), mention.feature)
            margin = pool[0].score - (pool[1].score if len(pool) > 1 else 0.0)
            margin += 2.0 if parent is not None else 0.0
            if key not in best or margin > best[key][0]:
                best[key] = (margin, pool[0].row)
        return {key: row for key, (_, row) in best.items()}

    def choose(
        self,
        mention: Mention,
        pool: list[_Scored],
        sense: int | None,
        evidence: Sequence[Evidence],
    ) -> Resolution:
        """Return what a mention means by its weighed candidates, which are raised in place.

        `sense` is the row that the name has throughout the article.
        """
        if mention.feature == "bloc":
            return Resolution(mention, "resolved", 0.9, reasons=mention.reasons)
        if sense is not None and pool and pool[0].row != sense:
            for candidate in pool:
                if candidate.row == sense:
                    candidate.score = max(candidate.score, pool[0].score + 1.0)
                    candidate.reasons.append("meant so elsewhere in the article")
            pool.sort(key=lambda c: (-c.score, c.row))
        if evidence:
            hinted = self._by_evidence(mention, pool, evidence)
            if hinted is not None:
                return hinted
        if not pool:
            return Resolution(
                mention, "refused", 0.0, reasons=("no place of this name in the gazetteer",)
            )
        shares = _softmax([c.score for c in pool])
        best = pool[0]
        same = sum(
            s for s, c in zip(shares, pool, strict=True)
            if self._km(c.row, best.row) <= SAME_PLACE_KM
        )  # fmt: skip
        candidates = tuple(
            Candidate(self.gazetteer.place(c.row), round(c.score, 2), tuple(c.reasons))
            for c in pool[: RUNNERS_UP + 1]
        )
        confidence = round(min(same, 0.99), 3)
        if same < MIN_SHARE:
            names = ", ".join(_described(c.place) for c in candidates[:3])
            return Resolution(
                mention,
                "refused",
                confidence,
                reasons=(f"{len(pool)} places of this name, none clearly meant: {names}",),
                runners_up=candidates,
            )
        place = candidates[0].place
        return Resolution(
            mention,
            "resolved",
            confidence,
            place=place,
            lat=place.lat,
            lon=place.lon,
            precision=place.precision,
            radius_km=place.radius_km,
            reasons=(*candidates[0].reasons, *mention.reasons),
            runners_up=candidates[1:],
        )

    def _by_evidence(
        self, mention: Mention, pool: list[_Scored], evidence: Sequence[Evidence]
    ) -> Resolution | None:
        """Raise the candidates inside the evidence's region, or place the mention by it."""
        import shapely

        strongest = max(evidence, key=lambda e: e.confidence)
        region = strongest.region.geometry
        g = self.gazetteer
        settled = [c for c in pool if int(g.level[c.row]) >= Level.CAPITAL]
        wide = [c for c in pool if int(g.level[c.row]) < Level.CAPITAL]
        inside = [
            c for c in settled
            if shapely.contains_xy(region, float(g.lon[c.row]), float(g.lat[c.row]))
        ]  # fmt: skip
        if inside:
            for candidate in inside:
                candidate.score += EVIDENCE_GAIN * strongest.confidence
                candidate.reasons.append(strongest.reason)
            pool.sort(key=lambda c: (-c.score, c.row))
            return None
        if wide and not settled:
            return None  # a country or an oblast is not placed by a hint
        runners_up = tuple(
            Candidate(g.place(c.row), round(c.score, 2), tuple(c.reasons))
            for c in pool[:RUNNERS_UP]
        )
        return Resolution(
            mention,
            "hinted",
            round(0.6 * strongest.confidence, 3),
            lat=strongest.region.lat,
            lon=strongest.region.lon,
            precision="hint",
            radius_km=None,
            region=strongest.region,
            reasons=(
                strongest.reason,
                "no known place of this name lies there: placed by the hint alone",
            ),
            runners_up=runners_up,
        )


class Reading:
    """The weighed candidates of an article's mentions, made by `Resolver.read`.

    `resolutions` holds one for each mention, in order.
    """

    def __init__(
        self,
        resolver: Resolver,
        mentions: Sequence[Mention],
        pools: list[list[_Scored]],
        senses: dict[tuple[str, str | None], int],
    ) -> None:
        self._resolver = resolver
        self._mentions = mentions
        self._pools = pools
        self._senses = senses
        self.resolutions = [
            self._choose(mention, pool, ()) for mention, pool in zip(mentions, pools, strict=True)
        ]

    def rerank(self, evidence: Iterable[Evidence]) -> list[Resolution]:
        """Return the resolutions with what later rooms learned.

        A candidate that lies in an evidence's region is raised; where none does, the mention is
        placed by the region itself (`status="hinted"`), for the text says where it is and the
        gazetteer does not know that place. A mention that nothing was learned of keeps its
        resolution.
        """
        learned: defaultdict[int, list[Evidence]] = defaultdict(list)
        for item in evidence:
            learned[item.mention_start].append(item)
        again = list(self.resolutions)
        for i, (mention, pool) in enumerate(zip(self._mentions, self._pools, strict=True)):
            if mention.start in learned:
                raised = [_Scored(c.row, c.score, [*c.reasons]) for c in pool]
                again[i] = self._choose(mention, raised, learned[mention.start])
        return again

    def _choose(
        self, mention: Mention, pool: list[_Scored], evidence: Sequence[Evidence]
    ) -> Resolution:
        sense = self._senses.get((fold(mention.name), mention.feature))
        return self._resolver.choose(mention, pool, sense, evidence)


def _yield_to_bearers(pool: list[_Scored]) -> None:
    """Lower the places that only once bore a name below those that bear it ("Oleksandrivka").

    Donetsk's alternate names hold those of a dozen villages it has swallowed.
    """
    borrowed = "another spelling of its name"
    if any(borrowed not in c.reasons for c in pool):
        for candidate in pool:
            if borrowed in candidate.reasons:
                candidate.score -= 2.0


def _closest(
    anchors: list[tuple[int, int, str]], offset: int, name: str
) -> list[tuple[int, int, str]]:
    """Return the anchors of other names that stand nearest to an offset.

    Only a window of them is looked at, so that a long list of places stays linear.
    """
    at = bisect_left(anchors, (offset,))
    window = [a for a in anchors[max(0, at - WINDOW) : at + WINDOW] if a[2] != name]
    window.sort(key=lambda a: (abs(a[0] - offset), a[0]))
    return window[:ANCHORS]


def _softmax(scores: list[float]) -> list[float]:
    top = max(scores)
    weights = [math.exp(s - top) for s in scores]
    total = sum(weights)
    return [w / total for w in weights]


def _described(place: Place) -> str:
    where = [p for p in (place.admin1_name, place.country) if p]
    return f"{place.name} ({', '.join(where)})" if where else place.name
