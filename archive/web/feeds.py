"""Changes -> an Atom feed (RFC 4287)."""

from __future__ import annotations

import datetime as dt
import re
import xml.etree.ElementTree as ET

from starlette.responses import Response

from archive.catalogue import changes as known
from archive.web.asked import Asked
from archive.web.pages import since_of, site_of

_ATOM = "http://www.w3.org/2005/Atom"
# Characters that XML 1.0 cannot hold.
_NO_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
# The most entries of a feed; the page has all of them.
MOST = 200


def changes(asked: Asked) -> Response:
    """Make the feed of the latest changes, of all sites or of one."""
    found = known.page(asked.layout, since_of(asked), site=site_of(asked), size=MOST).changes
    root = asked.served.address
    feed = ET.Element("feed", xmlns=_ATOM)
    _add(feed, "title", "cundang: changes")
    _add(feed, "id", f"{root}/changes")
    _add(feed, "updated", _moment(found[0].seen if found else "19700101000000"))
    ET.SubElement(
        feed,
        "link",
        rel="self",
        href=root + str(asked.request.url).removeprefix(str(asked.request.base_url).rstrip("/")),
    )
    ET.SubElement(ET.SubElement(feed, "author"), "name").text = "cundang"
    for change in found:
        entry = ET.SubElement(feed, "entry")
        _add(entry, "title", f"[{change.what}] {change.title or change.url}")
        _add(entry, "id", f"{change.id}#{change.what}-{change.seen}")
        _add(entry, "updated", _moment(change.seen))
        ET.SubElement(entry, "link", rel="alternate", href=f"{root}/document/{change.id}")
        ET.SubElement(entry, "link", rel="via", href=_NO_XML.sub("\ufffd", change.url))
        _add(entry, "summary", "\n".join(change.lines[:50]) or change.url)
    ET.indent(feed)
    return Response(ET.tostring(feed, "utf-8", xml_declaration=True), media_type="application/atom+xml; charset=utf-8")


def _add(parent: ET.Element, name: str, text: str) -> None:
    ET.SubElement(parent, name).text = _NO_XML.sub("\ufffd", text)


def _moment(stamp: str) -> str:
    return dt.datetime.strptime(stamp, "%Y%m%d%H%M%S").replace(tzinfo=dt.UTC).isoformat()
