"""Two keys for the spellings of a name: `fold`, exact, and `spelling_key`, tolerant.

Both are applied to every name when the gazetteer is built and to the words of a text when names
are looked for, so two spellings find each other when their keys are equal. They are lookup keys,
never shown to a person. `docs/spelling.md` says what each covers, with figures.
"""

from __future__ import annotations

import unicodedata
from functools import lru_cache

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
# Every sign that is written for an apostrophe or a soft sign in romanised names, full stops, and
# what is invisible. The four spacing accents are here because Unicode decomposes them to a space.
_DROPPED = (
    "'’‘‚‛ʻʼʽʾʿˈˊˋʹʺ`´′″‴‵\"“”„‟«»‹›＇＂ꞌꞋ՚׳״ˮ˗." + "¨¯¸\u0384"
    "\u0301\u034f\u200b\u200c\u200d\u200e\u200f\u00ad\u2060\ufeff"
)
_SPACED = "-‐‑‒–—―−⁃־﹣－‧·•・/,()[]_\u00a0\u202f\u2009"
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
            text = "".join(c for c in text if not unicodedata.combining(c))
            # Once more: compatibility forms hide capitals and Cyrillic letters ("№", "ｋ").
            text = text.casefold().translate(_TABLE)
    return " ".join(text.split())


# What the romanisations write differently, letter by letter: и, і, й and every form of them; в; г,
# ґ and х.
_LETTERS = str.maketrans({"y": "i", "j": "i", "w": "v", "x": "h", "g": "h"})
# Pairs of letters that are written for one. A run of hissing letters is its first, so that s, š,
# sh, sch, šč and shch share a key: `fold` has already made š an s.
_PAIRS = {
    **{c + c: c for c in "abcdefghijklmnopqrstuvwxyz"},
    **{first + then: first for first in "szc" for then in "szch"},
    "ts": "c", "tz": "c", "tc": "c", "kh": "h", "ff": "v", "ie": "e", "io": "e", "ou": "u",
}  # fmt: skip
_VOWELS = "aeiou"


@lru_cache(maxsize=1 << 15)
def _word_key(word: str) -> str:
    """Return the spelling key of one folded word."""
    if "w" in word:  # German or Polish: ch is х, sch is ш, tsch and cz are ч
        word = word.replace("sch", "s").replace("tch", "c").replace("cz", "c").replace("ch", "h")
    letters: list[str] = []
    before = ""
    for letter in word.translate(_LETTERS):
        last = letter
        # Each turn takes a letter away: time is linear, and as no pair of the table is left, the
        # key of a key is itself.
        while one := _PAIRS.get(before + last):
            last = one
            letters.pop()
            before = letters[-1] if letters else ""
        letters.append(last)
        before = last
    key = "".join(letters).replace("cia", "ca").replace("ciu", "cu")
    # Endings in which a Russian name differs from the Ukrainian one of the same place.
    if key.endswith("oe") and key[-3:-2] not in _VOWELS:  # Krasnoye, Krasne
        key = key[:-2] + "e"
    if key.endswith(("vka", "vke", "vki")) and key[-4:-3] in ("e", "i", "o"):  # -ovka, -ivka
        key = key[:-3].rstrip("eio") + "i" + key[-3:]
    elif key.endswith(("ovo", "evo", "ino")):  # Kurakhovo, Kurakhove; Andreevo, Andriieve
        key = key[:-1] + "e"
    return key


def spelling_key(name: str) -> str:
    """Return the key that the romanisations of an East Slavic name share.

    It covers the Ukrainian national system, BGN/PCGN, scholarly, German and Polish forms, and the
    endings of Russian forms. Names with equal `fold` have equal spelling keys, so what is found by
    `fold` is found by this one too, among more: rank those whose `fold` is equal first. The key of
    several words is the keys of the words with spaces between, and a key is its own key.

    Parameters
    ----------
    name : str
        A name in Cyrillic (Ukrainian, Russian, Belarusian) or Latin letters.

    Returns
    -------
    str
        The key; empty when the name holds no letter or digit.

    Examples
    --------
    >>> {spelling_key(n) for n in ("Avdiivka", "Avdiyivka", "Awdijiwka", "Авдіївка", "Avdeevka")}
    {'avdivka'}
    >>> spelling_key("Zaporizhzhia") == spelling_key("Zaporižžja") == spelling_key("Запоріжжя")
    True
    >>> spelling_key("Stepne") == spelling_key("Stepove")
    False
    """
    key = fold(name)
    return " ".join(map(_word_key, key.split(" "))) if " " in key else _word_key(key)
