"""Finding the place names of texts.

Candidates are the gazetteer's names and runs of capitalised words (`candidates`). A linear model
over hashed words judges each by the words beside it, boosted trees judge again with the
article's other uses and the candidate's rivals (`second_look`); what is likeliest, and shares no
word with what is likelier, is a mention. A third small model tells what is meant: the place, or
its government. `docs/toponyms.md` says how they were trained.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

from geomap.gazetteer.names import fold
from geomap.models import Mention
from geomap.toponyms import features
from geomap.toponyms.batch import Batch
from geomap.toponyms.candidates import CandidateFinder, CandidateSpans
from geomap.toponyms.cues import cues
from geomap.toponyms.lexicon import BIT
from geomap.toponyms.model import Model, model
from geomap.toponyms.names import STATISTICS
from geomap.toponyms.second_look import kind_features, second_features
from geomap.toponyms.told import told_words

if TYPE_CHECKING:
    from collections.abc import Sequence

    from geomap.gazetteer.store import Gazetteer
    from geomap.models import MentionKind, Span

_DEMONYM = STATISTICS.index("demonym")
_WHOLE = [STATISTICS.index(name) for name in ("country", "admin1", "capital", "region")]
_ABBREVIATION = STATISTICS.index("abbreviation")
_KNOWN, _MAIN = STATISTICS.index("known"), STATISTICS.index("main")
_WORDS_BEFORE = re.compile(r"(?:\b([^\W\d_]+)\s+)?\b([^\W\d_]+)\s+(?:the\s+)?$")
_KIND_OF = features.DENSE.index("kind_of_of")
IN_SLOT = 0.6  # the least chance of a name that the words before it call a town or village
LONGER = 0.3  # what each further word of a known name adds to its chance when names overlap
# Log odds of the first look below which a second would change nothing (of 50,000 candidates of the
# training corpora, none below it was accepted).
HOPELESS = -4.0


@dataclass(frozen=True, slots=True)
class Judged:
    """Candidates of some texts with the models' judgement, as columns.

    Attributes
    ----------
    batch : Batch
    spans : CandidateSpans
    masks : numpy.ndarray
        Bit masks of the words.
    hashed, dense : numpy.ndarray
        Features.
    keys : numpy.ndarray
        `features.own_keys`.
    """

    batch: Batch
    spans: CandidateSpans
    masks: Any
    hashed: Any
    dense: Any
    keys: Any
    told: Any


class Recogniser:
    """Finds mentions in articles by a gazetteer's names and the trained model.

    Parameters
    ----------
    gazetteer : Gazetteer
        Where names are looked up.
    trained : Model, optional
        The one that is part of geomap by default.
    """

    def __init__(self, gazetteer: Gazetteer, trained: Model | None = None) -> None:
        self.gazetteer = gazetteer
        self.model = trained or model()
        self.finder = CandidateFinder(gazetteer)

    def recognise(self, text: str, sentences: Sequence[Span]) -> list[Mention]:
        """Return the mentions of a text, in order, without overlaps.

        Parameters
        ----------
        text : str
            The article's text.
        sentences : sequence of Span
            Its sentences (`articles.split_sentences`).
        """
        return self.recognise_many([text], [sentences])[0]

    def recognise_many(
        self, texts: Sequence[str], sentences: Sequence[Sequence[Span]]
    ) -> list[list[Mention]]:
        """Return the mentions of several texts; for each the same as `recognise`, but faster."""
        seen = self.see(texts, sentences)
        chance = self.chances(seen)
        chosen = choose(seen.spans, chance, self.model.accept)
        kinds = self.kinds(seen, chosen)
        out: list[list[Mention]] = [[] for _ in texts]
        batch, spans = seen.batch, seen.spans
        words = batch.words
        article = batch.article[spans.first[chosen]]
        starts = (words.start[spans.first[chosen]] - batch.offsets[article]).tolist()
        ends = (words.end[spans.last[chosen] - 1] - batch.offsets[article]).tolist()
        short = (spans.statistics[chosen, _ABBREVIATION] > 0).tolist()
        sure = chance[chosen].tolist()
        named = spans.statistics[chosen]
        known = (named[:, [_KNOWN, _DEMONYM, _ABBREVIATION]] > 0).any(axis=1).tolist()
        for i, number in enumerate(article.tolist()):
            start, end = starts[i], ends[i]
            if short[i] and texts[number][end : end + 1] == ".":
                end += 1  # "Gary, Ind., was": by its full stop it is known for the state
            name = texts[number][start:end]
            reason = f"read as a place name, {sure[i]:.0%} sure"
            reasons: tuple[str, ...] = (reason,)
            if not known[i]:
                slot = _slot(texts[number], start)
                reasons = (reason, "not a name of the gazetteer", *([slot] if slot else ()))
            mention = Mention(start, end, name, kinds[i], name, None, reasons, round(sure[i], 4))
            out[number].append(mention)
        return [_with_blocs(text, found) for text, found in zip(texts, out, strict=True)]

    def see(self, texts: Sequence[str], sentences: Sequence[Sequence[Span]]) -> Judged:
        """Return the candidates of some texts with their features."""
        batch = Batch(texts, sentences)
        masks = self.model.lexicon.masks(batch.words.hash)
        spans = self.finder.find(batch.words, masks & BIT["opening"] != 0)
        return self._described(batch, masks, spans)

    def _described(self, batch: Batch, masks: Any, spans: CandidateSpans) -> Judged:
        told = told_words(batch)
        return Judged(
            batch,
            spans,
            masks,
            features.hashed(batch.words, spans),
            features.dense(batch, masks, spans, told),
            features.own_keys(batch, spans),
            told,
        )

    def chances(self, seen: Judged) -> Any:
        """Return for each candidate the probability that it is a place name."""
        import numpy as np

        if not len(seen.spans):
            return np.zeros(0)
        z = self.model.first.score(seen.hashed, seen.dense)
        second = second_features(seen.batch, seen.spans, seen.keys, z)
        chance = np.zeros(len(z))
        hopeful = z > HOPELESS
        never = cues().never
        allowed = np.array([key not in never for key in seen.spans.keys], dtype=bool)
        hopeful &= allowed
        rows = np.concatenate((seen.dense[hopeful], second[hopeful]), axis=1)
        chance[hopeful] = 1.0 / (1.0 + np.exp(-self.model.second.score(rows)))
        # "the village of Xyzhove": a place, whether the gazetteer has it or not.
        spans = seen.spans
        inner = np.append(seen.batch.words.inner, False)
        inside = np.concatenate(([0], np.cumsum(inner)))
        slot = (seen.dense[:, _KIND_OF] > 0) & (spans.first == spans.run_first) & allowed
        slot &= (spans.last >= spans.run_last) | inner[spans.last]
        slot &= inside[spans.last] == inside[spans.first]
        chance[slot] = np.maximum(chance[slot], IN_SLOT)
        return chance

    def kinds(self, seen: Judged, chosen: Any) -> list[MentionKind]:
        """Return what each chosen candidate stands for."""
        import numpy as np

        if not len(chosen):
            return []
        z = self.model.kinds.score(seen.hashed[chosen], seen.dense[chosen])
        looked = kind_features(seen.batch, seen.spans.first[chosen], seen.keys[chosen], z)
        z = self.model.kinds_second.score(np.concatenate((seen.dense[chosen], looked), axis=1))
        border = self.model.literal_logit
        statistics = seen.spans.statistics[chosen]
        demonym = (statistics[:, _DEMONYM] > 0) & ~(statistics[:, _WHOLE] > 0).any(axis=1)
        return [
            "demonym" if d else "literal" if v >= border else "associative"
            for d, v in zip(demonym.tolist(), z.tolist(), strict=True)
        ]

    def is_demonym(self, name: str) -> bool:
        """Say whether words name a people or are its adjective, and no country or division."""
        number = self.finder.names.number(fold(name))  # first: the table may grow by it
        values = self.finder.names.values[number]
        return bool(values[_DEMONYM] > 0 and not (values[_WHOLE] > 0).any())

    def kinds_of(
        self, text: str, sentences: Sequence[Span], spans: Sequence[Span]
    ) -> list[MentionKind]:
        """Return what given stretches of a text stand for, when each names a place."""
        import numpy as np

        batch = Batch([text], [sentences])
        words = batch.words
        offset = int(batch.offsets[0])
        starts = np.array([s.start for s in spans], np.int64) + offset
        ends = np.array([s.end for s in spans], np.int64) + offset
        first = np.searchsorted(words.end, starts, "right")
        last = np.maximum(np.searchsorted(words.start, ends), first + 1)
        masks = self.model.lexicon.masks(words.hash)
        found = self.finder.given(words, first, last)
        seen = self._described(batch, masks, found)
        return self.kinds(seen, np.arange(len(spans)))


def choose(spans: CandidateSpans, chance: Any, accept: float) -> Any:
    """Return the candidates that are mentions, in order: the likeliest that share no word.

    A known name of several words counts for more than the names inside it: "Novyi Donbas" is a
    village, however well known the Donbas is.
    """
    import numpy as np

    likely = np.flatnonzero(chance >= accept)
    first, last = spans.first[likely], spans.last[likely]
    whole = spans.statistics[likely, _MAIN] > 0
    worth = chance[likely] * (1.0 + LONGER * whole * np.minimum(last - first - 1, 3))
    order = likely[np.lexsort((-last, first, -worth))]
    taken: set[int] = set()
    chosen = []
    for k, low, high in zip(
        order.tolist(), spans.first[order].tolist(), spans.last[order].tolist(), strict=True
    ):
        own = range(low, high)
        if taken.isdisjoint(own):
            taken.update(own)
            chosen.append(k)
    return np.array(sorted(chosen), dtype=np.int64)


def _slot(text: str, start: int) -> str | None:
    """Return what before an unknown name asks for a place: "near", "the village of", "seized"."""
    before = _WORDS_BEFORE.search(text, max(0, start - 40), start)
    if before is None:
        return None
    words = cues()
    two, one = (before.group(1) or "").lower(), before.group(2).lower()
    if one == "of" and two in words.kind_of | words.directions | words.region_of:
        return f"stands after {two + ' of'!r}"
    if one in words.locative | words.takes_place | words.place_after:
        return f"stands after {one!r}"
    return None


@cache
def _bloc_words() -> tuple[str, ...]:
    """Return the last words of blocs as they are written, to look for before the pattern is."""
    lasts = {bloc.split()[-1] for bloc in cues().blocs}
    return tuple(sorted({w for last in lasts for w in (last.capitalize(), last.upper())}))


@cache
def _bloc_pattern() -> re.Pattern[str]:
    words = sorted(cues().blocs, key=len, reverse=True)
    return re.compile(rf"\b(?i:{'|'.join(map(re.escape, words))})(?![\w’'-]*\w)(?!\s+[A-Z])")


def _with_blocs(text: str, mentions: list[Mention]) -> list[Mention]:
    """Return mentions with the blocs of states that the text names ("the West")."""
    if not any(word in text for word in _bloc_words()):
        return mentions
    found = []
    for match in _bloc_pattern().finditer(text):
        start, end = match.span()
        name = match.group()
        if name.split()[-1][0].isupper():
            found.append(
                Mention(start, end, name, "associative", name, "bloc", ("a bloc of states",))
            )
    if not found:
        return mentions
    ends = [b.end for b in found]  # in order: matches do not overlap
    kept = []
    for mention in mentions:
        at = bisect_right(ends, mention.start)  # the first bloc that ends after it begins
        if at == len(found) or found[at].start >= mention.end:
            kept.append(mention)
    return sorted([*kept, *found], key=lambda m: m.start)
