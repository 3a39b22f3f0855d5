"""What `geomap check` and `geomap gazetteer` tell about an installation."""

from __future__ import annotations

import json
from dataclasses import asdict
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
        return "", False
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
