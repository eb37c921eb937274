"""Site files -> spider names for Scrapy: `scrapy list`, `scrapy crawl NAME`, scrapyd."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import Self

from scrapy import Request, Spider
from scrapy.settings import BaseSettings
from scrapy.spiderloader import SpiderLoader

from archive.errors import SiteError
from archive.site import FOLDER, Crawl, Site, host_of, load_each, load_file, no_such_site
from crawler import collect_seldom
from crawler.messages import say_all
from crawler.spiders.site import SINGLE, spider_for


def sites_folder(settings: BaseSettings) -> Path:
    """The folder of site files: the setting SITES, else CUNDANG_SITES, else ./seeds/sites."""
    return Path(settings.get("SITES") or os.environ.get("CUNDANG_SITES") or FOLDER)


class SiteLoader:
    """Offers a spider for every site file of the folder, and for any site file that is named by its path.

    It also offers the user's own spiders, from the modules in SPIDER_MODULES.
    """

    def __init__(self, folder: Path, own: SpiderLoader) -> None:
        self._folder = folder
        self._own = own
        self._sites: dict[str, Site] | None = None
        self._wrong: dict[str, str] = {}

    @classmethod
    def from_settings(cls, settings: BaseSettings) -> Self:
        """For Scrapy; from here on Python looks for garbage less often in this process."""
        collect_seldom()
        return cls(sites_folder(settings), SpiderLoader.from_settings(settings))

    def list(self) -> list[str]:
        """The keys of the sites, and the names of the user's own spiders."""
        return [*self._load_sites(), *self._own.list()]

    def load(self, name: str) -> type[Spider]:
        """Load the spider of a site's key, or of the path of a site file.

        Raises:
            KeyError: no site has this key (the error that Scrapy expects).
            SiteError: the site file has a mistake.
        """
        if name.endswith(".toml"):
            return spider_for(load_file(Path(name)), Path(name))
        if name.startswith(SINGLE):
            return spider_for(_unknown(name.removeprefix(SINGLE)))
        if name in self._own.list():
            return self._own.load(name)
        sites = self._load_sites()
        if name not in sites:
            raise (
                SiteError(self._wrong[name])
                if name in self._wrong
                else KeyError(str(no_such_site(name, self._folder, self.list())))
            )
        return spider_for(sites[name])

    def find_by_request(self, request: Request) -> Sequence[str]:
        """The sites that a request's host belongs to; for an unknown host, a spider that only fetches single pages."""
        host = host_of(request.url)
        return [key for key, site in self._load_sites().items() if host in site.hosts] or [SINGLE + host]

    def _load_sites(self) -> dict[str, Site]:
        if self._sites is None:
            # A project with its own spiders need not have site files.
            there = self._folder.is_dir() or not self._own.list()
            self._sites, self._wrong = load_each(self._folder) if there else ({}, {})
            say_all(dict.fromkeys(self._wrong.values()))
        return self._sites


def _unknown(host: str) -> Site:
    """A site for a host without a site file; an address of this machine is allowed, since the user named it."""
    private = (host,) if host.startswith(("127.", "localhost")) else ()
    return Site(key=SINGLE + host, name=host, hosts=(host,), crawl=Crawl(start=(), allow_private=private))
