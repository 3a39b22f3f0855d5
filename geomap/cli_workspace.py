"""The command line of workspaces."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from geomap.cli_options import ArticleDate, AsJson, Common, Debug, Jobs, MaxMb, Verbose
from geomap.cli_watch import watch
from geomap.console import show

app = typer.Typer()
app.command("watch")(watch)

Folder = Annotated[
    Path, typer.Option("-w", "--workspace", metavar="DIR", help="The workspace's folder.")
]
HERE = Path()


@app.command()
def init(
    folder: Annotated[Path, typer.Argument(help="The folder to make it in.", metavar="DIR")],
    debug: Debug = False,
) -> None:
    """Make a workspace: a folder that keeps what is added to it."""
    from geomap.workspace.feeds_file import FEEDS
    from geomap.workspace.workspace import CORRECTIONS, STORE, create

    show(False, debug)
    create(folder).store.close()
    typer.echo(f"{folder / STORE}: a store for articles and what is found in them")
    typer.echo(f"{folder / CORRECTIONS}: for what names mean, and what is untrue")
    typer.echo(f"{folder / FEEDS}: for feeds that geomap watch asks")


@app.command()
def add(
    sources: Annotated[
        list[str], typer.Argument(help="Files, folders, addresses of pages and feeds, or -.")
    ],
    workspace: Folder = HERE,
    article_date: ArticleDate = None,
    max_article_mb: MaxMb = 20.0,
    allow: Annotated[
        list[str] | None,
        typer.Option("--allow", metavar="HOST", help="A host of your own network; repeatable."),
    ] = None,
    jobs: Jobs = None,
    as_json: AsJson = False,
    verbose: Verbose = False,
    debug: Debug = False,
) -> None:
    """Add articles to a workspace, and read them."""
    run = _run(workspace, verbose, debug, jobs=jobs, max_article_mb=max_article_mb)
    _end(run, run.add(sources, article_date, allow=allow or ()), as_json, verbose)


@app.command()
def status(
    workspace: Annotated[Path, typer.Argument(help="Its folder.", metavar="DIR")] = HERE,
    output: Annotated[
        Path | None, typer.Option("-o", "--output", help="List its articles here (.csv).")
    ] = None,
    as_json: AsJson = False,
    debug: Debug = False,
) -> None:
    """Tell how much a workspace holds, and what could not be read."""
    run = _run(workspace, False, debug)
    _end(run, run.status(output), as_json)


@app.command()
def remove(
    ids: Annotated[list[str], typer.Argument(help="Ids of articles.", metavar="ID...")],
    workspace: Folder = HERE,
    as_json: AsJson = False,
    debug: Debug = False,
) -> None:
    """Remove articles from a workspace, all versions of them."""
    run = _run(workspace, False, debug)
    _end(run, run.remove(ids), as_json)


@app.command()
def reprocess(
    workspace: Annotated[Path, typer.Argument(help="Its folder.", metavar="DIR")] = HERE,
    jobs: Jobs = None,
    as_json: AsJson = False,
    verbose: Verbose = False,
    debug: Debug = False,
) -> None:
    """Read again what another geomap, gazetteer or corrections had read."""
    run = _run(workspace, verbose, debug, jobs=jobs)
    _end(run, run.reprocess(), as_json, verbose)


@app.command()
def verify(
    workspace: Annotated[Path, typer.Argument(help="Its folder.", metavar="DIR")] = HERE,
    as_json: AsJson = False,
    debug: Debug = False,
) -> None:
    """Check that a workspace is whole."""
    run = _run(workspace, False, debug)
    _end(run, run.verify(), as_json)


def _run(folder: Path, verbose: bool, debug: bool, **options: Any) -> Any:
    from geomap.workspace_commands import WorkspaceRun

    return WorkspaceRun(folder, show(verbose, debug), **options)


def _end(run: Any, summary: dict[str, Any], as_json: bool, verbose: bool = False) -> None:
    Common(articles=[], as_json=as_json, verbose=verbose).end(run, summary)
