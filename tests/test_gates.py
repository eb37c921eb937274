"""The gates of `make check` and `make patterns`: what they accept and what they report."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

TESTS = Path(__file__).parent
sys.path.insert(0, str(TESTS))

import complexity  # noqa: E402
import patterns  # noqa: E402


def test_every_pattern_has_a_verdict_and_none_is_worse_than_its_bound_allows() -> None:
    done = subprocess.run(
        [sys.executable, str(TESTS / "patterns.py"), "--check"],
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_a_pattern_without_a_verdict_is_named_with_the_command_that_judges_it() -> None:
    new = patterns.Found("a+b", 32, "archive.text.new._NEW")
    (said,) = patterns.complaints([new], {}, {})
    assert "archive.text.new._NEW" in said
    assert "make patterns" in said


@pytest.mark.parametrize(
    ("verdict", "accepted", "count"),
    [
        ("linear", {}, 0),
        ("quadratic", {}, 1),
        ("quadratic", {"a.b": "a query of 200 characters"}, 0),
        ("worse", {"a.b": "a query of 200 characters"}, 1),
    ],
)
def test_only_a_quadratic_pattern_can_be_accepted(verdict: str, accepted: dict[str, str], count: int) -> None:
    one = patterns.Found("x", 32, "a.b")
    stored = {one.digest: patterns.Verdict(one.digest, verdict, "", "", "a.b")}
    assert len(patterns.complaints([one], stored, accepted)) == count


@pytest.mark.parametrize(
    ("pattern", "flags", "javascript"),
    [
        (r"\A(?:a|b)*+c\Z", 0, ("^(?:(?=((?:[ab])*))\\1)c$", "")),
        (r"(?P<x>a)(?P=x)(?>b)", 0, ("(a)(?:\\1)(?:(?=(b))\\2)", "")),
        (r"[^\d。]{2,}", 0, ("(?:[^0-9\\uff10-\\uff19\\u3002]){2,}", "")),
        (rb"(?i)<a", 0, ("<a", "i")),
    ],
)
def test_a_pattern_reads_the_same_in_javascript(pattern: str | bytes, flags: int, javascript: tuple[str, str]) -> None:
    compiled = re.compile(pattern, flags)
    assert patterns.to_javascript(patterns.Found(compiled.pattern, compiled.flags, "here")) == javascript


@pytest.mark.parametrize(
    ("pattern", "pump"), [(r"(?:a+)+b", "a"), (r"<[^>]*>", "<"), (r"x(?: y?)+z", " "), (r"(?:ab)*+c", "ab")]
)
def test_strings_that_are_grown_from_a_pattern_repeat_what_its_repeats_repeat(pattern: str, pump: str) -> None:
    attacks = patterns.grown(patterns.Found(pattern, 32, "here"))
    assert any(set(pump) == set(repeated) for attack in attacks for _, repeated in attack.pumps)


def test_an_attack_is_stored_and_grown_to_a_length() -> None:
    attack = patterns.Attack((("<p>", "a "), ("", "b")), "\0")
    assert patterns.Attack.load(attack.dump()) == attack
    assert attack.at(13) == "<p>a a a bbb\0"
    assert [patterns.grade(power) for power in (1.0, 2.0, 3.0)] == ["linear", "quadratic", "worse"]


LONG = "def f(a):\n" + "    a = 1\n" * 60
HARD = "def f(a):\n" + "".join(f"{'    ' * depth}if a:\n" for depth in range(1, 7)) + "    " * 7 + "a = 1\n"


@pytest.mark.parametrize(
    ("code", "word"), [(LONG, "61 lines"), (HARD, "complexity of 21"), ("def f(a):\n    a = 1\n", "")]
)
def test_a_function_over_a_limit_is_named(tmp_path: Path, code: str, word: str) -> None:
    (tmp_path / "archive").mkdir()
    (tmp_path / "archive" / "a.py").write_text(code, encoding="utf-8")
    said = list(complexity.complaints(tmp_path))
    assert len(said) == bool(word)
    assert all("archive/a.py:1: f" in one and word in one for one in said)
