"""What `geomap brief` does: read, find the region and the period, compose, write."""

from __future__ import annotations

import datetime as dt
import json
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from geomap.brief_since import Came
from geomap.commands import summary
from geomap.errors import SettingsError
from geomap.front.dated import of_day
from geomap.front_drawing import FrontDrawer
from geomap.map_commands import MapRun
from geomap.models import Front, Problem
from geomap.output.briefing.compose import Subject, compose
from geomap.output.briefing.line_states import of_file, of_front
from geomap.output.briefing.periods import Period, length_of, period_of
from geomap.output.files import write_text
from geomap.output.filters import Filter
from geomap.output.geojson import ATTRIBUTION
from geomap.region_options import is_front
from geomap.run_summary import count

if TYPE_CHECKING:
    from collections.abc import Sequence

    from geomap.articles import ReadResult
    from geomap.gazetteer.scope import Scope
    from geomap.models import Article, ContactLine, Report
    from geomap.output.briefing.line_states import LineState
    from geomap.output.layers import Feature
    from geomap.results import Results

States = tuple["LineState | None", "LineState | None"]  # as the period ends, and as it began
SUFFIXES = (".md", ".html", ".json")
LEAST_CLAIMS = 20  # a line is drawn for a briefing from no fewer
LINE_DAYS = 30  # a line is drawn from what was reported so many days before (`front.series`)


@dataclass(frozen=True, slots=True)
class Found:
    """The features of the reports, once for all regions; a list of rows for each report."""

    now: list[list[Feature]]
    before: list[list[Feature]] | None
    reports: list[Report]


class BriefRun(FrontDrawer, MapRun):
    """`geomap brief`: briefings on regions."""

    CORES = True

    def __init__(
        self,
        sources: Sequence[str],
        options: dict[str, Any],
        progress: bool,
        *,
        length: str | None = None,
        draws: bool = True,
        since_last: bool = False,
        **more: Any,
    ) -> None:
        # The period before is read too, and what a line rests on: the pipeline reads all dates.
        self._since: dt.date | None = options.pop("since", None)
        self._until: dt.date | None = options.pop("until", None)
        self._length = length
        self._draws = draws
        period_of([], since=self._since, until=self._until, length=None)  # a slip costs no time
        if length is not None:
            length_of(length)
        self.period = Period(None, None)
        super().__init__(sources, options, progress, **more)
        self._came = Came.of(self) if since_last else None

    def _asked_scope(self) -> Scope | None:
        # Along the front: known when the line is.
        return None if is_front(self.settings.region) else super()._asked_scope()

    def brief(self, output: Path, *, with_map: bool = True) -> dict[str, Any]:
        """Write the briefing on a region; return the summary.

        Parameters
        ----------
        output : Path
            ``.md``, ``.html`` or ``.json``.
        with_map : bool
            Whether a small map is drawn in it, where matplotlib is there to do so.

        Raises
        ------
        SettingsError
            No region is told, or the file's ending is not known.
        """
        if self.scope is None and not is_front(self.settings.region):
            raise SettingsError(
                'say what to brief on: --region "Donetsk Oblast", --bbox W,S,E,N or --each admin1'
            )
        if output.suffix.lower() not in SUFFIXES:
            raise SettingsError(f"-o {output}: give a file name that ends in .md, .html or .json")
        self._ready(output)
        results = self.results()
        found = self.found_in(results)
        line, earlier = self._states(results)
        region = self.scope or self._along(line)
        document = self._document(region, found, line, earlier)
        if with_map and output.suffix.lower() != ".json":
            self._put_map(document, region, found, (line, earlier))
        write_text(output, self._written(document, output.suffix.lower()))
        if self._came is not None:
            self._came.note()
        told = [(output, f"briefing on {region.name}, {document['period']['text']}")]
        return self._summary(results, found, told)

    # ---- Reading ----

    @property
    def _bounded(self) -> bool:
        return not (self._since is None and self._until is None and self._length is None)

    def _read(self) -> ReadResult:
        """Read the articles; keep those of the period, of the one before, and what a line needs."""
        read = super()._read()
        dates = [a.date for a in read if a.date is not None and self._told_of(a)]
        self.period = period_of(dates, since=self._since, until=self._until, length=self._length)
        if self._came is not None:
            self.period = replace(self.period, came_since=self._came.since)
        first, last = self._span(self.period)
        kept = tuple(
            a
            for a in read
            if self.period.holds(a.date)
            or (a.date is not None and first is not None and last is not None
                and first <= a.date <= last)
        )  # fmt: skip
        return replace(read, articles=kept)

    def _span(self, period: Period) -> tuple[dt.date | None, dt.date | None]:
        """Return the days that a briefing on a period needs, first and last."""
        first = period.since
        if first is not None and period.before is not None:
            first = period.before[0]
        if first is not None and self._draws and not self.lines:
            first -= dt.timedelta(days=LINE_DAYS)
        return first, period.until

    def _days_read(self) -> tuple[dt.date | None, dt.date | None]:
        kept = self.bulk_folder or (self.workspace and self.workspace.store)
        if not self._bounded or not kept or self._came is not None:
            return super()._days_read()
        return self._span(
            period_of(kept.days(), since=self._since, until=self._until, length=self._length)
        )

    def _told_of(self, article: Article) -> bool:
        """Say whether a briefing on what came tells of an article."""
        return self._came is None or article.id in self._came.ids

    def _told(self, problems: Sequence[Problem]) -> list[Problem]:
        told = super()._told(problems)
        if not self._bounded:
            return told
        message = "has no date: left out, since a period was asked for"
        return [replace(p, message=message) if p.kind == "undated" else p for p in told]

    def _period(self, results: Results) -> str:
        del results
        return str(self.period.told()["text"])

    def found_in(self, results: Results) -> Found:
        """Return the features of the period and of the one before, of all regions."""
        wanted = replace(self.wanted(), inside=None)
        reports = [
            r
            for r in results.reports
            if self.period.holds(r.article.date) and self._told_of(r.article)
        ]
        before = None
        if self.period.before is not None:
            since, until = self.period.before
            earlier = [
                r for r in results.reports if r.article.date and since <= r.article.date <= until
            ]
            before = self._rows(earlier, wanted)
        if not reports and results.reports:
            message = "no article of this period: the briefing says so"
            if self._came is not None:
                message = "nothing came since the last briefing: this one says so"
            self.problems.append(Problem(self._period(results), message, "empty-period"))
        return Found(self._rows(reports, wanted), before, reports)

    def _rows(self, reports: Sequence[Report], wanted: Filter) -> list[list[Feature]]:
        from geomap.output.layers import features_of

        copies = self.workspace.store.copies() if self.workspace else {}
        ordered = sorted(
            reports, key=lambda r: (r.article.date is None, str(r.article.date), r.article.id)
        )
        found = [
            [row for row in features_of(report, wanted) if row.properties["marked_false"] is None]
            for report in ordered
        ]
        for rows in found:
            for row in rows:
                if (source := copies.get(row.properties["article_id"])) is not None:
                    row.properties["copied_from"] = source
        return found

    # ---- The line ----

    def _states(self, results: Results) -> States:
        """Return the line as the period ends, and as it began."""
        return self._given_states() if self.lines else self._drawn_states(results)

    def _given_states(self) -> States:
        assert self.front_rows is not None
        assert self.front_file is not None
        now, earlier = self._given_lines()
        rows, file = self.front_rows, self.front_file
        return of_file(now, rows, file), of_file(earlier, rows, file) if earlier else None

    def _given_lines(self) -> tuple[ContactLine, ContactLine | None]:
        until, since = self.period.until, self.period.since
        now = of_day(self.lines, until) if until is not None else self.line
        assert now is not None
        older = [one for one in self.lines if one.date and now.date and one.date < now.date]
        begun = [one for one in older if since and one.date and one.date < since]
        return now, begun[-1] if begun else older[0] if older else None

    def _drawn_states(self, results: Results) -> States:
        last = self.period.until
        if not self._draws or last is None or self.period.since is None:
            return None, None
        dated = [r for r in results.reports if r.article.date is not None]
        day_before = self.period.since - dt.timedelta(days=1)
        days = [last]
        if self._bounded and any(r.article.date <= day_before for r in dated if r.article.date):
            days.insert(0, day_before)
        if not any(r.claims for r in dated):
            return None, None
        fronts, _ = self._draw(dated, days, (), True, False)
        # A line from a handful of claims says more of the model than of the ground.
        drawn = [f for f in fronts if f.pieces and len(f.evidence) >= LEAST_CLAIMS]
        if not drawn or drawn[-1].date != last:
            return None, None
        states = [of_front(f, _line_text(f)) for f in drawn]
        return states[-1], states[0] if len(states) > 1 else None

    def _along(self, line: LineState | None) -> Scope:
        from geomap.gazetteer.scope import AROUND_TOWN_KM, beside

        if line is None:
            raise SettingsError(
                f"--region {self.settings.region!r}: the reports tell too little to draw a line of "
                "contact: give one with --front"
            )
        region = beside(
            line.geometry, self.settings.radius_km or AROUND_TOWN_KM,
            line.date,
        )  # fmt: skip
        if self.settings.bbox is None:
            return region
        from geomap.gazetteer.scope import both, box

        return both(region, box(*self.settings.bbox))

    # ---- Writing ----

    def _document(
        self,
        region: Scope,
        found: Found,
        line: LineState | None,
        earlier: LineState | None,
    ) -> dict[str, Any]:
        import shapely

        shapely.prepare(region.geometry)
        inside = replace(self.wanted(), inside=region.holds)
        subject = Subject(
            title=region.name,
            region=region.geometry,
            period=self.period,
            rows=[f.properties for f in inside_of(found.now, inside)],
            before=None if found.before is None
            else [f.properties for f in inside_of(found.before, inside)],
            articles=[r.article for r in found.reports],
            line=line,
            earlier=earlier,
        )  # fmt: skip
        made = dict(self.collection([])["generator"])
        made["generator"] = f"{made.pop('name')} {made.pop('version')}"
        return compose(subject, self.theatre, self.gazetteer, made, ATTRIBUTION)

    def _put_map(
        self, document: dict[str, Any], region: Scope, found: Found, states: States
    ) -> None:
        """Put a small map into a document, where matplotlib is there to draw it."""
        import base64

        from geomap.output import brief_figures

        if not brief_figures.available():
            message = "no small map: it needs pip install 'geomap[picture]' (or say --no-picture)"
            problem = Problem("--picture", message, "no-matplotlib")
            self.problems += [] if problem in self.problems else [problem]
            return
        rows = inside_of(found.now, replace(self.wanted(), inside=region.holds))
        if not rows:
            return
        parties = {p.name: p.colour for p in self.theatre.parties}
        whole = self.collection(rows, cores=True) | {"geomap": {"parties": parties}}
        front = self._drawing(states)
        bounds = brief_figures.map_bounds(whole, front, region.geometry)
        png = brief_figures.small_map(
            whole, basemap=self._basemap(bounds, rows), front=front, region=region.geometry
        )
        width, height = brief_figures.size_px(png)
        document["map"] = {
            "png_base64": base64.b64encode(png).decode("ascii"),
            "alt": f"Map of {region.name}: claims and places named, {document['period']['text']}",
            "caption": None,
            "width_px": width,
            "height_px": height,
        }

    def _drawing(self, states: States) -> dict[str, Any] | None:
        """Return what a map draws of the lines, from the earlier one to that of the end."""
        from geomap.output.front_layers import front_drawing
        from geomap.output.fronts import front_features
        from geomap.output.line_files import Row, Rows

        now, earlier = states
        if now is None:
            return None
        since, until = (earlier or now).date, now.date
        if self.front_rows is not None:
            rows, lines = self.front_rows, self.lines
        else:
            fronts = [s.line for s in (earlier, now) if s is not None and isinstance(s.line, Front)]
            drawn = [row for front in fronts for row in front_features(front, self.theatre)]
            rows, lines = Rows(tuple(
                Row(n, row.properties, row.geometry) for n, row in enumerate(drawn, 1)
            )), ()  # fmt: skip
        return front_drawing(rows, lines, self.theatre, since=since, until=until, earlier=False)

    def _written(self, document: dict[str, Any], suffix: str) -> str:
        """Return a document as the text of a file."""
        from geomap.output.brief_activity import sparkline_text
        from geomap.output.briefing.markdown import markdown

        days = document["activity"]["days"]
        if suffix == ".md":
            return markdown(document, sparkline_text(days) if len(days) > 1 else None)
        if suffix == ".html":
            from geomap.output.brief_html import brief_html

            return brief_html(document)
        plain = {k: v for k, v in document.items() if k != "map"}
        return json.dumps(plain, ensure_ascii=False, indent=1, allow_nan=False) + "\n"

    def _summary(
        self, results: Results, found: Found, outputs: Sequence[tuple[Path, str]]
    ) -> dict[str, Any]:
        kept = replace(results, reports=tuple(found.reports))
        return summary(kept, outputs, features=sum(map(len, found.now)))


def inside_of(rows: Sequence[list[Feature]], wanted: Filter) -> list[Feature]:
    """Return the features that a filter wants, of some reports' rows."""
    return [row for of_report in rows for row in wanted.of_report(of_report)]


def _line_text(front: Front) -> str:
    from geomap.output.briefing.words import Days

    places = len({e.place or (e.lat, e.lon) for e in front.evidence})
    claims = count(len(front.evidence), "claim")
    return (
        f"Line of contact of {Days().day(front.date)}, drawn by geomap from {claims} at "
        f"{count(places, 'place')} in the reports up to that day"
    )
