"""Pages written by hand in the manner of many systems: paragraphs, date and fields as a reader takes them."""

from __future__ import annotations

import datetime as dt
import tomllib
from pathlib import Path
from typing import Any

import pytest

from archive.text.clean import clean
from archive.text.document import Document
from archive.warc.capture import Capture, Place

HERE = Path(__file__).parent
STYLES: dict[str, dict[str, Any]] = tomllib.loads((HERE / "styles.toml").read_text(encoding="utf-8"))


@pytest.mark.parametrize("name", STYLES)
def test_a_page_is_read_as_it_was_written(name: str) -> None:
    style = STYLES[name]
    html = (HERE / "styles" / f"{name}.html").read_text(encoding="utf-8")
    capture = Capture(
        id="urn:uuid:00000000-0000-4000-8000-000000000006",
        kind="response",
        url=style["url"],
        date=dt.datetime(2026, 10, 1, tzinfo=dt.UTC),
        status=200,
        headers=(("Content-Type", "text/html"),),
        body=html.encode(style.get("encoding", "utf-8")),
        payload_digest=None,
        place=Place(file="a.warc.gz", offset=0, length=1),
    )
    document = clean(capture, None)
    assert isinstance(document, Document)
    assert document.text == style["text"]
    for field in ("title", "published", "source", "author", "editor", "contributor"):
        assert (field, getattr(document, field)) == (field, style.get(field))
    for field in ("columns", "captions"):
        assert (field, getattr(document, field)) == (field, tuple(style.get(field, ())))
