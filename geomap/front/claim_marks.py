"""Putting into effect what a person says of claims: untrue ones are marked, others hidden.

It is done on reports as they are handed out, after all reading: what was kept of an article holds
whatever is said of its claims.
"""

from __future__ import annotations

import difflib
from collections import defaultdict
from dataclasses import replace
from typing import TYPE_CHECKING

from geomap.feature_ids import claim_ids
from geomap.front.vocabulary import vocabulary
from geomap.toponyms.corrections import squeezed, words_key

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from geomap.front.theatre import Theatre
    from geomap.models import Claim, Report
    from geomap.toponyms.claim_corrections import ClaimCorrection


class ClaimMarks:
    """Marks and hides the claims of reports.

    Parameters
    ----------
    entries : sequence of ClaimCorrection
    theatre : Theatre
        Whose parties they name.
    first : int
        The number of the first of them in `Report.corrections`: they come after those of names.

    Raises
    ------
    CorrectionError
        A party or an action is not known, or two entries contradict each other.
    """

    def __init__(
        self, entries: Sequence[ClaimCorrection], theatre: Theatre, first: int = 0
    ) -> None:
        self._first = first
        self._entries = [_known(entry, theatre) for entry in entries]
        self._by_article: defaultdict[str, list[int]] = defaultdict(list)
        for i, entry in enumerate(self._entries):
            self._by_article[entry.of_article].append(i)
        for numbers in self._by_article.values():
            _check([self._entries[i] for i in numbers])
            # The narrowest first; of two as narrow the one that hides.
            numbers.sort(key=lambda i: self._entries[i].verdict != "hide")
            numbers.sort(key=lambda i: self._entries[i].rank, reverse=True)

    def on(self, report: Report) -> Report:
        """Return a report whose false claims are marked, and without those to hide."""
        numbers = self._by_article.get(squeezed(report.article.id) or "") if self._entries else None
        if not numbers or not report.claims:
            return report
        names = {r.mention.start: words_key(r.mention.text) for r in report.resolutions}
        kept: list[Claim] = []
        hidden = [*report.hidden_claims]
        used = set(report.corrections)
        for claim, identity in zip(report.claims, claim_ids(report), strict=True):
            fitting = [i for i in numbers if _fits(self._entries[i], claim, identity, names)]
            used.update(self._first + i for i in fitting)
            if not fitting:
                kept.append(claim)
            elif self._entries[fitting[0]].verdict == "hide":
                hidden.append(claim)
            else:
                kept.append(replace(claim, marked_false=self._entries[fitting[0]].told))
        return replace(
            report,
            claims=tuple(kept),
            hidden_claims=tuple(hidden),
            corrections=tuple(sorted(used)),
        )


def _fits(entry: ClaimCorrection, claim: Claim, identity: str, names: dict[int, str]) -> bool:
    if entry.id is not None:
        return squeezed(entry.id) == squeezed(identity)
    starts = (claim.start, claim.trigger.start if claim.trigger else None, claim.place_start)
    if entry.start is not None and entry.start not in starts:
        return False
    if entry.place is not None:
        said = names.get(claim.place_start) if claim.place_start is not None else None
        if words_key(entry.place) not in (words_key(claim.place or ""), said):
            return False
    return entry.party in (None, claim.actor) and entry.action in (None, claim.action)


def _known(entry: ClaimCorrection, theatre: Theatre) -> ClaimCorrection:
    """Return an entry whose party and action are called as claims call them."""
    party, action = entry.party, entry.action
    if party is not None:
        wanted = party.strip().casefold()
        called = {
            name: p.name
            for p in reversed(theatre.parties)
            for name in (*p.adjectives, *p.names, p.name.casefold())
        }
        if wanted not in called:
            known = ", ".join(p.name for p in theatre.parties)
            raise entry.entry.wrong(
                entry.name, f"party {party!r} is none of the theatre's: {known}"
            )
        party = called[wanted]
    if action is not None:
        wanted, actions = " ".join(action.split()).casefold(), sorted(vocabulary().actions)
        if wanted not in actions:
            near = difflib.get_close_matches(wanted, actions, n=1)
            advice = f"did you mean {near[0]!r}?" if near else f"known are {', '.join(actions)}"
            raise entry.entry.wrong(entry.name, f"action {action!r} is none: {advice}")
        action = wanted
    return replace(entry, party=party, action=action)


def _check(entries: Iterable[ClaimCorrection]) -> None:
    """Raise when two entries say different things of the same claims."""
    known: dict[object, ClaimCorrection] = {}
    for entry in entries:
        place = words_key(entry.place) if entry.place is not None else None
        extent = (squeezed(entry.id), entry.start, place, entry.party, entry.action)
        other = known.setdefault(extent, entry)
        if other.verdict != entry.verdict:
            raise entry.entry.contradicts(entry.name, other.entry, "claims: remove one of them")
