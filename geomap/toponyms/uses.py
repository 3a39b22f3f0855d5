"""Grouping an article's mentions into uses of names, with the words that qualify them."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import replace
from typing import TYPE_CHECKING

from geomap.gazetteer.names import fold
from geomap.toponyms.context import FITS, Use
from geomap.toponyms.pools import FEATURE_WORDS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from geomap.models import Mention
    from geomap.toponyms.pools import Pool, Pools

# Between a name and the division or country it lies in: ", ", " in eastern ", " (".
_PARENT = re.compile(r"\s*(?:,|\bin\b|\()\s*(?:the\s+)?(?:\w+ern\s+)?")
_MAX_GAP = 24
MAX_USES = 100  # of one name in an article; what comes after them counts as the plain name
_AFTER = re.compile(r"\s+([A-Za-z]+)")
_BEFORE = re.compile(r"\b([A-Za-z]+)\s+of\s+$")
_OF = {
    "city": "settlement", "town": "settlement", "village": "settlement", "port": "settlement",
    "settlement": "settlement", "capital": "settlement", "suburb": "settlement",
    "hamlet": "settlement", "state": "admin1", "province": "admin1", "region": "admin1",
    "oblast": "admin1", "county": "admin2", "district": "admin2", "island": "feature",
    "republic": "wide",
    # "all of Donetsk" is the oblast: a city is held whole or in parts, too, but seldom said so.
    "all": "admin1", "rest": "admin1", "whole": "admin1", "most": "admin1", "entirety": "admin1",
    "parts": "admin1", "half": "admin1", "much": "admin1",
}  # fmt: skip
_PLURALS = {
    "regions": "admin1", "oblasts": "admin1", "provinces": "admin1", "states": "admin1",
    "districts": "admin2", "raions": "admin2", "counties": "admin2", "parishes": "admin2",
    "cities": "settlement", "towns": "settlement", "villages": "settlement",
    "rivers": "feature", "islands": "feature",
}  # fmt: skip
_LISTED = re.compile(r"\s*(?:,\s*(?:and\s+|or\s+)?|\s(?:and|or)\s)\s*")
# Too weak after a name to say what it is: "Kharkiv area", "the U.S. side".
_WEAK = frozenset({"area", "team", "body", "wide"})


def add_uses(
    uses: list[Use], article: int, text: str, mentions: Sequence[Mention], pools: Pools, base: int,
    links: Sequence[tuple[int, int, float]],
) -> list[int]:  # fmt: skip
    """Add the uses of an article's mentions, and return for each mention the number of its use.

    Parameters
    ----------
    uses : list of Use
        Those of the articles before; added to.
    article : int
        The article's number.
    text : str
    mentions : sequence of Mention
        In order of their offsets.
    pools : Pools
    base : int
        Number of mentions of the articles before.
    links : sequence of (int, int, float)
        What the text says lies where (`links.find_links`).
    """
    found: list[Pool] = [pools.of(m.name, m.kind == "demonym") for m in mentions]
    keys = [fold(m.name) for m in mentions]
    features = _features(text, mentions, found)
    parents: list[int | None] = [None] * len(mentions)
    for i in range(len(mentions) - 1):
        low, high = mentions[i].end, mentions[i + 1].start
        near = 0 < high - low <= _MAX_GAP and keys[i] != keys[i + 1]
        if near and _PARENT.fullmatch(text, low, high):
            parents[i] = i + 1
    # A name that the text locates is a use of its own: two villages may share it.
    told = {a: (keys[b], azimuth) for a, b, azimuth in links}
    numbers: dict[tuple[object, ...], int] = {}
    names: dict[str, int] = {}
    of_name: Counter[str] = Counter()
    use_of: list[int] = []
    parent_mention: list[int | None] = []
    begin = len(uses)
    for i, key in enumerate(keys):
        parent = parents[i]
        demonym = mentions[i].kind == "demonym"
        feature = features[i]
        within = None if parent is None else keys[parent]
        use_key: tuple[object, ...] = (key, feature, within, demonym, told.get(i))
        number = numbers.get(use_key)
        if number is None and of_name[key] >= MAX_USES:
            parent, feature, use_key = None, None, (key, None, None, demonym, None)
            number = numbers.get(use_key)
        if number is None:
            number = numbers[use_key] = len(uses)
            of_name[key] += 1
            name = names.setdefault(key, len(names))
            uses.append(Use(found[i], feature, name=name, article=article))
            parent_mention.append(parent)
        uses[number].order.append(base + i)
        uses[number].literal |= mentions[i].kind == "literal"
        use_of.append(number)
    for use, mention in zip(uses[begin:], parent_mention, strict=True):
        use.parent = None if mention is None else use_of[mention]
    return use_of


def called(text: str, mentions: Sequence[Mention], pools: Pools) -> list[Mention]:
    """Return mentions with what the words beside them call them (`Mention.feature`)."""
    found = [pools.of(m.name, m.kind == "demonym") for m in mentions]
    return [
        m if feature is None or m.feature is not None else replace(m, feature=feature)
        for m, feature in zip(mentions, _features(text, mentions, found), strict=True)
    ]


def _features(text: str, mentions: Sequence[Mention], pools: Sequence[Pool]) -> list[str | None]:
    """Return what the words beside or inside each name call it: "admin1", "settlement", ..."""
    found = [_feature(text, m, p) for m, p in zip(mentions, pools, strict=True)]
    # "Kharkiv, Sumy and Donetsk regions": the word stands for the whole list.
    in_list: set[int] = set()
    for i in range(len(mentions) - 2, -1, -1):
        this, after = mentions[i], mentions[i + 1]
        if found[i] is None and found[i + 1] is not None and after.start - this.end <= _MAX_GAP:
            plural = _AFTER.match(text, after.end, after.end + 20)
            shared = i + 1 in in_list or _is_plural(plural)
            if shared and _LISTED.fullmatch(text, this.end, after.start):
                found[i] = found[i + 1]
                in_list.add(i)
    return [
        f if f is None or p.static.shape[0] == 0 or _known_as(p, f) else None
        for f, p in zip(found, pools, strict=True)
    ]


def _is_plural(word: re.Match[str] | None) -> bool:
    return word is not None and word.group(1).lower() in _PLURALS


def _known_as(pool: Pool, feature: str) -> bool:
    """Say whether the gazetteer knows something of that kind by that name ("most of Bakhmut")."""
    levels = FITS.get(feature)
    return levels is None or bool(pool.has_level(levels))


def _feature(text: str, mention: Mention, pool: Pool) -> str | None:
    if mention.feature is not None:
        return mention.feature
    after = _AFTER.match(text, mention.end, mention.end + 20)
    if after:
        word = after.group(1).lower()
        feature = FEATURE_WORDS.get(word) or _PLURALS.get(word)
        if feature is not None and feature not in _WEAK:
            return feature
    if text[max(0, mention.start - 24) : mention.start].rstrip().endswith("of"):
        before = _BEFORE.search(text, max(0, mention.start - 24), mention.start)
        if before and (word := before.group(1).lower()) in _OF:
            return _OF[word]
    return None if pool.feature in _WEAK else pool.feature
