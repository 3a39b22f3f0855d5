"""What a thing is, from the words and codes of a source: level, GeoNames class, how well placed.

The radii of what is no settlement are orders of size, not measurements: GeoNames gives one point
for a river. What is larger than a place to stand on is `estimated`, which no line is drawn from.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple, cast

from geomap.gazetteer.schema import Level

if TYPE_CHECKING:
    from geomap.models import FeatureClass, Precision

# OpenStreetMap's settlements against GeoNames' postal points of accuracy 4 that lie in their raion
# (10,407 of Ukraine): 90 % within 0.89 km of each other.
SETTLEMENT_KM = 1.0
SPOT_KM = 1.0


class Kind(NamedTuple):
    """Where a kind of thing goes in the gazetteer."""

    level: Level
    feature_class: FeatureClass
    feature_code: str | None
    precision: Precision
    radius_km: float | None


_COUNTRIES = {"PCL", "PCLD", "PCLF", "PCLI", "PCLIX", "PCLS"}
_DIVISIONS: dict[str, tuple[Level, Precision, float]] = {
    "ADM1": (Level.ADMIN1, "admin1", 100.0),
    "ADM2": (Level.ADMIN2, "raion", 25.0),  # villages of Ukraine's old raions: 90 % within 23 km
    "ADM3": (Level.ADMIN3, "hromada", 12.0),
    "ADM4": (Level.ADMIN3, "hromada", 12.0),
    "ADM5": (Level.ADMIN3, "hromada", 12.0),
}


def _codes(codes: str) -> frozenset[str]:
    return frozenset(codes.split())


# Of each class, what is more than a spot: its codes and a radius.
_WIDE: dict[str, tuple[tuple[frozenset[str], float], ...]] = {
    "H": (
        (_codes("STM STMX STMA STMI STMD STMQ STMSB STMC CNL CNLA CNLB CNLD CNLI CNLN CNLX "
                   "CHN CHNM CHNL CHNN DTCH DTCHD DTCHI DTCHM WAD WADX WADS RVN"), 20.0),
        (_codes("LK LKS LKI LKSI LKN LKX LGN LGNS LGNX RSV RSVI RSVT ESTY FJD BAY BAYS COVE "
                   "INLT SD"), 10.0),
        (_codes("SEA OCN GULF STRT CURR"), 300.0),
    ),
    "T": (
        (_codes("MTS RDGE RDGB UPLD PLN PLNX PLAT PLATX VAL VALG VALS VALX HLLS ISL ISLS PEN "
                   "PENX DSRT ERG HMDA SPIT BAR CAPE DPR TRGD SCRP"), 20.0),
    ),
    "R": ((_codes("RD RDA RDB RDO RR RRQ RTE TRL CSWY"), 20.0),),
}  # fmt: skip
_WIDE_CLASSES = {"L": 5.0, "V": 5.0, "U": 100.0, "A": 25.0}


@lru_cache(maxsize=8192)
def geonames_kind(feature_class: str, code: str) -> Kind | None:
    """Return the kind of a GeoNames class and code; None when the class is none of GeoNames'.

    Historical divisions (ADM2H) are features: no place lies in them today.
    """
    shown = code or None
    if feature_class == "P":
        level = Level.CAPITAL if code == "PPLC" else Level.SETTLEMENT
        return Kind(level, "P", shown, "settlement", None)
    if feature_class == "A" and code in _COUNTRIES:
        return Kind(Level.COUNTRY, "A", shown, "country", None)
    if feature_class == "A" and code in _DIVISIONS:
        level, precision, km = _DIVISIONS[code]
        return Kind(level, "A", shown, precision, km)
    if feature_class == "L" and code == "CONT":
        return Kind(Level.CONTINENT, "L", shown, "estimated", 2000.0)
    if not feature_class:
        return Kind(Level.FEATURE, "L", shown, "estimated", 5.0)
    if feature_class not in "ALHRSTUV" or len(feature_class) != 1:
        return None
    letter = cast("FeatureClass", feature_class)
    if feature_class == "L" and code == "LCTY":
        return Kind(Level.FEATURE, letter, shown, "exact", 2.0)
    wide = next((km for codes, km in _WIDE.get(letter, ()) if code in codes), None)
    wide = _WIDE_CLASSES.get(letter) if wide is None else wide
    if wide is not None:
        return Kind(Level.FEATURE, letter, shown, "estimated", wide)
    return Kind(Level.FEATURE, letter, shown, "exact", SPOT_KM)


# Words for kinds: OpenStreetMap's values, Geofabrik's `fclass`, and the Ukrainian state register
# of geographical names.
_WORDS = {
    "P.PPLC": "national_capital capital",
    "P.PPL": (
        "city town village hamlet isolated_dwelling farm allotments settlement place populated_"
        "place municipality місто село селище селище_міського_типу смт хутір город поселок"
    ),
    "P.PPLX": "suburb neighbourhood quarter borough city_block мікрорайон",
    "L.LCTY": "locality урочище",
    "A.PCLI": "country держава",
    "A.ADM1": "state province oblast область",
    "A.ADM2": "county district raion район",
    "A.ADM3": "hromada громада",
    "L.RGN": "region",
    "H.STM": "river stream річка ручай струмок потік потічок",
    "H.STMI": "річка,_що_пересихає",
    "H.CNL": "canal канал",
    "H.RVN": "балка яр ravine",
    "H.LK": "lake water озеро",
    "H.LKI": "озеро,_що_пересихає",
    "H.RSV": "reservoir водосховище",
    "H.PND": "pond став ставок",
    "H.SPNG": "spring джерело",
    "H.MRSH": "marsh wetland swamp болото",
    "H.BAY": "bay затока бухта",
    "H.ESTY": "лиман",
    "H.SEA": "sea море",
    "T.SPIT": "spit коса",
    "T.UPLD": "upland височина",
    "T.RDGE": "ridge кряж хребет",
    "T.ISL": "island islet острів",
    "T.RK": "rock скеля",
    "T.MT": "mountain гора",
    "T.PK": "peak вершина",
    "T.HLL": "hill горб пагорб",
    "T.MND": "mound курган могила",
    "T.CAPE": "cape мис",
    "T.PEN": "peninsula півострів",
    "T.VAL": "valley долина",
    "V.FRST": "wood forest ліс ліси лісовий_масив",
    "R.RD": "road motorway trunk primary secondary",
    "S.AIRP": "airport aerodrome аеродром",
    "S.RSTN": "station railway_station halt",
}
_BY_WORD = {word: code for code, words in _WORDS.items() for word in words.split()}
_CLASS_OF_CODE = {
    code: letter for letter, groups in _WIDE.items() for codes, _ in groups for code in codes
} | {key.partition(".")[2]: key.partition(".")[0] for key in _WORDS}


def word_kind(word: str, feature_class: str = "") -> Kind:
    """Return the kind that a word or a GeoNames code of a table means.

    Parameters
    ----------
    word : str
        "village", "балка", "PPLA2", "A.ADM1"; empty is a settlement.
    feature_class : str, optional
        GeoNames' letter when the table has it.
    """
    text = word.strip()
    code = _BY_WORD.get(text.casefold().replace(" ", "_"))
    if code is not None:
        feature_class, _, text = code.partition(".")
    elif not text:
        feature_class, text = feature_class or "P", ""
    elif len(text) > 2 and text[1] == "." and text[0].isupper():
        feature_class, _, text = text.partition(".")
    elif not feature_class:
        feature_class = _class_of(text)
        if not (text.isascii() and text.isupper()):
            text = ""
    kind = geonames_kind(feature_class[:1].upper(), text[:10])
    if kind is None:
        kind = Kind(Level.FEATURE, "L", None, "estimated", 5.0)
    return kind._replace(radius_km=SETTLEMENT_KM) if kind.feature_class == "P" else kind


def _class_of(code: str) -> str:
    if code.startswith("PPL"):
        return "P"
    if code.startswith(("ADM", "PCL")):
        return "A"
    return _CLASS_OF_CODE.get(code, "L")
