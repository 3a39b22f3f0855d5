"""What goes wrong between two machines: in words, and how long to wait before the next try."""

from __future__ import annotations

import email.utils
import http.client
import random
import time
from collections.abc import Callable

__all__ = ["PASSING", "back_off_s", "in_words", "retry_after_s"]

# Answers of a server that may go better next time.
PASSING = frozenset({408, 429, 500, 502, 503, 504})
_LONGEST_BACK_OFF_S = 60.0


def retry_after_s(header: str | None, now_s: float | None = None) -> float | None:
    """Return what a Retry-After header asks for, in seconds from now.

    Parameters
    ----------
    header : str | None
        Seconds, or a date as HTTP writes it.
    now_s : float | None
        Seconds since 1970 (UTC); None takes the clock's.

    Returns
    -------
    float | None
        At least 0; None if the header says nothing that can be read.

    Examples
    --------
    >>> retry_after_s("120"), retry_after_s("Thu, 01 Jan 1970 00:01:00 GMT", 0.0)
    (120.0, 60.0)
    >>> retry_after_s("soon") is None
    True
    """
    text = (header or "").strip()
    if text.isascii() and text.isdigit():
        return float(text[:12])
    try:
        then = email.utils.parsedate_to_datetime(text).timestamp()
    except (TypeError, ValueError, OverflowError):
        return None
    return max(0.0, then - (time.time() if now_s is None else now_s))


def back_off_s(failures: int, draw: Callable[[float, float], float] = random.uniform) -> float:
    """Return how long to wait after so many failures: doubled each time, and never quite alike.

    Examples
    --------
    >>> [back_off_s(n, lambda low, high: 1.0) for n in (1, 2, 3, 99)]
    [1.0, 2.0, 4.0, 60.0]
    """
    return float(min(2.0 ** min(failures - 1, 30), _LONGEST_BACK_OFF_S) * draw(0.5, 1.5))


def in_words(error: object) -> str:
    """Return an error of the network in words.

    Examples
    --------
    >>> in_words(TimeoutError()), in_words(ConnectionResetError())
    ('the server stopped answering', 'the connection was cut')
    """
    if isinstance(error, TimeoutError):
        return "the server stopped answering"
    if isinstance(error, ConnectionRefusedError):
        return "the server refused the connection"
    if isinstance(error, http.client.IncompleteRead):
        return "the connection ended before the file"
    if isinstance(error, ConnectionError):  # http.client.RemoteDisconnected is one
        return "the connection was cut"
    return str(error) or type(error).__name__
