"""A document and its capture -> a citation as text, BibTeX or CSL-JSON that also locates the archived bytes."""

from __future__ import annotations

import datetime as dt
import json
import re
from typing import Any

from archive.catalogue.timeline import Captured
from archive.site import CHINA
from archive.text.document import Document

# Characters with a meaning in BibTeX.
_TEX = {"\\": r"\textbackslash{}", **{each: "\\" + each for each in "&%$#_{}"}, "~": r"\textasciitilde{}", "^": r"\^{}"}


def proof(document: Document, capture: Captured | None) -> dict[str, str]:
    """What locates the bytes: address, time of capture, payload digest, WARC file, offset, record id."""
    found = {"url": document.url, "id": document.id}
    if document.captured:
        found["captured"] = document.captured.astimezone(dt.UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    if capture is not None:
        found |= {"digest": capture.digest, "warc": capture.warc, "offset": str(capture.offset)}
    return {name: value for name, value in found.items() if value}


def _seen(document: Document) -> str:
    """The day of the capture in China, as the day of publication is: nothing is cited before it was published."""
    return document.captured.astimezone(CHINA).date().isoformat() if document.captured else ""


def text(document: Document, capture: Captured | None) -> str:
    """A citation in the style of GB/T 7714, followed by what locates the bytes."""
    found = proof(document, capture)
    who = document.author or document.source or document.site
    day = (document.published or "")[:10]
    seen = _seen(document)
    line = f"{who}. {document.title or document.url}[EB/OL]. "
    line += f"({day})" if day else ""
    line += f"[{seen}]. " if seen else ". "
    line += document.url + "."
    proofs = [f"{name} {found[name]}" for name in ("captured", "digest", "warc", "offset", "id") if name in found]
    return line + " " + "; ".join(proofs)


def bibtex(document: Document, capture: Captured | None) -> str:
    """A BibTeX entry; its key is made of the record's id."""
    found = proof(document, capture)
    fields = {
        "title": document.title,
        "author": " and ".join(re.split(r"[\s、，,]+", document.author)) if document.author else None,
        "organization": document.source,
        "date": (document.published or "")[:10] or None,
        "url": document.url,
        "urldate": _seen(document) or None,
        "note": "; ".join(f"{name} {found[name]}" for name in ("digest", "warc", "offset", "id") if name in found),
    }
    key = "cundang-" + document.id.rpartition(":")[2][:13]
    lines = [f"  {name} = {{{value if name == 'url' else _escape(value)}}}," for name, value in fields.items() if value]
    return "\n".join([f"@online{{{key},", *lines, "}"])


def csl(document: Document, capture: Captured | None) -> str:
    """A citation in CSL-JSON, for citation managers."""
    found = proof(document, capture)
    item: dict[str, Any] = {
        "id": document.id,
        "type": "webpage",
        "title": document.title,
        "container-title": document.source,
        "URL": document.url,
        "note": "; ".join(f"{name}: {value}" for name, value in found.items()),
    }
    if document.author:
        item["author"] = [{"literal": name} for name in re.split(r"[\s、，,]+", document.author)]
    if document.published:
        item["issued"] = {"date-parts": [[int(part) for part in document.published[:10].split("-")]]}
    if seen := _seen(document):
        item["accessed"] = {"date-parts": [[int(part) for part in seen.split("-")]]}
    return json.dumps([{name: value for name, value in item.items() if value}], ensure_ascii=False, indent=1)


def _escape(value: str) -> str:
    r"""Escape a value for BibTeX.

    >>> _escape("50% {a}")
    '50\\% \\{a\\}'
    """
    return "".join(_TEX.get(character, character) for character in value)
