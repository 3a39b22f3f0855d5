"""Cyrillic names in Latin letters, as news and maps write them.

Used when the gazetteer is built, for places whose source gives only the Cyrillic name; a name made
here is shown to people. To *find* a name use the keys of `geomap.gazetteer.names`.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable

_SHARED = {
    "а": "a", "б": "b", "в": "v", "г": "g", "ґ": "g", "д": "d", "ж": "zh", "з": "z", "к": "k",
    "л": "l", "м": "m", "н": "n", "о": "o", "п": "p", "р": "r", "с": "s", "т": "t", "у": "u",
    "ф": "f", "х": "kh", "ц": "ts", "ч": "ch", "ш": "sh", "щ": "shch", "ь": "", "ъ": "", "ы": "y",
    "э": "e", "ў": "u",
}  # fmt: skip
# Letters of the other language stand at the end of each table: names mix them by mistake.
_UKRAINIAN = {
    **_SHARED, "г": "h", "е": "e", "є": "ie", "и": "y", "і": "i", "ї": "i", "й": "i", "ю": "iu",
    "я": "ia", "ё": "io",
}  # fmt: skip
_UKRAINIAN_INITIAL = {"є": "ye", "ї": "yi", "й": "y", "ю": "yu", "я": "ya", "ё": "yo"}
_RUSSIAN = {
    **_SHARED, "е": "e", "ё": "yo", "и": "i", "й": "y", "ю": "yu", "я": "ya",
    "і": "i", "ї": "yi", "є": "ye",
}  # fmt: skip
_APOSTROPHES = frozenset("'’‘ʼʹ`´′‛ʻʽ＇ꞌ\"”ʺ″")
_STRESS = "\u0301"


def _ukrainian_letter(letter: str, before: str, _after: str) -> str | None:
    if not before:
        return _UKRAINIAN_INITIAL.get(letter) or _UKRAINIAN.get(letter)
    if letter == "г" and before == "з":
        return "gh"  # zgh, since zh is ж
    return _UKRAINIAN.get(letter)


def _russian_letter(letter: str, before: str, after: str) -> str | None:
    if letter == "е" and (not before or before in "аеёиоуыэюяійъь'"):
        return "ye"
    if letter == "и" and before in ("ь", "'"):
        return "yi"  # Ильич Ilyich
    if letter == "о" and before == "ь":
        return "yo"
    if letter in "ыи" and after == "й.":
        return ""  # the ending: Грозный Grozny, Нижний Nizhny
    return _RUSSIAN.get(letter)


def _romanise(name: str, latin: Callable[[str, str, str], str | None]) -> str:
    """Replace letter by letter; `latin` sees a letter, the one before it and what follows.

    `before` is empty at the start of a word; `after` is the next letter with a full stop when the
    word ends there.
    """
    text = unicodedata.normalize("NFC", name).replace(_STRESS, "")
    lower = text.lower() if len(text.lower()) == len(text) else text
    out: list[str] = []
    before = ""
    last = len(text) - 1
    for i, char in enumerate(text):
        letter = lower[i]
        if char in _APOSTROPHES and before and i < last and text[i + 1].isalpha():
            before = "'"
            continue
        after = lower[i + 1] if i < last and text[i + 1].isalpha() else ""
        if after and (i + 1 == last or not text[i + 2].isalpha()):
            after += "."
        found = latin(letter, before, after)
        if found is None:
            out.append(char)
        elif char == letter:
            out.append(found)
        else:
            shouted = text[i + 1].isupper() if after else i > 0 and text[i - 1].isupper()
            out.append(found.upper() if shouted else found.capitalize())
        before = letter if char.isalpha() else ""
    return "".join(out)


def romanise_ukrainian(name: str) -> str:
    """Return a Ukrainian name in Latin letters by the national system.

    Cabinet of Ministers resolution 55 of 27 January 2010: є ї й ю я are written Ye Yi Y Yu Ya at
    the start of a word, else ie i i iu ia; зг is zgh; soft sign and apostrophe are left out. What
    is not Cyrillic stays as it is, and so do case, hyphens and spaces.

    Parameters
    ----------
    name : str
        A name in Cyrillic, with or without stress marks.

    Returns
    -------
    str
        The name in Latin letters.

    Examples
    --------
    >>> romanise_ukrainian("Часів Яр"), romanise_ukrainian("Мар’їнка")
    ('Chasiv Yar', 'Marinka')
    >>> romanise_ukrainian("Згорани"), romanise_ukrainian("ЩАСТЯ")
    ('Zghorany', 'SHCHASTIA')
    """
    return _romanise(name, _ukrainian_letter)


def romanise_russian(name: str) -> str:
    """Return a Russian name in Latin letters by BGN/PCGN, as news simplifies it.

    е is ye at the start of a word and after a vowel, й, ъ or ь, else e; ё is yo; soft and hard
    signs are left out, though ьи is yi and ьо yo; the endings -ый and -ий are y (Grozny, Nizhny
    Novgorod), where strict BGN/PCGN has -yy and -iy.

    Parameters
    ----------
    name : str
        A name in Cyrillic, with or without stress marks.

    Returns
    -------
    str
        The name in Latin letters.

    Examples
    --------
    >>> romanise_russian("Авдеевка"), romanise_russian("Ростов-на-Дону")
    ('Avdeyevka', 'Rostov-na-Donu')
    >>> romanise_russian("Артёмовск"), romanise_russian("Красный Луч")
    ('Artyomovsk', 'Krasny Luch')
    """
    return _romanise(name, _russian_letter)
