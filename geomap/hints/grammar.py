"""Finding the spatial expressions of a text, given its resolved mentions.

A text is read once, word by word. A word of the table (`relations.toml`) begins a rule: a distance,
a wind, "near", "between" ... The rule looks for its anchor right after it: a mention, a list of
mentions, a border, the front, or "the city" standing for the settlement named last. All words come
from the table; what is here, in `measured` and in `parts` is only their order.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from typing import TYPE_CHECKING

from geomap.hints import parts
from geomap.hints.anchors import Anchors, anchor_of, is_country
from geomap.hints.expressions import IMPLIED, Expression, weight
from geomap.hints.measured import measured
from geomap.hints.patterns import BEHIND, patterns, triggers, word_lists
from geomap.hints.quantities import distance_at
from geomap.hints.relations import relations

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from geomap.models import Relation, Resolution, Span

__all__ = ["IMPLIED", "Expression", "Reader"]

_TOKEN = re.compile(r"[^\W_]+|[~≈]")


class Reader:
    """Finds the expressions of one article."""

    def __init__(
        self, text: str, resolutions: Sequence[Resolution], sentences: Sequence[Span]
    ) -> None:
        self.text = text
        self.sentences = sentences
        self.names = Anchors(text, resolutions)
        self.resolutions = self.names.resolutions
        self.within = self.names.within
        self._rules: dict[str, Callable[[int], list[Expression]]] = {
            "wind": lambda at: parts.wind_at(self.names, at),
            "outskirts": lambda at: parts.outskirts_at(self.names, at),
            "bank": lambda at: parts.bank_at(self.names, at),
            "centre": lambda at: parts.centre_at(self.names, at),
            "near": lambda at: self._listed(at, "near"),
            "in_or_near": lambda at: self._listed(at, "in_or_near"),
            "toward": lambda at: self._listed(at, "toward"),
            "opposite": self._opposite,
            "across": self._across,
            "inside": self._inside,
            "behind": self._behind,
            "border": self._border,
            "between": self._between,
            "road": self._road,
        }

    def expressions(self) -> list[Expression]:
        """Return the expressions in order; where two overlap, the one that says more."""
        found = [*self._read(), *self._named()]
        found.sort(key=lambda e: (-weight(e), e.start))
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

    def _read(self) -> list[Expression]:
        """Return what the rules find at the words that begin them."""
        text, rules_of, rules = self.text, triggers(), self._rules
        found: list[Expression] = []
        counted = 0  # where the last distance ends: its words begin no other
        for token in _TOKEN.finditer(text):
            word, at = token.group(), token.start()
            names = rules_of.get(word.lower(), ())
            if (names and names[0] == "measured") or word[0].isnumeric() or word in "~≈":
                distance = distance_at(text, at) if at >= counted else None
                if distance:
                    counted = distance.end
                    found.extend(measured(self.names, distance))
            for name in names:
                if name != "measured":
                    found.extend(rules[name](at))
        return found

    def _named(self) -> list[Expression]:
        """Return what begins at a name: "the Lyman direction", "the Oskil", "the A-B road"."""
        found = []
        for resolution in self.resolutions:
            found.extend(parts.after_name(self.names, resolution))
        return found

    def _listed(self, at: int, relation: Relation) -> list[Expression]:
        """Return "near A, B and C"; near the front is a distance from it that is not told."""
        lead = word_lists()[relation].match(self.text, at)
        if lead is None:
            return []
        front = self.names.front(lead.end())
        if front and front.end:
            if relation != "near":
                return []
            return [Expression(at, front.end, "front_distance", (front,))]
        anchors, end = self.names.many(lead.end())
        if not anchors or is_country(anchors[0]) or self.names.is_pair(anchors[0]):
            return []
        # "anger toward Moscow": neither a government nor a feeling goes anywhere.
        behind = self.text[max(0, at - BEHIND) : at]
        felt = relation == "toward" and patterns().feeling_before.search(behind)
        if felt or (relation == "toward" and not self.names.literal(anchors[0])):
            return []
        return [Expression(at, end, relation, anchors)]

    def _opposite(self, at: int) -> list[Expression]:
        lead = word_lists()["opposite"].match(self.text, at)
        one = self.names.one(lead.end()) if lead else None
        if one is None or is_country(one[0]):
            return []
        return [Expression(at, one[1], "opposite", (one[0],))]

    def _across(self, at: int) -> list[Expression]:
        """Return "across the river from X", "across the Dnipro from X"."""
        lead = patterns().across.match(self.text, at)
        if lead is None:
            return []
        end = lead.end()
        while self.text[end : end + 1] == " ":
            end += 1
        river = self.names.at(end)
        if river is not None:
            end = river.mention.end
            after = patterns().river_after.match(self.text, end)
            end = after.end() if after else end
        away = patterns().away.match(self.text, end)
        one = self.names.one(away.end()) if away else None
        if one is None or is_country(one[0]):
            return []
        return [Expression(at, one[1], "opposite", (one[0],))]

    def _inside(self, at: int) -> list[Expression]:
        """Return "inside X", "inside X's borders", "within the borders of X"."""
        lead = word_lists()["inside"].match(self.text, at)
        if lead is None:
            return []
        borders = patterns().borders_of.match(self.text, lead.end())
        named = self.names.after(borders.end() if borders else lead.end())
        if named is None or named.mention.kind != "literal":
            return []
        end = named.mention.end
        after = patterns().borders_after.match(self.text, end)
        if after:
            end = after.end()
        elif not borders and is_country(anchor_of(named)):
            return []
        return [Expression(at, end, "within", (anchor_of(named),))]

    def _behind(self, at: int) -> list[Expression]:
        lead = word_lists()["behind"].match(self.text, at)
        front = self.names.front(lead.end()) if lead else None
        if front is None or front.end is None:
            return []
        return [Expression(at, front.end, "front_distance", (front,))]

    def _border(self, at: int) -> list[Expression]:
        lead = word_lists()["border_at"].match(self.text, at)
        border = self.names.border(lead.end()) if lead else None
        return [Expression(at, border[1], "border", border[0])] if border else []

    def _between(self, at: int) -> list[Expression]:
        """Return "between X and Y", with the share of the way said before it ("halfway")."""
        text, p = self.text, patterns()
        behind = text[max(0, at - BEHIND) : at]
        lead = p.between.match(text, at)
        if lead is None:
            return []
        pair = self.names.triple(lead.end())
        if pair is None or p.talks_before.search(behind):
            return []
        anchors, end = pair
        if any(is_country(a) for a in anchors):
            return []
        share, start, hedged = None, at, False
        way = None if lead["share"] else p.way_before.search(behind)
        word = lead["share"] or (way["share"] if way else None)
        if word:
            share = relations().ways[re.sub(r"\s+", " ", word.lower())]
        if way:
            start = at - len(behind) + way.start()
            hedged = way["hedge"] is not None
        return [Expression(start, end, "between", anchors, approximate=hedged, share=share)]

    def _road(self, at: int) -> list[Expression]:
        """Return "along the road from X to Y", "en route from X to Y"."""
        text, p = self.text, patterns()
        lead = p.road.match(text, at)
        pair = self.names.pair(lead.end()) if lead else None
        if pair is None or any(is_country(a) for a in pair[0]):
            return []
        start = p.road_start.search(text, max(0, at - BEHIND), at)
        if start is None:
            return []
        return [Expression(start.start(), pair[1], "along", pair[0])]
