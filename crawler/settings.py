"""Scrapy's settings: polite, safe, and nothing that the frontier, the recorder and the guard do themselves.

Settings of a site (delay, cookies) are set by its spider. Scrapy's own middlewares and extensions are all left out, by
emptying their base lists: telnet console, remote control, retries, redirects, caches, and whatever comes later.
"""

from __future__ import annotations

import os
import re
from importlib.metadata import version

from archive.errors import UsageError

BOT_NAME = "cundang"
# Who answers for the crawl: a web page or a mail address, shown to every site. A crawl beyond loopback needs one.
CONTACT = os.environ.get("CUNDANG_CONTACT", "").strip()
if not re.fullmatch(r"[\x21-\x7e]*", CONTACT):
    raise UsageError(f"CUNDANG_CONTACT={CONTACT!r}: give one address, of a web page or for mail, in ASCII.")
USER_AGENT = f"cundang/{version('cundang')}" + (f" (+{CONTACT})" if CONTACT else "")

# Where a site is taken before a crawl, so that no other machine crawls it: s3://bucket/prefix, or a shared folder.
STORE = os.environ.get("CUNDANG_STORE", "").strip()
# Seconds for which it is held; it is renewed three times as often.
LEASE_TERM = 900.0

COMMANDS_MODULE = "crawler.commands"
# With FROM_ARCHIVE = True requests are answered from WARC files, and nothing is written there.
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
# A proxy that the environment names is not used: behind one the guard could not see whom it talks to.
# Switched off by name too, for whoever adds Scrapy's base lists again: both run code that comes in by a socket.
TELNETCONSOLE_ENABLED = False
REMOTE_CONTROL_ENABLED = False

DEFAULT_REQUEST_HEADERS = {
    "Accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8",
    # Every WARC tool can undo these two; of the newer ones none is sure.
    "Accept-Encoding": "gzip, deflate",
    "Accept-Language": "zh-CN,zh;q=0.9,en;q=0.5",
}
COOKIES_ENABLED = False

# One request at a time to a host, and a pause between two beginnings: the site's own delay at least, and twice what the
# server took for its last answers, so that it works for us half of the time at most. A delay of 0 switches that off.
CONCURRENT_REQUESTS_PER_DOMAIN = 1
DOWNLOAD_DELAY = 3.0
DOWNLOAD_DELAY_JITTER = 0.5
AUTOTHROTTLE_ENABLED = True
AUTOTHROTTLE_START_DELAY = 0.0
AUTOTHROTTLE_TARGET_CONCURRENCY = 0.5
AUTOTHROTTLE_MAX_DELAY = 60.0
# Ours: seconds of a Crawl-delay that are honoured. A longer one is mostly a slip, or a way to say no, for which there
# is Disallow.
LONGEST_CRAWL_DELAY = 60.0
# Ours: seconds of a Retry-After that a run waits.
LONGEST_REST = 600.0
# Seconds for a whole transfer; what has arrived by then is kept.
DOWNLOAD_TIMEOUT = 180
DNS_TIMEOUT = 20
# Older ones only for sites whose file says `tls = "weak"`.
DOWNLOAD_TLS_MIN_VERSION = "TLSv1.2"
# Ours: seconds before a failed address is tried again, doubled each time.
RETRY_WAIT = 60.0
# Ours: bytes of the disk that a crawl leaves free: twice the largest file that sites keep unless their file says more.
FREE_BYTES = 2 * 64 * 2**20
# Measured: the default, 100, costs 45 % of a page's time.
CONCURRENT_ITEMS = 1
FEED_EXPORT_ENCODING = "utf-8"
LOG_LEVEL = "INFO"
