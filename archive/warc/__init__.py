"""Captures into and out of WARC files."""
