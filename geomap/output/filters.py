"""What of the reports is wanted: by place, sureness, party and kind."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from geomap.output.layers import Feature

LAYERS = ("mention", "hint", "claim")


@dataclass(frozen=True, slots=True)
class Filter:
    """What features are kept; all of them by default but the demonyms.

    Attributes
    ----------
    kinds : tuple of str
        Kinds of mentions.
    min_confidence : float
        Placed features less sure are left out; what is not placed stays: it is what is not known.
    inside : callable, optional
        Says of a geometry (EPSG:4326) whether it lies in the region asked for; it is asked of
        points, of a hint's region the likeliest. What an article does not place stays when anything
        else of it lies there: that might, too.
    parties : frozenset of str
        Only what these parties are said to have done, and the mentions and hints of the same
        sentences. Empty: all.
    only : frozenset of str
        Layers ("claim"), kinds of mentions ("literal") and actions of claims ("captured"): what is
        none of them is left out. Empty: all.
    """

    kinds: tuple[str, ...] = ("literal", "associative")
    min_confidence: float = 0.0
    inside: Callable[[Any], bool] | None = None
    parties: frozenset[str] = frozenset()
    only: frozenset[str] = frozenset()

    def of_report(self, rows: Iterable[Feature]) -> list[Feature]:
        """Return those of the features of one report that are wanted, in their order."""
        from geomap.output.layers import point

        sure = [r for r in rows if self._sure(r.properties, placed=r.geometry is not None)]
        if self.parties:
            said = {r.properties["sentence_start"] for r in sure if self._acts(r.properties)}
            sure = [
                r
                for r in sure
                if self._acts(r.properties)
                or (r.properties["layer"] != "claim" and r.properties["sentence_start"] in said)
            ]
        if self.only:
            sure = [r for r in sure if self.only & _names(r.properties)]
        inside = self.inside
        if inside is None:
            return sure
        near = {
            id(r)
            for r in sure
            if r.geometry is not None and inside(point(r.properties["lat"], r.properties["lon"]))
        }
        return [r for r in sure if id(r) in near or (r.geometry is None and near)]

    def _sure(self, told: dict[str, Any], *, placed: bool) -> bool:
        if told["layer"] == "mention" and told["kind"] not in self.kinds:
            return False
        return not placed or told["confidence"] >= self.min_confidence

    def _acts(self, told: dict[str, Any]) -> bool:
        return told["layer"] == "claim" and told["actor"] in self.parties


def _names(told: dict[str, Any]) -> set[str | None]:
    return {told["layer"], told["kind"], told["action"]}
