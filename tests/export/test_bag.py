"""A bag is valid to the Library of Congress' own library, is a data folder again, and never vouches for damage."""

from __future__ import annotations

import io
import shutil
from datetime import UTC, datetime
from pathlib import Path

import bagit
import pytest

from archive.corpus import damage
from archive.errors import DataError, UsageError
from archive.export import bag
from archive.layout import Layout
from archive.warc import exclusions, fixity
from archive.warc.writer import Exchange, Writer


def archive(root: Path, *sites: str) -> Layout:
    layout = Layout(root=root)
    for site in sites:
        writer = Writer(layout, site, warcinfo=())
        moment = datetime(2026, 1, 1, tzinfo=UTC)
        page = io.BytesIO(b"HTTP/1.1 200 OK\r\n\r\n<p>page")
        writer.exchange(
            Exchange(url=f"http://{site}.cn/", started=moment, ip=None, request=b"", response=page), lambda *_: None
        )
        writer.close()
    return layout


def test_a_bag_is_valid_and_a_data_folder_again(tmp_path: Path) -> None:
    layout = archive(tmp_path / "data", "a", "b")
    exclusions.append(layout, {"url": "http://a.cn/x", "date": exclusions.now(), "reason": ""})
    assert bag.write(layout, None, tmp_path / "all") == 2
    assert bag.write(layout, ["a"], tmp_path / "one") == 1
    for name, files in (("all", 4), ("one", 3)):
        made = bagit.Bag(str(tmp_path / name))
        made.validate()
        assert len(made.payload_entries()) == files
        assert made.info["External-Description"] == f"WARC files of a{'' if name == 'one' else ' whole archive'}"
    again = Layout(root=tmp_path / "all" / "data")
    assert damage.survey(again).damages == {}
    assert len(fixity.read(again).entries) == 2
    assert exclusions.read(again).covering("http://a.cn/x")
    assert [entry.by for entry in fixity.read(again).entries.values()] == ["closed", "closed"]


def test_a_changed_bag_is_not_valid(tmp_path: Path) -> None:
    layout = archive(tmp_path / "data", "a")
    bag.write(layout, None, tmp_path / "bag")
    (warc,) = (tmp_path / "bag").rglob("*.warc.gz")
    warc.write_bytes(warc.read_bytes()[:-1])
    with pytest.raises(bagit.BagValidationError):
        bagit.Bag(str(tmp_path / "bag")).validate()


def test_no_bag_vouches_for_a_damaged_file(tmp_path: Path) -> None:
    layout = archive(tmp_path / "data", "a", "b")
    (warc,) = layout.warcs("a")
    good = bytearray(warc.read_bytes())
    good[50] ^= 1
    warc.write_bytes(good)
    # Nobody has read it since: the copy is compared.
    with pytest.raises(DataError, match="not those that it was closed with"):
        bag.write(layout, None, tmp_path / "bag")
    assert not (tmp_path / "bag").exists()
    warc.unlink()
    with pytest.raises(DataError, match="the file is gone"):
        bag.write(layout, None, tmp_path / "bag")
    assert bag.write(layout, ["b"], tmp_path / "bag") == 1
    shutil.rmtree(tmp_path / "bag")
    with pytest.raises(UsageError, match="no WARC file of c"):
        bag.write(layout, ["c"], tmp_path / "bag")
