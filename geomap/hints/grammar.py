"""Finding the spatial expressions of a text, given its resolved mentions.

The grammar looks for a trigger (a distance, a direction, "near", "between" ...) and then for an
anchor right after it: a mention, a list of mentions, "the front", or "the city" standing for the
settlement named last. All words come from `relations.toml`; what is here is only their order.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

from geomap.hints.quantities import DIRECTION, Distance, find_distances, wind, words_pattern
from geomap.hints.relations import relations
from geomap.models import Anchor

if TYPE_CHECKING:
    from collections.abc import Sequence

    from geomap.models import Bound, Measure, Relation, Resolution, Span

_FAR_BACK = 3000  # characters in which "the city" looks back for its name
IMPLIED = "the place of the sentence"


@dataclass(frozen=True, slots=True)
class Expression:
    """A spatial expression before it becomes a hint: words, relation and anchors."""

    start: int
    end: int
    relation: Relation
    anchors: tuple[Anchor, ...]
    distance_km: float | None = None
    approximate: bool = False
    bound: Bound | None = None
    direction: str | None = None
    range_km: tuple[float, float] | None = None
    measure: Measure | None = None
    by_road: bool = False
    share: float | None = None


@dataclass(frozen=True, slots=True)
class _Patterns:
    direction_of: re.Pattern[str]
    to_direction: re.Pattern[str]
    direction_of_after: re.Pattern[str]
    from_after: re.Pattern[str]
    near: re.Pattern[str]
    in_or_near: re.Pattern[str]
    toward: re.Pattern[str]
    between: re.Pattern[str]
    road: re.Pattern[str]
    named_road: re.Pattern[str]
    road_after: re.Pattern[str]
    part_of: re.Pattern[str]
    part_adjective: re.Pattern[str]
    owned_part: re.Pattern[str]
    direction_word_after: re.Pattern[str]
    lead: re.Pattern[str]
    front: re.Pattern[str]
    noun: re.Pattern[str]
    region_after: re.Pattern[str]


@cache
def _patterns() -> _Patterns:
    words = relations().words
    flags = re.IGNORECASE
    adjective = words_pattern(words["part_adjectives"])
    nouns = words_pattern(words["part_nouns"])
    settlement = words_pattern(words["settlement_nouns"])
    just = r"(?:(?:just|immediately|directly|due|further|farther)\s+)?"
    ward = rf"(?:to\s+the\s+)?(?P<dir>{DIRECTION})(?:ward|wards|erly)?"
    owned = rf"['’]s\s+(?P<dir>{DIRECTION})(?:ern)?\b(?:\s+{nouns})?"
    return _Patterns(
        direction_of=re.compile(rf"(?<!\bthe )\b{just}{ward}\s+(?:of|from)\s+", flags),
        to_direction=re.compile(
            rf"\b(?:further\s+)?to\s+the\s+(?P<dir>{DIRECTION})\b(?!\s+of\b)", flags
        ),
        direction_of_after=re.compile(rf"\s*(?:away\s+)?{ward}\s+(?:of|from)\s+", flags),
        from_after=re.compile(r"\s*(?:away\s+)?(?:from|of|off|outside|behind)\s+", flags),
        near=re.compile(rf"\b{words_pattern(words['near'])}\s+", flags),
        in_or_near=re.compile(rf"\b{words_pattern(words['in_or_near'])}\s+", flags),
        toward=re.compile(rf"\b{words_pattern(words['toward'])}\s+", flags),
        between=re.compile(r"\bbetween\s+", flags),
        road=re.compile(
            r"\b(?:along|on|via|down)\s+the\s+(?:road|highway|route|railway)"
            r"\s+(?:from|between)\s+", flags,
        ),
        named_road=re.compile(r"\b(?:along|on|via|down)\s+the\s+", flags),
        road_after=re.compile(r"\s+(?:road|highway|route|railway|line)\b", flags),
        part_of=re.compile(
            rf"\b(?:the\s+)?(?P<dir>{adjective})(?:\s+and\s+{adjective})?\s+{nouns}\s+of\s+"
            rf"|\b(?<!to )the\s+(?P<dir2>{DIRECTION})\s+of\s+", flags,
        ),
        part_adjective=re.compile(rf"\b(?P<dir>{adjective})\s+", flags),
        owned_part=re.compile(rf"\b(?:the|that)\s+(?P<noun>{settlement}){owned}", flags),
        direction_word_after=re.compile(owned, flags),
        lead=re.compile(
            r"(?:the\s+)?(?:(?:(?:regional|provincial|strategic|small|eastern|embattled|ruined|key)\s+)?"
            rf"(?:{settlement}|capital|villages|towns|cities|settlements|ruins|outskirts)\s+of\s+)?"
            r"(?:(?:nearby|occupied|besieged|contested|Russian-held|Ukrainian-held)\s+)*(?:the\s+)?",
            flags,
        ),
        # Not "the front of the building", "the front door".
        front=re.compile(
            rf"{words_pattern(words['front'])}\b(?!\s+(?:of|doors?|page|seats?|row|desk|gates?)\b)",
            flags,
        ),
        noun=re.compile(
            rf"(?:the|this|that)\s+(?:\w+\s+)?{settlement}\b(?!\s+of\b)(?!['’])", flags
        ),
        region_after=re.compile(rf"\s+{words_pattern(words['region_nouns'])}\b", flags),
    )  # fmt: skip


class Reader:
    """Finds the expressions of one article."""

    def __init__(
        self, text: str, resolutions: Sequence[Resolution], sentences: Sequence[Span]
    ) -> None:
        self.text = text
        self.sentences = sentences
        self.resolutions = [r for r in resolutions if r.mention.kind != "demonym"]
        self._starts = [r.mention.start for r in self.resolutions]

    def expressions(self) -> list[Expression]:
        """Return the expressions in order; where two overlap, the one that says more."""
        found = [*self._distances(), *self._directions(), *self._parts(), *self._words()]
        found.sort(key=lambda e: (-_weight(e), e.start))
        kept: list[Expression] = []
        starts: list[tuple[int, int]] = []
        for expression in found:
            at = bisect_left(starts, (expression.start, expression.end))
            if at > 0 and starts[at - 1][1] > expression.start:
                continue
            if at < len(starts) and starts[at][0] < expression.end:
                continue
            starts.insert(at, (expression.start, expression.end))
            kept.append(expression)
        return sorted(kept, key=lambda e: e.start)

    def _distances(self) -> list[Expression]:
        patterns = _patterns()
        found = []
        for d in find_distances(self.text):
            directed = patterns.direction_of_after.match(self.text, d.end)
            if directed:
                anchors, end = self._anchors(directed.end())
                if anchors:
                    found.append(self._measured(d, anchors, end, wind(directed["dir"])))
                continue
            away = patterns.from_after.match(self.text, d.end)
            # "within 5 km of Bakhmut", but not "5 km of trenches", "took 3 km of Bakhmut".
            if away and ("of" not in away.group().lower().split() or d.bound == "at_most"):
                anchors, end = self._anchors(away.end())
                if anchors:
                    found.append(self._measured(d, anchors, end, None))
        return found

    def _measured(
        self, d: Distance, anchors: tuple[Anchor, ...], end: int, direction: str | None
    ) -> Expression:
        relation: Relation = "distance_direction" if direction else "distance"
        if anchors[0].name.lower() in relations().words["front"]:
            relation = "front_distance"
        return Expression(
            d.start, end, relation, anchors[:1], d.km, d.approximate, d.bound, direction
        )

    def _directions(self) -> list[Expression]:
        patterns = _patterns()
        found = []
        for match in patterns.direction_of.finditer(self.text):
            anchors, end = self._anchors(match.end())
            if anchors and anchors[0].name.lower() not in relations().words["front"]:
                found.append(
                    Expression(
                        match.start(), end, "direction", anchors[:1], direction=wind(match["dir"])
                    )
                )
        for match in patterns.to_direction.finditer(self.text):
            anchor = Anchor(IMPLIED)
            found.append(
                Expression(
                    match.start(), match.end(), "direction", (anchor,),
                    direction=wind(match["dir"]),
                )
            )  # fmt: skip
        return found

    def _parts(self) -> list[Expression]:
        patterns = _patterns()
        found = []
        for match in patterns.owned_part.finditer(self.text):
            anchor = self._last_settlement(match.start())
            if anchor:
                found.append(
                    Expression(
                        match.start(), match.end(), "part", (anchor,), direction=wind(match["dir"])
                    )
                )
        for match in patterns.part_of.finditer(self.text):
            anchors, end = self._anchors(match.end())
            if anchors:
                found.append(
                    self._part(match.start(), end, anchors[0], match["dir"] or match["dir2"])
                )
        for match in patterns.part_adjective.finditer(self.text):
            resolution = self._mention_at(match.end())
            if resolution is None:
                continue
            end = resolution.mention.end
            after = patterns.region_after.match(self.text, end)
            end = after.end() if after else end
            anchor = _anchor(resolution)
            found.append(self._part(match.start(), end, anchor, match["dir"]))
        for resolution in self.resolutions:
            owned = patterns.direction_word_after.match(self.text, resolution.mention.end)
            if owned:
                found.append(
                    self._part(
                        resolution.mention.start, owned.end(), _anchor(resolution), owned["dir"]
                    )
                )
        return [e for e in found if not _whole_country(e)]

    def _part(self, start: int, end: int, anchor: Anchor, word: str) -> Expression:
        """Return a part of a place, or the whole: "the country's eastern Donetsk region".

        A wind before a division's name says where the division lies in its country when an owner
        ("the country's") or a lower-case "region" says so; otherwise it is a part of it. `words`
        as in the table; whether the wind fits is checked by `hints.locate`.
        """
        direction = wind(word)
        place = anchor.place
        if place is not None and place.feature_code == "ADM1":
            before = self.text[max(0, start - 24) : start].lower().rstrip().replace("’", "'")
            owned = before.endswith(relations().words["owners"])
            words = self.text[start:end].split()
            lower = len(words) > 1 and words[-1] in relations().words["region_nouns"]
            if owned or lower:
                return Expression(start, end, "within", (anchor,))
        if direction is None:  # "central Bakhmut"
            return Expression(start, end, "within", (anchor,))
        return Expression(start, end, "part", (anchor,), direction=direction)

    def _words(self) -> list[Expression]:
        patterns = _patterns()
        found: list[Expression] = []
        simple: list[tuple[re.Pattern[str], Relation]] = [
            (patterns.in_or_near, "in_or_near"),
            (patterns.near, "near"),
            (patterns.toward, "toward"),
        ]
        for pattern, relation in simple:
            for match in pattern.finditer(self.text):
                anchors, end = self._anchors(match.end())
                anchors = tuple(
                    a for a in anchors if a.name.lower() not in relations().words["front"]
                )
                if anchors and not _whole(anchors[0]):
                    found.append(Expression(match.start(), end, relation, anchors))
        pairs: list[tuple[re.Pattern[str], Relation]] = [
            (patterns.road, "along"),
            (patterns.between, "between"),
        ]
        for pattern, relation in pairs:
            for match in pattern.finditer(self.text):
                first = self._mention_after(match.end())
                if first is None:
                    continue
                joint = re.compile(r"\s+(?:and|to)\s+").match(self.text, first.mention.end)
                second = self._mention_after(joint.end()) if joint else None
                if second is None or _whole(_anchor(first)) or _whole(_anchor(second)):
                    continue
                anchors = (_anchor(first), _anchor(second))
                found.append(Expression(match.start(), second.mention.end, relation, anchors))
        for match in patterns.named_road.finditer(self.text):
            first = self._mention_at(match.end())
            hyphen = re.compile("[-‑–]").match(self.text, first.mention.end) if first else None
            second = self._mention_at(hyphen.end()) if hyphen else None
            if first is None or second is None:
                continue
            after = patterns.road_after.match(self.text, second.mention.end)
            if after:  # "along the Bakhmut-Kostiantynivka highway"
                anchors = (_anchor(first), _anchor(second))
                found.append(Expression(match.start(), after.end(), "along", anchors))
        return found

    def _anchors(self, offset: int) -> tuple[tuple[Anchor, ...], int]:
        """Return the anchors that begin at an offset, and where the last of them ends."""
        patterns = _patterns()
        front = patterns.front.match(self.text, offset)
        if front:
            return (Anchor(front.group(), offset, front.end()),), front.end()
        first = self._mention_after(offset)
        if first is None:
            noun = patterns.noun.match(self.text, offset)
            last = self._last_settlement(offset) if noun else None
            return ((last,), noun.end()) if noun and last else ((), offset)
        anchors, end = [_anchor(first)], first.mention.end
        while True:
            joint = re.compile(r"(?:\s*,\s*(?:and\s+|or\s+)?|\s+(?:and|or)\s+)").match(
                self.text, end
            )
            following = self._mention_at(joint.end()) if joint else None
            if following is None or following.mention.kind != "literal":
                return tuple(anchors), end
            if following.place is not None and following.place.feature_class != "P":
                return tuple(anchors), end  # "near Lyman, Donetsk Oblast" is one anchor
            anchors.append(_anchor(following))
            end = following.mention.end

    def within(self, start: int, end: int) -> list[Resolution]:
        """Return the resolutions that begin at or after `start` and end by `end`, in order."""
        low, high = bisect_left(self._starts, start), bisect_left(self._starts, end)
        return [r for r in self.resolutions[low:high] if r.mention.end <= end]

    def _mention_at(self, offset: int) -> Resolution | None:
        at = bisect_left(self._starts, offset)
        if at < len(self._starts) and self._starts[at] == offset:
            return self.resolutions[at]
        return None

    def _mention_after(self, offset: int) -> Resolution | None:
        """Return the mention at an offset, past words such as "the village of"."""
        direct = self._mention_at(offset)
        if direct is not None:
            return direct
        lead = _patterns().lead.match(self.text, offset)
        return self._mention_at(lead.end()) if lead and lead.end() > offset else None

    def _last_settlement(self, offset: int) -> Anchor | None:
        """Return the settlement that "the city" means: the last one named in the paragraph.

        When the paragraph names none before, the one before it does.
        """
        low = bisect_left(self._starts, offset - _FAR_BACK)
        for at in range(bisect_left(self._starts, offset) - 1, low - 1, -1):
            resolution = self.resolutions[at]
            place = resolution.place
            literal = resolution.mention.kind == "literal"
            if literal and place is not None and place.feature_class == "P":
                gap = self.text[resolution.mention.end : offset]
                return _anchor(resolution) if gap.count("\n") <= 2 else None
        return None


def _anchor(resolution: Resolution) -> Anchor:
    mention = resolution.mention
    return Anchor(resolution.name, mention.start, mention.end, resolution.place, resolution.region)


def _whole(anchor: Anchor) -> bool:
    """Say whether an anchor is too wide to measure a nearness from (a country)."""
    return anchor.place is not None and anchor.place.precision == "country"


def _whole_country(expression: Expression) -> bool:
    """Say whether a part is a part of a country or continent ("eastern Ukraine")."""
    return _whole(expression.anchors[0])


def _weight(expression: Expression) -> float:
    """Return how much an expression says; the longer of two equals wins."""
    order = {
        "front_distance": 6, "distance_direction": 6, "distance": 5, "between": 4, "along": 4.5,
        "direction": 4, "part": 4.2, "within": 3.5, "in_or_near": 3, "near": 2, "toward": 2,
    }  # fmt: skip
    return order[expression.relation] + (expression.end - expression.start) / 1000
