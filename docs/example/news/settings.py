"""cundang's settings, and those of this project."""

from crawler.settings import *  # noqa: F403 - cundang's settings, except for the lines below

SPIDER_MODULES = ["news.spiders"]
NEWSPIDER_MODULE = "news.spiders"
ITEM_PIPELINES = {"news.pipelines.KeepArticles": 300}
