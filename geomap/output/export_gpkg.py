"""GeoPackage: a layer for each kind of thing, with the styles that QGIS opens it in."""

from __future__ import annotations

import os
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from geomap.output.export_rows import columns, settled, texts, values
from geomap.output.geojson import ATTRIBUTION
from geomap.output.qgis_styles import layer_styles
from geomap.output.schema import schema

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from geomap.output.export_rows import About
    from geomap.output.layers import Feature
    from geomap.output.schema import Field, Layer

GEOMETRY = "geom"
# GDAL writes the time of writing into a GeoPackage. The same input gives the same bytes, so it is
# told this one: the earliest that archives know.
_TIME = "1980-01-01T00:00:00.000Z"
_CHUNK = 10_000  # rows that are written at once
_NULLS: dict[str, Any] = {"integer": 0, "real": 0.0, "boolean": False, "date": "NaT"}
_DTYPES = {"integer": "int64", "real": "float64", "boolean": "bool", "date": "datetime64[D]"}


class GeoPackageWriter:
    """A GeoPackage with the layers of the schema, all of them, and `about` and `layer_styles`."""

    LISTS_REPORTS = True

    def __init__(self, path: Path, about: About) -> None:
        self.path, self.about = path, about
        self.known: set[str] = set()  # layers that are there
        names = [layer.name for layer in schema().layers]
        self.layers = {n: schema().layer(n, about.options) for n in names}
        self.of = {layer.holds: name for name, layer in self.layers.items()}
        self.waiting: dict[str, list[Feature]] = {name: [] for name in names}
        for name in names:  # an empty layer has its fields and its style all the same
            self._add(name, ())
        self.write(about.front, ())

    def write(self, rows: Sequence[Feature], reports: Sequence[Feature]) -> None:
        """Add features (see `Writer`)."""
        self.waiting["reports"] += reports
        for row in rows:
            kind = row.properties.get("layer") or row.properties["kind"]
            self.waiting[self.of[kind]].append(row)
        for name, waiting in self.waiting.items():
            if len(waiting) >= _CHUNK:
                self._add(name, waiting)
                waiting.clear()

    def close(self) -> None:
        """Make the file whole."""
        for name, waiting in self.waiting.items():
            if waiting:
                self._add(name, waiting)
        told = {"attribution": ATTRIBUTION, **texts(self.about.generator)}
        self._table("about", {"key": list(told), "value": list(told.values())})
        self._table("layer_styles", layer_styles(self.about.parties, GEOMETRY, _TIME))

    def drop(self) -> None:
        """Let go of the file."""
        self.waiting.clear()

    def _add(self, name: str, rows: Sequence[Feature]) -> None:
        """Write rows to a layer; the first time make it."""
        import shapely

        layer = self.layers[name]
        geometries = settled([row.geometry for row in rows])
        data, masks = [], []
        for field, told in zip(layer.fields, columns(layer.fields, rows), strict=True):
            column, mask = _column(field, told)
            data.append(column)
            masks.append(mask)
        with _fixed_time():
            self._raw(
                layer.name, [f.name for f in layer.fields], data, masks,
                shapely.to_wkb(geometries), layer,
            )  # fmt: skip

    def _table(self, name: str, table: dict[str, list[Any]]) -> None:
        """Write a table without geometry: text, but for the time and flag of styles."""
        import numpy as np

        data = []
        for key, column in table.items():
            dtype = "datetime64[ms]" if key == "update_time" else None
            dtype = "bool" if key == "useAsDefault" else dtype
            data.append(np.array(column, dtype=dtype or object))
        with _fixed_time():
            self._raw(name, list(table), data, [None] * len(data), None, None)

    def _raw(
        self, name: str, fields: list[str], data: list[Any], masks: list[Any],
        geometry: Any, layer: Layer | None,
    ) -> None:  # fmt: skip
        import pyogrio.raw

        made = name in self.known
        options: dict[str, Any] = {}
        if layer is not None:
            options = {
                "geometry_type": layer.geometry,
                "crs": "EPSG:4326",
                "promote_to_multi": layer.geometry.startswith("Multi"),
            }
            if not self.known:
                options["dataset_options"] = {"VERSION": "1.3"}  # of 2021: read without a warning
            if not made:
                options["layer_options"] = {
                    "GEOMETRY_NAME": GEOMETRY,
                    "DESCRIPTION": layer.meaning,
                }
                options["dataset_metadata"] = {
                    "attribution": ATTRIBUTION,
                    "generator": self.about.maker,
                }
        pyogrio.raw.write(
            os.fspath(self.path), geometry, data, fields, field_mask=masks, layer=name,
            driver="GPKG", append=made, **options,
        )  # fmt: skip
        self.known.add(name)


def _column(field: Field, told: Sequence[Any]) -> tuple[Any, Any]:
    """Return a column and its mask of nulls (None: none of its own) as pyogrio takes them."""
    import numpy as np

    column = values(field, told)
    dtype = _DTYPES.get(field.type)
    if dtype is None:  # text, lists as JSON: None is null
        made = np.empty(len(column), dtype=object)
        made[:] = column
        return made, None
    null = _NULLS[field.type]
    return (
        np.array([null if v is None else v for v in column], dtype=dtype),
        np.array([v is None for v in column], dtype=bool),
    )


@contextmanager
def _fixed_time() -> Iterator[None]:
    """Let GDAL write a fixed time, and not wait for the disk: the file is not in place yet."""
    import pyogrio

    options = {"OGR_CURRENT_DATE": _TIME, "OGR_SQLITE_SYNCHRONOUS": "OFF"}
    before = {name: pyogrio.get_gdal_config_option(name) for name in options}
    pyogrio.set_gdal_config_options(options)
    try:
        yield
    finally:
        pyogrio.set_gdal_config_options(before)
