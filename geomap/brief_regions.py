"""The divisions that briefings are written on in one run, their files and their index."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from geomap.errors import OutputError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence
    from pathlib import Path

INDEX, MAP = "index.html", "map.html"
_TITLES = {"admin1": "Briefings by oblast or province", "country": "Briefings by country"}


@dataclass(frozen=True, slots=True)
class Unit:
    """A division that reports name places of: its name, and how the gazetteer is asked for it."""

    name: str
    asked: str
    weight: int


def units_of(
    rows: Iterable[Mapping[str, Any]], level: str, country_name: Callable[[str], str]
) -> list[Unit]:
    """Return the divisions that features lie in, the most said of first.

    Parameters
    ----------
    rows : iterable of mapping
        Properties of features; their mentions of settlements count.
    level : str
        "admin1" or "country".
    country_name : callable
        Returns the name of a country by its code.
    """
    found: dict[tuple[str, str], int] = {}
    for p in rows:
        if p["layer"] != "mention" or p["kind"] != "literal" or p["lat"] is None:
            continue
        if p["precision"] in ("country", "admin1", None) or not p["country"]:
            continue
        name = p["admin1"] if level == "admin1" else country_name(p["country"])
        if name:
            key = (name, p["country"])
            found[key] = found.get(key, 0) + 1
    units = []
    for (name, country), weight in found.items():
        asked = f"{name}, {country}" if level == "admin1" else name
        units.append(Unit(name, asked, weight))
    return sorted(units, key=lambda u: (-u.weight, u.asked))


def file_names(names: Sequence[str], form: str) -> list[str]:
    """Return a plain file name for each of some names, no two the same.

    Examples
    --------
    >>> file_names(["Donetsk Oblast", "Île-de-France", "../x", "Донецьк", "donetsk oblast"], "md")
    ['donetsk-oblast.md', 'ile-de-france.md', 'x.md', 'region.md', 'donetsk-oblast-2.md']
    """
    taken = {INDEX.partition(".")[0], MAP.partition(".")[0]}
    found = []
    for name in names:
        letters = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode("ascii")
        stem = re.sub(r"[^a-z0-9]+", "-", letters.lower()).strip("-")[:60] or "region"
        unique, number = stem, 1
        while unique in taken:
            number += 1
            unique = f"{stem}-{number}"
        taken.add(unique)
        found.append(f"{unique}.{form}")
    return found


def check_folder(folder: Path) -> None:
    """Say early whether a folder can be written to.

    Raises
    ------
    OutputError
        It is a file, or the folder that it lies in does not exist.
    """
    if folder.exists() and not folder.is_dir():
        raise OutputError(f"{folder} is a file: --each writes a folder, choose another -o")
    parent = folder.resolve().parent
    if not parent.is_dir():
        raise OutputError(f"folder {parent} does not exist: create it, or choose another -o")


def index_row(name: str, file: str, document: Mapping[str, Any]) -> dict[str, Any]:
    """Return the row of a briefing in the index."""
    numbers = {n["what"]: n for n in document["numbers"]}
    reports, claims = numbers["Reports"], numbers["Claims about ground"]
    # What stands first after the counts says most.
    summary = document["summary"]
    told = [s for s in summary[1:] if len(s["cites"]) < len(summary[0]["cites"])] or summary[:1]
    return {
        "name": name,
        "file": file,
        "reports": reports["now"],
        "before": reports["before"],
        "claims": claims["now"],
        "claims_before": claims["before"],
        "text": told[0]["text"] if told else "",
    }


def index_document(
    region: str | None,
    level: str,
    period: Mapping[str, Any],
    rows: Sequence[Mapping[str, Any]],
    attribution: str,
) -> dict[str, Any]:
    """Return the index as `brief_html.index_html` takes it."""
    title = _TITLES[level] if region is None else f"{_TITLES[level]}: {region}"
    return {
        "title": title,
        "period": period,
        "map": MAP,
        "rows": list(rows),
        "attribution": attribution,
    }
