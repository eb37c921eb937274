"""A small web of realistic Chinese CMS pages on loopback: the demo, the tests and the benchmarks crawl it."""
