"""The map as one HTML file that needs no network.

Folium builds the page: a `folium.Map` without its CDN scripts, one `folium.FeatureGroup` for each
article date, and elements of ours. Leaflet, our script and our styles stand inside the file under a
Content-Security-Policy that names each by its hash; what articles say travels as JSON and reaches
the page as text only.
"""

from __future__ import annotations

import datetime as dt
import math
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import folium
from branca.element import Element, Figure, MacroElement
from folium.template import Template
from jinja2 import Template as PlainTemplate

from geomap.errors import SettingsError
from geomap.output import assets
from geomap.output.basemap import BasemapData, bounds_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

ATTRIBUTION = "Places: GeoNames (geonames.org), CC BY 4.0. Areas: Natural Earth."
UNDATED = "undated"
LAYERS = ("mention", "hint", "claim")
_WORLD = (-130.0, -50.0, 150.0, 70.0)
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")

# What of a feature the page reads; all else stays out of the file.
_FIELDS = (
    "action", "actor", "admin1", "anchors", "attribution", "confidence", "country", "direction",
    "distance_km", "event_date", "geonameid", "kind", "layer", "locates", "modality", "name",
    "negated", "part", "precision", "radius_km", "reasons", "relation", "status", "text",
)  # fmt: skip
_ARTICLE_FIELDS = ("title", "source", "url")
_RUNNER_FIELDS = ("name", "admin1", "country", "score")


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
            min_zoom=2,
            max_zoom=14,
            zoom_snap=0.25,
            world_copy_jump=False,
        )
        self._id = "geomap"
        self.title = title
        self.styles = [assets.leaflet_css(), assets.static("geomap.css")]
        self.scripts = [
            assets.leaflet_js(), assets.static("front.js"), assets.static("geomap.js"),
        ]  # fmt: skip
        page = _Page(title, image_origin)
        page.inline, page.styles = self.scripts, self.styles
        page.add_child(self, name="map")


class JsonBlock(_Once):
    """Data for the script, in a block that is never run."""

    _template = Template(assets.template("data.html"))

    def __init__(self, name: str, data: Any) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self._name, self._id = "geomap", name
        self.text = assets.json_block(data)


class Start(_Once):
    """Hands the map and its layers by date to our script."""

    _template = Template(assets.template("start.html"))

    def __init__(self, map_name: str, groups: Iterable[tuple[str, str]]) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self._name, self._id = "geomap", "start"
        self.map_name = map_name
        self.groups = list(groups)


def render_map(
    collection: Mapping[str, Any],
    *,
    basemap: BasemapData,
    title: str = "geomap",
    tiles: TileSource | None = None,
    attribution: str = ATTRIBUTION,
    front: Mapping[str, Any] | None = None,
) -> str:
    """Render the map of a feature collection as a complete HTML page.

    Parameters
    ----------
    collection : Mapping
        A GeoJSON FeatureCollection, EPSG:4326. Each feature has an `id` and the properties `layer`
        (`mention`, `hint` or `claim`) and `article_id`; `date` is the day of the article (None: the
        undated layer). Features without geometry are listed, not drawn.
        `collection["geomap"]["parties"]` may give the colours of actors (name to ``#rrggbb``).
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
    payload = _payload(collection, front)
    payload["attribution"] = _text(attribution)
    if tiles is not None:
        payload["tiles"] = {
            "attribution": _text(tiles.attribution),
            "name": _text(tiles.name),
            "url": tiles.url_template,
        }
    page = OfflineMap(_markup_text(title), tiles.origin if tiles else None)
    page.add_child(
        JsonBlock(
            "basemap",
            {
                "admin1": basemap.admin1,
                "countries": basemap.countries,
                "towns": [list(t) for t in basemap.towns],
            },
        ),
        name="basemap",
    )
    page.add_child(JsonBlock("data", payload), name="data")
    groups: list[tuple[str, str]] = []
    for date in payload["dates"]:
        group = folium.FeatureGroup(name=date, show=False)
        group._id = date.replace("-", "_")
        page.add_child(group, name=date)
        groups.append((date, group.get_name()))
    page.add_child(Start(page.get_name(), groups), name="start")
    return str(page.get_root().render())


def _text(value: Any) -> str:
    return "" if value is None else str(value)


def _markup_text(value: str) -> str:
    """Make a text safe to stand in the document's markup: no lone surrogates, no control codes."""
    return "".join("\ufffd" if "\ud800" <= c <= "\udfff" or c < " " else c for c in value)


def _number(value: Any, digits: int) -> float | None:
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not math.isfinite(value):
        return None
    return round(float(value), digits)


def _clean(value: Any) -> Any:
    """Return a value that JSON can hold: rounded finite numbers, days as ISO text."""
    cleaned: Any = str(value)
    if value is None or isinstance(value, (str, bool, int)):
        cleaned = value
    elif isinstance(value, float):
        cleaned = _number(value, 4)
    elif isinstance(value, (list, tuple)):
        cleaned = [_clean(v) for v in value]
    elif isinstance(value, dict):
        cleaned = {str(k): _clean(v) for k, v in value.items()}
    elif isinstance(value, dt.date):
        cleaned = value.isoformat()[:10]
    elif hasattr(value, "item"):  # a numpy scalar
        cleaned = _clean(value.item())
    return cleaned


def _geometry(geometry: Any) -> dict[str, Any] | None:
    """Round a GeoJSON geometry to 5 decimals (1 m); None when any of it is no position."""

    def rounded(value: Any) -> Any:
        if isinstance(value, (list, tuple)):
            return [rounded(v) for v in value]
        number = _number(value, 5)
        if number is None:
            raise ValueError
        return number

    if not geometry or not geometry.get("coordinates"):
        return None
    try:
        return {"coordinates": rounded(geometry["coordinates"]), "type": geometry["type"]}
    except ValueError:
        return None


def _date(feature_id: Any, value: Any) -> str:
    if value is None or value == "":
        return UNDATED
    day = _clean(value)
    if not isinstance(day, str) or not _DAY.fullmatch(day):
        raise SettingsError(f"feature {feature_id}: date {value!r} is not an ISO day")
    return day


def with_lines(collection: Mapping[str, Any], front: Mapping[str, Any] | None) -> dict[str, Any]:
    """Return a collection with the lines of a front as features, for the box they lie in."""
    lines = [
        line
        for day in (front or {}).get("dates", ())
        for piece in day["pieces"]
        for line in piece["lines"]
    ]
    features = list(collection.get("features") or ())
    if lines:
        features.append({"geometry": {"coordinates": lines}})
    return {"features": features}


def _payload(
    collection: Mapping[str, Any], front: Mapping[str, Any] | None = None
) -> dict[str, Any]:
    """Return what the page's script reads; articles and sentences are stored once each."""
    meta = collection.get("geomap") or {}
    articles: dict[tuple[str, ...], int] = {}
    sentences: dict[str, int] = {}
    packed: list[dict[str, Any]] = []
    for feature in sorted(collection.get("features") or (), key=_order):
        properties = feature.get("properties") or {}
        identity = feature.get("id", properties.get("id"))
        if properties.get("layer") not in LAYERS:
            raise SettingsError(f"feature {identity}: unknown layer {properties.get('layer')!r}")
        row = {
            key: cleaned
            for key in _FIELDS
            if (cleaned := _clean(properties.get(key))) not in (None, [], "")
        }
        row["id"] = _text(identity)
        row["date"] = _date(identity, properties.get("date"))
        about = tuple(_text(properties.get(key)) for key in ("article_id", *_ARTICLE_FIELDS))
        row["article"] = articles.setdefault(about, len(articles))
        sentence = properties.get("sentence")
        if sentence:
            row["sentence"] = sentences.setdefault(_text(sentence), len(sentences))
            span = _span(properties)
            if span is not None:
                row["mark"] = span
        runners = [
            {key: _clean(r.get(key)) for key in _RUNNER_FIELDS if r.get(key) is not None}
            for r in properties.get("runners_up") or ()
        ]
        if runners:
            row["runners_up"] = runners
        geometry = _geometry(feature.get("geometry"))
        if geometry is not None:
            row["geometry"] = geometry
        packed.append(row)
    west, south, east, north = bounds_of(with_lines(collection, front)) or _WORLD
    days = {row["date"] for row in packed} | {d["date"] for d in (front or {}).get("dates", ())}
    dates = sorted(days - {None}, key=lambda d: (d == UNDATED, d))
    return {
        "articles": [dict(zip(("id", *_ARTICLE_FIELDS), about, strict=True)) for about in articles],
        "dates": dates,
        "features": packed,
        "front": dict(front) if front else None,
        "parties": _parties(meta.get("parties")),
        "reports": _clean(meta.get("reports")) or len({about[0] for about in articles}),
        "sentences": list(sentences),
        "view": [[round(south, 4), round(west, 4)], [round(north, 4), round(east, 4)]],
    }


def _order(feature: Mapping[str, Any]) -> tuple[str, ...]:
    properties = feature.get("properties") or {}
    start = properties.get("start")
    return (
        _text(properties.get("date")) or "~",
        _text(properties.get("article_id")),
        f"{start:09d}" if isinstance(start, int) else "",
        _text(properties.get("layer")),
        _text(feature.get("id")),
        repr(sorted((str(k), repr(v)) for k, v in properties.items())),
    )


def _span(properties: Mapping[str, Any]) -> list[int] | None:
    """Return where the mention lies in its sentence (code points, end exclusive), if it does."""
    values = [properties.get(key) for key in ("sentence_start", "start", "end")]
    if not all(isinstance(v, int) and not isinstance(v, bool) for v in values):
        return None
    base, start, end = (int(v) for v in values if v is not None)
    length = len(_text(properties.get("sentence")))
    first, last = max(start - base, 0), min(end - base, length)
    # A claim spans its whole sentence: marking all of it would mark nothing.
    if first >= last or (first == 0 and last == length):
        return None
    return [first, last]


def _parties(parties: Mapping[str, Any] | None) -> dict[str, str]:
    found: dict[str, str] = {}
    for name, colour in sorted((parties or {}).items()):
        if not re.fullmatch(r"#[0-9a-fA-F]{6}", _text(colour)):
            raise SettingsError(f"party {name}: colour {colour!r} is not #rrggbb")
        found[str(name)] = str(colour)
    return found
