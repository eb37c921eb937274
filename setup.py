"""The checkout -> the egg that scrapyd runs; pip and everything else read pyproject.toml and never this file.

scrapyd-client builds eggs with setuptools, which does not know the data files of hatchling's build.
"""

import tomllib
from pathlib import Path

from setuptools import find_packages, setup

PROJECT = tomllib.loads(Path(__file__).with_name("pyproject.toml").read_text(encoding="utf-8"))["project"]

setup(
    name=PROJECT["name"],
    version=PROJECT["version"],
    packages=find_packages(include=["crawler", "crawler.*", "archive", "archive.*"]),
    package_data={
        "": ["*.toml", "*.txt", "*.sql", "*.html", "*.css", "*.tmpl", "boot.js", "templates/*.html", "watch/*"],
        "crawler.practice": ["sites/*", "templates/*.css", "templates/*/*"],
    },
    entry_points={"scrapy": ["settings = crawler.settings"]},
)
