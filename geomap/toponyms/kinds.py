"""What a place name stands for: the place itself, or who governs it.

A country or a capital is associative when it acts or is spoken of as a power ("Moscow denies",
"fighting with Russia", "Russia's assault"); it is literal where the words put something there
("children from Ukraine", "in Kyiv", "visit Russia").
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from geomap.toponyms.cues import cues

if TYPE_CHECKING:
    from geomap.models import MentionKind
    from geomap.toponyms.tokens import Token

# "from Ukraine" and "to Russia" put something there; so do strikes on and marches through it.
_PLACING = frozenset({"to", "on", "across", "over", "through", "throughout", "leaving", "via"})
# After a possessive, a thing that lies in the place rather than belongs to its government.
_LIES_IN = frozenset(
    {
        "east", "west", "north", "south", "northeast", "northwest", "southeast", "southwest",
        "eastern", "western", "northern", "southern", "central", "border", "borders", "coast",
        "territory", "soil", "capital", "cities", "towns", "outskirts", "suburbs", "streets",
        "fiercest", "largest", "biggest", "centre", "center", "second", "region",
    }
)  # fmt: skip
_VISITS = frozenset({"visit", "visited", "visiting", "enter", "entered", "leave", "left", "fled"})


def mention_kind(
    text: str, tokens: list[Token], first: int, last: int, governs: bool, feature: str | None
) -> MentionKind:
    """Return whether words `first` to `last` (exclusive) mean the place or its government.

    `governs` says that the name can be a country's or a capital's; others are always literal.
    """
    if not governs or feature in ("admin1", "settlement"):
        return "literal"
    words = cues()
    start = tokens[first].start
    before = tokens[first - 1] if first > 0 and tokens[first].joined else None
    after = tokens[last] if last < len(tokens) else None
    name_end = tokens[last - 1]
    if before is not None and (
        before.folded in words.locative or before.folded in _PLACING | _VISITS
    ):
        # "from Russia's invasion" is the power's; "in Russia's Kursk region" is there.
        owned = name_end.possessive and not _lies_in(after)
        return "associative" if owned else "literal"
    if before is not None and before.folded in words.directions:
        return "literal"  # "eastern Ukraine"
    if name_end.possessive:
        in_it = after is not None and after.folded in _LIES_IN
        return "literal" if in_it else "associative"
    comma = text[max(0, start - 2) : start] == ", "
    if comma and (after is None or text[name_end.end : name_end.end + 1] in (":", ",", ")", ".")):
        return "literal"  # "NEAR KREMINNA, Ukraine:", "in Bakhmut, Ukraine."
    if after is not None and after.joined and after.folded in words.place_after:
        return "literal"
    return "associative"


def _lies_in(after: Token | None) -> bool:
    """Say whether what a possessive owns is a part of the place ("Ukraine's east", "... Kursk")."""
    return after is not None and (after.folded in _LIES_IN or after.capital)
