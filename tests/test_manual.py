"""The manual: every command has help that ends with an example, is in the docs, and its example runs."""

from __future__ import annotations

import ast
import json
import os
import re
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from dataclasses import fields
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from archive import ledger
from archive.catalogue import changes, mentions, query, reprints, search, terms, timeline
from archive.catalogue.ask import FIELDS
from archive.corpus import diff, disk, ingest, reclean
from archive.site import Crawl, Reading, load_file
from archive.text.document import Document, Reason
from archive.warc import away, exclusions, record
from archive.web import runs, storage
from crawler import fixtures, forget, practice, status
from crawler.cli import app
from crawler.cli.app import SECTIONS
from crawler.queue import entries
from crawler.queue.entries import Ending
from crawler.runs import history, schedule
from crawler.spiders import outcome, reading

CHECKOUT = Path(__file__).parents[1]
README = (CHECKOUT / "README.md").read_text(encoding="utf-8")
DOCS = {path.stem: path.read_text(encoding="utf-8") for path in sorted((CHECKOUT / "docs").glob("*.md"))}


def commands(group: object, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], str]]:
    """Every command's name and help."""
    children = getattr(group, "commands", None)
    if children is None:
        yield path, getattr(group, "help", "") or ""
    else:
        for name, child in children.items():
            yield from commands(child, (*path, name))


COMMANDS = dict(commands(app))
EXAMPLES = {path: re.findall(r"Example: (cundang .+)", said) for path, said in COMMANDS.items()}
# Commands on which others depend come first.
ORDER = [("import",), ("crawl",)]


@pytest.mark.parametrize("path", COMMANDS, ids=" ".join)
def test_every_command_has_an_example_and_stands_in_the_manual(path: tuple[str, ...]) -> None:
    assert len(EXAMPLES[path]) == 1, f"the help of {path} must end in one example"
    assert COMMANDS[path].rstrip().endswith(EXAMPLES[path][0])
    assert f"`cundang {' '.join(path)}" in DOCS["commands"]


@pytest.mark.parametrize("path", COMMANDS, ids=" ".join)
def test_an_example_is_one_line_of_the_help(path: tuple[str, ...]) -> None:
    shown = CliRunner().invoke(app, [*path, "--help"], terminal_width=80).output
    assert f"  Example: {EXAMPLES[path][0]}\n" in shown


# What `--json` and the page's JSON are made of.
SHOWN = (
    *(search.Hit, search.Found, search.Facet, search.ValueCount, search.PeriodCount, search.Frequency, search.Note),
    *(search.Line, timeline.Captured, timeline.Version, query.SiteStatus, changes.Change, mentions.Mention),
    terms.Count,
    *(terms.Key, reprints.Copies, reprints.Copy, reprints.Pair, status.Standing, entries.Run, entries.Shape),
    *(history.ScheduledRun, schedule.Planned, ledger.Ledger, ledger.ListAccount, ledger.SiteAccount, ledger.Missing),
    *(reclean.Stale, reclean.Made, diff.Change, diff.Difference, diff.Tally, ingest.Report, record.Problem),
    *(exclusions.Exclusion, forget.Done, away.Moved, fixtures.Tried, runs.Run, storage.Storage, disk.Disk),
)


@pytest.mark.parametrize("shown", SHOWN, ids=lambda one: f"{one.__module__}.{one.__name__}")
def test_every_name_in_json_is_explained(shown: Any) -> None:
    names = getattr(shown, "_fields", None) or [field.name for field in fields(shown)]
    unsaid = {name for name in names if f"`{name}`" not in DOCS["documents"] + DOCS["page"]}
    assert not {name for name in unsaid if name.partition("_")[0] not in ("first", "second")}, "docs/documents.md"


def test_the_manual_names_no_command_that_is_not_there() -> None:
    rows = re.findall(r"^\| (`cundang .+?) \|", DOCS["commands"], re.MULTILINE)
    assert len(rows) > 10
    known = {" ".join(path) for path in COMMANDS} | {path[0] for path in COMMANDS}
    for row in rows:
        for name in re.findall(r"`cundang ([a-z]+(?: [a-z]+)?)", row):
            assert name in known or name.split()[0] in known, f"docs/commands.md tells of `cundang {name}`"


def test_every_command_stands_in_one_section_of_the_help() -> None:
    listed = [name for names in SECTIONS.values() for name in names]
    assert sorted(listed) == sorted({path[0] for path in COMMANDS})


def test_the_manual_explains_every_column_and_reason() -> None:
    for name in (*Document.__slots__, *Reason):
        assert f"`{name}`" in DOCS["documents"], f"docs/documents.md does not say what {name} is"


def test_the_manual_explains_every_rule_that_takes_a_line_or_reads_a_field() -> None:
    golden = json.loads((CHECKOUT / "tests" / "text" / "golden" / "documents.json").read_text("utf-8"))
    rules = {rule["id"] for rule in tomllib.loads((CHECKOUT / "archive/text/lines.toml").read_text("utf-8"))["rule"]}
    for document in golden["documents"].values():
        rules |= {rule for rule, _ in document.get("removed", ())}
        said = [words for of, words in document.get("evidence", ()) if not of.startswith(("flag:", "part:"))]
        rules |= {words.partition(": ")[0] for words in (*said, document.get("published_evidence", "label: "))}
    assert len(rules) > 40
    assert not {rule for rule in rules if f"`{rule}`" not in DOCS["documents"]}


def test_the_manual_and_the_help_explain_every_field_of_a_query() -> None:
    page = (CHECKOUT / "archive/web/templates/help.html").read_text("utf-8")
    examples: list[str] = re.findall(r"^\('(.+?)', '", page, re.MULTILINE)
    assert len(examples) > 15
    assert not [each for each in examples if f"| `{each}` |" not in DOCS["queries"]]
    shown = CliRunner().invoke(app, ["search", "--help"], terminal_width=80).output
    for name in FIELDS:
        assert f"{name}:" in DOCS["queries"], f"docs/queries.md does not say what {name}: is"
        assert f"{name}:" in shown, f"cundang search --help does not name {name}:"


def test_the_manual_explains_every_key_of_a_site_file() -> None:
    for kind in (Crawl, Reading):
        for name in kind.__slots__:
            pattern = rf"^(?:# )?{name}\s*="
            assert re.search(pattern, DOCS["sites"], re.MULTILINE), f"docs/sites.md does not say what {name} is"


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A working folder for the examples: seeds, a saved page, and a loopback site under the key of a real one."""
    folder = tmp_path_factory.mktemp("house")
    shutil.copytree(CHECKOUT / "seeds" / "corpus", folder / "seeds" / "corpus")
    (folder / "seeds" / "sites").mkdir()
    text = "统战部召开会议，传达学习精神，研究部署工作。" * 8
    page = f"<title>会议</title><h1>会议召开</h1><p>{text}</p><p>{text}</p>"
    (folder / "page.html").write_text(page, encoding="utf-8")
    with practice.Server(log=folder / "server.jsonl") as server:
        files = practice.write_sites(folder / "practice", server.port)
        shutil.copy(next(iter(files.values())), folder / "seeds" / "sites" / "sctyzx.toml")
        yield folder


def run(house: Path, line: str) -> subprocess.CompletedProcess[str]:
    kept = {key: value for key, value in os.environ.items() if not key.startswith("CUNDANG_")}
    bin_ = str(Path(sys.executable).parent)
    environment = kept | {"PATH": f"{bin_}:{os.environ['PATH']}", "CUNDANG_SLOTS": str(house / "slots")}
    return subprocess.run(  # noqa: S602 - our own examples, with their wildcards
        line, shell=True, cwd=house, env=environment, capture_output=True, text=True, timeout=300, check=False
    )


def test_the_first_look_of_the_readme_is_what_one_sees(house: Path) -> None:
    assert run(house, "cundang import seeds/corpus").returncode == 0
    blocks = "".join(re.findall(r"^```console\n(.*?)^```$", README, re.MULTILINE | re.DOTALL))
    for part in blocks.split("$ cundang --data demo-data/data ")[1:]:
        line, *shown = [each for each in part.splitlines() if each not in ("", "...")]
        seen = run(house, f"cundang {line}").stdout.splitlines()
        # A long line of the README ends before that of the command does.
        there = [next((n for n, each in enumerate(seen) if each.startswith(words.rstrip("…"))), -1) for words in shown]
        assert there == sorted(there), line
        assert -1 not in there, (line, shown[there.index(-1)])


def test_every_example_runs(house: Path) -> None:
    order = [*ORDER, *(path for path in EXAMPLES if path not in [*ORDER, ("demo",)])]
    for path in order:
        if path == ("repair",):
            # Make an incomplete file like that of a killed crawl.
            warc = next((house / "data" / "warc" / "sctyzx").rglob("*.warc.gz"))
            torn = warc.with_name("torn.warc.gz.open")
            torn.write_bytes(warc.read_bytes()[:-100])
        line = EXAMPLES[path][0]
        if path == ("serve",):
            continue  # it runs until it is stopped; tests/web starts it
        if path == ("sites", "add"):
            # Use a site of the practice web instead of the real one.
            site = load_file(sorted((house / "practice").glob("*.toml"))[1])
            line = f"cundang sites add {site.crawl.start[0]} --delay 0 --key added"
        if path == ("sites", "fixture"):
            hit = json.loads(run(house, "cundang search site:sctyzx --limit 1 --json").stdout.splitlines()[0])
            line = f"cundang sites fixture {hit['url']}"
        done = run(house, line)
        assert done.returncode == 0, f"{line}: {done.stderr[-2000:]}"
        if path in (("search",), ("show",), ("read",), ("status",), ("sites", "list")):
            assert done.stdout.strip(), f"{EXAMPLES[path][0]} said nothing"


GUIDES = ("researchers", "archivists", "scrapy", "sites", "corpus", "operators")
# Commands that run until they are stopped, take a minute (both are tested elsewhere), or need files of the reader.
LEFT_OUT = ("cundang demo", "cundang serve", "fixture URL", "cundang cluster", "tokenizer")


def steps(guide: str) -> list[str]:
    """The commands of a guide, without their comments."""
    blocks = re.findall(r"^```(\w*)\n(.*?)^```$", DOCS[guide], re.MULTILINE | re.DOTALL)
    lines = [re.sub(r"\s+#.*", "", line) for kind, block in blocks if kind in ("", "sh") for line in block.splitlines()]
    asked = [line for line in lines if line.startswith(("cundang ", "echo "))]
    return [line for line in asked if not any(each in line for each in LEFT_OUT)]


def test_every_command_of_a_guide_runs(house: Path) -> None:
    shutil.copytree(house / "seeds", house / "guide" / "seeds")
    house = house / "guide"
    for line in ("cundang import seeds/corpus", "cundang crawl sctyzx --max-pages 20"):
        assert run(house, line).returncode == 0
    (house / "demo-data").mkdir()
    (house / "demo-data" / "data").symlink_to(house / "data")
    (house / "demo-data" / "sites").symlink_to(house / "seeds" / "sites")
    shutil.copytree(house / "seeds" / "sites", house / "tried")
    tried = [line for guide in GUIDES for line in steps(guide)]
    assert len(tried) > 15
    for line in dict.fromkeys(tried):
        # The folder has one practice site, under the key of a real one.
        done = run(house, re.sub(r"\btrs\b", "sctyzx", line))
        assert done.returncode == 0, f"{line}: {done.stderr[-2000:]}"
    (program,) = re.findall(r"^```python\n(.*?)^```$", DOCS["researchers"], re.MULTILINE | re.DOTALL)
    (house / "study.py").write_text(program, "utf-8")
    done = run(house, f"{sys.executable} study.py")
    assert done.returncode == 0, done.stderr[-2000:]


def test_the_readme_is_short_and_leads_on() -> None:
    assert len(README.splitlines()) <= 150
    for target in re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", README):
        assert (CHECKOUT / target).exists(), f"the README leads to {target}, which is not there"
    for name, text in DOCS.items():
        for target in re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", text):
            assert (CHECKOUT / "docs" / target).exists(), f"docs/{name}.md leads to {target}, which is not there"


def called_with(*names: str) -> set[str]:
    """The words that the crawler hands to functions of these names, or puts first into a pair, as reasons."""
    found = set[str]()
    for path in (each for room in ("spiders", "queue", "wire") for each in (CHECKOUT / "crawler" / room).glob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and ast.unparse(node.func).rpartition(".")[2] in names:
                first = [each.value for each in node.args[:2] if isinstance(each, ast.Constant)]
                found |= {str(word) for word in first if re.fullmatch("[a-z]+(_[a-z0-9]+)*", str(word))}
    return found


def test_every_reason_and_every_ending_is_explained() -> None:
    _, reasons, endings = re.split(r"^\| (?:reason|ending) \|.*$", DOCS["crawling"], flags=re.MULTILINE)
    words = called_with("give_up", "gone", "retry", "refuse", "fail", "Refused") | set(outcome._ERRORS.values())
    words |= {str(reason) for reason in reading._HIDDEN} | {"waiting", "list_gap", "too_deep", "trap", "deleted"}
    assert len(words) > 25
    assert [word for word in sorted(words) if f"`{word}`" not in reasons] == []
    assert [ending for ending in Ending if f"`{ending}`" not in endings] == []
