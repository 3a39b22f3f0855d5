"""What a workspace holds, as a table: a row for each article, and what is wrong with it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from geomap.output.csv_text import safe
from geomap.output.files import atomic

if TYPE_CHECKING:
    from pathlib import Path

    from geomap.workspace.store import Store

COLUMNS = (
    "article_id", "date", "published", "source", "title", "url", "origin", "added_at", "versions",
    "copy_of", "state", "problem",
)  # fmt: skip
_SHOWN = 5  # articles set aside that are told on the screen


def write_listing(store: Store, engine: str, path: Path) -> int:
    """Write the latest version of each article as a line of CSV, by date and id.

    `versions` counts the versions there are, `copy_of` is the id of the article that it copies,
    `state` is "read", "waiting" or "set aside", `problem` why it is set aside.

    Parameters
    ----------
    store : Store
    engine : str
        What reads the articles now.
    path : Path

    Returns
    -------
    int
        How many articles there are.

    Raises
    ------
    OutputError
        The file cannot be written.
    """
    import csv

    written = 0
    with (
        store.file.told(),
        atomic(path) as partial,
        partial.open("w", encoding="utf-8", newline="") as stream,
    ):
        rows = store.file.db.execute(
            "SELECT a.article_id, a.date, a.published, a.source, a.title, a.url, a.origin, "
            "a.added_at, (SELECT COUNT(*) FROM articles v WHERE v.article_id = a.article_id), "
            "o.article_id, CASE WHEN r.article IS NULL THEN 'waiting' "
            "WHEN r.problem IS NULL THEN 'read' ELSE 'set aside' END, r.problem "
            "FROM articles a LEFT JOIN articles o ON o.id = a.copy_of "
            "LEFT JOIN reports r ON r.article = a.id AND r.engine = ? "
            "WHERE a.latest = 1 ORDER BY a.date IS NULL, a.date, a.article_id", (engine,),
        )  # fmt: skip
        writer = csv.writer(stream, lineterminator="\n")
        writer.writerow(COLUMNS)
        for row in rows:
            writer.writerow([safe(cell) if isinstance(cell, str) else cell for cell in row])
            written += 1
    return written


def set_aside(store: Store, engine: str) -> list[str]:
    """Return which articles are set aside and why, a line each; the first few of them."""
    with store.file.told():
        rows = store.file.db.execute(
            "SELECT article_id, problem FROM reports JOIN articles ON id = article "
            "WHERE latest = 1 AND engine = ? AND problem IS NOT NULL "
            f"ORDER BY article_id LIMIT {_SHOWN}", (engine,),
        ).fetchall()  # fmt: skip
    return [f"  {article_id}: {' '.join(problem.split())}" for article_id, problem in rows]
