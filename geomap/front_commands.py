"""What `geomap front` does: read articles and earlier lines, draw the line of each day."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from geomap.commands import summary
from geomap.errors import ArticleError, SettingsError
from geomap.front_drawing import FrontDrawer
from geomap.models import Problem
from geomap.output.files import write_text
from geomap.output.front_grid import grid_csv
from geomap.output.front_places import PLACE, places_csv, places_rows
from geomap.output.fronts import clipped, front_collection
from geomap.output.fronts import summary as front_summary
from geomap.output.geojson import dumps
from geomap.output.lines import read_files
from geomap.region_options import is_front
from geomap.run_summary import count

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from geomap.gazetteer.scope import Scope
    from geomap.models import Front, Report
    from geomap.results import Results


class FrontRun(FrontDrawer):
    """`geomap front`: the line of contact that some articles tell."""

    def front(
        self,
        output: Path,
        *,
        on: dt.date | None = None,
        priors: Sequence[Path] = (),
        seeds: bool = True,
        grid: Path | None = None,
        every: int | None = None,
        places: Path | None = None,
    ) -> dict[str, Any]:
        """Draw the lines, write them as GeoJSON (and tables as CSV); return the summary.

        Parameters
        ----------
        output : Path
            The .geojson to write.
        on : datetime.date, optional
            The one day to draw; without it every date of the articles.
        priors : sequence of Path
            Files of earlier lines.
        seeds : bool
            Whether the seed towns of the theatre count.
        grid : Path, optional
            The .csv to write with the probabilities of control.
        every : int, optional
            Draw a day each so many, from the first date to the last.
        places : Path, optional
            The .csv to write with the side and the distance to the line of each place.

        Raises
        ------
        FrontError
            An earlier line is at fault, or later than what is drawn.
        ArticleError
            No article says when it is of.
        """
        self._check_filters()
        self._inputs |= {p.resolve() for p in priors}
        self._ready(*[p for p in (output, grid, places) if p is not None])
        files = read_files(priors, areas=self.gazetteer.areas)
        earlier = files.until(on)
        self.problems += earlier.problems
        self._heed()
        results = self.results()
        reports = self._of_the_days(results, on)
        if not reports and not earlier.lines:
            raise ArticleError(
                f"no article of {on} or before, and no --prior: nothing to draw from"
            )
        days = [on] if on is not None else drawn_days([r.article.date for r in reports], every)
        if on is None:  # only now is the last day known
            earlier = files.until(days[-1])
            self.problems += [p for p in earlier.problems if p not in self.problems]
            self._heed()
        drawn, cells = self._draw(reports, days, earlier.lines, seeds, grid is not None)
        self._note(drawn)
        fronts = [clipped(f, self.scope.geometry) for f in drawn] if self.scope else drawn
        whole = front_collection(
            fronts,
            theatre=self.theatre,
            reports=reports,
            generator=self.collection([])["generator"],
        )
        written = [(output, _told(fronts))]
        if grid is not None:
            write_text(grid, grid_csv(cells))
            written.append((grid, count(sum(len(rows) for _, rows in cells), "cell")))
        if places is not None:
            rows = places_rows(
                reports,
                drawn,  # a line goes on where a region asked for ends
                self.theatre,
                min_confidence=self.settings.min_confidence,
                inside=self.scope.holds if self.scope else None,
            )
            write_text(places, places_csv(rows))
            written.append((places, count(sum(r[0] == PLACE for r in rows), "place")))
        write_text(output, dumps(whole))
        return _summary(results, written, fronts)

    def _check_filters(self) -> None:
        """Refuse filters that would take from the line what it rests on.

        Raises
        ------
        SettingsError
            There are such.
        """
        if self.settings.parties or self.settings.only:
            raise SettingsError(
                "a line needs what all sides did: leave out --party and --kind (--source is fine)"
            )

    def _asked_scope(self) -> Scope | None:
        if is_front(self.settings.region):
            raise SettingsError("front draws the front: give --region a name, or leave it out")
        return super()._asked_scope()

    def _of_the_days(self, results: Results, on: dt.date | None) -> list[Report]:
        """Return the reports that count, by date: dated ones, up to the day drawn.

        Raises
        ------
        ArticleError
            None says when it is of, and no day is asked for.
        """
        dated = [r for r in results.reports if r.article.date is not None]
        if on is None:
            if not dated:
                raise ArticleError(
                    "no article says when it is of: give --article-date, or a day with --on"
                )
            return dated
        kept = [r for r in dated if r.article.date is not None and r.article.date <= on]
        if later := len(dated) - len(kept):
            message = f"{count(later, 'report')} of later days left out"
            self.problems.append(Problem(f"--on {on}", message, "later"))
        return kept

    def _told(self, problems: Sequence[Problem]) -> list[Problem]:
        """Return the reader's problems; what has no date is set aside: it cannot say when."""
        message = "has no date: set aside, a line must know when (give --article-date)"
        return [
            replace(p, message=message, set_aside=True) if p.kind == "undated" else p
            for p in super()._told(problems)
        ]

    def _note(self, fronts: Sequence[Front]) -> None:
        """Note what the lines themselves warn of, once each, with the days."""
        days: dict[str, list[dt.date]] = {}
        for front in fronts:
            for problem in front.problems:
                days.setdefault(problem, []).append(front.date)
        for problem, on in days.items():
            where = str(on[0]) if len(on) == 1 else f"{on[0]} and {count(len(on) - 1, 'later day')}"
            self.problems.append(Problem(f"line of {where}", problem, "front"))
        self._heed()


def drawn_days(dates: Sequence[dt.date | None], every: int | None = None) -> list[dt.date]:
    """Return the days to draw: those of the articles, or one each so many from first to last.

    Examples
    --------
    >>> first, last = dt.date(2025, 2, 1), dt.date(2025, 2, 20)
    >>> [d.day for d in drawn_days([last, first, first])]
    [1, 20]
    >>> [d.day for d in drawn_days([first, last], every=7)]
    [1, 8, 15, 20]
    """
    known = sorted({d for d in dates if d is not None})
    if every is None or not known:
        return known
    span = (known[-1] - known[0]).days
    days = [known[0] + dt.timedelta(days=n) for n in range(0, span + 1, every)]
    return days if days[-1] == known[-1] else [*days, known[-1]]


def _told(fronts: Sequence[Front]) -> str:
    days = [f.date.isoformat() for f in fronts]
    span = "" if not days else days[0] if len(days) == 1 else f"{days[0]} to {days[-1]}"
    return f"{count(len(fronts), 'line')} of contact" + (f" ({span})" if span else "")


def _summary(
    results: Results, written: Sequence[tuple[Path, str]], fronts: Sequence[Front]
) -> dict[str, Any]:
    """Return the summary of the articles and of the last line, for people and for programs."""
    whole = summary(results, written)
    told = [front_summary(front) for front in fronts]
    if told:
        last = told[-1]
        line = f"{last['date']}: {last['km']:,.0f} km of line"
        if last["km"]:
            by = (("km_by_reports", "by reports"), ("km_by_prior", "by an earlier line"),
                  ("km_unsupported", "unsupported"))  # fmt: skip
            line += " (" + ", ".join(f"{last[k] / last['km']:.0%} {w}" for k, w in by) + ")"
        uses = f"{count(last['claims'], 'claim')} at {count(last['places'], 'place')}"
        more = [f", {count(last['seeds'], 'seed town')}" if last["seeds"] else ""]
        more += [f", earlier lines of {', '.join(last['priors'])}" if last["priors"] else ""]
        whole["lines"][2:2] = [line, f"it rests on {uses}{''.join(more)}"]
    return whole | {"fronts": told}
