"""Texts -> documents with planted copies, and the expected relation of each pair.

This was written from the description of near copies, before the matcher: mirrors with other last lines, spun texts
(words replaced by synonyms), shuffled paragraphs, excerpts of 25 to 60 %, the other script, an agency's texts on many
sites, and stencils, which are not copies: the same form with other people, dates and counts.
"""

from __future__ import annotations

import datetime as dt
import random
import re
from dataclasses import dataclass, field
from functools import cache
from itertools import combinations
from pathlib import Path
from typing import Any

from opencc import OpenCC

from archive.text.chinese import pinyin_repaired, simplified
from crawler.practice import prose
from crawler.practice.truth import BEIJING

SEEDS = Path(__file__).parents[1] / "seeds" / "corpus"
_PAIRS = """
开展/进行 认真/仔细 召开/举行 举行/召开 深入/深层 积极/主动 介绍/讲述 表示/指出 认为/觉得 现场/当场
听取/倾听 走访/探访 问题/难题 今年/本年 群众/百姓 居民/住户 学习/研习 参加/出席 参观/游览 讲解/解说
组织/安排 建立/设立 负责人/主管 企业/公司 累计/总共 截至目前/到目前为止 加强/强化 推动/促进 推进/推动
帮助/协助 围绕/针对 要求/强调 大家/人们 纷纷/接连 交流/沟通 发言/讲话 意见/看法 建议/提议 活动/行动
志愿者/义工 捐赠/捐献 物资/物品 工作/事务 发挥/施展 优势/长处 服务/服侍 提高/提升 能力/本领
目前/眼下 及时/立即 重点/关键 详细/仔细 查看/检视 家乡/故乡 印象深刻/难以忘怀 带来/送来 变化/改变
困难/难处 家庭/人家 成员/人员 代表/代言 先后/陆续 选举/推选 共同/一起 孩子/小孩 教师/老师 专业/行业
社会/社群 增收/创收 产业/行当 坚决/坚定 贯彻/落实 落实/贯彻 广泛/普遍 动员/发动 迅速/快速 防控/防治
部署/安排 全面/全方位 力量/能量 支持/支援 关注/留意 情况/状况 全体/全部 干部/官员 共识/共同认识
信心/信念 决心/意志 发布/公布 第一时间/立刻 多渠道/各种渠道 宣传/传播 营造/创造
"""
SYNONYMS = dict(pair.split("/") for pair in _PAIRS.split())
CUTS = (0.25, 0.6)
FOOTS = (
    "来源：{site}",
    "责任编辑：{name}",
    "（{site}转载，原文版权归作者所有）",
    "编辑：{name} 校对：{other}",
    "声明：本文由{site}转自网络，如有侵权请联系删除。",
    "扫描二维码关注{site}微信公众号，了解更多资讯。",
    "上一篇：{site}召开主题座谈会",
    "",
)
HEADS = ("", "", "{site}讯 ", "{site}{day}电 ", "转自{site}：")
PLACES = ("青石县", "白鹭区", "长岭县", "东坪县", "南关区", "望川县", "石门坎县", "北溪区")
SITES = ("同心网", "江城在线", "晨报网", "今日新区", "山城热线", "华讯网", "西部时报", "云端资讯", "大众观察", "民情网")


@dataclass(frozen=True, slots=True, kw_only=True)
class Text:
    """The text and the facts of one document."""

    text: str
    site: str
    day: dt.date
    script: str = "hans"
    source: str | None = None


@dataclass(slots=True, kw_only=True)
class Planted:
    """Documents by number, and the expected relations of pairs.

    Attributes:
        pairs: (smaller number, greater number) -> kind, for all pairs that a matcher must find.
        stencils: pairs of one form with different facts.
        open: pairs that are not decided, such as two excerpts of one article.
        clusters: the numbers of the copies of each agency's text.
    """

    texts: list[Text] = field(default_factory=list)
    pairs: dict[tuple[int, int], str] = field(default_factory=dict)
    stencils: set[tuple[int, int]] = field(default_factory=set)
    open: set[tuple[int, int]] = field(default_factory=set)
    clusters: list[list[int]] = field(default_factory=list)


def articles(seed: str, count: int) -> list[str]:
    """Texts of practice sites: many share sentences, in another order and with other facts."""
    found = []
    for number in range(count):
        site = number // 40
        place = prose.Place(
            city=f"{'云望临平安河清'[site % 7]}{'梦江川湖原阳溪'[site // 7 % 7]}市", counties=PLACES, paper="晨报"
        )
        room = prose.Newsroom(key=f"{seed}{site}", place=place, since=dt.date(2015, 1, 1), until=dt.date(2025, 1, 1))
        when = dt.datetime(2015 + number % 9, 1 + number % 12, 1 + number % 28, 9, tzinfo=BEIJING)
        made = prose.article(room, number, column=0, published=when, notice=number % 10 == 9, changes=False)
        rows = (" ".join(cell for row in block.rows for cell in row) or block.text for block in made.blocks)
        found.append("\n".join(line for line in rows if line))
    return found


def seeds() -> list[str]:
    """The seed corpus after cleaning: real texts of about a thousand characters."""
    found = [path.read_text(encoding="utf-8") for path in sorted(SEEDS.glob("0*.txt"))]
    return [simplified(pinyin_repaired(text) or text) for text in found]


@cache
def converter(name: str) -> Any:
    """The converter, which reads its dictionaries only once."""
    return OpenCC(name)


class Planter:
    """Makes copies of texts; the same seed makes the same ones."""

    def __init__(self, seed: str) -> None:
        self.rng = random.Random(seed)  # noqa: S311 - a fixed seed is the point
        self.made = Planted()
        self._day = dt.date(2016, 1, 1)

    def person(self) -> str:
        """Make a name."""
        name: str = self.rng.choice(prose.SURNAMES) + self.rng.choice(prose.GIVEN)
        return name

    def add(self, text: str, *, script: str = "hans", source: str | None = None) -> int:
        """Add a text as a document of some site, a few days after the one before."""
        self._day += dt.timedelta(days=self.rng.randint(0, 3))
        self.made.texts.append(
            Text(text=text, site=self.rng.choice(SITES), day=self._day, script=script, source=source)
        )
        return len(self.made.texts) - 1

    def dressed(self, text: str) -> str:
        """Make a reprint: with other first words and another last line."""
        said = {"site": self.rng.choice(SITES), "name": self.person(), "other": self.person(), "day": "3日"}
        foot = self.rng.choice(FOOTS).format(**said)
        return self.rng.choice(HEADS).format(**said) + text + ("\n" + foot if foot else "")

    def spun(self, text: str, share: float | None = None) -> str:
        """Replace words by synonyms."""
        share = self.rng.uniform(0.5, 1.0) if share is None else share
        words = "|".join(sorted(SYNONYMS, key=len, reverse=True))
        return re.sub(words, lambda m: SYNONYMS[m[0]] if self.rng.random() < share else m[0], text)

    def shuffled(self, text: str) -> str:
        """Put the paragraphs, or else the sentences, in another order."""
        lines = text.split("\n")
        if len(lines) > 2:
            self.rng.shuffle(lines)
            return "\n".join(lines)
        sentences = re.findall(r"[^。]*。?", text)
        self.rng.shuffle(sentences)
        return "".join(sentences)

    def excerpt(self, text: str) -> str:
        """Take consecutive sentences, 25 to 60 % of the text."""
        sentences = [s for s in re.findall(r"[^。！？\n]*[。！？\n]?", text) if s]
        wanted = self.rng.uniform(*CUTS) * len(text)
        start = self.rng.randrange(max(1, int(len(sentences) * 0.4)))
        taken, size = [], 0
        for sentence in sentences[start:]:
            if size + len(sentence) > CUTS[1] * len(text) and size >= CUTS[0] * len(text):
                break
            taken.append(sentence)
            size += len(sentence)
            if size >= wanted:
                break
        return "".join(taken).strip()

    def converted(self, text: str) -> str:
        """Convert the text to Traditional and back, as if it came from a page in Traditional characters."""
        made = str(converter(self.rng.choice(("s2t", "s2tw", "s2hk"))).convert(text))
        return simplified(made)

    def stencil(self, text: str) -> str:
        """Replace people, places, firms, dates and counts."""
        rng = self.rng
        names = set(re.findall(f"[{prose.SURNAMES}](?:{'|'.join(prose.GIVEN)})", text))
        table = {name: self.person() for name in names}
        for pool, others in (
            (prose.VILLAGES, prose.VILLAGES),
            (prose.FIRMS, prose.FIRMS),
            (PLACES, PLACES),
            (("泸州市", "泸县"), PLACES),
        ):
            table |= {word: rng.choice(others) for word in pool if word in text}
        words = "|".join(map(re.escape, sorted(table, key=len, reverse=True))) or "$^"
        changed = re.sub(words, lambda m: table[m[0]], text)
        return re.sub(r"\d+", lambda m: str(rng.randint(10 ** (len(m[0]) - 1), 10 ** len(m[0]) - 1)), changed)

    def family(self, text: str) -> None:
        """Add one text with one copy of most kinds."""
        full = {self.add(text, source="本站"): "same"}
        cut = []
        for kind in self.rng.sample(("same", "spun", "shuffled", "other_script", "excerpt"), self.rng.randint(1, 4)):
            made = {
                "same": self.dressed,
                "spun": self.spun,
                "shuffled": self.shuffled,
                "other_script": self.converted,
                "excerpt": self.excerpt,
            }[kind](text)
            number = self.add(made, script="hant" if kind == "other_script" else "hans", source="互联网")
            if kind == "excerpt":
                cut.append(number)
            else:
                full[number] = "spun" if kind == "shuffled" else kind
        first = min(full)
        for a, b in combinations(sorted(full), 2):
            self.made.pairs[a, b] = full[b] if a == first else "any"
        for number in cut:
            self.made.pairs |= {(min(a, number), max(a, number)): "excerpt" for a in full}
        self.made.open |= set(combinations(cut, 2))

    def wire(self, text: str, count: int) -> None:
        """Add one text on many sites."""
        numbers = []
        for _ in range(count):
            chance = self.rng.random()
            body = self.spun(text, 0.3) if chance < 0.1 else self.converted(text) if chance < 0.2 else text
            numbers.append(self.add(self.dressed(body), script="hant" if 0.1 <= chance < 0.2 else "hans"))
        self.made.clusters.append(numbers)
        self.made.pairs |= dict.fromkeys(combinations(numbers, 2), "any")

    def form(self, text: str, count: int) -> None:
        """Add one form, filled in several times."""
        numbers = [self.add(self.stencil(text)) for _ in range(count)]
        self.made.stencils |= set(combinations(numbers, 2))


def plant(seed: str, families: int, *, clusters: tuple[int, ...] = (20, 60), forms: int = 12) -> Planted:
    """Plant families of copies among documents without copies."""
    planter = Planter(seed)
    known = [*seeds(), *articles(seed, families * 2 + len(clusters) + forms)]
    planter.rng.shuffle(known)
    # Do not copy notices of two lines.
    known.sort(key=lambda text: len(text) < 120)
    for size in clusters:
        planter.wire(known.pop(0), size)
    for _ in range(families):
        planter.family(known.pop(0))
    for _ in range(forms):
        planter.form(known.pop(planter.rng.randrange(len(known))), planter.rng.randint(2, 6))
    for text in known:
        planter.add(text)
    return planter.made
