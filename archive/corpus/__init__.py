"""Documents on disk, one shard per WARC file."""
