"""What the page's script reads of the reports: columns, each text and place once.

The features are ordered by day (undated last), article and offset, so that a period is a stretch of
rows. What is needed to draw, count and filter lies in one table (`tables`' first); sentences and
reasons, which the page needs only when somebody reads, in the other.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

from geomap.errors import SettingsError
from geomap.output.drawn_text import geometry_text
from geomap.output.plain import clean, day_number, finite, number, text

if TYPE_CHECKING:
    from collections.abc import Mapping

LAYERS = ("mention", "hint", "claim")
# Numbers of kinds: the page's layers.
PLACES, REGIONS, CLAIMS, GOVERNMENT, DEMONYM = range(5)
_KINDS = {"associative": GOVERNMENT, "demonym": DEMONYM}
_ABOUT = ("article_id", "title", "source", "url")
_MODALITIES = ("stated", "claimed", "confirmed", "denied", "planned", "failed")
_COARSE = ("country", "admin1")
_SHARE = 0.004  # of a region's width: an edge moved so little looks as before

# What of a feature is read only in its card; all else of it has a column, or stays out of the file.
_TOLD = (
    "anchors", "approximate", "attribution", "direction", "distance_km", "event_date", "locates",
    "name", "part", "precision", "radius_km", "reasons", "relation", "source_kind", "status",
    "text", "front_km", "side", "marked_false",
)  # fmt: skip
_OF_SPOT = ("name", "precision", "radius_km")
_RUNNER = ("name", "admin1", "country")
_DRAWN = ("article", "kind", "spot", "region", "claim", "confidence")
_WRITTEN = ("sentence", "from", "length", "start", "told")


class Articles:
    """Numbers the articles: each once, as they are named."""

    def __init__(self) -> None:
        self.rows: list[tuple[int | None, tuple[str, ...]]] = []
        self._numbers: dict[tuple[int | None, tuple[str, ...]], int] = {}

    def number(self, day: int | None, about: Mapping[str, Any]) -> int:
        """Return the number of an article of a day (days since 1970; None: undated)."""
        key = (day, tuple(text(about.get(k)) for k in _ABOUT))
        if key not in self._numbers:
            self._numbers[key] = len(self.rows)
            self.rows.append(key)
        return self._numbers[key]

    def columns(self) -> dict[str, Any]:
        """Return the articles as columns; their sources once each."""
        sources = Once()
        return {
            "day": [day for day, _ in self.rows],
            "id": [about[0] for _, about in self.rows],
            "source": [sources.number(about[2]) for _, about in self.rows],
            "sources": sources.values,
            "title": [about[1] for _, about in self.rows],
            "url": [about[3] for _, about in self.rows],
        }


class Once:
    """Numbers values: each once."""

    def __init__(self) -> None:
        self.values: list[Any] = []
        self._numbers: dict[Any, int] = {}

    def number(self, value: Any, key: Any = None) -> int:
        """Return the number of a value; `key` tells values apart that cannot be hashed."""
        key = value if key is None else key
        if key not in self._numbers:
            self._numbers[key] = len(self.values)
            self.values.append(value)
        return self._numbers[key]


class MapData:
    """The tables of the page.

    Parameters
    ----------
    collection : Mapping
        A GeoJSON FeatureCollection as `map.render_map` takes it.

    Raises
    ------
    SettingsError
        A feature has an unknown layer, or a date that is not an ISO day.
    """

    def __init__(self, collection: Mapping[str, Any]) -> None:
        self.articles = Articles()
        self.sentences = Once()
        self._spots, self._regions, self._claims, self._told = Once(), Once(), Once(), Once()
        self._reasons, self._runners = Once(), Once()
        self._finite: dict[int, bool] = {}  # by the identity of geometry, which `collection` keeps
        self._outlines: dict[int, str] = {}
        self._columns: dict[str, list[Any]] = {k: [] for k in _DRAWN}
        self._texts: dict[str, list[Any]] = {k: [] for k in _WRITTEN}
        features = sorted(collection.get("features") or (), key=_order)
        for article in sorted(
            (collection.get("geomap") or {}).get("articles") or (), key=_order_of
        ):
            self.articles.number(
                day_number(article.get("article_id"), article.get("date")), article
            )
        for feature in features:
            self._add(feature)
        self._read = len(self.articles.rows)  # others are only named as evidence of a line

    def tables(self) -> tuple[dict[str, Any], dict[str, Any]]:
        """Return the table to draw from, and the table of texts."""
        spots = self._spots.values
        regions = self._regions.values
        drawn = {
            "articles": {**self.articles.columns(), "read": self._read},
            "claims": self._claims.values,
            "features": self._columns,
            "regions": {k: [r[k] for r in regions] for k in (regions[0] if regions else ())},
            "spots": {k: [s[k] for s in spots] for k in (spots[0] if spots else ())},
        }
        texts = {
            **self._texts,
            "reasons": self._reasons.values,
            "runners": self._runners.values,
            "sentences": self.sentences.values,
            "tellings": self._told.values,
        }
        return drawn, texts

    def _add(self, feature: Mapping[str, Any]) -> None:
        told = feature.get("properties") or {}
        identity = feature.get("id", told.get("id"))
        if told.get("layer") not in LAYERS:
            raise SettingsError(f"feature {identity}: unknown layer {told.get('layer')!r}")
        kind = _kind(told)
        day = day_number(identity, told.get("date"))
        row: dict[str, Any] = dict.fromkeys(self._columns, -1)
        row["article"] = self.articles.number(day, told)
        row["kind"] = kind
        sure = number(told.get("confidence"), 3)
        row["confidence"] = -1 if sure is None else round(1000 * sure)
        geometry = self._geometry(feature.get("geometry"))
        if kind == CLAIMS:
            row["claim"] = self._claims.number(_claim(told), key=tuple(_claim(told)))
        if geometry is not None and geometry["type"] == "Point":
            row["spot"] = self._spot(kind, told, geometry["coordinates"])
        elif geometry is not None:
            row["region"] = self._region(told, geometry, feature.get("core"))
        for name, column in self._columns.items():
            column.append(row[name])
        self._add_texts(told, row["spot"])

    def _add_texts(self, told: Mapping[str, Any], spot: int) -> None:
        sentence = told.get("sentence")
        first, last = _span(told) or (-1, -1)
        start = told.get("start")
        about = self._about(told, spot)
        if first >= 0 and about.get("text") == text(sentence)[first:last]:
            del about["text"]  # what is marked says it
        row = {
            "sentence": self.sentences.number(text(sentence)) if sentence else -1,
            "from": first,
            "length": last - first,
            "start": start if type(start) is int else -1,
            "told": self._told.number(about, json.dumps(about, sort_keys=True)),
        }
        for name, column in self._texts.items():
            column.append(row[name])

    def _about(self, told: Mapping[str, Any], spot: int) -> dict[str, Any]:
        """Return what only a card tells, but for what its spot tells too."""
        of_spot = self._spots.values[spot] if spot >= 0 else {}
        about = {
            key: cleaned
            for key in _TOLD
            if (cleaned := clean(told.get(key))) not in (None, [], "")
            and not (key in _OF_SPOT and of_spot.get(key) == cleaned)
        }
        if "reasons" in about:
            about["reasons"] = [self._reasons.number(text(r)) for r in told["reasons"]]
        runners = [self._runner(r) for r in told.get("runners_up") or ()]
        if runners:
            about["runners_up"] = runners
        if told.get("kind") == "associative":
            about["body"] = True
        return about

    def _runner(self, runner: Mapping[str, Any]) -> list[Any]:
        """Return the number of a place that was not chosen, and its score."""
        place = {key: clean(runner.get(key)) for key in _RUNNER if runner.get(key) is not None}
        return [
            self._runners.number(place, json.dumps(place, sort_keys=True)),
            number(runner.get("score"), 2),
        ]

    def _geometry(self, geometry: Any) -> Mapping[str, Any] | None:
        """Return a GeoJSON geometry; None when there is none or any of it is no position."""
        if not geometry or not geometry.get("coordinates"):
            return None
        # Hints that many reports repeat share their geometry: each is looked at once.
        known = self._finite.get(id(geometry))
        if known is None:
            known = self._finite[id(geometry)] = _drawable(geometry)
        return geometry if known else None

    def _outline(self, geometry: Mapping[str, Any] | None) -> str:
        geometry = self._geometry(geometry)
        if geometry is None:
            return ""
        if id(geometry) not in self._outlines:
            self._outlines[id(geometry)] = geometry_text(geometry, _SHARE)
        return self._outlines[id(geometry)]

    def _spot(self, kind: int, told: Mapping[str, Any], at: list[float]) -> int:
        """Return the number of a spot: what is of one kind, at one place, of one actor."""
        lon, lat = round(at[0] * 1e5), round(at[1] * 1e5)
        name = text(told.get("name")) or text(told.get("text"))
        coarse = told.get("precision") in _COARSE
        actor = text(told.get("actor")) if kind == CLAIMS else ""
        spot = {
            "actor": actor,
            "admin1": text(told.get("admin1")),
            "country": text(told.get("country")),
            "kind": kind,
            "lat": lat,
            "lon": lon,
            "name": name,
            "native": text(told.get("native_name")),
            "precision": text(told.get("precision")),
            "radius_km": number(told.get("radius_km"), 2),
        }
        where = (round(lon, -2), round(lat, -2))  # 100 m
        key = (kind, where, actor) if kind == CLAIMS else (kind, where, name, coarse)
        return self._spots.number(spot, key)

    def _region(
        self, told: Mapping[str, Any], outline: Mapping[str, Any], core: Mapping[str, Any] | None
    ) -> int:
        point = [number(told.get(k), 5) for k in ("lon", "lat")]
        region = {
            "anchors": [p and [number(v, 5) for v in p] for p in told.get("anchor_points") or ()],
            "azimuth_deg": number(told.get("azimuth_deg"), 0),
            "core": self._outline(core),
            "measured_km": number(told.get("measured_km"), 1),
            "outline": self._outline(outline),
            "point": point if None not in point else None,
        }
        return self._regions.number(region, json.dumps(region, sort_keys=True))


def _drawable(geometry: Mapping[str, Any]) -> bool:
    """Say whether a geometry is a point or polygons, and all of it numbers that can be placed."""
    coordinates = geometry["coordinates"]
    if not finite(coordinates):
        return False
    if geometry["type"] == "Point":
        return len(coordinates) >= 2 and abs(coordinates[1]) <= 90 and abs(coordinates[0]) <= 540
    return geometry["type"] in ("Polygon", "MultiPolygon")


def _kind(told: Mapping[str, Any]) -> int:
    if told["layer"] == "hint":
        return REGIONS
    if told["layer"] == "claim":
        return CLAIMS
    return _KINDS.get(text(told.get("kind")), PLACES)


def _claim(told: Mapping[str, Any]) -> list[Any]:
    """Return actor, action, modality and whether it is denied that it happened."""
    modality = text(told.get("modality")) or "stated"
    if told.get("marked_false") is not None:
        modality = "denied"  # its sign; the card says by whom
    return [
        text(told.get("actor")), text(told.get("action")),
        modality if modality in _MODALITIES else "stated", int(bool(told.get("negated"))),
    ]  # fmt: skip


def _order(feature: Mapping[str, Any]) -> tuple[str, ...]:
    told = feature.get("properties") or {}
    start = told.get("start")
    return (
        text(told.get("date")) or "~",
        text(told.get("article_id")),
        f"{start:09d}" if isinstance(start, int) else "",
        text(told.get("layer")),
        text(feature.get("id")),
        repr(sorted((str(k), repr(v)) for k, v in told.items())),
    )


def _order_of(article: Mapping[str, Any]) -> tuple[str, ...]:
    return (text(article.get("date")) or "~", *(text(article.get(k)) for k in _ABOUT))


def _span(told: Mapping[str, Any]) -> list[int] | None:
    """Return where the mention lies in its sentence (code points, end exclusive), if it does."""
    values = [told.get(key) for key in ("sentence_start", "start", "end")]
    if not all(isinstance(v, int) and not isinstance(v, bool) for v in values):
        return None
    base, start, end = (int(v) for v in values if v is not None)
    length = len(text(told.get("sentence")))
    first, last = max(start - base, 0), min(end - base, length)
    # A claim may span its whole sentence: marking all of it would mark nothing.
    if first >= last or (first == 0 and last == length):
        return None
    return [first, last]


def parties(given: Mapping[str, Any] | None) -> dict[str, str]:
    """Return the colours of actors, checked.

    Raises
    ------
    SettingsError
        A colour is not ``#rrggbb``.
    """
    found: dict[str, str] = {}
    for name, colour in sorted((given or {}).items()):
        if not re.fullmatch(r"#[0-9a-fA-F]{6}", text(colour)):
            raise SettingsError(f"party {name}: colour {colour!r} is not #rrggbb")
        found[str(name)] = str(colour)
    return found
