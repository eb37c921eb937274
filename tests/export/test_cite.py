"""A citation states what the page states, and leads to its bytes without anything of ours."""

from __future__ import annotations

import datetime as dt
import io
import json
import re
import subprocess
import sys
from pathlib import Path

import pytest
from loaded import run

from archive import Archive
from archive.errors import UsageError
from archive.layout import Layout
from archive.warc.writer import Exchange, Writer

ROOT = Path(__file__).resolve().parents[2]
LINE = "市委統戰部召開座談會，傳達學習上級精神，研究部署下一階段工作，要求各單位認真落實各項任務。"
PAGE = f"""<html><head><meta charset=utf-8><title>座談會召開</title></head><body><h1>座談會召開</h1>
<p>發布時間：2019-06-01 來源：%s %s</p><div id=content><p>{LINE}</p><p>%s</p></div></body></html>"""
PAGES = {
    "http://b.cn/1.html": PAGE % ("县政府网", "作者：张三、李四", LINE + "第二段。"),
    "http://b.cn/2.html": PAGE
    % ("乙县统战", "", "县工商联举办培训班，各乡镇商会负责人参加，专家就企业管理作了讲解。" * 3),
}


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An archive of a page that a server sends in chunks, of a reprint, and of a page that is gone a year later."""
    folder = tmp_path_factory.mktemp("cite")
    writer = Writer(Layout(root=folder / "data"), "b", warcinfo=(("software", "test"),))

    def put(url: str, year: int, response: bytes) -> None:
        started = dt.datetime(year, 6, 1, tzinfo=dt.UTC)
        exchange = Exchange(url=url, started=started, ip="127.0.0.1", request=b"", response=io.BytesIO(response))
        writer.exchange(exchange, lambda _url, _digest: None)

    for url, page in PAGES.items():
        body = page.encode()
        chunks = b"".join(b"%x\r\n%s\r\n" % (len(each), each) for each in (body[:100], body[100:], b""))
        put(url, 2020, b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nTransfer-Encoding: chunked\r\n\r\n" + chunks)
    put("http://b.cn/2.html", 2021, b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n")
    writer.close()
    (folder / "sites").mkdir()
    rules = 'name = "乙县统战"\nhosts = ["b.cn"]\n[crawl]\nstart = ["http://b.cn/"]\n'
    (folder / "sites" / "b.toml").write_text(rules, "utf-8")
    assert cundang(folder, "clean").returncode == 0
    return folder


def cundang(folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    return run([sys.executable, "-m", "crawler.cli", "--data", f"{folder}/data", "--sites", f"{folder}/sites", *words])


def test_a_citation_states_what_the_page_states(house: Path) -> None:
    first = cundang(house, "show", "http://b.cn/1.html", "--cite", "text").stdout
    assert first.startswith(
        "张三, 李四. 座談會召開[EB/OL]. 乙县统战(2019-06-01)[2020-06-01]. http://b.cn/1.html. captured "
    )
    assert "; source named by the page: 县政府网; read by cundang " in first
    second = cundang(house, "show", "http://b.cn/2.html", "--cite", "text").stdout
    assert second.startswith("座談會召開[EB/OL]. 乙县统战(2019-06-01)"), "no author is made up"
    assert "missing from the site since 2021-06-01" in second
    assert "source named" not in second, "it is the site itself"
    (csl,) = json.loads(cundang(house, "show", "http://b.cn/1.html", "--cite", "csl").stdout)
    assert (csl["title"], csl["container-title"]) == ("座談會召開", "乙县统战")
    assert [each["literal"] for each in csl["author"]] == ["张三", "李四"]
    bibtex = cundang(house, "show", "http://b.cn/2.html", "--cite", "bibtex").stdout
    assert "organization = {乙县统战}" in bibtex
    assert "author" not in bibtex
    assert cundang(house, "show", "http://b.cn/2.html", "--cite", "apa").returncode == 2


def test_python_gives_the_same_citation(house: Path) -> None:
    archive = Archive(house / "data", sites=house / "sites")
    shown = cundang(house, "show", "http://b.cn/1.html", "--cite", "text").stdout
    assert archive.cite("http://b.cn/1.html") + "\n" == shown
    with pytest.raises(UsageError, match="no document has this id or address"):
        archive.cite("http://b.cn/none.html")


def test_a_corrected_value_is_cited_as_one(house: Path, tmp_path: Path) -> None:
    cited = cundang(house, "show", "http://b.cn/1.html", "--cite", "text").stdout
    digest = re.findall("payload (sha256:[0-9a-f]{64});", cited)[0]
    (folder := tmp_path / "sites" / "corrections").mkdir(parents=True)
    (tmp_path / "sites" / "b.toml").write_text((house / "sites" / "b.toml").read_text("utf-8"), "utf-8")
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "warc").symlink_to(house / "data" / "warc")
    row = {
        "url": "http://b.cn/1.html",
        "digest": digest,
        "field": "author",
        "value": "王五",
        "by": "Li",
        "why": "errata",
    }
    lines = [f'{name} = "{value}"' for name, value in row.items()]
    (folder / "b.toml").write_text("\n".join(["[[correction]]", *lines]), "utf-8")
    assert cundang(tmp_path, "clean").returncode == 0
    again = cundang(tmp_path, "show", "http://b.cn/1.html", "--cite", "text").stdout
    assert again.startswith("王五. 座談會召開[EB/OL]. ")
    assert "author corrected: 王五 by Li: errata; read: 张三" in again


def test_the_guide_verifies_a_citation_with_the_standard_library_alone(house: Path, tmp_path: Path) -> None:
    guide = (ROOT / "docs" / "archivists.md").read_text("utf-8")
    (program,) = re.findall(r"```python\n(.+?)```", guide, re.DOTALL)
    (tmp_path / "verify.py").write_text(program, "utf-8")
    for url, page in PAGES.items():
        cited = cundang(house, "show", url, "--cite", "text").stdout
        warc, offset = re.findall(r"WARC file (\S+);.+; offset (\d+);", cited)[0]
        command = [sys.executable, "-I", "-S", "verify.py", str(house / "data" / warc), offset]
        done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=60, check=True)
        said = done.stdout.splitlines()
        assert f"; {said[0]}; " in cited
        assert f"; {said[2]}; " in cited
        assert (
            f"record {re.findall('record (urn:uuid:[0-9a-f-]+)', cited)[0]}"
            == said[1].translate(str.maketrans("", "", "<>")).rpartition(" 2020-06-01T00:00:00")[0]
        )
        assert (tmp_path / "payload").read_bytes().decode() == page
