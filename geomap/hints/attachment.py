"""What each expression locates: a name, a noun, what "it" stands for, or something unnamed.

"Solone (5 km southeast of Pokrovsk)" places Solone; "a forest 8 km west of Kreminna" the forest;
"shells fell 5 km west of Bakhmut" an event that has no name. A wrong attachment moves a place that
was right, so nothing is attached to a name unless the words between say so.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal

from geomap.hints.expressions import IMPLIED, Expression
from geomap.hints.relations import relations
from geomap.hints.subjects import subject_patterns

if TYPE_CHECKING:
    from collections.abc import Sequence

    from geomap.hints.grammar import Reader
    from geomap.models import Resolution

SubjectKind = Literal["mention", "masked", "pronoun", "noun", "event"]

MASK = "[PLACE]"
_REACH = 2000  # characters before an expression in which what it locates is looked for
_NOUN_REACH = 100
_NEAR = 12  # characters between an expression and the next of a list: ", and to the"
_LISTED_NEXT = re.compile(r"\s*[,;]\s+(?:and|or)\b")
_MOST = 60  # names of one list
# What these say is where a named thing lies; the others (toward, part ...) say it of what happens.
_LOCATING = frozenset({
    "direction", "distance", "distance_direction", "between", "along", "near", "outskirts",
    "opposite", "bank", "border", "border_distance", "front_distance",
})  # fmt: skip
_RELATIVE = frozenset({"which", "that", "who", "where"})
_SIDES = frozenset({"direction", "distance_direction"})


_AREA_LEAD = re.compile(r"\s*,\s*")


@dataclass(frozen=True, slots=True)
class Subject:
    """What an expression locates.

    `mentions` are the start offsets of the named places (`kind` mention, and a pronoun whose name
    is known); `noun` the words of a common noun; `text` what a reader would call it, None for an
    event. `tightness` is how surely it is this, from 0 to 1.
    """

    kind: SubjectKind
    text: str | None = None
    mentions: tuple[int, ...] = ()
    noun: str | None = None
    tightness: float = 1.0


_EVENT = Subject("event")


@dataclass(frozen=True, slots=True)
class _Name:
    start: int
    end: int
    resolution: Resolution | None  # None: masked

    @property
    def settled(self) -> bool:
        """Whether it can be what is located: no oblast, no country, no river, no government."""
        if self.resolution is None:
            return True
        place = self.resolution.place
        literal = self.resolution.mention.kind == "literal"
        return literal and (place is None or place.feature_class == "P")

    @property
    def division(self) -> bool:
        """Whether it is an oblast, a district, a country: where it lies is no news."""
        place = self.resolution.place if self.resolution else None
        return place is not None and place.feature_class == "A"


class Attachment:
    """The subjects of one article's expressions, in their order."""

    def __init__(self, reader: Reader, expressions: Sequence[Expression]) -> None:
        self.reader = reader
        self.text = reader.text
        self.expressions = list(expressions)
        self._sentence_starts = [s.start for s in reader.sentences]
        self._masks = [m.start() for m in re.finditer(re.escape(MASK), reader.text)]
        self.subjects: list[Subject] = []
        for number in range(len(self.expressions)):
            self.subjects.append(self._subject(number))

    def floor(self, offset: int) -> int:
        """Return where the sentence of an offset begins, or as far back as is looked."""
        at = bisect_right(self._sentence_starts, offset) - 1
        start = self._sentence_starts[at] if at >= 0 else 0
        return max(start, offset - _REACH)

    def _names(self, start: int, end: int) -> list[_Name]:
        """Return the named places and the masks that lie in a stretch, in order."""
        found = [_Name(r.mention.start, r.mention.end, r) for r in self.reader.within(start, end)]
        first, last = bisect_left(self._masks, start), bisect_left(self._masks, end)
        masks = self._masks[first:last]
        if masks:
            found += [_Name(m, m + len(MASK), None) for m in masks if m + len(MASK) <= end]
            found.sort(key=lambda n: n.start)
        return found

    def _subject(self, number: int) -> Subject:
        e = self.expressions[number]
        floor = self.floor(e.start)
        names = self._names(floor, e.start)
        before = self.text[floor : e.start]
        chained = self._chained(number, floor)
        implied = e.anchors[0].name == IMPLIED
        located = e.relation in _LOCATING and not implied
        found = self._bracketed(names, e) if located else None
        found = found or chained
        if located and not found:
            found = self._headed(names, floor, e) or self._named(names, e)
        found = found or self._pronoun(e, floor, before)
        found = found or self._noun(before, e, implied=implied)
        found = self._suburb(e) or found or self._listed_after(number)
        if found is None or (e.relation == "front_distance" and found.kind == "mention"):
            # A front is drawn round the place of its own sentence: it must not move that place.
            return replace(found, mentions=()) if found else _EVENT
        return found

    def _bracketed(self, names: list[_Name], e: Expression) -> Subject | None:
        """Return the name or the list right before the bracket that an expression begins."""
        if not names or names[-1].division:
            return None
        gap = subject_patterns().bracket.fullmatch(self.text[names[-1].end : e.start])
        if gap is None:
            return None
        every = (gap["all"] or "").lower()
        joined = not gap["all"] and gap.group().split("(")[0].strip()  # "the A-B-C line ("
        named = self._list_before(names, every, hyphens=bool(joined))
        return self._of_names(named, 1.0)

    def _suburb(self, e: Expression) -> Subject | None:
        """Return the suburb that follows: "the Kyiv suburb of Bucha"."""
        anchor = e.anchors[0]
        if e.relation != "outskirts" or anchor.start != e.start:
            return None
        lead = re.compile(r"\s+(?:of\s+)?").match(self.text, e.end)
        named = self.reader.names.at(lead.end()) if lead else None
        if named is None:
            return None
        return self._of_names([_Name(named.mention.start, named.mention.end, named)], 0.9)

    def _list_before(self, names: list[_Name], every: str, *, hyphens: bool) -> list[_Name]:
        """Return the list of names that ends with the last one; only that one without "all"."""
        named = [names[-1]]
        if not every and not hyphens:
            return named
        most = 2 if every == "both" else _MOST
        for earlier in reversed(names[:-1]):
            if len(named) >= most:
                break
            gap = self.text[earlier.end : named[0].start]
            listed = (
                re.fullmatch(r"\s*[-–]\s*", gap)
                if hyphens
                else subject_patterns().listed.fullmatch(gap)
            )
            # "seized A and advanced into B, and near C (all"
            if not listed and (hyphens or not subject_patterns().loose.fullmatch(gap)):
                break
            named.insert(0, earlier)
        return named

    def _of_names(self, named: list[_Name], tightness: float) -> Subject:
        text = ", ".join(self.text[n.start : n.end] for n in named)
        if any(n.resolution is None for n in named):
            return Subject("masked", text, (), None, tightness)
        return Subject("mention", text, tuple(n.start for n in named), None, tightness)

    def _chained(self, number: int, floor: int) -> Subject | None:
        """Return the subject of the expression right before, when this one goes on with it.

        "2 km north of A, 15 km from B": both say where one thing lies.
        """
        if number == 0:
            return None
        e, last = self.expressions[number], self.expressions[number - 1]
        if last.start < floor or last.relation not in _LOCATING or e.relation not in _LOCATING:
            return None
        gap = self.text[last.end : e.start]
        if last.relation == "near" or not gap:
            return None
        area = _AREA_LEAD.match(gap)
        named = self.reader.names.at(last.end + area.end()) if area else None
        if named is not None and not _Name(0, 0, named).settled:
            gap = self.text[named.mention.end : e.start]  # "of A, Heath Oblast, 15 km from B"
        if not subject_patterns().chain.fullmatch(gap):
            return None
        if not gap.strip():
            return None  # "northwest of Lyman near Sosnove"
        if e.distance_km is None and _LISTED_NEXT.match(gap):
            return None  # "north of A, and near B" are two places
        subject = self.subjects[number - 1]
        return replace(subject, tightness=round(subject.tightness * 0.95, 3))

    def _headed(self, names: list[_Name], floor: int, e: Expression) -> Subject | None:
        """Return the subject of "X is a mining town in the oblast, located 20 km from Y"."""
        p, text = subject_patterns(), self.text
        first = names[0] if names else None
        if first and first.settled and p.head.fullmatch(text[floor : first.start]):
            if self._own(first, e):
                return None
            rest = text[first.end : e.start]
            if p.is_kind.fullmatch(rest) and not p.other.search(rest):
                return self._of_names([first], 0.85)
            return None
        pronoun = p.pronoun_head.match(text, floor)
        if pronoun is None or pronoun.end() > e.start:
            return None
        rest = text[pronoun.end() : e.start]
        if p.is_kind.fullmatch(rest) and not p.other.search(rest):
            return self._stands_for(pronoun["word"], floor)
        return None

    def _own(self, name: _Name, e: Expression) -> bool:
        """Say whether a name is an anchor of the expression itself."""
        return name.resolution is not None and name.resolution.name in {a.name for a in e.anchors}

    def _named(self, names: list[_Name], e: Expression) -> Subject | None:
        """Return the name before a comma, a verb, or right before a measured distance."""
        p = subject_patterns()
        areas = 0
        for name in reversed(names):
            if not name.settled:
                # "Yampil, a village in Donetsk Oblast, 12 km from": the area is passed over.
                if areas == 2 or not p.area.fullmatch(self._gap_to(names, name)):
                    return None
                areas += 1
                continue
            if self._own(name, e):
                return None  # "7 km from Toretsk, along the road from Toretsk"
            gap = self.text[name.end : e.start]
            if areas and not p.apposition.fullmatch(gap):
                areas_gap = self.text[self._last_area_end(names) : e.start]
                if not p.comma.fullmatch(areas_gap):
                    return None
                return self._of_names([name], 0.7)
            if p.comma.fullmatch(gap):
                if self._is_list(e):
                    return None
                return self._of_names([name], 0.7 if e.relation == "near" else 0.85)
            if p.apposition.fullmatch(gap):
                return self._of_names([name], 0.85)
            if p.copula.fullmatch(gap) and self._is_head(name):
                return self._of_names([name], 0.9)
            measured = e.distance_km is not None
            if measured and p.plain.fullmatch(gap):
                return self._of_names([name], 0.7)
            return None
        return None

    def _is_list(self, e: Expression) -> bool:
        """Say whether an expression goes on a list: "in A, north of B, and near C"."""
        at = bisect_left(self.expressions, e.end, key=lambda x: x.start)
        if e.distance_km is not None or at == len(self.expressions):
            return False
        gap = self.text[e.end : self.expressions[at].start]
        return len(gap) < _NEAR and _LISTED_NEXT.match(gap) is not None

    def _gap_to(self, names: list[_Name], name: _Name) -> str:
        """Return the words between the name before one and that one."""
        at = names.index(name)
        return self.text[names[at - 1].end : name.start] if at else ""

    def _last_area_end(self, names: list[_Name]) -> int:
        return names[-1].end

    def _is_head(self, name: _Name) -> bool:
        """Say whether a verb is about a name: "the village of X is", not "the mayor of X is"."""
        of = subject_patterns().of_before.search(self.text[max(0, name.start - 40) : name.start])
        if of is None:
            return True
        kind = of["kind"].lower().split()
        words = relations().words
        return len(kind) == 2 and (
            kind[0] in words["kinds_of_place"] or kind[0] in words["settlement_nouns"]
        )

    def _pronoun(self, e: Expression, floor: int, before: str) -> Subject | None:
        """Return what "It lies", "Located 5 km" or "The town is" stands for."""
        p = subject_patterns()
        if e.relation not in _LOCATING or e.anchors[0].name == IMPLIED:
            return None
        if p.leading.fullmatch(before):
            after = re.compile(r"\s*,\s*(?:the\s+)?(?:\w+\s+of\s+)?").match(self.text, e.end)
            at = after.end() if after else e.end
            following = [n for n in self._names(at, at + 80) if n.start == at and n.settled]
            if following:
                return self._of_names(following[:1], 0.8)
            return Subject("pronoun", None, (), None, 0.6)
        found = p.pronoun.search(before[-_NOUN_REACH:])
        if found is None:
            return None
        return self._stands_for(found["word"], floor)

    def _stands_for(self, words: str, floor: int) -> Subject:
        last = self.reader.names.last_named(floor)
        if last is None:
            relative = words.lower() in _RELATIVE  # stands for no one that a reader would name
            return Subject("pronoun", None if relative else words, (), None, 0.6)
        return Subject("pronoun", last.mention.text, (last.mention.start,), None, 0.6)

    def _noun(self, before: str, e: Expression, *, implied: bool) -> Subject | None:
        p = subject_patterns()
        stretch = before[-_NOUN_REACH:]
        found = p.noun.search(stretch)
        if found is None:
            bare = p.bare_noun.search(stretch) if implied else None
            return Subject("noun", bare["noun"], (), bare["noun"], 1.0) if bare else None
        noun = found["noun"]
        kind = noun.split()[-1].lower()
        definite = found["the"].lower() in ("the", "this", "that")
        if definite and kind in relations().words["kinds_of_place"] and e.relation in _LOCATING:
            return self._stands_for(noun, e.start - len(before) + before.rfind(noun))
        return Subject("noun", noun, (), noun, 1.0)

    def _listed_after(self, number: int) -> Subject | None:
        """Return the places listed right after: "northwest of Lyman near Stavky and Yarova"."""
        e = self.expressions[number]
        if e.relation not in _SIDES or number + 1 >= len(self.expressions):
            return None
        following = self.expressions[number + 1]
        if following.relation not in ("near", "in_or_near", "toward"):
            return None
        if self.text[e.end : following.start].strip():
            return None
        own = {a.start for a in e.anchors}
        starts = tuple(a.start for a in following.anchors if a.start is not None)
        if len(starts) < len(following.anchors) or own & set(starts) or min(starts) < e.end:
            return None
        text = ", ".join(a.name for a in following.anchors)
        return Subject(
            "mention", text, starts, None, 0.5 if following.relation == "toward" else 0.9
        )


def subjects(reader: Reader, expressions: Sequence[Expression]) -> list[Subject]:
    """Return what each expression of an article locates, in the order of the expressions."""
    return Attachment(reader, expressions).subjects


def subject_expressions(reader: Reader, expressions: Sequence[Expression]) -> list[Expression]:
    """Return the expressions that locate what one sentence, standing alone, is about.

    That is the masked name (`[PLACE]`), or what "It" or "The town" stands for. Left out is what
    locates another: "X (20 km from Z)", "X, which lies 20 km from Z", "the nearest town".
    """
    attachment = Attachment(reader, expressions)
    found = []
    for e, subject in zip(expressions, attachment.subjects, strict=True):
        if e.relation == "toward" or e.anchors[0].name == IMPLIED:
            continue
        floor = attachment.floor(e.start)
        if subject.kind == "mention" and _of_another(reader, e, subject, floor):
            continue
        clause = max(reader.text.rfind(";", floor, e.start), floor)
        if subject_patterns().nearest.search(reader.text, clause, e.start):
            continue
        found.append(e)
    return found


def _of_another(reader: Reader, e: Expression, subject: Subject, floor: int) -> bool:
    """Say whether the name an expression is attached to is another than the sentence's subject.

    After a mere comma it may be either: "in the commune of X, 5 km from Y" is said of the subject.
    """
    p, text = subject_patterns(), reader.text
    if not subject.mentions or subject.mentions[-1] > e.start:
        return False
    last = reader.names.at(subject.mentions[-1])
    if last is None or p.head.fullmatch(text, floor, last.mention.start):
        return False
    of_place = MASK in text[floor : last.mention.start] or p.opening.match(text, floor)
    return not (of_place and p.mere_comma.fullmatch(text, last.mention.end, e.start))
