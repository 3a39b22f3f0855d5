"""Looking a name up for a person: exact, then tolerant, then fuzzy, each marked as what it is.

Not for texts: there a fuzzy match would be a guess that nobody sees.
"""

from __future__ import annotations

import string
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from geomap import geodesy
from geomap.errors import SettingsError
from geomap.gazetteer.names import fold, spelling_key
from geomap.gazetteer.schema import Level, NameKind

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from geomap.gazetteer.store import Gazetteer, NamedRow
    from geomap.models import Place

How = Literal["exact", "spelling", "fuzzy"]

LEAST_SCORE = 70.0  # two slips in seven letters
_MOST_KEYS = 1000
_BESIDE_BETTER = 5  # so many fuzzy ones, one slip away, stand after better ones


@dataclass(frozen=True, slots=True)
class Found:
    """A place that a person may have meant.

    `how` its name matched: "exact" (but for case, marks and script), "spelling" (another
    romanisation), "fuzzy". `score` is 100 but for fuzzy ones: 100 less the share of letters
    that differ. `distance_km` and `bearing_wind` (one of 16) lead from the place asked to be near
    to; None when there is none.
    """

    place: Place
    how: How
    score: float
    distance_km: float | None = None
    bearing_wind: str | None = None


@dataclass(frozen=True, slots=True)
class _Hit:
    named: NamedRow
    slips: int
    score: float


def search(
    gazetteer: Gazetteer,
    text: str,
    *,
    near: Place | None = None,
    country: str | None = None,
    limit: int = 20,
    fuzzy: bool = True,
) -> list[Found]:
    """Return the places that a person may mean by a name, the likeliest first.

    Parameters
    ----------
    gazetteer : Gazetteer
    text : str
        A name in any spelling or script; after commas may stand what it lies in ("Lyman, Donetsk
        Oblast", "Bakhmut, Donetsk Oblast, Ukraine", "Lyman, UA").
    near : Place, optional
        Among equally good matches the nearest to this comes first, instead of the best known.
    country : str, optional
        ISO code; only places of that country.
    limit : int, optional
        At most so many.
    fuzzy : bool, optional
        Also look for names that differ by a letter or a few. After better matches there are at
        most five of them, one letter away.

    Returns
    -------
    list of Found
        By `how`, then (fuzzy ones) by the number of letters that differ, then by nearness or size.

    Raises
    ------
    SettingsError
        `limit` is less than 1.
    """
    if limit < 1:
        raise SettingsError(f"limit={limit}: ask for at least one place")
    text = text.encode("utf-8", "replace").decode()  # a lone surrogate is in no name
    name, *wholes = (part.strip() for part in text.split(","))
    if wholes and gazetteer.rows(fold(text)):
        name, wholes = text, []  # "Washington, D.C." is a name
    inside = _Inside(gazetteer, wholes, country)
    found: list[Found] = []
    seen: set[int] = set()
    ways: tuple[tuple[How, list[NamedRow]], ...] = (
        ("exact", gazetteer.rows(fold(name))),
        ("spelling", gazetteer.spelling_rows(spelling_key(name))),
    )
    for how, named in ways:
        hits = [_Hit(n, 0, 100.0) for n in inside.only(named, seen)]
        found += _ranked(gazetteer, hits, how, near)
    if fuzzy and len(found) < limit:
        most = 1 if found else len(name)
        hits = [
            _Hit(n, slips, score)
            for key, slips, score in _similar(gazetteer, fold(name))
            if slips <= most
            for n in inside.only(gazetteer.rows(key), seen)
        ]
        kept = _ranked(gazetteer, hits, "fuzzy", near)
        found += kept[:_BESIDE_BETTER] if found else kept
    return found[:limit]


class _Inside:
    """The test whether a row lies in what a person named after a comma."""

    def __init__(self, gazetteer: Gazetteer, wholes: Iterable[str], country: str | None) -> None:
        self.gazetteer = gazetteer
        self.country = country.upper() if country else None
        self.wholes = [self._units(whole) for whole in wholes if whole]

    def _units(self, whole: str) -> tuple[set[str], set[int]]:
        """Return the codes ("UA", "UA.05") and the rows of all units of a name."""
        codes, rows = set(), set()
        if len(whole) == 2 and whole.isascii():
            codes.add(whole.upper())
        for found in (
            self.gazetteer.rows(fold(whole)),
            self.gazetteer.spelling_rows(spelling_key(whole)),
        ):
            for named in found:
                row, level = named.row, self.gazetteer.level[named.row]
                if level < Level.CAPITAL and named.kind != NameKind.DEMONYM:
                    rows.add(row)
                    code = {Level.COUNTRY: self.gazetteer.country(row),
                            Level.ADMIN1: self.gazetteer.admin1(row)}.get(level)  # fmt: skip
                    if code:
                        codes.add(code)
        return codes, rows

    def only(self, named: Iterable[NamedRow], seen: set[int]) -> Iterator[NamedRow]:
        """Yield those that are meant and were not yet seen."""
        for n in named:
            if n.row not in seen and n.kind != NameKind.DEMONYM and self.holds(n.row):
                seen.add(n.row)
                yield n

    def holds(self, row: int) -> bool:
        """Say whether a row lies in all that was named."""
        gazetteer = self.gazetteer
        if self.country is not None and gazetteer.country(row) != self.country:
            return False
        if not self.wholes:
            return True
        own = {gazetteer.country(row), gazetteer.admin1(row)}
        parents: set[int] = set()
        parent = gazetteer.parent(row)
        while parent is not None and parent not in parents:
            parents.add(parent)
            parent = gazetteer.parent(parent)
        return all(codes & own or rows & parents for codes, rows in self.wholes)


def _ranked(gazetteer: Gazetteer, hits: list[_Hit], how: How, near: Place | None) -> list[Found]:
    """Return matches of one kind, the likeliest first."""
    if not hits:
        return []
    by_row = {h.named.row: h for h in hits}
    rows = gazetteer.ranked([h.named for h in hits])
    away: dict[int, tuple[float, float]] = {}
    if near is not None:
        from pyproj import Geod

        n = len(rows)
        azimuths, _, metres = Geod(ellps="WGS84").inv(
            [near.lon] * n, [near.lat] * n, gazetteer.lon[rows], gazetteer.lat[rows]
        )
        away = {r: (metres[i] / 1000, azimuths[i] % 360) for i, r in enumerate(rows)}
    # Sorting is stable: equals stay in the order of `Gazetteer.ranked`.
    rows.sort(key=lambda r: (by_row[r].slips, away[r][0] if away else 0.0))
    found = []
    for row in rows:
        km, azimuth = away.get(row, (None, None))
        wind = geodesy.wind_of(azimuth) if azimuth is not None and km else None
        distance = None if km is None else round(float(km), 3)
        score = round(by_row[row].score, 1)
        found.append(Found(gazetteer.place(row), how, score, distance, wind))
    return found


def _similar(gazetteer: Gazetteer, key: str) -> list[tuple[str, int, float]]:
    """Return (key, letters that differ, score) of the names written most like a folded one.

    A swap of neighbours counts as one letter. Names are compared that start alike but for one
    letter changed, added, left out or swapped among the first three: a few thousand of all.
    """
    from rapidfuzz import process
    from rapidfuzz.distance import OSA

    if len(key) < 3:
        return []
    near = process.extract(
        key,
        list(_candidates(gazetteer, key)),
        scorer=OSA.normalized_similarity,
        score_cutoff=LEAST_SCORE / 100,
        limit=_MOST_KEYS,
    )
    return [(k, OSA.distance(key, k), 100 * score) for k, score, _ in near if k != key]


def _candidates(gazetteer: Gazetteer, key: str) -> dict[str, None]:
    a, b, c = key[0], key[1], key[2]
    starts = {a + b, key[1:4], a + key[2:4], b + a + c, a + c + b}
    for letter in string.ascii_lowercase:
        starts |= {letter + b + c, a + letter + c, letter + a + b, a + letter + b}
    trie = gazetteer.name_tables()[0].trie
    found: dict[str, None] = {}
    for start in sorted(starts):
        if not start.startswith(a + b) or start == a + b:
            found.update(dict.fromkeys(trie.keys(start)))
    return found
