"""Word lists that recognition looks up for every word of a text, packed into one sorted array.

Each word has a bit mask: the sets of `cues.toml`, common words, given names and family names.
"""

from __future__ import annotations

from dataclasses import fields
from functools import cached_property
from typing import TYPE_CHECKING, Any

from geomap.toponyms.cues import Cues, cues
from geomap.toponyms.words import word_hash

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from numpy.typing import NDArray

CUE_SETS = tuple(f.name for f in fields(Cues) if f.name != "blocs")
# Of the shipped lists (`training.lexicons`): words written in lower case, and names of persons.
LIST_SETS = ("dictionary", "given", "given_common", "family", "family_common")
SETS = (*CUE_SETS, *LIST_SETS)
BIT = {name: 1 << i for i, name in enumerate(SETS)}


class Lexicon:
    """Bit masks of words by the upper halves of their hashes.

    Parameters
    ----------
    lists : mapping of str to numpy.ndarray of uint32
        For each of `LIST_SETS` the upper halves of the hashes of its words (`half_hashes`).
    """

    def __init__(self, lists: Mapping[str, Any]) -> None:
        self._lists = lists

    @cached_property
    def _packed(self) -> tuple[NDArray[Any], NDArray[Any]]:
        import numpy as np

        table = cues()
        keys = [half_hashes(w for w in getattr(table, n) if " " not in w) for n in CUE_SETS]
        keys.extend(np.asarray(self._lists[name], np.uint32) for name in LIST_SETS)
        bits = [np.full(len(k), BIT[n], np.int64) for n, k in zip(SETS, keys, strict=True)]
        every, inverse = np.unique(np.concatenate(keys), return_inverse=True)
        masks = np.zeros(len(every), np.int64)
        np.bitwise_or.at(masks, inverse, np.concatenate(bits))
        return every, masks

    def masks(self, hashes: NDArray[Any]) -> NDArray[Any]:
        """Return the bit mask of each word, 0 for words in no list."""
        import numpy as np

        keys, masks = self._packed
        halves = (hashes >> np.uint64(32)).astype(np.uint32)
        at = np.minimum(np.searchsorted(keys, halves), len(keys) - 1)
        found: NDArray[Any] = np.where(keys[at] == halves, masks[at], 0)
        return found


def half_hashes(words: Iterable[str]) -> NDArray[Any]:
    """Return the sorted upper halves of the hashes of some words."""
    import numpy as np

    return np.array(sorted({word_hash(w) >> 32 for w in words}), dtype=np.uint32)


def bits(names: Iterable[str]) -> int:
    """Return the mask of some sets."""
    mask = 0
    for name in names:
        mask |= BIT[name]
    return mask
