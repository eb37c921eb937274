"""Damage to each file of an archive x each command: what is lost, what reports it, and what heals with the good file.

`make damage` runs this: WARC files flipped and cut at a hundred random places each, everything else at a few. The tests
of the laws run one of each cell. It prints the matrix, and ends with 1 where a cell is not as `TELLS` has it.
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
# In this order: those that change nothing first, and `verify`, which notes what it found, behind those that ask for it.
COMMANDS = ("status", "export", "verify", "clean")
DAMAGES = ("gone", "cut", "flipped")
# Who tells of which damage, by an exit code that is not 0; a crawl ends with `clean`, and tells what that tells. A flip
# of a WARC file shows where it is read; `status` and `export` know existence, size and what the last reading said. What
# is derived may be deleted at any time and is made again in silence, but nothing can be exported meanwhile.
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
# A flipped bit of these may be one on which nothing depends; else `verify` tells of it.
PERHAPS = ("shard", "catalogue", "state")
CELLS = [*TELLS, *((kind, "flipped") for kind in PERHAPS)]


def unpacked(folder: Path) -> Path:
    """An archive of the version before, made current: the data folder."""
    with tarfile.open(ARCHIVE) as pack:
        pack.extractall(folder, filter="data")
    (folder / "sites").mkdir()
    (folder / "sites" / "old.toml").write_text(SITE, "utf-8")
    data = folder / "data"
    assert run(data, "clean") == 0
    assert run(data, "verify") == 0
    return data


def run(data: Path, *words: str) -> int:
    """The exit code of a command, run in this process."""
    if words == ("export",):
        words = ("export", "--format", "jsonl", "--out", str(data.parent / f"{data.name}.jsonl"))
    sites = data.parent / "sites"
    with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
        try:
            return int(cli.app(["--data", str(data), "--sites", str(sites), *words], standalone_mode=False) or 0)
        except CundangError as error:
            return error.exit_code


def victim(layout: Layout, kind: str) -> Path:
    """The file of a kind that most depends on."""
    warc = max(layout.warcs("old"), key=lambda path: path.stat().st_size)
    return {
        "warc": warc,
        "index": layout.index_of(warc),
        "shard": layout.shard_of(warc),
        "catalogue": layout.catalogue,
        "state": layout.state("old"),
    }[kind]


def hurt(path: Path, damage: str, where: float) -> None:
    """Damage a file; `where` is a share of its length."""
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
    """Id and text of what every shard holds that can be read."""
    found: Counter[tuple[str, str]] = Counter()
    for path in layout.shards():
        with contextlib.suppress(CundangError):
            found.update((item.id, item.text) for item in shard.read(path) if isinstance(item, Document))
    return found


def catalogued(layout: Layout) -> Counter[str]:
    """Ids of the documents that the catalogue holds; nothing where there is none that can be read."""
    if not layout.catalogue.exists():
        return Counter()
    with closing(sqlite3.connect(layout.catalogue)) as db, contextlib.suppress(sqlite3.DatabaseError):
        return Counter(id_ for (id_,) in db.execute("SELECT id FROM documents"))
    return Counter()


def row(whole: Path, data: Path, kind: str, damage: str, where: float, *commands: str) -> list[str]:
    """Damage a copy of an archive, run commands, put the good file back: what went wrong."""
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
    """The good file is put back, or what is derived is made again, and all is as before; else why not."""
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
    """Run all cells; 1 where one is not as it should be."""
    dice = random.Random(20260101)  # noqa: S311 - no secret
    failed = 0
    with tempfile.TemporaryDirectory() as folder:
        whole = unpacked(Path(folder))
        data = Path(folder) / "hurt"
        for kind, damage in CELLS:
            # What makes all shards again takes seconds, and gets fewer.
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
    """A crawl over each damaged WARC file goes on, ends with 1 and loses nothing."""
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
    """The exit code of a crawl in a process of its own: Scrapy's reactor runs once a process."""
    import subprocess  # noqa: PLC0415 - only here

    command = [sys.executable, "-m", "crawler.cli", "--data", str(data), "--sites", str(data.parent / "sites")]
    return subprocess.run([*command, "crawl", "old"], capture_output=True, timeout=300, check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
