"""Features as files take them: settled geometry, plain columns, reports as rows."""

from __future__ import annotations

import datetime as dt
import json
import re
from collections import Counter
from dataclasses import dataclass
from functools import lru_cache
from operator import itemgetter
from typing import TYPE_CHECKING, Any, Protocol

from geomap.output.geojson import DECIMALS, geometry_json
from geomap.output.layers import Feature
from geomap.output.schema import schema

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from geomap.front.theatre import Party
    from geomap.models import Article
    from geomap.output.schema import Field

# What UTF-8 cannot hold (half of a surrogate pair), and what ends a text for GDAL.
_UNHOLDABLE = re.compile("[\0\ud800-\udfff]")
_AREAS = {"raion", "admin1", "country"}  # precisions of which a point says nothing
LISTS = ("texts", "points", "candidates")  # types that a flat table holds as JSON


@dataclass(frozen=True, slots=True)
class About:
    """What a file tells beside its rows, and what it needs to know of them.

    `marked` says whether the rows lie from a line (`--front`); `front` are the features of that
    line, of whatever date; `parties` are those of the theatre, for their colours; `changes` says
    whether the rows tell what became of them (`--changes`).
    """

    generator: Mapping[str, Any]
    marked: bool = False
    bom: bool = False
    parties: Sequence[Party] = ()
    front: Sequence[Feature] = ()
    changes: bool = False

    @property
    def options(self) -> tuple[str, ...]:
        """The options whose fields the rows have (`schema.OPTIONS`)."""
        return ("front",) * self.marked + ("changes",) * self.changes

    @property
    def maker(self) -> str:
        """The generator in a line of text, for files that hold text only."""
        told = texts(self.generator)
        head = f"{told.pop('name', 'geomap')} {told.pop('version', '')}"
        return "; ".join([head.strip(), *(f"{key} {value}" for key, value in told.items())])


def texts(generator: Mapping[str, Any]) -> dict[str, str]:
    """Return what made a file as texts, without what is not known."""
    return {
        key: ", ".join(f"{k} {v}" for k, v in value.items()) if isinstance(value, dict) else value
        for key, value in generator.items()
        if value is not None
    }


class Writer(Protocol):
    """Writes a file, some rows at a time; nothing is whole before `close`.

    `LISTS_REPORTS` says whether it has a place for the rows of reports.
    """

    LISTS_REPORTS: bool

    def __init__(self, path: Path, about: About) -> None: ...

    def write(self, rows: Sequence[Feature], reports: Sequence[Feature]) -> None:
        """Add features, and the rows of the reports that they come from."""
        ...

    def close(self) -> None:
        """Write what is left, and what only the end knows."""
        ...

    def drop(self) -> None:
        """Let go of the file; what was written is not kept."""
        ...


def settled(geometries: Sequence[Any]) -> Any:
    """Return geometry as every format gets it: as `geojson.geometry_json` has it.

    Parameters
    ----------
    geometries : sequence of shapely.Geometry or None
        EPSG:4326, lon before lat.

    Returns
    -------
    numpy.ndarray of object
        As long: rounded to `DECIMALS`, outer rings counter-clockwise, as valid as it was; None for
        None and for what is empty.
    """
    import numpy as np
    import shapely

    given = np.empty(len(geometries), dtype=object)
    given[:] = geometries
    given[shapely.is_empty(given)] = None
    made = shapely.transform(given, lambda c: np.round(c, DECIMALS))
    areas = np.isin(shapely.get_type_id(given), (3, 6))
    if areas.any():
        made[areas] = shapely.orient_polygons(made[areas])
        broken = np.flatnonzero(areas)[~shapely.is_valid(made[areas])]
        for at in broken:  # rounding has closed a narrow gap: rare
            made[at] = shapely.from_geojson(json.dumps(geometry_json(given[at])))
    return made


@lru_cache(maxsize=4096)
def day(told: str) -> dt.date:
    """Return the day of an ISO date."""
    return dt.date.fromisoformat(told)


def columns(fields: Sequence[Field], rows: Sequence[Feature]) -> list[Sequence[Any]]:
    """Return the properties of some rows by column, as they are.

    Each row is looked at once: to walk through them for each field takes several times as long.
    """
    get = itemgetter(*(field.name for field in fields))
    return list(zip(*(get(row.properties) for row in rows), strict=True)) or [()] * len(fields)


def values(field: Field, column: Sequence[Any], *, nested: bool = False) -> Sequence[Any]:
    """Return a column for a file: days as dates, lists as they are (`nested`) or as JSON.

    Text is as the article has it, but for what a file of UTF-8 cannot hold, which becomes U+FFFD.
    """
    if field.type == "date":
        return [None if v is None else day(v) for v in column]
    if field.type == "text":
        # A text stands in many rows: each is looked at once.
        odd = [text for text in {*column} if text is not None and not text.isprintable()]
        mended = {text: _UNHOLDABLE.sub("�", text) for text in odd}
        return [mended.get(text, text) for text in column] if mended else column
    if field.type in LISTS:
        if not nested:
            return [None if v is None else as_json(v) for v in column]
        if field.type == "texts":
            return [v and [_held(text) for text in v] for v in column]
    return column


def _held(text: str) -> str:
    return text if text.isprintable() else _UNHOLDABLE.sub("�", text)


def as_json(value: Any) -> str:
    """Return a list as JSON text, for a cell of a flat table."""
    import orjson

    try:
        text = orjson.dumps(value).decode()
    except TypeError:  # half of a surrogate pair
        text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    return _held(text)


def report_row(article: Article, kept: Sequence[Feature]) -> Feature:
    """Return an article as a row, at the settlements that its kept mentions name.

    Parameters
    ----------
    article : Article
    kept : sequence of Feature
        Those of its features that the file holds.
    """
    import shapely

    counts = Counter(f.properties["layer"] for f in kept)
    spots = {
        (f.properties["lon"], f.properties["lat"])
        for f in kept
        if f.properties["layer"] == "mention"
        and f.geometry is not None
        and f.properties["precision"] not in _AREAS
    }
    row = {
        "article_id": article.id,
        "date": article.date.isoformat() if article.date else None,
        "date_source": article.date_source,
        "published": article.published.isoformat() if article.published else None,
        "title": article.title,
        "source": article.source,
        "url": article.url,
        "mentions": counts["mention"],
        "regions": counts["hint"],
        "claims": counts["claim"],
    }
    return Feature(row, shapely.MultiPoint(sorted(spots)) if spots else None)


def table(about: About) -> tuple[Field, ...]:
    """Return the fields of a file that holds all features in one table."""
    return schema().table(about.options)
