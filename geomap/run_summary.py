"""What a command says at its end: what was found and written, in words and for programs."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterable, Sequence
    from pathlib import Path

    from geomap.models import Report


def count(number: int, noun: str) -> str:
    """Return a number with its noun: "1 article", "2 articles"."""
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


@dataclass(slots=True)
class Tally:
    """Counts what reports hold as they come, so that none need be kept."""

    articles: int = 0
    undated: int = 0
    places: int = 0
    refused: int = 0
    hints: int = 0
    claims: int = 0
    mentions: int = 0
    days: set[dt.date] = field(default_factory=set)

    @classmethod
    def of(cls, reports: Iterable[Report]) -> Tally:
        """Return the tally of some reports."""
        tally = cls()
        for report in reports:
            tally.add(report)
        return tally

    def add(self, report: Report) -> None:
        """Count a report."""
        self.articles += 1
        if report.article.date is None:
            self.undated += 1
        else:
            self.days.add(report.article.date)
        self.mentions += len(report.resolutions)
        for resolution in report.resolutions:
            self.places += resolution.status == "resolved" and resolution.lat is not None
            self.refused += resolution.status == "refused"
        self.hints += len(report.hints)
        self.claims += len(report.claims)

    def summary(self, outputs: Sequence[tuple[Path, str]], **written: Any) -> dict[str, Any]:
        """Return what was done, for people (`lines`) and for programs.

        The counts are of everything found; `written` counts what the filters left.
        """
        days = [d.isoformat() for d in sorted(self.days)]
        span = "no dates" if not days else days[0] if len(days) == 1 else f"{days[0]} to {days[-1]}"
        text = f"{count(self.articles, 'article')}, {count(len(days), 'date')} ({span})"
        if self.undated:
            text += f", {self.undated} undated"
        lines = [
            text,
            f"{count(self.places, 'mention')} placed, {self.refused} refused, "
            f"{count(self.hints, 'hint')}, {count(self.claims, 'claim')}",
        ]
        lines += [f"{path}: {what}" for path, what in outputs]
        return {
            "articles": self.articles,
            "undated": self.undated,
            "places": self.places,
            "refused": self.refused,
            "hints": self.hints,
            "claims": self.claims,
            "dates": days,
            **written,
            "outputs": [str(p) for p, _ in outputs],
            "lines": lines,
        }
