"""Texts as a store keeps them: compressed, exactly as they were."""

from __future__ import annotations

import hashlib
import zlib

from geomap.errors import WorkspaceError

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
