"""A catalogue that was updated in any order, file by file, answers like one that was made at once."""

from __future__ import annotations

import datetime as dt
import io
import random
import shutil
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from captures import PROSE, write_warc
from captures import article as plain_article

from archive.catalogue import build, changes, query, reprints, timeline
from archive.catalogue.search import Searcher
from archive.corpus import reclean, shard
from archive.export import jsonl
from archive.layout import Layout
from archive.text.document import Document, Reason, Skip
from archive.warc import fixity
from archive.warc.capture import Earlier
from archive.warc.writer import Exchange, Writer

SITES = ("a", "b", "c")
DAYS = (1, 8, 40)  # of the crawls, from the beginning of 2026
TITLES = ("全市统战部长会议召开", "市委统战部走访民营企业", "各民主党派举行座谈会")
TEXTS = (
    (PROSE, "会议强调凝聚共识。" * 12),
    (PROSE, "会议强调凝聚共识。" * 11, "会议强调凝聚力量。"),
    (PROSE, "与会人员围绕乡村振兴和产业发展交流意见。" * 9),
    ("走访组先后来到三家企业，了解生产经营情况。" * 6, PROSE),
    ("图片新闻",),
)
# The addresses of a site; those of the second line are an article on two pages, and its print version.
NAMES = ("/1.html", "/2.html", "/3.html", "/show.php?id=4", "/old/5.html", "/m/1.html")
PAGES = ("/p/7.html", "/p/7_2.html", "/print/7.html", "/print/7_2.html")
MISSING = "<title>提示信息</title><div>信息不存在或者未通过审核！</div><a href='javascript:history.back();'>返回</a>"
LIST = (
    "<title>工作动态</title><ul>"
    + "".join(f"<li><a href={name}>{TITLES[0]}</a> 2025-12-0{n}</li>" for n, name in enumerate(NAMES, 1))
    + "</ul>"
)


def answer(status: str, html: str = "", *, to: str = "") -> bytes:
    location = f"Location: {to}\r\n" if to else ""
    return f"HTTP/1.1 {status}\r\n{location}Content-Type: text/html; charset=utf-8\r\n\r\n{html}".encode()


def article(dice: random.Random, name: str) -> bytes:
    title, text = dice.choice(TITLES), dice.choice(TEXTS)
    day = dice.choice(("2025-12-01", "2025-12-01", "2025-12-09", ""))
    body = "".join(f"<p>{line}</p>" for line in text)
    if name in PAGES:
        stem = name.removesuffix(".html").removesuffix("_2").rpartition("/")[2]
        title, body = TITLES[2], body + f"<p><a href='{stem}.html'>1</a> <a href='{stem}_2.html'>2</a></p>"
    if dice.random() < 0.1:
        body = "<video src=/film.mp4></video>"
    return answer("200 OK", f"<title>{title}</title><h1>{title}</h1><p>{day}</p><div>{body}</div>")


def outcome(dice: random.Random, name: str) -> bytes | None:
    """What a server says to a request, or None if nobody asks: mostly an article, or that it is gone."""
    other = dice.choice((*NAMES, "/", "/list.html", "/gone.html"))
    return dice.choice(
        (
            *(article(dice, name) for _ in range(7)),
            answer("404 Not Found", "<title>404</title>"),
            answer("410 Gone"),
            answer("200 OK", MISSING),
            answer("200 OK", MISSING),
            answer("302 Found", to=other),
            answer("301 Moved Permanently", to="/new" + name),
            answer("304 Not Modified"),
            answer("503 Service Unavailable", "<title>503</title>"),
            None,
            None,
        )
    )


@dataclass
class Host:
    """A site in the course of time: what it last said at each address, and the records of it."""

    key: str
    said: dict[str, bytes]
    kept: dict[tuple[str, str | None], Earlier]

    def crawl(self, layout: Layout, dice: random.Random, day: int) -> list[Path]:
        """Fetch some addresses in a random order into one WARC file."""
        writer = Writer(layout, self.key, warcinfo=())
        names = [*NAMES, *PAGES, "/", "/list.html", "/gone.html", *("/new" + name for name in NAMES[:2])]
        started = dt.datetime(2026, 1, 1, tzinfo=dt.UTC) + dt.timedelta(days=day)
        for number, name in enumerate(dice.sample(names, len(names))):
            said = answer("200 OK", LIST) if name in ("/", "/list.html") else outcome(dice, name)
            if dice.random() < 0.3:
                said = self.said.get(name, said)
            if said is None or (b" 304 " in said[:20] and name not in self.said):
                continue
            if b" 304 " not in said[:20]:
                self.said[name] = said
            self.fetch(writer, name, said, started + dt.timedelta(minutes=number), cut=dice.random() < 0.05)
        writer.close()
        return writer.closed

    def fetch(self, writer: Writer, name: str, said: bytes, started: dt.datetime, *, cut: bool) -> None:
        url = f"http://{self.key}.cn{name}"
        exchange = Exchange(
            url=url,
            started=started,
            ip=None,
            request=b"",
            response=io.BytesIO(said[: len(said) * 3 // 4] if cut else said),
            truncated="time" if cut else None,
        )
        written = writer.exchange(exchange, lambda url, digest: self.kept.get((url or "", digest)))
        if not written.revisit:
            earlier = Earlier(id=written.id, url=url, date=written.date)
            self.kept |= {(url, written.payload_digest): earlier, (url, None): earlier}


@dataclass(frozen=True)
class World:
    """An archive of three sites that were crawled three times; `older`: its shards as a worse cleaner made them."""

    layout: Layout
    older: Path
    warcs: list[Path]


def clean(layout: Layout) -> None:
    for _ in reclean.clean(layout, {}):
        pass


def make_world(folder: Path, seed: int) -> World:
    dice = random.Random(seed)  # noqa: S311 - no secret
    layout, older = Layout(root=folder / "data"), folder / "older"
    hosts = [Host(key, {}, {}) for key in SITES]
    warcs = [warc for day in DAYS for host in hosts for warc in host.crawl(layout, dice, day)]
    clean(layout)
    for path in map(layout.shard_of, warcs):
        write_older(path, older / path.name, dice)
    return World(layout, older, warcs)


def write_older(path: Path, out: Path, dice: random.Random) -> None:
    """Write a shard in which some articles are skips, some skips articles, and some texts longer."""
    about = shard.about(path)
    assert about is not None
    out.parent.mkdir(exist_ok=True)
    with shard.Writer(out) as writer:
        for item in shard.read(path):
            writer.add(worse(item, dice) if dice.random() < 0.3 else item)
        writer.close(header=replace(about.header, recipe="{}"), hosts=about.hosts)


def worse(item: Document | Skip, dice: random.Random) -> Document | Skip:
    same = {name: getattr(item, name) for name in ("id", "url", "site", "captured", "status", "origin")}
    if isinstance(item, Document) and dice.random() < 0.5:
        return Skip(**same, reason=dice.choice((Reason.SOFT_404, Reason.EMPTY, Reason.LIST)), detail="")
    if isinstance(item, Document):
        return replace(
            item, text=item.text + "\n打印本页", title=dice.choice((*TITLES, item.title)), part_of=None, part_no=None
        )
    text = "\n".join(dice.choice(TEXTS))
    return Document(
        **same,
        kind="article",
        title=dice.choice(TITLES),
        text=text,
        script="hans",
        published=dice.choice(("2025-12-01", None)),
        extractor="x",
        confidence=1.0,
        han=len(text),
    )


@pytest.fixture(scope="module", params=range(2))
def world(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> World:
    return make_world(tmp_path_factory.mktemp("world"), request.param)


# One thing that happens to a WARC file: it is closed and indexed, cleaned by an older cleaner, cleaned.
STEPS = ("closed", "older", "cleaned")


def arrive(world: World, layout: Layout, warc: Path, step: str) -> None:
    """Put the next file of a WARC file into an archive."""

    def put(source: Path, target: Path) -> None:
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(source, target)

    here = layout.root / warc.relative_to(world.layout.root)
    if step == "closed":
        put(warc, here)
        put(world.layout.index_of(warc), layout.index_of(here))
        entry = fixity.read(world.layout).entries[fixity.name_of(world.layout, warc)]
        event = fixity.Event(event="closed", path=fixity.name_of(layout, here), size=entry.size, sha256=entry.sha256)
        fixity.append(layout, event)
    elif step == "older":
        put(world.older / world.layout.shard_of(warc).name, layout.shard_of(here))
    else:
        put(world.layout.shard_of(warc), layout.shard_of(here))


def answers(layout: Layout) -> Iterator[tuple[str, object]]:
    """All that users can ask the catalogue, apart from the order of documents of one day."""
    chosen = {
        "export": query.Filter(),
        "all captures": query.Filter(versions=True),
        "equal texts once": query.Filter(collapse="equal"),
        "near copies once": query.Filter(collapse="near"),
        "the versions of b, once": query.Filter(collapse="equal", versions=True, site="b"),
    }
    for name, wanted in chosen.items():
        yield name, [jsonl.line(document) for document in query.documents(layout, wanted)]
    yield "status", query.status(layout)
    yield "skips", sorted(query.skips(layout), key=lambda skip: (skip.id, skip.captured or ""))
    for since in ("2020", "20260105", "20260120"):
        yield f"changes since {since}", changes.changes(layout, since)
        yield f"counted changes since {since}", changes.page(layout, since, size=5, number=2)
    with query.catalogue(layout) as db:
        urls = [url for (url,) in db.execute("SELECT DISTINCT url FROM captures ORDER BY url")]
        ids = [id_ for (id_,) in db.execute("SELECT DISTINCT id FROM documents ORDER BY id")]
    for url in urls:
        yield f"versions of {url}", timeline.versions(layout, url)
        yield f"captures of {url}", timeline.captures(layout, url)
    yield "skipped", query.skipped(layout, urls)
    for id_ in ids:
        yield f"copies of {id_}", (query.copies_of(layout, id_), query.duplicate_of(layout, id_))
    yield "pairs", [*reprints.pairs(layout)]
    searcher = Searcher(layout)
    for words in ("统战", "座谈会", "凝聚力量", "企业 OR 乡村", "copies:yes", "versions:yes 统战", "gone:yes"):
        yield f"search {words}", asked(searcher, words)
    yield "frequency", searcher.frequency(["凝聚", "企业"], period="day")


def asked(searcher: Searcher, words: str) -> object:
    found = searcher.find(words, size=1000)
    return found.total, sorted(map(repr, found.hits)), found.facets, found.histogram


def differing(world: World, seed: int) -> dict[str, tuple[object, object]]:
    """The answers that a rebuild changes, after the files of an archive came in random order, with updates between."""
    dice = random.Random(seed)  # noqa: S311 - no secret
    steps = {warc: [step for step in STEPS if step != "older" or dice.random() < 0.5] for warc in world.warcs}
    order = [warc for warc, every in steps.items() for _ in every]
    dice.shuffle(order)
    often = dice.choice((0.1, 0.3, 0.8))
    with tempfile.TemporaryDirectory() as name:
        layout = Layout(root=Path(name))
        for warc in order:
            arrive(world, layout, warc, steps[warc].pop(0))
            if dice.random() < often:
                build.update(layout, thrifty=True)
        build.update(layout)
        followed = dict(answers(layout))
        build.rebuild(layout)
        return {ask: (followed.get(ask), said) for ask, said in answers(layout) if said != followed.get(ask)}


@pytest.mark.parametrize("seed", range(4))
def test_any_order_of_partial_updates_gives_the_answers_of_a_rebuild(world: World, seed: int) -> None:
    assert differing(world, seed) == {}


def test_a_page_that_says_it_is_gone_is_deleted_though_the_catalogue_knew_its_capture_first(tmp_path: Path) -> None:
    layout = Layout(root=tmp_path)
    write_warc(layout, "a", [("http://a.cn/1.html", plain_article("座谈会召开", PROSE * 3))], day=1)
    clean(layout)
    build.update(layout)
    write_warc(layout, "a", [("http://a.cn/1.html", MISSING)], day=5)
    # The crawl of another site ends before this file is cleaned.
    build.update(layout)
    clean(layout)
    build.update(layout)
    assert [(each.what, each.seen[:8]) for each in changes.changes(layout, "2026")] == [
        ("deleted", "20260105"),
        ("new", "20260101"),
    ]
    assert [document.gone for document in query.documents(layout, query.Filter())] == ["2026-01-05"]
