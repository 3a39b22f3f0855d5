"""The words for a speaker as they stand within a sentence of a briefing."""

from __future__ import annotations

# Words that begin a sentence with a capital and are written small within one.
_SMALL = frozenset([
    "the", "a", "an", "two", "three", "four", "five", "several", "some", "many", "most", "both",
    "local", "regional", "their", "its", "his", "her", "our", "officials", "police", "residents",
    "witnesses", "analysts", "soldiers", "troops", "medics", "authorities", "commanders",
    "military", "geolocated", "footage", "satellite", "national", "prosecutors", "emergency",
    "social", "media", "sources", "locals", "relatives", "various", "multiple", "senior",
    "unnamed", "unidentified", "video", "videos", "images", "eyewitnesses", "drone", "open",
    "available", "unspecified", "other", "another", "one",
])  # fmt: skip
_PRONOUNS = frozenset(["he", "she", "they", "it", "we", "i", "who"])
_OWNERS = frozenset(["its", "their", "his", "her", "our"])
# "The milblogger claimed": named in a sentence before, one of many to who reads this one alone.
_ONE_OF_MANY = frozenset([
    "milblogger", "blogger", "source", "channel", "official", "spokesman", "spokeswoman",
    "spokesperson", "commander", "soldier", "serviceman", "servicemember", "witness", "resident",
    "volunteer", "medic", "doctor", "outlet", "analyst", "journalist", "brigade", "battalion",
])  # fmt: skip
_ENDS = (" cited", " quoted", " who", " that", " which")


_WHAT_IS_SAID = frozenset(["claims", "reports", "statements", "mapping", "maps", "data", "imagery"])


def is_what_is_said(speaker: str) -> bool:
    """Say whether a speaker is no one but what someone said: "Russian claims"."""
    return speaker.rsplit(maxsplit=1)[-1].lower() in _WHAT_IS_SAID


def speaker_of(words: str) -> str:
    """Return the words for a speaker as they stand within a sentence.

    Examples
    --------
    >>> speaker_of("The milblogger"), speaker_of("Their brigade"), speaker_of("The ministry")
    ('a milblogger', 'a brigade', 'the ministry')
    >>> speaker_of("Social media"), speaker_of("Kyiv"), speaker_of("He")
    ('social media', 'Kyiv', 'a speaker named before')
    """
    kept = " ".join(words.split())
    for end in _ENDS:
        kept = kept.removesuffix(end)
    first, _, rest = kept.partition(" ")
    if kept.lower() in _PRONOUNS:
        return "a speaker named before"
    if first.lower() in _OWNERS | {"the"} and rest in _ONE_OF_MANY:
        return f"{'an' if rest[0] in 'aeiou' else 'a'} {rest}"
    if first.lower() in _OWNERS and rest:
        return f"the {rest}"
    return kept[0].lower() + kept[1:] if first.lower() in _SMALL else kept
