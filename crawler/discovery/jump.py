"""Lists whose only way on is a form -> the next page: 第1/5页 转到[ ]页, a button; or the months that it offers."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import chain, islice, product
from typing import TypeAlias
from urllib.parse import urljoin, urlsplit, urlunsplit

from lxml.etree import XPath
from lxml.html import HtmlElement

from crawler.discovery.dom import base_of, chosen, said_by, sent, written
from crawler.discovery.general import NEXT, absolute
from crawler.discovery.link import ARTICLE, LIST, Link, fold, look_of
from crawler.discovery.scripted import form_address

# A form, and the fields that are sent.
_Sent: TypeAlias = tuple[HtmlElement, list[tuple[str, str]]]
# Characters of a pager with its form; how far above the field they begin.
PAGER, AROUND = 120, 4

_FIELDS = XPath("//input[@name and (not(@type) or @type='text' or @type='number' or @type='tel')] | //select[@name]")
_TYPED = XPath(".//input[not(@type) or @type='text' or @type='number' or @type='tel'][not(ancestor::form)]")
_BUTTONS = XPath(".//input[(@type='submit' or @type='button') and @value] | .//button")
# The page that is shown, and how many there are.
_SHOWN = re.compile(
    r"(?:第|当前[:：]?第?|页次[:：]?)\s{0,3}(\d{1,4})(?!\d)|(?<!\d)(\d{1,4})\s{0,3}/\s{0,3}\d{1,4}(?!\d)"
)
_ALL = re.compile(
    r"(?:共|[总總][计計]|[总總]共|分|合[计計])\s{0,3}(\d{1,4})\s{0,3}[页頁]|\d\s{0,3}/\s{0,3}(?:共\s?)?(\d{1,4})(?!\d)"
)
_GO = re.compile(r"转|轉|跳|到|\bgo\b|[确確]定|第.{0,3}页", re.IGNORECASE)
# What a list of choices says that parts an archive by time, and the most addresses that are made of one form.
_PERIOD = re.compile(
    r"(?:(?:19|20)\d\d\s?[-./年]?\s?度?(?:[01]?\d\s?月?份?)?|[01]?\d\s?月份?)?(?:\s?第?\s?\d{1,4}\s?期)?"
)
PERIODS = 400
# What a button may open.
_OPENED = ("page", "article")
# What runs when a page is loaded, and what it says.
_LOADS, _SCRIPTS = XPath("string(//body/@onload)"), XPath("//script/text()")
_SAID = XPath("//body//text()[not(ancestor::script or ancestor::style)]")
# Characters of a page that only leads on, and of its words.
STUB, ALMOST_NOTHING = 2048, 30
_SEARCHED = XPath("boolean(.//input[not(@type) or @type='text' or @type='search'] | .//textarea)")


def discover(url: str, html: str, root: HtmlElement | None) -> Iterator[Link]:
    """The next page, by the form that a reader would fill in with its number, or whose button 下一页 he would press."""
    if root is None or "<form" not in html.lower():
        return
    found = next(chain(_numbered(root), _pressed(root)), None)
    if found is None:
        return
    yield Link(url=_address(base_of(url, root), url, *found), kind="next", priority=LIST)


def buttons(url: str, html: str, root: HtmlElement | None) -> Iterator[Link]:
    """Pages that a form with nothing but a button leads to."""
    if root is None or "<form" not in html.lower():
        return
    base = base_of(url, root)
    for form in root.iter("form"):
        href = absolute(base, form.get("action") or "") if _is_button(form) else None
        if href is not None and look_of(href) in _OPENED:
            priority = ARTICLE if look_of(href) == "article" else LIST
            yield Link(url=href, anchor=fold(" ".join(map(said_by, _BUTTONS(form)))), priority=priority)


def _is_button(form: HtmlElement) -> bool:
    """Whether a form sends nothing, and has one button for that."""
    if (form.get("method") or "get").lower() != "get" or _SEARCHED(form) or sent(form):
        return False
    buttons = _BUTTONS(form)
    return len(buttons) == 1 and _sends(buttons[0]) and not _named(buttons[0])


def periods(url: str, html: str, root: HtmlElement | None) -> Iterator[Link]:
    """The parts of an archive that a form offers in lists of years, months or issues, as sending it asks for them."""
    if root is None or "<form" not in html.lower() or "<select" not in html.lower():
        return
    base = base_of(url, root)
    for form in root.iter("form"):
        offered = {} if _SEARCHED(form) else _offered(form)
        rest = [pair for pair in sent(form) if pair[0] not in offered]
        button = next((each for each in _BUTTONS(form) if form in each.iterancestors()), None)
        for values in islice(product(*offered.values()), PERIODS if offered else 0):
            fields = [*rest, *zip(offered, values, strict=True), *_named(button)]
            yield Link(url=_address(base, url, form, fields), kind="pager", priority=LIST)


def sends(url: str, html: str, root: HtmlElement | None) -> Iterator[Link]:
    """Where a short page leads whose only form is sent as soon as it is loaded, without a press."""
    if root is None or len(html) > STUB or ".submit(" not in html:
        return
    forms, loads = list(root.iter("form")), _LOADS(root)
    code = "".join(_SCRIPTS(root)) + loads
    # A function is called by what happens then, or by a click.
    by_itself = ".submit(" in code and ("function" not in code or loads or "onload" in code)
    said = "".join("".join(_SAID(root)).split())
    if not by_itself or len(forms) != 1 or len(said) > ALMOST_NOTHING or _SEARCHED(forms[0]):
        return
    if (forms[0].get("method") or "get").lower() == "get":
        yield Link(url=_address(base_of(url, root), url, forms[0], sent(forms[0])), kind="redirect")


def _offered(form: HtmlElement) -> dict[str, list[str]]:
    """The names of the lists of a form that offer several years, months or issues, and their values."""
    found = {str(select.get("name")): _periods(select) for select in form.iter("select") if select.get("name")}
    return {name: values for name, values in found.items() if len(values) > 1}


def _periods(select: HtmlElement) -> list[str]:
    """The values of a list of choices that are years, months or issues; none where it holds something else, too."""
    words = {option: " ".join("".join(option.itertext()).split()) for option in select.iter("option")}
    times = [option for option, said in words.items() if said and _PERIOD.fullmatch(said)]
    # The first one may ask to choose.
    return [chosen(option) for option in times] if len(times) >= len(words) - 1 else []


def _address(base: str, url: str, form: HtmlElement, fields: list[tuple[str, str]]) -> str:
    """The address that a form with these fields asks for; that of the page if its own is none, http://[name]/."""
    try:
        target = urlsplit(urljoin(base, form.get("action") or url).partition("#")[0])
    except ValueError:
        return url
    if (form.get("method") or "get").lower() == "post":
        return form_address(urlunsplit(target), written(form, fields))
    return urlunsplit(target._replace(query=written(form, fields)))


def _numbered(root: HtmlElement) -> Iterator[_Sent]:
    """Forms for the number of a page, with the next one filled in."""
    known: dict[HtmlElement, tuple[bool, int | None]] = {}
    for field in _FIELDS(root):
        form, page = next(field.iterancestors("form"), None), _next(field, known)
        if form is not None and page is not None:
            button = next((each for each in _BUTTONS(form) if form in each.iterancestors()), None)
            yield form, [*sent(form, but=field), (field.get("name"), str(page)), *_named(button)]


def _pressed(root: HtmlElement) -> Iterator[_Sent]:
    """Forms with a button that says 下一页, as pressing it sends them."""
    for button in _BUTTONS(root):
        words = " ".join((button.get("value") or "".join(button.itertext())).split())
        form = next(button.iterancestors("form"), None)
        if form is not None and _sends(button) and NEXT.fullmatch(words) and button.get("disabled") is None:
            yield form, [*sent(form), *_named(button)]


def _sends(button: HtmlElement) -> bool:
    """Whether pressing a button sends its form without a script."""
    return (button.get("type") or "submit").lower() == "submit" and button.get("onclick") is None


def _named(button: HtmlElement | None) -> list[tuple[str, str]]:
    """What a button that is pressed adds to its form."""
    name = None if button is None else button.get("name")
    return [(name, button.get("value") or "")] if button is not None and name else []


def fill(button: HtmlElement) -> bool:
    """Write the number of the next page into the field beside a button, where a pager says it; whether it does."""
    parent = button.getparent()
    fields = [] if parent is None else [each for each in _TYPED(parent) if each.getparent() is parent]
    page = _after(_beside(fields[0])) if len(fields) == 1 and _GO.search(said_by(button)) else None
    if page is not None:
        fields[0].set("value", str(page))
    return page is not None


def _beside(field: HtmlElement) -> str:
    """The words before a field, in its line."""
    found = []
    for before in field.itersiblings(preceding=True):
        found.append(before.tail or "")
        if before.tag in ("table", "ul", "ol", "div", "p", "br"):
            break
        found.append("".join(before.itertext()))
    else:
        parent = field.getparent()
        found.append((parent.text if parent is not None else None) or "")
    return " ".join("".join(reversed(found)).split())


def _next(field: HtmlElement, known: dict[HtmlElement, tuple[bool, int | None]]) -> int | None:
    """The number of the page behind the one that is shown, as the pager around the field says it.

    `known`: what was read in the boxes around the fields before.
    """
    for around in islice(field.iterancestors(), AROUND):
        if around not in known:
            known[around] = _paged(around)
        ends, page = known[around]
        if ends:
            return page
    return None


def _paged(around: HtmlElement) -> tuple[bool, int | None]:
    """Whether a box is a pager, or has too many words for one, and the number of the page behind the one it shows."""
    words = " ".join("".join(around.itertext()).split())
    if len(words) > PAGER:
        return True, None
    if _SHOWN.search(words) and _ALL.search(words) and (_GO.search(words) or _says_go(around)):
        return True, _after(words)
    return False, None


def _after(words: str) -> int | None:
    """The number of the page behind the one that is shown, as the words of a pager say it."""
    shown, count = _SHOWN.search(words), _ALL.search(words)
    if len(words) > PAGER or shown is None or count is None:
        return None
    page = int(shown[1] or shown[2]) + 1
    return page if page <= int(count[1] or count[2]) else None


def _says_go(around: HtmlElement) -> bool:
    return any(_GO.search(button.get("value") or "") for button in around.iter("input"))
