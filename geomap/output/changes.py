"""What became of the features of an article: new, changed, gone."""

from __future__ import annotations

import zlib
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from geomap.output.layers import Feature
from geomap.output.schema import schema

if TYPE_CHECKING:
    from collections.abc import Hashable, Iterable, Sequence

# Where a feature stands in its text: it may move without being another.
_PLACES = {"id", "start", "end", "sentence_start"}
_OWN_WORDS = ("layer", "sentence", "text", "relation", "action", "kind")
# What is noted of the features of a report that was removed: where they lay and of what sort they
# were; not what the report said.
_NOTED = {
    "id", "layer", "date", "event_date", "article_id", "source", "url", "name", "actor", "action",
    "confidence", "lat", "lon",
}  # fmt: skip


def changes(before: Sequence[Feature], now: Sequence[Feature]) -> list[Feature]:
    """Return what is new, changed or gone between two readings of an article.

    What says the same at another place of the text (a new version has a sentence more above it) is
    changed only in its id, which `was_id` tells.

    Parameters
    ----------
    before, now : sequence of Feature
        Each as `layers.features_of` gives them.

    Returns
    -------
    list of Feature
        By offset, what is gone last; with `change` and `was_id`.
    """
    earlier = {row.properties["id"]: row for row in before}
    found: list[Feature] = []
    fresh: list[Feature] = []
    for row in now:
        old = earlier.get(row.properties["id"])
        if old is None or not _alike(old, row):
            fresh.append(row)
        if old is not None and _alike(old, row):
            del earlier[row.properties["id"]]
            if _content(old) != _content(row):
                found.append(told(row, "changed"))
    for same in (_content, _words):
        moved: dict[Hashable, list[Feature]] = {}
        for row in earlier.values():
            moved.setdefault(same(row), []).append(row)
        left = []
        for row in fresh:
            if not (olds := moved.get(same(row))):
                left.append(row)
                continue
            was = olds.pop(0).properties["id"]
            del earlier[was]
            found.append(told(row, "changed", was if was != row.properties["id"] else None))
        fresh = left
    found += [told(row, "new") for row in fresh]
    found.sort(key=lambda row: (row.properties["start"], row.properties["id"]))
    return [*found, *(told(row, "gone") for row in earlier.values())]


def told(row: Feature, change: str, was_id: str | None = None) -> Feature:
    """Return a feature with what became of it."""
    return replace(row, properties=row.properties | {"change": change, "was_id": was_id})


def _alike(one: Feature, other: Feature) -> bool:
    """Say whether two features of one id are of the same words."""
    return all(one.properties[k] == other.properties[k] for k in ("layer", "text"))


def _content(row: Feature) -> Hashable:
    """Return what a feature says, wherever it stands in its text."""
    geometry = None if row.geometry is None else row.geometry.wkb
    properties = (repr(v) for k, v in row.properties.items() if k not in _PLACES)
    return (geometry, *properties)


def _words(row: Feature) -> Hashable:
    """Return the words a feature rests on: what is made of them may have changed."""
    return tuple(row.properties[k] for k in _OWN_WORDS)


def noted(rows: Iterable[Feature]) -> bytes:
    """Return what is kept of the features of a report that is removed."""
    import orjson

    kept = [
        {
            f.name: row.properties[f.name]
            for f in schema().table()
            if f.name in _NOTED or f.values or f.type in ("boolean", "integer")
        }
        for row in rows
    ]
    return zlib.compress(orjson.dumps(kept))


def gone(data: bytes) -> list[Feature]:
    """Return the features of a removed report, of which `noted` kept what it does."""
    import orjson
    import shapely

    blank: dict[str, Any] = {"text": "", "real": 0.0, "texts": [], "points": [], "candidates": []}
    rows: list[Feature] = []
    for kept in orjson.loads(zlib.decompress(data)):
        layer = kept["layer"]
        row = {
            f.name: kept.get(f.name, blank.get(f.type) if layer in f.never_null else None)
            for f in schema().table()
        }
        point = None
        if layer != "hint" and row["lon"] is not None and row["lat"] is not None:
            point = shapely.Point(row["lon"], row["lat"])
        rows.append(told(Feature(row, point), "gone"))
    return rows
