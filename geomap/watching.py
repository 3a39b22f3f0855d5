"""Watching: when what is asked again, how it is stopped, and that only one does it at a time."""

from __future__ import annotations

import os
import signal
import sys
import threading
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING

from geomap.errors import WorkspaceError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping
    from pathlib import Path
    from types import FrameType

LONGEST_BACK_OFF_S = 6 * 3_600.0
_LONGEST_ASKED_S = 24 * 3_600.0  # what a server may ask us to wait
_LOOK_S = 30.0  # a machine that slept finds within so many seconds what is due
LOCK = ".watch.lock"


def awake_s() -> float:
    """Return seconds that only grow, and grow while the machine sleeps where it tells that."""
    if sys.platform == "linux":
        return float(time.clock_gettime(time.CLOCK_BOOTTIME))
    return time.monotonic()


def wait_s(every_s: float, failures: int, asked_s: float | None = None) -> float:
    """Return how long to wait until a feed is asked again.

    Parameters
    ----------
    every_s : float
        How often it is to be asked when all is well.
    failures : int
        How often in a row it could not be had; from the second on the wait doubles, to 6 hours.
    asked_s : float, optional
        What its server asked for; up to a day is heeded.

    Examples
    --------
    >>> [wait_s(3600, n) / 3600 for n in (0, 1, 2, 3, 4, 5)]
    [1.0, 1.0, 2.0, 4.0, 6.0, 6.0]
    >>> wait_s(86400, 9), wait_s(60, 1, 7200)
    (86400, 7200)
    """
    most = max(every_s, LONGEST_BACK_OFF_S)
    wait = min(every_s * 2.0 ** min(max(failures - 1, 0), 20), most)
    return max(wait, min(asked_s or 0.0, _LONGEST_ASKED_S))


class Timetable:
    """When each feed is due.

    The next time counts from the last, not from when that should have been: what a machine slept
    through is asked once.

    Parameters
    ----------
    every_s : mapping of str to float
        How often each address is to be asked.
    now_s : float
        By `awake_s`; all are due then.
    """

    def __init__(self, every_s: Mapping[str, float], now_s: float) -> None:
        self._every_s = dict(every_s)
        self._due_s = dict.fromkeys(every_s, now_s)

    def due(self, now_s: float) -> list[str]:
        """Return the addresses that are due, in their order in the file."""
        return [url for url, due_s in self._due_s.items() if due_s <= now_s]

    def asked(
        self, url: str, now_s: float, *, failures: int = 0, asked_s: float | None = None
    ) -> None:
        """Set when an address is due again (see `wait_s`)."""
        self._due_s[url] = now_s + wait_s(self._every_s[url], failures, asked_s)

    def next_in_s(self, now_s: float) -> float:
        """Return how long nothing is due."""
        return max(0.0, min(self._due_s.values()) - now_s)


class Stopped(KeyboardInterrupt):
    """The process was asked to end."""


class Stop:
    """Ends the work of this process at Ctrl-C and SIGTERM; a context manager.

    What runs then is left by `Stopped`, except under `held`: that is finished before. A second
    signal is met as usual.
    """

    def __init__(self) -> None:
        self._event = threading.Event()
        self._held = False
        self._before: dict[int, object] = {}

    def __enter__(self) -> Stop:
        if threading.current_thread() is threading.main_thread():
            for number in (signal.SIGINT, signal.SIGTERM):
                self._before[number] = signal.signal(number, self._signalled)
        return self

    def __exit__(self, *_: object) -> None:
        self._restore()

    def _restore(self) -> None:
        for number, handler in self._before.items():
            signal.signal(number, handler)  # type: ignore[arg-type]
        self._before.clear()

    def _signalled(self, number: int, frame: FrameType | None) -> None:
        del number, frame
        self._restore()
        self._event.set()
        if not self._held:
            raise Stopped

    @contextmanager
    def held(self) -> Iterator[None]:
        """Finish the body whatever comes, and stop after it.

        Raises
        ------
        Stopped
            After the body.
        """
        self._held = True
        try:
            yield
        finally:
            self._held = False
        if self._event.is_set():
            raise Stopped

    def sleep(self, seconds: float) -> None:
        """Wait.

        Raises
        ------
        Stopped
            The process is to end.
        """
        if self._event.wait(seconds):
            raise Stopped


def wait_until_due(
    table: Timetable, clock: Callable[[], float], sleep: Callable[[float], None]
) -> None:
    """Wait until something is due, in short steps: a clock that stood still is seen after each."""
    while (left_s := table.next_in_s(clock())) > 0:
        sleep(min(left_s, _LOOK_S))


@contextmanager
def only_one(folder: Path) -> Iterator[None]:
    """Let no second process watch a folder; the lock goes with the process, however it ends.

    Raises
    ------
    WorkspaceError
        Another one watches it, or the lock cannot be made.
    """
    path = folder / LOCK
    try:
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o666)
    except OSError as error:
        raise WorkspaceError(f"{path}: cannot be made: {error.strerror}") from error
    try:
        if not _locked(descriptor):
            told = os.read(descriptor, 20).decode("ascii", "replace").strip()
            who = f" (process {told})" if told.isdecimal() else ""
            raise WorkspaceError(f"{folder}: another geomap watch{who} works on it: end that first")
        os.truncate(descriptor, 0)
        os.write(descriptor, f"{os.getpid()}\n".encode())
        yield
    finally:
        os.close(descriptor)


def _locked(descriptor: int) -> bool:
    """Lock an open file; return whether it could be."""
    if sys.platform == "win32":
        return True  # there is no flock: docs/workspace.md says so
    import fcntl

    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def unique(items: Iterable[str], seen: set[str]) -> list[str]:
    """Return what was not seen before, and note it."""
    found = []
    for item in items:
        if item not in seen:
            seen.add(item)
            found.append(item)
    return found
