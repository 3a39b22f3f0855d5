"""Styles that QGIS picks up by itself: QML documents in the table `layer_styles` of a GeoPackage.

The symbols are few and plain; their colours are those of the map: parties from the theatre,
sureness by opacity, what is denied hollow.
"""

from __future__ import annotations

from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

from geomap.output.picture_marks import INK
from geomap.output.schema import schema

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from geomap.front.theatre import Party

_DOCTYPE = "<!DOCTYPE qgis PUBLIC 'http://mrcc.com/qgis.dtd' 'SYSTEM'>\n"
_VERSION = "3.22.0"  # the oldest QGIS that reads these documents as they are meant
_GEOMETRY_TYPE = {"Point": 0, "MultiPoint": 0, "MultiLineString": 1, "MultiPolygon": 2}
_SYMBOL = {0: "marker", 1: "line", 2: "fill"}
_LAYER = {0: "SimpleMarker", 1: "SimpleLine", 2: "SimpleFill"}
_SURENESS = '40 + 60 * coalesce("confidence", 0.5)'  # opacity in %: what is doubtful fades
_LINE = "#14181c"
# What the stretches of a line rest on: pen and width in mm, as on the map.
_STRETCHES = {
    "supported": ("solid", "0.9", "drawn from reports"),
    "prior": ("dash", "0.8", "from an earlier line"),
    "unsupported": ("dot", "0.6", "only joins what is known"),
    "given": ("solid", "0.8", "drawn by others"),
}

Choice = tuple[str, str, ET.Element]  # value, label, symbol


def layer_styles(parties: Sequence[Party], geometry: str, time: str) -> dict[str, list[str | bool]]:
    """Return the table `layer_styles`, by column, a style for each layer of the schema.

    Parameters
    ----------
    parties : sequence of Party
        Who fights, for the colours.
    geometry : str
        The name of the column with the geometry.
    time : str
        When the styles were made, ISO 8601.
    """
    rows: list[dict[str, str | bool]] = []
    for layer in schema().layers:
        rows.append(
            {
                "f_table_catalog": "",
                "f_table_schema": "",
                "f_table_name": layer.name,
                "f_geometry_column": geometry,
                "styleName": "geomap",
                "styleQML": qml(layer.name, parties),
                "styleSLD": "",
                "useAsDefault": True,
                "description": layer.meaning,
                "owner": "",
                "ui": "",
                "update_time": time.removesuffix("Z"),
            }
        )
    return {key: [row[key] for row in rows] for key in rows[0]}


def qml(layer: str, parties: Sequence[Party]) -> str:
    """Return the style of a layer as a QML document."""
    kind = _GEOMETRY_TYPE[schema().layer(layer).geometry]
    root = ET.Element("qgis", version=_VERSION, styleCategories="Symbology")
    root.append(_renderer(layer, parties))
    ET.SubElement(root, "blendMode").text = "0"
    ET.SubElement(root, "featureBlendMode").text = "0"
    ET.SubElement(root, "layerGeometryType").text = str(kind)
    ET.indent(root, " ")
    return _DOCTYPE + ET.tostring(root, encoding="unicode")


def _renderer(layer: str, parties: Sequence[Party]) -> ET.Element:
    if layer == "mentions":
        inks = (("literal", "places"), ("associative", "government"), ("demonym", "other"))
        choices = [(v, v, _marker(INK[ink], "circle", "2.2")) for v, ink in inks]
        return _categories("kind", choices, _marker(INK["other"], "circle", "2.2"))
    if layer == "claims":
        hollow = {
            "fillColor": "if(\"negated\" or \"modality\" = 'denied', '255,255,255,220', "
            "@symbol_color)"
        }
        choices = [
            (p.name, p.name, _marker(p.colour, "diamond", "3", computed=hollow)) for p in parties
        ]
        other = _marker(INK["other"], "diamond", "3", computed=hollow)
        return _categories("actor", choices, other)
    if layer == "contact_lines":
        choices = [
            (status, label, _line(pen, width)) for status, (pen, width, label) in _STRETCHES.items()
        ]
        return _categories("status", choices, _line("solid", "0.8"))
    if layer == "control":
        leading = {p.side: p for p in reversed(parties)}
        choices = [
            (side, leading[side].name, _fill(leading[side].colour, 51)) for side in sorted(leading)
        ]
        return _categories("side", choices, _fill(INK["other"], 51))
    if layer == "regions":
        return _single(_fill(INK["regions"], 26, edge=INK["regions"], sure=True))
    if layer == "uncertainty":
        return _single(_fill(_LINE, 31))
    return _single(_marker(INK["government"], "circle", "1.2", sure=False))


def _single(symbol: ET.Element) -> ET.Element:
    renderer = ET.Element("renderer-v2", type="singleSymbol", enableorderby="0")
    symbol.set("name", "0")
    ET.SubElement(renderer, "symbols").append(symbol)
    return renderer


def _categories(field: str, choices: Sequence[Choice], other: ET.Element) -> ET.Element:
    """Return a renderer that draws a field's values apart, and all others alike."""
    renderer = ET.Element("renderer-v2", type="categorizedSymbol", attr=field, enableorderby="0")
    categories, symbols = ET.SubElement(renderer, "categories"), ET.SubElement(renderer, "symbols")
    for number, (value, label, symbol) in enumerate([*choices, ("", "other", other)]):
        ET.SubElement(
            categories, "category", value=value, label=label, symbol=str(number), render="true",
            type="string",
        )  # fmt: skip
        symbol.set("name", str(number))
        symbols.append(symbol)
    return renderer


# ---- Symbols ----


def _marker(
    colour: str, shape: str, size_mm: str, *, sure: bool = True,
    computed: Mapping[str, str] | None = None,
) -> ET.Element:  # fmt: skip
    own = {
        "name": shape,
        "color": _rgba(colour),
        "size": size_mm,
        "size_unit": "MM",
        "outline_color": _rgba(colour),
        "outline_width": "0.3",
        "outline_width_unit": "MM",
        "outline_style": "solid",
    }
    return _symbol(0, own, sure=sure, computed=computed or {})


def _line(pen: str, width_mm: str) -> ET.Element:
    own = {
        "line_color": _rgba(_LINE),
        "line_style": pen,
        "line_width": width_mm,
        "line_width_unit": "MM",
        "capstyle": "round",
        "joinstyle": "round",
    }
    return _symbol(1, own)


def _fill(colour: str, alpha: int, *, edge: str | None = None, sure: bool = False) -> ET.Element:
    own = {
        "color": _rgba(colour, alpha),
        "style": "solid",
        "outline_color": _rgba(edge or colour, 200),
        "outline_style": "solid" if edge else "no",
        "outline_width": "0.26",
        "outline_width_unit": "MM",
    }
    return _symbol(2, own, sure=sure)


def _symbol(
    kind: int, own: Mapping[str, str], *, sure: bool = False,
    computed: Mapping[str, str] | None = None,
) -> ET.Element:  # fmt: skip
    """Return a symbol of one layer; `computed` are properties that expressions give."""
    symbol = ET.Element("symbol", type=_SYMBOL[kind], alpha="1", clip_to_extent="1")
    if sure:
        symbol.append(_computed({"alpha": _SURENESS}))
    layer = ET.SubElement(
        symbol, "layer", {"class": _LAYER[kind], "enabled": "1", "locked": "0", "pass": "0"}
    )
    options = ET.SubElement(layer, "Option", type="Map")
    for name, value in own.items():
        ET.SubElement(options, "Option", name=name, type="QString", value=value)
        ET.SubElement(layer, "prop", k=name, v=value)  # what QGIS before 3.26 reads
    if computed:
        layer.append(_computed(computed))
    return symbol


def _computed(expressions: Mapping[str, str]) -> ET.Element:
    root = ET.Element("data_defined_properties")
    whole = ET.SubElement(root, "Option", type="Map")
    ET.SubElement(whole, "Option", name="name", type="QString", value="")
    each = ET.SubElement(whole, "Option", name="properties", type="Map")
    for name, expression in expressions.items():
        one = ET.SubElement(each, "Option", name=name, type="Map")
        ET.SubElement(one, "Option", name="active", type="bool", value="true")
        ET.SubElement(one, "Option", name="expression", type="QString", value=expression)
        ET.SubElement(one, "Option", name="type", type="int", value="3")  # an expression
    ET.SubElement(whole, "Option", name="type", type="QString", value="collection")
    return root


def _rgba(colour: str, alpha: int = 255) -> str:
    """Return a colour (#rrggbb) as QGIS writes it: "179,88,6,255"."""
    red, green, blue = (int(colour[n : n + 2], 16) for n in (1, 3, 5))
    return f"{red},{green},{blue},{alpha}"
