"""Which of several dated lines counts for a day."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol, TypeVar

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Sequence


class Dated(Protocol):
    """Something of a day, or of no day that is told."""

    @property
    def date(self) -> dt.date | None:
        """The day."""


T = TypeVar("T", bound=Dated)


def of_day(lines: Sequence[T], day: dt.date) -> T | None:
    """Return the latest of a day or before, else the first after it; None when there are none.

    Parameters
    ----------
    lines : sequence
        By date; what has none counts as earlier than all others.
    day : datetime.date
    """
    earlier = [line for line in lines if line.date is None or line.date <= day]
    return earlier[-1] if earlier else next(iter(lines), None)
