"""Commands that crawl: the demo, crawls by hand, and the schedule."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from archive.errors import UsageError
from archive.site import CHINA
from crawler.cli.app import app, schedule_app
from crawler.cli.house import House, Json, SiteKey, known_data, print_item
from crawler.talk import put, say


@app.command()
def demo(
    keep: Annotated[Path, typer.Option(help="Where the demo's data go; made anew each time.")] = Path("demo-data"),
) -> None:
    """Crawl the practice web on loopback, import the seed corpus, clean, catalogue, and say what happened.

    Example: cundang demo
    """
    from crawler.practice import demo as practice_demo

    raise typer.Exit(practice_demo.run(keep))


@app.command()
def crawl(
    context: typer.Context,
    sites: Annotated[list[str], typer.Argument(help="Site keys, or paths of site files.")],
    max_pages: Annotated[int | None, typer.Option(min=1, help="At most so many pages.")] = None,
    full: Annotated[bool, typer.Option("--full", help="Walk every list, and check every page again.")] = False,
) -> None:
    """Crawl sites, archive every exchange, clean what came, and update the catalogue.

    A later crawl asks for what is due: lists, by how often they change; articles, a few times, for edits and deletions.

    Example: cundang crawl sctyzx --max-pages 50
    """
    from crawler.runs import crawl as crawling

    house: House = context.obj
    raise typer.Exit(crawling.crawl(house.layout, house.sites_folder, sites, max_pages=max_pages, full=full))


AtOnce = Annotated[int, typer.Option(min=1, help="At most so many crawls at a time.")]
Command = Annotated[str | None, typer.Option(help="Told of trouble: a command that gets a JSON object on stdin.")]
Webhook = Annotated[str | None, typer.Option(help="Told of trouble: an address that gets a JSON object by POST.")]


@schedule_app.command("run")
def schedule_run(
    context: typer.Context,
    at_once: AtOnce = 4,
    alert_command: Command = None,
    alert_webhook: Webhook = None,
    metrics: Annotated[
        int | None, typer.Option(min=1, max=65535, help="Serve figures for Prometheus on this port of 127.0.0.1.")
    ] = None,
    minutes: Annotated[float | None, typer.Option(min=0, help="Stop after so long; never when absent.")] = None,
) -> None:
    """Crawl each site when its file says, until Ctrl-C or SIGTERM, which let crawls finish what is on the wire.

    Example: cundang schedule run --minutes 0.1
    """
    from crawler.runs import alerts, schedule
    from crawler.runs.metrics import served

    house: House = context.obj
    alarm = alerts.Alarm(command=alert_command, webhook=alert_webhook)
    with served(house.layout, metrics):
        seconds = None if minutes is None else minutes * 60
        schedule.run(house.layout, house.sites_folder, at_once=at_once, alarm=alarm, seconds=seconds, once=False)


@schedule_app.command("due")
def schedule_due(
    context: typer.Context, at_once: AtOnce = 4, alert_command: Command = None, alert_webhook: Webhook = None
) -> None:
    """Crawl what is due now and end; for cron and systemd timers. The first look only notes the time.

    Example: cundang schedule due
    """
    from crawler.runs import alerts, schedule

    house: House = context.obj
    alarm = alerts.Alarm(command=alert_command, webhook=alert_webhook)
    raise typer.Exit(
        schedule.run(house.layout, house.sites_folder, at_once=at_once, alarm=alarm, seconds=None, once=True)
    )


@schedule_app.command("list")
def schedule_list(context: typer.Context, json_: Json = False) -> None:
    """List the sites that have a schedule, their next time (Asia/Shanghai) and their last run.

    Example: cundang schedule list
    """
    from crawler.runs import schedule

    for line in schedule.plan(context.obj.layout, context.obj.sites_folder):
        following = f"{line.next.astimezone(CHINA):%Y-%m-%d %H:%M}" if line.next else "never"
        last = f"{line.last_began.astimezone(CHINA):%Y-%m-%d %H:%M}" if line.last_began else "none yet"
        print_item(
            line, f"{line.site:24} {line.schedule:16} next {following}  last {last} {line.last_ending or ''}", json_
        )


@schedule_app.command("history")
def schedule_history(
    context: typer.Context,
    site: SiteKey = None,
    limit: Annotated[int, typer.Option(min=1, help="At most so many.")] = 50,
    json_: Json = False,
) -> None:
    """List scheduled runs, newest first: when, how they ended, what came, compared with the runs before.

    Example: cundang schedule history
    """
    from crawler.runs import alerts
    from crawler.runs.history import Runs

    layout = known_data(context.obj.layout)
    history = Runs(layout.runs) if layout.runs.exists() else None
    for run in history.history(context.obj.key(site), limit=limit) if history else ():
        assert history
        why = alerts.reasons(run, history.history(run.site, before=run, limit=5)) if run.ended else []
        began, took = run.began.astimezone(CHINA), run.ended and int((run.ended - run.began).total_seconds())
        skips = ", ".join(f"{reason} {count}" for reason, count in sorted(run.skips.items()))
        print_item(
            run,
            f"{began:%Y-%m-%d %H:%M:%S}  {run.site:20} {run.ending:12} {took or 0:5} s  {run.pages} pages,"
            f" {run.revisits} unchanged, {run.documents} documents; {skips or 'no skips'}"
            + (f"  ! {'; '.join(why)}" if why else ""),
            json_,
        )


@schedule_app.command("export")
def schedule_export(
    context: typer.Context,
    systemd: Annotated[bool, typer.Option("--systemd", help="A service and a timer.")] = False,
    cron: Annotated[bool, typer.Option("--cron", help="A line for a crontab.")] = False,
    out: Annotated[Path | None, typer.Option(help="A folder for the files; stdout when absent.")] = None,
) -> None:
    """Write what makes cron or systemd look for due crawls; the times stay in the site files.

    Example: cundang schedule export --cron
    """
    from crawler.runs import units

    house: House = context.obj
    if systemd == cron:
        raise UsageError("Name one: --systemd or --cron.")
    if cron:
        files = {"cundang.cron": units.crontab(house.layout, house.sites_folder)}
    else:
        files = units.units(house.layout, house.sites_folder)
    for name, said in files.items():
        if out is None:
            put(said if cron else f"# {name}\n{said}", end="" if cron else "\n")
        else:
            out.mkdir(parents=True, exist_ok=True)
            (out / name).write_text(said, encoding="utf-8")
            say(f"{out / name}")
