"""The demo on the practice web: crawl, import the seed corpus, clean, build the catalogue, and report."""

from __future__ import annotations

import shutil
import subprocess
import sys
import time
from pathlib import Path

from archive.catalogue import query
from archive.errors import UsageError
from archive.layout import Layout
from archive.site import load
from crawler import practice
from crawler.bundled import CORPUS, command
from crawler.messages import say

# The name of a file that marks the folder of a demo; no other folder is ever deleted.
MARK = ".cundang-demo"


def run(folder: Path) -> int:
    """Empty `folder` and run the demo in it; return the exit code of the first command that failed, else 0.

    Raises:
        UsageError: the folder exists and was not made by a demo.
    """
    start = time.monotonic()
    _empty(folder)
    with practice.Server(log=folder / "server.jsonl") as server:
        sites = folder / "sites"
        practice.write_sites(sites, server.port)
        cundang = [sys.executable, "-m", "crawler.cli", "--data", str(folder / "data"), "--sites", str(sites)]
        steps = [["crawl", *load(sites)]]
        if CORPUS.is_dir():
            steps.append(["import", str(CORPUS)])
        for step in steps:
            say(f"\n$ cundang {' '.join(step)}")
            done = subprocess.run([*cundang, *step], stdout=sys.stderr, check=False)
            if done.returncode:
                say(f"demo: this command ended with exit code {done.returncode}")
                return done.returncode
    _report(folder, time.monotonic() - start)
    return 0


def _empty(folder: Path) -> None:
    if folder.exists() and not (folder / MARK).exists():
        raise UsageError(f"{folder}: exists and was not made by a demo. Name another one with --folder.")
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    (folder / MARK).touch()


def _report(folder: Path, seconds: float) -> None:
    layout = Layout(root=folder / "data")
    rows = [("site", "records", "documents", "skips by reason")]
    pages = documents = 0
    for site in query.status(layout):
        fetched = site.documents + sum(site.skips.values())
        skips = ", ".join(f"{reason} {count}" for reason, count in site.skips.items())
        rows.append((site.site, str(fetched), str(site.documents), skips))
        pages, documents = pages + fetched, documents + site.documents
    rows.append(("all", str(pages), str(documents), ""))
    print("What the demo did")
    for key, total, made, skips in rows:
        print(f"  {key:8}  {total:>8}  {made:>9}  {skips}".rstrip())
    data = layout.root
    name = command()
    print(f"""
WARC files   {data}/warc/     what the sites sent, byte for byte
corpus       {data}/corpus/   the documents: a Parquet file for each WARC file
catalogue    {data}/catalogue.sqlite
It took {seconds:.0f} s.

Look at it in a browser:
  {name} --data {data} serve        then open http://127.0.0.1:8080

Three commands to try next:
  {name} --data {data} search 统战部 疫情
  {name} --data {data} show file:///000_cf38059dc55396b4.txt
  {name} --data {data} export --format jsonl --out corpus.jsonl""")
