"""The places that claims are about: mentions and hints by their offsets, and lists of them."""

from __future__ import annotations

import re
from bisect import bisect_left
from dataclasses import replace
from typing import TYPE_CHECKING

from geomap.front.patterns import lexicon
from geomap.front.spots import BRACKET, Brackets, Finder, of_mention

if TYPE_CHECKING:
    from collections.abc import Sequence

    from geomap.front.patterns import Words
    from geomap.front.spots import Spot, Where
    from geomap.front.theatre import Theatre
    from geomap.models import Hint, Relation, Resolution

_FAR_BACK = 3000  # characters in which "it" or "the city" looks back for its name
_BESIDE_IT = frozenset(["distance", "distance_direction", "direction"])
_BESIDE = 160
_LISTED = 60  # places of one list: more are no list of places that something happened at
_STOPS = re.compile(r"[:.“”\"—–]")
# A relation that is said once for all places of a list; others are said of one only.
_SHARED: tuple[Relation, ...] = ("near", "in_or_near", "toward", "within")
_INSIDE = frozenset({"in", "into", "inside", "within", "at", "of", "to", "on"})
_NO_OBJECT = frozenset(
    {"that", "while", "after", "which", "who", "where", "when", "but", "as", "before", "to"}
)


class Places:
    """The literal places and the hints of one article, looked up by offset."""

    def __init__(
        self,
        text: str,
        resolutions: Sequence[Resolution],
        hints: Sequence[Hint],
        theatre: Theatre,
    ) -> None:
        self.text = text
        self._brackets = Brackets(text)
        self._finder = Finder(text, resolutions, self._brackets, theatre)
        self.spots = self._finder.spots(hints)
        self._spot_starts = [s.start for s in self.spots]

    def any_in(self, start: int, end: int) -> bool:
        """Say whether a stretch names a place."""
        at = bisect_left(self._spot_starts, start)
        return at < len(self._spot_starts) and self._spot_starts[at] < end

    def between(self, start: int, end: int) -> list[Spot]:
        """Return what is named in a stretch, helpers too."""
        low = bisect_left(self._spot_starts, start)
        return self.spots[low : bisect_left(self._spot_starts, end)]

    def first(self, start: int, end: int, *, sources: bool = False) -> Spot | None:
        """Return the first place of a stretch that is not there to locate another."""
        at = bisect_left(self._spot_starts, start)
        while at < len(self.spots) and self.spots[at].start < end:
            spot = self.spots[at]
            if not spot.helper and (sources or not spot.source):
                return spot
            at += 1
        return None

    def last(self, start: int, end: int) -> Spot | None:
        """Return the last place of a stretch that is not there to locate another.

        "Yampil, 12 km southeast of Lyman in Donetsk Oblast, was shelled" is about Yampil.
        """
        areas: Spot | None = None
        at = bisect_left(self._spot_starts, end) - 1
        while at >= 0 and self.spots[at].start >= start:
            spot = self.spots[at]
            if not spot.helper and not spot.source:
                if not spot.area:
                    return spot
                areas = areas or spot
            at -= 1
        return areas

    def last_settlement(self, offset: int, *, it: bool = False) -> Where | None:
        """Return the settlement named last before an offset: what "it" or "the city" means.

        A place that only helps to locate another is passed over. Of "it" nothing is known where the
        last one is beside what is told of: "a crossing lies 8 km north of Bakhmut. They left it".
        """
        at = bisect_left(self._spot_starts, offset) - 1
        while at >= 0 and self.spots[at].start >= offset - _FAR_BACK:
            spot = self.spots[at]
            if it and not spot.helper and spot.where.relation in _BESIDE_IT:
                return None
            resolution = self._finder.resolution(spot.where.start)
            place = resolution.place if resolution else None
            if not spot.helper and place is not None and place.feature_class == "P" and resolution:
                return of_mention(resolution)
            # A village that no gazetteer has is meant by what is said of it directly after.
            unknown = place is None and resolution is not None and not spot.helper
            if unknown and resolution and offset - spot.end < _BESIDE:
                return of_mention(resolution)
            at -= 1
        return None

    def listed(
        self, first: Spot, words: Words, limit: int, *, sources: bool = False, loose: bool = False,
        units: bool = False,
    ) -> list[Spot]:  # fmt: skip
        """Return a place and those of the list that it opens.

        "near Kupyansk; east of Kupyansk near Petropavlivka; and toward Stepova": three, each with
        its own relation. With `sources` the places are those that are left; with `loose` each may
        have its own object ("struck a depot in Polohy and a ship near Inkerman"), with `units` its
        own unit ("elements of the 5th Brigade near Terny, and of the 7th near Torske").
        """
        found = [first]
        at = bisect_left(self._spot_starts, first.start)
        while at < len(self.spots) and self.spots[at] is not first:
            at += 1
        begin, last_end = first, first.end
        for spot in self.spots[at + 1 : at + 1 + 3 * _LISTED]:
            if spot.start >= limit:
                break
            if spot.start < last_end and not spot.helper:
                continue  # two hints of one place
            gap = self._gap(words, last_end, spot.start, loose=loose)
            if gap is None and units:
                gap = self._other_unit(words, last_end, spot.start)
            if gap is None or (sources and "to" in gap):
                break  # "withdrew from Lyman to Kreminna"
            last_end = self._brackets.past(max(last_end, spot.end))
            if spot.helper or (spot.source and not sources):
                continue
            beside = BRACKET.sub("", self.text[found[-1].end : spot.start])
            if spot.where.relation is None and not beside.strip():
                continue  # "Chervonyi (Krasnyi) Lyman" is one name
            # "Near Kupiansk and in the Lyman direction": one more, and so is the "B" of "A-B".
            joined = self.text[found[-1].end : spot.start].strip() in ("-", "–")
            exact = any(not s.sector and not s.area for s in found) if spot.sector else False
            if exact and ("and" in gap or (joined and not found[-1].sector)):
                spot = replace(spot, sector=False)  # noqa: PLW2901
            found.append(_inherit(begin, spot, gap))
            begin = found[-1]
        return _settled(found)[:_LISTED]

    def listed_back(self, last: Spot, words: Words, floor: int) -> list[Spot]:
        """Return a place and those listed before it: "Toretsk, Siversk and Avdiivka were hit"."""
        found = [last]
        at = bisect_left(self._spot_starts, last.start)
        while at < len(self.spots) and self.spots[at] is not last:
            at += 1
        begin = last.start
        for spot in reversed(self.spots[max(0, at - _LISTED) : at]):
            if spot.start < floor or self._gap(words, spot.end, begin) is None:
                break
            begin = spot.start
            if not spot.helper:
                found.append(spot)
        return _settled(found[::-1])

    def itself(self, spot: Spot, where: Where) -> Where:
        """Return a place without the region beside it that is said of something else."""
        resolution = self._finder.resolution(spot.where.start)
        if resolution is None:
            return where
        own = of_mention(resolution)
        return replace(where, lat=own.lat, lon=own.lon, region=own.region)

    def country(self, where: Where) -> str | None:
        """Return the country of a place."""
        resolution = self._finder.resolution(where.start)
        return resolution.place.country if resolution and resolution.place else None

    def plain(self, words: Words, start: int, end: int) -> list[str]:
        """Return the words of a stretch that are not in brackets and no helping place."""
        found: list[str] = []
        skipped = [*self._brackets.between(start, end)]
        skipped += [(s.start, s.end) for s in self.between(start, end) if s.helper]
        for low in range(words.index(start), words.index(end)):
            offset = words.starts[low]
            if not any(a <= offset < b for a, b in skipped):
                found.append(words.words[low])
        return found

    def _other_unit(self, words: Words, start: int, end: int) -> list[str] | None:
        """Return the words before the place of one more unit: ", elements of the 5th Army near"."""
        gap = self.plain(words, start, end)
        if end - start > 200 or _STOPS.search(self.text[start:end]) or not gap:
            return None
        table = lexicon()
        if not table["units_of"].within(gap) or table.triggers.within(gap):
            return None
        low = words.index(start)
        named = all(
            word[:1].isdigit() or word in ("in", "of") or table["glue"].all_of([word])
            or any(table[name].within([word]) for name in ("units_of", "force_nouns"))
            or self.text[words.starts[at]].isupper()
            for at, word in enumerate(words.between(start, end), low)
        )  # fmt: skip
        return gap if named else None

    def _gap(self, words: Words, start: int, end: int, *, loose: bool = False) -> list[str] | None:
        """Return the words between two places of one list, None when it is no list."""
        if end - start > 600:
            return None
        between = self.text[start:end]
        for low, high in self._brackets.between(start, end):
            between = between.replace(self.text[low:high], " ")
        if _STOPS.search(between) or "\n" in between:
            return None
        dated = (*lexicon().listed("month_names"), "nd", "th", "st")
        gap = [w for w in self.plain(words, start, end) if not w.isdigit() and w not in dated]
        own = re.match(r"\s*,\s+(?:an?|the)\s", between) is not None
        if loose and (";" in between or "and" in gap[:3] or own):
            own = len(gap) <= 16 and not _NO_OBJECT & set(gap)
            return gap if own else None
        return gap if lexicon()["glue"].all_of(gap) else None


def _inherit(before: Spot, spot: Spot, gap: list[str]) -> Spot:
    """Return a listed place with the relation said once for all: "near A and B"."""
    inside = any(word in _INSIDE for word in gap)
    if spot.where.relation is None and not inside and before.where.relation in _SHARED:
        where = replace(
            spot.where, relation=before.where.relation,
            confidence=min(spot.where.confidence, max(before.where.confidence, 0.1)),
        )  # fmt: skip
        return replace(spot, where=where)
    return spot


def _settled(spots: list[Spot]) -> list[Spot]:
    """Return the places of a list without the areas and sectors that only frame the others.

    "in Kursk and Sumy oblasts, including near Yablunivka" is about Yablunivka.
    """
    exact = [s for s in spots if not s.area and not s.sector]
    return exact or spots
