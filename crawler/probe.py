"""The URL of a site -> a site file, and a report, from about twenty pages that are fetched politely."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from urllib.parse import urljoin, urlsplit

from lxml.etree import XPath

from archive.catalogue import query
from archive.errors import CundangError, UsageError
from archive.layout import Layout
from archive.ledger import Ledger, Missing, read_ledger, read_missing
from archive.site import by_host, host_of, load_each, load_file
from archive.text.decode import decode, parse
from archive.text.document import Document
from archive.warc import reader
from archive.warc.capture import Capture
from crawler.discovery import Link, discover
from crawler.discovery.fingerprint import cms
from crawler.discovery.link import ARTICLE
from crawler.messages import say, telling
from crawler.queue.accounts import say_gap
from crawler.queue.address import canonical, shape
from crawler.queue.entries import WAITS
from crawler.queue.slots import FULL
from crawler.runs.alerts import cure
from crawler.wire.guard import literal_address

# The reasons in missing.jsonl that only mean that the probe was limited.
_NO_TROUBLE = ("waiting", "list_gap")
# The limits of pages for the first crawl and for sample articles. With robots.txt and redirects: about 30 requests.
LOOK, SAMPLES = 16, 5
# The most links of the home page that are named.
NAMED = 12
_TITLE = XPath("string(//title)")
_FEEDS = XPath("//link[@rel='alternate'][contains(@type, 'rss') or contains(@type, 'atom')]/@href")
_PLACE = re.compile(r"<meta(?>[^<>]*?name=[\"']SiteIDCode[\"'])[^<>]*?content=[\"'](\d{6})\d{4}[\"']", re.IGNORECASE)
# The texts of a pager's links to pages 2 and 3, which are not columns.
_PAGE_NAME = re.compile(r"\A[\W\d]*(?:第?[\W\d]*[页頁]|[下上尾末][\W一]*[页頁]|首[页頁])?[\W\d]*\Z")
# What a site file says where the server wants its cookie back.
_COOKIES = "cookies = true\n"
_NUMBER, _HASH = re.compile(r"\d+"), re.compile(r"[0-9a-f]{32}")
_NAME_BEGIN = re.compile(r"^(?:网站)?首[页頁]\s*[-_|–—]+\s*")
_NAME_END = re.compile(r"(?<!\s)\s*+[-_|–—](?s:.*)|首页\Z|官方网站\Z")


@dataclass(frozen=True, slots=True, kw_only=True)
class Probed:
    """What was found about a site, and the path of the site file that was written.

    Attributes:
        columns: the name and URL of each list.
        others: the names of the home page's other links, some of which may lead to lists too.
        pager: an example of how a list leads to its next page; None: no pager was found.
        article: a regular expression for the addresses of articles; None: no article was found.
        samples: the Documents of some articles.
        requests: the number of requests.
        ledger: what each list claims, and what on it cannot be followed, in the pages that were fetched.
        troubles: the number of addresses without a page, by reason.
    """

    path: Path
    name: str
    cms: str | None
    columns: tuple[tuple[str, str], ...]
    others: tuple[str, ...]
    pager: str | None
    article: str | None
    encoding: str
    feed: str | None
    samples: tuple[Document, ...]
    requests: int
    ledger: Ledger
    troubles: Mapping[str, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Page:
    url: str
    html: str
    title: str
    encoding: str
    feeds: tuple[str, ...]
    links: tuple[Link, ...]

    @property
    def leads(self) -> bool:
        """Whether the page is a list."""
        rows = sum(link.priority == ARTICLE for link in self.links)
        return rows >= 5 or any(link.kind in ("next", "list") for link in self.links)


def probe(url: str, folder: Path, *, key: str | None = None, delay: float = 3.0) -> Probed:
    """Probe the site at `url`, and write `folder`/<key>.toml; `delay`: seconds between two requests.

    Raises:
        UsageError: the URL is invalid, or the file exists.
        CundangError: no page could be fetched.
    """
    home, key = _new_site(url, folder, key)
    host, path = host_of(home), folder / f"{key}.toml"
    with tempfile.TemporaryDirectory(prefix="cundang-") as scratch:
        look = partial(_look, key=key, delay=delay, pages=LOOK)
        seen, old = Layout(root=Path(scratch) / "look"), host
        looked = look(seen.root, host=host, start=[home])
        if (moved := _find_new_home(looked, home)) is not None:
            # Some links may still name the old host.
            home, host = moved, host_of(moved)
            seen = Layout(root=Path(scratch) / "moved")
            looked += look(seen.root, host=host, start=[home])
        if cookies := any(each.url == home and each.reason == "cookie" for each in _walls(seen, key)):
            seen = Layout(root=Path(scratch) / "cookies")
            looked += look(seen.root, host=host, start=[home], cookies=True)
        pages, troubles = _pages(looked, seen, key, home)
        ledger = read_ledger(seen.ledger(key))
        inside = [link for page in pages for link in page.links if host_of(link.url) == host]
        articles = _articles(inside)
        layout, samples_of = Layout(root=Path(scratch) / "read"), articles[:SAMPLES]
        asked = look(layout.root, host=host, start=samples_of, pages=SAMPLES, cookies=cookies) if articles else []
        samples = tuple(query.documents(layout, query.Filter())) if asked else ()
    probed = Probed(
        path=path,
        name=next((name for page in pages if (name := _name(page.title))), host),
        cms=cms([page.html for page in pages], [link.url for link in inside]),
        columns=(columns := _columns(pages, home)),
        others=_others(pages, home, {url for _, url in columns}),
        pager=_pager(pages),
        article=_pattern(articles),
        encoding=pages[-1].encoding,
        feed=next((feed for page in pages for feed in page.feeds), None),
        samples=samples,
        requests=sum(each.kind == "response" for each in (*looked, *asked)),
        ledger=ledger,
        troubles=troubles,
    )
    place = next((found[1] for page in pages if (found := _PLACE.search(page.html))), None)
    hosts = sorted({host, *(host_of(link.url) for page in pages for link in page.links)} & {host, _twin(host)})
    hosts += [old] if old not in hosts else []
    folder.mkdir(parents=True, exist_ok=True)
    path.write_text(_file(probed, home, hosts, delay, place, cookies=cookies), encoding="utf-8")
    load_file(path)
    return probed


def _pages(looked: list[Capture], seen: Layout, key: str, home: str) -> tuple[list[_Page], Counter[str]]:
    """The fetched pages, and the number of addresses without a page by reason; raises CundangError if there is none."""
    missing = {each.url: each.reason for each in _walls(seen, key)}
    troubles = Counter(missing.values())
    # A challenge or a block page may have status 200.
    read = (page for capture in looked if (page := _page(capture)) is not None)
    pages = [page for page in read if page.url not in missing]
    if not pages:
        counts = ", ".join(f"{count} {reason}" for reason, count in troubles.most_common())
        raise CundangError(f"{home}: no page was fetched{f' ({counts})' if counts else ''}. {cure(troubles)}")
    return pages, troubles


def _new_site(url: str, folder: Path, key: str | None) -> tuple[str, str]:
    """The home page and the key of a new site; raises UsageError if it has a site file already."""
    home = canonical(url if "//" in url else f"http://{url}/")
    if home is None or not ("." in home or ":" in home.partition("//")[2] or "localhost" in home):
        raise UsageError(f"{url!r} is not an http(s) address. Give the address of a site's home page.")
    host = host_of(home)
    key = key or re.sub(r"[^a-z0-9]+", "-", re.sub(r"^www\.|\.(?:gov|org|com|net|edu)?\.?cn$", "", host)).strip("-")
    if (path := folder / f"{key}.toml").exists():
        raise UsageError(f"{path} exists already. Delete it, or give another name with --key.")
    claimed = by_host(load_each(folder)[0].values()).get(host) if folder.is_dir() else None
    if claimed is not None:
        raise UsageError(f"{host} is already in the site file {claimed.key}. Change that file.")
    return home, key


def _walls(layout: Layout, key: str) -> list[Missing]:
    """The addresses without a page, with the reasons."""
    return [each for each in read_missing(layout.missing(key)) if each.reason not in _NO_TROUBLE]


def account(found: Probed) -> Iterator[str]:
    """Yield lines of text: what the lists claim, what cannot be followed on them, and why addresses have no page."""
    if not found.columns:
        pager = f"the pager {found.pager}" if found.pager else "no pager was found"
        yield f"No column was found. The crawl follows the links of the home page; {pager}."
    elif found.others:
        more = "" if len(found.others) <= NAMED else " ..."
        yield (
            f"{len(found.others)} more links of the home page may lead to lists, which the crawl finds by itself:"
            f" {', '.join(found.others[:NAMED])}{more}"
        )
    for each in found.ledger.lists:
        if each.claimed is not None or each.claimed_pages is not None or each.controls or each.blind or each.foreign:
            yield f"{each.name or each.url}: {say_gap(each)}"
    for reason, count in found.troubles.items():
        yield f"{count} addresses gave no page: {reason}. {cure({reason: count})}"


def _name(title: str) -> str:
    """Take the name of the site from the title of its home page.

    >>> _name("网站首页-松溪县委统战部"), _name("四川统一战线 - 首页"), _name("首页")
    ('松溪县委统战部', '四川统一战线', '')
    """
    return _NAME_END.sub("", _NAME_BEGIN.sub("", title)).strip()


def _twin(host: str) -> str:
    return host.removeprefix("www.") if host.startswith("www.") else f"www.{host}"


def _look(
    data: Path, *, key: str, host: str, start: list[str], delay: float, pages: int, cookies: bool = False
) -> list[Capture]:
    """Crawl some pages in the usual way, into a data folder of their own; return the captures."""
    data.mkdir(parents=True)
    file = data / f"{key}.toml"
    file.write_text(
        f'name = "{key}"\nhosts = ["{host}"]\n[crawl]\nstart = {json.dumps(start)}\ndelay = {delay}\nrequisites = []\n'
        + (_COOKIES if cookies else "")
        + _private(host),
        encoding="utf-8",
    )
    command = [sys.executable, "-m", "crawler.cli", "--data", str(data), "--sites", str(data), "crawl", str(file)]
    said = []
    with (
        telling("sites add") as tell,
        subprocess.Popen(
            [*command, "--max-pages", str(pages)], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True
        ) as child,
    ):
        assert child.stderr is not None
        for line in child.stderr:
            said.append(line)
            if FULL in line or WAITS in line:
                say(line.rstrip())
            elif line.startswith("crawl "):
                tell(line.removeprefix("crawl ").rstrip())
    if child.returncode == UsageError.exit_code:
        raise UsageError("".join(said).strip().rpartition("cundang: ")[2])
    return [capture for warc in Layout(root=data).warcs() for capture in reader.read(warc)]


def _private(*hosts: str) -> str:
    addresses = ((host, literal_address(host.rpartition(":")[0] or host)) for host in hosts)
    local = [host for host, address in addresses if address is not None and address.startswith("127.")]
    return f"allow_private = {json.dumps(local)}\n" if local else ""


def _find_new_home(looked: list[Capture], home: str) -> str | None:
    """The new address of a home page that moved permanently to another host, or to its twin with or without www;
    None: it did not move.

    A redirect of robots.txt to another host counts too, because the crawl stopped there.
    """
    robots, old = urljoin(home, "/robots.txt"), host_of(home)
    for capture in looked:
        leads = capture.header("Location") if capture.url in (home, robots) else None
        if not leads or capture.status not in (301, 302, 303, 307, 308):
            continue
        target = canonical(urljoin(home, leads.removesuffix("robots.txt") if capture.url == robots else leads))
        hosts = (_twin(old),) if capture.status in (302, 303, 307) else None
        if target is not None and host_of(target) != old and (hosts is None or host_of(target) in hosts):
            return target
    return None


def _page(capture: Capture) -> _Page | None:
    # A page that a browser has rendered is a resource record.
    if (capture.status != 200 and capture.kind != "resource") or capture.purpose or capture.url.endswith("/robots.txt"):
        return None
    decoded = decode(capture.body, capture.header("Content-Type"))
    root = parse(decoded.html)
    return _Page(
        url=capture.url,
        html=decoded.html,
        title=" ".join(_TITLE(root).split()) if root is not None else "",
        encoding=decoded.encoding,
        feeds=tuple(_FEEDS(root)) if root is not None else (),
        links=tuple(
            replace(link, url=canonical(link.url, decoded.encoding) or link.url)
            for link in discover(capture.url, decoded.html, root, decoded.encoding)
        ),
    )


def _articles(links: list[Link]) -> list[str]:
    """The distinct addresses of apparent articles, those of the most frequent shape first."""
    urls = list(dict.fromkeys(link.url for link in links if link.kind == "page" and link.priority == ARTICLE))
    shapes = Counter(shape(url) for url in urls)
    return sorted(urls, key=lambda url: -shapes[shape(url)])


def _columns(pages: list[_Page], home: str) -> tuple[tuple[str, str], ...]:
    """The lists of articles that a menu names."""
    links = [link for page in pages for link in page.links]
    names = {link.url: link.anchor for link in links if link.kind == "page" and link.anchor}
    # An article with lists beside it may look like a list.
    articles = {link.url for link in links if link.priority == ARTICLE}
    found = dict.fromkeys(url for url in _lists(pages) if url in names and url != home and url not in articles)
    return tuple((names[url], url) for url in found if not _PAGE_NAME.fullmatch(names[url]))


def _others(pages: list[_Page], home: str, columns: Collection[str]) -> tuple[str, ...]:
    """The names of the home page's links to the same host that are neither columns nor articles."""
    shown = [link for page in pages if page.url == home for link in page.links if host_of(link.url) == host_of(home)]
    names = {link.url: link.anchor for link in shown if link.kind == "page" and link.priority != ARTICLE}
    rest = (name for url, name in names.items() if name and url not in columns and url != home)
    return tuple(dict.fromkeys(name for name in rest if not _PAGE_NAME.fullmatch(name)))


def _lists(pages: list[_Page]) -> list[str]:
    """The addresses of pages that lead to articles, directly or through a frame."""
    lists = {page.url for page in pages if page.leads}
    framed = {page.url for page in pages if any(link.frame and link.url in lists for link in page.links)}
    return [page.url for page in pages if page.url in lists | framed]


def _pager(pages: list[_Page]) -> str | None:
    for kind in ("next", "pager"):
        for page in pages:
            for link in page.links:
                if link.kind == kind:
                    plain = urlsplit(link.url)._replace(scheme="", netloc="").geturl()
                    return f"{urlsplit(page.url).path} -> {'a form that a script sends' if link.form else plain}"
    return None


def _pattern(articles: list[str]) -> str | None:
    r"""Make a regular expression from the addresses of the most frequent shape, folder by folder.

    >>> _pattern(["http://h/tzyw/201902/t20190219_1.html", "http://h/jcdt/202003/t20200304_22.html"])
    '/[^/]+/\\d+/t\\d+_\\d+\\.html$'
    """
    if not articles:
        return None
    paths = [(parts := urlsplit(url)).path + ("?" + parts.query if parts.query else "") for url in articles]
    split = [path.split("/") for path in paths]
    alike = [names for names in split if len(names) == len(split[0]) and _fold(names[-1]) == _fold(split[0][-1])]
    made = []
    for names in zip(*alike, strict=True):
        if len({_fold(name) for name in names}) > 1 or "%" in names[0]:
            made.append("[^/]+")
        else:
            piece = re.escape(_HASH.sub("\0", names[0])).replace("\\-", "-")
            made.append(_NUMBER.sub(r"\\d+", piece).replace(re.escape("\0"), "[0-9a-f]{32}"))
    return "/".join(made) + "$"


def _fold(name: str) -> str:
    return _NUMBER.sub("0", _HASH.sub("0", name))


def _file(found: Probed, home: str, hosts: list[str], delay: float, place: str | None, *, cookies: bool) -> str:
    lines = [
        f"# Written by `cundang sites add {home}` after {found.requests} responses.",
        f"# CMS: {found.cms or 'not recognised; the general reader is used'}. Encoding: {found.encoding}.",
        f"# Pager: {found.pager or 'none found'}.",
        f"# Feed: {found.feed or 'none'}.",
        f"name  = {json.dumps(found.name, ensure_ascii=False)}",
        f"hosts = {json.dumps(hosts)}",
        f'place = "{place}"  # from the SiteIDCode of the page, which may be copied from a template: check it'
        if place
        else None,
        '# schedule = "0 3 * * *"   # cron, Asia/Shanghai',
        "",
        "[crawl]",
        f"start    = {json.dumps([home])}",
        *(f"#            {url}  {name}" for name, url in found.columns),
        f"# articles = ['{found.article}']   # as found; without this line, pages are judged by their content"
        if found.article
        else "# No article was found.",
        f"delay    = {delay}",
        _COOKIES.strip() if cookies else None,
        _private(*hosts).strip() or None,
    ]
    return "\n".join(line for line in lines if line is not None) + "\n"
