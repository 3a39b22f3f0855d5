"""What the command line shows: log lines, traces and complaints that cannot steer a terminal."""

from __future__ import annotations

import logging
import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING

import typer

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

DEBUG = {"on": False}


def show(verbose: bool, debug: bool) -> bool:
    """Set up logging for the command line; return whether progress may be shown."""
    DEBUG["on"] = debug
    logger = logging.getLogger("geomap")
    logger.handlers.clear()  # of an earlier call in the same process
    if verbose or debug:
        handler = logging.StreamHandler(sys.stderr)
        handler.setFormatter(_Formatter("%(name)s: %(message)s"))
        logger.addHandler(handler)
        logger.setLevel(logging.DEBUG if debug else logging.INFO)
    return sys.stderr.isatty()


class _Formatter(logging.Formatter):
    """Log lines that cannot steer a terminal, whatever an article's name holds."""

    def format(self, record: logging.LogRecord) -> str:
        return printable(super().format(record))


def printable(text: str) -> str:
    """Return a text that cannot steer a terminal: control and direction marks are shown."""
    return "".join(
        c if c == "\n" or (c.isprintable() and not 0xD800 <= ord(c) <= 0xDFFF) else repr(c)[1:-1]
        for c in text
    )


def trace() -> None:
    """Print the trace of the error being handled, under `--debug`."""
    if DEBUG["on"]:
        import traceback

        typer.echo(printable(traceback.format_exc().rstrip()), err=True)


def complain(message: str, more: str = "") -> int:
    """Print a mistake as one line; return the exit code for it."""
    if message:  # empty when help was printed because no command was given
        typer.echo(printable(f"geomap: error: {' '.join(message.split())}{more}"), err=True)
    return 2


@contextmanager
def progress_bar(total: int | None, what: str) -> Iterator[Callable[[object], None]]:
    """Show on standard error how many articles are done, how many a second, and the time left.

    Parameters
    ----------
    total : int, optional
        None where it is not known before the end.
    what : str
        What is done to the articles: "read".

    Yields
    ------
    callable
        To be called after each article.
    """
    from rich.console import Console
    from rich.progress import MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (
        *Progress.get_default_columns()[:-1],
        MofNCompleteColumn(),
        TextColumn("{task.fields[rate]}"),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(what, total=total, rate="")

        def advance(_: object) -> None:
            speed = bar.tasks[task].speed
            bar.update(task, advance=1, rate="" if speed is None else f"{speed:,.0f}/s")

        yield advance
