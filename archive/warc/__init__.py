"""Captures in and out of WARC files."""
