"""Where the words of a table stand in a sentence: indices made once from the tables."""

from __future__ import annotations

import re
from bisect import bisect_left
from dataclasses import dataclass
from functools import cache, cached_property
from typing import TYPE_CHECKING

from geomap.front.vocabulary import vocabulary

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from geomap.front.theatre import Party, Theatre
    from geomap.models import Span

_WORD = re.compile(r"\w+(?:[-'’]\w+)*")
_TOKENS = 40  # how far back from a word any rule looks


class Phrases:
    """Words and phrases of a table, found in a row of words, the longest first."""

    def __init__(self, phrases: Iterable[str]) -> None:
        self._by_first: dict[str, list[tuple[str, ...]]] = {}
        for phrase in set(phrases):
            words = tuple(_WORD.findall(phrase)) or (phrase,)
            self._by_first.setdefault(words[0], []).append(words)
        for rows in self._by_first.values():
            rows.sort(key=lambda words: (-len(words), words))

    def at(self, words: Sequence[str], index: int) -> tuple[str, ...] | None:
        """Return the longest phrase that begins at a word."""
        for phrase in self._by_first.get(words[index], ()):
            if len(phrase) == 1 or tuple(words[index : index + len(phrase)]) == phrase:
                return phrase
        return None

    def find(self, words: Sequence[str], start: int = 0) -> Iterator[tuple[int, tuple[str, ...]]]:
        """Yield each phrase with the index of its first word; none overlap."""
        # This runs for every list and row of words: most words begin no phrase of a list.
        by_first = self._by_first
        past = start
        for index in range(start, len(words)):
            if index < past or words[index] not in by_first:
                continue
            phrase = self.at(words, index)
            if phrase is not None:
                yield index, phrase
                past = index + len(phrase)

    def within(self, words: Sequence[str]) -> bool:
        """Say whether any phrase is in a row of words."""
        if self._by_first.keys().isdisjoint(words):
            return False
        return next(self.find(words), None) is not None

    def all_of(self, words: Iterable[str]) -> bool:
        """Say whether each of some words is one of the table."""
        return all(word in self._by_first for word in words)


@dataclass(frozen=True, slots=True)
class PartyWord:
    """A word for a party where it stands in a text.

    `kind` is "name", "adjective" (possessives too), "force" or "official".
    """

    start: int
    end: int
    party: Party
    kind: str


class Words:
    """The words of a sentence in lower case, with their offsets in the text."""

    def __init__(self, text: str, span: Span) -> None:
        self.text = text
        self.start, self.end = span.start, span.end
        spans = [match.span() for match in _WORD.finditer(text, span.start, span.end)]
        self.starts: list[int] = [start for start, _ in spans]
        self.ends: list[int] = [end for _, end in spans]
        self.words: list[str] = [text[low:high].lower() for low, high in spans]
        if "’" in text[span.start : span.end]:
            self.words = [word.replace("’", "'") for word in self.words]

    def index(self, offset: int) -> int:
        """Return the index of the first word that begins at or after an offset."""
        return bisect_left(self.starts, offset)

    def between(self, start: int, end: int) -> list[str]:
        """Return the words that begin in a stretch of the text."""
        return self.words[self.index(start) : self.index(end)]

    def before(self, offset: int, count: int = _TOKENS, floor: int = 0) -> list[str]:
        """Return the last words before an offset, none from before a floor."""
        at = self.index(offset)
        return self.words[max(self.index(floor), at - count) : at]

    def after(self, offset: int, count: int = _TOKENS) -> list[str]:
        """Return the first words from an offset on."""
        at = self.index(offset)
        return self.words[at : at + count]


def words_from(parties: Sequence[PartyWord], start: int, end: int) -> Sequence[PartyWord]:
    """Return the words for parties, in order, that begin in a stretch of the text."""
    low = bisect_left(parties, start, key=_start)
    return parties[low : bisect_left(parties, end, low, key=_start)]


def word_at(parties: Sequence[PartyWord], offset: int) -> PartyWord | None:
    """Return the word for a party, of some in order, in which an offset stands."""
    at = bisect_left(parties, offset + 1, key=_start)
    return next((p for p in parties[max(at - 2, 0) : at] if offset < p.end), None)


def _start(word: PartyWord) -> int:
    return word.start


class PartyWords:
    """The words for the parties of a theatre."""

    def __init__(self, theatre: Theatre) -> None:
        self._owner: dict[tuple[str, ...], tuple[Party, str]] = {}
        for party in theatre.parties:
            for kind, listed in (
                ("official", party.officials),
                ("force", party.forces),
                ("adjective", party.adjectives),
                ("name", party.names),
            ):
                for word in listed:
                    self._owner[tuple(_WORD.findall(word))] = (party, kind)
        self._phrases = Phrases(" ".join(words) for words in self._owner)

    def find(self, words: Words) -> list[PartyWord]:
        """Return the words for parties in a sentence; "Wagner's" is an adjective of Wagner's."""
        bare = [w.removesuffix("'s") for w in words.words]
        found: list[PartyWord] = []
        for row in (words.words, bare):
            for index, phrase in self._phrases.find(row):
                last = index + len(phrase) - 1
                party, kind = self._owner[phrase]
                if row is bare and bare[last] == words.words[last]:
                    continue
                if row is bare and kind != "official":
                    kind = "adjective"
                found.append(PartyWord(words.starts[index], words.ends[last], party, kind))
        if len(found) > 1:
            found.sort(key=lambda p: (p.start, -p.end))
            found = [
                p for i, p in enumerate(found) if i == 0 or p.start >= max(found[i - 1].end, 0)
            ]
        return found


class Lexicon:
    """The table of actions, ready for looking up."""

    def __init__(self) -> None:
        table = vocabulary()
        self.verbs = table.verbs
        self.triggers = Phrases(table.verbs)
        self._lists = table.words

    @cached_property
    def _phrases(self) -> dict[str, Phrases]:
        return {name: Phrases(words) for name, words in self._lists.items()}

    def __getitem__(self, name: str) -> Phrases:
        """Return the phrases of a list of the table ("negations", "speech", ...)."""
        return self._phrases[name]

    def listed(self, name: str) -> tuple[str, ...]:
        """Return a list of the table as it is written."""
        return self._lists[name]


@cache
def phrases(words: tuple[str, ...]) -> Phrases:
    """Return some words and phrases, ready for looking up."""
    return Phrases(words)


@cache
def lexicon() -> Lexicon:
    """Return the embedded table of actions, ready for looking up."""
    return Lexicon()


@cache
def party_words(theatre: Theatre) -> PartyWords:
    """Return the words for the parties of a theatre."""
    return PartyWords(theatre)
