"""The document that scripts read and change: operations on elements by their numbers, as stage.js asks for them."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any
from urllib.parse import urljoin

from lxml import etree, html
from lxml.cssselect import CSSSelector
from lxml.html import HtmlElement
from w3lib.encoding import resolve_encoding

from crawler.discovery.link import query_of
from crawler.queue.address import in_bytes, percent

# Elements of one piece of HTML.
PIECES = 2000
_JQUERY = re.compile(
    r":(first|last|eq\(\d+\)|visible|hidden|checked|selected|text|button|even|odd|gt\(\d+\)|lt\(\d+\))(?![\w-])"
)
_UNQUOTED = re.compile(r"=\s*([\w-]+)\s*\]")
_BARE_TAG = re.compile(r"\s*<(tr|td|th|tbody|thead|option)\b", re.IGNORECASE)
_NAME = re.compile(r"[A-Za-z_$][\w$]*")
_ATTRIBUTE = re.compile(r"[A-Za-z_][\w.-]*")
_NO_TEXT = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_PRESSES = ("ondblclick", "onmousedown", "onmouseup", "ontouchend")
_PRESSED = etree.XPath(f"//*[{' or '.join(f'@{name}' for name in _PRESSES)}][not(@onclick)]")
_UNSENT = ("submit", "button", "image", "reset", "file")
_BASE = etree.XPath("string(//base[@href][1]/@href)")
_ADDRESSES = etree.XPath("//@href | //@src | //@action")
_FIELDS = etree.XPath(".//input[@name] | .//select[@name] | .//textarea[@name]")


class Dom:
    """A page's document.

    Attributes:
        root: of the tree.
        base: what its addresses are relative to; `encoding`: of the page that the server sent.
        elements: that scripts know, by their numbers; 0 is the root.
        changed: something was put into it.
        turned: frames that were given another address.
    """

    def __init__(self, url: str, text: str, encoding: str = "utf-8") -> None:
        self.url = url
        self.encoding = encoding
        self.root = document(text)
        self.base = base_of(url, self.root)
        self.elements: list[Any] = []
        self.changed = False
        self.turned: list[Any] = []
        self._numbers: dict[Any, int] = {}
        self.number(self.root)

    def number(self, element: Any) -> int:
        """The number of an element, the same one each time."""
        if (number := self._numbers.get(element)) is None:
            number = self._numbers[element] = len(self.elements)
            self.elements.append(element)
        return number

    def known(self, element: Any) -> int | None:
        """The number of an element, where scripts know it."""
        return self._numbers.get(element)

    def path(self, number: int) -> str:
        """Where an element stands, as XPath."""
        element = self.elements[number]
        return str(element.getroottree().getpath(element))

    def at(self, path: str) -> Any:
        """The element that stands at a path; None: none does."""
        return next(iter(self.root.getroottree().xpath(path)), None)

    def shown(self) -> str:
        """The document, serialised; the queries of its addresses in its encoding: the serialiser knows UTF-8 alone."""
        for address in _ADDRESSES(self.root):
            if not (address.isascii() or address[:11].lower() == "javascript:"):
                address.getparent().set(address.attrname, in_bytes(str(address), self.encoding))
        return str(etree.tostring(self.root, encoding="unicode", method="html"))

    # Operations by name; `given` numbers and strings come from stage.js.

    def find(self, number: int, css: str) -> list[int]:
        """Elements inside that a selector names."""
        return self._all(select(self.elements[number], css))

    def matches(self, number: int, css: str, _: int = 0) -> bool:
        """Whether a selector names the element."""
        element = self.elements[number]
        top = element.getroottree().getroot()
        return element in select(top, css) or (element is top and css == "*")

    def get(self, number: int, name: str) -> str | None:
        """An attribute's value."""
        value = self.elements[number].get(name)
        return None if value is None else str(value)

    def set(self, number: int, name: str, value: str | None) -> None:
        """Set an attribute; None takes it away."""
        if value is None:
            self.elements[number].attrib.pop(name, None)
        elif _ATTRIBUTE.fullmatch(name):
            # A link that had no address, such as that of a file.
            leads = name == "href" and self.tag(number) == "a" and self.get(number, "href") is None
            self.changed = self.changed or (leads and not value.lower().startswith(("#", "javascript:")))
            self.elements[number].set(name, plain(value))
            if name in ("src", "data") and self.tag(number) in ("iframe", "frame", "embed", "object"):
                self.changed = True
                self.turned.append(self.elements[number])

    def attributes(self, number: int) -> list[tuple[str, str]]:
        """All attributes."""
        return [(str(name), str(value)) for name, value in self.elements[number].attrib.items()]

    def tag(self, number: int) -> str:
        """The name of the tag."""
        return str(self.elements[number].tag).rpartition("}")[2]

    def html(self, number: int) -> str:
        """What stands inside."""
        return inner(self.elements[number])

    def outer(self, number: int) -> str:
        """The element with what stands inside."""
        return str(etree.tostring(self.elements[number], encoding="unicode", method="html", with_tail=False))

    def text(self, number: int) -> str:
        """All text inside."""
        return "".join(self.elements[number].itertext())

    def settext(self, number: int, text: str) -> None:
        """Put a text in place of what stands inside."""
        self._empty(number)
        self.elements[number].text = plain(text)
        self._touch(text)

    def sethtml(self, number: int, text: str) -> None:
        """Put HTML in place of what stands inside."""
        self._empty(number)
        self.around(number, "end", text)

    def _empty(self, number: int) -> None:
        element = self.elements[number]
        for child in list(element):
            element.remove(child)
        element.text = None

    def around(self, number: int, where: str, text: str) -> None:
        """Put HTML before or after an element, or at the start or end of its inside."""
        self.put(self.elements[number], where, text)

    def put(self, element: Any, where: str, text: str) -> None:
        """`around`, of an element."""
        self._touch(text)
        words, pieces = _pieces(text)
        _insert(element, where, words, pieces)

    def _touch(self, text: str) -> None:
        self.changed = self.changed or bool(text.strip())

    def move(self, number: int, child: int | None, text: str | None, where: str) -> None:
        """Put an element, or a text, beside or into another."""
        place = self.elements[number]
        if child is None:
            self.put(place, where, text or "")
            return
        moved = self.elements[child]
        if moved is not place and moved not in place.iterancestors():
            take(moved)
            self._touch("moved")
            _insert(place, where, "", [moved])

    def remove(self, number: int) -> None:
        """Take the element out."""
        take(self.elements[number])

    def clone(self, number: int) -> int:
        """A copy that stands nowhere."""
        copy = html.fragment_fromstring(self.outer(number), create_parent="div")
        return self.number(copy[0] if len(copy) else copy)

    def create(self, tag: str) -> int:
        """A new element that stands nowhere."""
        return self.number(html.Element(re.sub(r"[^\w-]", "", tag, flags=re.ASCII).lower() or "div"))

    def make(self, text: str) -> list[int]:
        """Elements of HTML that stand nowhere."""
        return self._all(_pieces(text)[1])

    def fragment(self, text: str) -> int:
        """A body of HTML that stands nowhere."""
        return self.number(html.fragment_fromstring(plain(text), create_parent="body"))

    def part(self, text: str, css: str) -> str:
        """What a selector names in HTML, as HTML."""
        found = select(html.fragment_fromstring(plain(text), create_parent="div"), css)
        return "".join(str(etree.tostring(element, encoding="unicode", method="html")) for element in found)

    def xml(self, text: str) -> int:
        """The root of an XML document."""
        parser = etree.XMLParser(recover=True, resolve_entities=False, no_network=True)
        root = etree.fromstring(text.encode("utf-8", "replace"), parser)
        return self.number(root if root is not None else etree.Element("none"))

    def parent(self, number: int) -> int | None:
        """The element around."""
        parent = self.elements[number].getparent()
        return None if parent is None else self.number(parent)

    def children(self, number: int) -> list[int]:
        """The elements inside."""
        return self._all(list(self.elements[number]))

    def beside(self, number: int, way: int) -> int | None:
        """The next element, or with -1 the one before."""
        element = self.elements[number]
        other = element.getnext() if way > 0 else element.getprevious()
        return None if other is None or not isinstance(other.tag, str) else self.number(other)

    def fill(self, number: int) -> list[tuple[int, str]]:
        """Texts of an element that hold {{ }}, by the child that they stand behind; -1: before the first."""
        element = self.elements[number]
        texts = [(-1, element.text), *((at, child.tail) for at, child in enumerate(element))]
        return [(at, text) for at, text in texts if text and "{{" in text]

    def filled(self, number: int, at: int, text: str) -> None:
        """Put a text where `fill` found one."""
        element = self.elements[number]
        self._touch(text)
        if at < 0:
            element.text = plain(text)
        else:
            element[at].tail = plain(text)

    def value(self, number: int) -> str:
        """What a field holds."""
        return _held(self.elements[number])

    def setvalue(self, number: int, value: str) -> None:
        """Fill in a field."""
        element = self.elements[number]
        for option in element.xpath(".//option") if element.tag == "select" else ():
            option.attrib.pop("selected", None)
            if chosen(option) == value:
                option.set("selected", "selected")
        element.set("value", plain(value))

    def fields(self, number: int) -> list[tuple[str, str]]:
        """What a form would send."""
        return sent(self.elements[number])

    def names(self) -> list[str]:
        """Names of elements that scripts may use as if they were variables."""
        found = self.root.xpath("//form/@name | //*/@id")
        return [name for name in dict.fromkeys(map(str, found)) if _NAME.fullmatch(name)][:500]

    def join(self, url: str, base: str | None = None) -> str:
        """An address of the page, made absolute, see `in_bytes`."""
        try:
            return in_bytes(urljoin(base or self.base, url.strip()), self.encoding)
        except ValueError:
            return url

    def _all(self, elements: list[Any]) -> list[int]:
        return [self.number(element) for element in elements if isinstance(element.tag, str)]


# What stage.js may call.
OPERATIONS = frozenset(
    ("find", "matches", "get", "set", "attributes", "tag", "html", "outer", "text", "settext", "sethtml", "around",
     "move", "remove", "clone", "create", "make", "fragment", "part", "xml", "parent", "children", "beside", "fill",
     "filled", "value", "setvalue", "fields", "names", "join")
)  # fmt: skip


def base_of(url: str, root: HtmlElement) -> str:
    """What the links of a page are relative to."""
    try:
        base = urljoin(url, str(_BASE(root)).strip())
    except ValueError:
        return url
    # HTML, "frozen base URL": what is no address, or a script, is passed over.
    return base if base[:5].lower() in ("http:", "https") else url


def document(text: str) -> HtmlElement:
    """The tree of a page, with a body."""
    try:
        root = html.document_fromstring(
            plain(text).encode("utf-8", "replace"), parser=html.HTMLParser(encoding="utf-8")
        )
    except (etree.ParserError, ValueError):
        root = html.document_fromstring("<html><body></body></html>")
    if root.find("body") is None and root.find(".//frameset") is None:
        etree.SubElement(root, "body")
    listen(root)
    return root


def listen(root: HtmlElement) -> None:
    """Let elements that a double click or a finger presses react to a click, unless they do something else then."""
    for element in _PRESSED(root):
        element.set("onclick", next(code for name in _PRESSES if (code := element.get(name))))


def select(element: Any, css: str) -> list[Any]:
    """The elements inside another that a selector of CSS or jQuery names; none if it is no selector.

    Of jQuery's own, :first, :last and :eq() are obeyed, and others (:visible, :odd, ...) left out.
    """
    css = _UNQUOTED.sub(r'="\1"]', css.strip())
    wanted = _JQUERY.findall(css)
    try:
        found = [each for each in CSSSelector(_JQUERY.sub("", css) or "*")(element) if each is not element]
    except Exception:  # noqa: BLE001 - cssselect and lxml raise what they like for what is no selector
        return []
    for name in wanted:
        if name == "first":
            found = found[:1]
        elif name == "last":
            found = found[-1:]
        elif name.startswith("eq("):
            found = found[int(name[3:-1]) :][:1]
    return found


# Elements whose text is no markup: HTML, "serializing HTML fragments", of a page that may run scripts.
_RAW = frozenset(("script", "style", "xmp", "iframe", "noembed", "noframes", "noscript", "plaintext"))


def inner(element: Any) -> str:
    """What stands inside an element, as HTML; a template in a script as it is written."""
    inside = "".join(str(etree.tostring(child, encoding="unicode", method="html")) for child in element)
    text = element.text or ""
    return (text if element.tag in _RAW else text.replace("&", "&amp;").replace("<", "&lt;")) + inside


def take(element: Any) -> None:
    """Take an element out of its parent, without the text behind it."""
    parent = element.getparent()
    if parent is not None:
        at, tail = parent.index(element), element.tail or ""
        element.tail = None
        parent.remove(element)
        _put_text(parent, at, tail)


def plain(text: str) -> str:
    """A text without what no document can hold."""
    return _NO_TEXT.sub("", text)


def sent(form: Any, *, but: Any = None) -> list[tuple[str, str]]:
    """The fields that a form sends, but for one, and what they hold."""
    found = []
    for field in _FIELDS(form):
        kind = (field.get("type") or "").lower()
        unset = kind in ("checkbox", "radio") and field.get("checked") is None
        if field is not but and not unset and kind not in _UNSENT and field.get("disabled") is None:
            found.append((str(field.get("name")), _held(field)))
    return found


def written(form: Any, fields: Iterable[tuple[str, str]]) -> str:
    """The fields as a form sends them, in its own encoding if it names one; else see `query_of`."""
    query = query_of(fields)
    named = (resolve_encoding(label) for label in re.split(r"[\s,;]+", form.get("accept-charset") or ""))
    own = next(filter(None, named), None)
    return percent(query, own) if own else query


def _held(field: Any) -> str:
    """What a field holds."""
    if field.tag == "select":
        return "" if (option := picked(field)) is None else chosen(option)
    if field.tag == "option":
        return chosen(field)
    return "".join(field.itertext()) if field.tag == "textarea" else field.get("value") or ""


def picked(select: Any) -> Any:
    """The option that a list of choices shows; None: it has none."""
    return next(iter(select.xpath(".//option[@selected]") or select.xpath(".//option")), None)


def said_by(control: Any) -> str:
    """The words of a link or a button, else its value or its title."""
    return " ".join("".join(control.itertext()).split()) or control.get("value") or control.get("title") or ""


def chosen(option: Any) -> str:
    """What choosing an option puts into its field."""
    value = option.get("value")
    return " ".join("".join(option.itertext()).split()) if value is None else str(value)


def _pieces(text: str) -> tuple[str, list[Any]]:
    """HTML -> its leading text and its elements."""
    text = plain(text)
    if not text.strip():
        return text, []
    bare = _BARE_TAG.match(text)
    try:
        if bare:
            tag = bare[1].lower()
            around = "select" if tag == "option" else "table"
            parent = html.fragment_fromstring(f"<{around}>{text}</{around}>")
            return "", list(parent.iter(tag))[:PIECES]
        parent = html.fragment_fromstring(text, create_parent="div")
    except (etree.ParserError, ValueError, AssertionError):
        return text, []
    return parent.text or "", list(parent)[:PIECES]


def _insert(element: Any, where: str, words: str, pieces: list[Any]) -> None:
    parent = element if where in ("start", "end") else element.getparent()
    if parent is None:
        return
    if where in ("start", "end"):
        at = 0 if where == "start" else len(parent)
    else:
        at = parent.index(element) + (where == "after")
    rest = _cut_text(parent, at) if where in ("start", "after") else ""
    _put_text(parent, at, words)
    for piece in pieces:
        parent.insert(at, piece)
        at += 1
    _put_text(parent, at, rest)


def _put_text(parent: Any, at: int, words: str) -> None:
    """Add words before the child of that index."""
    if at == 0:
        parent.text = (parent.text or "") + words
    else:
        parent[at - 1].tail = (parent[at - 1].tail or "") + words


def _cut_text(parent: Any, at: int) -> str:
    """Take out the words before the child of that index."""
    if at == 0:
        words, parent.text = parent.text, None
    else:
        words, parent[at - 1].tail = parent[at - 1].tail, None
    return words or ""
