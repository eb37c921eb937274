"""A site that moves to another host: what its file must keep, and who says so if it does not."""

from __future__ import annotations

import datetime as dt
import json
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import loaded
from little_server import Answer, serving

from archive.catalogue import query
from archive.layout import Layout
from archive.ledger import SiteAccount, read_ledger, write_ledger
from crawler.runs.history import Runs

PROSE = "<p>" + "全市统战部长会议召开，会议强调要画好最大同心圆，巩固和发展最广泛的爱国统一战线。" * 8 + "</p>"


def answer(path: str, _: Mapping[str, str]) -> Answer:
    if path == "/":
        rows = "".join(f"<li><a href='/a/{n}.html'>统战部长会议第{n}次召开</a> 2026-01-0{n}</li>" for n in range(1, 4))
        return Answer(f"<title>要闻</title><ul>{rows}</ul>")
    title = f"统战部长会议第{path[3:4]}次召开"
    return Answer(f"<title>{title}</title><h1>{title}</h1><p>2026-01-0{path[3:4]}</p>{PROSE}")


def cundang(folder: Path, *words: str, code: int = 0) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "crawler.cli", "--data", f"{folder}/data", "--sites", f"{folder}/sites", *words]
    done = loaded.run(command, timeout=120)
    assert done.returncode == code, done.stderr
    return done


def schedule(site: Path, hosts: list[str]) -> None:
    """Give a site a crawl every minute, and these hosts."""
    lines = site.read_text("utf-8").splitlines()
    site.write_text("\n".join(['schedule = "* * * * *"', lines[0], f"hosts = {hosts!r}", *lines[2:]]), "utf-8")


def keys(folder: Path) -> dict[str, int]:
    found: dict[str, int] = {}
    for each in query.documents(Layout(root=folder / "data"), query.Filter()):
        found[each.site] = found.get(each.site, 0) + 1
    return found


def test_a_site_whose_file_drops_its_old_host_keeps_its_texts_and_everybody_says_how_to_go_on(tmp_path: Path) -> None:
    told = tmp_path / "told.jsonl"
    with serving(answer) as old, serving(answer) as new:
        old.site(tmp_path / "sites")
        cundang(tmp_path, "crawl", "little")
        assert keys(tmp_path) == {"little": 3}
        site = new.site(tmp_path / "sites")
        schedule(site, [new.host])
        cundang(tmp_path, "schedule", "due")
        runs = Runs(Layout(root=tmp_path / "data").runs)
        since = (dt.datetime.now(dt.UTC) - dt.timedelta(minutes=1)).isoformat()
        runs._db.execute("UPDATE watch SET since = ?", (since,))
        runs.close()
        due = cundang(tmp_path, "schedule", "due", "--alert-command", f"sh -c 'cat >> {told}; echo >> {told}'", code=1)
    cure = f"add {old.host} to `hosts` of little.toml again, beside the new ones, then run: cundang clean"
    assert cure in due.stderr
    failed = "cleaning ended with exit code 1. To see why: cundang clean --site little"
    (alert,) = [json.loads(line) for line in told.read_text("utf-8").splitlines()]
    assert alert["text"] == f"little: not_cleaned: {failed}"
    (run,) = [json.loads(line) for line in cundang(tmp_path, "schedule", "history", "--json").stdout.splitlines()]
    assert (run["ending"], run["exit"], run["shortfall"]) == ("not_cleaned", 1, failed)
    assert f"! {failed}" in cundang(tmp_path, "status").stdout
    # --all does not take the key from the texts of the old host, and gives none twice.
    before = keys(tmp_path)
    assert cure in cundang(tmp_path, "clean", "--all", "--site", "little", code=1).stderr
    assert keys(tmp_path) == before == {"little": 3}
    site.write_text(site.read_text("utf-8").replace(f"['{new.host}']", f"['{new.host}', '{old.host}']"), "utf-8")
    assert "cleaning ended" in cundang(tmp_path, "status").stdout
    cundang(tmp_path, "clean")
    assert "cleaning ended" not in cundang(tmp_path, "status").stdout
    assert keys(tmp_path) == before


def test_a_site_that_drops_one_of_its_hosts_keeps_the_texts_of_that_too(tmp_path: Path) -> None:
    with serving(answer) as kept, serving(answer) as dropped:
        site = kept.site(tmp_path / "sites")
        alone = site.read_text("utf-8")
        site.write_text(alone.replace(kept.host, dropped.host), "utf-8")
        cundang(tmp_path, "crawl", "little")
        site.write_text(alone, "utf-8")
        cundang(tmp_path, "crawl", "little", code=1)
        # Files of both hosts are one here, as after a crawl of both.
        warcs = sorted((tmp_path / "data/warc").rglob("*.warc.gz"))
        (tmp_path / "both.warc.gz").write_bytes(b"".join(warc.read_bytes() for warc in warcs))
    (tmp_path / "data").rename(tmp_path / "before")
    site.write_text(alone.replace(f'"{kept.host}"', f'"{kept.host}", "{dropped.host}"'), "utf-8")
    cundang(tmp_path, "import", f"{tmp_path}/both.warc.gz")
    before = keys(tmp_path)
    assert before.keys() == {"little"}
    site.write_text(alone, "utf-8")
    said = cundang(tmp_path, "clean", "--all", code=1).stderr
    assert f"add {dropped.host} to `hosts` of little.toml again" in said
    assert keys(tmp_path) == before


def test_an_imported_file_with_pages_of_two_sites_that_are_merged_is_cleaned_again(tmp_path: Path) -> None:
    with serving(answer) as one, serving(answer) as two, serving(answer) as unknown:
        for server, key in ((one, "one"), (two, "two"), (unknown, "unknown")):
            server.site(tmp_path / "sites").rename(tmp_path / "sites" / f"{key}.toml")
            cundang(tmp_path, "crawl", key)
    warcs = sorted((tmp_path / "data/warc").rglob("*.warc.gz"))
    (tmp_path / "all.warc.gz").write_bytes(b"".join(warc.read_bytes() for warc in warcs))
    (tmp_path / "data").rename(tmp_path / "before")
    (tmp_path / "sites/unknown.toml").unlink()
    cundang(tmp_path, "import", f"{tmp_path}/all.warc.gz")
    assert keys(tmp_path) == {"one": 3, "two": 3, unknown.host: 3}
    (tmp_path / "sites/two.toml").unlink()
    site = tmp_path / "sites/one.toml"
    site.write_text(site.read_text("utf-8").replace(f'"{one.host}"', f'"{one.host}", "{two.host}"', 1), "utf-8")
    cundang(tmp_path, "clean")
    # Of two addresses of one site that have one text, one is shown.
    assert keys(tmp_path) == {"one": 3, unknown.host: 3}
    # What the file no longer names is the host of the site, and not the one that never had a file.
    site.write_text(site.read_text("utf-8").replace(f', "{two.host}"', ""), "utf-8")
    assert f"no longer names {two.host}: they" in cundang(tmp_path, "clean", "--all", code=1).stderr


def test_cleaning_a_site_without_files_of_its_own_takes_nothing_back_that_failed_for_others(tmp_path: Path) -> None:
    with serving(answer) as one, serving(answer) as two:
        one.site(tmp_path / "sites").rename(tmp_path / "sites/one.toml")
        cundang(tmp_path, "crawl", "one")
        two.site(tmp_path / "sites").rename(tmp_path / "sites/two.toml")
    path = Layout(root=tmp_path / "data").ledger("one")
    failed = SiteAccount(doubt="not_cleaned", count=1, detail="cundang clean --site one")
    write_ledger(path, replace(read_ledger(path), doubts=(failed,)))
    cundang(tmp_path, "clean", "--site", "two")
    assert read_ledger(path).doubts == (failed,)
    cundang(tmp_path, "clean", "--site", "one")
    assert read_ledger(path).doubts == ()


def test_a_damaged_shard_of_a_host_that_was_dropped_is_made_again(tmp_path: Path) -> None:
    with serving(answer) as old, serving(answer) as new:
        old.site(tmp_path / "sites")
        cundang(tmp_path, "crawl", "little")
        new.site(tmp_path / "sites")
    (shard,) = (tmp_path / "data/corpus").rglob("*.parquet")
    whole = shard.read_bytes()
    # The first bytes of its rows; its header is at the end.
    shard.write_bytes(whole[:4] + bytes(600) + whole[604:])
    cundang(tmp_path, "rebuild", "--corpus")
    assert keys(tmp_path) == {old.host: 3}
