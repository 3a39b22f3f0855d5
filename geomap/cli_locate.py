"""The command that locates sentences: parse, call, print."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from geomap.cli_options import AsJson, Common, Debug, Front, RecogniserOption, Strict, Verbose
from geomap.console import show


def locate(
    sentences: Annotated[
        str,
        typer.Argument(
            help="A .jsonl of `id, sentence`, maybe `context` and `anchors`; - for standard input.",
            metavar="SENTENCES",
        ),
    ],
    output: Annotated[
        Path,
        typer.Option("-o", "--output", help="The .jsonl to write; - for standard output."),
    ],
    level: Annotated[
        float, typer.Option("--level", help="The share of the probability that a region holds.")
    ] = 0.9,
    snap: Annotated[
        bool,
        typer.Option(
            "--snap/--no-snap", help="Seek what may be a settlement among those that are known."
        ),
    ] = True,
    front: Front = None,
    strict: Strict = False,
    recogniser: RecogniserOption = "geomap",
    as_json: AsJson = False,
    verbose: Verbose = False,
    debug: Debug = False,
) -> None:
    """Say where each sentence puts its subject: a region and a point."""
    from geomap.locate_commands import LocateRun

    options = {"recogniser": recogniser}
    run = LocateRun([sentences], options, show(verbose, debug), front=front, strict=strict)
    summary = run.locate(output, level=level, snap=snap)
    Common(articles=[sentences], as_json=as_json, verbose=verbose).end(
        run, summary, quiet=str(output) == "-"
    )
