"""`scrapy shell`: also from the archive."""

from __future__ import annotations

from scrapy.commands import shell as scrapys

from crawler.commands import FromArchive


class Command(FromArchive, scrapys.Command):
    """As Scrapy's, with `--from-archive`."""
