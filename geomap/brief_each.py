"""What `geomap brief --each` does: a briefing on each division, an index page, the map."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from geomap.brief_commands import BriefRun, inside_of
from geomap.brief_regions import (
    INDEX,
    MAP,
    Unit,
    check_folder,
    file_names,
    index_document,
    index_row,
    units_of,
)
from geomap.errors import ArticleError, SettingsError
from geomap.gazetteer.scope import overlap, scope
from geomap.models import Problem
from geomap.output.files import write_text
from geomap.output.geojson import ATTRIBUTION
from geomap.region_options import is_front
from geomap.run_summary import count

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from geomap.brief_commands import States
    from geomap.gazetteer.scope import Scope
    from geomap.output.layers import Feature


class BriefEachRun(BriefRun):
    """`geomap brief --each`: briefings on all divisions that the reports name."""

    def brief_each(
        self, folder: Path, level: str, *, form: str = "html", with_map: bool = True
    ) -> dict[str, Any]:
        """Write a briefing on each division that the reports name, an index page and the map.

        Parameters
        ----------
        folder : Path
            Is made where it is not there; the folder that it lies in must be.
        level : str
            "admin1" or "country".
        form : str
            "html", "md" or "json": that of the briefings.
        with_map : bool
            Whether small maps are drawn in them.

        Raises
        ------
        SettingsError
            "The front" is one region.
        ArticleError
            No report of the period names a place of any division.
        """
        if is_front(self.settings.region):
            raise SettingsError("--each is for divisions, the front is one: leave out --region")
        from geomap.output.brief_html import index_html

        check_folder(folder)
        results = self.results()
        found = self.found_in(results)
        states = self._states(results)
        rows = inside_of(found.now, self.wanted())
        units = units_of((f.properties for f in rows), level, self._country_name)
        if not units:
            raise ArticleError(
                f"no report of {self._period(results)} names a settlement of any division"
            )
        outputs: list[tuple[Path, str]] = []
        listed = []
        folder.mkdir(exist_ok=True)
        names = file_names([unit.name for unit in units], form)
        with self._bar(len(units), "briefings") as advance:
            for unit, name in zip(units, names, strict=True):
                region = self._unit_scope(unit)
                if region is None:
                    continue
                document = self._document(region, found, *states)
                if with_map and form != "json":
                    self._put_map(document, region, found, states)
                write_text(folder / name, self._written(document, f".{form}"))
                listed.append(index_row(unit.name, name, document))
                outputs.append((folder / name, f"briefing on {region.name}"))
                if advance is not None:
                    advance(unit)
        asked = self.scope.name if self.scope else None
        write_text(folder / MAP, self._whole_map(rows, states, asked or "geomap"))
        index = index_document(asked, level, self.period.told(), listed, ATTRIBUTION)
        write_text(folder / INDEX, index_html(index))
        outputs.append((folder / MAP, "map"))
        outputs.append((folder / INDEX, f"index of {count(len(listed), 'briefing')}"))
        return self._summary(results, found, outputs)

    def _country_name(self, code: str) -> str:
        areas = self.gazetteer.areas
        row = areas.find(code)
        return (areas.row(row).name if row is not None else None) or code

    def _unit_scope(self, unit: Unit) -> Scope | None:
        """Return the ground of a division, None (and a warning) where its borders are not known."""
        try:
            region = scope(self.gazetteer, unit.asked)
            return region if self.scope is None else overlap(region, self.scope)
        except SettingsError as error:
            self.problems.append(Problem(unit.name, f"no briefing: {error}", "no-borders"))
            return None

    def _whole_map(self, rows: Sequence[Feature], states: States, title: str) -> str:
        from geomap.output.basemap import bounds_of
        from geomap.output.map import render_map, with_lines

        parties = {p.name: p.colour for p in self.theatre.parties}
        whole = self.collection(rows, cores=True) | {"geomap": {"parties": parties}}
        front = self._drawing(states)
        basemap = self._basemap(bounds_of(with_lines(whole, front)), rows)
        return render_map(whole, basemap=basemap, title=title, front=front)
