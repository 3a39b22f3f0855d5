"""Putting a person's corrections into effect: over what was read, hints and all."""

from __future__ import annotations

import math
from collections import defaultdict
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from geomap.geodesy import rough_km
from geomap.models import Mention, Problem, Resolution
from geomap.toponyms.claim_corrections import ClaimCorrection
from geomap.toponyms.corrected_places import places_of
from geomap.toponyms.corrections import said, source_key, squeezed, words_key
from geomap.toponyms.occurrences import Kept, Words
from geomap.toponyms.occurring import OccurringNames

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from geomap.gazetteer.store import Gazetteer
    from geomap.models import Article, Candidate, Place, Report
    from geomap.toponyms.corrections import Correction, Corrections

SAME_PLACE_KM = 5.0  # two rows of settlements this near are one place to a person
CORRECTED = "corrected: "  # begins the reason of what was changed
NAMED = 5  # corrections that found nothing, warned of one by one; the rest is counted


class Corrector:
    """Applies corrections to articles.

    Raises
    ------
    CorrectionError
        A place is not known or could be several, or two entries contradict each other.
    """

    def __init__(self, corrections: Corrections, gazetteer: Gazetteer) -> None:
        self.corrections = corrections
        self.places = places_of(corrections, gazetteer)
        self._by_article: defaultdict[str | None, list[tuple[int, str]]] = defaultdict(list)
        of_many = []
        for i, entry in enumerate(corrections):
            if entry.article is not None:
                self._by_article[squeezed(entry.article)].append((i, entry.name))
            else:
                of_many.append((i, entry.name))
        self._of_many = OccurringNames(of_many)

    def on(self, article: Article) -> ArticleCorrections:
        """Return what is to be corrected in one article."""
        return ArticleCorrections(self, article.text, self.touching(article))

    def touching(self, article: Article) -> tuple[int, ...]:
        """Return the numbers of the entries that can change how an article is read, in order.

        They are those of it or its source or of all articles whose name occurs in its text: no
        other has any part in the reading.
        """
        found = self._of_many.within(article.text) if self._of_many else set()
        if own := self._by_article.get(squeezed(article.id)):
            found |= OccurringNames(own).within(article.text)
        if not found:
            return ()
        source = source_key(article.source)
        entries = self.corrections.entries
        return tuple(
            i
            for i in sorted(found)
            if entries[i].source is None or source_key(entries[i].source) == source
        )

    def mark(self, article: Article) -> str:
        """Return a short hash of what the entries that touch an article say; empty without any.

        Two readings of an article by one gazetteer and equal marks are equal, but for the numbers
        of the entries.
        """
        numbers = self.touching(article)
        return said(self.corrections.entries[i] for i in numbers) if numbers else ""

    def unused(
        self, reports: Iterable[Report], left_out: Iterable[str] = (), *, whole: bool = True
    ) -> Iterator[Problem]:
        """Yield a warning for each correction that found nothing to correct.

        Parameters
        ----------
        reports : iterable of Report
            All of the run.
        left_out : iterable of str
            Ids of articles that the run left out; what is said of them is no slip.
        whole : bool
            Whether these are all reports that there are: else what is said of sources or of all
            articles may be of others.
        """
        used: set[int] = set()
        articles, sources = set(), set()
        for report in reports:
            used.update(report.corrections)
            articles.add(squeezed(report.article.id))
            sources.add(source_key(report.article.source))
        skipped = {squeezed(name) for name in left_out}
        unused: list[Correction | ClaimCorrection] = [
            entry
            for i, entry in enumerate((*self.corrections, *self.corrections.claims))
            if i not in used and (whole if (of := _of(entry)) is None else of not in skipped)
        ]
        for entry in unused[:NAMED]:
            at = f" at {entry.start}" if entry.start is not None else ""
            of = _of(entry)
            if of is not None and of not in articles:
                why = f"no article {of!r} was read"
            elif isinstance(entry, ClaimCorrection):
                why = f"no such claim{at} in the article {of!r}"
            elif entry.source is not None and source_key(entry.source) not in sources:
                why = f"no article of the source {entry.source!r} was read"
            else:
                why = f"no such mention{at} in {_extent(entry)}"
            message = entry.entry.told(entry.name, f"corrects nothing: {why}")
            yield Problem(entry.entry.path, message, "unused-correction", entry.entry.line)
        if rest := unused[NAMED:]:
            more = ", ..." if len(rest) > 50 else ""
            message = f"{len(rest)} more correct nothing: {_listed(rest[:50])}{more}"
            yield Problem(rest[0].entry.path, message, "unused-correction")


def _listed(entries: Iterable[Correction | ClaimCorrection]) -> str:
    """Return the numbers of some entries: "entries 6, 7, claims 1"."""
    told = [e.entry for e in entries]
    kinds = {"entries": [e for e in told if e.what == "entry"],
             "claims": [e for e in told if e.what == "claim"]}  # fmt: skip
    return ", ".join(
        f"{kind} {', '.join(str(e.number) for e in some)}" for kind, some in kinds.items() if some
    )


def _of(entry: Correction | ClaimCorrection) -> str | None:
    """Return the one article that an entry is of, as it is compared."""
    return entry.of_article if isinstance(entry, ClaimCorrection) else squeezed(entry.article)


def _extent(entry: Correction) -> str:
    if entry.article is not None:
        return f"the article {entry.article!r}"
    return f"articles of {entry.source!r}" if entry.source is not None else "any article"


@dataclass(frozen=True, slots=True)
class _Decision:
    """What the corrections say of one occurrence: a pin, no place, or readings forbidden."""

    pin: int | None = None
    no_place: bool = False
    forbidden: tuple[int, ...] = ()
    matched: tuple[int, ...] = ()


class ArticleCorrections:
    """The corrections of one article; ask for `mentions` first, then for `resolutions`.

    `used` numbers those that found their words.
    """

    def __init__(self, corrector: Corrector, text: str, numbers: Sequence[int]) -> None:
        self.text = text
        self._entries = corrector.corrections.entries
        self._places = corrector.places
        self._by_key: defaultdict[str, list[int]] = defaultdict(list)
        for i in sorted(numbers, key=lambda n: (*(not r for r in self._entries[n].rank), n)):
            self._by_key[self._entries[i].key].append(i)
        self._decided: dict[int, _Decision] = {}
        self._used: set[int] = set()

    def __bool__(self) -> bool:
        """Whether any entry can change how the article is read."""
        return bool(self._by_key)

    @property
    def used(self) -> tuple[int, ...]:
        """The numbers of the corrections that found their words, in order."""
        return tuple(sorted(self._used))

    def mentions(self, mentions: Sequence[Mention]) -> list[Mention]:
        """Return the mentions without what is no place, and with names that were not found.

        A pinned name that was read as part of a longer one stays that; one that holds shorter
        mentions takes their place.
        """
        if not self._by_key:
            return list(mentions)
        kept = Kept(mentions)
        read: defaultdict[str, set[tuple[int, int]]] = defaultdict(set)
        for mention in mentions:
            read[words_key(mention.text)].add((mention.start, mention.end))
        words = Words(self.text)
        # Longer names first: what they take is no occurrence of a shorter one.
        for key in sorted(self._by_key, key=lambda k: (-k.count(" "), -len(k), k)):
            names = {self._entries[i].name for i in self._by_key[key]}
            for start, end in sorted(read[key].union(words.spans(names))):
                self._one(key, start, end, kept)
        return kept.mentions()

    def _one(self, key: str, start: int, end: int, kept: Kept) -> None:
        """Decide one occurrence, and change the mentions by it."""
        touched = kept.touching(start, end)
        mention = next((m for m in touched if (m.start, m.end) == (start, end)), None)
        decision = self._decide(key, start, mention)
        if not decision.matched:
            return
        within = [m for m in touched if start <= m.start and m.end <= end]
        if len(within) < len(touched):
            return  # a part of a longer name is another thing
        # What was not read as a place either needs no prohibition, and so is no slip.
        self._used.update(decision.matched)
        if decision.no_place:
            kept.remove(within)
        elif mention is not None:
            self._decided[start] = decision
        elif decision.pin is not None:
            kept.remove(within)
            words = self.text[start:end]
            kept.add(Mention(start, end, words, "literal", words))
            self._decided[start] = decision

    def _decide(self, key: str, start: int, mention: Mention | None) -> _Decision:
        """Return what the narrowest entries say; forbidden readings add up on the way."""
        matched = tuple(
            i
            for i in self._by_key[key]
            if self._entries[i].start in (None, start) and not self._another_thing(i, mention)
        )
        forbidden: list[int] = []
        for i in matched:
            entry = self._entries[i]
            if entry.action == "not_place":
                return _Decision(no_place=True, matched=matched)
            place = self._places[i]
            assert place is not None
            if entry.action == "not":
                forbidden.append(i)
            elif not any(same_place(place, self._places[f]) for f in forbidden):
                return _Decision(pin=i, matched=matched)
        return _Decision(forbidden=tuple(forbidden), matched=matched)

    def _another_thing(self, number: int, mention: Mention | None) -> bool:
        """Say whether a settlement is pinned to "the Donetsk region", or a region to "the town"."""
        entry = self._entries[number]
        if mention is None or entry.start is not None or entry.action != "place":
            return False
        place = self._places[number]
        region = place is not None and place.feature_class == "A"
        return mention.feature == ("settlement" if region else "admin1")

    def resolutions(self, resolutions: Sequence[Resolution]) -> list[Resolution]:
        """Return the resolutions with what is pinned and without what is forbidden."""
        return [
            self._corrected(r, self._decided[r.mention.start])
            if r.mention.start in self._decided
            else r
            for r in resolutions
        ]

    def _corrected(self, resolution: Resolution, decision: _Decision) -> Resolution:
        if decision.pin is not None:
            place = self._places[decision.pin]
            assert place is not None
            others = (c for c in resolution.runners_up if not same_place(c.place, place))
            return Resolution(
                resolution.mention,
                "resolved",
                1.0,
                place=place,
                lat=place.lat,
                lon=place.lon,
                precision=place.precision,
                radius_km=place.radius_km,
                reasons=(self._why(decision.pin, "pinned"), *resolution.mention.reasons),
                runners_up=tuple(others),
            )
        return self._without(resolution, decision.forbidden)

    def _without(self, resolution: Resolution, forbidden: Sequence[int]) -> Resolution:
        """Return a resolution whose place is none of the forbidden ones."""
        places = [self._places[i] for i in forbidden]

        def allowed(candidate: Candidate) -> bool:
            return not any(same_place(candidate.place, p) for p in places)

        others = tuple(filter(allowed, resolution.runners_up))
        hit = next((i for i in forbidden if same_place(resolution.place, self._places[i])), None)
        if hit is None:
            return replace(resolution, runners_up=others)
        why = self._why(hit, f"not {resolution.name}")
        if not others:
            return Resolution(
                resolution.mention, "refused", 0.0, reasons=(why, "no other place of this name")
            )
        chosen, left = others[0], others[1:]
        weights = [math.exp(c.score - chosen.score) for c in others]
        place = chosen.place
        return Resolution(
            resolution.mention,
            "resolved",
            round(min(1 / sum(weights), 0.99), 3),
            place=place,
            lat=place.lat,
            lon=place.lon,
            precision=place.precision,
            radius_km=place.radius_km,
            reasons=(why, *chosen.reasons, *resolution.mention.reasons),
            runners_up=left,
        )

    def _why(self, number: int, what: str) -> str:
        entry = self._entries[number]
        told = entry.note.strip() or f"{what} for {entry.where}"
        return f"{CORRECTED}{told} ({entry.entry.short})"


def same_place(one: Place | None, other: Place | None) -> bool:
    """Say whether two places are one to a person: the same row, or settlements side by side."""
    if one is None or other is None:
        return False
    if one.key == other.key and one.key >= 0:
        return True
    if one.feature_class != other.feature_class or one.feature_class == "A":
        return False
    return rough_km(one.lat, one.lon, other.lat, other.lon) <= SAME_PLACE_KM
