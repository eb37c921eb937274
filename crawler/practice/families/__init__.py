"""Twelve families of CMSs, each a generator of sites: a seed chooses columns, encoding, markup, pager and quirks."""

from crawler.practice.families.layouts import FAMILIES
from crawler.practice.families.newsroom import Item, Newsroom
from crawler.practice.families.serve import Request, Site

__all__ = ["FAMILIES", "Item", "Newsroom", "Request", "Site"]
