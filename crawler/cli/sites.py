"""Commands on the site files."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Annotated

import typer

from archive import site as site_files
from archive.errors import CundangError, UsageError
from crawler.cli.app import sites_app
from crawler.cli.house import Json, print_item
from crawler.talk import say


@sites_app.command("list")
def sites_list(context: typer.Context, json_: Json = False) -> None:
    """List the site files: key, name, hosts, schedule.

    Example: cundang sites list --json
    """
    for site in site_files.load(context.obj.sites_folder).values():
        print_item(site, f"{site.key:24} {site.name}  {' '.join(site.hosts)}  {site.schedule or ''}", json_)


@sites_app.command("add")
def sites_add(
    context: typer.Context,
    url: Annotated[str, typer.Argument(help="The home page of a site.")],
    key: Annotated[str | None, typer.Option(help="The file's name; made from the host when absent.")] = None,
    delay: Annotated[float, typer.Option(min=0, help="Seconds between two requests.")] = 3.0,
    json_: Json = False,
) -> None:
    """Look at a site, at most 30 requests, write its file, and show some of its articles as they are read.

    Example: cundang sites add http://www.sctyzx.gov.cn/
    """
    from crawler import probe

    found = probe.probe(url, context.obj.sites_folder, key=key, delay=delay)
    for sample in found.samples:
        print_item(sample, f"{sample.published or '':10}  {sample.title}\n    {sample.text[:80]}", json_)
    say(f"{found.path}: {found.cms or 'no known CMS'}, {len(found.columns)} columns, {found.requests} answers")
    for line in probe.account(found):
        say(f"  {line}")


@sites_app.command("check")
def sites_check(
    context: typer.Context,
    paths: Annotated[
        list[Path] | None, typer.Argument(help="Site files; all of the folder when none is named.")
    ] = None,
) -> None:
    """Read site files and name the first mistake of each, also in its schedule; exit 2 when there is one.

    Example: cundang sites check
    """
    from crawler.runs import cron

    folder: Path = context.obj.sites_folder
    if not paths and not folder.is_dir():
        raise UsageError(f"{folder}: no such folder of site files. Name one with --sites or CUNDANG_SITES.")
    good = []
    files = paths or sorted(folder.glob("*.toml"))
    for path in files:
        try:
            site = site_files.load_file(path)
            comes = cron.next_time(site, dt.datetime.now(dt.UTC))
            good.append(site)
            say(f"{site.key}: good" + ("; but its schedule never comes" if site.schedule and comes is None else ""))
        except CundangError as error:
            say(str(error))
    site_files.by_host(good)
    raise typer.Exit(UsageError.exit_code if len(good) < len(files) else 0)
