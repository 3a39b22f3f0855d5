r"""Train the shipped model: one command, seeds fixed.

    python -m geomap.toponyms.training --shared ../shared --dictionary american-english \
        -o geomap/toponyms/model.npz --predictions folds/

Five models, each trained on four fifths of the articles, read the fifth that they have not seen:
from that come the thresholds, the confidence and (with --predictions) the files that
`benchmarks/cross_validation.py` scores. The sixth, trained on all, is written.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from geomap.gazetteer.store import Gazetteer
from geomap.models import Mention
from geomap.toponyms.recognise import Recogniser
from geomap.toponyms.resolve import Resolver
from geomap.toponyms.training.corpora import read_corpora
from geomap.toponyms.training.fit import SEED, folds
from geomap.toponyms.training.lexicons import word_lists
from geomap.toponyms.training.train import (
    Seen,
    Unseen,
    blank,
    read_unseen,
    see,
    train,
    with_curves,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from geomap.models import Resolution
    from geomap.toponyms.model import Model

FOLDS = 5


def main(arguments: Sequence[str] | None = None) -> None:
    """Train, and write the model."""
    parser = argparse.ArgumentParser(prog="python -m geomap.toponyms.training")
    parser.add_argument("--shared", type=Path, default=Path("../shared"))
    parser.add_argument("--war-news", type=Path, default=Path("training/war_news.jsonl"))
    parser.add_argument("--dictionary", type=Path, default=Path("/usr/share/dict/american-english"))
    parser.add_argument("--predictions", type=Path)
    parser.add_argument("-o", "--output", type=Path, default=Path("geomap/toponyms/model.npz"))
    options = parser.parse_args(arguments)
    begin = time.monotonic()

    def say(text: str) -> None:
        sys.stderr.write(f"{time.monotonic() - begin:5.0f} s  {text}\n")

    gazetteer = Gazetteer.open()
    base = blank(word_lists(options.dictionary))
    seen = see(read_corpora(options.shared, options.war_news), gazetteer, base)
    say(f"{len(seen)} articles, {sum(len(s.is_name) for s in seen)} candidates")
    fold = folds(len(seen), FOLDS, SEED)
    models: list[Model] = []
    unseen: list[Unseen | None] = [None] * len(seen)
    for k in range(FOLDS):
        models.append(train([s for s, f in zip(seen, fold, strict=True) if f != k], base))
        for i in range(len(seen)):
            if fold[i] == k:
                unseen[i] = read_unseen(seen[i], models[k], gazetteer)
        say(f"fold {k + 1} of {FOLDS}")
    judged = [u for u in unseen if u is not None]
    if options.predictions is not None:
        options.predictions.mkdir(parents=True, exist_ok=True)
        # Each fold's curves come from the other folds: nothing judges what it was fitted on.
        curved = [
            with_curves(
                models[k],
                [s for s, f in zip(seen, fold, strict=True) if f != k],
                [u for u, f in zip(judged, fold, strict=True) if f != k],
            )
            for k in range(FOLDS)
        ]
        _predict(
            [(s, curved[f]) for s, f in zip(seen, fold, strict=True)], gazetteer,
            options.predictions, "folds",
        )  # fmt: skip
        _across(seen, judged, base, gazetteer, options.predictions)
        say(f"predictions in {options.predictions}")
    final = with_curves(train(seen, base), seen, judged)
    final.save(options.output)
    say(f"{options.output}: {options.output.stat().st_size / 1e6:.2f} MB, accept {final.accept}")


def _across(
    seen: list[Seen], judged: list[Unseen], base: Model, gazetteer: Gazetteer, folder: Path
) -> None:
    """Train on each corpus (and our war news), and read the other."""
    for trained, read in (("lgl", "gwn"), ("gwn", "lgl")):
        chosen = [i for i, s in enumerate(seen) if s.article.corpus in (trained, "war")]
        model = with_curves(
            train([seen[i] for i in chosen], base),
            [seen[i] for i in chosen],
            [judged[i] for i in chosen],
        )
        _predict(
            [(s, model) for s in seen if s.article.corpus == read], gazetteer, folder, "across"
        )


def _predict(
    seen: Sequence[tuple[Seen, Model]], gazetteer: Gazetteer, folder: Path, name: str
) -> None:
    """Write what models find in articles, and how they resolve the gold's spans."""
    lines: dict[tuple[str, str], list[str]] = {}
    for article, model in seen:
        annotated = article.article
        recogniser = Recogniser(gazetteer, _shared(model))
        resolver = Resolver(gazetteer, model)
        found = recogniser.recognise(annotated.text, annotated.sentences)
        given = [
            replace(
                Mention(g.start, g.end, name_ := annotated.text[g.start : g.end], "literal", name_),
                kind="demonym" if recogniser.is_demonym(name_) else "literal",
            )
            for g in annotated.gold
        ]
        for what, mentions in (("mentions", found), ("spans", given)):
            out = lines.setdefault((annotated.corpus, what), [])
            reading = resolver.read(annotated.text, mentions)
            out += [_line(annotated.id, r) for r in reading.resolutions]
    for (corpus, what), out in lines.items():
        path = folder / f"{corpus}-{name}-{what}.jsonl"
        path.write_text("".join(out), encoding="utf-8")


def _shared(model: Model) -> Model:
    return model


def _line(article: str, resolution: Resolution) -> str:
    mention, place = resolution.mention, resolution.place
    row: dict[str, Any] = {
        "article_id": article, "start": mention.start, "end": mention.end, "text": mention.text,
        "kind": mention.kind, "lat": resolution.lat, "lon": resolution.lon,
        "geonameid": place.geonameid if place else None, "confidence": resolution.confidence,
        "status": resolution.status,
    }  # fmt: skip
    return json.dumps(row, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    main()
