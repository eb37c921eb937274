"""Pages in the manner of many content management systems, around whatever stands in the box of the article."""

from __future__ import annotations

import tomllib
from html import escape
from pathlib import Path

LAYOUTS: dict[str, str] = tomllib.loads((Path(__file__).parent / "layouts.toml").read_text(encoding="utf-8"))


def page(layout: str, box: str, *, title: str, day: str = "2023-06-12", source: str = "市委统战部") -> str:
    """A page of a layout around the HTML of an article's box."""
    return LAYOUTS[layout].format(
        title=escape(title), site="云溪市人民政府", column="通知公告", day=day, source=source, box=box
    )
