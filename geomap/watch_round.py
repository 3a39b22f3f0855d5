"""What one round of `geomap watch` brought, in words and for programs."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from geomap.run_summary import count

if TYPE_CHECKING:
    import datetime as dt
    from pathlib import Path


@dataclass(slots=True)
class Round:
    """What one round brought; `when` has its zone, `next_s` is None where no other follows."""

    when: dt.datetime
    asked: int = 0
    failed: int = 0
    unchanged: int = 0
    outcomes: dict[str, int] = field(
        default_factory=lambda: dict.fromkeys(("new", "known", "version"), 0)
    )
    set_aside: int = 0
    read: int = 0
    written: list[Path] = field(default_factory=list)
    unwritten: bool = False
    next_s: float | None = None

    @property
    def at_fault(self) -> bool:
        """Whether a feed failed, an article was set aside or an output could not be written."""
        return bool(self.failed or self.set_aside or self.unwritten)

    def line(self) -> str:
        """Return it in words, with the time."""
        told = [f"{count(self.asked, 'feed')} asked" + (f" ({self.failed} failed)"
                                                        if self.failed else "")]  # fmt: skip
        if new := self.outcomes["new"]:
            told.append(count(new, "new article"))
        if versions := self.outcomes["version"]:
            told.append(count(versions, "new version"))
        if not new and not versions:
            told.append("nothing new")
        if self.set_aside:
            told.append(f"{self.set_aside} set aside")
        if self.written:
            told.append(f"{' and '.join(path.name for path in self.written)} written")
        if self.next_s is not None:
            told.append(f"next in {in_words(self.next_s)}")
        return f"{self.when.isoformat(' ', 'seconds')}: {', '.join(told)}"

    def record(self) -> dict[str, Any]:
        """Return it for programs."""
        return {
            "time": self.when.isoformat(timespec="seconds"), "feeds": self.asked,
            "failed": self.failed, "unchanged": self.unchanged, **self.outcomes,
            "set_aside": self.set_aside, "read": self.read,
            "outputs": [str(path) for path in self.written],
            "next_s": None if self.next_s is None else round(self.next_s),
        }  # fmt: skip


def in_words(seconds: float) -> str:
    """Return a length of time in words.

    Examples
    --------
    >>> in_words(59), in_words(1800), in_words(7260)
    ('1 min', '30 min', '2 h 1 min')
    """
    minutes = max(1, round(seconds / 60))
    if minutes < 60:
        return f"{minutes} min"
    hours, rest = divmod(minutes, 60)
    return f"{hours} h {rest} min" if rest else f"{hours} h"
