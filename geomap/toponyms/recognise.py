"""Finding the place names of a text.

Candidates are the longest gazetteer names that begin at a capitalised word. Each is judged by the
words beside it (`cues.toml`), by how well known the name is, and by how the article uses the name
elsewhere; the weights below are our own, set by hand on the seed article and on reports read by
eye. A trained model takes their place later; the seam is `recognise`.
"""

from __future__ import annotations

import math
import re
from bisect import bisect_left
from collections import Counter
from itertools import pairwise
from typing import TYPE_CHECKING

from geomap.gazetteer.names import spelling_key
from geomap.gazetteer.schema import Level, NameKind
from geomap.models import Mention
from geomap.toponyms.cues import cues
from geomap.toponyms.kinds import mention_kind
from geomap.toponyms.spans import NameSpan, find_persons, find_runs, may_stand_beside
from geomap.toponyms.tokens import Token, tokenise
from geomap.toponyms.told import add_told, told_after

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from geomap.gazetteer.store import Gazetteer, NamedRow
    from geomap.models import Span

MIN_SPELT = 5  # letters; shorter words share a tolerant key too often
MAX_WORDS = 6  # longest name looked for; longer ones in GeoNames are descriptions
ACCEPT = 0.5  # a name is taken for a place from this score on
_DATELINE_AFTER = re.compile(
    r"(?:,\s+[A-Z][\w. ]{1,30})?\s*(?:\([A-Z][\w/ ]{1,20}\)\s*)?(?::|—|–|--| - )"
)


class Recogniser:
    """Finds mentions in articles by a gazetteer's names.

    Parameters
    ----------
    gazetteer : Gazetteer
        Where names are looked up.
    """

    def __init__(self, gazetteer: Gazetteer) -> None:
        self.gazetteer = gazetteer
        self._rows: dict[str, list[NamedRow]] = {}
        self._priors: dict[str, tuple[float, str]] = {}

    def recognise(self, text: str, sentences: Sequence[Span]) -> list[Mention]:
        """Return the mentions of a text, in order, without overlaps.

        Parameters
        ----------
        text : str
            The article's text.
        sentences : sequence of Span
            Its sentences (`articles.split_sentences`).
        """
        tokens = tokenise(text, {s.start for s in sentences})
        spans = self._candidates(tokens)
        lower_words = {t.folded for t in tokens if not t.capital}
        runs = find_runs(tokens)
        spans = add_told(text, tokens, runs, spans, self._names)
        strays = _strays(tokens, spans)
        persons = find_persons(tokens, runs, spans)
        for span in spans:
            span.run = runs[span.first]
            self._judge(text, tokens, span, lower_words, persons, strays)
        _agree(spans)
        _follow_lists(spans, tokens)
        mentions = []
        for span in spans:
            if span.score < ACCEPT:
                continue
            demonym = bool(span.rows) and all(r.kind == NameKind.DEMONYM for r in span.rows)
            start, end = tokens[span.first].start, tokens[span.last - 1].end
            governs = any(
                r.kind <= NameKind.ALIAS
                and int(self.gazetteer.level[r.row]) in (Level.COUNTRY, Level.CAPITAL)
                for r in span.rows
            )
            kind = (
                "demonym"
                if demonym
                else mention_kind(text, tokens, span.first, span.last, governs, span.feature)
            )
            mentions.append(
                Mention(
                    start=start,
                    end=end,
                    text=text[start:end],
                    kind=kind,
                    name=text[start:end],
                    feature=span.feature,
                    reasons=tuple(span.reasons),
                )
            )
        mentions.extend(_blocs(text, mentions))
        return sorted(mentions, key=lambda m: m.start)

    def _names(self, key: str) -> list[NamedRow]:
        rows = self._rows.get(key)
        if rows is None:
            rows = self._rows[key] = self.gazetteer.rows(key)
        return rows

    def _candidates(self, tokens: list[Token]) -> list[NameSpan]:
        spans: list[NameSpan] = []
        skip_until = 0
        for i, token in enumerate(tokens):
            if i < skip_until or not token.capital:
                continue
            folded, ends = _words_from(tokens, i, lambda word: word)
            found = [(k, ends[len(k)]) for k in self.gazetteer.prefixes(folded) if len(k) in ends]
            while found:
                key, last = found.pop()
                if not tokens[last - 1].capital and last - i > 1 and not _inner(tokens, i, last):
                    continue
                rows = self._usable(key, token)
                if rows:
                    spans.append(NameSpan(i, last, key, rows))
                    skip_until = last
                    break
            else:
                other = self._otherwise_spelt(tokens, i)
                if other is not None:
                    spans.append(other)
                    skip_until = other.last
        return spans

    def _otherwise_spelt(self, tokens: list[Token], i: int) -> NameSpan | None:
        """Return the longest name at a word that is known in another romanisation.

        Only for words long enough that the tolerant key still tells names apart, and that are no
        common words; the words beside must speak for a place, too (`_judge`).
        """
        if tokens[i].folded in cues().common or len(tokens[i].folded) < MIN_SPELT:
            return None
        key, ends = _words_from(tokens, i, spelling_key)
        known = [k for k in self.gazetteer.spelling_prefixes(key) if len(k) in ends]
        if not known:
            return None
        last = ends[len(known[-1])]
        if not tokens[last - 1].capital and last - i > 1 and not _inner(tokens, i, last):
            return None
        span = NameSpan(i, last, " ".join(t.folded for t in tokens[i:last]), [])
        span.rows = self.gazetteer.spelling_rows(known[-1])
        span.add(-0.5, "known in another spelling")
        return span

    def _usable(self, key: str, token: Token) -> list[NamedRow]:
        """Return the rows of a key that a word of this shape can mean."""
        rows = self._names(key)
        if len(key) <= 3 and not token.upper:
            rows = [r for r in rows if r.kind == NameKind.MAIN and len(key) == 3]
        if not token.upper:  # "Miss" is no Mississippi, "Pa" no Pennsylvania
            rows = [r for r in rows if r.kind != NameKind.ABBREVIATION]
        # "German" is the adjective, whatever villages are called so somewhere.
        return [r for r in rows if r.kind == NameKind.DEMONYM] or rows

    def _prior(self, span: NameSpan) -> tuple[float, str]:
        """Return how likely a name is a place before any cue, with the reason."""
        known = self._priors.get(span.key)
        if known is None:
            known = max((self._row_prior(r) for r in span.rows), default=(-1.0, "no known place"))
            self._priors[span.key] = known
        return known

    def _row_prior(self, named: NamedRow) -> tuple[float, str]:
        level, kind = int(self.gazetteer.level[named.row]), named.kind
        if kind == NameKind.DEMONYM:
            return 2.0, "a people or its adjective"
        if kind == NameKind.ABBREVIATION:
            return 0.0, "an abbreviation"
        strong = kind <= NameKind.ALIAS
        if level <= Level.COUNTRY:
            return (3.0, "a country or continent") if strong else (0.0, "a country's other name")
        if level == Level.CAPITAL:
            return (2.5, "a capital") if strong else (0.5, "a capital's other name")
        if level == Level.ADMIN1:
            return (2.0, "a first-level division") if strong else (1.0, "a division's short name")
        if kind == NameKind.STEM:  # Harris County, but far more often a Mr Harris
            return -1.0, "a county's short name"
        size = math.log10(max(int(self.gazetteer.population[named.row]), 100))
        prior = 0.75 * (size - 4.3)  # 0 at 20,000 people
        if not strong:
            prior -= 0.7
        return min(prior, 1.5), "a settlement"

    def _judge(
        self,
        text: str,
        tokens: list[Token],
        span: NameSpan,
        lower_words: set[str],
        persons: set[str],
        strays: list[int],
    ) -> None:
        span.add(*self._prior(span))
        words = cues()
        _left(tokens, span, words.locative)
        _right(text, tokens, span)
        start, end = span.run
        stray = _first_in(strays, start, span.first)
        stray = _first_in(strays, span.last, end) if stray is None else stray
        if stray is not None:
            span.add(-5.0, f"part of a longer name, with {tokens[stray].text!r}")
        if span.feature == "admin1" and not any(
            int(self.gazetteer.level[r.row]) in (Level.REGION, Level.ADMIN1) for r in span.rows
        ):
            span.feature = None  # "most of Bakhmut"
        if span.key in words.not_places:
            span.add(-6.0, "a known person, body or thing")
        elif span.key in words.common:
            span.add(-4.0, "a common word")
        elif span.key in lower_words and span.last - span.first == 1:
            span.add(-2.5, "the article also writes it in lower case")
        if span.key in persons:
            span.add(-4.0, "a person's name in this article")
        if len(span.key) <= 3 and self._prior(span)[0] < 2:
            span.add(-2.0, "very short")


def _words_from(
    tokens: list[Token], first: int, key_of: Callable[[str], str]
) -> tuple[str, dict[int, int]]:
    """Return the key of the words that a name beginning at a word may take.

    With it, for each length of the key at which a word ends, the word after it.
    """
    ends: dict[int, int] = {}
    key = ""
    for j in range(first, min(first + MAX_WORDS, len(tokens))):
        if j > first and not tokens[j].joined:
            break
        word = key_of(tokens[j].folded)
        key = f"{key} {word}" if key else word
        ends[len(key)] = j + 1
    return key, ends


def _inner(tokens: list[Token], first: int, last: int) -> bool:
    """Say whether a name may end in a lower-case word (Latin "Novosilka druha"): never alone."""
    return tokens[last - 1].hyphen and last - first > 2


def _strays(tokens: list[Token], spans: list[NameSpan]) -> list[int]:
    """Return the capitalised words that make a name beside them part of a longer one.

    Names joined by a hyphen leave each other whole: "the Bakhmut-Kostiantynivka highway".
    """
    paired = {
        k
        for one, other in pairwise(spans)
        if one.last == other.first and tokens[other.first].hyphen
        for k in (*range(one.first, one.last), *range(other.first, other.last))
    }
    return [
        k for k, t in enumerate(tokens)
        if t.capital and k not in paired and not may_stand_beside(t)
    ]  # fmt: skip


def _first_in(numbers: list[int], low: int, high: int) -> int | None:
    """Return the first of some rising numbers in low <= n < high."""
    at = bisect_left(numbers, low)
    return numbers[at] if at < len(numbers) and numbers[at] < high else None


def _paired(tokens: list[Token], at: int) -> bool:
    """Say whether a second name is joined on: "the Bakhmut-Kostiantynivka highway"."""
    return at < len(tokens) and tokens[at].hyphen and tokens[at].capital


def _left(tokens: list[Token], span: NameSpan, locative: frozenset[str]) -> None:
    """Judge the words before a name."""
    words = cues()
    at = span.first - 1
    directed = False
    while at >= 0 and tokens[at + 1].joined and tokens[at].folded in words.directions:
        directed = True
        at -= 1
    if directed:
        span.add(1.0, "after a direction")
    if at < 0 or (not tokens[at + 1].joined and at + 1 != span.first):
        return
    before = tokens[at]
    if not tokens[span.first].joined and at == span.first - 1:
        return  # punctuation lies between
    two = tokens[at - 1].folded if at > 0 and before.joined else ""
    if before.folded in locative:
        span.add(2.5, f"after {before.text.lower()!r}")
    elif before.folded == "of" and (two in words.directions or two in words.kind_of):
        span.add(3.0, f"after {two + ' of'!r}")
        if two in words.kind_of:
            span.feature = "settlement"
    elif before.folded == "of" and two in words.whole_of | words.region_of:
        span.add(2.5, f"after {two + ' of'!r}")
        span.feature = "admin1"
    elif before.folded in words.takes_place:
        span.add(2.0, f"after {before.text!r}")
    elif before.folded == "the" and not _paired(tokens, span.last):
        span.add(-1.5, "after 'the'")
    elif before.folded in words.titles and not directed:
        span.add(-4.0, f"after the title {before.text!r}")
    elif before.folded in words.loose:
        span.add(1.0, f"after {before.text.lower()!r}")
    if before.folded in words.place_after and before.folded not in words.directions:
        span.add(0.5, f"after {before.text!r}")


def _right(text: str, tokens: list[Token], span: NameSpan) -> None:
    """Judge the words after a name."""
    words = cues()
    last = tokens[span.last - 1]
    after = tokens[span.last] if span.last < len(tokens) else None
    tail = text[last.end : last.end + 80]
    told = told_after(text, last.end)
    if told:
        span.add(*told)
    line_start = text.rfind("\n", 0, tokens[span.first].start) + 1
    opening = text[line_start : tokens[span.first].start].strip().lower()
    if opening in ("", "near", "outside") and last.upper and _DATELINE_AFTER.match(tail):
        span.add(2.5, "a dateline")
    if after is None:
        return
    plural = _shared_feature(tokens, span.last)
    if last.possessive and after.folded in words.directions | words.place_after:
        span.add(1.5, f"owns {after.text!r}")
    if after.joined and not last.possessive and after.folded in words.admin1_after:
        span.add(2.5, f"before {after.text!r}")
        span.feature = "admin1"
    elif after.joined and not last.possessive and after.folded in words.place_after:
        span.add(2.0, f"before {after.text!r}")
        if after.folded in ("city", "town", "village", "settlement"):
            span.feature = "settlement"
    elif plural:
        span.add(2.0, f"before {plural!r}")
        if plural in words.admin1_after:
            span.feature = "admin1"
    elif after.folded in words.speech and after.joined:
        span.add(-1.0, f"before {after.text!r}")
    elif after.joined and _suffers(tokens, span.last):
        span.add(1.5, f"before {after.text!r} and a verb that takes a place")


def _suffers(tokens: list[Token], at: int) -> bool:
    """Say whether "was captured", "has been shelled", "is under attack" follows."""
    words = cues()
    if tokens[at].folded not in ("was", "were", "is", "has", "had", "remains"):
        return False
    for k in range(at + 1, min(at + 4, len(tokens))):
        if not tokens[k].joined or tokens[k].capital:
            return False
        if tokens[k].folded in words.takes_place:
            return True
        if tokens[k].folded == "under" and k == at + 1:
            return True
    return False


def _shared_feature(tokens: list[Token], at: int) -> str | None:
    """Return the plural word that a list of names shares: "Kharkiv, Sumy and Donetsk regions"."""
    words = cues()
    for k in range(at, min(at + 10, len(tokens))):
        token = tokens[k]
        if token.folded in ("regions", "oblasts", "provinces", "districts", "raions", "axes",
                            "directions", "fronts"):  # fmt: skip
            return token.folded if k > at else None
        if not token.capital and token.folded not in ("and", "or", "the"):
            return None
        if token.folded in words.speech:
            return None
    return None


def _agree(spans: list[NameSpan]) -> None:
    """Let the article's clear uses of a name speak for its unclear ones."""
    clear = Counter(s.key for s in spans if s.score >= ACCEPT + 1.5)
    against = Counter(s.key for s in spans if s.score <= ACCEPT - 3.5)
    for span in spans:
        if clear[span.key] > against[span.key] and span.score < ACCEPT and not _partial(span):
            span.add(2.5, "a place elsewhere in the article")


def _partial(span: NameSpan) -> bool:
    return any(
        r.startswith(("part of", "a common", "a known", "a person", "after the title"))
        for r in span.reasons
    )


def _follow_lists(spans: list[NameSpan], tokens: list[Token]) -> None:
    """Raise names in a list with an accepted name: "Orestopil, Vovche and Hai"."""
    neighbours = list(pairwise(spans))
    for this, other in [*((b, a) for a, b in neighbours), *neighbours]:
        first, second = sorted((this, other), key=lambda s: s.first)
        between = tokens[first.last : second.first]
        linked = not between or (len(between) == 1 and between[0].folded in ("and", "or"))
        gap = tokens[second.first].start - tokens[first.last - 1].end
        if (
            linked
            and gap <= 6
            and not tokens[first.last - 1].possessive
            and other.score >= ACCEPT + 1
            and this.score < ACCEPT
            and not _partial(this)
        ):
            # A list runs on: what stands beside a sure place is as sure as a list needs.
            this.add(max(1.5, ACCEPT + 1 - this.score), "in a list of places")
            if this.feature is None:
                this.feature = other.feature


def _blocs(text: str, mentions: list[Mention]) -> list[Mention]:
    taken = [(m.start, m.end) for m in mentions]
    found = []
    for bloc in sorted(cues().blocs, key=len, reverse=True):
        for match in re.finditer(rf"(?i:{re.escape(bloc)})(?![\w’'-]*\w)(?!\s+[A-Z])", text):
            start, end = match.span()
            if match.group().split()[-1][0].isupper() and not any(
                a < end and start < b for a, b in taken
            ):
                taken.append((start, end))
                name = match.group()
                found.append(
                    Mention(start, end, name, "associative", name, "bloc", ("a bloc of states",))
                )
    return found
