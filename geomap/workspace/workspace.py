"""A workspace: a folder with a store, the corrections of its owner, and what he notes in it."""

from __future__ import annotations

import datetime as dt
import shlex
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from geomap.articles.read import ReadResult
from geomap.errors import WorkspaceError
from geomap.workspace.copies import are_copies, bands, shingles
from geomap.workspace.store import Store

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from geomap.models import Article
    from geomap.workspace.store import Added

STORE = "workspace.gpkg"
CORRECTIONS = "corrections.toml"
REVIEWS = "review*.csv"
_CORRECTIONS_TEXT = """\
# What names mean in the reports of this workspace, and which claims are untrue. geomap review
# writes a table of doubtful names, docs/corrections.md tells the keys. For example:
#
# [[correction]]
# name = "Lyman"
# place = "Lyman, Kharkiv Oblast"
#
# [[claim]]
# id = "report-7/claim/120-128"
# false = true
# note = "why"
"""


@dataclass(frozen=True, slots=True)
class Workspace:
    """A folder that holds a workspace, and its store."""

    folder: Path
    store: Store

    @property
    def corrections(self) -> list[Path]:
        """The files of corrections: the owner's, if it says anything, and reviews in the folder."""
        path = self.folder / CORRECTIONS
        said = False
        if path.is_file():
            lines = path.read_text(encoding="utf-8", errors="replace").splitlines()
            said = any(line.strip() and not line.lstrip().startswith("#") for line in lines)
        reviews = sorted(p for p in self.folder.glob(REVIEWS) if p.is_file())
        return [*([path] if said else []), *reviews]

    def read(self, since: dt.date | None = None, until: dt.date | None = None) -> ReadResult:
        """Return the latest version of each article by date and id.

        Parameters
        ----------
        since, until : datetime.date, optional
            Only those of these days (both inclusive); what has no date is left out then.
        """
        stored = self.store.articles(
            since=since.isoformat() if since else None, until=until.isoformat() if until else None
        )
        return ReadResult(tuple(one.article for one in stored), ())

    def add(self, articles: Iterable[Article], now: dt.datetime | None = None) -> Iterator[Added]:
        """Keep articles, one after the other, and yield what became of each.

        Parameters
        ----------
        articles : iterable of Article
        now : datetime.datetime, optional
            When they are added, with its zone; the clock's by default.
        """
        for article in articles:
            yield self.keep(article, now=now)

    def keep(
        self, article: Article, *, raw: bytes | None = None, now: dt.datetime | None = None
    ) -> Added:
        """Keep an article; `raw` is the page that it was read from, as it came."""
        found = shingles(article.text)
        return self.store.add(
            article,
            origin=article.path or article.url or "standard input",
            when=now or dt.datetime.now(dt.UTC),
            raw=raw,
            bands=bands(found),
            is_copy=partial(_is_copy, found),
        )


def _is_copy(found: frozenset[int], text: str) -> bool:
    return are_copies(found, shingles(text))


def is_workspace(path: str | Path) -> bool:
    """Say whether a folder holds a workspace."""
    return (Path(path) / STORE).is_file()


def none_in(path: Path) -> WorkspaceError:
    """Return the error about a path that is no workspace, with what to do."""
    if path.name == STORE and path.is_file():
        return WorkspaceError(f"{path}: is the store of a workspace: name the folder it is in")
    if path.exists() and not path.is_dir():
        return WorkspaceError(f"{path}: is a file, and a workspace is a folder")
    return WorkspaceError(
        f"{path}: holds no workspace: make one with geomap init {shlex.quote(str(path))}"
    )


def create(folder: Path) -> Workspace:
    """Make a workspace in a folder, which is made too where it is not there.

    Raises
    ------
    WorkspaceError
        There is one already, or the folder cannot be made.
    """
    from geomap.workspace.feeds_file import FEEDS, TEMPLATE

    try:
        folder.mkdir(exist_ok=True)
    except (OSError, ValueError) as error:
        told = getattr(error, "strerror", None) or str(error)
        raise WorkspaceError(f"{folder}: cannot be made: {told}") from error
    store = Store(folder / STORE, create=True)
    for name, text in ((CORRECTIONS, _CORRECTIONS_TEXT), (FEEDS, TEMPLATE)):
        if not (folder / name).exists():
            (folder / name).write_text(text, encoding="utf-8")
    return Workspace(folder, store)


def open_workspace(folder: Path) -> Workspace:
    """Open the workspace of a folder.

    Raises
    ------
    WorkspaceError
        There is none, or its store cannot be used.
    """
    if not is_workspace(folder):
        raise none_in(folder)
    return Workspace(folder, Store(folder / STORE))


def opened(sources: Sequence[str]) -> Workspace | None:
    """Return the workspace that sources name, None where they name none.

    Raises
    ------
    WorkspaceError
        It is named beside others or by its store, or cannot be used.
    """
    for source in sources:
        if Path(source).name == STORE and Path(source).is_file():
            raise none_in(Path(source))
    named = [source for source in sources if source != "-" and is_workspace(source)]
    if not named:
        return None
    if len(sources) > 1:
        raise WorkspaceError(f"{named[0]}: is a workspace: name it alone, add the others to it")
    return open_workspace(Path(named[0]))
