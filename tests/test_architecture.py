"""The imports between rooms, and the layout of the repository."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

CHECKOUT = Path(__file__).parents[1]
# Each room of `archive` imports only rooms to its left, and itself.
ROOMS = ("errors", "site", "layout", "store", "ledger", "warc", "text", "corpus", "catalogue", "export", "web")
# Likewise those of `crawler`; rooms of one rank may import each other.
RANKS = ({"wire", "queue", "discovery"}, {"spiders"}, {"runs"}, {"cli"})
# Modules that can reach other machines.
CRAWLERS_ONLY = ("scrapy", "twisted", "socket", "http.client", "urllib.request", "requests", "aiohttp", "urllib3")


def modules(checkout: Path) -> list[Path]:
    return sorted(path for package in ("archive", "crawler") for path in (checkout / package).rglob("*.py"))


MODULES = modules(CHECKOUT)
every_module = pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(CHECKOUT)))


def imports(path: Path) -> Iterator[str]:
    """The full names of all modules that a file imports, also within functions and by `import_module`."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (name.name for name in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: imports are absolute; `from . import` stands in line {node.lineno}"
            assert node.module
            yield from (f"{node.module}.{name.name}" for name in node.names)
        elif isinstance(node, ast.Call) and ast.unparse(node.func).endswith("import_module"):
            yield from (
                word.value for word in node.args if isinstance(word, ast.Constant) and isinstance(word.value, str)
            )


def room(name: str) -> str:
    return name.split(".")[1]


def offences(path: Path, checkout: Path) -> list[str]:
    """A sentence for each import of a file that runs against an arrow."""
    package, here, *_ = (*path.relative_to(checkout).with_suffix("").parts, "__init__")
    judge = of_the_archive if package == "archive" else of_the_crawler
    return [f"{path} imports {name}: {why}" for name in imports(path) if (why := judge(here, name))]


def of_the_archive(here: str, name: str) -> str:
    """Why a room of `archive` may not import this; empty: it may."""
    if name.partition(".")[0] == "crawler":
        return "the archive never imports the crawler"
    if name.startswith(CRAWLERS_ONLY):
        return "only crawler/ reaches beyond this machine"
    back = name.startswith("archive.") and here in ROOMS and room(name) in ROOMS[ROOMS.index(here) + 1 :]
    return f"the arrow from {here} to {room(name)} runs back" if back else ""


def of_the_crawler(here: str, name: str) -> str:
    """Why a room of `crawler` may not import this; empty: it may."""
    ranks = {room: number for number, rooms in enumerate(RANKS) for room in rooms}
    there = room(name) if name.startswith("crawler.") else here
    # The scheduler names the spider's type, which is imported for mypy only.
    if (here, name) == ("queue", "crawler.spiders.site.SiteSpider") or not {here, there} <= ranks.keys():
        return ""
    return f"the arrow from {here} to {there} runs back" if ranks[there] > ranks[here] else ""


@every_module
def test_imports_run_as_drawn(path: Path) -> None:
    assert offences(path, CHECKOUT) == []


@every_module
def test_only_the_layout_names_what_lies_in_the_data_folder(path: Path) -> None:
    named = [line for line in path.read_text(encoding="utf-8").splitlines() if re.search(r"\broot / f?[\"']", line)]
    assert not named or path == CHECKOUT / "archive/layout.py", f"{path}: {named} belongs into archive/layout.py"


# Package, room, what it may not import, why; first the rooms' arrows, which are drawn from the left to the right.
BACK = [
    *(("archive", left, right) for number, left in enumerate(ROOMS) for right in ROOMS[number + 1 :]),
    *(
        ("crawler", left, right)
        for number, lefts in enumerate(RANKS)
        for rights in RANKS[number + 1 :]
        for left in sorted(lefts)
        for right in sorted(rights)
    ),
]
OFFENDERS = [
    *(
        (package, left, f"{package}.{right}", f"the arrow from {left} to {right} runs back")
        for package, left, right in BACK
    ),
    *(("archive", each, "crawler.messages", "the archive never imports the crawler") for each in ROOMS),
    *(("archive", each, name, "only crawler/ reaches beyond this machine") for each in ROOMS for name in CRAWLERS_ONLY),
]
WAYS = ("import {}.planted", "from {} import planted", "def f():\n    from {} import planted", "f(import_module('{}'))")


def plant(checkout: Path, package: str, here: str, code: str) -> Path:
    planted = checkout / package / here / "planted.py"
    planted.parent.mkdir(parents=True, exist_ok=True)
    planted.write_text(code, encoding="utf-8")
    return planted


@pytest.mark.parametrize("way", WAYS)
def test_a_planted_offender_of_each_arrow_is_found(way: str, tmp_path: Path) -> None:
    assert len(OFFENDERS) == 55 + 12 + 11 + 11 * 8
    for package, here, name, why in OFFENDERS:
        planted = plant(tmp_path, package, here, way.format(name))
        (found,) = offences(planted, tmp_path)
        assert found.startswith(f"{planted} imports {name}")
        assert found.endswith(f": {why}")


def test_imports_along_the_arrows_are_allowed(tmp_path: Path) -> None:
    for package, left, right in BACK:
        planted = plant(tmp_path, package, right, f"from {package}.{left} import planted")
        assert offences(planted, tmp_path) == []


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


def needs_of(checkout: Path) -> dict[str, set[str]]:
    """The modules of a checkout, each with those of them that it imports."""

    def named(path: Path) -> str:
        return ".".join(path.relative_to(checkout).with_suffix("").parts).removesuffix(".__init__")

    names = {named(path): path for path in modules(checkout)}
    needs = {
        here: {name if name in names else name.rpartition(".")[0] for name in imports(path)} & names.keys() - {here}
        for here, path in names.items()
    }
    # The scheduler names the spider's type, which is imported for mypy only.
    needs.get("crawler.queue.scheduler", set()).discard("crawler.spiders.site")
    return needs


def test_no_module_needs_itself_by_way_of_others() -> None:
    assert circles(needs_of(CHECKOUT)) == []


def test_a_planted_circle_is_found(tmp_path: Path) -> None:
    for name, needed in (("a", "b"), ("b", "c"), ("c", "b")):
        (tmp_path / "crawler").mkdir(exist_ok=True)
        (tmp_path / "crawler" / f"{name}.py").write_text(f"from crawler.{needed} import x", encoding="utf-8")
    assert circles(needs_of(tmp_path)) == ["crawler.b", "crawler.c"]


def test_every_room_of_the_archive_has_its_place_in_the_order() -> None:
    found = {path.stem if path.is_file() else path.name for path in (CHECKOUT / "archive").iterdir()}
    unknown = found - {*ROOMS, "__init__", "__pycache__"}
    assert not unknown, f"archive/ holds rooms that the order does not know: {unknown}"


@every_module
def test_every_module_says_what_it_is(path: Path) -> None:
    assert ast.get_docstring(ast.parse(path.read_text(encoding="utf-8"))), f"{path}: begins with no sentence"


def bound_twice(code: str) -> list[str]:
    """The names that a module gives twice: the second shadows the first, also in code above it."""
    names = [
        name.id
        for statement in ast.parse(code).body
        for target in (statement.targets if isinstance(statement, ast.Assign) else [])
        for name in ast.walk(target)
        if isinstance(name, ast.Name) and isinstance(name.ctx, ast.Store)
    ]
    return sorted({name for name in names if names.count(name) > 1})


@every_module
def test_no_module_gives_a_name_twice(path: Path) -> None:
    assert not bound_twice(path.read_text("utf-8"))


def test_a_name_that_is_given_twice_is_found() -> None:
    assert bound_twice("LINE, WORD = 100, 1\nMOST = 3\n\nLINE = 20_000\n") == ["LINE"]


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
