"""What protects a site: told by its status and its words, not by a script that may ask for a code one day."""

from __future__ import annotations

import datetime as dt

import pytest
from pages import read

from archive.text.document import Reason
from archive.text.verdict import unread
from archive.warc.capture import Capture, Place

PROSE = (
    "全市侨务工作座谈会在青河召开，与会人员围绕引资引智、权益保护和文化交流等议题进行了深入讨论，提出了许多意见和建议。"
)


def test_a_script_that_can_ask_for_a_code_makes_a_short_page_no_challenge() -> None:
    script = "<script src='/static/geetest.js'></script>"
    found = read(f"<html><head><title>侨务工作</title>{script}</head><body><div><p>{PROSE}</p></div></body></html>")
    assert found.text == PROSE


@pytest.mark.parametrize("status", [202, 203])
@pytest.mark.parametrize(
    ("page", "reason"), [("<script>$_ts=window['$_ts'];</script>", Reason.CHALLENGE), (f"<p>{PROSE}</p>", None)]
)
def test_an_answer_that_is_accepted_is_a_challenge_only_where_it_says_so(
    status: int, page: str, reason: Reason | None
) -> None:
    found = unread(
        Capture(
            id="urn:uuid:00000000-0000-4000-8000-000000000005",
            kind="response",
            url="http://www.example.gov.cn/a/1.html",
            date=dt.datetime(2026, 11, 1, tzinfo=dt.UTC),
            status=status,
            headers=(("Content-Type", "text/html"),),
            body=page.encode(),
            payload_digest=None,
            place=Place(file="a.warc.gz", offset=0, length=1),
        )
    )
    assert (found[0] if found else None) is reason
