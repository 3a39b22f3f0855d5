"""The command line of briefings."""

from __future__ import annotations

from enum import StrEnum
from functools import partial
from pathlib import Path
from typing import Annotated

import typer

from geomap.cli_options import Common, on_articles
from geomap.errors import SettingsError


class Level(StrEnum):
    """The divisions of `--each`."""

    ADMIN1 = "admin1"
    COUNTRY = "country"


class Form(StrEnum):
    """What briefings are written as."""

    HTML = "html"
    MD = "md"
    JSON = "json"


@on_articles
def brief(
    common: Common,
    output: Annotated[
        Path,
        typer.Option(
            "-o", "--output", help="The .html, .md or .json to write; a folder with --each."
        ),
    ],
    period: Annotated[
        str | None,
        typer.Option(
            "--period",
            metavar="LENGTH",
            help="7d, 2w, day, week: up to --until, or to the last report.",
        ),
    ] = None,
    since_last: Annotated[
        bool,
        typer.Option(
            "--since-last",
            help="Of a workspace: what came since the last such briefing on the region.",
        ),
    ] = False,
    picture: Annotated[
        bool,
        typer.Option("--picture/--no-picture", help="Put a small map in it (geomap[picture])."),
    ] = True,
    each: Annotated[
        Level | None,
        typer.Option("--each", help="A briefing on each division that is named, with an index."),
    ] = None,
    form: Annotated[
        Form, typer.Option("--format", help="With --each: what the briefings are.")
    ] = Form.HTML,
    line: Annotated[
        bool,
        typer.Option("--line/--no-line", help="Without --front, draw the line from the reports."),
    ] = True,
) -> None:
    """Write a briefing on a region: what is claimed, where the line stands, what is not known."""
    from geomap.brief_commands import BriefRun
    from geomap.brief_each import BriefEachRun

    if each is None:
        one = common.run_of(partial(BriefRun, length=period, draws=line, since_last=since_last))
        common.end(one, one.brief(output, with_map=picture))
    elif since_last:
        raise SettingsError("--since-last is for one briefing: leave out --each")
    else:
        run = common.run_of(partial(BriefEachRun, length=period, draws=line))
        summary = run.brief_each(output, each.value, form=form.value, with_map=picture)
        common.end(run, summary)
