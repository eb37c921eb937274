"""WARC files in a store: nothing is lost on the way, and every command reads them there."""

from __future__ import annotations

import hashlib
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import Any

import pytest
from captures import archive_of
from click.testing import CliRunner

from archive.catalogue import build
from archive.corpus import damage, reclean
from archive.corpus.forget import addresses, erase
from archive.errors import CundangError, DataError, UsageError
from archive.layout import Layout, Part
from archive.store import Folder, Store, open_store
from archive.warc import away, exclusions, fixity, reader
from crawler.cli import app


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Layout:
    """Two WARC files of three articles, cleaned, with a catalogue."""
    layout = archive_of(tmp_path_factory.mktemp("away"), files=2, pages=3)
    for _ in reclean.clean(layout, {}, jobs=1):
        pass
    build.update(layout)
    return layout


@pytest.fixture
def layout(made: Layout, tmp_path: Path) -> Layout:
    shutil.copytree(made.root, tmp_path / "data")
    return Layout(root=tmp_path / "data")


def run(layout: Layout, *words: str) -> tuple[int, str]:
    done = CliRunner().invoke(app, ["--data", str(layout.root), "--sites", str(layout.root), *words])
    failed = done.exception if isinstance(done.exception, CundangError) else None
    return (failed.exit_code if failed else done.exit_code), f"{done.output}{failed or ''}"


def files(root: Path, *rooms: str) -> dict[str, bytes]:
    found = (path for room in rooms for path in (root / room).rglob("*") if path.is_file())
    return {str(path.relative_to(root)): path.read_bytes() for path in found if not path.name.endswith(".away")}


def packed(path: Path) -> dict[str, bytes]:
    """The WARC files of a WACZ: beside them it states when it was made."""
    with zipfile.ZipFile(path) as pack:
        return {name: pack.read(name) for name in pack.namelist() if name.startswith("archive/")}


def digests(layout: Layout) -> list[str]:
    return [reader.digest_of(warc) for warc in layout.warcs()]


def test_an_archive_in_a_bucket_is_read_verified_cleaned_exported_and_found(layout: Layout, bucket: str) -> None:
    before, shards = digests(layout), files(layout.root, "corpus")
    assert run(layout, "export", "--format", "wacz", "--out", str(layout.root / "before.wacz"))[0] == 0
    code, said = run(layout, "store", "push", bucket, "--drop")
    assert (code, said.count("uploaded")) == (0, 2), said
    assert not list(layout.root.rglob("*.warc.gz"))
    assert digests(layout) == before
    assert run(layout, "verify") == (0, "verify: 2 files, 0 problems\n")
    # In a process of its own: the server that begins workers here may have been started without the bucket's keys.
    command = [sys.executable, "-m", "crawler.cli", "--data", str(layout.root), "--sites", str(layout.root)]
    done = subprocess.run([*command, "clean", "--all", "--jobs", "1"], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert files(layout.root, "corpus") == shards
    assert "第0站的第1次座谈会" in run(layout, "search", "第0站")[1]
    last = list(reader.read(next(layout.warcs())))[-1]
    assert reader.read_at(next(layout.warcs()), last.place.offset) == last
    assert run(layout, "export", "--format", "wacz", "--out", str(layout.root / "after.wacz"))[0] == 0
    assert packed(layout.root / "after.wacz") == packed(layout.root / "before.wacz")
    # Another machine, which has nothing.
    other = Layout(root=layout.root / "other")
    assert run(other, "store", "pull", bucket)[0] == 0
    assert digests(other) == before
    assert files(other.root, "corpus") == shards
    assert run(other, "verify")[0] == 0
    assert run(other, "store", "fetch")[0] == 0
    assert [hashlib.sha256(path.read_bytes()).hexdigest() for path in sorted(other.root.rglob("*.warc.gz"))] == before
    # The same again sends nothing; other bytes under a name are refused, and both stay.
    assert run(other, "store", "push", bucket)[1].count("was uploaded before") == 2
    assert not open_store(bucket).put_if_absent(next(iter(files(other.root, "warc"))), other.catalogue)


def test_machines_that_share_only_a_store_each_clean_a_part(layout: Layout, tmp_path: Path) -> None:
    store, sites = str(tmp_path / "store"), tmp_path / "sites"
    assert run(layout, "store", "push", store, "--drop")[0] == 0
    names = [path.stem for path in layout.shards()]

    def part_of(name: str, count: int) -> int:
        return next(k for k in range(1, count + 1) if Part(number=k, count=count).holds(name))

    count = next(n for n in range(2, 99) if len({part_of(name, n) for name in names}) == 2)
    numbers = [part_of(name, count) for name in names]
    machines = [Layout(root=tmp_path / f"machine{number}") for number in numbers]
    for machine in machines:
        # With all old shards: those of the other part must not replace new ones.
        assert run(machine, "store", "pull", store)[0] == 0
    # New site files make all shards stale.
    sites.mkdir()
    for key in ("site0", "site1"):
        site = f'name = "{key}"\nhosts = ["{key}.example.cn"]\n[crawl]\nstart = ["http://{key}.example.cn/"]\n'
        (sites / f"{key}.toml").write_text(site, encoding="utf-8")
    for machine, number in zip(machines, numbers, strict=True):
        part = ("--part", f"{number}/{count}")
        assert run(machine, "clean", "--jobs", "1", "--sites", str(sites), *part)[0] == 0
        assert run(machine, "store", "push", store, *part)[0] == 0
    before = files(layout.root, "corpus")
    assert run(layout, "clean", "--jobs", "1", "--sites", str(sites))[0] == 0
    made = files(layout.root, "corpus")
    assert all(made[key] != data for key, data in before.items())
    assert files(tmp_path / "store", "corpus") == made
    # A part of the texts may be had alone; those that another machine made again are brought.
    last = Layout(root=tmp_path / "last")
    assert run(last, "store", "pull", store, "--part", f"{numbers[0]}/{count}")[0] == 0
    assert [path.stem for path in last.shards()] == names[:1]
    assert run(machines[0], "store", "pull", store)[0] == 0
    assert files(machines[0].root, "corpus") == made


def test_a_derived_file_of_one_size_is_compared_by_its_end(layout: Layout, tmp_path: Path) -> None:
    store = Folder(tmp_path / "store")
    list(away.push(layout, store))
    shards = files(layout.root, "corpus")
    victim = next(layout.shards())
    victim.write_bytes(victim.read_bytes()[:-9] + b"x" * 9)
    list(away.pull(layout, store))
    assert files(layout.root, "corpus") == shards


class Broken:
    """A store that breaks at its n-th verb, before or after it is done."""

    def __init__(self, inner: Store, at: int, *, after: bool) -> None:
        self.url, self._inner, self._left, self._after = inner.url, inner, at, after

    def __getattr__(self, name: str) -> Any:
        def verb(*arguments: Any) -> Any:
            self._left -= 1
            if self._left == 0 and not self._after:
                raise DataError("the wire broke")
            done = getattr(self._inner, name)(*arguments)
            if self._left == 0:
                raise DataError("the wire broke")
            return done

        return verb


@pytest.mark.parametrize("after", [False, True])
def test_a_push_that_breaks_anywhere_loses_nothing_and_goes_on(layout: Layout, tmp_path: Path, after: bool) -> None:
    before = digests(layout)
    breaks = 0
    for at in range(1, 100):
        store = Folder(tmp_path / f"store{at}")
        data = Layout(root=tmp_path / f"data{at}")
        shutil.copytree(layout.root, data.root)
        try:
            list(away.push(data, Broken(store, at, after=after), drop=True))
        except DataError:
            breaks += 1
        else:
            break
        assert digests(data) == before, f"broken at verb {at}"
        list(away.push(data, store, drop=True))
        assert digests(data) == before
        assert not list(tmp_path.rglob("*.tmp"))
    assert breaks >= 8


def test_other_bytes_under_a_name_are_refused_and_both_are_kept(layout: Layout, tmp_path: Path) -> None:
    store = Folder(tmp_path / "store")
    list(away.push(layout, store))
    victim = next(layout.warcs())
    theirs = tmp_path / "store" / fixity.name_of(layout, victim)
    theirs.chmod(0o644)
    ours = victim.read_bytes()
    for other in (ours[:-1] + b"x", ours + b"x", ours[:-1]):
        theirs.write_bytes(other)
        with pytest.raises(DataError, match="holds other bytes"):
            list(away.push(layout, store, drop=True))
        assert victim.read_bytes() == ours
        assert theirs.read_bytes() == other


def test_a_damaged_file_is_not_sent(layout: Layout, tmp_path: Path) -> None:
    damage.survey(layout)
    victim = next(layout.warcs())
    victim.write_bytes(victim.read_bytes()[:-40] + b"x" * 40)
    with pytest.raises(DataError, match="not those that fixity"):
        list(away.push(layout, Folder(tmp_path / "store"), drop=True))
    assert victim.exists()
    assert not (tmp_path / "store" / fixity.name_of(layout, victim)).exists()


def test_what_rests_in_a_store_and_rots_there_is_told(layout: Layout, tmp_path: Path) -> None:
    list(away.push(layout, Folder(tmp_path / "store"), drop=True))
    theirs = tmp_path / "store" / fixity.name_of(layout, next(layout.warcs()))
    theirs.write_bytes(theirs.read_bytes()[:-40] + b"x" * 40)
    code, said = run(layout, "verify")
    assert code == 1
    assert "its bytes are not those that it was closed with" in said
    with pytest.raises(DataError, match="Look for another copy"):
        away.bring_back(next(layout.warcs()))


def test_what_is_erased_leaves_the_store_too(layout: Layout, tmp_path: Path) -> None:
    list(away.push(layout, Folder(tmp_path / "store"), drop=True))
    victim = next(layout.warcs())
    name, url = fixity.name_of(layout, victim), "http://site0.example.cn/1.html"
    erase(layout, victim, addresses([url]))
    assert not (tmp_path / "store" / name).exists()
    left = [capture.url for warc in layout.warcs("site0") for capture in reader.read(warc)]
    assert left == ["http://site0.example.cn/0.html", "http://site0.example.cn/2.html"]
    list(away.push(layout, Folder(tmp_path / "store")))
    stored = b"".join(path.read_bytes() for path in (tmp_path / "store").rglob("*.cdxj"))
    assert b"site0)/1.html" not in stored


def test_a_stub_that_a_power_cut_emptied_is_made_again(layout: Layout, tmp_path: Path) -> None:
    before = digests(layout)
    list(away.push(layout, Folder(tmp_path / "store"), drop=True))
    away.stub_of(next(layout.warcs())).write_bytes(b"")
    with pytest.raises(DataError, match="cundang store pull"):
        digests(layout)
    assert [moved.copied for moved in away.pull(layout, Folder(tmp_path / "store"))] == [True, False]
    assert digests(layout) == before


def test_of_what_two_machines_sent_about_a_page_the_later_counts(tmp_path: Path) -> None:
    store, url = Folder(tmp_path / "store"), "http://a.cn/1"
    said = {"one": ({"url": url}, {"undone": url}), "two": ({"url": url},)}
    days = iter(range(1, 4))
    for name, lines in said.items():
        layout = Layout(root=tmp_path / name)
        for line in lines:
            exclusions.append(layout, {**line, "date": f"2026-01-0{next(days)}T00:00:00+00:00", "reason": name})
        list(away.push(layout, store))
    for name in (*said, "three"):
        layout = Layout(root=tmp_path / name)
        list(away.pull(layout, store))
        assert [page.url for page in exclusions.read(layout).pages.values()] == [url], name


def test_a_data_folder_is_no_bucket() -> None:
    with pytest.raises(UsageError, match="store pull s3://bucket/prefix"):
        Layout.at(Path("s3://bucket/prefix"))


def test_a_store_that_is_none_is_refused() -> None:
    with pytest.raises(UsageError, match="no store has this scheme"):
        open_store("ftp://host/x")
    with pytest.raises(UsageError, match="Write it as s3://bucket/prefix"):
        open_store("s3:/bucket/x")


def test_an_object_that_a_store_has_lost_stops_nothing(layout: Layout, tmp_path: Path) -> None:
    there = tmp_path / "store"
    assert run(layout, "store", "push", str(there), "--drop")[0] == 0
    lost, other = layout.warcs()
    copy = (there / fixity.name_of(layout, lost)).rename(tmp_path / "copy")
    told = (
        f"{lost}: unreadable. The 3 documents that were made from it are kept. The store {there} has no"
        f" {fixity.name_of(layout, lost)}. Put a copy of it there. Otherwise put one here: cundang repair {lost} --from"
        f" COPY. Only if there is none: remove {away.stub_of(lost)}, and run cundang clean --accept-damage"
    )
    *_, new = archive_of(tmp_path / "new", files=3, pages=1).warcs()
    for words in (["status"], ["clean"], ["clean", "--accept-damage"], ["rebuild"], ["import", str(new)]):
        code, said = run(layout, *words)
        assert (code, said.count(told)) == (1, 1), words
    assert build.update(layout).documents == 7
    assert "verify: 3 files, 1 problems\n" in run(layout, "verify")[1]
    # Damage of another file is found.
    path = there / fixity.name_of(layout, other)
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(data)
    assert "its bytes are not those that it was closed with" in run(layout, "verify")[1]
    shutil.move(there, tmp_path / "elsewhere")
    assert f"The store {there} is not there. Mount it." in run(layout, "status")[1]
    shutil.move(tmp_path / "elsewhere", there)
    assert run(layout, "repair", str(lost), "--from", str(copy))[0] == 0
    assert told not in run(layout, "clean")[1]
