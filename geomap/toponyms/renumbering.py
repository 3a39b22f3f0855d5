"""Reports whose corrections have other numbers by now: somebody wrote an entry above theirs."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from geomap.toponyms.correcting import CORRECTED

if TYPE_CHECKING:
    from collections.abc import Mapping

    from geomap.models import Report, Resolution

_NUMBER = re.compile(r"(?<=, entry )[0-9]+(?=\)$)")


def renumbered(report: Report, now: Mapping[int, int]) -> Report:
    """Return a report that names the entries by which it was corrected as they are numbered now.

    Parameters
    ----------
    report : Report
        Its `corrections`, and the reasons of what they changed, number the entries as they were.
    now : mapping
        The number of each of them now (both from 0).

    Raises
    ------
    KeyError
        One of them is not in `now`.
    """
    if all(old == new for old, new in now.items()):
        return report
    return replace(
        report,
        corrections=tuple(sorted(now[n] for n in report.corrections)),
        resolutions=tuple(_told_anew(r, now) for r in report.resolutions),
    )


def _told_anew(resolution: Resolution, now: Mapping[int, int]) -> Resolution:
    if not resolution.reasons or not resolution.reasons[0].startswith(CORRECTED):
        return resolution
    first, *rest = resolution.reasons  # a correction's reason stands first
    told = _NUMBER.sub(lambda found: str(now[int(found.group()) - 1] + 1), first)
    return replace(resolution, reasons=(told, *rest))
