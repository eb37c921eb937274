"""Judge the running time of every pattern that reads the web; `make patterns` judges those without a stored verdict.

These are all patterns that a module of `archive` or `crawler` compiles when it is imported, or when a cached function
is called without arguments (patterns built from TOML), and every literal in a call such as `re.sub("...", ...)`.
Verdicts are stored in tests/patterns.tsv by the digest of a pattern and its flags:

- recheck (https://makenowjust-labs.github.io/recheck/, in build/strangers) judges a translation to JavaScript.
- The attacks that it finds, and strings made from the pattern itself, are tried with Python's engine, which decides, at
  growing lengths, with `search` and with `fullmatch`.

A pattern is `linear`, `quadratic` or `worse`. tests/patterns.toml accepts a few quadratic ones, each with the bound on
its input.
"""

from __future__ import annotations

import argparse
import ast
import csv
import functools
import hashlib
import importlib
import itertools
import json
import math
import pkgutil
import random
import re
import signal
import subprocess
import sys
import time
import tomllib
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

# Python has no public name for the parser of `re`.
parser: Any = importlib.import_module("re._parser")
sre: Any = importlib.import_module("re._constants")

ROOT = Path(__file__).resolve().parent.parent
VERDICTS = ROOT / "tests" / "patterns.tsv"
ACCEPTED = ROOT / "tests" / "patterns.toml"
COMMAND = "make patterns"
COLUMNS = ("digest", "verdict", "by", "attack", "where")
ROOMS = ("archive", "crawler")
# The practice web only serves pages, and reads none.
OWN = ("crawler.practice",)
LITERAL_CALLS = {"compile", "search", "match", "fullmatch", "split", "findall", "finditer", "sub", "subn"}


@dataclass(frozen=True, slots=True)
class Found:
    """A pattern, and the place where it is compiled."""

    pattern: str | bytes
    flags: int
    where: str
    # The one call of `re` that it is written in, where it is written in one.
    call: str = ""

    @property
    def digest(self) -> str:
        """The key of a verdict: the digest of pattern, type and flags."""
        kind = "bytes" if isinstance(self.pattern, bytes) else "str"
        return hashlib.sha256(f"{kind} {self.flags} {self.text}".encode("utf-8", "surrogatepass")).hexdigest()[:16]

    @property
    def text(self) -> str:
        """The pattern as text; bytes are decoded as Latin-1."""
        return self.pattern.decode("latin-1") if isinstance(self.pattern, bytes) else self.pattern


def find_patterns() -> list[Found]:
    """Find every pattern of the product, in the order of modules, each once.

    Run this before anything imports the product, because patterns are found when they are compiled.
    """
    found: dict[str, Found] = {}
    compiled: list[Found] = []
    genuine = re.compile

    def watch(pattern: Any, flags: Any = 0) -> Any:
        made = genuine(pattern, flags)
        caller = sys._getframe(1)
        module = caller.f_globals.get("__name__", "")
        if module.split(".")[0] in ROOMS and not module.startswith(OWN):
            compiled.append(Found(made.pattern, made.flags, f"{module}:{caller.f_lineno}"))
        return made

    re.compile = watch
    try:
        modules = list(_modules())
        for module in modules:
            _call_cached(module)
    finally:
        re.compile = genuine
    names: dict[str, Found] = {}
    for module in modules:
        for name, value in vars(module).items():
            for pattern, path in _walk(value, f"{module.__name__}.{name}", 0):
                one = Found(pattern.pattern, pattern.flags, path)
                names.setdefault(one.digest, one)
    for one in [*compiled, *names.values(), *_literals()]:
        found.setdefault(one.digest, names.get(one.digest, one))
    return list(found.values())


def _modules() -> Iterator[Any]:
    """The modules of the product; name and leave out those whose optional libraries are not installed."""
    for name in _module_names():
        try:
            yield importlib.import_module(name)
        except ModuleNotFoundError as error:
            if (error.name or "").split(".")[0] in ROOMS:
                raise
            print(f"{name} is not judged: it needs {error.name}, which is not installed", file=sys.stderr)


def _module_names() -> list[str]:
    packages = [importlib.import_module(room) for room in ROOMS]
    names = [
        one.name for package in packages for one in pkgutil.walk_packages(package.__path__, f"{package.__name__}.")
    ]
    return [name for name in names if not name.startswith(OWN) and not name.endswith("__main__")]


def _call_cached(module: Any) -> None:
    """Call the cached functions without parameters, which build patterns from data at their first call."""
    if module.__name__ == "archive.text.words":
        for name, entries in module._data().items():
            if isinstance(entries, list) and all("pattern" in entry for entry in entries):
                module.named.__wrapped__(name, "pattern")
    for value in list(vars(module).values()):
        if isinstance(value, functools._lru_cache_wrapper) and value.__module__ == module.__name__:
            value.cache_clear()
            try:
                value()
            except TypeError:
                continue


def _walk(value: Any, path: str, depth: int) -> Iterator[tuple[re.Pattern[Any], str]]:
    if isinstance(value, re.Pattern):
        yield value, path
    elif depth < 4 and isinstance(value, (list, tuple, set, frozenset)):
        for index, item in enumerate(value):
            yield from _walk(item, f"{path}[{index}]", depth + 1)
    elif depth < 4 and isinstance(value, dict):
        for key, item in value.items():
            yield from _walk(item, f"{path}[{key!r}]", depth + 1)


def _literals() -> Iterator[Found]:
    """The patterns that are literals in calls: re.sub("...", ...)."""
    for room in ROOMS:
        for file in sorted((ROOT / room).rglob("*.py")):
            module = ".".join(file.relative_to(ROOT).with_suffix("").parts)
            if module.startswith(OWN):
                continue
            for node in ast.walk(ast.parse(file.read_text("utf-8"))):
                if isinstance(node, ast.Call) and (pattern := _literal(node)) is not None:
                    call = node.func.attr if isinstance(node.func, ast.Attribute) else ""
                    yield Found(pattern.pattern, pattern.flags, f"{module}:{node.lineno}", call)


def _literal(call: ast.Call) -> re.Pattern[Any] | None:
    """The literal pattern in a call of `re`; None: the pattern is no literal, or this is no such call."""
    match call:
        case ast.Call(
            func=ast.Attribute(value=ast.Name(id="re"), attr=name),
            args=[ast.Constant(value=str() | bytes() as pattern), *rest],
        ) if name in LITERAL_CALLS:
            words = [*rest, *(keyword.value for keyword in call.keywords)]
            named = (part.attr for word in words for part in ast.walk(word) if isinstance(part, ast.Attribute))
            flags = sum({int(flag) for name in named if isinstance(flag := getattr(re, name, None), re.RegexFlag)})
            return re.compile(pattern, flags)
    return None


# --- Python -> JavaScript --------------------------------------------------------------------------------------------

_CATEGORIES = {
    sre.CATEGORY_DIGIT: r"0-9\uff10-\uff19",
    sre.CATEGORY_SPACE: r"\s\x1c-\x1f\x85",
    sre.CATEGORY_WORD: r"0-9A-Za-z_\u00c0-\u024f\u3400-\u9fff\uff10-\uff5a",
}
_BYTE_CATEGORIES = {
    sre.CATEGORY_DIGIT: "0-9",
    sre.CATEGORY_SPACE: r" \t-\r",
    sre.CATEGORY_WORD: "0-9A-Za-z_",
}
_OPPOSITE = {
    sre.CATEGORY_NOT_DIGIT: sre.CATEGORY_DIGIT,
    sre.CATEGORY_NOT_SPACE: sre.CATEGORY_SPACE,
    sre.CATEGORY_NOT_WORD: sre.CATEGORY_WORD,
}


class Translator:
    """Translates a parsed pattern to JavaScript; atomic groups and possessive repeats become lookaheads."""

    def __init__(self, flags: int) -> None:
        self.flags = flags
        self.groups = 0
        self.of: dict[int, int] = {}
        self.sets = _CATEGORIES if flags & re.UNICODE else _BYTE_CATEGORIES

    def sequence(self, items: Iterable[Any]) -> str:
        """The parts of a pattern, one after the other."""
        return "".join(self.part(op, value) for op, value in items)

    def part(self, op: Any, value: Any) -> str:
        """One part of a pattern."""
        return str(getattr(self, f"_{str(op).lower()}")(value))

    def _literal(self, code: int) -> str:
        return _escape(code)

    def _not_literal(self, code: int) -> str:
        return f"[^{_escape(code)}]"

    def _any(self, _: None) -> str:
        return r"[\s\S]" if self.flags & re.DOTALL else r"[^\n]"

    def _in(self, items: list[tuple[Any, Any]]) -> str:
        negated = items[0][0] is sre.NEGATE
        items = items[1:] if negated else items
        inverse = [value for op, value in items if op is sre.CATEGORY and value in _OPPOSITE]
        plain = "".join(self._in_set(op, value) for op, value in items if value not in inverse)
        if not inverse:
            return f"[{'^' if negated else ''}{plain}]"
        parts = [f"[^{self.sets[_OPPOSITE[one]]}]" for one in inverse] + ([f"[{plain}]"] if plain else [])
        union = f"(?:{'|'.join(parts)})"
        return rf"(?:(?!{union})[\s\S])" if negated else union

    def _in_set(self, op: Any, value: Any) -> str:
        if op is sre.LITERAL:
            return _escape(value)
        if op is sre.RANGE:
            return f"{_escape(value[0])}-{_escape(value[1])}"
        return self.sets[value]

    def _branch(self, value: tuple[None, list[Any]]) -> str:
        return f"(?:{'|'.join(self.sequence(branch) for branch in value[1])})"

    def _subpattern(self, value: tuple[int | None, int, int, Any]) -> str:
        group, on, off, items = value
        before = self.flags
        self.flags = (self.flags | on) & ~off
        try:
            if group is None:
                return f"(?:{self.sequence(items)})"
            self.groups += 1
            self.of[group] = self.groups
            return f"({self.sequence(items)})"
        finally:
            self.flags = before

    def _groupref(self, group: int) -> str:
        return rf"(?:\{self.of[group]})"

    def _atomic_group(self, items: Any) -> str:
        self.groups += 1
        number = self.groups
        return rf"(?:(?=({self.sequence(items)}))\{number})"

    def _repeat(self, value: tuple[int, Any, Any], mark: str = "") -> str:
        low, high, items = value
        body = f"(?:{self.sequence(items)})"
        most = "" if high is sre.MAXREPEAT else str(int(high))
        count = {"0,": "*", "1,": "+", "0,1": "?"}.get(f"{low},{most}", f"{{{low},{most}}}")
        return f"{body}{count}{mark}"

    def _max_repeat(self, value: Any) -> str:
        return self._repeat(value)

    def _min_repeat(self, value: Any) -> str:
        return self._repeat(value, "?")

    def _possessive_repeat(self, value: Any) -> str:
        self.groups += 1
        number = self.groups
        return rf"(?:(?=({self._repeat(value)}))\{number})"

    def _assert(self, value: tuple[int, Any]) -> str:
        return f"(?{'=' if value[0] > 0 else '<='}{self.sequence(value[1])})"

    def _assert_not(self, value: tuple[int, Any]) -> str:
        return f"(?{'!' if value[0] > 0 else '<!'}{self.sequence(value[1])})"

    def _at(self, where: Any) -> str:
        many = self.flags & re.MULTILINE
        return {
            sre.AT_BEGINNING: r"(?:^|(?<=\n))" if many else "^",
            sre.AT_BEGINNING_STRING: "^",
            sre.AT_END: r"(?=\n|$)" if many else r"(?:\n?$)",
            sre.AT_END_STRING: "$",
            sre.AT_BOUNDARY: r"\b",
            sre.AT_NON_BOUNDARY: r"\B",
        }[where]

    def _failure(self, _: Any) -> str:
        return "(?!)"


def _escape(code: int) -> str:
    if code > 0xFFFF:
        return f"\\u{{{code:x}}}"
    if code > 0x7E or code < 0x20:
        return f"\\u{code:04x}"
    letter = chr(code)
    return letter if letter.isalnum() or letter in " _<>,:;=!@#%&'\"`~" else f"\\{letter}"


def to_javascript(found: Found) -> tuple[str, str]:
    """A pattern and its flags for JavaScript; classes of letters are approximated."""
    tree = parser.parse(found.pattern, found.flags & ~re.DEBUG)
    source = Translator(tree.state.flags | found.flags).sequence(tree)
    flags = "i" if found.flags & re.IGNORECASE else ""
    return source, flags + ("u" if "\\u{" in source else "")


# --- Trying ----------------------------------------------------------------------------------------------------------

# Strings are extended to so many characters, or until one trial takes so long (seconds of CPU).
LONGEST, SLOW = 1_000_000, 0.4
# Trials that take less than this are too short to measure (seconds of CPU).
NOISE = 0.02
# If time grows with length by a greater exponent than these, a pattern is quadratic, or worse.
QUADRATIC, WORSE = 1.55, 2.6
# Strings are first tried at these two lengths, and only extended if the second takes so many times longer.
SHORT, LONGER, TIMES = 4_000, 16_000, 7
# The number of strings for a pattern, and for one that recheck calls safe; and the limit in seconds of CPU.
STRINGS, FEW, BUDGET = 160, 30, 1.5


@dataclass(frozen=True, slots=True)
class Attack:
    """A string of any length: pairs of a part that occurs once and a part that is repeated after it; then an end."""

    pumps: tuple[tuple[str, str], ...]
    end: str

    def at(self, length: int) -> str:
        """The string at about this length."""
        fixed = len(self.end) + sum(len(before) for before, _ in self.pumps)
        unit = sum(len(pump) for _, pump in self.pumps)
        times = max(1, (length - fixed) // max(1, unit))
        return "".join(before + pump * times for before, pump in self.pumps) + self.end

    def dump(self) -> str:
        """Convert to the stored form."""
        return json.dumps([*map(list, self.pumps), self.end], ensure_ascii=True)

    @classmethod
    def load(cls, stored: str) -> Attack:
        """Read the stored form."""
        *pumps, end = json.loads(stored)
        return cls(tuple((before, pump) for before, pump in pumps), end)


class _LateError(Exception):
    """A trial took too long."""


def _late(*_: object) -> None:
    raise _LateError


def cost(call: Callable[[], object], limit: float = 1.0) -> float:
    """The seconds of CPU of a call, or the limit if it takes longer."""
    signal.signal(signal.SIGVTALRM, _late)
    begun = time.process_time()
    signal.setitimer(signal.ITIMER_VIRTUAL, limit)
    try:
        call()
    except _LateError:
        return limit
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
    return time.process_time() - begun


def exponent(call: Callable[[str], object], attack: Attack) -> float:
    """The exponent by which the time of an attack grows with its length, at the greatest practicable lengths."""
    lengths, costs = [], []
    length = 128
    while length <= LONGEST:
        text = attack.at(length)
        took = min(cost(functools.partial(call, text)) for _ in range(2))
        if took > NOISE:
            lengths.append(len(text))
            costs.append(took)
        if took > SLOW:
            break
        length *= 2
    if len(costs) < 2:
        # A short string that takes long already is beyond any power that can be measured.
        return 9.0 if costs and lengths[0] < 1_000 else 0.0
    first = max(0, len(costs) - 3)
    return math.log(costs[-1] / costs[first]) / math.log(lengths[-1] / lengths[first])


def sure_exponent(call: Callable[[str], object], attack: Attack) -> float:
    """The exponent; if it is too large, the least of three measurements, because a busy machine makes it larger."""
    power = exponent(call, attack)
    return power if power <= QUADRATIC else min(power, exponent(call, attack), exponent(call, attack))


class Sampler:
    """Makes strings that a parsed pattern roughly matches, with few repetitions."""

    def __init__(self, tree: Any, chance: random.Random) -> None:
        self.tree = tree
        self.chance = chance
        # What stands before each repeat that has no small bound, and the repeat's body.
        self.repeats: list[tuple[str, Any]] = []

    def sample(self, items: Any) -> str:
        """Make one string."""
        text = ""
        for op, value in items:
            text += self._one(op, value, text)
        return text

    def _one(self, op: Any, value: Any, before: str) -> str:
        if op is sre.LITERAL:
            return chr(value)
        if op is sre.NOT_LITERAL:
            return "x" if value != ord("x") else "y"
        if op is sre.ANY:
            return self.chance.choice("x1 ")
        if op is sre.IN:
            return self._of_set(value)
        if op is sre.BRANCH:
            return self.sample(self.chance.choice(value[1]))
        if op is sre.SUBPATTERN:
            return self.sample(value[3])
        if op is sre.ATOMIC_GROUP:
            return self.sample(value)
        if op in (sre.MAX_REPEAT, sre.MIN_REPEAT, sre.POSSESSIVE_REPEAT):
            return self._rounds(value, before)
        return ""

    def _rounds(self, value: tuple[int, Any, Any], before: str) -> str:
        low, high, items = value
        if high is sre.MAXREPEAT or high > 4:
            self.repeats.append((before, items))
        rounds = max(low, min(int(high) if high is not sre.MAXREPEAT else low + 2, self.chance.choice((low, low + 1))))
        return "".join(self.sample(items) for _ in range(min(rounds, 40)))

    def _of_set(self, items: list[tuple[Any, Any]]) -> str:
        if items[0][0] is sre.NEGATE:
            banned = {chr(value) for op, value in items if op is sre.LITERAL}
            return self.chance.choice([one for one in "x1 <-会(" if one not in banned] or ["~"])
        op, value = self.chance.choice(items)
        if op is sre.LITERAL:
            return chr(value)
        if op is sre.RANGE:
            return chr(self.chance.choice(value))
        return {sre.CATEGORY_DIGIT: "1", sre.CATEGORY_SPACE: " ", sre.CATEGORY_WORD: "w"}.get(value, "!")


def grown(found: Found) -> list[Attack]:
    """Make attacks from a pattern: repeat its beginnings, the bodies of its repeats and letters, alone and in pairs."""
    chance = random.Random(found.digest)  # noqa: S311
    tree = parser.parse(found.pattern, found.flags)
    sampler = Sampler(tree, chance)
    wholes = {sampler.sample(tree) for _ in range(24)}
    bodies = {(before[:60], sampler.sample(items)) for before, items in list(sampler.repeats)}
    bodies |= {("", body) for _, body in bodies}
    letters = sorted(set("".join(wholes)))
    chance.shuffle(letters)
    begins = {whole[: 1 + chance.randrange(max(1, len(whole)))] for whole in wholes if whole}
    attacks = [Attack(((before, body),), end) for before, body in sorted(bodies) if body for end in ("", "\0")]
    attacks += [Attack((("", whole),), end) for whole in sorted(wholes | begins) if whole for end in ("", "\0")]
    attacks += [Attack((("", letter),), "\0") for letter in letters[:30]]
    pairs = list(itertools.product(sorted(bodies), repeat=2))
    chance.shuffle(pairs)
    attacks += [Attack((one, two), "\0") for one, two in pairs[:30] if one[1] and two[1]]
    chance.shuffle(attacks)
    return attacks


def try_attacks(found: Found, attacks: Iterable[Attack]) -> tuple[float, Attack | None]:
    """The largest exponent of the attacks, and its attack; if several are equal, the slowest."""
    pattern = re.compile(found.pattern, found.flags)
    calls: list[Callable[[Any], object]] = [getattr(pattern, name) for name in methods(found)]
    slowest: tuple[float, Attack | None] = (0.0, None)
    worst: tuple[float, Attack | None] = (0.0, None)
    begun = time.process_time()
    for attack in attacks:
        for call in calls:
            as_call = _encoding(call, found.pattern)
            took, longer = (cost(functools.partial(as_call, attack.at(length))) for length in (SHORT, LONGER))
            if longer > slowest[0]:
                slowest = (longer, attack)
            if longer > max(NOISE, TIMES * took) and (power := sure_exponent(as_call, attack)) > worst[0]:
                worst = (power, attack)
        if worst[0] > WORSE or time.process_time() - begun > BUDGET:
            break
    return worst[0], worst[1] or slowest[1]


@functools.cache
def _source(module: str) -> str:
    files = [ROOT / Path(*module.split("."))] if module.count(".") else []
    paths = [path for file in files for path in (file.with_suffix(".py"), file / "__init__.py") if path.exists()]
    return "\n".join(path.read_text("utf-8") for path in paths or (ROOT / module).rglob("*.py"))


def methods(found: Found) -> tuple[str, ...]:
    """How a pattern is used: only from the start of a text, or anywhere. Private names are used only in their module.

    A pattern that is used in any other way than by `NAME.method(...)` counts as used anywhere.
    """
    if found.call in ("match", "fullmatch"):
        return (found.call,)
    module, _, name = found.where.rpartition(".")
    if not name.isidentifier():
        return "search", "fullmatch"
    source = _source(module) if name.startswith("_") else "\n".join(map(_source, ROOMS))
    called = re.findall(rf"\b{name}\.(\w+)\(", source)
    mentioned = len(re.findall(rf"\b{name}\b", source)) - len(re.findall(rf"\b{name}\b(?=.* = )", source))
    if not called or len(called) < mentioned or set(called) - {"match", "fullmatch"}:
        return "search", "fullmatch"
    return tuple(sorted(set(called)))


def _encoding(call: Callable[[Any], object], pattern: str | bytes) -> Callable[[str], object]:
    if isinstance(pattern, bytes):
        return lambda text: call(text.encode("latin-1", "replace"))
    return call


# --- Judging ---------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Verdict:
    """The verdict on a pattern: a row of tests/patterns.tsv."""

    digest: str
    verdict: str
    by: str
    attack: str
    where: str


def read_verdicts() -> dict[str, Verdict]:
    """The stored verdicts by digest."""
    if not VERDICTS.exists():
        return {}
    with VERDICTS.open(encoding="utf-8", newline="") as file:
        rows = csv.reader(file, dialect="excel-tab", quoting=csv.QUOTE_NONE)
        next(rows)
        return {row[0]: Verdict(*row) for row in rows}


def write_verdicts(verdicts: Iterable[Verdict]) -> None:
    """Store verdicts in the order of their digests, so that branches rarely change the same lines."""
    lines = ["\t".join(COLUMNS), *("\t".join(getattr(one, name) for name in COLUMNS) for one in verdicts)]
    VERDICTS.write_text("\n".join([lines[0], *sorted(lines[1:])]) + "\n", encoding="utf-8")


def read_accepted() -> dict[str, str]:
    """The names of the accepted quadratic patterns, each with the bound on its input."""
    return {one["where"]: one["bound"] for one in tomllib.loads(ACCEPTED.read_text("utf-8"))["accepted"]}


def complaints(patterns: list[Found], verdicts: dict[str, Verdict], accepted: dict[str, str]) -> list[str]:
    """The faults of the patterns: a sentence for each, with what to do."""
    said = []
    for one in patterns:
        verdict = verdicts.get(one.digest)
        if verdict is None:
            said.append(f"{one.where} has no stored verdict. Run `{COMMAND}` and commit tests/{VERDICTS.name}.")
        elif verdict.verdict == "worse" or (verdict.verdict == "quadratic" and one.where not in accepted):
            said.append(
                f"{one.where} is {verdict.verdict}: {verdict.attack}. Anchor it, make its repeats possessive, or search"
                f" for plain strings; where the input is bounded, tests/{ACCEPTED.name} may name it with that bound."
            )
    known = {one.where for one in patterns}
    said += [f"tests/{ACCEPTED.name} names {where}, which is no pattern." for where in accepted if where not in known]
    return said


def grade(power: float) -> str:
    """The verdict for an exponent."""
    return "worse" if power > WORSE else "quadratic" if power > QUADRATIC else "linear"


def judge(patterns: list[Found], recheck: Path) -> Iterator[Verdict]:
    """Judge patterns; yield the verdicts as they become ready."""
    asked = [{"digest": one.digest, **dict(zip(("js", "flags"), to_javascript(one), strict=True))} for one in patterns]
    for one, answer in zip(patterns, _ask(recheck, asked), strict=True):
        attacks = grown(one)[: FEW if answer["status"] == "safe" else STRINGS]
        if answer["attack"]:
            pumps = tuple((pump["prefix"], pump["pump"]) for pump in answer["attack"]["pumps"])
            attacks.insert(0, Attack(pumps, answer["attack"]["suffix"]))
        power, attack = try_attacks(one, attacks)
        by = f"recheck: {answer['type'] or answer['status']}; tried: {power:.1f}"
        yield Verdict(one.digest, grade(power), by, attack.dump() if attack else "", one.where)


def _ask(recheck: Path, asked: list[dict[str, str]]) -> Iterator[dict[str, Any]]:
    script = ROOT / "tests" / "recheck.js"
    with subprocess.Popen(
        ["node", str(script)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        env={"PATH": "/usr/local/bin:/usr/bin:/bin", "NODE_PATH": str(recheck)},
    ) as node:
        assert node.stdin is not None
        assert node.stdout is not None
        node.stdin.write("\n".join(map(json.dumps, asked)).encode())
        node.stdin.close()
        for line in node.stdout:
            yield json.loads(line)


def main() -> None:
    """Judge patterns without a verdict, delete verdicts of patterns that are gone, and print all faults."""
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("--recheck", type=Path, help="the folder node_modules that holds recheck")
    options.add_argument("--check", action="store_true", help="judge nothing; fail where a verdict is missing or bad")
    asked = options.parse_args()
    patterns = find_patterns()
    verdicts = read_verdicts()
    if not asked.check:
        kept = {one.digest: verdicts[one.digest] for one in patterns if one.digest in verdicts}
        new = [one for one in patterns if one.digest not in kept]
        print(f"{len(patterns)} patterns, {len(new)} without a verdict", file=sys.stderr)
        with suppress(KeyboardInterrupt):
            for verdict in judge(new, asked.recheck):
                kept[verdict.digest] = verdict
                write_verdicts(kept.values())
                print(verdict.verdict, verdict.where, verdict.by, sep="\t", flush=True)
        write_verdicts(kept.values())
        verdicts = kept
    said = complaints(patterns, verdicts, read_accepted())
    print(*said, sep="\n")
    sys.exit(bool(said))


if __name__ == "__main__":
    main()
