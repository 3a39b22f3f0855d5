"""The command line of bulk runs."""

from __future__ import annotations

from typing import Annotated

import typer

from geomap.cli_options import Common, on_articles


@on_articles
def bulk(
    common: Common,
    output: Annotated[
        str,
        typer.Option("-o", "--output", metavar="DIR", help="The folder to write; s3://... too."),
    ],
    scheduler: Annotated[
        str | None,
        typer.Option(
            "--scheduler", metavar="ADDRESS",
            help="Of a dask.distributed cluster: tcp://host:8786; else this process does all.",
        ),
    ] = None,
    part_mb: Annotated[
        float, typer.Option("--part-mb", help="How large the partitions are, about.")
    ] = 16.0,
) -> None:  # fmt: skip
    """Read Parquet, JSON Lines or WARC of any size into GeoParquet by date; it can be resumed."""
    from geomap.bulk_commands import BulkRun

    run = common.run_of(BulkRun)
    common.end(run, run.bulk(output, scheduler=scheduler, part_mb=part_mb))
