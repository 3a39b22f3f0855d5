"""The places that a region's reports name: how often, how far from the line and the next town."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from geomap import geodesy
from geomap.front.offsets import offsets
from geomap.gazetteer.labels import are_towns
from geomap.gazetteer.spatial import SpatialIndex
from geomap.output.briefing.statements import say
from geomap.output.briefing.words import WINDS, km
from geomap.output.fronts import party_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from geomap.front.theatre import Theatre
    from geomap.gazetteer.store import Gazetteer
    from geomap.output.briefing.line_states import LineState
    from geomap.output.briefing.namesakes import Homes
    from geomap.output.briefing.statements import Properties, Statement

MOST_PLACES = 12
MOST_MORE = 30
TOWN_PEOPLE = 10_000  # a place of so many people is a town that readers know
CITY_PEOPLE = 200_000  # where such a city lies need not be told by its suburbs
_NEXT = 16  # settlements looked at: some are districts of a city
OWN_KM = 3.0  # a town this near is the place itself
FAR_KM = 100.0
_WIDE = ("hromada", "raion", "admin1", "country")


@dataclass(frozen=True, slots=True)
class NamedPlace:
    """A settlement that reports name, with its mentions and the claims about it."""

    name: str
    native: str | None
    admin1: str | None
    lat: float
    lon: float
    precision: str
    mentions: tuple[Properties, ...]
    claims: tuple[Properties, ...] = ()
    label: str = ""

    @property
    def activity(self) -> int:
        """How much is said of it: a claim counts like two mentions."""
        return 2 * len(self.claims) + len(self.mentions)


def named_places(rows: Iterable[Properties], homes: Homes) -> list[NamedPlace]:
    """Return the places that features name, the most said of first; no countries or oblasts.

    Parameters
    ----------
    rows : iterable of dict
        Properties of features: literal mentions make places, claims go to theirs.
    homes : Homes
    """
    mentions: dict[tuple[Any, ...], list[Properties]] = {}
    claims: list[Properties] = []
    for p in rows:
        if p["layer"] == "claim" and p["name"] and p["modality"] != "planned":
            claims.append(p)
        wide = p["precision"] in (None, "country", "admin1", "hint")
        if p["layer"] != "mention" or p["kind"] != "literal" or p["lat"] is None or wide:
            continue
        mentions.setdefault(_key(p), []).append(p)
    about: dict[tuple[Any, ...], list[Properties]] = {}
    for p in claims:
        if (home := homes.of(p)) is not None:
            about.setdefault(_key(home), []).append(p)
    found = [
        NamedPlace(
            key[0], same[0]["native_name"], key[1], key[2], key[3], same[0]["precision"],
            tuple(same), tuple(about.get(key, ())), homes.label(key[0], key[1]),
        )
        for key, same in mentions.items()
    ]  # fmt: skip
    return sorted(found, key=lambda p: (-p.activity, -len(p.mentions), p.name, p.lat, p.lon))


def _key(p: Properties) -> tuple[Any, ...]:
    return (p["name"], p["admin1"], p["lat"], p["lon"])


def is_settlement(place: NamedPlace) -> bool:
    """Say whether a place is a spot, not a district or an oblast."""
    return place.precision not in _WIDE


def places_section(
    places: Sequence[NamedPlace], line: LineState | None, theatre: Theatre, gazetteer: Gazetteer
) -> tuple[list[dict[str, Any]], Statement | None]:
    """Return a row for each of the places most said of, and a statement that names the rest.

    A row has `name`, `native`, `claims`, `mentions`, `line`, `town` (texts or None) and the
    `statement` that cites its sentences.
    """
    shown = list(places[:MOST_PLACES])
    spots = [p for p in shown if is_settlement(p)]
    to_line = _to_line(spots, line, theatre)
    to_town = _to_town(spots, gazetteer)
    to_line |= {id(p): _vague(p) for p in shown if p.precision == "hromada"}
    rows = []
    for place in shown:
        reports = len({p["article_id"] for p in place.mentions})
        facts = {"place": place.label, "mentions": len(place.mentions), "reports": reports}
        rows.append({
            "name": place.name,
            "label": place.label,
            "native": place.native,
            "admin1": place.admin1,
            "lat": place.lat,
            "lon": place.lon,
            "claims": len(place.claims),
            "mentions": len(place.mentions),
            "line": to_line.get(id(place)),
            "town": to_town.get(id(place)),
            "statement": say("places.row", facts, cites=sentences(place)),
        })  # fmt: skip
    rest = places[MOST_PLACES:]
    if not rest:
        return rows, None
    named = [p.label for p in rest[:MOST_MORE]]
    facts = {"number": len(rest), "named": named, "unnamed": max(0, len(rest) - MOST_MORE)}
    more = say("places.more", facts, articles={p["article_id"] for r in rest for p in r.mentions})
    return rows, more


def _vague(place: NamedPlace) -> str:
    radius = place.mentions[0]["radius_km"]
    return "known to its district only" if radius is None else f"known to within {km(radius)} only"


def sentences(place: NamedPlace) -> list[Properties]:
    """Return the claims about a place; of one without, the first mention in each article."""
    if place.claims:
        return list(place.claims)
    first: dict[str, Properties] = {}
    for p in place.mentions:
        first.setdefault(p["article_id"], p)
    return list(first.values())


def _to_line(
    places: Sequence[NamedPlace], line: LineState | None, theatre: Theatre
) -> dict[int, str]:
    """Return where places lie from the line: "4 km west of the line, on the side of Ukraine"."""
    if line is None or not places:
        return {}
    told = {}
    found = offsets(line.line, [p.lat for p in places], [p.lon for p in places])
    for place, offset in zip(places, found, strict=True):
        far, foot = offset.distance_km, offset.nearest
        if far is None or foot is None or far > FAR_KM or offset.support == "none":
            continue  # a stretch that only joins what is known tells nothing of its surroundings
        side = party_of(offset.side, theatre).split(", ", 1)[0]
        on_side = f", on the side of {side}" if side else ""
        within = offset.error_km is not None and far <= offset.error_km
        if far < 0.5:
            told[id(place)] = f"on the line{on_side}"
            continue
        azimuth = geodesy.azimuth_deg(*foot, place.lat, place.lon)
        wind = WINDS[geodesy.wind_of(azimuth)]
        doubt = ", within its doubt" if within else ""
        told[id(place)] = f"{km(far)} {wind} of the line{on_side}{doubt}"
    return told


def _to_town(places: Sequence[NamedPlace], gazetteer: Gazetteer) -> dict[int, str]:
    """Return where places lie from the next town: "9 km northwest of Dobropillia"."""
    if not places:
        return {}
    index = SpatialIndex(gazetteer)
    rows, away = index.nearest(
        [p.lat for p in places], [p.lon for p in places], k=_NEXT, min_population=TOWN_PEOPLE
    )
    # Rows of -1 stand for none; a row is looked up there, and not used.
    towns = are_towns(gazetteer, rows)
    told = {}
    for n, place in enumerate(places):
        for row, far, is_town in zip(rows[n], away[n], towns[n], strict=True):
            if row < 0 or far > FAR_KM:
                break
            if not is_town:
                continue
            name = gazetteer.name(int(row))
            if far < OWN_KM or name == place.name:
                if gazetteer.population[row] >= CITY_PEOPLE:
                    break
                continue
            lat, lon = float(gazetteer.lat[row]), float(gazetteer.lon[row])
            wind = WINDS[geodesy.wind_of(geodesy.azimuth_deg(lat, lon, place.lat, place.lon))]
            told[id(place)] = f"{km(float(far))} {wind} of {name}"
            break
    return told
