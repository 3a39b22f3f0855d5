"""Which files the given sources stand for: files, folders with all below them, standard input."""

from __future__ import annotations

import dataclasses
import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from geomap.articles._ids import printable, wanted_ids
from geomap.models import Problem

__all__ = ["Input", "find_inputs", "kind_by_name", "os_reason", "with_ids"]

_KINDS = {
    ".txt": "text",
    ".md": "text",
    ".html": "html",
    ".htm": "html",
    ".jsonl": "jsonl",
    ".zip": "zip",
    ".warc": "warc",
    ".warc.gz": "warc",
}
# What Telegram calls its exports; other files of JSON in a folder are none of ours.
_TELEGRAM = "result.json"
# Where it lies is a workspace: its maps and briefings beside it are no reports.
_STORE = "workspace.gpkg"


@dataclass(frozen=True, slots=True)
class Input:
    """A file to read (`path` None: standard input).

    `shown` is what messages call it, `relative` its path in the given folder, `full` its path on
    the machine with links followed, the last two with forward slashes. Of a file in an archive
    `path` is the archive and `member` its name there, which is shown and never opened. `wanted` is
    the id for the article of a file that shares its stem with others.
    """

    path: Path | None
    shown: str
    relative: str
    full: str
    member: str | None = None
    wanted: str | None = None

    @property
    def name(self) -> str:
        """The name of the file, without its folders; empty for standard input."""
        if self.member is not None:
            return PurePosixPath(self.member).name
        return "" if self.path is None else self.path.name

    @property
    def stem(self) -> str | None:
        return PurePosixPath(self.name).stem if self.name else None

    @property
    def path_text(self) -> str | None:
        return None if self.path is None else self.shown


def kind_by_name(name: str) -> str | None:
    """Return what a file's name says that it holds, None for a name that says nothing.

    Examples
    --------
    >>> kind_by_name("crawl.WARC.gz"), kind_by_name("notes.rtf")
    ('warc', None)
    """
    lowered = name.lower()
    if lowered == _TELEGRAM:
        return "telegram"
    return next((kind for suffix, kind in _KINDS.items() if lowered.endswith(suffix)), None)


def with_ids(inputs: list[Input]) -> list[Input]:
    """Return the inputs, those that share a stem with the id that their article is to have.

    The ids are those of `name_articles`, as far as they can be told before reading: of files that
    hold one article each.
    """
    single = [i for i, one in enumerate(inputs) if kind_by_name(one.name) in (None, "text", "html")]
    ids = wanted_ids([(inputs[i].relative, inputs[i].full) for i in single])
    named = list(inputs)
    for i, wanted in zip(single, ids, strict=True):
        if wanted != printable(inputs[i].stem or "stdin"):
            named[i] = dataclasses.replace(inputs[i], wanted=wanted)
    return named


def _inputs(sources: Iterable[str | os.PathLike[str]]) -> Iterator[Input | Problem]:
    """Yield the files that the sources stand for."""
    for source in sources:
        name = os.fspath(source)
        if name == "-":
            yield Input(None, "stdin", "stdin", "stdin")
            continue
        path, shown = Path(name), printable(name)
        try:
            is_folder, exists = path.is_dir(), path.exists()
        except (OSError, ValueError) as error:  # ValueError: a NUL character in the path
            yield Problem(
                shown, f"cannot be read: {os_reason(error)}", "unreadable", set_aside=True
            )
            continue
        if not exists:
            yield Problem(shown, _missing(name), "not-found", set_aside=True)
        elif is_folder and (path / _STORE).is_file():
            message = "is a workspace, which holds what geomap made: name files or folders in it"
            yield Problem(shown, message, "workspace", set_aside=True)
        elif is_folder:
            yield from _folder(path, shown)
        else:
            yield Input(path, shown, path.name, _full(path))


def _missing(name: str) -> str:
    """Return what to say of a source that is not there."""
    scheme, between, _ = name.partition("://")
    if not between:
        return "no such file or folder"
    if scheme.lower() in ("http", "https"):
        return "is an address: geomap add takes it, into a workspace (geomap init makes one)"
    return "no such file or folder; of addresses only http:// and https:// are asked for"


def find_inputs(sources: Iterable[str | os.PathLike[str]]) -> list[Input | Problem]:
    """Keep each file once, where it came first, under its longest path in a given folder.

    The longest, since a file that is given alone and with its folder must have the same name
    whichever comes first.
    """
    kept: list[Input | Problem] = []
    places: dict[str, int] = {}
    for item in _inputs(sources):
        if isinstance(item, Problem):
            kept.append(item)
            continue
        place = places.setdefault(item.full, len(kept))
        if place == len(kept):
            kept.append(item)
            continue
        first = kept[place]
        if isinstance(first, Input) and len(item.relative) > len(first.relative):
            kept[place] = dataclasses.replace(first, relative=item.relative)
    return kept


def _folder(folder: Path, shown: str) -> Iterator[Input | Problem]:
    """Yield the readable files of a folder and its folders, sorted by path."""
    errors: list[OSError] = []
    spaces: list[str] = []
    files: list[tuple[tuple[str, ...], Path]] = []
    for root, folders, names in os.walk(folder, onerror=errors.append):
        if _STORE in names:
            spaces.append(root)
            folders.clear()
            continue
        folders[:] = [f for f in folders if not f.startswith(".")]
        for name in names:
            path = Path(root, name)
            if name.startswith(".") or kind_by_name(name) is None:
                continue
            # A pipe or a device in a folder would block; a dangling link is no report.
            if path.is_file():
                files.append((path.relative_to(folder).parts, path))
    for error in errors:
        where = printable(str(error.filename or folder))
        yield Problem(where, f"cannot be read: {os_reason(error)}", "unreadable", set_aside=True)
    for root in sorted(spaces):
        yield Problem(printable(root), "is a workspace: left out", "workspace")
    if not files and not errors:
        kinds = " ".join([*sorted(_KINDS), _TELEGRAM])
        yield Problem(
            shown, f"folder with nothing to read in it ({kinds})", "empty-folder", set_aside=True
        )
    for parts, path in sorted(files):
        yield Input(path, printable(str(path)), "/".join(parts), _full(path))


def _full(path: Path) -> str:
    return Path(os.path.realpath(path)).as_posix()


def os_reason(error: OSError | ValueError) -> str:
    """Return why an input could not be read, in the system's words."""
    return (error.strerror if isinstance(error, OSError) else None) or str(error)
