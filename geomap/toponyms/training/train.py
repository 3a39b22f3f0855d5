"""Training the model on annotated articles, and reading articles that it has not seen."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from geomap.models import Mention
from geomap.toponyms.confidence import terms
from geomap.toponyms.context import Context
from geomap.toponyms.lexicon import Lexicon
from geomap.toponyms.model import Linear, Model
from geomap.toponyms.recognise import Judged, Recogniser, choose
from geomap.toponyms.resolve import Resolver
from geomap.toponyms.second_look import second_features
from geomap.toponyms.training.fit import SEED, fit_curve, fit_linear, fit_trees, folds
from geomap.toponyms.trees import Trees
from geomap.toponyms.uses import add_uses

if TYPE_CHECKING:
    from collections.abc import Sequence

    from geomap.gazetteer.store import Gazetteer
    from geomap.toponyms.context import Use
    from geomap.toponyms.training.corpora import Annotated

INNER_FOLDS = 4
NAME_STRENGTH, KIND_STRENGTH = 0.1, 0.15  # inverse regularisation of the linear models
NAME_TREES, PLACE_TREES = 300, 300
LIKE_GOLD = 0.3  # share of a gold mention that its best candidate must have in common with it
SAME_KM, RIGHT_KM = 15.0, 161.0


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
    curve = np.zeros(5)
    return Model(
        Lexicon(lists), linear, trees, linear, (trees, trees), 0.5, 0.5, curve, curve[:2], lists
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
        use_of = add_uses(uses, 0, article.text, mentions, resolver.pools, 0)
        context = Context(gazetteer, uses, len(mentions))
        right, voices = _right_places(article, context, use_of)
        out.append(Seen(article, judged, is_name, exact, context, use_of, right, voices))
    return out


def _kinds(recogniser: Recogniser, article: Annotated) -> list[Any]:
    """Return "demonym" or "literal" for each gold mention."""
    return [
        "demonym" if recogniser.is_demonym(article.text[g.start : g.end]) else "literal"
        for g in article.gold
    ]


def _labels(article: Annotated, judged: Judged) -> tuple[Any, Any]:
    """Say which candidates are gold mentions: the same span, else the likest that overlaps."""
    import numpy as np

    words, spans = judged.batch.words, judged.spans
    offset = int(judged.batch.offsets[0])
    starts = words.start[spans.first] - offset
    ends = words.end[spans.last - 1] - offset
    is_name = np.zeros(len(spans), bool)
    exact = np.full(len(spans), -1)
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
    return replace(
        base, first=first, second=second, kinds=_train_kinds(seen), resolve=_train_places(seen)
    )


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
            scores[i] = model.score(seen[i].judged.hashed, seen[i].judged.dense)
    return scores


def _train_kinds(seen: Sequence[Seen]) -> Linear:
    import numpy as np

    hashed, dense, labels = [], [], []
    for article in seen:
        for k in np.flatnonzero(article.exact >= 0):
            literal = article.article.gold[article.exact[k]].literal
            if literal is not None:
                hashed.append(article.judged.hashed[k])
                dense.append(article.judged.dense[k])
                labels.append(literal)
    if not labels:  # a corpus without kinds: everything counts as literal
        return Linear(np.zeros(2, np.float32), np.zeros(1, np.float32), 1.0)
    return fit_linear(np.array(hashed), np.array(dense), np.array(labels), KIND_STRENGTH)


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


def read_unseen(seen: Seen, model: Model, gazetteer: Gazetteer) -> Unseen:
    """Return how a model judges an article."""
    import numpy as np

    recogniser, resolver = Recogniser(gazetteer, model), Resolver(gazetteer, model)
    chance = recogniser.chances(seen.judged)
    words, spans = seen.judged.batch.words, seen.judged.spans
    offset = int(seen.judged.batch.offsets[0])
    starts, ends = words.start[spans.first] - offset, words.end[spans.last - 1] - offset
    overlaps = np.zeros(len(spans), bool)
    for gold in seen.article.gold:
        overlaps |= (starts < gold.end) & (ends > gold.start)
    scores = resolver.weigh(seen.context)
    every = terms(seen.context, scores)
    rows, right = [], []
    for gold, use in zip(seen.article.gold, seen.use_of, strict=True):
        own = seen.context.of(use)
        if gold.lat is None or gold.lon is None or own.start == own.stop:
            continue
        best = own.start + int(scores[own].argmax())
        km = distance_km(
            gold.lat, gold.lon, seen.context.lat[best : best + 1], seen.context.lon[best : best + 1]
        )
        rows.append(every[best])
        right.append(bool(km[0] <= RIGHT_KM))
    return Unseen(chance, overlaps, np.array(rows).reshape(-1, every.shape[1]), np.array(right))


def with_curves(model: Model, seen: Sequence[Seen], unseen: Sequence[Unseen]) -> Model:
    """Return a model with its thresholds and curves fitted on articles it had not seen."""
    import numpy as np

    right = np.concatenate([u.right for u in unseen]).astype(bool)
    sure = fit_curve(np.concatenate([u.terms for u in unseen]), right)
    accept = _best_threshold(seen, unseen)
    odds, hits = [], []
    for article, judged in zip(seen, unseen, strict=True):
        chosen = choose(article.judged.spans, judged.chance, accept)
        chance = np.clip(judged.chance[chosen], 1e-4, 1 - 1e-4)
        odds.append(np.log(chance / (1 - chance)))
        hits.append(judged.overlaps[chosen])
    every = np.concatenate(odds)
    recognised = fit_curve(np.stack([np.ones(len(every)), every], axis=1), np.concatenate(hits))
    return replace(model, sure=sure, accept=accept, recognised=recognised)


def _best_threshold(seen: Sequence[Seen], unseen: Sequence[Unseen]) -> float:
    """Return the threshold of the best F1 by overlap, all articles together."""
    best = (0.0, 0.5)
    for percent in range(30, 61, 2):
        accept = percent / 100
        found = right = gold = 0
        for article, judged in zip(seen, unseen, strict=True):
            if article.article.corpus == "war":
                continue
            chosen = choose(article.judged.spans, judged.chance, accept)
            found += len(chosen)
            right += int(judged.overlaps[chosen].sum())
            gold += len(article.article.gold)
        best = max(best, (2 * right / max(found + gold, 1), accept))
    return best[1]
