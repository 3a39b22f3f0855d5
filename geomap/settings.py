"""Settings: one frozen record handed down; no globals."""

from __future__ import annotations

import datetime as dt
import difflib
import hashlib
import json
import math
import re
from dataclasses import asdict, dataclass, fields
from typing import TYPE_CHECKING, Any

from geomap.errors import SettingsError

if TYPE_CHECKING:
    from collections.abc import Mapping


_DAY = ((dt.date, type(None)), "a day, e.g. date(2023, 3, 14)")
_TYPES = (
    ("since", *_DAY),
    ("until", *_DAY),
    ("region", (str, type(None)), 'a name, e.g. "Donetsk Oblast"'),
    ("radius_km", (float, int, type(None)), "a number of km"),
    ("bbox", (tuple, type(None)), "west, south, east, north"),
    ("parties", (tuple,), "a tuple of names"),
    ("only", (tuple,), "a tuple of layers, kinds and actions"),
    ("sources", (tuple,), "a tuple of names"),
    ("min_confidence", (float, int), "a number"),
    ("kinds", (tuple,), "a tuple of kinds"),
    ("hint_passes", (int,), "0 or 1"),
    ("max_article_mb", (float, int), "a number"),
    ("recogniser", (str,), "geomap, spacy or spacy:MODEL"),
)


MOST_RADIUS_KM = 5000.0


def _numbers(values: tuple[float, ...]) -> str:
    return ",".join(f"{v:g}" for v in values)


@dataclass(frozen=True, slots=True)
class Settings:
    """What a run is asked to do.

    Attributes
    ----------
    since, until : date, optional
        Only articles of these days (both inclusive); what has no date is left out then.
    region : str, optional
        Only what lies in this country, division or settlement ("Donetsk Oblast"), in the polygons
        of this file, or along "the front".
    radius_km : float, optional
        How far round the region what lies there still counts.
    bbox : tuple of float, optional
        Only what lies in this box: west, south, east, north in degrees; one across the 180th
        meridian has its west east of its east.
    parties : tuple of str
        Only what these parties are said to have done, with what their sentences name.
    only : tuple of str
        Only these layers (mention, hint, claim), kinds of mentions and actions of claims.
    sources : tuple of str
        Only reports of these sources: part of the name, or the host of the address.
    min_confidence : float
        Only features at least this sure, 0 to 1.
    kinds : tuple of str
        Kinds of mentions that count: literal, associative, demonym.
    hint_passes : int
        How often places are chosen again with what the hints say (0 or 1).
    max_article_mb : float
        Larger single articles are set aside.
    recogniser : str
        What finds the place names: geomap, spacy or spacy:MODEL.
    """

    since: dt.date | None = None
    until: dt.date | None = None
    region: str | None = None
    radius_km: float | None = None
    bbox: tuple[float, float, float, float] | None = None
    parties: tuple[str, ...] = ()
    only: tuple[str, ...] = ()
    sources: tuple[str, ...] = ()
    min_confidence: float = 0.0
    kinds: tuple[str, ...] = ("literal", "associative")
    hint_passes: int = 1
    max_article_mb: float = 20.0
    recogniser: str = "geomap"

    def __post_init__(self) -> None:
        for name, right, what in _TYPES:
            value = getattr(self, name)
            if type(value) not in right:
                raise SettingsError(f"{name} {value!r} is not {what}")
        if not 0.0 <= self.min_confidence <= 1.0:
            raise SettingsError(
                f"min_confidence {self.min_confidence} is not between 0 and 1: write e.g. 0.5"
            )
        if self.since and self.until and self.since > self.until:
            raise SettingsError(f"since {self.since} is after until {self.until}: swap them")
        self._check_ground()
        unknown = [k for k in self.kinds if k not in ("literal", "associative", "demonym")]
        if unknown or not self.kinds:
            what = f"unknown kind {unknown[0]!r}" if unknown else "kinds is empty"
            raise SettingsError(f"{what}: write literal, associative, demonym or all")
        if self.hint_passes not in (0, 1):
            raise SettingsError(f"hint_passes {self.hint_passes} is not 0 or 1")
        if not 0.0 < self.max_article_mb < math.inf:
            raise SettingsError(f"max_article_mb {self.max_article_mb} is not a positive number")
        if not re.fullmatch(r"geomap|spacy(?::.*\S.*)?", self.recogniser):
            raise SettingsError(
                f"unknown recogniser {self.recogniser!r}: write geomap, spacy or spacy:MODEL"
            )

    def in_period(self, day: dt.date | None) -> bool:
        """Say whether a day lies from `since` to `until`; None does only where neither is set."""
        if self.since is None and self.until is None:
            return True
        if day is None:
            return False
        return not (self.since and day < self.since) and not (self.until and day > self.until)

    def _check_ground(self) -> None:
        if self.radius_km is not None:
            if not 0.0 < self.radius_km <= MOST_RADIUS_KM:
                raise SettingsError(
                    f"radius {self.radius_km:g} km is not between 0 and {MOST_RADIUS_KM:g}"
                )
            if self.region is None:
                raise SettingsError("a radius goes with a region: name the place that it is round")
        if self.bbox is not None:
            numbers = [v for v in self.bbox if isinstance(v, float | int) and math.isfinite(v)]
            if len(numbers) != 4 or len(self.bbox) != 4:
                raise SettingsError(
                    "bbox is not west,south,east,north in degrees: 36.5,47.8,38.9,49.2"
                )
            west, south, east, north = self.bbox
            if abs(south) > 90 or abs(north) > 90 or abs(west) > 180 or abs(east) > 180:
                raise SettingsError(
                    f"bbox {_numbers(self.bbox)} is not in degrees: west,south,east,north"
                )
            if south >= north or west == east:
                raise SettingsError(
                    f"bbox {_numbers(self.bbox)} is empty or upside down: west,south,east,north"
                )

    @classmethod
    def from_mapping(cls, values: Mapping[str, Any]) -> Settings:
        """Return settings from a table, e.g. `[tool.geomap]` of a TOML file.

        Raises
        ------
        SettingsError
            A key is unknown (the message names the nearest one) or a value is out of range.
        """
        known = [f.name for f in fields(cls)]
        for key in values:
            if key not in known:
                near = difflib.get_close_matches(key, known, n=1)
                hint = f": did you mean {near[0]!r}?" if near else f" (known: {', '.join(known)})"
                raise SettingsError(f"unknown setting {key!r}{hint}")
        given = dict(values)
        if "kinds" in given:
            kinds = given["kinds"]
            given["kinds"] = (kinds,) if isinstance(kinds, str) else tuple(kinds)
        for key in ("bbox", "parties", "only", "sources"):
            if isinstance(given.get(key), list):
                given[key] = tuple(given[key])
        return cls(**given)

    def digest(self) -> str:
        """Return a short hash of all settings, written into every output."""
        plain = asdict(self) | {
            "kinds": sorted(set(self.kinds)),
            "min_confidence": float(self.min_confidence),
            "max_article_mb": float(self.max_article_mb),
        }
        text = json.dumps(plain, default=str, sort_keys=True)
        return hashlib.sha256(text.encode()).hexdigest()[:12]
