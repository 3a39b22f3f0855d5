"""The tables of a workspace, by version: a store of an older one is brought up to date.

The file is a GeoPackage (a SQLite database that GIS programs open): the tables of articles and
reports are its "attributes", without geometry: what was found stands in the reports' bytes, and
`geomap export` draws layers of it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from geomap.errors import WorkspaceError
from geomap.workspace import adoption, feed_notes, history, places

if TYPE_CHECKING:
    import sqlite3

VERSION = 6
_APPLICATION_ID = 0x47504B47  # "GPKG", by which a GeoPackage is told
_GPKG_VERSION = 10300
_WGS84 = (
    'GEOGCS["WGS 84",DATUM["WGS_1984",SPHEROID["WGS 84",6378137,298.257223563]],'
    'PRIMEM["Greenwich",0],UNIT["degree",0.0174532925199433],AXIS["Latitude",NORTH],'
    'AXIS["Longitude",EAST],AUTHORITY["EPSG","4326"]]'
)
# What every GeoPackage has (OGC 12-128r18).
_CONTAINER = f"""
CREATE TABLE gpkg_spatial_ref_sys (
  srs_name TEXT NOT NULL, srs_id INTEGER PRIMARY KEY, organization TEXT NOT NULL,
  organization_coordsys_id INTEGER NOT NULL, definition TEXT NOT NULL, description TEXT);
CREATE TABLE gpkg_contents (
  table_name TEXT NOT NULL PRIMARY KEY, data_type TEXT NOT NULL, identifier TEXT UNIQUE,
  description TEXT DEFAULT '', last_change DATETIME NOT NULL
  DEFAULT (strftime('%Y-%m-%dT%H:%M:%fZ','now')), min_x DOUBLE, min_y DOUBLE, max_x DOUBLE,
  max_y DOUBLE, srs_id INTEGER REFERENCES gpkg_spatial_ref_sys(srs_id));
CREATE TABLE gpkg_geometry_columns (
  table_name TEXT NOT NULL PRIMARY KEY REFERENCES gpkg_contents(table_name),
  column_name TEXT NOT NULL, geometry_type_name TEXT NOT NULL,
  srs_id INTEGER NOT NULL REFERENCES gpkg_spatial_ref_sys(srs_id),
  z TINYINT NOT NULL, m TINYINT NOT NULL);
INSERT INTO gpkg_spatial_ref_sys VALUES
  ('Undefined cartesian', -1, 'NONE', -1, 'undefined', NULL),
  ('Undefined geographic', 0, 'NONE', 0, 'undefined', NULL),
  ('WGS 84', 4326, 'EPSG', 4326, '{_WGS84}', NULL);
"""
_FIRST = (
    _CONTAINER
    + """
CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL);
CREATE TABLE articles (
  id INTEGER PRIMARY KEY,
  article_id TEXT NOT NULL,
  version INTEGER NOT NULL,
  latest INTEGER NOT NULL,
  title TEXT, date TEXT, date_source TEXT, published TEXT, source TEXT, url TEXT, lang TEXT,
  path TEXT,
  text BLOB NOT NULL,
  text_sha256 TEXT NOT NULL,
  raw BLOB,
  added_at TEXT NOT NULL,
  origin TEXT NOT NULL,
  copy_of INTEGER REFERENCES articles(id),
  UNIQUE (article_id, version));
CREATE INDEX articles_by_text ON articles (text_sha256);
CREATE INDEX articles_by_url ON articles (url);
CREATE INDEX articles_by_date ON articles (latest, date);
CREATE TABLE shingles (band TEXT NOT NULL, article INTEGER NOT NULL REFERENCES articles(id)
  ON DELETE CASCADE, PRIMARY KEY (band, article)) WITHOUT ROWID;
CREATE TABLE reports (
  article INTEGER PRIMARY KEY REFERENCES articles(id) ON DELETE CASCADE,
  engine TEXT NOT NULL,
  report BLOB,
  problem TEXT);
INSERT INTO gpkg_contents (table_name, data_type, identifier, description) VALUES
  ('articles', 'attributes', 'articles', 'What was added, each version of it'),
  ('reports', 'attributes', 'reports', 'What was found in each article');
"""
)
# An index that begins with `latest` was taken for one that tells articles apart: an article was
# looked up by going through all of them.
_INDEXES = """
DROP INDEX articles_by_date;
CREATE INDEX articles_by_date ON articles (date, article_id) WHERE latest = 1;
CREATE INDEX articles_by_original ON articles (copy_of) WHERE copy_of IS NOT NULL;
CREATE INDEX shingles_by_article ON shingles (article);
"""
# version -> what brings a store of the version before to it
MIGRATIONS: dict[int, str] = {
    1: _FIRST,
    2: history.TABLES,
    3: feed_notes.TABLES,
    4: adoption.TABLES,
    5: _INDEXES,
    6: places.TABLES,
}


def bring_up(connection: sqlite3.Connection, where: str, *, new: bool) -> None:
    """Make the tables of a new store, or bring those of an older geomap up to date.

    All of it or nothing is done.

    Parameters
    ----------
    connection : sqlite3.Connection
        In autocommit mode.
    where : str
        The store's path, for messages.
    new : bool
        Whether it is being made; only then may it be empty.

    Raises
    ------
    WorkspaceError
        A newer geomap made it, or it was cut to nothing.
    """
    own = _version_of(connection, where)
    if own == 0 and not new:
        # Filled with fresh tables it would pass for a whole workspace that never held anything.
        raise WorkspaceError(
            f"{where}: is empty: restore a backup, or remove it and make it with geomap init"
        )
    if own > VERSION:
        raise WorkspaceError(
            f"{where}: was made by a newer geomap (store version {own}, this one knows {VERSION}): "
            "update geomap"
        )
    if own == VERSION:
        return
    connection.execute("BEGIN IMMEDIATE")
    try:
        for version in range(own + 1, VERSION + 1):
            for statement in _statements(MIGRATIONS[version]):
                connection.execute(statement)
        connection.execute(f"PRAGMA application_id = {_APPLICATION_ID}")
        connection.execute(f"PRAGMA user_version = {_GPKG_VERSION}")
        connection.execute(
            "INSERT INTO meta VALUES ('store_version', ?) "
            "ON CONFLICT (key) DO UPDATE SET value = excluded.value", (str(VERSION),),
        )  # fmt: skip
        connection.execute("COMMIT")
    except BaseException:
        connection.execute("ROLLBACK")
        raise


def _version_of(connection: sqlite3.Connection, where: str) -> int:
    """Return the version of a store, 0 for an empty file.

    Raises
    ------
    WorkspaceError
        It is a database, but none of geomap's.
    """
    tables = {row[0] for row in connection.execute("SELECT name FROM sqlite_master")}
    if not tables:
        return 0
    found = None
    if "meta" in tables:
        told = connection.execute("SELECT value FROM meta WHERE key = 'store_version'").fetchone()
        found = told[0] if told else None
    if found is None or not found.isdigit():
        raise WorkspaceError(f"{where}: is a database, but no store of geomap's")
    return int(found)


def _statements(script: str) -> list[str]:
    """Return the statements of a script; `executescript` would commit between them."""
    import sqlite3

    found: list[str] = []
    whole = ""
    for part in script.split(";"):
        whole += part + ";"
        if sqlite3.complete_statement(whole):
            if whole.strip(" \n;"):
                found.append(whole)
            whole = ""
    return found
