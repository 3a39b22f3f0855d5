"""What a store keeps of what was found in its articles, by the engine that found it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from geomap.workspace.places import write_places

if TYPE_CHECKING:
    from collections.abc import Sequence

    from geomap.workspace.file import StoreFile
    from geomap.workspace.history import History
    from geomap.workspace.places import NamedPlace

_SQUEEZED = 2  # times that texts take less room in the file


class KeptReports:
    """The reports of a store: of the latest version of each article the last one.

    Parameters
    ----------
    file : StoreFile
    history : History
        Keeps those that are replaced.
    """

    def __init__(self, file: StoreFile, history: History) -> None:
        self._db, self._told, self._writing = file.db, file.told, file.writing
        self._history = history

    def keep(
        self,
        article_id: str,
        engine: str,
        report: bytes | None,
        problem: str | None = None,
        mark: str = "",
        places: Sequence[NamedPlace] = (),
    ) -> None:
        """Keep what was found in the latest version of an article, or why nothing could be.

        Parameters
        ----------
        article_id : str
        engine : str
            What found it: of another engine it is found anew.
        report : bytes, optional
            As `stored_reports.pack` gives it.
        problem : str, optional
            Why the article is set aside.
        mark : str
            What of the engine's corrections it was read by (`adoption.adopt`).
        places : sequence of NamedPlace
            What it names, for GIS programs that open the store.
        """
        with self._writing():
            known = self._db.execute(
                "SELECT id, report FROM articles LEFT JOIN reports ON article = id "
                "WHERE article_id = ? AND latest = 1", (article_id,),
            ).fetchone()  # fmt: skip
            if known is None:  # removed meanwhile
                return
            row, before = known
            write_places(self._db, row, places)
            if before is not None and before == report:
                self._db.execute(
                    "UPDATE reports SET engine = ?, mark = ?, problem = ? WHERE article = ?",
                    (engine, mark, problem, row),
                )
                return
            self._history.replace(row)
            self._db.execute(
                "INSERT INTO reports (article, engine, mark, report, problem, revision) "
                "VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT (article) DO UPDATE SET "
                "engine = excluded.engine, mark = excluded.mark, report = excluded.report, "
                "problem = excluded.problem, revision = excluded.revision",
                (row, engine, mark, report, problem, self._history.next()),
            )

    def mark(self, article_id: str) -> str:
        """Return the mark with which the latest version of an article was read; "" without one."""
        with self._told():
            found = self._db.execute(
                "SELECT mark FROM reports JOIN articles ON id = article "
                "WHERE article_id = ? AND latest = 1", (article_id,),
            ).fetchone()  # fmt: skip
        return "" if found is None else str(found[0])

    def waiting(self, engine: str) -> list[str]:
        """Return the ids of the latest articles that this engine has not read, by date and id."""
        with self._told():
            rows = self._db.execute(
                "SELECT article_id FROM articles WHERE latest = 1 AND id NOT IN "
                "(SELECT article FROM reports WHERE engine = ?) "
                "ORDER BY date IS NULL, date, article_id", (engine,),
            )  # fmt: skip
            return [row[0] for row in rows]

    def to_read(self, engine: str) -> int:
        """Return about how many characters of the latest articles this engine has not read."""
        with self._told():
            (size,) = self._db.execute(
                "SELECT COALESCE(SUM(LENGTH(text)), 0) FROM articles WHERE latest = 1 AND id NOT "
                "IN (SELECT article FROM reports WHERE engine = ?)", (engine,),
            ).fetchone()  # fmt: skip
        return int(size) * _SQUEEZED

    def found(self, article_id: str, engine: str) -> tuple[bytes | None, str | None] | None:
        """Return the report of an article and its problem; None where this engine has none."""
        with self._told():
            found = self._db.execute(
                "SELECT report, problem FROM reports JOIN articles ON id = article "
                "WHERE article_id = ? AND latest = 1 AND engine = ?", (article_id, engine),
            ).fetchone()  # fmt: skip
        return None if found is None else (found[0], found[1])
