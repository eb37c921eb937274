"""The practice web: its pages show its truth, its pagers lead to every page, its log is what was sent."""

from __future__ import annotations

import gzip
import hashlib
import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
import unicodedata
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import urlencode, urljoin, urlsplit

import pytest
from lxml import html as lxml_html
from opencc import OpenCC

from archive import site as sites
from crawler import bundled
from crawler.practice import SITES, Planted, Server, planted, prose, seeds, write_sites
from crawler.practice.serve import build
from crawler.practice.traditional import mirrored, simplified
from crawler.practice.web import Web

PORT = 8731
ENCODINGS = {"dede": "gbk", "empire": "gbk", "hanweb": "gb18030"}
# Where the home page is; the root of these sites only leads to it: by status, by a meta refresh, by a script.
HOMES = {"hanweb": "/index.html", "vsb": "/index.htm", "aspnet": "/index.aspx"}
Rule = Callable[[Web, str, str], Iterator[str]]


@pytest.fixture(scope="module")
def webs() -> dict[str, Web]:
    return {key: build(key, PORT) for key in SITES}


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    with Server(log=tmp_path / "log") as running:
        yield running


def shown(web: Web, target: str, key: str) -> str:
    return web.answers[target].body.decode(ENCODINGS.get(key, "utf-8"))


def target_of(url: str) -> str:
    parts = urlsplit(url)
    return parts.path + (f"?{parts.query}" if parts.query else "")


def folded(text: str) -> str:
    return re.sub(r"\s", "", unicodedata.normalize("NFKC", text))


# --- the pagers, each by the rule of its own CMS ---------------------------------------------------------------------


def links(page: str, path: str) -> Iterator[str]:
    for link in lxml_html.fromstring(page).xpath(path):
        if link.get("href"):
            yield str(link.get("href"))


def trs_pages(_: Web, target: str, page: str) -> Iterator[str]:
    call = re.search(r'createPageHTML\((\d+), (\d+), "(\w+)", "(\w+)"\);', page)
    assert call
    for number in range(1, int(call[1])):
        yield urljoin(target, f"{call[3]}_{number}.{call[4]}")


def hanweb_pages(web: Web, _: str, page: str) -> Iterator[str]:
    total, each = (int(re.search(rf"{name}:(\d+)", page)[1]) for name in ("totalRecord", "perPage"))  # type: ignore[index]
    column = re.search(r"columnid:(\d+)", page)
    assert column
    for first in range(1, total + 1, 3 * each):
        asked = {"startrecord": first, "endrecord": first + 3 * each - 1, "perpage": each, "columnid": column[1]}
        yield f"{web.computed_path}?{urlencode(asked)}"


def linked(path: str) -> Rule:
    def pages(_: Web, target: str, page: str) -> Iterator[str]:
        for href in links(page, path):
            yield target_of(urljoin(f"http://site{target}", href))

    return pages


# Column links on the home page, rows of a list, further list pages.
RULES: dict[str, tuple[str, str, Rule]] = {
    "trs": ('//div[@class="nav"]//a', '//ul[@class="list"]//a', trs_pages),
    "dede": ('//*[@bgcolor="#B80000"]//a', '//*[@height="26"]//a', linked('//*[@class="pagelist"]//a')),
    "empire": ('//li/a[contains(@href, "/html")]', "//li[span]/a", linked('//*[@class="list_page"]//a')),
    "aspnet": ('//*[@class="menu"]/a[contains(@href, "lm=")]', "//table//tr//a", linked('//*[@class="pager"]//a')),
    "farm": ('//div[@class="menu"]//a', '//div[@class="item"]/a', linked('//div[@class="pages"]//a')),
    "hanweb": ('//td[@class="dh"]/a', "//li/a", hanweb_pages),
    "vsb": ('//div[@class="menu"]//a', '//ul[@class="list"]//a', linked('//span[@class="p_pages"]//a')),
}  # fmt: skip


@pytest.mark.parametrize("key", SITES)
def test_the_pagers_lead_to_every_article(key: str, webs: dict[str, Web]) -> None:
    web = webs[key]
    columns, rows, pages = RULES[key]
    start = HOMES.get(key, "/")
    base = f"http://{SITES[key]}:{PORT}"
    waiting = [target_of(urljoin(base + start, href)) for href in links(shown(web, start, key), columns)]
    lists: set[str] = set()
    found: set[str] = set()
    longest = 0
    while waiting:
        target = waiting.pop()
        if target in lists or target == start or "/plus/" in target or target == "/sl/":
            continue
        lists.add(target)
        if target.startswith("/module/"):
            assert web.compute
            asked = dict(pair.split("=") for pair in target.partition("?")[2].split("&"))
            text = web.compute(asked).body.decode()
            records = re.findall(r"<!\[CDATA\[(.*?)\]\]>", text, re.DOTALL)
            assert 0 < len(records) <= 45
            found |= {urljoin(base, href) for record in records for href in links(record, rows)}
            longest = max(longest, len(records))
            continue
        page = shown(web, target, key)
        waiting += [other for other in pages(web, target, page) if other in web.answers or key == "hanweb"]
        here = [urljoin(base + target, href) for href in links(page, rows)]
        longest = max(longest, len(here))
        if key != "hanweb":
            found |= {url for url in here if not url.endswith(("/", ".htm")) or key == "vsb"}
    assert found == {p.url for p in web.planted}
    assert len(found) == len(web.planted) >= 30
    assert longest >= 15
    assert len(lists) >= 5


# --- the truth ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("key", SITES)
@pytest.mark.parametrize("visit", [1, 2])
def test_every_planted_line_stands_on_its_page_in_order(key: str, visit: int, webs: dict[str, Web]) -> None:
    web = webs[key]
    for article in web.planted_later if visit == 2 else web.planted:
        answer = web.answers[target_of(article.url)]
        body = answer.later if visit == 2 and answer.later is not None else answer.body
        text = folded(lxml_html.fromstring(body.decode(ENCODINGS.get(key, "utf-8"))).text_content())
        if key == "aspnet":
            text = folded(simplified(text))
        at = 0
        for line in article.paragraphs:
            at = text.find(folded(line), at)
            assert at >= 0, (article.url, line)
        for fact in (article.title, article.source, article.author, article.editor, *article.captions):
            assert folded(fact or "") in text, (article.url, fact)
        for column in article.columns:
            assert column in text
        for office in (article.contributor or "").split():
            assert office in text


@pytest.mark.parametrize("key", SITES)
def test_one_article_changes_between_the_visits(key: str, webs: dict[str, Web]) -> None:
    web = webs[key]
    changed = [(a, b) for a, b in zip(web.planted, web.planted_later, strict=True) if a != b]
    assert len(changed) == 1
    before, after = changed[0]
    assert before.changed_on_visit_2
    assert before.url == after.url
    assert len(after.paragraphs) == len(before.paragraphs) + 1
    later = [target for target, answer in web.answers.items() if answer.later is not None]
    assert later == [target_of(before.url)]


def test_the_seeds_truth_is_the_gold(shared: Path) -> None:
    if not list(bundled.CORPUS.glob("*.txt")):
        pytest.skip("no seed texts beside the package")
    for name in seeds.SEEDS:
        article = seeds.seed(name, column=0)
        assert article is not None
        gold = json.loads((shared / "gold" / "seeds" / f"{name}.json").read_text(encoding="utf-8"))
        body = (shared / "gold" / "seeds" / f"{name}.body.txt").read_text(encoding="utf-8").strip().split("\n")
        assert [folded(line) for line in article.lines] == [folded(line) for line in body]
        assert [b.text for b in article.pictures if b.text] == gold["captions"]
        assert (article.source, article.author, article.contributor) == (
            gold["source"],
            gold["author"],
            gold["contributor"],
        )
        claimed = gold["published"] or gold.get("published_claimed")
        assert claimed is None or article.published.isoformat().startswith(claimed)
        assert article.credible is (gold.get("published_claimed") is None)
        assert gold["title"] in (None, article.title)


def test_the_mirror_converts_back_by_other_peoples_dictionaries() -> None:
    # OpenCC keeps 著, which the farm writes for 着; nothing else may be lost on the way.
    convert = OpenCC("t2s").convert
    for article in planted("aspnet", PORT):
        for line in (*article.paragraphs, *article.captions, article.title):
            bare = re.sub(r"\([a-z]*[à-ǜ][a-z]*\)", "", mirrored(line))
            assert convert(bare).replace("随著", "随着").replace("带著", "带着") == line


def test_the_mirror_marks_every_occurrence_of_some_characters(webs: dict[str, Web]) -> None:
    marked: dict[str, int] = {}
    for article in webs["aspnet"].planted:
        if article.url.endswith("?id=22"):
            continue  # the seed's body came with marks of its own
        text = lxml_html.fromstring(shown(webs["aspnet"], target_of(article.url), "aspnet")).text_content()
        for han, reading in re.findall(r"([一-鿿])\(([a-z]*[à-ǜ][a-z]*)\)", text):
            marked[han] = marked.get(han, 0) + 1
            assert text.count(han) == text.count(f"{han}({reading})")
    assert 25 <= len(marked) <= 60


def test_articles_are_of_many_kinds(webs: dict[str, Web]) -> None:
    everything = [article for web in webs.values() for article in web.planted]
    assert len({a.url for a in everything}) == len(everything) >= 300
    lengths = [len(a.paragraphs) for a in everything]
    assert min(lengths) <= 3
    assert max(lengths) >= 20
    for fact in ("source", "author", "editor", "contributor", "published_claimed", "captions", "attachments"):
        having = sum(bool(getattr(a, fact)) for a in everything)
        assert 5 <= having < len(everything), fact
    shapes = {re.sub(r"\d", "9", a.published or "") for a in everything}
    assert shapes >= {"9999-99-99", "9999-99-99T99:99+99:99", "9999-99-99T99:99:99+99:99", ""}
    assert all(
        (a.published is None) == bool(a.published_claimed) == ("date_implausible" in a.flags) for a in everything
    )
    text = "\n".join(line for a in everything for line in a.paragraphs)
    for sentence in prose.DANGEROUS:
        assert re.search(re.sub(r"\\{\w+\\}", ".+", re.escape(sentence)), text), sentence


def test_encodings_are_what_they_pretend_not_to_be(webs: dict[str, Web]) -> None:
    beyond_gbk = 0
    for article in webs["hanweb"].planted:
        answer = webs["hanweb"].answers[target_of(article.url)]
        assert b"charset=gb2312" in answer.body
        with pytest.raises(UnicodeDecodeError):
            answer.body.decode("utf-8")
        try:
            answer.body.decode("gb2312")
        except UnicodeDecodeError:
            beyond_gbk += 1
    assert beyond_gbk >= 10
    assert {a.content_type for a in webs["hanweb"].answers.values()} >= {"text/html", "text/html;charset=ISO-8859-1"}


@pytest.mark.parametrize("key", SITES)
def test_each_site_has_what_real_sites_have(key: str, webs: dict[str, Web]) -> None:
    web = webs[key]
    home = shown(web, HOMES.get(key, "/"), key)
    base = f"http://{SITES[key]}:{PORT}"
    targets = {target_of(u) for u in (urljoin(f"{base}/", h) for h in links(home, "//a[@href]")) if u.startswith(base)}
    answers = [web.answers.get(target, web.missing) for target in {"/", *targets}]
    assert any(answer.status == 404 for answer in answers)
    assert any(answer.status in (301, 302) and answer.location for answer in answers)
    soft = [
        a
        for a in answers
        if a.status == 200
        and re.search("不存在|已删除|已被刪除", simplified(a.body.decode(ENCODINGS.get(key, "utf-8"))))
    ]
    assert soft
    assert any(urlsplit(href).hostname == "127.0.0.99" for href in links(home, "//a[@href]"))
    pictures = [answer.body for answer in web.answers.values() if answer.content_type == "image/png"]
    assert len(pictures) >= 5
    for picture in pictures:
        assert picture.startswith(b"\x89PNG\r\n\x1a\n")
        length = int.from_bytes(picture[33:37], "big")
        data, crc = picture[37 : 41 + length], picture[41 + length : 45 + length]
        assert zlib.crc32(data) == int.from_bytes(crc, "big")
    # Every picture, attachment and article that a page shows is there.
    for article in web.planted:
        page = shown(web, target_of(article.url), key)
        for source in lxml_html.fromstring(page).xpath('//img[contains(@src, ".png")]/@src'):
            assert target_of(urljoin(article.url, source)) in web.answers
        hrefs = {urljoin(article.url, href) for href in links(page, "//a[@href]")}
        for url, _ in article.attachments:
            assert url in hrefs
            assert web.answers[target_of(url)].content_type.startswith("application/")
    assert any(article.attachments for article in web.planted)


def test_robots_files_are_of_all_kinds(webs: dict[str, Web]) -> None:
    kinds = {key: web.answers.get("/robots.txt") for key, web in webs.items()}
    assert kinds["dede"] is None
    assert kinds["empire"] is not None
    assert kinds["empire"].content_type == "text/html"
    assert kinds["farm"] is not None
    assert b"Disallow: /plus/" in kinds["farm"].body
    assert any("/plus/" in href for href in links(shown(webs["farm"], "/", "farm"), "//a[@href]"))


# --- the site files -------------------------------------------------------------------------------------------------


def test_site_files_are_valid_and_carry_the_port(tmp_path: Path) -> None:
    written = write_sites(tmp_path / "sites", 9999)
    loaded = sites.load(tmp_path / "sites")
    assert set(written) == set(loaded) == set(SITES)
    for key, site in loaded.items():
        host = f"{SITES[key]}:9999"
        assert site.hosts == site.crawl.allow_private == (host,)
        assert site.crawl.start == (f"http://{host}/",)
        assert site.crawl.articles == ()
        assert len(site.readings) == (2 if key == "vsb" else 0)


def test_each_reading_era_finds_its_layout(webs: dict[str, Web], tmp_path: Path) -> None:
    old, new = sites.load_file(write_sites(tmp_path, PORT)["vsb"]).readings
    counts = {old: 0, new: 0}
    for article in webs["vsb"].planted:
        root = lxml_html.fromstring(shown(webs["vsb"], target_of(article.url), "vsb"))
        for era in counts:
            assert era.title
            assert era.body
            found = root.cssselect(era.body) if era.body else []
            if found:
                counts[era] += 1
                assert root.cssselect(era.title)[0].text_content() == article.title
                assert folded(article.paragraphs[0]) in folded(found[0].text_content())
    assert min(counts.values()) >= 10
    assert sum(counts.values()) == len(webs["vsb"].planted)


# --- the server -----------------------------------------------------------------------------------------------------


def exchange(port: int, address: str, request: bytes) -> bytes:
    with socket.create_connection((address, port), timeout=10) as connection:
        connection.sendall(request)
        return b"".join(iter(lambda: connection.recv(65536), b""))


def request_of(target: str, accept: str = "gzip", method: str = "GET") -> bytes:
    head = f"{method} {target} HTTP/1.1\r\nHost: x\r\nAccept-Encoding: {accept}\r\nConnection: close\r\n\r\n"
    return head.encode()


def entity(wire: bytes) -> tuple[dict[str, str], bytes]:
    head, _, body = wire.partition(b"\r\n\r\n")
    fields = {k.lower(): v.strip() for k, _, v in (x.partition(":") for x in head.decode().split("\r\n")[1:])}
    if fields.get("transfer-encoding") == "chunked":
        parts = []
        while True:
            size, _, body = body.partition(b"\r\n")
            length = int(size, 16)
            parts.append(body[:length])
            body = body[length + 2 :]
            if not length:
                break
        body = b"".join(parts)
    return fields, body


def test_the_log_is_what_a_client_receives(server: Server, webs: dict[str, Web]) -> None:
    received = []
    shapes = set()
    for key, web in webs.items():
        for target in list(web.answers)[::9]:
            request = request_of(target)
            received.append((key, target, len(request), exchange(server.port, SITES[key], request)))
    served = list(server.served())
    assert len(served) == len(received)
    for line, (key, target, length, wire) in zip(served, received, strict=True):
        fields, body = entity(wire)
        assert (line.site, line.target, line.request_length) == (key, target, length)
        assert line.response_sha256 == hashlib.sha256(wire).hexdigest()
        assert line.response_length == len(wire)
        assert line.body_sha256 == hashlib.sha256(body).hexdigest()
        assert line.status == int(wire.split(b" ", 2)[1])
        if fields.get("content-encoding") == "gzip":
            body = gzip.decompress(body)
        answer = webs[key].answers[target]
        # What stands on a page may name the port; the sites of this server are at another one.
        if str(PORT).encode() not in answer.body:
            assert body == answer.body
        shapes.add((fields.get("content-encoding"), fields.get("transfer-encoding"), "etag" in fields))
    assert {shape[0] for shape in shapes} == {None, "gzip"}
    assert {shape[1] for shape in shapes} == {None, "chunked"}
    assert {shape[2] for shape in shapes} == {False, True}


def test_a_killed_server_leaves_the_log_whole(tmp_path: Path) -> None:
    log = tmp_path / "log"
    command = [sys.executable, "-m", "crawler.practice", "--log", str(log), "--seconds", "60"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as child:
        assert child.stdout
        ready = json.loads(child.stdout.readline())
        wires = [exchange(ready["port"], "127.0.0.2", request_of("/")) for _ in range(20)]
        child.kill()
    digests = [json.loads(line)["response_sha256"] for line in log.read_text(encoding="utf-8").splitlines()]
    assert digests == [hashlib.sha256(wire).hexdigest() for wire in wires]


def test_the_second_visit_changes_one_page_a_site_and_nothing_else(server: Server) -> None:
    changing = {key: next(p for p in planted(key, server.port) if p.changed_on_visit_2) for key in SITES}
    steady = {key: next(p for p in planted(key, server.port) if not p.changed_on_visit_2) for key in SITES}

    def bodies(which: dict[str, Planted]) -> list[bytes]:
        return [
            entity(exchange(server.port, SITES[key], request_of(target_of(p.url), "identity")))[1]
            for key, p in which.items()
        ]

    first = bodies(changing), bodies(steady)
    assert bodies(changing) == first[0]
    server.visit(2)
    assert all(a != b for a, b in zip(bodies(changing), first[0], strict=True))
    assert bodies(steady) == first[1]
    for key, page in zip(SITES, bodies(changing), strict=True):
        (later,) = (p for p in planted(key, server.port, visit=2) if p.changed_on_visit_2)
        text = lxml_html.fromstring(page.decode(ENCODINGS.get(key, "utf-8"))).text_content()
        assert folded(later.paragraphs[-1]) in folded(simplified(text))


def test_requests_of_every_kind(server: Server) -> None:
    def asked(request: bytes, address: str = "127.0.0.2") -> bytes:
        return exchange(server.port, address, request)

    missing = asked(request_of("/nothing"))
    assert missing.startswith(b"HTTP/1.1 404 ")
    assert entity(asked(request_of("/", method="HEAD")))[1] == b""
    # Two requests in one segment, the second split: both are answered, in order, on one connection.
    with socket.create_connection(("127.0.0.2", server.port), timeout=10) as connection:
        connection.sendall(b"GET /images/logo.png HTTP/1.1\r\nHost: x\r\n\r\nGET /nothing HTTP/1.1\r\nHo")
        time.sleep(0.05)
        connection.sendall(b"st: x\r\nConnection: close\r\n\r\n")
        both = b"".join(iter(lambda: connection.recv(65536), b""))
    assert both.index(b"HTTP/1.1 200 OK") < both.index(b"HTTP/1.1 404 Not Found")
    form = b"columnid=1229&startrecord=46&endrecord=64"
    head = f"POST /module/web/jpage/dataproxy.jsp HTTP/1.1\r\nContent-Length: {len(form)}\r\nConnection: close\r\n\r\n"
    assert asked(head.encode() + form, "127.0.0.7").count(b"<record>") == 19
    # An unchanged page is not sent again to who has it.
    tagged = next(f for t in build("trs", PORT).answers if (f := entity(asked(request_of(t)))[0]).get("etag"))
    first = next(s for s in server.served() if s.site == "trs" and s.status == 200)
    assert first.response_length > 0
    conditional = [
        asked(request_of(s.target).replace(b"Host: x\r\n", f"Host: x\r\nIf-None-Match: {tagged['etag']}\r\n".encode()))
        for s in list(server.served())
        if s.site == "trs" and s.method == "GET"
    ]
    assert any(wire.startswith(b"HTTP/1.1 304 ") for wire in conditional)
    assert asked(request_of("/s/x"), "127.0.0.99").startswith(b"HTTP/1.1 200")
    assert [s.site for s in server.served()].count("elsewhere") == 1


def test_two_processes_make_the_same_bytes() -> None:
    code = (
        "import hashlib; from crawler.practice.serve import SITES, build; h = hashlib.sha256()\n"
        "for key in SITES:\n"
        "    web = build(key, 8731)\n"
        "    for target in web.answers: h.update(target.encode() + web.answers[target].body)\n"
        "    h.update(repr((web.planted, web.planted_later)).encode())\n"
        "print(h.hexdigest())"
    )
    made = {
        subprocess.run(
            [sys.executable, "-c", code],
            env={**os.environ, "PYTHONHASHSEED": salt, "TZ": zone},
            check=True,
            capture_output=True,
        ).stdout
        for salt, zone in (("1", "UTC"), ("2", "Asia/Tokyo"))
    }
    assert len(made) == 1


@pytest.mark.parametrize("way", ["seconds", "signal", "stdin"])
def test_the_server_stops_by_itself(way: str) -> None:
    extra = {"seconds": ["--seconds", "0.3"], "signal": [], "stdin": ["--child"]}[way]
    with subprocess.Popen(
        [sys.executable, "-m", "crawler.practice", *extra], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as child:
        assert child.stdout
        assert child.stdin
        port = json.loads(child.stdout.readline())["port"]
        if way == "signal":
            child.send_signal(signal.SIGTERM)
        if way == "stdin":
            child.stdin.close()
        assert child.wait(10) == 0
    with pytest.raises(ConnectionRefusedError):
        exchange(port, "127.0.0.2", request_of("/"))


def test_a_taken_port_is_an_error_that_names_it(server: Server, capfd: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(OSError, match=str(server.port)), Server(port=server.port):
        pass
    assert "Address already in use" in capfd.readouterr().err
