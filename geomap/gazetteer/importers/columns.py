"""Which column of a user's table holds what: told by its usual names, or by the user's mapping."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from geomap.errors import GazetteerError
from geomap.gazetteer.importers.base import (
    MAX_MAIN_NAME,
    clean,
    distinct,
    readable,
    whole_number,
)
from geomap.gazetteer.importers.kinds import word_kind
from geomap.gazetteer.rows import SourceRow, useful_name

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

# Usual names of columns, in lower case with one underscore for any run of spaces and signs. The
# first that a table has is taken. "name" tries several: the first that is not empty in a row is
# the name to show, in Latin letters where there are any; the others are further spellings.
_USUAL: dict[str, tuple[str, ...]] = {
    "name": (
        "name_en", "int_name", "унормована_назва_латиницею", "name_latin", "asciiname", "name",
        "place_name", "placename", "toponym", "city", "settlement", "title", "назва",
        "унормована_назва", "name_uk", "name_ua", "name_ru", "название", "official_name",
    ),
    "lat": ("lat", "latitude", "y", "lat_dd", "широта"),
    "lon": ("lon", "lng", "long", "longitude", "x", "lon_dd", "довгота", "долгота"),
    "geonameid": ("geonameid", "geoname_id", "geonames_id"),
    "id": ("id", "osm_id", "fid", "wikidata", "katottg", "koatuu", "uid", "code",
           "реєстраційний_номер"),
    "kind": ("feature_code", "featurecode", "fcode", "place", "fclass", "feature_type", "kind",
             "type", "вид_географічного_об_єкту", "вид"),
    "feature_class": ("feature_class", "featureclass", "fclass_gn"),
    "population": ("population", "pop", "населення", "население"),
    "country": ("country_code", "countrycode", "cc", "iso", "iso2", "iso_a2", "iso_3166_1",
                "country", "addr_country"),
    "admin1": ("admin1", "admin1_name", "adm1", "adm1_en", "region_name", "region", "oblast",
               "state", "province", "область", "addr_region",
               "адміністративно_територіальна_одиниця_ар_крим_область"),
    "admin1_code": ("admin1_code", "admin1code"),
    "admin2": ("admin2", "admin2_name", "adm2", "adm2_en", "raion", "rayon", "district", "county",
               "район", "addr_district"),
}  # fmt: skip
_ALTERNATE = re.compile(
    r"(name|alt_name|old_name|official_name|int_name|loc_name|short_name|reg_name|nat_name)"
    r"(_[a-z]{2,3}(_[a-z]{2,8})?)?|alternate_?names?|aliases|synonyms|other_names"
)
ROLES = (*_USUAL, "names")
_SIGNS = re.compile(r"[\W_]+")
_OSM_TYPES = {"node", "way", "relation"}
_ISO = re.compile(r"[A-Z]{2}")


@dataclass(frozen=True, slots=True)
class Columns:
    """The columns of a table by role; several for names."""

    name: tuple[int, ...]
    names: tuple[int, ...]
    lat: int | None
    lon: int | None
    one: Mapping[str, int]  # the other roles

    @property
    def has_name(self) -> bool:
        """Whether a column of names is known."""
        return bool(self.name)

    @property
    def has_point(self) -> bool:
        """Whether both coordinates are known."""
        return self.lat is not None and self.lon is not None


def detect(header: Sequence[str]) -> Columns:
    """Return the columns that a header names in a usual way."""
    places: dict[str, int] = {}
    for at, title in enumerate(header):
        places.setdefault(_plain(title), at)
    found = {
        role: next(places[u] for u in usual if u in places)
        for role, usual in _USUAL.items()
        if role != "name" and not places.keys().isdisjoint(usual)
    }
    # A table of GeoNames codes names its class apart; "osm_type" says what the id is of.
    if "osm_type" in places and "osm_id" in places:
        found |= {"id": places["osm_id"], "osm_type": places["osm_type"]}
    names = tuple(places[u] for u in _USUAL["name"] if u in places)
    further = tuple(at for title, at in places.items() if _ALTERNATE.fullmatch(title))
    if not names:  # "name:pl" alone still names the place
        names = tuple(at for at in further if "name" in _plain(header[at]))
    one = {role: at for role, at in found.items() if role not in ("lat", "lon")}
    return Columns(
        names, tuple(dict.fromkeys((*names, *further))), found.get("lat"), found.get("lon"), one
    )


def resolve(
    path: Path,
    header: Sequence[str],
    mapping: Mapping[str, str] | None,
    *,
    geometry: bool,
) -> Columns:
    """Return the columns of a table: detected, with the user's mapping over it.

    Parameters
    ----------
    path : Path
        For messages.
    header : sequence of str
        The titles of the columns.
    mapping : mapping of str to str, optional
        Role to title: {"name": "NAZVA", "lat": "SHYR", "names": "STARA,INSHA"}.
    geometry : bool
        True when the features carry their geometry, so no coordinates are looked for.

    Raises
    ------
    GazetteerError
        The mapping names what is not there, or no name or coordinates can be found.
    """
    columns = detect(header)
    for role, title in (mapping or {}).items():
        if role not in ROLES:
            raise GazetteerError(
                f"{path}: a mapping from {role!r} is not known; known are {', '.join(ROLES)}"
            )
        parts = [title] if title in header or role != "names" else title.split(",")
        missing = [p for p in parts if p not in header]
        if missing:
            raise GazetteerError(f"{path}: has no column {missing[0]!r}, only {_listed(header)}")
        at = tuple(header.index(p) for p in parts)
        if role == "name":
            columns = replace(columns, name=at, names=tuple(dict.fromkeys((*at, *columns.names))))
        elif role == "names":
            columns = replace(columns, names=(*columns.name, *at))
        elif role == "lat":
            columns = replace(columns, lat=at[0])
        elif role == "lon":
            columns = replace(columns, lon=at[0])
        else:
            columns = replace(columns, one={**columns.one, role: at[0]})
    lacking = [] if columns.has_name else ["name"]
    if not geometry:
        lacking += [r for r in ("lat", "lon") if getattr(columns, r) is None]
    if lacking:
        example = ", ".join(f"{role}=COLUMN" for role in lacking)
        raise GazetteerError(
            f"{path}: no column is known to hold the {' or '.join(lacking)}; its columns are "
            f"{_listed(header)}: say which with a mapping ({example})"
        )
    return columns


def _listed(header: Sequence[str]) -> str:
    shown = ", ".join(repr(readable(title[:40])) for title in header[:30])
    return shown + (f" and {len(header) - 30} more" if len(header) > 30 else "")


def _plain(title: str) -> str:
    return _SIGNS.sub("_", title.strip().lower()).strip("_")


def coordinate(text: str) -> float | None:
    """Return a number of degrees, None when it is none; a decimal comma is one too."""
    try:
        return float(text)
    except ValueError:
        pass
    try:
        return float(text.strip().replace(",", "."))
    except ValueError:
        return None


def point_of(lat: str, lon: str) -> tuple[float, float] | str:
    """Return (lat, lon), or why the two texts are no point."""
    if not lat.strip() or not lon.strip():
        return "has no coordinates"
    y, x = coordinate(lat), coordinate(lon)
    if y is None or x is None:
        return f"has no numbers as coordinates: {lat!r:.24}, {lon!r:.24}"
    return check_point(y, x)


def check_point(lat: float, lon: float) -> tuple[float, float] | str:
    """Return the point, or why there is no such on Earth."""
    if not (-90.0 <= lat <= 90.0 and -180.0 <= lon <= 180.0):
        return f"is no point on Earth: latitude {lat:.6g}, longitude {lon:.6g}"
    if lat == 0.0 and lon == 0.0:
        return "is at 0, 0: has no coordinates"
    return lat, lon


def row_of(cells: Sequence[Any], columns: Columns, lat: float, lon: float) -> SourceRow | str:
    """Return the row of a table's cells at a point, or why it is none."""
    main, names = names_of(cells, columns)
    if not main:
        return "has no name"
    if len(main) > MAX_MAIN_NAME:
        return f"has a name of {len(main)} characters"

    def get(role: str) -> str:
        at = columns.one.get(role)
        return text_of(cells[at]) if at is not None else ""

    kind = word_kind(get("kind"), get("feature_class"))
    country = get("country").upper()
    source_id, osm_type = get("id") or None, get("osm_type").lower()
    if source_id and osm_type in _OSM_TYPES:
        source_id = f"{osm_type}/{source_id}"
    geonameid = get("geonameid")
    return SourceRow(
        name=main,
        lat=lat,
        lon=lon,
        names=names,
        geonameid=_id(geonameid),
        source_id=source_id,
        level=kind.level,
        feature_class=kind.feature_class,
        feature_code=kind.feature_code,
        country=country if _ISO.fullmatch(country) else None,
        admin1_code=get("admin1_code") or None,
        # "Донецька обл., Луганська обл." is a river of both: the first is the register's own.
        admin1_name=get("admin1").partition(",")[0].strip() or None,
        admin2_name=get("admin2").partition(",")[0].strip() or None,
        population=whole_number(get("population")),
        precision=kind.precision,
        radius_km=kind.radius_km,
    )


def names_of(cells: Sequence[Any], columns: Columns) -> tuple[str, tuple[str, ...]]:
    """Return the name to show and the further ones; a cell may hold several with ";"."""
    main = ""
    for at in columns.name:
        main = split_names(text_of(cells[at]))[0]
        if main:
            break
    further = [n for at in columns.names for n in split_names(text_of(cells[at]))]
    return main, distinct(main, [n for n in further if useful_name(n)])


def split_names(text: str) -> list[str]:
    """Return the names of one cell, at least one, which may be empty.

    >>> split_names("Bakhmut; Artemivsk")
    ['Bakhmut', 'Artemivsk']
    """
    if ";" not in text:
        return [clean(text)]
    return [n for part in text.split(";") if (n := clean(part))] or [""]


def text_of(cell: Any) -> str:
    """Return a cell as text: empty for null and NaN, "12" for 12.0."""
    if isinstance(cell, str):
        return clean(cell)
    if isinstance(cell, float):
        if math.isnan(cell):
            return ""
        return str(int(cell)) if cell.is_integer() else str(cell)
    return str(cell) if isinstance(cell, int) else ""


def _id(text: str) -> int | None:
    return int(text) if text.isdigit() and text.isascii() and len(text) < 12 else None
