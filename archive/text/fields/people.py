"""Words of a byline -> the people whom it names.

Each word is weighed: how names are made speaks for it, and what stands before and behind it, a label, an office,
another name; see `name_weights` in people.toml. Without a label a name must also be no word of the language.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache, lru_cache
from importlib import resources
from itertools import dropwhile, takewhile
from typing import NamedTuple

from archive.text import words
from archive.text.chinese import han
from archive.text.lines import narrow

# More names are a roster. The reporters of a lead stand behind at most so many characters.
MOST, LEAD_IN = 8, 40
# A line that names a person and nobody else is no longer, nor is the beginning of an article that names a reporter, nor
# a line of reporters.
ALONE, LEAD, LINE = 34, 80, 60

# A name in Latin letters is of two words or more: Grace Ling.
_LATIN = r"[A-Z][a-zÀ-ÿ'.-]+(?:\s[A-Z][A-Za-zÀ-ÿ'.-]*){1,3}"
_PIECE = re.compile(
    rf"\([^()]{{1,30}}\)|《[^《》]{{1,20}}》|{_LATIN}|[一-鿿]{{1,6}}-[一-鿿]{{1,6}}·[一-鿿·]{{1,12}}|[一-鿿·]+|[、,/&;:]|\s+|[^\s、,/&;:()一-鿿·]+|[()]"
)
# One of these stands in every line of reporters.
_REPORTS = re.compile("[者员生作稿写笔文道导理合译访/]")
# A longer name that is made of those of minorities is no word of the language.
SURE = 3
# In a longer line that names a person alone the words are parted.
_PARTS, WHOLE = re.compile(r"[\s、,/(·]"), 5
# Such a word, outside of brackets, belongs to no name, office or post.
_NOBODY = re.compile("[^(0-9。!?“”]*+[0-9。!?“”]")
# Who reports, behind the name of a paper.
_NOUN = re.compile("记者|通讯员|评论员|实习生")
_CLAUSE = re.compile(r"[。!?,;]")
# Stand before a byline in print.
BULLETS = "□◎■●◆ "
_ROUND = str.maketrans("[]【】〔〕", "()()()")
# Brackets with which a line or a value begins.
_OUTER = re.compile(r"\A[(\[【〔]\s?([^()\[\]【】〔〕]{1,60}?)\s?[)\]】〕]")
# Names that these join are of one kind.
JOINING = ("、", "&")
# The agency's day may stand behind, see `labels`.
_LAST = re.compile(r"[(\[【〔]([^()\[\]【】〔〕]{2,60})[)\]】〕]\d{0,8}$")
_ROUNDED = re.compile(r"\(([^()]{2,60})\)")
# The beginning of a sentence, up to what was done.
_SAID = re.compile(r"[^。!?,;:]{2,50}?(?:报[道导]|\d日[一-鿿]{0,4}[电讯])")
# The day of a dispatch behind name and place: 陈晓明台北12日电.
_DISPATCH = re.compile(r"(?<=[一-鿿])(?:\d{1,2}月)?\d{1,2}日[一-鿿]{0,4}[电讯]")
# Two characters: a place rather than one more name.
_PLACED, _DONE = re.compile(r"[一-鿿]{2}报[道导]"), ("报道", "报导")
# Who wrote and took the pictures: 陈晓明 文/摄.
_BOTH = re.compile(r"(?<![一-鿿])(?:文\s?/\s?(?:摄影?|图片?)|(?:摄影?|图片?)\s?/\s?文)(?=[\s)]|$)")


@cache
def _dictionary() -> tuple[frozenset[str], frozenset[str]]:
    """Words that begin with a surname: those that are no name, and those of two characters that may be one."""
    plain: set[str] = set()
    names: set[str] = set()
    text = resources.files("archive.text.fields").joinpath("words.txt").read_text("utf-8")
    for line in text.splitlines():
        if not line.startswith("#"):
            first, rest = line[0], line[1:].split("|")
            plain.update(first + tail for tail in rest[0].split())
            names.update(first + tail for tail in rest[1].split())
    # A county is called without its rank, too: 于都县.
    names.update(word[:2] for word in plain if len(word) == 3 and word[2] in "县市区州镇")
    return frozenset(plain), frozenset(names)


@cache
def _given() -> re.Pattern[str]:
    """Names that are made of names of minorities: 热依汗古丽."""
    return re.compile(f"(?:(?:{'|'.join(words.listed('given'))})[汗罕江]?){{1,3}}")


def is_person(name: str, *, labelled: bool = False) -> bool:
    """Whether two to four characters are a Chinese person's name, or a minority's with a dot.

    Args:
        name: the characters; a space may pad them.
        labelled: whether a label says that a person follows; without one a word of two characters is no name.

    >>> is_person("鲁星"), is_person("办公室"), is_person("买买提·艾力")
    (True, False, True)
    """
    name = name.replace(" ", "")
    if "·" in name:
        parts = re.split("[·-]", name)
        return parts[0] != "中国" and all(1 <= len(part) <= 6 and han(part) == len(part) for part in parts)
    # 李红摄: who took a picture.
    if han(name) != len(name) or not 2 <= len(name) <= 4 or name[2:].endswith("摄"):
        return False
    if len(name) == 4 or name.startswith(words.listed("double_surname")):
        return name.startswith(words.listed("double_surname"))
    plain, names = _dictionary()
    if len(name) == 2 and (labelled or words.whole("no_name", name)):
        return labelled and name[0] in words.listed("surname") and name not in plain
    if name[0] not in words.listed("surname") or name in plain or (not labelled and name in names):
        return False
    return not is_office(name)


@lru_cache(maxsize=4096)
def is_office(name: str) -> bool:
    """Whether a name is that of an office, an organisation or a place.

    >>> is_office("县委统战部"), is_office("李娜")
    (True, False)
    """
    return words.whole("office", name) is not None


class Word(NamedTuple):
    """A word of a byline: `kind` is name, role, office, post, done, picture, note, mark or other; `start` in the text.

    `facts` are what was known of it, see `name_weights`.
    """

    kind: str
    text: str
    start: int
    facts: tuple[str, ...] = ()


# The page asks again and again of the same lines.
@lru_cache(maxsize=2048)
def read(text: str, *place: str) -> tuple[Word, ...]:
    """The words of a narrow text, each with what it is; `place` is evidence of where the text stands.

    >>> [word.text for word in read("首席记者 陈晓明 通讯员王立新 摄影 李红") if word.kind == "name"]
    ['陈晓明', '王立新']
    """
    pieces = _pieces(text)
    even = () if any(not piece.kind and _shape(piece.text) == "unlike" for piece in pieces) else ("even",)
    found: list[Word] = []
    for number, piece in enumerate(pieces):
        around = () if piece.kind else (*_before(found, place), *_behind(pieces[number + 1 :], place))
        found.append(piece if piece.kind else _weighed(piece, (*place, *even, *around)))
    return tuple(found)


def _weighed(word: Word, facts: Sequence[str]) -> Word:
    """A word that may be a name, with what it is by the evidence around it and its own."""
    facts = (*facts, *word.facts, _shape(word.text))
    kind = "other"
    if sum(words.weights("name_weights")[fact] for fact in facts) > 0:
        kind = "name"
    elif "pictured" in facts:
        kind = "picture"
    elif is_office(word.text) and "apart" not in facts:
        kind = "office"
    return Word(kind, word.text, word.start, facts)


@lru_cache(maxsize=4096)
def _shape(name: str) -> str:
    """How a word is made, from a sure name to what cannot be one."""
    if name in words.listed("genre") or words.whole("tail", name):
        return "unlike"
    if name[0].isascii() and " " in name:
        return "latin"
    if is_person(name) or is_person(name, labelled=True):
        return "person" if is_person(name) else "likely"
    plain = 2 <= len(name) <= 5 and han(name) == len(name) and not name[2:].endswith("摄")
    if not plain or is_office(name) or words.match("spoken", name) or words.whole("no_name", name):
        return "unlike"
    return _short_shape(name)


def _short_shape(name: str) -> str:
    """How a short word is made that no surname begins, or hardly."""
    if _given().fullmatch(name):
        return "person" if len(name) > SURE else "given"
    if _is_pair(name):
        return "pair"
    return "surnamed" if len(name) == 2 and name[0] in words.listed("surname") else "short"


def _is_pair(name: str) -> bool:
    """Whether four characters may be two names of two characters each."""
    return len(name) == 4 and is_person(name[:2], labelled=True) and is_person(name[2:], labelled=True)


def _before(found: Sequence[Word], place: Sequence[str]) -> list[str]:
    """The evidence of the words before one: what its group begins with, and who stands in it."""
    plain = [word for word in found if word.kind not in ("mark", "note")]
    group = next((word.kind for word in reversed(plain) if word.kind != "name"), "")
    facts = ["pictured"] if group == "picture" else []
    if found and found[-1].text in JOINING:
        facts.append("joined")
    before = plain[-1].kind if plain else ""
    if before == "name":
        alike = "behind_short" if "short" in plain[-1].facts else "behind_name"
        return [*facts, alike, *(["label"] if group == "role" else [])]
    if before in ("role", "office", "post"):
        return [*facts, before]
    return [*facts, "office"] if before == "other" and "open" in place else facts


def _behind(following: Sequence[Word], place: Sequence[str]) -> list[str]:
    """The evidence of the words behind one."""
    texts = [word.text for word in following[:2]]
    # A stroke parts names behind a label: 格桑拉姆/何一平.
    listed = "label" in place and texts[:1] == ["/"] and _shape(texts[-1]) in ("person", "likely")
    facts = ["joined"] if listed or (texts and texts[0] in JOINING) else []
    if _took(following, place):
        facts.append("pictured")
    return [*facts, "called"] if texts[:1] == [":"] else facts


def _took(following: Sequence[Word], place: Sequence[str]) -> bool:
    """Whether behind a name stands that one took the pictures, 许景(摄影), 吴刚/图; where no label stands before them
    also behind further ones, 李红 周敏 摄. Before a name or a mark the word is a label: 摄影 李红, 图/李红.
    """
    stroke = bool(following) and following[0].text == "/"
    over = () if stroke or "label" in place else JOINING
    behind = list(dropwhile(lambda word: over and (not word.kind or word.text in over), following[stroke:]))
    if not behind or behind[0].kind != "picture":
        return False
    label = len(behind) > 1 and (behind[1].text in ("/", ":") or not behind[1].kind)
    return stroke or behind[0].text.startswith("(") or not (label or "label" in place)


def _pieces(text: str) -> list[Word]:
    """The words of a text; those that may be names have no kind yet."""
    matches = list(_PIECE.finditer(text))
    found: list[Word] = []
    at = 0
    while at < len(matches):
        piece, start = matches[at][0], matches[at].start()
        name, taken = _padded(matches, at)
        if taken > 1:
            found.append(Word("", name, start, ("apart",)))
        elif piece.startswith("("):
            found.append(Word("picture" if words.whole("picture", piece[1:-1].strip()) else "note", piece, start))
        elif piece == ":" and not (found and found[-1].kind in ("role", "picture")):
            found.append(Word("other", piece, start))
        elif piece in "、,/&;:":
            found.append(Word("mark", piece, start))
        elif not piece.isspace():
            found += _parts(piece, start, found)
        at += taken
    return found


def _follow(found: Sequence[Word]) -> bool:
    """Whether one of the words that stand before may be a name."""
    return any(not word.kind and _shape(word.text) != "unlike" for word in found)


def _parts(piece: str, start: int, before: Sequence[Word]) -> list[Word]:
    """A word behind others, without the role before the name and what was done behind it."""
    if words.whole("picture", piece):
        return [Word("picture", piece, start)]
    if (words.whole("tail", piece) or _placed(piece, before)) and _follow(before):
        return [Word("done", piece, start)]
    role = words.pattern("role")
    # The paper stands before the role, and perhaps the rank.
    noun = role.search(piece) if _NOUN.search(piece) else None if is_office(piece) else role.match(piece)
    post = words.pattern("post").match(piece)
    if (found := noun or post) is None:
        return _undone(piece, start)
    paper = [Word("office", piece[: found.start()], start)] if found.start() else []
    rest = piece[found.end() :]
    behind = _undone(rest, start + found.end(), "glued") if rest else []
    return [*paper, Word("role" if noun else "post", found[0], start + found.start()), *behind]


def _placed(piece: str, before: Sequence[Word]) -> bool:
    """Whether a word says where one reports, behind a stroke in more than two characters: 记者陈晓明/吉隆坡报导."""
    stroke = bool(before) and before[-1].text == "/"
    return _PLACED.fullmatch(piece) is not None or (stroke and piece.endswith(_DONE))


def _undone(word: str, start: int, *facts: str) -> list[Word]:
    """A word without what was done behind the name, and where: 陈晓明报道, 孙丽华香港报道."""
    for length in (4, 2, 1):
        # Many names end in 文, and many words in 讯 and 电.
        behind = word[-length:]
        if len(word) - length >= (2 if length > 1 else 3) and words.whole("tail", behind) and behind not in "电讯":
            name = word[:-length]
            glued = len(name) >= 4 and length > 1 and not is_office(name) and not behind.startswith("发自")
            name = (_sender(name) if glued else None) or name
            return [Word("", name, start, facts), Word("done", word[len(name) :], start + len(name))]
    return [Word("", word, start, facts)]


def _padded(matches: Sequence[re.Match[str]], at: int) -> tuple[str, int]:
    """A name whose characters are parted by spaces, 方 敏, 陈 晓 明, and how many pieces it takes; else none."""
    if len(matches[at][0]) > 1 or matches[at][0].isspace():
        return "", 1
    said = (match[0].strip() for match in matches[at:])
    single = takewhile(lambda word: not word or (len(word) == 1 and han(word) and word not in "文图摄"), said)
    name = "".join(single)
    if len(name) < 2:
        return "", 1
    # Of four characters two are a name each: 方 敏 孔 艺.
    length = 3 if len(name) == 3 or (len(name) > 4 and name[2] not in words.listed("surname")) else 2
    return name[:length], 2 * length - 1


def _sender(both: str) -> str | None:
    """The name before a place that stands behind it without a space."""
    name = both[:2] if len(both) == 4 or both[2:] in _dictionary()[0] else both[:3]
    return name if is_person(name, labelled=True) and not _is_pair(both) else None


def people(text: str, *place: str) -> tuple[list[str], str]:
    """The names with which narrow words begin, and the words behind them; roles are no part of a name. Where `place` is
    `open`, an office or anything like one may stand before them.

    >>> people("首席记者 陈晓明 通讯员王立新 摄影 李红", "label")
    (['陈晓明', '王立新'], '摄影 李红')
    """
    text = _usual(text)
    found: list[str] = []
    for word in read(text, *place):
        if word.kind == "name":
            found.append(word.text)
            continue
        over = ("done",) if found else ("office", "post", "other") if "open" in place else ()
        if word.kind not in ("role", "mark", "note", *over):
            return found, text[word.start :]
    return found, ""


def _usual(text: str) -> str:
    """Narrow words with one word for who wrote and took the pictures, and one for a dispatch: 陈晓明台北12日电."""
    text = _BOTH.sub("文", text) if "/" in text else text
    return _DISPATCH.sub("日电", text) if "日" in text else text


def _inner(line: str) -> str:
    """A line in its narrow form, without the mark before it and the brackets at its beginning."""
    return unbracketed(narrow(line).lstrip(BULLETS + "—-")).strip()


def unbracketed(text: str) -> str:
    """Words without the brackets with which they begin."""
    # A search for a pattern that begins the text would try every place.
    found = _OUTER.match(text)
    return f"{found[1]} {text[found.end() :]}" if found else text


def all_people(text: str, *place: str) -> list[str]:
    """The names of words that are names and nothing else but what belongs to a byline; none for any other words.

    >>> all_people("记者 胡晓蓉"), all_people("试行"), all_people("陈晓明 图/王立新")
    (['胡晓蓉'], [], ['陈晓明'])
    """
    found = read(_usual(text).rstrip(" :/"), *place)
    if any(word.kind in ("other", "office", "post") for word in found):
        return []
    names = [word.text for word in found if word.kind == "name"]
    return names if len(names) <= MOST else []


def lead_author(paragraph: str) -> str | None:
    """The reporter whom a lead-in dateline names.

    >>> lead_author("中国健康新闻网讯(刘日龙)为切实做好防控工作"), lead_author("新华社北京1月30日电（记者 樊攀）中国")
    ('刘日龙', '樊攀')
    """
    start = narrow(paragraph[:LEAD].replace("\t", ",")).translate(_ROUND)
    for match in _ROUNDED.finditer(start, 0, LEAD_IN):
        before, inner = start[: match.start()].rstrip(), match[1]
        sent = all_people(inner, "label") if before.endswith(("讯", "电", "消息")) else ()
        if who := reporters(inner) or " ".join(sent):
            return who
    if not words.pattern("role").search(start, 0, LEAD_IN):
        return None
    said = _SAID.match(start)
    return (reporters(said[0]) if said else None) or reporters(start)


def in_last_brackets(paragraph: str) -> str | None:
    """The words in the brackets with which a paragraph ends; None where it has none, or is nothing else."""
    match = _LAST.search(narrow(paragraph)) if paragraph.rstrip("0123456789 ").endswith(tuple(")）]］】〕")) else None
    return match[1] if match and match.start() else None


def reporters(line: str) -> str | None:
    """The reporters whom a line of its own names: what they are stands beside them, what they did, or their paper.

    >>> reporters("（作者系县医院医生 陆鸣）"), reporters("（作者系中央党校教授）")
    ('陆鸣', None)
    """
    text = _usual(_inner(line))
    introduced = words.whole("introduced", text)
    if introduced and is_person(introduced["who"], labelled=True):
        return introduced["who"]
    # A row of a table names no reporters.
    if len(line) > LINE or "\t" in line or not _REPORTS.search(text) or _CLAUSE.search(text):
        return None
    found = read(text)
    kinds = [word.kind for word in found]
    if "name" not in kinds:
        return None
    names = " ".join(word.text for word in found if word.kind == "name")
    others = kinds.count("other") + kinds.count("office")
    about = words.match("about", text) is not None
    done = kinds[-1] == "done" and found[-1].text not in ("供稿", "日电", "电", "讯")
    before = kinds[: kinds.index("name")]
    told = done or about or "role" in before or ("/" in text and "other" not in before)
    return names if told and (about or (others < 2 and "post" not in kinds)) else None


def alone(line: str, *, padded: bool = False) -> str | None:
    """Whom a line names and nobody else: a person behind a mark, or people behind an office; where `padded` also two
    characters that are set apart, though no surname begins them: 小 蔓.

    >>> alone("□叶青"), alone("县委书记　赵明远"), alone("市侨联 赵明远"), alone("县委书记要求"), alone("方案")
    ('叶青', '赵明远', '赵明远', None, None)
    """
    if len(line) > ALONE:
        return None
    place = ["under"] if padded else []
    text = _inner(line)
    if (len(text) > WHOLE and not _PARTS.search(text)) or _NOBODY.match(text):
        return None
    return _named_alone([word for word in read(text, *place) if word.kind != "mark"])


def _named_alone(every: Sequence[Word]) -> str | None:
    """The names among the words of a line, see `alone`; a post or the offices in brackets may stand behind them."""
    units = [word for word in every if word.kind == "note" and is_office(word.text[1:-1])]
    found = [word for word in every if word.kind != "note"]
    before = list(takewhile(lambda word: word.kind in ("office", "post"), found))
    names = [word.text for word in found[len(before) :] if word.kind == "name"]
    behind = [word.kind for word in found[len(before) + len(names) :]]
    # Several names without an office, which may stand in brackets, are a roster.
    alike = len(names) == 1 or len(units) == len(names)
    plain = (behind == [] and (before or alike)) or (behind == ["post"] and not before and len(names) == 1)
    return " ".join(names) or None if plain else None


def member(line: str) -> str | None:
    """Whom a line names behind what the bearer is, and nobody else.

    >>> member("九三学社社员　陈晓明"), member("社员之家")
    ('陈晓明', None)
    """
    found = words.whole("member", narrow(line))
    return found["who"] if found and is_person(found["who"], labelled=True) else None


def behind_office(text: str, *place: str) -> tuple[str | None, str | None]:
    """The office with which words begin, and the people behind it; a part of it may stand between. Anything may stand
    for the office where `place` is `open`: brackets or a label say that somebody follows.

    >>> behind_office("县侨联 周敏 何晓东"), behind_office("校友会 79届 蒙洪"), behind_office("办公室")
    (('县侨联', '周敏 何晓东'), ('校友会', '蒙洪'), ('办公室', None))
    """
    found = read(text, *place)
    before = list(takewhile(lambda word: word.kind != "name", found))
    names = [word.text for word in found if word.kind == "name"]
    said = [word for word in before if word.kind not in ("mark", "note")]
    plain = "、" not in text and all(word.text.isalnum() and word.kind != "picture" for word in said)
    known = said and (said[0].kind == "office" or ("open" in place and plain))
    if not known or len(said) + len(names) > 4:
        return None, None
    clear = all(word.kind in ("name", "mark", "role", "note", "done") for word in found[len(before) :])
    return said[0].text, " ".join(names) or None if clear else None
