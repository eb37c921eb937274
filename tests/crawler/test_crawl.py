"""Crawls as the command line runs them: to the end, interrupted, killed, locked out, out of space."""

from __future__ import annotations

import os
import re
import shutil
import signal
import sqlite3
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing
from pathlib import Path
from urllib.parse import urlsplit

import loaded
import pytest
from little_server import Answer, serving

from archive.catalogue import query
from archive.layout import Layout
from archive.text.document import Document
from archive.warc import reader, verify
from archive.warc.record import Record
from crawler import practice
from crawler.queue.entries import State
from crawler.queue.frontier import Frontier
from crawler.wire.missing import NAME

SITE = "trs"
# The cleaning is another room's; one test below goes through it.
PROGRAM = """
import os, sys, crawler.settings
crawler.settings.CLEAN_AFTER_CRAWL = "--clean" in sys.argv
crawler.settings.RETRY_WAIT = 1
crawler.settings.FREE_BYTES = int(os.environ.get("FREE", crawler.settings.FREE_BYTES))
from crawler.cli import main
sys.argv = ["cundang", *(word for word in sys.argv[1:] if word != "--clean")]
main()
"""


def command(data: Path, sites: Path, *words: str) -> list[str]:
    return [sys.executable, "-c", PROGRAM, "--data", str(data), "--sites", str(sites), *words]


def cundang(data: Path, sites: Path, *words: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return loaded.run(command(data, sites, *words), env=os.environ | environment, timeout=300)


@pytest.fixture
def server(tmp_path: Path) -> Iterator[practice.Server]:
    with practice.Server(log=tmp_path / "server.jsonl") as server:
        practice.write_sites(tmp_path / "sites", server.port)
        yield server


def served(server: practice.Server) -> Counter[str]:
    return Counter(entry.target for entry in server.served() if entry.site == SITE and NAME not in entry.target)


def planted(server: practice.Server) -> set[str]:
    return {urlsplit(article.url).path for article in practice.planted(SITE, server.port)}


def kept(data: Path) -> Counter[tuple[str, str]]:
    """(record type, path of the URL) of all responses and revisits."""
    found: Counter[tuple[str, str]] = Counter()
    for warc in Layout(root=data).warcs():
        for record in reader.records(warc):
            assert isinstance(record, Record), record
            if record.kind in ("response", "revisit") and NAME not in record.url:
                found[record.kind, urlsplit(record.field("WARC-Target-URI")).path] += 1
    return found


def answered(data: Path) -> set[str]:
    """The paths that the state says were answered, well or with an error: what was acknowledged."""
    with closing(sqlite3.connect(Layout(root=data).state(SITE))) as db:
        return {
            urlsplit(url).path for (url,) in db.execute("SELECT url FROM address WHERE state IN ('done', 'failed')")
        }


def assert_whole(data: Path) -> None:
    layout = Layout(root=data)
    assert list(layout.open_warcs()) == []
    for warc in layout.warcs():
        assert list(verify.verify(warc)) == []
        assert layout.index_of(warc).exists()


def begin(server: practice.Server, data: Path, sites: Path, pages: int) -> subprocess.Popen[str]:
    """A crawl that has been answered so many times."""
    child = subprocess.Popen(
        command(data, sites, "crawl", SITE), stderr=subprocess.PIPE, text=True, start_new_session=True
    )
    until(lambda: sum(served(server).values()) >= pages)
    return child


def until(what: Callable[[], bool]) -> None:
    end = time.monotonic() + 90
    while not what():
        assert time.monotonic() < end
        time.sleep(0.01)


def test_every_article_once_and_the_second_crawl_adds_revisits(server: practice.Server, tmp_path: Path) -> None:
    data, sites = tmp_path / "data", tmp_path / "sites"
    first = cundang(data, sites, "crawl", SITE, "--clean")
    assert first.returncode == 0, first.stderr
    assert "finished" in first.stderr
    articles = planted(server)
    captures = kept(data)
    assert {path for kind, path in captures if kind == "response"} >= articles
    assert {captures["response", path] for path in articles} == {1}
    # Pictures may stand at two addresses; an article is never kept as another's.
    assert not [path for kind, path in captures if kind == "revisit" and path in articles]
    assert set(served(server).values()) == {1}
    assert_whole(data)
    # CleanAfterCrawl has run the command.
    layout = Layout(root=data)
    assert all(layout.shard_of(warc).exists() for warc in layout.warcs())

    server.visit(2)
    changed = {urlsplit(a.url).path for a in practice.planted(SITE, server.port) if a.changed_on_visit_2}
    second = cundang(data, sites, "crawl", "--full", SITE)
    assert second.returncode == 0, second.stderr
    again = kept(data)
    again.subtract(captures)
    assert {path for kind, path in again if kind == "response" and again[kind, path]} & articles == changed
    assert {again["revisit", path] for path in articles - changed} == {1}
    # What robots.txt said is kept for a day.
    assert {path for path, n in served(server).items() if n != 2} == {"/robots.txt"}


@pytest.mark.fault(rows=[46])
def test_ctrl_c_finishes_the_batch_and_the_next_crawl_goes_on(server: practice.Server, tmp_path: Path) -> None:
    data, sites = tmp_path / "data", tmp_path / "sites"
    child = begin(server, data, sites, 40)
    child.send_signal(signal.SIGINT)
    _, talk = child.communicate(timeout=300)
    assert child.returncode == 5, talk
    assert "interrupted" in talk
    assert_whole(data)
    # All that the server answered is acknowledged.
    assert answered(data) == set(served(server)) - {"/robots.txt"}
    end = cundang(data, sites, "crawl", SITE)
    assert end.returncode == 0, end.stderr
    counts = served(server)
    assert set(counts.values()) == {1}
    assert planted(server) <= set(counts)


@pytest.mark.fault(rows=[46])
def test_a_second_ctrl_c_ends_it_at_once_and_the_next_crawl_heals(tmp_path: Path) -> None:
    data, sites = tmp_path / "data", tmp_path / "sites"
    text = "统战部召开会议，传达学习精神，研究部署工作。" * 9
    paths = [f"/xw/202002/t20200219_{n}.html" for n in range(6)]
    released = threading.Event()

    def routes(path: str, _: object) -> Answer | None:
        if path == "/":
            return Answer("".join(f"<a href='{path}'>会议</a>" for path in paths))
        if path == paths[-1]:
            released.wait(60)  # the first Ctrl-C waits for what is on the wire
        return Answer(status=404) if path == "/robots.txt" else Answer(f"<h1>会议</h1><p>{text}</p><p>{path}</p>")

    with serving(routes) as little:
        little.site(sites)
        child = subprocess.Popen(
            command(data, sites, "crawl", "little"), stderr=subprocess.PIPE, text=True, start_new_session=True
        )
        until(lambda: little.counts[paths[-1]] == 1)
        child.send_signal(signal.SIGINT)
        with pytest.raises(subprocess.TimeoutExpired):
            child.wait(1)
        child.send_signal(signal.SIGINT)
        _, talk = child.communicate(timeout=300)
        assert child.returncode == 5, talk
        assert "stopped at once" in talk
        assert "Traceback" not in talk
        released.set()
        again = cundang(data, sites, "crawl", "little")
    assert again.returncode == 0, again.stderr
    assert_whole(data)
    captures = kept(data)
    assert {captures["response", path] for path in paths} == {1}
    assert little.counts[paths[0]] == 1


@pytest.mark.parametrize("pages", [5, 100])
@pytest.mark.fault(rows=[18, 25])
def test_kill_loses_nothing_that_was_acknowledged(server: practice.Server, tmp_path: Path, pages: int) -> None:
    data, sites = tmp_path / "data", tmp_path / "sites"
    child = begin(server, data, sites, pages)
    child.kill()
    child.communicate()
    acknowledged, before = answered(data), served(server)
    again = cundang(data, sites, "crawl", SITE)
    assert again.returncode == 0, again.stderr
    assert_whole(data)
    captures = kept(data)
    counts = served(server)
    assert acknowledged <= {path for _, path in captures}
    # What was acknowledged is not asked for again, the rest at most once more.
    assert {path for path in acknowledged if counts[path] != 1} <= {"/robots.txt"}
    assert max((counts - before).values()) == 1
    assert planted(server) <= {path for _, path in captures}
    # What came before the kill and was healed is not kept twice.
    assert {captures["response", path] for path in planted(server)} == {1}
    frontier = Frontier(Layout(root=data).state(SITE), read_only=True)
    assert frontier.report.counts()[State.LEASED] == frontier.report.counts()[State.PENDING] == 0
    assert frontier.unfinished_since() is None
    frontier.close()


@pytest.mark.fault(rows=[24])
def test_a_second_crawl_of_the_site_exits_and_names_the_holder(server: practice.Server, tmp_path: Path) -> None:
    data, sites = tmp_path / "data", tmp_path / "sites"
    slow = sites / f"{SITE}.toml"
    slow.write_text(re.sub(r"(?m)^delay\b.*", "delay = 1.0", slow.read_text("utf-8")), "utf-8")
    child = begin(server, data, sites, 3)
    second = cundang(data, sites, "crawl", SITE)
    other = cundang(data, sites, "crawl", "aspnet", "--max-pages", "5")
    child.send_signal(signal.SIGTERM)
    _, talk = child.communicate(timeout=300)
    assert second.returncode == 4
    assert f"process {child.pid}" in second.stderr
    assert other.returncode == 0, other.stderr
    assert child.returncode == 5, talk
    assert_whole(data)


def test_several_sites_run_side_by_side_and_stop_together(server: practice.Server, tmp_path: Path) -> None:
    data, sites = tmp_path / "data", tmp_path / "sites"
    keys = list(practice.SITES)[:2]
    child = subprocess.Popen(
        command(data, sites, "crawl", *keys), stderr=subprocess.PIPE, text=True, start_new_session=True
    )
    until(lambda: {entry.site for entry in server.served()} >= set(keys))
    child.send_signal(signal.SIGINT)
    _, talk = child.communicate(timeout=300)
    assert child.returncode == 5, talk
    assert all(f"{key}: " in talk for key in keys)
    assert_whole(data)


@pytest.mark.fault(rows=[46])
def test_children_stop_when_their_parent_is_killed(server: practice.Server, tmp_path: Path) -> None:
    data, sites = tmp_path / "data", tmp_path / "sites"
    keys = list(practice.SITES)[:2]
    child = subprocess.Popen(command(data, sites, "crawl", *keys), start_new_session=True)
    until(lambda: {entry.site for entry in server.served()} >= set(keys))
    tasks = Path(f"/proc/{child.pid}/task").glob("*/children")
    children = [Path("/proc") / pid for path in tasks for pid in path.read_text().split()]
    assert len(children) == 1, "one process crawls both"
    child.kill()
    child.wait()
    # One that has ended, and waits for its new parent to look, has no executable any more.
    until(lambda: not any(os.path.lexists(path / "exe") and is_alive(path) for path in children))
    for key in keys:
        again = cundang(data, sites, "crawl", key, "--max-pages", "1")
        assert again.returncode == 0, again.stderr
    assert_whole(data)


def is_alive(process: Path) -> bool:
    try:
        return (process / "stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


def test_status_says_what_is_unfinished_and_what_goes_on_with_it(tmp_path: Path) -> None:
    data, sites = tmp_path / "data", tmp_path / "sites"
    text = "统战部召开会议，传达学习精神，研究部署工作。" * 9
    held, released = threading.Event(), threading.Event()

    def routes(path: str, _: object) -> Answer | None:
        if path == "/":
            return Answer("".join(f"<a href='/xw/202002/t20200219_{n}.html'>会议</a>" for n in range(4)))
        if path.endswith("_2.html") and not released.is_set():
            held.set()
            released.wait(60)
        return Answer(status=404) if path == "/robots.txt" else Answer(f"<h1>会议</h1><p>{text}</p><p>{path}</p>")

    def says() -> str:
        shown = cundang(data, sites, "status")
        assert shown.returncode == 0, shown.stderr
        (line,) = shown.stdout.splitlines()
        return line.partition("! ")[2]

    with serving(routes) as little:
        little.site(sites)
        child = subprocess.Popen(command(data, sites, "crawl", "little"), stderr=subprocess.DEVNULL)
        assert held.wait(60)
        assert says() == "running: it is being crawled"
        child.kill()
        child.wait()
        assert says() == "killed: its last crawl did not end. Run: cundang crawl little"
        released.set()
        assert cundang(data, sites, "crawl", "little").returncode == 0
    assert says().endswith("WARC files are not cleaned. Run: cundang clean")
    assert cundang(data, sites, "clean").returncode == 0
    assert says() == ""
    Layout(root=data).catalogue.unlink()
    assert says() == "there is no catalogue. Run: cundang rebuild --catalogue"
    assert cundang(data, sites, "rebuild", "--catalogue").returncode == 0
    with closing(sqlite3.connect(Layout(root=data).catalogue)) as db, db:
        db.execute("UPDATE about SET version = 1")
    assert says() == "another version of cundang made the catalogue. Run: cundang rebuild --catalogue"


@pytest.mark.fault(rows=[18, 26])
def test_a_lost_state_knows_the_archive_again_and_pages_nobody_read_are_not_fetched_twice(tmp_path: Path) -> None:
    data, sites = tmp_path / "data", tmp_path / "sites"
    layout = Layout(root=data)
    text = "统战部召开会议，传达学习精神，研究部署工作。" * 9

    def routes(path: str, _: object) -> Answer | None:
        if path == "/":
            return Answer("".join(f"<a href='/xw/202002/t20200219_{n}.html'>会议</a>" for n in range(8)))
        return Answer(status=404) if path == "/robots.txt" else Answer(f"<h1>会议</h1><p>{text}</p><p>{path}</p>")

    with serving(routes) as little:
        little.site(sites)
        assert cundang(data, sites, "crawl", "little").returncode == 0
        asked = little.counts
        # As after kill -9 just before the first acknowledgement: the file is open, the state knows nothing of it.
        (warc,) = layout.warcs()
        warc.rename(f"{warc}.open")
        shutil.rmtree(data / "index")
        shutil.rmtree(data / "state")
        assert cundang(data, sites, "crawl", "little").returncode == 0
        assert little.counts - asked == Counter({"/robots.txt": 1})
        before = kept(data)
        assert {n for (_, path), n in before.items() if path != "/robots.txt"} == {1}

        # A state that is lost later: all is asked for, and known.
        shutil.rmtree(data / "state")
        assert cundang(data, sites, "crawl", "little").returncode == 0
        again = kept(data)
        again.subtract(before)
        assert {kind for kind, path in again if again[kind, path] and path != "/robots.txt"} == {"revisit"}
    assert_whole(data)


@pytest.mark.fault(rows=[13])
def test_what_a_server_calls_unmodified_is_kept_as_such_and_its_document_stays(tmp_path: Path) -> None:
    data, sites = tmp_path / "data", tmp_path / "sites"
    layout = Layout(root=data)
    text = "统战部召开会议，传达学习精神，研究部署工作。" * 9
    paths = [f"/xw/202002/t20200219_{n}.html" for n in range(4)]

    def routes(path: str, headers: Mapping[str, str]) -> Answer | None:
        if path == "/":
            return Answer("".join(f"<a href='{path}'>会议</a>" for path in paths))
        if path == "/robots.txt":
            return Answer(status=404)
        # Half of the pages by their ETag, half by their date.
        stamp = {"ETag": f'"{path}"'} if path in paths[:2] else {"Last-Modified": "Wed, 19 Feb 2020 08:00:00 GMT"}
        asked = {"ETag": headers.get("If-None-Match"), "Last-Modified": headers.get("If-Modified-Since")}
        if all(asked[name] == value for name, value in stamp.items()):
            return Answer(status=304, headers=stamp)
        return Answer(f"<title>会议</title><h1>会议</h1><p>{text}</p><p>会议见于{path}。</p>", headers=stamp)

    def documents() -> dict[str, Document]:
        return {document.url: document for document in query.documents(layout, query.Filter())}

    with serving(routes) as little:
        little.site(sites)
        first = cundang(data, sites, "crawl", "little", "--clean")
        assert first.returncode == 0, first.stderr
        before = documents()
        assert {f"{little.base}{path}" for path in paths} <= before.keys()
        (old,) = layout.warcs()
        second = cundang(data, sites, "crawl", "little", "--full", "--clean")
        assert second.returncode == 0, second.stderr
        assert {little.counts[path] for path in paths} == {2}
        assert documents() == before
    originals = {capture.url: capture for capture in reader.read(old)}
    (new,) = (warc for warc in layout.warcs() if warc != old)
    records = [record for record in reader.records(new) if isinstance(record, Record)]
    for path in paths:
        url = f"{little.base}{path}"
        revisit, request, _ = (record for record in records if record.url == url)
        assert (revisit.kind, request.kind) == ("revisit", "request")
        assert revisit.field("WARC-Profile").endswith("/revisit/server-not-modified")
        assert revisit.field("WARC-Refers-To") == f"<{originals[url].id}>"
        assert revisit.field("WARC-Refers-To-Target-URI") == url
        assert revisit.block.startswith(b"HTTP/1.1 304 Not Modified\r\n")
        assert revisit.block.endswith(b"\r\n\r\n")
        named = b"If-None-Match: " + f'"{path}"'.encode() if path in paths[:2] else b"If-Modified-Since: Wed, 19 Feb"
        assert named in request.block
    assert "5 pages" in second.stderr
    assert "5 of them unchanged" in second.stderr
    assert_whole(data)


def flip(state: Path) -> None:
    whole = state.read_bytes()
    state.write_bytes(whole[:8192] + bytes(byte ^ 0xFF for byte in whole[8192:16384]) + whole[16384:])


def cut(state: Path) -> None:
    os.truncate(state, state.stat().st_size // 2)


def overwrite(state: Path) -> None:
    state.write_bytes(b"no database, but long enough to be asked about. " * 100)


@pytest.mark.parametrize("damage", [flip, cut, overwrite])
@pytest.mark.fault(rows=[26])
def test_a_damaged_state_is_set_aside_and_the_archive_is_known_again(
    tmp_path: Path, damage: Callable[[Path], None]
) -> None:
    data, sites = tmp_path / "data", tmp_path / "sites"
    state = Layout(root=data).state("little")
    text = "统战部召开会议，传达学习精神，研究部署工作。" * 9

    def routes(path: str, _: object) -> Answer | None:
        if path == "/":
            return Answer("".join(f"<a href='/xw/202002/t20200219_{n}.html'>会议</a>" for n in range(30)))
        return Answer(status=404) if path == "/robots.txt" else Answer(f"<h1>会议</h1><p>{text}</p><p>{path}</p>")

    with serving(routes) as little:
        little.site(sites)
        assert cundang(data, sites, "crawl", "little").returncode == 0
        before = kept(data)
        damage(state)
        damaged = state.read_bytes()
        asked = cundang(data, sites, "status", "--missing")
        again = cundang(data, sites, "crawl", "little")
    # Who only looks is told, and changes nothing.
    assert asked.returncode == 1, asked.stderr
    assert "damaged" in asked.stderr
    assert again.returncode == 0, again.stderr
    (aside,) = (path for path in state.parent.glob("little.damaged-*") if not path.name.endswith(("-wal", "-shm")))
    assert aside.read_bytes() == damaged
    assert aside.name in again.stderr
    # Every page is known: nothing is kept a second time, nothing is gone.
    after = kept(data)
    assert {path for kind, path in after if kind == "response"} == {path for _, path in before}
    assert {n for (kind, path), n in after.items() if kind == "response" and path != "/robots.txt"} == {1}
    assert {path for kind, path in after if kind == "revisit"} >= {f"/xw/202002/t20200219_{n}.html" for n in range(30)}
    assert_whole(data)


@pytest.mark.fault(rows=[31])
def test_an_unreachable_site_is_said_to_be_one(tmp_path: Path) -> None:
    with serving(lambda *_: None) as little:
        little.site(tmp_path / "sites")
    (tmp_path / "sites" / "another.toml").write_text("name = 1", encoding="utf-8")
    start = time.monotonic()
    ended = cundang(tmp_path / "data", tmp_path / "sites", "crawl", "little")
    assert ended.returncode == 1, "a mistake in another site's file keeps nobody from crawling this one"
    assert f"no page was fetched from {little.host}" in ended.stderr
    assert "Traceback" not in ended.stderr
    # The usual waits between tries, a minute and more, are for hosts that have answered before.
    assert time.monotonic() - start < 90


def test_what_an_interrupted_visit_left_may_be_gone(tmp_path: Path) -> None:
    """The only address that is left is 404: the site is there, and what came before is cleaned."""
    text = "统战部召开会议，传达学习精神，研究部署工作。" * 9

    def routes(path: str, _: object) -> Answer | None:
        if path == "/":
            return Answer("".join(f"<li><a href='/{n}.html'>会议{n}</a> 2020-02-1{n}</li>" for n in (1, 2, 3)))
        if path in ("/1.html", "/2.html"):
            return Answer(f"<title>会议{path[1]}</title><h1>会议{path[1]}</h1><p>{text}</p>")
        return Answer(status=404)

    with serving(routes) as little:
        little.site(tmp_path / "sites")
        first = cundang(tmp_path / "data", tmp_path / "sites", "crawl", "little", "--max-pages", "3")
        ended = cundang(tmp_path / "data", tmp_path / "sites", "crawl", "little")
    assert first.returncode == 0, first.stderr
    assert (ended.returncode, "unreachable" in ended.stderr, "no page was fetched" in ended.stderr) == (0, False, False)
    assert "not captured: 1 http_404" in ended.stderr
    assert "little: finished." in ended.stderr


@pytest.mark.fault(rows=[31])
def test_a_site_that_is_gone_is_asked_again_by_each_crawl(tmp_path: Path) -> None:
    text = "统战部召开会议，传达学习精神，研究部署工作。" * 9

    def routes(path: str, _: object) -> Answer | None:
        if path == "/":
            return Answer("<a href='/xw/202002/t20200219_1.html'>会议</a>")
        return Answer(status=404) if path == "/robots.txt" else Answer(f"<h1>会议</h1><p>{text}</p><p>{path}</p>")

    with serving(routes) as little:
        little.site(tmp_path / "sites")
        assert cundang(tmp_path / "data", tmp_path / "sites", "crawl", "little").returncode == 0
    for _ in range(3):
        ended = cundang(tmp_path / "data", tmp_path / "sites", "crawl", "little")
        assert ended.returncode == 1, ended.stderr
        assert f"no page was fetched from {little.host}" in ended.stderr
        assert "finished" not in ended.stderr


def test_a_crawl_beyond_this_machine_needs_a_contact(tmp_path: Path) -> None:
    sites = tmp_path / "sites"
    sites.mkdir()
    (sites / "far.toml").write_text(
        'name = "远"\nhosts = ["www.far.invalid"]\n[crawl]\nstart = ["http://www.far.invalid/"]'
    )
    ended = cundang(tmp_path / "data", sites, "crawl", "far", CUNDANG_CONTACT="")
    assert ended.returncode == 2
    assert "CUNDANG_CONTACT" in ended.stderr
    unknown = cundang(tmp_path / "data", sites, "crawl", "near")
    assert unknown.returncode == 2
    assert "near: no such site" in unknown.stderr
    assert "cundang sites list" in unknown.stderr


FULL = """
set -e
mount -t tmpfs -o size=$((600 * 1024 + FREE)) none "$1"
set +e
shift
"$@" crawl little; echo "exit $?"
df --output=avail -B 1 "$DATA" | tail -n 1
mount -o remount,size=50m none "$DATA"
"$@" crawl little; echo "exit $?"
cp -r "$DATA" "$KEPT"
"""


# When a crawl ends, its state stands twice on the disk for a moment, 200 KB of it here.
@pytest.mark.parametrize("left_free", [0, 600_000])
@pytest.mark.fault(rows=[20])
def test_a_full_disk_ends_the_crawl_with_its_own_code_and_room_lets_it_go_on(tmp_path: Path, left_free: int) -> None:
    data, kept_data = tmp_path / "data", tmp_path / "kept"
    data.mkdir()
    may = (
        subprocess.run(["unshare", "-Urm", "true"], check=False, capture_output=True)
        if shutil.which("unshare")
        else None
    )
    if may is None or may.returncode:
        pytest.skip("this machine lets nobody mount a small disk of their own")

    def routes(path: str, _: object) -> Answer | None:
        if path == "/":
            return Answer("".join(f"<a href='/xw/202002/t20200219_{n}.html'>会议</a>" for n in range(40)))
        # Bytes that do not compress.
        return Answer("<p>统战</p>" + os.urandom(15_000).hex()) if path != "/robots.txt" else Answer(status=404)

    with serving(routes) as little:
        little.site(tmp_path / "sites")
        crawl = command(data, tmp_path / "sites")
        ended = subprocess.run(
            ["unshare", "-Urm", "sh", "-c", FULL, "sh", str(data), *crawl],
            env=os.environ | {"DATA": str(data), "KEPT": str(kept_data), "FREE": str(left_free)},
            capture_output=True,
            text=True,
            check=False,
            timeout=300,
        )
    first, free, second, *_ = ended.stdout.split("\n")
    assert (first, second) == ("exit 3", "exit 0"), ended.stderr
    # What was on the wire when the room ended is still written: a page.
    assert left_free - 60_000 < int(free) < left_free + 200_000
    assert ("are free, and a crawl leaves" in ended.stderr) == bool(left_free)
    assert "Traceback" not in ended.stderr
    assert_whole(kept_data)
    captured = {path for kind, path in kept(kept_data) if kind == "response"}
    assert {f"/xw/202002/t20200219_{n}.html" for n in range(40)} <= captured


@pytest.mark.fault(rows=[20])
def test_with_too_little_room_a_crawl_does_not_begin(tmp_path: Path) -> None:
    with serving(lambda *_: Answer("<p>统战</p>")) as little:
        little.site(tmp_path / "sites")
        ended = cundang(tmp_path / "data", tmp_path / "sites", "crawl", "little", FREE=str(2**62))
        assert little.asked == []
    assert ended.returncode == 3
    assert "are free, and a crawl leaves" in ended.stderr
    assert "Traceback" not in ended.stderr
