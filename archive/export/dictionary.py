"""The columns of a Document -> the data dictionary of docs/documents.md and of dataset cards.

python -m archive.export.dictionary docs/documents.md    writes the table between its marks
"""

from __future__ import annotations

import sys
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa

from archive.corpus import shard
from archive.export import rows, signals

BEGIN, END = "<!-- columns: made by archive/export/dictionary.py -->", "<!-- end of columns -->"


@dataclass(frozen=True, slots=True)
class Meaning:
    """What a column says, and when it is null (empty: never)."""

    meaning: str
    null: str = ""


MEANINGS = {
    "id": Meaning("of the page record in the WARC file, `urn:uuid:...`"),
    "url": Meaning("as it was fetched; `file:///...` for imported files that name none"),
    "site": Meaning("key of the site file that names the URL's host, else the host; `_import` where the URL has none"),
    "captured": Meaning("when the page was fetched, UTC", "for saved pages that state no time"),
    "status": Meaning("of the HTTP response", "for imported pages"),
    "origin": Meaning("the relative path of an imported file", "for crawled pages"),
    "kind": Meaning("`article`, or `media_only`: a page whose body is only a film, pictures or a PDF"),
    "title": Meaning("the article's own, not the site's name", "where the page has none"),
    "subtitle": Meaning("the line below or above the title", "where there is none"),
    "title_original": Meaning("the title as found", "where it does not differ"),
    "text": Meaning("paragraphs joined by line feeds, in Simplified characters; the page's own punctuation"),
    "text_original": Meaning(
        "the same paragraphs as found, before pinyin repair and conversion", "where they do not differ"
    ),
    "script": Meaning("of the page as found: `hans`, `hant`, `mixed`, `none`"),
    "published": Meaning(
        "ISO 8601, as precise as the page and no more; +08:00 where a time is given",
        "where the page states none, or one that cannot be true",
    ),
    "published_claimed": Meaning("what the page says where that cannot be true", "where it can"),
    "published_evidence": Meaning("the rule and the words that it read", "where no date was read"),
    "source": Meaning("来源", "where the page names none"),
    "author": Meaning("作者, 记者", "where the page names none"),
    "editor": Meaning("责任编辑", "where the page names none"),
    "contributor": Meaning("供稿, and the office that signs in brackets", "where the page names none"),
    "columns": Meaning("the breadcrumb as shown, without 首页 and 正文"),
    "captions": Meaning("of pictures; they do not stand in `text`"),
    "attachments": Meaning("files that the page links to"),
    "flags": Meaning("see below"),
    "evidence": Meaning("for a field the rule and the line that it read, for `flag:NAME` what raised the flag"),
    "removed": Meaning("every line that a rule took out, in order"),
    "part_of": Meaning("of an article on several pages: the first page's URL", "for articles on one page"),
    "part_no": Meaning("its number, from 1", "for articles on one page"),
    "aliases": Meaning("other addresses of the same article, as the site links to them"),
    "gone": Meaning("the day (Asia/Shanghai) on which its address was first missed", "while it is there"),
    "extractor": Meaning("what read the body: `site`, `box`, `votes`, `trafilatura`, `lines`, `linear`, `none`"),
    "confidence": Meaning("0 to 1"),
    "han": Meaning("Han characters in `text`"),
}

# With `--mentions`.
MENTIONED = {
    "places": Meaning("places that title and text name, each with those above it"),
    "organisations": Meaning("organisations that they name, each with the full name of its place"),
    "mentions": Meaning("where each stands, its GB/T 2260 code, and how that was found; see docs/corpus.md"),
}


def meaning(column: str) -> Meaning:
    """What a column of an export says, a signal's too; raises KeyError."""
    if column.startswith(rows.PREFIX):
        signal = signals.SIGNALS[column.removeprefix(rows.PREFIX)]
        return Meaning(f"{signal.meaning} ({signal.like})" if signal.like else signal.meaning)
    return MEANINGS.get(column) or MENTIONED[column]


def table(schema: pa.Schema | None = None) -> str:
    """The table, a row a column, in the order of the schema; that of a Document where none is given."""
    lines = ["| column | type | meaning | null |", "|---|---|---|---|"]
    for column in schema or shard.document_schema():
        said = meaning(column.name)
        lines.append(f"| `{column.name}` | {_type(column.type)} | {said.meaning} | {said.null or 'never'} |")
    return "\n".join(lines)


def _type(kind: pa.DataType) -> str:
    if pa.types.is_list(kind):
        return f"list of {_type(kind.value_type)}"
    if pa.types.is_struct(kind):
        return f"({', '.join(field.name for field in kind)})"
    if pa.types.is_timestamp(kind):
        return "time"
    if pa.types.is_integer(kind):
        return "whole number"
    return "number" if pa.types.is_floating(kind) else "text"


def into(readme: str) -> str:
    """A manual with the table between its marks.

    Raises:
        ValueError: the marks are not there.
    """
    before, _, rest = readme.partition(BEGIN)
    _, mark, after = rest.partition(END)
    if not mark:
        raise ValueError(f"the marks {BEGIN} and {END} are not in it")
    return f"{before}{BEGIN}\n{table()}\n{END}{after}"


if __name__ == "__main__":
    path = Path(sys.argv[1])
    path.write_text(into(path.read_text(encoding="utf-8")), encoding="utf-8")
