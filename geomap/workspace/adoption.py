"""What one engine found is handed to another that would find the same."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from geomap.models import Article
    from geomap.workspace.store import Store

TABLES = """
ALTER TABLE reports ADD COLUMN mark TEXT NOT NULL DEFAULT '';
CREATE INDEX reports_by_engine ON reports (engine);
"""
_AT_ONCE = 2_000  # reports that are looked at between two writes


def adopt(store: Store, engine: str, family: str, fits: Callable[[Article, str], bool]) -> int:
    """Let an engine have the reports that another of its family made as it would.

    Parameters
    ----------
    store : Store
    engine : str
    family : str
        What the names of its engines begin with.
    fits : callable
        Says of an article, and the mark with which it was read (`Store.keep`), whether it would be
        read so by this engine.

    Returns
    -------
    int
        How many reports it took over.
    """
    file = store.file
    with file.told():
        stale = file.db.execute(
            "SELECT article, article_id, engine, mark FROM reports JOIN articles ON id = article "
            "WHERE engine >= ? AND engine < ? AND engine != ? AND latest = 1 ORDER BY article",
            (family, f"{family}\U0010ffff", engine),
        ).fetchall()
    adopted = 0
    for first in range(0, len(stale), _AT_ONCE):
        some = stale[first : first + _AT_ONCE]
        articles = {
            article.id: article for article in store.latest([name for _, name, _, _ in some])
        }
        taken = [
            (engine, row, other, mark)
            for row, name, other, mark in some
            if name in articles and fits(articles[name], mark)
        ]
        if not taken:
            continue
        # What another process has read anew in between stays as it is.
        with file.writing():
            adopted += file.db.executemany(
                "UPDATE reports SET engine = ? WHERE article = ? AND engine = ? AND mark = ?", taken
            ).rowcount
    return adopted
