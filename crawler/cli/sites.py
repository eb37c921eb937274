"""Commands on the site files."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import click

from archive import site as site_files
from archive.errors import CundangError, UsageError
from crawler.cli.app import json_option, sites_app
from crawler.cli.house import House, print_item
from crawler.talk import say


@sites_app.command("list")
@json_option
@click.pass_obj
def sites_list(house: House, json_: bool) -> None:
    """List the site files: key, name, hosts, schedule.

    Example: cundang sites list --json
    """
    for site in site_files.load(house.sites_folder).values():
        print_item(site, f"{site.key:24} {site.name}  {' '.join(site.hosts)}  {site.schedule or ''}", json_)


@sites_app.command("add")
@click.argument("url", metavar="URL", required=True, help="The home page of a site.")
@click.option("--key", help="The file's name; made from the host when absent.")
@click.option(
    "--delay", type=click.FloatRange(min=0), default=3.0, show_default=True, help="Seconds between two requests."
)
@json_option
@click.pass_obj
def sites_add(house: House, url: str, key: str | None, delay: float, json_: bool) -> None:
    """Look at a site, at most 30 requests, write its file, and show some of its articles as they are read.

    Example: cundang sites add http://www.sctyzx.gov.cn/
    """
    from crawler import probe

    found = probe.probe(url, house.sites_folder, key=key, delay=delay)
    for sample in found.samples:
        print_item(sample, f"{sample.published or '':10}  {sample.title}\n    {sample.text[:80]}", json_)
    say(f"{found.path}: {found.cms or 'no known CMS'}, {len(found.columns)} columns, {found.requests} answers")
    for line in probe.account(found):
        say(f"  {line}")


@sites_app.command("check")
@click.argument(
    "paths",
    metavar="PATHS...",
    nargs=-1,
    type=click.Path(path_type=Path),
    help="Site files; all of the folder when none is named.",
)
@click.pass_obj
def sites_check(house: House, paths: tuple[Path, ...]) -> int:
    """Read site files and name the first mistake of each, also in its schedule; exit 2 when there is one.

    Example: cundang sites check
    """
    from crawler.runs import cron

    folder: Path = house.sites_folder
    if not paths and not folder.is_dir():
        raise UsageError(f"{folder}: no such folder of site files. Name one with --sites or CUNDANG_SITES.")
    good = []
    files = paths or sorted(folder.glob("*.toml"))
    if not files:
        raise UsageError(f"{folder}: holds no site file. Name another folder with --sites.")
    for path in files:
        try:
            site = site_files.load_file(path)
            comes = cron.next_time(site, dt.datetime.now(dt.UTC))
            good.append(site)
            say(f"{site.key}: good" + ("; but its schedule never comes" if site.schedule and comes is None else ""))
        except CundangError as error:
            say(str(error))
    site_files.by_host(good)
    return UsageError.exit_code if len(good) < len(files) else 0
