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

from geomap.cli_gazetteer import app as gazetteer_app
from geomap.console import DEBUG, complain, printable, show, trace
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


def _day(value: str) -> dt.date:
    try:
        return dt.date.fromisoformat(value)
    except ValueError:
        raise typer.BadParameter(f"{value!r} is not a day: write YYYY-MM-DD") from None


Articles = Annotated[list[str], typer.Argument(help="Files, folders, or - for standard input.")]
Since = Annotated[
    dt.date | None, typer.Option("--since", parser=_day, metavar="DAY", help="First day.")
]
Until = Annotated[
    dt.date | None, typer.Option("--until", parser=_day, metavar="DAY", help="Last day.")
]
RegionOption = Annotated[
    str | None, typer.Option("--region", help='Only what lies in it, e.g. "Donetsk Oblast".')
]
MinConfidence = Annotated[
    float, typer.Option("--min-confidence", help="Only what is at least this sure, 0 to 1.")
]
ArticleDate = Annotated[
    dt.date | None,
    typer.Option("--article-date", parser=_day, metavar="DAY", help="Day of what has no date."),
]
Front = Annotated[
    Path | None,
    typer.Option("--front", help="GeoJSON line of contact to measure from."),
]
MaxMb = Annotated[
    float, typer.Option("--max-article-mb", help="Larger single articles are set aside.")
]
Strict = Annotated[bool, typer.Option("--strict", help="Stop at the first warning.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print the summary as JSON.")]
Verbose = Annotated[bool, typer.Option("--verbose", "-v", help="Say what is done.")]
Debug = Annotated[bool, typer.Option("--debug", help="Show the trace of an error.")]


@app.callback(invoke_without_command=True)
def _root(
    version: Annotated[bool, typer.Option("--version", help="Print the version.")] = False,
) -> None:
    if version:
        import geomap

        typer.echo(f"geomap {geomap.__version__}")
        raise typer.Exit(0)


@app.command("map")
def map_command(
    articles: Articles,
    output: Annotated[Path, typer.Option("-o", "--output", help="The map to write, .html.")],
    front: Front = None,
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
    since: Since = None,
    until: Until = None,
    region: RegionOption = None,
    min_confidence: MinConfidence = 0.0,
    article_date: ArticleDate = None,
    max_article_mb: MaxMb = 20.0,
    strict: Strict = False,
    as_json: AsJson = False,
    verbose: Verbose = False,
    debug: Debug = False,
) -> None:
    """Draw the map of some articles, layered by date: one file that needs no network."""
    from geomap import commands

    _suffix(output, ".html")
    if geojson is not None:
        _suffix(geojson, ".geojson", "--geojson")
    run = commands.Run(
        articles, _options(locals()), show(verbose, debug), front=front, strict=strict
    )
    summary = run.map(
        output, geojson=geojson, tiles=tiles, tiles_attribution=tiles_attribution, title=title
    )
    _end(run, summary, as_json)


@app.command()
def extract(
    articles: Articles,
    output: Annotated[Path, typer.Option("-o", "--output", help="The .jsonl to write, or -.")],
    what: Annotated[What, typer.Option("--what", help="What to extract.")] = What.MENTIONS,
    kinds: Annotated[
        str, typer.Option("--kinds", help="Kinds of mentions: literal,associative,demonym or all.")
    ] = "literal,associative",
    texts: Annotated[
        Path | None, typer.Option("--texts", help="Also write the texts that offsets refer to.")
    ] = None,
    front: Front = None,
    since: Since = None,
    until: Until = None,
    region: RegionOption = None,
    min_confidence: MinConfidence = 0.0,
    article_date: ArticleDate = None,
    max_article_mb: MaxMb = 20.0,
    strict: Strict = False,
    as_json: AsJson = False,
    verbose: Verbose = False,
    debug: Debug = False,
) -> None:
    """Write mentions, hints or claims, a JSON line each."""
    from geomap import commands

    run = commands.Run(
        articles, _options(locals()), show(verbose, debug), front=front, strict=strict
    )
    _end(run, run.extract(output, what.value, texts=texts), as_json, quiet=str(output) == "-")


@app.command()
def export(
    articles: Articles,
    output: Annotated[Path, typer.Option("-o", "--output", help="The .geojson to write.")],
    front: Front = None,
    since: Since = None,
    until: Until = None,
    region: RegionOption = None,
    min_confidence: MinConfidence = 0.0,
    article_date: ArticleDate = None,
    max_article_mb: MaxMb = 20.0,
    strict: Strict = False,
    as_json: AsJson = False,
    verbose: Verbose = False,
    debug: Debug = False,
) -> None:
    """Write all features as GeoJSON."""
    from geomap import commands

    _suffix(output, ".geojson")
    run = commands.Run(
        articles, _options(locals()), show(verbose, debug), front=front, strict=strict
    )
    _end(run, run.export(output), as_json)


@app.command()
def brief(
    articles: Articles,
    output: Annotated[Path, typer.Option("-o", "--output", help="The .md to write.")],
    region: Annotated[str, typer.Option("--region", help='What to brief on: "Donetsk Oblast".')],
    front: Front = None,
    since: Since = None,
    until: Until = None,
    min_confidence: MinConfidence = 0.0,
    article_date: ArticleDate = None,
    max_article_mb: MaxMb = 20.0,
    strict: Strict = False,
    as_json: AsJson = False,
    verbose: Verbose = False,
    debug: Debug = False,
) -> None:
    """Write a briefing on a region, every line with its source."""
    from geomap import commands

    _suffix(output, ".md")
    run = commands.Run(
        articles, _options(locals()), show(verbose, debug), front=front, strict=strict
    )
    _end(run, run.brief(output), as_json)


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


def _options(given: dict[str, Any]) -> dict[str, Any]:
    """Return the common options among a command's own."""
    names = ("since", "until", "region", "min_confidence", "article_date", "max_article_mb")
    options = {n: given.get(n) for n in names}
    kinds = given.get("kinds")
    if kinds is not None:
        listed = [k.strip() for k in kinds.split(",") if k.strip()]
        every = ["literal", "associative", "demonym"]
        options["kinds"] = tuple(every if "all" in listed else listed)
    return options


def _suffix(path: Path, wanted: str, option: str = "-o") -> None:
    if path.suffix.lower() != wanted:
        raise SettingsError(f"{option} {path}: give a file name that ends in {wanted}")


def _end(run: Any, summary: dict[str, Any], as_json: bool, quiet: bool = False) -> None:
    """Print the problems and the summary; leave with the right code."""
    for problem in run.problems:
        word = "set aside" if problem.set_aside else "warning"
        typer.echo(printable(f"geomap: {word}: {problem}"), err=True)
    if as_json:
        typer.echo(json.dumps(summary, ensure_ascii=True), err=quiet)
    elif not quiet:
        typer.echo(printable("\n".join(summary["lines"])))
    raise typer.Exit(run.exit_code)


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
