"""Places under construction: compact columns, and the names on disk until they are sorted.

The same code compiles the embedded gazetteer (a quarter of a million places) and all of GeoNames
(13 million): nothing here holds a Python object for each place or name.
"""

from __future__ import annotations

import json
import math
from array import array
from typing import TYPE_CHECKING, Any

from geomap.gazetteer.names import fold, spelling_key
from geomap.gazetteer.native_names import NativeLog, native_of
from geomap.gazetteer.rows import useful_name
from geomap.gazetteer.schema import FORMAT, PRECISIONS, Level, NameKind

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    import numpy as np

    from geomap.gazetteer.rows import SourceRow

# Countries whose names are written in many romanisations: their names get a tolerant key as well.
SPELLING_COUNTRIES = frozenset({"UA", "RU", "BY", "MD", "KZ", "GE", "AM", "AZ", "KG", "UZ", "TJ"})
_NUMBERS = {
    "lat": "d", "lon": "d", "radius_km": "f", "population": "q", "geonameid": "q", "country": "h",
    "admin1": "i", "feature": "h", "level": "B", "precision": "B", "source": "B", "area": "i",
    "parent": "i", "shape": "i",
}  # fmt: skip
_STORED = {"geonameid": "int32", "population": "int64"}


class Codes:
    """Strings that many rows share, by number; 0 is the empty string."""

    def __init__(self, known: list[str] | None = None) -> None:
        self.words = list(known) if known else [""]
        self._numbers = {w: i for i, w in enumerate(self.words)}

    def number(self, word: str | None) -> int:
        """Return the number of a string; a new one when it is not known."""
        key = word or ""
        found = self._numbers.get(key)
        if found is None:
            found = self._numbers[key] = len(self.words)
            self.words.append(key)
        return found


class NameLog:
    """Folded names with the rows that bear them, on disk until `compile_names`."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._file = path.open("wb")
        self.rows = array("i")
        self.kinds = array("B")

    def add(self, key: str, row: int, kind: int) -> None:
        """Note that a row bears a (folded, non-empty) name."""
        self._file.write(key.encode("utf-8", "surrogatepass") + b"\n")
        self.rows.append(row)
        self.kinds.append(kind)

    def keys(self) -> Iterator[str]:
        """Yield all names, in the order in which they were added."""
        self._file.flush()
        with self.path.open("rb") as lines:
            for line in lines:
                yield line[:-1].decode("utf-8", "surrogatepass")

    def close(self) -> None:
        """Remove the log."""
        self._file.close()
        self.path.unlink(missing_ok=True)


def settlement_radius_km(population: int) -> float:
    """Return how far from its point a settlement of a given size reaches, in kilometres.

    Our own rule: a built-up area of about 2,000 people a square kilometre, drawn as a circle, and
    never under 0.5 km (the spread of a village, and GeoNames' usual error of its point).
    """
    return max(0.5, math.sqrt(max(population, 0) / 2000 / math.pi))


class Columns:
    """Places under construction.

    Parameters
    ----------
    folder : Path
        Where the logs of names lie until `write`.
    """

    def __init__(self, folder: Path) -> None:
        self.data: dict[str, array[Any]] = {n: array(code) for n, code in _NUMBERS.items()}
        self.texts = bytearray()
        self.text_ends = array("q")
        self.countries, self.admin1s, self.features = Codes(), Codes(), Codes()
        self.exact = NameLog(folder / ".exact.log")
        self.spelling = NameLog(folder / ".spelling.log")
        self.shapes: list[bytes] = []
        self.provenance: list[tuple[int, int, str]] = []  # row, source, the source's own id
        self.renamed: dict[int, str] = {}
        self.natives = NativeLog()

    def __len__(self) -> int:
        return len(self.text_ends)

    def __enter__(self) -> Columns:
        return self

    def __exit__(self, *_: object) -> None:
        # Open logs would keep the folder from being removed (on Windows).
        self.exact.close()
        self.spelling.close()

    def add(self, row: SourceRow, source: int, *, area: int = -1, parent: int = -1) -> int:
        """Add a place with all its names; return its number."""
        number = len(self.text_ends)
        radius = row.radius_km
        if radius is None:
            radius = settlement_radius_km(row.population)
        admin1 = f"{row.country}.{row.admin1_code}" if row.country and row.admin1_code else ""
        data = self.data
        data["lat"].append(row.lat)
        data["lon"].append(row.lon)
        data["radius_km"].append(radius)
        data["population"].append(row.population)
        data["geonameid"].append(-1 if row.geonameid is None else row.geonameid)
        data["country"].append(self.countries.number(row.country))
        data["admin1"].append(self.admin1s.number(admin1))
        code = f"{row.feature_class}.{row.feature_code or ''}"
        data["feature"].append(self.features.number(code))
        data["level"].append(int(row.level))
        data["precision"].append(PRECISIONS.index(row.precision))
        data["source"].append(source)
        data["area"].append(area)
        data["parent"].append(parent)
        data["shape"].append(len(self.shapes) if row.wkb else -1)
        if row.wkb:
            self.shapes.append(row.wkb)
        if row.source_id:
            self.provenance.append((number, source, row.source_id))
        self.texts += row.name.encode("utf-8", "replace")
        self.text_ends.append(len(self.texts))
        self.names(row, number)
        self.native(row, number)
        return number

    def native(self, row: SourceRow, number: int) -> None:
        """Note what a source's row says of a place's name in its country's own script."""
        start = self.text_ends[number - 1] if number else 0
        main = self.texts[start : self.text_ends[number]].decode()
        found = native_of(main, (row.name, *row.names), row.country)
        if found is not None:
            self.natives.add(number, found)

    def names(self, row: SourceRow, number: int, main: int = NameKind.MAIN) -> None:
        """Give a place all names of a source's row."""
        tolerant = row.country in SPELLING_COUNTRIES
        self.name(row.name, number, main, tolerant)
        for name in row.names:
            if useful_name(name):
                self.name(name, number, NameKind.ALTERNATE, tolerant)

    def name(self, name: str, number: int, kind: int, tolerant: bool = False) -> None:
        """Give a place a further name."""
        key = fold(name)
        if not key or "\n" in key:
            return
        self.exact.add(key, number, kind)
        if tolerant and kind < NameKind.DEMONYM:
            loose = spelling_key(name)
            if loose and "\n" not in loose:
                self.spelling.add(loose, number, kind)

    def write(self, out: Path, stamp: dict[str, Any]) -> tuple[int, int]:
        """Write the compiled files; return the numbers of places and names."""
        import numpy as np

        texts = self._texts()
        for name, column in self.data.items():
            values = np.frombuffer(column, dtype=column.typecode) if len(column) else np.array([])
            stored = _STORED.get(name)
            np.save(out / f"{name}.npy", values.astype(stored) if stored else values)
        (out / "place_names.bin").write_bytes(bytes(texts[0]))
        np.save(out / "place_name_offsets.npy", texts[1])
        count = compile_names(self.exact, out, "names")
        compile_names(self.spelling, out, "spellings")
        self._write_shapes(out)
        self._write_provenance(out)
        natives = self.natives.write(out)
        whole = {
            "format": FORMAT,
            "countries": self.countries.words,
            "admin1": self.admin1s.words,
            "features": self.features.words,
            "places": len(self),
            "names": count,
            "natives": natives,
            "counts": {
                level.name.lower(): int(n)
                for level in Level
                if (n := int((np.frombuffer(self.data["level"], dtype="B") == level).sum()))
            },
            **stamp,
        }
        text = json.dumps(whole, ensure_ascii=False, sort_keys=True, indent=1)
        (out / "gazetteer.json").write_text(text + "\n", encoding="utf-8")
        return len(self), count

    def _texts(self) -> tuple[bytearray, np.ndarray]:
        """Return the main names as one blob with offsets, with the renamed ones put in."""
        import numpy as np

        ends = np.frombuffer(self.text_ends, dtype="q")
        offsets = np.concatenate([[0], ends]).astype(np.int64)
        if not self.renamed:
            return self.texts, offsets
        pieces, lengths, last = [], np.diff(offsets), 0
        for number in sorted(self.renamed):
            new = self.renamed[number].encode()
            pieces.append(bytes(self.texts[last : offsets[number]]))
            pieces.append(new)
            last = int(offsets[number + 1])
            lengths[number] = len(new)
        pieces.append(bytes(self.texts[last:]))
        return bytearray(b"".join(pieces)), np.concatenate([[0], np.cumsum(lengths)])

    def _write_shapes(self, out: Path) -> None:
        import numpy as np

        (out / "shapes.wkb").write_bytes(b"".join(self.shapes))
        ends = np.cumsum([0, *map(len, self.shapes)], dtype=np.int64)
        np.save(out / "shape_offsets.npy", ends)

    def _write_provenance(self, out: Path) -> None:
        import numpy as np

        rows = sorted(self.provenance)
        ids = [text.encode("utf-8", "replace") for _, _, text in rows]
        np.save(out / "origin_rows.npy", np.array([r for r, _, _ in rows], dtype=np.int32))
        np.save(out / "origin_sources.npy", np.array([s for _, s, _ in rows], dtype=np.uint8))
        np.save(out / "origin_offsets.npy", np.cumsum([0, *map(len, ids)], dtype=np.int64))
        (out / "origin_ids.bin").write_bytes(b"".join(ids))


def compile_names(log: NameLog, out: Path, stem: str) -> int:
    """Write a log of names as a trie with the rows of each key; return the number of keys.

    `STEM.marisa` gives a key's id; the rows of key k are `STEM_refs[offsets[k]:offsets[k + 1]]`,
    the strongest claim to the name first, with `STEM_kinds` beside.
    """
    import marisa_trie
    import numpy as np

    trie = marisa_trie.Trie(log.keys())
    trie.save(str(out / f"{stem}.marisa"))
    total = len(log.rows)
    ids = np.fromiter((trie[key] for key in log.keys()), dtype=np.int32, count=total)  # noqa: SIM118
    rows = np.frombuffer(log.rows, dtype=np.int32) if total else np.array([], dtype=np.int32)
    kinds = np.frombuffer(log.kinds, dtype=np.uint8) if total else np.array([], dtype=np.uint8)
    # A row that bears a key twice bears it by its strongest claim.
    order = np.lexsort((kinds, rows, ids))
    ids, rows, kinds = ids[order], rows[order], kinds[order]
    keep = np.ones(total, dtype=bool)
    keep[1:] = (ids[1:] != ids[:-1]) | (rows[1:] != rows[:-1])
    ids, rows, kinds = ids[keep], rows[keep], kinds[keep]
    order = np.lexsort((rows, kinds, ids))
    counts = np.bincount(ids, minlength=len(trie))
    np.save(out / f"{stem}_offsets.npy", np.concatenate([[0], np.cumsum(counts)]).astype(np.int64))
    np.save(out / f"{stem}_refs.npy", rows[order])
    np.save(out / f"{stem}_kinds.npy", kinds[order])
    log.close()
    return len(trie)
