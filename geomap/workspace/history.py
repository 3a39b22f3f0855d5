"""What a store held before: revisions, reports that were replaced, what was removed.

Each step of writing has a number, one more than the step before: the clock of a machine may jump,
the number does not. The times of steps are noted beside them, to find the step of a day.
"""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from geomap.workspace.file import StoreFile

_APART_S = 1.0  # steps nearer than this share a note of the time
TABLES = """
ALTER TABLE articles ADD COLUMN revision INTEGER NOT NULL DEFAULT 0;
ALTER TABLE reports ADD COLUMN revision INTEGER NOT NULL DEFAULT 0;
CREATE INDEX articles_by_revision ON articles (revision);
CREATE INDEX reports_by_revision ON reports (revision);
CREATE TABLE past_reports (
  article INTEGER NOT NULL REFERENCES articles(id) ON DELETE CASCADE,
  revision INTEGER NOT NULL,
  report BLOB NOT NULL,
  PRIMARY KEY (article, revision));
CREATE TABLE removed (
  article_id TEXT NOT NULL,
  added INTEGER NOT NULL,
  revision INTEGER NOT NULL,
  features BLOB NOT NULL);
CREATE INDEX removed_by_revision ON removed (revision);
CREATE TABLE clock (revision INTEGER PRIMARY KEY, at TEXT NOT NULL);
CREATE TABLE marks (name TEXT PRIMARY KEY, revision INTEGER NOT NULL, at TEXT NOT NULL);
INSERT INTO meta VALUES ('revision', '0');
"""


class History:
    """The revisions of a store.

    Parameters
    ----------
    file : StoreFile
    now : callable
        Tells the time, with its zone.
    """

    def __init__(self, file: StoreFile, now: Callable[[], dt.datetime]) -> None:
        self._file, self._db, self._now = file, file.db, now

    def next(self) -> int:
        """Return the number of the step that is being written; within `StoreFile.writing`."""
        self._db.execute("UPDATE meta SET value = value + 1 WHERE key = 'revision'")
        revision = self.latest()
        now = self._now().astimezone(dt.UTC)
        last = self._db.execute("SELECT at FROM clock ORDER BY revision DESC LIMIT 1").fetchone()
        apart = None if last is None else now - dt.datetime.fromisoformat(last[0])
        if apart is None or abs(apart.total_seconds()) >= _APART_S:  # set back is noted too
            self._db.execute("INSERT INTO clock VALUES (?, ?)", (revision, _told(now)))
        return revision

    def latest(self) -> int:
        """Return the number of the last step."""
        with self._file.told():
            (value,) = self._db.execute("SELECT value FROM meta WHERE key = 'revision'").fetchone()
            return int(value)

    def before(self, moment: dt.datetime) -> int:
        """Return the last step of which all before and itself were done before a moment.

        Where the clock has jumped, steps may be taken for later ones, never for earlier: what is
        told as changed since then leaves nothing out.
        """
        with self._file.told():
            told = _told(moment.astimezone(dt.UTC))
            # Steps between two notes are of the first one's time, less than a second off.
            (first,) = self._db.execute(
                "SELECT MIN(revision) FROM clock WHERE at >= ?", (told,)
            ).fetchone()
            return self.latest() if first is None else int(first) - 1

    def replace(self, row: int) -> None:
        """Keep the report of a version that is about to be replaced; within `StoreFile.writing`."""
        self._db.execute(
            "INSERT OR IGNORE INTO past_reports SELECT article, revision, report FROM reports "
            "WHERE article = ? AND report IS NOT NULL", (row,),
        )  # fmt: skip

    def changed_since(self, revision: int) -> list[str]:
        """Return the ids of articles whose latest version was read otherwise after a step."""
        with self._file.told():
            rows = self._db.execute(
                "SELECT article_id FROM reports JOIN articles ON id = article WHERE latest = 1 AND "
                "reports.revision > ? ORDER BY date IS NULL, date, article_id", (revision,),
            )  # fmt: skip
            return [row[0] for row in rows]

    def came_since(self, revision: int) -> frozenset[str]:
        """Return the ids of articles that were added, or got a new version, after a step."""
        with self._file.told():
            rows = self._db.execute(
                "SELECT article_id FROM articles WHERE latest = 1 AND revision > ?", (revision,)
            )
            return frozenset(row[0] for row in rows)

    def report_at(self, article_id: str, revision: int) -> tuple[int, bytes] | None:
        """Return the row of an article's version and its report as they were after a step."""
        with self._file.told():
            found = self._db.execute(
                "SELECT row, report FROM ("
                "SELECT a.id AS row, r.report AS report, r.revision AS revision FROM articles a "
                "JOIN reports r ON r.article = a.id WHERE a.article_id = :id "
                "UNION ALL SELECT a.id, p.report, p.revision FROM articles a "
                "JOIN past_reports p ON p.article = a.id WHERE a.article_id = :id) "
                "WHERE revision <= :revision ORDER BY revision DESC, row DESC LIMIT 1",
                {"id": article_id, "revision": revision},
            ).fetchone()
            return None if found is None or found[1] is None else (found[0], found[1])

    def note_removed(self, article_id: str, added: int, features: bytes) -> None:
        """Note that an article was removed, and its features; within `StoreFile.writing`."""
        self._db.execute(
            "INSERT INTO removed VALUES (?, ?, ?, ?)",
            (article_id, added, self.next(), features),
        )

    def removed_since(self, revision: int) -> Sequence[tuple[str, bytes]]:
        """Return the articles that were there at a step and were removed since, and their features.

        One that was removed twice counts as it was the first time.
        """
        with self._file.told():
            rows = self._db.execute(
                "SELECT article_id, features FROM removed WHERE revision > ? AND added <= ? "
                "ORDER BY revision", (revision, revision),
            )  # fmt: skip
            first: dict[str, bytes] = {}
            for article_id, features in rows:
                first.setdefault(article_id, features)
            return sorted(first.items())

    def mark(self, name: str, revision: int) -> None:
        """Note a step by a name."""
        with self._file.writing():
            self._db.execute(
                "INSERT INTO marks VALUES (?, ?, ?) ON CONFLICT (name) DO UPDATE SET "
                "revision = excluded.revision, at = excluded.at",
                (name, revision, _told(self._now().astimezone(dt.UTC))),
            )

    def marked(self, name: str) -> tuple[int, dt.datetime] | None:
        """Return the step that was noted by a name, and when that was."""
        with self._file.told():
            found = self._db.execute(
                "SELECT revision, at FROM marks WHERE name = ?", (name,)
            ).fetchone()
            return None if found is None else (found[0], dt.datetime.fromisoformat(found[1]))


def _told(moment: dt.datetime) -> str:
    """Return a moment as it is compared: of UTC, always as long."""
    return moment.isoformat(timespec="milliseconds")
