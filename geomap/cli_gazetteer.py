"""The `geomap gazetteer` commands: parse, call, print."""

from __future__ import annotations

import json
import sys
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from geomap.console import complain, printable, show

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

app = typer.Typer(help="Look into the offline gazetteer, and add to it.", no_args_is_help=True)

Debug = Annotated[bool, typer.Option("--debug", help="Show the trace of an error.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]


@app.command()
def info(as_json: AsJson = False, debug: Debug = False) -> None:
    """Show what the gazetteer holds and where it comes from."""
    from geomap import gazetteer_commands

    show(False, debug)
    typer.echo(gazetteer_commands.info(as_json))


@app.command()
def lookup(
    name: Annotated[str, typer.Argument(help="A place name in any spelling or script.")],
    near: Annotated[
        str | None, typer.Option("--near", help="Nearest to this place first, with distances.")
    ] = None,
    country: Annotated[
        str | None, typer.Option("--country", help="Only this country (ISO code).")
    ] = None,
    limit: Annotated[int, typer.Option("--limit", min=1, help="At most so many.")] = 20,
    as_json: AsJson = False,
    debug: Debug = False,
) -> None:
    """Show the places that bear a name, with what tells them apart."""
    from geomap import gazetteer_commands

    show(False, debug)
    text, found = gazetteer_commands.lookup(
        name, near=near, country=country, limit=limit, as_json=as_json
    )
    if text:
        typer.echo(printable(text))
    if not found:
        where = f" in {country.upper()}" if country else ""
        complain(f"no place named {name!r}{where} in the gazetteer")
    raise typer.Exit(0 if found else 2)


@app.command()
def add(
    files: Annotated[
        list[Path],
        typer.Argument(help="GeoNames dumps, CSV, GeoJSON, GeoPackage, OpenStreetMap extracts."),
    ],
    columns: Annotated[
        list[str] | None,
        typer.Option("--map", help="A column that is not found by itself: name=NAZVA."),
    ] = None,
    fresh: Annotated[
        bool, typer.Option("--fresh", help="Begin again with the gazetteer of geomap.")
    ] = False,
    rejects: Annotated[
        Path | None, typer.Option("--rejects", help="List the rows that could not be used here.")
    ] = None,
    as_json: AsJson = False,
    debug: Debug = False,
) -> None:
    """Add files to your own gazetteer; it is used from then on."""
    from geomap import gazetteer_commands as commands

    show(False, debug)
    mapping = commands.parse_mapping(columns or [])
    with _bar("adding") as advance:
        summary = commands.add(
            files, mapping=mapping or None, fresh=fresh, rejects=rejects,
            on_progress=lambda name, rows: advance(name, rows, None),
        )  # fmt: skip
    if as_json:
        rows = [
            {
                "source": s.name,
                "format": s.format,
                "accepted": s.accepted,
                "merged": s.merged,
                "new": s.new,
                "names": s.names,
                "rejected": s.rejected,
            }
            for s in summary.sources
        ]
        typer.echo(json.dumps({"sources": rows, "places": summary.places}, ensure_ascii=True))
    else:
        typer.echo(printable("\n".join(commands.told(summary))))
    raise typer.Exit(1 if any(s.rejected for s in summary.sources) else 0)


@app.command()
def fetch(
    countries: Annotated[list[str], typer.Argument(help="ISO codes: UA PL.")],
    source: Annotated[
        Literal["geonames", "osm"], typer.Option("--source", help="Where from.")
    ] = "geonames",
    keep: Annotated[
        bool, typer.Option("--only-download", help="Do not add what was downloaded.")
    ] = False,
    debug: Debug = False,
) -> None:
    """Download GeoNames or OpenStreetMap data of countries, and add them."""
    from geomap import gazetteer_commands as commands

    show(False, debug)
    with _bar("downloading") as advance:
        files = commands.fetch(countries, source, on_progress=advance)
    for file in files:
        typer.echo(str(file))
    if keep:
        return
    with _bar("adding") as advance:
        summary = commands.add(
            files, mapping=None, fresh=False, rejects=None,
            on_progress=lambda name, rows: advance(name, rows, None),
        )  # fmt: skip
    typer.echo(printable("\n".join(commands.told(summary))))


@contextmanager
def _bar(what: str) -> Iterator[Callable[[str, int, int | None], None]]:
    """Show progress on a terminal; do nothing elsewhere."""
    if not sys.stderr.isatty():
        yield lambda name, done, total: None  # noqa: ARG005
        return
    from rich.console import Console
    from rich.progress import Progress, SpinnerColumn, TextColumn

    columns: tuple[Any, ...] = (SpinnerColumn(), TextColumn("{task.description}"))
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(what)

        def advance(name: str, done: int, total: int | None) -> None:
            of = f" of {total:,}" if total else ""
            bar.update(task, description=f"{what} {name}: {done:,}{of}")

        yield advance
