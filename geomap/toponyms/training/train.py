"""Training the model on annotated articles, and reading articles that it has not seen."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from geomap.gazetteer.schema import Level
from geomap.models import Mention
from geomap.toponyms.confidence import TERMS, log_odds, terms
from geomap.toponyms.context import Context
from geomap.toponyms.features import DENSE, HASH_BITS
from geomap.toponyms.lexicon import Lexicon
from geomap.toponyms.links import find_links
from geomap.toponyms.model import Linear, Model
from geomap.toponyms.names import STATISTICS
from geomap.toponyms.recognise import Judged, Recogniser, choose
from geomap.toponyms.resolve import MIN_SURE, Resolver
from geomap.toponyms.second_look import kind_features, second_features
from geomap.toponyms.training.fit import SEED, fit_curve, fit_linear, fit_trees, folds
from geomap.toponyms.trees import Trees
from geomap.toponyms.uses import add_uses

if TYPE_CHECKING:
    from collections.abc import Sequence

    from geomap.gazetteer.store import Gazetteer
    from geomap.models import MentionKind
    from geomap.toponyms.context import Use
    from geomap.toponyms.training.corpora import Annotated, Gold

INNER_FOLDS = 4
NAME_STRENGTH, KIND_STRENGTH = 0.1, 0.2  # inverse regularisation of the linear models
NAME_TREES, PLACE_TREES, KIND_TREES = 300, 300, 200
KIND_BAGS = 5
LIKE_GOLD = 0.3  # share of a gold mention that its best candidate must have in common with it
SAME_KM, RIGHT_KM = 15.0, 161.0
LIKELY = 0.3  # chance of what the curves are fitted on, before the threshold is known
_DEMONYM = STATISTICS.index("demonym")


@dataclass(frozen=True, slots=True)
class Seen:
    """An article with its candidates and its gold uses, ready for training."""

    article: Annotated
    judged: Judged
    is_name: Any  # of each candidate
    exact: Any  # gold number of each candidate with just its span, else -1
    context: Context
    use_of: list[int]
    right: Any  # share of the gold mentions of its use that each place candidate is right for
    voices: Any  # gold mentions with a point of each place candidate's use


def blank(lists: dict[str, Any]) -> Model:
    """Return a model that knows only the word lists."""
    import numpy as np

    linear = Linear(np.zeros(1), np.zeros(1), 0.0)
    trees = Trees(np.zeros((0, 6)), np.zeros((0, 6)), np.zeros((0, 64)), 0.0)
    curve = np.zeros(len(TERMS))
    return Model(
        Lexicon(lists),
        linear,
        trees,
        linear,
        trees,
        (trees, trees),
        0.5,
        0.5,
        curve,
        curve[:3],
        lists,
    )


def see(articles: Sequence[Annotated], gazetteer: Gazetteer, model: Model) -> list[Seen]:
    """Return articles with their features and labels."""
    recogniser, resolver = Recogniser(gazetteer, model), Resolver(gazetteer, model)
    out = []
    for article in articles:
        judged = recogniser.see([article.text], [article.sentences])
        is_name, exact = _labels(article, judged)
        mentions = [
            Mention(g.start, g.end, name := article.text[g.start : g.end], kind, name)
            for g, kind in zip(
                article.gold,
                _kinds(recogniser, article),
                strict=True,
            )
        ]
        uses: list[Use] = []
        links = find_links(article.text, mentions)
        use_of = add_uses(uses, 0, article.text, mentions, resolver.pools, 0, links)
        context = Context(gazetteer, uses, len(mentions))
        right, voices = _right_places(article, context, use_of)
        out.append(Seen(article, judged, is_name, exact, context, use_of, right, voices))
    return out


def _kinds(recogniser: Recogniser, article: Annotated) -> list[MentionKind]:
    """Return "demonym" or "literal" for each gold mention."""
    return [
        "demonym" if recogniser.is_demonym(article.text[g.start : g.end]) else "literal"
        for g in article.gold
    ]


def _labels(article: Annotated, judged: Judged) -> tuple[Any, Any]:
    """Say which candidates are gold mentions: the same span, else the likest that overlaps."""
    import numpy as np

    starts, ends = _offsets(judged)
    is_name = np.zeros(len(starts), bool)
    exact = np.full(len(starts), -1)
    for number, gold in enumerate(article.gold):
        same = (starts == gold.start) & (ends == gold.end)
        if same.any():
            is_name |= same
            exact[same] = number
            continue
        shared = np.minimum(ends, gold.end) - np.maximum(starts, gold.start)
        union = np.maximum(ends, gold.end) - np.minimum(starts, gold.start)
        like = np.where(shared > 0, shared / union + (ends - starts) * 1e-6, 0.0)
        if len(like) and like.max() >= LIKE_GOLD:
            is_name[like.argmax()] = True
    return is_name, exact


def _right_places(article: Annotated, context: Context, use_of: list[int]) -> tuple[Any, Any]:
    import numpy as np

    right, voices = np.zeros(len(context)), np.zeros(len(context))
    for gold, use in zip(article.gold, use_of, strict=True):
        own = context.of(use)
        if gold.lat is None or gold.lon is None or own.start == own.stop:
            continue
        km = distance_km(gold.lat, gold.lon, context.lat[own], context.lon[own])
        fits = context.geonameid[own] == (gold.geonameid or -5)
        if not fits.any():
            fits = (km <= max(SAME_KM, km.min() + 1.0)) & (km <= RIGHT_KM)
            if gold.area is not None:  # the oblast and its capital lie together
                fits &= (context.level[own] <= Level.ADMIN3) == gold.area
        right[own] += fits
        voices[own] += 1.0
    return np.where(voices > 0, right / np.maximum(voices, 1.0), 0.0), voices


def distance_km(lat: float, lon: float, lats: Any, lons: Any) -> Any:
    """Return the geodesic distance of a point to some others, in km (WGS84)."""
    import numpy as np
    from pyproj import Geod

    n = len(lats)
    _, _, metres = Geod(ellps="WGS84").inv(np.full(n, lon), np.full(n, lat), lons, lats)
    return np.asarray(metres) / 1000.0


def train(seen: Sequence[Seen], base: Model) -> Model:
    """Return a model trained on articles; its curves of confidence are not fitted yet."""
    first, second = _train_names(seen)
    kinds, kinds_second = _train_kinds(seen)
    return replace(
        base, first=first, second=second, kinds=kinds, kinds_second=kinds_second,
        resolve=_train_places(seen),
    )  # fmt: skip


def _train_names(seen: Sequence[Seen]) -> tuple[Linear, Trees]:
    import numpy as np

    def fit(some: Sequence[Seen]) -> Linear:
        return fit_linear(
            np.concatenate([s.judged.hashed for s in some]),
            np.concatenate([s.judged.dense for s in some]),
            np.concatenate([s.is_name for s in some]),
            NAME_STRENGTH,
        )

    rows = []
    for article, z in zip(seen, _unseen_scores(seen, fit), strict=True):
        judged = article.judged
        looked = second_features(judged.batch, judged.spans, judged.keys, z)
        rows.append(np.concatenate((judged.dense, looked), axis=1))
    labels = np.concatenate([s.is_name for s in seen])
    return fit(seen), fit_trees(np.concatenate(rows), labels, NAME_TREES)


def _unseen_scores(seen: Sequence[Seen], fit: Any) -> list[Any]:
    """Return the first model's scores of each article by a model that has not seen it."""
    import numpy as np

    fold = folds(len(seen), INNER_FOLDS, SEED + 1)
    scores: list[Any] = [np.zeros(0)] * len(seen)
    for k in range(INNER_FOLDS):
        model = fit([s for s, f in zip(seen, fold, strict=True) if f != k])
        for i in np.flatnonzero(fold == k):
            scores[i] = model.score(seen[int(i)].judged.hashed, seen[int(i)].judged.dense)
    return scores


def typed(seen: Seen) -> tuple[Any, Any]:
    """Return the candidates that are gold mentions of a stated kind, and which are literal."""
    import numpy as np

    gold = seen.article.gold
    chosen = [k for k in np.flatnonzero(seen.exact >= 0) if gold[seen.exact[k]].literal is not None]
    return np.array(chosen, np.int64), np.array([gold[seen.exact[k]].literal for k in chosen], bool)


def _train_kinds(seen: Sequence[Seen]) -> tuple[Linear, Trees]:
    import numpy as np

    rows = [(s, *typed(s)) for s in seen]
    rows = [row for row in rows if len(row[1])]
    if not rows:  # a corpus without kinds: everything counts as literal
        none = np.zeros((0, 6))
        return Linear(np.zeros(1 << HASH_BITS, np.float32), np.zeros(len(DENSE)), 1.0), Trees(
            none.astype(np.int64), none, np.zeros((0, 64)), 1.0
        )

    def fit(some: Sequence[Any]) -> Linear:
        return fit_linear(
            np.concatenate([s.judged.hashed[k] for s, k, _ in some]),
            np.concatenate([s.judged.dense[k] for s, k, _ in some]),
            np.concatenate([y for _, _, y in some]),
            KIND_STRENGTH,
        )

    fold = folds(len(rows), INNER_FOLDS, SEED + 3)
    looked: list[Any] = [None] * len(rows)
    for part in range(INNER_FOLDS):
        model = fit([row for row, f in zip(rows, fold, strict=True) if f != part])
        for i in np.flatnonzero(fold == part):
            article, chosen, _ = rows[int(i)]
            looked[i] = _kind_rows(model, article, chosen)
    labels = np.concatenate([y for _, _, y in rows])
    return fit(rows), fit_trees(np.concatenate(looked), labels, KIND_TREES, bags=KIND_BAGS)


def _kind_rows(model: Linear, seen: Seen, chosen: Any) -> Any:
    import numpy as np

    judged = seen.judged
    z = model.score(judged.hashed[chosen], judged.dense[chosen])
    looked = kind_features(judged.batch, judged.spans.first[chosen], judged.keys[chosen], z)
    return np.concatenate((judged.dense[chosen], looked), axis=1)


def _train_places(seen: Sequence[Seen]) -> tuple[Trees, Trees]:
    import numpy as np

    with_places = [s for s in seen if s.voices.any()]

    def fit(rows: Sequence[Any], of: Sequence[Seen]) -> Trees:
        voices = np.concatenate([s.voices for s in of])
        used = voices > 0
        labels = np.concatenate([s.right for s in of])
        weights = np.sqrt(voices[used])
        return fit_trees(np.concatenate(rows)[used], labels[used], PLACE_TREES, weights)

    prior = [s.context.features(s.context.prior()) for s in with_places]
    fold = folds(len(with_places), INNER_FOLDS, SEED + 2)
    weighed: list[Any] = [None] * len(with_places)
    for k in range(INNER_FOLDS):
        kept = [i for i in range(len(with_places)) if fold[i] != k]
        trees = fit([prior[i] for i in kept], [with_places[i] for i in kept])
        for i in np.flatnonzero(fold == k):
            context = with_places[i].context
            weighed[i] = context.features(context.shares(trees.score(prior[i])))
    return fit(prior, with_places), fit(weighed, with_places)


@dataclass(frozen=True, slots=True)
class Unseen:
    """How a model judged an article that it was not trained on."""

    chance: Any  # of each candidate
    overlaps: Any  # whether each candidate shares a character with a gold mention
    terms: Any  # of the confidence, a row for each gold mention with a point
    right: Any  # whether its likeliest place is right
    found: Any  # the same for what was found: chance, terms, whether it is a mention and right
    literal: Any  # log odds and truth of each gold mention with a kind


def read_unseen(seen: Seen, model: Model, gazetteer: Gazetteer) -> Unseen:
    """Return how a model judges an article."""
    import numpy as np

    recogniser, resolver = Recogniser(gazetteer, model), Resolver(gazetteer, model)
    chance = recogniser.chances(seen.judged)
    starts, ends = _offsets(seen.judged)
    overlaps = np.zeros(len(starts), bool)
    for gold in seen.article.gold:
        overlaps |= (starts < gold.end) & (ends > gold.start)
    every, best = _likeliest(resolver, seen.context)
    rows, right = [], []
    for gold, use in zip(seen.article.gold, seen.use_of, strict=True):
        if gold.lat is not None and best[use] >= 0:
            rows.append(every[best[use]])
            right.append(_is_right(seen.context, int(best[use]), gold))
    chosen, kinds = typed(seen)
    literal = np.zeros((0, 2))
    if len(chosen):
        z = model.kinds_second.score(_kind_rows(model.kinds, seen, chosen))
        people = seen.judged.spans.statistics[chosen, _DEMONYM] > 0
        literal = np.stack([np.where(people, -9.0, z), kinds], axis=1)
    return Unseen(
        chance, overlaps, np.array(rows).reshape(-1, len(TERMS)), np.array(right, bool),
        _found(seen, recogniser, resolver, chance), literal,
    )  # fmt: skip


def _found(seen: Seen, recogniser: Recogniser, resolver: Resolver, chance: Any) -> Any:
    """Return of each mention that the model finds its chance, its terms, and whether it is right.

    A mention that overlaps a gold one without a point is left out: nobody knows.
    """
    import numpy as np

    article = seen.article
    chosen = choose(seen.judged.spans, chance, LIKELY)
    starts, ends = _offsets(seen.judged)
    mentions = []
    for k in chosen:
        name = article.text[starts[k] : ends[k]]
        kind: MentionKind = "demonym" if recogniser.is_demonym(name) else "literal"
        mentions.append(Mention(int(starts[k]), int(ends[k]), name, kind, name))
    uses: list[Use] = []
    links = find_links(article.text, mentions)
    use_of = add_uses(uses, 0, article.text, mentions, resolver.pools, 0, links)
    context = Context(resolver.gazetteer, uses, len(mentions))
    every, best = _likeliest(resolver, context)
    rows = []
    for k, mention, use in zip(chosen, mentions, use_of, strict=True):
        gold = next(
            (g for g in article.gold if g.start < mention.end and mention.start < g.end), None
        )
        if best[use] < 0 or (gold is not None and gold.lat is None):
            continue
        right = gold is not None and _is_right(context, int(best[use]), gold)
        rows.append((chance[k], *every[best[use]], right))
    return np.array(rows, float).reshape(-1, len(TERMS) + 2)


def _offsets(judged: Judged) -> tuple[Any, Any]:
    words, spans = judged.batch.words, judged.spans
    offset = int(judged.batch.offsets[0])
    return words.start[spans.first] - offset, words.end[spans.last - 1] - offset


def _likeliest(resolver: Resolver, context: Context) -> tuple[Any, Any]:
    """Return the terms of all candidates, and for each use its likeliest (-1: none)."""
    import numpy as np

    if not len(context):
        return np.zeros((0, len(TERMS))), np.full(len(context.uses), -1)
    scores = resolver.weigh(context)
    best = np.full(len(context.uses), -1)
    for use in range(len(context.uses)):
        own = context.of(use)
        if own.stop > own.start:
            best[use] = own.start + int(scores[own].argmax())
    return terms(context, scores), best


def _is_right(context: Context, candidate: int, gold: Gold) -> bool:
    if gold.lat is None or gold.lon is None:
        return False
    one = slice(candidate, candidate + 1)
    km = distance_km(gold.lat, gold.lon, context.lat[one], context.lon[one])
    return bool(km[0] <= RIGHT_KM)


def with_curves(model: Model, seen: Sequence[Seen], unseen: Sequence[Unseen]) -> Model:
    """Return a model with its thresholds and curves fitted on articles it had not seen.

    Only the published corpora count: our war news names few places, each many times, and is surer
    than other news.
    """
    import numpy as np

    news = [i for i, s in enumerate(seen) if s.article.corpus != "war"]
    seen, unseen = [seen[i] for i in news], [unseen[i] for i in news]
    sure = fit_curve(
        np.concatenate([u.terms for u in unseen]), np.concatenate([u.right for u in unseen])
    )
    accept = _best_threshold(seen, unseen)
    found = np.concatenate([u.found for u in unseen])
    found = found[found[:, 0] >= accept]
    odds = [log_odds(chance) for chance in found[:, 0].tolist()]
    columns = np.stack([np.ones(len(odds)), odds, found[:, 1:-1] @ sure], axis=1)
    # What would be refused is not marked, and so needs no confidence.
    marked = columns[:, 2] >= log_odds(MIN_SURE)
    recognised = fit_curve(columns[marked], found[marked, -1] > 0.5)
    return replace(
        model, sure=sure, accept=accept, recognised=recognised, literal=_best_border(unseen)
    )


def _best_border(unseen: Sequence[Unseen]) -> float:
    """Return the probability from which to call a mention literal: that of the best F1."""
    import numpy as np

    rows = np.concatenate([u.literal for u in unseen])
    if not len(rows):
        return 0.5

    def f1(border: float) -> float:
        said = rows[:, 0] >= log_odds(border)
        return 2 * float((said * rows[:, 1]).sum()) / max(float(said.sum() + rows[:, 1].sum()), 1.0)

    return max((percent / 100 for percent in range(30, 61, 2)), key=f1)


def _best_threshold(seen: Sequence[Seen], unseen: Sequence[Unseen]) -> float:
    """Return the threshold of the best F1 by overlap, all articles together."""
    best = (0.0, 0.5)
    for percent in range(30, 61, 2):
        accept = percent / 100
        found = right = gold = 0
        for article, judged in zip(seen, unseen, strict=True):
            chosen = choose(article.judged.spans, judged.chance, accept)
            found += len(chosen)
            right += int(judged.overlaps[chosen].sum())
            gold += len(article.article.gold)
        best = max(best, (2 * right / max(found + gold, 1), accept))
    return best[1]
