"""The interface: the content of each view, its limits, and that addresses contain the whole state."""

from __future__ import annotations

import csv
import io
import json
import re
import shutil
import xml.etree.ElementTree as ET
from collections.abc import Iterator
from html import unescape
from pathlib import Path
from urllib.parse import parse_qs, quote, urlsplit

import pytest
from warcio.archiveiterator import ArchiveIterator

pytest.importorskip("starlette", reason="needs the extra `web`")

from shown_archive import HOST, SENTENCES, Shown, cundang, free_ports, make, serving

from archive.web import app

VIEWS = (
    "/",
    "/search?q=统战",
    "/concordance?q=统战部",
    "/frequency?words=统战,侨联",
    "/terms?by=month",
    "/changes",
    "/sites",
    "/site/a",
    "/missing/a",
    "/help",
)


@pytest.fixture(scope="module")
def shown(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shown]:
    folder = tmp_path_factory.mktemp("shown")
    make(folder)
    port = free_ports()
    with serving(folder, port):
        yield Shown(folder, port)


@pytest.mark.parametrize("path", VIEWS)
def test_every_view_has_a_page_and_a_twin_for_programs(shown: Shown, path: str) -> None:
    status, headers, body = shown.get(path)
    assert status == 200
    assert b"<script" not in body
    assert "script-src" not in headers["Content-Security-Policy"]
    assert headers["Content-Security-Policy"].startswith("default-src 'none'; ")
    base, _, asked = path.partition("?")
    assert shown.json(f"{base if base != '/' else '/index'}.json?{asked}")


def test_the_manual_names_every_view_and_what_its_twins_hold(shown: Shown) -> None:
    manual = (Path(__file__).parents[2] / "docs" / "page.md").read_text(encoding="utf-8")
    rows = dict(re.findall(r"^\| `(/\S*)` \| (.*) \|$", manual, re.MULTILINE))
    id_ = shown.id_of("/1.html")
    for view in app.VIEWS:
        said = rows[view]
        path = (view if view != "/" else "/index").replace("{id}", id_).replace("{key}", "a")
        asked = {"/concordance": "?q=统战部"}.get(view, "")
        data = shown.json(f"{path}.json{asked}")
        names = {*data, *data.get("home", ())}
        assert not {name for name in names if f"`{name}`" not in said}, view
        assert (shown.get(f"{path}.csv{asked}")[0] == 200) == (not said.endswith("|")), view
    assert {"/changes.atom", "/export", "/cite/{id}"} <= rows.keys()


@pytest.mark.parametrize("language", ["zh", "en"])
def test_both_languages_are_whole(shown: Shown, language: str) -> None:
    for path in VIEWS:
        body = shown.get(path + ("&" if "?" in path else "?") + f"lang={language}")[2].decode()
        assert ("Search" in body) == (language == "en")


def test_search_counts_and_finds(shown: Shown) -> None:
    found = shown.json("/search.json?q=凝聚力量&facets=all")["found"]
    assert (found["total"], [hit["url"] for hit in found["hits"]]) == (1, [HOST + "/1.html"])
    assert found["facets"]["site"]["values"] == [{"value": "a", "documents": 1}]
    assert found["facets"]["place"]["values"] == [{"value": "510500", "documents": 1}]
    assert shown.json("/search.json?q=place:510000")["found"]["total"] == 9


def test_facets_and_bars_lead_to_the_documents_that_they_count(shown: Shown) -> None:
    query = "统战 OR 侨联"
    counted = {
        (name, one["value"]): one["documents"]
        for name, facet in shown.json(f"/search.json?q={quote(query)}")["found"]["facets"].items()
        for one in facet["values"]
    }
    body = unescape(shown.get(f"/search?q={quote(query)}")[2].decode())
    links = [parse_qs(urlsplit(link).query)["q"][0] for link in re.findall(r'href="(/search\?[^"]*)"', body)]
    narrowed = [link for link in links if link.startswith(f"({query}) ")]
    assert len(narrowed) > len(counted) > 3
    for link in narrowed:
        name, _, value = link.removeprefix(f"({query}) ").replace('"', "").partition(":")
        if (name, value) in counted:
            assert shown.json(f"/search.json?q={quote(link)}")["found"]["total"] == counted[name, value]


def test_a_list_is_a_table_for_spreadsheets(shown: Shown) -> None:
    _, headers, body = shown.get("/search.csv?q=统战")
    rows = list(csv.DictReader(io.StringIO(body.decode("utf-8-sig"))))
    assert headers["Content-Type"] == "text/csv; charset=utf-8"
    assert {row["site"] for row in rows} == {"a"}


def test_an_article_is_read_with_its_evidence_and_what_was_removed(shown: Shown) -> None:
    id_ = shown.id_of("/1.html")
    body = shown.get(f"/document/{id_}?show=removed")[2].decode()
    assert SENTENCES[0] in body
    assert "发布时间" in body.split('class="removed"', 1)[1]
    assert shown.json(f"/document/{id_}.json")["document"]["source"] == "市委统战部"


def test_versions_stand_beside_each_other_with_marks_inside_paragraphs(shown: Shown) -> None:
    body = shown.get(f"/versions/{shown.id_of('/1.html')}")[2].decode()
    assert "凝聚<mark>共识</mark>" in body
    assert "凝聚<mark>力量</mark>" in body


def test_an_older_text_says_so_and_names_the_latest(shown: Shown) -> None:
    latest = shown.id_of("/1.html")
    history = shown.json(f"/versions/{latest}.json")["history"]
    old = history[0]["id"]
    found = shown.json(f"/document/{old}.json")
    assert (found["version"], found["versions"], found["newest"]) == (1, 2, latest)
    body = shown.get(f"/document/{old}?lang=en")[2].decode()
    assert "it is version 1 of 2" in body
    assert f'<a href="/document/{latest}?lang=en">The latest version</a>' in body
    assert "This text has been replaced" not in shown.get(f"/document/{latest}?lang=en")[2].decode()


def test_near_copies_are_listed_unless_their_text_is_equal(shown: Shown) -> None:
    id_ = shown.id_of("/copy.html")
    found = shown.json(f"/document/{id_}.json")
    equal = {copy["id"] for copy in found["same_text"]}
    near = {copy["id"] for copy in found["near_text"]["copies"]} - equal
    body = shown.get(f"/document/{id_}?lang=en")[2].decode()
    assert equal
    assert near
    assert f"<dt>Near copies ({len(near)})</dt>" in body
    assert body.count("<summary>Shared passage</summary>") == len(near)
    # A copy is named by its title.
    assert f'href="/document/{found["duplicate_of"]}?lang=en">将被撤下之文</a>' in body


def test_changes_are_listed_and_fed(shown: Shown) -> None:
    found = shown.json("/changes.json?what=edited")
    (edited,) = found["changes"]
    assert (edited["url"], edited["seen"]) == (HOST + "/1.html", "20260101160000")
    assert found["counts"] == {"new": 9, "edited": 1, "deleted": 2, "back": 1}
    for what, paths in {"deleted": ["/back.html", "/dead.html"], "back": ["/back.html"]}.items():
        assert sorted(one["url"] for one in shown.json(f"/changes.json?what={what}")["changes"]) == [
            HOST + path for path in paths
        ]
    assert shown.json("/changes.json?since=2026-01-03")["total"] == 0
    feed = ET.fromstring(shown.get("/changes.atom")[2])  # noqa: S314 - our own feed
    atom = "{http://www.w3.org/2005/Atom}"
    assert [feed.find(atom + name) is not None for name in ("id", "title", "updated", "author")] == [True] * 4
    entries = feed.findall(atom + "entry")
    assert len(entries) == 13
    assert len({entry.findtext(atom + "id") for entry in entries}) == 13


def test_a_citation_leads_to_the_same_bytes(shown: Shown) -> None:
    proof = shown.json(f"/document/{shown.id_of('/gbk.html')}.json")["proof"]
    with (shown.folder / "data" / proof["warc"]).open("rb") as file:
        file.seek(int(proof["offset"]))
        record = next(iter(ArchiveIterator(file)))
        assert record.rec_headers["WARC-Record-ID"] == f"<{proof['id']}>"
        assert record.rec_headers["WARC-Payload-Digest"] == proof["digest"]
        assert "统战要闻在线".encode("gb18030") in record.content_stream().read()
    text = shown.get(f"/cite/{proof['id']}")[2].decode()
    assert all(value in text for value in proof.values())
    assert shown.get(f"/cite/{proof['id']}?format=bibtex")[2].startswith(b"@online{cundang-")


@pytest.mark.parametrize("form", ["jsonl", "csv", "text"])
def test_a_selection_is_what_the_command_writes(shown: Shown, tmp_path: Path, form: str) -> None:
    out = tmp_path / f"out.{form}"
    cundang(shown.folder, "export", "--format", form, "--out", str(out), "--query", "统战 -title:恶意")
    taken = shown.get(f"/export?q=统战 -title:恶意&format={form}")[2]
    if out.is_dir():
        packed = tmp_path / "taken.zip"
        packed.write_bytes(taken)
        shutil.unpack_archive(packed, tmp_path / "taken")
        names = sorted(path.name for path in out.iterdir() if path.name != "manifest.json")
        assert names
        for name in names:
            assert (tmp_path / "taken" / name).read_bytes() == (out / name).read_bytes()
    else:
        assert taken == out.read_bytes()
    manifest = shown.get(f"/export?q=统战 -title:恶意&format={form}&part=manifest")[2].decode()
    assert '"query": "统战 -title:恶意"' in manifest


@pytest.mark.parametrize(
    ("path", "status", "said"),
    [
        ("/search?q=(统战", 400, "opens a parenthesis"),
        ("/search?page=0", 400, "from 1 to"),
        ("/search?order=best", 400, "new, old, relevance"),
        ("/changes?since=yesterday", 400, "is not a day"),
        ("/changes?since=2026-99", 400, "is not a day"),
        ("/changes?site=none", 404, "no site"),
        ("/missing/none", 404, "no site"),
        ("/search?q=sites:a", 400, "did you mean site:?"),
        ("/search?q=published:2026-13", 400, "is not a day"),
        ("/document/urn:uuid:none", 404, "no document"),
        ("/site/none", 404, "no site"),
        ("/..%2f..%2fetc/passwd", 404, "404"),
        ("/search?q=" + "统" * 2000, 400, "1000 at most"),
        ("/search?q=统战 or 会议", 400, "only in capitals"),
        ("/concordance?q=site:a", 400, "no word to show in context"),
        ("/terms?term=none", 400, "has no term"),
        ("/terms?by=year", 400, "not counted by this"),
        ("/looked/none", 404, "no capture"),
        ("/search?q=han:x", 400, "not a number"),
        ("/search?q=near:x", 400, "not an answer"),
    ],
)
def test_errors_say_why(shown: Shown, path: str, status: int, said: str) -> None:
    language = f"{'&' if '?' in path else '?'}lang="
    found, _, body = shown.get(f"{path}{language}en")
    assert (found, said in body.decode()) == (status, True)
    found, _, body = shown.get(f"{path}{language}zh")
    note = re.findall(r'<p class="note">(.*?)</p>', body.decode())[0]
    assert (found, re.findall(r"[a-z]{2,} [a-z]{2,}", note)) == (status, []), "archive/web/errors.toml"


def test_other_hosts_and_methods_are_refused(shown: Shown) -> None:
    for replay in (False, True):
        assert shown.get("/", host="evil.example", replay=replay)[0] == 400
        assert shown.get("/", method="POST", replay=replay)[0] == 405
    assert "Set-Cookie" not in shown.get("/")[1]


def test_texts_of_the_archive_are_escaped(shown: Shown) -> None:
    for path in ("/search?q=恶意", "/changes", "/", f"/document/{shown.id_of('/hostile.html')}"):
        body = shown.get(path)[2].decode()
        assert "恶意页面" in body
        assert "<script" not in body
        assert "onerror=" not in body


def test_another_address_needs_an_option(shown: Shown) -> None:
    with pytest.raises(AssertionError, match="without a password"):
        cundang(shown.folder, "serve", "--host", "0.0.0.0", "--port", str(free_ports()))  # noqa: S104 - it is refused


def every_address(id_: str) -> list[str]:
    """The addresses of every view (also as JSON and CSV), feed, citation and export that may show a document."""
    filled = [view.replace("{id}", id_).replace("{key}", "a") for view in app.VIEWS]
    asked = {"/concordance": "?q=统战部", "/frequency": "?words=会议", "/search": "?size=200"}
    views = [
        ("/index" if path == "/" and twin else path) + twin + asked.get(path, "")
        for path in filled
        for twin in ("", ".json", ".csv")
    ]
    searches = [
        f"/search.json?q={query}&facets=all&period=day" for query in ("团结", "site:a", "versions:yes", "copies:only")
    ]
    exports = [
        f"/export?format={form}&part={part}" for form in ("jsonl", "csv", "text") for part in ("data", "manifest")
    ]
    return [
        *views,
        *searches,
        *exports,
        "/changes.atom",
        *(f"/cite/{id_}?format={form}" for form in ("text", "bibtex", "csl")),
    ]


def test_what_was_taken_down_is_nowhere(tmp_path: Path) -> None:
    make(tmp_path)
    state = tmp_path / "data" / "state"
    state.mkdir(exist_ok=True)
    lost = {"state": "failed", "reason": "http_404", "detail": "", "tries": 1}
    lines = [
        {"url": HOST + "/gone.html", "parent": HOST + "/", **lost},
        {"url": HOST + "/b", "parent": HOST + "/gone.html", **lost},
    ]
    (state / "a.missing.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines), encoding="utf-8")
    (state / "a.ledger.jsonl").write_text(
        json.dumps({"kind": "list", "url": HOST + "/gone.html"}) + "\n", encoding="utf-8"
    )
    port = free_ports()
    with serving(tmp_path, port):
        one = Shown(tmp_path, port)
        id_ = one.id_of("/gone.html")
        copy = one.id_of("/copy.html")
        before = {path: one.get(path)[2].decode("utf-8", "replace") for path in every_address(id_)}
        told = {path for path, body in before.items() if "将被撤下" in body or "gone.html" in body}
        # Check that the document is shown before it is taken down.
        assert {"/", "/search?size=200", "/changes", "/missing/a.csv", "/site/a.json", "/changes.atom"} <= told
        total = one.json("/search.json")["found"]["total"]
        new = one.json("/changes.json")["counts"]["new"]
        assert one.json("/search.json?q=copies:only")["found"]["total"] == 1
        cundang(tmp_path, "forget", HOST + "/gone.html")
        for path in every_address(id_):
            status, _, body = one.get(path)
            text = body.decode("utf-8", "replace")
            assert status == 404 if id_ in path else id_ not in text, path
            assert "将被撤下" not in text, path
            assert "gone.html" not in text, path
        found = one.json("/search.json?size=200")["found"]
        assert (found["total"], found["copies"]) == (total - 1, 0)
        assert one.json("/changes.json")["counts"]["new"] == new - 1
        assert one.json(f"/document/{copy}.json")["duplicate_of"] is None
        for what in ("page", "frame", "file"):
            assert one.get(f"/{what}/2026/{HOST}/gone.html", replay=True)[0] == 404
