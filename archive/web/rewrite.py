"""An archived page or style sheet -> the same with all addresses rewritten to the archive, and without scripts.

It rewrites the tree, not the text, because addresses occur in a dozen attributes, in `srcset` lists and in styles. An
address that is overlooked reaches nothing, since the replay's Content-Security-Policy allows only its own origin.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import urldefrag, urljoin

from lxml import etree
from lxml.html import HtmlElement

from archive.text import styles
from archive.text.decode import decode, parse
from archive.text.refresh import refresh

# Rewrites an absolute address of the page to one of the archive, by its purpose: `page`, `frame`, `file`.
Turn = Callable[[str, str], str]

# Elements that run something, or make the browser fetch something that a reader does not see.
_DEAD = ("script", "base", "object", "embed", "applet", "template", "portal", "fencedframe")
# Attributes that hold one address, and the purpose of the address.
_ADDRESSES = {
    "href": "page",
    "src": "file",
    "data-src": "file",
    "background": "file",
    "poster": "file",
    "lowsrc": "file",
    "longdesc": "page",
    "cite": "page",
}
_FRAMES = ("iframe", "frame")
_FILES_BY_LINK = ("image", "use", "feimage", "link")
# Attributes that fetch or send something, which a replayed page must not do.
_DROPPED = (
    "action",
    "formaction",
    "ping",
    "manifest",
    "srcdoc",
    "data",
    "codebase",
    "archive",
    "classid",
    "target",
    "dynsrc",
    "integrity",
    "nonce",
    "crossorigin",
)
# The characters allowed in the identifiers of a doctype; others might be markup.
_IDS = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789 -+/.:()")
# The beginnings of addresses that stay unchanged, as parts of the page itself.
_INLINE = ("data:image/", "#")


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """A rewritten page.

    Attributes:
        html: UTF-8.
        assets: the addresses of its pictures, styles and frames, without repetitions, in order.
        redirects_to: the address to which the page would redirect (`<meta http-equiv=refresh>`); None: it does not.
    """

    html: bytes
    assets: tuple[str, ...]
    redirects_to: str | None


def page(body: bytes, content_type: str | None, url: str, turn: Turn) -> Shown:
    """Decode a page's bytes as the cleaner does, remove scripts, and rewrite addresses."""
    tree = parse(decode(body, content_type).html)
    if tree is None:
        return Shown(html=b"", assets=(), redirects_to=None)
    base = _base(tree, url)
    assets: dict[str, None] = {}

    def turn_one(address: str, purpose: str) -> str:
        if address.startswith(_INLINE) or not address:
            return address
        whole = _absolute(base, address)
        if whole is None:
            return "about:blank"
        if purpose != "page":
            assets[urldefrag(whole).url] = None
        return turn(whole, purpose)

    redirects_to = next((found for meta in tree.iter("meta") if (found := _redirect_of(meta, base))), None)
    for element in list(tree.iter()):
        if _is_dead(element):
            _drop(element)
        else:
            _rewrite(element, str(element.tag).lower(), turn_one)
    html = etree.tostring(tree.getroottree().getroot(), encoding="unicode", method="html")
    text = _doctype(tree) + '<meta charset="utf-8">\n' + html
    return Shown(html=text.encode("utf-8", "replace"), assets=tuple(assets), redirects_to=redirects_to)


def _is_dead(element: HtmlElement) -> bool:
    """Whether an element must be removed from a replayed page, such as comments and processing instructions."""
    if not isinstance(element.tag, str):
        return True
    tag = element.tag.lower()
    return tag in _DEAD or tag == "meta" or (tag == "link" and "stylesheet" not in element.get("rel", "").lower())


def _doctype(tree: HtmlElement) -> str:
    """The page's own doctype, by which a browser chooses its layout mode.

    For a page without one libxml2 reports HTML 4.0 Transitional, which browsers lay out in the same way.
    """
    about = tree.getroottree().docinfo
    ids = [each for each in (about.public_id, about.system_url) if each]
    if not ids or not all(_IDS.issuperset(each) for each in ids):
        return "<!DOCTYPE html>\n"
    kind = "PUBLIC" if about.public_id else "SYSTEM"
    return f"<!DOCTYPE html {kind} {' '.join(f'{chr(34)}{each}{chr(34)}' for each in ids)}>\n"


def style(text: str, url: str, turn: Turn) -> str:
    """Rewrite the addresses of a style sheet, or of the value of a `style` attribute.

    >>> style("a{background:url( 'x.gif' )}", "http://a.cn/s/", lambda url, _purpose: f"/{url}")
    'a{background:url("/http://a.cn/s/x.gif")}'
    """

    def turn_one(address: str) -> str | None:
        if address.startswith(_INLINE):
            return None
        whole = _absolute(url, address)
        return turn(whole, "file") if whole else "about:blank"

    return styles.replaced(text, turn_one)


def _rewrite(element: HtmlElement, tag: str, turn: Turn) -> None:
    for name in list(element.attrib):
        plain = name.rpartition("}")[2].rpartition(":")[2].lower()
        if plain.startswith("on") or plain in _DROPPED:
            del element.attrib[name]
        elif (value := _attribute(tag, plain, element.get(name) or "", turn)) is not None:
            element.set(name, value)
    # A picture that a script would load later.
    late = element.get("data-src") or element.get("data-original")
    if tag == "img" and late and not element.get("src"):
        element.set("src", late if element.get("data-src") else turn(late, "file"))
    if tag == "style" and element.text:
        element.text = style(element.text, "", turn)


def _attribute(tag: str, name: str, value: str, turn: Turn) -> str | None:
    """Rewrite the addresses in an attribute's value; None: it holds no address."""
    if name in _ADDRESSES:
        purpose = "frame" if tag in _FRAMES else "file" if tag in _FILES_BY_LINK else _ADDRESSES[name]
        return turn(value.strip(), purpose)
    if name in ("srcset", "imagesrcset"):
        return _srcset(value, turn)
    return style(value, "", turn) if name == "style" else None


def _srcset(value: str, turn: Turn) -> str:
    """Rewrite the addresses of a `srcset` list.

    >>> _srcset("a.jpg 1x, b.jpg 2x", lambda url, _purpose: "/" + url)
    '/a.jpg 1x, /b.jpg 2x'
    """
    found = []
    for candidate in value.split(","):
        address, *width = candidate.split()[:2] or [""]
        if address:
            found.append(" ".join((turn(address, "file"), *width)))
    return ", ".join(found)


def _base(tree: HtmlElement, url: str) -> str:
    for element in tree.iter("base"):
        if address := element.get("href"):
            return _absolute(url, address) or url
    return url


def _absolute(base: str, address: str) -> str | None:
    """Make an http(s) address absolute; None for any other scheme, or if it is not an address."""
    if not base:
        return address
    try:
        whole = urljoin(base, address.strip())
    except ValueError:
        return None
    return whole if whole.lower().startswith(("http://", "https://")) else None


def _redirect_of(meta: HtmlElement, base: str) -> str | None:
    if meta.get("http-equiv", "").lower() != "refresh":
        return None
    found = refresh(meta.get("content", ""))
    return _absolute(base, found[1]) if found else None


def _drop(element: HtmlElement) -> None:
    """Remove an element, but keep the text behind it."""
    parent = element.getparent()
    if parent is None:
        return
    if element.tail:
        before = element.getprevious()
        if before is not None:
            before.tail = (before.tail or "") + element.tail
        else:
            parent.text = (parent.text or "") + element.tail
    parent.remove(element)
