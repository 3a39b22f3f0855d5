"""The command line of watching feeds."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from geomap.cli_options import AsJson, Debug, Jobs, Verbose
from geomap.console import printable, show

if TYPE_CHECKING:
    from geomap.watch_round import Round


def watch(
    workspace: Annotated[
        Path, typer.Argument(help="The workspace's folder, with feeds.toml.", metavar="DIR")
    ] = Path(),
    once: Annotated[
        bool, typer.Option("--once", help="Ask all feeds once and end, for cron.")
    ] = False,
    jobs: Jobs = None,
    as_json: AsJson = False,
    verbose: Verbose = False,
    debug: Debug = False,
) -> None:
    """Ask feeds again and again; when something came, write the map and the briefing anew."""
    from geomap.watch_commands import Watch
    from geomap.watching import Stop, Stopped, only_one

    show(verbose, debug)

    def tell(done: Round) -> None:
        typer.echo(json.dumps(done.record()) if as_json else printable(done.line()))

    def warn(text: str) -> None:
        typer.echo(printable(f"geomap: {text}"), err=True)

    try:
        with (
            Stop() as stop,
            Watch.of(workspace, stop, warn=warn, jobs=jobs) as watching,
            only_one(workspace),
        ):
            if once:
                done = watching.once()
                tell(done)
                raise typer.Exit(1 if done.at_fault else 0)
            watching.run(tell)
    except Stopped:  # as it began
        if once:
            raise
    if not as_json:
        typer.echo("stopped")
