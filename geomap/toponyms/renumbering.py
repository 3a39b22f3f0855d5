"""Reports whose corrections stand elsewhere by now: somebody wrote an entry above theirs."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from geomap.toponyms.correcting import CORRECTED

if TYPE_CHECKING:
    from collections.abc import Sequence

    from geomap.models import Report, Resolution

Standing = tuple[int, str]  # an entry's number in `Report.corrections`, and what messages call it


def renumbered(report: Report, before: Sequence[Standing], now: Sequence[Standing]) -> Report:
    """Return a report that names the entries by which it was corrected as they stand now.

    Parameters
    ----------
    report : Report
        Its `corrections`, and the reasons of what they changed, name the entries as they stood.
    before, now : sequence of (int, str)
        Where each of the entries that touch the article stood, and stands.

    Raises
    ------
    ValueError
        One of them is not there.
    """
    if list(before) == list(now):
        return report
    numbers = {old: new for (old, _), (new, _) in zip(before, now, strict=True)}
    if not numbers.keys() >= set(report.corrections):
        raise ValueError("an entry is not there")
    names = {f" ({old})": f" ({new})" for (_, old), (_, new) in zip(before, now, strict=True)}
    return replace(
        report,
        corrections=tuple(sorted(numbers[n] for n in report.corrections)),
        resolutions=tuple(_told_anew(r, names) for r in report.resolutions),
    )


def _told_anew(resolution: Resolution, names: dict[str, str]) -> Resolution:
    if not resolution.reasons or not resolution.reasons[0].startswith(CORRECTED):
        return resolution
    first, *rest = resolution.reasons  # a correction's reason stands first
    for old, new in names.items():
        if first.endswith(old):
            first = first.removesuffix(old) + new
            break
    return replace(resolution, reasons=(first, *rest))
