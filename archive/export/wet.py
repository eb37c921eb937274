"""Documents -> WET: a WARC file of conversion records, plain text each, that refer to the pages they were read from."""

from __future__ import annotations

import datetime as dt
import io
import uuid
from collections.abc import Iterable
from pathlib import Path

from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

from archive.export import whole
from archive.export.rows import PLAIN, Rows
from archive.text.document import Document

# The names of ISO 639-3 and of script codes, as Common Crawl writes the first.
_LANGUAGE = "zho"


def write(documents: Iterable[Document], out: Path, rows: Rows = PLAIN) -> int:
    """Write a file (gzip, a member a record, where its name ends in `.gz`), and say how many documents it holds."""
    count = 0
    # WARC/1.1 asks every record for a date; a page that states no capture gets that of the export.
    now = dt.datetime.now(dt.UTC)
    with whole.file(out) as file:
        writer = WARCWriter(file, gzip=out.suffix == ".gz", warc_version="1.1")
        software = {"software": "cundang", "format": "WARC File Format 1.1", "description": "texts, as WET"}
        writer.write_record(writer.create_warcinfo_record(out.name, software))
        for count, document in enumerate(documents, 1):
            text = rows.document(document).text.encode()
            date = (document.captured or now).astimezone(dt.UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
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
