"""The places that corrections name, found in the gazetteer before any article is read."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from geomap.errors import CorrectionError
from geomap.gazetteer.lookup import search
from geomap.gazetteer.names import fold
from geomap.gazetteer.schema import Level
from geomap.geodesy import rough_km
from geomap.models import Place

if TYPE_CHECKING:
    from collections.abc import Iterable

    from geomap.gazetteer.store import Gazetteer
    from geomap.toponyms.corrections import Correction, PlaceChoice

POINT_RADIUS_KM = 1.0  # how far off a point that a person gives may be, unless they say
CITY_KM = 25.0  # a city and the division that bears its name and surrounds it are one choice
CHOICES = 8  # places listed when a name could be several
OWN = -1  # the key of a place that is no row of the gazetteer


def places_of(corrections: Iterable[Correction], gazetteer: Gazetteer) -> list[Place | None]:
    """Return the place of each correction, None where it names none.

    Raises
    ------
    CorrectionError
        A place is not known or could be several, or two corrections contradict each other.
    """
    known: dict[PlaceChoice, Place] = {}
    places: list[Place | None] = []
    for entry in corrections:
        choice = entry.place
        if choice is not None and choice not in known:
            try:
                known[choice] = _find(gazetteer, choice)
            except CorrectionError as error:
                raise entry.entry.wrong(entry.name, str(error)) from error
        places.append(None if choice is None else known[choice])
    _check(corrections, places)
    return places


def _check(corrections: Iterable[Correction], places: list[Place | None]) -> None:
    """Raise when two corrections of one extent cannot both hold."""
    groups: defaultdict[object, list[tuple[Correction, Place | None]]] = defaultdict(list)
    for entry, place in zip(corrections, places, strict=True):
        group = groups[entry.extent]
        for other, its in group:
            if _contradict(entry, place, other, its):
                of = "extent: remove one, or narrow it to an article or to a mention's start"
                raise entry.entry.contradicts(entry.name, other.entry, of)
        group.append((entry, place))


def _contradict(one: Correction, place: Place | None, other: Correction, its: Place | None) -> bool:
    actions = {one.action, other.action}
    if actions == {"place"}:
        return place != its
    if actions == {"place", "not"}:
        return place == its
    return actions == {"place", "not_place"}


def _find(gazetteer: Gazetteer, choice: PlaceChoice) -> Place:
    """Return the place of a choice.

    Raises
    ------
    CorrectionError
        It is not known, or could be several.
    """
    import numpy as np

    if choice.geonameid is not None:
        rows = np.flatnonzero(gazetteer.columns["geonameid"] == choice.geonameid)
        if len(rows):
            return gazetteer.place(int(rows[0]))
        if choice.lat is None:
            raise CorrectionError(
                f"no place of geonameid {choice.geonameid} in the gazetteer: give its point, "
                '{lat = ..., lon = ..., name = "..."}'
            )
    if choice.lat is not None and choice.lon is not None:
        return _at(gazetteer, choice, choice.lat, choice.lon)
    return _named(gazetteer, (choice.name or "").strip())


def _at(gazetteer: Gazetteer, choice: PlaceChoice, lat: float, lon: float) -> Place:
    """Return the gazetteer's place of that name at a point, else one of the point itself."""
    name = " ".join((choice.name or "").split())
    if choice.radius_km is None:
        parts = name.split(",")
        # "Lyman, Donetsk Oblast, UA", but also "Washington, D.C., US"
        for n in range(1, len(parts) + 1):
            near = [
                (
                    rough_km(lat, lon, float(gazetteer.lat[r.row]), float(gazetteer.lon[r.row])),
                    r.row,
                )
                for r in gazetteer.rows(fold(",".join(parts[:n])))
            ]
            if near and min(near)[0] <= POINT_RADIUS_KM:
                return gazetteer.place(min(near)[1])
    country = admin1_code = admin1_name = None
    for i in gazetteer.areas.containing(lon, lat):
        area = gazetteer.areas.row(i)
        country = area.country
        if area.level == "admin1":
            admin1_code, admin1_name = area.code, area.name
    return Place(
        key=OWN,
        name=name.partition(",")[0].strip() or f"{lat:g}, {lon:g}",
        lat=round(lat, 5),
        lon=round(lon, 5),
        feature_class="P",
        precision="exact",
        radius_km=choice.radius_km or POINT_RADIUS_KM,
        country=country,
        admin1_code=admin1_code,
        admin1_name=admin1_name,
        source="correction",
    )


def _named(gazetteer: Gazetteer, name: str) -> Place:
    """Return the only place of a name.

    Those that bear it as their main name count before those that merely also bear it.
    """
    found = search(gazetteer, name, fuzzy=False, limit=1000)
    for how in ("exact", "spelling"):
        places = [f.place for f in found if f.how == how]
        asked = {fold(name), fold(name.partition(",")[0])}
        own = [p for p in places if fold(p.name) in asked]
        places = _single(own or places)
        if len(places) == 1:
            return places[0]
        if places:
            listed = "; ".join(_choice(gazetteer, p) for p in places[:CHOICES])
            more = f"; and {len(places) - CHOICES} more" if len(places) > CHOICES else ""
            raise CorrectionError(f"{name!r} could be {len(places)} places: write {listed}{more}")
    near = [f.place for f in search(gazetteer, name, limit=3)]
    advice = f"did you mean {near[0].name!r}?" if near else "try 'geomap gazetteer lookup NAME'"
    raise CorrectionError(f"no place {name!r} in the gazetteer: {advice}")


def _single(places: list[Place]) -> list[Place]:
    """Return places without the divisions that are a city of the same name ("Kyiv")."""
    towns = [p for p in places if p.feature_class == "P"]
    return [
        p
        for p in places
        if p.feature_class == "P"
        or p.precision == "country"
        or not any(
            fold(t.name) == fold(p.name) and rough_km(t.lat, t.lon, p.lat, p.lon) <= CITY_KM
            for t in towns
        )
    ]


def _choice(gazetteer: Gazetteer, place: Place) -> str:
    """Return a place as it can be written in an entry, and where it lies."""
    whole = gazetteer.parent(place.key)
    units: list[str | None] = []
    while whole is not None and len(units) < 3:
        if int(gazetteer.level[whole]) == Level.ADMIN2:
            units.append(gazetteer.name(whole))
        whole = gazetteer.parent(whole)
    units += [place.admin1_name, place.country]
    lies = ", ".join(u for u in units if u and u != place.name)
    if place.geonameid is not None:
        key = f"{{geonameid = {place.geonameid}}}"
    else:
        key = f'{{lat = {place.lat:.5f}, lon = {place.lon:.5f}, name = "{place.name}"}}'
    return f"{key} for {place.name} ({lies or 'no division'})"
