"""What a text names, each with the hint on it: the spots that claims can be about."""

from __future__ import annotations

import re
from bisect import bisect_left
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from geomap.front.patterns import lexicon

if TYPE_CHECKING:
    from collections.abc import Sequence

    from geomap.front.theatre import Theatre
    from geomap.models import Hint, Region, Relation, Resolution

_WORD = re.compile(r"\w+(?:[-'’]\w+)*")
BRACKET = re.compile(r"[(\[][^()\[\]]*[)\]]")
_FEATURE = frozenset(
    {"city", "town", "village", "settlement", "oblast", "raion", "itself", "state", "province"}
)
_LEADS_ON = re.compile(r"\s*(?:near|toward|towards|in|into|within|around|on)\b", re.I)
_SIDEWAYS = ("direction", "distance_direction", "distance")
_FROM = re.compile(r"\bfrom\s+(?:the\s+direction\s+of\s+)?(?:(?:the|occupied|nearby)\s+)?$", re.I)
_AND = re.compile(r"[\s,]*(?:and|or)\b|(?:\s+\w+)?,\s")
# "Fall 2025", "Shahed-136", "Olympiiska Street": nothing that a claim could be about.
_NO_PLACE = re.compile(
    r"\d|^(?:Summer|Autumn|Fall|Winter|Spring)$|"
    r"\b(?:Street|Avenue|Boulevard|Road|Highway|Lane|Square)$",
    re.I,
)
_TOWARD = re.compile(r"\btowards?\s+(?:the\s+)?$", re.I)
# "The Haichur River" is no village of that name.
_WATER = re.compile(r"\s(?:[Rr]iver|[Rr]eservoir|[Cc]anal|[Rr]iverbank)\b")
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
_TACTICAL = re.compile(r"\btactical\b")
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
_SECTORED = re.compile(
    r"(?:\s+City)?(?:\s+\([^()\n]{1,40}\))?\s+(?:"
    r"(?:operational\s+)?(?:direction|axis|sector)|tactical\s+(?:area|direction))s?\b|"
    r"(?:(?:,|,?\s+and)\s+(?:the\s+)?[A-Z][\w’'-]+){1,5}\s+"
    r"(?:(?:operational\s+)?(?:directions|axes|sectors)|tactical\s+areas)\b"
)
_OF_AN_AREA = re.compile(r"\b(?:Oblast|Raion|Krai|Region|District|Province|Republic)\b", re.I)
_AREAS = re.compile(
    r"(?:(?:,\s+|\s+and\s+|,\s+and\s+|\s+or\s+|[-–])[A-Z][\w’']+){0,4}\s+"
    r"(?:oblasts?|regions?|raions?|districts?|provinces?|krai)\b",
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


class Brackets:
    """The brackets of a text, looked up by offset."""

    def __init__(self, text: str) -> None:
        self.spans = [m.span() for m in BRACKET.finditer(text)] if "(" in text else []
        self._starts = [start for start, _ in self.spans]

    def between(self, start: int, end: int) -> list[tuple[int, int]]:
        """Return the brackets that open in a stretch."""
        low = bisect_left(self._starts, start)
        return self.spans[low : bisect_left(self._starts, end)]

    def past(self, offset: int) -> int:
        """Return the end of the bracket that an offset stands in, else the offset."""
        at = bisect_left(self._starts, offset) - 1
        return max(offset, self.spans[at][1]) if at >= 0 else offset

    def hold(self, offset: int) -> bool:
        """Say whether an offset stands in a bracket."""
        at = bisect_left(self._starts, offset + 1) - 1
        return at >= 0 and offset < self.spans[at][1]


class Finder:
    """Finds what an article names and how each is meant."""

    def __init__(
        self, text: str, resolutions: Sequence[Resolution], brackets: Brackets, theatre: Theatre
    ) -> None:
        self.text = text
        self._brackets = brackets
        self._homes = {p.country for p in theatre.parties if p.country}
        self._names = {name for p in theatre.parties for name in p.names}
        self.resolutions = sorted(
            (r for r in resolutions if r.mention.kind == "literal" or self._fought_for(r)),
            key=lambda r: r.mention.start,
        )
        self._starts = [r.mention.start for r in self.resolutions]

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

    def resolution(self, start: int | None) -> Resolution | None:
        """Return the resolution of the mention that begins at an offset."""
        if start is None:
            return None
        at = bisect_left(self._starts, start)
        if at < len(self._starts) and self._starts[at] == start:
            return self.resolutions[at]
        return None

    def spots(self, hints: Sequence[Hint]) -> list[Spot]:
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
        where = _of_hint(hint, resolution) if hint else of_mention(resolution)
        start, end = mention.start, mention.end
        of = hint or helping
        if of is not None:
            if of.start <= start and _first_of(of) == mention.start:
                start = of.start
            if len(of.anchors) == 1:
                end = max(end, of.end)
        sector = hint is not None and hint.relation == "toward" and "direction" in hint.text
        line = _LINE.match(self.text, mention.end)
        if line is not None and _TACTICAL.search(line.group()):
            sector = True
            where = _framed(where)
        elif sector:
            where = replace(where, confidence=_SECTOR * where.confidence)
        elif line is not None and hint is None:
            where = replace(where, relation=_LINES[line.group(1)])
            sector = where.relation == "toward"
            if sector:
                where = _framed(where)
        elif _sectored(self.text, mention.end):
            sector = True
            where = _framed(where)
        ahead = _TOWARD.search(self.text[max(0, start - 16) : start]) if hint is None else None
        if ahead is not None and where.relation is None:
            where = replace(where, relation="toward")
        return Spot(
            where, start, end, mention.start,
            helper=helping is not None
            or self._brackets.hold(mention.start)
            or (place is None and _NO_PLACE.search(mention.text) is not None)
            or (place is not None and place.feature_class == "P"
                and _WATER.search(self.text, mention.start, mention.end + 12) is not None)
            or self._office(mention.start, mention.end),
            area=place is not None and place.feature_class not in ("P", "S")
            and not self._town_by_name(resolution),
            sector=sector,
            source=_FROM.search(self.text[max(0, start - 44) : start]) is not None,
            country=place.country if place else None,
            named_after=_INSTITUTION.match(self.text, mention.end) is not None,
        )  # fmt: skip

    def _office(self, start: int, end: int) -> bool:
        """Say whether a place only tells where somebody is in office: "Kharkiv police"."""
        following = _WORD.findall(self.text[end : end + 40].split(".")[0].split(",")[0].lower())
        if following and lexicon()["offices"].at(following, 0) is not None:
            return True
        before = _WORD.findall(self.text[max(0, start - 24) : start].lower())
        return before[-1:] == ["of"] and lexicon()["heads"].all_of(before[-2:-1] or ["of"])

    def _town_by_name(self, resolution: Resolution) -> bool:
        """Say whether an oblast is named like its town alone: "Kharkiv and Zmiiv were hit"."""
        mention, named = resolution.mention, _OF_AN_AREA.search(resolution.name)
        if named is None or _OF_AN_AREA.search(mention.text):
            return False
        return _AREAS.match(self.text, mention.end, mention.end + 90) is None

    def _implied(self, hint: Hint) -> Spot | None:
        """Return the place of "the city's east", whose name stands elsewhere."""
        anchor = hint.anchors[0] if hint.anchors else None
        if anchor is None or anchor.place is None or anchor.place.precision == "country":
            return None
        if hint.relation not in ("part", "outskirts", "within", "distance_direction", "near"):
            return None
        where = _of_hint(hint, self.resolution(anchor.start))
        return Spot(
            where, hint.start, hint.end, hint.start, country=anchor.place.country,
            helper=bool(hint.locates_mentions) or self._brackets.hold(hint.start),
        )  # fmt: skip

    def _helps(self, hint: Hint) -> bool:
        """Say whether a hint only tells where another place lies."""
        if self._brackets.hold(hint.start):
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

    def _containers(self, spots: list[Spot]) -> list[Spot]:
        """Mark the oblast after a name: "Siversk, Donetsk Oblast", "Lyman in Donetsk Oblast"."""
        done: list[Spot] = []
        for spot in spots:
            before = done[-1] if done else None
            helps = spot.helper
            if before is not None and spot.area and not before.area and not helps:
                gap = self.text[before.end : spot.at].strip().lower()
                if len(gap) < 60:
                    gap = BRACKET.sub("", gap).strip()
                    if gap.rstrip() in (",", "in", ", in", "of", "city,", "in the"):
                        helps = True
            done.append(replace(spot, helper=helps) if helps != spot.helper else spot)
        return done


def _first_of(hint: Hint) -> int | None:
    return min((a.start for a in hint.anchors if a.start is not None), default=None)


def _framed(where: Where) -> Where:
    """Return a town as its sector means it: toward it, nobody knows how near."""
    return replace(
        where, relation="toward", part=None, direction=None, distance_km=None,
        confidence=_SECTOR * where.confidence,
    )  # fmt: skip


def _sectored(text: str, end: int) -> bool:
    """Say whether a name is that of a sector: "the Kupyansk direction", "the Lyman tactical area".

    Of "the Kupyansk and Lyman directions" both are.
    """
    return _SECTORED.match(text, end, end + 120) is not None


def of_mention(resolution: Resolution) -> Where:
    """Return a place as its name alone says it."""
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
