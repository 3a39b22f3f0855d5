"""The command line of exports."""

from __future__ import annotations

import datetime as dt
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from geomap.cli_options import Common, moment_told, on_articles
from geomap.errors import SettingsError


class Split(StrEnum):
    """What `export` writes a file for."""

    DATE = "date"


@on_articles
def export(
    common: Common,
    output: Annotated[
        Path,
        typer.Option(
            "-o", "--output",
            help="The file to write: .geojson, .geojsonl, .gpkg, .parquet or .csv.",
        ),
    ],
    split: Annotated[
        Split | None,
        typer.Option("--split", help="Write a file for each date: NAME-2024-02-15.geojson."),
    ] = None,
    bom: Annotated[
        bool, typer.Option("--bom", help="Begin a .csv with a byte order mark, for Excel.")
    ] = False,
    changes: Annotated[
        dt.datetime | None,
        typer.Option(
            "--changes", parser=moment_told, metavar="SINCE",
            help="Of a workspace: what is new, changed or gone since this day or time.",
        ),
    ] = None,
) -> None:  # fmt: skip
    """Write all features for other programs: GeoJSON, GeoPackage, GeoParquet or CSV."""
    from geomap.export_commands import ExportRun
    from geomap.output.exports import check_format

    check_format(output, bom=bom)
    if changes is not None:
        from geomap.changes_commands import ChangesRun

        if split is not None:
            raise SettingsError("--changes writes one file: leave out --split")
        told = common.run_of(ChangesRun)
        common.end(told, told.changes(output, changes, bom=bom))
    run = common.run_of(ExportRun)
    common.end(run, run.export(output, by_date=split is not None, bom=bom))
