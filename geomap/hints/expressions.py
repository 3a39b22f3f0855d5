"""The record of a spatial expression, before it becomes a hint."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from geomap.models import Anchor, Bound, Measure, Relation

IMPLIED = "the place of the sentence"


@dataclass(frozen=True, slots=True)
class Expression:
    """A spatial expression: its words, relation and anchors, as `models.Hint` has them."""

    start: int
    end: int
    relation: Relation
    anchors: tuple[Anchor, ...]
    distance_km: float | None = None
    approximate: bool = False
    bound: Bound | None = None
    direction: str | None = None
    range_km: tuple[float, float] | None = None
    measure: Measure | None = None
    by_road: bool = False
    share: float | None = None


_ORDER = {
    "front_distance": 6.0, "distance_direction": 6.0, "border_distance": 6.0, "distance": 5.0,
    "along": 4.6, "bank": 4.5, "opposite": 4.5, "outskirts": 4.4, "border": 4.3, "part": 4.2,
    "between": 4.1, "direction": 4.0, "within": 3.5, "in_or_near": 3.0, "near": 2.0, "toward": 2.0,
}  # fmt: skip


def weight(expression: Expression) -> float:
    """Return how much an expression says; the longer of two equals wins."""
    # "halfway along the road from X to Y" says more than the road.
    share = 0.6 if expression.share else 0.0
    return _ORDER[expression.relation] + share + (expression.end - expression.start) / 1000
