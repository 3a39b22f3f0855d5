"""The places that claims are about: mentions and hints by their offsets."""

from __future__ import annotations

import re
from bisect import bisect_left
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from geomap.models import Hint, Region, Relation, Resolution

_FAR_BACK = 3000  # characters in which "it" or "the city" looks back for its name
_MORE = re.compile(r"\s*,\s*(?:and\s+)?|\s+and\s+")


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
    at: int = 0  # where its words begin


class Places:
    """The literal places and the hints of one article, looked up by offset."""

    def __init__(self, text: str, resolutions: Sequence[Resolution], hints: Sequence[Hint]) -> None:
        self.text = text
        self.resolutions = [r for r in resolutions if r.mention.kind == "literal"]
        self._starts = [r.mention.start for r in self.resolutions]
        self.hints = list(hints)
        self._hint_starts = [h.start for h in self.hints]
        # Named only to tell where another place lies: "Siversk, 20 km north of Soledar".
        self._helpers = {a.start for h in self.hints if h.locates_mentions for a in h.anchors}

    def any_in(self, start: int, end: int) -> bool:
        """Say whether a stretch names a place."""
        at = bisect_left(self._starts, start)
        return at < len(self._starts) and self._starts[at] < end

    def first(self, start: int, end: int) -> Where | None:
        """Return the first hint or mention in a stretch, whichever begins earlier.

        "Near Kreminna, north of Bakhmut, soldiers ..." is about Kreminna.
        """
        at = bisect_left(self._hint_starts, start)
        hint = self.hints[at] if at < len(self.hints) and self._hint_starts[at] < end else None
        at = bisect_left(self._starts, start)
        mention = self.resolutions[at] if at < len(self.resolutions) else None
        if mention is not None and mention.mention.start >= end:
            mention = None
        if hint is not None and (mention is None or hint.start <= mention.mention.start):
            return _of_hint(hint)
        return _of_mention(mention) if mention is not None else None

    def last(self, start: int, end: int) -> Where | None:
        """Return the last mention of a stretch that is not there to locate another.

        "Yampil, 12 km southeast of Lyman in Donetsk Oblast, was shelled" is about Yampil.
        """
        low, high = bisect_left(self._starts, start), bisect_left(self._starts, end)
        at, to = bisect_left(self._hint_starts, start), bisect_left(self._hint_starts, end)
        helpers: set[int | None] = set()
        anchored: dict[int | None, Hint] = {}
        for hint in self.hints[at:to]:
            anchors = {a.start for a in hint.anchors}
            if any(start <= m < end for m in hint.locates_mentions):
                helpers |= anchors
            else:
                anchored |= dict.fromkeys(anchors, hint)
        found = [r for r in self.resolutions[low:high] if r.mention.start not in helpers]
        settled = [r for r in found if r.place is None or r.place.feature_class == "P"]
        for resolution in (*reversed(settled), *reversed(found)):
            near = anchored.get(resolution.mention.start)
            where = _of_hint(near) if near else _of_mention(resolution)
            if where is not None:
                return where
        return None

    def last_settlement(self, offset: int) -> Where | None:
        """Return the settlement named last before an offset: what "it" or "the city" means.

        A place that only helps to locate another is passed over.
        """
        low = bisect_left(self._starts, offset - _FAR_BACK)
        for at in range(bisect_left(self._starts, offset) - 1, low - 1, -1):
            resolution = self.resolutions[at]
            helper = resolution.mention.start in self._helpers
            settled = resolution.place is not None and resolution.place.feature_class == "P"
            if settled and not helper:
                return _of_mention(resolution)
        return None

    def listed(self, where: Where, end: int) -> list[Where]:
        """Return a place and those listed after it: "pounded Toretsk and Niu-York"."""
        found = [where]
        if where.start is None:
            return found
        at = bisect_left(self._starts, where.start)
        while at + 1 < len(self._starts) and self._starts[at] == found[-1].start:
            this, following = self.resolutions[at].mention, self.resolutions[at + 1]
            gap = self.text[this.end : following.mention.start]
            place = following.place
            if following.mention.start >= end or not _MORE.fullmatch(gap):
                break
            if place is not None and place.feature_class != "P":
                break  # "Lyman, Donetsk Oblast"
            found.append(
                replace(
                    where, name=following.name, lat=following.lat, lon=following.lon,
                    region=following.region if where.region is None else where.region,
                    start=following.mention.start, at=following.mention.start,
                )
            )  # fmt: skip
            at += 1
        # A part or a distance is said of one place only.
        return found if where.relation in (None, "near", "in_or_near") else found[:1]


def _of_mention(resolution: Resolution) -> Where | None:
    if resolution.place is not None and resolution.place.precision == "country":
        return None
    return Where(
        resolution.name, resolution.lat, resolution.lon, resolution.region, None, None,
        resolution.mention.start, max(resolution.confidence, 0.1), at=resolution.mention.start,
    )  # fmt: skip


def _of_hint(hint: Hint) -> Where | None:
    anchor = hint.anchors[0]
    region = hint.region
    direct = hint.relation in ("within", "part") and anchor.place is not None
    place = anchor.place
    lat = place.lat if direct and place else (region.lat if region else None)
    lon = place.lon if direct and place else (region.lon if region else None)
    part = hint.direction if hint.relation == "part" else None
    return Where(
        anchor.name, lat, lon, region, hint.relation, part, anchor.start,
        max(hint.confidence, 0.1), None if part else hint.direction, hint.distance_km,
        hint.start,
    )  # fmt: skip
