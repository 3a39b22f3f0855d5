"""From expressions to hints: what each locates, the region that follows, and how sure it is."""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import islice
from typing import TYPE_CHECKING, Any

from geomap import geodesy
from geomap.errors import CrsError
from geomap.hints.attachment import Subject, subjects
from geomap.hints.expressions import IMPLIED, Expression
from geomap.hints.from_border import border_surface
from geomap.hints.from_front import front_surface
from geomap.hints.fusion import MOST, Fused, fuse
from geomap.hints.grammar import Reader
from geomap.hints.posterior import LEVEL, find
from geomap.hints.relations import relations
from geomap.hints.setting import Setting
from geomap.hints.shapes import Shapes
from geomap.hints.surfaces import Surface
from geomap.hints.towns import town_of
from geomap.models import Anchor, Evidence, Hint, Region

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from geomap.hints.posterior import Found
    from geomap.hints.settlements import Settlements
    from geomap.models import ContactLine, Place, Resolution, Span

_REACH = 2000  # characters before an expression in which what it locates is looked for
_MEASURED = ("direction", "distance", "distance_direction")
# Of a region's width, how far outside of it a place may lie and still be meant: of true places one
# in forty-five lies further off where a distance is stated, one in a hundred where none is (docs).
_BESIDE, _FAR_OFF = 0.35, 1.0
AGAINST = "contradicts another hint on the same place"


@dataclass(frozen=True, slots=True)
class Drafted:
    """A hint with the surface that its region comes from."""

    hint: Hint
    subject: Subject
    surface: Surface | None


class Locator:
    """Reads the hints of one article.

    Parameters
    ----------
    text : str
    resolutions : sequence of Resolution
        Of the article's mentions, in order.
    sentences : sequence of Span
    line : ContactLine, optional
        What "the front" is measured from.
    area_geometry : callable, optional
        Gives the polygon of a place, or None.
    settlements : Settlements, optional
        What "a village 5 km north of X" may be.
    level : float, optional
        The share of the probability that a region holds.
    cored : bool, optional
        Whether regions shall have their core (`models.Region`), which takes time.
    """

    def __init__(
        self,
        text: str,
        resolutions: Sequence[Resolution],
        sentences: Sequence[Span],
        *,
        line: ContactLine | None = None,
        area_geometry: Callable[[Place], Any] | None = None,
        settlements: Settlements | None = None,
        level: float = LEVEL,
        cored: bool = True,
    ) -> None:
        self.text = text
        self.line = line
        self.sentences = sentences
        self.reader = Reader(text, resolutions, sentences)
        self.level = level
        self.cored = cored
        self.settlements = settlements
        self._shapes = Shapes(area_geometry)
        self._setting = Setting(sentences, self.reader.names)

    def hints(self) -> list[Hint]:
        """Return the hints of the article in order, with their regions."""
        return self._fused(self._drafts(self.reader.expressions()))

    def _drafts(self, expressions: Sequence[Expression]) -> list[Drafted]:
        drafted: list[Drafted] = []
        located = subjects(self.reader, expressions)
        for expression, subject in zip(expressions, located, strict=True):
            towns = tuple(town_of(a, expression, self.reader.names) for a in expression.anchors)
            measured = replace(expression, anchors=towns)
            drafted.append(self._drafted(measured, subject, drafted))
        return drafted

    def of_one_subject(
        self, expressions: Sequence[Expression], *, settled: bool
    ) -> tuple[list[Hint], Found | None]:
        """Return hints that all locate one thing, and where it is.

        Parameters
        ----------
        expressions : sequence of Expression
        settled : bool
            Whether the subject may be a settlement.

        Returns
        -------
        hints : list of Hint
            Each with the region that all of them leave, or with the reason why not.
        found : Found or None
            None when not one of them says where.

        Raises
        ------
        CrsError
            None of them leaves anywhere on Earth.
        """
        drafted = self._drafts(expressions)
        placed = [d for d in drafted if d.surface is not None]
        if not placed:
            return [d.hint for d in drafted], None
        wanted = self.settlements if settled else None
        anchors = [a for d in placed for a in d.hint.anchors]
        fused = fuse(
            [d.surface for d in placed if d.surface is not None], level=self.level,
            settlements=wanted, without=_rows(anchors), cored=self.cored,
        )  # fmt: skip
        told = []
        number = 0
        for draft in drafted:
            if draft.surface is None:
                told.append(draft.hint)
                continue
            told.append(_told(draft.hint, [d.hint for d in placed], fused, number))
            number += 1
        return told, fused.found

    def near(self, resolution: Resolution, *, settled: bool) -> Region | None:
        """Return the surroundings of a mention's place, where no words say more."""
        expression = Expression(
            resolution.mention.start, resolution.mention.end, "near",
            (Anchor(resolution.name, place=resolution.place, region=resolution.region),),
        )  # fmt: skip
        surface = self._shapes.surface(expression)
        if surface is None:
            return None
        wanted = self.settlements if settled else None
        return find(surface, level=self.level, settlements=wanted).region

    def _drafted(self, expression: Expression, subject: Subject, earlier: list[Drafted]) -> Drafted:
        surface, anchors, confidence, reasons = self._surface(expression, earlier)
        region = None
        if surface is not None:
            try:
                region = self._alone(expression, surface, subject)
            except CrsError as error:
                surface, confidence, reasons = None, 0.0, (str(error),)
        if expression.relation in _MEASURED or subject.mentions:
            confidence *= subject.tightness
        hint = Hint(
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
        return Drafted(hint, subject, surface)

    def _surface(
        self, expression: Expression, earlier: list[Drafted]
    ) -> tuple[Surface | None, tuple[Anchor, ...], float, tuple[str, ...]]:
        """Return what an expression says, its anchors, how sure it is, and why."""
        anchors = expression.anchors
        confidence = relations().figure(expression.relation, "confidence")
        try:
            if expression.relation == "front_distance":
                context = self._context(expression, earlier)
                where = context[0] if context else None
                surface, confidence, reason = front_surface(expression, where, self.line)
                named = f" ({context[1]})" if context else ""
                return surface, anchors, confidence, (reason + named,)
            if expression.relation in ("border", "border_distance"):
                return self._at_border(expression, earlier)
            if anchors[0].name == IMPLIED:
                context = self._context(expression, earlier)
                if context is None:
                    return None, anchors, 0.0, ("nothing named nearby to measure from",)
                anchors = (replace(anchors[0], name=context[1], region=context[0]),)
                surface = self._shapes.surface(replace(expression, anchors=anchors))
                return surface, anchors, 0.6 * confidence, (f"measured from {context[1]}",)
            surface = self._shapes.surface(expression, suburb=self._is_suburb(expression))
        except CrsError as error:
            return None, anchors, 0.0, (str(error),)
        if surface is None:
            return None, anchors, 0.0, (_why_nowhere(anchors),)
        return surface, anchors, confidence, ()

    def _at_border(
        self, expression: Expression, earlier: list[Drafted]
    ) -> tuple[Surface | None, tuple[Anchor, ...], float, tuple[str, ...]]:
        anchors = expression.anchors
        confidence = relations().figure(expression.relation, "confidence")
        areas = [self._shapes.area(a) for a in anchors]
        if any(a is None for a in areas):
            return None, anchors, 0.0, (_why_nowhere(anchors),)
        context = self._context(expression, earlier)
        wide = False
        if context is None:
            context = self._setting.division(expression, self._shapes.area)
            wide = context is not None
        where = context[0] if context else None
        surface, why = border_surface(expression, areas, where, wide=wide)
        if surface is None or context is None:
            return surface, anchors, 0.0 if surface is None else confidence, (why,) if why else ()
        return surface, anchors, confidence, (f"near {context[1]}",)

    def _is_suburb(self, expression: Expression) -> bool:
        return "suburb" in self.text[expression.start : expression.end].lower()

    def _alone(self, expression: Expression, surface: Surface, subject: Subject) -> Region:
        """Return the region of an expression by itself."""
        if expression.relation == "within" and len(expression.anchors) == 1:
            area = self._shapes.area(expression.anchors[0])
            if area is not None:  # all of it, not its likelier nine tenths
                lat, lon = surface.centre
                return Region(area, lat, lon)
        wanted = self.settlements if is_settlement(subject) else None
        region = find(
            surface, level=self.level, settlements=wanted, without=_rows(expression.anchors),
            cored=self.cored,
        ).region  # fmt: skip
        if expression.relation != "part":
            return region
        return _clipped(region, self._shapes.area(expression.anchors[0]))

    def _fused(self, drafted: list[Drafted]) -> list[Hint]:
        """Return the hints, with what other hints on the same subject leave of their regions.

        A hint on a whole list ("all east of D") narrows what is said of one of its names, not the
        other way round.
        """
        groups: dict[object, list[Drafted]] = {}
        for draft in drafted:
            if draft.surface is not None:
                for key in self._subject_keys(draft):
                    groups.setdefault(key, []).append(draft)
        done: dict[tuple[object, ...], Fused | None] = {}
        return [self._narrowed(draft, groups, done) for draft in drafted]

    def _subject_keys(self, draft: Drafted) -> list[object]:
        subject = draft.subject
        if subject.mentions:
            return list(subject.mentions)
        if subject.kind in ("masked", "pronoun", "noun") and subject.text:
            return [(self._setting.sentence(draft.hint.start), subject.text)]
        return []

    def _narrowed(
        self, draft: Drafted, groups: dict[object, list[Drafted]],
        done: dict[tuple[object, ...], Fused | None],
    ) -> Hint:  # fmt: skip
        """Return a hint with what other hints on all that it locates leave of its region."""
        keys = self._subject_keys(draft)
        if draft.surface is None or not keys:
            return draft.hint
        alike = (d for d in groups[keys[0]] if set(keys) <= set(self._subject_keys(d)))
        group = list(islice(alike, MOST))
        number = next((k for k, other in enumerate(group) if other is draft), None)
        if len(group) == 1 or number is None:
            return draft.hint
        settled = is_settlement(draft.subject)
        which = (settled, *map(id, group))
        if which not in done:
            done[which] = self._together(group, self.settlements if settled else None)
        fused = done[which]
        if fused is None:
            return draft.hint
        return _told(draft.hint, [d.hint for d in group], fused, number)

    def _together(self, group: Sequence[Drafted], wanted: Settlements | None) -> Fused | None:
        surfaces = [d.surface for d in group if d.surface is not None]
        anchors = [a for d in group for a in d.hint.anchors]
        try:
            return fuse(
                surfaces, level=self.level, settlements=wanted, without=_rows(anchors),
                cored=self.cored,
            )  # fmt: skip
        except CrsError:
            return None

    def _context(self, expression: Expression, earlier: list[Drafted]) -> tuple[Region, str] | None:
        """Return the place of an expression's own sentence, or of the sentences just before.

        What an earlier hint of the same sentence located comes first ("in a forest 8 km from the
        front ... to the northeast"), then the settlement named last.
        """
        here = self._setting.sentence(expression.start)
        for draft in reversed(earlier):
            hint = draft.hint
            if self._setting.sentence(hint.start) != here or expression.start - hint.start > _REACH:
                break
            measured = hint.relation == "front_distance" and hint.locates is None
            if hint.region is not None and not measured:
                return hint.region, hint.locates or hint.anchors[0].name
        return self._setting.settlement(expression)


def _told(hint: Hint, all_hints: Sequence[Hint], fused: Fused, number: int) -> Hint:
    """Return a hint with the fused region, or with the reason why it keeps its own."""

    def quoted(numbers: Sequence[int]) -> str:
        return ", ".join(repr(all_hints[k].text) for k in numbers if k != number)

    if number in fused.against:
        reasons = (*hint.reasons, f"{AGAINST}: {quoted(fused.used)}")
        return replace(hint, confidence=round(hint.confidence * 0.5, 3), reasons=reasons)
    if number not in fused.used:
        return hint
    reasons = hint.reasons
    if len(fused.used) > 1:
        reasons = (*reasons, f"narrowed by {quoted(fused.used)}")
    if fused.against:
        reasons = (*reasons, f"{AGAINST}: {quoted(fused.against)}")
        hint = replace(hint, confidence=round(hint.confidence * 0.5, 3))
    return replace(hint, region=fused.found.region, reasons=reasons)


def _clipped(region: Region, area: Any) -> Region:
    """Return what of a region lies in an area, if there is one: a part ends at the outline."""
    import shapely

    if area is None:
        return region
    whole = geodesy.whole_of(geodesy.polygons_of(shapely.intersection(region.geometry, area)))
    if whole is None:
        return region
    core = None
    if region.core is not None:
        core = geodesy.whole_of(geodesy.polygons_of(shapely.intersection(region.core, area)))
    return Region(whole, region.lat, region.lon, core)


def is_settlement(subject: Subject) -> bool:
    """Say whether what is located is called a settlement and has no name: "a village"."""
    if subject.kind != "noun" or not subject.noun:
        return False
    return subject.noun.split()[-1].lower() in relations().words["settlement_nouns"]


def _why_nowhere(anchors: Sequence[Anchor]) -> str:
    unplaced = [a.name for a in anchors if a.place is None and a.region is None]
    if unplaced:
        return f"{unplaced[0]} itself is not placed"
    return f"the gazetteer has no outline of {' and '.join(a.name for a in anchors)}"


def _rows(anchors: Sequence[Anchor]) -> frozenset[int]:
    return frozenset(a.place.key for a in anchors if a.place is not None)


def evidence(hints: Sequence[Hint]) -> list[Evidence]:
    """Return what the hints say about the mentions they locate."""
    return [
        Evidence(
            start,
            hint.region,
            hint.confidence,
            f"the text says: {hint.text!r}",
            _FAR_OFF if hint.distance_km is None else _BESIDE,
        )
        for hint in hints
        if hint.region is not None and hint.confidence > 0
        for start in hint.locates_mentions
    ]
