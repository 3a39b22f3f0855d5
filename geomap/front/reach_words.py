"""The words and patterns that tell how far a word that acts reaches."""

from __future__ import annotations

import re

FARTHEST = 260  # characters from a word that acts to the first of its places
NOUN_PLACE = re.compile(
    r"\b(?:it|the\s+(?:city|town|village|settlement|hamlet))\s+(?:\w+\s+){0,3}$", re.I
)
PRONOUN_PLACE = re.compile(
    r"\s+(?:(?:to|in|into|near|at|on|from)\s+)?"
    r"(?:it|the\s+(?:[a-z-]+\s+){0,3}?(?:city|town|village|settlement|hamlet))\b"
    r"(?!\s*[’']s|\s+of\b)",
    re.I,
)
ON_THE_PLACE = re.compile(
    r"\s+(?:on|in|near|at|against)\s+the\s+(?:city|town|village|settlement)\b(?!\s*[’']s|\s+of\b)",
    re.I,
)
FRONTED = re.compile(
    r"^[\s“\"]*(?:(?:also|meanwhile|further|elsewhere|and),?\s+)?(?:in|near|at|around|outside|north|south|"
    r"east|west|northeast|northwest|southeast|southwest|over|along|inside|to\s+the)\b",
    re.I,
)
PREPOSITIONS = frozenset({"into", "to", "toward", "towards", "on", "at", "in", "near", "inside"})
AMONG = re.compile(r"\b(?:among\s+them|including|such\s+as)\s+", re.I)
AT = frozenset({"near", "at", "in", "inside", "outside", "during"})
NEARER = frozenset({"closer", "nearer", "approach", "approached", "approaches", "approaching"})
AUXILIARY = frozenset(
    {
        "has", "have", "had", "was", "were", "is", "are", "finally", "also", "been", "not", "city",
        "itself", "will", "would", "could", "may", "might", "did", "soon", "eventually", "never",
        "already", "yet", "now", "again", "town", "village", "repeatedly", "recently", "hasn't",
        "haven't", "reportedly", "since", "to", "about", "then", "still", "later", "hadn't",
        "being", "all", "both", "reported", "likely", "heavily", "twice", "remains", "once", "and",
        "be",
    }
)  # fmt: skip
WHOLE = frozenset({"captured", "liberated", "held", "lost", "withdrawn", "encircled"})
ONGOING = frozenset({"advanced"})  # what "did not advance" denies of the places just named
ATTACKS = frozenset({"attacked", "advanced", "counterattacked"})
SHARE = frozenset(
    {"most", "much", "half", "part", "parts", "some", "percent", "third", "quarter", "majority"}
)
HOWEVER = frozenset({"but", "although", "though", "however", "yet"})
LATER = frozenset(
    {"after", "before", "when", "until", "following", "ahead", "if", "that", "who", "designed"}
)
HOLDS = ("hold", "held", "control")
SAME_VERB = frozenset({"and", "or", "then", "also"})
# "Rubizhne, a factory town of 60,000 before the war, fell": what is said of a place beside it.
APPOSED = re.compile(
    r"\s*,\s+(?:an?|the|once|long|home\s+to|which|where|whose)\s(?:[^,;:()]|,(?=\d)){2,110},", re.I
)
# "Prices in Pokrovsk fell": the place is not what fell.
WITHIN = frozenset({"in", "at", "near", "from", "on", "for", "to", "around", "outside", "inside"})
# "Withdrew its troops from Lyman": the place is left; all of it, when it is all of them.
MEN = frozenset(
    {
        "troops", "forces", "soldiers", "defenders", "men", "units", "army", "garrison", "fighters",
        "servicemen", "personnel", "brigades", "brigade", "infantry", "marines", "paratroopers",
    }
)  # fmt: skip
ALL = frozenset({"its", "their", "his", "the", "last", "all", "remaining"})
ELSE = frozenset({"for", "of", "from", "to", "with", "on", "by", "against", "that"})
