"""What a store notes of the feeds that are watched, beside the articles that came of them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from geomap.workspace.texts import whole

if TYPE_CHECKING:
    from collections.abc import Collection

    from geomap.workspace.file import StoreFile

_WRITTEN = "watch_written"
TABLES = """
CREATE TABLE feeds (
  url TEXT PRIMARY KEY, etag TEXT, modified TEXT, asked_at TEXT, failures INTEGER NOT NULL,
  trouble TEXT);
CREATE TABLE feed_entries (
  feed TEXT NOT NULL, entry TEXT NOT NULL, tries INTEGER, PRIMARY KEY (feed, entry))
  WITHOUT ROWID;
"""


@dataclass(frozen=True, slots=True)
class FeedNote:
    """What is known of a feed since it was asked last.

    `etag` and `modified` are sent along the next time; both are None while something of the feed
    is still to be had. `asked_at` is ISO 8601 with its offset. `failures` counts those in a row,
    `trouble` says what the last one was.
    """

    etag: str | None = None
    modified: str | None = None
    asked_at: str | None = None
    failures: int = 0
    trouble: str | None = None


class FeedNotes:
    """What `geomap watch` needs of a store.

    Parameters
    ----------
    file : StoreFile
    """

    def __init__(self, file: StoreFile) -> None:
        self._db, self._told, self._writing = file.db, file.told, file.writing

    def of(self, url: str) -> FeedNote:
        """Return what is noted of a feed; of an unknown one an empty note."""
        with self._told():
            found = self._db.execute(
                "SELECT etag, modified, asked_at, failures, trouble FROM feeds WHERE url = ?",
                (url,),
            ).fetchone()
        return FeedNote() if found is None else FeedNote(*found)

    def note(self, url: str, note: FeedNote) -> None:
        """Note of a feed what is known now."""
        said = (note.etag, note.modified, note.asked_at, note.trouble)
        etag, modified, asked_at, trouble = (one and whole(one) for one in said)
        row = (url, etag, modified, asked_at, note.failures, trouble)
        with self._writing():
            self._db.execute("INSERT OR REPLACE INTO feeds VALUES (?, ?, ?, ?, ?, ?)", row)

    def entries_asked(self, feed: str) -> dict[str, int | None]:
        """Return how often the page of each entry of a feed was tried in vain, by its id.

        None stands for one that is done with: kept, or not to be had at all.
        """
        with self._told():
            rows = self._db.execute("SELECT entry, tries FROM feed_entries WHERE feed = ?", (feed,))
            return dict(rows.fetchall())

    def note_entry(self, feed: str, entry: str, tries: int | None) -> None:
        """Note of an entry of a feed how often its page was tried in vain; None: done with."""
        with self._writing():
            self._db.execute(
                "INSERT OR REPLACE INTO feed_entries VALUES (?, ?, ?)", (feed, entry, tries)
            )

    def forget_entries(self, feed: str, listed: Collection[str]) -> None:
        """Forget of a feed the entries that it lists no more."""
        gone = [one for one in self.entries_asked(feed) if one not in listed]
        if gone:
            with self._writing():
                self._db.executemany(
                    "DELETE FROM feed_entries WHERE feed = ? AND entry = ?",
                    [(feed, entry) for entry in gone],
                )

    def state(self) -> str:
        """Return a word that changes with what is stored (articles added, changed, removed)."""
        with self._told():
            row = self._db.execute(
                "SELECT COUNT(*), SUM(latest), SUM(id), "
                "(SELECT text_sha256 FROM articles ORDER BY id DESC LIMIT 1) FROM articles"
            ).fetchone()
        return " ".join(map(str, row))

    def last_day(self, until: str) -> str | None:
        """Return the last day of a report that is no later than a day (both ISO)."""
        with self._told():
            found: str | None = self._db.execute(
                "SELECT MAX(date) FROM articles WHERE latest = 1 AND date <= ?", (until,)
            ).fetchone()[0]
        return found

    def written(self) -> str | None:
        """Return of what state the outputs of `geomap watch` are, as `note_written` was told."""
        with self._told():
            found = self._db.execute("SELECT value FROM meta WHERE key = ?", (_WRITTEN,)).fetchone()
        return None if found is None else found[0]

    def note_written(self, state: str) -> None:
        """Note of what state the outputs are."""
        with self._writing():
            self._db.execute("INSERT OR REPLACE INTO meta VALUES (?, ?)", (_WRITTEN, state))
