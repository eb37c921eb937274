"""`scrapy shell`, from the archive too."""

from __future__ import annotations

from scrapy.commands import shell as scrapys

from crawler.commands import FromArchive


class Command(FromArchive, scrapys.Command):
    """Scrapy's command, with `--from-archive`."""
