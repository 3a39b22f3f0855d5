"""How inputs are read, whoever reads them: the day of what has none, and bounds."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

__all__ = ["ReadOptions", "too_large"]

# An archive may hold so many times what one article may, or so many times its own size.
_ARTICLES_FULL = 50
_TIMES_PACKED = 100


@dataclass(frozen=True, slots=True)
class ReadOptions:
    """What the articles are read by.

    `article_date` is the day of what does not say its own, `today` the day after which dates are
    warned of, `max_bytes` the size of the largest article.
    """

    article_date: dt.date | None
    today: dt.date
    max_bytes: int

    def most_unpacked(self, packed_bytes: int | None) -> int:
        """Return how many bytes an archive may hold in all."""
        return max(_ARTICLES_FULL * self.max_bytes, _TIMES_PACKED * (packed_bytes or 0))

    @property
    def too_large(self) -> str:
        """What is said of an article that is."""
        return too_large(self.max_bytes)


def too_large(max_bytes: int) -> str:
    """Return what is said of an article that is larger than it may be.

    Examples
    --------
    >>> too_large(2_500_000)
    'is larger than 2.5 MB; raise the limit with max_article_mb'
    """
    return f"is larger than {max_bytes / 1e6:g} MB; raise the limit with max_article_mb"
