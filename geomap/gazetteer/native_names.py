"""Names in the script of a place's own country, chosen when the gazetteer is built.

GeoNames gives alternate names without saying their language: Donetsk is Донецьк, Донецк, Доњецк
and Сталіно. What is shown to a reader of Cyrillic is the name that is written with the letters of
the country's own language and sounds most like the main name.
"""

from __future__ import annotations

import re
import unicodedata
from array import array
from bisect import bisect_left
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from geomap.gazetteer.romanise import romanise_russian, romanise_ukrainian

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from pathlib import Path

_CYRILLIC = re.compile("[\u0400-\u04ff]")
_MARKS = " -'’ʼ.()0123456789\u0301"
_RUSSIAN = "абвгдеёжзийклмнопрстуфхцчшщъыьэюя"
# Below this share of letters in common a name is another name, not another spelling: a former name,
# a district. Measured on UA, RU and BY: docs/spelling.md.
LEAST_ALIKE = 0.62

# How the South Slavic languages are romanised, where the tables of `romanise` differ.
_SOUTH_LATIN = str.maketrans(
    {
        "а": "a", "б": "b", "в": "v", "г": "g", "д": "d", "ђ": "d", "ѓ": "gj", "е": "e", "ж": "z",
        "з": "z", "ѕ": "dz", "и": "i", "й": "y", "ј": "j", "к": "k", "ќ": "kj", "л": "l", "љ": "lj",
        "м": "m", "н": "n", "њ": "nj", "о": "o", "п": "p", "р": "r", "с": "s", "т": "t", "ћ": "c",
        "у": "u", "ф": "f", "х": "h", "ц": "c", "ч": "c", "џ": "dz", "ш": "s", "щ": "sht",
        "ъ": "a", "ь": "", "ю": "yu", "я": "ya",
    }
)  # fmt: skip
_BULGARIAN_LATIN = {"ж": "zh", "х": "h", "ц": "ts", "ч": "ch", "ш": "sh"}


def _south(name: str) -> str:
    return name.lower().translate(_SOUTH_LATIN)


def _bulgarian(name: str) -> str:
    text = name.lower()
    for letter, latin in _BULGARIAN_LATIN.items():
        text = text.replace(letter, latin)
    return text.translate(_SOUTH_LATIN)


@dataclass(frozen=True, slots=True)
class Script:
    """How a language is written: its letters, what it never writes, and what is its alone.

    `foreign` finds letters of the alphabet where the language does not put them: Russian has ь,
    but Курськ is Ukrainian.
    """

    alphabet: frozenset[str]
    latin: tuple[Callable[[str], str], ...]
    foreign: re.Pattern[str] | None = None


def _script(letters: str, *latin: Callable[[str], str], foreign: str = "") -> Script:
    pattern = re.compile(foreign) if foreign else None
    return Script(frozenset(letters + _MARKS), latin, pattern)


_IN_RUSSIAN = _script(_RUSSIAN, romanise_russian, foreign=r"[сзц]ьк|ъ\b")
_SERBIAN = _script("абвгдђежзијклљмнњопрстћуфхцчџш", _south)
# The scripts of a country, the one to prefer first.
SCRIPTS: dict[str, tuple[Script, ...]] = {
    "UA": (
        _script(
            "абвгґдеєжзиіїйклмнопрстуфхцчшщьюя", romanise_ukrainian,
            foreign=r"[сзц]к(?:ий)?\b|[ао]я\b|ое\b|[оеє]во\b",
        ),
    ),
    "RU": (_IN_RUSSIAN,),
    "BY": (
        _script(
            "абвгдеёжзійклмнопрстуўфхцчшыьэюя", romanise_russian, romanise_ukrainian,
            foreign=r"[сзц]ьк",
        ),
        _IN_RUSSIAN,
    ),
    "BG": (_script("абвгдежзийклмнопрстуфхцчшщъьюя", _bulgarian),),
    "MK": (_script("абвгдѓежзѕијклљмнњопрстќуфхцчџш", _south),),
    "RS": (_SERBIAN,),
    "ME": (_SERBIAN,),
    "KZ": (_script(_RUSSIAN + "әғқңөұүһі", romanise_russian),),
    "KG": (_script(_RUSSIAN + "ңөү", romanise_russian),),
    "TJ": (_script(_RUSSIAN + "ғӣқӯҳҷ", romanise_russian),),
    "MN": (_script(_RUSSIAN + "өү", romanise_russian),),
}  # fmt: skip


def is_cyrillic(name: str) -> bool:
    """Say whether a name holds a Cyrillic letter."""
    return _CYRILLIC.search(name) is not None


def _plain(name: str) -> str:
    """Return a romanised name without marks and apostrophes, in lower case."""
    text = unicodedata.normalize("NFKD", name.lower())
    return "".join(c for c in text if c.isalnum() or c in " -")


def native_of(name: str, names: Iterable[str], country: str | None) -> str | None:
    """Return which of a place's names is the one in its country's own script.

    Parameters
    ----------
    name : str
        The main name; when it is in the script itself, it is the one.
    names : iterable of str
        Further names in any script.
    country : str or None
        ISO 3166 code.

    Returns
    -------
    str or None
        None where the country is not written in Cyrillic (`SCRIPTS`), and where no name is at once
        written as there and near enough to the main name.

    Examples
    --------
    >>> native_of("Donetsk", ("Донецк", "Донецьк", "Доњецк", "Сталіно"), "UA")
    'Донецьк'
    >>> native_of("Kursk", ("Курськ", "Курск"), "RU"), native_of("Lviv", ("Львів",), "PL")
    ('Курск', None)
    """
    scripts = SCRIPTS.get(country or "")
    if scripts is None:
        return None
    given = [n for n in (name, *names) if is_cyrillic(n)]
    for script in scripts:
        written = [n for n in given if _belongs(n, script)]
        if is_cyrillic(name):
            if name in written:
                return name
            continue
        # Of two that sound alike the longer one has its soft signs: Рязань, not Рязан.
        ranked = sorted((-_alike(name, n, script), -len(n), n) for n in dict.fromkeys(written))
        if ranked and -ranked[0][0] >= LEAST_ALIKE:
            return ranked[0][2]
    return None


def _belongs(name: str, script: Script) -> bool:
    text = unicodedata.normalize("NFC", name).lower()
    if not script.alphabet.issuperset(text) or not name[0].isupper():
        return False
    return script.foreign is None or script.foreign.search(text) is None


def _alike(main: str, name: str, script: Script) -> float:
    """Return how much a name sounds like the main one, 0 to 1."""
    from rapidfuzz.distance import Indel

    wanted = _plain(main)
    return round(
        max(Indel.normalized_similarity(wanted, _plain(latin(name))) for latin in script.latin), 3
    )


class NativeLog:
    """Native names under construction, compact; an official name goes before any other."""

    def __init__(self) -> None:
        self._rows, self._weak = array("i"), array("B")
        self._texts, self._ends = bytearray(), array("q")

    def add(self, row: int, name: str, *, official: bool = False) -> None:
        """Note a name; the first of a place counts, but an official one before it."""
        self._rows.append(row)
        self._weak.append(not official)
        self._texts += name.encode()
        self._ends.append(len(self._texts))

    def write(self, out: Path) -> int:
        """Write the names by row; return how many there are."""
        import numpy as np

        rows = np.array(self._rows, dtype=np.int32)
        ends = np.array(self._ends, dtype=np.int64)
        starts = np.concatenate([[0], ends[:-1]]) if len(ends) else ends
        order = np.lexsort((np.arange(len(rows)), np.array(self._weak), rows))
        kept = order[np.diff(rows[order], prepend=-1) != 0]
        blob = b"".join(
            bytes(self._texts[a:b])
            for a, b in zip(starts[kept].tolist(), ends[kept].tolist(), strict=True)
        )
        offsets = np.concatenate([[0], np.cumsum(ends[kept] - starts[kept])])
        np.save(out / "native_rows.npy", rows[kept])
        np.save(out / "native_offsets.npy", offsets.astype(np.int32))
        (out / "native_names.bin").write_bytes(blob)
        return len(kept)


class NativeNames:
    """Names in the script of a place's own country, by row; read from a compiled gazetteer.

    Parameters
    ----------
    folder : Path, optional
        Without one there are no names.
    """

    def __init__(self, folder: Path | None = None) -> None:
        import numpy as np

        if folder is None:
            self._rows, self._offsets = np.zeros(0, np.int32), np.zeros(1, np.int32)
            self._texts: Any = b""
            return
        self._rows, self._offsets = (
            np.load(folder / f"native_{part}.npy", mmap_mode="r").view(np.ndarray)
            for part in ("rows", "offsets")
        )
        self._texts = np.memmap(folder / "native_names.bin", dtype="S1", mode="r").view(np.ndarray)
        if len(self._offsets) != len(self._rows) + 1 or self._offsets[-1] != len(self._texts):
            raise ValueError("native names: lengths differ")

    def __len__(self) -> int:
        return len(self._rows)

    def get(self, row: int) -> str | None:
        """Return the native name of a row of the gazetteer, or None."""
        at = bisect_left(self._rows, row)  # numpy's own search would copy the column each time
        if at == len(self._rows) or int(self._rows[at]) != row:
            return None
        return self._text(int(self._offsets[at]), int(self._offsets[at + 1]))

    def of(self, rows: Sequence[int]) -> list[str | None]:
        """Return the native name of each of some rows of the gazetteer, or None."""
        import numpy as np

        wanted = np.asarray(rows, dtype=np.int64)
        if not len(self._rows):
            return [None] * len(wanted)
        at = np.minimum(np.searchsorted(self._rows, wanted), len(self._rows) - 1)
        known = self._rows[at] == wanted
        starts, ends = self._offsets[at].tolist(), self._offsets[at + 1].tolist()
        return [
            self._text(start, end) if there else None
            for start, end, there in zip(starts, ends, known.tolist(), strict=True)
        ]

    def items(self) -> Iterator[tuple[int, str]]:
        """Yield each row that has a native name, with the name."""
        offsets = self._offsets.tolist()
        for row, start, end in zip(self._rows.tolist(), offsets[:-1], offsets[1:], strict=True):
            yield row, self._text(start, end)

    def _text(self, start: int, end: int) -> str:
        piece = self._texts[start:end]
        return (piece if isinstance(piece, bytes) else piece.tobytes()).decode("utf-8", "replace")
