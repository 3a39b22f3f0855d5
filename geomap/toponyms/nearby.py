"""What weighs beyond the trained trees: what the words call a name, a line, the outlet's patch."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

from geomap.gazetteer.names import fold
from geomap.gazetteer.schema import Level

if TYPE_CHECKING:
    from collections.abc import Sequence

    from geomap.gazetteer.store import Gazetteer
    from geomap.models import ContactLine
    from geomap.toponyms.context import Context

# Log odds at no distance, and the distance at which a third is left. Set by hand: no training set
# has a line or an outlet. Nearness to the front names the right namesake of two nearly always.
LINE_GAIN, LINE_SCALE_KM = 2.5, 40.0
HOME_GAIN, HOME_SCALE_KM = 1.0, 100.0
# "Donetsk region": news of the training sets calls few names so, news of a war most oblasts.
CALLED_GAIN = 4.0
# "Moscow says Russia holds Donetsk": powers that act say little about where. A place whose country
# the article names only so yields to a namesake elsewhere that is this much larger.
_POWERS = (int(Level.COUNTRY), int(Level.CAPITAL))
POWER_GAIN, MUCH_LARGER = 3.5, 5.0


def nearby(
    gazetteer: Gazetteer,
    context: Context,
    scores: Any,
    lines: Sequence[ContactLine | None] | None,
    sources: Sequence[str | None] | None,
) -> Any:
    """Return what to add to the log odds of each candidate.

    Parameters
    ----------
    gazetteer : Gazetteer
    context : Context
    scores : numpy.ndarray
        Log odds of all candidates by the trees.
    lines : sequence of ContactLine or None, optional
        The line of contact of each article's day, EPSG:4326.
    sources : sequence of str or None, optional
        The outlet of each article.
    """
    import numpy as np

    if not len(context):
        return np.zeros(0)
    gain = CALLED_GAIN * context.called().astype(float)
    gain += POWER_GAIN * _only_of_powers(gazetteer, context, scores)
    local = context.level >= Level.ADMIN3
    own = context.article[context.use]
    for line in {id(one): one for one in lines or () if one is not None}.values():
        import shapely

        # Degrees of latitude: good enough to weigh namesakes that lie far apart.
        of = np.isin(own, [n for n, one in enumerate(lines or ()) if one is line]) & local
        lat, lon = context.lat[of], context.lon[of]
        squeeze = np.cos(np.radians(lat))
        degrees = shapely.distance(line.geometry, shapely.points(lon, lat))
        km = degrees * 111.195 * np.sqrt((1.0 + squeeze**2) / 2.0)
        gain[of] += LINE_GAIN * np.exp(-km / LINE_SCALE_KM)
    for number, source in enumerate(sources or ()):
        home = _home(gazetteer, source) if source else None
        if home is not None:
            of = (own == number) & local
            east = np.abs(context.lon - home[1]) * np.cos(np.radians(home[0]))
            km = 111.195 * np.hypot(context.lat - home[0], east)
            gain += of * HOME_GAIN * np.exp(-km / HOME_SCALE_KM)
    return gain


def _only_of_powers(gazetteer: Gazetteer, context: Context, scores: Any) -> Any:
    """Return -1 for places whose country only acts in the article, 1 for larger ones abroad."""
    import numpy as np

    out = np.zeros(len(context))
    # Literal uses by article and country, and those of one name among them.
    where: Counter[tuple[int, int]] = Counter()
    by_name: Counter[tuple[int, int, int]] = Counter()
    powers: dict[int, set[int]] = {}
    levels, countries = context.level.tolist(), context.country.tolist()
    for use, best in zip(context.uses, context.likeliest(scores), strict=True):
        if best < 0:
            continue
        if use.literal:
            where[use.article, countries[best]] += 1
            by_name[use.article, countries[best], use.name] += 1
        elif levels[best] in _POWERS:
            powers.setdefault(use.article, set()).add(countries[best])
    for number, use in enumerate(context.uses):
        acting = powers.get(use.article)
        if not acting or not use.literal:
            continue
        only_acting = [
            country
            for country in acting
            if country and where[use.article, country] == by_name[use.article, country, use.name]
        ]
        if not only_acting:
            continue
        own = context.of(number)
        alone = (context.country[own][:, None] == only_acting).any(axis=1)
        local = context.level[own] >= Level.ADMIN2
        if not (alone & local).any():
            continue
        people = np.asarray(gazetteer.population[context.rows[own]], float)
        abroad = people[~alone].max(initial=0.0)
        loses = alone & local & (abroad >= MUCH_LARGER * np.maximum(people, 1.0))
        wins = ~alone & (people == abroad) & bool(loses.any())
        out[own] = wins.astype(float) - loses
    return out


def _home(gazetteer: Gazetteer, source: str) -> tuple[float, float] | None:
    """Return the point of the settlement that an outlet is called after, when it is clear."""
    words = fold(source).split()
    for size in (3, 2, 1):
        for first in range(len(words) - size + 1):
            name = " ".join(words[first : first + size])
            if len(name) < 4 or not gazetteer.has_name(name):
                continue
            places = [p for p in gazetteer.lookup(name) if p.feature_class == "P"]
            if places and (len(places) == 1 or places[0].population > 10 * places[1].population):
                return places[0].lat, places[0].lon
    return None
