"""Pipelines for the Documents and Skips of cundang, and for items that a spider yields itself."""

from scrapy.exceptions import DropItem

from archive.text.document import Skip


class KeepArticles:
    """Drop pages without a text, so that a feed has only articles."""

    def process_item(self, item):
        if isinstance(item, Skip):
            raise DropItem(f"{item.reason}: {item.url}")
        return item
