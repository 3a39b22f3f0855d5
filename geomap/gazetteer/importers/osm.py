"""OpenStreetMap extracts (.osm.pbf, .osm, .osm.bz2, .osm.gz): settlements, rivers, canals, roads.

Places are nodes with `place` and a name. Rivers, canals and main roads are ways with a name or a
number; those of one name that touch or nearly do become one line. The file is read three times,
each time only what is needed, so memory holds the place at hand and the vertices of named lines.
"""

from __future__ import annotations

import datetime as dt
import importlib
import re
from array import array
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from geomap.errors import GazetteerError
from geomap.gazetteer.importers.base import MAX_MAIN_NAME, clean, distinct, whole_number
from geomap.gazetteer.importers.columns import split_names
from geomap.gazetteer.importers.kinds import Kind, geonames_kind, word_kind
from geomap.gazetteer.importers.vector import middle_of, with_shape
from geomap.gazetteer.rows import SourceRow, useful_name
from geomap.gazetteer.schema import Level

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from geomap.gazetteer.importers.base import Import
    from geomap.gazetteer.importers.files import Packed

# Ways of one name that are this near each other are one river or road; many a stream is called
# "Solona", and they lie farther apart.
GAP_DEG = 0.03
_LINES = {
    ("waterway", "river"): "STM",
    ("waterway", "canal"): "CNL",
    ("highway", "motorway"): "RD",
    ("highway", "trunk"): "RD",
    ("highway", "primary"): "RD",
    ("highway", "secondary"): "RD",
}
_SHOWN = ("name:en", "int_name", "name:uk-Latn", "name", "name:uk", "name:ru", "official_name")
_NAME = re.compile(
    r"(name|alt_name|old_name|official_name|int_name|loc_name|short_name|reg_name|nat_name)"
    r"(:([a-z]{2,3}(-[A-Za-z]{2,8})?|[-\d]+))?"
)
_ADMIN1 = ("addr:region", "is_in:region", "is_in:state", "addr:state", "addr:province")
_ADMIN2 = ("addr:district", "is_in:district", "is_in:county", "addr:county")
_COUNTRY = ("addr:country", "is_in:country_code", "ISO3166-1")


def library() -> Any:
    """Return the osmium package.

    Raises
    ------
    GazetteerError
        It is not installed.
    """
    try:
        return importlib.import_module("osmium")
    except ImportError:
        raise GazetteerError(
            "OpenStreetMap extracts are read with osmium: pip install 'geomap[osm]'"
        ) from None


def kind_of(packed: Packed, head: bytes) -> str | None:
    """Return osmium's name for the format of a file, None when it is no OpenStreetMap extract."""
    if packed.kind == "plain" and b"OSMHeader" in head[:64]:
        return "pbf"
    if re.match(rb"\s*(<\?xml[^>]*>)?\s*(<!--.*?-->\s*)?<osm\b", head[:1024], re.DOTALL):
        if packed.kind == "zip":
            raise GazetteerError(f"{packed.path}: unpack the OpenStreetMap extract first")
        return "osm.gz" if packed.kind == "gzip" else "osm"
    if head.startswith(b"BZh"):
        return "osm.bz2"
    return None


def date_of(path: Path, kind: str) -> dt.date | None:
    """Return the day of the data that an extract's header gives."""
    osmium = library()
    try:
        with osmium.io.Reader(osmium.io.File(str(path), kind)) as reader:
            stamp = reader.header().get("osmosis_replication_timestamp")
    except (RuntimeError, ValueError) as error:
        raise _damaged(path, error) from None
    try:
        return dt.date.fromisoformat(stamp[:10])
    except ValueError:
        return None


def _damaged(path: Path, error: Exception) -> GazetteerError:
    return GazetteerError(
        f"{path}: is damaged or no OpenStreetMap extract ({str(error)[:200]}): download it again"
    )


def osm_rows(path: Path, kind: str, found: Import) -> Iterator[SourceRow]:
    """Yield settlements, then rivers and roads; rejects are numbered by their OpenStreetMap id."""
    osmium = library()
    file = osmium.io.File(str(path), kind)
    broken = (RuntimeError, ValueError, osmium.InvalidLocationError)
    try:
        yield from _places(osmium, file, found)
        ways = _ways(osmium, file, found)
        vertices = _vertices(osmium, file, ways)
        yield from _lines(ways, vertices, found)
    except broken as error:
        raise _damaged(path, error) from None


def _places(osmium: Any, file: Any, found: Import) -> Iterator[SourceRow]:
    nodes = osmium.FileProcessor(file, osmium.osm.NODE)
    for node in nodes.with_filter(osmium.filter.KeyFilter("place")):
        tags = {tag.k: tag.v for tag in node.tags}
        location = node.location
        if not location.valid():
            found.reject(node.id, "is no point on Earth", f"node/{node.id} {tags}")
            continue
        kind = word_kind(tags["place"])
        if tags.get("capital") == "yes" and kind.feature_class == "P":
            kind = kind._replace(level=Level.CAPITAL, feature_code="PPLC")
        row = _row(tags, kind, location.lat, location.lon, f"node/{node.id}")
        if row is None:
            found.reject(node.id, "has no name", f"node/{node.id} {tags}")
            continue
        found.accepted += 1
        yield row


def _row(
    tags: dict[str, str], kind: Kind, lat: float, lon: float, source_id: str
) -> SourceRow | None:
    """Return the row of a tagged object, None when it has no name."""
    shown = [n for key in _SHOWN if (n := split_names(tags.get(key, ""))[0])]
    names = [n for key, value in tags.items() if _NAME.fullmatch(key) for n in split_names(value)]
    main = next(iter((*shown, *names)), "")
    refs = split_names(tags["ref"]) if kind.feature_code == "RD" and "ref" in tags else []
    main = main or next(iter(refs), "")
    if not main or len(main) > MAX_MAIN_NAME:
        return None

    def first(keys: tuple[str, ...]) -> str:
        return clean(next((tags[key] for key in keys if tags.get(key)), ""))

    country = first(_COUNTRY).upper()
    return SourceRow(
        name=main,
        lat=round(lat, 7),
        lon=round(lon, 7),
        names=distinct(main, [*(n for n in names if useful_name(n)), *refs]),
        source_id=source_id,
        level=kind.level,
        feature_class=kind.feature_class,
        feature_code=kind.feature_code,
        country=country if re.fullmatch(r"[A-Z]{2}", country) else None,
        admin1_name=first(_ADMIN1) or None,
        admin2_name=first(_ADMIN2) or None,
        population=whole_number(tags.get("population", "")),
        precision=kind.precision,
        radius_km=kind.radius_km,
    )


@dataclass(slots=True)
class _Ways:
    """Named ways: their vertices' ids one after another, and which ways bear one name."""

    ids: array[int] = field(default_factory=lambda: array("q"))
    refs: array[int] = field(default_factory=lambda: array("q"))
    ends: array[int] = field(default_factory=lambda: array("q"))
    groups: dict[tuple[str, str], list[int]] = field(default_factory=dict)
    tags: dict[int, dict[str, str]] = field(default_factory=dict)  # of way number


def _ways(osmium: Any, file: Any, found: Import) -> _Ways:
    ways = _Ways()
    chosen = osmium.FileProcessor(file, osmium.osm.WAY)
    for way in chosen.with_filter(osmium.filter.TagFilter(*_LINES)):
        tags = {t.k: t.v for t in way.tags if t.k in ("ref", "waterway", "highway", "population")
                or _NAME.fullmatch(t.k)}  # fmt: skip
        code = next(code for (key, value), code in _LINES.items() if tags.get(key) == value)
        # A road is known by its number, a river by its name.
        named = (tags.get("ref") if code == "RD" else None) or tags.get("name")
        named = named or next((v for k, v in tags.items() if _NAME.fullmatch(k)), None)
        name = split_names(named or "")[0]
        if not name:
            continue
        number = len(ways.ids)
        ways.ids.append(way.id)
        ways.refs.extend(node.ref for node in way.nodes)
        ways.ends.append(len(ways.refs))
        ways.groups.setdefault((code, name), []).append(number)
        ways.tags[number] = tags
    found.accepted += len(ways.ids)
    return ways


def _vertices(osmium: Any, file: Any, ways: _Ways) -> Any:
    """Return an array of (lon, lat) per vertex of the ways; NaN where the extract lacks it."""
    import numpy as np

    refs = np.array(ways.refs, dtype="int64")
    wanted = np.unique(refs)
    ids, xs, ys = array("q"), array("d"), array("d")
    if len(wanted):
        nodes = osmium.FileProcessor(file, osmium.osm.NODE)
        for node in nodes.with_filter(osmium.filter.IdFilter(map(int, wanted))):
            if node.location.valid():
                ids.append(node.id)
                xs.append(node.location.lon)
                ys.append(node.location.lat)
    points = np.full((len(wanted), 2), np.nan)
    if len(ids):
        at = np.searchsorted(wanted, np.array(ids, dtype="int64"))
        points[at, 0], points[at, 1] = np.array(xs), np.array(ys)
    return points[np.searchsorted(wanted, refs)]


def _lines(ways: _Ways, vertices: Any, found: Import) -> Iterator[SourceRow]:
    import numpy as np
    import shapely

    for (code, _), numbers in sorted(ways.groups.items()):
        kept: list[int] = []
        lines: list[Any] = []
        for number in numbers:
            start = ways.ends[number - 1] if number else 0
            points = vertices[start : ways.ends[number]]
            points = points[~np.isnan(points[:, 0])]
            if len(points) < 2 or (points == points[0]).all():
                found.accepted -= 1
                text = f"way/{ways.ids[number]} {ways.tags[number]}"
                found.reject(ways.ids[number], "has fewer than two points in the extract", text)
                continue
            kept.append(number)
            lines.append(shapely.LineString(points))
        kind = geonames_kind("R" if code == "RD" else "H", code)
        assert kind is not None
        for members in _joined(lines):
            first = min(members, key=lambda i: ways.ids[kept[i]])
            tags = _common_tags([ways.tags[kept[i]] for i in members])
            line = shapely.line_merge(shapely.MultiLineString([lines[i] for i in members]))
            if line.geom_type == "LineString":
                line = shapely.MultiLineString([line])
            lat, lon = middle_of(line)
            row = _row(tags, kind, lat, lon, f"way/{ways.ids[kept[first]]}")
            if row is None:
                found.accepted -= len(members)
                for i in members:
                    found.reject(ways.ids[kept[i]], "has no usable name", str(tags))
                continue
            found.merged += len(members) - 1
            yield with_shape(row, line)


def _common_tags(all_tags: list[dict[str, str]]) -> dict[str, str]:
    """Return the tags of the ways of a line: of each key the value that most ways have.

    A number or name that only some stretches have (a street that a road runs along) is left out
    when it is not at least a tenth of them.
    """
    counts: dict[str, dict[str, int]] = {}
    for tags in all_tags:
        for key, value in tags.items():
            values = counts.setdefault(key, {})
            values[value] = values.get(value, 0) + 1
    common: dict[str, str] = {}
    for key, values in counts.items():
        value = max(sorted(values), key=lambda v: values[v])
        if key in ("ref", "name") or values[value] * 10 >= len(all_tags):
            common[key] = value
    if "ref" in common and "highway" in common and counts.get("name"):
        most = max(counts["name"].values())
        if most * 2 < len(all_tags):  # a road by number: the streets it runs along are not it
            common = {k: v for k, v in common.items() if not _NAME.fullmatch(k)}
    return common


def _joined(lines: list[Any]) -> list[list[int]]:
    """Return groups of lines that are within `GAP_DEG` of each other, chained."""
    import shapely

    if len(lines) < 2:
        return [[i] for i in range(len(lines))]
    parent = list(range(len(lines)))

    def root(i: int) -> int:
        while parent[i] != i:
            parent[i] = parent[parent[i]]
            i = parent[i]
        return i

    tree = shapely.STRtree(lines)
    for a, b in tree.query(lines, predicate="dwithin", distance=GAP_DEG).T.tolist():
        parent[max(root(a), root(b))] = min(root(a), root(b))
    groups: dict[int, list[int]] = {}
    for i in range(len(lines)):
        groups.setdefault(root(i), []).append(i)
    return list(groups.values())
