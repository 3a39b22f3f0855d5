"""What the exported files hold: layers and fields, one table (`schema.toml`) for all formats."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any, Literal, get_args

from geomap.errors import TableError
from geomap.tables import load_table

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

FieldType = Literal["text", "date", "integer", "real", "boolean", "texts", "points", "candidates"]
FEATURES = ("mention", "hint", "claim")
FRONT = ("contact_line", "uncertainty", "control")
OPTIONS = ("front", "changes")
GEOMETRIES = ("Point", "MultiPoint", "MultiLineString", "MultiPolygon")

_FILE = "geomap/output/schema.toml"
_KEYS = {"name", "type", "unit", "least", "most", "of", "never_null", "values", "with", "meaning"}
_MEANT = {"integer": "integer", "real": "number", "boolean": "boolean"}  # in JSON Schema


@dataclass(frozen=True, slots=True)
class Field:
    """A column: its name, its type, which layers have it, and where it is never null.

    `values` is its vocabulary (empty: any). `option` is the one under which alone it is there
    (`OPTIONS`), "" for what always is.
    """

    name: str
    type: FieldType
    of: tuple[str, ...]
    never_null: tuple[str, ...]
    meaning: str
    unit: str = ""
    values: tuple[str, ...] = ()
    least: float | None = None
    most: float | None = None
    option: str = ""


@dataclass(frozen=True, slots=True)
class Layer:
    """A layer of a GeoPackage: what it holds, its type of geometry (EPSG:4326) and its fields."""

    name: str
    holds: str
    geometry: str
    meaning: str
    fields: tuple[Field, ...]


@dataclass(frozen=True, slots=True)
class Schema:
    """The whole table. `features` are the fields of mention, hint and claim in one table.

    `columns` are their names, without those that an option adds.
    """

    features: tuple[Field, ...]
    layers: tuple[Layer, ...]
    columns: tuple[str, ...]

    def table(self, options: Collection[str] = ()) -> tuple[Field, ...]:
        """Return the fields of a table of features, with those of the options given."""
        return tuple(f for f in self.features if not f.option or f.option in options)

    def layer(self, name: str, options: Collection[str] = ()) -> Layer:
        """Return a layer by name, its fields with those of the options given."""
        (found,) = [one for one in self.layers if one.name == name]
        kept = tuple(f for f in found.fields if not f.option or f.option in options)
        return Layer(found.name, found.holds, found.geometry, found.meaning, kept)


@cache
def schema() -> Schema:
    """Return the table that ships with geomap.

    Raises
    ------
    TableError
        It is not as it has to be; the message names the entry.
    """
    return read_schema(load_table("geomap.output", "schema.toml"))


def read_schema(table: Mapping[str, Any]) -> Schema:
    """Return a schema from its TOML table, checked.

    Raises
    ------
    TableError
        Something is missing, unknown, twice there, or contradicts; the message names the entry.
    """
    parts = {"vocabulary", "layer", "field", "report", "front"}
    if set(table) != parts:
        raise TableError(f"{_FILE}: needs {', '.join(sorted(parts))}, and nothing else")
    words = table["vocabulary"]
    features = _fields(table["field"], FEATURES, words)
    own = {
        "report": _fields(table["report"], ("report",), words),
        "front": _fields(table["front"], FRONT, words),
    }
    layers = []
    for row in table["layer"]:
        where = f"{_FILE}: layer {row.get('name')!r}"
        if set(row) != {"name", "holds", "geometry", "meaning"}:
            raise TableError(f"{where}: needs name, holds, geometry and meaning")
        if row["geometry"] not in GEOMETRIES:
            raise TableError(f"{where}: geometry is not one of {', '.join(GEOMETRIES)}")
        holds = row["holds"]
        every = own["report"] if holds == "report" else own["front"] if holds in FRONT else features
        fields = tuple(f for f in every if holds in f.of and f.name != "layer")
        if not fields:
            raise TableError(f"{where}: nothing is {holds!r}")
        layers.append(Layer(row["name"], holds, row["geometry"], row["meaning"], fields))
    return Schema(features, tuple(layers), tuple(f.name for f in features if not f.option))


def _fields(
    rows: Sequence[Mapping[str, Any]], known: tuple[str, ...], words: Mapping[str, Any]
) -> tuple[Field, ...]:
    fields = tuple(_field(row, known, words) for row in rows)
    names = [f.name for f in fields]
    if twice := sorted({n for n in names if names.count(n) > 1}):
        raise TableError(f"{_FILE}: field {twice[0]!r} is there twice")
    return fields


def _field(row: Mapping[str, Any], known: tuple[str, ...], words: Mapping[str, Any]) -> Field:
    where = f"{_FILE}: field {row.get('name')!r}"
    if unknown := set(row) - _KEYS:
        raise TableError(f"{where}: unknown {sorted(unknown)}")
    if not all(isinstance(row.get(k), str) and row[k] for k in ("name", "type", "meaning")):
        raise TableError(f"{where}: needs name, type and meaning")
    if row["type"] not in get_args(FieldType):
        raise TableError(f"{where}: type is not one of {', '.join(get_args(FieldType))}")
    if row.get("with", OPTIONS[0]) not in OPTIONS:
        raise TableError(f"{where}: `with` is not one of {', '.join(OPTIONS)}")
    of = _layers(row.get("of", "all"), known, where)
    values = row.get("values", ())
    if isinstance(values, str):
        if values not in words:
            raise TableError(f"{where}: no vocabulary {values!r}")
        values = words[values]
    if values and (row["type"] != "text" or not all(isinstance(v, str) for v in values)):
        raise TableError(f"{where}: only text has values, and they are text")
    return Field(
        row["name"], row["type"], of, _layers(row.get("never_null", ()), of, where),
        row["meaning"], row.get("unit", ""), tuple(values), row.get("least"), row.get("most"),
        row.get("with", ""),
    )  # fmt: skip


def _layers(told: Any, known: tuple[str, ...], where: str) -> tuple[str, ...]:
    if told == "all":
        return known
    if isinstance(told, str) or not set(told) <= set(known):
        raise TableError(f'{where}: {told!r} is not "all" or a list of {", ".join(known)}')
    return tuple(told)


# ---- JSON Schema ----


def json_schema() -> dict[str, Any]:
    """Return a JSON Schema (2020-12) of a feature, as GeoJSON and GeoJSONSeq have it.

    Each layer is a case: what does not belong to it is null.
    """
    table = schema()
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "A feature of geomap export",
        "type": "object",
        "required": ["type", "id", "geometry", "properties"],
        "properties": {
            "type": {"const": "Feature"},
            "id": {"type": "string", "minLength": 1},
            "geometry": {"oneOf": [{"type": "null"}, *_shapes()]},
            "generator": {"type": "object"},  # of the first line of GeoJSONSeq
            "attribution": {"type": "string"},
            "properties": {"oneOf": [_properties(table.features, one) for one in FEATURES]},
        },
        "additionalProperties": False,
    }


def _shapes() -> list[dict[str, Any]]:
    position = {
        "type": "array",
        "prefixItems": [
            {"type": "number", "minimum": -180, "maximum": 180},
            {"type": "number", "minimum": -90, "maximum": 90},
        ],
        "minItems": 2,
        "maxItems": 2,
    }
    ring = {"type": "array", "items": position, "minItems": 4}
    rings = {"type": "array", "items": ring, "minItems": 1}
    many = {"type": "array", "items": rings, "minItems": 1}
    return [
        {
            "type": "object",
            "required": ["type", "coordinates"],
            "properties": {"type": {"const": name}, "coordinates": coordinates},
            "additionalProperties": False,
        }
        for name, coordinates in (("Point", position), ("Polygon", rings), ("MultiPolygon", many))
    ]


def _properties(fields: Sequence[Field], layer: str) -> dict[str, Any]:
    told = [f for f in fields if f.name != "id"]
    return {
        "type": "object",
        "properties": {f.name: _value(f, layer) for f in told},
        "required": [f.name for f in told if not f.option],
        "additionalProperties": False,
    }


def _value(field: Field, layer: str) -> dict[str, Any]:
    if field.name == "layer":
        return {"const": layer}
    if layer not in field.of:
        return {"type": "null"}
    value = _plain(field)
    return value if layer in field.never_null else {"anyOf": [value, {"type": "null"}]}


def _plain(field: Field) -> dict[str, Any]:
    number, text = {"type": "number"}, {"type": "string"}
    if field.type == "date":
        return {"type": "string", "format": "date"}
    if field.type == "texts":
        return {"type": "array", "items": text}
    if field.type == "points":
        point = {"type": "array", "items": number, "minItems": 2, "maxItems": 2}
        return {"type": "array", "items": {"anyOf": [point, {"type": "null"}]}}
    if field.type == "candidates":
        maybe = {"type": ["string", "null"]}
        own = {"name": text, "admin1": maybe, "country": maybe}
        own |= dict.fromkeys(("lat", "lon", "score"), number)
        record = {"type": "object", "properties": own, "required": list(own)}
        return {"type": "array", "items": record | {"additionalProperties": False}}
    if field.values:
        return {"enum": list(field.values)}
    told: dict[str, Any] = {"type": _MEANT.get(field.type, "string")}
    if field.least is not None:
        told["minimum"] = field.least
    if field.most is not None:
        told["maximum"] = field.most
    return told
