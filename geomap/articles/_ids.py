"""A name for each article: its `id`, else the file's stem, else its path in the given folder.

Names do not depend on the order in which the files are given, so that a second run, or a run over
more files in another order, calls each article the same.
"""

from __future__ import annotations

import dataclasses
import os
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import PurePosixPath

from geomap.models import Article, Problem

__all__ = ["Draft", "name_articles", "printable", "wanted_ids"]


@dataclass(frozen=True, slots=True)
class Draft:
    """An article that has no name yet, or one of its own in `article.id`.

    `relative` is its file in the given folder and `full` on the machine, both with forward
    slashes; `line` is set for a line of a `.jsonl` file. `raw` is the page that it was read from,
    as it came; `wanted` the id of a file that shares its stem with others (`Input.wanted`).
    """

    article: Article
    relative: str
    full: str
    line: int | None = None
    raw: bytes | None = None
    wanted: str | None = None

    @property
    def early_id(self) -> str:
        """The id that can be told without the other articles; others may have the same."""
        own = self.article.id or self.wanted
        if own:
            return printable(own)
        if self.line is not None:
            return f"{printable(self.relative)}#{self.line}"
        return self.stem

    @property
    def stem(self) -> str:
        """The name of its file, without folders and suffix."""
        return printable(PurePosixPath(self.relative).stem)


def printable(text: str) -> str:
    r"""Write out what a terminal would not show as it is: controls, direction marks, broken bytes.

    Examples
    --------
    >>> printable("a\u202eb\n")
    'a\\u202eb\\n'
    """
    if text.isprintable():
        return text
    return "".join(
        c if c.isprintable() else c.encode("unicode_escape").decode("ascii") for c in text
    )


def name_articles(
    found: Iterable[Draft | Problem],
) -> tuple[tuple[Article, ...], tuple[Problem, ...]]:
    """Give each draft its id and separate articles from problems, keeping both orders.

    Parameters
    ----------
    found : iterable of Draft or Problem
        In the order of reading.

    Returns
    -------
    tuple[tuple[Article, ...], tuple[Problem, ...]]
        Articles whose ids are all different. An `id` that is used twice is kept once and made
        `id#2` for the next, with a warning.

    Examples
    --------
    >>> a = Draft(Article("", "One."), "a/x.txt", "/d/a/x.txt")
    >>> b = Draft(Article("", "Two."), "b/x.txt", "/d/b/x.txt")
    >>> [article.id for article in name_articles([a, b])[0]]
    ['a/x.txt', 'b/x.txt']
    """
    items = list(found)
    drafts = [item for item in items if isinstance(item, Draft)]
    ids = _without_collisions(drafts)
    problems: dict[int, Problem] = {}
    taken: set[str] = set(ids)
    used: set[str] = set()
    # In the order of paths, not of the sources: which one keeps its id must not depend on that.
    for index in sorted(range(len(drafts)), key=lambda i: (drafts[i].full, drafts[i].line or 0)):
        wanted = ids[index]
        if wanted in used:
            count = 2
            while (name := f"{wanted}#{count}") in taken:
                count += 1
            ids[index] = name
            taken.add(name)
            draft = drafts[index]
            message = f"has the id {wanted!r} of another article; it is called {name!r}"
            problems[index] = Problem(
                draft.article.path or "stdin", message, "duplicate-id", draft.line
            )
        used.add(ids[index])

    articles: list[Article] = []
    all_problems: list[Problem] = []
    for item in items:
        if isinstance(item, Problem):
            all_problems.append(item)
            continue
        index = len(articles)
        articles.append(dataclasses.replace(item.article, id=ids[index]))
        if index in problems:
            all_problems.append(problems[index])
    return tuple(articles), tuple(all_problems)


def wanted_ids(files: Iterable[tuple[str, str]]) -> list[str]:
    """Return the ids of files that hold one article each.

    Parameters
    ----------
    files : iterable of tuple[str, str]
        Of each its path in the given folder and its path on the machine.

    Examples
    --------
    >>> wanted_ids([("a/x.txt", "/d/a/x.txt"), ("b/x.txt", "/d/b/x.txt"), ("y.md", "/d/y.md")])
    ['a/x.txt', 'b/x.txt', 'y']
    """
    nothing = Article("", "")
    return _without_collisions([Draft(nothing, relative, full) for relative, full in files])


def _without_collisions(drafts: list[Draft]) -> list[str]:
    """Return ids in which files that share a stem are called by their paths.

    Articles with an `id` of their own keep it; only names that geomap made up give way, step by
    step: stem, path in the given folder (a line of a file also by its number), path from the
    folder that holds all that still collide.
    """
    ids = [printable(d.article.id) or d.stem for d in drafts]
    ours = [i for i, d in enumerate(drafts) if not d.article.id]

    def colliding() -> list[int]:
        counts = Counter(ids)
        return [i for i in ours if counts[ids[i]] > 1]

    for index in colliding():
        line = drafts[index].line
        ids[index] = printable(drafts[index].relative) + ("" if line is None else f"#{line}")
    still = colliding()
    if still:
        folder = _common_folder([drafts[i].full for i in still])
        for index in still:
            full, line = drafts[index].full, drafts[index].line
            relative = full[len(folder) :].lstrip("/") if full.startswith(folder) else full
            ids[index] = printable(relative or full) + ("" if line is None else f"#{line}")
    return ids


def _common_folder(paths: list[str]) -> str:
    """Return the folder that holds all of the paths, "" if there is none (two drives)."""
    try:
        return os.path.commonpath([PurePosixPath(p).parent for p in paths]).replace("\\", "/")
    except ValueError:
        return ""
