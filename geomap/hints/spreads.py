"""How far from its words a place lies: spreads fitted on sentences with known truth.

The coefficients are data (`spreads.toml`); `geomap.hints.training` fits them anew. Their terms:

- `far` is ln(stated km / 20), `farther` what of it lies beyond 80 km: long ways are told by road;
- `size` is ln(1 + anchor's radius / stated km): near a large anchor, people measure from its edge
  or from its middle;
- `edge` is ln(anchor's radius in km), where no distance is stated;
- `plain` is 1 for a distance without a hedge, `fine` 1 for one of the eight half winds ("NNE").
"""

from __future__ import annotations

import math
from contextlib import contextmanager
from functools import cache
from typing import TYPE_CHECKING, Any

from geomap.errors import TableError
from geomap.hints.surfaces import Spread
from geomap.tables import load_table

if TYPE_CHECKING:
    from collections.abc import Iterator

    from geomap.models import Bound, Measure

_WHERE = "hints/spreads.toml"
# The terms of each coefficient list, in order.
STATED = ("one", "far", "size", "farther", "plain")
WOUND = ("one", "far", "size", "fine")
UNSTATED = ("one", "edge")
TABLES: dict[str, tuple[str, ...]] = {
    "distance_direction": STATED, "distance": STATED, "wind_stated": WOUND,
    "near": UNSTATED, "in_or_near": UNSTATED, "direction": UNSTATED, "outskirts": UNSTATED,
    "wind": UNSTATED, "along_share": ("one",), "aside_share": ("one",), "road_aside": ("one",),
}  # fmt: skip
KEYS = ("middle", "below", "above", "wide_share", "wide_factor")
MIN_EDGE_KM = 0.5
# What is outside the sentences that were fitted (300 m from a metropolis) must not run away.
_WIDEST_LOG, _WIDEST = 1.2, {"wind": 60.0, "wind_stated": 60.0}
_THINNEST = 0.06  # of a logarithm: nobody states a way more exactly than to a twentieth
# Words that no corpus has often enough; our own judgement.
_BOUNDS = {"at_most": (-0.45, 0.55, 0.3), "at_least": (0.3, 0.17, 0.5)}
_SLOW = {"drive": (0.0, 0.5, 0.35), "travel": (0.1, 0.5, 0.4), "walk": (-0.25, 0.4, 0.35)}
_BY_ROAD = -0.12


_in_use: list[dict[str, dict[str, Any]]] = []


@cache
def _embedded() -> dict[str, dict[str, Any]]:
    """Return the embedded coefficients.

    Raises
    ------
    TableError
        A table or a coefficient is missing or of the wrong kind; the message names it.
    """
    return check(load_table("geomap.hints", "spreads.toml"))


def _table() -> dict[str, dict[str, Any]]:
    return _in_use[-1] if _in_use else _embedded()


@contextmanager
def using(table: dict[str, dict[str, Any]]) -> Iterator[None]:
    """Use another table for a while: one fitted without the sentences that are measured."""
    _in_use.append(check(table))
    try:
        yield
    finally:
        _in_use.pop()


def check(table: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """Return a loaded table, or say what is wrong with it.

    Raises
    ------
    TableError
        As when the embedded table is loaded.
    """
    for name, terms in TABLES.items():
        entry = table.get(name)
        if not isinstance(entry, dict):
            raise TableError(f"{_WHERE}: [{name}] is missing")
        for key in KEYS:
            values = entry.get(key)
            values = values if isinstance(values, list) else [values]
            wanted = 1 if key.startswith("wide") else len(terms)
            if len(values) != wanted or not all(_finite(v) for v in values):
                raise TableError(f"{_WHERE}: [{name}] {key} must hold {wanted} numbers")
    for key in ("per_km2", "per_km2_unstated", "people_power"):
        if not _finite(table.get("settlements", {}).get(key)):
            raise TableError(f"{_WHERE}: [settlements] {key} must be a number")
    return table


def _finite(value: Any) -> bool:
    number = isinstance(value, int | float) and not isinstance(value, bool)
    return bool(number and math.isfinite(value))


def settlements(key: str) -> float:
    """Return a figure of how much likelier a known settlement is than any other ground."""
    value: float = _table()["settlements"][key]
    return value


def spread(name: str, terms: tuple[float, ...]) -> Spread:
    """Return a spread of the table for the values of its terms (see `TABLES`)."""
    entry = _table()[name]

    def value(key: str) -> float:
        return math.fsum(c * t for c, t in zip(entry[key], terms, strict=True))

    def flank(key: str) -> float:
        return min(max(math.exp(value(key)), _THINNEST), _WIDEST.get(name, _WIDEST_LOG))

    return Spread(
        value("middle"), flank("below"), flank("above"),
        float(entry["wide_share"]), float(entry["wide_factor"]),
    )  # fmt: skip


def stated_terms(km: float, edge_km: float, *, plain: bool) -> tuple[float, ...]:
    """Return the terms of a stated distance (km) from an anchor of some radius (km)."""
    far = math.log(km / 20.0)
    size = math.log1p(max(edge_km, MIN_EDGE_KM) / km)
    return 1.0, far, size, max(far - math.log(4.0), 0.0), float(plain)


def wound_terms(km: float, edge_km: float, wind: str) -> tuple[float, ...]:
    """Return the terms of a wind beside a stated distance."""
    one, far, size, *_ = stated_terms(km, edge_km, plain=False)
    return one, far, size, float(len(wind) == 3)


def unstated_terms(edge_km: float) -> tuple[float, ...]:
    """Return the terms where no distance is stated."""
    return 1.0, math.log(max(edge_km, MIN_EDGE_KM))


def stated(
    relation: str,
    km: float,
    edge_km: float,
    *,
    plain: bool = True,
    bound: Bound | None = None,
    range_km: tuple[float, float] | None = None,
    measure: Measure | None = None,
    by_road: bool = False,
) -> Spread:
    """Return the spread of ln(km) that a stated distance means.

    Parameters
    ----------
    relation : {"distance", "distance_direction"}
    km : float
        The stated distance.
    edge_km : float
        The anchor's radius.
    plain : bool, optional
        No hedge ("about") stands before it.
    bound, range_km, measure, by_road
        As of a hint.
    """
    found = spread(relation, stated_terms(km, edge_km, plain=plain))
    middle, below, above = found.middle + math.log(km), found.below, found.above
    if measure in _SLOW:
        shift, below, above = _SLOW[measure]
        middle = math.log(km) + shift
    elif by_road:
        middle += _BY_ROAD
    if bound is not None:
        shift, below, above = _BOUNDS[bound]
        middle = math.log(km) + shift
    if range_km is not None:
        low, high = range_km
        below = math.hypot(below, math.log(km / max(low, 0.1 * km)) / 2)
        above = math.hypot(above, math.log(max(high, km) / km) / 2)
    wide = found.wide_share if bound is None else 0.01  # a bound is meant as one
    return Spread(middle, below, above, wide, found.wide_factor)


def unstated(relation: str, edge_km: float) -> Spread:
    """Return the spread of ln(km) of `near`, `in_or_near`, `direction` or `outskirts`."""
    return spread(relation, unstated_terms(edge_km))


def wind(name: str, edge_km: float, km: float | None = None) -> Spread:
    """Return the spread of the deviation from a wind, in degrees."""
    if km is None:
        return spread("wind", unstated_terms(edge_km))
    return spread("wind_stated", wound_terms(km, edge_km, name))
