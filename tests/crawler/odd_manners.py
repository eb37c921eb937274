"""How servers of twenty years speak HTTP: a body -> the answer that carries it, in every odd manner that is known.

`TOLD` are the manners that lost whole sites once; `MORE` were drawn after the reader was written.
"""

from __future__ import annotations

import gzip
from collections.abc import Callable

from odd_server import CHUNKED, GZIP, HTML, Shape, answer, chunks, sized

Manner = Callable[[bytes], Shape]

WARNING = (
    b"<br />\r\n<b>Warning</b>:  Cannot modify header information - headers already sent by (output started at"
    b" /var/www/config.php:1) in <b>/var/www/show.php</b> on line <b>12</b><br />"
)


def framed(body: bytes, size: Callable[[int], bytes], *, eol: bytes = b"\r\n", last: bytes = b"0\r\n\r\n") -> bytes:
    """Chunks of at most 4,000 bytes whose size lines `size` writes."""
    parts = [body[at : at + 4000] for at in range(0, len(body), 4000)]
    return b"".join(size(len(part)) + eol + part + eol for part in parts) + last


def chunked(size: Callable[[int], bytes], *, eol: bytes = b"\r\n", last: bytes = b"0\r\n\r\n") -> Manner:
    return lambda body: Shape(final=answer(HTML, CHUNKED, body=framed(body, size, eol=eol, last=last)), ending="keep")


def plain(*lines: bytes, status: bytes = b"HTTP/1.1 200 OK", eol: bytes = b"\r\n") -> Manner:
    """With a length, and these lines before it."""
    return lambda body: Shape(
        final=answer(*lines, HTML, b"Content-Length: %d" % len(body), body=body, status=status, eol=eol), ending="keep"
    )


def closed(*lines: bytes, status: bytes = b"HTTP/1.1 200 OK", before: bytes = b"") -> Manner:
    """Without a length: the connection's end is the body's."""
    return lambda body: Shape(final=before + answer(*lines, HTML, body=body, status=status))


def coded(*lines: bytes, status: bytes = b"HTTP/1.1 200 OK") -> Manner:
    """In chunks as they should be, with these lines for a head."""
    return lambda body: Shape(final=answer(HTML, *lines, body=chunks(body, size=4000), status=status), ending="keep")


def length(value: bytes) -> Manner:
    """Whose Content-Length is that, %d standing for the right one; closes."""
    return lambda body: Shape(
        final=answer(HTML, b"Content-Length:" + value.replace(b"%d", b"%d" % len(body)), body=body)
    )


TOLD: dict[str, Manner] = {
    "padded-size": chunked(lambda n: b"%-8x" % n),
    "name-no-token": plain(b"X Powered By: PHP/5.2.6", b"[WAF]: pass", b"(x): y"),
    "php-warning": plain(WARNING),
    "blank-before-colon": plain(b"Set-Cookie : a=1; path=/"),
    "lf-chunk-lines": chunked(lambda n: b"%x" % n, eol=b"\n", last=b"0\n\n"),
    "te-identity": plain(b"Transfer-Encoding: identity"),
    "te-gzip-chunked": lambda body: Shape(
        final=answer(HTML, b"Transfer-Encoding: gzip, chunked", body=chunks(gzip.compress(body, mtime=0), size=4000)),
        ending="keep",
    ),
    "length-empty": length(b""),
    "length-plus": length(b" +%d"),
    "two-blanks": plain(status=b"HTTP/1.1  200  OK"),
    "crlf-before": lambda body: Shape(final=b"\r\n" + sized(HTML, body=body), ending="keep"),
    "small-letters": plain(status=b"http/1.1 200 ok"),
}

MORE: dict[str, Manner] = {
    "size-zeros": chunked(lambda n: b"%08x" % n, last=b"00000000\r\n\r\n"),
    "size-upper": chunked(lambda n: b"%X" % n),
    "size-blank-first": chunked(lambda n: b" %x" % n),
    "size-tab": chunked(lambda n: b"%x\t" % n),
    "size-0x": chunked(lambda n: b"0x%x" % n),
    "size-extension": chunked(lambda n: b'%x ; a="b;c"' % n),
    "size-cr-cr": chunked(lambda n: b"%x\r" % n),
    "last-without-end": lambda body: Shape(
        final=answer(HTML, CHUNKED, body=framed(body, lambda n: b"%x" % n, last=b"0\r\n"))
    ),
    "last-bare": lambda body: Shape(final=answer(HTML, CHUNKED, body=framed(body, lambda n: b"%x" % n, last=b"0"))),
    "no-last": lambda body: Shape(final=answer(HTML, CHUNKED, body=framed(body, lambda n: b"%x" % n, last=b""))),
    "label-chunked-only": closed(CHUNKED),
    "te-twice": coded(CHUNKED, CHUNKED),
    "te-chunked-chunked": coded(b"Transfer-Encoding: chunked, chunked"),
    "te-capital": coded(b"TRANSFER-ENCODING:Chunked"),
    "te-identity-chunked": coded(b"Transfer-Encoding: identity, chunked"),
    "te-chunked-gzip": coded(b"Transfer-Encoding: chunked, gzip"),
    "te-unknown": closed(b"Transfer-Encoding: zip"),
    "te-empty": plain(b"Transfer-Encoding:"),
    "te-binary": plain(b"Transfer-Encoding: binary"),
    "te-identity-closed": closed(b"Transfer-Encoding: identity"),
    "te-blank-before-colon": coded(b"Transfer-Encoding : chunked"),
    "te-parameter": coded(b"Transfer-Encoding: chunked;q=1"),
    "te-quoted": coded(b'Transfer-Encoding: "chunked"'),
    "te-and-length": lambda body: Shape(
        final=answer(HTML, CHUNKED, b"Content-Length: %d" % len(body), body=chunks(body, size=4000)), ending="keep"
    ),
    "te-and-wrong-length": coded(b"Content-Length: 7", CHUNKED),
    "chunked-1.0": coded(CHUNKED, status=b"HTTP/1.0 200 OK"),
    "length-twice": lambda body: Shape(final=sized(HTML, b"Content-Length: %d" % len(body), body=body), ending="keep"),
    "length-list": length(b" %d, %d"),
    "length-conflict-first": lambda body: Shape(
        final=answer(HTML, b"Content-Length: %d" % len(body), b"Content-Length: 7", body=body)
    ),
    "length-conflict-last": lambda body: Shape(
        final=answer(HTML, b"Content-Length: 7", b"Content-Length: %d" % len(body), body=body)
    ),
    "length-semicolon": length(b" %d;"),
    "length-words": length(b" %d bytes"),
    "length-negative": length(b" -1"),
    "length-huge": length(b" 99999999999999999999999"),
    "length-zero-more": length(b" 0"),
    "length-too-small": length(b" 100"),
    "length-hex": length(b" 0x12c"),
    "length-quoted": length(b' "%d"'),
    "length-none": length(b" none"),
    "length-no-blank": length(b"%d"),
    "length-blank-before-colon": lambda body: Shape(
        final=answer(HTML, b"Content-Length : %d" % len(body), body=body), ending="keep"
    ),
    "length-tab": length(b"\t%d\t"),
    "length-dash-name": lambda body: Shape(final=answer(HTML, b"Content_Length: 7", body=body)),
    "status-glued": plain(status=b"HTTP/1.1 200OK"),
    "status-tab": plain(status=b"HTTP/1.1\t200\tOK"),
    "status-bare": plain(status=b"HTTP/1.1 200"),
    "status-http2": plain(status=b"HTTP/2 200 OK"),
    "status-http2.0": plain(status=b"HTTP/2.0 200 OK"),
    "status-no-code": plain(status=b"HTTP/1.1 OK"),
    "status-no-version": plain(status=b"HTTP 200 OK"),
    "status-http1": plain(status=b"HTTP/1 200 OK"),
    "status-long-code": plain(status=b"HTTP/1.1 2000 OK"),
    "status-icy": plain(status=b"ICY 200 OK"),
    "status-version-0.9": plain(status=b"HTTP/0.9 200 OK"),
    "status-version-1.2": plain(status=b"HTTP/1.2 200 OK"),
    "status-zeros": plain(status=b"HTTP/01.01 200 OK"),
    "status-colon": plain(status=b"HTTP/1.1: 200 OK"),
    "status-blank-first": plain(status=b" HTTP/1.1 200 OK"),
    "status-bom": plain(status=b"\xef\xbb\xbfHTTP/1.1 200 OK"),
    "status-gbk": plain(status="HTTP/1.1 200 正常".encode("gbk")),
    "two-crlf-before": lambda body: Shape(final=b"\r\n\r\n" + sized(HTML, body=body), ending="keep"),
    "lf-before": lambda body: Shape(final=b"\n" + sized(HTML, body=body), ending="keep"),
    "three-crlf-before": lambda body: Shape(final=b"\r\n\r\n\r\n" + sized(HTML, body=body)),
    "words-before": lambda body: Shape(final=b"Notice: undefined index\r\n" + sized(HTML, body=body)),
    "lf-lines": plain(eol=b"\n"),
    "mixed-lines": lambda body: Shape(
        final=b"HTTP/1.1 200 OK\n" + HTML + b"\r\nContent-Length: %d\n\r\n" % len(body) + body, ending="keep"
    ),
    "crlf-lf-end": lambda body: Shape(
        final=b"HTTP/1.1 200 OK\r\n" + HTML + b"\r\nContent-Length: %d\r\n\n" % len(body) + body, ending="keep"
    ),
    "cr-cr-lf-lines": plain(eol=b"\r\r\n"),
    "cr-in-value": plain(b"X-A: b\rX-C: d"),
    "cr-in-head-end": lambda body: Shape(
        final=b"HTTP/1.1 200 OK\r\n" + HTML + b"\r\nContent-Length: %d\r\n\r\r\n" % len(body) + body
    ),
    "cr-only": lambda body: Shape(final=answer(HTML, body=body, eol=b"\r")),
    "blank-line-blank": lambda body: Shape(final=b"HTTP/1.1 200 OK\r\n" + HTML + b"\r\n \r\n\r\n" + body),
    "nul-in-value": plain(b"X-A: b\x00c"),
    "nul-in-name": plain(b"X\x00A: b"),
    "nul-line": plain(b"\x00\x00\x00"),
    "fold-first": plain(b" folded: from nothing"),
    "fold-length": lambda body: Shape(final=answer(HTML, b"Content-Length:\r\n %d" % len(body), body=body)),
    "no-colon": plain(b"this line has no colon"),
    "no-name": plain(b": no name"),
    "eight-bit": plain("X-名: 统战".encode("gbk")),
    "long-line": plain(b"X-Long: " + b"x" * 100_000),
    "many-lines": plain(*(b"X-%d: y" % n for n in range(2_000))),
    "html-in-head": plain(b"<script>alert(1)</script>", b"<!-- waf: ok -->"),
    "status-header": plain(b"Status: 200 OK", b"HTTP/1.1 200 OK"),
    "no-headers": lambda body: Shape(final=b"HTTP/1.1 200 OK\r\n\r\n" + body),
    "cgi-head": lambda body: Shape(final=b"Status: 200 OK\r\n" + HTML + b"\r\n\r\n" + body),
    "http-0.9": lambda body: Shape(final=body),
    "interim-odd": lambda body: Shape(interim=b"HTTP/1.1 100\r\n\r\n", final=sized(HTML, body=body), ending="keep"),
    "interim-lf": lambda body: Shape(interim=b"HTTP/1.0 100 Continue\n\n", final=sized(HTML, body=body), ending="keep"),
    "interim-102": lambda body: Shape(
        interim=b"HTTP/1.1 102 Processing\r\nX: y\r\n\r\n" * 3, final=sized(HTML, body=body), ending="keep"
    ),
    "surplus-crlf": lambda body: Shape(final=sized(HTML, body=body), surplus=b"\r\n", ending="keep"),
    "surplus-chunk-text": lambda body: Shape(
        final=answer(HTML, CHUNKED, body=chunks(body, size=4000)), surplus=b"<!-- 0.02s -->", ending="close"
    ),
    "trailers-odd": chunked(lambda n: b"%x" % n, last=b"0\r\nno colon here\r\nX : y\r\n\r\n"),
    "reset-after-length": lambda body: Shape(final=sized(HTML, body=body), ending="reset", pause=0.1),
    "reset-after-chunks": lambda body: Shape(
        final=answer(HTML, CHUNKED, body=chunks(body, size=4000)), ending="reset", pause=0.1
    ),
    "gzip-closed": lambda body: Shape(final=answer(HTML, GZIP, body=gzip.compress(body, mtime=0))),
    "length-of-unpacked": lambda body: Shape(
        final=answer(HTML, GZIP, b"Content-Length: %d" % len(body), body=gzip.compress(body, mtime=0))
    ),
    "chunks-break-off-but-long-enough": lambda body: Shape(
        final=answer(HTML, CHUNKED, b"Content-Length: %d" % len(body), body=chunks(body, size=4000, end=False))
    ),
    "gzip-no-trailer": lambda body: Shape(final=sized(HTML, GZIP, body=gzip.compress(body, mtime=0)[:-8])),
    "gzip-trailing": lambda body: Shape(final=sized(HTML, GZIP, body=gzip.compress(body, mtime=0) + b"\0\0\0")),
    "gzip-x": lambda body: Shape(
        final=sized(HTML, b"Content-Encoding: x-gzip", body=gzip.compress(body, mtime=0)), ending="keep"
    ),
    "coding-utf8": lambda body: Shape(final=sized(HTML, b"Content-Encoding: utf-8", body=body), ending="keep"),
    "coding-none": lambda body: Shape(final=sized(HTML, b"Content-Encoding: none", body=body), ending="keep"),
    "gzip-not": lambda body: Shape(final=sized(HTML, GZIP, body=body), ending="keep"),
    "drops": lambda body: Shape(final=answer(HTML, CHUNKED, body=chunks(body, size=4000)), step=1000),
    # Broken for whoever reads.
    "short": lambda body: Shape(final=answer(HTML, b"Content-Length: %d" % (len(body) + 9), body=body)),
    "reset-in-body": lambda body: Shape(final=answer(HTML, body=body), ending="reset", pause=0.2),
    "chunk-too-long": chunked(lambda n: b"%x" % (n - 1)),
}
MANNERS = TOLD | MORE
