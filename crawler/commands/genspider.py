"""`scrapy genspider -t cundang`: a spider of your own whose pages are archived."""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path

from scrapy.commands import genspider as scrapys

TEMPLATE = "cundang"


class Command(scrapys.Command):
    """Scrapy's command, with one more template."""

    def _find_template(self, template: str) -> Path | None:
        if template == TEMPLATE:
            return Path(str(files("crawler.commands") / "spider.tmpl"))
        return super()._find_template(template)

    def _list_templates(self) -> None:
        super()._list_templates()
        print(f"  {TEMPLATE}: a spider whose pages are archived and cleaned")
