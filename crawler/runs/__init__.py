"""Crawls as processes or together: when they are due, how they ended, who is told, and what can be measured."""
