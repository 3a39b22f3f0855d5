"""The word lists of the model, from public-domain and free sources; only their hashes are kept."""

from __future__ import annotations

from importlib import resources
from typing import TYPE_CHECKING, Any

from geomap.toponyms.lexicon import half_hashes

if TYPE_CHECKING:
    from pathlib import Path

FAMILY_NAMES = 30_000
COMMON_FAMILY_NAMES = 2_500
COMMON_GIVEN_SHARE = 0.02  # per cent of the people of that sex who bear it


def word_lists(dictionary: Path) -> dict[str, Any]:
    """Return the hashes of each of `lexicon.LIST_SETS`.

    Parameters
    ----------
    dictionary : Path
        A list of English words, one a line: SCOWL's, as in Debian's `wamerican`
        (`/usr/share/dict/american-english`). Words with a capital or an apostrophe are left out.

    Notes
    -----
    Names of persons are those of the US Census of 1990 (public domain), as in the package `names`.
    """
    with dictionary.open(encoding="utf-8") as lines:
        words = {line.strip() for line in lines}
    lower = [w for w in words if w and w[0].islower() and "'" not in w]
    family = _census("dist.all.last")
    given = [*_census("dist.male.first"), *_census("dist.female.first")]
    return {
        "dictionary": half_hashes(lower),
        "given": half_hashes(n for n, _ in given),
        "given_common": half_hashes(n for n, share in given if share >= COMMON_GIVEN_SHARE),
        "family": half_hashes(n for n, _ in family[:FAMILY_NAMES]),
        "family_common": half_hashes(n for n, _ in family[:COMMON_FAMILY_NAMES]),
    }


def _census(file: str) -> list[tuple[str, float]]:
    """Return the names of a list with their share in per cent, the commonest first."""
    text = (resources.files("names") / file).read_text(encoding="utf-8")
    rows = (line.split() for line in text.splitlines() if line.strip())
    return [(row[0].lower(), float(row[1])) for row in rows]
