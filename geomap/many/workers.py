"""Worker processes: articles are read on all cores, and one that is poison costs itself only.

Pebble's pool does the work: a process that hangs is stopped, one that dies is replaced, and
neither ends the others.
"""

from __future__ import annotations

import logging
import multiprocessing
import os
import signal
from concurrent.futures import TimeoutError as LateError
from contextlib import contextmanager
from functools import partial
from typing import TYPE_CHECKING

from geomap.errors import SettingsError
from geomap.many import worker
from geomap.models import Problem

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from types import TracebackType

    from pebble import ProcessFuture, ProcessPool

    from geomap.models import Article, Report
    from geomap.pipeline import Pipeline
    from geomap.workspace.stored_reports import Packed

logger = logging.getLogger(__name__)

# A slow laptop under load reads 5,000 characters a second (ours 35,000, `python -m benchmarks
# speed`); what takes longer than that, and a minute, hangs.
LIMIT_S = 60.0
SLOWEST_CHARACTERS_PER_S = 5_000
# A worker takes about a second to start: it should have as much to read.
CHARACTERS_PER_WORKER = 40_000


class Workers:
    """Processes that read articles; a context manager.

    Their number changes nothing in what is found, nor its order.

    Parameters
    ----------
    make : callable
        Makes the pipeline in each process (`Recipe.of(pipeline)`); it must be picklable.
    jobs : int
        How many processes.
    limit_s : float
        How long one article may take, beside a second for each 5,000 characters.

    Notes
    -----
    The processes are spawned, on all systems: a program that uses this as a library needs the
    usual ``if __name__ == "__main__":``.
    """

    def __init__(
        self, make: Callable[[], Pipeline], jobs: int, *, limit_s: float = LIMIT_S
    ) -> None:
        self._make, self._jobs, self._limit_s = make, jobs, limit_s
        self.ahead = 2 * jobs  # groups under way, so that no worker waits and memory is bounded
        self._pool: ProcessPool | None = None

    def __enter__(self) -> Workers:
        from pebble import ProcessPool

        self._pool = ProcessPool(
            max_workers=self._jobs,
            initializer=worker.prepare,
            initargs=(self._make,),
            context=multiprocessing.get_context("spawn"),
        )
        return self

    def __exit__(
        self, kind: type[BaseException] | None, _: BaseException | None, __: TracebackType | None
    ) -> None:
        assert self._pool is not None
        if kind is None:
            self._pool.close()  # type: ignore[no-untyped-call]
        else:
            self._pool.stop()  # type: ignore[no-untyped-call]
        self._pool.join()
        self._pool = None

    def begin(self, articles: Sequence[Article]) -> Callable[[], list[Packed | Report | Problem]]:
        """Have articles read; what is returned waits for them and gives one answer for each.

        An article that hangs or ends the process is a problem then, the others are read again.

        Raises
        ------
        RecogniserError
            The recogniser cannot be used; raised by what is returned.
        """
        return partial(self._finished, articles, self._schedule(articles))

    def _schedule(
        self, articles: Sequence[Article]
    ) -> ProcessFuture[list[Packed | Report | Problem]]:
        assert self._pool is not None
        with _without_interrupts():
            return self._pool.schedule(
                worker.read, args=(list(articles),), timeout=self._time_for(articles)
            )

    def _time_for(self, articles: Sequence[Article]) -> float:
        """Return how many seconds articles may take together."""
        characters = sum(len(a.text) for a in articles)
        return self._limit_s + characters / SLOWEST_CHARACTERS_PER_S

    def _finished(
        self,
        articles: Sequence[Article],
        future: ProcessFuture[list[Packed | Report | Problem]],
    ) -> list[Packed | Report | Problem]:
        from pebble import ProcessExpired

        try:
            return future.result()
        except LateError:
            why = f"took longer than {self._time_for(articles):.0f} s to read and was stopped"
        except ProcessExpired as error:
            why = f"ended the process that read it ({_ending(error.exitcode)})"
        if len(articles) > 1:  # one of them is to blame: the others must not pay for it
            logger.debug("%d articles are read again, one by one: %s", len(articles), why)
            alone = [self.begin([article]) for article in articles]
            return [answer for wait in alone for answer in wait()]
        (article,) = articles
        return [Problem(article.path or article.id, why, "poison", set_aside=True)]


@contextmanager
def _without_interrupts() -> Iterator[None]:
    """Start threads and processes that Ctrl-C does not reach.

    A terminal sends it to all of them; this process alone answers, and ends the others. One that
    is just loading its modules would print where it was. What comes meanwhile comes afterwards.
    """
    if not hasattr(signal, "pthread_sigmask"):  # Windows
        yield
        return
    from multiprocessing import resource_tracker

    # Python starts this helper before the first process, and lets the signal in again when it has.
    resource_tracker.ensure_running()
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _ending(code: int | None) -> str:
    """Return how a process ended, in words."""
    if code is None or code >= 0:
        return f"exit code {code}"
    try:
        return signal.Signals(-code).name
    except ValueError:
        return f"signal {-code}"


def workers_for(characters: int, jobs: int | None) -> int:
    """Return how many processes are worth their start for a text of so many characters.

    Parameters
    ----------
    characters : int
    jobs : int, optional
        At most so many; all cores that this process may use by default.

    Raises
    ------
    SettingsError
        `jobs` is less than 1.
    """
    if jobs is not None and jobs < 1:
        raise SettingsError(f"--jobs {jobs} is less than 1")
    most = jobs or usable_cores()
    return max(1, min(most, characters // CHARACTERS_PER_WORKER))


def usable_cores() -> int:
    """Return how many cores this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1
