"""Values of features as JSON can hold them, and days as numbers."""

from __future__ import annotations

import datetime as dt
import math
import re
from typing import Any

from geomap.errors import SettingsError

_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
_EPOCH = dt.date(1970, 1, 1)


def text(value: Any) -> str:
    """Return a value as text; None is empty."""
    return "" if value is None else str(value)


def number(value: Any, digits: int) -> float | None:
    """Return a finite number rounded (whole ones as int); None for anything else."""
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not math.isfinite(value):
        return None
    rounded = round(float(value), digits)
    return int(rounded) if rounded.is_integer() else rounded


def clean(value: Any) -> Any:
    """Return a value that JSON can hold: rounded finite numbers, days as ISO text."""
    cleaned: Any = str(value)
    if value is None or isinstance(value, (str, bool, int)):
        cleaned = value
    elif isinstance(value, float):
        cleaned = number(value, 4)
    elif isinstance(value, (list, tuple)):
        cleaned = [clean(v) for v in value]
    elif isinstance(value, dict):
        cleaned = {str(k): clean(v) for k, v in value.items()}
    elif isinstance(value, dt.date):
        cleaned = value.isoformat()[:10]
    elif hasattr(value, "item"):  # a numpy scalar
        cleaned = clean(value.item())
    return cleaned


def finite(coordinates: Any) -> bool:
    """Say whether GeoJSON coordinates are finite numbers, all of them."""
    if isinstance(coordinates, (list, tuple)):
        return all(map(finite, coordinates))
    return (
        isinstance(coordinates, (int, float))
        and not isinstance(coordinates, bool)
        and math.isfinite(coordinates)
    )


def day_number(identity: Any, value: Any) -> int | None:
    """Return a day as days since 1970-01-01, None when there is none.

    Raises
    ------
    SettingsError
        It is not an ISO day; `identity` names whose it is.
    """
    if value is None or value == "":
        return None
    day = clean(value)
    try:
        if not isinstance(day, str) or not _DAY.fullmatch(day):
            raise ValueError
        return (dt.date.fromisoformat(day) - _EPOCH).days
    except ValueError:
        raise SettingsError(f"feature {identity}: date {value!r} is not an ISO day") from None
