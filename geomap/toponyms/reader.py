"""The toponyms of articles: found or given, corrected, and weighed; several articles at once."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from geomap.articles import split_sentences
from geomap.toponyms.given import SpanReader
from geomap.toponyms.recognise import Recogniser
from geomap.toponyms.resolve import Reading, Resolver
from geomap.toponyms.seam import checked
from geomap.toponyms.uses import called

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from geomap.gazetteer.store import Gazetteer
    from geomap.models import Article, ContactLine, Evidence, Mention, Resolution, Span
    from geomap.toponyms.correcting import ArticleCorrections, Corrector
    from geomap.toponyms.seam import MentionRecogniser

BATCH_ARTICLES = 32  # read at once: numpy's cost is shared
BATCH_CHARACTERS = 200_000  # and memory bounded


@dataclass(frozen=True, slots=True)
class ReadArticle:
    """An article with what its place names mean so far."""

    article: Article
    sentences: tuple[Span, ...]
    reading: Reading
    corrections: ArticleCorrections

    @property
    def resolutions(self) -> list[Resolution]:
        """What its mentions mean by the text's names alone."""
        return self.corrections.resolutions(self.reading.resolutions)

    def use_of(self, index: int) -> int:
        """Return a number that mentions share which are weighed as one name."""
        return self.reading._use_of[index]

    def rerank(self, evidence: Iterable[Evidence]) -> list[Resolution]:
        """Return what they mean with what later rooms learned; corrections win over both."""
        return self.corrections.resolutions(self.reading.rerank(evidence))


class ToponymReader:
    """Reads the toponyms of articles.

    Parameters
    ----------
    gazetteer : Gazetteer
    recogniser : MentionRecogniser
        What finds the names.
    corrector : Corrector
    line_of : callable, optional
        Gives an article's line of contact, which namesakes near it are likelier by.
    """

    def __init__(
        self,
        gazetteer: Gazetteer,
        recogniser: MentionRecogniser,
        corrector: Corrector,
        line_of: Callable[[Article], ContactLine | None] | None = None,
    ) -> None:
        self.recogniser = recogniser
        self.resolver = Resolver(gazetteer)
        self._line_of = line_of
        self._gazetteer = gazetteer
        self._corrector = corrector
        self._spans: SpanReader | None = None

    def read(
        self, articles: Sequence[Article], spans: Sequence[Sequence[Span] | None] | None = None
    ) -> list[ReadArticle]:
        """Return articles with their toponyms; each reads the same by itself and among others.

        Parameters
        ----------
        articles : sequence of Article
        spans : sequence, optional
            For each article where its names stand; None: they are looked for.

        Raises
        ------
        RecogniserError
            The recogniser cannot be used.
        """
        texts = [a.text for a in articles]
        sentences = [split_sentences(t) for t in texts]
        found = self._recognised(texts, sentences)
        given = spans or [None] * len(articles)
        corrections = [self._corrector.on(a) for a in articles]
        mentions = []
        for i, own_spans in enumerate(given):
            own = found[i]
            if own_spans is not None:
                if self._spans is None:
                    self._spans = SpanReader(self._gazetteer)
                own = self._spans.mentions(texts[i], sentences[i], own_spans, own)
            if corrections[i]:  # "the Donetsk region" is not pinned to a town
                own = called(texts[i], own, self.resolver.pools)
            mentions.append(corrections[i].mentions(own))
        lines = [self._line_of(a) for a in articles] if self._line_of else None
        readings = self.resolver.read_many(texts, mentions, [a.source for a in articles], lines)
        return [
            ReadArticle(*row)
            for row in zip(articles, sentences, readings, corrections, strict=True)
        ]

    def _recognised(
        self, texts: list[str], sentences: list[tuple[Span, ...]]
    ) -> list[list[Mention]]:
        if isinstance(self.recogniser, Recogniser):
            return self.recogniser.recognise_many(texts, sentences)
        return [
            checked(self.recogniser.recognise(t, s), t)
            for t, s in zip(texts, sentences, strict=True)
        ]


def batches(
    articles: Iterable[Article],
    *,
    most_articles: float = BATCH_ARTICLES,
    most_characters: int = BATCH_CHARACTERS,
) -> Iterator[list[Article]]:
    """Yield articles in groups, in their order; by default those that are read at once.

    An article of more than `most_characters` is a group by itself.
    """
    group: list[Article] = []
    size = 0
    for article in articles:
        if group and (len(group) >= most_articles or size + len(article.text) > most_characters):
            yield group
            group, size = [], 0
        group.append(article)
        size += len(article.text)
    if group:
        yield group
