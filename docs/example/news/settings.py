"""cundang's settings, and what is ours."""

from crawler.settings import *  # noqa: F403 - polite, safe, recorded: everything but the lines below

SPIDER_MODULES = ["news.spiders"]
NEWSPIDER_MODULE = "news.spiders"
ITEM_PIPELINES = {"news.pipelines.KeepArticles": 300}
