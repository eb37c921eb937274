"""Scrapy's settings: polite and safe, without the parts that the frontier, the recorder and the guard replace.

The spider applies the settings of its site (delay, cookies). The base lists of middlewares and extensions are empty, so
that no other part of Scrapy runs: telnet console, remote control, retries, redirects, caches, or later additions.
"""

from __future__ import annotations

import os
import re
from importlib.metadata import version

from archive.errors import UsageError

BOT_NAME = "cundang"
# The contact that every site sees in the User-Agent: a web page or a mail address. Crawls beyond loopback require it.
CONTACT = os.environ.get("CUNDANG_CONTACT", "").strip()
if CONTACT and not (re.fullmatch(r"[\x21-\x7e]+", CONTACT) and {"@", "."}.intersection(CONTACT[1:-1])):
    raise UsageError(f"CUNDANG_CONTACT={CONTACT!r}: give one mail address, or the address of a web page, in ASCII.")
USER_AGENT = f"cundang/{version('cundang')}" + (f" (+{CONTACT})" if CONTACT else "")

# The store where a crawl leases its site, so that no other machine crawls it: s3://bucket/prefix, or a shared folder.
STORE = os.environ.get("CUNDANG_STORE", "").strip()
# The term of a lease in seconds; a lease is renewed after a third of it.
LEASE_TERM = 900.0

COMMANDS_MODULE = "crawler.commands"
# With FROM_ARCHIVE = True, requests are answered from WARC files, and nothing is written to the archive.
ADDONS = {"crawler.wire.archived.FromArchive": 0}
SPIDER_LOADER_CLASS = "crawler.loader.SiteLoader"
SPIDER_MODULES: list[str] = []
SCHEDULER = "crawler.queue.scheduler.Scheduler"

DOWNLOAD_HANDLERS = {"http": "crawler.wire.handler.TapHandler", "https": "crawler.wire.handler.TapHandler"}
DOWNLOAD_HANDLERS_BASE: dict[str, str] = {}
DOWNLOADER_MIDDLEWARES = {
    "crawler.wire.guard.GuardMiddleware": 100,
    "crawler.wire.robots.RobotsMiddleware": 200,
    "crawler.wire.missing.ProbeMiddleware": 300,
    "scrapy.downloadermiddlewares.defaultheaders.DefaultHeadersMiddleware": 400,
    "scrapy.downloadermiddlewares.useragent.UserAgentMiddleware": 500,
    "scrapy.downloadermiddlewares.cookies.CookiesMiddleware": 700,
    "scrapy.downloadermiddlewares.stats.DownloaderStats": 850,
}
DOWNLOADER_MIDDLEWARES_BASE: dict[str, int] = {}
SPIDER_MIDDLEWARES_BASE: dict[str, int] = {}
EXTENSIONS = {
    "scrapy.extensions.corestats.CoreStats": 0,
    "scrapy.extensions.closespider.CloseSpider": 0,
    "scrapy.extensions.throttle.AutoThrottle": 0,
    "scrapy.extensions.logstats.LogStats": 0,
    "scrapy.extensions.feedexport.FeedExporter": 0,
    "crawler.runs.items.SendItems": 800,
    "crawler.runs.crawl.CleanAfterCrawl": 900,
}
EXTENSIONS_BASE: dict[str, int] = {}
# The environment's proxy is not used, because behind a proxy the guard could not check the peer's address.
# These two run code received from a socket, so they are also switched off by name.
TELNETCONSOLE_ENABLED = False
REMOTE_CONTROL_ENABLED = False

DEFAULT_REQUEST_HEADERS = {
    "Accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8",
    # Every WARC tool can decode these two content-codings, but not the newer ones.
    "Accept-Encoding": "gzip, deflate",
    "Accept-Language": "zh-CN,zh;q=0.9,en;q=0.5",
}
COOKIES_ENABLED = False

# One request to a host at a time. The pause between the starts of two requests is at least the site's delay, and at
# least twice the time of the latest responses, so that the server works for us at most half of the time. A delay of 0
# disables this.
CONCURRENT_REQUESTS_PER_DOMAIN = 1
DOWNLOAD_DELAY = 3.0
DOWNLOAD_DELAY_JITTER = 0.5
AUTOTHROTTLE_ENABLED = True
AUTOTHROTTLE_START_DELAY = 0.0
AUTOTHROTTLE_TARGET_CONCURRENCY = 0.5
AUTOTHROTTLE_MAX_DELAY = 60.0
# Ours: the longest Crawl-delay that is honoured, in seconds. A longer one is usually a mistake, or means a refusal, for
# which there is Disallow.
LONGEST_CRAWL_DELAY = 60.0
# Ours: the longest Retry-After that a run waits for, in seconds.
LONGEST_REST = 600.0
# Seconds for a whole transfer; the part that has arrived by then is kept.
DOWNLOAD_TIMEOUT = 180
DNS_TIMEOUT = 20
# Ours: seconds for a connection. Within them Linux sends five SYN packets; a port that drops packets answers none.
CONNECT_TIMEOUT = 30.0
# Older versions only for sites whose file says `tls = "weak"`.
DOWNLOAD_TLS_MIN_VERSION = "TLSv1.2"
# Ours: seconds before a failed request is repeated, doubled each time.
RETRY_WAIT = 60.0
# Ours: a crawl leaves this many bytes free on the disk, twice the default limit of a file.
FREE_BYTES = 2 * 64 * 2**20
# The default of 100 takes 45 % of a page's time (measured).
CONCURRENT_ITEMS = 1
FEED_EXPORT_ENCODING = "utf-8"
LOG_LEVEL = "INFO"
