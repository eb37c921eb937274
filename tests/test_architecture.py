"""The imports between rooms, and the layout of the repository."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

CHECKOUT = Path(__file__).parents[1]
# Each room of `archive` imports only rooms to its left, and itself.
ROOMS = ("errors", "site", "layout", "store", "ledger", "warc", "text", "corpus", "catalogue", "export", "web")
MODULES = sorted(path for package in ("archive", "crawler") for path in (CHECKOUT / package).rglob("*.py"))
# Likewise those of `crawler`; rooms of one rank may import each other.
RANKS = ({"wire", "queue", "discovery"}, {"spiders"}, {"runs"}, {"cli"})
# Modules that can reach other machines.
CRAWLERS_ONLY = ("scrapy", "twisted", "socket", "http.client", "urllib.request", "requests", "aiohttp", "urllib3")


def imports(path: Path) -> Iterator[str]:
    """The full names of all modules that a file imports, also within functions."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (name.name for name in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: imports are absolute; `from . import` stands in line {node.lineno}"
            assert node.module
            yield from (f"{node.module}.{name.name}" for name in node.names)


def room(name: str) -> str:
    return name.split(".")[1]


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(CHECKOUT)))
def test_imports_run_as_drawn(path: Path) -> None:
    parts = path.relative_to(CHECKOUT).with_suffix("").parts
    if parts[0] != "archive":
        return
    for name in imports(path):
        assert not name.startswith("crawler"), f"{path} imports {name}: the archive never imports the crawler"
        assert not name.startswith(CRAWLERS_ONLY), f"{path} imports {name}: only crawler/ reaches beyond this machine"
        if name.startswith("archive.") and parts[1] != "__init__" and room(name) in ROOMS:
            here, there = ROOMS.index(parts[1]), ROOMS.index(room(name))
            assert there <= here, f"{path} imports {name}: the arrow from {parts[1]} to {ROOMS[there]} runs back"


def runs_back(here: str, name: str) -> bool:
    """Whether an import is forbidden in this room of `crawler`."""
    ranks = {room: number for number, rooms in enumerate(RANKS) for room in rooms}
    there = room(name) if name.startswith("crawler.") else here
    return here in ranks and there in ranks and ranks[there] > ranks[here]


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(CHECKOUT)))
def test_the_rooms_of_the_crawler_are_imported_as_drawn(path: Path) -> None:
    parts = path.relative_to(CHECKOUT).with_suffix("").parts
    if parts[0] != "crawler":
        return
    # The scheduler names the spider for the eye of mypy alone.
    typed = [name for name in imports(path) if name == "crawler.spiders.site.SiteSpider" and parts[1] == "queue"]
    for name in imports(path):
        assert name in typed or not runs_back(parts[1], name), f"{path} imports {name}: the arrow runs back"


def circles(needs: dict[str, set[str]]) -> list[str]:
    """The modules with circular imports."""

    def reached(name: str) -> set[str]:
        seen: set[str] = set()
        todo = [name]
        while todo:
            todo += (new := needs[todo.pop()] - seen)
            seen |= new
        return seen

    return [name for name in needs if name in reached(name)]


def test_no_module_needs_itself_by_way_of_others() -> None:
    names = {".".join(path.relative_to(CHECKOUT).with_suffix("").parts).removesuffix(".__init__") for path in MODULES}
    needs: dict[str, set[str]] = {}
    for path in MODULES:
        here = ".".join(path.relative_to(CHECKOUT).with_suffix("").parts).removesuffix(".__init__")
        found = {name if name in names else name.rpartition(".")[0] for name in imports(path)}
        # The scheduler names the spider for the eye of mypy alone, see above.
        needs[here] = (
            (found & names) - {here} - ({"crawler.spiders.site"} if here == "crawler.queue.scheduler" else set())
        )
    assert circles(needs) == []


def test_a_circle_is_seen() -> None:
    assert circles({"a": {"b"}, "b": {"c"}, "c": {"b"}}) == ["b", "c"]


def test_an_arrow_of_the_crawler_that_runs_back_is_seen() -> None:
    assert runs_back("spiders", "crawler.runs.crawl.crawl")
    assert not runs_back("runs", "crawler.spiders.site.SiteSpider")


def test_every_room_of_the_archive_has_its_place_in_the_order() -> None:
    found = {path.stem if path.is_file() else path.name for path in (CHECKOUT / "archive").iterdir()}
    unknown = found - {*ROOMS, "__init__", "__pycache__"}
    assert not unknown, f"archive/ holds rooms that the order does not know: {unknown}"


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(CHECKOUT)))
def test_every_module_says_what_it_is(path: Path) -> None:
    assert ast.get_docstring(ast.parse(path.read_text(encoding="utf-8"))), f"{path}: begins with no sentence"


def test_the_checker_sees_an_arrow_that_runs_back(tmp_path: Path) -> None:
    wrong = tmp_path / "wrong.py"
    wrong.write_text("def f():\n    from archive.export import jsonl\n", encoding="utf-8")
    assert list(imports(wrong)) == ["archive.export.jsonl"]


def test_the_top_level_is_as_drawn() -> None:
    wanted = {
        "scrapy.cfg",
        "pyproject.toml",
        "crawler",
        "archive",
        "seeds",
        "tests",
        "README.md",
        "Makefile",
        "CHANGELOG.md",
        "CONTRIBUTING.md",
        "LICENSE",
        "constraints.txt",
    }
    assert wanted <= {path.name for path in CHECKOUT.iterdir()}


def test_no_lock_file_or_constraint_holds_an_address() -> None:
    assert "://" not in (CHECKOUT / "constraints.txt").read_text(encoding="utf-8")
