"""The reasons for a candidate, in words, from what the resolver saw of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from geomap.gazetteer.schema import Level, NameKind
from geomap.toponyms.pools import INNER, SPELT, STRIPPED

if TYPE_CHECKING:
    from collections.abc import Callable

    from geomap.models import Place
    from geomap.toponyms.context import Context

NEAR_KM = 150.0
# As plain numbers: an enum's member costs more to look at than what is done with it.
_COUNTRY, _ADMIN2 = int(Level.COUNTRY), int(Level.ADMIN2)
_DEMONYM, _ALTERNATE = int(NameKind.DEMONYM), int(NameKind.ALTERNATE)
_CALLED = {
    "admin1": "the text calls it a region",
    "admin2": "the text calls it a county or district",
    "settlement": "the text calls it a settlement",
    "wide": "the text calls it a state",
}


def reasons_known(place: Place, level: int, kind: int, answer: int) -> tuple[str, ...]:
    """Return what speaks for a candidate in any article: its size, and how it bears the name."""
    reasons = []
    if kind == _DEMONYM:
        reasons.append("a people or its adjective")
    elif level <= _COUNTRY:
        reasons.append("a country or continent of that name")
    elif place.population:
        reasons.append(f"population {place.population:,}")
    if answer == SPELT:
        reasons.append("a similar spelling of its name")
    elif answer == INNER:
        reasons.append("its name is part of the words")
    elif answer == STRIPPED:
        reasons.append("its name without the word beside it")
    elif kind == _ALTERNATE:
        reasons.append("another spelling of its name")
    return tuple(reasons)


def reasons_for(
    context: Context,
    scores: Any,
    candidate: int,
    place: Place,
    near: tuple[int, float] | None,
    place_of: Callable[[int], Place],
) -> tuple[str, ...]:
    """Return why a candidate may be meant here: what is known of it, and the article's places.

    `near` is what `Context.nearest` says of the candidate, and `place_of` gives the places of rows.
    """
    level = int(context.level[candidate])
    reasons = [*reasons_known(place, level, context.kind(candidate), context.answer(candidate))]
    use = context.uses[int(context.use[candidate])]
    if use.feature in _CALLED and context.feature_fits(candidate):
        reasons.append(_CALLED[use.feature])
    if use.parent is not None and (parent := context.parent_of(candidate, scores)) is not None:
        reasons.append(f"the text names {place_of(parent).name} after it")
    near = near if level >= _ADMIN2 else None
    if near is not None and near[1] < NEAR_KM:
        other = place_of(int(context.rows[near[0]]))
        reasons.append(f"{near[1]:.0f} km from {other.name}")
    return tuple(reasons)
