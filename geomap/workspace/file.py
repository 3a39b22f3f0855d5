"""The file of a store: opened, told of in one line when something is wrong, written in steps."""

from __future__ import annotations

import sqlite3
from contextlib import contextmanager
from typing import TYPE_CHECKING

from geomap.errors import WorkspaceError
from geomap.workspace.schema import bring_up

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

# What SQLite says of a damaged file; the last may go on with the bytes that it found.
_DAMAGED = ("malformed", "not a database", "Could not decode")
_WAIT_S = 60.0  # for another process that writes


class StoreFile:
    """A SQLite file with a write-ahead log, and its connection `db` (autocommit).

    Parameters
    ----------
    path : Path
    create : bool
        Whether to make it.

    Raises
    ------
    WorkspaceError
        It is not there (or there already), damaged, or of a newer geomap.
    """

    def __init__(self, path: Path, *, create: bool = False) -> None:
        if create == path.exists():
            told = "is there already" if create else "is not there: make it with geomap init"
            raise WorkspaceError(f"{path}: {told}")
        self.path = path
        try:
            self.db = sqlite3.connect(path, timeout=_WAIT_S, isolation_level=None)
        except sqlite3.OperationalError as error:
            raise WorkspaceError(f"{path}: cannot be opened: {error}") from error
        try:
            with self.told():
                self.db.execute("PRAGMA journal_mode = WAL")
                # With the log a killed process loses nothing that was committed; a power cut may
                # lose the last commits, never more.
                self.db.execute("PRAGMA synchronous = NORMAL")
                self.db.execute("PRAGMA foreign_keys = ON")
                # SQLite's own 2 MB do not hold the ends of the indexes of 100,000 articles.
                self.db.execute("PRAGMA cache_size = -32768")
                bring_up(self.db, str(path), new=create)
        except BaseException:
            self.db.close()  # its locks would stay as long as this process
            raise

    def size_bytes(self) -> int:
        """Return how large it is, with what is still in its log."""
        with self.told():
            (pages,) = self.db.execute("PRAGMA page_count").fetchone()
            (page_bytes,) = self.db.execute("PRAGMA page_size").fetchone()
        return int(pages * page_bytes)

    @contextmanager
    def told(self) -> Iterator[None]:
        """Say in one line what went wrong with the file."""
        try:
            yield
        except (sqlite3.DatabaseError, UnicodeDecodeError) as error:
            # What SQLite says of a damaged file may hold its bytes, which are no text.
            text = "malformed" if isinstance(error, UnicodeDecodeError) else str(error)
            if "full" in text:
                text = "the disk is full: nothing of the last article was kept, the rest is whole"
            elif "readonly" in text or "unable to open" in text:
                text = "is read-only, or its folder is: change that, or copy the workspace"
            elif any(told in text for told in _DAMAGED):
                text = "is damaged: take a copy of it, then restore a backup"
            raise WorkspaceError(f"{self.path}: {text}") from error

    @contextmanager
    def writing(self) -> Iterator[None]:
        """All of the body is kept, or nothing."""
        with self.told():
            self.db.execute("BEGIN IMMEDIATE")
            try:
                yield
            except BaseException:
                if self.db.in_transaction:  # a full disk has undone it already
                    self.db.execute("ROLLBACK")
                raise
            self.db.execute("COMMIT")
