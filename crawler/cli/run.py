"""Commands that crawl: the demo, crawls by hand, and the schedule."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from archive import site as site_files
from archive.errors import LockedError, UsageError
from archive.layout import Layout, Part
from crawler.cli.app import (
    app,
    cluster_app,
    cluster_options,
    every_option,
    json_option,
    schedule_app,
    site_option,
    site_part_option,
    sites_argument,
)
from crawler.cli.folders import Folders, known_data, print_item
from crawler.messages import put, say, shanghai

if TYPE_CHECKING:
    from crawler.runs.schedule import Planned


@app.command()
@click.option(
    "--folder",
    type=click.Path(path_type=Path),
    default=Path("demo-data"),
    show_default=True,
    help="The folder for the demo's data; it is made anew each time.",
)
def demo(folder: Path) -> int:
    """Crawl practice sites that this machine serves, import five example texts, clean, catalogue, and report.

    Example: cundang demo
    """
    from crawler.practice import demo as practice_demo

    return practice_demo.run(folder)


@app.command()
@sites_argument
@every_option
@click.option("--max-pages", type=click.IntRange(min=1), help="The limit of pages for each site.")
@click.option("--full", is_flag=True, help="Fetch every list and every article again.")
@site_part_option
@click.pass_obj
def crawl(
    folders: Folders, sites: tuple[str, ...], every: bool, max_pages: int | None, full: bool, part: str | None
) -> int:
    """Crawl sites, several at once, archive every exchange, clean the new pages, and update the catalogue.

    A later crawl fetches what is due: lists by how often they change, articles a few times for edits and deletions.

    Example: cundang crawl sctyzx --max-pages 50
    """
    from crawler.runs import crawl as crawling

    _check_named(sites, every=every)
    if sites and part:
        raise UsageError("--part takes a share of all sites. Give --all with it, or name the sites of this machine.")
    share = Part.read(part) if part else None
    return crawling.crawl(folders.layout, folders.sites_folder, sites, part=share, max_pages=max_pages, full=full)


def _check_named(sites: tuple[str, ...], *, every: bool) -> None:
    if bool(sites) == every:
        raise UsageError("Name sites or give --all, not both." if every else "Name one or more sites, or give --all.")


@cluster_app.command("crawl")
@cluster_options
@every_option
@sites_argument
@click.pass_obj
def cluster_crawl(folders: Folders, scheduler: str | None, workers: int, every: bool, sites: tuple[str, ...]) -> int:
    """Crawl sites on the workers of a Dask scheduler, each in a process of its own.

    If a worker dies, its crawl stops, and another worker continues it. A site that another process is crawling is
    skipped. The data folder must have the same path on all machines. Exit 1 if a crawl failed.

    Example: cundang cluster crawl --all --workers 2
    """
    known = folders.sites(*sites)
    _check_named(sites, every=every)
    keys = sorted(known) if every else list(sites)
    for site in keys:
        if folders.key(site) not in known:
            raise site_files.no_such_site(site, folders.sites_folder, known)
    from crawler.runs.cluster import Cluster

    layout, failed = Layout(root=folders.layout.root.resolve()), 0
    with Cluster(scheduler, workers) as cluster:
        for site, code in cluster.crawl(layout, folders.sites_folder.resolve(), keys):
            failed += code not in (0, LockedError.exit_code)
            say(f"{site}: exit {code}")
    return int(failed > 0)


@schedule_app.command("run")
@click.option(
    "--at-once", type=click.IntRange(min=1), help="The most crawls of this command at once, within the machine's limit."
)
@click.option("--alert-command", help="A command that gets each alert as a JSON object on stdin.")
@click.option("--alert-webhook", help="A URL that gets each alert as a JSON object by POST.")
@click.option(
    "--metrics", type=click.IntRange(min=1, max=65535), help="Serve /metrics and /health on this port of 127.0.0.1."
)
@click.option("--minutes", type=click.FloatRange(min=0), help="Stop after this time; never when absent.")
@site_part_option
@click.pass_obj
def schedule_run(
    folders: Folders,
    at_once: int | None,
    alert_command: str | None,
    alert_webhook: str | None,
    metrics: int | None,
    minutes: float | None,
    part: str | None,
) -> None:
    """Crawl each site at the times in its file, until Ctrl-C or SIGTERM; both let requests under way finish.

    Example: cundang schedule run --minutes 0.1
    """
    from crawler.runs import alerts, schedule
    from crawler.runs.live import Live
    from crawler.runs.metrics import served

    alarm = alerts.Alarm(command=alert_command, webhook=alert_webhook)
    live, share = Live(), Part.read(part) if part else None
    plan = schedule.plan(folders.layout, schedule.read_sites(folders.sites_folder)[0])
    _say_plan([line for line in plan if not share or share.holds(line.site)], folders.sites_folder)
    with served(folders.layout, metrics, live):
        seconds = None if minutes is None else minutes * 60
        schedule.run(
            folders.layout, folders.sites_folder, part=share, at_once=at_once, alarm=alarm, seconds=seconds, live=live
        )


def _say_plan(plan: list[Planned], folder: Path) -> None:
    """Say how many sites have a schedule, and which one comes next."""
    coming = [(line.next, line.site) for line in plan if line.next]
    if coming:
        moment, site = min(coming)
        say(f"schedule: {len(plan)} sites, next {site} at {shanghai(moment)}")
    else:
        _say_unplanned(folder)


def _say_unplanned(folder: Path) -> None:
    cure = 'Write one into a file: schedule = "0 3 * * *". New copies get one: cundang sites copy --nightly'
    say(f"No site file of {folder} has a schedule. {cure}")


@schedule_app.command("due")
@click.option(
    "--at-once", type=click.IntRange(min=1), help="The most crawls of this command at once, within the machine's limit."
)
@click.option("--alert-command", help="A command that gets each alert as a JSON object on stdin.")
@click.option("--alert-webhook", help="A URL that gets each alert as a JSON object by POST.")
@site_part_option
@click.pass_obj
def schedule_due(
    folders: Folders, at_once: int | None, alert_command: str | None, alert_webhook: str | None, part: str | None
) -> int:
    """Crawl what is due now, then end; for cron and systemd timers. The first call only notes the time.

    A site file with a mistake is named, and the other sites are crawled. The exit code is 2 then.

    Example: cundang schedule due
    """
    from crawler.runs import alerts, schedule

    alarm = alerts.Alarm(command=alert_command, webhook=alert_webhook)
    share = Part.read(part) if part else None
    return schedule.run(folders.layout, folders.sites_folder, part=share, at_once=at_once, alarm=alarm, once=True)


@schedule_app.command("limit")
@click.argument(
    "number",
    required=False,
    type=click.IntRange(min=1),
    metavar="[NUMBER]",
    help="The new limit; without it, the limit is shown.",
)
def schedule_limit(number: int | None) -> None:
    """Show or set how many sites this machine crawls at most at once, and show how many it is crawling now.

    Example: cundang schedule limit
    """
    from crawler.queue import slots

    if number is not None:
        slots.set_limit(number)
    there = slots.Slots()
    put(f"{there.held()} sites are being crawled, of at most {there.limit} ({slots.folder()})")


@schedule_app.command("list")
@json_option
@click.pass_obj
def schedule_list(folders: Folders, json_: bool) -> None:
    """List the sites that have a schedule, their next time (Asia/Shanghai) and their last run.

    Example: cundang schedule list
    """
    from crawler.runs import schedule

    plan = schedule.plan(folders.layout, folders.valid(schedule.read_sites))
    if not plan:
        _say_unplanned(folders.sites_folder)
    for line in plan:
        following = shanghai(line.next) if line.next else "never"
        last = shanghai(line.last_began) if line.last_began else "none yet"
        print_item(
            line, f"{line.site:24} {line.schedule:16} next {following}  last {last} {line.last_ending or ''}", json_
        )


@schedule_app.command("history")
@site_option
@click.option("--limit", type=click.IntRange(min=1), default=50, show_default=True, help="The limit of runs.")
@json_option
@click.pass_obj
def schedule_history(folders: Folders, site: str | None, limit: int, json_: bool) -> None:
    """List scheduled runs, newest first: when they began, how they ended, their results, and what was unusual.

    Example: cundang schedule history
    """
    from crawler.runs import alerts
    from crawler.runs.history import Runs

    layout, key = known_data(folders.layout), folders.known(site)
    history = Runs(layout.runs) if layout.runs.exists() else None
    runs = history.history(key, limit=limit) if history else []
    if not runs:
        say("No scheduled crawl has run yet. Begin: cundang schedule run")
    for run in runs:
        assert history
        why = alerts.reasons(run, history.history(run.site, before=run, limit=5)) if run.ended else []
        took = int((run.ended - run.began).total_seconds()) if run.ended else 0
        skips = ", ".join(f"{reason} {count}" for reason, count in sorted(run.skips.items()))
        print_item(
            run,
            f"{shanghai(run.began)}  {run.site:20} {run.ending:12} {took:5} s  {run.pages} pages,"
            f" {run.revisits} unchanged, {run.documents} documents; {skips or 'no skips'}"
            + (f"  ! {'; '.join(why)}" if why else "")
            + (f"  {log}" if (log := layout.log(run.site, run.number)).exists() else ""),
            json_,
        )


@schedule_app.command("export")
@click.option("--systemd", is_flag=True, help="The daemon as a service.")
@click.option("--cron", is_flag=True, help="A line for a crontab.")
@click.option("--prometheus", is_flag=True, help="Prometheus' configuration and alert rules, a Grafana dashboard.")
@click.option("--container", is_flag=True, help="A Containerfile.")
@click.option("--out", type=click.Path(path_type=Path), help="A folder for the files; stdout when absent.")
@site_part_option
@click.pass_obj
def schedule_export(
    folders: Folders, systemd: bool, cron: bool, prometheus: bool, container: bool, out: Path | None, part: str | None
) -> None:
    """Write files to run the schedule by cron, systemd or a container, or to monitor it by Prometheus and Grafana.

    Example: cundang schedule export --cron
    """
    from crawler.runs import units

    chosen = {"systemd": systemd, "cron": cron, "prometheus": prometheus, "container": container}
    if sum(chosen.values()) != 1:
        raise UsageError("Name one: --systemd, --cron, --prometheus or --container.")
    if part:
        Part.read(part)
    if systemd:
        files = units.units(folders.layout, folders.sites_folder, part)
    elif cron:
        files = units.crontab(folders.layout, folders.sites_folder, part)
    else:
        files = units.prometheus() if prometheus else units.container()
    for name, text in files.items():
        if out is None:
            put(text if cron else f"# {name}\n{text}", end="" if cron else "\n")
        else:
            out.mkdir(parents=True, exist_ok=True)
            (out / name).write_text(text, encoding="utf-8")
            say(f"{out / name}")
