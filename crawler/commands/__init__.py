"""Scrapy's commands where ours do more: `--from-archive`, exit codes as those of `cundang`, a template of spiders."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from typing import Any

from scrapy.commands import ScrapyCommand

from archive.errors import CundangError
from crawler.talk import say


def add_from_archive(parser: argparse.ArgumentParser) -> None:
    """The option that all of them have."""
    parser.add_argument(
        "--from-archive",
        dest="from_archive",
        action="store_true",
        help="ask the archive in place of the web; nothing is written to it",
    )


def process_from_archive(command: ScrapyCommand, opts: argparse.Namespace) -> None:
    """Set what the option says."""
    assert command.settings is not None
    if opts.from_archive:
        command.settings.set("FROM_ARCHIVE", value=True, priority="cmdline")


def told(command: ScrapyCommand, run: Callable[[], Any]) -> None:
    """Run it; an error of ours is its sentence and its exit code, and never a traceback."""
    try:
        run()
    except CundangError as error:
        say(f"scrapy: {error}")
        command.exitcode = error.exit_code
    except KeyError as error:
        # How a spider loader says that there is no such spider.
        say(f"scrapy: {error.args[0] if error.args else error}")
        command.exitcode = 2
