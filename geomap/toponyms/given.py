"""Mentions of spans that are given, by an annotator or by another recogniser.

Where a name stands is taken as it is; what is decided here is the rest: the name to look up, and
whether it means the place, its government or its people.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from geomap.gazetteer.names import fold
from geomap.models import Mention, Span
from geomap.toponyms.cues import cues
from geomap.toponyms.recognise import Recogniser

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from geomap.gazetteer.store import Gazetteer

# "the town of Lyman", "northern Kharkiv": the name is what follows.
_DESCRIBED = re.compile(
    r"(?:(?:city|town|village|settlement|hamlet|port|suburb|capital)\s+of\s+"
    r"|(?:north|south|east|west|northeast|northwest|southeast|southwest)ern\s+"
    r"|(?:central|downtown|occupied|greater|mid)\s+)+(?=[^\W\d_])",
    re.IGNORECASE,
)
_POSSESSIVES = ("'s", "’s", "ʼs", "`s")


class SpanReader:
    """Makes mentions of given spans.

    Parameters
    ----------
    gazetteer : Gazetteer
        Where names are looked up.
    """

    def __init__(self, gazetteer: Gazetteer) -> None:
        self._recogniser = Recogniser(gazetteer)

    def mentions(
        self,
        text: str,
        sentences: Sequence[Span],
        spans: Iterable[Span],
        found: Sequence[Mention] = (),
        reason: str = "a given span",
    ) -> list[Mention]:
        """Return a mention for each span.

        Parameters
        ----------
        text : str
            The article's text.
        sentences : sequence of Span
            Its sentences.
        spans : iterable of Span
            Code points of the text, `0 <= start < end <= len(text)`, in any order; they may
            overlap, and the same span may be given twice.
        found : sequence of Mention
            What a recogniser found by itself: where it found the very span, its kind and its
            reasons are kept.
        reason : str
            Why the others are mentions.

        Returns
        -------
        list of Mention
            As many as spans, by `start`, then `end`. Of each, `text` is the words of the span.
        """
        ordered = sorted(spans, key=lambda s: (s.start, s.end))
        known = {(m.start, m.end): m for m in found}
        names = [self._name(text, s) for s in ordered]
        kinds = self._recogniser.kinds_of(text, sentences, names)
        mentions = []
        for span, inner, read in zip(ordered, names, kinds, strict=True):
            own = known.get((span.start, span.end))
            written = text[span.start : span.end]
            name = text[inner.start : inner.end]
            words = " ".join(name.lower().split())
            bloc = words in cues().blocs or f"the {words}" in cues().blocs
            kind = own.kind if own is not None else "associative" if bloc else read
            reasons = (reason,) if own is None else (reason, *own.reasons)
            feature = "bloc" if bloc else None
            mentions.append(Mention(span.start, span.end, written, kind, name, feature, reasons))
        return mentions

    def _name(self, text: str, span: Span) -> Span:
        """Return the name in a span: without what only describes it, if it is no name with that."""
        bare = _bare(text, span)
        described = _DESCRIBED.match(text, bare.start, bare.end)
        whole = fold(text[bare.start : bare.end])
        if described is None or self._recogniser.gazetteer.has_name(whole):
            return bare
        return Span(described.end(), bare.end)


def _bare(text: str, span: Span) -> Span:
    """Return a span without white space around it, "the" before and a possessive after."""
    name = text[span.start : span.end]
    start = span.start + len(name) - len(name.lstrip())
    name = name.strip()
    if name[:4].lower() == "the " and len(name) > 4:
        start, name = start + 4, name[4:].lstrip()
    for ending in _POSSESSIVES:
        if name.endswith(ending) and len(name) > len(ending):
            name = name[: -len(ending)]
            break
    return Span(start, start + len(name)) if name else span
