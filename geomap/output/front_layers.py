"""Lines of contact as the map's page draws them: by date, with the movement between dates.

The page gets plain numbers and texts; it puts texts in as text only.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import shapely

from geomap import geodesy
from geomap.output.fronts import STATUS
from geomap.output.line_files import Rows, day_of, read_rows

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterable, Mapping, Sequence
    from pathlib import Path

    from geomap.front.theatre import Theatre
    from geomap.models import ContactLine
    from geomap.output.line_files import Row

GIVEN = "given"  # the status of a line that somebody else drew
LEAST_KM2 = 0.05  # smaller changes are slips of drawing
# What drawing leaves out: 20 m of a line, 50 m of ground, 100 m of a band are less than a line is
# wide where all of it is seen; a page may hold a hundred dates.
_LINE_DEG, _GROUND_DEG, _BAND_DEG = 0.0002, 0.0005, 0.001
_DECIMALS = 4
_COLOUR = re.compile(r"#[0-9a-fA-F]{6}")
_TOLD = ("place", "wording", "sentence", "title", "source", "url", "date", "article_id")
_TOWN = ("name", "party", "since", "as_of", "source")


@dataclass(frozen=True, slots=True)
class _Ground:
    """What a side holds on a date; `geometry` in full detail."""

    side: str
    party: str
    colour: str
    geometry: Any


@dataclass(frozen=True, slots=True)
class _Day:
    """What is drawn for a date, None being a line that says no day."""

    date: dt.date | None
    pieces: tuple[dict[str, Any], ...]
    band: Any
    ground: tuple[_Ground, ...]
    seeds: tuple[dict[str, Any], ...] = ()


def front_drawing(
    file: Path | Rows,
    lines: Sequence[ContactLine],
    theatre: Theatre,
    *,
    since: dt.date | None = None,
    until: dt.date | None = None,
    earlier: bool = True,
) -> dict[str, Any] | None:
    """Return what the page draws of a file of lines.

    Parameters
    ----------
    file : Path or Rows
        The file, or its features where they have been read already (`Lines.read`). What
        `geomap front` wrote is drawn with its support, bands, seed towns and
        evidence; of other files there are lines and ground.
    lines : sequence of ContactLine
        What `read_lines` found in it.
    theatre : Theatre
        Who the sides are, and their colours, where the file does not say it.
    since, until : date, optional
        The period asked for: later lines are left out, and of earlier ones all but the last, which
        holds as it begins and is marked `early`.
    earlier : bool
        Whether that last one before the period is drawn.

    Returns
    -------
    dict or None
        `dates` (a drawing each, by date), `evidence` (what the pieces name by number), `sides`
        (the leading party of each, with its colour) and `movement` (who gained how much ground from
        the first date to the last); None without lines.
    """
    found = file if isinstance(file, Rows) else read_rows(file)
    own: dict[dt.date, list[Row]] = {}
    for row in found.rows:
        if row.geometry is not None and told_by_geomap(row):
            day = day_of(row.properties.get("date"))
            if day is not None:
                own.setdefault(day, []).append(row)
    evidence: list[dict[str, Any]] = []
    if own:
        numbers = _Numbers(found.evidence, evidence)
        wanted = days_within(list(own), since, until, earlier)
        days = [_own_day(d, own[d], theatre, numbers) for d in wanted]
    else:
        wanted_days = days_within([line.date for line in lines if line.date], since, until, earlier)
        kept = [line for line in lines if line.date is None or line.date in wanted_days]
        days = [_given_day(line, theatre) for line in kept]
    if not days:
        return None
    return {
        "dates": [
            _packed(day) | ({"early": True} if _is_early(day.date, since) else {}) for day in days
        ],
        "evidence": evidence,
        "movement": list(_movements(days, theatre)),
        "sides": {
            side: {"party": name, "colour": colour}
            for side in ("A", "B")
            for name, colour in [side_told(side, theatre)]
        },
    }


def _is_early(day: dt.date | None, since: dt.date | None) -> bool:
    return since is not None and day is not None and day < since


def days_within(
    days: Sequence[dt.date],
    since: dt.date | None,
    until: dt.date | None,
    earlier: bool = True,
) -> list[dt.date]:
    """Return the days of a period in their order, maybe with the last before it."""
    early = sorted(d for d in days if _is_early(d, since))
    rest = sorted(d for d in days if not _is_early(d, since))
    return (early[-1:] if earlier else []) + [d for d in rest if until is None or d <= until]


def told_by_geomap(row: Row) -> bool:
    """Say whether a feature is one that `geomap front` wrote."""
    kind, status = row.properties.get("kind"), row.properties.get("status")
    return kind in ("uncertainty", "control", "seed") or (
        kind == "contact_line" and status in STATUS.values()
    )


class _Numbers:
    """Numbers the evidence as it is named, so that only what is named goes into the page."""

    def __init__(self, records: Iterable[Mapping[str, Any]], into: list[dict[str, Any]]) -> None:
        self.records = {str(r.get("id")): r for r in records}
        self.into = into
        self.numbers: dict[str, int] = {}

    def of(self, ids: Any) -> list[int]:
        """Return the numbers of some ids; those of which nothing is told are left out."""
        if isinstance(ids, str):  # a GeoPackage holds lists as text
            ids = re.findall(r'"((?:[^"\\]|\\.)*)"', ids)
        known = [i for i in ids or () if isinstance(i, str) and i in self.records]
        for one in known:
            if one not in self.numbers:
                self.numbers[one] = len(self.into)
                self.into.append(_evidence(self.records[one]))
        return [self.numbers[one] for one in known]


def _evidence(record: Mapping[str, Any]) -> dict[str, Any]:
    told: dict[str, Any] = {
        key: str(value) for key in _TOLD if (value := record.get(key)) not in (None, "")
    }
    if (km := _number(record.get("signed_km"), 1)) is not None:
        told["signed_km"] = km
    if record.get("doubted") is True:
        told["doubted"] = True
    return told


# ---- Days ----


def _own_day(date: dt.date, rows: list[Row], theatre: Theatre, numbers: _Numbers) -> _Day:
    """Return a date of a file that `geomap front` wrote."""
    pieces, bands, ground, seeds = [], [], [], []
    for row in rows:
        told, kind = row.properties, row.properties.get("kind")
        if kind == "contact_line":
            pieces.append(_piece(row, numbers))
        elif kind == "uncertainty":
            bands.append(row.geometry)
        elif kind == "control":
            name, colour = side_told(str(told.get("side")), theatre)
            party, own = told.get("party"), str(told.get("colour"))
            ground.append(
                _Ground(
                    str(told.get("side")), str(party) if party else name,
                    own if _COLOUR.fullmatch(own) else colour, shapely.make_valid(row.geometry),
                )
            )  # fmt: skip
        elif row.geometry.geom_type == "Point":
            lon, lat = (round(float(c), 5) for c in row.geometry.coords[0])
            own_words = {k: str(v) for k in _TOWN if (v := told.get(k))}
            colour = side_told(str(told.get("side")), theatre)[1]
            seeds.append({"lat": lat, "lon": lon, "colour": colour, **own_words})
    band = shapely.union_all([shapely.make_valid(b) for b in bands]) if bands else None
    return _Day(date, tuple(pieces), band, tuple(ground), tuple(seeds))


def _piece(row: Row, numbers: _Numbers) -> dict[str, Any]:
    told = row.properties
    return {
        "lines": _lines(row.geometry),
        "status": told["status"],
        "confidence": _number(told.get("confidence"), 3),
        "band_km": _number(told.get("band_km"), 1),
        "km": _number(told.get("length_km"), 1) or round(geodesy.length_km(row.geometry), 1),
        "evidence": numbers.of(told.get("evidence")),
    }


def _given_day(line: ContactLine, theatre: Theatre) -> _Day:
    """Return a line that somebody else drew."""
    piece = {
        "lines": _lines(line.geometry),
        "status": GIVEN,
        "km": round(geodesy.length_km(line.geometry), 1),
        "source": line.source,
    }
    ground = tuple(_Ground(side, *side_told(side, theatre), held) for side, held in line.control)
    return _Day(line.date, (piece,), None, ground)


def side_told(side: str, theatre: Theatre) -> tuple[str, str]:
    """Return the name and the colour of a side: those of its leading party."""
    party = next((p for p in theatre.parties if p.side == side), None)
    return (party.name, party.colour) if party else (f"side {side}", "#5b6570")


# ---- Movement ----


def _movements(days: Sequence[_Day], theatre: Theatre) -> Iterable[dict[str, Any]]:
    """Yield who gained which ground from the first date to the last.

    The page works out the movement between any two dates itself; this is what a picture draws.
    """
    dated = [d for d in days if d.date is not None and d.ground]
    if len(dated) > 1:
        before, after = dated[0], dated[-1]
        told = {side: side_told(side, theatre) for side in ("A", "B")}
        told |= {g.side: (g.party, g.colour) for g in after.ground}
        gains = [
            {"side": side, "party": told[side][0], "colour": told[side][1]} | gain
            for side in ("A", "B")
            if (gain := _gain(side, before, after)) is not None
        ]
        yield {"from": str(before.date), "to": str(after.date), "gains": gains}


def gained_ground(side: str, now: Mapping[str, Any], then: Mapping[str, Any]) -> Any:
    """Return the ground that a side gained, or None where the sources do not tell.

    Parameters
    ----------
    side : str
        "A" or "B".
    now, then : Mapping
        What each side told of holds and held (shapely, EPSG:4326).
    """
    other = "B" if side == "A" else "A"
    if side in now and other in then:
        return shapely.intersection(now[side], then[other])
    if side in now and side in then:
        return shapely.difference(now[side], then[side])
    if other in now and other in then:
        return shapely.difference(then[other], now[other])
    return None


def _gain(side: str, before: _Day, after: _Day) -> dict[str, Any] | None:
    """Return the ground that a side gained: what it holds and the other side held.

    Where the source tells of one side only, what that side no longer holds is the other's gain.
    `sure_km2` is what of it lies outside the bands of both lines, where they have bands.
    """
    mine = {g.side: g for g in after.ground}
    old = {g.side: g.geometry for g in before.ground}
    gained = gained_ground(side, {s: g.geometry for s, g in mine.items()}, old)
    if gained is None:
        return None
    parts = [(p, geodesy.area_km2(p)) for p in geodesy.polygons_of(gained)]
    kept = [(p, km2) for p, km2 in parts if km2 >= LEAST_KM2]
    told: dict[str, Any] = {"km2": round(sum(km2 for _, km2 in kept), 1)}
    if kept:
        whole = shapely.multipolygons([p for p, _ in kept])
        told["geometry"] = _plain(whole)
        if before.band is not None and after.band is not None:
            sure = shapely.difference(whole, shapely.union(before.band, after.band))
            told["sure_km2"] = round(geodesy.area_km2(sure), 1)
    return told


# ---- As the page reads it ----


def _packed(day: _Day) -> dict[str, Any]:
    told: dict[str, Any] = {
        "date": None if day.date is None else day.date.isoformat(),
        "pieces": list(day.pieces),
        "control": [
            {"side": g.side, "party": g.party, "colour": g.colour, "geometry": plain}
            for g in day.ground
            if (plain := _plain(g.geometry)) is not None
        ],
        "seeds": list(day.seeds),
    }
    if day.band is not None and (plain := _plain(day.band, _BAND_DEG)) is not None:
        told["band"] = plain
    return told


def _lines(geometry: Any) -> list[Any]:
    """Return the lines of a geometry as lists of positions, rounded."""
    parts = [p for p in shapely.get_parts(geometry) if p.geom_type == "LineString"]
    return [_rounded(shapely.simplify(p, _LINE_DEG).coords) for p in parts]


def _plain(geometry: Any, tolerance_deg: float = _GROUND_DEG) -> dict[str, Any] | None:
    """Return polygons as a GeoJSON MultiPolygon, simplified for drawing; None when empty."""
    simpler = geodesy.polygons_of(shapely.simplify(geometry, tolerance_deg))
    if not simpler:
        return None
    rings = [[_rounded(r.coords) for r in (p.exterior, *p.interiors)] for p in simpler]
    return {"type": "MultiPolygon", "coordinates": rings}


def _rounded(positions: Iterable[Sequence[float]]) -> list[list[float]]:
    return [[round(float(x), _DECIMALS), round(float(y), _DECIMALS)] for x, y in positions]


def _number(value: Any, digits: int) -> float | None:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return round(float(value), digits)
