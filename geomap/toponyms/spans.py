"""Candidate names, stretches of capitalised words, and which of them name persons."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from geomap.toponyms.cues import cues

if TYPE_CHECKING:
    from geomap.gazetteer.store import NamedRow
    from geomap.toponyms.tokens import Token


@dataclass(slots=True)
class NameSpan:
    """A candidate name: words `first` to `last` (exclusive) of the article."""

    first: int
    last: int
    key: str
    rows: list[NamedRow]
    score: float = 0.0
    reasons: list[str] = field(default_factory=list)
    feature: str | None = None
    run: tuple[int, int] = (0, 0)

    def add(self, amount: float, reason: str) -> None:
        """Change the score, and keep why."""
        self.score += amount
        self.reasons.append(reason)


def find_runs(tokens: list[Token]) -> list[tuple[int, int]]:
    """Return for each word the stretch of capitalised words that it stands in.

    A leading function word of a sentence ("Near Kreminna") and words of all-caps lines that are
    common words do not belong to it.
    """
    words = cues()
    runs: list[tuple[int, int]] = [(i, i + 1) for i in range(len(tokens))]
    i = 0
    while i < len(tokens):
        if not _in_run(tokens[i], words.common, words.locative):
            i += 1
            continue
        j = i + 1
        while (
            j < len(tokens)
            and tokens[j].joined
            and _in_run(tokens[j], words.common if tokens[j].upper else frozenset(), words.locative)
        ):
            j += 1
        for k in range(i, j):
            runs[k] = (i, j)
        i = j
    return runs


def _in_run(token: Token, common: frozenset[str], locative: frozenset[str]) -> bool:
    if not token.capital:
        return False
    if token.first or token.upper:
        return token.folded not in common and token.folded not in locative
    return True


def may_stand_beside(token: Token) -> bool:
    """Say whether a capitalised word beside a name can belong to a place's description."""
    words = cues()
    return (
        token.folded in words.admin1_after
        or token.folded in words.place_after
        or token.folded in words.directions
        or token.hyphen
        or not token.text[0].isalpha()
        or token.folded in _DEMONYM_PREFIXES
    )


_DEMONYM_PREFIXES = frozenset({"russian", "ukrainian", "soviet", "russia", "ukraine"})


def find_persons(
    tokens: list[Token], runs: list[tuple[int, int]], spans: list[NameSpan]
) -> set[str]:
    """Return the folded words that the article uses as names of persons.

    A run of two or more capitalised words that follows a title, or that no gazetteer name covers
    and a verb of saying follows, is a person; so is its last word later in the article.
    """
    words = cues()
    covered = {(s.first, s.last) for s in spans}
    persons: set[str] = set()
    for run in sorted(set(runs)):
        start, end = run
        names = list(range(start, end))
        while names and tokens[names[0]].folded in words.titles:
            names.pop(0)
        if not names or not tokens[names[0]].capital:
            continue
        before = tokens[start - 1] if start > 0 and tokens[start].joined else None
        titled = len(names) < end - start or (before is not None and before.folded in words.titles)
        after = tokens[end] if end < len(tokens) else None
        speaks = after is not None and after.folded in words.speech and len(names) > 1
        if (names[0], names[-1] + 1) in covered and not titled:
            continue
        if titled or speaks:
            if tokens[names[-1]].folded in words.place_after | words.admin1_after:
                continue
            persons.add(tokens[names[-1]].folded)
            persons.add(" ".join(tokens[k].folded for k in names))
    return persons
