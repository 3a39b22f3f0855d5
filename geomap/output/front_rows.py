"""The lines of contact that a user gives, as features of an export: stretches, bands, ground."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from geomap import geodesy
from geomap.output.front_layers import GIVEN, days_within, side_told, told_by_geomap
from geomap.output.fronts import party_of
from geomap.output.layers import Feature
from geomap.output.line_files import day_of
from geomap.output.schema import schema

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Sequence

    from shapely import Geometry

    from geomap.front.theatre import Theatre
    from geomap.models import ContactLine
    from geomap.output.line_files import Row, Rows


def front_rows(
    found: Rows,
    lines: Sequence[ContactLine],
    theatre: Theatre,
    *,
    since: dt.date | None = None,
    until: dt.date | None = None,
) -> list[Feature]:
    """Return the features of a file of lines, by date, for the layers of the front.

    Parameters
    ----------
    found : Rows
        The features of the file (`Lines.read`). Of what `geomap front` wrote all is kept; of other
        files the lines and the ground that `read_lines` found.
    lines : sequence of ContactLine
        What it found.
    theatre : Theatre
        Who the sides are.
    since, until : datetime.date, optional
        The period: later lines are left out, and of earlier ones all but the last.

    Returns
    -------
    list of Feature
        EPSG:4326; their `kind` is contact_line, uncertainty or control, and they have the fields of
        `schema.toml`.
    """
    source = lines[-1].source if lines else ""
    own: dict[dt.date, list[Row]] = {}
    for row in found.rows:
        if row.geometry is not None and told_by_geomap(row):
            day = day_of(row.properties.get("date"))
            if day is not None:
                own.setdefault(day, []).append(row)
    if own:
        days = days_within(list(own), since, until)
        return [f for day in days for row in own[day] if (f := _own(row, day, source, theatre))]
    wanted = days_within([line.date for line in lines if line.date], since, until)
    kept = [line for line in lines if line.date is None or line.date in wanted]
    return [row for line in kept for row in _given(line, theatre)]


def of_line(rows: Sequence[Feature], line: ContactLine | None) -> list[Feature]:
    """Return those of some features of lines that are of the day of one line."""
    if line is None:
        return []
    day = line.date.isoformat() if line.date else None
    return [row for row in rows if row.properties["date"] == day]


def _own(row: Row, day: dt.date, source: str, theatre: Theatre) -> Feature | None:
    """Return a feature that `geomap front` wrote; None for a seed town, which is a point."""
    told, kind = row.properties, str(row.properties["kind"])
    fields = next((x.fields for x in schema().layers if x.holds == kind), None)
    if fields is None:
        return None
    new: dict[str, Any] = {f.name: told.get(f.name) for f in fields}
    new["kind"] = kind
    new["date"], new["source"] = day.isoformat(), source
    new["id"] = str(told.get("id") or f"front/{day}/{kind}/{row.number}")
    if kind == "contact_line":
        new["evidence"] = _ids(told.get("evidence"))
        if new["length_km"] is None:
            new["length_km"] = round(geodesy.length_km(row.geometry), 2)
    elif new["area_km2"] is None:
        new["area_km2"] = round(geodesy.area_km2(row.geometry), 1)
    if kind == "control":
        name, colour = side_told(str(new["side"]), theatre)
        new["party"] = new["party"] or name
        new["colour"] = new["colour"] or colour
    return Feature(new, row.geometry)


def _ids(told: Any) -> list[str] | None:
    """Return a list of ids, which a GeoPackage holds as JSON."""
    if isinstance(told, str):
        try:
            told = json.loads(told)
        except ValueError:
            return None
    return [str(one) for one in told] if isinstance(told, list | tuple) else None


def _given(line: ContactLine, theatre: Theatre) -> list[Feature]:
    """Return a line that somebody else drew, and the ground that its source tells of."""
    day = line.date.isoformat() if line.date else None
    stem = f"front/{day or 'undated'}"
    base = {"date": day, "source": line.source}
    rows = [_line(f"{stem}/line/1", base, line.geometry)]
    for side, ground in line.control:
        own = {
            "id": f"{stem}/control/{side}",
            "kind": "control",
            "side": side,
            "party": party_of(side, theatre) or None,
            "colour": side_told(side, theatre)[1],
            "area_km2": round(geodesy.area_km2(ground), 1),
        }
        rows.append(Feature(own | base, ground))
    return rows


def _line(identity: str, base: dict[str, Any], geometry: Geometry) -> Feature:
    own = dict.fromkeys(("support", "confidence", "band_km", "evidence"))
    told = {"id": identity, "kind": "contact_line", "status": GIVEN}
    return Feature(
        told | own | base | {"length_km": round(geodesy.length_km(geometry), 2)}, geometry
    )
