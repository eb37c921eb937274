"""A command imports only what it needs, when it runs. `make start` measures the CPU that it takes."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

CHECKOUT = Path(__file__).parents[1]
# Modules that are slow to import, from 2 ms (tomllib) to .5 s (trafilatura); docscrape describes pyarrow's functions.
HEAVY = {
    "archive.text.clean",
    "lxml",
    "numpy",
    "opencc",
    "pandas",
    "pyarrow",
    "pyarrow.vendored.docscrape",
    "rich",
    "scrapy",
    "tomllib",
    "trafilatura",
    "twisted",
}


@pytest.mark.parametrize(
    ("line", "needs"),
    [
        ("--help", set()),
        ("--version", set()),
        ("search --help", set()),
        ("crawl --help", set()),
        ("sites list", {"tomllib"}),
        ("sites check", {"lxml", "tomllib"}),
        ("status", set()),
        ("schedule list", {"tomllib"}),
        ("schedule history", set()),
        ("show file:///1.html", {"pyarrow", "tomllib"}),
        ("search 会议", {"pyarrow"}),
        ("clean --all", {"archive.text.clean", "lxml", "numpy", "opencc", "pyarrow", "tomllib"}),
    ],
)
def test_a_command_loads_no_more_than_it_needs(archive: Path, line: str, needs: set[str]) -> None:
    program = (
        "import sys; from crawler.__main__ import main\n"
        f"sys.argv = ['cundang', *{line.split()!r}]\n"
        "try: main()\n"
        "except SystemExit as end: assert not end.code, end.code\n"
        f"print('loaded:', *({HEAVY!r} & sys.modules.keys()))"
    )
    done = subprocess.run(
        [sys.executable, "-c", program],
        cwd=archive,
        env={"PYTHONPATH": str(CHECKOUT), "CUNDANG_SITES": str(CHECKOUT / "seeds" / "sites")},
        capture_output=True,
        text=True,
        check=True,
        timeout=100,
    )
    loaded = set(done.stdout.splitlines()[-1].removeprefix("loaded:").split())
    assert loaded <= needs, f"`cundang {line}` loads {loaded - needs}: import it in the function that needs it"


def test_pandas_can_be_used_after_arrow_was_loaded_without_it() -> None:
    program = (
        "import sys; from archive.corpus.shard import load_arrow; load_arrow()\n"
        "import pyarrow as pa\n"
        "assert 'pandas' not in sys.modules\n"
        "frame = pa.table({'a': [1, None]}).to_pandas()\n"
        "assert pa.Table.from_pandas(frame).column('a').null_count == 1"
    )
    subprocess.run([sys.executable, "-c", program], cwd=CHECKOUT, check=True, timeout=100)


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder with one page, in ./data."""
    folder = tmp_path_factory.mktemp("light")
    page = "<title>会议</title><h1>会议召开</h1><p>" + "统战部召开会议，传达学习精神，研究部署工作。" * 8 + "</p>"
    (folder / "1.html").write_text(page, encoding="utf-8")
    command = [sys.executable, "-m", "crawler.cli", "import", "--jobs", "1", "1.html"]
    subprocess.run(command, cwd=folder, env={"PYTHONPATH": str(CHECKOUT)}, check=True, timeout=300)
    return folder
