"""Put the settlements of Ukraine's codifier on the map: the codifier has no coordinates.

A settlement that GeoNames has is matched to it by name, oblast and neighbours. Every other one gets
the estimated point of its hromada, or of its raion, with a radius that nine in ten true places lie
within (measured: docs/codifier.md).
"""

from __future__ import annotations

import math
from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from geomap.gazetteer.codifier import (
    Admin1,
    Codifier,
    Unit,
    hromada_names,
    raion_names,
    read_admin1,
    read_codifier,
)
from geomap.gazetteer.derived_areas import Spot, estimate_spots, km_between
from geomap.gazetteer.rows import SourceRow
from geomap.gazetteer.schema import Level

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from geomap.gazetteer.derived_areas import Points

# How likely a settlement is in cities500 by category, measured on names that are unique in their
# oblast; the seat of a hromada nearly always is.
_LISTED = {"K": 1.0, "M": 1.0, "T": 0.7, "X": 0.5, "C": 0.1}
_SEAT_LISTED = 0.9
# A city is larger than this, a settlement or village smaller, but for one in twenty.
_SIZES = {"K": 2000, "M": 2000, "T": 20000, "X": 12000, "C": 5000}
_ODD_SIZE = 0.05
# Distance to the nearest other settlement of the hromada falls off by e in this many km.
_REACH_KM = 4.5
_GAP_KM = 20.0  # a hromada that GeoNames knows nothing of lies in a gap of its raion
_AREA_KM2 = {"raion": 4000.0, "oblast": 25000.0}
_NONE_RIGHT = 0.1  # weight of "none of the candidates" (a quarter of a city, a place dissolved)
_SURE = 0.9
_ROUNDS = 5
# Beyond this from all others of its hromada (or raion) a match by a unique name is not believed;
# 99 % lie within 25 km (24.5 km).
_FAR_KM = {"hromada": 35.0, "raion": 45.0}
_SAME_KM = 5.0  # two entries of GeoNames this near, of one name, are one settlement
_ALTERNATE = 0.1  # weight of a match through an alternate name only


def _point(city: SourceRow) -> Points:
    return np.array([(city.lat, city.lon)])


class _Anchors:
    """Settlements with a known point, by hromada and by raion."""

    def __init__(self) -> None:
        self._points: dict[str, dict[str, tuple[float, float]]] = defaultdict(dict)

    def add(self, unit: Unit, city: SourceRow) -> None:
        for area in (unit.hromada, unit.raion):
            if area:
                self._points[area].setdefault(unit.code, (city.lat, city.lon))

    def discard(self, unit: Unit) -> None:
        for area in (unit.hromada, unit.raion):
            if area:
                self._points[area].pop(unit.code, None)

    def same_place(self, unit: Unit, city: SourceRow) -> bool:
        """Say whether the unit has no point yet, or one that the city may also stand for."""
        known = self._points.get(unit.raion or "", {}).get(unit.code)
        return known is None or bool(km_between(*known, _point(city))[0] < _SAME_KM)

    def nearest_km(self, unit: Unit, area: str | None, lat: float, lon: float) -> float:
        """Return how near another settlement of the area lies; infinite when there is none."""
        known = self._points.get(area, {}) if area else {}
        others = [point for code, point in known.items() if code != unit.code]
        if not others:
            return math.inf
        return float(km_between(lat, lon, np.array(others)).min())


def _listed(unit: Unit, population: int, seat: bool) -> float:
    """Return how likely GeoNames lists the unit with this population (0: not known)."""
    likely = _SEAT_LISTED if seat else _LISTED[unit.category]
    if unit.category in "KM":
        return likely * (_ODD_SIZE if 0 < population < _SIZES[unit.category] else 1.0)
    return likely * (_ODD_SIZE if population > _SIZES[unit.category] else 1.0)


def _density(unit: Unit, city: SourceRow, anchors: _Anchors) -> float:
    """Return how likely a settlement of the unit's hromada lies at the city's point, per km2."""
    near = anchors.nearest_km(unit, unit.hromada, city.lat, city.lon)
    if math.isfinite(near):
        return math.exp(-near / _REACH_KM) / (2 * math.pi * _REACH_KM**2)
    near = anchors.nearest_km(unit, unit.raion, city.lat, city.lon)
    if math.isfinite(near):
        return math.exp(-max(0.0, near - _GAP_KM) / _REACH_KM) / _AREA_KM2["raion"]
    return 1 / _AREA_KM2["oblast"]


def match_cities(
    codifier: Codifier, cities: Sequence[SourceRow], admin1: Mapping[str, Admin1]
) -> dict[int, str]:
    """Match GeoNames' settlements of Ukraine to the codifier.

    A name that only one settlement of the oblast has is taken, unless it lies far from the rest of
    its hromada and raion. Among namesakes the neighbours decide; what stays open is left out.

    Returns
    -------
    dict of int to str
        Code by geonameid. Two entries of GeoNames may have the same code.
    """
    candidates = _candidates(codifier, cities, admin1)
    seats = set(codifier.seats().values())
    rivals: dict[str, int] = defaultdict(int)
    for found in candidates.values():
        for code in found:
            rivals[code] += 1
    anchors = _Anchors()
    matches: dict[int, str] = {}
    for number, found in candidates.items():
        code = max(found, key=found.__getitem__)
        unit = codifier.units[code]
        alone = len(found) == 1 and rivals[code] == 1
        large = unit.category in "KM" and cities[number].population > _SIZES["C"]
        if alone or (large and found[code] == 1.0 and anchors.same_place(unit, cities[number])):
            matches[number] = code
            anchors.add(unit, cities[number])
    _drop_far(codifier, cities, matches, anchors)
    for _ in range(_ROUNDS):
        sure: list[tuple[float, int, str]] = []
        for number in candidates.keys() - matches.keys():
            city = cities[number]
            weights = {}
            for code, weight in candidates[number].items():
                unit = codifier.units[code]
                if not anchors.same_place(unit, city):
                    continue  # it stands elsewhere already
                weights[code] = (
                    weight
                    * _listed(unit, city.population, code in seats)
                    * _density(unit, city, anchors)
                )
            if not weights:
                continue
            best = max(sorted(weights), key=weights.__getitem__)
            hromada = codifier.units[best].hromada  # which of two in one hromada matters little
            near = sum(w for c, w in weights.items() if codifier.units[c].hromada == hromada)
            share = near / (sum(weights.values()) + _NONE_RIGHT / _AREA_KM2["oblast"])
            if share > _SURE:
                sure.append((share, number, best))
        placed = len(matches)
        for _, number, code in sorted(sure, key=lambda s: (-s[0], s[1])):
            if anchors.same_place(codifier.units[code], cities[number]):
                matches[number] = code
                anchors.add(codifier.units[code], cities[number])
        if len(matches) == placed:
            break
    return {int(cities[n].geonameid or 0): matches[n] for n in sorted(matches)}


def _candidates(
    codifier: Codifier, cities: Sequence[SourceRow], admin1: Mapping[str, Admin1]
) -> dict[int, dict[str, float]]:
    """Return, per number of a city, the settlements of its oblast that share a name, weighted."""
    from geomap.gazetteer.names import fold, spelling_key

    by_key: dict[tuple[str, str], list[str]] = defaultdict(list)
    for unit in codifier.settlements:
        area = admin1[unit.oblast[:4]]
        for code in (area.code, area.also):
            if code:
                by_key[code, spelling_key(unit.name)].append(unit.code)
    candidates = {}
    for number, city in enumerate(cities):
        if city.country != "UA" or not city.admin1_code:
            continue
        exact = {fold(name) for name in (city.name, *city.names)}
        main = spelling_key(city.name)
        found: dict[str, float] = {}
        for key in {main, *map(spelling_key, city.names)}:
            for code in by_key.get((city.admin1_code, key), ()):
                weight = 1.0 if key == main else _ALTERNATE
                if fold(codifier.units[code].name) not in exact:
                    weight /= 2
                found[code] = max(found.get(code, 0.0), weight)
        if found:
            top = max(found.values())
            candidates[number] = {code: found[code] / top for code in sorted(found)}
    return candidates


def _drop_far(
    codifier: Codifier, cities: Sequence[SourceRow], matches: dict[int, str], anchors: _Anchors
) -> None:
    """Take back matches that lie far from everything around them (a namesake or a wrong oblast).

    Cities keep theirs: Slavutych lies 87 km from its raion.
    """

    def distances(number: int) -> tuple[float, float]:
        unit, city = codifier.units[matches[number]], cities[number]
        return (
            anchors.nearest_km(unit, unit.hromada, city.lat, city.lon),
            anchors.nearest_km(unit, unit.raion, city.lat, city.lon),
        )

    def far(number: int) -> bool:
        hromada, raion = distances(number)
        return _FAR_KM["hromada"] < hromada < math.inf or _FAR_KM["raion"] < raion < math.inf

    suspects = [n for n in matches if far(n) and codifier.units[matches[n]].category not in "KM"]
    # The worst first: when two members of a hromada disagree, the one near its raion stays.
    for number in sorted(suspects, key=lambda n: (-distances(n)[1], n)):
        if far(number):
            anchors.discard(codifier.units[matches.pop(number)])


@dataclass(frozen=True, slots=True)
class CodifierRows:
    """What the codifier adds to GeoNames.

    Attributes
    ----------
    rows : tuple of SourceRow
        Raions, hromadas, then the settlements that GeoNames lacks; `source_id` and `parent` are
        codes. A parent always stands before its children.
    matches : dict of int to str
        Code of each settlement of GeoNames that was matched, by geonameid.
    placed : dict of str to tuple
        Latitude and longitude of each matched settlement, by code.
    counts : dict of str to int
        Raions, hromadas, settlements, matched, and how many are placed at which precision.
    codifier : Codifier
        The units, to follow a code upwards.
    """

    rows: tuple[SourceRow, ...]
    matches: dict[int, str]
    placed: dict[str, tuple[float, float]]
    counts: dict[str, int]
    codifier: Codifier


def codifier_rows(
    cities: Sequence[SourceRow],
    codifier: Codifier | None = None,
    admin1: Mapping[str, Admin1] | None = None,
) -> CodifierRows:
    """Return the rows that the codifier adds to GeoNames' settlements.

    Parameters
    ----------
    cities : sequence of SourceRow
        GeoNames' settlements with `geonameid`; those of other countries are passed over.
    codifier, admin1 : optional
        By default `read_codifier()` and `read_admin1()`.

    Raises
    ------
    GazetteerError
        The codifier or the table of its oblasts is missing or cannot be read.
    """
    codifier = codifier or read_codifier()
    admin1 = admin1 or read_admin1()
    matches = match_cities(codifier, cities, admin1)
    placed: dict[str, tuple[float, float]] = {}
    for city in cities:
        if city.geonameid in matches:
            placed.setdefault(matches[city.geonameid], (city.lat, city.lon))
    spots = estimate_spots(codifier, placed)
    rows = [*_unit_rows(codifier, spots, admin1)]
    shown = {row.source_id: row.name for row in rows}
    counts = {
        "raions": sum(row.level == Level.ADMIN2 for row in rows),
        "hromadas": sum(row.level == Level.ADMIN3 for row in rows),
        "settlements": len(codifier.settlements),
        "matched": len(placed),
    }
    from geomap.gazetteer.romanise import romanise_ukrainian

    for unit in codifier.settlements:
        if unit.code in placed:
            continue
        above = (unit.hromada, unit.raion, unit.oblast)
        spot = next((spots[code] for code in above if code in spots), None)
        kind = f"at {spot.precision}" if spot else "nowhere"
        counts[kind] = counts.get(kind, 0) + 1
        if spot is not None:
            name = romanise_ukrainian(unit.name)
            raion = shown.get(unit.raion)
            rows.append(_row(unit, spot, admin1, Level.SETTLEMENT, (name, unit.name), raion))
    return CodifierRows(tuple(rows), matches, placed, counts, codifier)


def _unit_rows(
    codifier: Codifier, spots: Mapping[str, Spot], admin1: Mapping[str, Admin1]
) -> Iterator[SourceRow]:
    raions = {}
    for unit in codifier.raions:
        names = raion_names(codifier, unit)
        raions[unit.code] = names[0]
        if unit.code in spots:
            yield _row(unit, spots[unit.code], admin1, Level.ADMIN2, names, names[0])
    seats = codifier.seats()
    for unit in codifier.hromadas:
        spot = spots.get(unit.code) or spots.get(unit.raion or "")
        if spot is not None:
            names = hromada_names(codifier, unit, seats.get(unit.code))
            yield _row(unit, spot, admin1, Level.ADMIN3, names, raions.get(unit.raion or ""))


def _row(
    unit: Unit,
    spot: Spot,
    admin1: Mapping[str, Admin1],
    level: Level,
    names: tuple[str, ...],
    raion: str | None,
) -> SourceRow:
    return SourceRow(
        name=names[0],
        names=names[1:],
        lat=round(spot.lat, 5),
        lon=round(spot.lon, 5),
        source_id=unit.code,
        level=level,
        feature_class="P" if level == Level.SETTLEMENT else "A",
        feature_code={Level.ADMIN2: "ADM2", Level.ADMIN3: "ADM3"}.get(level),
        country="UA",
        admin1_code=admin1[unit.oblast[:4]].code,
        admin2_name=raion,
        precision=spot.precision,
        radius_km=round(spot.radius_km, 1),
        parent=unit.parent if unit.parent != unit.oblast else None,
    )
