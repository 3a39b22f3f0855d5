"""Tables that people change: the TOML files beside the code, and cells for their spreadsheets."""

from __future__ import annotations

import re
import tomllib
from importlib import resources
from typing import TYPE_CHECKING, Any

from geomap.errors import TableError

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

# What a spreadsheet would run as a formula. Marks and white space before it count too: some
# spreadsheets pass over them.
_FORMULA = re.compile(r"\s*'*\s*[=+\-@|\uff1d\uff0b\uff0d\uff20\t\r]")


# tomllib takes time with the square of a key's parts: 50,000 of them took minutes. A key of TOML
# has a few; in a text fifty words with a full stop after each are no sentence either.
_LONG_KEY = re.compile(r"""(?<![\w"'-])(?:(?:[\w-]++|"[^"\n]*+"|'[^'\n]*+')[ \t]*+\.[ \t]*+){50}""")


def parse_toml(text: str) -> dict[str, Any]:
    """Return the table of a text in TOML, as `tomllib.loads`, in time in step with its length.

    Raises
    ------
    tomllib.TOMLDecodeError
        It is no TOML, is nested too deeply, or has a key of more than fifty parts or a number of
        thousands of digits.

    Examples
    --------
    >>> parse_toml("a.b = 1")
    {'a': {'b': 1}}
    """
    found = _LONG_KEY.search(text)
    if found is not None:
        line = text.count("\n", 0, found.start()) + 1
        raise tomllib.TOMLDecodeError(f"a key of more than 50 parts (at line {line})")
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError:
        raise
    except RecursionError as error:
        raise tomllib.TOMLDecodeError("nested too deeply") from error
    except ValueError as error:
        raise tomllib.TOMLDecodeError("a number of too many digits") from error


def load_table(package: str, file: str) -> dict[str, Any]:
    """Return a TOML table that ships with a package of geomap.

    Raises
    ------
    TableError
        The file is missing or is not TOML; the message names it.
    """
    try:
        text = (resources.files(package) / file).read_text(encoding="utf-8")
        return tomllib.loads(text)
    except (OSError, tomllib.TOMLDecodeError) as error:
        raise TableError(f"{package}/{file}: {error}") from error


def word_sets(
    table: Mapping[str, Any], where: str, required: set[str]
) -> dict[str, frozenset[str]]:
    """Return the lists of words of a table as sets.

    Raises
    ------
    TableError
        A list is missing, unknown, or holds something other than non-empty lower-case words.
    """
    missing, unknown = required - table.keys(), table.keys() - required
    if missing or unknown:
        raise TableError(f"{where}: missing {sorted(missing)}, unknown {sorted(unknown)}")
    for key, words in table.items():
        for word in words:
            if not isinstance(word, str) or not word.strip() or word != word.lower():
                raise TableError(f"{where}: {key}: {word!r} is not a lower-case word")
    return {key: frozenset(words) for key, words in table.items()}


def read_bytes(path: Path) -> bytes:
    """Return what a user's file holds.

    Raises
    ------
    TableError
        It cannot be read; the message names it.
    """
    try:
        return path.read_bytes()
    except (OSError, ValueError) as error:  # ValueError: a NUL in the name
        why = getattr(error, "strerror", None) or str(error)
        raise TableError(f"{path}: cannot be read: {why}") from error


def safe_cell(text: str) -> str:
    r"""Return a text as a cell that no spreadsheet runs as a formula; `plain_cell` undoes it.

    Examples
    --------
    >>> safe_cell("Lyman"), safe_cell('=HYPERLINK("x")'), safe_cell("'=1")
    ('Lyman', '\'=HYPERLINK("x")', "''=1")
    """
    return "'" + text if _FORMULA.match(text) else text


def plain_cell(text: str) -> str:
    """Return the text of a cell that `safe_cell` made.

    A cell whose mark a spreadsheet has taken away is given as it is.

    Examples
    --------
    >>> [plain_cell(safe_cell(t)) for t in ("Lyman", "=1", "'=1", "'tis")]
    ['Lyman', '=1', "'=1", "'tis"]
    """
    return text[1:] if text.startswith("'") and _FORMULA.match(text) else text
