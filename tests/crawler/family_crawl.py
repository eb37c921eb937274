"""A crawl in a process of its own with a clock that is told: run as a program it reads its job from the arguments."""

from __future__ import annotations

import sys
import time
from pathlib import Path

import loaded
from scrapy.crawler import CrawlerProcess
from scrapy.settings import Settings

from archive.site import load_file
from crawler.spiders.site import SiteSpider, spider_for

DAY = 86400.0


def crawl(file: Path, data: Path, *, later: float = 0.0, full: bool = False, wait: float = 300, code: int = 0) -> str:
    """Crawl a site file `later` seconds from now, by the crawler's clock; what it said on stderr.

    `code`: the exit code that is expected.
    """
    done = loaded.run([sys.executable, __file__, str(file), str(data), str(later), str(int(full))], timeout=wait)
    assert done.returncode == code, f"exit {done.returncode}: {done.stderr[-3000:]}"
    return done.stderr


def main() -> int:
    file, data, later, full = Path(sys.argv[1]), Path(sys.argv[2]), float(sys.argv[3]), sys.argv[4] == "1"
    settings = Settings()
    settings.setmodule("crawler.settings", priority="project")
    settings.set("DATA", data)
    settings.set("SITES", file.parent)
    settings.set("LOG_LEVEL", "WARNING")
    settings.set("CLOCK", lambda: time.time() + later)
    settings.set("DOWNLOAD_DELAY_JITTER", 0)
    settings.set("RETRY_WAIT", 1)
    process = CrawlerProcess(settings)
    crawler = process.create_crawler(spider_for(load_file(file)))
    process.crawl(crawler, full=full)
    process.start()
    spider = crawler.spider
    assert isinstance(spider, SiteSpider)
    if spider.recorder.failure is not None:
        raise spider.recorder.failure
    print(spider.run, dict(spider.troubles), file=sys.stderr)
    return spider.cleaned


if __name__ == "__main__":
    sys.exit(main())
