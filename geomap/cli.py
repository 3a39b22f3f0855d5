"""The command line: parse, call, print.

Exit codes: 0 done; 1 done, but some inputs were set aside (each is named on stderr); 2 nothing
done. A user's mistake is one line on stderr; `--debug` shows the trace.
"""

from __future__ import annotations

import datetime as dt
import json
import os
import sys
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer

from geomap.cli_brief import brief
from geomap.cli_bulk import bulk
from geomap.cli_export import export
from geomap.cli_gazetteer import app as gazetteer_app
from geomap.cli_locate import locate
from geomap.cli_options import (
    ArticleDate,
    AsJson,
    Common,
    CorrectionFiles,
    Debug,
    Front,
    Kinds,
    MaxMb,
    MinConfidence,
    RecogniserOption,
    Verbose,
    check_suffix,
    day_told,
    kinds_told,
    on_articles,
)
from geomap.cli_workspace import app as workspace_app
from geomap.console import DEBUG, complain, show, trace
from geomap.errors import GeomapError, SettingsError

# Typer bundles click or depends on it, by version; its error classes are reached through typer.
_ClickError: Any = typer.BadParameter.__mro__[2]

app = typer.Typer(
    help="Dated news reports in, front-line maps layered by date out. Works offline.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
app.add_typer(gazetteer_app, name="gazetteer")


class What(StrEnum):
    """What `extract` gives."""

    MENTIONS = "mentions"
    HINTS = "hints"
    CLAIMS = "claims"


class Script(StrEnum):
    """The letters of place names."""

    LATIN = "latin"
    CYRILLIC = "cyrillic"


@app.callback(invoke_without_command=True)
def _root(
    version: Annotated[bool, typer.Option("--version", help="Print the version.")] = False,
) -> None:
    if version:
        import geomap

        typer.echo(f"geomap {geomap.__version__}")
        raise typer.Exit(0)


@app.command("map")
@on_articles
def map_command(
    common: Common,
    output: Annotated[
        Path,
        typer.Option("-o", "--output", help="The map to write: .html, a page; .png, a picture."),
    ],
    geojson: Annotated[
        Path | None, typer.Option("--geojson", help="Also write the features here.")
    ] = None,
    tiles: Annotated[
        str | None,
        typer.Option("--tiles", help="https address of online tiles that readers can switch on."),
    ] = None,
    tiles_attribution: Annotated[
        str, typer.Option("--tiles-attribution", help="What the owner of the tiles asks to show.")
    ] = "",
    title: Annotated[str | None, typer.Option("--title", help="Heading of the map.")] = None,
    by_date: Annotated[
        bool, typer.Option("--by-date", help="Of a picture: a panel for each date.")
    ] = False,
    script: Annotated[
        Script, typer.Option("--script", help="Letters of place names, where known.")
    ] = Script.LATIN,
) -> None:
    """Draw the map of some articles, layered by date: one file that needs no network."""
    from geomap.map_commands import MapRun, is_picture

    picture = is_picture(output, tiles=tiles is not None, by_date=by_date)
    if geojson is not None:
        check_suffix(geojson, ".geojson", "--geojson")
    run = common.run_of(MapRun)
    if picture:
        summary = run.picture(
            output, geojson=geojson, title=title, by_date=by_date, script=script.value
        )
        common.end(run, summary)
    summary = run.map(
        output, geojson=geojson, tiles=tiles, tiles_attribution=tiles_attribution, title=title,
        script=script.value,
    )  # fmt: skip
    common.end(run, summary)


@app.command()
@on_articles
def extract(
    common: Common,
    output: Annotated[Path, typer.Option("-o", "--output", help="The .jsonl to write, or -.")],
    what: Annotated[What, typer.Option("--what", help="What to extract.")] = What.MENTIONS,
    kinds: Kinds = "literal,associative",
    texts: Annotated[
        Path | None, typer.Option("--texts", help="Also write the texts that offsets refer to.")
    ] = None,
    spans: Annotated[
        Path | None,
        typer.Option(
            "--spans", help="Resolve these spans (.jsonl: article_id, start, end); find no others."
        ),
    ] = None,
) -> None:
    """Write mentions, hints or claims, a JSON line each."""
    from geomap.extract_commands import ExtractRun

    run = common.run_of(ExtractRun, kinds if spans is None else "all")
    summary = run.extract(output, what.value, texts=texts, spans=spans)
    common.end(run, summary, quiet=str(output) == "-")


@app.command()
@on_articles
def front(
    common: Common,
    output: Annotated[Path, typer.Option("-o", "--output", help="The .geojson to write.")],
    on: Annotated[
        dt.date | None,
        typer.Option(
            "--on",
            parser=day_told,
            metavar="DAY",
            help="Draw this day; else each date of the articles.",
        ),
    ] = None,
    prior: Annotated[
        list[Path] | None,
        typer.Option(
            "--prior", help="An earlier line or who held what: .geojson, .gpkg; repeatable."
        ),
    ] = None,
    seeds: Annotated[
        bool, typer.Option("--seeds/--no-seeds", help="Use the seed towns of the theatre.")
    ] = True,
    grid: Annotated[
        Path | None, typer.Option("--grid", help="Also write probabilities of control, .csv.")
    ] = None,
    every: Annotated[
        int | None,
        typer.Option("--every", min=1, metavar="DAYS", help="Draw a day each so many days."),
    ] = None,
    places: Annotated[
        Path | None,
        typer.Option(
            "--places", help="Also write each place's side and distance to the line, .csv."
        ),
    ] = None,
) -> None:
    """Draw the line of contact for each date, with its uncertainty and its evidence."""
    from geomap.front_commands import FrontRun

    check_suffix(output, ".geojson")
    for table, option in ((grid, "--grid"), (places, "--places")):
        if table is not None:
            check_suffix(table, ".csv", option)
    if on is not None and every is not None:
        raise SettingsError("--on draws one day, --every several: give one of them")
    run = common.run_of(FrontRun)
    summary = run.front(
        output, on=on, priors=prior or (), seeds=seeds, grid=grid, every=every, places=places
    )
    common.end(run, summary)


@app.command()
@on_articles
def review(
    common: Common,
    output: Annotated[Path, typer.Option("-o", "--output", help="The .csv to write.")],
    below: Annotated[
        float, typer.Option("--below", help="Readings less sure than this are doubtful, 0 to 1.")
    ] = 0.7,
) -> None:
    """List what was refused or is doubtful, to be filled in and given to --corrections."""
    check_suffix(output, ".csv")
    from geomap.review_commands import ReviewRun

    run = common.run_of(ReviewRun)
    common.end(run, run.review(output, below))


# In the order of the help: after what draws, before what looks into it.
app.command("brief")(brief)
app.command("export")(export)
app.command("bulk")(bulk)
for one in workspace_app.registered_commands:  # init, add, status ... stand beside the others
    app.registered_commands.append(one)


@app.command()
def explain(
    article: Annotated[str, typer.Argument(help="A file, or - for standard input.")],
    name: Annotated[str, typer.Argument(help="The name as the text has it.")],
    article_id: Annotated[
        str | None,
        typer.Option("--article", metavar="ID", help="Which article, of a file with several."),
    ] = None,
    candidates: Annotated[
        int | None,
        typer.Option("--candidates", min=1, help="Candidates to list: 8; all with --json."),
    ] = None,
    front: Front = None,
    corrections: CorrectionFiles = None,
    article_date: ArticleDate = None,
    max_article_mb: MaxMb = 20.0,
    recogniser: RecogniserOption = "geomap",
    as_json: Annotated[bool, typer.Option("--json", help="Print all of it as JSON.")] = False,
    verbose: Verbose = False,
    debug: Debug = False,
) -> None:
    """Tell why a name was read as it was: candidates, scores, reasons."""
    from geomap import explain_commands

    options = {
        "article_date": article_date, "max_article_mb": max_article_mb, "recogniser": recogniser,
    }  # fmt: skip
    run = explain_commands.ExplainRun(
        [article], options, show(verbose, debug), front=front, corrections=corrections or ()
    )
    uses = run.explain(name, article_id)
    if as_json:
        typer.echo(json.dumps(explain_commands.record(name, uses, candidates), ensure_ascii=True))
    else:
        rows = candidates or explain_commands.SHOWN
        typer.echo(explain_commands.told(uses, rows, terminal=sys.stdout.isatty()))
    Common(articles=[article]).end(run, {}, quiet=True)


@app.command()
def evaluate(
    gold: Annotated[
        Path, typer.Argument(help="Annotated articles, .jsonl: id, text, mentions.", metavar="GOLD")
    ],
    kinds: Kinds = "literal,associative",
    within_km: Annotated[
        float, typer.Option("--within-km", help="How near a place must lie to be right.")
    ] = 161.0,
    spans: Annotated[
        bool, typer.Option("--spans", help="Also resolve the gold's own spans.")
    ] = False,
    predictions: Annotated[
        Path | None, typer.Option("--predictions", help="Write the mentions found, .jsonl.")
    ] = None,
    errors: Annotated[
        Path | None, typer.Option("--errors", help="Write a table of the mistakes, .csv.")
    ] = None,
    front: Front = None,
    min_confidence: MinConfidence = 0.0,
    recogniser: RecogniserOption = "geomap",
    as_json: AsJson = False,
    verbose: Verbose = False,
    debug: Debug = False,
) -> None:
    """Measure geomap against articles whose places you have marked."""
    from geomap.evaluation_commands import EvaluationRun

    options = {
        "kinds": kinds_told(kinds),
        "min_confidence": min_confidence,
        "recogniser": recogniser,
    }
    run = EvaluationRun([str(gold)], options, show(verbose, debug), front=front)
    summary = run.evaluate(
        gold, within_km=within_km, given=spans, predictions=predictions, errors=errors
    )
    Common(articles=[str(gold)], as_json=as_json, verbose=verbose).end(run, summary)


app.command("locate")(locate)


@app.command()
def check(as_json: AsJson = False, debug: Debug = False) -> None:
    """Check that this installation is whole."""
    from geomap import inspection

    show(False, debug)
    findings = inspection.check()
    if as_json:
        typer.echo(json.dumps([{"what": w, "ok": ok, "detail": d} for w, ok, d in findings]))
    else:
        for what, ok, detail in findings:
            typer.echo(f"{'ok  ' if ok else 'FAIL'} {what}: {detail}")
    raise typer.Exit(0 if all(ok for _, ok, _ in findings) else 2)


_STOPPED = 130  # what typer and shells give for Ctrl-C


def main(arguments: list[str] | None = None) -> None:
    """Run the command line and leave the process with its exit code."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):  # a Windows console may not know all letters
            stream.reconfigure(errors="backslashreplace")
    command = typer.main.get_command(app)
    code: Any = 0
    DEBUG["on"] = False
    try:
        code = command.main(args=arguments, prog_name="geomap", standalone_mode=False)
    except typer.Exit as leaving:
        code = leaving.exit_code
    except (typer.Abort, KeyboardInterrupt):
        code = _STOPPED
    except _ClickError as error:
        code = complain(error.format_message(), " (see geomap --help)")
    except GeomapError as error:
        trace()
        code = complain(str(error))
    except BrokenPipeError:
        # The reader of our output has seen enough: nothing is left to flush at exit either.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        code = 0
    except Exception as error:
        trace()
        told = f"{type(error).__name__}: {error}".rstrip(": ")
        more = "" if DEBUG["on"] else " (run again with --debug and report what it prints)"
        code = complain(f"something went wrong inside geomap: {told}", more)
    if code == _STOPPED:
        typer.echo("geomap: stopped; nothing half-written is left", err=True)
    sys.exit(code if isinstance(code, int) else 0)


if __name__ == "__main__":
    main()
