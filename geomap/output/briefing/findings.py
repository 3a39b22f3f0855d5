"""What is found in the features of a region and period, sorted for a briefing's sections."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from geomap.output.briefing.claims import EVENTS, Telling, by_place, is_told, sources_of
from geomap.output.briefing.deeds import UNDATED
from geomap.output.briefing.events import strikes
from geomap.output.briefing.namesakes import Homes
from geomap.output.briefing.places import named_places

if TYPE_CHECKING:
    from collections.abc import Sequence

    from geomap.gazetteer.store import Gazetteer
    from geomap.output.briefing.claims import PlaceKey
    from geomap.output.briefing.deeds import Deed
    from geomap.output.briefing.places import NamedPlace
    from geomap.output.briefing.statements import Properties
    from geomap.output.briefing.words import Days


@dataclass(frozen=True, slots=True)
class Findings:
    """The features of a region by what they tell.

    `claims` are those of something done (no aims), `front_claims` of them what is not done from
    afar, `grouped` these by place; `hints` and `mentions` are the placed ones.
    """

    rows: Sequence[Properties]
    claims: list[Properties]
    front_claims: list[Properties]
    hints: list[Properties]
    mentions: list[Properties]
    places: list[NamedPlace]
    grouped: dict[PlaceKey, list[Properties]]
    struck: list[Deed]
    telling: Telling


def findings(
    rows: Sequence[Properties], days: Days, gazetteer: Gazetteer | None = None
) -> Findings:
    """Return what is found in features.

    Parameters
    ----------
    rows : sequence of dict
        Properties, in order (`layers.features`).
    days : Days
        How days are told.
    gazetteer : Gazetteer, optional
        See `Homes`.
    """
    placed = [p for p in rows if p["layer"] == "mention" and p["lat"] is not None]
    homes = Homes(placed, gazetteer)
    claims = homes.settled(p for p in rows if is_told(p))
    front_claims = [p for p in claims if p["action"] not in EVENTS]
    hints = [p for p in rows if p["layer"] == "hint" and p["lat"] is not None]
    mentions = homes.settled(placed)
    reported = sorted({p["date"] for p in rows if p["date"]})
    telling = Telling(
        days,
        many_sources=len(sources_of(rows)) > 1,
        only_day=UNDATED if not reported else reported[0] if len(reported) == 1 else None,
    )
    return Findings(
        rows, claims, front_claims, hints, mentions, named_places(rows, homes),
        by_place(front_claims), strikes(claims, hints), telling,
    )  # fmt: skip


def counts(found: Findings) -> dict[str, int]:
    """Return the headline numbers by their names."""
    return {
        "Reports": len({p["article_id"] for p in found.rows}),
        "Sources": len(sources_of(found.rows)),
        "Places named": len(found.places),
        "Claims about ground": len(found.front_claims),
        "Strikes and shelling": len(found.struck),
    }
