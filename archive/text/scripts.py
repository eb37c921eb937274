"""A page's characters -> the same, with what its scripts write from literal values standing in their place.

Templates put the day, the source and the author into variables and write them where they are not empty:
`var day='2017年11月28日'; if(day!=''){document.write(day)}`. A browser shows them; so does the page that is read.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

# A longer script does more than write a line.
CODE = 4000
# A value is a line's, or a list of links'.
VALUE = 2000

# A search that minds no case takes many times as long (measured).
_SCRIPT = "".join(f"[{letter}{letter.upper()}]" for letter in "script")
_OPEN = re.compile(rf"<{_SCRIPT}\b[^>]{{0,300}}>")
_CLOSE = re.compile(rf"</{_SCRIPT}\b[^>]{{0,20}}>")
_TOKEN = re.compile(
    r"""(?P<comment>//[^\n]*|/\*)|'(?P<single>(?:[^'\\\n]|\\.)*+)'|"(?P<double>(?:[^"\\\n]|\\.)*+)"|"""
    r"""(?P<name>[A-Za-z_$][\w$.]*+)|(?P<number>-?\d{1,9}+)|(?P<mark>[=!]==?|&&|\|\||\S)"""
)
_ESCAPE = re.compile(r"\\(u[0-9a-fA-F]{4}|.)")
_WRITES = ("document.write", "document.writeln")
# What only a browser can run.
_BEYOND = frozenset(("function", "for", "while", "switch", "try", "return", "do", "new"))


def written(html: str) -> str:
    """The page with scripts that only write literal values replaced by what they write.

    >>> written("<p>日期：<script>var d='2017年11月28日';if(d!=''){document.write(d)}</script></p>")
    '<p>日期：2017年11月28日</p>'
    """
    if _WRITES[0] not in html:
        return html
    known: dict[str, str] = {}
    pieces, end = [], 0
    for begin, close in _short(html):
        tokens = _tokens(html[begin.end() : close.start()]) if begin.start() >= end else None
        said = _Reader(tokens, known).run() if tokens else None
        if said is not None and "<script" not in said.lower():
            pieces += [html[end : begin.start()], said]
            end = close.end()
    return "".join([*pieces, html[end:]])


def _short(html: str) -> list[tuple[re.Match[str], re.Match[str]]]:
    """The tags around each short script up to the last one that writes; most pages that write do it in long ones."""
    found: list[tuple[re.Match[str], re.Match[str]]] = []
    close, writing = None, 0
    for begin in _OPEN.finditer(html, 0, html.rindex(_WRITES[0])):
        if close is None or close.start() < begin.end():
            close = _CLOSE.search(html, begin.end())
        if close is None:
            break
        if 0 < close.start() - begin.end() <= CODE:
            found.append((begin, close))
            writing = len(found) if html.find(_WRITES[0], begin.end(), close.start()) >= 0 else writing
    return found[:writing]


class _Reader:
    """Runs the assignments and the writing of a script; gives up where a statement is anything else.

    A token is a kind, `text` for a string literal, `name`, `number` or `mark`, and its value.
    """

    def __init__(self, tokens: Sequence[tuple[str, str]], known: dict[str, str]) -> None:
        self._tokens = tokens
        self._known = known
        self._at = 0
        self._said: list[str] = []

    def run(self) -> str | None:
        """What the script writes; None where it does not write, or does what cannot be read here."""
        while self._at < len(self._tokens):
            if not self._statement():
                return None
        return "".join(self._said) if self._said else None

    def _next(self) -> tuple[str, str]:
        token = self._tokens[self._at] if self._at < len(self._tokens) else ("mark", "")
        self._at += 1
        return token

    def _peek(self, ahead: int = 0) -> str:
        place = self._at + ahead
        return self._tokens[place][1] if place < len(self._tokens) and self._tokens[place][0] != "text" else ""

    def _statement(self) -> bool:
        """Run a statement; False where it cannot be read."""
        kind, value = self._next()
        if kind == "mark":
            return value in ";{}"
        if kind in ("text", "number"):
            return kind == "text"
        if value in ("var", "let", "const"):
            return True
        if value == "if":
            return self._condition()
        if value == "else":
            # The branch before it was taken: one that was not is passed over together with its `else`.
            self._skip()
            return True
        if value in _WRITES:
            return self._write()
        return self._assignment(value)

    def _assignment(self, name: str) -> bool:
        if self._peek() != "=":
            return False
        self._next()
        value = self._value()
        if value is None:
            return False
        self._known[name] = value
        if self._peek() == ",":
            self._next()
            return self._assignment(self._next()[1])
        return True

    def _write(self) -> bool:
        if self._next()[1] != "(":
            return False
        value = self._value()
        if value is None or self._next()[1] != ")":
            return False
        self._said.append(value)
        return True

    def _value(self) -> str | None:
        """Literals, known names and pieces of them, joined by `+`; None where there is anything else."""
        whole = ""
        while True:
            kind, word = self._next()
            part = word if kind == "text" else self._named(word) if kind == "name" else None
            while part is not None and self._peek() == "." and self._peek(2) == "(":
                self._next()
                part = self._piece(part, self._next()[1])
            if part is None or len(whole) + len(part) > VALUE:
                return None
            whole += part
            if self._peek() != "+":
                return whole
            self._next()

    def _named(self, word: str) -> str | None:
        """What a name stands for, or the piece of it that a call takes: `day.substr(0, 10)`, `day.split(" ")[0]`."""
        if self._peek() != "(":
            return self._known.get(word)
        name, _, call = word.rpartition(".")
        return self._piece(self._known.get(name), call)

    def _piece(self, whole: str | None, call: str) -> str | None:
        """What a call makes of a value; None where that cannot be read here."""
        given = self._given()
        kinds = [kind for kind, _ in given or ()]
        if whole is None or given is None:
            return None
        if call == "split" and kinds == ["text"] and given[0][1]:
            return self._item(whole.split(given[0][1]))
        if call == "replace" and kinds == ["text", "text"]:
            return whole.replace(given[0][1], given[1][1], 1)
        if call in ("substr", "substring", "slice") and kinds == ["number"] * len(given):
            first, last, *_ = (*(int(value) for _, value in given), len(whole), len(whole))
            return whole[first:][:last] if call == "substr" else whole[first:last]
        return whole.strip() if call == "trim" and not given else None

    def _given(self) -> list[tuple[str, str]] | None:
        """The literals in the brackets of a call; None where there is anything else."""
        self._next()
        found: list[tuple[str, str]] = []
        while (token := self._next()) != ("mark", ")"):
            if token[0] in ("text", "number"):
                found.append(token)
            elif token != ("mark", ","):
                return None
        return found

    def _item(self, items: Sequence[str]) -> str | None:
        """The item of a list that a number in square brackets names."""
        opened, (kind, number), closed = self._next(), self._next(), self._next()
        if (opened[1], kind, closed[1]) != ("[", "number", "]") or not 0 <= int(number) < len(items):
            return None
        return items[int(number)]

    def _condition(self) -> bool:
        """`if(name)`, `if(name != '')`, `if(name == "x")`: pass over the branch that is not taken."""
        left = self._value() if self._next()[1] == "(" else None
        right: str | None = ""
        how = self._peek()
        if how != ")":
            self._next()
            right = self._value()
        if None in (left, right) or self._next()[1] != ")" or how not in ("==", "===", "!=", "!==", ")"):
            return False
        if (left == right) != how.startswith("="):
            self._skip()
            if self._peek() == "else":
                self._next()
        return True

    def _skip(self) -> None:
        """Pass over a block in braces, or over one statement."""
        depth = 0
        while self._at < len(self._tokens):
            kind, value = self._next()
            if kind != "mark":
                continue
            depth += (value == "{") - (value == "}")
            if depth <= 0 and value in ";}":
                return


def _tokens(code: str) -> list[tuple[str, str]] | None:
    """The tokens of a script without its comments; None from the first word on that only a browser can run."""
    tokens = []
    for found in _TOKEN.finditer(code):
        kind = found.lastgroup or ""
        value = found[kind]
        if kind == "name" and value in _BEYOND:
            return None
        if kind != "comment":
            literal = kind in ("single", "double")
            tokens.append(("text", _ESCAPE.sub(_unescaped, value)) if literal else (kind, value))
    return tokens


def _unescaped(found: re.Match[str]) -> str:
    said = found[1]
    return chr(int(said[1:], 16)) if len(said) == 5 else {"n": "\n", "t": " ", "r": ""}.get(said, said)
