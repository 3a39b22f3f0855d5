"""Streams that are bounded: what is read from an archive may be made to hurt."""

from __future__ import annotations

import io
import zlib
from typing import BinaryIO, Protocol

from geomap.errors import ArticleError

__all__ = ["Inflated", "Metered", "Readable", "Rejoined", "read_at_most"]

# Small, so that little is lost before a place that is damaged.
_PACKED_BYTES = 4_096
_PIECE_BYTES = 1 << 16


class Readable(Protocol):
    """What bytes can be read from."""

    def read(self, size: int = -1, /) -> bytes:
        """Return up to `size` bytes, none at the end."""


class Rejoined:
    """A stream with what was taken from it to look at put back before it."""

    def __init__(self, head: bytes, stream: Readable) -> None:
        self._head = head
        self._stream = stream

    def read(self, size: int = -1, /) -> bytes:
        """Return up to `size` bytes, none at the end."""
        if not self._head:
            return self._stream.read(size)
        size = len(self._head) if size < 0 else size
        piece, self._head = self._head[:size], self._head[size:]
        return piece


class Metered:
    """A stream that ends with an `ArticleError` after so many bytes.

    `stretch` bytes may be read between two calls of `mark`, `most` in all; None is no limit.
    """

    def __init__(
        self,
        stream: Readable,
        message: str,
        *,
        most: int | None = None,
        stretch: int | None = None,
    ) -> None:
        self._stream = stream
        self._message = message
        self._most = most
        self._stretch = stretch
        self._marked = 0
        self.taken = 0

    def read(self, size: int = -1, /) -> bytes:
        """Return up to `size` bytes, none at the end.

        Raises
        ------
        ArticleError
            More was read than may be.
        """
        piece = self._stream.read(size)
        self.taken += len(piece)
        if self._most is not None and self.taken > self._most:
            raise ArticleError(self._message)
        if self._stretch is not None and self.taken - self._marked > self._stretch:
            raise ArticleError(self._message)
        return piece

    def mark(self) -> None:
        """Begin the next stretch."""
        self._marked = self.taken


class Inflated:
    """What a gzip stream of one or more members holds, a bounded piece at a time.

    What stands before a damaged place is given before the error is raised.
    """

    def __init__(self, stream: Readable) -> None:
        self._stream = stream
        self._waiting = b""
        self._unpacker = zlib.decompressobj(wbits=31)
        self._begun = False

    def read(self, size: int = -1, /) -> bytes:
        """Return up to `size` bytes, none at the end.

        Raises
        ------
        ArticleError
            It is damaged, or cut.
        """
        most = _PIECE_BYTES if size < 0 else min(size, _PIECE_BYTES)
        piece = b""
        while not piece and most:
            if self._unpacker.eof:  # another member may follow; zeros are padding
                self._waiting = self._waiting.lstrip(b"\0")
                if self._waiting:
                    self._unpacker, self._begun = zlib.decompressobj(wbits=31), False
            if not self._waiting:
                self._waiting = self._stream.read(_PACKED_BYTES)
                if not self._waiting:
                    if self._begun and not self._unpacker.eof:
                        raise ArticleError("is cut short: its end is missing")
                    return b""
                if self._unpacker.eof:
                    continue
            self._begun = True
            try:
                piece = self._unpacker.decompress(self._waiting, most)
            except zlib.error:
                raise ArticleError("is damaged: its compression is broken") from None
            ended = self._unpacker.eof
            self._waiting = self._unpacker.unused_data if ended else self._unpacker.unconsumed_tail
        return piece


def read_at_most(stream: Readable | BinaryIO, count: int) -> bytes:
    """Read up to `count` bytes; a pipe may give fewer at a time than asked for."""
    buffer = io.BytesIO()
    while (missing := count - buffer.tell()) > 0 and (chunk := stream.read(min(missing, 1 << 20))):
        buffer.write(chunk)
    return buffer.getvalue()
