"""What the recognition model sees of each candidate: hashed words and dense figures.

All columns are computed for all candidates of a text at once. The names of the dense ones
(`DENSE`) are the contract with the trained model: a change of their meaning needs a new training.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from geomap.toponyms.lexicon import BIT, bits
from geomap.toponyms.names import STATISTICS
from geomap.toponyms.words import (
    GAP_CLOSE,
    GAP_COMMA,
    GAP_HYPHEN,
    GAP_LINE,
    GAP_OPEN,
    GAP_SPACE,
    member,
    word_hash,
)

if TYPE_CHECKING:
    from geomap.toponyms.batch import Batch
    from geomap.toponyms.candidates import CandidateSpans
    from geomap.toponyms.words import Words

HASH_BITS = 17
_END = 0x5BD1E995  # hash of "no word here"
_2_64 = 1 << 64
_SEED = 0xD6E8FEB86659FD93
_ODD = (0x9E3779B97F4A7C15, 0xC2B2AE3D27D4EB4F, 0x165667B19E3779F9)

# Sets of words looked for right before and right after a candidate.
_BEFORE = (
    "locative", "loose", "directions", "takes_place", "titles", "place_after", "kind_of",
    "common", "given", "dictionary",
)  # fmt: skip
_AFTER = (
    "admin1_after", "place_after", "directions", "speech", "titles", "common", "family",
    "dictionary", "locative", "loose",
)  # fmt: skip
_OWN = ("dictionary", "given", "given_common", "family", "family_common", "common", "not_places",
        "titles", "directions", "place_after", "admin1_after")  # fmt: skip
# What the words after a name say of what it stands for.
_MEANT = ("people_after", "sites_after", "acts_after", "speech")
DENSE = (
    *STATISTICS,
    "size", "run_before", "run_after", "run_size", "is_first", "is_upper", "line_upper",
    "possessive", "dotted", "hyphen_before", "hyphen_after", "figure",
    *(f"before_{s}" for s in _BEFORE),
    *(f"after_{s}" for s in _AFTER),
    *(f"first_{s}" for s in _OWN),
    *(f"last_{s}" for s in _OWN),
    "direction_of", "kind_of_of", "the_before", "comma_capital_after", "capital_comma_before",
    "run_given", "run_title", "run_family_after", "run_stop_after", "told_after",
    "times", "lower_elsewhere", "person_word", "alone_share", "inside_known", "holds_known",
    "quote_or_bracket", "place_word_in_run", "run_end_place",
    *(f"{where}_{s}" for s in _MEANT for where in ("head", "second", "run_end")),
    "dealings_before", "dealings_between", "list_before", "list_after",
)  # fmt: skip


def hashed(words: Words, spans: CandidateSpans) -> Any:
    """Return the hashed features of candidates: numbers below 2**HASH_BITS, shape (n, slots)."""
    import numpy as np

    n = len(words)

    def pad(column: Any, fill: int) -> Any:
        out = np.full(n + 10, fill, dtype=np.uint64)
        out[4 : n + 4] = column
        return out

    word, tail = pad(words.hash, _END), pad(words.tail, _END)
    gap = pad(words.gap, GAP_LINE)
    first, last = spans.first + 4, spans.last + 4
    run_first, run_last = spans.run_first + 4, spans.run_last + 4
    bucket = spans.bucket.astype(np.uint64)
    before, after = np.minimum(first - run_first, 3), np.minimum(run_last - last, 3)
    before, after = np.maximum(before, 0).astype(np.uint64), np.maximum(after, 0).astype(np.uint64)
    gap_before, gap_after = gap[first], gap[last]
    prev1, prev2, prev3 = word[first - 1], word[first - 2], word[first - 3]
    next1, next2 = word[last], word[last + 1]
    size = (last - first).astype(np.uint64)
    own = word[first] + word[last - 1] * np.uint64(3) + size
    outside_last = np.where(run_last > last, word[run_last - 1], np.uint64(1))
    outside_first = np.where(run_first < first, word[run_first], np.uint64(1))
    shape = before * np.uint64(4) + after
    gaps = gap_before * np.uint64(9) + gap_after
    slots = (
        (own, size), (word[first], size), (word[last - 1], size),
        (prev1, gap_before), (next1, gap_after), (prev2, prev1), (next1, next2), (prev1, next1),
        (prev1, bucket), (next1, bucket), (prev2, bucket), (next2, bucket), (prev3, gap_before),
        (outside_last, after), (outside_first, before), (tail[last - 1], bucket),
        (gaps, bucket), (shape, bucket), (tail[last], gap_after), (tail[first - 1], gap_before),
        (prev1, shape), (next1, shape), (word[run_last], shape), (word[run_first - 1], shape),
        (bucket, size), (outside_last, bucket), (outside_first, bucket), (prev2, next1),
        (next1, own), (word[run_last], bucket), (word[run_first - 1], bucket),
        (next1, gap_after * np.uint64(64) + bucket),
        (tail[run_last], bucket),
    )  # fmt: skip
    # Words near by, wherever they stand: before, after the run, and in the run after the name.
    bag = [
        *((word[first - d], 0) for d in (1, 2, 3, 4)),
        *((word[run_last + d], 1) for d in range(4)),
        *((np.where(last + d < run_last, word[last + d], np.uint64(1)), 2) for d in range(4)),
    ]
    seeded = [(a, b, i) for i, (a, b) in enumerate(slots)]
    seeded += [(a, np.uint64(0), len(slots) + kind) for a, kind in bag]
    out = np.empty((len(first), len(seeded)), dtype=np.int32)
    for i, (a, b, seed) in enumerate(seeded):
        value = a * np.uint64(_ODD[0]) + b * np.uint64(_ODD[1]) + np.uint64(seed * _SEED % _2_64)
        value ^= value >> np.uint64(29)
        value *= np.uint64(_ODD[2])
        out[:, i] = value >> np.uint64(64 - HASH_BITS)
    return out


def dense(batch: Batch, masks: Any, spans: CandidateSpans, told: Any) -> Any:
    """Return the dense features of candidates, shape (n, len(DENSE)), float32.

    Parameters
    ----------
    batch : Batch
    masks : numpy.ndarray of int
        The words' bit masks (`lexicon.Lexicon.masks`).
    spans : CandidateSpans
    told : numpy.ndarray of bool
        For each word whether what follows it tells where it lies (`told.told_words`).
    """
    import numpy as np

    view = _View(batch, masks, spans, told)
    columns = [*_shape(view), *_beside(view), *_run(view), *_article(view), *_meaning(view)]
    stacked = np.stack([np.asarray(c, np.float32) for c in columns], axis=1)
    out = np.concatenate((spans.statistics, stacked), axis=1)
    if out.shape[1] != len(DENSE):
        raise AssertionError(f"{out.shape[1]} dense features, {len(DENSE)} names")
    return out


class _View:
    """A batch's words and candidates with what several features need.

    `mask`, `hash` and `capital` have one more row before and after the words, so that the word
    before a candidate is at `first`, the word after it at `last + 1`.
    """

    def __init__(self, batch: Batch, masks: Any, spans: CandidateSpans, told: Any) -> None:
        import numpy as np

        words = batch.words
        n = len(words)
        self.batch, self.words, self.spans, self.masks, self.told = batch, words, spans, masks, told
        self.first, self.last = spans.first, spans.last
        self.run_first, self.run_last = spans.run_first, spans.run_last
        self.mask = np.zeros(n + 2, np.int64)
        self.mask[1 : n + 1] = masks
        self.hash = np.zeros(n + 2, np.uint64)
        self.hash[1 : n + 1] = words.hash
        self.capital = np.zeros(n + 2, bool)
        self.capital[1 : n + 1] = words.capital
        self.gap = np.full(n + 1, GAP_LINE, np.int64)
        self.gap[:n] = words.gap
        self.joined = np.append(words.joined, False)
        self.before, self.after = self.mask[self.first], self.mask[self.last + 1]
        self.two = self.mask[np.maximum(self.first - 1, 0)]
        self.three = self.mask[np.maximum(self.first - 2, 0)]
        self.near_before = self.joined[self.first]  # nothing but a space lies between
        self.near_after = self.joined[self.last] | (self.gap[self.last] == GAP_SPACE)
        self.comma_before = (self.gap[self.first] == GAP_COMMA) & self.capital[self.first]
        self.comma_after = (self.gap[self.last] == GAP_COMMA) & self.capital[self.last + 1]
        self._sums: dict[str, Any] = {}

    def count(self, name: str, column: Any, low: Any, high: Any) -> Any:
        """Return how many words of a column are set in low <= word < high."""
        import numpy as np

        sums = self._sums.get(name)
        if sums is None:
            sums = self._sums[name] = np.concatenate(([0], np.cumsum(column)))
        return sums[np.maximum(high, low)] - sums[low]

    def listed(self, name: str, low: Any, high: Any) -> Any:
        """Return how many words of a set of the lexicon stand in low <= word < high."""
        return self.count(name, self.masks & BIT[name] != 0, low, high)


def _shape(v: _View) -> list[Any]:
    """Return how a candidate is written."""
    import numpy as np

    first, last, words = v.first, v.last, v.words
    upper = v.count(
        "upper", words.upper, np.maximum(first - 4, 0), np.minimum(last + 4, len(words))
    )
    return [
        last - first, np.minimum(first - v.run_first, 4), np.clip(v.run_last - last, 0, 4),
        np.minimum(v.run_last - v.run_first, 8), words.first[first], words.upper[first],
        upper, words.possessive[last - 1], words.dotted[last - 1],
        v.gap[first] == GAP_HYPHEN, v.gap[last] == GAP_HYPHEN,
        v.count("figure", words.digit, first, last) > 0,
    ]  # fmt: skip


def _beside(v: _View) -> list[Any]:
    """Return the sets that the words before, after and of a candidate belong to."""
    own_first, own_last = v.mask[v.first + 1], v.mask[v.last]
    return [
        *((v.before & BIT[s] != 0) & v.near_before for s in _BEFORE),
        *((v.after & BIT[s] != 0) & v.near_after for s in _AFTER),
        *(own_first & BIT[s] != 0 for s in _OWN),
        *(own_last & BIT[s] != 0 for s in _OWN),
    ]


def _run(v: _View) -> list[Any]:
    """Return what the words around and the run of capitals say."""
    of = (v.hash[v.first] == _OF) & v.near_before
    titled = v.listed("titles", v.run_first, v.first) > 0
    titled |= (v.mask[v.run_first] & BIT["titles"] != 0) & v.joined[v.run_first]
    return [
        of & (v.two & BIT["directions"] != 0), of & (v.two & BIT["kind_of"] != 0),
        (v.hash[v.first] == _THE) & v.near_before, v.comma_after, v.comma_before,
        v.listed("given", v.run_first, v.first) > 0, titled,
        (v.after & BIT["family"] != 0) & (v.run_last > v.last), v.gap[v.run_last] > GAP_SPACE,
        v.told[v.last - 1],
    ]  # fmt: skip


def _article(v: _View) -> list[Any]:
    """Return what the article's other uses of the words say."""
    import numpy as np

    first, last, words = v.first, v.last, v.words
    # Hashes that differ by article: what one article says of a word says nothing in another.
    own = words.hash ^ (v.batch.article.astype(np.uint64) * np.uint64(_ODD[1]))
    _, name, times = np.unique(own_keys(v.batch, v.spans), return_inverse=True, return_counts=True)
    lower = np.unique(own[~words.capital])
    alone = (first == v.run_first) & (last >= v.run_last)
    alone_share = np.bincount(name, weights=alone, minlength=len(times)) / np.maximum(times, 1)
    # Whether a longer name of the gazetteer holds this one, or a shorter one begins it.
    inside, holds = _nested(first, last, v.spans.statistics[:, STATISTICS.index("known")] > 0)
    place_words = v.masks & bits(("place_after", "admin1_after")) != 0
    return [
        np.log2(times[name] + 1), member(own[first], lower) & (last == first + 1),
        member(own[last - 1], _persons(v, own)), alone_share[name], inside, holds,
        (v.gap[first] == GAP_OPEN) | (v.gap[last] == GAP_CLOSE),
        v.count("place", place_words, v.run_first, v.run_last) > 0,
        v.mask[v.run_last] & bits(("place_after", "admin1_after")) != 0,
    ]  # fmt: skip


def _persons(v: _View, own: Any) -> Any:
    """Return the sorted hashes of the last words of runs that name persons."""
    import numpy as np

    width = len(v.words) + 1
    runs = np.unique(v.run_first * width + v.run_last)
    first, last = runs // width, runs % width
    titled = (v.mask[first] & BIT["titles"] != 0) & v.joined[first]
    titled |= v.listed("titles", first, last) > 0
    person = ((v.mask[first + 1] & BIT["given"] != 0) & (last - first > 1)) | titled
    person &= v.mask[last] & bits(("place_after", "admin1_after")) == 0
    return np.unique(own[last[person] - 1])


def _meaning(v: _View) -> list[Any]:
    """Return what the words say a name stands for: the place, or its people and powers."""
    import numpy as np

    n = len(v.words)
    # The word after its run, the one after that, the run's last word.
    head, second = v.mask[v.run_last + 1], v.mask[np.minimum(v.run_last + 2, n + 1)]
    head_near = v.joined[v.run_last] | (v.gap[v.run_last] == GAP_SPACE)
    run_end = np.where(v.run_last > v.last, v.mask[v.run_last], 0)
    columns: list[Any] = []
    for name in _MEANT:
        bit = BIT[name]
        columns += [(head & bit != 0) & head_near, (second & bit != 0) & head_near]
        columns.append(run_end & bit != 0)
    dealing, preposition = BIT["dealings"], v.before & bits(("loose", "locative")) != 0
    and_before = (v.hash[v.first] == _AND) & v.near_before
    and_after = (v.hash[v.last + 1] == _AND) & v.near_after
    return [
        *columns, (v.two & dealing != 0) & preposition, (v.three & dealing != 0) & preposition,
        v.comma_before | and_before, v.comma_after | and_after,
    ]  # fmt: skip


def own_keys(batch: Batch, spans: CandidateSpans) -> Any:
    """Return a number for each candidate's words: equal in an article, equal numbers."""
    import numpy as np

    words = batch.words
    total = np.concatenate((np.zeros(1, np.uint64), np.cumsum(words.hash)))
    article = batch.article[spans.first].astype(np.uint64)
    return (total[spans.last] - total[spans.first]) ^ (article * np.uint64(_ODD[1]))


def _nested(first: Any, last: Any, known: Any) -> tuple[Any, Any]:
    """Say for each candidate whether a longer known one holds it, and whether it holds a known one.

    Candidates stand in order of their first words; a name has few words, so its neighbours do.
    """
    import numpy as np

    count = len(first)
    inside, holds = np.zeros(count, bool), np.zeros(count, bool)
    for step in range(1, 12):
        if step >= count:
            break
        a, b = slice(0, count - step), slice(step, count)
        b_in_a = (
            (first[a] <= first[b])
            & (last[b] <= last[a])
            & (last[b] - first[b] < last[a] - first[a])
        )
        a_in_b = (
            (first[b] <= first[a])
            & (last[a] <= last[b])
            & (last[a] - first[a] < last[b] - first[b])
        )
        inside[b] |= b_in_a & known[a]
        holds[a] |= b_in_a & known[b]
        inside[a] |= a_in_b & known[b]
        holds[b] |= a_in_b & known[a]
    return inside, holds


_OF, _THE, _AND = word_hash("of"), word_hash("the"), word_hash("and")
