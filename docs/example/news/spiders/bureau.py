"""A spider of one's own: it reads a list and follows its links."""

from crawler.spiders.own import ArchivedSpider


class BureauSpider(ArchivedSpider):
    name = "bureau"
    allowed_domains = ["127.0.0.1:8000"]  # hosts exactly as in URLs
    allow_private = ("127.0.0.1:8000",)  # needed only because this host is on the same machine
    start_urls = ["http://127.0.0.1:8000/"]

    def parse(self, response):
        yield from response.follow_all(css="li a", callback=self.parse_article)

    def parse_article(self, response):
        """Nothing: the page is archived, and becomes a Document when the crawl ends."""
