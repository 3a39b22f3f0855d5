"""GeoNames' postal files: one row per ZIP code and settlement, one place per settlement.

The points of these files were found by name, and a name is often shared: of Ukraine's rows marked
accuracy 4, one in eight lies outside its raion, three quarters of those on a namesake over 100 km
away. So a row of Ukraine is checked against the other settlements of its raion first.

Measured on `UA-postal.txt` (2026-11) against OpenStreetMap's settlements of the same name and
oblast, names that each has once in the oblast (18,400 settlements); nine in ten lie within

    accuracy 4 to 6 in its raion     0.9 km  (median 0.3)   settlement
    accuracy 3 in its raion           15 km  (median 4)     estimated
    accuracy 1 in its raion           32 km  (median 13)    estimated
    any outside its raion            325 km  (median 119)   not used as given:
        at the raion's centre         36 km  (median 15)    estimated
    raion's centre not known         145 km  (median 45)    estimated

`tests/test_importers_geonames.py` holds the radii below to that.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from geomap import geodesy
from geomap.gazetteer.importers.base import MAX_MAIN_NAME, clean
from geomap.gazetteer.importers.files import Packed, blocks
from geomap.gazetteer.rows import SourceRow
from geomap.gazetteer.schema import Level

if TYPE_CHECKING:
    from collections.abc import Iterator

    from geomap.gazetteer.importers.base import Import
    from geomap.models import Precision

COLUMNS = 12
SETTLEMENT_KM = 1.0
TOWN_KM = 2.0  # towns without a raion (28 of Ukraine: 1.8 km), and all of other countries
PLACE_ONLY_KM = 16.0  # accuracy 3
ESTIMATED_KM = 33.0
RAION_CENTRE_KM = 37.0
UNCHECKED_KM = 150.0

# Where raions were checked to be this small. Elsewhere the points are taken as they are.
CHECKED = frozenset(("UA",))
CLUSTER_KM = 25.0  # a raion's centre is the median of the most points within this of one of them
LEAST = 4  # points that make a centre
RAION_KM = 35.0  # from a raion's centre a point farther than this is not in it

# Kyiv's city and oblast have each other's GeoNames code in the postal file.
_UA_CODES = {"12": "13", "13": "12"}
_COUNCIL = re.compile(r"\s*\([^()]*\)\s*$")  # "Новосілки (Чабанівська селищна рада)"

Raion = tuple[str, str, str]  # country, admin1 name, admin2 name
Point = tuple[float, float]  # lat, lon


def postal_rows(packed: Packed, found: Import) -> Iterator[SourceRow]:
    """Yield the settlements of a postal file; the file is read twice."""
    centres = _centres(packed, found)
    seen: set[int] = set()
    for first, lines in blocks(packed, found):
        for number, line in enumerate(lines, first):
            if not line or line.isspace():
                continue
            column = line.split("\t")
            row = _row(column, centres)
            if isinstance(row, str):
                found.reject(number, row, line)
                continue
            found.accepted += 1
            key = hash((row.name, row.country, row.admin1_name, row.admin2_name, row.lat, row.lon))
            if key in seen:
                found.merged += 1
                continue
            seen.add(key)
            yield row


def _row(column: list[str], centres: dict[Raion, Point | None]) -> SourceRow | str:
    """Return the row of a line, or why it is none."""
    if len(column) != COLUMNS:
        return f"has {len(column)} columns instead of {COLUMNS}"
    try:
        lat, lon = float(column[9]), float(column[10])
    except ValueError:
        return f"has no numbers as coordinates: {column[9]!r:.24}, {column[10]!r:.24}"
    if not (-90.0 <= lat <= 90.0 and -180.0 <= lon <= 180.0):
        return f"is no point on Earth: latitude {column[9]:.12}, longitude {column[10]:.12}"
    name = clean(_COUNCIL.sub("", column[2]))
    if not name or len(name) > MAX_MAIN_NAME:
        return "has no name" if not name else f"has a name of {len(name)} characters"
    country, admin1, admin2 = column[0], clean(column[3]), clean(column[5])
    if not (len(country) == 2 and country.isascii() and country.isalpha()):
        return f"has no country code: {country!r:.24}"
    lat, lon, precision, radius = _placed(
        (lat, lon), column[11], (country, admin1, admin2), centres
    )
    code = _UA_CODES.get(column[4], column[4]) if country == "UA" else ""
    return SourceRow(
        name=name,
        lat=lat,
        lon=lon,
        level=Level.SETTLEMENT,
        feature_code="PPL",
        country=country,
        admin1_code=code or None,
        admin1_name=admin1 or None,
        admin2_name=admin2 if admin2 and admin2 != admin1 else None,
        precision=precision,
        radius_km=radius,
    )


def _placed(
    point: Point, accuracy: str, raion: Raion, centres: dict[Raion, Point | None]
) -> tuple[float, float, Precision, float]:
    """Return the point of a row, how well it is known, and its radius."""
    precise = accuracy in ("4", "5", "6")  # 4 geonameid, 5 and 6 centre of addresses or shape
    if raion[0] in CHECKED and raion[1] != raion[2]:
        centre = centres.get(raion)
        if centre is None:
            return *point, "estimated", UNCHECKED_KM
        if geodesy.distance_km(*centre, *point) > RAION_KM:
            return *centre, "estimated", RAION_CENTRE_KM
        if precise:
            return *point, "settlement", SETTLEMENT_KM
    if precise:
        return *point, "settlement", TOWN_KM
    return *point, "estimated", PLACE_ONLY_KM if accuracy in ("2", "3") else ESTIMATED_KM


def _centres(packed: Packed, found: Import) -> dict[Raion, Point | None]:
    """Return the centre of each raion of the checked countries; None where it cannot be told."""
    members: dict[Raion, set[Point]] = {}
    for _, lines in blocks(packed, found):
        for line in lines:
            column = line.split("\t")
            if len(column) != COLUMNS or column[0] not in CHECKED or column[11] not in "3456":
                continue
            try:
                point = float(column[9]), float(column[10])
            except ValueError:
                continue
            if column[11] and column[3] != column[5] and -90.0 <= point[0] <= 90.0:
                raion = (column[0], clean(column[3]), clean(column[5]))
                members.setdefault(raion, set()).add(point)
    found.rejected = 0  # lines that are no text are met again in the second reading
    found.rejects.clear()
    return {raion: _centre(sorted(points)) for raion, points in members.items()}


def _centre(points: list[Point]) -> Point | None:
    """Return the median of the most points that lie together, None when too few do.

    Wrong points lie anywhere in the country, so the densest group is the raion's own.
    """
    import numpy as np
    from pyproj import Geod

    if not LEAST <= len(points) <= 1_000:
        return None
    lats, lons = np.array(points).T
    count = len(points)
    metres = Geod(ellps="WGS84").inv(
        np.repeat(lons, count), np.repeat(lats, count), np.tile(lons, count), np.tile(lats, count)
    )[2]
    near = metres.reshape(count, count) < CLUSTER_KM * 1000
    best = int(near.sum(axis=1).argmax())
    group = near[best]
    if int(group.sum()) < LEAST:
        return None
    return round(float(np.median(lats[group])), 4), round(float(np.median(lons[group])), 4)
