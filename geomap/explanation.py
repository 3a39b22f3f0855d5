"""Why a name of an article was read as it was: its uses, what each could mean, what was chosen."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final, Literal

from geomap.gazetteer.names import fold
from geomap.gazetteer.schema import Level
from geomap.models import Mention
from geomap.toponyms.corrections import words_key
from geomap.toponyms.occurrences import Words
from geomap.toponyms.recognise import Recogniser

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from geomap.models import Article, Candidate, Hint, Place, Resolution, Span, Status
    from geomap.pipeline import Pipeline

NOT_READ: Final = "not_read"
SIMILAR_FROM = 60.0  # of 100: what is less alike is no slip of the pen


@dataclass(frozen=True, slots=True)
class Occurrence:
    """One place in the text where the name stands.

    `chance` is how likely geomap's own recogniser holds it that these words name a place; None
    when it did not weigh them (or another recogniser reads). `confidence` is that of the mark on
    the map, None when the words were not read as a place.
    """

    start: int
    end: int
    text: str
    sentence: Span
    chance: float | None = None
    confidence: float | None = None


@dataclass(frozen=True, slots=True)
class Weighed:
    """A place that the name could mean.

    `score` (log odds) and `probability`, its share among all candidates of the use, are by the
    names of the article alone: hints and corrections come after. `chosen` is after them.
    """

    place: Place
    level: str
    score: float
    probability: float
    reasons: tuple[str, ...]
    chosen: bool = False


@dataclass(frozen=True, slots=True)
class Explanation:
    """One use of a name: everywhere in the article where it was read in the same way.

    Attributes
    ----------
    article : Article
    occurrences : tuple of Occurrence
        At least one, in the order of the text.
    candidates : tuple of Weighed
        All of them, the likeliest first; when the words were not read as a place, what they would
        mean if they were.
    resolution : Resolution or None
        The reading of the first occurrence, after hints and corrections; None when the words were
        not read as a place.
    before : Resolution or None
        That reading without hints and corrections, when they changed it.
    threshold : float or None
        The chance from which words are read as a place; None of another recogniser than geomap's.
    overlaps : str or None
        Words read as a place that share words with these.
    dropped_by : str or None
        The correction that says these words name no place.
    hints : tuple of Hint
        What the text says of where the occurrences lie.
    """

    article: Article
    occurrences: tuple[Occurrence, ...]
    candidates: tuple[Weighed, ...]
    resolution: Resolution | None = None
    before: Resolution | None = None
    threshold: float | None = None
    overlaps: str | None = None
    dropped_by: str | None = None
    hints: tuple[Hint, ...] = ()

    @property
    def status(self) -> Status | Literal["not_read"]:
        """How it was read: resolved, hinted, refused or not_read."""
        return NOT_READ if self.resolution is None else self.resolution.status


def explain(pipeline: Pipeline, article: Article, name: str) -> list[Explanation]:
    """Return the uses of a name in an article, in the order of the text.

    Parameters
    ----------
    pipeline : Pipeline
        Its gazetteer, line of contact, corrections and recogniser count.
    article : Article
    name : str
        The words of the text; case, marks and script do not matter.

    Returns
    -------
    list of Explanation
        Empty when the name does not stand in the text.

    Examples
    --------
    >>> import geomap
    >>> from geomap.explanation import explain
    >>> article = geomap.Article("a", "Shells fell on Lyman, northeast of Kharkiv City.")
    >>> (use,) = explain(geomap.Pipeline(), article, "Lyman")
    >>> use.status, use.resolution.place.admin1_name, len(use.candidates) > 5
    ('resolved', 'Kharkiv Oblast', True)
    """
    key = fold(name)
    if not key or key not in fold(article.text):
        return []  # the cheap answer first: a file may hold thousands of articles
    return _Explainer(pipeline, article, name, key).explanations()


def similar(name: str, names: Iterable[str], limit: int = 3) -> list[str]:
    """Return the names most like a name, the most similar first.

    Examples
    --------
    >>> similar("Avdeevka", ["Bakhmut", "Avdiivka", "Kyiv"])
    ['Avdiivka']
    """
    from rapidfuzz import fuzz, process

    spelt: dict[str, str] = {}
    for other in names:
        spelt.setdefault(fold(other), other)
    found = process.extract(
        fold(name), list(spelt), scorer=fuzz.ratio, score_cutoff=SIMILAR_FROM, limit=limit
    )
    return [spelt[key] for key, _, _ in found]


class _Explainer:
    """Explains one name of one article, read once."""

    def __init__(self, pipeline: Pipeline, article: Article, name: str, key: str) -> None:
        self.pipeline, self.article, self.key = pipeline, article, key
        self.report, self.read = pipeline.examine(article)
        self.mentions = [r.mention for r in self.report.resolutions]
        # "nice" is no occurrence of "Nice", unless nothing else is.
        self.words = Words(article.text)
        self.spans = self.words.spans({name}) if words_key(name) else set()
        if not self.spans and not any(map(self._is_it, self.mentions)) and words_key(name):
            self.spans = self.words.spans({name.lower()})
        self.threshold: float | None = None
        self.chances: dict[tuple[int, int], float] = {}
        recogniser = pipeline.toponyms.recogniser
        if isinstance(recogniser, Recogniser):
            self.threshold = float(recogniser.model.accept)
            self.chances = _chances(recogniser, article.text, self.report.sentences)

    def explanations(self) -> list[Explanation]:
        """Return the uses, in the order of the text."""
        found = [*self._read_as_places(), *self._not_read()]
        return sorted(found, key=lambda e: e.occurrences[0].start)

    def _is_it(self, mention: Mention) -> bool:
        return self.key in (fold(mention.text), fold(mention.name))

    def _read_as_places(self) -> list[Explanation]:
        weighed: dict[int, tuple[Weighed, ...]] = {}
        found: dict[object, Explanation] = {}
        for i, resolution in enumerate(self.report.resolutions):
            mention = resolution.mention
            if not self._is_it(mention):
                continue
            use = self.read.use_of(i)
            if use not in weighed:
                bloc = mention.feature == "bloc"  # of states: no row of the gazetteer
                weighed[use] = () if bloc else self._weighed(self.read.reading.candidates(i))
            candidates = weighed[use]
            own = tuple(r for r in resolution.reasons if r not in mention.reasons)
            same = (
                mention.kind, resolution.status, resolution.place, resolution.lat, resolution.lon,
                own, tuple(c.place.key for c in candidates),
            )  # fmt: skip
            here = self._occurrence(mention.start, mention.end, resolution.confidence)
            if same in found:
                known = found[same]
                found[same] = replace(
                    known, occurrences=(*known.occurrences, here),
                    hints=(*known.hints, *self._hints_on(mention)),
                )  # fmt: skip
                continue
            place = resolution.place
            before = self.read.reading.resolutions[i]
            found[same] = Explanation(
                self.article,
                (here,),
                tuple(
                    replace(c, chosen=place is not None and c.place.key == place.key)
                    for c in candidates
                ),
                resolution,
                before if _differ(before, resolution) else None,
                self.threshold,
                hints=self._hints_on(mention),
            )
        return list(found.values())

    def _hints_on(self, mention: Mention) -> tuple[Hint, ...]:
        return tuple(h for h in self.report.hints if mention.start in h.locates_mentions)

    def _not_read(self) -> list[Explanation]:
        """Return the uses that are words of the text only, and why no place was read there."""
        read = {(m.start, m.end) for m in self.mentions}
        known: dict[tuple[str | None, str | None], list[tuple[int, int]]] = {}
        for start, end in sorted(self.spans - read):
            overlapping = (m for m in self.mentions if m.start < end and start < m.end)
            longer = max(overlapping, key=lambda m: m.end - m.start, default=None)
            if longer is not None and self._is_it(longer):
                continue  # the same use, with the words beside it
            why = (None if longer is None else longer.text, self._dropped_by(start, end))
            known.setdefault(why, []).append((start, end))
        return [
            Explanation(
                self.article,
                tuple(self._occurrence(start, end) for start, end in spans),
                self._would_mean(*spans[0]),
                threshold=self.threshold,
                overlaps=overlaps,
                dropped_by=dropped_by,
            )
            for (overlaps, dropped_by), spans in known.items()
        ]

    def _occurrence(self, start: int, end: int, confidence: float | None = None) -> Occurrence:
        return Occurrence(
            start, end, self.article.text[start:end], self.report.sentence_at(start),
            self.chances.get((start, end)), confidence,
        )  # fmt: skip

    def _dropped_by(self, start: int, end: int) -> str | None:
        """Return the correction by which the words, or longer ones around them, are no place."""
        entries = self.pipeline.corrections.entries
        for number in self.report.corrections:
            if number >= len(entries):  # of a claim
                break
            entry = entries[number]
            if entry.action == "not_place" and entry.start in (None, start):
                stands = self.words.spans({entry.name})
                if any(first <= start and end <= last for first, last in stands):
                    said = entry.note.strip() or f"{entry.name} is no place"
                    return f"{said} ({entry.entry.short})"
        return None

    def _would_mean(self, start: int, end: int) -> tuple[Weighed, ...]:
        """Weigh what words would mean, had they been read as a place among the others."""
        words = self.article.text[start:end]
        mention = Mention(start, end, words, "literal", words)
        others = [m for m in self.mentions if m.end <= start or end <= m.start]
        mentions = sorted([*others, mention], key=lambda m: m.start)
        resolver = self.pipeline.toponyms.resolver
        reading = resolver.read(self.article.text, mentions, self.article.source)
        return self._weighed(reading.candidates(mentions.index(mention)))

    def _weighed(self, candidates: Sequence[Candidate]) -> tuple[Weighed, ...]:
        if not candidates:
            return ()
        level = self.pipeline.gazetteer.level
        best = max(c.score for c in candidates)
        odds = [math.exp(c.score - best) for c in candidates]
        whole = sum(odds)
        return tuple(
            Weighed(
                c.place, Level(int(level[c.place.key])).name.lower(), c.score,
                round(share / whole, 4), c.reasons,
            )
            for c, share in zip(candidates, odds, strict=True)
        )  # fmt: skip


def _chances(
    recogniser: Recogniser, text: str, sentences: Sequence[Span]
) -> dict[tuple[int, int], float]:
    """Return how likely each stretch that the recogniser weighs is a place, by its offsets."""
    seen = recogniser.see([text], [sentences])
    words, spans, offset = seen.batch.words, seen.spans, seen.batch.offsets[0]
    starts = (words.start[spans.first] - offset).tolist()
    ends = (words.end[spans.last - 1] - offset).tolist()
    chances = recogniser.chances(seen).round(4).tolist()
    return dict(zip(zip(starts, ends, strict=True), chances, strict=True))


def _differ(one: Resolution, other: Resolution) -> bool:
    """Say whether two readings put a mention elsewhere."""
    return (one.status, one.lat, one.lon, one.place) != (
        other.status, other.lat, other.lon, other.place,
    )  # fmt: skip
