"""Extensions of Scrapy's commands: `--from-archive`, the exit codes of `cundang`, and a spider template."""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from archive.errors import CundangError
from crawler.messages import say

if TYPE_CHECKING:
    from scrapy.commands.runspider import Command as _Base
else:
    # Scrapy takes every subclass of its command class in this folder for a command.
    _Base = object


class FromArchive(_Base):
    """Adds `--from-archive` to one of Scrapy's commands, and reports our errors in one sentence."""

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        """Add Scrapy's options and ours."""
        super().add_options(parser)
        parser.add_argument(
            "--from-archive",
            dest="from_archive",
            action="store_true",
            help="ask the archive in place of the web; nothing is written to it",
        )

    def process_options(self, args: list[str], opts: argparse.Namespace) -> None:
        """Process Scrapy's options and ours."""
        assert self.settings is not None
        if opts.from_archive:
            self.settings.set("FROM_ARCHIVE", value=True, priority="cmdline")
        super().process_options(args, opts)

    def run(self, args: list[str], opts: argparse.Namespace) -> None:
        """Run Scrapy's command."""
        with self.telling():
            super().run(args, opts)

    @contextmanager
    def telling(self) -> Iterator[None]:
        """Turn our errors into a message and an exit code, without a traceback."""
        try:
            yield
        except CundangError as error:
            say(f"scrapy: {error}")
            self.exitcode = error.exit_code
        except KeyError as error:
            # A spider loader raises it for an unknown spider.
            say(f"scrapy: {error.args[0] if error.args else error}")
            self.exitcode = 2
