"""A series of days, each drawn from the last."""

from __future__ import annotations

import datetime as dt
from bisect import bisect_right
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from geomap.front.assembly import CONTROL_KM, Assembly, assembled
from geomap.front.course import Nearest
from geomap.front.ground import Ground
from geomap.front.history import MONTH_DAYS, RATE_KM, pace, steady
from geomap.front.moved import move
from geomap.front.observations import observe, seats
from geomap.front.pieces import TEN_TO_NINETY
from geomap.front.scratch import Drawn, Sides, draw, unit
from geomap.models import Front

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from geomap.front.lattice import Lattice
    from geomap.front.observations import Observations
    from geomap.front.process import Process
    from geomap.front.setting import Setting
    from geomap.models import FrontEvidence

WINDOW_DAYS = 30  # without an earlier line, what was said longer ago is forgotten
FRESH_DAYS = 14  # what was said longer ago supports no stretch
REACH_KM = 25.0  # no line is drawn further than this from what is said
_HOME_MARGIN_KM, _HOME_SD_KM = 3.0, 3.0
_SEED_MARGIN_KM = 8.0
_FORGOTTEN_YEARS = 3.0  # a seed town counts less with each year past the day it is known for
_DOUBTED = 0.35  # evidence that counts less than this is contradicted by the rest
_PRIOR_SD_KM = 0.8  # two people draw the same day's line so far apart
# By how much more unsure the drawn line was than the process says, with no earlier line, and with
# one near and far from what is said: where nobody tells of fighting a line moves little.
_SCRATCH_SCALE, _SCRATCH_LEAST_KM, _BAND_SD_KM = 1.15, 3.8, 5.5
_NEAR_SCALE, _FAR_SCALE = 1.5, 0.5
_NEAR_KM, _FAR_KM = 12.0, 25.0
_BAND_REACH_KM = 14.0  # without an earlier line a band is drawn this far round what is said,
_BAND_LEAST_KM2 = 1200.0  # and not where it is one place, or three, far from all others
_COARSE = 4
MOST = 300  # places: more are brought together with their neighbours
_KNOWN_SHARE = 0.7  # of places that were known the day before, for its slopes to do
_UNKNOWN_KM = 30.0


class Series:
    """Draws day after day.

    Parameters
    ----------
    where : Setting
    said : sequence of (datetime.date, FrontEvidence)
        With the days of their articles, ascending.
    towns : sequence of (FrontEvidence, datetime.date, datetime.date)
        Seed towns, with the days that they hold from and are known for.
    """

    def __init__(
        self,
        where: Setting,
        said: Sequence[tuple[dt.date, FrontEvidence]],
        towns: Sequence[tuple[FrontEvidence, dt.date, dt.date]],
    ) -> None:
        self.where = where
        self.said = said
        self._days = [day for day, _ in said]
        self.towns = towns
        self._ground: Ground | None = None
        self._sd: NDArray[Any] | None = None
        self._rate: NDArray[Any] | None = None
        self._last: dt.date | None = None  # up to which day what was said has been used
        self._base: dt.date | None = None  # the day of the earlier line that is moved
        self._told: dict[tuple[int, int], int] = {}
        self._counted: dict[str, float] = {}
        self._field: tuple[Process, set[tuple[int, int]]] | None = None

    def draw(self, day: dt.date, *, cells: bool = False) -> Front:
        """Return the line of a day: not before that of an earlier call."""
        self._start(day)
        if self._ground is not None:
            drawn = self._moved(day, self._ground)
        else:
            drawn = self._from_scratch(day)
        return assembled(self.where, drawn, cells=cells)

    def _start(self, day: dt.date) -> None:
        """Start from the latest earlier line, if it is later than what there is."""
        earlier = [(p.date, g) for p, g in self.where.priors if p.date and p.date <= day]
        if not earlier or (self._base is not None and earlier[-1][0] <= self._base):
            return
        base, ground = earlier[-1]
        lattice = self.where.lattice
        before = [(d, g) for d, g in earlier[:-1] if d < base]
        self._rate = (
            pace(before[-1][1], ground, (base - before[-1][0]).days, lattice)
            if before
            else steady(lattice)
        )
        self._ground, self._base, self._last = ground, base, base
        self._sd = 0.0 * self._rate
        self._told.clear()

    def _between(self, after: dt.date | None, until: dt.date) -> list[FrontEvidence]:
        low = bisect_right(self._days, after) if after is not None else 0
        return [one for _, one in self.said[low : bisect_right(self._days, until)]]

    def _moved(self, day: dt.date, ground: Ground) -> Assembly:
        """Move the line by what each day since the last has said."""
        import numpy as np

        assert self._sd is not None
        assert self._rate is not None
        assert self._last is not None
        low, high = bisect_right(self._days, self._last), bisect_right(self._days, day)
        for told in sorted(set(self._days[low:high])):
            self._age((told - self._last).days)
            new = self._between(self._last, told)
            self._last = told
            seen = observe(
                new, self.where.plane, told, drift_km_a_day=RATE_KM / MONTH_DAYS,
                told_before=self._told,
            )  # fmt: skip
            moved = move(ground, seen, self._sd, self.where.lattice)
            ground, self._sd = moved.ground, moved.sd
            self._note(seen, moved.weights)
        self._age((day - self._last).days)
        self._last = day
        self._ground = ground
        sd = self._sd
        lattice = self.where.lattice
        used = self._between(self._base, day)
        near = Nearest(seats([e for e in used if e.signed_km is not None], self.where.plane))

        def unsure(points: Any) -> NDArray[Any]:
            share = np.clip((near.km(points) - _NEAR_KM) / (_FAR_KM - _NEAR_KM), 0.0, 1.0)
            scale = _NEAR_SCALE + (_FAR_SCALE - _NEAR_SCALE) * share
            found: NDArray[Any] = np.hypot(scale * lattice.at(sd, points), _PRIOR_SD_KM)
            return found

        dates = tuple(p.date for p, _ in self.where.priors if p.date and p.date <= day)
        return Assembly(
            day, ground, unsure, "prior", self._judged(used), self._fresh(day), (), dates
        )

    def _age(self, days: int) -> None:
        if days > 0 and self._sd is not None and self._rate is not None:
            self._sd = self._sd + self._rate * (days / MONTH_DAYS)

    def _from_scratch(self, day: dt.date) -> Assembly:
        """Draw the line from what was said of late."""
        import numpy as np
        import shapely

        where, lattice = self.where, self.where.lattice
        used = self._between(day - dt.timedelta(days=WINDOW_DAYS), day)
        seen = observe(used, where.plane, day, drift_km_a_day=2 * RATE_KM / MONTH_DAYS, most=MOST)
        seen = _inside(seen, lattice)
        sides, towns = self._sides(day)
        drawn = draw(seen, sides, self._slopes_at(seen))
        if drawn is None:
            nothing = Ground(shapely.MultiLineString())
            return Assembly(day, nothing, _unknown, "none", self._judged(used), day, towns, ())
        self._note(seen, drawn.weights)
        self._keep_slopes(seen, drawn)
        coarse = lattice.every(_COARSE)
        mask = coarse.near(seen.points, REACH_KM + CONTROL_KM)
        spots = coarse.points(mask)
        field = coarse.filled(mask, drawn.field.mean(spots), np.nan)
        errors = self._errors(drawn, coarse, mask)
        reach = shapely.union_all(shapely.buffer(shapely.points(seen.points), REACH_KM))
        lines = [
            part
            for line in coarse.level_lines(field)
            for part in shapely.get_parts(shapely.intersection(line, reach))
            if part.geom_type == "LineString" and part.length > 0
        ]
        held = coarse.above(np.where(mask, field, -1.0))

        def unsure(points: Any) -> NDArray[Any]:
            found: NDArray[Any] = coarse.at(errors, points)
            return found

        # Where the field is flat the ground that is in doubt is wider than the line's error tells.
        doubt = TEN_TO_NINETY * np.minimum(errors, _BAND_SD_KM) - np.abs(field)
        close = coarse.near(seen.points, _BAND_REACH_KM)
        islands = shapely.get_parts(coarse.above(np.where(close & mask, doubt, -1.0)))
        wide = [p for p in islands if p.area >= _BAND_LEAST_KM2]
        # A front of one place, or of a few, has the band of its line's own error.
        band = shapely.MultiPolygon(wide) if wide else None
        ground = Ground(shapely.MultiLineString(lines), held)
        return Assembly(
            day, ground, unsure, "none", self._judged(used), self._fresh(day), towns, (), band
        )

    def _errors(self, drawn: Drawn, lattice: Lattice, mask: Any) -> NDArray[Any]:
        """Return how unsure a line through each point of a lattice is; it varies little."""
        import numpy as np

        wide = lattice.every(2)
        near = wide.near(lattice.points(mask), wide.step_km)
        sd = np.maximum(_SCRATCH_SCALE * drawn.field.sd(wide.points(near)), _SCRATCH_LEAST_KM)
        whole = wide.filled(near, sd, _UNKNOWN_KM)
        return lattice.filled(mask, wide.at(whole, lattice.points(mask)), _UNKNOWN_KM)

    def _sides(self, day: dt.date) -> tuple[Sides, tuple[FrontEvidence, ...]]:
        """Return the points whose side is known on a day, and the seed towns among them."""
        import numpy as np

        homes = self.where.homes
        count = len(homes.sides)
        towns = [(town, as_of) for town, since, as_of in self.towns if since <= day]
        at = seats([town for town, _ in towns], self.where.plane)
        sides = Sides(
            np.vstack([homes.points, at]),
            np.concatenate([homes.sides, [1.0 if t.side == "A" else -1.0 for t, _ in towns]]),
            np.concatenate([np.full(count, _HOME_MARGIN_KM), np.full(len(towns), _SEED_MARGIN_KM)]),
            np.concatenate(
                [np.full(count, _HOME_SD_KM), [_seed_error_km(as_of, day) for _, as_of in towns]]
            ),
        )
        return sides, tuple(town for town, _ in towns)

    def _slopes_at(self, seen: Observations) -> NDArray[Any] | None:
        """Return the slopes of the day before at these places; None when most are new."""
        import numpy as np

        if self._field is None or not len(seen.points):
            return None
        field, old = self._field
        known = np.array([_key(p) in old for p in seen.points])
        if known.mean() < _KNOWN_SHARE:
            return None
        return unit(field.gradient(seen.points, 2.0))

    def _keep_slopes(self, seen: Observations, drawn: Drawn) -> None:
        self._field = (drawn.field, {_key(p) for p in seen.points})

    def _note(self, seen: Observations, weights: Any) -> None:
        for members, weight in zip(seen.members, weights, strict=True):
            for one in members:
                self._counted[one.id] = float(weight)

    def _judged(self, used: Sequence[FrontEvidence]) -> tuple[FrontEvidence, ...]:
        """Return the evidence with what the rest contradicts marked."""
        counted = self._counted
        return tuple(
            replace(one, doubted=True) if counted.get(one.id, 1.0) < _DOUBTED else one
            for one in used
        )

    def _fresh(self, day: dt.date) -> dt.date:
        return day - dt.timedelta(days=FRESH_DAYS)


def _unknown(points: Any) -> NDArray[Any]:
    import numpy as np

    return np.full(len(points), np.inf)


def _key(point: Any) -> tuple[int, int]:
    return round(float(point[0]) * 2), round(float(point[1]) * 2)


def _inside(seen: Observations, lattice: Lattice) -> Observations:
    """Return what is seen within the lattice: places far from all others were left out of it."""
    import numpy as np

    low = np.array([lattice.east[0], lattice.north[0]])
    high = np.array([lattice.east[-1], lattice.north[-1]])
    kept: Any = ((seen.points > low) & (seen.points < high)).all(axis=1)
    return replace(
        seen,
        points=seen.points[kept],
        signed=seen.signed[kept],
        sd=seen.sd[kept],
        members=[m for m, k in zip(seen.members, kept, strict=True) if k],
    )


def _seed_error_km(as_of: dt.date, day: dt.date) -> float:
    """Return how unsure the side of a seed town is on a day: it grows with the years."""
    years = max((day - as_of).days, 0) / 365.25
    return 3.0 * (1.0 + years / _FORGOTTEN_YEARS)
