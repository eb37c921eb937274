"""What the lines around an article say about it, one module a field."""

from archive.text.fields.captions import is_caption, may_be_caption
from archive.text.fields.columns import columns, goes_on, is_crumb, named
from archive.text.fields.labels import (
    Byline,
    byline,
    is_abstract,
    is_dateline,
    is_label,
    last,
    paired,
    signature,
    stated,
)
from archive.text.fields.people import all_people, alone, is_office, is_person, lead_author, reporters
from archive.text.fields.source import is_name, medium, unlabelled
from archive.text.fields.threads import posted, thread_end
from archive.text.fields.title import (
    are_rows,
    bare_lines,
    choose,
    is_keyword_line,
    is_own,
    is_subtitle,
    may_be_title,
    opening,
    repeats,
    same,
    tidy,
    title_of,
)

__all__ = [
    "Byline",
    "all_people",
    "alone",
    "are_rows",
    "bare_lines",
    "byline",
    "choose",
    "columns",
    "goes_on",
    "is_abstract",
    "is_caption",
    "is_crumb",
    "is_dateline",
    "is_keyword_line",
    "is_label",
    "is_name",
    "is_office",
    "is_own",
    "is_person",
    "is_subtitle",
    "last",
    "lead_author",
    "may_be_caption",
    "may_be_title",
    "medium",
    "named",
    "opening",
    "paired",
    "posted",
    "repeats",
    "reporters",
    "same",
    "signature",
    "stated",
    "thread_end",
    "tidy",
    "title_of",
    "unlabelled",
]
