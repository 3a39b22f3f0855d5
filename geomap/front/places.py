"""The places that claims are about: mentions and hints by their offsets, and lists of them."""

from __future__ import annotations

import re
from bisect import bisect_left
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from geomap.front.patterns import lexicon

if TYPE_CHECKING:
    from collections.abc import Sequence

    from geomap.front.patterns import Words
    from geomap.front.theatre import Theatre
    from geomap.models import Hint, Region, Relation, Resolution

_FAR_BACK = 3000  # characters in which "it" or "the city" looks back for its name
_LISTED = 60  # places of one list: more are no list of places that something happened at
_BRACKET = re.compile(r"[(\[][^()\[\]]*[)\]]")
_STOPS = re.compile(r"[:.“”\"—–]")
_FEATURE = frozenset(
    {"city", "town", "village", "settlement", "oblast", "raion", "itself", "state", "province"}
)
_LEADS_ON = re.compile(r"\s*(?:near|toward|towards|in|into|within|around|on)\b", re.I)
_SIDEWAYS = ("direction", "distance_direction", "distance")
# A relation that is said once for all places of a list; others are said of one only.
_SHARED: tuple[Relation, ...] = ("near", "in_or_near", "toward", "within")
_INSIDE = frozenset({"in", "into", "inside", "within", "at", "of", "to", "on"})
_FROM = re.compile(r"\bfrom\s+(?:(?:the|occupied|nearby)\s+)?$", re.I)
_NO_OBJECT = frozenset(
    {"that", "while", "after", "which", "who", "where", "when", "but", "as", "before", "to"}
)
_AND = re.compile(r"[\s,]*(?:and|or)\b|(?:\s+\w+)?,\s")
# "Fall 2025", "Shahed-136", "Olympiiska Street": nothing that a claim could be about.
_NO_PLACE = re.compile(r"\d|\b(?:Street|Avenue|Boulevard|Road|Highway|Lane|Square)$", re.I)
_TOWARD = re.compile(r"\btowards?\s+(?:the\s+)?$", re.I)
_INSTITUTION = re.compile(
    r" (?!City|Oblast|Raion|Region|District|State|Province|Town|Village|Republic|Hromada|Krai|On|"
    r"In\b)"
    r"[A-Z][a-z]+\b"
)
# "the Donetsk City-Avdiivka area": a name of two.
_LINE = re.compile(
    r"(?: City)?[-–][A-Z][\w’'-]+(?: [A-Z]\w+)?\s+(?:tactical\s+)?"
    r"(area|line|direction|axis|sector)\b"
)
_LINES: dict[str, Relation] = {
    "area": "near", "line": "along", "direction": "toward", "axis": "toward", "sector": "toward",
}  # fmt: skip
# "Torske, 10 km west of Kreminna"; "A and B, both south of C"; "in the A area, just east of B".
_TOGETHER = ("both", "all", "each", "located", "situated", "lying", "which lies", "which lie")
_ASIDE = re.compile(
    r"(?:\s+(?:area|city|town|village))?\s*,\s*(?:both|all|each|which\s+lies?|lying|located|"
    r"situated)?\s*(?:just|about|roughly|approximately|some)?\s*",
    re.I,
)
_SECTOR = 0.5  # "the Kupyansk direction" is a sector: how surely the town is meant by it


@dataclass(frozen=True, slots=True)
class Where:
    """Where a claim happened: a named place, or the region of a hint on it."""

    name: str
    lat: float | None
    lon: float | None
    region: Region | None
    relation: Relation | None
    part: str | None
    start: int | None
    confidence: float
    direction: str | None = None
    distance_km: float | None = None


@dataclass(frozen=True, slots=True)
class Spot:
    """A place as a sentence names it: "near Siversk" from `start` to `end`.

    `helper` is set for what only tells where another place lies, `area` for what is no settlement,
    `sector` for "the Kupyansk direction", `source` for what something came from.
    """

    where: Where
    start: int
    end: int
    at: int
    helper: bool = False
    area: bool = False
    sector: bool = False
    source: bool = False
    country: str | None = None
    named_after: bool = False  # "the Bakhmut Medical College" is in Bakhmut, not all of it


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
        self._homes = {p.country for p in theatre.parties if p.country}
        self._names = {name for p in theatre.parties for name in p.names}
        self.resolutions = sorted(
            (r for r in resolutions if r.mention.kind == "literal" or self._fought_for(r)),
            key=lambda r: r.mention.start,
        )
        self._starts = [r.mention.start for r in self.resolutions]
        self._brackets = [m.span() for m in _BRACKET.finditer(text)] if "(" in text else []
        self._bracket_starts = [b[0] for b in self._brackets]
        self.spots = self._spots(hints)
        self._spot_starts = [s.start for s in self.spots]

    def _fought_for(self, resolution: Resolution) -> bool:
        """Say whether a town that seems to act is one of the war: "Soledar has not fallen"."""
        place = resolution.place
        return (
            resolution.mention.kind == "associative"
            and place is not None
            and place.feature_class == "P"
            and place.country in self._homes
            and resolution.mention.text.lower() not in self._names
        )

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

    def _joined(self, spots: list[Spot]) -> list[Spot]:
        """Mark what is joined to a source: "from Bryansk Oblast and the coast of the sea"."""
        done: list[Spot] = []
        for spot in spots:
            before = done[-1] if done else None
            joins = (
                before is not None and before.source and not spot.source
                and spot.where.relation is None
                and _AND.match(self.text[before.end : before.end + 24]) is not None
                and spot.start - before.end < 60
            )  # fmt: skip
            done.append(replace(spot, source=True) if joins else spot)
        return done

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

    def last_settlement(self, offset: int) -> Where | None:
        """Return the settlement named last before an offset: what "it" or "the city" means.

        A place that only helps to locate another is passed over.
        """
        at = bisect_left(self._spot_starts, offset) - 1
        while at >= 0 and self.spots[at].start >= offset - _FAR_BACK:
            spot = self.spots[at]
            resolution = self._resolution(spot.where.start)
            place = resolution.place if resolution else None
            if not spot.helper and place is not None and place.feature_class == "P" and resolution:
                return _of_mention(resolution)
            at -= 1
        return None

    def listed(
        self, first: Spot, words: Words, limit: int, *, sources: bool = False, loose: bool = False
    ) -> list[Spot]:
        """Return a place and those of the list that it opens.

        "near Kupyansk; east of Kupyansk near Petropavlivka; and toward Stepova": three, each with
        its own relation. With `sources` the places are those that are left; with `loose` each may
        have its own object ("struck a depot in Polohy and a ship near Inkerman").
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
            if gap is None or (sources and "to" in gap):
                break  # "withdrew from Lyman to Kreminna"
            last_end = self._past_bracket(max(last_end, spot.end))
            if spot.helper or (spot.source and not sources):
                continue
            beside = _BRACKET.sub("", self.text[found[-1].end : spot.start])
            if spot.where.relation is None and not beside.strip():
                continue  # "Chervonyi (Krasnyi) Lyman" is one name
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
        resolution = self._resolution(spot.where.start)
        if resolution is None:
            return where
        own = _of_mention(resolution)
        return replace(where, lat=own.lat, lon=own.lon, region=own.region)

    def country(self, where: Where) -> str | None:
        """Return the country of a place."""
        resolution = self._resolution(where.start)
        return resolution.place.country if resolution and resolution.place else None

    def plain(self, words: Words, start: int, end: int) -> list[str]:
        """Return the words of a stretch that are not in brackets and no helping place."""
        found: list[str] = []
        skipped = [*self._brackets_in(start, end)]
        skipped += [(s.start, s.end) for s in self.between(start, end) if s.helper]
        for low in range(words.index(start), words.index(end)):
            offset = words.starts[low]
            if not any(a <= offset < b for a, b in skipped):
                found.append(words.words[low])
        return found

    def _brackets_in(self, start: int, end: int) -> list[tuple[int, int]]:
        low = bisect_left(self._bracket_starts, start)
        return self._brackets[low : bisect_left(self._bracket_starts, end)]

    def _past_bracket(self, offset: int) -> int:
        """Return the end of the bracket that an offset stands in, else the offset."""
        at = bisect_left(self._bracket_starts, offset) - 1
        return max(offset, self._brackets[at][1]) if at >= 0 else offset

    def _bracketed(self, offset: int) -> bool:
        at = bisect_left(self._bracket_starts, offset + 1) - 1
        return at >= 0 and self._brackets[at][0] <= offset < self._brackets[at][1]

    def _gap(self, words: Words, start: int, end: int, *, loose: bool = False) -> list[str] | None:
        """Return the words between two places of one list, None when it is no list."""
        if end - start > 600:
            return None
        between = self.text[start:end]
        for low, high in self._brackets_in(start, end):
            between = between.replace(self.text[low:high], " ")
        if _STOPS.search(between) or "\n" in between:
            return None
        dated = (*lexicon().listed("month_names"), "nd", "th", "st")
        gap = [w for w in self.plain(words, start, end) if not w.isdigit() and w not in dated]
        if loose and (";" in between or "and" in gap[:3]):
            own = len(gap) <= 16 and not _NO_OBJECT & set(gap)
            return gap if own else None
        return gap if lexicon()["glue"].all_of(gap) else None

    def _resolution(self, start: int | None) -> Resolution | None:
        if start is None:
            return None
        at = bisect_left(self._starts, start)
        if at < len(self._starts) and self._starts[at] == start:
            return self.resolutions[at]
        return None

    def _spots(self, hints: Sequence[Hint]) -> list[Spot]:
        """Return everything named, in the order of the text."""
        hinted: dict[int, Hint] = {}
        helpers: dict[int, Hint] = {}
        spots: list[Spot] = []
        for hint in hints:
            inside = [a for a in hint.anchors if a.start is not None and a.end is not None
                      and hint.start - 1 <= a.start <= hint.end]  # fmt: skip
            if not inside:
                implied = self._implied(hint)
                if implied is not None:
                    spots.append(implied)
                continue
            helps = self._helps(hint)
            for anchor in inside:
                kept = helpers if helps else hinted
                if anchor.start is not None:
                    kept.setdefault(anchor.start, hint)
        for resolution in self.resolutions:
            mention, place = resolution.mention, resolution.place
            if place is not None and place.precision == "country":
                continue
            hint_on = hinted.get(mention.start)
            helping = helpers.get(mention.start) if hint_on is None else None
            spots.append(self._spot(resolution, hint_on, helping))
        spots.sort(key=lambda s: (s.start, s.at))
        return self._joined(self._containers(self._lead_on(spots)))

    def _spot(self, resolution: Resolution, hint: Hint | None, helping: Hint | None) -> Spot:
        mention, place = resolution.mention, resolution.place
        where = _of_hint(hint, resolution) if hint else _of_mention(resolution)
        start, end = mention.start, mention.end
        of = hint or helping
        if of is not None:
            if of.start <= start and _first_of(of) == mention.start:
                start = of.start
            if len(of.anchors) == 1:
                end = max(end, of.end)
        sector = hint is not None and hint.relation == "toward" and "direction" in hint.text
        if sector:
            where = replace(where, confidence=_SECTOR * where.confidence)
        elif (line := _LINE.match(self.text, mention.end)) is not None and hint is None:
            where = replace(where, relation=_LINES[line.group(1).lower()])
            sector = where.relation == "toward"
        elif _sectored(self.text, mention.end):
            sector = True
            where = replace(where, relation="toward", confidence=_SECTOR * where.confidence)
        ahead = _TOWARD.search(self.text[max(0, start - 16) : start]) if hint is None else None
        if ahead is not None and where.relation is None:
            where = replace(where, relation="toward")
        return Spot(
            where, start, end, mention.start,
            helper=helping is not None
            or self._bracketed(mention.start)
            or (place is None and _NO_PLACE.search(mention.text) is not None),
            area=place is not None and place.feature_class not in ("P", "S"),
            sector=sector,
            source=_FROM.search(self.text[max(0, start - 20) : start]) is not None,
            country=place.country if place else None,
            named_after=_INSTITUTION.match(self.text, mention.end) is not None,
        )  # fmt: skip

    def _implied(self, hint: Hint) -> Spot | None:
        """Return the place of "the city's east", whose name stands elsewhere."""
        anchor = hint.anchors[0] if hint.anchors else None
        if anchor is None or anchor.place is None or anchor.place.precision == "country":
            return None
        if hint.relation not in ("part", "outskirts", "within", "distance_direction", "near"):
            return None
        where = _of_hint(hint, self._resolution(anchor.start))
        return Spot(
            where, hint.start, hint.end, hint.start, country=anchor.place.country,
            helper=bool(hint.locates_mentions) or self._bracketed(hint.start),
        )  # fmt: skip

    def _helps(self, hint: Hint) -> bool:
        """Say whether a hint only tells where another place lies."""
        if self._bracketed(hint.start):
            return True
        if not hint.locates_mentions:
            return False
        if hint.relation in _SIDEWAYS:
            return True
        # "Siversk, near Bakhmut, was shelled": directly after what it locates.
        at = bisect_left(self._starts, hint.start) - 1
        if at < 0 or self._starts[at] not in hint.locates_mentions:
            return False
        return self.text[self.resolutions[at].mention.end : hint.start].strip(" ,(") == ""

    def _lead_on(self, spots: list[Spot]) -> list[Spot]:
        """Mark what leads on to another place: "north of Kharkiv City toward Kozacha Lopan"."""
        done: list[Spot] = []
        for spot, following in zip(spots, [*spots[1:], None], strict=False):
            helps = spot.helper
            if following is not None and not helps and following.start < spot.end + 40:
                gap = self.text[spot.end : following.start]
                words = gap.lower().split()
                leads = spot.where.relation in _SIDEWAYS or spot.sector
                on = _LEADS_ON.match(self.text, following.start) is not None
                helps = leads and on and all(w in _FEATURE for w in words)
            if done and not helps and spot.where.relation in _SIDEWAYS:
                # "in the Chervonopopivka area, 10 km northwest of Kreminna"; a wind alone may be
                # one more place of a list: "near A, south of B, and".
                gap = self.text[done[-1].end : spot.start]
                helps = len(gap) < 40 and not done[-1].helper and _ASIDE.fullmatch(gap) is not None
                measured = spot.where.distance_km is not None
                helps = helps and (measured or gap.strip(" ,").lower() in _TOGETHER)
            done.append(replace(spot, helper=helps) if helps != spot.helper else spot)
        return done

    def _containers(self, spots: list[Spot]) -> list[Spot]:
        """Mark the oblast after a name: "Siversk, Donetsk Oblast", "Lyman in Donetsk Oblast"."""
        done: list[Spot] = []
        for spot in spots:
            before = done[-1] if done else None
            helps = spot.helper
            if before is not None and spot.area and not before.area and not helps:
                gap = self.text[before.end : spot.at].strip().lower()
                if len(gap) < 60:
                    gap = _BRACKET.sub("", gap).strip()
                    if gap.rstrip() in (",", "in", ", in", "of", "city,", "in the"):
                        helps = True
            done.append(replace(spot, helper=helps) if helps != spot.helper else spot)
        return done


def _first_of(hint: Hint) -> int | None:
    return min((a.start for a in hint.anchors if a.start is not None), default=None)


def _sectored(text: str, end: int) -> bool:
    """Say whether a name is that of a sector: "the Kupyansk direction", "the Izyum axis"."""
    return (
        re.match(r"\s+(?:operational\s+)?(?:direction|axis|sector)\b", text[end : end + 24])
        is not None
    )


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


def _of_mention(resolution: Resolution) -> Where:
    return Where(
        resolution.name, resolution.lat, resolution.lon, resolution.region, None, None,
        resolution.mention.start, max(resolution.confidence, 0.1),
    )  # fmt: skip


def _of_hint(hint: Hint, resolution: Resolution | None) -> Where:
    """Return the place of a hint: its own point, or that of the region beside it."""
    anchor = hint.anchors[0]
    place = resolution.place if resolution else anchor.place
    beside = hint.relation in (*_SIDEWAYS, "between", "along", "opposite", "bank", "outskirts")
    several = len(hint.anchors) > 1 and not beside
    region = hint.region
    lat, lon = (region.lat, region.lon) if region else (None, None)
    if resolution is not None and not beside:
        lat, lon = resolution.lat, resolution.lon
    elif place is not None and not beside:
        lat, lon = place.lat, place.lon
    if several:
        region = resolution.region if resolution else None
    name = resolution.name if resolution else anchor.name
    part = hint.direction if hint.relation == "part" else None
    known = resolution is None or resolution.status != "refused"
    return Where(
        name, lat, lon, region, hint.relation, part,
        resolution.mention.start if resolution else anchor.start,
        max(hint.confidence, 0.1) if known else 0.1,
        None if part else hint.direction, hint.distance_km,
    )  # fmt: skip
