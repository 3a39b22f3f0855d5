"""GeoJSON and newline-delimited GeoJSON, written as the features come."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from geomap.output.export_rows import settled
from geomap.output.files import atomic
from geomap.output.geojson import ATTRIBUTION, line, readable

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    from geomap.output.export_rows import About
    from geomap.output.layers import Feature

_POINT, _POLYGON, _MULTIPOLYGON = 0, 3, 6  # shapely's numbers of types


def feature_lines(rows: Sequence[Feature], geometries: Any) -> Iterator[str]:
    """Yield each feature as a line of JSON, without a line end.

    What would steer a terminal or an editor is escaped (as by `geojson.line`).

    Parameters
    ----------
    rows : sequence of Feature
    geometries : numpy.ndarray
        Their geometry as `export_rows.settled` gives it.
    """
    import orjson

    for row, geometry in zip(rows, _geometries(geometries), strict=True):
        own = row.properties.copy()
        identity = own.pop("id")
        feature = {"type": "Feature", "id": identity, "geometry": geometry, "properties": own}
        try:
            text = orjson.dumps(feature, option=orjson.OPT_SERIALIZE_NUMPY).decode()
        except TypeError:  # half of a surrogate pair, which only an escape can write
            text = json.dumps(
                feature, ensure_ascii=False, separators=(",", ":"), default=lambda a: a.tolist()
            )
        yield readable(text)


def _geometries(geometries: Any) -> list[dict[str, Any] | None]:
    """Return GeoJSON geometries of points and polygons, rings as arrays; None for None."""
    import numpy as np
    import shapely

    made: list[dict[str, Any] | None] = [None] * len(geometries)
    kinds = shapely.get_type_id(geometries)
    points = np.flatnonzero(kinds == _POINT)
    for at, position in zip(
        points.tolist(), shapely.get_coordinates(geometries[points]).tolist(), strict=True
    ):
        made[at] = {"type": "Point", "coordinates": position}
    areas = np.flatnonzero((kinds == _POLYGON) | (kinds == _MULTIPOLYGON))
    polygons, of_area = shapely.get_parts(geometries[areas], return_index=True)
    rings, of_polygon = shapely.get_rings(polygons, return_index=True)
    held: list[list[Any]] = [[] for _ in polygons]  # the rings of each, the outer one first
    coordinates, at = shapely.get_coordinates(rings), 0
    for number, length in zip(
        of_polygon.tolist(), shapely.get_num_coordinates(rings).tolist(), strict=True
    ):
        held[number].append(coordinates[at : at + length])
        at += length
    for one, area in zip(held, areas[of_area].tolist(), strict=True):
        if kinds[area] == _POLYGON:
            made[area] = {"type": "Polygon", "coordinates": one}
        elif (several := made[area]) is None:
            made[area] = {"type": "MultiPolygon", "coordinates": [one]}
        else:
            several["coordinates"].append(one)
    return made


class GeoJsonWriter:
    """A FeatureCollection (RFC 7946): what made it, the features a line each, then `bbox`."""

    LISTS_REPORTS = False

    def __init__(self, path: Path, about: About) -> None:
        self.stream = path.open("w", encoding="utf-8", newline="\n")
        head = {
            "type": "FeatureCollection",
            "generator": dict(about.generator),
            "attribution": ATTRIBUTION,
        }
        self.stream.write(line(head)[:-1] + ', "features": [')
        self.any = False
        self.bounds: list[Any] = []

    def write(self, rows: Sequence[Feature], reports: Sequence[Feature]) -> None:  # noqa: ARG002
        """Add features (see `Writer`)."""
        import shapely

        if not rows:
            return
        geometries = settled([row.geometry for row in rows])
        self.stream.write(",\n" if self.any else "\n")
        self.stream.write(",\n".join(feature_lines(rows, geometries)))
        self.any = True
        if not shapely.is_missing(geometries).all():
            self.bounds.append(shapely.box(*shapely.total_bounds(geometries)))

    def close(self) -> None:
        """Make the file whole."""
        import shapely

        self.stream.write("\n]" if self.any else "]")
        if self.bounds:  # only now is it known
            bbox = [float(c) for c in shapely.total_bounds(self.bounds)]
            self.stream.write(f', "bbox": {line(bbox)}')
        self.stream.write("}\n")
        self.stream.close()

    def drop(self) -> None:
        """Let go of the file."""
        self.stream.close()


class GeoJsonSeqWriter:
    """A feature a line, without the record separators of RFC 8142: GDAL reads both, others these.

    The first line says what made the file: its feature has the members `generator` and
    `attribution`, which readers pass over.
    """

    LISTS_REPORTS = False

    def __init__(self, path: Path, about: About) -> None:
        self.stream = path.open("w", encoding="utf-8", newline="\n")
        self.head: Mapping[str, Any] | None = {
            "generator": dict(about.generator),
            "attribution": ATTRIBUTION,
        }

    def write(self, rows: Sequence[Feature], reports: Sequence[Feature]) -> None:  # noqa: ARG002
        """Add features (see `Writer`)."""
        lines = list(feature_lines(rows, settled([row.geometry for row in rows])))
        if lines and self.head is not None:
            lines[0] = lines[0][:-1] + ", " + line(self.head)[1:]
            self.head = None
        self.stream.writelines(one + "\n" for one in lines)

    def close(self) -> None:
        """Make the file whole."""
        self.stream.close()

    def drop(self) -> None:
        """Let go of the file."""
        self.stream.close()


def write_geojson(path: Path, rows: Sequence[Feature], about: About) -> None:
    """Write features that are all there as GeoJSON, whole or not at all.

    Raises
    ------
    OutputError
        The file cannot be written.
    """
    with atomic(path) as temporary:
        writer = GeoJsonWriter(temporary, about)
        try:
            writer.write(rows, ())
            writer.close()
        finally:
            writer.drop()
