"""Pages written by hand in the manner of many systems: paragraphs, date and fields as a reader takes them."""

from __future__ import annotations

import golden
import pytest

from archive.text.clean import clean
from archive.text.document import Document


@pytest.mark.parametrize("name", golden.STYLES)
def test_a_page_is_read_as_it_was_written(name: str) -> None:
    style = golden.STYLES[name]
    document = clean(golden.styled(name), None)
    assert isinstance(document, Document)
    assert document.text == style["text"]
    for field in ("title", "published", "source", "author", "editor", "contributor"):
        assert (field, getattr(document, field)) == (field, style.get(field))
    for field in ("columns", "captions"):
        assert (field, getattr(document, field)) == (field, tuple(style.get(field, ())))
