"""Crawls in child processes: when they are due, how they ended, alerts, and metrics."""
