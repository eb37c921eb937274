"""`scrapy fetch`, from the archive too."""

from __future__ import annotations

from scrapy.commands import fetch as scrapys

from crawler.commands import FromArchive


class Command(FromArchive, scrapys.Command):
    """Scrapy's command, with `--from-archive`."""
