"""Texts as a store keeps them: compressed, exactly as they were."""

from __future__ import annotations

import hashlib
import zlib
from dataclasses import replace
from typing import TYPE_CHECKING

from geomap.errors import WorkspaceError

if TYPE_CHECKING:
    from geomap.models import Article

MOST_BYTES = 200_000_000  # a text that says it is larger is damage, or a bomb


def digest(text: str) -> str:
    """Return the SHA-256 of a text in UTF-8 (half of a surrogate pair counts as it stands)."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def packed(text: str) -> bytes:
    """Return a text compressed."""
    return zlib.compress(text.encode("utf-8", "surrogatepass"), 6)


def unpacked(data: bytes, what: str) -> str:
    """Return a text that `packed` compressed.

    Parameters
    ----------
    data : bytes
    what : str
        Whose text it is, for messages.

    Raises
    ------
    WorkspaceError
        It is damaged.
    """
    try:
        stream = zlib.decompressobj()
        whole = stream.decompress(data, MOST_BYTES)
        if stream.unconsumed_tail or not stream.eof:
            raise WorkspaceError(f"{what}: its text is damaged")
        return whole.decode("utf-8", "surrogatepass")
    except (zlib.error, UnicodeDecodeError, TypeError) as error:
        raise WorkspaceError(f"{what}: its text is damaged") from error


def holdable(article: Article) -> Article:
    """Return an article whose id, title and the like SQLite can hold; its text stays as it is."""
    return replace(
        article,
        id=whole(article.id),
        title=_maybe(article.title),
        source=_maybe(article.source),
        url=_maybe(article.url),
        lang=_maybe(article.lang),
        path=_maybe(article.path),
    )


def _maybe(text: str | None) -> str | None:
    return None if text is None else whole(text)


def whole(text: str) -> str:
    """Return a text with U+FFFD for half of a surrogate pair, which UTF-8 cannot hold."""
    return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
