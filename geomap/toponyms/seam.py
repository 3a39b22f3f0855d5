"""Where a recogniser of place names plugs in: what it is asked, what it must answer.

geomap's own (`toponyms.recognise`) is one of them; `docs/recognisers.md` shows how to write
another.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol, get_args

from geomap.errors import RecogniserError
from geomap.models import MentionKind

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from geomap.gazetteer.store import Gazetteer
    from geomap.models import Mention, Span

_KINDS = get_args(MentionKind)


class MentionRecogniser(Protocol):
    """Finds the place names of a text; anything with this method will do."""

    def recognise(self, text: str, sentences: Sequence[Span]) -> list[Mention]:
        """Return the mentions of a text, in any order.

        Parameters
        ----------
        text : str
            The article's text; offsets are code points into it, end exclusive.
        sentences : sequence of Span
            Its sentences, in order.

        Returns
        -------
        list of Mention
            Of each, `text` is the article's words from `start` to `end`, and `name` what is to be
            looked up in the gazetteer; empty when the text names no place.
        """
        ...


def checked(mentions: Iterable[Mention], text: str) -> list[Mention]:
    """Return what a recogniser found, in the order of the text.

    Parameters
    ----------
    mentions : iterable of Mention
        In any order; they may overlap.
    text : str
        The text that they were found in.

    Returns
    -------
    list of Mention
        All of them, by `start`, then `end`.

    Raises
    ------
    RecogniserError
        A mention does not say what stands at its offsets, or has an unknown kind.

    Examples
    --------
    >>> from geomap.models import Mention
    >>> text = "From Lyman to Bakhmut."
    >>> names = [Mention(14, 21, "Bakhmut", "literal", "Bakhmut"),
    ...          Mention(5, 10, "Lyman", "literal", "Lyman")]
    >>> [m.text for m in checked(names, text)]
    ['Lyman', 'Bakhmut']
    """
    found = sorted(mentions, key=lambda m: (m.start, m.end))
    for mention in found:
        where = f"the recogniser's mention {mention.text!r} at {mention.start}-{mention.end}"
        if not 0 <= mention.start < mention.end <= len(text):
            raise RecogniserError(
                f"{where} lies outside the text of {len(text)} characters: count code points, "
                "end exclusive"
            )
        words = text[mention.start : mention.end]
        if mention.text != words:
            raise RecogniserError(
                f"{where} is not what stands there, {words!r}: count code points, end exclusive"
            )
        if mention.kind not in _KINDS:
            raise RecogniserError(f"{where} is of kind {mention.kind!r}: use {', '.join(_KINDS)}")
    return found


def recogniser_named(name: str, gazetteer: Gazetteer) -> MentionRecogniser:
    """Return the recogniser that a setting names.

    Parameters
    ----------
    name : str
        `geomap`, `spacy` or `spacy:MODEL` (checked by `Settings`); a model is loaded when it is
        first used.
    gazetteer : Gazetteer
        Where names are looked up.
    """
    kind, _, model = name.partition(":")
    if kind == "spacy":
        from geomap.toponyms.spacy_recogniser import DEFAULT_MODEL, SpacyRecogniser

        return SpacyRecogniser(model or DEFAULT_MODEL, gazetteer=gazetteer)
    from geomap.toponyms.recognise import Recogniser

    return Recogniser(gazetteer)
