"""The gazetteer at run time: memory-mapped columns, looked up by folded name."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from geomap.errors import GazetteerError
from geomap.gazetteer.names import fold
from geomap.gazetteer.schema import FORMAT, Level, NameKind
from geomap.models import Place

if TYPE_CHECKING:
    from geomap.gazetteer.areas import Areas
    from geomap.models import FeatureClass, Precision

DEFAULT_DIR = Path(__file__).parent / "data"
_MEND = "reinstall geomap (pip install --force-reinstall geomap)"
_COLUMNS = (
    "lat", "lon", "population", "geonameid", "country", "admin1", "level", "radius_km", "area",
    "place_name_offsets", "name_offsets", "name_refs", "name_kinds",
)  # fmt: skip
# GeoNames feature codes that a level implies; settlements' codes are not in cities500.
_CODES: dict[int, tuple[FeatureClass, str | None, Precision]] = {
    Level.CONTINENT: ("L", "CONT", "country"),
    Level.COUNTRY: ("A", "PCLI", "country"),
    Level.REGION: ("L", "RGN", "admin1"),
    Level.ADMIN1: ("A", "ADM1", "admin1"),
    Level.CAPITAL: ("P", "PPLC", "settlement"),
    Level.SETTLEMENT: ("P", None, "settlement"),
}


@dataclass(frozen=True, slots=True)
class NamedRow:
    """A place row that bears a name, and how."""

    row: int
    kind: NameKind


class Gazetteer:
    """Read-only places and names; open one and share it.

    Examples
    --------
    >>> from geomap.gazetteer.store import Gazetteer
    >>> gazetteer = Gazetteer.open()
    >>> [p.name for p in gazetteer.lookup("Artyomovsk")][:1]
    ['Bakhmut']
    """

    def __init__(self, path: Path, stamp: dict[str, Any], columns: dict[str, Any], trie: Any):
        self.path = path
        self.stamp = stamp
        self._columns = columns
        self._trie = trie
        self.level = columns["level"]
        self.population = columns["population"]
        self.lat = columns["lat"]
        self.lon = columns["lon"]
        self._countries: list[str] = stamp["countries"]
        self._admin1s: list[str] = stamp["admin1"]

    @classmethod
    def open(cls, path: Path | None = None) -> Gazetteer:
        """Open a compiled gazetteer (the embedded one by default); nothing is read but its stamp.

        Raises
        ------
        GazetteerError
            The folder is missing, damaged, or of another format; the message says how to mend it.
        """
        import marisa_trie
        import numpy as np

        folder = DEFAULT_DIR if path is None else path
        try:
            stamp = json.loads((folder / "gazetteer.json").read_text(encoding="utf-8"))
            if stamp["format"] != FORMAT:
                raise GazetteerError(
                    f"{folder}: gazetteer of format {stamp['format']}, this geomap reads format "
                    f"{FORMAT}: {_MEND}"
                )
            # A plain view of the mapped file: numpy's memmap class is five times slower to index.
            columns = {
                n: np.load(folder / f"{n}.npy", mmap_mode="r").view(np.ndarray) for n in _COLUMNS
            }
            trie = marisa_trie.Trie()
            trie.mmap(str(folder / "names.marisa"))
        except (OSError, ValueError, KeyError, RuntimeError) as error:
            raise GazetteerError(
                f"{folder}: gazetteer missing or damaged ({error}): {_MEND}"
            ) from (error)
        if len(columns["lat"]) != stamp["places"] or len(trie) != stamp["names"]:
            raise GazetteerError(f"{folder}: gazetteer damaged (counts differ): {_MEND}")
        return cls(folder, stamp, columns, trie)

    def __len__(self) -> int:
        return int(self.stamp["places"])

    @cached_property
    def areas(self) -> Areas:
        """The polygons of countries and first-level divisions."""
        from geomap.gazetteer.areas import Areas

        return Areas.open(self.path)

    @cached_property
    def _names(self) -> bytes:
        return (self.path / "place_names.bin").read_bytes()

    def prefixes(self, folded: str) -> list[str]:
        """Return all keys that a folded text starts with, shortest first."""
        keys: list[str] = self._trie.prefixes(folded)
        return keys

    def rows(self, key: str) -> list[NamedRow]:
        """Return the rows that bear a folded name; the strongest claim to the name first."""
        key_id = self._trie.get(key)
        if key_id is None:
            return []
        offsets = self._columns["name_offsets"]
        start, end = int(offsets[key_id]), int(offsets[key_id + 1])
        refs = self._columns["name_refs"][start:end].tolist()
        kinds = self._columns["name_kinds"][start:end].tolist()
        return [NamedRow(row, NameKind(kind)) for row, kind in zip(refs, kinds, strict=True)]

    def name(self, row: int) -> str:
        """Return the main name of a row."""
        offsets = self._columns["place_name_offsets"]
        return self._names[int(offsets[row]) : int(offsets[row + 1])].decode()

    def country(self, row: int) -> str | None:
        """Return the ISO 3166 code of a row's country."""
        return self._countries[int(self._columns["country"][row])] or None

    def admin1(self, row: int) -> str | None:
        """Return the first-level division of a row as "UA.05"."""
        return self._admin1s[int(self._columns["admin1"][row])] or None

    def place(self, row: int) -> Place:
        """Return a row as a record."""
        column = self._columns
        feature_class, feature_code, precision = _CODES[int(self.level[row])]
        geonameid, area = int(column["geonameid"][row]), int(column["area"][row])
        admin1 = self.admin1(row)
        return Place(
            key=row,
            name=self.name(row),
            lat=round(float(self.lat[row]), 5),
            lon=round(float(self.lon[row]), 5),
            feature_class=feature_class,
            precision=precision,
            radius_km=round(float(column["radius_km"][row]), 2),
            geonameid=None if geonameid < 0 else geonameid,
            feature_code=feature_code,
            country=self.country(row),
            admin1_code=admin1.split(".", 1)[1] if admin1 else None,
            admin1_name=self._admin1_names.get(admin1) if admin1 else None,
            population=int(self.population[row]),
            area=None if area < 0 else area,
            source="Natural Earth" if int(self.level[row]) == Level.ADMIN1 else "GeoNames",
        )

    @cached_property
    def _admin1_names(self) -> dict[str, str]:
        import numpy as np

        rows = np.flatnonzero(self.level == Level.ADMIN1).tolist()
        return {code: self.name(r) for r in rows if (code := self.admin1(r))}

    def lookup(self, name: str, *, country: str | None = None) -> list[Place]:
        """Return the places that bear a name, the best known first.

        Parameters
        ----------
        name : str
            In any spelling that folds to a known one; demonyms are not names.
        country : str, optional
            ISO code; only places of that country.
        """
        found = [r for r in self.rows(fold(name)) if r.kind != NameKind.DEMONYM]
        rows = [r for r in found if country is None or self.country(r.row) == country]
        rows.sort(key=lambda r: (int(self.level[r.row]) >= Level.ADMIN1, r.kind > NameKind.ALIAS,
                                 -int(self.population[r.row]), r.row))  # fmt: skip
        return [self.place(r.row) for r in rows]

    def towns(
        self, west: float, south: float, east: float, north: float, limit: int
    ) -> list[tuple[str, float, float, int]]:
        """Return the most populous settlements in a box: (name, lat, lon, population)."""
        import numpy as np

        inside = (
            (self.level >= Level.CAPITAL)
            & (self.lon >= west) & (self.lon <= east)
            & (self.lat >= south) & (self.lat <= north)
        )  # fmt: skip
        rows = np.flatnonzero(inside)
        rows = rows[np.argsort(-self.population[rows], kind="stable")][:limit]
        return [
            (self.name(r), float(self.lat[r]), float(self.lon[r]), int(self.population[r]))
            for r in rows.tolist()
        ]
