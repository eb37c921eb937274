"""What was learned of a site and a page of it -> the Document with the template's vote.

A template is what the site's other pages have in common: the box of the article, where its fields stand, lines that
come again. It votes and does not rule: where the cleaner read the same box, confidence rises; where it read nothing or
guessed, the template's box is read instead; a field at its learned place goes before a guess, never before what the
page says behind a label. Nothing that the cleaner read leaves the text but lines that stand on half the pages.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from itertools import islice, takewhile
from typing import Any, Self

from lxml.etree import XPath
from lxml.html import HtmlElement

from archive.site import Learned, Site, Spot, Template
from archive.text import dates, fields, ruled, words
from archive.text.blocks import fold
from archive.text.chinese import han, simplified
from archive.text.decode import decode, parse
from archive.text.document import Document, Reason, Skip
from archive.text.lines import furniture_id, narrow
from archive.text.page import selected
from archive.text.scripts import written
from archive.warc.capture import Capture

# A line is furniture where it stands on this share of the pages; below it a line may be the article's own.
COMMON = 0.5
# The cleaner and the template agree where so much of the text stands in the box.
AGREED = 0.9
# Below this confidence the cleaner's text is a guess, as in `extract`.
GUESS = 0.3
# A line with fewer Han characters is no article.
LEAST = 10
# A longer line is no place of a field.
SHORT = 80
# Who wrote an article stands in so many of its first lines.
HEAD = 5
# So many lines of a text are looked for in a box: the time for each grows with the box.
LINES = 200
FLAG = "new_layout"
# Rules that read what a page says in words: behind a label, in a signature, in the lead.
_SAID = ("dateline", "signature", "reporters", "thread", "lead", "last", "site")
_GUESSED_TITLES = ("title element", "heading", "first lines")
_GUESSED_DAYS = ("url", "row", "meta", "over", "below", "signed", "weekday", "updated", "asked")
_BARS = str.maketrans("|丨/", "   ")
_linked = XPath(".//a[@href]//text()")


def vote(
    found: Document | Skip, capture: Capture, site: Site, read_by: Callable[[str], Document | Skip]
) -> Document | Skip:
    """The Document with the vote of the site's templates, or what they rescue; a Skip they say nothing of stays.

    `read_by` reads the page by a selector of its body, whatever its shape.
    """
    learned = site.learned
    if learned is None or not learned.templates or not _is_asked(found) or (root := tree(capture)) is None:
        return found
    boxes = [(template, _Box.of(root, template)) for template in learned.templates]
    if fits := next(((template, box) for template, box in boxes if box.holds(found)), None):
        voted, template = _confirm(found, fits[1], fits[0]), fits[0]
    elif lost := next((template for template, box in boxes if box.outweighs(found)), None):
        voted, template = _rescue(found, lost, read_by), lost
    else:
        return _flag(found, learned)
    if isinstance(voted, Skip):
        return voted
    return _cut_furniture(_add_fields(voted, root, template), root, template)


def tree(capture: Capture) -> HtmlElement | None:
    """The page's tree as the cleaner sees it, with what its scripts write."""
    return parse(written(decode(capture.body, capture.header("Content-Type")).html))


def _is_asked(found: Document | Skip) -> bool:
    """Whether templates speak of what the cleaner made: of pages, and of what it took for no article."""
    if isinstance(found, Skip):
        return found.reason in (Reason.LIST, Reason.EMPTY)
    return found.extractor not in ("file", "lines")


def compact(text: str) -> str:
    """Text without white space, for comparing.

    >>> compact("特此 通知")
    '特此通知'
    """
    return "".join(fold(text).split())


def shown(element: HtmlElement) -> str:
    """The compact text that an element shows."""
    return compact("".join(map(str, ruled.seen(element))))


def lines_within(text: str, box: str) -> float:
    """The share of a text's characters whose lines stand in a box, both compact; 1 for no text. Reads `LINES` lines."""
    lines = islice(map(compact, text.split("\n")), LINES)
    sizes = [(len(line), line in box) for line in lines]
    whole = sum(size for size, _ in sizes)
    return sum(size for size, inside in sizes if inside) / whole if whole else 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class _Box:
    """What stands at a template's place for bodies.

    Attributes:
        text: the compact text of the largest such box; empty where there is none.
        linked: the share of it that is links.
        own: how many of its characters are the article's, by what usually stands beside it.
        placed: whether something stands at the template's place of the title or of the day.
    """

    text: str
    linked: float
    own: int
    placed: bool

    @classmethod
    def of(cls, root: HtmlElement, template: Template) -> Self:
        """The box of a template on a page."""
        boxes = [(shown(element), element) for element in selected(root, template.body)]
        text, element = max(boxes, key=lambda pair: len(pair[0]), default=("", root))
        linked = len(compact("".join(map(str, _linked(element))))) / len(text) if text else 0.0
        places = [spot for spot in (template.title, template.date) if spot]
        placed = not places or any(line_at(root, spot) for spot in places)
        return cls(text=text, linked=linked, own=len(text) - template.beside, placed=placed)

    def holds(self, found: Document | Skip) -> bool:
        """Whether the article that the cleaner read stands here, and little else."""
        if isinstance(found, Skip) or not found.text or found.confidence < GUESS:
            return False
        text = found.text_original or found.text
        size = len(compact("".join((text, *found.captions, *(line for _, line in found.removed)))))
        return bool(self.text) and lines_within(text, self.text) >= 0.5 and 2 * size >= self.own

    def outweighs(self, found: Document | Skip) -> bool:
        """Whether an article stands here, and what the cleaner read is none, a guess, or less and elsewhere."""
        # In a wide box nobody can tell a short article from what stands beside it.
        if han(self.text) < LEAST or self.linked > 0.5 or self.own < 0.5 * len(self.text) or not self.placed:
            return False
        if isinstance(found, Skip) or found.confidence < GUESS:
            return True
        # An article of files or pictures alone has no text: what else stands in the box is beside it.
        if found.extractor == "site" or not found.text:
            return False
        text = found.text_original or found.text
        return lines_within(text, self.text) < 0.5 and len(compact(text)) < self.own


def _flag(found: Document | Skip, learned: Learned) -> Document | Skip:
    """An article that no template fits: the site may have changed its layout."""
    if isinstance(found, Skip) or not found.text:
        return found
    words_ = f"none of {len(learned.templates)} learned layouts fits"
    return replace(found, flags=(*found.flags, FLAG), evidence=(*found.evidence, (f"flag:{FLAG}", words_)))


def _rescue(found: Document | Skip, template: Template, read_by: Callable[[str], Document | Skip]) -> Document | Skip:
    """What the template's box holds, where the cleaner found nothing or guessed."""
    again = read_by(template.body)
    if isinstance(again, Skip) or han(again.text) < LEAST:
        return found
    lost = found.reason.value if isinstance(found, Skip) else f"confidence {found.confidence}"
    values = {"extractor": "learned", "confidence": round(template.share, 2)}
    return again.without("low_confidence").stating(values, [("template", f"rescued ({lost}): {template.body}")])


def _confirm(found: Document | Skip, box: _Box, template: Template) -> Document | Skip:
    """The Document with more confidence where its text stands in the template's box."""
    if isinstance(found, Skip) or lines_within(found.text_original or found.text, box.text) < AGREED:
        return found
    confidence = round(1 - (1 - found.confidence) * (1 - template.share), 2)
    return found.stating({"confidence": confidence}, [("template", f"agrees: {template.body}")])


def _add_fields(found: Document, root: HtmlElement, template: Template) -> Document:
    """The Document with what stands at the learned places, where the cleaner found nothing or guessed."""
    values: dict[str, Any] = {
        name: value
        for name in ("title", "source", "author")
        if (spot := getattr(template, name)) is not None
        and _is_guess(found, name)
        and (value := value_of(name, spot, line_at(root, spot))) not in (None, getattr(found, name))
    }
    said = [(name, f"template: {value}") for name, value in values.items()]
    if "title" in values:
        values["title_original"] = None
    found = found.stating(values, said)
    guessed = (found.published_evidence or "").split(":")[0] in ("", *_GUESSED_DAYS)
    return _add_day(found, root, template.date) if template.date and guessed else found


def _add_day(found: Document, root: HtmlElement, spot: Spot) -> Document:
    """The Document with the day at a learned place, where one stands there."""
    line = line_at(root, spot)
    day = value_of("date", spot, line)
    # A day that was read to the minute stays, where the learned place has the same day.
    if day is None or (found.published or "").startswith(day):
        return found
    return ruled.dated(found, day, line, "template")


def _cut_furniture(found: Document, root: HtmlElement, template: Template) -> Document:
    """The Document without the lines that stand on half the pages, and those of the learned places of who wrote it."""
    common = {line for line, share in template.furniture if share >= COMMON}
    spots = [spot for spot in (template.source, template.author) if spot]
    held = {word for spot in spots for word in _plain_words(line_at(root, spot))}
    lines = found.text.split("\n")
    said = map(_plain_words, lines[:HEAD])
    # A line that holds some of these words, a day perhaps, and nothing else.
    head = [index for index, words_ in enumerate(said) if words_ and held.issuperset(words_)]
    gone = {*head, *(index for index, line in enumerate(lines) if line in common)}
    return ruled.cut(found, sorted(gone), "template") if 0 < len(gone) < len(lines) else found


def _is_guess(found: Document, name: str) -> bool:
    if getattr(found, name) is None:
        return True
    rule = next((said.split(":")[0] for of, said in found.evidence if of == name), "")
    return rule in _GUESSED_TITLES if name == "title" else rule not in _SAID


def line_at(root: HtmlElement, spot: Spot) -> str:
    """The line at a place, see `line_of`; empty where nothing stands there."""
    elements = selected(root, spot.at)
    return line_of(elements[0]) if elements else ""


def line_of(element: HtmlElement) -> str:
    """The words of an element that stand in none below it, behind the label before it, in Simplified Chinese."""
    line = fold(" ".join([element.text or "", *(child.tail or "" for child in element)]))
    label = fold(_before(element)) if line else ""
    return simplified(f"{label}{line}" if label.endswith(("：", ":")) else line)


def _before(element: HtmlElement) -> str:
    """The words directly before an element."""
    previous, parent = element.getprevious(), element.getparent()
    if previous is not None:
        return previous.tail if previous.tail and previous.tail.strip() else str(previous.text_content())
    return (parent.text or "") if parent is not None else ""


def parts(line: str) -> list[str]:
    """The words of a line before its first label; those with digits, days and counters, are left out.

    >>> parts("2023-06-12 10:30 云溪日报 | 周敏 点击：[12]")
    ['云溪日报', '周敏']
    """
    return list(takewhile(lambda word: not _has_label(word), _plain_words(line)))


def _plain_words(line: str) -> list[str]:
    return [word for word in line.translate(_BARS).split() if not any(map(str.isdigit, word))]


def _has_label(line: str) -> bool:
    return "：" in line or ":" in line


def value_of(name: str, spot: Spot, line: str) -> str | None:
    """The value of a field in the line at its place; None where the line holds none.

    >>> value_of("source", Spot(at="p", part=0), "2023-06-12 云溪发布 周敏")
    '云溪发布'
    """
    if name == "date":
        return dates.read(line, loose=True) if len(line) <= SHORT else None
    if name == "title":
        return line if fields.may_be_title(line) else None
    if len(line) > SHORT or (spot.part is None and _has_label(line)):
        return None
    named = [line] if spot.part is None else parts(line)[spot.part :]
    if name == "source":
        return named[0] if named and _is_source(named[0], alone=spot.part is None) else None
    return _people(named)


def _is_source(value: str, *, alone: bool) -> bool:
    """Whether a value may be a source; beside other words in one line it may also be a column or a tool."""
    unlike = furniture_id(narrow(value)) or fields.is_person(value) or (not alone and words.match("no_source", value))
    return 2 <= han(value) <= 20 and not unlike


def _people(named: Sequence[str]) -> str | None:
    """The people at the beginning of some words; a pen name may stand alone."""
    people = []
    for word in named:
        if not (found := fields.all_people(narrow(word), "label")):
            break
        people += found
    if people or not named:
        return " ".join(people) or None
    pen = named[0]
    nobody = pen in words.listed("nobody") or fields.is_office(pen) or furniture_id(narrow(pen)) is not None
    return pen if 2 <= han(pen) == len(pen) <= 5 and not nobody else None
