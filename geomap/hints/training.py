"""Fitting the spreads of hints on sentences whose places are known.

    python -m geomap.hints.training SENTENCES.jsonl -o geomap/hints/spreads.toml

needs scipy (the extra `geomap[train]`). A line of the input: `target` {lat, lon}, `anchors`
[{name, lat, lon}] and `hints` [{kind, km, dir, hedged, anchors}], kinds as in `KINDS`. Every spread
is fitted by maximum likelihood with a weak pull to where it began; nothing is random.
"""

from __future__ import annotations

import argparse
import json
import math
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from geomap import geodesy
from geomap.gazetteer.spatial import SpatialIndex
from geomap.gazetteer.store import Gazetteer
from geomap.hints import spreads

if TYPE_CHECKING:
    from collections.abc import Sequence

KINDS = {
    "distance+direction": "distance_direction", "distance": "distance", "direction": "direction",
    "near": "near", "other": "outskirts",
}  # fmt: skip
PULL = 1e-2
# How much likelier a known settlement is than a km2 of other ground, and how that grows with its
# people: the likeliest of a coarse search over the same sentences (docs/hints.md).
SETTLEMENTS = {"per_km2": 0.0003, "per_km2_unstated": 0.002, "people_power": 0.4}
_NEAR_KM = 0.5  # an anchor's row in the gazetteer lies no further off
# Where a fit begins: middle, below, above (logs of the flanks), share and factor of the wide bell.
_BEGIN = {
    "distance_direction": (-0.04, math.log(0.18), math.log(0.08), 0.1, 2.7),
    "distance": (-0.1, math.log(0.25), math.log(0.15), 0.1, 2.7),
    "wind_stated": (0.0, math.log(14), math.log(14), 0.1, 2.2),
    "wind": (0.0, math.log(17), math.log(17), 0.1, 2.2),
    "near": (1.7, math.log(0.5), math.log(0.5), 0.1, 2.5),
    "direction": (2.3, math.log(0.8), math.log(0.8), 0.1, 2.5),
    "outskirts": (2.0, math.log(0.7), math.log(0.7), 0.1, 2.5),
    "along_share": (0.5, math.log(0.2), math.log(0.2), 0.1, 2.5),
    "aside_share": (0.0, math.log(0.12), math.log(0.12), 0.1, 2.5),
}  # fmt: skip
_EVEN = {"wind_stated", "wind", "aside_share"}  # as likely to either side


@dataclass(frozen=True, slots=True)
class Seen:
    """One value of a spread, with its terms."""

    value: float
    terms: tuple[float, ...]


def observations(cases: Sequence[dict[str, Any]], gazetteer: Gazetteer) -> dict[str, list[Seen]]:
    """Return what the sentences show of each spread."""
    index = SpatialIndex(gazetteer)
    out: dict[str, list[Seen]] = {name: [] for name in _BEGIN}
    for case in cases:
        target = case["target"]["lat"], case["target"]["lon"]
        for hint in case["hints"]:
            anchors = [case["anchors"][k] for k in hint["anchors"]]
            if not anchors:
                continue
            here = anchors[0]["lat"], anchors[0]["lon"]
            km = geodesy.distance_km(*here, *target)
            edge = anchor_edge_km(index, *here)
            if hint["kind"] == "between" and len(anchors) > 1:
                share, aside = _on_the_way(here, (anchors[1]["lat"], anchors[1]["lon"]), target)
                out["along_share"].append(Seen(share, (1.0,)))
                out["aside_share"].append(Seen(aside, (1.0,)))
            name = KINDS.get(hint["kind"])
            if name is None or edge is None or km < 0.05:
                continue
            stated = hint["km"] if name in ("distance", "distance_direction") else None
            if stated:
                terms = spreads.stated_terms(stated, edge, plain=not hint["hedged"])
                out[name].append(Seen(math.log(km / stated), terms))
            else:
                out[name].append(Seen(math.log(km), spreads.unstated_terms(edge)))
            if hint["dir"]:
                towards = geodesy.azimuth_deg(*here, *target) - geodesy.azimuth_of(hint["dir"])
                off = (towards + 180.0) % 360.0 - 180.0
                if stated:
                    terms = spreads.wound_terms(stated, edge, hint["dir"])
                    out["wind_stated"].append(Seen(off, terms))
                else:
                    out["wind"].append(Seen(off, spreads.unstated_terms(edge)))
    return out


def anchor_edge_km(index: SpatialIndex, lat: float, lon: float) -> float | None:
    """Return the radius of the settlement at a point, None where the gazetteer has none."""
    rows, km = index.nearest([lat], [lon])
    if km[0, 0] > _NEAR_KM:
        return None
    return float(index.gazetteer.place(int(rows[0, 0])).radius_km)


def _on_the_way(
    first: tuple[float, float], second: tuple[float, float], target: tuple[float, float]
) -> tuple[float, float]:
    plane = geodesy.Plane(*first)
    (e1, n1), (e, n) = plane.inward(*second), plane.inward(*target)
    square = e1**2 + n1**2
    return float((e * e1 + n * n1) / square), float((e * n1 - n * e1) / square)


def fit(name: str, seen: Sequence[Seen]) -> dict[str, Any]:
    """Return the coefficients of a spread.

    Parameters
    ----------
    name : str
        Of `spreads.TABLES`.
    seen : sequence of Seen
    """
    from scipy.optimize import minimize

    values = np.array([s.value for s in seen])
    terms = np.array([s.terms for s in seen])
    count = terms.shape[1]
    middle, below, above, share, factor = _BEGIN[name]
    begin = np.zeros(3 * count + 2)
    begin[[0, count, 2 * count]] = middle, below, above
    begin[-2:] = math.log(share / (1 - share)), math.log(factor)
    even = name in _EVEN

    def loss(p: Any) -> float:
        mu, below = terms @ p[:count], np.exp(terms @ p[count : 2 * count])
        above = below if even else np.exp(terms @ p[2 * count : 3 * count])
        mu = 0.0 * mu if even else mu
        share, factor = 1 / (1 + math.exp(-p[-2])), 1.0 + math.exp(p[-1] - 0.5)
        off = values - mu
        z = -0.5 * (off / np.where(off < 0, below, above)) ** 2
        whole = math.sqrt(2 / math.pi) / (below + above)
        density = whole * ((1 - share) * np.exp(z) + share / factor * np.exp(z / factor**2))
        return float(-np.log(density + 1e-9).mean() + PULL * ((p - begin) ** 2).sum())

    p = minimize(loss, begin, method="BFGS").x
    flank = p[count : 2 * count]
    return {
        "middle": [0.0] * count if even else p[:count].tolist(),
        "below": flank.tolist(),
        "above": flank.tolist() if even else p[2 * count : 3 * count].tolist(),
        "wide_share": 1 / (1 + math.exp(-p[-2])),
        "wide_factor": 1.0 + math.exp(p[-1] - 0.5),
    }


def fit_all(cases: Sequence[dict[str, Any]], gazetteer: Gazetteer) -> dict[str, dict[str, Any]]:
    """Return the coefficients of all spreads; those without sentences follow their likes."""
    table = {name: fit(name, seen) for name, seen in observations(cases, gazetteer).items()}
    # "In and around X" reaches from X itself to what is near it.
    near = table["near"]
    table["in_or_near"] = {**near, "middle": [near["middle"][0] - 0.5, near["middle"][1]],
                           "below": [near["below"][0] + 0.3, near["below"][1]]}  # fmt: skip
    # Roads keep near the straight line (our own judgement: a twelfth of the way aside).
    flank = [math.log(0.08)]
    table["road_aside"] = {**table["aside_share"], "below": flank, "above": flank}
    return table


def written(table: dict[str, dict[str, Any]]) -> str:
    """Return a table as TOML."""
    lines = []
    for name, entry in table.items():
        lines.append(f"\n[{name}]")
        for key, value in entry.items():
            shown = (
                "[" + ", ".join(f"{v:.4f}" for v in value) + "]"
                if isinstance(value, list)
                else f"{value:.6g}"
            )
            lines.append(f"{key} = {shown}")
    return "\n".join(lines) + "\n"


_HEAD = """\
# Spreads of spatial hints, fitted by `python -m geomap.hints.training`: do not edit by hand.
# What the terms of each list are is said in `geomap/hints/spreads.py`; flanks are logarithms.
"""


def main() -> None:
    """Fit the spreads and write them."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("sentences", type=Path)
    parser.add_argument("-o", "--output", type=Path, required=True)
    arguments = parser.parse_args()
    text = arguments.sentences.read_text(encoding="utf-8")
    cases = [json.loads(line) for line in text.splitlines() if line.strip()]
    table = fit_all(cases, Gazetteer.open())
    table["settlements"] = SETTLEMENTS
    arguments.output.write_text(_HEAD + written(table), encoding="utf-8")


if __name__ == "__main__":
    main()
