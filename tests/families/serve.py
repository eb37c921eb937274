"""A family and a seed -> a site on loopback, served by threads of this process, with a log of requests."""

from __future__ import annotations

import hashlib
import threading
from dataclasses import dataclass
from html import escape
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import TracebackType
from typing import Any, Self
from urllib.parse import parse_qsl, quote, unquote, urljoin

from crawler.practice.truth import Article, Block
from families import traps
from families.dress import dressed, traditional
from families.layouts import FAMILIES, Data, pages, row, rows
from families.newsroom import Item, Newsroom

_ELSEWHERE = "http://127.0.0.99:9/"
# The prefix for the target of a list in a frame.
_INNER = "/inner"


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """One request."""

    method: str
    target: str
    status: int


@dataclass(frozen=True, slots=True, kw_only=True)
class _Answer:
    body: bytes
    status: int = 200
    content_type: str = "text/html"
    location: str | None = None
    tag: bool = False


class Site:
    """A generated site, served during a `with` block.

    Attributes:
        room: its articles; what is published, edited or deleted there is served at once.
        log: requests so far.
        traps: whether it has a calendar, session ids, deep repeating paths, sort orders and endless parameters.
        session: how the ids stand in its links.
    """

    def __init__(self, family: str, seed: str, *, articles: int = 240, trapped: bool = False) -> None:
        self.family, self.layout = family, FAMILIES[family]
        self.room = Newsroom.of(f"{family}/{seed}", articles=articles)
        self.traps = trapped
        self.session = traps.SESSIONS[self.room.taste.variant % len(traps.SESSIONS)]
        self.log: list[Request] = []
        self._server: ThreadingHTTPServer | None = None

    def __enter__(self) -> Self:
        """Start serving on a free port."""
        site = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            timeout = 30

            def do_GET(self) -> None:
                site._serve(self, "")

            def do_POST(self) -> None:
                length = int(self.headers.get("Content-Length") or 0)
                site._serve(self, self.rfile.read(length).decode("latin-1"))

            def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the library's name
                """Write nothing, since the site has its own log."""

        server = self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        server.daemon_threads = True
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Stop serving."""
        assert self._server is not None
        self._server.shutdown()
        self._server.server_close()

    @property
    def host(self) -> str:
        """The host and port; before it is served, a host that does not exist."""
        return f"127.0.0.1:{self._server.server_port}" if self._server else "127.0.0.1"

    @property
    def home(self) -> str:
        """The URL of the home page."""
        return f"http://{self.host}/"

    def url(self, item: Item) -> str:
        """The only URL of an article."""
        return self._url(self.layout.article(self.room, item))

    def _url(self, target: str) -> str:
        return urljoin(self.home, quote(target, safe="/?&=;:@$,+!*'()~%"))

    def parts(self, item: Item) -> list[str]:
        """The URLs of the further pages of an article, in order."""
        return [self._url(target) for target in self._parts(item)]

    def whole(self, request: Request) -> str:
        """The URL of a request."""
        return self._url(request.target)

    def asked(self, since: int = 0) -> list[Request]:
        """The requests from this number on, without those for pictures of pages."""
        return [request for request in self.log[since:] if not request.target.startswith("/images/")]

    def _parts(self, item: Item) -> list[str]:
        """The targets of the further pages of an article."""
        count = 2 + (item.number // 8) % 2
        # A picture is never alone on a page.
        said = [sum(len(block.text) for block in blocks) for blocks in _shared_out(item.article, count)]
        if not self.room.taste.parts or item.number % 8 or min(said) < 150:
            return []
        target = self.layout.article(self.room, item)
        return [self.layout.part(target, number) for number in range(2, count + 1)]

    def planted(self) -> dict[str, Item]:
        """The expected content of existing articles, by the URL of the first page."""
        return {self.url(item): item for item in self.room.items if not item.gone}

    def write_site(self, path: Path) -> Path:
        """Write a site file that names only the home page."""
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(
            f'name = "{self.room.city}统一战线"\nhosts = ["{self.host}"]\n\n[crawl]\nstart = ["{self.home}"]\n'
            f'delay = 0.0\nallow_private = ["{self.host}"]\n',
            encoding="utf-8",
        )
        return path

    def _serve(self, handler: BaseHTTPRequestHandler, form: str) -> None:
        target = unquote(handler.path)
        answer = self._answer(target, dict(parse_qsl(form, keep_blank_values=True)))
        tag = f'"{hashlib.sha256(answer.body).hexdigest()[:16]}"' if answer.tag else ""
        status, body = answer.status, answer.body
        if tag and handler.headers.get("If-None-Match") == tag:
            status, body = 304, b""
        self.log.append(Request(method=handler.command, target=target, status=status))
        handler.send_response(status)
        handler.send_header("Content-Type", answer.content_type)
        if tag:
            handler.send_header("ETag", tag)
        if answer.location:
            handler.send_header("Location", answer.location)
        handler.send_header("Content-Length", str(len(body)))
        handler.end_headers()
        handler.wfile.write(body)

    def _answer(self, target: str, form: dict[str, str]) -> _Answer:
        if self.traps:
            target = traps.cleared(target)
        path, _, query = target.partition("?")
        if path == "/robots.txt":
            return self._robots()
        if (found := self._front(path, target)) is not None:
            return found
        if self.traps and (trap := traps.page(target)):
            return self._page(target, *trap)
        asked = dict(parse_qsl(query, keep_blank_values=True))
        return self._data(target, path, asked, form) or self._shown(target) or self._listed(target) or self._missing()

    def _front(self, path: str, target: str) -> _Answer | None:
        """The response for the home page or one of its frames."""
        room, taste = self.room, self.room.taste
        if path == "/" and taste.stub:
            return _Answer(body=b'<html><script>window.location.href="/index.html";</script></html>')
        if path in ("/", "/index.html") and taste.frames == "frameset":
            frames = '<frameset cols="200,*"><frame src="/left.html"><frame src="/main.html"></frameset>'
            return self._html(target, f"<html><head><title>{room.city}统一战线</title></head>{frames}</html>")
        if path == "/left.html" and taste.frames == "frameset":
            return self._html(target, f"<html><head></head><body>{self._menu()}</body></html>")
        if path in ("/", "/index.html", "/main.html"):
            return self._page(target, room.city + "统一战线", self._home())
        return None

    def _data(self, target: str, path: str, asked: dict[str, str], form: dict[str, str]) -> _Answer | None:
        """The response for a script of the site."""
        if self.layout.data is None:
            return None
        data = self.layout.data(self.room, path.removeprefix(_INNER), asked, form)
        if isinstance(data, Data):
            html = data.content_type == "text/xml"
            body = self._encoded(data.text) if html else data.text.encode()
            charset = self.room.taste.declared if html else "utf-8"
            return _Answer(body=body, content_type=f"{data.content_type};charset={charset}")
        return None if data is None else self._list(target.removeprefix(_INNER), *data, inner=True)

    def _shown(self, target: str) -> _Answer | None:
        """The response for an article, or a page of one."""
        for item in self.room.items:
            shown = [self.layout.article(self.room, item), *self._parts(item)]
            if target in shown:
                return self._missing() if item.gone else self._article(item, shown, shown.index(target))
        return None

    def _listed(self, target: str) -> _Answer | None:
        """The response for a page of a list."""
        room, taste, layout = self.room, self.room.taste, self.layout
        inner = target.startswith(_INNER)
        target = target.removeprefix(_INNER)
        for column in range(len(room.columns)):
            pages = room.pages(column)
            listings = [layout.listing(room, column, number) for number in range(pages + 2)]
            if layout.first is not None and layout.first(room, column) == target:
                return self._list(target, column, 0, inner=inner)
            if target in listings[:pages]:
                return self._list(target, column, listings.index(target), inner=inner)
            # A page after the last one: the first page again, or a stub of 300 bytes.
            if target in listings[pages:]:
                return self._list(target, column, 0) if taste.stale else _Answer(body=b"<html><body>" + b" " * 300)
        return None

    def _robots(self) -> _Answer:
        if self.room.taste.robots == "none":
            return self._missing()
        if self.room.taste.robots == "html":
            return self._page("/robots.txt", "首页", "<p>您访问的页面不存在</p>")
        return _Answer(body=b"User-agent: *\nDisallow: /admin/\n", content_type="text/plain")

    def _missing(self) -> _Answer:
        return _Answer(status=404, body=b"<html><head><title>404 Not Found</title></head><body>404</body></html>")

    def _page(self, target: str, title: str, main: str, head: str = "", *, tag: bool = False) -> _Answer:
        room = self.room
        html = (
            f'<html><head><meta http-equiv="Content-Type" content="text/html; charset={room.taste.declared}">{head}'
            f'<title>{escape(title)}</title></head><body><div class="top">{room.city}统一战线</div>'
            f'{self._menu()}<div class="main">{main}</div>'
            f'<div class="foot">友情链接：<a href="{_ELSEWHERE}">统战新语</a> <a href="http://127.0.0.98:9/a/1.html">'
            f"中央统战部</a><p>主办单位：中共{room.city}委统战部　技术支持：{room.city[:-1]}信息中心</p></div>"
            "</body></html>"
        )
        return self._html(target, html, tag=tag and room.taste.conditional)

    def _html(self, target: str, html: str, *, tag: bool = False) -> _Answer:
        if self.traps:
            html = traps.trapped(html, target, self.session, len(self.log))
        return _Answer(body=self._encoded(dressed(html, self.host, target, self.room.taste)), tag=tag)

    def _encoded(self, html: str) -> bytes:
        taste = self.room.taste
        return (traditional(html) if taste.traditional else html).encode(taste.encoding, "xmlcharrefreplace")

    def _menu(self) -> str:
        entries = [(self._first(column), name) for column, (name, _, _) in enumerate(self.room.columns)]
        if self.room.taste.menu == "area":
            areas = "".join(f'<area shape="rect" href="{escape(target)}" alt="{name}">' for target, name in entries)
            return f'<img src="/images/menu.gif" usemap="#menu"><map name="menu">{areas}</map>'
        if self.room.taste.menu == "clicks":
            cells = "".join(
                f"<td onclick=\"window.location.href='{escape(target)}'\">{name}</td>" for target, name in entries
            )
            return f"<table><tr>{cells}</tr></table>"
        menu = "".join(f'<li><a href="{escape(target)}">{name}</a></li>' for target, name in entries)
        return f'<ul class="nav"><li><a href="/">首页</a></li>{menu}</ul>'

    def _first(self, column: int) -> str:
        first = self.layout.first
        return first(self.room, column) if first else self.layout.listing(self.room, column, 0)

    def _home(self) -> str:
        room = self.room
        out = ""
        for column, (name, _, _) in enumerate(room.columns):
            first = [] if room.taste.bare else room.shelf(column)[:6]
            shown = "".join(row(room, self.layout.article(room, item), item) for item in first)
            more = f'<a href="{escape(self._first(column))}">更多&gt;&gt;</a>'
            out += f'<div class="box"><h3>{name}{more}</h3>{shown}</div>'
        return out

    def _list(self, target: str, column: int, number: int, *, inner: bool = False) -> _Answer:
        room = self.room
        framed = room.taste.frames == "iframe" and self.layout.inline(room)
        where = f'<div class="pos">您现在的位置：<a href="/">首页</a> &gt; {room.columns[column][0]}</div>'
        if framed and not inner:
            frame = f'<iframe src="{_INNER}{escape(target)}" width="100%"></iframe>'
            return self._page(target, room.columns[column][0], where + frame)
        shown = rows(room, room.page(column, number), self.layout.article) if self.layout.inline(room) else ""
        pager = self.layout.pager(room, column, number)
        head = self.layout.head(room, column, number)
        if not framed:
            return self._page(target, room.columns[column][0], f"{where}{shown}{pager}", head)
        for page in range(room.pages(column)):
            listing = escape(self.layout.listing(room, column, page))
            pager = pager.replace(f'"{listing}"', f'"{_INNER}{listing}"').replace(
                f"'{listing}'", f"'{_INNER}{listing}'"
            )
        return self._html(_INNER + target, f"<html><head>{head}</head><body>{shown}{pager}</body></html>")

    def _article(self, item: Item, targets: list[str], part: int) -> _Answer:
        room, article, taste = self.room, item.article, self.room.taste
        name = room.columns[item.column][0]
        body = "".join(map(_block, _shared_out(article, len(targets))[part]))
        if part == len(targets) - 1:
            body += "".join(f"<p>{escape(line)}</p>" for line in article.signature)
        if len(targets) > 1:
            body += f'<div class="page">{pages(taste, part, targets)}</div>'
        before = [i for i in room.items if i.column == item.column and not i.gone and i.number < item.number]
        beside = "".join(
            f'<li><a href="{escape(self.layout.article(room, other))}">{escape(other.article.title)}</a>'
            f"{other.article.published:%Y-%m-%d}</li>"
            for other in before[::-1][: taste.beside]
        )
        main = (
            f'<div class="pos">您现在的位置：<a href="/">首页</a> &gt; <a href="{escape(self._first(item.column))}">'
            f"{name}"
            f'</a> &gt; 正文</div><h1>{escape(article.title)}</h1><div class="info">发布时间：'
            f"{article.published:%Y-%m-%d %H:%M} 来源：{escape(article.source or '')}</div>"
            f'<div id="{taste.body}" class="{taste.body}">{body}</div><div class="related"><h3>相关文章</h3>'
            f"<ul>{beside}</ul></div>"
        )
        return self._page(targets[part], f"{article.title}-{room.city}统一战线", main, tag=True)


def _shared_out(article: Article, count: int) -> list[tuple[Block, ...]]:
    """Divide the blocks of an article among pages."""
    each = -(-len(article.blocks) // count)
    return [article.blocks[part * each : (part + 1) * each] for part in range(count)]


def _block(block: Block) -> str:
    if block.kind == "picture":
        return f"<p>{escape(block.text)}</p>" if block.text else ""
    if block.kind == "table":
        cells = "".join("<tr>" + "".join(f"<td>{escape(c)}</td>" for c in line) + "</tr>" for line in block.rows)
        return f"<table>{cells}</table>"
    return f"<p>　　{escape(block.text)}</p>"
