"""What `geomap check` tells about an installation."""

from __future__ import annotations

from typing import TYPE_CHECKING

from geomap.gazetteer.store import Gazetteer

if TYPE_CHECKING:
    from collections.abc import Callable


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
        from geomap.front.theatre import load_theatre
        from geomap.front.vocabulary import vocabulary
        from geomap.hints.relations import relations
        from geomap.toponyms.cues import cues

        cues()
        relations()
        return f"{len(vocabulary().verbs)} verb forms, {len(load_theatre().parties)} parties"

    def trained() -> str:
        from geomap.toponyms.model import Model

        read = Model.load()
        trees = len(read.second.columns) + sum(len(t.columns) for t in read.resolve)
        return f"{trees} trees, accepts names from {read.accept:.0%}"

    def leaflet() -> str:
        from geomap.output import assets

        return f"{len(assets.leaflet_js()) // 1024} KB of script inside every map"

    part("gazetteer", gazetteer)
    part("areas", areas)
    part("tables", tables)
    part("model", trained)
    part("leaflet", leaflet)
    return findings
