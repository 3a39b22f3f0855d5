"""Codes of the compiled gazetteer, shared by the builder and the store."""

from __future__ import annotations

from enum import IntEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from geomap.models import Precision

FORMAT = 2


class NameKind(IntEnum):
    """How a name belongs to a place; lower is the stronger claim to the name."""

    MAIN = 0
    ALIAS = 1  # of our own table
    STEM = 2  # an oblast by its bare name: "Donetsk" for Donetsk Oblast
    ALTERNATE = 3
    DEMONYM = 4
    ABBREVIATION = 5  # "W.Va.", "Pa.", "MD": a name in capitals or with its full stops only


class Level(IntEnum):
    """What a row is. The order is that of the rows in the file."""

    CONTINENT = 0
    COUNTRY = 1
    REGION = 2  # informal, of our own table: Donbas
    ADMIN1 = 3
    ADMIN2 = 4  # raion, county
    ADMIN3 = 5  # hromada, municipality
    CAPITAL = 6  # the settlement that is its country's capital
    SETTLEMENT = 7
    FEATURE = 8  # rivers, hills, woods, roads, facilities: everything else


# How well a point is known, the best first; stored by position.
PRECISIONS: tuple[Precision, ...] = (
    "exact",
    "settlement",
    "estimated",
    "hromada",
    "raion",
    "admin1",
    "country",
    "hint",
)
