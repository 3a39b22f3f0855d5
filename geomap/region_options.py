"""The ground that the options ask for: a name, a file, a box, what lies round a place or the front.

What is wanted of the reports beside: parties, kinds, sources.
"""

from __future__ import annotations

import difflib
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from geomap.errors import SettingsError
from geomap.front.vocabulary import vocabulary
from geomap.gazetteer.scope import AROUND_TOWN_KM, Scope, beside, both, box, scope
from geomap.output.filters import LAYERS, Filter
from geomap.output.region_files import SUFFIXES, read_region

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from geomap.front.theatre import Theatre
    from geomap.gazetteer.store import Gazetteer
    from geomap.models import Article, ContactLine
    from geomap.settings import Settings

FRONT = frozenset({
    "the front", "front", "front line", "the front line", "frontline", "the frontline",
    "line of contact", "the line of contact", "contact line",
})  # fmt: skip
KINDS = ("literal", "associative", "demonym")  # of mentions


def is_front(region: str | None) -> bool:
    """Say whether a region is the front itself."""
    return region is not None and " ".join(region.split()).casefold() in FRONT


def is_file(region: str) -> bool:
    """Say whether a region is a file of polygons."""
    return Path(region).suffix.lower() in SUFFIXES


def asked_scope(
    settings: Settings, gazetteer: Gazetteer, line: ContactLine | None = None
) -> Scope | None:
    """Return the region that settings ask for, None where they ask for none.

    Parameters
    ----------
    settings : Settings
    gazetteer : Gazetteer
    line : ContactLine, optional
        What "the front" lies along.

    Raises
    ------
    SettingsError
        It is not known, its file cannot be used, or nothing is left of it.
    """
    found: Scope | None = None
    region = settings.region
    if region is not None:
        if not region.strip():
            raise SettingsError('--region is empty: give a name, e.g. "Donetsk Oblast"')
        if is_front(region):
            if line is None:
                raise SettingsError(f"--region {region!r} needs a line of contact: give --front")
            km = settings.radius_km or AROUND_TOWN_KM
            found = beside(line.geometry, km, line.date)
        elif is_file(region):
            found = read_region(Path(region), settings.radius_km)
        else:
            found = scope(gazetteer, region, settings.radius_km)
    if settings.bbox is None:
        return found
    frame = box(*settings.bbox)
    return frame if found is None else both(found, frame)


def asked_filter(settings: Settings, theatre: Theatre, region: Scope | None) -> Filter:
    """Return the filter that settings ask for.

    Raises
    ------
    SettingsError
        A party is not one of the theatre, or a kind is none; the message names those that are.
    """
    only = {_kind(told) for told in settings.only}
    kinds = settings.kinds
    if "demonym" in only and "demonym" not in kinds:
        kinds = (*kinds, "demonym")
    return Filter(
        kinds=kinds,
        min_confidence=settings.min_confidence,
        inside=region.holds if region else None,
        parties=frozenset(_party(told, theatre) for told in settings.parties),
        only=frozenset(only),
    )


def _party(told: str, theatre: Theatre) -> str:
    wanted = told.strip().casefold()
    for party in theatre.parties:
        if wanted in (party.name.casefold(), *party.names, *party.adjectives):
            return party.name
    names = ", ".join(p.name for p in theatre.parties)
    raise SettingsError(f"--party {told!r} is none of the theatre's: {names}")


def _kind(told: str) -> str:
    known = (*LAYERS, *KINDS, *sorted(vocabulary().actions))
    wanted = " ".join(told.replace("_", " ").split()).casefold()
    for one in (wanted, wanted.removesuffix("s")):
        if one in known:
            return one
    near = difflib.get_close_matches(wanted, known, n=1)
    advice = f"did you mean {near[0]!r}?" if near else f"known are {', '.join(known)}"
    raise SettingsError(f"--kind {told!r} is none: {advice}")


def of_sources(articles: Sequence[Article], wanted: Iterable[str]) -> list[Article]:
    """Return the articles of some sources, named by part of the name or by the address's host.

    Raises
    ------
    SettingsError
        None is; the message names the sources there are.
    """
    names = [w.strip().casefold() for w in wanted if w.strip()]
    if not names:
        return list(articles)
    kept = [a for a in articles if any(_is_of(a, name) for name in names)]
    if not kept:
        there = sorted({a.source for a in articles if a.source})
        told = f"there are {', '.join(there[:8])}" if there else "no report names its source"
        more = f" and {len(there) - 8} more" if len(there) > 8 else ""
        raise SettingsError(
            f"no report is of the source {' or '.join(map(repr, wanted))}: {told}{more}"
        )
    return kept


def _is_of(article: Article, name: str) -> bool:
    if name in (article.source or "").casefold():
        return True
    try:
        host = (urlsplit(article.url or "").hostname or "").casefold()
    except ValueError:  # an address may be anything
        return False
    return bool(host) and (host == name or host.endswith(f".{name}"))
