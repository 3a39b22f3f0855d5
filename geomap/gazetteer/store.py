"""The gazetteer at run time: memory-mapped columns, looked up by folded name."""

from __future__ import annotations

import json
from dataclasses import dataclass, fields
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from geomap.errors import GazetteerError
from geomap.gazetteer.names import fold, spelling_key
from geomap.gazetteer.native_names import NativeNames
from geomap.gazetteer.schema import FORMAT, PRECISIONS, Level, NameKind
from geomap.models import Place

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from geomap.gazetteer.areas import Areas
    from geomap.gazetteer.waters import Waters
    from geomap.models import FeatureClass

DEFAULT_DIR = Path(__file__).parent / "data"
USER_FOLDER = "gazetteer"  # in the user's data folder
_COLUMNS = (
    "lat", "lon", "radius_km", "population", "geonameid", "country", "admin1", "feature", "level",
    "precision", "source", "area", "parent", "shape", "place_name_offsets", "shape_offsets",
    "origin_rows", "origin_sources", "origin_offsets",
)  # fmt: skip
_TRIES = ("names", "spellings")


class NamedRow(NamedTuple):
    """A place row that bears a name, and how."""

    row: int
    kind: NameKind


@dataclass(frozen=True, slots=True)
class Origin:
    """A source that knows a place, and what it calls it (its own id, when it has one)."""

    source: str
    source_id: str | None


class _Names:
    """A trie of keys with the rows of each."""

    def __init__(self, folder: Path, stem: str) -> None:
        import marisa_trie
        import numpy as np

        self.trie = marisa_trie.Trie()
        self.trie.mmap(str(folder / f"{stem}.marisa"))
        self.offsets, self.refs, self.kinds = (
            np.load(folder / f"{stem}_{part}.npy", mmap_mode="r").view(np.ndarray)
            for part in ("offsets", "refs", "kinds")
        )
        if len(self.offsets) != len(self.trie) + 1 or len(self.refs) != len(self.kinds):
            raise ValueError(f"{stem}: lengths differ")

    def rows(self, key: str) -> list[NamedRow]:
        key_id = self.trie.get(key)
        if key_id is None:
            return []
        start, end = int(self.offsets[key_id]), int(self.offsets[key_id + 1])
        refs, kinds = self.refs[start:end].tolist(), self.kinds[start:end].tolist()
        return [NamedRow(r, _KINDS[k]) for r, k in zip(refs, kinds, strict=True)]

    def named(self, key: str) -> tuple[Any, Any]:
        key_id = self.trie.get(key)
        if key_id is None:
            return self.refs[:0], self.kinds[:0]
        start, end = int(self.offsets[key_id]), int(self.offsets[key_id + 1])
        return self.refs[start:end], self.kinds[start:end]

    def bearers(self, key: str) -> Any:
        key_id = self.trie.get(key)
        if key_id is None:
            return self.refs[:0]
        start, end = int(self.offsets[key_id]), int(self.offsets[key_id + 1])
        refs = self.refs[start:end]
        # Kinds are sorted: demonyms and abbreviations stand last.
        if self.kinds[end - 1] >= NameKind.DEMONYM:
            return refs[self.kinds[start:end] < NameKind.DEMONYM]
        return refs


_KINDS = tuple(NameKind)


def user_gazetteer_dir() -> Path:
    """Return where a user's own compiled gazetteer lies, whether or not there is one."""
    from geomap.gazetteer.fetch import user_data_folder

    return user_data_folder() / USER_FOLDER


class Gazetteer:
    """Read-only places and names; open one and share it.

    Attributes
    ----------
    prefixes : callable
        Gives all keys that a folded text starts with, shortest first (the trie's own method: it is
        called for every capitalised word of a text).
    natives : NativeNames
        Names in the script of a place's own country, by row.
    lat, lon, population, level : numpy.ndarray
        Columns over all rows; degrees (EPSG:4326), people, `schema.Level`.

    Examples
    --------
    >>> from geomap.gazetteer.store import Gazetteer
    >>> gazetteer = Gazetteer.open()
    >>> [p.name for p in gazetteer.lookup("Artyomovsk")][:1]
    ['Bakhmut']
    """

    def __init__(
        self, path: Path, stamp: dict[str, Any], columns: dict[str, Any], names: dict[str, _Names],
        natives: NativeNames | None = None,
    ) -> None:  # fmt: skip
        self.path = path
        self.stamp = stamp
        self.columns = columns
        self.natives = NativeNames() if natives is None else natives
        self._exact, self._loose = names["names"], names["spellings"]
        self.prefixes: Callable[[str], list[str]] = self._exact.trie.prefixes
        self.level = columns["level"]
        self.population = columns["population"]
        self.lat = columns["lat"]
        self.lon = columns["lon"]
        self._countries: list[str] = stamp["countries"]
        self._admin1s: list[str] = stamp["admin1"]

    @classmethod
    def open(cls, path: Path | None = None) -> Gazetteer:
        """Open a compiled gazetteer; nothing is read but its stamp.

        Parameters
        ----------
        path : Path, optional
            A compiled folder. By default the user's own, made by `geomap gazetteer add`, when there
            is one, else the one that is part of geomap.

        Raises
        ------
        GazetteerError
            The folder is missing, damaged, or of another format; the message says how to mend it.
        """
        import numpy as np

        folder = path
        if folder is None:
            own = user_gazetteer_dir()
            folder = own if (own / "gazetteer.json").exists() else DEFAULT_DIR
        mend = _mend(folder)
        try:
            stamp = json.loads((folder / "gazetteer.json").read_text(encoding="utf-8"))
            if stamp["format"] != FORMAT:
                raise GazetteerError(
                    f"{folder}: gazetteer of format {stamp['format']}, this geomap reads format "
                    f"{FORMAT}: {mend}"
                )
            # A plain view of the mapped file: numpy's memmap class is five times slower to index.
            columns = {
                n: np.load(folder / f"{n}.npy", mmap_mode="r").view(np.ndarray) for n in _COLUMNS
            }
            names = {stem: _Names(folder, stem) for stem in _TRIES}
            natives = NativeNames(folder) if stamp.get("natives") else None
            whole = all(len(columns[n]) == stamp["places"] for n in _COLUMNS[:14])
            whole &= len(natives or ()) == stamp.get("natives", 0)
            if not whole or len(names["names"].trie) != stamp["names"]:
                raise ValueError("counts differ")
        except (OSError, ValueError, KeyError, TypeError, RuntimeError) as error:
            raise GazetteerError(f"{folder}: gazetteer missing or damaged ({error}): {mend}") from (
                error
            )
        return cls(folder, stamp, columns, names, natives)

    def __len__(self) -> int:
        return int(self.stamp["places"])

    @cached_property
    def areas(self) -> Areas:
        """The polygons of countries and their divisions."""
        from geomap.gazetteer.areas import Areas

        return Areas.open(self.path)

    @cached_property
    def waters(self) -> Waters:
        """Rivers and lakes to draw."""
        from geomap.gazetteer.waters import Waters

        return Waters(self.path)

    @cached_property
    def _names(self) -> Any:
        import numpy as np

        return np.memmap(self.path / "place_names.bin", dtype="S1", mode="r").view(np.ndarray)

    def spelling_prefixes(self, key: str) -> list[str]:
        """Return all tolerant keys that a text's tolerant key starts with, shortest first."""
        keys: list[str] = self._loose.trie.prefixes(key)
        return keys

    def has_name(self, key: str) -> bool:
        """Say whether any row bears a folded name."""
        return key in self._exact.trie

    def rows(self, key: str) -> list[NamedRow]:
        """Return the rows that bear a folded name; the strongest claim to the name first."""
        return self._exact.rows(key)

    def named(self, key: str) -> tuple[Any, Any]:
        """Return the rows that bear a folded name and their `NameKind`s, as two arrays."""
        return self._exact.named(key)

    def spelt(self, key: str) -> tuple[Any, Any]:
        """Return the rows with a name of a tolerant key and their `NameKind`s, as two arrays."""
        return self._loose.named(key)

    def bearers(self, key: str) -> Any:
        """Return the numbers of the rows that bear a folded name (an array).

        Demonyms and abbreviations are left out.
        """
        return self._exact.bearers(key)

    def spelling_bearers(self, key: str) -> Any:
        """Return the numbers of the rows with a name of a tolerant key (an array)."""
        return self._loose.bearers(key)

    def spelling_rows(self, key: str) -> list[NamedRow]:
        """Return the rows with a name of a tolerant key (`names.spelling_key`)."""
        return self._loose.rows(key)

    def name_tables(self) -> tuple[_Names, _Names]:
        """Return the tables of exact and of tolerant keys (for `gazetteer.merge`)."""
        return self._exact, self._loose

    def name(self, row: int) -> str:
        """Return the main name of a row."""
        offsets = self.columns["place_name_offsets"]
        piece: bytes = self._names[int(offsets[row]) : int(offsets[row + 1])].tobytes()
        return piece.decode("utf-8", "replace")

    def country(self, row: int) -> str | None:
        """Return the ISO 3166 code of a row's country."""
        return self._countries[int(self.columns["country"][row])] or None

    def admin1(self, row: int) -> str | None:
        """Return the first-level division of a row as "UA.05"."""
        return self._admin1s[int(self.columns["admin1"][row])] or None

    def parent(self, row: int) -> int | None:
        """Return the row of the unit that a row lies in: hromada, raion, oblast or country."""
        parent = int(self.columns["parent"][row])
        return None if parent < 0 else parent

    def origins(self, row: int) -> tuple[Origin, ...]:
        """Return all sources that know a place; the one its point comes from first."""
        import numpy as np

        keys: list[str] = self.stamp["source_keys"]
        first = int(self.columns["source"][row])
        rows = self.columns["origin_rows"]
        start, end = np.searchsorted(rows, [row, row + 1])
        found: dict[str, str | None] = {keys[first]: None}
        for number in range(int(start), int(end)):
            offsets = self.columns["origin_offsets"]
            piece = self._origin_ids[int(offsets[number]) : int(offsets[number + 1])].tobytes()
            found[keys[int(self.columns["origin_sources"][number])]] = piece.decode() or None
        return tuple(Origin(source, source_id) for source, source_id in found.items())

    @cached_property
    def _origin_ids(self) -> Any:
        import numpy as np

        path = self.path / "origin_ids.bin"
        return np.frombuffer(path.read_bytes(), dtype="S1")

    def place(self, row: int) -> Place:
        """Return a row as a record."""
        column = self.columns
        feature_class, feature_code = self._feature(int(column["feature"][row]))
        geonameid, area = int(column["geonameid"][row]), int(column["area"][row])
        shape = int(column["shape"][row])
        admin1 = self.admin1(row)
        return Place(
            key=row,
            name=self.name(row),
            lat=round(float(self.lat[row]), 5),
            lon=round(float(self.lon[row]), 5),
            feature_class=feature_class,
            precision=PRECISIONS[int(column["precision"][row])],
            radius_km=round(float(column["radius_km"][row]), 2),
            geonameid=None if geonameid < 0 else geonameid,
            feature_code=feature_code,
            country=self.country(row),
            admin1_code=admin1.split(".", 1)[1] if admin1 else None,
            admin1_name=self._admin1_names.get(admin1) if admin1 else None,
            population=int(self.population[row]),
            area=None if area < 0 else area,
            shape=None if shape < 0 else shape,
            source=self.stamp["source_keys"][int(column["source"][row])],
            native_name=self.natives.get(row),
        )

    def native_name(self, place: Place) -> str | None:
        """Return a place's name in its country's own script, where that is Cyrillic.

        Countries have their Ukrainian names. None where the sources hold no such name.
        `natives.of` gives those of many rows at once.

        Examples
        --------
        >>> gazetteer = Gazetteer.open()
        >>> gazetteer.native_name(gazetteer.lookup("Bakhmut", country="UA")[0])
        'Бахмут'
        """
        return place.native_name or self.natives.get(place.key)

    def _feature(self, number: int) -> tuple[FeatureClass, str | None]:
        feature_class, _, code = self.stamp["features"][number].partition(".")
        return feature_class or "P", code or None

    def geometry(self, place: Place) -> Any:
        """Return the polygon or line of a place (EPSG:4326, lon-lat), None when it has none."""
        if place.area is not None:
            return self.areas.geometry(place.area)
        if place.shape is None:
            return None
        import shapely

        offsets = self.columns["shape_offsets"]
        with (self.path / "shapes.wkb").open("rb") as file:
            file.seek(int(offsets[place.shape]))
            size = int(offsets[place.shape + 1]) - int(offsets[place.shape])
            return shapely.from_wkb(file.read(size))

    @cached_property
    def _admin1_names(self) -> dict[str, str]:
        import numpy as np

        rows = np.flatnonzero(self.level == Level.ADMIN1).tolist()
        return {code: self.name(r) for r in reversed(rows) if (code := self.admin1(r))}

    def lookup(self, name: str, *, country: str | None = None) -> list[Place]:
        """Return the places that bear a name, the best known first.

        Parameters
        ----------
        name : str
            In any spelling or script; when no place bears just this spelling, those of the same
            tolerant key. Demonyms are not names.
        country : str, optional
            ISO code; only places of that country.
        """
        for found in (self.rows(fold(name)), self.spelling_rows(spelling_key(name))):
            rows = [
                r
                for r in found
                if r.kind != NameKind.DEMONYM and country in (None, self.country(r.row))
            ]
            if rows:
                return [self.place(r) for r in self.ranked(rows)]
        return []

    def ranked(self, rows: Sequence[NamedRow]) -> list[int]:
        """Return rows, the best known first: wholes, then strong names, then by people.

        A county by its bare name stands last: "Laurel" is a town before it is Laurel County.
        """

        def rank(named: NamedRow) -> tuple[bool, bool, bool, int, int, int]:
            row, level = named.row, int(self.level[named.row])
            return (
                level == Level.ADMIN2 and named.kind == NameKind.STEM,
                level >= Level.ADMIN1,
                named.kind > NameKind.ALIAS,
                -int(self.population[row]),
                int(self.columns["precision"][row]),
                row,
            )

        return [r.row for r in sorted(rows, key=rank)]

    def to_geodataframe(self, query: str | Sequence[int], *, country: str | None = None) -> Any:
        """Return places as a GeoDataFrame of points (EPSG:4326, lon-lat).

        Parameters
        ----------
        query : str or sequence of int
            A name, looked up as by `lookup`, or rows of the gazetteer.
        country : str, optional
            ISO code; only places of that country.

        Returns
        -------
        geopandas.GeoDataFrame
            A row for each place with the fields of `models.Place`, and `sources`, a list; empty,
            with all columns, when there is none.
        """
        import geopandas as gpd
        import shapely

        if isinstance(query, str):
            places = self.lookup(query, country=country)
        else:
            found = (self.place(int(row)) for row in query)
            places = [p for p in found if country in (None, p.country)]
        columns = {f.name: [getattr(p, f.name) for p in places] for f in fields(Place)}
        columns["sources"] = [[o.source for o in self.origins(p.key)] for p in places]
        points = shapely.points([p.lon for p in places], [p.lat for p in places])
        return gpd.GeoDataFrame(columns, geometry=points, crs="EPSG:4326")


def _mend(folder: Path) -> str:
    """Return what a user can do about a gazetteer that does not open."""
    if folder == DEFAULT_DIR:
        return "reinstall geomap (pip install --force-reinstall geomap)"
    return (
        "add your files again with 'geomap gazetteer add --fresh FILE...', or remove that folder "
        "to use the gazetteer that is part of geomap"
    )
