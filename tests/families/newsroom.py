"""A seed -> the content of a site: columns, articles (which appear, change and disappear), and a style."""

from __future__ import annotations

import datetime as dt
import random
from dataclasses import dataclass, field, replace

from crawler.practice import prose
from crawler.practice.truth import BEIJING, Article, Block

_NAMES = (
    ("统战要闻", "tzyw"),
    ("基层动态", "jcdt"),
    ("区县动态", "qxdt"),
    ("民族宗教", "mzzj"),
    ("非公经济", "fgjj"),
    ("党派工作", "dpgz"),
    ("港澳台侨", "gatq"),
    ("新的社会阶层", "xdshjc"),
)
_WORDS = (
    ("首页", "上一页", "下一页", "尾页"),
    ("首页", "上页", "下页", "末页"),
    ("第一页", "前一页", "后一页", "最后一页"),
    ("[首页]", "[上一页]", "[下一页]", "[尾页]"),
    ("<<", "<", ">", ">>"),
    ("«", "‹", "›", "»"),
    ("First", "Prev", "Next", "Last"),
    ("", "◀上一页", "下一页▶", ""),
    ("首 页", "上 一 页", "下 一 页", "尾 页"),
    ("", '<img src="/images/prev.gif" alt="上一页">', '<img src="/images/next.gif" alt="下一页">', ""),
)
_CITIES = ("云梦市", "望江市", "临川市", "平湖市", "安原市", "河阳市", "清溪市")
_COUNTIES = ("白岭县", "柳原区", "南屏县", "永泽区", "茶山县", "石桥区", "东岗县")


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """One article on a site.

    Attributes:
        number: its id, unique on the site, in the order of publication.
        column: index of its column.
        gone: taken down.
    """

    number: int
    column: int
    article: Article
    gone: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Taste:
    """The style of a template.

    Attributes:
        rows: articles on a list page.
        row: the shape of a list row, see `layouts.row`.
        date: the shape of its date, see `layouts.row`.
        pager: `words`, `numbers`, `both`, `select`, `button`: what pagers are made of.
        words: first, previous, next and last page in a pager; empty: it has no such link.
        robots: `none` (404), `html` (status 200), `open`.
        repeats: one column shows the articles of another one too.
        stale: a list page beyond the last shows page one.
        stub: the home page is reached by a script.
        conditional: pages have ETag and Last-Modified.
        traditional: all pages are in Traditional characters.
        hrefs: how links are written, see `dress.dressed`.
        paths: folders are `plain`, `nested`, `upper`, `spaced` or named in `han`.
        frames: `none`; `frameset` of a menu and the home page; `iframe`: lists stand in one.
        menu: columns are named by `links`, `clicks` (a script in the element) or `area`s of a map.
        bare: the home page shows no articles.
        shouting: tags are in capitals, attributes in single quotes.
        beside: dated rows beside each article.
        parts: every eighth article stands on two or three pages.
    """

    encoding: str
    declared: str
    rows: int
    row: str
    date: str
    pager: str
    ending: str
    robots: str
    body: str
    repeats: bool
    stale: bool
    stub: bool
    conditional: bool
    variant: int
    words: tuple[str, str, str, str]
    traditional: bool
    hrefs: str
    paths: str
    frames: str
    menu: str
    bare: bool
    shouting: bool
    beside: int
    parts: bool


@dataclass(slots=True, kw_only=True)
class Newsroom:
    """The articles of a site over time."""

    seed: str
    city: str
    columns: tuple[tuple[str, str, int], ...]
    taste: Taste
    items: list[Item] = field(default_factory=list)
    _room: prose.Newsroom | None = None

    @classmethod
    def of(cls, seed: str, *, articles: int = 240) -> Newsroom:
        """Make a newsroom from a seed, with this number of articles."""
        rng = random.Random(seed)  # noqa: S311 - a fixed seed is the point
        names = rng.sample(_NAMES, rng.randint(4, 6))
        numbers = rng.sample(range(100, 9000), len(names))
        traditional = rng.random() < 0.15
        encoding = rng.choice(("utf-8", "big5") if traditional else ("utf-8", "gbk"))
        taste = Taste(
            encoding=encoding,
            declared={"utf-8": "utf-8", "big5": "big5", "gbk": rng.choice(("gb2312", "gbk"))}[encoding],
            rows=rng.choice((15, 16, 18, 20)),
            row=rng.choice(("li", "table", "line", "dl", "div", "card", "teaser", "click")),
            date=rng.choice(("iso", "short", "han", "slash", "split", "dots", "time", "apart", "days", "none")),
            pager=rng.choice(("words", "numbers", "both", "both", "select", "button")),
            ending=rng.choice(("html", "shtml", "htm")),
            robots=rng.choice(("none", "html", "open")),
            body=rng.choice(("content", "TRS_Editor", "zoom", "article-content", "text", "vsb_content")),
            repeats=rng.random() < 0.5,
            stale=rng.random() < 0.5,
            stub=rng.random() < 0.3,
            conditional=rng.random() < 0.6,
            variant=rng.randrange(6),
            words=rng.choice(_WORDS),
            traditional=traditional,
            hrefs=rng.choice(
                ("root", "root", "full", "protocol", "relative", "base", "spaced", "anchored", "backslash")
            ),
            paths=rng.choice(("plain", "plain", "plain", "nested", "upper", "spaced", "han")),
            frames=rng.choice(("none", "none", "none", "frameset", "iframe")),
            menu=rng.choice(("links", "links", "clicks", "area")),
            bare=rng.random() < 0.3,
            shouting=rng.random() < 0.2,
            beside=rng.choice((0, 0, 5, 12)),
            parts=rng.random() < 0.3,
        )
        city = rng.choice(_CITIES)
        room = prose.Newsroom(
            key=seed,
            place=prose.Place(city=city, counties=tuple(rng.sample(_COUNTIES, 5)), paper=city[:-1] + "日报"),
            since=dt.date(2016, 3, 1),
            until=dt.date(2022, 6, 30),
            names_author=rng.random() < 0.5,
        )
        made = cls(
            seed=seed,
            city=city,
            columns=tuple((name, path, number) for (name, path), number in zip(names, numbers, strict=True)),
            taste=taste,
            _room=room,
        )
        # Even the smallest column has two pages, so that every pager is needed.
        shares = [taste.rows + 2] * len(names)
        for _ in range(articles - sum(shares)):
            shares[rng.randrange(len(shares))] += 1
        order = [column for column, count in enumerate(shares) for _ in range(count)]
        rng.shuffle(order)
        for column, when in zip(order, prose.days(room, len(order)), strict=True):
            made._write(column, when)
        return made

    def publish(self, count: int) -> list[Item]:
        """Publish new articles, the newest of their columns."""
        rng = random.Random(f"{self.seed}/{len(self.items)}")  # noqa: S311
        last = max(item.article.published for item in self.items)
        return [
            self._write(rng.randrange(len(self.columns)), last + dt.timedelta(hours=5 * (i + 1))) for i in range(count)
        ]

    def edit(self, number: int) -> Item:
        """Change an article from now on."""
        at, item = self._find(number)
        shown = item.article
        self.items[at] = replace(item, article=replace(shown, blocks=prose_correction(shown)))
        return self.items[at]

    def delete(self, number: int) -> Item:
        """Delete an article: its page and its row in the list."""
        at, item = self._find(number)
        self.items[at] = replace(item, gone=True)
        return self.items[at]

    def shelf(self, column: int) -> list[Item]:
        """The articles of a column, newest first."""
        wanted = {column, 0} if self.taste.repeats and column == len(self.columns) - 1 else {column}
        shown = [item for item in self.items if item.column in wanted and not item.gone]
        return sorted(shown, key=lambda item: item.number, reverse=True)

    def pages(self, column: int) -> int:
        """The number of list pages of a column."""
        return max(1, -(-len(self.shelf(column)) // self.taste.rows))

    def page(self, column: int, number: int) -> list[Item]:
        """The articles on list page `number` of a column, from 0."""
        return self.shelf(column)[number * self.taste.rows : (number + 1) * self.taste.rows]

    def _find(self, number: int) -> tuple[int, Item]:
        return next((at, item) for at, item in enumerate(self.items) if item.number == number)

    def _write(self, column: int, when: dt.datetime) -> Item:
        assert self._room is not None
        number = len(self.items) + 1
        day = min(when, dt.datetime(2022, 12, 1, tzinfo=BEIJING))
        article = prose.article(self._room, number, column=column, published=day, notice=False, changes=False)
        # Make titles distinct, because tests count titles.
        article = replace(article, title=f"{article.title}（{number}）", files=(), published=when)
        item = Item(number=number, column=column, article=article)
        self.items.append(item)
        return item


def prose_correction(article: Article) -> tuple[Block, ...]:
    """The blocks of an article with its first paragraph corrected."""
    first = article.blocks[0]
    return (replace(first, text=first.text + "（该数据已经市委统战部办公室复核后更正）"), *article.blocks[1:])
