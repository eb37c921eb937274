"""A list in XML, and the style sheet (XSLT) that it names -> the page that a browser makes of them."""

from __future__ import annotations

import re

from lxml import etree

# XML that names a style sheet begins so.
STYLED = re.compile(r"<\?xml-stylesheet\b[^>]{0,200}?\bxsl")
_NAMED = re.compile(r"<\?xml-stylesheet\b[^>]{0,200}?\bhref\s{0,9}=\s{0,9}[\"']([^\"'>]{1,300})")
# How far into a page it is looked for.
HEAD = 1000
# Says in which bytes the text came: it is no bytes any more.
_DECLARED = re.compile(r"\A[\s\ufeff]*+<\?xml[^>]{0,200}\?>")


def named(html: str) -> str | None:
    """The style sheet that a page in XML names; None: it names none, or one of another kind.

    >>> named('<?xml version="1.0"?><?xml-stylesheet type="text/xsl" href="list.xsl"?><list/>')
    'list.xsl'
    """
    head = html[:HEAD]
    found = _NAMED.search(head) if STYLED.search(head) else None
    return found[1] if found else None


def made(html: str, sheet: str) -> str:
    """What a style sheet makes of a page; empty where it makes nothing, or is none. It reads and writes no file."""
    try:
        style = etree.XSLT(_tree(sheet), access_control=etree.XSLTAccessControl.DENY_ALL)
        page = style(_tree(html))
        return "" if page.getroot() is None else str(etree.tostring(page, encoding="unicode", method="html"))
    except (etree.LxmlError, TypeError, ValueError):
        return ""


def _tree(text: str) -> etree._Element:
    parser = etree.XMLParser(recover=True, resolve_entities=False, no_network=True)
    return etree.fromstring(_DECLARED.sub("", text).lstrip("\ufeff \r\n\t").encode("utf-8", "replace"), parser)
