"""A small web of realistic Chinese CMS pages on loopback: the demo, the tests and the benchmarks crawl it."""

from crawler.practice.child import Served, Server, write_sites
from crawler.practice.serve import SITES, planted
from crawler.practice.truth import Planted

__all__ = ["SITES", "Planted", "Served", "Server", "planted", "write_sites"]
