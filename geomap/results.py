"""What was found in some articles, in their order."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import datetime as dt

    from geomap.models import Problem, Report


@dataclass(frozen=True, slots=True)
class Results:
    """What was found in some articles, with what its owner should know.

    Iterating gives the reports, in the order of the articles.
    """

    reports: tuple[Report, ...]
    problems: tuple[Problem, ...] = ()

    def __iter__(self) -> Any:
        return iter(self.reports)

    def __len__(self) -> int:
        return len(self.reports)

    @property
    def dates(self) -> tuple[dt.date, ...]:
        """The days of the articles, in order; what has no date is left out."""
        return tuple(sorted({r.article.date for r in self.reports if r.article.date}))

    def to_geodataframe(self, layer: str | None = None) -> Any:
        """Return mentions, hints and claims as one GeoDataFrame (EPSG:4326).

        Parameters
        ----------
        layer : {"mention", "hint", "claim"}, optional
            Only these rows.

        Returns
        -------
        geopandas.GeoDataFrame
            A row for each feature, columns as in `docs/formats.md`, in the order of the dates;
            empty (with all columns) when nothing was found.
        """
        from geomap.output.layers import to_geodataframe

        return to_geodataframe(self.reports, layer)
