"""Frozen records of the line of contact: as it was given, and as it was drawn.

`geomap.models` holds the other records and gives these too. Geometry is EPSG:4326 in (lon, lat).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    import datetime as dt

    from shapely import Geometry

FrontSupport = Literal["reports", "prior", "none"]


@dataclass(frozen=True, slots=True)
class ContactLine:
    """A line of contact given by the user or drawn by geomap. EPSG:4326 lines.

    `control` is who holds what, where the source says it: a side of the theatre ("A", "B") and its
    polygons. A source that knows one side only ("occupied") gives that one. `bands_km` is the width
    of the 10-90 % zone of each line of `geometry`, where the source tells it.
    """

    geometry: Geometry
    date: dt.date | None = None
    source: str = ""
    control: tuple[tuple[str, Geometry], ...] = ()
    bands_km: tuple[float | None, ...] = ()


@dataclass(frozen=True, slots=True)
class FrontEvidence:
    """What one claim, town or line says about the line of contact.

    `signed_km` is how far inside side A's ground the point lies (negative: side B's), as the
    wording lets expect, within `sd_km`; None when only the side is known, which is then in `side`.
    `weight` is 0..1. `id` is the id of the claim's feature in exports, or that of a seed town.
    """

    id: str
    lat: float
    lon: float
    wording: str
    side: str | None = None
    signed_km: float | None = None
    sd_km: float = 0.0
    weight: float = 1.0
    date: dt.date | None = None
    article_id: str = ""
    place: str | None = None
    doubted: bool = False  # what other evidence contradicts


@dataclass(frozen=True, slots=True)
class FrontPiece:
    """A stretch of a drawn line of contact (EPSG:4326 LineString; side A lies on its left).

    `support` says what it rests on: "reports" (sentences near it), "prior" (an earlier line, and
    nothing said since), "none" (it only joins what is known). `band_km` is the width of the 10-90 %
    zone there; `evidence` are ids of `FrontEvidence`, nearest first.
    """

    geometry: Geometry
    confidence: float
    support: FrontSupport
    band_km: float
    evidence: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Front:
    """The line of contact on a date, drawn by geomap: its pieces, its doubt, who holds what.

    `uncertainty` is the zone in which the line runs with 80 % probability; `control` a side ("A",
    "B") and its polygons (EPSG:4326), drawn only as far as anything is known. `seeds` are the seed
    towns of the theatre that were used, `priors` the dates of the earlier lines. `cells` is the
    field itself where it was asked for: lat, lon, the probability that side A holds it, the width
    in km of the 10-90 % zone.
    """

    date: dt.date
    pieces: tuple[FrontPiece, ...]
    uncertainty: Geometry | None = None
    control: tuple[tuple[str, Geometry], ...] = ()
    evidence: tuple[FrontEvidence, ...] = ()
    seeds: tuple[FrontEvidence, ...] = ()
    priors: tuple[dt.date, ...] = ()
    problems: tuple[str, ...] = ()
    cells: tuple[tuple[float, float, float, float], ...] = ()
