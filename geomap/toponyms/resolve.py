"""Choosing the place that each mention means, all mentions of an article together.

Boosted trees score every candidate of every name twice: first with the article's other names
weighed by what is best known, then with those weighed by the first score. A logistic curve, fitted
on articles that the trees had not seen, turns the scores into the probability that the place is
right; what stays doubtful is refused, with the reason. `docs/toponyms.md` has the figures.
"""

from __future__ import annotations

from collections import defaultdict
from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from geomap.gazetteer.schema import Level
from geomap.models import Candidate, Resolution
from geomap.toponyms.alone import alone, by_size
from geomap.toponyms.confidence import both, confidences, same_place
from geomap.toponyms.context import Context, Use
from geomap.toponyms.links import find_links, linked
from geomap.toponyms.model import Model, model
from geomap.toponyms.nearby import nearby
from geomap.toponyms.pools import INNER, Pools
from geomap.toponyms.reasons import reasons_for, reasons_known
from geomap.toponyms.uses import add_uses

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from geomap.gazetteer.store import Gazetteer
    from geomap.models import ContactLine, Evidence, Mention, Place

MIN_SURE = 0.35  # less likely places than this are refused
RUNNERS_UP = 4
# What the text itself tells outweighs the rest: nine in ten true places lie in a hint's region.
EVIDENCE_GAIN = 6.0
_SURELY, _DOUBTED = 0.9, 0.8
_OWN_POINT = ("exact", "settlement")


class Resolver:
    """Resolves the mentions of articles against a gazetteer.

    Parameters
    ----------
    gazetteer : Gazetteer
    trained : Model, optional
        The one that is part of geomap by default.
    """

    def __init__(self, gazetteer: Gazetteer, trained: Model | None = None) -> None:
        self.gazetteer = gazetteer
        self.model = trained or model()
        self.pools = Pools(gazetteer)
        self._places: dict[int, Place] = {}
        self.known: dict[tuple[int, int, int], tuple[str, ...]] = {}

    def read(self, text: str, mentions: Sequence[Mention], source: str | None = None) -> Reading:
        """Weigh the candidates of all mentions together.

        Parameters
        ----------
        text : str
            The article's text (for parents that follow a name: "Bakhmut, Ukraine").
        mentions : sequence of Mention
            In order of their offsets.
        source : str, optional
            Who wrote it: an outlet writes of its own patch.
        """
        return self.read_many([text], [mentions], [source])[0]

    def read_many(
        self,
        texts: Sequence[str],
        mentions: Sequence[Sequence[Mention]],
        sources: Sequence[str | None] | None = None,
        lines: Sequence[ContactLine | None] | None = None,
    ) -> list[Reading]:
        """Weigh several articles at once; each reads the same as by itself, but faster.

        `lines` gives each article's line of contact: of places that fit equally well, the nearer
        one is likelier.
        """
        import numpy as np

        uses: list[Use] = []
        use_of: list[list[int]] = []
        base = 0
        links = [find_links(text, found) for text, found in zip(texts, mentions, strict=True)]
        for number, (text, found) in enumerate(zip(texts, mentions, strict=True)):
            use_of.append(add_uses(uses, number, text, found, self.pools, base, links[number]))
            base += len(found)
        context = Context(self.gazetteer, uses, base)
        scores = self.weigh(context)
        scores = scores + nearby(self.gazetteer, context, scores, lines, sources)
        placed: set[int] = set()
        for told, of in zip(links, use_of, strict=True):
            if told:
                scores = linked(context, scores, told, of)
                placed.update(of[m] for link in told for m in link[:2])
        scores, most = by_size(self.gazetteer, context, scores, alone(context, scores, placed))
        sure = np.where(np.isnan(most), confidences(self.model.sure, context, scores), most)
        weighed = Weighed(context, scores, sure)
        return [
            Reading(self, list(found), weighed, of)
            for found, of in zip(mentions, use_of, strict=True)
        ]

    def weigh(self, context: Context) -> Any:
        """Return the log odds of all candidates by the trained trees."""
        first, second = self.model.resolve
        weights = context.shares(first.score(context.features(context.prior())))
        return second.score(context.features(weights))

    def place(self, row: int) -> Place:
        """Return a place of the gazetteer (remembered)."""
        place = self._places.get(row)
        if place is None:
            if len(self._places) > 50_000:
                self._places.clear()
                self.known.clear()
            place = self._places[row] = self.gazetteer.place(row)
        return place


class Weighed:
    """The candidates of a batch's uses with their scores.

    Attributes
    ----------
    context : Context
    scores : numpy.ndarray
        Log odds of each candidate.
    sure : numpy.ndarray
        For each candidate how sure it is right, were it chosen.
    """

    def __init__(self, context: Context, scores: Any, sure: Any) -> None:
        self.context = context
        self.scores = scores
        self.sure = sure
        self._order = self._ordered(slice(0, len(context)))
        best = self._order[context.starts[:-1][context.live]].tolist()
        self._nearest = dict.fromkeys(best) | context.nearest(best)

    def _ordered(self, own: slice) -> Any:
        """Return candidates by their uses, the likeliest of each first."""
        import numpy as np

        context = self.context
        return own.start + np.lexsort((context.rows[own], -self.scores[own], context.use[own]))

    def near(self, candidate: int) -> tuple[int, float] | None:
        """Return the nearest likely place of another name, and the km to it."""
        if candidate not in self._nearest:
            self._nearest[candidate] = self.context.nearest([candidate]).get(candidate)
        return self._nearest[candidate]

    @contextmanager
    def raised(self, use: int, gain: Any, weights: Any) -> Iterator[None]:
        """Let the scores of a use's candidates be higher for a while.

        Only its own are touched: an article has as many uses as it has hints.
        """
        own = self.context.of(use)
        scores, sure, order = (c[own].copy() for c in (self.scores, self.sure, self._order))
        self.scores[own] += gain
        self.sure[own] = confidences(weights, self.context, self.scores, use)
        self._order[own] = self._ordered(own)
        try:
            yield
        finally:
            self.scores[own], self.sure[own], self._order[own] = scores, sure, order

    def ranked(self, use: int) -> list[int]:
        """Return the candidates of a use, the likeliest first."""
        found: list[int] = self._order[self.context.of(use)].tolist()
        return found


class Reading:
    """The weighed candidates of an article's mentions, made by `Resolver.read`.

    `resolutions` holds one for each mention, in order.
    """

    def __init__(
        self, resolver: Resolver, mentions: list[Mention], weighed: Weighed, use_of: list[int]
    ) -> None:
        self._resolver = resolver
        self._mentions = mentions
        self._weighed = weighed
        self._use_of = use_of
        self._of_use: dict[int, Resolution] = {}
        self.resolutions = [
            self._resolution(mention, use) for mention, use in zip(mentions, use_of, strict=True)
        ]

    def candidates(self, index: int) -> list[Candidate]:
        """Return all candidates of a mention with their scores and reasons, likeliest first."""
        ranked = self._weighed.ranked(self._use_of[index])
        return [self._candidate(k) for k in ranked]

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
        for i, (mention, use) in enumerate(zip(self._mentions, self._use_of, strict=True)):
            if mention.start in learned and mention.feature != "bloc":
                again[i] = self._by_evidence(mention, use, learned[mention.start], again[i])
        return again

    def _resolution(self, mention: Mention, use: int) -> Resolution:
        if mention.feature == "bloc":
            return Resolution(mention, "resolved", 0.9, reasons=mention.reasons)
        known = self._of_use.get(use)
        if known is None:
            known = self._of_use[use] = self._choose(mention, self._weighed.ranked(use))
        sure = 0.0
        if known.place is not None or known.runners_up:
            sure = both(self._resolver.model.recognised, mention.confidence, known.confidence)
            if known.place is None:
                sure = min(sure, known.confidence)
        if known.place is not None and sure < MIN_SURE:
            why = (
                f"too doubtful: whether it is a place name, and whether {known.place.name} is meant"
            )
            best = self._candidate(self._weighed.ranked(use)[0])
            return Resolution(
                mention, "refused", round(sure, 3), reasons=(why, *mention.reasons),
                runners_up=(best, *known.runners_up),
            )  # fmt: skip
        return Resolution(
            mention, known.status, round(sure, 3), known.place, known.lat, known.lon,
            known.precision, known.radius_km, None,
            (*known.reasons, *mention.reasons), known.runners_up,
        )  # fmt: skip

    def _choose(self, mention: Mention, ranked: list[int]) -> Resolution:
        """Return what a use means; its confidence is that of the place alone."""
        if not ranked:
            return Resolution(
                mention, "refused", 0.0, reasons=("no place of this name in the gazetteer",)
            )
        best = ranked[0]
        sure = float(self._weighed.sure[best])
        others = ranked[1 : RUNNERS_UP + 1]
        candidates = (self._candidate(best), *(self._runner_up(k) for k in others))
        if sure < MIN_SURE:
            why = _why_refused(self._weighed, ranked, candidates)
            return Resolution(mention, "refused", sure, reasons=(why,), runners_up=candidates)
        place = candidates[0].place
        return Resolution(
            mention, "resolved", sure, place, place.lat, place.lon, place.precision,
            place.radius_km, None, candidates[0].reasons, candidates[1:],
        )  # fmt: skip

    def _candidate(self, candidate: int) -> Candidate:
        weighed, resolver = self._weighed, self._resolver
        place = resolver.place(int(weighed.context.rows[candidate]))
        scores, near = weighed.scores, weighed.near(candidate)
        reasons = reasons_for(weighed.context, scores, candidate, place, near, resolver.place)
        return Candidate(place, round(float(scores[candidate]), 2), reasons)

    def _runner_up(self, candidate: int) -> Candidate:
        """Return a candidate with what is known of it in any article."""
        context, resolver = self._weighed.context, self._resolver
        row = int(context.rows[candidate])
        key = (row, context.kind(candidate), context.answer(candidate))
        place = resolver.place(row)
        known = resolver.known.get(key)
        if known is None:
            known = resolver.known[key] = reasons_known(
                place, int(context.level[candidate]), *key[1:]
            )
        return Candidate(place, round(float(self._weighed.scores[candidate]), 2), known)

    def _by_evidence(
        self, mention: Mention, use: int, evidence: Sequence[Evidence], before: Resolution
    ) -> Resolution:
        """Raise the candidates inside the evidence's region, or place the mention by it."""
        strongest = max(evidence, key=lambda e: e.confidence)
        weighed = self._weighed
        context = weighed.context
        own = context.of(use)
        settled = context.level[own] >= Level.CAPITAL
        inside = settled * _within(strongest, context.lon[own], context.lat[own])
        found = None
        if inside.any():
            gain = EVIDENCE_GAIN * strongest.confidence * inside
            with weighed.raised(use, gain, self._resolver.model.sure):
                ranked = weighed.ranked(use)
                # The likeliest may lie elsewhere still: the text says that it is not meant.
                if inside[ranked[0] - own.start] > 0:
                    found = self._choose(mention, ranked)
        if found is not None:
            told = both(self._resolver.model.recognised, mention.confidence, found.confidence)
            reasons = (strongest.reason, *found.reasons, *mention.reasons)
            return Resolution(
                mention, found.status, round(told, 3), found.place, found.lat,
                found.lon, found.precision, found.radius_km, None, reasons, found.runners_up,
            )  # fmt: skip
        if len(settled) and not settled.any():
            return before  # a country or an oblast is not placed by a hint
        if _stands(before, strongest):
            # "30 km" may be 45: a town that is known, and surely meant, stays where it is.
            beside = f"{strongest.reason}, which it lies beside"
            return replace(
                before, confidence=round(_DOUBTED * before.confidence, 3),
                reasons=(beside, *before.reasons),
            )  # fmt: skip
        runners_up = tuple(self._candidate(k) for k in weighed.ranked(use)[:RUNNERS_UP])
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


def _stands(before: Resolution, evidence: Evidence) -> bool:
    """Say whether a place is surely meant though it lies beside what the text says of it."""
    place = before.place
    if place is None or before.confidence < _SURELY or place.precision not in _OWN_POINT:
        return False
    wide = replace(evidence, tolerance=1.0)
    return bool(_within(wide, [place.lon], [place.lat])[0] > 0)


def _within(evidence: Evidence, lon: Any, lat: Any) -> Any:
    """Return 1 for points in a region, less for those beside it, 0 beyond its tolerance.

    A region holds nine in ten true places: the tenth lies close by, and a known place there is
    likelier than one that the gazetteer lacks.
    """
    import numpy as np
    import shapely

    if not len(lon):
        return np.zeros(0)
    region = evidence.region
    west, south, east, north = region.geometry.bounds
    squeeze = float(np.cos(np.radians(region.lat)))
    width = max((east - west) * squeeze, north - south, 1e-6)
    off = shapely.distance(region.geometry, shapely.points(lon, lat))
    return np.clip(1.0 - off / (evidence.tolerance * width), 0.0, 1.0) ** 2


def _why_refused(weighed: Weighed, ranked: list[int], candidates: tuple[Candidate, ...]) -> str:
    names = ", ".join(_described(c.place) for c in candidates[:3])
    answers = {int(weighed.context.answer(k)) for k in ranked}
    if answers == {INNER}:
        return f"not in the gazetteer; a part of it is the name of {names}"
    if len(ranked) == 1:
        return f"the only place of this name does not fit the article: {names}"
    if same_place(weighed.context, ranked):
        return f"the places of this name do not fit the article: {names}"
    return f"{len(ranked)} places of this name, none clearly meant: {names}"


def _described(place: Place) -> str:
    where = [p for p in (place.admin1_name, place.country) if p]
    return f"{place.name} ({', '.join(where)})" if where else place.name
