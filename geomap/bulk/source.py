"""A bulk folder as what other commands read: its articles of some days, and their reports."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from geomap.articles.read import ReadResult
from geomap.bulk import manifest
from geomap.bulk.parts import REPORTS, TEXTS, UNDATED, folder_of, partition_of
from geomap.bulk.storage import Folder, check_installed
from geomap.errors import WorkspaceError
from geomap.models import Article, Problem

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence


class BulkFolder:
    """What `geomap bulk` has written.

    Parameters
    ----------
    folder : Folder

    Raises
    ------
    WorkspaceError
        It is none, or damaged.
    """

    def __init__(self, folder: Folder) -> None:
        told = manifest.read(folder)
        if told is None:
            raise WorkspaceError(f"{folder.url}: is no folder of geomap bulk")
        self.folder = folder
        self.engine = str(told["engine"])
        self.whole = bool(told.get("done"))
        self._done = manifest.done_ids(folder)
        self._own_ids: dict[str, str] = {}  # of articles that were given another id
        self._day: tuple[dt.date | None, dict[str, list[bytes | None]]] | None = None

    def days(self) -> list[dt.date]:
        """Return the days that have articles, in order."""
        return [day for day in self._days() if day is not None]

    def _days(self) -> Iterator[dt.date | None]:
        """Yield the days, what has none last."""
        undated = False
        for name in self.folder.names(REPORTS):
            told = name.removeprefix("date=")
            if told == UNDATED:
                undated = True
                continue
            try:
                yield dt.date.fromisoformat(told)
            except ValueError:  # somebody else's
                continue
        if undated:
            yield None

    def read(self, since: dt.date | None = None, until: dt.date | None = None) -> ReadResult:
        """Return the articles by date (undated last) and id.

        Parameters
        ----------
        since, until : datetime.date, optional
            Only those of these days (both inclusive), and only their files are opened; what has no
            date is left out then.
        """
        articles: list[Article] = []
        problems: list[Problem] = []
        if not self.whole:
            message = "is not finished: what is done is read; geomap bulk goes on with it"
            problems.append(Problem(self.folder.url, message, "unfinished"))
        bounded = since is not None or until is not None
        taken: set[str] = set()
        self._own_ids.clear()
        for day in self._days():
            outside = day is not None and ((since and day < since) or (until and day > until))
            if outside or (day is None and bounded):
                continue
            found = [_article(row) for row in self._rows(day, [*TEXTS, "date", "published"])]
            for article in sorted(found, key=lambda a: a.id):
                articles.append(self._named(article, taken, problems))
        return ReadResult(tuple(articles), tuple(problems))

    def _named(self, article: Article, taken: set[str], problems: list[Problem]) -> Article:
        """Return an article under an id that no other has."""
        wanted, number = article.id, 2
        if wanted not in taken:
            taken.add(wanted)
            return article
        while (name := f"{wanted}#{number}") in taken:
            number += 1
        taken.add(name)
        self._own_ids[name] = wanted
        message = f"has the id {wanted!r} of another article; it is called {name!r}"
        problems.append(Problem(article.path or wanted, message, "duplicate-id"))
        return replace(article, id=name)

    def packed(self, article: Article) -> Iterator[bytes]:
        """Yield the packed reports that may be an article's: those under its id on its day.

        Those of one day are held at a time.
        """
        if self._day is None or self._day[0] != article.date:
            found: dict[str, list[bytes | None]] = {}
            for row in self._rows(article.date, ["article_id", "report"]):
                found.setdefault(row["article_id"], []).append(row["report"])
            self._day = article.date, found
        own = self._own_ids.get(article.id, article.id)
        yield from (data for data in self._day[1].get(own, ()) if data is not None)

    def _rows(self, day: dt.date | None, columns: Sequence[str]) -> Iterator[dict[str, Any]]:
        """Yield the rows of a day, of the partitions that are done."""
        import pyarrow as pa
        import pyarrow.parquet as pq

        place = folder_of(REPORTS, day)
        for name in self.folder.names(place):
            if not name.endswith(".parquet") or partition_of(name) not in self._done:
                continue
            try:
                with self.folder.system.open(self.folder.at(f"{place}/{name}"), "rb") as stream:
                    for batch in pq.ParquetFile(stream).iter_batches(500, columns=list(columns)):
                        yield from batch.to_pylist()
            except (pa.ArrowException, OSError) as error:
                told = " ".join(str(error).split())[:200]
                raise WorkspaceError(
                    f"{self.folder.url}/{place}/{name}: cannot be read: {told}"
                ) from error


def _article(row: dict[str, Any]) -> Article:
    texts = {name: row[name] for name in TEXTS if name != "article_id"}
    told = row["published"]
    published = dt.datetime.fromisoformat(told) if told else None
    return Article(id=row["article_id"], date=row["date"], published=published, **texts)


def bulk_source(sources: Sequence[str]) -> BulkFolder | None:
    """Return the bulk folder that sources name, None where they name none.

    Raises
    ------
    WorkspaceError
        It is named beside others, or damaged.
    """
    named = [source for source in sources if source != "-" and _is_bulk(source)]
    if not named:
        return None
    if len(sources) > 1:
        raise WorkspaceError(f"{named[0]}: is a folder of geomap bulk: name it alone")
    check_installed()
    return BulkFolder(Folder(named[0]))


def _is_bulk(source: str) -> bool:
    if "://" in source:
        web = source.lower().startswith(("http:", "https:"))
        if web or any(sign in source for sign in "*?["):
            return False
        check_installed()
        return Folder(source).holds(manifest.MANIFEST)
    from pathlib import Path

    try:
        return (Path(source) / manifest.MANIFEST).is_file()
    except (OSError, ValueError):
        return False
