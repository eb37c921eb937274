"""A query as typed -> a tree of conditions. The web page, the command line and Python share this language."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator
from dataclasses import dataclass

from archive.catalogue.words import LONGEST_QUERY, MOST_TERMS, names_of, tokens, unspaced
from archive.errors import UsageError

# Each field and its other names. `title` takes words; `published`, `claimed` and `captured` take a day or a range;
# `url` takes a part of an address, or its beginning if that has a scheme.
FIELDS = {
    "title": ("标题",),
    "site": ("站点",),
    "place": ("地区",),
    "source": ("来源",),
    "author": ("作者",),
    "editor": ("责任编辑", "编辑"),
    "contributor": ("供稿",),
    "column": ("栏目",),
    "about": ("地点",),
    "organisation": ("机构",),
    "flag": ("标记",),
    "kind": ("类型",),
    "script": ("字形",),
    "term": ("术语",),
    "url": ("网址", "address"),
    "published": ("发布", "日期", "date", "day"),
    "claimed": ("自称",),
    "captured": ("采集",),
    "copies": ("副本",),
    "near": ("近似",),
    "versions": ("版本",),
    "gone": ("消失",),
    "han": ("字数",),
}
_NAMES = {name: field for field, others in FIELDS.items() for name in (field, *others)}
DAYS = ("published", "claimed", "captured")
_ANSWERS = ("yes", "no", "only")
_OPERATORS = {"OR": "OR", "|": "OR", "||": "OR", "AND": "AND", "&": "AND", "&&": "AND", "NOT": "NOT"}
_SCHEMES = ("http", "https", "file")
_DAY = r"\d{4}(?:-\d\d){0,2}"
_RANGE = re.compile(rf"(?P<first>{_DAY})?(?P<to>\.\.)?(?P<last>{_DAY})?")
# One pass from left to right; each alternative is bounded by the query's length limit.
_TOKEN = re.compile(
    r"""\s*(?:(?P<open>[(（])|(?P<close>[)）])
        |(?P<minus>-)?(?:(?P<name>[A-Za-z\u4e00-\u9fff]{2,12})[:：])?
         (?:"(?P<quoted>[^"]*)"?|“(?P<chinese>[^”]*)”?|(?P<bare>[^\s()（）"“”]+)))""",
    re.VERBOSE,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """A word or phrase as tokens, in the characters of the query; `title`: look for it in titles only."""

    tokens: str
    title: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """A field and the value it must have, as typed."""

    name: str
    value: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Not:
    """A condition that must not hold."""

    part: Node


@dataclass(frozen=True, slots=True, kw_only=True)
class All:
    """Conditions that must all hold; without parts, every document matches."""

    parts: tuple[Node, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Either:
    """Conditions of which at least one must hold."""

    parts: tuple[Node, ...]


Node = Words | Field | Not | All | Either


def parse(query: str) -> Node:
    """Read a query.

    Adjacent words are joined by AND; `OR`, `NOT` (or `-` before a word), parentheses and quoted phrases work as usual;
    `name:value` asks for a field. Words are found in either script.

    >>> parse('统战 OR title:侨务')
    Either(parts=(Words(tokens='统 战', title=False), Words(tokens='侨 务', title=True)))
    >>> parse('-site:a')
    Not(part=Field(name='site', value='a'))

    Raises:
        UsageError: a parenthesis is not closed or opened, an operator lacks its word, an operator is not in capitals,
            a field is unknown, a day is not one, or the query is too long.
    """
    if len(query) > LONGEST_QUERY:
        raise UsageError(f"The query has {len(query)} characters, {LONGEST_QUERY} at most. Ask for a few words of it.")
    tokens = list(_tokens(query))
    if len(tokens) > MOST_TERMS:
        raise UsageError(f"The query has {len(tokens)} words, {MOST_TERMS} at most. Ask for fewer.")
    node, left = _either(tokens)
    if left:
        raise UsageError(
            "The query closes a parenthesis that it did not open. Take it out, or put it in quotation marks."
        )
    if query.strip() and node == All(parts=()):
        raise UsageError("The query has no word to look for. Give one or more words, as in: 统战部")
    return node


def joined(*queries: str) -> str:
    """One query for what all of some queries ask for; white space alone asks for everything.

    >>> joined("统战 OR 侨务", "site:trs"), joined("会议 统战", "", "-疫情")
    ('(统战 OR 侨务) site:trs', '会议 统战 -疫情')
    """
    parts = [query.strip() for query in queries if query.strip()]
    return parts[0] if len(parts) == 1 else " ".join(f"({part})" if _is_either(part) else part for part in parts)


def _is_either(query: str) -> bool:
    try:
        return isinstance(parse(query), Either)
    except UsageError:
        # Searching will say what is wrong with it.
        return False


def describe(node: Node) -> str:
    """Write out how a query was understood, as an equivalent query.

    >>> describe(parse('統戰（侨务 OR "a b"）-flag:mojibake'))
    '"統戰" AND ("侨务" OR "a b") AND NOT flag:"mojibake"'
    """
    if isinstance(node, Words):
        return ("title:" if node.title else "") + f'"{unspaced(node.tokens)}"'
    if isinstance(node, Field):
        return f"{node.name}:{quoted(node.value)}"
    if isinstance(node, Not):
        return f"NOT {_describe_part(node.part)}"
    word = " AND " if isinstance(node, All) else " OR "
    return word.join(map(_describe_part, node.parts))


def quoted(value: str) -> str:
    """Quote the value of a field, so that a query with it finds this value.

    >>> quoted("人民日报"), quoted('他说"好"'), quoted('“a” "b"')
    ('"人民日报"', '“他说"好"”', '"“a” *b*"')
    """
    if '"' not in value:
        return f'"{value}"'
    return f"“{value}”" if "”" not in value else '"' + value.replace('"', "*") + '"'


def parts_of(node: Node) -> list[tuple[str, str]]:
    """Each condition of a query, with the query that remains without it, both as `describe` writes them.

    >>> parts_of(parse('统战 site:a'))
    [('"统战"', 'site:"a"'), ('site:"a"', '"统战"')]
    """
    parts = node.parts if isinstance(node, All) else (node,)
    rests = (All(parts=parts[:nth] + parts[nth + 1 :]) for nth in range(len(parts)))
    return [(describe(part), describe(rest)) for part, rest in zip(parts, rests, strict=True)]


def words_of(node: Node) -> list[str]:
    """The words that a hit contains, as tokens: all words that are not negated."""
    if isinstance(node, Words):
        return [node.tokens]
    if isinstance(node, All | Either):
        return [words for part in node.parts for words in words_of(part)]
    return []


def leaves(node: Node) -> list[Node]:
    """The single words and fields of a query, to explain a search without hits."""
    if isinstance(node, All | Either):
        return [leaf for part in node.parts for leaf in leaves(part)]
    return [node]


def fields_of(node: Node) -> list[Field]:
    """All fields of a query, at any depth."""
    if isinstance(node, Field):
        return [node]
    if isinstance(node, Not):
        return fields_of(node.part)
    return [found for part in node.parts for found in fields_of(part)] if isinstance(node, All | Either) else []


def wants_versions(node: Node) -> bool:
    """Whether a query asks for every captured text of an address, not only for the latest."""
    return any(field.name == "versions" and field.value != "no" for field in fields_of(node))


def day_range(value: str) -> tuple[str, str] | None:
    """The first and the last day that a value means, each a day, month or year; None for `none`: without a day.

    A month of 00 means documents that state the year only, a day of 00 those that state the month only.

    >>> day_range("2019..2021"), day_range("2020-05.."), day_range("2020-00"), day_range("none")
    (('2019', '2021'), ('2020-05', '9999'), ('2020-00', '2020-00'), None)

    Raises:
        UsageError: it is not a day, month, year or range, or the range is empty.
    """
    if value == "none":
        return None
    found = _RANGE.fullmatch(value)
    first, last = (found["first"] or "", found["last"] or "") if found else ("", "")
    if found is None or not (first or last) or (last and not found["to"]) or not (_is_day(first) and _is_day(last)):
        raise UsageError(
            f"{value!r} is not a day. Write 2020-02-19, 2020-02, 2020, 2019..2021, 2020-05.., ..2012 or none."
        )
    last = last or ("9999" if found["to"] else first)
    if first > last + "~":
        raise UsageError(f"no day lies between {first} and {last}. Write the earlier one first: {last}..{first}")
    return first, last


def _is_day(day: str) -> bool:
    """Whether a day, month or year exists; no day at all does."""
    try:
        return not day or bool(dt.date.fromisoformat((day.replace("-00", "-01") + "-01-01")[:10]))
    except ValueError:
        return False


def _describe_part(node: Node) -> str:
    return f"({describe(node)})" if isinstance(node, All | Either) and len(node.parts) > 1 else describe(node)


# An operator or parenthesis, or a condition that is already parsed.
_Token = str | Node


def _tokens(query: str) -> Iterator[_Token]:
    at = 0
    while at < len(query.rstrip()):
        found = _TOKEN.match(query, at)
        # Skip a lone quotation mark.
        at = found.end() if found else at + 1
        if found and (token := _token(found)) is not None:
            yield token


def _token(found: re.Match[str]) -> _Token | None:
    if found["open"] or found["close"]:
        return "(" if found["open"] else ")"
    name, bare = found["name"], found["bare"]
    value = next(part for part in (found["quoted"], found["chinese"], bare) if part is not None)
    if bare in _OPERATORS and name is None and not found["minus"]:
        return _OPERATORS[bare]
    if bare is not None and bare.upper() in ("AND", "NOT", "OR") and name is None and not found["minus"]:
        raise UsageError(
            f'{bare} is an operator only in capitals. Write {bare.upper()}, or quote it to look for the word: "{bare}".'
        )
    if name is not None and name.lower() not in _NAMES:
        name, value = _unknown(name, value)
    leaf = _leaf(name and _NAMES[name.lower()], value)
    return Not(part=leaf) if found["minus"] and leaf is not None else leaf


def _unknown(name: str, value: str) -> tuple[str | None, str]:
    """What `name:value` means whose name is no field: an address, or, like `记者：张三`, words of a text.

    Raises:
        UsageError: the name is in Latin letters, so it was meant as a field.
    """
    whole = f"{name}:{value}"
    if name.lower() in _SCHEMES and value.startswith("//"):
        return "url", whole
    if name.isascii():
        near = nearest(name.lower(), [*_NAMES])
        meant = f"did you mean {_NAMES[near]}:?" if near else f"the fields are {', '.join(FIELDS)}."
        raise UsageError(f'there is no field {name!r}; {meant} To look for the words, quote them: "{whole}"')
    return None, whole


def _leaf(name: str | None, value: str) -> Node | None:
    """Make a word or a field; None for punctuation alone, which is never indexed."""
    if name is None or name == "title":
        words = tokens(value)
        return Words(tokens=words, title=name == "title") if words else None
    if name in ("copies", "near", "versions", "gone") and value not in _ANSWERS:
        raise UsageError(f"{name}:{value} is not an answer. Write {name}:yes, {name}:no or {name}:only.")
    if name in DAYS:
        day_range(value)
    if name == "url" and not value.strip("*"):
        raise UsageError("url: has no address behind it. Write a part of one: url:gov.cn/2020")
    if name == "han" and not value.isdecimal():
        raise UsageError(f"han:{value} is not a number. Write the least number of characters: han:200.")
    if name in ("author", "editor", "contributor") and len(names := names_of(value)) > 1:
        return All(parts=tuple(Field(name=name, value=each) for each in names))
    return Field(name=name, value=value)


def _either(tokens: list[_Token]) -> tuple[Node, list[_Token]]:
    parts = []
    part, tokens = _all(tokens)
    parts.append(part)
    while tokens and tokens[0] == "OR":
        part, tokens = _all(tokens[1:])
        parts.append(part)
    if len(parts) > 1 and All(parts=()) in parts:
        raise UsageError('OR stands without a word beside it. Write it between two words, or quote it: "OR".')
    return (parts[0] if len(parts) == 1 else Either(parts=tuple(parts))), tokens


def _all(tokens: list[_Token]) -> tuple[Node, list[_Token]]:
    parts: list[Node] = []
    while tokens and tokens[0] not in ("OR", ")"):
        if tokens[0] == "AND":
            tokens = tokens[1:]
            continue
        part, tokens = _one(tokens)
        parts.append(part)
    return (parts[0] if len(parts) == 1 else All(parts=tuple(parts))), tokens


def _one(tokens: list[_Token]) -> tuple[Node, list[_Token]]:
    first, rest = tokens[0], tokens[1:]
    if first == "NOT":
        if not rest or rest[0] in ("OR", "AND", ")"):
            raise UsageError("NOT stands without a word behind it. Write NOT 疫情, or -疫情.")
        part, rest = _one(rest)
        return Not(part=part), rest
    if first == "(":
        part, rest = _either(rest)
        if not rest:
            raise UsageError("The query opens a parenthesis and does not close it. Close it, or quote it.")
        return part, rest[1:]
    assert not isinstance(first, str)
    return first, rest


def nearest(value: str, known: list[str]) -> str:
    """The known value most similar to an unknown one; empty if none is similar."""
    import difflib  # noqa: PLC0415 - only mistakes need it

    return next(iter(difflib.get_close_matches(value, known, n=1, cutoff=0.5)), "")
