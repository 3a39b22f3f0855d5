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

    words = batch.words
    n, count = len(words), len(spans)
    first, last = spans.first, spans.last
    # Hashes that differ by article: what one article says of a word says nothing in another.
    own_hash = words.hash ^ (batch.article.astype(np.uint64) * np.uint64(_ODD[1]))
    run_first, run_last = spans.run_first, spans.run_last
    columns: list[Any] = [spans.statistics]

    def add(*values: Any) -> None:
        columns.append(np.stack([np.asarray(v, np.float32) for v in values], axis=1))

    padded = np.zeros(n + 2, np.int64)
    padded[1 : n + 1] = masks
    gaps = np.full(n + 1, GAP_LINE, np.int64)
    gaps[:n] = words.gap
    joined = np.zeros(n + 1, bool)
    joined[:n] = words.joined
    capital = np.zeros(n + 2, bool)
    capital[1 : n + 1] = words.capital
    before, after = padded[first], padded[last + 1]
    near_before = joined[first]  # nothing but a space lies between
    near_after = joined[last] | (gaps[last] == GAP_SPACE)
    own_first, own_last = padded[first + 1], padded[last]
    sums = {
        name: np.concatenate(([0], np.cumsum(column)))
        for name, column in (
            ("upper", words.upper), ("given", masks & BIT["given"] != 0),
            ("title", masks & BIT["titles"] != 0), ("figure", words.digit),
            ("place", masks & bits(("place_after", "admin1_after")) != 0),
        )
    }  # fmt: skip

    def within(name: str, low: Any, high: Any) -> Any:
        return sums[name][np.maximum(high, low)] - sums[name][low]

    upper_near = within("upper", np.maximum(first - 4, 0), np.minimum(last + 4, n))
    add(
        last - first, np.minimum(first - run_first, 4), np.clip(run_last - last, 0, 4),
        np.minimum(run_last - run_first, 8), words.first[first], words.upper[first],
        upper_near, words.possessive[last - 1], words.dotted[last - 1], gaps[first] == GAP_HYPHEN, gaps[last] == GAP_HYPHEN,
        within("figure", first, last) > 0,
    )  # fmt: skip
    add(*((before & BIT[s] != 0) & near_before for s in _BEFORE))
    add(*((after & BIT[s] != 0) & near_after for s in _AFTER))
    add(*(own_first & BIT[s] != 0 for s in _OWN))
    add(*(own_last & BIT[s] != 0 for s in _OWN))
    two = padded[np.maximum(first - 1, 0)]
    hashes = np.zeros(n + 2, np.uint64)
    hashes[1 : n + 1] = words.hash
    of = (hashes[first] == _OF) & near_before
    the = (hashes[first] == _THE) & near_before
    comma_after = (gaps[last] == GAP_COMMA) & capital[last + 1]
    comma_before = (gaps[first] == GAP_COMMA) & capital[first]
    run_person = within("given", run_first, first)
    stop_after = gaps[run_last] > GAP_SPACE
    add(
        of & (two & BIT["directions"] != 0), of & (two & BIT["kind_of"] != 0), the,
        comma_after, comma_before, run_person > 0,
        (within("title", run_first, first) > 0)
        | ((padded[run_first] & BIT["titles"] != 0) & joined[run_first]),
        (after & BIT["family"] != 0) & (run_last > last), stop_after, told[last - 1],
    )  # fmt: skip
    # The article's other uses of the words.
    _, key_ids, times = np.unique(own_keys(batch, spans), return_inverse=True, return_counts=True)
    lower = np.unique(own_hash[~words.capital])
    single = last == first + 1
    lower_elsewhere = member(own_hash[first], lower) & single
    runs, run_of = np.unique(run_first * (n + 1) + np.minimum(run_last, n), return_inverse=True)
    r_first, r_last = runs // (n + 1), runs % (n + 1)
    titled = (padded[r_first] & BIT["titles"] != 0) & joined[r_first]
    titled |= within("title", r_first, r_last) > 0
    person = ((padded[r_first + 1] & BIT["given"] != 0) & (r_last - r_first > 1)) | titled
    person &= padded[r_last] & bits(("place_after", "admin1_after")) == 0
    of_persons = np.unique(own_hash[r_last[person] - 1])
    alone = (first == run_first) & (last >= run_last)
    alone_share = np.bincount(key_ids, weights=alone, minlength=len(times)) / np.maximum(times, 1)
    # Whether a longer name of the gazetteer holds this one, or a shorter one begins it.
    known = spans.statistics[:, STATISTICS.index("known")] > 0
    inside, holds = _nested(first, last, known)
    place_in_run = within("place", run_first, run_last) > 0
    add(
        np.log2(times[key_ids] + 1), lower_elsewhere,
        member(own_hash[last - 1], of_persons), alone_share[key_ids], inside, holds,
        (gaps[first] == GAP_OPEN) | (gaps[last] == GAP_CLOSE), place_in_run,
        padded[run_last] & bits(("place_after", "admin1_after")) != 0,
    )  # fmt: skip
    out = np.concatenate(columns, axis=1)
    if out.shape != (count, len(DENSE)):
        raise AssertionError(f"{out.shape[1]} dense features, {len(DENSE)} names")
    return out


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
        b_in_a = (first[a] <= first[b]) & (last[b] <= last[a]) & (last[b] - first[b] < last[a] - first[a])
        a_in_b = (first[b] <= first[a]) & (last[a] <= last[b]) & (last[a] - first[a] < last[b] - first[b])
        inside[b] |= b_in_a & known[a]
        holds[a] |= b_in_a & known[b]
        inside[a] |= a_in_b & known[b]
        holds[b] |= a_in_b & known[a]
    return inside, holds


_OF, _THE = word_hash("of"), word_hash("the")
