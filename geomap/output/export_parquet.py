"""GeoParquet 1.1: all features in one table, row group by row group (the extra geomap[parquet])."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from geomap.errors import OutputError
from geomap.output.export_rows import columns, settled, table, values
from geomap.output.geojson import ATTRIBUTION

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from geomap.output.export_rows import About
    from geomap.output.layers import Feature
    from geomap.output.schema import Field

GEOMETRY, BBOX = "geometry", "bbox"
VERSION = "1.1.0"
ROW_GROUP = 50_000  # rows; readers skip row groups by their bbox, and want them of a size
_CORNERS = ("xmin", "ymin", "xmax", "ymax")


def check_pyarrow() -> None:
    """Say early that GeoParquet cannot be written.

    Raises
    ------
    OutputError
        pyarrow is not installed.
    """
    try:
        import pyarrow.parquet  # noqa: F401
    except ImportError as error:
        raise OutputError(
            "GeoParquet needs pyarrow: pip install 'geomap[parquet]', or choose another format"
        ) from error


class ParquetWriter:
    """A GeoParquet file: the fields of the schema, `geometry` as WKB and `bbox`, its box."""

    LISTS_REPORTS = False

    def __init__(self, path: Path, about: About) -> None:
        check_pyarrow()
        import pyarrow as pa
        import pyarrow.parquet as pq

        self.fields = table(about)
        told = [pa.field(f.name, _type(f), metadata=_told(f)) for f in self.fields]
        box = pa.struct([(corner, pa.float64()) for corner in _CORNERS])
        self.schema = pa.schema(
            [*told, (GEOMETRY, pa.binary()), (BBOX, box)],
            metadata={
                "generator": json.dumps(dict(about.generator), ensure_ascii=False),
                "attribution": ATTRIBUTION,
            },
        )
        self.file = pq.ParquetWriter(path, self.schema, compression="zstd")
        self.waiting: list[Any] = []
        self.types: set[str] = set()
        self.bounds: list[Any] = []

    def write(self, rows: Sequence[Feature], reports: Sequence[Feature]) -> None:  # noqa: ARG002
        """Add features (see `Writer`)."""
        import pyarrow as pa
        import shapely

        if not rows:
            return
        geometries = settled([row.geometry for row in rows])
        there = ~shapely.is_missing(geometries)
        if there.any():
            self.types |= {g.geom_type for g in geometries[there]}
            self.bounds.append(shapely.box(*shapely.total_bounds(geometries)))
        arrays = [
            pa.array(values(f, told, nested=True), type=one.type)
            for f, told, one in zip(
                self.fields, columns(self.fields, rows), self.schema, strict=False
            )
        ]
        corners = shapely.bounds(geometries)
        boxes = pa.StructArray.from_arrays(
            [pa.array(corners[:, n]) for n in range(4)], names=list(_CORNERS), mask=pa.array(~there)
        )
        arrays += [pa.array(shapely.to_wkb(geometries).tolist(), type=pa.binary()), boxes]
        self.waiting.append(pa.record_batch(arrays, schema=self.schema))
        if sum(len(batch) for batch in self.waiting) >= ROW_GROUP:
            self._group()

    def _group(self) -> None:
        import pyarrow as pa

        if self.waiting:
            whole = pa.Table.from_batches(self.waiting, schema=self.schema)
            self.file.write_table(whole, row_group_size=len(whole))
            self.waiting = []

    def close(self) -> None:
        """Make the file whole."""
        self._group()
        self.file.add_key_value_metadata({"geo": json.dumps(self._geo())})
        self.file.close()

    def drop(self) -> None:
        """Let go of the file."""
        if self.file.is_open:
            self.file.close()

    def _geo(self) -> dict[str, Any]:
        """Return the metadata that makes a Parquet file a GeoParquet file."""
        import shapely
        from pyproj import CRS

        column: dict[str, Any] = {
            "encoding": "WKB",
            "geometry_types": sorted(self.types),
            "crs": CRS.from_epsg(
                4326
            ).to_json_dict(),  # lon before lat, as GeoParquet always has it
            "orientation": "counterclockwise",
            "edges": "planar",
            "covering": {"bbox": {corner: [BBOX, corner] for corner in _CORNERS}},
        }
        if self.bounds:
            column["bbox"] = [float(c) for c in shapely.total_bounds(self.bounds)]
        return {"version": VERSION, "primary_column": GEOMETRY, "columns": {GEOMETRY: column}}


def _type(field: Field) -> Any:
    """Return the Arrow type of a field."""
    import pyarrow as pa

    candidate = pa.struct(
        [
            ("name", pa.string()), ("admin1", pa.string()), ("country", pa.string()),
            ("lat", pa.float64()), ("lon", pa.float64()), ("score", pa.float64()),
        ]
    )  # fmt: skip
    return {
        "text": pa.string(),
        "date": pa.date32(),
        "integer": pa.int64(),
        "real": pa.float64(),
        "boolean": pa.bool_(),
        "texts": pa.list_(pa.string()),
        "points": pa.list_(pa.list_(pa.float64())),
        "candidates": pa.list_(candidate),
    }[field.type]


def _told(field: Field) -> dict[str, str]:
    return {"description": field.meaning} | ({"unit": field.unit} if field.unit else {})
