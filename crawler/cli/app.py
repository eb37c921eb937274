"""The command `cundang` and its groups: what the modules of this package add their commands to."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated

import typer

from archive import site as site_files
from archive.layout import Layout
from crawler.cli.house import House

app = typer.Typer(
    name="cundang",
    help="存档: crawl, archive and clean Chinese public news.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
sites_app = typer.Typer(help="The site files.", no_args_is_help=True)
app.add_typer(sites_app, name="sites")
schedule_app = typer.Typer(help="Crawls at the times that the site files plan.", no_args_is_help=True)
app.add_typer(schedule_app, name="schedule")


@app.callback()
def options(
    context: typer.Context,
    data: Annotated[
        Path | None, typer.Option(help="The data folder; CUNDANG_DATA or ./data when absent.", file_okay=False)
    ] = None,
    sites: Annotated[
        Path | None, typer.Option(help="The folder of site files; CUNDANG_SITES or ./seeds/sites when absent.")
    ] = None,
) -> None:
    """存档: crawl, archive and clean Chinese public news.

    Example: cundang demo
    """
    named = sites or (Path(os.environ["CUNDANG_SITES"]) if os.environ.get("CUNDANG_SITES") else None)
    context.obj = House(layout=Layout.at(data), sites_folder=named or site_files.FOLDER, named=named is not None)
