"""The line of contact on a day as a briefing needs it: read from a file, or drawn by geomap."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from geomap import geodesy
from geomap.output.front_layers import gained_ground
from geomap.output.fronts import STATUS
from geomap.output.line_files import day_of

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from shapely import Geometry

    from geomap.models import ContactLine, Front
    from geomap.output.line_files import Row, Rows

LEAST_KM2 = 0.05  # smaller changes are slips of drawing


@dataclass(frozen=True, slots=True)
class Stretch:
    """A piece of a line (EPSG:4326); `status` and `band_km` are None where its source has none."""

    geometry: Any
    status: str | None = None
    band_km: float | None = None


@dataclass(frozen=True, slots=True)
class LineState:
    """The line of a day.

    `line` is what places are measured from, `control` a side and its ground, `band` the zone in
    which the line runs with 80 % probability, `text` what it is called under the sources, `drawn`
    whether geomap drew it for this briefing.
    """

    date: dt.date | None
    line: ContactLine | Front
    stretches: tuple[Stretch, ...]
    control: tuple[tuple[str, Any], ...]
    band: Any
    text: str
    drawn: bool = False

    def within(self, region: Geometry) -> LineState:
        """Return what lies in a region (`line` stays whole: distances do not end at borders)."""
        import shapely

        kept = [
            Stretch(part, s.status, s.band_km)
            for s in self.stretches
            for part in shapely.get_parts(shapely.intersection(s.geometry, region))
            if part.geom_type == "LineString" and not part.is_empty
        ]
        control = tuple((side, _clipped(ground, region)) for side, ground in self.control)
        band = None if self.band is None else _clipped(self.band, region)
        return LineState(self.date, self.line, tuple(kept), control, band, self.text, self.drawn)

    @property
    def geometry(self) -> Any:
        """All stretches as one geometry."""
        import shapely

        return shapely.union_all([s.geometry for s in self.stretches])


def _clipped(ground: Geometry, region: Geometry) -> Any:
    import shapely

    found = shapely.intersection(shapely.make_valid(ground), region)
    return geodesy.whole_of(geodesy.polygons_of(found))


def of_front(front: Front, text: str) -> LineState:
    """Return the state of a line that geomap drew for this briefing."""
    stretches = [Stretch(p.geometry, STATUS[p.support], p.band_km) for p in front.pieces]
    return LineState(
        front.date, front, tuple(stretches), front.control, front.uncertainty, text, drawn=True
    )


def of_file(line: ContactLine, rows: Rows, file: Path) -> LineState:
    """Return the state of a line that was read, with what the file tells of its doubt."""
    import shapely

    own = [r for r in rows.rows if r.geometry is not None and _is_of(r, line.date)]
    told = [
        Stretch(r.geometry, str(r.properties["status"]), _number(r.properties.get("band_km")))
        for r in own
        if r.properties.get("kind") == "contact_line"
        and r.properties.get("status") in STATUS.values()
    ]
    bands = [
        shapely.make_valid(r.geometry) for r in own if r.properties.get("kind") == "uncertainty"
    ]
    stretches = told or [Stretch(part) for part in shapely.get_parts(line.geometry)]
    day = f" of {line.date:%d %B %Y}".replace(" of 0", " of ") if line.date else ""
    return LineState(
        line.date, line, tuple(stretches), line.control,
        shapely.union_all(bands) if bands else None,
        f"Line of contact{day}, {file.name}",
    )  # fmt: skip


def _is_of(row: Row, date: dt.date | None) -> bool:
    return day_of(row.properties.get("date")) in (None, date)


def _number(value: object) -> float | None:
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else None


@dataclass(frozen=True, slots=True)
class Gain:
    """Ground that a side gained: km2, and of it what lies beyond the doubt of both lines."""

    side: str
    area_km2: float
    sure_km2: float | None


def gains(before: LineState, now: LineState) -> list[Gain]:
    """Return what each side gained between two states of one region, larger gains first."""
    import shapely

    then: Mapping[str, Any] = dict(before.control)
    held: Mapping[str, Any] = dict(now.control)
    found = []
    for side in ("A", "B"):
        ground = gained_ground(side, held, then)
        parts = [] if ground is None else geodesy.polygons_of(ground)
        kept = [p for p in parts if geodesy.area_km2(p) >= LEAST_KM2]
        if not kept:
            continue
        whole = shapely.multipolygons(kept)
        sure = None
        if before.band is not None and now.band is not None:
            doubt = shapely.union(before.band, now.band)
            sure = geodesy.area_km2(shapely.difference(shapely.make_valid(whole), doubt))
        found.append(Gain(side, geodesy.area_km2(whole), sure))
    return sorted(found, key=lambda g: (-g.area_km2, g.side))


def length_km(stretches: Sequence[Stretch]) -> float:
    """Return the geodesic length of some stretches."""
    return sum(geodesy.length_km(s.geometry) for s in stretches)


def typical_error_km(stretches: Sequence[Stretch]) -> float | None:
    """Return the half-width of the band that half of the line has, by length; None if not told."""
    known = sorted((s.band_km / 2, geodesy.length_km(s.geometry)) for s in stretches
                   if s.band_km is not None)  # fmt: skip
    half = sum(km for _, km in known) / 2
    for error, km in known:
        half -= km
        if half <= 0:
            return error
    return None
