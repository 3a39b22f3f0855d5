"""What a worker process does: it reads groups of articles and hands back what it found as bytes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from geomap.errors import WorkspaceError
from geomap.models import Report
from geomap.workspace.stored_reports import Packed

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from geomap.models import Article, Problem
    from geomap.pipeline import Pipeline

# Of this process: made when the first articles come, so that what is wrong with it is told as an
# answer, and used for all that follow.
_making: list[Callable[[], Pipeline]] = []
_made: list[Pipeline] = []


def prepare(make: Callable[[], Pipeline]) -> None:
    """Note how this process makes its pipeline."""
    _making[:] = [make]
    _made.clear()


def read(articles: Sequence[Article]) -> list[Packed | Report | Problem]:
    """Return what was found in articles, packed where that can be.

    Raises
    ------
    RecogniserError
        The recogniser cannot be used.
    """
    if not _made:
        _made.append(_making[0]())
    return [
        _packed(result) if isinstance(result, Report) else result
        for result in _made[0].stream(articles)
        if result is not None
    ]


def _packed(report: Report) -> Packed | Report:
    try:
        return Packed.of(report)
    except WorkspaceError:  # larger than any report is: it goes back as it is
        return report
