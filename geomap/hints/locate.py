"""From expressions to hints: what each locates, the region that follows, and how sure it is."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from geomap import geodesy
from geomap.hints import regions
from geomap.hints.attachment import Subject, subjects
from geomap.hints.grammar import IMPLIED, Expression, Reader
from geomap.hints.relations import relations
from geomap.models import Anchor, Evidence, Hint, Region

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from geomap.models import ContactLine, Place, Resolution, Span

_REACH = 2000  # characters before an expression in which what it locates is looked for
_STEPS = 3  # sentences looked back for the place of a sentence that names none


class Locator:
    """Reads the hints of one article."""

    def __init__(
        self,
        text: str,
        resolutions: Sequence[Resolution],
        sentences: Sequence[Span],
        *,
        line: ContactLine | None = None,
        area_geometry: Callable[[Place], Any] | None = None,
    ) -> None:
        self.text = text
        self.line = line
        self.area_geometry = area_geometry
        self.sentences = sentences
        self.reader = Reader(text, resolutions, sentences)
        self._sentence_starts = [s.start for s in sentences]

    def hints(self) -> list[Hint]:
        """Return the hints of the article in order, with their regions."""
        found: list[Hint] = []
        expressions = self.reader.expressions()
        located = subjects(self.reader, expressions)
        for expression, subject in zip(expressions, located, strict=True):
            found.append(self._hint(expression, subject, found))
        return _combined(found)

    def _sentence(self, offset: int) -> int:
        return max(bisect_right(self._sentence_starts, offset) - 1, 0)

    def _hint(self, expression: Expression, subject: Subject, earlier: list[Hint]) -> Hint:
        anchors = expression.anchors
        reasons: tuple[str, ...] = ()
        region: Region | None = None
        confidence = relations().figure(expression.relation, "confidence")
        context = None
        if anchors[0].name == IMPLIED or expression.relation == "front_distance":
            context = self._context(expression, earlier)
        if expression.relation == "front_distance" and expression.distance_km:
            region, confidence, reason = regions.front_distance(
                expression.distance_km, context[0] if context else None, self.line,
                expression.bound,
            )  # fmt: skip
            reasons = (reason + (f" ({context[1]})" if context else ""),)
        elif anchors[0].name == IMPLIED:
            if context is not None:
                where, name = context
                anchors = (Anchor(name, region=where),)
                edge = geodesy.area_km2(where.geometry) ** 0.5 / 2
                region = regions.direction(
                    where.lat, where.lon, expression.direction or "N", min(edge, 30.0)
                )
                confidence *= 0.6
                reasons = (f"measured from {name}",)
            else:
                confidence = 0.0
                reasons = ("nothing named nearby to measure from",)
        else:
            region = self._region(expression)
            if region is None:
                confidence, reasons = 0.0, (f"{anchors[0].name} itself is not placed",)
        if expression.relation in ("direction", "distance", "distance_direction"):
            confidence *= subject.tightness
        return Hint(
            start=expression.start,
            end=expression.end,
            text=self.text[expression.start : expression.end],
            relation=expression.relation,
            anchors=anchors,
            distance_km=expression.distance_km,
            approximate=expression.approximate,
            bound=expression.bound,
            direction=expression.direction,
            locates=subject.text,
            locates_mentions=subject.mentions,
            region=region,
            confidence=round(confidence, 3),
            reasons=reasons,
            range_km=expression.range_km,
            measure=expression.measure,
            by_road=expression.by_road,
            share=expression.share,
        )

    def _region(self, expression: Expression) -> Region | None:
        """Return the region of an expression whose anchors are places or regions."""
        places = [a.place for a in expression.anchors if a.place is not None]
        if len(places) < len(expression.anchors):
            hinted = expression.anchors[0].region
            if hinted is None:
                return None
            return self._from_region(expression, hinted)
        place = places[0]
        wide = place.precision in ("admin1", "country", "hromada", "raion")
        edge = 0.0 if place.feature_class == "P" else min(place.radius_km, 100.0)
        match expression.relation:
            case "near" | "in_or_near":
                shapes = [regions.near(p, expression.relation) for p in places]
                return shapes[0] if len(shapes) == 1 else _joined(shapes)
            case "toward":
                return regions.toward(place)
            case "within":
                return regions.whole(place, self.area_geometry)
            case "part":
                return self._part(expression, wide)
            case "direction":
                wind = expression.direction or "N"
                return regions.direction(place.lat, place.lon, wind, edge or place.radius_km)
            case "distance" | "distance_direction":
                return regions.distance(
                    place.lat, place.lon, expression.distance_km or 0.0,
                    wind=expression.direction, bound=expression.bound,
                    edge_km=edge or 0.5 * place.radius_km,
                )  # fmt: skip
            case "between":
                return regions.between(places[0], places[1])
            case "along" if len(places) > 1:
                return regions.along(places[0], places[1])
            case _:
                return None

    def _part(self, expression: Expression, wide: bool) -> Region:
        import shapely

        place = expression.anchors[0].place
        assert place is not None
        wind = expression.direction or "N"
        area = self.area_geometry(place) if wide and self.area_geometry is not None else None
        if area is not None and area.geom_type in ("Polygon", "MultiPolygon"):
            half = relations().figure("part", "half_width_deg")
            west, south, east, north = area.bounds
            centre = area.centroid
            reach = geodesy.distance_km(south, west, north, east)
            cut = geodesy.sector(
                centre.y, centre.x, geodesy.azimuth_of(wind), half, 0.0, max(reach, 1.0)
            )
            piece = shapely.intersection(area, cut)
            if not piece.is_empty:
                point = piece.representative_point()
                return Region(piece, float(point.y), float(point.x))
        return regions.part(place, wind)

    def _from_region(self, expression: Expression, hinted: Region) -> Region | None:
        """Return the region of a hint whose anchor is itself only known as a region."""
        edge = min(geodesy.area_km2(hinted.geometry) ** 0.5 / 2, 30.0)
        if expression.relation in ("near", "in_or_near", "toward", "within"):
            return Region(geodesy.buffer(hinted.geometry, 5.0), hinted.lat, hinted.lon)
        if expression.relation == "direction" and expression.direction:
            return regions.direction(hinted.lat, hinted.lon, expression.direction, edge)
        if expression.distance_km:
            return regions.distance(
                hinted.lat, hinted.lon, expression.distance_km,
                wind=expression.direction, bound=expression.bound, edge_km=edge,
            )  # fmt: skip
        return None

    def _context(self, expression: Expression, earlier: list[Hint]) -> tuple[Region, str] | None:
        """Return the place of an expression's own sentence, or of the sentences just before.

        What an earlier hint of the same sentence located comes first ("in a forest 8 km from the
        front ... to the northeast"), then the settlement named last.
        """
        here = self._sentence(expression.start)
        for hint in reversed(earlier):
            if self._sentence(hint.start) != here or expression.start - hint.start > _REACH:
                break
            measured = hint.relation == "front_distance" and hint.locates is None
            if hint.region is not None and not measured:
                return hint.region, hint.locates or hint.anchors[0].name
        for number in range(here, max(here - _STEPS, -1), -1):
            span = self.sentences[number]
            found = self._first_settlement(span.start, min(span.end, expression.start))
            # "3 km from the front line near Chasiv Yar": the place may follow.
            if found is None and number == here:
                found = self._first_settlement(expression.end, span.end)
            if found is not None:
                return found
        return None

    def _first_settlement(self, start: int, end: int) -> tuple[Region, str] | None:
        """Return the first settlement of a stretch, with its surroundings.

        The first is what a sentence is about; later ones help to find it ("Near Kreminna, north
        of Bakhmut, ...").
        """
        for resolution in self.reader.within(start, end):
            if resolution.mention.kind != "literal" or resolution.lat is None:
                continue
            place = resolution.place
            if place is not None and place.feature_class == "P":
                return regions.near(place), resolution.name
            if place is None and resolution.region is not None:
                return resolution.region, resolution.name
        return None


def _joined(shapes: list[Region]) -> Region:
    import shapely

    union = shapely.union_all([s.geometry for s in shapes])
    return Region(union, shapes[0].lat, shapes[0].lon)


def _combined(hints: list[Hint]) -> list[Hint]:
    """Narrow the regions of hints that locate the same mentions to what they have in common.

    A hint on a whole list ("all east of D") narrows what is said of one of its names, not the
    other way round. Hints that exclude each other keep their regions, and are trusted less.
    """
    by_mention: dict[int, list[Hint]] = {}
    for hint in hints:
        for start in hint.locates_mentions:
            if hint.region is not None:
                by_mention.setdefault(start, []).append(hint)
    return [_narrowed(h, by_mention) if h.region and h.locates_mentions else h for h in hints]


def _narrowed(hint: Hint, by_mention: dict[int, list[Hint]]) -> Hint:
    """Return a hint with what other hints on all of its mentions leave of its region."""
    mentions = set(hint.locates_mentions)
    others = sorted(
        (
            h for h in by_mention[hint.locates_mentions[0]]
            if h is not hint and mentions <= set(h.locates_mentions)
        ),
        key=lambda h: (h.start, h.end),
    )  # fmt: skip
    region = hint.region
    for other in others:
        if region is None or other.region is None:
            break
        region = regions.intersect(region, other.region)
    if region is None:
        reason = "does not agree with another hint on the same place"
        return replace(
            hint, confidence=round(hint.confidence * 0.5, 3), reasons=(*hint.reasons, reason)
        )
    return replace(hint, region=region)


def evidence(hints: Sequence[Hint]) -> list[Evidence]:
    """Return what the hints say about the mentions they locate."""
    return [
        Evidence(start, hint.region, hint.confidence, f"the text says: {hint.text!r}")
        for hint in hints
        if hint.region is not None and hint.confidence > 0
        for start in hint.locates_mentions
    ]
