"""Damage to each file of an archive x each command: what is lost, what reports it, and what restoring the file heals.

`make damage` runs this: in WARC files, bits are flipped and the end is cut off at a hundred random places, in all
other files at a few. The tests of the laws run one case of each cell. This prints the matrix; the exit code is 1 if a
cell differs from `TELLS`.
"""

from __future__ import annotations

import contextlib
import io
import random
import shutil
import sqlite3
import sys
import tarfile
import tempfile
from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

from archive.corpus import shard
from archive.errors import CundangError
from archive.layout import Layout
from archive.text.document import Document
from crawler import cli

sys.path.insert(0, str(Path(__file__).parent / "laws" / "before"))
from make_archive import SITE, pages, serving

ARCHIVE = next((Path(__file__).parent / "laws" / "before").glob("*.tar.xz"))
# The order matters: commands that change nothing come first, and `verify` after those that use its notes.
COMMANDS = ("status", "export", "verify", "clean")
DAMAGES = ("gone", "cut", "flipped")
# The commands that report each damage, by an exit code other than 0. A crawl ends with `clean` and reports the same. A
# flipped bit of a WARC file is noticed only by reading; `status` and `export` know existence, size and the result of
# the last reading. Derived files may be deleted at any time and are made again without a message, but until then
# nothing can be exported.
TELLS: dict[tuple[str, str], tuple[str, ...]] = {
    ("warc", "gone"): ("status", "export", "verify", "clean", "rebuild"),
    ("warc", "cut"): ("status", "export", "verify", "clean", "rebuild"),
    ("warc", "flipped"): ("verify", "clean", "rebuild"),
    ("index", "gone"): ("verify",),
    ("index", "cut"): ("verify", "clean"),
    ("index", "flipped"): ("verify", "clean"),
    ("shard", "gone"): ("export", "verify"),
    ("shard", "cut"): ("export", "verify", "clean"),
    ("catalogue", "gone"): ("export",),
    ("catalogue", "cut"): ("status", "export", "verify", "clean", "rebuild"),
    ("state", "gone"): (),
    ("state", "cut"): ("status", "verify"),
}
# In these files a flipped bit may have no effect; otherwise `verify` reports it.
PERHAPS = ("shard", "catalogue", "state")
CELLS = [*TELLS, *((kind, "flipped") for kind in PERHAPS)]


def unpacked(folder: Path) -> Path:
    """The data folder of an archive of an earlier version, brought up to date."""
    with tarfile.open(ARCHIVE) as pack:
        pack.extractall(folder, filter="data")
    (folder / "sites").mkdir()
    (folder / "sites" / "old.toml").write_text(SITE, "utf-8")
    data = folder / "data"
    assert run(data, "clean") == 0
    assert run(data, "verify") == 0
    return data


def run(data: Path, *words: str) -> int:
    """Run a command in this process; return its exit code."""
    if words == ("export",):
        words = ("export", "--format", "jsonl", "--out", str(data.parent / f"{data.name}.jsonl"))
    sites = data.parent / "sites"
    with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
        try:
            return int(cli.app(["--data", str(data), "--sites", str(sites), *words], standalone_mode=False) or 0)
        except CundangError as error:
            return error.exit_code


def victim(layout: Layout, kind: str) -> Path:
    """The most important file of a kind."""
    warc = max(layout.warcs("old"), key=lambda path: path.stat().st_size)
    return {
        "warc": warc,
        "index": layout.index_of(warc),
        "shard": layout.shard_of(warc),
        "catalogue": layout.catalogue,
        "state": layout.state("old"),
    }[kind]


def hurt(path: Path, damage: str, where: float) -> None:
    """Damage a file at `where`, a share of its length."""
    if damage == "gone":
        path.unlink()
        return
    data = bytearray(path.read_bytes())
    at = int(where * len(data))
    if damage == "cut":
        del data[at:]
    else:
        data[at] ^= 1 << at % 8
    path.write_bytes(data)


def documents(layout: Layout) -> Counter[tuple[str, str]]:
    """The ids and texts in all shards that can be read."""
    found: Counter[tuple[str, str]] = Counter()
    for path in layout.shards():
        with contextlib.suppress(CundangError):
            found.update((item.id, item.text) for item in shard.read(path) if isinstance(item, Document))
    return found


def catalogued(layout: Layout) -> Counter[str]:
    """The ids of the documents in the catalogue; empty if it cannot be read."""
    if not layout.catalogue.exists():
        return Counter()
    with closing(sqlite3.connect(layout.catalogue)) as db, contextlib.suppress(sqlite3.DatabaseError):
        return Counter(id_ for (id_,) in db.execute("SELECT id FROM documents"))
    return Counter()


def row(whole: Path, data: Path, kind: str, damage: str, where: float, *commands: str) -> list[str]:
    """Damage a copy of an archive, run commands, and restore the file; return what went wrong."""
    shutil.rmtree(data, ignore_errors=True)
    shutil.copytree(whole, data)
    layout = Layout(root=data)
    before, rows = documents(layout), catalogued(layout)
    path = victim(layout, kind)
    good = path.read_bytes()
    hurt(path, damage, where)
    if path.exists() and path.read_bytes() == good:
        return []
    same = damage == "flipped" and (documents(layout), catalogued(layout)) == (before, rows)
    wrong: list[str] = []
    for command in commands:
        code = run(data, command)
        told = code != 0
        if (kind, damage) in TELLS and told != (command in TELLS[kind, damage]):
            wrong.append(f"{command}: exit code {code}")
        if (kind, damage) not in TELLS and command == "verify" and not told and not same:
            wrong.append("verify: exit code 0, and something changed")
        if kind != "shard" and before - documents(layout):
            wrong.append(f"{command}: texts were lost from shards")
        if kind != "catalogue" and rows - catalogued(layout):
            wrong.append(f"{command}: documents were lost from the catalogue")
    return [*wrong, *_healing(layout, path, good, kind, before, rows)]


def _healing(
    layout: Layout, path: Path, good: bytes, kind: str, before: Counter[tuple[str, str]], rows: Counter[str]
) -> Iterator[str]:
    """Restore the file, or make derived files again; return how the archive differs from before."""
    if kind in ("warc", "state"):
        path.write_bytes(good)
    run(layout.root, "clean")
    if kind in ("shard", "catalogue"):
        run(layout.root, "rebuild", f"--{'corpus' if kind == 'shard' else kind}")
    if documents(layout) != before or catalogued(layout) != rows:
        yield "it does not heal: other documents"
    if run(layout.root, "verify"):
        yield "it does not heal: verify ends with 1"


def main() -> int:
    """Run all cells; return 1 if one is wrong."""
    dice = random.Random(20260101)  # noqa: S311 - no secret
    failed = 0
    with tempfile.TemporaryDirectory() as folder:
        whole = unpacked(Path(folder))
        data = Path(folder) / "hurt"
        for kind, damage in CELLS:
            # Run fewer cases of damage that makes all shards again, which takes seconds.
            for commands, many in ((COMMANDS, 100 if kind == "warc" else 5), (("rebuild",), 2)):
                places = [dice.random() for _ in range(1 if damage == "gone" else many)]
                wrong = Counter(each for where in places for each in row(whole, data, kind, damage, where, *commands))
                failed += bool(wrong)
                print(
                    f"{kind:10} {damage:8} {len(places):4} times {' '.join(commands)}: {dict(wrong) or 'as told'}",
                    flush=True,
                )
        failed += _crawls(whole, data)
    return int(failed > 0)


def _crawls(whole: Path, data: Path) -> int:
    """Crawl with each damaged WARC file; the crawl must continue, end with 1 and lose nothing."""
    failed = 0
    for damage in DAMAGES:
        shutil.rmtree(data, ignore_errors=True)
        shutil.copytree(whole, data)
        layout = Layout(root=data)
        rows = catalogued(layout)
        hurt(victim(layout, "warc"), damage, 0.5)
        with serving(pages(edited=True, more=1)):
            code = crawl(data)
        lost = rows - catalogued(layout)
        print(f"warc       {damage:8} crawl    exit code {code}, {lost.total()} documents lost", flush=True)
        failed += code != 1 or bool(lost)
    return failed


def crawl(data: Path) -> int:
    """Crawl in a child process, because Scrapy's reactor runs only once in a process; return the exit code."""
    import subprocess  # noqa: PLC0415 - only here

    command = [sys.executable, "-m", "crawler.cli", "--data", str(data), "--sites", str(data.parent / "sites")]
    return subprocess.run([*command, "crawl", "old"], capture_output=True, timeout=300, check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
