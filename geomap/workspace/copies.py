"""Copies of a text: agency reports that many publish with a changed line or two.

Texts are compared by their runs of words (shingles): MinHash bands find what may be alike (Broder
1997; Leskovec et al., Mining of Massive Datasets, ch. 3), then the shingles themselves decide.
"""

from __future__ import annotations

import hashlib
import re
from functools import cache
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Sequence

WORDS = 4  # in a shingle
LEAST_WORDS = 25  # shorter texts are alike by chance
ALIKE = 0.6  # the share of shingles (of both) that copies have in common: our choice
_BANDS, _ROWS = 16, 6  # two texts with 0.6 share a band in 53 of 100, with 0.8 in 99
_WORD = re.compile(r"\w+")
_MOST = 20_000  # shingles that are looked at: a longer text is told by its beginning


def shingles(text: str) -> frozenset[int]:
    """Return the shingles of a text as numbers; none of a short one."""
    words = _WORD.findall(text.casefold())[: _MOST + WORDS]
    if len(words) < LEAST_WORDS:
        return frozenset()
    return frozenset(
        int.from_bytes(hashlib.blake2b(" ".join(words[n : n + WORDS]).encode("utf-8", "replace"),
                                       digest_size=8).digest(), "big")
        for n in range(len(words) - WORDS + 1)
    )  # fmt: skip


def bands(found: frozenset[int]) -> list[str]:
    """Return what texts that are alike share: keys to look them up by; none for a short one.

    Parameters
    ----------
    found : frozenset of int
        Their shingles.
    """
    if not found:
        return []
    least = _minima(list(found))
    return [
        hashlib.blake2b(
            f"{band}:{least[band * _ROWS : (band + 1) * _ROWS]}".encode(), digest_size=8
        ).hexdigest()
        for band in range(_BANDS)
    ]


def are_copies(one: frozenset[int], other: frozenset[int]) -> bool:
    """Say whether two texts are copies, by their shingles.

    Examples
    --------
    >>> text = "Shells fell near the town on Monday, officials said, and " * 3 + "nobody was hurt."
    >>> are_copies(shingles(text), shingles(text + " Reporting by A. B."))
    True
    """
    if not one or not other:
        return False
    return len(one & other) >= ALIKE * len(one | other)


def _minima(numbers: Sequence[int]) -> list[int]:
    """Return the least value of the numbers under each of the hash functions.

    Multiply-shift hashing (Dietzfelbinger et al. 1997) over 64 bits, which may run over.
    """
    import numpy as np

    factors, offsets = _functions()
    given = np.array(numbers, dtype=np.uint64)
    with np.errstate(over="ignore"):
        hashed = factors[:, None] * given + offsets[:, None]
    # 32 bits of each are kept, and the order by the upper bits is that of all.
    least: list[int] = (hashed.min(axis=1) >> np.uint64(32)).tolist()
    return least


@cache
def _functions() -> tuple[Any, Any]:
    import numpy as np

    def numbers(name: str) -> Any:
        made = (
            int.from_bytes(hashlib.blake2b(f"{name} {n}".encode(), digest_size=8).digest(), "big")
            for n in range(_BANDS * _ROWS)
        )
        return np.array(list(made), dtype=np.uint64)

    return numbers("factor") | np.uint64(1), numbers("offset")
