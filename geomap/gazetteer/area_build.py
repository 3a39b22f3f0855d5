"""Compile the polygons of countries and admin-1 units into the store that `areas` reads.

Run when the gazetteer is built; needs numpy and shapely only. The same sources give the same bytes
(with the same GEOS). The store is five files:

    areas-files.json      format, and sizes and checksums of the others
    areas.json            attribute rows under "rows", countries first, one a line
    areas.npy             per row: key, offsets into the other files, bounding box (memory-mapped)
    areas.wkb             full geometry, WKB after WKB
    areas-drawing.wkb     simplified geometry; neighbours, and a country and its units, still share
                          their borders
"""

from __future__ import annotations

import gzip
import hashlib
import json
import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import shapely

from geomap.errors import GazetteerError
from geomap.gazetteer.areas import FILES, FORMAT, INDEX_DTYPE, LEVELS, MANIFEST

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from numpy.typing import NDArray

DRAWING_TOLERANCE_DEG = 0.02  # corners smaller than this, squared, are cut (about 2 km)
WORLD_TOLERANCE_DEG = 0.25  # for the backdrop of a whole world
DRAWING_DECIMALS = 4  # of a degree: 11 m


@dataclass(frozen=True, slots=True)
class AreaSummary:
    """What a build made: numbers of rows, vertices and bytes (all files together)."""

    countries: int
    admin1: int
    vertices: int
    drawing_vertices: int
    size_bytes: int


def build_areas(
    source_dir: Path,
    out_dir: Path,
    derive: Callable[[Mapping[str, Any]], list[dict[str, Any]]] | None = None,
) -> AreaSummary:
    """Compile `countries.geojson.gz` and `admin1.geojson.gz` into the store of areas.

    Parameters
    ----------
    source_dir : Path
        Folder of the two sources (`gazetteer/areas` in the repository). EPSG:4326, lon-lat.
    out_dir : Path
        Folder that receives the store's files; made when it does not exist.
    derive : callable, optional
        Gives further rows with their "geometry" from Ukraine's first-level polygons by GeoNames
        code (`derived_areas.derive_raions`).

    Returns
    -------
    AreaSummary
        Counts of what was written.

    Raises
    ------
    GazetteerError
        A source is missing, is not the GeoJSON expected, or holds an invalid polygon.
    """
    countries, country_shapes = _read(source_dir / "countries.geojson.gz")
    admin1, admin1_shapes = _read(source_dir / "admin1.geojson.gz")
    rows = [
        *(_row("country", p["iso"], None, p) for p in countries),
        *(_row("admin1", p["country"], p["code"], p) for p in admin1),
    ]
    ukraine = {
        str(p["code"]): shape
        for p, shape in zip(admin1, admin1_shapes, strict=True)
        if p["country"] == "UA"
    }
    derived = derive(ukraine) if derive is not None else []
    rows += [{k: v for k, v in d.items() if k != "geometry"} for d in derived]
    derived_shapes = np.array([d["geometry"] for d in derived], dtype=object)
    shapes = np.concatenate([country_shapes, admin1_shapes, derived_shapes])
    drawn_admin1 = _simplified(admin1_shapes)
    owner = np.array([p["country"] for p in admin1])
    drawn_countries = [
        _country_drawing(drawn_admin1[owner == p["iso"]], shape)
        for p, shape in zip(countries, country_shapes, strict=True)
    ]
    drawn = np.concatenate(
        [np.array(drawn_countries, dtype=object), drawn_admin1, _simplified(derived_shapes)]
    )
    out_dir.mkdir(parents=True, exist_ok=True)
    index = np.zeros(len(rows), dtype=INDEX_DTYPE)
    index["level"] = [LEVELS.index(r["level"]) for r in rows]
    index["country"] = [r["country"] for r in rows]
    index["code"] = [r["code"] or "" for r in rows]
    _write_rows(rows, index, out_dir / FILES["rows"])
    for field, value in zip(
        ("west", "south", "east", "north"), shapely.bounds(shapes).T, strict=True
    ):
        index[field] = value
    for prefix, geometries in (("", shapes), ("drawing_", drawn)):
        blobs = [shapely.to_wkb(g, byte_order=1) for g in geometries]
        lengths = np.array([len(b) for b in blobs])
        index[f"{prefix}length"] = lengths
        index[f"{prefix}offset"] = np.cumsum(lengths) - lengths
        (out_dir / FILES[f"{prefix}wkb"]).write_bytes(b"".join(blobs))
    np.save(out_dir / FILES["index"], index, allow_pickle=False)
    whole = shapely.GeometryCollection(list(_world(np.array(drawn_countries, dtype=object))))
    (out_dir / FILES["world"]).write_bytes(shapely.to_wkb(whole, byte_order=1))
    manifest = {
        "format": FORMAT,
        "crs": "EPSG:4326",
        "files": {name: _fingerprint(out_dir / name) for name in FILES.values()},
    }
    (out_dir / MANIFEST).write_bytes((json.dumps(manifest, indent=1) + "\n").encode())
    return AreaSummary(
        countries=len(countries),
        admin1=len(admin1),
        vertices=int(shapely.get_num_coordinates(shapes).sum()),
        drawing_vertices=int(shapely.get_num_coordinates(drawn).sum()),
        size_bytes=sum((out_dir / name).stat().st_size for name in FILES.values()),
    )


def _read(path: Path) -> tuple[list[dict[str, Any]], NDArray[np.object_]]:
    """Return the properties and the polygons of a gzipped GeoJSON source."""
    try:
        features = json.loads(gzip.decompress(path.read_bytes()))["features"]
        shapes = np.array(
            [shapely.from_geojson(json.dumps(f["geometry"])) for f in features], dtype=object
        )
        properties = [f["properties"] for f in features]
    except (OSError, EOFError, ValueError, KeyError, TypeError, shapely.GEOSException) as error:
        raise GazetteerError(
            f"{path}: not a readable table of areas ({error}); get it again from the repository, "
            "or write it with gazetteer/areas/convert_areas.py"
        ) from error
    for number in np.flatnonzero(~shapely.is_valid(shapes)):
        raise GazetteerError(
            f"{path}:{number + 2}: {shapely.is_valid_reason(shapes[number])}; mend the polygon"
        )
    return properties, shapes


def _write_rows(rows: list[dict[str, Any]], index: NDArray[np.void], path: Path) -> None:
    """Write areas.json; put the place of each row's object into the index."""
    lines = [json.dumps(r, ensure_ascii=False, separators=(",", ":")).encode() for r in rows]
    head, between = b'{"rows":[\n', b",\n"
    lengths = np.array([len(line) for line in lines])
    index["row_length"] = lengths
    index["row_offset"] = len(head) + np.cumsum(lengths + len(between)) - lengths - len(between)
    path.write_bytes(head + between.join(lines) + b"\n]}\n")


def _row(level: str, country: str, code: str | None, properties: dict[str, Any]) -> dict[str, Any]:
    """Return a row of areas.json (see `areas.AreaRow`)."""
    return {
        "level": level,
        "country": country,
        "code": code,
        "name": properties["name"],
        "names": properties["names"],
        "stems": properties.get("stems", []),
        "members": properties.get("members", []),
        "lat": properties["lat"],
        "lon": properties["lon"],
        "radius_km": round(math.sqrt(properties["area_km2"] / math.pi), 2),
        "area_km2": properties["area_km2"],
        "iso3": properties.get("iso3"),
        "occupied_since": properties.get("occupied_since"),
        "method": properties.get("method"),
    }


def _simplified(shapes: NDArray[np.object_]) -> NDArray[np.object_]:
    """Simplify a coverage so that neighbours still share their borders.

    A polygon that rounding breaks keeps its full shape: rare, small, and better than a hole.
    """
    if not len(shapes):
        return shapes
    simple = shapely.coverage_simplify(shapes, DRAWING_TOLERANCE_DEG)
    simple = shapely.transform(simple, lambda xy: np.round(xy, DRAWING_DECIMALS))
    good = shapely.is_valid(simple) & ~shapely.is_empty(simple)
    return np.where(good, simple, shapes)


def _country_drawing(units: NDArray[np.object_], full: Any) -> Any:
    """Return a country's outline for drawing: its simplified units together."""
    union = shapely.normalize(shapely.coverage_union_all(units))
    if not union.is_valid or union.is_empty:
        union = shapely.normalize(shapely.union_all(units))
    return union if union.is_valid and not union.is_empty else full


def _world(shapes: NDArray[np.object_]) -> tuple[Any, Any]:
    """Return the land of the whole world, coarse and without small islands, and its borders."""
    grid = 0.01
    parts = shapely.get_parts(shapes)
    parts = parts[shapely.area(parts) > 0.15]
    simple = shapely.coverage_simplify(parts, WORLD_TOLERANCE_DEG)
    parts = shapely.set_precision(shapely.make_valid(simple), grid)
    land = shapely.union_all(parts, grid_size=grid)
    lines = shapely.union_all(shapely.boundary(parts), grid_size=grid)
    return land, shapely.line_merge(lines.difference(land.boundary))


def _fingerprint(path: Path) -> dict[str, int | str]:
    data = path.read_bytes()
    return {"bytes": len(data), "sha256": hashlib.sha256(data).hexdigest()}
