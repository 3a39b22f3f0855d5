"""Where a sentence is set: the place it names, or one named just before."""

from __future__ import annotations

from bisect import bisect_right
from typing import TYPE_CHECKING, Any

from geomap import geodesy
from geomap.models import Anchor, Region

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from geomap.hints.anchors import Anchors
    from geomap.hints.expressions import Expression
    from geomap.models import Place, Span

STEPS = 3  # sentences looked back for the place of a sentence that names none


class Setting:
    """The places of an article's sentences."""

    def __init__(self, sentences: Sequence[Span], names: Anchors) -> None:
        self.sentences = sentences
        self.names = names
        self._starts = [s.start for s in sentences]

    def sentence(self, offset: int) -> int:
        """Return the number of the sentence that an offset lies in."""
        return max(bisect_right(self._starts, offset) - 1, 0)

    def settlement(self, expression: Expression) -> tuple[Region, str] | None:
        """Return the settlement of an expression's sentence, or of those just before it."""
        here = self.sentence(expression.start)
        for number in range(here, max(here - STEPS, -1), -1):
            span = self.sentences[number]
            found = self._first_settlement(span.start, min(span.end, expression.start))
            # "3 km from the front line near Chasiv Yar": the place may follow.
            if found is None and number == here:
                found = self._first_settlement(expression.end, span.end)
            if found is not None:
                return found
        return None

    def division(
        self, expression: Expression, area_of: Callable[[Anchor], Any]
    ) -> tuple[Region, str] | None:
        """Return the first division of an expression's sentence that has an outline."""
        span = self.sentences[self.sentence(expression.start)]
        anchors = {a.start for a in expression.anchors}
        for resolution in self.names.within(span.start, span.end):
            place, mention = resolution.place, resolution.mention
            if place is None or mention.kind != "literal" or mention.start in anchors:
                continue
            area = area_of(Anchor(resolution.name, place=place))
            if area is not None and place.precision != "country":
                return Region(area, place.lat, place.lon), resolution.name
        return None

    def _first_settlement(self, start: int, end: int) -> tuple[Region, str] | None:
        """Return the first settlement of a stretch, with its surroundings.

        The first is what a sentence is about; later ones help to find it ("Near Kreminna, north
        of Bakhmut, ...").
        """
        for resolution in self.names.within(start, end):
            if resolution.mention.kind != "literal" or resolution.lat is None:
                continue
            place = resolution.place
            if place is not None and place.feature_class == "P":
                return surroundings(place), resolution.name
            if place is None and resolution.region is not None:
                return resolution.region, resolution.name
        return None


def surroundings(place: Place) -> Region:
    """Return a settlement with the land round it that news counts to it."""
    reach = 2.0 * max(place.radius_km, 1.5)
    return Region(geodesy.circle(place.lat, place.lon, reach), place.lat, place.lon)
