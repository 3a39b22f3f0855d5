"""A place as a source gives it: what every reader of a source yields to the builder."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from geomap.gazetteer.schema import Level

if TYPE_CHECKING:
    from geomap.models import FeatureClass, Precision

MAX_NAME_LENGTH = 60


@dataclass(frozen=True, slots=True)
class SourceRow:
    """A place as a source gives it.

    Attributes
    ----------
    name, names : str, tuple of str
        The name to show, and further names and spellings in any script.
    lat, lon : float
        Degrees, WGS84.
    source_id : str, optional
        The source's own id ("UA14020050010038424", "node/26150422"); unique in the source.
    admin1_code, admin1_name : str, optional
        The GeoNames code ("05"), or the name when the source only gives that ("Donetsk Oblast",
        "Донецька область"); the builder finds the code.
    admin2_name : str, optional
        Raion or district, as the source writes it.
    precision, radius_km
        How well the point is known, and within how many km nine in ten true places lie; None takes
        the size of the settlement.
    parent : str, optional
        The `source_id` of the row (of the same source) that this one lies in.
    wkb : bytes, optional
        A line or polygon (EPSG:4326 lon-lat, WKB) when the source gives one.
    """

    name: str
    lat: float
    lon: float
    names: tuple[str, ...] = ()
    geonameid: int | None = None
    source_id: str | None = None
    level: Level = Level.SETTLEMENT
    feature_class: FeatureClass = "P"
    feature_code: str | None = None
    country: str | None = None
    admin1_code: str | None = None
    admin1_name: str | None = None
    admin2_name: str | None = None
    population: int = 0
    precision: Precision = "settlement"
    radius_km: float | None = None
    parent: str | None = None
    wkb: bytes | None = None


def useful_name(name: str) -> bool:
    """Say whether a source's alternate name can occur in a text as a name of the place.

    Left out are codes ("IEV"), automatic transliterations, which GeoNames keeps in lower case
    ("qyyb"), and descriptions.
    """
    if not 1 < len(name) <= MAX_NAME_LENGTH or not name[0].isalpha():
        return False
    if name[0].isascii() and name[0].islower():
        return False
    return not (len(name) <= 4 and name.isascii() and name.isupper())
