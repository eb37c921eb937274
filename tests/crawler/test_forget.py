"""A page that was taken down stays out of crawl, import, clean, catalogue, search and export."""

from __future__ import annotations

import gzip
import hashlib
import io
import json
import os
import shutil
import sqlite3
import subprocess
import sys
import zlib
from contextlib import closing, suppress
from datetime import UTC, datetime
from pathlib import Path

import loaded
import pytest
from captures import archive_of, article, write_warc
from little_server import Answer, serving
from warcio.archiveiterator import ArchiveIterator

from archive.catalogue import agree, query
from archive.catalogue.search import Searcher
from archive.corpus import forget as archived
from archive.corpus import ingest, reclean, shard
from archive.errors import DataError, UsageError
from archive.export import jsonl
from archive.layout import OPEN, Layout
from archive.site import load
from archive.text.document import Document, Reason, Skip
from archive.warc import exclusions, index, reader, verify
from archive.warc.exclusions import Addresses
from archive.warc.reader import whole_records
from archive.warc.surt import surt
from archive.warc.writer import Exchange, Writer
from crawler.forget import forget, look, undo
from crawler.queue.frontier import Frontier
from crawler.queue.heal import acknowledged

PATHS = [f"/xw/202002/t20200219_{n}.html" for n in range(4)]
SECRET = "须撤下的这一句话只在一页上出现"  # noqa: S105 - a sentence
PROSE = "统战部召开会议，传达学习精神，研究部署下一步工作，并提出三点要求。" * 8


def answer(path: str, _: object) -> Answer:
    if path == "/":
        return Answer("".join(f"<li><a href='{p}'>会议在京召开{p[-6]}</a> 2020-02-19</li>" for p in PATHS))
    if path == "/a.jpg":
        return Answer(b"\xff\xd8\xff" + bytes(500), headers={"Content-Type": "image/jpeg"})
    if path not in PATHS:
        return Answer(status=404)
    more = SECRET + "<img src=/a.jpg>" if path == PATHS[1] else "别的话"
    return Answer(f"<title>会议{path[-6]}</title><h1>会议在京召开{path[-6]}</h1><p>{PROSE}</p><p>{more}。{PROSE}</p>")


def cundang(folder: Path, *words: str, code: int = 0) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "crawler.cli", "--data", "data", "--sites", "sites", *words]
    done = loaded.run(command, cwd=folder, timeout=300, env=os.environ)
    assert done.returncode == code, f"{words}: exit {done.returncode}\n{done.stderr[-3000:]}"
    return done


def holders(data: Path) -> set[str]:
    """The first folders, or files, below the data folder that hold the sentence, however packed."""
    found = set()
    for path in data.rglob("*"):
        if not path.is_file():
            continue
        held = path.read_bytes()
        if path.name.endswith(".gz"):
            held = gzip.decompress(held)
        elif path.suffix == ".parquet":
            held = repr(list(shard.read(path))).encode()
        if SECRET.encode() in held or (path.name == "catalogue.sqlite" and is_indexed(path)):
            found.add(path.relative_to(data).parts[0])
    return found


def is_indexed(catalogue: Path) -> bool:
    """The catalogue keeps no text, but an index of its characters, where this one stands in the secret alone."""
    with closing(sqlite3.connect(catalogue)) as db:
        db.execute("CREATE VIRTUAL TABLE temp.terms USING fts5vocab(main, words, row)")
        return db.execute("SELECT 1 FROM temp.terms WHERE term = '撤'").fetchone() is not None


def assert_gone(folder: Path, *, erased: bool = False) -> None:
    data = folder / "data"
    out = folder / "out.jsonl"
    layout = Layout(root=data)
    assert Searcher(layout).find("撤下 versions:yes").total == 0
    jsonl.write(query.documents(layout, query.Filter(versions=True)), out)
    texts = out.read_text("utf-8")
    assert SECRET not in texts
    # The other pages are all there.
    assert all(f"t20200219_{n}.html" in texts for n in (0, 2, 3))
    assert holders(data) == (set() if erased else {"warc"})
    for warc in layout.warcs():
        assert list(verify.verify(warc)) == []
        rows = list(shard.read(layout.shard_of(warc)))
        # Law 1 holds: what was taken down is a Skip.
        assert [row.id for row in rows] == [capture.id for capture in reader.read(warc)]
        for row in rows:
            gone = row.url.endswith(PATHS[1])
            assert not (gone and isinstance(row, Document))
            assert gone == (isinstance(row, Skip) and row.reason is Reason.FORGOTTEN)


def derived(layout: Layout) -> dict[Path, bytes]:
    return {path: path.read_bytes() for path in (*layout.shards(), *layout.indexes())}


@pytest.mark.fault(rows=[44])
def test_what_was_taken_down_comes_back_in_no_way(tmp_path: Path) -> None:
    data = tmp_path / "data"
    layout = Layout(root=data)
    with serving(answer) as little:
        little.site(tmp_path / "sites")
        url = little.base + PATHS[1]
        cundang(tmp_path, "crawl", "little")
        assert holders(data) == {"warc", "corpus", "catalogue.sqlite"}
        with pytest.raises(AssertionError):  # the check can fail
            assert_gone(tmp_path)
        (warc,) = layout.warcs()
        shutil.copy(warc, tmp_path / "copy.warc.gz")

        told = cundang(tmp_path, "forget", url, little.base + "/slip.html", "--reason", "本人要求")
        assert warc.name in told.stdout
        assert [line.split()[:2] for line in told.stdout.splitlines() if line.startswith("unknown")] == [
            ["unknown", f"{little.base}/slip.html:"]
        ]
        assert "本人要求" in cundang(tmp_path, "show", url, code=2).stderr
        assert_gone(tmp_path)
        assert list(reclean.stale(reclean.look(layout, load(tmp_path / "sites")))) == []

        # Every derived file, and the state, deleted and made again.
        before = derived(layout)
        for name in ("index", "corpus", "state", "catalogue.sqlite"):
            path = data / name
            shutil.rmtree(path) if path.is_dir() else path.unlink()
        cundang(tmp_path, "rebuild")
        assert derived(layout) == before
        assert_gone(tmp_path)

        # Asked for by no crawl, whose state is new.
        cundang(tmp_path, "crawl", "little")
        assert little.counts[PATHS[1]] == 1
        assert little.counts[PATHS[2]] == 2
        with closing(Frontier(layout.state("little"), read_only=True)) as frontier:
            assert "forgotten" in frontier.report.reasons()

    # Neither as a saved page nor in a WARC file.
    saved = tmp_path / "saved"
    saved.mkdir()
    (saved / "page.html").write_text(answer(PATHS[1], None).body, "utf-8")  # type: ignore[arg-type]
    (saved / "meta.json").write_text(json.dumps({"url": url.replace("http", "HTTP") + "#top"}), "utf-8")
    said = cundang(tmp_path, "import", "saved", "copy.warc.gz", "--json").stdout.splitlines()
    assert [json.loads(line)["note"] for line in said] == [
        "was taken down (see `cundang forget`)",
        "3 records left out: was taken down (see `cundang forget`)",
    ]
    assert_gone(tmp_path)

    # Without the line the page would be back.
    kept = layout.exclusions.read_bytes()
    layout.exclusions.unlink()
    assert len(list(reclean.stale(reclean.look(layout, load(tmp_path / "sites"))))) == 1
    layout.exclusions.write_bytes(kept)

    checksum = hashlib.sha256(warc.read_bytes()).hexdigest()
    others = [capture for capture in reader.read(warc) if not capture.url.endswith(PATHS[1])]
    said = cundang(tmp_path, "forget", url, "--erase", "--yes", "--json").stdout.splitlines()
    assert_gone(tmp_path, erased=True)
    # The picture of the page was asked for from there: its records still say so, also those that were imported.
    names = [one for one in map(json.loads, said) if one.get("what") == "names"]
    assert sorted(one["detail"].split(" of ")[0] for one in names) == [*2 * ["the metadata"], *2 * ["the request"]]
    assert all("/a.jpg " in one["detail"] for one in names)
    assert list(agree.disagreements(layout, acknowledged(layout))) == []
    *_, line = layout.exclusions.read_text("utf-8").splitlines()
    logged = json.loads(line)
    now = data / logged["now"]
    assert (data / logged["erased"], logged["sha256"]) == (warc, checksum)
    assert logged["now_sha256"] == hashlib.sha256(now.read_bytes()).hexdigest()
    assert not warc.exists()
    assert [(c.id, c.body) for c in reader.read(now)] == [(c.id, c.body) for c in others]
    assert len(exclusions.read(layout).erased) == 3
    cundang(tmp_path, "import", "copy.warc.gz")
    assert_gone(tmp_path, erased=True)


@pytest.mark.fault(rows=[44])
def test_a_takedown_without_the_site_files_changes_nothing(tmp_path: Path) -> None:
    layout = archive_of(tmp_path / "data", files=2, pages=2)
    (tmp_path / "sites").mkdir()
    (tmp_path / "none").mkdir()
    for number, key in enumerate(("one", "two")):
        host = f"site{number}.example.cn"
        site = f'name = "{key}"\nhosts = ["{host}"]\n[crawl]\nstart = ["http://{host}/"]\n'
        (tmp_path / "sites" / f"{key}.toml").write_text(site, encoding="utf-8")
    cundang(tmp_path, "clean", "--jobs", "1")
    made = derived(layout)
    url = "http://site0.example.cn/1.html"
    for words in ((), ("--erase", "--yes")):
        said = cundang(tmp_path, "forget", url, *words, "--sites", "none", code=2).stderr
        assert "nothing was changed: the texts of these pages were made with the files of the sites one, which" in said
    assert derived(layout) == made
    assert not layout.exclusions.exists()
    cundang(tmp_path, "forget", url)
    rows = [row for path in layout.shards() for row in shard.read(path)]
    assert [(row.site, isinstance(row, Skip)) for row in rows] == [
        ("one", False), ("one", True), ("two", False), ("two", False)
    ]  # fmt: skip
    # An entry that came from another machine counts, and a clean without the site files says what it makes.
    exclusions.append(
        layout, {"url": "http://site1.example.cn/0.html", "date": "2026-01-01T00:00:00+00:00", "reason": ""}
    )
    said = cundang(tmp_path, "clean", "--jobs", "1", "--sites", "none", code=1).stderr
    assert "site0: its texts were made with the files of the sites one, which are not here: they stay" in said
    assert "site1: pages of it were taken down or allowed again, so its texts are made without the files of" in said
    assert "site1: its texts" not in said


def test_an_exchange_that_somebody_cut_out_and_indexed_anew_is_missed_by_the_crawl(tmp_path: Path) -> None:
    layout = Layout(root=tmp_path / "data")
    with serving(answer) as little:
        little.site(tmp_path / "sites")
        cundang(tmp_path, "crawl", "little")
    assert list(agree.disagreements(layout, acknowledged(layout))) == []
    (warc,) = layout.warcs()
    data = warc.read_bytes()
    cut = [r for r in whole_records(warc) if r.url.endswith(PATHS[2])]
    assert [r.kind for r in cut] == ["response", "request", "metadata"]
    start, end = cut[0].place.offset, cut[-1].place.offset + cut[-1].place.length
    warc.write_bytes(data[:start] + data[end:])
    index.write(layout, warc)
    # What is derived and missing is no disagreement: nothing else tells.
    layout.shard_of(warc).unlink()
    layout.catalogue.unlink()
    assert list(verify.verify(warc)) == list(agree.disagreements(layout)) == []
    told = cundang(tmp_path, "verify", code=1).stdout
    assert told.startswith(f"warc/little/{warc.parent.name}/{warc.name}: offset 0: ")
    assert "\nstate/little.sqlite: offset 0: 1 captures that the crawl acknowledged" in told
    assert f"{cut[0].id} of {little.base}{PATHS[2]}" in told


def test_a_list_of_exclusions_that_cannot_be_read_stops_everything(tmp_path: Path) -> None:
    layout = Layout(root=tmp_path)
    exclusions.append(layout, {"url": "http://h.cn/1.html", "date": exclusions.now(), "reason": ""})
    # A line that a power cut tore was acknowledged to nobody; what is written after it stands.
    with layout.exclusions.open("ab") as file:
        file.write(b'{"url": "http://h.cn/2')
    assert exclusions.read(layout).covering("https://www.h.cn:443/1.html#a")
    exclusions.append(layout, {"url": "http://h.cn/3.html", "date": exclusions.now(), "reason": ""})
    assert exclusions.read(layout).covering("http://h.cn/3.html")
    assert not exclusions.read(layout).covering("http://h.cn/2")
    with layout.exclusions.open("ab") as file:
        file.write(b"no JSON\n")
    with pytest.raises(DataError, match="line 4"):
        exclusions.read(layout)


def exchange(number: int, words: str) -> Exchange:
    # Long and without pattern, so that half of what it is packed to unfolds to something.
    noise = "".join(chr(0x4E00 + n * n % 7919) for n in range(3000))
    body = f"HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=utf-8\r\n\r\n<p>{words}</p>{noise}".encode()
    return Exchange(
        url=f"http://a.cn/{number}.html",
        started=datetime(2026, 1, 1, tzinfo=UTC),
        ip=None,
        request=b"GET / HTTP/1.1\r\n\r\n",
        response=io.BytesIO(body),
    )


def unfolded(data: bytes) -> bytes:
    """The bytes, and what unfolds of each gzip member in them, whole or not."""
    parts = [data]
    at = -1
    while (at := data.find(b"\x1f\x8b\x08", at + 1)) >= 0:
        unfold = zlib.decompressobj(31)
        with suppress(zlib.error):
            parts.extend(unfold.decompress(bytes([byte])) for byte in data[at:])
    return b"".join(parts)


@pytest.mark.fault(rows=[44])
def test_what_was_set_aside_and_left_open_is_erased_too(tmp_path: Path) -> None:
    layout = Layout(root=tmp_path)
    writers = [Writer(layout, "a", warcinfo=()) for _ in range(3)]
    for writer in writers:
        for number, words in enumerate(("别的一页", SECRET, "又一页")):
            writer.exchange(exchange(number, words), lambda *_: None)
    killed, damaged, healthy = writers
    torn = {path: path.read_bytes() for path in layout.open_warcs()}
    for writer in writers:
        writer.close()
    # As if the first had been killed.
    left = killed.closed[0].with_name(killed.closed[0].name + OPEN)
    killed.closed[0].unlink()
    layout.index_of(killed.closed[0]).unlink()
    left.write_bytes(torn[left][:-50])
    # A changed bit in the middle of the page's record, which no reader gives any more.
    warc = damaged.closed[0]
    data = bytearray(warc.read_bytes())
    place = [c.place for c in reader.read(warc)][1]
    data[place.offset + place.length * 3 // 4] ^= 1
    warc.write_bytes(data)
    index.write(layout, warc)
    folder = warc.parent
    (folder / "torn.warc.gz.tail").write_bytes(data[place.offset : place.offset + place.length // 2])
    (folder / "half.warc.gz.7.tmp").write_bytes(data[: place.offset + place.length // 2])
    (folder / "other.warc.gz.tail").write_bytes(data[: place.offset - 5])
    (folder / "noise.warc.gz.tail").write_bytes(b"nothing that can be read")
    holding = {path.name for path in folder.iterdir() if SECRET.encode() in unfolded(path.read_bytes())}
    assert holding == {left.name, warc.name, healthy.closed[0].name, "torn.warc.gz.tail", "half.warc.gz.7.tmp"}

    done = list(forget(layout, ["http://a.cn/1.html"], "", erase=True))

    assert [path.name for path in folder.iterdir() if SECRET.encode() in unfolded(path.read_bytes())] == []
    assert [Path(d.path).name for d in done if d.what == "unread"] == ["noise.warc.gz.tail"]
    assert {path.name for path in layout.leavings()} >= {"other.warc.gz.tail", "noise.warc.gz.tail"}
    assert list(layout.open_warcs()) == []
    kept = sorted(c.url for path in layout.warcs() for c in reader.read(path))
    assert kept == ["http://a.cn/0.html"] * 3 + ["http://a.cn/2.html"] * 3
    lines = [json.loads(line) for line in layout.exclusions.read_text("utf-8").splitlines()]
    assert sum("erased" in line and len(line["sha256"]) == 64 for line in lines) == 5


@pytest.mark.parametrize(
    ("pattern", "covered", "left"),
    [
        (
            "http://a.cn/xw/*",
            ["http://a.cn/xw/1.html", "https://www.a.cn/xw", "http://a.cn/xw/?p=2", "http://a.cn/xw/b/c?d"],
            ["http://a.cn/xwzx/1.html", "http://b.cn/xw/1.html", "http://a.cn/", "http://x.a.cn/xw/1.html"],
        ),
        (
            "http://a.cn/*/bk_*.html",
            ["http://a.cn/zs/bk_1.html", "http://a.cn/a/b/BK_.html"],
            ["http://a.cn/zs/1.html", "http://a.cn/zs/bk_1.htm"],
        ),
        ("http://*.a.cn/*", ["http://x.a.cn/", "https://y.x.a.cn/1"], ["http://a.cn/1", "http://xa.cn/1"]),
        ("http://a.cn/show.php?id=*", ["http://a.cn/show.php?id=5"], ["http://a.cn/show.php", "http://a.cn/"]),
        (
            "http://a.cn/*",
            ["http://a.cn/", "http://a.cn/?a=1", "http://a.cn/x"],
            ["http://a.cn:8080/", "http://a.cn.x/"],
        ),
    ],
)
def test_a_pattern_takes_down_what_it_names(tmp_path: Path, pattern: str, covered: list[str], left: list[str]) -> None:
    layout = Layout(root=tmp_path)
    archived.forget(layout, [pattern], "")
    gone = exclusions.read(layout)
    assert [url for url in covered if not gone.covering(url)] == []
    assert [url for url in left if gone.covering(url)] == []
    (tmp_path / "i.cdxj").write_text("".join(f"{surt(url)} 2024 {{}}\n" for url in (*covered, *left)))
    assert set(gone.touching(tmp_path / "i.cdxj")) == set(map(surt, covered))


@pytest.mark.parametrize("slip", ["*", "http://*/x", "http://*", "http://a.*/x", "http://*.cn/x", "a.cn/*", "统战部"])
def test_what_would_take_down_hosts_of_others_is_refused(tmp_path: Path, slip: str) -> None:
    with pytest.raises(UsageError):
        archived.forget(Layout(root=tmp_path), [slip], "")
    assert not Layout(root=tmp_path).exclusions.exists()


def test_a_folder_is_shown_taken_down_listed_and_allowed_again(tmp_path: Path) -> None:
    data = tmp_path / "data"
    layout = Layout(root=data)
    with serving(answer) as little:
        little.site(tmp_path / "sites")
        url, folder = little.base + PATHS[1], f"{little.base}/xw/*"
        cundang(tmp_path, "crawl", "little")
        before = [document.id for document in query.documents(layout, query.Filter())]
        assert "held" in cundang(tmp_path, "forget", folder, "--dry-run").stdout
        assert not layout.exclusions.exists()
        assert "--yes" in cundang(tmp_path, "forget", folder, "--erase", code=2).stderr
        assert not layout.exclusions.exists()

        cundang(tmp_path, "forget", folder, "--reason", "本人要求")
        assert url not in {document.url for document in query.documents(layout, query.Filter())}
        said = json.loads(cundang(tmp_path, "forget", "--list", "--json").stdout)
        assert (said["url"], said["reason"]) == (folder, "本人要求")
        cundang(tmp_path, "crawl", "little", "--full")
        assert little.counts[PATHS[1]] == 1

        assert f"covered by {folder}" in cundang(tmp_path, "forget", url, "--undo", code=2).stderr
        assert "back" in cundang(tmp_path, "forget", folder, "--undo").stdout
        nothing = cundang(tmp_path, "forget", "--list")
        assert (nothing.stdout, nothing.stderr) == ("", "Nothing is taken down.\n")
        assert sorted(before) == sorted(document.id for document in query.documents(layout, query.Filter()))
        cundang(tmp_path, "crawl", "little", "--full")
        assert little.counts[PATHS[1]] == 2
    assert list(agree.disagreements(layout, acknowledged(layout))) == []


def test_of_an_uncompressed_file_no_line_ends_are_left(shared: Path, tmp_path: Path) -> None:
    layout = Layout(root=tmp_path)
    source = shared / "cases/warc/wacz-glued-input.warc"
    list(ingest.import_paths(layout, [source]))
    (warc,) = layout.warcs()
    assert warc.read_bytes() == source.read_bytes()
    archived.forget(layout, ["http://example.com/"], "")
    now = archived.erase(layout, warc, archived.addresses(["http://example.com/"])).now
    assert now is not None
    with source.open("rb") as file:
        wanted = [r.rec_headers.get_header("WARC-Record-ID") for r in ArchiveIterator(file) if r.rec_type == "warcinfo"]
    with now.open("rb") as file:
        assert [r.rec_headers.get_header("WARC-Record-ID") for r in ArchiveIterator(file)] == wanted
    # An import of the same file leaves out what was taken down, and gives the same bytes.
    again = Layout(root=tmp_path / "again")
    archived.forget(again, ["http://example.com/"], "")
    list(ingest.import_paths(again, [source]))
    assert [imported.read_bytes() for imported in again.warcs()] == [now.read_bytes()]
    assert len(now.read_bytes()) == sum(r.place.length + 4 for r in whole_records(source) if r.kind == "warcinfo")


# One SURT: replay tools take them for one page.
SPELLINGS = [
    "http://a.cn/xw/CASE.html?b=2&a=1",
    "http://a.cn/xw/case.html?b=2&a=1",
    "http://a.cn/xw/CASE.html?a=1&b=2",
    "https://a.cn/xw/CASE.html?b=2&a=1",
    "http://www.a.cn/xw/CASE.html?b=2&a=1",
]


@pytest.mark.parametrize(("more", "left"), [((), SPELLINGS[1:]), (("--spellings",), [])])
@pytest.mark.parametrize("how", [(), ("--erase", "--yes")])
def test_only_the_address_that_was_named_goes(
    tmp_path: Path, more: tuple[str, ...], left: list[str], how: tuple[str, ...]
) -> None:
    layout = Layout(root=tmp_path / "data")
    (tmp_path / "sites").mkdir()
    write_warc(layout, "a", [(url, article(f"第{n}次座谈会", f"{PROSE}{n}")) for n, url in enumerate(SPELLINGS)])
    cundang(tmp_path, "clean")
    named = "HTTP://a.cn:80/xw/%43ASE.html?b=2&a=1#top"
    shown = [line.split()[0] for line in cundang(tmp_path, "forget", named, *more, "--dry-run").stdout.splitlines()]
    assert [shown.count(word) for word in ("held", "other")] == [5 - len(left), len(left)]
    cundang(tmp_path, "forget", named, *more, *how)
    assert sorted(document.url for document in query.documents(layout, query.Filter())) == sorted(left)
    if how:
        assert [capture.url for warc in layout.warcs() for capture in reader.read(warc)] == left
        return
    assert "reading" not in cundang(tmp_path, "clean").stderr
    cundang(tmp_path, "forget", SPELLINGS[0], "--undo")
    assert len(list(query.documents(layout, query.Filter()))) == 5


def test_an_exact_address_is_found_in_an_index_also_with_a_query_and_behind_a_damaged_line() -> None:
    index = b"""cn,a)/ 20260101000000 {"url": "http
cn,a)/ 20260101000000 {"url": 1}
cn,a)/ 2026
cn,a)/?__wb_method=post&a=1 20260101000000 {"url": "http://a.cn/"}
cn,a)/news 20260101000000 no JSON, and not read
cn,a)/x?a=1&b=2 20260101000000 {"url": "http://a.cn/x?b=2&a=1"}
"""
    named = Addresses([], ["http://a.cn/", "http://a.cn/x?b=2&a=1", "http://a.cn/x"]).named_in(index)
    assert named == ("http://a.cn/", "http://a.cn/x?b=2&a=1")


def test_what_an_earlier_version_took_down_stays_in_all_spellings(tmp_path: Path) -> None:
    layout = Layout(root=tmp_path)
    layout.exclusions.write_text(
        json.dumps({"url": SPELLINGS[0], "date": "2026-01-02T03:04:05+00:00", "reason": ""}) + "\n"
    )
    assert all(exclusions.read(layout).covering(url) for url in SPELLINGS)
    archived.undo(layout, SPELLINGS[1:2], "")
    assert not any(exclusions.read(layout).covering(url) for url in SPELLINGS)


def test_of_other_spellings_only_what_stays_is_said_to_stay(tmp_path: Path) -> None:
    layout = Layout(root=tmp_path / "data")
    named, other = SPELLINGS[:2]
    write_warc(layout, "a", [(url, article(f"第{n}次座谈会", PROSE)) for n, url in enumerate((named, other))])
    mistyped = named.replace("CASE", "CAse")
    assert [done.what for done in look(layout, [named, mistyped], erase=False)] == ["held", "other", "unknown"]
    assert [done.what for done in forget(layout, [named], "", erase=False)] == ["held", "other"]
    assert [done.what for done in undo(layout, [named], "")] == ["back"]
    for url, told in ((named, ["held", "other"]), (other, ["held"])):
        assert [done.what for done in forget(layout, [url], "", erase=False)] == told


@pytest.mark.parametrize("erase", [False, True])
def test_taking_one_page_down_cleans_no_other(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, *, erase: bool) -> None:
    layout = archive_of(tmp_path, files=2, pages=12)
    list(reclean.clean(layout, {}))
    shards = {path: path.stat().st_mtime_ns for path in layout.shards()}
    captures = [capture for warc in layout.warcs() for capture in reader.read(warc)]
    with monkeypatch.context() as patched:
        patched.setattr(reclean, "_Pages", lambda _: pytest.fail("its pages are read"))
        for capture in captures[5:7] if not erase else captures[5:6]:
            list(forget(layout, [capture.url], "", erase=erase))
            assert len(list(reclean.clean(layout, {}))) == (0 if erase else 1)
    made = [path.read_bytes() for path in layout.shards()]
    assert sum(path.stat().st_mtime_ns != shards.get(path) for path in layout.shards()) == 1
    rows = [item for path in layout.shards() for item in shard.read(path)]
    assert captures[5].url not in {item.url for item in rows if isinstance(item, Document)}
    assert [item.reason for item in rows if isinstance(item, Skip) and item.url == captures[5].url] == (
        [] if erase else [Reason.FORGOTTEN]
    )
    # They are what cleaning would make.
    list(reclean.clean(layout, {}, every=True))
    assert [path.read_bytes() for path in layout.shards()] == made


def test_a_page_that_is_allowed_again_is_cleaned(tmp_path: Path) -> None:
    layout = archive_of(tmp_path, files=1, pages=3)
    list(reclean.clean(layout, {}))
    (made,) = [path.read_bytes() for path in layout.shards()]
    url = next(reader.read(next(iter(layout.warcs())))).url
    list(forget(layout, [url], "", erase=False))
    list(reclean.clean(layout, {}))
    list(undo(layout, [url], ""))
    list(reclean.clean(layout, {}))
    assert [path.read_bytes() for path in layout.shards()] == [made]
