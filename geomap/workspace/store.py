"""The store of a workspace: articles whole, each version of them, and what was found in them.

One SQLite file with a write-ahead log: readers and a writer do not wait for one another, two
writers take turns, and a process that is killed loses what it had not yet committed, no more.
Everything else of geomap reaches it through this class alone.
"""

from __future__ import annotations

import datetime as dt
import zlib
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Literal

from geomap.articles.telegram import is_message_id
from geomap.errors import WorkspaceError
from geomap.models import Article
from geomap.workspace.feed_notes import FeedNotes
from geomap.workspace.file import StoreFile
from geomap.workspace.history import History
from geomap.workspace.kept_reports import KeptReports
from geomap.workspace.places import drop_earlier
from geomap.workspace.texts import digest, holdable, packed, unpacked, whole

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

_LOOKED_AT = 20  # texts that share a band and may be copied
_TOGETHER = 64  # articles that are read from the file at once
Outcome = Literal["new", "known", "version"]

_COLUMNS = (
    "id, article_id, version, title, date, date_source, source, url, lang, path, text, "
    "text_sha256, published"
)


@dataclass(frozen=True, slots=True)
class Stored:
    """An article of the store: its row, its version, and itself (whose id is unique there)."""

    row: int
    version: int
    article: Article
    text_sha256: str


@dataclass(frozen=True, slots=True)
class Added:
    """What became of an article that was added: "new", "known" (nothing done) or a "version"."""

    outcome: Outcome
    row: int
    article_id: str


@dataclass(frozen=True, slots=True)
class Counts:
    """How much a store holds; `waiting` are latest articles that are not processed yet."""

    articles: int
    versions: int
    copies: int
    undated: int
    waiting: int
    set_aside: int
    first: str | None
    last: str | None
    size_bytes: int


class Store:
    """A workspace's file; a context manager.

    Its `reports` are what was found in its articles, its `history` tells what it held before, its
    `feeds` what is known of those that are watched.

    Parameters
    ----------
    path : Path
    create : bool
        Whether to make it.
    now : callable, optional
        Tells the time, with its zone; the clock's by default.

    Raises
    ------
    WorkspaceError
        It is not there (or there already), damaged, or of a newer geomap.
    """

    def __init__(
        self, path: Path, *, create: bool = False, now: Callable[[], dt.datetime] | None = None
    ) -> None:
        self.path = path
        self.file = StoreFile(path, create=create)
        self._db, self._told, self._writing = self.file.db, self.file.told, self.file.writing
        self.feeds = FeedNotes(self.file)
        self.history = History(self.file, now or partial(dt.datetime.now, dt.UTC))
        self.reports = KeptReports(self.file, self.history)

    def __enter__(self) -> Store:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Let go of the file."""
        self._db.close()

    # ---- Articles ----

    def add(
        self,
        article: Article,
        *,
        origin: str,
        when: dt.datetime,
        raw: bytes | None = None,
        bands: Sequence[str] = (),
        is_copy: Callable[[str], bool] | None = None,
    ) -> Added:
        """Keep an article whole; one whose text is there already is known.

        The same address (or message of Telegram) with another text is a new version of the
        article; so is the same text under its id with a date, source or address that it lacked.
        The latest counts, the old ones stay. An id that another article has gets a number.

        Parameters
        ----------
        article : Article
        origin : str
            Where it was read from: a path, an address.
        when : datetime.datetime
            Now, with its zone.
        raw : bytes, optional
            The page as it came.
        bands : sequence of str
            Of its text, by which copies of it are looked for (`copies.bands`).
        is_copy : callable, optional
            Says of another article's text whether this one is its copy.
        """
        sha = digest(article.text)
        article = holdable(article)
        origin = whole(origin)
        with self._writing():
            known = self._known(article, sha)
            if known is not None:
                return Added("known", *known)
            before = self._same_address(article) or self._told_less(article, sha)
            if before is not None:
                article_id, version = before
                self._db.execute(
                    "UPDATE articles SET latest = 0 WHERE article_id = ?", (article_id,)
                )
                drop_earlier(self._db, article_id)
                outcome: Outcome = "version"
            else:
                article_id, version, outcome = self._free_id(article.id), 1, "new"
            copy_of = None if is_copy is None else self._copied(article_id, bands, is_copy)
            row = self._db.execute(
                "INSERT INTO articles (article_id, version, latest, title, date, date_source, "
                "published, source, url, lang, path, text, text_sha256, raw, added_at, origin, "
                "copy_of, revision) VALUES (?, ?, 1, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, "
                "?)",
                (
                    article_id, version, article.title,
                    article.date.isoformat() if article.date else None, article.date_source,
                    article.published.isoformat() if article.published else None,
                    article.source, article.url, article.lang, article.path,
                    packed(article.text), sha, None if raw is None else zlib.compress(raw),
                    when.isoformat(timespec="seconds"), origin, copy_of, self.history.next(),
                ),
            ).lastrowid  # fmt: skip
            assert row is not None
            self._db.executemany(
                "INSERT OR IGNORE INTO shingles VALUES (?, ?)", [(band, row) for band in bands]
            )
        return Added(outcome, row, article_id)

    def _known(self, article: Article, sha: str) -> tuple[int, str] | None:
        """Return the row and id of the same text from the same place, or from nowhere told."""
        found = self._db.execute(
            "SELECT id, article_id FROM articles WHERE text_sha256 = ? AND +url IS ? "
            "AND source IS ? AND +date IS ? ORDER BY id",  # plus: by the index of texts
            (sha, article.url, article.source, article.date.isoformat() if article.date else None),
        ).fetchone()
        return None if found is None else (found[0], found[1])

    def _same_address(self, article: Article) -> tuple[str, int] | None:
        if is_message_id(article.id):  # as good as an address, and there without one
            where, what = "article_id = ?", article.id
        elif article.url:
            where, what = "url = ?", article.url
        else:
            return None
        found = self._db.execute(
            f"SELECT article_id, MAX(version) FROM articles WHERE {where} GROUP BY article_id "
            "ORDER BY article_id", (what,),
        ).fetchone()  # fmt: skip
        return None if found is None else (found[0], found[1] + 1)

    def _told_less(self, article: Article, sha: str) -> tuple[str, int] | None:
        """Return the article of that id and text that lacks what this one tells of itself.

        Its owner was asked for a date, say, and has put it at the top of the file.
        """
        found = self._db.execute(
            "SELECT article_id, (SELECT MAX(v.version) FROM articles v "
            "WHERE v.article_id = a.article_id) FROM articles a WHERE article_id = ? "
            "AND text_sha256 = ? AND +latest = 1 AND (date IS NULL OR date = ?) "
            "AND (source IS NULL OR source = ?) AND (url IS NULL OR url = ?)",
            (article.id, sha, article.date.isoformat() if article.date else None, article.source,
             article.url),
        ).fetchone()  # fmt: skip
        return None if found is None else (found[0], found[1] + 1)

    def knows(self, url: str) -> bool:
        """Say whether an article of this address is there, in whatever version.

        One that was asked for there and lies elsewhere has that address as its id.
        """
        with self._told():
            asked = self._db.execute(
                "SELECT 1 FROM articles WHERE url = ? OR article_id = ? LIMIT 1", (url, url)
            )
            return asked.fetchone() is not None

    def _free_id(self, wanted: str) -> str:
        name, number = wanted, 1
        asked = "SELECT 1 FROM articles WHERE article_id = ?"
        while self._db.execute(asked, (name,)).fetchone() is not None:
            number += 1
            name = f"{wanted}~{number}"
        return name

    def _copied(
        self, article_id: str, bands: Sequence[str], is_copy: Callable[[str], bool]
    ) -> int | None:
        """Return the first article that a text is a copy of, among those that share a band.

        Earlier versions of its own, and what was copied from them, are none.
        """
        marks = ",".join("?" * len(bands))
        rows = self._db.execute(
            "SELECT DISTINCT a.id, a.copy_of, a.text FROM shingles JOIN articles a "
            "ON a.id = article LEFT JOIN articles o ON o.id = a.copy_of "
            f"WHERE band IN ({marks}) AND ? NOT IN (a.article_id, COALESCE(o.article_id, '')) "
            f"ORDER BY a.id LIMIT {_LOOKED_AT}",
            [*bands, article_id],
        ).fetchall()
        for row, copy_of, text in rows:
            if is_copy(unpacked(text, f"{self.path}: row {row}")):
                return int(copy_of or row)
        return None

    def articles(self, *, since: str | None = None, until: str | None = None) -> Iterator[Stored]:
        """Yield the latest version of each article by date (undated last) and id.

        Parameters
        ----------
        since, until : str, optional
            ISO days, both inclusive; under them what has no date is left out.
        """
        wanted, days = "latest = 1", []
        for day, sign in ((since, ">="), (until, "<=")):
            if day is not None:
                wanted += f" AND date {sign} ?"
                days.append(day)
        with self._told():
            cursor = self._db.execute(
                f"SELECT {_COLUMNS} FROM articles WHERE {wanted} "
                "ORDER BY date IS NULL, date, article_id", days,
            )  # fmt: skip
            for row in cursor:
                yield self._stored(row)

    def latest(self, ids: Sequence[str]) -> Iterator[Article]:
        """Yield the latest versions of some articles, in the order of their ids given.

        A few are read at a time, so that nothing is held back from the log of a store that is
        written to meanwhile; one that was removed meanwhile is left out.
        """
        for start in range(0, len(ids), _TOGETHER):
            asked = ids[start : start + _TOGETHER]
            marks = ",".join("?" * len(asked))
            # The plus: by the index of ids, not by that of what is latest, which is all.
            with self._told():
                rows = self._db.execute(
                    f"SELECT {_COLUMNS} FROM articles "
                    f"WHERE +latest = 1 AND article_id IN ({marks})",
                    list(asked),
                ).fetchall()
            found = {str(row[1]): row for row in rows}
            for one in asked:
                if one in found:
                    yield self._stored(found[one]).article

    def version(self, row: int) -> Article:
        """Return an article's version by its row."""
        with self._told():
            found = self._db.execute(
                f"SELECT {_COLUMNS} FROM articles WHERE id = ?", (row,)
            ).fetchone()
        return self._stored(found).article

    def _stored(self, row: Sequence[object]) -> Stored:
        key, article_id, version, title, date, date_source, source, url, lang, path = row[:10]
        text, sha, published = row[10:]
        article = Article(
            id=str(article_id),
            text=unpacked(text, f"{self.path}: article {article_id}"),  # type: ignore[arg-type]
            title=title,  # type: ignore[arg-type]
            date=dt.date.fromisoformat(str(date)) if date else None,
            date_source=date_source,  # type: ignore[arg-type]
            source=source,  # type: ignore[arg-type]
            url=url,  # type: ignore[arg-type]
            lang=lang,  # type: ignore[arg-type]
            path=path,  # type: ignore[arg-type]
            published=dt.datetime.fromisoformat(str(published)) if published else None,
        )
        return Stored(int(str(key)), int(str(version)), article, str(sha))

    def days(self) -> list[dt.date]:
        """Return the days of the articles, in order."""
        with self._told():
            rows = self._db.execute(
                "SELECT DISTINCT date FROM articles WHERE latest = 1 AND date IS NOT NULL "
                "ORDER BY date"
            )
            return [dt.date.fromisoformat(row[0]) for row in rows]

    def ids(self) -> list[str]:
        """Return the ids of all articles, by the order in which they came."""
        with self._told():
            rows = self._db.execute("SELECT article_id FROM articles WHERE latest = 1 ORDER BY id")
            return [row[0] for row in rows]

    def copies(self) -> dict[str, str]:
        """Return whose report each copy is: the source of what it is a copy of, by its id.

        Where that has no source, its id stands for it.
        """
        with self._told():
            rows = self._db.execute(
                "SELECT a.article_id, COALESCE(o.source, o.article_id) FROM articles a "
                "JOIN articles o ON o.id = a.copy_of WHERE a.latest = 1"
            )
            return dict(rows.fetchall())

    def remove(self, article_id: str, features: bytes = b"") -> int:
        """Remove all versions of an article; return how many there were.

        Parameters
        ----------
        article_id : str
        features : bytes
            What `changes` tells of it afterwards.
        """
        with self._writing():
            rows = self._db.execute(
                "SELECT id, revision FROM articles WHERE article_id = ?", (article_id,)
            ).fetchall()
            if not rows:
                return 0
            for row, _ in rows:
                self._db.execute("UPDATE articles SET copy_of = NULL WHERE copy_of = ?", (row,))
            self._db.execute("DELETE FROM articles WHERE article_id = ?", (article_id,))
            self.history.note_removed(article_id, min(r[1] for r in rows), features)
        return len(rows)

    # ---- The whole ----

    def counts(self, engine: str) -> Counts:
        """Return how much the store holds."""
        with self._told():
            one = self._db.execute(
                "SELECT COUNT(*), COALESCE(SUM(latest), 0), "
                "COALESCE(SUM(latest AND copy_of IS NOT NULL), 0), "
                "COALESCE(SUM(latest AND date IS NULL), 0), "
                "MIN(CASE WHEN latest THEN date END), MAX(CASE WHEN latest THEN date END) "
                "FROM articles"
            ).fetchone()
            done = self._db.execute(
                "SELECT COUNT(*), COALESCE(SUM(problem IS NOT NULL), 0) FROM reports JOIN articles "
                "ON id = article WHERE latest = 1 AND engine = ?", (engine,),
            ).fetchone()  # fmt: skip
        return Counts(
            articles=one[1], versions=one[0], copies=one[2], undated=one[3],
            waiting=one[1] - done[0], set_aside=done[1], first=one[4], last=one[5],
            size_bytes=self.file.size_bytes(),
        )  # fmt: skip

    def faults(self) -> list[str]:
        """Return what is wrong with the file and what it holds, in words; none when it is whole."""
        with self._told():
            found = [
                str(row[0]) for row in self._db.execute("PRAGMA integrity_check") if row[0] != "ok"
            ]
            found += [f"{row[0]}: row {row[1]} refers to nothing"
                      for row in self._db.execute("PRAGMA foreign_key_check")]  # fmt: skip
            rows = self._db.execute("SELECT article_id, version, text, text_sha256 FROM articles")
            for article_id, version, text, sha in rows:
                try:
                    whole = digest(unpacked(text, "")) == sha
                except WorkspaceError:
                    whole = False
                if not whole:
                    found.append(f"article {article_id}, version {version}: its text is damaged")
        return found
