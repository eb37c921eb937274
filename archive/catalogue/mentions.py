"""Documents -> the table of the places and organisations that they name, and where in the text they do."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass
from operator import attrgetter
from typing import TYPE_CHECKING

from archive.catalogue import query
from archive.layout import Layout

if TYPE_CHECKING:
    from archive.catalogue import organisations, places


@dataclass(frozen=True, slots=True, kw_only=True)
class Mention:
    """Where a document names a place or an organisation.

    Attributes:
        kind: `place` or `organisation`.
        part: `title` or `text`; `start` and `end` are offsets in it, in characters.
        words: the words there.
        name: the place with the places above it (四川省泸州市泸县), or the organisation with its place's full name.
        code: GB/T 2260 of the place; empty if several places have the name and it is unclear which is meant, and for a
            national body.
        how: of a place, `name`, `parent`, `site` or `open`; of an organisation, `place`, `own` if the text names only
            its level (市委统战部) and means that of the site, `national` for a body of the whole country, or `name` for
            a school, an institute, a bank, a company or a society.
    """

    kind: str
    part: str
    start: int
    end: int
    words: str
    name: str
    code: str
    how: str


def of(title: str | None, text: str, site: str | None) -> Iterator[Mention]:
    """Find the mentions in a title and a text; `site`: the GB/T 2260 code of the site's place."""
    from archive.catalogue import gazetteer, organisations, places  # noqa: PLC0415 - who only reads the table does without them

    for part, words in (("title", title or ""), ("text", text)):
        found = places.find_all(words, site)
        bodies = organisations.find_all(words, found, site)
        for place in _outside(found, bodies):
            said = words[place.start : place.end]
            name = gazetteer.chain(place.code, said)
            yield _mention("place", part, place, said, name)
        for body in bodies:
            if body.how:
                yield _mention("organisation", part, body, words[body.start : body.end], body.name)


_values = attrgetter(*Mention.__slots__)


def _outside(found: list[places.Mention], bodies: list[organisations.Organisation]) -> Iterator[places.Mention]:
    """Yield the places, except those in the name of a school, a bank or the like: 上海市农业科学院."""
    within = {at for body in bodies if body.how not in ("place", "own") for at in range(body.start, body.end)}
    return (place for place in found if not place.inside and place.start not in within)


def _mention(kind: str, part: str, found: places.Mention | organisations.Organisation, said: str, name: str) -> Mention:
    return Mention(
        kind=kind, part=part, start=found.start, end=found.end, words=said, name=name, code=found.code, how=found.how
    )


def take(db: sqlite3.Connection, number: int, title: str | None, text: str, site: str | None) -> None:
    """Store the mentions of a document."""
    rows = ((number, *_values(one)) for one in of(title, text, site))
    db.executemany("INSERT INTO mentions VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)", rows)


def read(layout: Layout, id_: str) -> list[Mention]:
    """Read the mentions of a document, in order."""
    sql = f"""SELECT {", ".join(f'm."{name}"' for name in Mention.__slots__)}
              FROM mentions m JOIN documents d ON d.number = m.number
              WHERE d.id = ? ORDER BY m.part DESC, m.start, m.kind"""  # noqa: S608 - our own names
    with query.catalogue(layout) as db:
        return [Mention(**dict(zip(Mention.__slots__, row, strict=True))) for row in db.execute(sql, (id_,))]
