"""What the `geomap gazetteer` commands do: look up, add, fetch, tell."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from geomap.errors import GazetteerError, SettingsError
from geomap.gazetteer.store import DEFAULT_DIR, Gazetteer, user_gazetteer_dir

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from geomap.gazetteer.lookup import Found
    from geomap.gazetteer.merge import AddSummary
    from geomap.models import Place

SHOWN_REJECTS = 5


def info(as_json: bool) -> str:
    """Return what the gazetteer holds and where it comes from."""
    gazetteer = Gazetteer.open()
    stamp = gazetteer.stamp
    if as_json:
        keys = ("format", "date", "places", "names", "counts", "versions", "sources", "added")
        table = {k: stamp[k] for k in keys} | {"path": str(gazetteer.path)}
        return json.dumps(table, ensure_ascii=True, sort_keys=True)
    own = "your own" if gazetteer.path != DEFAULT_DIR else "part of geomap"
    lines = [
        f"{stamp['places']:,} places, {stamp['names']:,} names, data of {stamp['date']}",
        f"in {gazetteer.path} ({own})",
        "  ".join(f"{name}: {count:,}" for name, count in stamp["counts"].items()),
        "",
    ]
    for source in stamp["sources"].values():
        date = f" ({source['date']})" if source.get("date") else ""
        lines += [f"{source['name']}{date}", f"  {source['licence']}; {source['url']}"]
    return "\n".join(lines)


def lookup(
    name: str, *, near: str | None, country: str | None, limit: int, as_json: bool
) -> tuple[str, bool]:
    """Return the places of a name as a table or JSON, and whether there are any.

    Raises
    ------
    SettingsError
        The place to be near to is not known.
    """
    from geomap.gazetteer.lookup import search

    gazetteer = Gazetteer.open()
    code = country.upper() if country else None
    anchor: Place | None = None
    if near:
        known = gazetteer.lookup(near)
        if not known:
            raise SettingsError(f"no place {near!r} to be near to in the gazetteer")
        anchor = known[0]
    found = search(gazetteer, name, near=anchor, country=code, limit=limit)
    if as_json:
        return json.dumps([_record(gazetteer, f) for f in found], ensure_ascii=True), bool(found)
    if not found:
        return "", False
    return _table(gazetteer, found, anchor), True


def _record(gazetteer: Gazetteer, found: Found) -> dict[str, Any]:
    sources = [o.source for o in gazetteer.origins(found.place.key)]
    return {
        **asdict(found.place),
        "how": found.how,
        "score": found.score,
        "distance_km": found.distance_km,
        "bearing": found.bearing_wind,
        "sources": sources,
    }


def _table(gazetteer: Gazetteer, found: Sequence[Found], anchor: Place | None) -> str:
    head = ["name", "in", "country", "kind", "population", "lat, lon", "known to", "match"]
    if anchor is not None:
        head.append(f"from {anchor.name}")
    rows = [head]
    for f in found:
        p = f.place
        row = [
            p.name,
            _where(gazetteer, p),
            p.country or "",
            p.feature_code or ("settlement" if p.feature_class == "P" else p.feature_class),
            f"{p.population:,}" if p.population else "",
            f"{p.lat:.5f}, {p.lon:.5f}",
            f"{p.precision}, {p.radius_km:g} km",
            f.how if f.how != "fuzzy" else f"fuzzy {f.score:.0f}",
        ]
        if anchor is not None and f.distance_km is not None:
            row.append(f"{f.distance_km:.0f} km {f.bearing_wind or ''}".strip())
        rows.append(row)
    widths = [max(len(r[i]) for r in rows if i < len(r)) for i in range(len(head))]
    return "\n".join(
        "  ".join(c.ljust(w) for c, w in zip(r, widths, strict=False)).rstrip() for r in rows
    )


def _where(gazetteer: Gazetteer, place: Place) -> str:
    """Return the units a place lies in, the nearest first: "Bakhmut Raion, Donetsk Oblast"."""
    units: list[str] = []
    row = gazetteer.parent(place.key)
    while row is not None and len(units) < 4:
        unit = gazetteer.place(row)
        if unit.feature_code in ("ADM1", "ADM2", "ADM3"):
            units.append(unit.name)
        row = gazetteer.parent(row)
    if not units and place.admin1_name and place.admin1_name != place.name:
        units.append(place.admin1_name)
    return ", ".join(units[-2:])


def add(
    files: Sequence[Path],
    *,
    mapping: Mapping[str, str] | None,
    fresh: bool,
    rejects: Path | None,
    on_progress: Callable[[str, int], None] | None = None,
) -> AddSummary:
    """Merge files into the user's own gazetteer.

    Raises
    ------
    GazetteerError
        A file cannot be used; nothing is changed then.
    """
    from geomap.gazetteer.importers import read_source
    from geomap.gazetteer.merge import add_sources

    target = user_gazetteer_dir()
    base = Gazetteer.open(DEFAULT_DIR if fresh else None)
    imports = [read_source(file, mapping=mapping) for file in files]
    summary = add_sources(base, imports, target, on_progress=on_progress)
    if rejects is not None:
        from geomap.output.files import write_text

        rows = [
            f"{s.name}:{r.line}: {r.reason}: {r.text}" for s in summary.sources for r in s.rejects
        ]
        write_text(rejects, "".join(r + "\n" for r in rows))
    return summary


def told(summary: AddSummary) -> list[str]:
    """Return what an addition made, in words."""
    lines = []
    for s in summary.sources:
        what = f"{s.name} ({s.format}): {s.accepted:,} rows used"
        if s.merged or s.new:
            what += f", {s.new:,} new places, {s.merged:,} already there"
        if s.names:
            what += f", {s.names:,} names"
        if s.rejected:
            what += f", {s.rejected:,} could not be used"
        lines.append(what)
        for r in s.rejects[:SHOWN_REJECTS]:
            lines.append(f"  line {r.line}: {r.reason}: {r.text}")
        if s.rejected > SHOWN_REJECTS:
            more = s.rejected - SHOWN_REJECTS
            lines.append(f"  ... and {more:,} more (--rejects FILE lists them)")
    lines.append(f"{summary.places:,} places, {summary.names:,} names in {summary.path}")
    return lines


def fetch(
    codes: Sequence[str],
    source: Literal["geonames", "osm"],
    *,
    on_progress: Callable[[str, int, int | None], None] | None = None,
) -> list[Path]:
    """Download the dumps of some countries into the user's data folder; return the files.

    Raises
    ------
    GazetteerError
        There is no network, a file is not what it should be, or the disk is full.
    """
    from geomap.gazetteer.fetch import fetch as download
    from geomap.gazetteer.fetch import user_data_folder

    folder = user_data_folder() / "downloads"
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise GazetteerError(f"{folder}: cannot be made ({error})") from error
    fetched = download(codes, source=source, folder=folder, on_progress=on_progress)
    return [f.path for f in fetched]


def parse_mapping(pairs: Sequence[str]) -> dict[str, str]:
    """Return a column mapping from words such as "name=NAZVA".

    Raises
    ------
    SettingsError
        A word has no "=".
    """
    mapping = {}
    for pair in pairs:
        key, found, column = pair.partition("=")
        if not found or not key.strip() or not column.strip():
            raise SettingsError(f"--map {pair!r}: write what=COLUMN, e.g. name=NAZVA")
        mapping[key.strip()] = column.strip()
    return mapping
