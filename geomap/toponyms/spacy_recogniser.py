"""Place names found by a spaCy model (the extra `geomap[spacy]`).

spaCy says where names stand; what is looked up, and whether a name means a place, its government
or its people, is decided as for any given span (`toponyms.given`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from geomap.errors import RecogniserError
from geomap.models import Span
from geomap.toponyms.given import SpanReader

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from geomap.gazetteer.store import Gazetteer
    from geomap.models import Mention

DEFAULT_MODEL = "en_core_web_sm"
LABELS = ("GPE", "LOC", "FAC")  # of OntoNotes: states and towns, other places, buildings and roads
PEOPLES = "NORP"  # nationalities, but also parties and religions
# Parts of a pipeline that names do not need; without them it is three times as fast.
_NOT_NEEDED = ("tagger", "parser", "attribute_ruler", "lemmatizer", "senter", "morphologizer")
# spaCy refuses texts of a million characters, and needs about 1 GB of memory for a tenth of that.
CHUNK = 50_000
_POSSESSIVES = ("'s", "’s", "ʼs", "'", "’")


class SpacyRecogniser:
    """Finds mentions by the entities of a spaCy model.

    Parameters
    ----------
    model : str
        The name of an installed model, or the folder of one. It is loaded when first used.
    gazetteer : Gazetteer, optional
        Where names are looked up; the embedded one by default.
    """

    def __init__(self, model: str = DEFAULT_MODEL, *, gazetteer: Gazetteer | None = None) -> None:
        self.model = model
        self._gazetteer = gazetteer
        self._reader: SpanReader | None = None
        self._nlp: Any = None

    def recognise(self, text: str, sentences: Sequence[Span]) -> list[Mention]:
        """Return the mentions of a text, in order, without overlaps.

        What spaCy labels GPE, LOC or FAC is taken; of NORP what the gazetteer knows as a demonym.
        A leading "the" and a possessive do not belong to a mention.

        Raises
        ------
        RecogniserError
            spaCy or its model is not installed, or the model cannot be loaded.
        """
        if self._nlp is None:
            self._nlp = _load(self.model)
        if self._reader is None:
            from geomap.gazetteer.store import Gazetteer

            self._reader = SpanReader(self._gazetteer or Gazetteer.open())
        labels: dict[Span, str] = {}
        for start, end in _chunks(len(text), sentences):
            for entity in self._nlp(text[start:end]).ents:
                span = _trimmed(text, start + entity.start_char, start + entity.end_char)
                if span is not None and entity.label_ in (*LABELS, PEOPLES):
                    labels[span] = entity.label_
        mentions = self._reader.mentions(text, sentences, labels, reason=f"a place to {self.model}")
        return [
            m for m in mentions
            if labels[Span(m.start, m.end)] != PEOPLES or m.kind == "demonym"
        ]  # fmt: skip


def _load(model: str) -> Any:
    try:
        import spacy
    except ImportError as error:
        raise RecogniserError(
            f"spaCy cannot be imported ({error}): pip install 'geomap[spacy]', then python -m "
            f"spacy download {DEFAULT_MODEL}; or leave out --recogniser"
        ) from error
    try:
        return spacy.load(model, exclude=list(_NOT_NEEDED))
    except OSError as error:
        raise RecogniserError(
            f"spaCy's model {model!r} is not installed: python -m spacy download {model}; or name "
            "another, --recogniser spacy:MODEL (a name, or a folder)"
        ) from error
    except Exception as error:  # of another version, half a model, an unknown component
        told = " ".join(str(error).split())[:300]
        raise RecogniserError(
            f"spaCy's model {model!r} cannot be loaded ({told}): install the one that belongs to "
            f"spaCy {spacy.__version__}"
        ) from error


def _chunks(length: int, sentences: Sequence[Span]) -> Iterator[tuple[int, int]]:
    """Yield stretches of a text of at most `CHUNK` characters that end where a sentence does.

    A sentence longer than that is cut.
    """
    begin = previous = 0
    for end in [*(s.end for s in sentences), length]:
        if end - begin > CHUNK and previous > begin:
            yield begin, previous
            begin = previous
        while end - begin > CHUNK:
            yield begin, begin + CHUNK
            begin += CHUNK
        previous = max(end, begin)
    if length > begin:
        yield begin, length


def _trimmed(text: str, start: int, end: int) -> Span | None:
    """Return a span without a leading "the", a possessive and outer white space; None if empty."""
    while start < end and text[start].isspace():
        start += 1
    if text[start:end].lower().startswith("the") and text[start + 3 : start + 4].isspace():
        start += 4
    for possessive in _POSSESSIVES:
        if text[start:end].endswith(possessive):
            end -= len(possessive)
            break
    while start < end and text[start].isspace():
        start += 1
    while start < end and text[end - 1].isspace():
        end -= 1
    return Span(start, end) if start < end else None
