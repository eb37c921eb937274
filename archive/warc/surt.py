"""A URL -> its SURT, the key under which replay tools look it up, as the Internet Archive's canonicalizer makes it.

Addresses of several pages may have one SURT; those that RFC 3986 has as one address have one `plain` form,
but `.` and `..` in a path stay.
"""

from __future__ import annotations

import contextlib
import re
from functools import lru_cache
from urllib.parse import quote_from_bytes, unquote_to_bytes

_HTTP = re.compile(rb"(https?)://([^/?#]*)([^?#]*)(?:\?([^#]*))?(?:#.*)?", re.IGNORECASE | re.DOTALL)
_OTHER = re.compile(rb"\A([a-z][a-z0-9+.-]*):(?://([^/?#]*))?([^?#]*)(\?[^#]*)?(?:#.*)?", re.IGNORECASE | re.DOTALL)
_WWW = re.compile(rb"^www\d*\.")
# The session ids that IAURLCanonicalizer removes: they name a visit, not a page.
_PATH_SESSIONS = (
    re.compile(rb"^((?>.*/(?=\((?:[a-z]\([0-9a-z]{24}\))++\)/)))\([^/]++/([^?]+\.aspx.*)$", re.IGNORECASE),
    re.compile(rb"^((?>.*/(?=\([0-9a-z]{24}\)/)))\([^/]++/([^?]+\.aspx.*)$", re.IGNORECASE),
)
_QUERY_SESSIONS = tuple(
    re.compile(rb"^(.*)(?:" + session + rb")(?:&(.*))?$", re.IGNORECASE | re.DOTALL)
    for session in (
        rb"jsessionid=[0-9a-z]{32}",
        rb"phpsessid=[0-9a-z]{32}",
        rb"sid=[0-9a-z]{32}",
        rb"aspsessionid[a-z]{8}=[a-z]{24}",
        rb"cfid=(?:(?!cfid=)[^&])++&cftoken=[^&]++",
    )
)
_SAFE = b"!\"$&'()*+,-./:;<=>?@[\\]^_`{|}~"
_ESCAPED = re.compile(rb"%([0-9A-Fa-f]{2})")
_PORTS = {b"http": b"80", b"https": b"443"}


def surt(url: str) -> str:
    """The SURT of a URL; it never contains white space.

    >>> surt("http://WWW.sctyzx.gov.cn:80/my/./202409/54308962.html?b=2&a=1#top")
    'cn,gov,sctyzx)/my/202409/54308962.html?a=1&b=2'
    >>> surt("file:///000.txt")
    'file:/000.txt'
    """
    raw = re.sub(rb"[\r\n\t]", b"", url.encode("utf-8", "surrogatepass").strip())
    if http := _HTTP.fullmatch(raw):
        scheme, host, path, query = http.groups()
        path = _path(_unescape(path))
    elif other := _OTHER.fullmatch(raw):
        scheme, host, path, query = other.groups()
        path = _escape(_unescape(path)) if not host else _path(_unescape(path))
        query = query[1:] if query else None
    else:
        return _escape(raw).decode("ascii") or "-"
    key = _host(host, scheme.lower()) + b")" if host else scheme + b":"
    path = path.lower()
    for session in _PATH_SESSIONS:
        path = session.sub(rb"\1\2", path)
    key += path[:-1] if len(path) > 1 and path.endswith(b"/") else path
    if query and (arguments := _query(_escape(_unescape(query)))):
        key += b"?" + arguments
    return key.decode("ascii")


def plain(url: str) -> str:
    """The normal form of an address (RFC 3986, section 6.2), without its fragment, which is not sent to a server.

    >>> plain("HTTP://A.cn:80/x%7e/文.html?b=2&a=1#top")
    'http://a.cn/x~/%E6%96%87.html?b=2&a=1'
    >>> plain("http://a.cn") == plain("http://a.cn/"), plain("http://a.cn/X") == plain("http://a.cn/x")
    (True, False)
    >>> plain("http://统战.cn/") == plain("http://%E7%BB%9F%E6%88%98.CN/") == plain("http://xn--3nun45d.cn/")
    True
    """
    raw = re.sub(rb"[\r\n\t]", b"", url.encode("utf-8", "surrogatepass").strip())
    if not (http := _HTTP.fullmatch(raw)):
        return _encoded(raw)
    scheme, host, path, query = http.groups()
    scheme, name = scheme.lower(), _unescape(host)
    host = (host if name.isascii() else _idna(name)).lower()
    whole = scheme + b"://" + host.removesuffix(b":" + _PORTS[scheme]) + (path or b"/")
    return _encoded(whole if query is None else whole + b"?" + query)


def _encoded(url: bytes) -> str:
    """The URL with its escapes in one form."""

    def escape(found: re.Match[bytes]) -> bytes:
        byte = bytes.fromhex(found[1].decode("ascii"))
        return byte if byte.isalnum() or byte in b"-._~" else found[0].upper()

    return quote_from_bytes(_ESCAPED.sub(escape, url), safe=_SAFE + b"#%")


def _idna(name: bytes) -> bytes:
    """The name of a host as it is asked for."""
    if not name.isascii():
        with contextlib.suppress(UnicodeError):
            return name.decode("utf-8", "ignore").encode("idna")
    return name


@lru_cache(maxsize=1024)
def _host(host: bytes, scheme: bytes) -> bytes:
    name, colon, port = host.rpartition(b"@")[2].rpartition(b":")
    if not colon or not (port.isdigit() or not port):
        name, port = host.rpartition(b"@")[2], b""
    name = _idna(_unescape(name))
    name = _escape(name.replace(b"..", b".").strip(b".").lower())
    if scheme != b"dns":
        name = _WWW.sub(b"", name)
    key = b",".join(reversed(name.split(b".")))
    return key if port in (b"", _PORTS.get(scheme)) else key + b":" + (port.lstrip(b"0") or b"0")


def _path(path: bytes) -> bytes:
    """Remove `.`, `..` and empty parts from a path."""
    kept: list[bytes] = []
    parts = path.split(b"/")[1:]
    for part in parts:
        if part == b"..":
            kept = kept[:-1] if kept else [part]
        elif part != b".":
            kept.append(part)
    folders = [part for part in kept[:-1] if part]
    return _escape(b"/" + b"/".join([*folders, kept[-1]] if kept else []))


def _query(query: bytes) -> bytes:
    for session in _QUERY_SESSIONS:
        query = session.sub(lambda found: found[1] + (found[2] or b""), query)
    query = query.lower()
    if len(query) <= 1:
        return query
    return b"&".join(b"=".join(argument) for argument in sorted(tuple(a.split(b"=", 1)) for a in query.split(b"&")))


def _unescape(escaped: bytes) -> bytes:
    while (plain := unquote_to_bytes(escaped)) != escaped:
        escaped = plain
    return escaped


def _escape(plain: bytes) -> bytes:
    return quote_from_bytes(plain, safe=_SAFE).encode("ascii")
