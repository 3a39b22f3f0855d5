"""The places that articles name, as points that GIS programs show when they open a workspace.

A layer of the GeoPackage, `mentions`: a view of the table `places` with what its article is. It is
for looking at; `geomap export` tells all that was found, with styles.
"""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING, NamedTuple

from geomap.workspace.texts import whole

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterable

    from geomap.models import Report

# Of a whole division or country a point says nothing.
_AREAS = {"raion", "admin1", "country"}
# GeoPackageBinary (OGC 12-128r18, 2.1.3): little-endian, no envelope, EPSG:4326; then WKB's head.
_HEAD = struct.pack("<2sBBi", b"GP", 0, 1, 4326) + struct.pack("<BI", 1, 1)
TABLES = """
CREATE TABLE places (
  id INTEGER PRIMARY KEY,
  article INTEGER NOT NULL REFERENCES articles(id) ON DELETE CASCADE,
  geom BLOB NOT NULL,
  name TEXT NOT NULL,
  precision TEXT,
  status TEXT NOT NULL,
  confidence REAL NOT NULL,
  mentions INTEGER NOT NULL);
CREATE INDEX places_by_article ON places (article);
CREATE VIEW mentions AS SELECT places.id AS OGC_FID, places.geom AS geom, places.name AS name,
  places.precision AS precision, places.status AS status, places.confidence AS confidence,
  places.mentions AS mentions, articles.article_id AS article_id, articles.date AS date,
  articles.title AS title, articles.source AS source, articles.url AS url
  FROM places JOIN articles ON articles.id = places.article;
INSERT INTO gpkg_contents (table_name, data_type, identifier, description, srs_id) VALUES
  ('mentions', 'features', 'mentions', 'Where the places lie that the articles name', 4326);
INSERT INTO gpkg_geometry_columns VALUES ('mentions', 'geom', 'POINT', 4326, 0, 0);
"""


class NamedPlace(NamedTuple):
    """A place that an article names: degrees (EPSG:4326), how sure, and how often it is named."""

    lat: float
    lon: float
    name: str
    precision: str | None
    status: str
    confidence: float
    mentions: int


def places_of(report: Report) -> tuple[NamedPlace, ...]:
    """Return the places that a report names, each once, by their first mention.

    Divisions, countries and what stands for a government are left out: a point says nothing of
    them.
    """
    found: dict[tuple[float, float, str], NamedPlace] = {}
    for one in report.resolutions:
        if one.lat is None or one.lon is None or one.precision in _AREAS:
            continue
        if one.mention.kind != "literal":
            continue
        key = (one.lat, one.lon, one.name)
        known = found.get(key)
        if known is None or one.confidence > known.confidence:
            number = 1 if known is None else known.mentions + 1
            found[key] = NamedPlace(*key, one.precision, one.status, one.confidence, number)
        else:
            found[key] = known._replace(mentions=known.mentions + 1)
    return tuple(found.values())


def write_places(db: sqlite3.Connection, row: int, places: Iterable[NamedPlace]) -> None:
    """Put the places of an article's version in place of those that were there.

    Parameters
    ----------
    db : sqlite3.Connection
        Within a transaction.
    row : int
        The version.
    places : iterable of NamedPlace
    """
    db.execute("DELETE FROM places WHERE article = ?", (row,))
    db.executemany(
        "INSERT INTO places (article, geom, name, precision, status, confidence, mentions) "
        "VALUES (?, ?, ?, ?, ?, ?, ?)",
        [(row, _HEAD + struct.pack("<dd", p.lon, p.lat), whole(p.name), *p[3:]) for p in places],
    )


def drop_earlier(db: sqlite3.Connection, article_id: str) -> None:
    """Take the places of an article's versions away: a new one comes."""
    db.execute(
        "DELETE FROM places WHERE article IN (SELECT id FROM articles WHERE article_id = ?)",
        (article_id,),
    )
