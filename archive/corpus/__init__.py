"""Documents at rest, a shard a WARC file."""
