"""What happens to items: Documents and Skips of cundang, and whatever a spider yields itself."""

from scrapy.exceptions import DropItem

from archive.text.document import Skip


class KeepArticles:
    """Drop pages that gave no text; a feed then holds articles alone."""

    def process_item(self, item):
        if isinstance(item, Skip):
            raise DropItem(f"{item.reason}: {item.url}")
        return item
