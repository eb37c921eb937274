"""Counts of one archive are the same in all commands and views."""

from __future__ import annotations

import json
import re
import subprocess
from collections import Counter
from collections.abc import Iterator
from html import unescape
from typing import Any
from urllib.parse import parse_qs, quote, urlsplit

import pytest

pytest.importorskip("starlette", reason="needs the extra `web`")

from shown_archive import HOST, Shown, command, cundang, free_ports, html, make, serving

from archive.web import app

# Of the pages of `make` and of saved ones: with an edited, a forgotten, a deleted and a copied page, one article on
# two pages, and a damaged WARC file whose documents are kept.
DOCUMENTS = {"a": 8, "_import": 3}
SKIPS = {"empty": 1, "error_status": 1, "forgotten": 1, "not_html": 3, "redirect": 1}


@pytest.fixture(scope="module")
def shown(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shown]:
    folder = tmp_path_factory.mktemp("numbers")
    make(folder)
    (saved := folder / "saved").mkdir()
    for name in ("1", "2"):
        (saved / f"{name}.html").write_text(html(f"乙县会议第{name}次", "utf-8", theme=name), encoding="utf-8")
    for name, other in (("t20240105_9", "下一页"), ("t20240105_9_1", "上一页")):
        to = "t20240105_9_1.html" if other == "下一页" else "t20240105_9.html"
        page = html("乙县长文", "utf-8", f"<a href={to}>{other}</a>", theme=name)
        (saved / f"{name}.html").write_text(page, encoding="utf-8")
    cundang(folder, "import", str(saved))
    cundang(folder, "forget", f"{HOST}/gone.html")
    (warc,) = (folder / "data" / "warc" / "_import").rglob("*.warc.gz")
    held = bytearray(warc.read_bytes())
    held[len(held) // 2] ^= 0x40
    warc.write_bytes(held)
    port = free_ports()
    with serving(folder, port):
        yield Shown(folder, port)


def run(shown: Shown, *words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(command(shown.folder, *words), capture_output=True, text=True, check=False, timeout=300)


def lines(shown: Shown, *words: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in run(shown, *words, "--json").stdout.splitlines()]


def test_a_damaged_file_is_reported_and_its_documents_are_counted(shown: Shown) -> None:
    cleaned = run(shown, "clean")
    assert cleaned.returncode == 1
    assert f"catalogue: {sum(DOCUMENTS.values())} documents, {sum(SKIPS.values())} skips" in cleaned.stderr


def test_documents_are_counted_alike(shown: Shown) -> None:
    out = shown.folder / "out.jsonl"
    run(shown, "export", "--format", "jsonl", "--out", str(out))
    exported = Counter(json.loads(line)["site"] for line in out.read_text(encoding="utf-8").splitlines())
    found = lines(shown, "search", "--facets", "--limit", "100")
    searched = shown.json("/search.json?size=1")["found"]
    home, rows = shown.json("/index.json")["home"], shown.json("/sites.json")["rows"]
    assert exported == DOCUMENTS
    assert {one["site"]: one["documents"] for one in lines(shown, "status")} == DOCUMENTS
    assert Counter(one["site"] for one in found if "snippet" in one) == DOCUMENTS
    assert {one["value"]: one["documents"] for one in found if one.get("facet") == "site"} == DOCUMENTS
    assert {one["value"]: one["documents"] for one in searched["facets"]["site"]["values"]} == DOCUMENTS
    assert {row["site"]: row["documents"] for row in rows} == DOCUMENTS
    assert {one["site"]: one["documents"] for one in home["sites"]} == DOCUMENTS
    assert {key: shown.json(f"/site/{key}.json")["total"] for key in DOCUMENTS} == DOCUMENTS
    total = sum(DOCUMENTS.values())
    assert [home["documents"], searched["total"], searched["documents"]] == [total, total, total]


def test_the_home_page_lists_the_sites_with_most_documents_first(shown: Shown) -> None:
    status, _, body = shown.get("/")
    assert status == 200
    assert re.findall(r'href="/site/(\w+)"', body.decode().partition("<tbody>")[2])[:2] == ["a", "_import"]


@pytest.mark.parametrize("path", app.VIEWS)
def test_every_view_of_several_sites_has_a_page(shown: Shown, path: str) -> None:
    id_ = lines(shown, "search", "--limit", "1")[0]["id"]
    asked = {"/concordance": "?q=统战部"}.get(path, "")
    assert shown.get(path.replace("{id}", id_).replace("{key}", "a") + asked)[0] == 200


# A link with a number, a bar of a histogram, and a day of a calendar.
LINKED = re.compile(
    r'<a href="(/search\?[^"]*)">'
    r"(?:<strong>|<title>[^<]*: |<rect [^>]*><title>[^<]*: [\d,]+ · )?"
    r"([\d,]+)(?: documents| undated|<|$)"
)


@pytest.mark.parametrize(
    ("path", "least"),
    [
        ("/", 5),
        ("/search?period=month&by=captured", 1),
        ("/terms", 5),
        ("/terms?by=site", 5),
        ("/terms?by=place", 5),
        ("/terms?by=month", 5),
        ("/frequency?words=统战,侨联&period=month", 4),
        ("/sites", 2),
        ("/site/a", 3),
        ("/site/_import", 2),
    ],
)
def test_a_number_that_is_a_link_finds_as_many_documents(shown: Shown, path: str, least: int) -> None:
    body = unescape(shown.get(path + ("&" if "?" in path else "?") + "lang=en")[2].decode())
    found = {(link, int(number.replace(",", ""))) for link, number in LINKED.findall(body)}
    assert len(found) >= least
    for link, number in found:
        query = parse_qs(urlsplit(link).query).get("q", [""])[0]
        assert shown.json(f"/search.json?q={quote(query)}")["found"]["total"] == number, link


def test_what_is_known_of_an_imported_site_is_said(shown: Shown) -> None:
    assert not shown.json("/missing/_import.json")["known"]
    assert "what is missing is not known" in shown.get("/missing/_import?lang=en")[2].decode()


def test_a_selection_of_every_version_is_exported(shown: Shown) -> None:
    found = shown.json("/search.json?q=versions:yes")["found"]["total"]
    taken = shown.get("/export?q=versions:yes&format=jsonl")[2].decode().splitlines()
    assert found > sum(DOCUMENTS.values())
    assert len(taken) == found
    out = shown.folder / "versions.jsonl"
    run(shown, "export", "--format", "jsonl", "--query", "versions:yes", "--out", str(out))
    assert len(out.read_text(encoding="utf-8").splitlines()) == found


def test_show_takes_an_address_as_people_write_it(shown: Shown) -> None:
    for name in ("a.cn/1.html", "https://a.cn/1.html", "http://a.cn/1.html/"):
        assert lines(shown, "show", name)[0]["url"] == f"{HOST}/1.html"
    failed = run(shown, "show", "a.cn/none")
    assert (failed.returncode, "cundang search url:a.cn/none" in failed.stderr) == (2, True)


def test_skips_are_counted_alike(shown: Shown) -> None:
    (status,) = (one for one in lines(shown, "status") if one["site"] == "a")
    (row,) = (row for row in shown.json("/sites.json")["rows"] if row["site"] == "a")
    assert status["skips"] == SKIPS
    assert shown.json("/site/a.json")["status"]["skips"] == SKIPS
    assert row["skips"] == sum(SKIPS.values())


def test_undated_documents_and_copies_are_counted_alike(shown: Shown) -> None:
    home, searched = shown.json("/index.json")["home"], shown.json("/search.json?size=1")["found"]
    said = run(shown, "search").stderr
    assert home["undated"] == searched["undated"]
    assert home["copies"] == searched["copies"]
    assert f"{searched['undated']} undated" in said


def test_a_site_in_full_agrees_with_its_line(shown: Shown) -> None:
    (status,) = lines(shown, "status", "--site", "a")
    assert status["documents"] == DOCUMENTS["a"]
