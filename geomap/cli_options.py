"""Options of the command line, and what the commands on articles share."""

from __future__ import annotations

import datetime as dt
import inspect
import json
import re
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, TypeVar

import typer

from geomap.console import printable, show
from geomap.errors import SettingsError

if TYPE_CHECKING:
    from geomap import commands

RunType = TypeVar("RunType", bound="commands.Run")


def day_told(value: str) -> dt.date:
    """Return the day of an option."""
    try:
        return dt.date.fromisoformat(value)
    except ValueError:
        raise typer.BadParameter(f"{value!r} is not a day: write YYYY-MM-DD") from None


def moment_told(value: str) -> dt.datetime:
    """Return the moment of an option, a day's first where only that is told; here, without zone."""
    try:
        return dt.datetime.fromisoformat(value).astimezone()
    except (ValueError, OverflowError, OSError):
        raise typer.BadParameter(
            f"{value!r} is no day or time: write YYYY-MM-DD or YYYY-MM-DDTHH:MM"
        ) from None


_KM_IN = {"km": 1.0, "m": 0.001, "mi": 1.609344, "nmi": 1.852}
_UNITS = {"kilometres": "km", "kilometers": "km", "miles": "mi", "mile": "mi", "metres": "m"}
_LENGTH = re.compile(r"(\d+(?:\.\d+)?)\s*([a-z]*)")


def km_told(value: str) -> float:
    """Return the kilometres of an option: "30km", "20 mi", "30"."""
    match = _LENGTH.fullmatch(value.strip().lower())
    unit = _UNITS.get(match[2], match[2] or "km") if match else ""
    if match is None or unit not in _KM_IN:
        raise typer.BadParameter(f"{value!r} is not a distance: write 30km or 20mi")
    return float(match[1]) * _KM_IN[unit]


def box_told(value: str) -> tuple[float, ...]:
    """Return the four degrees of an option: west,south,east,north.

    Raises
    ------
    SettingsError
        It is something else.
    """
    try:
        found = tuple(float(part) for part in value.split(","))
    except ValueError:
        found = ()
    if len(found) != 4:
        raise SettingsError(
            f"--bbox {value!r} is not west,south,east,north in degrees: 36.5,47.8,38.9,49.2"
        )
    return found


def listed_told(told: Iterable[str] | None) -> tuple[str, ...]:
    """Return what options list, each maybe several with commas between them."""
    return tuple(part.strip() for one in told or () for part in one.split(",") if part.strip())


def kinds_told(told: str) -> tuple[str, ...]:
    """Return the kinds of mentions that an option lists."""
    listed = [k.strip() for k in told.split(",") if k.strip()]
    return ("literal", "associative", "demonym") if "all" in listed else tuple(listed)


Articles = Annotated[list[str], typer.Argument(help="Files, folders, or - for standard input.")]
Since = Annotated[
    dt.date | None, typer.Option("--since", parser=day_told, metavar="DAY", help="First day.")
]
Until = Annotated[
    dt.date | None, typer.Option("--until", parser=day_told, metavar="DAY", help="Last day.")
]
RegionOption = Annotated[
    str | None,
    typer.Option(
        "--region",
        help='Only what lies in it: a name ("Donetsk Oblast"), a file of polygons, "the front".',
    ),
]
Radius = Annotated[
    float | None,
    typer.Option(
        "--radius", parser=km_told, metavar="KM", help="How far round the region: 30km, 20mi."
    ),
]
Box = Annotated[
    str | None,
    typer.Option(
        "--bbox", metavar="W,S,E,N", help="Only what lies in this box: west,south,east,north."
    ),
]
Parties = Annotated[
    list[str] | None,
    typer.Option("--party", help="Only what this party is said to have done; repeatable."),
]
Only = Annotated[
    list[str] | None,
    typer.Option(
        "--kind", help="Only mention, hint, claim, a kind of mention or an action; repeatable."
    ),
]
Sources = Annotated[
    list[str] | None,
    typer.Option("--source", help="Only reports of this source: name or host; repeatable."),
]
MinConfidence = Annotated[
    float, typer.Option("--min-confidence", help="Only what is at least this sure, 0 to 1.")
]
ArticleDate = Annotated[
    dt.date | None,
    typer.Option("--article-date", parser=day_told, metavar="DAY", help="Day of what has no date."),
]
Kinds = Annotated[
    str, typer.Option("--kinds", help="Kinds of mentions: literal,associative,demonym or all.")
]
Front = Annotated[
    Path | None,
    typer.Option("--front", help="GeoJSON line of contact to measure from."),
]
CorrectionFiles = Annotated[
    list[Path] | None,
    typer.Option("--corrections", help="What names mean: .toml or a filled-in review; repeatable."),
]
TheatreOption = Annotated[
    Path | None,
    typer.Option("--theatre", help="A table of who fights, .toml: another war than the embedded."),
]
MaxMb = Annotated[
    float, typer.Option("--max-article-mb", help="Larger single articles are set aside.")
]
RecogniserOption = Annotated[
    str,
    typer.Option(
        "--recogniser", metavar="NAME", help="What finds place names: geomap, spacy[:MODEL]."
    ),
]
Jobs = Annotated[
    int | None,
    typer.Option(
        "--jobs", "-j", envvar="GEOMAP_JOBS", metavar="N", show_envvar=False,
        help="Processes that read; all cores by default.",
    ),
]  # fmt: skip
Strict = Annotated[bool, typer.Option("--strict", help="Stop at the first warning.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print the summary as JSON.")]
Verbose = Annotated[bool, typer.Option("--verbose", "-v", help="Say what is done.")]
Debug = Annotated[bool, typer.Option("--debug", help="Show the trace of an error.")]


_WARNED = 20  # warnings of a kind that are shown


@dataclass(frozen=True, slots=True, kw_only=True)
class Common:
    """The options that all commands on articles share; `on_articles` gives them to each."""

    articles: Articles
    front: Front = None
    corrections: CorrectionFiles = None
    theatre: TheatreOption = None
    since: Since = None
    until: Until = None
    region: RegionOption = None
    radius: Radius = None
    bbox: Box = None
    party: Parties = None
    kind: Only = None
    source: Sources = None
    min_confidence: MinConfidence = 0.0
    article_date: ArticleDate = None
    max_article_mb: MaxMb = 20.0
    recogniser: RecogniserOption = "geomap"
    strict: Strict = False
    jobs: Jobs = None
    as_json: AsJson = False
    verbose: Verbose = False
    debug: Debug = False

    def run_of(self, command: Callable[..., RunType], kinds: str | None = None) -> RunType:
        """Return a run of a command's own kind, with these options."""
        names = ("since", "until", "region", "min_confidence", "article_date", "max_article_mb")
        options = {name: getattr(self, name) for name in (*names, "recogniser")}
        options |= {
            "radius_km": self.radius,
            "bbox": None if self.bbox is None else box_told(self.bbox),
            "parties": listed_told(self.party),
            "only": listed_told(self.kind),
            "sources": tuple(self.source or ()),
        }
        if kinds is not None:
            options["kinds"] = kinds_told(kinds)
        progress = show(self.verbose, self.debug)
        return command(
            self.articles,
            options,
            progress,
            front=self.front,
            corrections=self.corrections or (),
            theatre=self.theatre,
            strict=self.strict,
            jobs=self.jobs,
        )

    def end(self, run: commands.Run, summary: dict[str, Any], *, quiet: bool = False) -> None:
        """Print the problems and the summary; leave with the right code."""
        told = Counter[str]()
        for problem in run.problems:
            word = "set aside" if problem.set_aside else "warning"
            told[problem.kind] += not problem.set_aside
            # What was not used is named, each of it; warnings that repeat themselves hide it.
            if problem.set_aside or self.verbose or told[problem.kind] <= _WARNED:
                typer.echo(printable(f"geomap: {word}: {problem}"), err=True)
        for kind, number in told.items():
            if number > _WARNED and not self.verbose:
                more = f"{number - _WARNED:,} more of the same ({kind}): --verbose names them"
                typer.echo(f"geomap: warning: {more}", err=True)
        if self.as_json:
            typer.echo(json.dumps(summary, ensure_ascii=True), err=quiet)
        elif not quiet:
            typer.echo(printable("\n".join(summary["lines"])))
        raise typer.Exit(run.exit_code)


def on_articles(command: Callable[..., None]) -> Callable[..., None]:
    """Give a command the common options: its first argument is a `Common`, the rest its own.

    An option that the command has itself (`brief` must be told its region) stands for the common
    one of that name.
    """
    own = dict(inspect.signature(command, eval_str=True).parameters)
    del own["common"]
    shared = inspect.signature(Common, eval_str=True).parameters

    def run(**given: Any) -> None:
        command(Common(**{n: given[n] for n in shared}), **{n: given[n] for n in own if n in given})

    every = [*own.values(), *(p for n, p in shared.items() if n not in own)]
    parameters = [p.replace(kind=inspect.Parameter.KEYWORD_ONLY) for p in every]
    run.__name__, run.__doc__ = command.__name__, command.__doc__
    run.__annotations__ = {p.name: p.annotation for p in parameters}
    vars(run)["__signature__"] = inspect.Signature(parameters)
    return run


def check_suffix(path: Path, wanted: str, option: str = "-o") -> None:
    """Say early that a file to write has the wrong ending.

    Raises
    ------
    SettingsError
        It has.
    """
    if path.suffix.lower() != wanted:
        raise SettingsError(f"{option} {path}: give a file name that ends in {wanted}")
