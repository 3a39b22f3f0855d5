"""Several articles read as one text, so that numpy's cost is paid once for all.

Between the texts stand a few words of padding: whatever is looked at beside a word, no article
sees another, and what is found in one does not depend on which others are read with it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from geomap.toponyms.words import Words

if TYPE_CHECKING:
    from collections.abc import Sequence

    from geomap.models import Span

# Five words on lines of their own: features look at most four words to either side.
PADDING = "\n0\n0\n0\n0\n0\n"


class Batch:
    """Texts as one, with the words of all.

    Attributes
    ----------
    texts : sequence of str
    words : Words
        Of all texts and the padding between.
    offsets : numpy.ndarray of int
        Where each text begins in `words.text`.
    article : numpy.ndarray of int
        For each word the number of its text (padding counts to the one before).
    """

    def __init__(self, texts: Sequence[str], sentences: Sequence[Sequence[Span]]) -> None:
        import numpy as np

        self.texts = texts
        offsets, at = [], len(PADDING)
        for text in texts:
            offsets.append(at)
            at += len(text) + len(PADDING)
        starts = [
            s.start + offset
            for spans, offset in zip(sentences, offsets, strict=True)
            for s in spans
        ]
        joined = PADDING + PADDING.join(texts) + PADDING
        self.words = Words(joined, starts)
        self.offsets = np.array(offsets, dtype=np.int64)
        self.article = np.maximum(np.searchsorted(self.offsets, self.words.start, "right") - 1, 0)
