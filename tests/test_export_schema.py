"""The schema of exports: the table, its page, its JSON Schema, and GeoJSON held to them."""

from __future__ import annotations

import copy
import json
import re
from itertools import pairwise
from pathlib import Path
from typing import Any, get_args

import pytest

import geomap
from geomap import models
from geomap.errors import TableError
from geomap.output.export_json import write_geojson
from geomap.output.export_rows import About
from geomap.output.layers import COLUMNS, features
from geomap.output.schema import FEATURES, json_schema, read_schema, schema
from geomap.tables import load_table

jsonschema = pytest.importorskip("jsonschema")


@pytest.fixture(scope="module")
def rows(
    examples: Path, pipeline: geomap.Pipeline, tmp_path_factory: pytest.TempPathFactory
) -> list[dict[str, Any]]:
    path = tmp_path_factory.mktemp("schema") / "e.geojson"
    found = features(pipeline.run(geomap.read_articles([examples])).reports)
    write_geojson(path, found, About({"name": "geomap"}))
    whole: list[dict[str, Any]] = json.loads(path.read_text(encoding="utf-8"))["features"]
    return whole


@pytest.fixture(scope="module")
def judge() -> Any:
    made = json_schema()
    jsonschema.Draft202012Validator.check_schema(made)
    return jsonschema.Draft202012Validator(made, format_checker=jsonschema.FormatChecker())


def test_every_feature_is_as_the_schema_says(rows: list[dict[str, Any]], judge: Any) -> None:
    assert {f["properties"]["layer"] for f in rows} == set(FEATURES)
    for feature in rows:
        assert [e.message for e in judge.iter_errors(feature)] == [], feature["id"]


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("status", "sure"), ("date", "2023-2-1"), ("confidence", 1.5), ("start", 2.5),
        ("start", None), ("actor", "Russia"), ("reasons", "because"), ("kind", None), ("lat", 91),
        ("layer", "place"), ("unheard_of", 1),
    ],
)  # fmt: skip
def test_the_schema_refuses(
    rows: list[dict[str, Any]], judge: Any, name: str, value: object
) -> None:
    feature = next(f for f in rows if f["properties"]["layer"] == "mention")
    wrong = copy.deepcopy(feature)
    assert judge.is_valid(wrong)
    wrong["properties"][name] = value
    assert not judge.is_valid(wrong)


def test_the_schema_that_ships_is_made_from_the_table(root: Path) -> None:
    told = json.loads((root / "docs" / "feature.schema.json").read_text(encoding="utf-8"))
    assert told == json_schema()


def test_the_columns_are_those_of_the_table() -> None:
    assert schema().columns == COLUMNS


def test_the_vocabularies_are_those_of_the_records() -> None:
    pairs = {
        "status": models.Status, "kind": models.MentionKind, "precision": models.Precision,
        "relation": models.Relation, "bound": models.Bound, "modality": models.Modality,
        "source_kind": models.SourceKind, "date_source": models.DateSource,
    }  # fmt: skip
    fields = {f.name: f for f in schema().features}
    for name, literal in pairs.items():
        assert set(fields[name].values) == set(get_args(literal)), name


def test_the_page_tells_each_field_as_the_table_does(root: Path) -> None:
    page = (root / "docs" / "schema.md").read_text(encoding="utf-8")
    lines = [re.split(r"(?<!\\) \| ", line.strip("| ")) for line in page.splitlines()
             if line.startswith("| `")]  # fmt: skip
    told = [(cells[0].strip("`"), cells[1], cells[-1]) for cells in lines]
    wanted = [(f.name, f.type, f.meaning) for f in schema().features]
    for name in ("reports", "contact_lines", "uncertainty", "control"):
        wanted += [(f.name, f.type, f.meaning) for f in schema().layer(name).fields]
    assert sorted(set(told)) == sorted(set(wanted))
    for field in schema().features:
        for value in field.values:
            assert f"`{value}`" in page, value
    for layer in schema().layers:
        assert f"**{layer.name}**" in page
        assert layer.geometry in page


@pytest.mark.parametrize(
    ("path", "value", "said"),
    [
        (("field", 0, "type"), "word", "type is not one of"),
        (("field", 0, "of"), ["places"], "is not"),
        (("field", 2, "never_null"), ["report"], "is not"),
        (("field", 3, "values"), "colours", "no vocabulary"),
        (("field", 1, "name"), "id", "there twice"),
        (("field", 0, "color"), "red", "unknown"),
        (("field", 0, "meaning"), "", "needs name, type and meaning"),
        (("field", 11, "values"), ["a"], "only text"),
        (("layer", 0, "geometry"), "Circle", "geometry is not one of"),
        (("layer", 0, "holds"), "news", "nothing is"),
        (("extra",), {}, "nothing else"),
    ],
)
def test_a_wrong_table_is_named(path: tuple[Any, ...], value: object, said: str) -> None:
    table = copy.deepcopy(load_table("geomap.output", "schema.toml"))
    at: Any = table
    for step in path[:-1]:
        at = at[step]
    at[path[-1]] = value
    with pytest.raises(TableError, match=said):
        read_schema(table)


def _rings(geometry: dict[str, Any]) -> list[tuple[bool, list[list[float]]]]:
    """Return the rings of a geometry, each with whether it is an outer one."""
    whole = geometry["coordinates"]
    polygons = {"Polygon": [whole], "MultiPolygon": whole}.get(geometry["type"], [])
    return [(n == 0, ring) for polygon in polygons for n, ring in enumerate(polygon)]


def test_it_is_rfc_7946_to_the_letter(
    examples: Path, pipeline: geomap.Pipeline, tmp_path: Path
) -> None:
    """Sections 3 to 7: members, positions, rings, right-hand rule, bbox, no crs, no other type."""
    found = features(pipeline.run(geomap.read_articles([examples])).reports)
    write_geojson(tmp_path / "e.geojson", found, About({"name": "geomap"}))
    data = (tmp_path / "e.geojson").read_bytes()
    assert not data.startswith(b"\xef\xbb\xbf")

    def no_number(word: str) -> None:
        pytest.fail(f"{word} is not JSON")

    def once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        names = [name for name, _ in pairs]
        assert len(names) == len(set(names))
        return dict(pairs)

    whole = json.loads(data.decode("utf-8"), parse_constant=no_number, object_pairs_hook=once)
    assert whole["type"] == "FeatureCollection"
    # 7.1: members of other types' definitions must not be there; 4: no crs.
    assert not {"crs", "coordinates", "geometries", "geometry", "properties"} & whole.keys()
    west, south, east, north = whole["bbox"]
    seen = []
    for feature in whole["features"]:
        assert {"type", "geometry", "properties", "id"} == feature.keys()
        assert not {"coordinates", "geometries", "features"} & feature.keys()
        assert isinstance(feature["id"], str | int)
        geometry = feature["geometry"]
        if geometry is None:
            continue
        assert geometry.keys() == {"type", "coordinates"}
        rings = _rings(geometry)
        for outer, ring in rings:
            assert len(ring) >= 4
            assert ring[0] == ring[-1]
            doubled = sum(a[0] * b[1] - b[0] * a[1] for a, b in pairwise(ring))
            assert (doubled > 0) == outer
        seen += [p for _, ring in rings for p in ring] or [geometry["coordinates"]]
    assert all(len(p) == 2 for p in seen)
    assert (west, east) == (min(p[0] for p in seen), max(p[0] for p in seen))
    assert (south, north) == (min(p[1] for p in seen), max(p[1] for p in seen))
    assert len({f["id"] for f in whole["features"]}) == len(whole["features"])
