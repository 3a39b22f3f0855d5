"""What an article says about which of a name's places is meant: the resolver's features.

The mentions of an article are grouped into uses: one name, one feature word, one parent named
after it. One sense a use. Every candidate of a use is seen beside the candidates of the uses
around it: their countries and divisions, their distance, and who stands next to whom. Several
articles are seen at once; no candidate is compared with one of another article.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from geomap.gazetteer.schema import Level, NameKind
from geomap.toponyms.pairs import Pairs
from geomap.toponyms.pools import STATIC, Pool

if TYPE_CHECKING:
    from collections.abc import Sequence

    from geomap.gazetteer.store import Gazetteer

CONTEXT_ROWS = 5  # candidates of a use that others are measured from
MIN_WEIGHT = 0.02
LIKELY = 0.4
WINDOW = 30  # uses to either side that are looked at: time stays linear in long lists
SCALES_KM = (15.0, 60.0, 250.0, 1000.0)
COMPARED = 4096  # candidates compared at once: each with hundreds, so memory is bounded
KM_A_DEGREE = 111.195
FAR_KM = 20_000.0
NEIGHBOURS = 3  # mentions before and after that count as beside
CONTEXT = (
    "weight", "log_weight", "weight_rank", "below_best",
    "country_share", "admin1_share", "country_uses", "admin1_uses",
    *(f"near_{int(s)}" for s in SCALES_KM), *(f"near_mean_{int(s)}" for s in SCALES_KM),
    "nearest_km", "beside_km", "beside_near",
    "parent_fits", "parent_misses", "is_parent", "other_parent_fits", "parent_named", "holds_share",
    "same_place", "times", "uses", "first_use", "feature_fits", "feature_misses",
)  # fmt: skip
RELATIVE = ("near_60", "near_250", "admin1_share", "country_share", "beside_near")
FEATURES = (*STATIC, *CONTEXT, *(f"{r}_below_best" for r in RELATIVE))
_COLUMN = {name: i for i, name in enumerate(FEATURES)}
FITS = {
    "admin1": (Level.ADMIN1,),
    "admin2": (Level.ADMIN2, Level.ADMIN3),
    "settlement": (Level.CAPITAL, Level.SETTLEMENT),
    "feature": (Level.FEATURE, Level.REGION),
    "wide": (Level.COUNTRY, Level.ADMIN1),
}


@dataclass(slots=True)
class Use:
    """A name as an article uses it: its pool, where it stands, and what stands beside it."""

    pool: Pool
    feature: str | None = None
    parent: int | None = None  # number of the use that is named after it as what it lies in
    order: list[int] = field(default_factory=list)  # positions among all mentions
    literal: bool = False  # one of its mentions means the place, not its government or people
    name: int = 0  # equal for all uses of one name in an article
    article: int = 0


class Context:
    """The candidates of the uses of some articles, as columns, and who is compared with whom.

    Attributes
    ----------
    uses : list of Use
        In order of their articles, then of their first mentions.
    starts : numpy.ndarray of int
        Where each use's candidates begin; one more at the end.
    use : numpy.ndarray of int
        For each candidate the number of its use.
    rows, lat, lon, level, country, admin1, geonameid : numpy.ndarray
        Of the gazetteer, for each candidate.
    """

    def __init__(self, gazetteer: Gazetteer, uses: list[Use], mentions: int) -> None:
        import numpy as np

        self.uses = uses
        self.mentions = mentions
        sizes = np.array([len(u.pool) for u in uses], dtype=np.int64)
        self.starts = np.concatenate((np.zeros(1, np.int64), np.cumsum(sizes)))
        self.live = sizes > 0
        self.use = np.repeat(np.arange(len(uses)), sizes)
        self.rows = np.concatenate([u.pool.rows for u in uses] or [np.zeros(0, np.int64)])
        self.lat = np.asarray(gazetteer.lat[self.rows], np.float64)
        self.lon = np.asarray(gazetteer.lon[self.rows], np.float64)
        self.level = np.asarray(gazetteer.level[self.rows], np.int64)
        self.country = np.asarray(gazetteer.columns["country"][self.rows], np.int64)
        self.admin1 = np.asarray(gazetteer.columns["admin1"][self.rows], np.int64)
        self.geonameid = np.asarray(gazetteer.columns["geonameid"][self.rows], np.int64)
        self.name = np.array([u.name for u in uses], np.int64)
        self.article = np.array([u.article for u in uses], np.int64)
        self.times = np.array([len(u.order) for u in uses], np.float64)
        pools = [u.pool for u in uses if len(u.pool)]
        none = [np.zeros(0, np.int64)]
        self.kinds = np.concatenate([p.kinds for p in pools] or none)
        self.answers = np.concatenate([p.answers for p in pools] or none)
        self.demonym = self.kinds == NameKind.DEMONYM
        self.last_weights = np.zeros(len(self.rows))
        # What does not change when the weights do.
        self._fixed = np.zeros((len(self.rows), len(FEATURES)), np.float32)
        if pools:
            self._fixed[:, : len(STATIC)] = np.concatenate([p.static for p in pools])
        self._describe_uses()

    def __len__(self) -> int:
        return len(self.rows)

    def of(self, use: int) -> slice:
        """Return the candidates of a use."""
        return slice(int(self.starts[use]), int(self.starts[use + 1]))

    def shares(self, scores: Any) -> Any:
        """Return the softmax of scores within each use."""
        import numpy as np

        if not len(scores):
            return np.zeros(0)
        begin = self.starts[:-1][self.live]
        top = np.zeros(len(self.uses))
        top[self.live] = np.maximum.reduceat(scores, begin)
        weights = np.exp(scores - top[self.use])
        total = np.ones(len(self.uses))
        total[self.live] = np.add.reduceat(weights, begin)
        return weights / total[self.use]

    def likeliest(self, scores: Any) -> list[int]:
        """Return for each use its candidate of the highest score, -1 where it has none."""
        import numpy as np

        out = np.full(len(self.uses), -1)
        order = np.lexsort((-scores, self.use))
        out[self.live] = order[self.starts[:-1][self.live]]
        found: list[int] = out.tolist()
        return found

    def prior(self) -> Any:
        """Return the weights to begin with."""
        import numpy as np

        pools = [u.pool.prior for u in self.uses if len(u.pool)]
        return self.shares(np.concatenate(pools)) if pools else np.zeros(0)

    def features(self, weights: Any) -> Any:
        """Return the features of all candidates, given the probability of each in its use.

        Returns
        -------
        numpy.ndarray, shape (candidates, len(FEATURES)), float32
        """
        import numpy as np

        self.last_weights = weights
        out = self._fixed.copy()
        if not len(out):
            return out

        def put(name: str, values: Any) -> None:
            out[:, _COLUMN[name]] = values

        best, rank = self._best(weights), self._rank(weights)
        put("weight", weights)
        put("log_weight", np.log(weights + 1e-6))
        put("below_best", weights - best[self.use])
        put("weight_rank", np.minimum(rank, 10))
        anchors = np.flatnonzero((rank < CONTEXT_ROWS) & (weights > MIN_WEIGHT))
        for first in range(0, len(out), COMPARED):
            self._compare(slice(first, first + COMPARED), anchors, weights, out)
        self._parents(put)
        for name in RELATIVE:
            values = out[:, _COLUMN[name]]
            put(f"{name}_below_best", values - self._best(values)[self.use])
        return out

    def kind(self, candidate: int) -> int:
        """Return how a candidate bears the name (`NameKind`)."""
        return int(self.kinds[candidate])

    def answer(self, candidate: int) -> int:
        """Return how a candidate's name answers to the words (`pools.EXACT`, ...)."""
        return int(self.answers[candidate])

    def feature_fits(self, candidate: int) -> bool:
        """Say whether a candidate is what the words beside its name call it."""
        return bool(self._fixed[candidate, _COLUMN["feature_fits"]])

    def called(self) -> Any:
        """Return 1 for each candidate that is what the words call it, -1 for what is not, or 0."""
        fits = self._fixed[:, _COLUMN["feature_fits"]]
        return fits - self._fixed[:, _COLUMN["feature_misses"]]

    def parent_of(self, candidate: int, scores: Any) -> int | None:
        """Return the row of the country or division named after a candidate that it lies in."""
        parent = self.uses[int(self.use[candidate])].parent
        if parent is None or not len(self.uses[parent].pool):
            return None
        own = self.of(parent)
        best = own.start + int(scores[own].argmax())
        level = int(self.level[best])
        inside = (level == Level.COUNTRY and self.country[best] == self.country[candidate]) or (
            level == Level.ADMIN1 and self.admin1[best] == self.admin1[candidate]
        )
        return int(self.rows[best]) if inside else None

    def nearest(self, candidates: Sequence[int]) -> dict[int, tuple[int, float]]:
        """Return for candidates the nearest likely place of another name, and the km to it.

        Parameters
        ----------
        candidates : sequence of int
            In rising order. Those with no such place are not in the answer.
        """
        import numpy as np

        left, weights = np.array(candidates, np.int64), self.last_weights
        right = np.flatnonzero((weights > LIKELY) & (self.level >= Level.ADMIN2))
        pairs = Pairs(self.use[left], self.use[right], self.article, self.name, WINDOW)
        if not len(pairs):
            return {}
        i, k = left[pairs.left], right[pairs.right]
        km = _km(self.lat[i], self.lon[i], self.lat[k], self.lon[k])
        order = np.lexsort((k, km, i))
        i, k, km = i[order], k[order], km[order]
        first = np.diff(i, prepend=-1) != 0
        others = zip(k[first].tolist(), km[first].tolist(), strict=True)
        return dict(zip(i[first].tolist(), others, strict=True))

    def _best(self, values: Any) -> Any:
        import numpy as np

        best = np.zeros(len(self.uses))
        best[self.live] = np.maximum.reduceat(values, self.starts[:-1][self.live])
        return best

    def _rank(self, weights: Any) -> Any:
        import numpy as np

        order = np.lexsort((-weights, self.use))
        rank = np.empty(len(weights))
        rank[order] = np.arange(len(weights)) - self.starts[:-1][self.use[order]]
        return rank

    def _compare(self, own: slice, anchors: Any, weights: Any, out: Any) -> None:
        """Compare some candidates with the likely ones of the uses around them."""
        import numpy as np

        def put(name: str, values: Any) -> None:
            out[own, _COLUMN[name]] = values

        pairs = Pairs(self.use[own], self.use[anchors], self.article, self.name, WINDOW)
        if not len(pairs):
            put("nearest_km", np.log1p(FAR_KM))
            put("beside_km", np.log1p(FAR_KM))
            return
        i, k = pairs.left + own.start, anchors[pairs.right]
        sure = weights[k]
        # A demonym says little about where; a name that comes often says more.
        voice = np.log2(self.times[self.use[k]] + 1) * np.where(self.demonym[k], 0.5, 1.0)
        mass = sure * voice
        level, theirs = self.level[i], self.level[k]
        same_country = (self.country[i] == self.country[k]) & (self.country[i] != 0)
        same_admin1 = (self.admin1[i] == self.admin1[k]) & (self.admin1[i] != 0)
        whole = np.maximum(pairs.sum(mass), 1e-6)
        put("country_share", pairs.sum(same_country * mass) / whole)
        below = self.level[own] >= Level.ADMIN1
        put("admin1_share", np.where(below, pairs.sum(same_admin1 * mass) / whole, 0.0))
        put("country_uses", np.log1p(pairs.sum_of_best(same_country * sure)))
        put("admin1_uses", np.log1p(pairs.sum_of_best(same_admin1 * sure)))
        km = _km(self.lat[i], self.lon[i], self.lat[k], self.lon[k])
        local = theirs >= Level.ADMIN2  # a wide area has no place to be near to
        others = np.maximum(pairs.sum_of_best(local), 1)
        beside = self._beside(self.use[i], self.use[k])
        for scale in SCALES_KM:
            near = np.where(local, np.exp(-km / scale) * sure, 0.0)
            total = pairs.sum_of_best(near)
            put(f"near_{int(scale)}", np.log1p(total))
            put(f"near_mean_{int(scale)}", total / others)
            if scale == 60.0:
                put("beside_near", pairs.best(near * beside))
        clear = local & (sure > LIKELY)
        put("nearest_km", np.log1p(-pairs.best(np.where(clear, -km, -FAR_KM), -FAR_KM)))
        by = np.where(clear & (beside > 0), -km, -FAR_KM)
        put("beside_km", np.log1p(-pairs.best(by, -FAR_KM)))
        wide = (sure > 0.3) & (theirs <= Level.ADMIN1) & (theirs != Level.REGION)
        holds = ((theirs == Level.COUNTRY) & same_country) | (
            (theirs == Level.ADMIN1) & same_admin1
        )
        put("parent_named", pairs.best((wide & holds & (level > theirs)) * sure))
        inside = ((level == Level.COUNTRY) & same_country) | ((level == Level.ADMIN1) & same_admin1)
        put("holds_share", pairs.sum((inside & (theirs > level)) * mass) / whole)
        put("same_place", pairs.best(((km < 5.0) & (sure > 0.3)).astype(float)))

    def _describe_uses(self) -> None:
        """Fill in what is known of each use, whatever its candidates weigh."""
        import numpy as np

        if not len(self.rows):
            return

        def put(name: str, values: Any) -> None:
            self._fixed[:, _COLUMN[name]] = values[self.use]

        in_article = np.bincount(self.article)
        opening = np.searchsorted(self.article, np.arange(len(in_article)))
        first_mention = np.array([min(u.order) for u in self.uses])
        put("times", np.log2(self.times + 1))
        put("uses", np.log2(in_article[self.article]))
        put("first_use", first_mention < first_mention[opening[self.article]] + 2)
        wanted = np.full((len(self.uses), len(Level)), False)
        has = np.zeros(len(self.uses), bool)
        for number, use in enumerate(self.uses):
            levels = FITS.get(use.feature) if use.feature else None
            if levels:
                wanted[number, list(levels)] = True
                has[number] = True
        fits = wanted[self.use, self.level]
        self._fixed[:, _COLUMN["feature_fits"]] = fits
        self._fixed[:, _COLUMN["feature_misses"]] = has[self.use] & ~fits
        # Which uses stand beside which: (use, other use) -> how near.
        at = np.full(self.mentions, -1)
        for number, use in enumerate(self.uses):
            at[use.order] = number
        self._beside_keys, self._beside_values = _neighbours(at, self.article)

    def _beside(self, use: Any, other: Any) -> Any:
        """Say how near in the text pairs of uses stand, 0 to 1."""
        import numpy as np

        if not len(self._beside_keys):
            return np.zeros(len(use))
        keys = use * len(self.uses) + other
        at = np.minimum(np.searchsorted(self._beside_keys, keys), len(self._beside_keys) - 1)
        return np.where(self._beside_keys[at] == keys, self._beside_values[at], 0.0)

    def _parents(self, put: Any) -> None:
        """Compare candidates with what the text names after them: "Paris, Texas"."""
        import numpy as np

        fits, misses, is_parent, elsewhere = (np.zeros(len(self.rows)) for _ in range(4))
        by_name: dict[tuple[int, int], list[tuple[int, Any]]] = {}
        for number, use in enumerate(self.uses):
            if use.parent is None or not len(use.pool):
                continue
            own, theirs = self.of(number), self.of(use.parent)
            as_country = self.country[theirs][self.level[theirs] == Level.COUNTRY]
            as_admin1 = self.admin1[theirs][self.level[theirs] == Level.ADMIN1]
            if not len(as_country) and not len(as_admin1):
                continue
            country, admin1 = self.country[own], self.admin1[own]
            # Pools are small: plain comparison is faster than numpy's set functions.
            inside = (country[:, None] == as_country).any(axis=1) & (country != 0)
            inside |= (admin1[:, None] == as_admin1).any(axis=1) & (admin1 != 0)
            inside &= self.level[own] > Level.COUNTRY
            fits[own] = inside
            misses[own] = ~inside & bool(inside.any())
            by_name.setdefault((use.article, use.name), []).append((number, inside))
            # The parent is the one that has such a child.
            held = (self.country[theirs][:, None] == country).any(axis=1) & (
                self.level[theirs] == Level.COUNTRY
            )
            held |= (self.admin1[theirs][:, None] == admin1[admin1 != 0]).any(axis=1) & (
                self.level[theirs] == Level.ADMIN1
            )
            is_parent[theirs] = np.maximum(is_parent[theirs], held)
        if by_name:
            for number, use in enumerate(self.uses):
                own = self.of(number)
                for other, inside in by_name.get((use.article, use.name), ()):
                    if other != number and len(inside) == own.stop - own.start:
                        elsewhere[own] = np.maximum(elsewhere[own], inside)
        put("parent_fits", fits)
        put("parent_misses", misses)
        put("is_parent", is_parent)
        put("other_parent_fits", elsewhere)


def _neighbours(at: Any, article: Any) -> tuple[Any, Any]:
    """Return sorted keys of pairs of uses that stand beside each other, and how near.

    `at` is the use of each mention, in order.
    """
    import numpy as np

    count = len(article)
    keys, values = [], []
    for step in range(1, NEIGHBOURS + 1):
        a, b = at[:-step], at[step:]
        fits = (a >= 0) & (b >= 0)
        a, b = a[fits], b[fits]
        same = article[a] == article[b]
        a, b = a[same], b[same]
        keys += [a * count + b, b * count + a]
        values += [np.full(2 * len(a), 1.0 / step)]
    every, near = np.concatenate(keys), np.concatenate(values)
    order = np.lexsort((-near, every))
    every, near = every[order], near[order]
    first = np.diff(every, prepend=-1) != 0
    return every[first], near[first]


def _km(lat_a: Any, lon_a: Any, lat_b: Any, lon_b: Any) -> Any:
    """Return rough distances in km (equirectangular; see `geodesy.rough_km`)."""
    import numpy as np

    east = np.abs(lon_a - lon_b)
    east = np.minimum(east, 360.0 - east) * np.cos(np.radians((lat_a + lat_b) * 0.5))
    return KM_A_DEGREE * np.hypot(lat_a - lat_b, east)
