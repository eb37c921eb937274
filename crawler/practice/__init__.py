"""The practice web: sites with realistic Chinese CMS pages on loopback, for the demo, the tests and the benchmarks."""

from crawler.practice.child import Served, Server, write_sites
from crawler.practice.serve import SITES, planted
from crawler.practice.truth import Planted

__all__ = ["SITES", "Planted", "Served", "Server", "planted", "write_sites"]
