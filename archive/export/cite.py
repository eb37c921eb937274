"""A document and its capture -> a citation as text, BibTeX or CSL-JSON that also locates the archived bytes.

A citation states what the page states: the title in its own characters, no author where it names none, and the office
that it names as its source beside the site that shows it.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from importlib.metadata import version
from typing import Any

from archive.catalogue import query, timeline
from archive.catalogue.timeline import Captured
from archive.catalogue.words import names_of
from archive.corpus import shard
from archive.errors import UsageError
from archive.layout import IMPORTED, Layout
from archive.site import CHINA
from archive.text.document import Document
from archive.warc import fixity

FORMS = ("text", "bibtex", "csl")
# Characters with a meaning in BibTeX.
_TEX = {"\\": r"\textbackslash{}", **{each: "\\" + each for each in "&%$#_{}"}, "~": r"\textasciitilde{}", "^": r"\^{}"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Cited:
    """What is cited.

    Attributes:
        capture: of the document; None: it has none, as an imported text.
        warc_sha256: of the WARC file; empty: it is not known.
        site: the name of the site, else its host.
        cleaner: the version of the cleaner that read the page; empty: it is not known.
    """

    document: Document
    capture: Captured | None = None
    warc_sha256: str = ""
    site: str = ""
    cleaner: str = ""

    @property
    def title(self) -> str:
        """The title as the page writes it."""
        return self.document.title_original or self.document.title or ""

    @property
    def authors(self) -> list[str]:
        """The authors that the page names."""
        return names_of(self.document.author)

    def proof(self) -> dict[str, str]:
        """What locates the bytes: address, record, time of capture, payload digest, WARC file, its SHA-256, offset."""
        found = {"url": self.document.url, "id": self.document.id}
        if self.document.captured:
            found["captured"] = self.document.captured.astimezone(dt.UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        if self.capture is not None:
            found |= {"digest": self.capture.digest, "warc": self.capture.warc, "offset": str(self.capture.offset)}
            found["warc_sha256"] = self.warc_sha256
        return {name: value for name, value in found.items() if value}

    def stated(self) -> str:
        """The proof in words, without the address."""
        found = self.proof()
        named = {
            "captured": "captured",
            "digest": "payload",
            "warc": "WARC file",
            "warc_sha256": "WARC file sha256",
            "offset": "offset",
            "id": "record",
        }
        return "; ".join(f"{words} {found[name]}" for name, words in named.items() if name in found)

    def notes(self) -> Iterator[str]:
        """What a reader must know beside it."""
        document = self.document
        if document.source and document.source != self.site:
            yield f"source named by the page: {document.source}"
        if document.gone:
            yield f"missing from the site since {document.gone}"
        if self.capture is not None and self.capture.status is None and self.capture.mime:
            yield "the record holds the page as its scripts made it, or as it was imported, not as a server sent it"
        said = (*document.evidence, ("published", document.published_evidence or ""))
        yield from (f"{of} {words}" for of, words in said if words.startswith("corrected: "))
        cleaner = f", cleaner {self.cleaner}" if self.cleaner else ""
        yield f"read by cundang {version('cundang')}{cleaner}"


def write(layout: Layout, document: Document, names: Mapping[str, str], form: str = "text") -> str:
    """The citation of a document; `names`: those of the sites by key.

    Raises:
        UsageError: there is no such form.
    """
    if form not in FORMS:
        raise UsageError(f"{form}: no form of a citation. Write {', '.join(FORMS)}.")
    return {"text": text, "bibtex": bibtex, "csl": csl}[form](cited(layout, document, names))


def cited(layout: Layout, document: Document, names: Mapping[str, str]) -> Cited:
    """A document with all that its citation states."""
    capture = timeline.capture_of(layout, document.id)
    warc = layout.root / capture.warc if capture is not None else None
    entry = fixity.read(layout).entries.get(fixity.name_of(layout, warc)) if warc is not None else None
    about = shard.about(layout.shard_of(warc)) if warc is not None else None
    return Cited(
        document=document,
        capture=capture,
        warc_sha256=entry.sha256 if entry is not None else "",
        site=names.get(document.site, document.site) if document.site != IMPORTED else "",
        cleaner=json.loads(about.header.recipe).get("version", "") if about is not None else "",
    )


def of_name(layout: Layout, name: str, names: Mapping[str, str], form: str = "text") -> str:
    """The citation of the latest document of an address, or of that with an id.

    Raises:
        UsageError: there is none.
    """
    found = query.find(layout, query.resolve_name(layout, name))
    if not found:
        raise UsageError(f"{name}: no document has this id or address. Try: cundang search url:{name}")
    return write(layout, query.whole(layout, found[0]), names, form)


def _seen(document: Document) -> str:
    """The day of the capture in China, as the day of publication is: nothing is cited before it was published."""
    return document.captured.astimezone(CHINA).date().isoformat() if document.captured else ""


def text(cited: Cited) -> str:
    """A citation in the style of GB/T 7714, followed by what locates the bytes, and by notes."""
    document = cited.document
    day, seen = (document.published or "")[:10], _seen(document)
    line = f"{', '.join(cited.authors)}. " if cited.authors else ""
    line += f"{cited.title or document.url}[EB/OL]. "
    line += cited.site
    line += f"({day})" if day else ""
    line += f"[{seen}]. " if seen else ". "
    return "; ".join((f"{line}{document.url}. {cited.stated()}", *cited.notes()))


def bibtex(cited: Cited) -> str:
    """A BibTeX entry; its key is made of the record's id."""
    document = cited.document
    fields = {
        "title": cited.title,
        "author": " and ".join(cited.authors),
        "organization": cited.site,
        "date": (document.published or "")[:10],
        "url": document.url,
        "urldate": _seen(document),
        "note": "; ".join((cited.stated(), *cited.notes())),
    }
    key = "cundang-" + document.id.rpartition(":")[2][:13]
    lines = [f"  {name} = {{{value if name == 'url' else _escape(value)}}}," for name, value in fields.items() if value]
    return "\n".join([f"@online{{{key},", *lines, "}"])


def csl(cited: Cited) -> str:
    """A citation in CSL-JSON, for citation managers."""
    document = cited.document
    item: dict[str, Any] = {
        "id": document.id,
        "type": "webpage",
        "title": cited.title,
        "author": [{"literal": name} for name in cited.authors],
        "container-title": cited.site,
        "URL": document.url,
        "note": "; ".join((cited.stated(), *cited.notes())),
    }
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
