"""The probability of control on a grid, as a table."""

from __future__ import annotations

from typing import TYPE_CHECKING

from geomap.output.csv_text import csv_text

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterable, Sequence

COLUMNS = ("date", "lat", "lon", "p", "band_km")


def grid_csv(days: Iterable[tuple[dt.date, Sequence[tuple[float, float, float, float]]]]) -> str:
    """Return grids of some dates as CSV, a row for each cell.

    Parameters
    ----------
    days : iterable of (date, rows)
        A row is the cell's middle (lat, lon, degrees), the probability `p` that side A holds it,
        and the width in km of the 10-90 % zone there.

    Examples
    --------
    >>> import datetime as dt
    >>> print(grid_csv([(dt.date(2025, 2, 5), [(48.5, 37.25, 0.123456, 4.2)])]), end="")
    date,lat,lon,p,band_km
    2025-02-05,48.5,37.25,0.1235,4.2
    """
    return csv_text(
        COLUMNS,
        (
            (day.isoformat(), round(lat, 5), round(lon, 5), round(p, 4), round(band, 2))
            for day, rows in days
            for lat, lon, p, band in rows
        ),
    )
