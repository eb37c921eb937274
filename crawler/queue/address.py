"""A link as it stands on a page -> the address that is asked for, or why it is not."""

from __future__ import annotations

import codecs
import re
from collections import Counter
from functools import lru_cache
from urllib.parse import SplitResult, quote, urlsplit, urlunsplit

from archive.site import host_of

# Priorities, lower is sooner: lists come before articles, so that an article is asked for with the date of its list
# row; the files of an article come before the next article. Last is what may go on without end and hold nothing, such
# as the months after a calendar's newest.
START, LIST, REQUISITE, ARTICLE, LAST = range(5)

# Practical limits of servers and of the WARC tools that read us; Heritrix refuses beyond 20 segments too.
LONGEST = 2048
SEGMENTS = 20
REPEATS = 3

_BEYOND = re.compile(r"[^\x00-\x7f]+")
_PERCENT = re.compile(r"%[0-9a-fA-F]{2}")
# Tomcat, PHP, ASP and ColdFusion write these into every link of a visitor without cookies: /a.jsp;jsessionid=8F3A...
_PATH_SESSION = re.compile(r";jsessionid=[^/?;]*", re.IGNORECASE)
# Whole pairs that cannot name a page, by the programs that define them: session ids of Tomcat, PHP, ASP and ColdFusion,
# the cache busters of jQuery and ExtJS, what JavaScript's Math.random gives, the marks of Google Analytics. All else
# may, and `Idle` learns whether it does: ?t=2021030401 is a day and a number, ?sess=3 a session of a congress.
_NO_MATTER = re.compile(
    r"\A(?:(?:jsessionid|phpsessid|aspsessionid\w*|cfid|cftoken)=[^&]*"
    r"|(?:_|_dc)=\d{13}"
    r"|(?:_|t|rnd|rand|random)=0?\.\d{8,}"
    r"|utm_\w+=[^&]*"
    # ASP.NET, to see whether a visitor keeps cookies.
    r"|AspxAutoDetectCookieSupport=1)",
    re.IGNORECASE,
)
# Another order of the same list; `sort=3` and `sort=xinwen` are columns.
_ORDER = re.compile(
    r"(?:sort|order|sort_?by|order_?by|sort_?type|order_?type|order_?field|sort_?order)="
    r"(?:asc|desc|up|down|default|new(?:est)?|hot|hits?|clicks?|views?|title|name|id|score|\w*(?:time|date))",
    re.IGNORECASE,
)
# ASP.NET without cookies: /(S(lit3py55t21z5v55vlm25s55))/list.aspx
_ASPX_SESSION = re.compile(r"/\((?:[SAFX]\([^()/]+\))+\)(?=/)", re.IGNORECASE)
_NUMBER = re.compile(r"\d+")
# How the script of a page names what it shows: #/detail/3, #!/list?cid=7.
_ROUTE = re.compile(r"!?/[\w%][^#]*")
_HASH = re.compile(r"[0-9a-f]{16,}")


@lru_cache(maxsize=2**12)
def canonical(url: str, encoding: str = "utf-8") -> str | None:
    """An absolute link -> the address as it is sent, in ASCII; None: not http(s), or no address at all.

    One page has one address: no fragment but what a script reads (#/detail/3), no session id, no default port, no
    `..`; the query keeps its order, which ASP.NET pages depend on, and its characters become bytes of the page's
    encoding, as in a browser.

    >>> canonical("http://WWW.sctyzx.gov.cn:80/a/../列表.asp?t=统战#top", "gbk")
    'http://www.sctyzx.gov.cn/%E5%88%97%E8%A1%A8.asp?t=%CD%B3%D5%BD'
    >>> canonical("http://h/(S(lit3py55t21z5v55vlm25s55))/x/a.jsp;jsessionid=8F3A?id=7&_=1584172800123")
    'http://h/x/a.jsp?id=7'
    >>> canonical("http://h/app/#/detail/3")
    'http://h/app/#/detail/3'
    >>> canonical("javascript:void(0)")
    """
    from w3lib.url import safe_url_string  # noqa: PLC0415 - slow to load, and `status` needs only the constants

    try:
        parts = urlsplit(safe_url_string(in_bytes(url.strip().replace("\\", "/"), encoding)))
        host = host_of(parts.geturl())
        user, way = "@" in parts.netloc, route(parts.geturl())
    except ValueError:
        return None
    if parts.scheme not in ("http", "https") or not host:
        return None
    path = _without_dots(_ASPX_SESSION.sub("", _PATH_SESSION.sub("", parts.path))) or "/"
    query = "&".join(pair for pair in parts.query.split("&") if not _NO_MATTER.fullmatch(pair))
    # Credentials are left in, for the guard to refuse: without them it would be another address.
    netloc = parts.netloc.rpartition("@")[0] + "@" + host if user else host
    plain = urlunsplit(SplitResult(parts.scheme, netloc, path, query, way))
    return _PERCENT.sub(lambda found: found[0].upper(), plain)


def route(url: str) -> str:
    """What stands behind the hash of an address, if the script of the page reads it as an address; else nothing.

    >>> route("http://h/app/#/detail/3"), route("http://h/#top"), route("http://h/list.jsp#a0c4becbc99828f6")
    ('/detail/3', '', '')
    """
    named = url.partition("#")[2]
    return named if named and _ROUTE.fullmatch(named) else ""


def origin_of(url: str) -> str:
    """What answers for an address: its scheme, host and port, since one of two ports of a host may be closed.

    >>> origin_of("https://WWW.sctyzx.gov.cn:443/a.html")
    'https://www.sctyzx.gov.cn'
    """
    return f"{urlsplit(url).scheme}://{host_of(url)}"


def in_bytes(url: str, encoding: str) -> str:
    """An address whose query has the bytes of the page's encoding, as browsers send it; all else is sent in UTF-8.

    >>> in_bytes("/统.asp?t=统战&p=2", "gbk")
    '/统.asp?t=%CD%B3%D5%BD&p=2'
    """
    path, mark, query = url.partition("?")
    return path + mark + percent(query, encoding)


def percent(text: str, encoding: str) -> str:
    """A text with the bytes of its characters beyond ASCII, as forms are sent; a character without bytes by its number.

    >>> percent("a=统&b=é", "gbk"), percent("統", "mixed")
    ('a=%CD%B3&b=%A8%A6', '%E7%B5%B1')
    """
    if text.isascii():
        return text
    try:
        # URL Standard, "get an output encoding": pages in UTF-16 send UTF-8, and so do those of pieces in several.
        encoding = "utf-8" if codecs.lookup(encoding).name.startswith("utf-") else encoding
    except LookupError:
        encoding = "utf-8"
    return _BEYOND.sub(lambda found: quote(found[0].encode(encoding, "xmlcharrefreplace"), safe=""), text)


def has_session(url: str) -> bool:
    """Whether an address as it was found has a session id.

    >>> has_session("/(S(lit3py55t21z5v55vlm25s55))/list.aspx"), has_session("/list.aspx?sort=3")
    (True, False)
    """
    path, _, query = url.partition("?")
    return bool(
        _PATH_SESSION.search(path)
        or _ASPX_SESSION.search(path)
        or any(_NO_MATTER.fullmatch(pair) for pair in query.split("&"))
    )


def unordered(url: str) -> str:
    """An address without what says in which order a list is shown.

    >>> unordered("http://h/list.php?lm=3&sort=hits&order=asc"), unordered("http://h/list.html")
    ('http://h/list.php?lm=3', 'http://h/list.html')
    """
    plain, _, query = url.partition("?")
    kept = "&".join(pair for pair in query.split("&") if not _ORDER.fullmatch(pair))
    return f"{plain}?{kept}" if kept else plain


@lru_cache(maxsize=2**12)
def trap(url: str) -> str | None:
    """Why an address looks like one of endlessly many, in words; None: it does not.

    >>> trap("http://h/tz/tz/tz/1.html")
    'the path repeats /tz'
    >>> trap("http://h/2020/01/01/01/1.html")
    >>> trap("http://h/list.aspx?lm=3&tag=a&tag=b&tag=c")
    'the query repeats tag'
    """
    if len(url) > LONGEST:
        return f"longer than {LONGEST} characters"
    path, query = urlsplit(url)[2:4]
    keys = Counter(pair.partition("=")[0] for pair in query.split("&") if pair)
    if again := next((key for key, count in keys.items() if count >= REPEATS), None):
        return f"the query repeats {again}"
    segments = path.split("/")[1:]
    if len(segments) > SEGMENTS:
        return f"more than {SEGMENTS} path segments"
    repeated = _repeated(segments)
    return "the path repeats /" + "/".join(repeated) if repeated else None


def _repeated(segments: list[str]) -> list[str] | None:
    """The segments of a path that stand `REPEATS` times one after the other; None: there are none."""
    for size in range(1, len(segments) // REPEATS + 1):
        for start in range(len(segments) - size * REPEATS + 1):
            part = segments[start : start + size]
            again = all(part == segments[start + size * k : start + size * (k + 1)] for k in range(1, REPEATS))
            # Days and numbers repeat honestly: /2020/01/01/01.html
            if again and not "".join(part).isdigit():
                return part
    return None


def shape(url: str) -> str:
    """An address without what counts pages: numbers become 0, long hexadecimal names x, a query its sorted keys.

    >>> shape("http://h/art/2020/2/19/art_1_22.html"), shape("http://h/show.aspx?page=2&id=7")
    ('h/art/0/0/0/art_0_0.html', 'h/show.aspx?id&page')
    """
    parts = urlsplit(url)
    path = _NUMBER.sub("0", _HASH.sub("x", parts.path.lower()))
    keys = sorted({pair.partition("=")[0].lower() for pair in parts.query.split("&") if pair})
    named = "#" + _NUMBER.sub("0", way.partition("?")[0]) if (way := route(url)) else ""
    return parts.netloc + path + ("?" + "&".join(keys) if keys else "") + named


def _without_dots(path: str) -> str:
    """RFC 3986, 5.2.4."""
    if "/." not in path:
        return path
    kept: list[str] = []
    segments = path.split("/")
    for segment in segments:
        if segment == "..":
            if len(kept) > 1:
                kept.pop()
        elif segment != ".":
            kept.append(segment)
    if segments[-1] in (".", ".."):
        kept.append("")
    return "/".join(kept)
