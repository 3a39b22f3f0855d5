"""Ids of what was found in an article: the same in every output, and for the line of contact.

An id is `article/layer/start-end`: it stays while the article does, whatever else is left out. Of
several features with one span the second has `/2` behind it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from geomap.models import Claim, Report


def stem(article_id: str, layer: str, start: int, end: int) -> str:
    """Return the id of a feature, but for the number that tells it from others of its span."""
    return f"{article_id}/{layer}/{start}-{end}"


def numbered(stems: Sequence[str]) -> list[str]:
    """Return ids for stems, in their order.

    Examples
    --------
    >>> numbered(["a/claim/0-3", "a/claim/9-12", "a/claim/0-3"])
    ['a/claim/0-3', 'a/claim/9-12', 'a/claim/0-3/2']
    """
    seen: dict[str, int] = {}
    found = []
    for one in stems:
        seen[one] = seen.get(one, 0) + 1
        found.append(one if seen[one] == 1 else f"{one}/{seen[one]}")
    return found


def claim_ids(report: Report) -> list[str]:
    """Return the id of each claim of a report, in the order of `report.claims`.

    They are those of the claims' features in exports (`output.layers`), which are ordered by span,
    action and place; hidden claims have numbers too.
    """
    claims = [*report.claims, *report.hidden_claims]
    order = sorted(range(len(claims)), key=lambda n: _order(claims[n]))
    spans = [claims[n].trigger or claims[n] for n in order]
    ids = numbered([stem(report.article.id, "claim", s.start, s.end) for s in spans])
    by_claim = dict(zip(order, ids, strict=True))
    return [by_claim[n] for n in range(len(report.claims))]


def _order(claim: Claim) -> tuple[int, int, str, str]:
    span = claim.trigger or claim
    return span.start, span.end, claim.action or "", claim.place or ""
