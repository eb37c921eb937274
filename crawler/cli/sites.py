"""Commands on the site files."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import click

from archive import site as site_files
from archive.errors import CundangError, UsageError
from crawler.cli.app import json_option, sites_app
from crawler.cli.folders import Folders, known_data, print_item
from crawler.messages import put, say, say_all


@sites_app.command("list")
@json_option
@click.pass_obj
def sites_list(folders: Folders, json_: bool) -> None:
    """List the site files: key, name, hosts, schedule.

    Example: cundang sites list --json
    """
    for site in folders.valid().values():
        print_item(site, f"{site.key:24} {site.name}  {' '.join(site.hosts)}  {site.schedule or ''}", json_)


@sites_app.command("add")
@click.argument("url", metavar="URL", required=True, help="The home page of a site.")
@click.option("--key", help="The file's name; made from the host when absent.")
@click.option(
    "--delay", type=click.FloatRange(min=0), default=3.0, show_default=True, help="Seconds between two requests."
)
@json_option
@click.pass_obj
def sites_add(folders: Folders, url: str, key: str | None, delay: float, json_: bool) -> None:
    """Probe a site with about 30 requests, write its file, and show how some of its articles are read.

    Example: cundang sites add http://www.sctyzx.gov.cn/
    """
    from crawler import probe

    found = probe.probe(url, folders.sites_folder, key=key, delay=delay)
    for sample in found.samples:
        print_item(
            sample, f"{sample.published or '':10}  {sample.title or '(no title)'}\n    {sample.text[:80]}", json_
        )
    say(f"{found.path}: {found.cms or 'no known CMS'}, {len(found.columns)} columns, {found.requests} answers")
    for line in probe.account(found):
        say(f"  {line}")


@sites_app.command("copy")
@click.argument("keys", metavar="[KEY...]", nargs=-1, help="Keys of sites that come with cundang; all when absent.")
@click.option("--nightly", is_flag=True, help="Add a daily schedule to each, spread from 0:00 to 6:00 in Shanghai.")
@click.pass_obj
def sites_copy(folders: Folders, keys: tuple[str, ...], nightly: bool) -> None:
    """Copy the site files that come with cundang to your own, in ./seeds/sites or the folder of --sites.

    Existing files stay unchanged.

    Example: cundang sites copy --sites my-sites
    """
    from crawler import bundled

    copied, kept = bundled.copy_sites(folders.sites_folder, keys, nightly=nightly)
    there = f", {len(kept)} were there and stay as they are" if kept else ""
    say(f"{folders.sites_folder}: {len(copied)} site files copied{there}")


@sites_app.command("check")
@click.argument(
    "names",
    metavar="[KEY|PATH...]",
    nargs=-1,
    type=click.Path(),
    help="Keys of sites or paths of their files; all of the folder when none is named.",
)
@click.pass_obj
def sites_check(folders: Folders, names: tuple[str, ...]) -> int:
    """Check site files and name every mistake with its line, also in the schedule; exit 2 if there is one.

    Example: cundang sites check
    """
    from crawler.runs import cron

    folder: Path = folders.sites_folder
    if not names and not folder.is_dir():
        raise UsageError(f"{folder}: no such folder of site files. Name one with --sites, or: cundang sites copy")
    good = []
    files = [folders.file_of(name) for name in names] or sorted(folder.glob("*.toml"))
    if not files:
        raise UsageError(f"{folder}: holds no site file. Name another folder with --sites.")
    for path in files:
        mistakes = list(cron.mistakes(path))
        try:
            site = site_files.load_file(path)
        except CundangError as error:
            mistakes.append(str(error))
        if mistakes:
            say("\n".join(mistakes))
            continue
        good.append(site)
        never = site.schedule and cron.next_time(site, dt.datetime.now(dt.UTC)) is None
        put(f"{site.key}: valid" + (", but its schedule never matches a date" if never else ""))
    clashes = site_files.clashes(good)
    say_all(dict.fromkeys(clashes.values()))
    return UsageError.exit_code if clashes or len(good) < len(files) else 0


@sites_app.command("learn")
@click.argument("key", metavar="KEY", required=True, help="A site whose articles are in the archive.")
@click.option("--dry-run", is_flag=True, help="Show what would be learned; write nothing.")
@click.pass_obj
def sites_learn(folders: Folders, key: str, dry_run: bool) -> int:
    """Learn from a site's own archive how its articles are laid out, and write it to learned/KEY.toml beside its file.

    The changes of that file are printed as a diff. The next `cundang clean` uses it for the site's pages. Exit
    1 when no layout has 20 different articles.

    Example: cundang sites learn sctyzx --dry-run
    """
    from crawler import learning

    folder = Path(key).parent if key.endswith(".toml") else folders.sites_folder
    return learning.learn(known_data(folders.layout), folders.site(key), folder, dry=dry_run)


@sites_app.command("fixture")
@click.argument("url", metavar="URL", required=True, help="An archived page that the rules of its site read well.")
@click.pass_obj
def sites_fixture(folders: Folders, url: str) -> None:
    """Keep a page of the archive and its Document beside the site files, as a test of the rules: cundang sites test.

    Example: cundang sites fixture http://www.sctyzx.gov.cn/my/202409/54308962.html
    """
    from crawler import fixtures

    kept = fixtures.keep(known_data(folders.layout), folders.sites(), folders.sites_folder, url)
    say(f"{kept}: kept. Look at document.json, and correct it where it is wrong; then: cundang sites test")


@sites_app.command("test")
@click.argument("keys", metavar="[KEY...]", nargs=-1, help="Keys of sites; all that have fixtures when none is named.")
@json_option
@click.pass_obj
def sites_test(folders: Folders, keys: tuple[str, ...], json_: bool) -> int:
    """Clean the fixtures with the current site files; exit 1 if one gives another Document than expected.

    Example: cundang sites test
    """
    from crawler import fixtures

    wrong = count = 0
    for tried in fixtures.run(folders.sites(), folders.sites_folder, [folders.key(key) or key for key in keys]):
        count += 1
        wrong += bool(tried.differences)
        if tried.differences or json_:
            lines = "".join(f"\n    {line}" for line in tried.differences)
            print_item(tried, f"{tried.folder}: {tried.url}{lines}", json_)
    say(f"sites test: {count} pages, {wrong} differ")
    return int(wrong > 0)
