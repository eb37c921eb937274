"""An address as a person writes it -> how the archive may have written it, and the documents that have it."""

from __future__ import annotations

import sqlite3
from urllib.parse import unquote

# Sorts after every character of an address.
_LAST = "\U0010ffff"
_ALIASES = """SELECT d.number FROM documents a JOIN documents d ON d.url = a.alias_of AND d.latest = 1
              WHERE a.alias_of IS NOT NULL AND {}"""


def spellings(address: str) -> list[str]:
    """The address itself, then how else it may be written: with another scheme, with or without the last slash.

    >>> spellings("a.cn/x/")
    ['a.cn/x/', 'http://a.cn/x/', 'https://a.cn/x/', 'http://a.cn/x', 'https://a.cn/x']
    >>> spellings("https://a.cn")
    ['https://a.cn', 'http://a.cn', 'https://a.cn/', 'http://a.cn/']
    """
    scheme, there, rest = address.partition("://")
    if not there:
        scheme, rest = "http", address
    if scheme not in ("http", "https"):
        return list(dict.fromkeys([address, unquote(address)]))
    schemes = (scheme, "https" if scheme == "http" else "http")
    other = rest.removesuffix("/") if rest.endswith("/") else rest + "/"
    found = [address, *(f"{each}://{spelt}" for spelt in (rest, other) for each in schemes)]
    # Imports may have written the address without percent-encoding.
    return list(dict.fromkeys([*found, *map(unquote, found)]))


def numbers_of(db: sqlite3.Connection, part: str) -> list[int]:
    """The numbers of the documents at addresses that contain a part; with a scheme, that begin with it.

    `http` and `https` count as one; `*` stands for any characters. A further address of an article finds the article.
    """
    found: set[int] = set()
    for condition, values in _conditions(part):
        rows = db.execute(f"SELECT number FROM documents a WHERE {condition}", values)  # noqa: S608 - our own words
        found.update(number for (number,) in rows)
        found.update(number for (number,) in db.execute(_ALIASES.format(condition), values))
    return sorted(found)


def _conditions(part: str) -> list[tuple[str, tuple[str, ...]]]:
    scheme, there, rest = part.partition("://")
    begins = [f"{each}://{rest}" for each in ("http", "https")] if scheme in ("http", "https") else [part]
    if "*" in part:
        # Of GLOB's wildcards, only the star is one here.
        around = "" if there else "*"
        escaped = (each.replace("[", "[[]").replace("?", "[?]") for each in begins)
        return [("a.url GLOB ?", (f"{around}{each}*",)) for each in escaped]
    if there:
        return [("a.url >= ? AND a.url < ?", (each, each + _LAST)) for each in begins]
    return [("instr(a.url, ?)", (part,))]
