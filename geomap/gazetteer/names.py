"""Folding: one key for the spellings of a name.

`fold` is applied to every name when the gazetteer is built and to the words of a text when names
are looked for, so two spellings find each other when their keys are equal. It is a lookup key,
never shown to a person.
"""

from __future__ import annotations

import re
import unicodedata

# Cyrillic to Latin, lower case. Ukrainian letters follow the national system (Cabinet of
# Ministers resolution 55 of 2010) without its word-initial variants; letters that only Russian
# has follow BGN/PCGN. Soft and hard signs are dropped, as news does.
_CYRILLIC = {
    "а": "a", "б": "b", "в": "v", "г": "h", "ґ": "g", "д": "d", "е": "e", "є": "ie", "ж": "zh",
    "з": "z", "и": "y", "і": "i", "ї": "i", "й": "i", "к": "k", "л": "l", "м": "m", "н": "n",
    "о": "o", "п": "p", "р": "r", "с": "s", "т": "t", "у": "u", "ф": "f", "х": "kh", "ц": "ts",
    "ч": "ch", "ш": "sh", "щ": "shch", "ь": "", "ю": "iu", "я": "ia", "ё": "e", "ъ": "", "ы": "y",
    "э": "e", "ў": "u", "ј": "j", "љ": "lj", "њ": "nj", "ћ": "c", "ђ": "d", "џ": "dz", "қ": "q",
    "ғ": "gh", "ә": "a", "ө": "o", "ү": "u", "ұ": "u", "һ": "h", "ң": "n",
}  # fmt: skip
# Latin letters that Unicode does not decompose into a base letter and a mark.
_LATIN = {
    "ł": "l", "ø": "o", "đ": "d", "ð": "d", "þ": "th", "ß": "ss", "æ": "ae", "œ": "oe", "ı": "i",
    "ħ": "h", "ŧ": "t", "ə": "a",
}  # fmt: skip
# Every sign that is written for an apostrophe or a soft sign in romanised names, and full stops.
_DROPPED = "'’‘ʼʹʻ`´′ʺ\"“”«»." + "\u0301\u200b\u200c\u200d\u00ad\u2060\ufeff"
_SPACED = "-‐‑‒–—―−/,()[]_·\u00a0\u202f\u2009"
_TABLE = str.maketrans(
    {
        **_CYRILLIC,
        **_LATIN,
        **dict.fromkeys(_DROPPED, ""),
        **dict.fromkeys(_SPACED, " "),
    }
)
_ASCII_TABLE = str.maketrans(
    {
        **{c: "" for c in _DROPPED if c.isascii()},
        **{c: " " for c in _SPACED if c.isascii()},
    }
)
_SPACES = re.compile(r"\s+")


def fold(name: str) -> str:
    """Return the lookup key of a name: lower case, no marks, Cyrillic in Latin letters.

    Parameters
    ----------
    name : str
        A name in any script.

    Returns
    -------
    str
        The key; empty when the name holds no letter or digit.

    Examples
    --------
    >>> fold("KREMINNA"), fold("Кремінна"), fold("Slov’yans’k")
    ('kreminna', 'kreminna', 'slovyansk')
    >>> fold("Rostov-on-Don"), fold("Orléans"), fold("St. Petersburg")
    ('rostov on don', 'orleans', 'st petersburg')
    """
    if name.isascii():
        text = name.lower().translate(_ASCII_TABLE)
    else:
        # NFC first: a decomposed Cyrillic letter (i + two dots) must meet the table as one letter.
        text = unicodedata.normalize("NFC", name).lower().translate(_TABLE)
        if not text.isascii():
            text = unicodedata.normalize("NFKD", text)
            text = "".join(c for c in text if not unicodedata.combining(c)).translate(_TABLE)
    return _SPACES.sub(" ", text).strip()
