"""Documents -> WET: a WARC file of conversion records with plain text, each referring to the page it was read from."""

from __future__ import annotations

import datetime as dt
import io
import uuid
from collections.abc import Iterable
from itertools import chain, islice
from pathlib import Path

from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

from archive.export import whole
from archive.export.rows import PLAIN, Rows
from archive.text.document import Document

# The language code of ISO 639-3, as Common Crawl writes it.
_LANGUAGE = "zho"
# WARC/1.1 demands a date for every record, also where none is known; that of the export would differ each time.
_UNKNOWN = "1970-01-01T00:00:00Z"


def write(documents: Iterable[Document], out: Path, rows: Rows = PLAIN) -> int:
    """Write a file, with one gzip member per record if its name ends in `.gz`; return the number of documents."""
    count, rest = 0, iter(documents)
    first = [*islice(rest, 1)]
    with whole.file(out) as file:
        writer = WARCWriter(file, gzip=out.suffix == ".gz", warc_version="1.1")
        software = {"software": "cundang", "format": "WARC File Format 1.1", "description": "texts, as WET"}
        info = writer.create_warcinfo_record(out.name, software)
        name = " ".join([out.name, *(each.id for each in first)])
        info.rec_headers.replace_header("WARC-Record-ID", f"<{uuid.uuid5(uuid.NAMESPACE_URL, name).urn}>")
        info.rec_headers.replace_header("WARC-Date", _UNKNOWN)
        writer.write_record(info)
        for count, document in enumerate(chain(first, rest), 1):
            text = rows.document(document).text.encode()
            date = f"{document.captured.astimezone(dt.UTC):%Y-%m-%dT%H:%M:%SZ}" if document.captured else _UNKNOWN
            headers = [
                ("WARC-Type", "conversion"),
                ("WARC-Record-ID", f"<{uuid.uuid5(uuid.NAMESPACE_URL, f'conversion of {document.id} {count}').urn}>"),
                ("WARC-Target-URI", document.url),
                ("WARC-Date", date),
                ("WARC-Refers-To", f"<{document.id}>"),
                ("WARC-Identified-Content-Language", _LANGUAGE),
                ("Content-Type", "text/plain; charset=utf-8"),
                ("Content-Length", str(len(text))),
            ]
            record = writer.create_warc_record(
                document.url,
                "conversion",
                payload=io.BytesIO(text),
                length=len(text),
                warc_content_type="text/plain; charset=utf-8",
                warc_headers=StatusAndHeaders("", headers, protocol="WARC/1.1"),
            )
            writer.write_record(record)
    return count
