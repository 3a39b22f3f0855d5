"""The map as one HTML file that needs no network.

Folium builds the page: a `folium.Map` without its CDN scripts, and elements of ours. Leaflet, our
scripts and our styles stand inside the file under a Content-Security-Policy that names each by its
hash; what articles say travels as tables and reaches the page as text only. There is no
`folium.FeatureGroup` for each date: a thousand dates of a hundred thousand marks are drawn on
canvases by what the timeline shows.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal
from urllib.parse import urlsplit

import folium
from branca.element import Element, Figure, MacroElement
from folium.template import Template
from jinja2 import Template as PlainTemplate

from geomap.errors import SettingsError
from geomap.output import assets
from geomap.output.basemap import BasemapData, bounds_of, box_of
from geomap.output.drawn_text import geometry_text, table_text
from geomap.output.front_data import front_tables
from geomap.output.map_data import MapData, parties

if TYPE_CHECKING:
    from collections.abc import Mapping

ATTRIBUTION = "Places: GeoNames (geonames.org), CC BY 4.0. Areas and waters: Natural Earth."
Script = Literal["latin", "cyrillic"]
_WORLD = (-130.0, -50.0, 150.0, 70.0)
# The parts of the page's script, each after what it builds on.
_PARTS = (
    "kit", "data", "time", "filters", "look", "surface", "basemap", "labels", "marks", "regions",
    "attention", "areas", "front", "timeline", "cards", "panel", "lists", "side", "legend",
    "search", "link", "print", "start",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class TileSource:
    """Online tiles that the reader of a map may switch on; nothing is asked of them until then.

    Parameters
    ----------
    url_template : str
        An https address with ``{z}``, ``{x}`` and ``{y}``; ``{s}`` (a, b or c) may be its first
        host label, ``{r}`` may stand for ``@2x``.
    attribution : str
        Plain text that the owner of the tiles asks to be shown.
    name : str
        What the switch is called.

    Raises
    ------
    SettingsError
        The address is not https, lacks a placeholder, or has one where none can be.

    Examples
    --------
    >>> TileSource("https://{s}.tile.example/{z}/{x}/{y}.png", "(c) Example", "Streets").origin
    'https://*.tile.example'
    """

    url_template: str
    attribution: str
    name: str = "Online tiles"

    def __post_init__(self) -> None:
        # Reading the address checks it.
        _ = self.origin

    @property
    def origin(self) -> str:
        """The origin that the page's policy must allow."""
        url = self.url_template
        missing = [mark for mark in ("{z}", "{x}", "{y}") if mark not in url]
        if missing:
            raise SettingsError(f"tiles {url!r}: {', '.join(missing)} is missing")
        try:
            parts = urlsplit(url)
            host = parts.netloc
        except ValueError as error:
            raise SettingsError(f"tiles {url!r}: {error}") from error
        if parts.scheme != "https":
            raise SettingsError(f"tiles {url!r}: only https addresses are used")
        if host.startswith("{s}."):
            host = "*." + host[4:]
        if not re.fullmatch(r"(\*\.)?[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)*(:\d+)?", host):
            raise SettingsError(f"tiles {url!r}: the host {host!r} cannot be used")
        return f"https://{host}"


class _Page(Figure):
    """The document around the map: its policy is made from the hashes of what it holds."""

    def __init__(self, title: str, image_origin: str | None) -> None:
        super().__init__(title=title)
        self._id = "page"
        self.image_origin = image_origin
        self.inline: list[str] = []
        self.styles: list[str] = []
        self.header._children.clear()

    def render(self, **kwargs: Any) -> str:
        for child in self._children.values():
            child.render(**kwargs)
        script = "\n" + _joined(self.script, kwargs) + "\n"
        policy = "; ".join(
            [
                "default-src 'none'",
                "script-src " + " ".join(map(assets.csp_hash, [*self.inline, script])),
                "style-src " + " ".join(map(assets.csp_hash, self.styles)),
                "img-src " + " ".join(filter(None, ["data:", self.image_origin])),
                "base-uri 'none'",
                "form-action 'none'",
            ]
        )
        page = PlainTemplate(assets.template("page.html"), keep_trailing_newline=True)
        whole: str = page.render(
            policy=policy,
            title=self.title,
            header=_joined(self.header, kwargs),
            body=_joined(self.html, kwargs),
            script=script,
        )
        return whole


def _joined(element: Any, kwargs: Mapping[str, Any]) -> str:
    """Render the children of an element, one after the other."""
    return "\n".join(child.render(**kwargs).strip() for child in element._children.values())


class _Verbatim(Element):
    """A rendered piece of the page, as it is."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.text = text

    def render(self, **kwargs: Any) -> str:  # noqa: ARG002
        return self.text


class _Once(MacroElement):
    """An element whose template is rendered once.

    branca renders what a template gave as a template again: scripts hold braces, and so may an
    article ("{{ 7 * 7 }}"). Here the first result is final.
    """

    def render(self, **kwargs: Any) -> str:
        page = self.get_root()
        for part in ("header", "html", "script"):
            macro = getattr(self._template.module, part, None)
            if macro is not None:
                getattr(page, part).add_child(_Verbatim(macro(self, kwargs)), name=self.get_name())
        for child in self._children.values():
            child.render(**kwargs)
        return ""


class OfflineMap(_Once, folium.Map):
    """A `folium.Map` that links to nothing: Leaflet and our files stand inside the page."""

    default_js: list[tuple[str, str]] = []  # noqa: RUF012 - folium reads a class attribute
    default_css: list[tuple[str, str]] = []  # noqa: RUF012
    _template = Template(assets.template("map.html"))

    def __init__(self, title: str, image_origin: str | None = None) -> None:
        super().__init__(
            location=(0.0, 0.0),
            zoom_start=2,
            tiles=None,
            prefer_canvas=True,
            attribution_control=False,
            fade_animation=False,
            minZoom=2,  # folium's own min_zoom and max_zoom are for its tiles only
            maxZoom=14,
            zoom_snap=0.25,
            world_copy_jump=False,
        )
        self._id = "geomap"
        self.title = title
        self.styles = [assets.leaflet_css(), assets.static("page.css")]
        own = "\n".join(assets.static(f"page/{part}.js") for part in _PARTS)
        self.scripts = [assets.leaflet_js(), own]
        page = _Page(title, image_origin)
        page.inline, page.styles = self.scripts, self.styles
        page.add_child(self, name="map")


class DataBlock(_Once):
    """A table for the script, in a block that is never run."""

    _template = Template(assets.template("data.html"))

    def __init__(self, name: str, data: Any) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self._name, self._id = "geomap", name
        self.text = table_text(data)


class Start(_Once):
    """Hands the map to our script."""

    _template = Template(assets.template("start.html"))

    def __init__(self, map_name: str) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self._name, self._id = "geomap", "start"
        self.map_name = map_name


def render_map(
    collection: Mapping[str, Any],
    *,
    basemap: BasemapData,
    title: str = "geomap",
    tiles: TileSource | None = None,
    attribution: str = ATTRIBUTION,
    front: Mapping[str, Any] | None = None,
    script: Script = "latin",
) -> str:
    """Render the map of a feature collection as a complete HTML page.

    Parameters
    ----------
    collection : Mapping
        A GeoJSON FeatureCollection, EPSG:4326. Each feature has an `id` and the properties `layer`
        (`mention`, `hint` or `claim`) and `article_id`; `date` is the day of the article (None:
        undated, kept apart). Features without geometry are listed, not drawn.
        `collection["geomap"]["parties"]` may give the colours of actors (name to ``#rrggbb``), and
        `["articles"]` all the articles that were read (`article_id`, `title`, `source`, `url`,
        `date`), so that those that name no place are counted too.
    basemap : BasemapData
        What is drawn underneath (see `basemap.basemap_for`).
    title : str
        The heading of the page.
    tiles : TileSource, optional
        Online tiles that the reader may switch on.
    attribution : str
        Plain text shown under the map.
    front : Mapping, optional
        Lines of contact by date, as `front_layers.front_drawing` gives them.
    script : {"latin", "cyrillic"}
        The script that places are named in at first; the reader may switch it.

    Returns
    -------
    str
        HTML. The same input gives the same text, in whatever order the features come. An empty
        collection gives a map with a line that says so.

    Raises
    ------
    SettingsError
        A feature has an unknown layer or a date that is not an ISO day, or a colour is not
        ``#rrggbb``.

    Examples
    --------
    >>> from geomap.output.basemap import BasemapData
    >>> page = render_map({"features": []}, basemap=BasemapData(), title="Nothing yet")
    >>> "<title>Nothing yet</title>" in page
    True
    """
    data = MapData(collection)
    lines = front_tables(front, data)  # before the tables: it may add articles and sentences
    drawn, texts = data.tables()
    west, south, east, north = bounds_of(with_lines(collection, front)) or _WORLD
    about: dict[str, Any] = {
        "attribution": _markup_text(attribution),
        "parties": parties((collection.get("geomap") or {}).get("parties")),
        "script": script,
        "view": [[round(south, 4), round(west, 4)], [round(north, 4), round(east, 4)]],
    }
    if tiles is not None:
        about["tiles"] = {
            "attribution": tiles.attribution,
            "name": tiles.name,
            "url": tiles.url_template,
        }
    page = OfflineMap(_markup_text(title), tiles.origin if tiles else None)
    for name, table in (
        ("page", about), ("data", drawn), ("basemap", _drawn_basemap(basemap)),
        ("front", lines), ("texts", texts),
    ):  # fmt: skip
        page.add_child(DataBlock(name, table), name=name)
    page.add_child(Start(page.get_name()), name="start")
    return str(page.get_root().render())


def _drawn_basemap(basemap: BasemapData) -> dict[str, Any]:
    """Return the basemap as the page reads it: lines as text, labels as points."""

    def plain(feature: Mapping[str, Any]) -> dict[str, Any]:
        told = {k: v for k, v in feature["properties"].items() if k != "coarse" and v is not None}
        geometry = feature["geometry"]
        if geometry["type"] == "Point":
            lon, lat = geometry["coordinates"]
            return told | {"lat": lat, "lon": lon}
        return told | {"text": geometry_text(geometry)}

    return {
        "admin1": [plain(f) for f in basemap.admin1],
        "countries": [plain(f) for f in basemap.countries],
        "rivers": [plain(f) for f in basemap.rivers],
        "towns": [list(t) for t in basemap.towns],
    }


def _markup_text(value: str) -> str:
    """Make a text safe to stand in the document's markup: no lone surrogates, no control codes."""
    return "".join("\ufffd" if "\ud800" <= c <= "\udfff" or c < " " else c for c in value)


def with_lines(collection: Mapping[str, Any], front: Mapping[str, Any] | None) -> dict[str, Any]:
    """Return a collection with the lines of a front as features, for the box they lie in."""
    boxes = [
        box_of(piece["lines"]) for day in (front or {}).get("dates", ()) for piece in day["pieces"]
    ]
    corners = [[b[:2], b[2:]] for b in boxes if b is not None]
    features = list(collection.get("features") or ())
    if corners:
        features.append({"geometry": {"coordinates": corners}})
    return {"features": features}
