"""What hints are measured from: mentions, "the front", borders, and "the city" named before."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from typing import TYPE_CHECKING

from geomap.hints.patterns import HYPHEN, patterns
from geomap.models import Anchor

if TYPE_CHECKING:
    from collections.abc import Sequence

    from geomap.models import Resolution

_FAR_BACK = 3000  # characters in which "the city" looks back for its name
_LOCATED = re.compile(r"\s*[,(]\s*(?:[\w-]+\s+){1,4}")
_SENTENCE_END = re.compile(r"[.!?]\s|\n")
_MOST = 40  # names of one list


class Anchors:
    """The mentions of one article, and the anchors that begin at its offsets.

    Demonyms are no anchors ("8 km from Russian lines"), but for borders ("the Russian border").
    """

    def __init__(self, text: str, resolutions: Sequence[Resolution]) -> None:
        self.text = text
        ordered = sorted(resolutions, key=lambda r: (r.mention.start, r.mention.end))
        self.resolutions = [r for r in ordered if r.mention.kind != "demonym"]
        self._starts = [r.mention.start for r in self.resolutions]
        self._by_end = {r.mention.end: r for r in self.resolutions}
        self._demonyms = {r.mention.start: r for r in ordered if r.mention.kind == "demonym"}

    def within(self, start: int, end: int) -> list[Resolution]:
        """Return the resolutions that begin at or after `start` and end by `end`, in order."""
        low, high = bisect_left(self._starts, start), bisect_left(self._starts, end)
        return [r for r in self.resolutions[low:high] if r.mention.end <= end]

    def at(self, offset: int) -> Resolution | None:
        """Return the mention that begins at an offset."""
        found = bisect_left(self._starts, offset)
        if found < len(self._starts) and self._starts[found] == offset:
            return self.resolutions[found]
        return None

    def ending(self, offset: int) -> Resolution | None:
        """Return the mention that ends at an offset."""
        return self._by_end.get(offset)

    def covering(self, offset: int) -> Resolution | None:
        """Return the mention that holds an offset: "South" in "South Korea" is no direction."""
        found = bisect_right(self._starts, offset) - 1
        if found >= 0 and self.resolutions[found].mention.end > offset:
            return self.resolutions[found]
        return None

    def after(self, offset: int) -> Resolution | None:
        """Return the mention at an offset, past words such as "the village of"."""
        direct = self.at(offset)
        if direct is not None:
            return direct
        for pattern in (patterns().adjectives, patterns().lead, patterns().long_lead):
            lead = pattern.match(self.text, offset)
            if lead and lead.end() > offset:
                named = self.at(lead.end())
                # A name within the lead is what is meant: "the city of Lyman's district of ...".
                if named is not None and bisect_left(self._starts, offset) == bisect_left(
                    self._starts, named.mention.start
                ):
                    return named
        return None

    def front(self, offset: int) -> Anchor | None:
        """Return the front, when the words at an offset name it."""
        front = patterns().front.match(self.text, offset)
        return Anchor(front.group(), offset, front.end()) if front else None

    def one(self, offset: int) -> tuple[Anchor, int] | None:
        """Return the one anchor that begins at an offset and where it ends; not the front."""
        named = self.after(offset)
        if named is not None:
            return anchor_of(named), named.mention.end
        noun = patterns().noun.match(self.text, offset)
        last = self.last_settlement(offset) if noun else None
        return (last, noun.end()) if noun and last else None

    def many(self, offset: int) -> tuple[tuple[Anchor, ...], int]:
        """Return the anchors listed from an offset ("A, B and C"), and where the last ends."""
        first = self.one(offset)
        if first is None:
            return (), offset
        anchors, end = [first[0]], first[1]
        while len(anchors) < _MOST:
            joint = patterns().joint.match(self.text, end)
            following = self.at(joint.end()) if joint else None
            if following is None or following.mention.kind != "literal":
                break
            if following.place is not None and following.place.feature_class != "P":
                break  # "near Lyman, Donetsk Oblast" is one anchor
            anchors.append(anchor_of(following))
            end = following.mention.end
        return tuple(anchors), end

    def pair(self, offset: int) -> tuple[tuple[Anchor, ...], int] | None:
        """Return two anchors ("X and Y", "X to Y") and where the second ends."""
        first = self.after(offset)
        joint = patterns().pair.match(self.text, first.mention.end) if first else None
        second = self.after(joint.end()) if joint else None
        if first is None or second is None:
            return None
        return (anchor_of(first), anchor_of(second)), second.mention.end

    def triple(self, offset: int) -> tuple[tuple[Anchor, ...], int] | None:
        """Return the anchors of "between X and Y", or "between X, Y and Z", and where they end."""
        first = self.after(offset)
        if first is None:
            return None
        comma = self.text[first.mention.end : first.mention.end + 2] == ", "
        middle = self.at(first.mention.end + 2) if comma else None
        if middle is not None and (middle.place is None or middle.place.feature_class == "P"):
            rest = self.pair(middle.mention.start)
            return ((anchor_of(first), *rest[0]), rest[1]) if rest else None
        return self.pair(offset)

    def hyphened(self, resolution: Resolution) -> list[Resolution]:
        """Return a mention and those joined to it by hyphens: "Kupyansk-Lyman"."""
        found = [resolution]
        while len(found) < _MOST:
            hyphen = HYPHEN.match(self.text, found[-1].mention.end)
            following = self.at(hyphen.end()) if hyphen else None
            if following is None:
                return found
            found.append(following)
        return found

    def is_pair(self, anchor: Anchor) -> bool:
        """Say whether an anchor is the first of two names joined by a hyphen (a road, a line)."""
        named = self.at(anchor.start) if anchor.start is not None else None
        return named is not None and len(self.hyphened(named)) > 1

    def literal(self, anchor: Anchor) -> bool:
        """Say whether an anchor is a place, not a government or a team."""
        named = self.at(anchor.start) if anchor.start is not None else None
        return named is None or named.mention.kind == "literal"

    def listed_before(self, resolution: Resolution) -> list[Resolution]:
        """Return the list of names that ends with a mention: "Lyman and Kupiansk"."""
        found = [resolution]
        at = bisect_left(self._starts, resolution.mention.start)
        while at > 0 and len(found) < _MOST:
            at -= 1
            earlier = self.resolutions[at]
            gap = self.text[earlier.mention.end : found[0].mention.start]
            if not patterns().joint.fullmatch(gap):
                break
            found.insert(0, earlier)
        return found

    def border(self, offset: int) -> tuple[tuple[Anchor, ...], int] | None:
        """Return whose border begins at an offset, and where the words for it end.

        "the border with Russia", "the Russian border", "the Poland-Belarus border", "the border".
        A border whose countries are not named is an anchor without a place.
        """
        text, at = self.text, offset
        for lead in ("the ", "its ", "their ", "a "):
            if text[at : at + len(lead)].lower() == lead:
                at += len(lead)
                break
        owners: list[Anchor] = []
        end = at
        while len(owners) < 2:
            named = self.at(end) or self._demonyms.get(end)
            if named is None:
                break
            owners.append(anchor_of(named))
            end = named.mention.end
            joint = HYPHEN.match(text, end)
            if joint is None:
                break
            end = joint.end()
        if owners:
            border = patterns().border_after.match(text, end)
        else:
            border = patterns().border_alone.match(text, end) if at > offset else None
        if border is None:
            return None
        end = border.end()
        joined = patterns().border_with.match(text, end)
        for _ in range(2):
            named = self.after(joined.end()) if joined else None
            if named is None:
                break
            owners.append(anchor_of(named))
            end = named.mention.end
            joined = patterns().joint.match(text, end)
            if joined and "," in joined.group():
                break
            if "between" not in text[border.end() : named.mention.start]:
                break
        if not owners:
            return (Anchor(text[offset:end], offset, end),), end
        return tuple(owners), end

    def last_settlement(self, offset: int) -> Anchor | None:
        """Return the settlement that "the city" means: the last one named in the paragraph.

        When the paragraph names none before, the one before it does.
        """
        found = self.last_named(offset)
        return anchor_of(found) if found else None

    def last_named(self, offset: int, feature_class: str = "P") -> Resolution | None:
        """Return the last literal mention of a feature class before an offset, not too far back."""
        low = bisect_left(self._starts, offset - _FAR_BACK)
        passed = False
        for at in range(bisect_left(self._starts, offset) - 1, low - 1, -1):
            resolution = self.resolutions[at]
            place = resolution.place
            literal = resolution.mention.kind == "literal"
            if literal and place is not None and place.feature_class == feature_class:
                gap = self.text[resolution.mention.end : offset]
                # "Avdiivka ... and Horlivka, north of it": "it" is not what is so located.
                if _LOCATED.fullmatch(gap):
                    passed = True
                    continue
                if passed and not _SENTENCE_END.search(gap):
                    return None  # which of the two is meant is not known
                return resolution if gap.count("\n") <= 2 else None
        return None


def anchor_of(resolution: Resolution) -> Anchor:
    """Return a mention as an anchor; one that is refused has neither place nor region."""
    mention = resolution.mention
    return Anchor(resolution.name, mention.start, mention.end, resolution.place, resolution.region)


def is_country(anchor: Anchor) -> bool:
    """Say whether an anchor is too wide to measure a nearness from (a country)."""
    return anchor.place is not None and anchor.place.precision == "country"
