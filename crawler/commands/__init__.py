"""Scrapy's commands where ours do more: `--from-archive`, exit codes as those of `cundang`, a template of spiders."""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from archive.errors import CundangError
from crawler.talk import say

if TYPE_CHECKING:
    from scrapy.commands.runspider import Command as _Base
else:
    # Scrapy takes every class of its own kind in this folder for a command.
    _Base = object


class FromArchive(_Base):
    """What these commands have beside Scrapy's: `--from-archive`, and errors of ours told in a sentence."""

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        """Scrapy's, and ours."""
        super().add_options(parser)
        parser.add_argument(
            "--from-archive",
            dest="from_archive",
            action="store_true",
            help="ask the archive in place of the web; nothing is written to it",
        )

    def process_options(self, args: list[str], opts: argparse.Namespace) -> None:
        """Scrapy's, and ours."""
        assert self.settings is not None
        if opts.from_archive:
            self.settings.set("FROM_ARCHIVE", value=True, priority="cmdline")
        super().process_options(args, opts)

    def run(self, args: list[str], opts: argparse.Namespace) -> None:
        """As Scrapy's."""
        with self.telling():
            super().run(args, opts)

    @contextmanager
    def telling(self) -> Iterator[None]:
        """An error of ours is its sentence and its exit code, and never a traceback."""
        try:
            yield
        except CundangError as error:
            say(f"scrapy: {error}")
            self.exitcode = error.exit_code
        except KeyError as error:
            # How a spider loader says that there is no such spider.
            say(f"scrapy: {error.args[0] if error.args else error}")
            self.exitcode = 2
