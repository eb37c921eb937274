"""The columns of a Document -> the data dictionary of docs/documents.md and of dataset cards.

`python -m archive.export.dictionary docs/documents.md` writes the table between its marks.
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
    """What a column holds, and when it is null (empty: never)."""

    meaning: str
    null: str = ""


MEANINGS = {
    "id": Meaning(
        "id of the page record in the WARC file, `urn:uuid:...`; it stays while the page is fetched again and the"
        " document does not change"
    ),
    "url": Meaning("address that was fetched; `file:///...` for imported files that state none"),
    "site": Meaning("key of the site file that names the URL's host, else the host; `_import` if the URL has none"),
    "captured": Meaning(
        "when the page was fetched, UTC; if it gave the same several times in a row, the first time",
        "for saved pages that state no time",
    ),
    "status": Meaning("status code of the HTTP response", "for imported pages"),
    "origin": Meaning("relative path of an imported file", "for crawled pages"),
    "kind": Meaning("`article`, or `media_only`: a page whose body is only a film, pictures or a PDF"),
    "title": Meaning("title of the article, without the site's name", "if the page has none"),
    "subtitle": Meaning("line below or above the title", "if there is none"),
    "title_original": Meaning("title as found", "if it does not differ"),
    "text": Meaning(
        "paragraphs joined by line feeds, in Simplified characters (of an article in Simplified, names and"
        " quotations in Traditional characters stay); the page's own punctuation"
    ),
    "text_original": Meaning(
        "the same paragraphs as found, before pinyin repair and conversion", "if they do not differ"
    ),
    "script": Meaning(
        "characters of the text as found: `hans` (Simplified), `hant` (Traditional), `mixed`, `none` (no Chinese, or no"
        " text, as of `media_only`)"
    ),
    "published": Meaning(
        "day of publication, ISO 8601, exactly as precise as the page; a time has +08:00",
        "if the page states none, or one that cannot be true",
    ),
    "published_claimed": Meaning("day that the page states although it cannot be true", "if it can be true"),
    "published_evidence": Meaning("rule that found the date, and the words that it read", "if no date was read"),
    "source": Meaning("who published the article first, as the page says (来源)", "if the page names none"),
    "author": Meaning(
        "author, reporter or correspondent (作者, 记者, 通讯员); "
        "several are parted by a space, or by 、 as the page has them",
        "if the page names none, or only an account (管理员, admin)",
    ),
    "editor": Meaning("editor in charge (责任编辑)", "if the page names none"),
    "contributor": Meaning(
        "contributor (供稿), and the office named in brackets at the end of the text", "if the page names none"
    ),
    "columns": Meaning("breadcrumb as shown, without 首页 and 正文"),
    "captions": Meaning("captions of pictures; they are not part of `text`"),
    "attachments": Meaning("files that the page links to"),
    "flags": Meaning("warnings, see below"),
    "evidence": Meaning("for a field, the rule and the line that it read; for `flag:NAME`, what raised the flag"),
    "removed": Meaning("every line that a rule took out, with the rule, in order"),
    "part_of": Meaning("URL of the first page of an article on several pages", "for articles on one page"),
    "part_no": Meaning("number of the page, from 1", "for articles on one page"),
    "aliases": Meaning("other addresses of the same article, as the site links to them"),
    "gone": Meaning("day (Asia/Shanghai) on which the address was first missing", "while it is there"),
    "extractor": Meaning(
        "how the body was found: `site`, a rule of the site file; `box`, the element marked as the article; `votes`,"
        " the region with most prose; `trafilatura`; `learned`, a learned layout; `page_object`; `lines`, all lines of"
        " a text file; `file`, the list that links to a file; `none`"
    ),
    "confidence": Meaning("confidence in the body, 0 to 1"),
    "han": Meaning("number of Han characters in `text`"),
}

# With `--mentions`.
MENTIONED = {
    "places": Meaning("places named in title and text, each with the places above it"),
    "organisations": Meaning("organisations named there, each with the full name of its place"),
    "mentions": Meaning("where each is named, its GB/T 2260 code, and how that was found; see docs/corpus.md"),
}


def meaning(column: str) -> Meaning:
    """The meaning of a column of an export, also of a signal; raises KeyError."""
    if column.startswith(rows.PREFIX):
        signal = signals.SIGNALS[column.removeprefix(rows.PREFIX)]
        return Meaning(f"{signal.meaning} ({signal.like})" if signal.like else signal.meaning)
    return MEANINGS.get(column) or MENTIONED[column]


def table(schema: pa.Schema | None = None) -> str:
    """Make the table, one row per column, in the order of the schema; None: the schema of a Document."""
    lines = ["| column | type | meaning | empty (null) |", "|---|---|---|---|"]
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


def insert_table(manual: str) -> str:
    """Replace the table between the marks of a manual.

    Raises:
        ValueError: the marks are not there.
    """
    before, _, rest = manual.partition(BEGIN)
    _, mark, after = rest.partition(END)
    if not mark:
        raise ValueError(f"the marks {BEGIN} and {END} are not in it")
    return f"{before}{BEGIN}\n{table()}\n{END}{after}"


if __name__ == "__main__":
    path = Path(sys.argv[1])
    path.write_text(insert_table(path.read_text(encoding="utf-8")), encoding="utf-8")
