"""GeoJSON and newline-delimited GeoJSON, written as the features come."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from geomap.output.export_rows import settled
from geomap.output.files import atomic
from geomap.output.geojson import ATTRIBUTION, line

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    from geomap.output.export_rows import About
    from geomap.output.layers import Feature


def feature_lines(rows: Sequence[Feature], geometries: Any) -> Iterator[str]:
    """Yield each feature as a line of JSON, without a line end.

    Parameters
    ----------
    rows : sequence of Feature
    geometries : numpy.ndarray
        Their geometry as `export_rows.settled` gives it.
    """
    import shapely

    for row, told in zip(rows, shapely.to_geojson(geometries), strict=True):
        own = row.properties.copy()
        identity = own.pop("id")
        yield (
            f'{{"type": "Feature", "id": {line(identity)}, "geometry": {told or "null"}, '
            f'"properties": {line(own)}}}'
        )


class GeoJsonWriter:
    """A FeatureCollection (RFC 7946): what made it, the features a line each, then `bbox`."""

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
