"""What a bulk folder says of itself: what was read, by what, how much came of it."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any

from geomap.bulk.partitions import Partition
from geomap.bulk.task import COUNTS, DONE
from geomap.errors import WorkspaceError
from geomap.models import Problem

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from geomap.bulk.storage import Folder

MANIFEST = "bulk.json"
PROBLEMS = "problems.jsonl"
FORMAT = 1
_PLAN, _HALVED = "_plan.json", "_halved"
_TOLD = {
    "format": "by another version of geomap bulk",
    "engine": "by another geomap, gazetteer, theatre, recogniser or corrections",
    "settings": "with other filters or options",
    "inputs": "from other inputs, or they have changed",
}


@dataclass(slots=True)
class Totals:
    """What all partitions of a run gave."""

    counts: dict[str, int] = field(default_factory=lambda: dict.fromkeys(COUNTS, 0))
    days: set[str] = field(default_factory=set)
    corrections: set[int] = field(default_factory=set)
    problems: int = 0
    set_aside: int = 0
    partitions: int = 0

    def add(self, marker: Mapping[str, Any]) -> None:
        """Add a partition."""
        self.partitions += 1
        for name in COUNTS:
            self.counts[name] += marker["counts"][name]
        self.days.update(marker["days"])
        self.corrections.update(marker["corrections"])
        self.problems += len(marker["problems"])
        self.set_aside += sum(p["set_aside"] for p in marker["problems"])


def begin(folder: Folder, asked: Mapping[str, Any]) -> tuple[list[Partition], list[Problem]] | None:
    """Return the plan of the run that a folder holds, None where it holds none.

    Beside the partitions it has what was wrong with whole files.

    Parameters
    ----------
    folder : Folder
    asked : mapping
        `format`, `engine`, `settings`, `inputs` of this run.

    Raises
    ------
    WorkspaceError
        The folder holds something else, or a run on something else; the message says what.
    """
    manifest = read(folder)
    if manifest is None:
        if folder.empty:
            return None
        raise WorkspaceError(f"{folder.url}: holds other files: choose another -o")
    for name, told in _TOLD.items():
        if manifest.get(name) != asked[name]:
            raise WorkspaceError(f"{folder.url}: was made {told}: choose another -o")
    data = folder.read(_PLAN)
    if data is None:
        return None  # stopped before anything was done
    told = json.loads(data)
    partitions = [Partition(**row) for row in told["partitions"]]
    return partitions, [Problem(**row) for row in told["problems"]]


def read(folder: Folder) -> dict[str, Any] | None:
    """Return what a folder says of itself, None where it is no bulk folder.

    Raises
    ------
    WorkspaceError
        It is damaged.
    """
    data = folder.read(MANIFEST)
    if data is None:
        return None
    try:
        found = json.loads(data)
    except ValueError as error:
        raise WorkspaceError(f"{folder.url}/{MANIFEST}: is damaged: {error}") from error
    if not isinstance(found, dict) or "engine" not in found:
        raise WorkspaceError(f"{folder.url}/{MANIFEST}: is not of geomap bulk")
    return found


def write(folder: Folder, asked: Mapping[str, Any], totals: Totals | None) -> None:
    """Write what a folder says of itself; `totals` are there when all is done."""
    told: dict[str, Any] = {**asked, "done": totals is not None}
    if totals is not None:
        days = sorted(totals.days)
        told |= {
            "counts": totals.counts,
            "dates": len(days),
            "first": days[0] if days else None,
            "last": days[-1] if days else None,
            "problems": totals.problems,
            "set_aside": totals.set_aside,
            "partitions": totals.partitions,
        }
    text = json.dumps(told, ensure_ascii=False, indent=1, sort_keys=True, default=str) + "\n"
    folder.write(MANIFEST, text.encode("utf-8", "replace"))


def write_plan(
    folder: Folder, partitions: Sequence[Partition], problems: Sequence[Problem]
) -> None:
    """Write the partitions and faults of files, so that a run that goes on has the same."""
    told = {
        "partitions": [p.plain() for p in partitions],
        "problems": [asdict(p) for p in problems],
    }
    text = json.dumps(told)
    folder.write(_PLAN, text.encode("ascii"))


def leaves(folder: Folder, partitions: Sequence[Partition]) -> list[Partition]:
    """Return partitions in their order, for one that was halved its halves."""
    halved = {name.removesuffix(".json") for name in folder.names(_HALVED)}
    if not halved:
        return list(partitions)
    found: list[Partition] = []
    for partition in partitions:
        rows = _json(folder, f"{_HALVED}/{partition.id}.json") if partition.id in halved else None
        if rows is None:
            found.append(partition)
        else:
            found += leaves(folder, [Partition(**row) for row in rows])
    return found


def done_ids(folder: Folder) -> set[str]:
    """Return the ids of the partitions that are done."""
    return {name.removesuffix(".json") for name in folder.names(DONE)}


def mark_halved(folder: Folder, partition: Partition, parts: Sequence[Partition]) -> None:
    """Note that the halves of a partition stand for it."""
    text = json.dumps([p.plain() for p in parts])
    folder.write(f"{_HALVED}/{partition.id}.json", text.encode("ascii"))


def markers(folder: Folder, partitions: Sequence[Partition]) -> Iterator[dict[str, Any]]:
    """Yield what those partitions that are done have told, in order."""
    for partition in leaves(folder, partitions):
        marker = _json(folder, f"{DONE}/{partition.id}.json")
        if marker is not None:
            yield marker


def _json(folder: Folder, relative: str) -> Any:
    """Return what a file of the run holds, None where it is not there."""
    data = folder.read(relative)
    try:
        return None if data is None else json.loads(data)
    except ValueError as error:
        raise WorkspaceError(
            f"{folder.url}/{relative}: is damaged: delete it and run again"
        ) from error
