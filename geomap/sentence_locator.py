"""Where one sentence puts its subject: names, hints and their regions, with no article round it."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from geomap.articles import split_sentences
from geomap.articles.cases import Case, GivenAnchor
from geomap.errors import ArticleError, CrsError, RecogniserError
from geomap.gazetteer.spatial import SpatialIndex
from geomap.hints.attachment import MASK, Subject, subject_expressions, subjects
from geomap.hints.locate import AGAINST, Locator, is_settlement
from geomap.hints.posterior import LEVEL
from geomap.models import Article, Mention, Place, Region, Resolution

if TYPE_CHECKING:
    from collections.abc import Sequence

    from geomap.models import Hint
    from geomap.pipeline import Pipeline

BATCH = 64
LIKELY = 0.01  # settlements that are less likely are not told
SAME_KM = 2.0  # a given anchor is the gazetteer's settlement that lies no further off
UNSURE = 0.2  # no words say where: only that the sentence names a place
_IS_A = re.compile(
    r"\b(?:is|was|are|were)\s+(?:an?|the|one\s+of)\s+([^.;:()]{3,80})", re.IGNORECASE
)
_SUBJECT = re.compile(
    r"\s*([^\W\d_][^,;:.()\[\]\s]*(?: [^,;:.()\[\]\s]+){0,5}?)(?: \([^()\n]{0,200}\))?,? "
    r"(?:is|was|lies|stands|sits)\b"
)


@dataclass(frozen=True, slots=True)
class Located:
    """Where a sentence puts its subject.

    Attributes
    ----------
    id : str
    region : Region or None
        Holds the subject with the probability asked for, if the sentence is right.
    confidence : float
        That it does, 0 to 1: the anchors may be misread, or the hints contradict each other.
    hints : tuple of Hint
        Those that locate the subject; offsets are code points of the sentence.
    reasons : tuple of str
    candidates : tuple of (Place, float)
        Known settlements that the subject may be, with their probabilities, likeliest first.
    failed : bool
        Something went wrong inside geomap: the reason says what.
    """

    id: str
    region: Region | None
    confidence: float
    hints: tuple[Hint, ...] = ()
    reasons: tuple[str, ...] = ()
    candidates: tuple[tuple[Place, float], ...] = ()
    failed: bool = False


class SentenceLocator:
    """Locates the subjects of sentences.

    Parameters
    ----------
    pipeline : Pipeline
        Its gazetteer, recogniser and line of contact are used.
    level : float, optional
        The share of the probability that a region holds, between 0 and 1.
    snap : bool, optional
        Whether a subject that may be a settlement is sought among the known ones.
    """

    def __init__(self, pipeline: Pipeline, *, level: float = LEVEL, snap: bool = True) -> None:
        self._pipeline = pipeline
        self._gazetteer = pipeline.gazetteer
        self._index = SpatialIndex(self._gazetteer)
        self._settlements = pipeline.settlements if snap else None
        self._level = level
        self._seats: dict[tuple[float, float], Place | None] = {}

    def locate(
        self,
        sentence: str,
        *,
        context: str | None = None,
        anchors: Sequence[GivenAnchor] | None = None,
    ) -> Located:
        """Locate the subject of one sentence.

        Parameters
        ----------
        sentence : str
            Its subject's own name may be written `[PLACE]`; it is never looked up.
        context : str, optional
            The text before it: it says what the subject is, and which namesakes are near.
        anchors : sequence of GivenAnchor, optional
            The places it names, if they are known; else its names are looked up.
        """
        given = None
        if anchors is not None:
            given = tuple(sorted(anchors, key=lambda a: (a.start, a.end)))
        return self.locate_many([Case("1", sentence, context, given)])[0]

    def locate_many(self, cases: Sequence[Case]) -> list[Located]:
        """Locate the subjects of several sentences; each as by itself, but faster."""
        found: list[Located] = []
        for first in range(0, len(cases), BATCH):
            some = cases[first : first + BATCH]
            read = iter(self._read([c for c in some if c.anchors is None]))
            found += [self._safely(c, next(read) if c.anchors is None else None) for c in some]
        return found

    def _safely(self, case: Case, resolutions: list[Resolution] | Exception | None) -> Located:
        try:
            if isinstance(resolutions, Exception):
                raise resolutions
            return self._located(case, resolutions)
        except Exception as error:  # one sentence must never cost the others
            told = f"could not be processed: {type(error).__name__}: {error}"
            return Located(case.id, None, 0.0, reasons=(told,), failed=True)

    def _read(self, cases: Sequence[Case]) -> list[list[Resolution] | Exception]:
        """Return the names of each sentence, or why they could not be read."""
        articles = [Article(c.id, _text(c)) for c in cases]
        try:
            return [r.resolutions for r in self._pipeline.toponyms.read(articles)]
        except RecogniserError:
            raise  # it would fail with every sentence, and its user can mend it
        except Exception as error:
            if len(cases) == 1:
                return [error]
            return [read for case in cases for read in self._read([case])]

    def _located(self, case: Case, resolutions: list[Resolution] | None) -> Located:
        text = _text(case)
        offset = len(text) - len(case.sentence)
        if resolutions is None:
            resolutions = [self._given(a, case.sentence, offset) for a in case.anchors or ()]
        sentences = split_sentences(text)
        locator = Locator(
            text, resolutions, sentences, line=self._pipeline.line,
            area_geometry=self._gazetteer.geometry, settlements=self._settlements,
            level=self._level, cored=False,
        )  # fmt: skip
        expressions = [e for e in locator.reader.expressions() if e.start >= offset]
        expressions = subject_expressions(locator.reader, expressions)
        settled = _may_be_settled(text, subjects(locator.reader, expressions))
        try:
            hints, fused = locator.of_one_subject(expressions, settled=settled)
        except CrsError as error:
            return Located(case.id, None, 0.0, reasons=(str(error),))
        if fused is None:
            return self._fallback(case, resolutions, locator, hints, offset, settled=settled)
        sure = min(_sureness(h, resolutions) for h in hints if h.region is not None)
        contradicted = any(map(_is_contradicted, hints))
        confidence = self._level * sure * (0.6 if contradicted else 1.0)
        candidates = tuple(
            (self._gazetteer.place(row), chance)
            for row, chance in fused.candidates
            if chance > LIKELY
        )
        return Located(
            case.id, fused.region, round(confidence, 3),
            tuple(_shifted(h, offset) for h in _telling_first(hints)), (), candidates,
        )  # fmt: skip

    def _fallback(
        self, case: Case, resolutions: list[Resolution], locator: Locator, hints: list[Hint],
        offset: int, *, settled: bool,
    ) -> Located:  # fmt: skip
        """Return the surroundings of the sentence's own place, when no words say where."""
        shifted = tuple(_shifted(h, offset) for h in hints)
        own = _own_name(_text(case))
        named = [
            r for r in resolutions
            if r.place is not None and r.mention.kind == "literal" and r.mention.text != own
        ]  # fmt: skip
        here = [r for r in named if r.mention.start >= offset] or named
        towns = [r for r in here if r.place is not None and r.place.feature_class == "P"]
        for resolution in towns or here[:1]:
            try:
                region = locator.near(resolution, settled=settled)
            except CrsError as error:
                return Located(case.id, None, 0.0, shifted, (str(error),))
            if region is not None:
                reason = f"no words say where: near {resolution.name}, which the sentence names"
                return Located(case.id, region, UNSURE, shifted, (reason,))
        reason = "no words say where, and no place is named that could be found"
        told = tuple(r for h in hints for r in h.reasons) or (reason,)
        return Located(case.id, None, 0.0, shifted, told)

    def _given(self, anchor: GivenAnchor, sentence: str, offset: int) -> Resolution:
        """Return a given anchor as a resolution, with the size that the gazetteer knows."""
        if not 0 <= anchor.start < anchor.end <= len(sentence):
            raise ArticleError(f"anchor {anchor.name!r}: start and end are no span of the sentence")
        seat = (anchor.lat, anchor.lon)
        if seat not in self._seats:
            rows, km = self._index.nearest([anchor.lat], [anchor.lon])
            near = km[0, 0] <= SAME_KM
            self._seats[seat] = self._gazetteer.place(int(rows[0, 0])) if near else None
        known = self._seats[seat]
        place = Place(
            key=known.key if known else -1,
            name=anchor.name,
            lat=anchor.lat,
            lon=anchor.lon,
            feature_class="P",
            precision="settlement",
            radius_km=known.radius_km if known else SAME_KM,
            population=known.population if known else 0,
            country=known.country if known else None,
        )
        words = sentence[anchor.start : anchor.end]
        mention = Mention(anchor.start + offset, anchor.end + offset, words, "literal", anchor.name)
        return Resolution(
            mention, "resolved", 1.0, place, place.lat, place.lon, "settlement", place.radius_km
        )


def _text(case: Case) -> str:
    return f"{case.context}\n{case.sentence}" if case.context else case.sentence


def _may_be_settled(text: str, located: Sequence[Subject]) -> bool:
    """Say whether what a sentence locates may be a settlement: it is not said to be another thing.

    "It" and a masked name may be one, "a village" is; "a depot" is none, nor is what happens.
    """
    if _names_other_ground(text):
        return False
    if _ONE_PLACE.search(text):
        return True
    return any(map(is_settlement, located))


def _own_name(text: str) -> str | None:
    """Return what the text calls its subject, where that is not masked: "Aster is a town"."""
    found = None if MASK in text else _SUBJECT.match(text)
    return found.group(1) if found else None


def _names_other_ground(text: str) -> bool:
    """Say whether the text calls its subject something that is no settlement: "is a river"."""
    for found in _IS_A.finditer(text):
        words = re.findall(r"[a-z]+", found.group(1).lower())
        # "a village on the river": what comes first is what it is.
        for word in words:
            if word in _OTHER_GROUND:
                return True
            if word in _SETTLED:
                break
    return False


# The subject is masked, or a sentence begins with what stands for it.
_ONE_PLACE = re.compile(
    r"\[PLACE\]|(?:^|\n)\W*(?:it|there|(?:the|this|that)\s+"
    r"(?:\w+\s+)?(?:city|town|village|hamlet|settlement|municipality|community|commune|suburb|place|"
    r"parish|locality|borough|township)|(?:located|situated|lying|set|standing))\b",
    re.IGNORECASE,
)
_OTHER_GROUND = frozenset(
    {"river", "stream", "lake", "reservoir", "dam", "mountain", "peak", "hill", "pass", "volcano",
     "glacier", "valley", "forest", "wood", "park", "reserve", "desert", "island", "islet", "bay",
     "cape", "strait", "castle", "fortress", "palace", "monastery", "abbey", "airport", "airfield",
     "airbase", "base", "station", "bridge", "mine", "quarry", "plant", "refinery", "stadium",
     "mill", "factory", "depot", "warehouse", "bunker", "crater", "farm", "field", "school",
     "church", "hospital", "monument", "tower", "trench", "position",
     "tell", "ruin", "ruins", "site", "camp", "crossing", "checkpoint"}
)  # fmt: skip
_SETTLED = frozenset(
    {"city", "town", "village", "municipality", "commune", "comune", "suburb", "settlement",
     "locality", "hamlet", "community", "place", "parish", "borough", "capital", "township"}
)  # fmt: skip


def _sureness(hint: Hint, resolutions: Sequence[Resolution]) -> float:
    starts = {a.start for a in hint.anchors}
    return min((r.confidence for r in resolutions if r.mention.start in starts), default=1.0)


def _is_contradicted(hint: Hint) -> bool:
    return any(r.startswith(AGAINST) for r in hint.reasons)


def _telling_first(hints: Sequence[Hint]) -> list[Hint]:
    """Return hints with those first that say most: measured from towns, and not contradicted."""

    def rank(hint: Hint) -> tuple[bool, bool, bool, int]:
        place = hint.anchors[0].place
        town = place is not None and place.feature_class == "P"
        return hint.region is None, _is_contradicted(hint), not town, hint.start

    return sorted(hints, key=rank)


def _shifted(hint: Hint, offset: int) -> Hint:
    if not offset:
        return hint
    anchors = tuple(
        a if a.start is None or a.end is None
        else replace(a, start=a.start - offset, end=a.end - offset)
        for a in hint.anchors
    )  # fmt: skip
    return replace(hint, start=hint.start - offset, end=hint.end - offset, anchors=anchors)
