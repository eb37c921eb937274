"""A page of a generated site -> the same page with traps for crawlers; and the original target of a trap's address."""

from __future__ import annotations

import hashlib
import re
from html import escape

# The prefixes of the paths of traps.
WAYS = ("/cal/", "/x/", "/search.html")
# The forms of session ids that a CMS adds to links for visitors without cookies; each response has a new one.
SESSIONS = ("jsessionid", "phpsessid", "aspx")
# A session id in a parameter that could also name an article; only its values show what it is.
SID = "sid"
# In place of a session: a number that counts the answers, in a parameter that no list of such names has; and beside it
# another one that looks random.
COUNTER, BOTH = "counter", "both"
_LINK = re.compile(r'(<a [^>]*href=")(/(?!/)[^"]*)"')
_SESSION = re.compile(
    r";jsessionid=[^?]*|/\(S\([^)]*\)\)|(?<=[?&])(?:(?:PHPSESSID|r|from)=[^&]*|sid=[0-9a-f]{32})(?:&|$)"
)
_ORDER = re.compile(r"(?<=[?&])(?:sort|order)=(?:time|title|hits|asc|desc)(?:&|$)")


def trapped(html: str, target: str, session: str, number: int) -> str:
    """Add the session id of the `number`th visitor to links, and links to other orders of the list and to traps."""

    def mark(found: re.Match[str]) -> str:
        return f'{found[1]}{_marked(found[2], session, number)}"'

    path = target.partition("?")[0]
    ways = ["/cal/2020/1.html", "/x/x/index.html", "/search.html?tag=x"]
    if not path.startswith(WAYS):
        plain = target + ("&" if "?" in target else "?")
        ways += [f"{plain}sort={key}&order={way}" for key in ("time", "title", "hits") for way in ("asc", "desc")]
    links = "".join(f'<a href="{escape(way)}">工具{number}</a>' for number, way in enumerate(ways, 1))
    return _LINK.sub(mark, html.replace("</body>", f'<div class="tools">{links}</div></body>'))


def cleared(target: str) -> str:
    """Remove session id and order from a target.

    >>> cleared("/(S(a1b2))/list.aspx?lm=3&sort=time&order=asc"), cleared("/x.jsp;jsessionid=8F?id=1&PHPSESSID=7")
    ('/list.aspx?lm=3', '/x.jsp?id=1')
    """
    return _ORDER.sub("", _SESSION.sub("", target)).rstrip("&?")


def page(target: str) -> tuple[str, str] | None:
    """The title and body of a page of a trap; None: the target is no trap."""
    path, _, query = target.partition("?")
    parts = path.strip("/").split("/")
    if parts[0] == "cal" and len(parts) == 3:
        year, month = int(parts[1]), int(parts[2].partition(".")[0])
        after, before = (year + month // 12, month % 12 + 1), (year - (month == 1), (month - 2) % 12 + 1)
        months = "".join(f'<a href="/cal/{y}/{m}.html">{y}年{m}月</a>' for y, m in (before, after))
        days = "".join(f'<td><a href="/cal/day.html?date={year}-{month}-{day}">{day}</a></td>' for day in range(1, 29))
        return "日历", f"<p>{months}</p><table><tr>{days}</tr></table>"
    if path == "/cal/day.html":
        return "日历", f"<p>{query.partition('=')[2]}：当日没有活动</p>"
    if parts[0] == "x" and parts[-1] == "index.html":
        return "站点", f'<a href="{path.removesuffix("index.html")}x/index.html">下级</a><p>共{len(parts)}级</p>'
    if path == "/search.html":
        number = query.count("tag=")
        return "搜索", "".join(f'<a href="{escape(target)}&amp;tag={n}">标签{n}</a>' for n in range(number, number + 3))
    return None


def _marked(link: str, session: str, number: int) -> str:
    """Add a session id to a link."""
    id_ = hashlib.sha256(str(number).encode()).hexdigest()[:32]
    path, mark, query = link.partition("?")
    if session == "jsessionid":
        return f"{path};jsessionid={id_.upper()}.node1{mark}{query}"
    if session == "aspx":
        return f"/(S({id_[:24]})){link}"
    pairs = {"phpsessid": f"PHPSESSID={id_}", COUNTER: f"r={number}", BOTH: f"r={number}&amp;from={id_[:8]}"}
    return f"{link}{'&amp;' if query else '?'}{pairs.get(session, f'sid={id_}')}"
