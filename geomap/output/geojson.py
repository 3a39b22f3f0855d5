"""GeoJSON by RFC 7946: lon-lat, right-handed rings, `bbox`, the same bytes for the same input."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from geomap.output.layers import Feature

_UNREADABLE = re.compile(
    "[\u007f-\u009f\u00ad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\ud800-\udfff]"
)
DECIMALS = 5  # about one metre
ATTRIBUTION = "Places: GeoNames (CC BY 4.0). Areas: Natural Earth (public domain)."


def geometry_json(geometry: Any) -> dict[str, Any] | None:
    """Return a shapely geometry (EPSG:4326) as a GeoJSON geometry, rounded to `DECIMALS`.

    Exterior rings run counter-clockwise. None and empty geometry give None.
    """
    import shapely

    if geometry is None or geometry.is_empty:
        return None
    plain = _rounded_json(geometry)
    if geometry.is_valid and not _is_valid(plain):  # rounding has closed a narrow gap
        mended = shapely.make_valid(shapely.from_geojson(json.dumps(plain)))
        parts = shapely.get_parts(mended)
        areas = parts[shapely.area(parts) > 0]
        again = _rounded_json(shapely.union_all(areas)) if len(areas) else plain
        plain = again if _is_valid(again) else _plain(geometry)
    return plain


def _plain(geometry: Any) -> dict[str, Any]:
    import shapely

    plain: dict[str, Any] = json.loads(shapely.to_geojson(shapely.orient_polygons(geometry)))
    return plain


def _rounded_json(geometry: Any) -> dict[str, Any]:
    plain = _plain(geometry)
    return {**plain, "coordinates": _rounded(plain["coordinates"])}


def _is_valid(plain: dict[str, Any]) -> bool:
    import shapely

    return bool(shapely.from_geojson(json.dumps(plain)).is_valid)


def _rounded(coordinates: Any) -> Any:
    if isinstance(coordinates, int | float):
        return round(float(coordinates), DECIMALS)
    return [_rounded(c) for c in coordinates]


def collection(
    features: Sequence[Feature], generator: Mapping[str, Any], *, cores: bool = False
) -> dict[str, Any]:
    """Return a FeatureCollection of some features.

    Parameters
    ----------
    features : sequence of Feature
        In the order they shall have.
    generator : mapping
        What made the file: version, settings hash, gazetteer date.
    cores : bool, optional
        Whether the features of hints shall have the member `core`, a geometry: the area that holds
        their place with 50 % probability.
    """
    # Many features share a geometry, and give the same: a hint that many reports repeat.
    known: dict[bytes, dict[str, Any] | None] = {}

    def written(geometry: Any) -> dict[str, Any] | None:
        if geometry is None:
            return None
        key = geometry.wkb
        if key not in known:
            known[key] = geometry_json(geometry)
        return known[key]

    rows = [_row(f, written, cores=cores) for f in features]
    whole: dict[str, Any] = {"type": "FeatureCollection"}
    bounds = [f.geometry.bounds for f in features if f.geometry is not None]
    if bounds:
        whole["bbox"] = [
            round(min(b[0] for b in bounds), DECIMALS),
            round(min(b[1] for b in bounds), DECIMALS),
            round(max(b[2] for b in bounds), DECIMALS),
            round(max(b[3] for b in bounds), DECIMALS),
        ]
    whole["generator"] = dict(generator)
    whole["attribution"] = ATTRIBUTION
    whole["features"] = rows
    return whole


def _row(feature: Feature, written: Callable[[Any], Any], *, cores: bool) -> dict[str, Any]:
    row = {
        "type": "Feature",
        "id": feature.properties["id"],
        "geometry": written(feature.geometry),
        "properties": {k: v for k, v in feature.properties.items() if k != "id"},
    }
    if cores and feature.core is not None:
        row["core"] = written(feature.core)
    return row


def without_cores(whole: Mapping[str, Any]) -> dict[str, Any]:
    """Return a collection as it is written to a file: without what only a map draws."""
    features = [{k: v for k, v in f.items() if k != "core"} for f in whole["features"]]
    return {**whole, "features": features}


# Members of a collection that are lists of records: a line each, so that two files can be compared.
_RECORDS = ("fronts", "evidence", "features")


def dumps(whole: Mapping[str, Any]) -> str:
    """Return a FeatureCollection as text, a feature a line, so that two files can be compared."""
    head = {k: v for k, v in whole.items() if k not in _RECORDS}
    text = line(head)[:-1]
    for name in _RECORDS:
        if name in whole:
            rows = ",\n".join(line(f) for f in whole[name])
            text += f', "{name}": [\n{rows}\n]' if rows else f', "{name}": []'
    return text + "}\n"


_ENCODE = json.JSONEncoder(ensure_ascii=False, allow_nan=False).encode


def line(record: Any) -> str:
    """Return a record (any value that JSON knows) as one line of JSON.

    Readable letters stay as they are. What would steer a terminal or turn the direction of an
    editor's line is escaped, and so is half of a surrogate pair, which broken JSON can smuggle
    into a text and UTF-8 cannot hold: all of it reads back as it was.
    """
    return readable(_ENCODE(record))


def readable(text: str) -> str:
    """Return JSON with escapes for what `line` escapes."""
    if text.isprintable():  # which is quickly told, and holds for nearly all
        return text
    return _UNREADABLE.sub(lambda found: f"\\u{ord(found.group()):04x}", text)
