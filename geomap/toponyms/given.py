"""Mentions of spans that are given, by an annotator or by another recogniser.

Where a name stands is taken as it is; what is decided here is the rest: the name to look up, and
whether it means the place, its government or its people.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from geomap.models import Mention
from geomap.toponyms.cues import cues
from geomap.toponyms.recognise import Recogniser

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from geomap.gazetteer.store import Gazetteer
    from geomap.models import Span

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
        kinds = self._recogniser.kinds_of(text, sentences, ordered)
        mentions = []
        for span, read in zip(ordered, kinds, strict=True):
            own = known.get((span.start, span.end))
            written = text[span.start : span.end]
            name = _name(written)
            bloc = " ".join(name.lower().split()) in cues().blocs
            kind = own.kind if own is not None else "associative" if bloc else read
            reasons = (reason,) if own is None else (reason, *own.reasons)
            feature = "bloc" if bloc else None
            mentions.append(Mention(span.start, span.end, written, kind, name, feature, reasons))
        return mentions


def _name(written: str) -> str:
    """Return the words of a span without white space around them and a possessive after them."""
    name = written.strip()
    for ending in _POSSESSIVES:
        if name.endswith(ending):
            return name[: -len(ending)]
    return name.rstrip("'’") if name.endswith(("s'", "s’")) else name
