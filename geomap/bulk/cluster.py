"""Where partitions are worked on: here, one after the other, or on the workers of a cluster."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

from geomap.errors import GeomapError, OutputError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

T = TypeVar("T")
R = TypeVar("R")
_PER_THREAD = 3  # partitions that wait for a thread, so that none waits for a partition
_RETRIES = 2  # of a partition whose input could not be read: networks fail
_CONNECT_S = 20


@dataclass(frozen=True, slots=True)
class Lost:
    """A piece of work whose workers died, one after the other, and what is told of it."""

    reason: str

    def __str__(self) -> str:
        return self.reason


class Executor(Protocol):
    """Does pieces of work."""

    def each(
        self, work: Callable[[T], R], items: Sequence[T]
    ) -> Iterator[tuple[T, R | Lost | Exception]]:
        """Yield each item with its result, or what went wrong, as they are done."""
        ...

    def close(self) -> None:
        """Let go of what does the work."""
        ...


class Here:
    """The process itself, one piece of work after the other."""

    def each(
        self, work: Callable[[T], R], items: Sequence[T]
    ) -> Iterator[tuple[T, R | Lost | Exception]]:
        """Yield each item with its result, in order."""
        for item in items:
            try:
                result: R | Exception = work(item)
            except Exception as error:
                result = error
            yield item, result

    def close(self) -> None:
        """Nothing is held."""


class Cluster:
    """The workers of a dask.distributed scheduler.

    Parameters
    ----------
    address : str
        Of the scheduler: ``tcp://host:8786``.

    Raises
    ------
    OutputError
        dask.distributed is not installed.
    GeomapError
        Nobody answers there, or there is no worker.
    """

    def __init__(self, address: str) -> None:
        try:
            import distributed
        except ImportError as error:
            raise OutputError(
                "--scheduler needs dask.distributed: pip install 'geomap[cluster]'"
            ) from error
        try:
            client: Any = distributed.Client
            self._client = client(address, timeout=_CONNECT_S, set_as_default=False)
        except (OSError, ValueError) as error:  # a time-out is an OSError
            told = " ".join(str(error).split())
            raise GeomapError(f"--scheduler {address}: nobody answers: {told}") from error
        if not self._client.nthreads():
            self.close()
            raise GeomapError(
                f"--scheduler {address}: it has no worker: start some with dask worker {address}"
            )

    def each(
        self, work: Callable[[T], R], items: Sequence[T]
    ) -> Iterator[tuple[T, R | Lost | Exception]]:
        """Yield each item with its result as they are done.

        No more is sent than keeps the workers busy: the scheduler need not hold it all.
        """
        import distributed

        as_completed: Any = distributed.as_completed
        waiting = iter(items)
        running: dict[Any, T] = {}
        done = as_completed(loop=self._client.loop)

        def send() -> bool:
            for item in waiting:
                future = self._client.submit(work, item, retries=_RETRIES, pure=False)
                running[future] = item
                done.add(future)
                return True
            return False

        while len(running) < self._room() and send():
            pass
        for future in done:
            item = running.pop(future)
            yield item, self._outcome(future)
            future.release()
            while len(running) < self._room() and send():
                pass

    def _room(self) -> int:
        threads = sum(self._client.nthreads().values())
        return max(1, int(threads)) * _PER_THREAD

    def _outcome(self, future: Any) -> Any:
        from distributed import KilledWorker
        from distributed.client import FutureCancelledError

        try:
            return future.result()
        except KilledWorker as error:
            return Lost(" ".join(str(error).split())[:200])
        except FutureCancelledError as error:
            raise GeomapError(
                "the scheduler is gone: start it again and repeat the command, what is done stays"
            ) from error
        except Exception as error:
            return error

    def close(self) -> None:
        """Leave the cluster; it stays."""
        self._client.close()
