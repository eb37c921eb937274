"""A plain page -> a page in the style of some template: with other links, tags and characters."""

from __future__ import annotations

import posixpath
import re

from crawler.practice.traditional import TRADITIONAL
from families.newsroom import Taste

_SCRIPT = re.compile(r"(<script.*?</script>)", re.DOTALL)
_TARGET = re.compile(r"(?P<open>(?:href|src|value)=\"|\b(?:location\.href='|window\.open\('))(?P<target>/[^\"']*)")
_TAG = re.compile(r"<(/?)([a-z]\w*)([^<>]*)>")
_ATTRIBUTE = re.compile(r" ([a-z]+)=\"([^\"']*)\"")
_TO_TRADITIONAL = str.maketrans(TRADITIONAL)


def dressed(html: str, host: str, path: str, taste: Taste) -> str:
    r"""Change the page at `path` according to `taste`; scripts stay as they are.

    Links are from the `root`, in `full`, without their `protocol`, `relative` to the page, to a `base`, `spaced` out,
    `anchored` at a place in the page, or with `backslash`es.
    """
    how = taste.hrefs
    # HTML written by a script would be relative to the base too; no template has both.
    if how == "base" and "<script" in html:
        how = "relative"

    def link(found: re.Match[str]) -> str:
        return found["open"] + _written(found["target"], how, host, path)

    pieces = _SCRIPT.split(html)
    pieces[::2] = [_TARGET.sub(link, piece) for piece in pieces[::2]]
    if taste.shouting:
        pieces[::2] = [_TAG.sub(_shouted, piece) for piece in pieces[::2]]
    html = "".join(pieces)
    if how == "base":
        html = re.sub("<head>", f'<head><base href="http://{host}/">', html, count=1, flags=re.IGNORECASE)
    return html


def traditional(text: str) -> str:
    """Convert a text to Traditional characters."""
    return text.translate(_TO_TRADITIONAL)


def _written(target: str, how: str, host: str, path: str) -> str:
    if how == "relative":
        where, mark, query = target.partition("?")
        folder = path.partition("?")[0].rpartition("/")[0] or "/"
        written = posixpath.relpath(where, folder) + ("/" if where.endswith("/") else "") + mark + query
        return written if written.startswith(".") else "./" + written
    return {
        "root": target,
        "full": f"http://{host}{target}",
        "protocol": f"//{host}{target}",
        "base": target[1:],
        "spaced": f"\n  {target} ",
        "anchored": f"{target}#content",
        "backslash": target.replace("/", "\\"),
    }[how]


def _shouted(found: re.Match[str]) -> str:
    attributes = _ATTRIBUTE.sub(lambda pair: f" {pair[1].upper()}='{pair[2]}'", found[3])
    return f"<{found[1]}{found[2].upper()}{attributes}>"
