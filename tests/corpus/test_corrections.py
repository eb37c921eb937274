"""Corrections by hand: of one capture alone, told in evidence, and never dropped in silence."""

from __future__ import annotations

import datetime as dt
import io
import json
import shutil
import sys
from pathlib import Path
from typing import Any

import pytest
from loaded import run

from archive.errors import SiteError
from archive.layout import Layout
from archive.site import load, load_file
from archive.warc import reader
from archive.warc.writer import Exchange, Writer

URL = "http://a.cn/xw/1.html"
LINE = "市委统战部召开座谈会，传达学习上级精神，研究部署下一阶段工作，要求各单位认真落实。"
PAGE = f"""<html><head><meta charset=utf-8><title>座谈会</title></head><body><h1>座谈会召开</h1>
<p>发布时间：%s 来源：县报 作者：张三</p><div id=content><p>{LINE}</p><p>{LINE}第二段。</p></div></body></html>"""
SITE = 'name = "a"\nhosts = ["a.cn"]\n[crawl]\nstart = ["http://a.cn/"]\n'
RULES = """[[correction]]
url = "{url}"
digest = "{digest}"
field = "{field}"
value = "{value}"
by = "Li Wei"
why = "the printed paper of that day"
"""


def write(folder: Path, *days: str) -> list[str]:
    """Capture a page once a year; return the digests."""
    layout = Layout(root=folder / "data")
    writer = Writer(layout, "a", warcinfo=(("software", "test"),))
    for year, day in enumerate(days, 2020):
        body = (PAGE % day).encode()
        head = f"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: {len(body)}\r\n\r\n".encode()
        started = dt.datetime(year, 1, 1, tzinfo=dt.UTC)
        response = io.BytesIO(head + body)
        exchange = Exchange(url=URL, started=started, ip="127.0.0.1", request=b"", response=response)
        writer.exchange(exchange, lambda _url, _digest: None)
    writer.close()
    (folder / "sites").mkdir(parents=True)
    (folder / "sites" / "a.toml").write_text(SITE, "utf-8")
    return [str(each.payload_digest) for warc in layout.warcs() for each in reader.read(warc)]


def correct(folder: Path, *rows: dict[str, str]) -> Path:
    path = folder / "sites" / "corrections" / "a.toml"
    path.parent.mkdir(exist_ok=True)
    path.write_text("\n".join(RULES.format(**({"url": URL} | row)) for row in rows), "utf-8")
    return path


def cundang(folder: Path, *words: str, code: int = 0) -> str:
    command = [sys.executable, "-m", "crawler.cli", "--data", f"{folder}/data", "--sites", f"{folder}/sites", *words]
    done = run(command)
    assert done.returncode == code, done.stderr
    return done.stdout + done.stderr


def exported(folder: Path) -> list[dict[str, Any]]:
    """The texts of the page, earliest first."""
    lines = cundang(folder, "export", "--format", "jsonl", "--out", "-", "--versions").splitlines()
    found = [json.loads(line) for line in lines if line.startswith("{")]
    return sorted(found, key=lambda row: str(row["captured"]))


def test_a_correction_is_of_one_capture_and_an_edit_stays_one(tmp_path: Path) -> None:
    first, second = write(tmp_path, "2019-06-01", "2019-06-03")
    cundang(tmp_path, "clean")
    before = exported(tmp_path)
    assert [row["published"] for row in before] == ["2019-06-01", "2019-06-03"]
    correct(
        tmp_path,
        {"digest": first, "field": "author", "value": "張三豐"},
        {"digest": first, "field": "title", "value": "座談會召開"},
        {"digest": second, "field": "published", "value": "2019-06-02"},
        {"digest": second, "field": "source", "value": ""},
    )
    assert "corrected a" in cundang(tmp_path, "clean", "--dry-run")
    cundang(tmp_path, "clean")
    one, two = exported(tmp_path)
    assert (one["author"], one["title"], one["title_original"]) == ("张三丰", "座谈会召开", "座談會召開")
    assert (one["published"], one["source"]) == ("2019-06-01", "县报")
    assert (two["author"], two["published"], two["source"]) == ("张三", "2019-06-02", None)
    said = {each["of"]: each["words"] for each in one["evidence"]}
    assert said["author"] == "corrected: 張三豐 by Li Wei: the printed paper of that day; read: 张三"
    assert two["published_evidence"].endswith("; read: 2019-06-03")
    assert "corrected" in one["flags"]
    assert "corrected" in two["flags"]
    assert {name: one[name] for name in ("id", "text", "removed")} == {
        name: before[0][name] for name in ("id", "text", "removed")
    }


def test_corrections_that_are_not_here_are_not_dropped_in_silence(tmp_path: Path) -> None:
    (digest,) = write(tmp_path, "2019-06-01")
    path = correct(tmp_path, {"digest": digest, "field": "author", "value": "李四"})
    cundang(tmp_path, "clean")
    kept = exported(tmp_path)
    assert kept[0]["author"] == "李四"
    path.rename(tmp_path / "a.toml")
    for words in (("clean",), ("rebuild",)):
        said = cundang(tmp_path, *words, code=1)
        assert "a: its texts were made with corrections by hand, which are not here: they stay as they are" in said
        assert "Put corrections/KEY.toml beside the site files again." in said
        assert exported(tmp_path) == kept
    shutil.move(tmp_path / "a.toml", path)
    cundang(tmp_path, "rebuild")
    assert exported(tmp_path) == kept
    path.unlink()
    cundang(tmp_path, "clean", "--all", "--site", "a")
    assert exported(tmp_path)[0]["author"] == "张三"


def test_rebuild_keeps_texts_whose_site_files_are_not_here(tmp_path: Path) -> None:
    write(tmp_path, "2019-06-01")
    cundang(tmp_path, "clean")
    kept = exported(tmp_path)
    (tmp_path / "sites" / "a.toml").unlink()
    said = cundang(tmp_path, "rebuild", code=1)
    assert "made with the files of the sites a, which are not here: they stay as they are" in said
    assert exported(tmp_path) == kept


def test_a_correction_of_no_capture_is_told(tmp_path: Path) -> None:
    (digest,) = write(tmp_path, "2019-06-01")
    correct(
        tmp_path,
        {"digest": "sha256:00", "field": "author", "value": "李四"},
        {"url": "http://a.cn/no", "digest": "sha256:01", "field": "author", "value": "李四"},
    )
    said = cundang(tmp_path, "clean", code=1)
    assert f"{URL}: a correction of author is of sha256:00; the address has the digests {digest}." in said
    assert "http://a.cn/no: a correction of author is of sha256:01; the address has no capture here." in said


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ({"field": "text", "value": "x"}, "a.toml, line 4: field: 'text' is none of title, subtitle, published"),
        ({"field": "published", "value": "3 June"}, "a.toml, line 5: value: '3 June' is no day. Write 2019-06-03"),
    ],
)
def test_mistakes_are_named_with_their_line(tmp_path: Path, row: dict[str, str], said: str) -> None:
    write(tmp_path, "2019-06-01")
    correct(tmp_path, {"digest": "sha256:00"} | row)
    with pytest.raises(SiteError, match=said):
        load_file(tmp_path / "sites" / "a.toml")


def test_a_file_of_corrections_that_is_no_sites_or_has_no_tables_is_told(tmp_path: Path) -> None:
    (digest,) = write(tmp_path, "2019-06-01")
    path = correct(tmp_path, {"digest": digest, "field": "author", "value": "李四"})
    path.rename(path.with_name("other.toml"))
    with pytest.raises(SiteError, match=r"no site file other\.toml is beside this folder"):
        load(tmp_path / "sites")
    path.write_text('correction = ["x"]\n', "utf-8")
    with pytest.raises(SiteError, match=r"the file consists of \[\[correction\]\] tables"):
        load_file(tmp_path / "sites" / "a.toml")
