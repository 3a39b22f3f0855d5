"""What the commands do: read, run, filter, write, and say what was written."""

from __future__ import annotations

import json
import sys
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from geomap.articles import read_articles
from geomap.errors import ArticleError, StrictError
from geomap.gazetteer.scope import Scope, scope
from geomap.gazetteer.store import Gazetteer
from geomap.output.files import write_text
from geomap.pipeline import Pipeline, Results
from geomap.settings import Settings

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable, Iterator, Sequence

    from geomap.models import Article, Problem
    from geomap.output.layers import Feature

PROGRESS_FROM = 20  # articles; fewer are done before a bar would be read


class Run:
    """One command on some articles.

    Parameters
    ----------
    sources : sequence of str
        Files, folders, "-".
    options : dict
        The common options by name.
    progress : bool
        Whether a progress bar may be shown.
    front : Path, optional
        A line of contact.
    strict : bool
        Whether a warning stops the run.
    """

    def __init__(
        self,
        sources: Sequence[str],
        options: dict[str, Any],
        progress: bool,
        *,
        front: Path | None = None,
        strict: bool = False,
    ) -> None:
        self.sources = sources
        self.article_date: dt.date | None = options.pop("article_date", None)
        given = {k: v for k, v in options.items() if v is not None}
        self.settings = Settings.from_mapping(given)
        self.strict = strict
        self.progress = progress
        self.gazetteer = Gazetteer.open()
        self.scope: Scope | None = None
        if self.settings.region:
            self.scope = scope(self.gazetteer, self.settings.region)
        line = None
        if front is not None:
            from geomap.output.lines import read_contact_line

            line = read_contact_line(front)
        self.line = line
        self.problems: list[Problem] = []

    @property
    def exit_code(self) -> int:
        """0, or 1 when an input was set aside."""
        return 1 if any(p.set_aside for p in self.problems) else 0

    def results(self) -> Results:
        """Read and process all articles.

        Raises
        ------
        ArticleError
            Not one article could be used.
        StrictError
            Something was warned of, under `strict`.
        """
        read = read_articles(
            self.sources,
            article_date=self.article_date,
            max_article_mb=self.settings.max_article_mb,
        )
        self.problems += read.problems
        self._heed()
        if not read.articles:
            raise ArticleError("; ".join(str(p) for p in read.problems) or "no articles given")
        pipeline = Pipeline(self.settings, gazetteer=self.gazetteer, line=self.line)
        with self._bar(len(read)) as advance:
            results = pipeline.run(read, on_article=advance)
        self.problems += results.problems
        self._heed()
        return results

    def _heed(self) -> None:
        if self.strict and self.problems:
            raise StrictError(f"{self.problems[0]} (--strict)")

    @contextmanager
    def _bar(self, total: int) -> Iterator[Callable[[Article], None] | None]:
        if not self.progress or total < PROGRESS_FROM:
            yield None
            return
        from rich.console import Console
        from rich.progress import MofNCompleteColumn, Progress, TimeRemainingColumn

        columns = (
            *Progress.get_default_columns()[:-1],
            MofNCompleteColumn(),
            TimeRemainingColumn(),
        )
        with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
            task = bar.add_task("articles", total=total)
            yield lambda _: bar.advance(task)

    def features(self, results: Results) -> list[Feature]:
        """Return the features that the options ask for."""
        from geomap.output.layers import features

        return features(
            results.reports,
            kinds=self.settings.kinds,
            min_confidence=self.settings.min_confidence,
            inside=self.scope.holds if self.scope else None,
        )

    def collection(self, rows: Sequence[Feature]) -> dict[str, Any]:
        """Return the features as a GeoJSON object with what made it."""
        import geomap
        from geomap.output.geojson import collection

        generator = {
            "name": "geomap",
            "version": geomap.__version__,
            "settings": self.settings.digest(),
            "gazetteer": self.gazetteer.stamp["versions"],
            "gazetteer_date": self.gazetteer.stamp["date"],
        }
        return collection(rows, generator)

    def export(self, output: Path) -> dict[str, Any]:
        """Write GeoJSON; return the summary."""
        from geomap.output.geojson import dumps

        results = self.results()
        rows = self.features(results)
        write_text(output, dumps(self.collection(rows)))
        return summary(results, rows, [(output, f"{len(rows)} features")])

    def map(
        self,
        output: Path,
        *,
        geojson: Path | None = None,
        tiles: str | None = None,
        tiles_attribution: str = "",
        title: str | None = None,
    ) -> dict[str, Any]:
        """Write the map (and its features); return the summary."""
        from geomap.output.geojson import dumps
        from geomap.output.map import TileSource, render_map

        source = TileSource(tiles, tiles_attribution) if tiles else None
        results = self.results()
        rows = self.features(results)
        whole = self.collection(rows)
        page = render_map(
            whole
            | {"geomap": {"parties": _colours()}, "features": whole["features"] + self._line()},
            basemap=self._basemap(whole),
            title=title or self._title(),
            tiles=source,
        )
        outputs = [(output, "map")]
        if geojson is not None:
            write_text(geojson, dumps(whole))
            outputs.append((geojson, f"{len(rows)} features"))
        write_text(output, page)
        return summary(results, rows, outputs)

    def _title(self) -> str:
        return self.scope.name if self.scope else "geomap"

    def _line(self) -> list[dict[str, Any]]:
        """Return the line of contact given as a feature of the map."""
        if self.line is None:
            return []
        from geomap.output.geojson import geometry_json

        date = self.line.date.isoformat() if self.line.date else None
        properties = {
            "layer": "contact_line",
            "article_id": "",
            "date": date,
            "name": "Line of contact given",
            "source": self.line.source,
            "confidence": 1.0,
            "status": "resolved",
        }
        geometry = geometry_json(self.line.geometry)
        return [{"type": "Feature", "id": "front", "geometry": geometry, "properties": properties}]

    def _basemap(self, whole: dict[str, Any]) -> Any:
        from geomap.output.basemap import basemap_for, bounds_of, padded

        bounds = bounds_of(whole)
        areas = self.gazetteer.areas
        wanted = [(areas.row(i), i) for i in range(len(areas)) if areas.row(i).level == "country"]
        towns = []
        if bounds is not None:
            box = padded(bounds)
            near = areas.within_bbox(*box, level="admin1")
            wanted += [(areas.row(i), i) for i in near]
            towns = self.gazetteer.towns(*box, limit=4000)
        shapes = ((row.name or "", row.level, areas.drawing_geometry(i)) for row, i in wanted)
        return basemap_for(bounds, shapes, towns)

    def brief(self, output: Path) -> dict[str, Any]:
        """Write the briefing; return the summary."""
        from geomap.output.briefing import briefing

        results = self.results()
        rows = self.features(results)
        assert self.scope is not None
        write_text(output, briefing(rows, region=self.scope.name, period=self._period(results)))
        return summary(results, rows, [(output, f"briefing on {self.scope.name}")])

    def _period(self, results: Results) -> str:
        days = results.dates
        since = self.settings.since or (days[0] if days else None)
        until = self.settings.until or (days[-1] if days else None)
        if since is None and until is None:
            return "undated reports"
        return str(since) if since == until else f"{since} to {until}"

    def _in_scope(self, geometry: Any) -> bool:
        return self.scope is None or self.scope.holds(geometry)

    def extract(self, output: Path, what: str, *, texts: Path | None = None) -> dict[str, Any]:
        """Write records as JSON lines; return the summary."""
        from shapely.geometry import Point

        from geomap.output.geojson import line
        from geomap.output.records import records, text_record

        results = self.results()
        lines = []
        for report in results.reports:
            for record in records(report, what, self.settings.kinds):
                placed = record.get("lat") is not None
                if placed and record["confidence"] < self.settings.min_confidence:
                    continue
                if placed and not self._in_scope(Point(record["lon"], record["lat"])):
                    continue
                lines.append(line(record) + "\n")
        if str(output) == "-":
            sys.stdout.write("".join(lines))
        else:
            write_text(output, "".join(lines))
        outputs = [(output, f"{len(lines)} {what}")]
        if texts is not None:
            write_text(texts, "".join(line(text_record(r.article)) + "\n" for r in results.reports))
            outputs.append((texts, f"{len(results)} texts"))
        return summary(results, [], outputs)


def _colours() -> dict[str, str]:
    from geomap.front.vocabulary import vocabulary

    return {p.name: p.colour for p in vocabulary().parties}


def summary(
    results: Results, rows: Sequence[Feature], outputs: list[tuple[Path, str]]
) -> dict[str, Any]:
    """Return what was done, for people (`lines`) and for programs."""
    days = [d.isoformat() for d in results.dates]
    undated = sum(r.article.date is None for r in results.reports)
    mentions = [r for report in results.reports for r in report.resolutions]
    counts = {
        "articles": len(results),
        "dates": days,
        "undated": undated,
        "places": sum(r.status == "resolved" and r.lat is not None for r in mentions),
        "refused": sum(r.status == "refused" for r in mentions),
        "hints": sum(len(r.hints) for r in results.reports),
        "claims": sum(len(r.claims) for r in results.reports),
        "features": len(rows),
    }
    span = "no dates" if not days else days[0] if len(days) == 1 else f"{days[0]} to {days[-1]}"
    text = f"{counts['articles']} articles, {len(days)} dates ({span})"
    if undated:
        text += f", {undated} undated"
    lines = [
        text,
        f"{counts['places']} mentions placed, {counts['refused']} refused, "
        f"{counts['hints']} hints, {counts['claims']} claims",
    ]
    lines += [f"{path}: {what}" for path, what in outputs]
    return {**counts, "outputs": [str(p) for p, _ in outputs], "lines": lines}


def check() -> list[tuple[str, bool, str]]:
    """Return (what, whether it is well, detail) for each part of the installation."""
    from geomap.errors import GeomapError

    findings: list[tuple[str, bool, str]] = []

    def part(what: str, work: Callable[[], str]) -> None:
        try:
            findings.append((what, True, work()))
        except (GeomapError, ImportError, OSError) as error:
            findings.append((what, False, str(error)))

    def gazetteer() -> str:
        opened = Gazetteer.open()
        return f"{len(opened):,} places in {opened.path}"

    def areas() -> str:
        opened = Gazetteer.open().areas
        opened.verify()
        return f"{len(opened):,} polygons"

    def tables() -> str:
        from geomap.front.vocabulary import vocabulary
        from geomap.hints.relations import relations
        from geomap.toponyms.cues import cues

        cues()
        relations()
        return f"{len(vocabulary().verbs)} verb forms, {len(vocabulary().parties)} parties"

    def leaflet() -> str:
        from geomap.output import assets

        return f"{len(assets.leaflet_js()) // 1024} KB of script inside every map"

    part("gazetteer", gazetteer)
    part("areas", areas)
    part("tables", tables)
    part("leaflet", leaflet)
    return findings


def gazetteer_info(as_json: bool) -> str:
    """Return what the gazetteer holds and where it comes from."""
    gazetteer = Gazetteer.open()
    stamp = gazetteer.stamp
    if as_json:
        keys = ("format", "date", "places", "names", "counts", "versions", "sources")
        return json.dumps({k: stamp[k] for k in keys}, ensure_ascii=True, sort_keys=True)
    lines = [
        f"{stamp['places']:,} places, {stamp['names']:,} names, data of {stamp['date']}",
        f"in {gazetteer.path}",
        "  ".join(f"{name}: {count:,}" for name, count in stamp["counts"].items()),
        "",
    ]
    for source in stamp["sources"].values():
        lines += [f"{source['name']}", f"  {source['licence']}; {source['url']}"]
    return "\n".join(lines)


def gazetteer_lookup(name: str, country: str | None, limit: int, as_json: bool) -> tuple[str, bool]:
    """Return the places of a name as a table or JSON, and whether there are any."""
    gazetteer = Gazetteer.open()
    places = gazetteer.lookup(name, country=country.upper() if country else None)[:limit]
    if as_json:
        return json.dumps([asdict(p) for p in places], ensure_ascii=True), bool(places)
    if not places:
        return f"no place named {name!r} in the gazetteer", False
    rows = [
        (
            p.name,
            p.admin1_name or "",
            p.country or "",
            p.feature_code or ("settlement" if p.feature_class == "P" else ""),
            f"{p.population:,}" if p.population else "",
            f"{p.lat:.5f}, {p.lon:.5f}",
            str(p.geonameid or ""),
        )
        for p in places
    ]
    head = ("name", "admin1", "country", "kind", "population", "lat, lon", "geonameid")
    widths = [max(len(r[i]) for r in [head, *rows]) for i in range(len(head))]
    lines = ["  ".join(c.ljust(w) for c, w in zip(r, widths, strict=True)).rstrip()
             for r in [head, *rows]]  # fmt: skip
    return "\n".join(lines), True
