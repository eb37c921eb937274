"""`scrapy parse`: also from the archive."""

from __future__ import annotations

import argparse

from scrapy.commands import parse as scrapys

from crawler.commands import add_from_archive, process_from_archive, told


class Command(scrapys.Command):
    """As Scrapy's, with `--from-archive`."""

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        """Scrapy's, and ours."""
        super().add_options(parser)
        add_from_archive(parser)

    def process_options(self, args: list[str], opts: argparse.Namespace) -> None:
        """Scrapy's, and ours."""
        process_from_archive(self, opts)
        super().process_options(args, opts)

    def run(self, args: list[str], opts: argparse.Namespace) -> None:
        """Scrapy's, with errors told in a sentence."""
        told(self, lambda: super(Command, self).run(args, opts))
