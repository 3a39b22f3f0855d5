"""Drawing lines of contact from reports, for the commands that need one."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from geomap.commands import Run
from geomap.feature_ids import claim_ids

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterator, Mapping, Sequence

    from shapely import Geometry

    from geomap.front.theatre import Theatre
    from geomap.models import ContactLine, Front, Report

Cells = tuple[tuple[float, float, float, float], ...]  # lat, lon, p, band_km


class FrontDrawer(Run):
    """A command that draws lines of contact."""

    def _draw(
        self,
        reports: Sequence[Report],
        days: Sequence[dt.date],
        priors: Sequence[ContactLine],
        seeds: bool,
        with_grid: bool,
    ) -> tuple[list[Front], list[tuple[dt.date, Cells]]]:
        """Return the front of each day, and its cells when they are asked for."""
        sure = [self._sure(report) for report in reports]
        ids = {
            whole.article.id: [
                identity
                for identity, claim in zip(claim_ids(whole), whole.claims, strict=True)
                if claim.confidence >= self.settings.min_confidence
            ]
            for whole in reports
        }
        drawn = draw(
            sure, days, theatre=self.theatre, priors=priors, seeds=seeds, homes=self._homes(),
            ids=ids, cells=with_grid,
        )  # fmt: skip
        fronts: list[Front] = []
        cells: list[tuple[dt.date, Cells]] = []
        with self._bar(len(days), "days") as advance:
            for front in drawn:
                if with_grid:
                    cells.append((front.date, self._inside(front.cells)))
                bare = replace(front, cells=())  # a series of fields is too much to keep twice
                fronts.append(bare)
                if advance is not None:
                    advance(front)
        return fronts, cells

    def _inside(self, cells: Cells) -> Cells:
        """Return the cells that lie in the region asked for."""
        if self.scope is None or not cells:
            return cells
        import shapely

        lats, lons = zip(*((lat, lon) for lat, lon, _, _ in cells), strict=True)
        held = shapely.intersects_xy(self.scope.geometry, lons, lats)
        return tuple(cell for cell, inside in zip(cells, held, strict=True) if inside)

    def _sure(self, report: Report) -> Report:
        least = self.settings.min_confidence
        if least <= 0:
            return report
        return replace(report, claims=tuple(c for c in report.claims if c.confidence >= least))

    def _homes(self) -> dict[str, Geometry]:
        """Return the ground of the parties' countries, by their codes."""
        areas = self.gazetteer.areas
        codes = sorted({p.country for p in self.theatre.parties if p.country})
        rows = {code: areas.find(code) for code in codes}
        return {code: areas.geometry(row) for code, row in rows.items() if row is not None}


def draw(
    reports: Sequence[Report],
    days: Sequence[dt.date],
    *,
    theatre: Theatre,
    priors: Sequence[ContactLine],
    seeds: bool,
    homes: Mapping[str, Geometry],
    ids: Mapping[str, Sequence[str]],
    cells: bool,
) -> Iterator[Front]:
    """Draw the line of each day: the seam to the model."""
    from geomap.front.line import fronts

    return fronts(
        reports,
        days,
        theatre=theatre,
        priors=priors,
        seeds=seeds,
        homes=homes,
        ids=ids,
        cells=cells,
    )
