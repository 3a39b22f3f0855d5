"""Where the line of contact stands in a region, and where it moved."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from geomap import geodesy
from geomap.front.offsets import offsets
from geomap.output.briefing.line_states import gains, length_km, typical_error_km
from geomap.output.briefing.statements import say
from geomap.output.fronts import party_of

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Sequence

    from shapely import Geometry

    from geomap.front.offsets import Offset
    from geomap.front.theatre import Theatre
    from geomap.output.briefing.line_states import LineState
    from geomap.output.briefing.places import NamedPlace
    from geomap.output.briefing.statements import Statement
    from geomap.output.briefing.words import Days

STILL_KM2 = 1.0  # less ground than this is not told as a movement
LEAST_SHARE = 0.25  # a line of which less rests on reports, or on an earlier line, is a guess
SWAY = 3.0  # of drawn lines, a gain less than so many times the other side's is not told on top
MOVED_SHARE = 0.5  # both lines need so much, before what lies between them is told as a movement
FAR_KM = 100.0  # a line further off than this is not told of


@dataclass(frozen=True, slots=True)
class LineTelling:
    """The line section: what is said, the places that changed sides, what of it stands on top.

    `measured` is whether it is known well enough here to tell how far places lie from it.
    """

    statements: tuple[Statement, ...]
    changes: tuple[Statement, ...]
    top: tuple[Statement, ...]
    unsupported: Statement | None = None
    measured: bool = True


def line_section(
    now: LineState,
    before: LineState | None,
    region: Geometry,
    places: Sequence[NamedPlace],
    theatre: Theatre,
    days: Days,
    until: dt.date | None = None,
) -> LineTelling | None:
    """Return what is told of a line in a region; None where it lies far from it.

    Parameters
    ----------
    now, before : LineState
        The line as the period ends, and as it began.
    region : Geometry
        EPSG:4326.
    places : sequence of NamedPlace
        Settlements that the reports name here: of them it is told which changed sides.
    theatre : Theatre
    days : Days
    until : datetime.date, optional
        When the period ends: a line older than that says so.
    """
    here = now.within(region)
    if not here.stretches:
        return _outside(now, region, days)
    known = _known_share(here)
    if known < LEAST_SHARE:
        guess = say("line.too_little", {"share": round(100 * known)}, lines=[now.date])
        return LineTelling((guess,), (), (), measured=False)
    facts = {
        "day": days.day(now.date) if now.date else None,
        "length": length_km(here.stretches),
        "drawn": now.drawn,
    }
    told = [say("line.runs", facts, lines=[now.date])]
    if until is not None and now.date is not None and now.date < until:
        told.append(say("line.old", {"number": (until - now.date).days}, lines=[now.date]))
    shares = {
        status: round(100 * length_km([s for s in here.stretches if s.status == status])
                      / length_km(here.stretches))
        for status in ("supported", "prior", "unsupported")
    }  # fmt: skip
    if any(s.status for s in here.stretches):
        parts = {"share": shares["supported"], "prior": shares["prior"]}
        told.append(
            say("line.support", parts | {"unsupported": shares["unsupported"]}, lines=[now.date])
        )
    error = typical_error_km(here.stretches)
    if error is not None:
        told.append(say("line.doubt", {"error": error}, lines=[now.date]))
    changes: tuple[Statement, ...] = ()
    top = told[:1]
    if before is None or before.date is None:
        told.append(say("line.no_earlier", {}, lines=[now.date]))
    elif min(known, _known_share(before.within(region))) < MOVED_SHARE:
        told.append(
            say(
                "line.before_too_little",
                {"day": days.day(before.date)},
                lines=[before.date, now.date],
            )
        )
    else:
        moved, beyond = _moved(before, here, region, theatre, days)
        told += moved
        top = moved[:2]
        if before.drawn and _to_and_fro(before.within(region), here):
            top = told[:1]
        elif not beyond:  # a movement that may be none is not what a reader must know
            lines = [before.date, now.date]
            top = [say("line.within_doubt", {"day": days.day(before.date)}, lines=lines)]
        changes = _changed(before, now, places, theatre, days)
    unsupported = [s for s in here.stretches if s.status == "unsupported"]
    doubt = None
    if length_km(unsupported) >= 1.0:
        doubt = say("unknown.unsupported", {"length": length_km(unsupported)}, lines=[now.date])
    return LineTelling(tuple(told), changes, tuple(top), doubt)


def _known_share(here: LineState) -> float:
    """Return how much of a line rests on reports or an earlier line; all where that is not told."""
    length = length_km(here.stretches)
    doubtful = length_km([s for s in here.stretches if s.status == "unsupported"])
    return 1.0 if length == 0 else 1.0 - doubtful / length


def _to_and_fro(before: LineState, here: LineState) -> bool:
    """Say whether both sides gained much by two lines: drawn apart, such lines may only sway."""
    areas = sorted(gain.area_km2 for gain in gains(before, here))
    return len(areas) > 1 and areas[0] > areas[1] / SWAY


def _outside(now: LineState, region: Geometry, days: Days) -> LineTelling | None:
    import shapely

    if now.date is None or not now.stretches:
        return None
    (lon, lat), (lon2, lat2) = shapely.get_coordinates(shapely.shortest_line(region, now.geometry))
    away_km = geodesy.distance_km(lat, lon, lat2, lon2)
    if away_km > FAR_KM:
        return None
    facts = {"day": days.day(now.date), "away": away_km}
    outside = say("line.outside", facts, lines=[now.date])
    return LineTelling((outside,), (), (outside,))


def _moved(
    before: LineState, here: LineState, region: Geometry, theatre: Theatre, days: Days
) -> tuple[list[Statement], bool]:
    """Return what is told of a movement, and whether some of it lies beyond the doubt."""
    assert before.date is not None
    told = []
    beyond = False
    since = days.day(before.date)
    both = [before.date, here.date]
    for gain in gains(before.within(region), here):
        if gain.area_km2 < STILL_KM2:
            continue
        beyond = beyond or gain.sure_km2 is None or gain.sure_km2 >= STILL_KM2
        party = party_of(gain.side, theatre).split(", ", 1)[0]
        facts = {"day": since, "party": party, "area": gain.area_km2, "sure": gain.sure_km2}
        facts["drawn"] = before.drawn
        told.append(say("line.gained", facts, lines=both))
    if not told:
        return [say("line.still", {"day": since}, lines=both)], True
    if before.drawn:
        told.append(say("line.drawn_apart", {}, lines=both))
    return told, beyond


def _changed(
    before: LineState,
    now: LineState,
    places: Sequence[NamedPlace],
    theatre: Theatre,
    days: Days,
) -> tuple[Statement, ...]:
    """Return a statement for each place that lies on another side than before, without doubt."""
    if not places or before.date is None or now.date is None:
        return ()
    lats, lons = [p.lat for p in places], [p.lon for p in places]
    then, today = offsets(before.line, lats, lons), offsets(now.line, lats, lons)
    told = []
    for place, old, new in zip(places, then, today, strict=True):
        if old.side is None or new.side is None or old.side == new.side:
            continue
        if _within_doubt(old) or _within_doubt(new):
            continue
        facts = {
            "place": place.label,
            "before": _leader(old, theatre),
            "after": _leader(new, theatre),
            "then": days.day(before.date),
            "now": days.day(now.date),
            "away": new.distance_km,
            "error": new.error_km,
        }
        lines = [before.date, now.date]
        told.append(say("line.changed", facts, lines=lines, cites=place.mentions[:1]))
    return tuple(told)


def _within_doubt(offset: Offset) -> bool:
    """Say whether a place may lie on either side for what is known of the line."""
    if offset.error_km is None or offset.distance_km is None:
        return offset.support == "none"
    return offset.support == "none" or offset.distance_km <= offset.error_km


def _leader(offset: Offset, theatre: Theatre) -> str:
    return party_of(offset.side, theatre).split(", ", 1)[0]
