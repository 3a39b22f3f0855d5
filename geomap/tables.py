"""Loading the data tables that people may want to change (TOML files beside the code)."""

from __future__ import annotations

import tomllib
from importlib import resources
from typing import TYPE_CHECKING, Any

from geomap.errors import TableError

if TYPE_CHECKING:
    from collections.abc import Mapping


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
