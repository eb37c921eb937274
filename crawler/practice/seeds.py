"""The seed texts -> articles, by annotations that were made by hand as line numbers."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass

from crawler.bundled import CORPUS
from crawler.practice.traditional import simplified
from crawler.practice.truth import BEIJING, Article, Block


@dataclass(frozen=True, slots=True, kw_only=True)
class _Seed:
    """The annotations of a seed text; line numbers count from 1.

    Attributes:
        number: the article's number on its site.
        body: the first and the last line of the body; empty lines and the lines named below are not part of it.
        captions: the lines that are captions of pictures.
        labels: the lines that are the file name or the alternative text of a picture.
        pinyin: whether the text has pinyin after some characters.
    """

    number: int
    body: tuple[int, int]
    title: str
    published: dt.datetime
    credible: bool = True
    source: str | None = None
    author: str | None = None
    contributor: str | None = None
    signature: tuple[str, ...] = ()
    captions: tuple[int, ...] = ()
    labels: tuple[int, ...] = ()
    keywords: tuple[str, ...] = ()
    pinyin: bool = False


SEEDS = {
    "000": _Seed(
        number=351955,
        body=(5, 22),
        title="泸县:“统”舟共济抗疫情,“战”不旋踵一条心",
        published=dt.datetime(2016, 12, 8, tzinfo=BEIJING),
        credible=False,
        source="互联网",
        contributor="泸县县委统战部 鲁星",
        signature=("(泸县县委统战部 鲁星 供稿)",),
        keywords=("疫情", "防控", "联会"),
    ),
    "001": _Seed(
        number=90001,
        body=(5, 137),
        title="【同心抗疫】四川统一战线在行动(二)",
        published=dt.datetime(2022, 9, 9, 11, 30, 43, tzinfo=BEIJING),
        source="四川在线",
        captions=(33,),
        labels=(109, 111),
        keywords=("抗疫", "统一战线"),
    ),
    "002": _Seed(
        number=22,
        body=(3, 13),
        title="云龙区统一战线全力投身疫情防控阻击战",
        published=dt.datetime(2020, 2, 19, 17, 7, 24, tzinfo=BEIJING),
        source="云龙区委统战部",
        author="徐州统战部",
        keywords=("疫情", "防控", "统战"),
        pinyin=True,
    ),
    "003": _Seed(
        number=4704,
        body=(1, 21),
        title="广安统一战线携手共铸抗疫坚强防线",
        published=dt.datetime(2020, 2, 1, tzinfo=BEIJING),
        contributor="办公室",
        signature=("(办公室)",),
        captions=(4, 7, 11, 12, 14, 15, 17, 19),
        keywords=("抗疫", "统一战线"),
    ),
    "004": _Seed(
        number=18966,
        body=(8, 30),
        title="“四个到位”党情战疫情 丰镇市市委统战部这样做",
        published=dt.datetime(2020, 3, 20, 13, 32, 54, tzinfo=BEIJING),
        source="中国健康新闻网",
        author="刘日龙",
        labels=(14, 24),
        keywords=("疫情", "统战部"),
    ),
}


def seed(name: str, *, column: int) -> Article | None:
    """The article of seed `name` ("000" to "004"); None: the seed corpus is not installed."""
    path = next(iter(sorted(CORPUS.glob(f"{name}_*.txt"))), None)
    if path is None:
        return None
    facts = SEEDS[name]
    first, last = facts.body
    blocks = []
    for number, line in enumerate(path.read_text(encoding="utf-8").split("\n")[:last], 1):
        shown = line.strip()
        if number < first or not shown:
            continue
        if number in facts.captions:
            blocks.append(Block(kind="picture", text=shown))
        elif number in facts.labels:
            blocks.append(Block(kind="picture", shown=shown))
        elif facts.pinyin:
            blocks.append(Block(kind="text", text=simplified(shown), shown=shown))
        else:
            blocks.append(Block(kind="heading" if re.match("[一二三四五]、.{,30}$", shown) else "text", text=shown))
    return Article(
        number=facts.number,
        column=column,
        title=facts.title,
        blocks=tuple(blocks),
        published=facts.published,
        credible=facts.credible,
        source=facts.source,
        author=facts.author,
        contributor=facts.contributor,
        signature=facts.signature,
        keywords=facts.keywords,
    )
