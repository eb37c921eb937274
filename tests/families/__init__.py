"""Generators of sites with twelve families of CMSs: a seed chooses columns, encoding, markup, pager and quirks."""

from families.layouts import FAMILIES
from families.newsroom import Item, Newsroom
from families.serve import Request, Site

__all__ = ["FAMILIES", "Item", "Newsroom", "Request", "Site"]
