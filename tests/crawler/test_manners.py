"""Sites whose articles no plain link reveals, crawled with the file that `sites add` writes: complete, or reported.

A few by default; CUNDANG_MANNERS=1 (`make manners`) takes all 24 with a fresh seed, which the failure names.
"""

from __future__ import annotations

import os
import secrets
from pathlib import Path

import pytest
from manner_crawl import crawl
from manners import ARTICLES, MANNERS, REACHABLE, serving

WHOLE = bool(os.environ.get("CUNDANG_MANNERS"))
SEED = secrets.token_hex(4) if WHOLE else "1"
pytestmark = pytest.mark.timeout(1200)


@pytest.mark.parametrize("manner", MANNERS if WHOLE else ("form_post",))
def test_a_site_is_had_whole_or_what_is_missing_is_told(manner: str, tmp_path: Path) -> None:
    with serving(manner, SEED, "127.0.0.7") as served:
        score = crawl(served, tmp_path)
    what = f"{manner} {SEED}: {score}"
    assert score.canary == 0, what
    assert score.had == REACHABLE.get(manner, ARTICLES), what
    assert score.false == 0, what
    assert score.told, f"lost in silence: {what}"
    if manner == "elsewhere":
        # What leads to other hosts is counted, and nothing is asked there.
        counted = [line["foreign"] for line in score.ledger if line.get("foreign")]
        assert counted == [{served.town.other: ARTICLES // 2}], what
