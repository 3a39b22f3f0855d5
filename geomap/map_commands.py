"""What `geomap map` does: read articles, find what to draw, write the map."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from geomap.commands import Run, summary
from geomap.errors import SettingsError
from geomap.output.files import write_bytes, write_text
from geomap.run_summary import count

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from geomap.output.layers import Feature
    from geomap.output.map import Script
    from geomap.results import Results


def is_picture(output: Path, *, tiles: bool, by_date: bool) -> bool:
    """Say whether a map is to be a picture, by the name of its file, and check what goes with it.

    Raises
    ------
    SettingsError
        The name is of neither kind of map, or an option does not go with the kind.
    """
    suffix = output.suffix.lower()
    if suffix not in (".html", ".png"):
        raise SettingsError(
            f"-o {output}: give a file name that ends in .html (a page) or .png (a picture)"
        )
    if suffix == ".png" and tiles:
        raise SettingsError(
            "--tiles is for a page, whose reader switches them on: leave it out, or write an .html"
        )
    if suffix == ".html" and by_date:
        raise SettingsError(
            "--by-date is for a picture, .png: a page has all dates in it, one at a time"
        )
    return suffix == ".png"


class MapRun(Run):
    """`geomap map`: the map of some articles."""

    CORES = True

    def map(
        self,
        output: Path,
        *,
        geojson: Path | None = None,
        tiles: str | None = None,
        tiles_attribution: str = "",
        title: str | None = None,
        script: Script = "latin",
    ) -> dict[str, Any]:
        """Write the map (and its features); return the summary."""
        from geomap.output.map import TileSource, render_map

        source = TileSource(tiles, tiles_attribution) if tiles else None
        draw = partial(render_map, tiles=source, script=script)
        return self._drawn_by(draw, "map", output, geojson, title)

    def _drawn_by(
        self,
        draw: Callable[..., str | bytes],
        kind: str,
        output: Path,
        geojson: Path | None,
        title: str | None,
    ) -> dict[str, Any]:
        """Read, draw and write, the features too where they are asked for; return the summary."""
        from geomap.output.basemap import bounds_of
        from geomap.output.export_json import write_geojson
        from geomap.output.export_rows import About
        from geomap.output.map import with_lines

        self._ready(*[output] if geojson is None else [output, geojson])
        results = self.results()
        rows = self.features(results)
        whole = self.collection(rows, cores=True)
        front = self._front()
        made = draw(
            whole | {"geomap": self._about(results)},
            basemap=self._basemap(bounds_of(with_lines(whole, front)), rows),
            title=title or self._title(),
            front=front,
        )
        outputs = [(output, kind)]
        if geojson is not None:
            write_geojson(geojson, rows, About(whole["generator"]))
            outputs.append((geojson, count(len(rows), "feature")))
        if isinstance(made, bytes):
            write_bytes(output, made)
        else:
            write_text(output, made)
        return summary(results, outputs, features=len(rows))

    def _about(self, results: Results) -> dict[str, Any]:
        """Return what the map tells beside the features: parties, all articles of the period."""
        told: dict[str, Any] = {"parties": {p.name: p.colour for p in self.theatre.parties}}
        if self.scope is None:  # else those that name nothing in the region would be counted
            told["articles"] = [
                {
                    "article_id": a.id, "title": a.title, "source": a.source, "url": a.url,
                    "date": a.date.isoformat() if a.date else None,
                }
                for a in (r.article for r in results.reports)
            ]  # fmt: skip
        return told

    def picture(
        self,
        output: Path,
        *,
        geojson: Path | None = None,
        title: str | None = None,
        by_date: bool = False,
        script: Script = "latin",
    ) -> dict[str, Any]:
        """Write the map as a picture (and its features); return the summary.

        Parameters
        ----------
        output : Path
            The .png to write.
        geojson : Path, optional
            Where to write the features too.
        title : str, optional
            The heading.
        by_date : bool
            Whether to draw a panel for each date.
        script : str
            `latin` or `cyrillic`: the letters of names.

        Raises
        ------
        OutputError
            matplotlib is not installed, or an output cannot be written.
        """
        from geomap.output.picture import check_matplotlib, draw_picture

        check_matplotlib()
        draw = partial(draw_picture, by_date=by_date, script=script)
        return self._drawn_by(
            draw, "picture by date" if by_date else "picture", output, geojson, title
        )

    def _title(self) -> str:
        return self.scope.name if self.scope else "geomap"

    def _front(self) -> dict[str, Any] | None:
        """Return what the map draws of the lines given."""
        if self.front_rows is None:
            return None
        from geomap.output.front_layers import front_drawing

        return front_drawing(
            self.front_rows, self.lines, self.theatre,
            since=self.settings.since, until=self.settings.until,
        )  # fmt: skip

    def _basemap(
        self, bounds: tuple[float, float, float, float] | None, rows: Sequence[Feature] = ()
    ) -> Any:
        """Return what is drawn under the features of some rows, which open on some bounds."""
        from geomap.gazetteer.labels import settlements, unit_natives
        from geomap.gazetteer.waters import waters_in
        from geomap.output.basemap import Area, basemap_for, framed, marks_of
        from geomap.output.basemap_towns import Town

        gazetteer, areas = self.gazetteer, self.gazetteer.areas
        wanted = areas.within_bbox(-180, -90, 180, 90, level="country")
        towns: list[Town] = []
        waters = []
        points = marks_of(rows)
        if bounds is not None:
            box = framed(bounds)
            wanted = [*wanted, *areas.within_bbox(*box, level="admin1")]
            towns = [Town(*town) for town in settlements(gazetteer, box, 4000, points)]
            waters = waters_in(gazetteer, box)
        natives = unit_natives(gazetteer)
        shapes = (
            Area(
                row.name or "", row.level, areas.drawing_geometry(number),
                natives.get(f"{row.country}.{row.code}" if row.code else row.country),
            )
            for number, row in ((n, areas.row(n)) for n in wanted)
        )  # fmt: skip
        return basemap_for(bounds, shapes, towns, areas.world(), rivers=waters, points=points)
