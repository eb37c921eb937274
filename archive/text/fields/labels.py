"""Lines around an article -> title, source, author, editor, contributor, columns and captions."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import lru_cache

from archive.text import dates
from archive.text.blocks import han
from archive.text.lines import furniture_id, narrow

# Labels, in the narrow form; letters may be spaced.
_LABELS = {
    "source": (
        r"(?:信息|文章|稿件|新闻|本文|内容|资料|原文)?来\s*源(?:于|自)?|稿\s*源|出\s*处|转载自|转自|"
        r"来稿单位|供稿单位|来源单位|信息提供|来自|转[贴帖发]自"
    ),
    "author": (
        r"(?:文章|本文)?作\s*者|撰\s*稿(?:人)?|撰\s*文|(?:本报|本网|特约|见习|实习)?(?:记\s*者|通讯员)|"
        r"文/图|图/文|文字|文\s*/|/文|采写|执\s*笔|供稿人|文/摄"
    ),
    "editor": r"(?:责任|执行|值班|网络|网站|本文|文字|本期)?编\s*辑(?:录入)?|责\s*编|编\s*审|网\s*编|编辑录入",
    "contributor": r"供\s*稿(?:单位)?|报送单位|投稿单位",
    "other": (
        r"(?:发\s*布|发\s*表|发\s*稿|上\s*传|录\s*入|添\s*加|创\s*建|建\s*立|更\s*新|刊\s*登|"
        r"公\s*布)(?:日\s*期|时\s*间|于)?|时\s*间|日\s*期|"
        r"审\s*核(?:人)?|终\s*审|初\s*审|复\s*审|校\s*对|一\s*审|二\s*审|三\s*审|监\s*制|信息录入|"
        r"录\s*入(?:者|人|员)?|发\s*布\s*(?:人|者|机构|单位)|"
        r"供\s*图|摄\s*影|图片|制\s*图|翻\s*译|编\s*译|译|统\s*筹|"
        r"点击(?:数|量|次数|率)?|浏览(?:数|量|次数)?|阅读(?:数|量|次数)?|访问(?:量|次数)?|人\s*气|查看|"
        r"点\s*阅|评论(?:数)?|"
        r"字\s*[号体](?:大小)?|浏览字号|我要纠错|打印|分享(?:到|至)?|标签|关键[词字]|关注|主题词|索引号|"
        r"发文字号|文号|分类|栏目|所属栏目|类别|地区|主办|部门"
    ),
}
# No label begins with another character: nearly all places are passed over by this.
_BEGINNINGS = "".join(sorted({*re.findall("[一-鿿/]", "".join(_LABELS.values()))}))
_LABEL = re.compile(
    f"(?=[{_BEGINNINGS}])(?:"
    + "|".join(f"(?P<{name}>{pattern})" for name, pattern in _LABELS.items())
    + r")\s*(?::|\|\s)"
)
# Values run into the next label where a page has no separators: 来源:互联网点击:
_NEXT = re.compile(f"(?=[{_BEGINNINGS}])(?:" + "|".join(_LABELS.values()) + r")\s*(?::|\|\s|$)")
_TOOLS = re.compile(
    r"加入收藏|收藏本[页文]|打印本?[页文]?|关闭(?:窗口|本页)?|我要纠错|纠错|字[号体]|【|"
    r"\[?大\]?\s*\[?中\]?\s*\[?小|大\s*中\s*小|分享(?:到|至)?|扫一扫|"
    r"浏览次数|点击(?:数|量|次数)|阅读(?:量|次数)|责任编辑|我有话说|我要评论|参与评论|发表评论|复制链接|手机(?:看|版)|评论|关注|订阅|"
    r"(?<!\d)\d++\s*+次|[|丨┊]|\s{2,}|>{1,2}|https?://"
)
_DATE = re.compile(r"(?:19|20)\d{2}\s*[-/.年]\s*\d{1,2}\s*[-/.月]\s*\d{1,2}|\d{1,2}:\d{2}")
_CLOCK = re.compile(r"\d:\d{2}")
# One of the points of a paper: 二、办公时间:上午8:30.
_POINT = re.compile(r"[一二三四五六七八九十]{1,3}[、.]|\([一二三四五六七八九十\d]{1,2}\)|\d{1,2}、")
# Two clauses, or a list of three.
_PROSE = re.compile(r"[。!?;][^。!?;,]*+[。!?;,]|\A[^,;]*+[,;][^,;]*+[,;][^,]*+,")
_OF_DATES = re.compile(r"https?://\S+|[\d\s:/.\-年月日()\[\]【】|星期周一二三四五六日天上下午更新发布于]+")
_ADDRESS = re.compile(r"https?://\S+|(?<![\w.])[\w.]+\.(?:com|cn|org|net)\S*")
_WRAP = "[]【】()<>{}|丨/-—_·:;,、。 \t"

_OFFICE = re.compile(
    r"\A.*(?:部|室|局|办|委|会|科|处|股|组|中心|政府|院|校|学院|大学|公司|站|台|网|社|报|团|联|盟|党|工委|"
    r"支部|总支|镇|乡|街道|社区|村|县|区|市|省|州|"
    r"馆|所|寺|协会|商会|联谊会|研究会|支队|大队|法院|机关|集团|民革|民建|民进|致公|九三学社|台盟|侨联|"
    r"工商联|科室|[一二三四五六七八九十]处)(?:宣传科|办公室|信息科|综合科)?"
)
# Offices that publish, by how their names end.
_ISSUER = re.compile(
    r"\A.{2,12}(?:统战部|组织部|宣传部|工商联|侨联|台联|政协|[市县区州省]委|民宗[局委]|侨办|台办|办公室|[镇乡]|街道|总支|支部|委员会|"
    r"[市县区州省]政府|局)"
)
_SURNAMES = frozenset(
    "王李张刘陈杨黄赵吴周徐孙马朱胡郭何高林罗郑梁谢宋唐许韩冯邓曹彭曾肖田董袁潘于蒋蔡余杜叶程苏魏吕丁任沈姚卢姜崔钟谭陆汪范金石廖贾夏韦付方白邹孟熊秦邱江尹薛闫段"
    "雷侯龙史陶黎贺顾毛郝龚邵万钱严覃武戴莫孔向汤温康施文牛樊葛邢安齐易乔伍庞颜倪庄聂章鲁岳翟殷詹申欧耿关兰焦俞左柳甘祝包宁尚符舒阮柯纪梅童凌毕单季裴霍涂成苗谷"
    "盛曲翁冉骆蓝路游辛靳欧管柴蒙鲍华喻祁蒲房滕屈饶解牟艾尤阳穆卓古吉缪简车项连芦麦褚娄窦戚岑景党宫费卜冷晏席卫米柏宗瞿桂全佟应臧闵苟邬边卞姬师和仇栾隋商刁"
    "沙荣巫寇桑郎甄丛仲虞敖巩明佘池查麻苑迟邝普胥格扎洛旦才丹巴买阿"
    "常伏茅湛禹狄贝裘郁杭洪诸钮嵇荀惠封芮储郗伊厉戎祖詹郜蔺屠闻莘贡劳扶郦雍桂濮寿扈浦农慕茹宦鱼慎戈庾暨衡弘匡阙沃蔚夔晁訾阚曾鞠丰巢荆游竺逯盖桓栗闫亓揭晋楚税蹇禤"
)
_COMPOUND = (
    "欧阳",
    "司马",
    "上官",
    "诸葛",
    "夏侯",
    "东方",
    "皇甫",
    "尉迟",
    "公孙",
    "慕容",
    "令狐",
    "端木",
    "司徒",
    "南宫",
)

# Words and places of a dateline that begin like a name.
_NO_PERSON = re.compile(
    r"关闭|关注|全文|高清|文章|文字|文化|文学|文明|时间|时政|时评|时讯|张贴|查看|管理|金融|"
    r"金华|宋体|游戏|游客|连载|连接|解读|简体|简介|项目|安全|安卓|安徽|安阳|商城|商务|易车|"
    r"房产|车市|方法|成都|成员|成功|徐州|温州|郑州|常州|常德|苏州|杭州|柳州|梅州|池州|江苏|"
    r"江西|江湖|海南|林业|鲁网|程序|温馨|应用|包头|广安|宜宾|宜昌|黄页|黄山|黄石|白城|路透|"
    r"党建|党派|宁波|宁夏|石家庄|葫芦岛|牡丹江|马鞍山|农业|农村|高级|高考|万次|万元|千次|向上|"
    r"余下|齐鲁网|胡润|金羊网|荆楚网|汉网|华商报|武汉|汕头|孝感|乐山|雷锋网|盖世|景德镇|邯郸|"
    r"岳阳|阳江|盛京|居民|申请|钱江|曲靖|单位|支持|支部|史志|巴中|沙龙|左右|于此|白话|明天|"
    r"和谐|师资|经济|代码|双击|管理员"
)

_REPORTS = re.compile("记者|作者|通讯员|评论员|撰稿|实习生")
_PLACED = re.compile(r"([一-鿿]{2,4})/[一-鿿]{2,6}")
# A line of its own that names reporters: 本报记者 王乐文 方敏; 记者叶韦辰/台北报道.
_REPORTERS = re.compile(
    r"\A[(\[]?(?:文\s?[|丨/:]\s?)?(?:《?[一-鿿]{0,10}》?)(?:本报|本网|本台|总台|特约|见习|实习|"
    r"全媒体)*(?:记者|作者|通讯员|评论员|撰稿人?|实习生)\s*[:|]?\s*"
    r"(?P<who>[一-鿿·、/\s]{2,30}?)(?:\s?发自[一-鿿]{2,8})?"
    r"(?:\s?/?\s?(?:[一-鿿]{2,4})?(?:即时)?(?:综合)?(?:报道|报导|摄影报道))?[)\]]?"
)
_MEDIA = re.compile(
    r"[\w《》·\-—－]{1,12}?(?:网|(?<!播)报|社|台|广播|在线|新闻|周刊|杂志|客户端|频道|财经|娱乐|体育|科技|"
    r"融媒体?|新媒体|消息|观察|传媒|发布)(?:\[[^\]]{1,6}\])?"
)
_COUNTERS = re.compile(
    r"https?://\S+|(?<![\w.-])(?:[\w-]+\.)+(?:com|cn|org|net)\S*|(?:19|"
    r"20)\d{2}\s*[-/.年]\s*\d{1,2}\s*[-/.月]\s*\d{1,2}\s*日?|\d{1,2}:\d{2}(?::\d{2})?|"
    r"(?:星期|周)[一二三四五六日天]|[上下]午|更新|发布(?:于|时间)?|原创:?|来自\S{2,6}"
)
# Columns, tools and places beside a date: none of them published anything.
_NO_SOURCE = re.compile(
    r"(?:动态|要闻|专栏|资讯|首页|频道|栏目|时讯|新闻|公告|通知|信息|专题|交流|之窗|建设|工作|园地|文章|正文|市场)$|"
    r"字[号体]|点击|浏览|阅读|评论|分享|打印|收藏|关[注闭]|返回|下载|次$|人气|来自|天气|[上下]一|星期|公开|举报|复制|登[录陆]|"
    r"置顶|原创|转载|更新|[大中小]$|[省市县区]$|标准时间|^(?:日期|时间|来源|作者|编辑|出处|录入|发布者?|审核|责编)|"
    r"播报|朗读|无障碍|扫[码一]|手机|保护视力|纠错|投稿|管理员|繁体|简体|语音|二维码|正在|当前|位置|今天|附件|链接|视频|图片|图集|声音|字数|约|"
    r"^(?:北京|上海|天津|重庆|广东|广州|深圳|浙江|江苏|四川|山东|河南|河北|湖南|湖北|福建|安徽|江西|辽宁|吉林|黑龙江|山西|陕西|云南|"
    r"成都|武汉|南京|杭州|西安|苏州|济南|青岛|沈阳|大连|长沙|郑州|昆明|贵阳|南宁|合肥|南昌|福州|厦门|太原|石家庄|哈尔滨|长春|兰州|银川|"
    r"西宁|拉萨|乌鲁木齐|呼和浩特|海口|徐州|无锡|宁波|温州|"
    r"贵州|广西|海南|甘肃|青海|宁夏|新疆|西藏|内蒙古|台湾|香港|澳门)$"
)
_LEAD = re.compile(
    r"^[【\[]?据?(?:本报|本网|新华社|中新社|中新网|人民网|央视网|[一-鿿]{2,12}?(?:社|网|报|台|"
    r"客户端))?[一-鿿]{0,10}?(?:\d{1,2}月\d{1,2}日)?(?:综合)?(?:电|讯|消息)?[】\]]?\s*"
    r"\((?P<who>[^)]{2,40})\)"
)
_LAST = re.compile(r"[(\[]([^()\[\]]{2,40})[)\]]\Z")
# Who checked and who took the pictures: no author, and no text either.
_CHECKED = re.compile(
    r"\A(?:(?:审\s*核|终\s*审|初\s*审|复\s*审|校\s*对|[一二三]\s*审|审\s*读|监\s*制|总监制|信息录入|统\s*筹|翻\s*译|编?\s*译|"
    r"录\s*入|摄\s*影|供\s*图|图\s*片|制\s*图|发布人|签发)(?:人|员)?"
    r"\s*[:|]\s*[^:。,;]{2,16}(?:[\s|;]|$))+(?:(?:责任)?编辑\s*[:|][^:。]{2,10})?"
)
# A stroke in the place of the colon: 文 / 方静 来源 / 民盟某市委.
_STROKES = re.compile(r"(?:^|(?<=\s))(文|作者|来源|编辑|责编|摄影|供稿)\s?/\s?(?=[^图文摄/\s])")
# Labels without a colon, between bars or spaces.
_UNMARKED = re.compile(r"(?<=[|\s])(来源于?|本文来源于?|作者) (?=[^:\s]{2,14}(?:[|\s]|$))")
_NAMED = re.compile(r"(?:本文)?(来源|作者|责编|编辑)于?([^:\s]{2,14})")
_BARS = re.compile(r"[|丨\s]+")
# Evidence quotes so many characters of a line.
WORDS = 100
_BRACKETS = re.compile(r"\A[(\[【<]\s*+([^()\[\]【】]{2,60})[)\]】>]")
_WRITTEN = re.compile(r"\A(?:文|撰文|撰稿|作者|通讯员|记者)\s?[/:\s]\s?(\S{2,12}(?:\s\S{2,12}){0,3})")
_SENT_IN = re.compile(r"\A(.{2,30}?)\s?供\s?稿")
_BAR = re.compile("[|丨/]")
_BARRED = re.compile(
    r"^(记者|作者|执笔|撰稿|撰文|采写|文|编辑|责编|责任编辑|来源|校对|审核|监制|统筹|制图|供图|摄影|翻译|编译|译)\s*[|丨/]\s*(?=[^|/图文摄])"
)
# 老周 发表于 2007-05-12 22:41
_SENT = re.compile(r"\A([^\s:。,|]{2,16})\s++(?:发表|发布|发)于\s?:?\s*(?=\d{4})")
# A shorter line may begin as the next does.
ABSTRACT = 12
_BARE_LABELS = {
    **dict.fromkeys(("记者", "作者", "通讯员", "撰稿", "撰文", "采写", "文"), "author"),
    **dict.fromkeys(("编辑", "责编", "责任编辑", "值班编辑"), "editor"),
    **dict.fromkeys(("校对", "审核", "摄影", "图", "终审", "初审", "复审", "监制", "制图", "供图"), "other"),
}
# What stands before an abstract.
_ABSTRACT = re.compile(r"[(\[【]?(?:内容)?(?:摘要|导读|提要|导语|核心提示|简介)[)\]】]?:?")
# A mark before a name: □叶青.
_BULLETS = "□◎ "
# Who spoke: 县委书记 赵明远.
_SPEAKER = re.compile(
    r"\A[一-鿿、]{0,20}(?:书记|部长|主席|主任|会长|[局市县区省州镇乡院校]长|主委|"
    r"秘书长|董事长|总经理|委员|教授|研究员) "
    r"(?P<who>[一-鿿·]{2,12}|[一-鿿] [一-鿿])"
)


@dataclass(slots=True)
class Byline:
    """What labels say, the first statement of each; `evidence`: of a field the rule and the line that it read.

    `answers`: the editor is the one who answers for the text, 责任编辑, who goes before those who edited it.
    """

    source: str | None = None
    author: str | None = None
    editor: str | None = None
    contributor: str | None = None
    answers: bool = False
    evidence: dict[str, str] = field(default_factory=dict, compare=False, repr=False)

    def take(self, other: Byline, rule: str, line: str) -> None:
        """Fill what is missing from another, which a rule read in a line."""
        for name in ("source", "author", "editor", "contributor"):
            value = getattr(other, name)
            if value and (not getattr(self, name) or (name == "editor" and other.answers and not self.answers)):
                setattr(self, name, value)
                self.evidence[name] = stated(rule, line)
        self.answers = self.answers or other.answers

    def __bool__(self) -> bool:
        return bool(self.source or self.author or self.editor or self.contributor)


def stated(rule: str, words: str) -> str:
    """Evidence: a rule and the words that it read, cut where they are long.

    >>> stated("dateline", "来源:四川在线")
    'dateline: 来源:四川在线'
    """
    return f"{rule}: {words if len(words) <= WORDS else words[: WORDS - 1] + '…'}"


def byline(line: str) -> Byline:
    """The labelled fields of a line; empty values stay None.

    >>> byline("发布时间:2016-12-08加入收藏来源:互联网点击:").source
    '互联网'
    >>> byline("来源:阅读:0发布时间:2020-02-01").source is None
    True
    """
    text = _stroked(narrow(line))
    found = Byline()
    marks = _marks(text)
    if dates.read(text):
        if sender := _SENT.match(text):
            found.author = sender[1]
        # Between bars labels need no colon: 来源CSDN| 作者魏星; and 本文来源于国家统计局.
        joined = _UNMARKED.sub(r"\1", f" {text}")
        for part in _BARS.split(joined):
            if match := _NAMED.fullmatch(part):
                name = {"来源": "source", "作者": "author"}.get(match[1], "editor")
                setattr(found, name, getattr(found, name) or match[2])
    beside: str | None = None
    for index, (name, at, start) in enumerate(marks):
        end = marks[index + 1][1] if index + 1 < len(marks) else len(text)
        value = _value(text[start:end], people=name in ("author", "editor"))
        if value and name != "other" and getattr(found, name) is None:
            setattr(found, name, value)
            if name == "source" and (rest := text[start:end].split()[1:]) and all(map(is_person, rest)):
                # Who wrote it stands behind the source, without a label.
                beside = " ".join(rest)
        elif value and name == "editor" and "责" in text[at:start] and not found.answers:
            found.editor = value
        found.answers = found.answers or bool(value and name == "editor" and "责" in text[at:start])
    found.author = found.author or beside
    return found


def _stroked(text: str) -> str:
    """A narrow line with colons where strokes stand for them."""
    return _STROKES.sub(lambda found: f"{'作者' if found[1] == '文' else found[1]}:", text) if "/" in text else text


# The page asks again and again of the same lines.
@lru_cache(maxsize=4096)
def is_dateline(line: str) -> bool:
    """Whether a line holds nothing but labels, their values, a date and the site's address.

    >>> is_dateline("http://www.sctyzx.gov.cn/ (2022-09-09 11:30:43) 来源：四川在线")
    True
    >>> is_dateline("时间：9月5日，县委统战部在太伏镇召开了疫情防控工作会议，部署下一步工作。")
    False
    >>> is_dateline("各县（市、区）人民政府，市直各部门：")
    False
    """
    if len(line) > 240 or line.endswith("。"):
        return False
    text = _stroked(narrow(line))
    marks = _marks(text)
    if not marks and dates.read(text) is None:
        return dates.is_short(text)
    if _PROSE.search(text) or _POINT.match(text):
        return False
    if not marks:
        rest = _OF_DATES.sub("", text)
        # With the time of day a line is hardly prose: names and a source may stand beside it.
        return len(rest) <= 30 and han(rest) <= (16 if _CLOCK.search(text) else 8)
    head = text[: marks[0][1]]
    if len(marks) == 1 and text.endswith(":") and han(head) >= 2 and dates.read(text) is None:
        # Words to those whom a paper is for: 各县（市、区）人民政府，市直各部门：
        return False
    rest = _ADDRESS.sub("", _DATE.sub("", head))
    return han(rest) <= 14 and all(_is_short(text, marks, index) for index in range(len(marks)))


def signature(line: str) -> Byline | None:
    """The byline of a line in brackets or of an editor's line at the end of an article; None where it is none.

    >>> signature("（泸县县委统战部 鲁星 供稿）").contributor, signature("(办公室)").contributor
    ('泸县县委统战部 鲁星', '办公室')
    >>> signature("(记者 张运永)").author, signature("(一)") is None
    ('张运永', True)
    """
    text = narrow(line).strip(" 。")
    if len(text) > 80:
        return None
    # 编辑|陈梦莹, 执笔/叨叨姐: a bar in the place of the colon.
    text = _BARRED.sub(r"\1:", text, count=1) if _BAR.search(text) else text
    if inner := _BRACKETS.fullmatch(text):
        return _bracketed(inner[1].strip())
    marks = _marks(text)
    if _CHECKED.fullmatch(text) or (_SENT.match(text) and is_dateline(text)):
        return byline(text)
    if marks and marks[0][1] <= 2 and any(name != "other" for name, _, _ in marks):
        found = byline(text)
        if is_dateline(text) and (found or not _value(text[marks[0][2] :])):
            return found
    if match := _WRITTEN.fullmatch(text):
        return Byline(author=match[1])
    if text.endswith("稿") and (match := _SENT_IN.fullmatch(text)) and "。" not in text:
        return Byline(contributor=match[1].strip(_WRAP))
    # 编辑 刘晓阳 校对 李铭: labels without colons, one name each.
    words = text.split()
    if len(words) >= 2 and len(words) % 2 == 0 and all(map(is_person, words[1::2])):
        named = [_BARE_LABELS.get(word) for word in words[::2]]
        if all(named):
            found = Byline()
            for name, person in zip(named, words[1::2], strict=True):
                if name and name != "other" and getattr(found, name) is None:
                    setattr(found, name, person)
            return found
    who = reporters(text)
    return Byline(author=who) if who else None


def lead_author(paragraph: str) -> str | None:
    """The reporter whom a lead-in dateline names.

    >>> lead_author("中国健康新闻网讯(刘日龙)为切实做好防控工作"), lead_author("新华社北京1月30日电（记者 樊攀）中国")
    ('刘日龙', '樊攀')
    """
    start = paragraph[:80]
    match = _LEAD.match(narrow(start)) if "(" in start or "（" in start else None
    if not match or not re.search(r"[电讯]|消息|记者", match[0]):
        return None
    return _names(match["who"])


def last_author(paragraph: str) -> str | None:
    """The reporter whom the brackets at the end of the last paragraph name.

    >>> last_author("推动高质量发展。（记者 胡晓蓉）"), last_author("加强了这项工作（试行）")
    ('胡晓蓉', None)
    """
    match = _LAST.search(narrow(paragraph)) if paragraph.endswith((")", "）", "]", "］")) else None
    if not match or match.start() == 0:
        return None
    inner = re.sub(r"\s?(?:[一-鿿]{2,4})?(?:报道|摄影报道|综合报道)$", "", match[1])
    return _names(inner)


def reporters(line: str) -> str | None:
    """The reporters whom a line of its own names.

    >>> reporters("本报记者 王乐文 方敏"), reporters("新华社记者邹多为、唐诗凝、丁乐"), reporters("记者节到了")
    ('王乐文 方敏', '邹多为、唐诗凝、丁乐', None)
    """
    if len(line) > 50:
        return None
    text = narrow(line).lstrip("□◎■●◆ ")
    if "/" in text and (place := _PLACED.fullmatch(text)) and is_person(place[1]):
        return place[1]
    match = _REPORTERS.fullmatch(text) if _REPORTS.search(text) else None
    if not match:
        return None
    who = " ".join(re.sub(r"(?:^|\s)(?:通讯员|本报记者|记者|实习生)\s+", " ", match["who"]).split()).strip(_WRAP)
    # Two names of two characters each, without a space: 罗科苏盈发自北京.
    glued = len(who) == 4 and "发自" in text and who[0] in _SURNAMES and is_person(who[2:])
    return who if glued or _names(who) else None


def unlabelled(line: str) -> Byline:
    """Source and author of a dateline without labels: `2019年11月25日 18:57 参考消息`.

    >>> unlabelled("2019年11月25日 18:57 参考消息").source, unlabelled("石佳/中国青年报").author
    ('参考消息', '石佳')
    >>> unlabelled("2019-09-23 07:48 棱镜").source, unlabelled("2019-09-23 07:48 统战动态").source
    ('棱镜', None)
    """
    found = Byline()
    text = narrow(line)
    # Names stand before the labels, never among their values.
    whole, text = text, text[: next((start for _, start, _ in _marks(text)), len(text))]
    people, others = [], []
    for token in re.split(r"[\s|丨/]+", _COUNTERS.sub(" ", text)):
        part = token.strip("()<>-—·:;,、") if "[" in token[1:] else token.strip("[]()<>-—·:;,、")
        who = part.removeprefix("记者")
        if found.source is None and _MEDIA.fullmatch(part) and han(part) >= 2:
            found.source = part
        elif is_person(who):
            people.append(who)
        elif (
            2 <= han(part) <= 10 and part.count("]") < 2 and not _NO_SOURCE.search(part) and furniture_id(part) is None
        ):
            others.append(part)
    found.author = " ".join(people) or None
    # Counters may follow, no other label.
    plain = text == whole or all(name == "other" for name, _, _ in _marks(whole))
    named = [part for part in others if not people or _OFFICE.fullmatch(part)]
    if found.source is None and named and plain and 1 <= len(others) <= 2:
        # Beside the minute stands who published it, behind its column: 金融市场 棱镜 2019-09-23 07:48. Beside the day
        # it must be an office: 2012.03.05 / 民建某县总支.
        found.source = named[-1] if _CLOCK.search(text) or _ISSUER.fullmatch(named[-1]) else None
    return found


def is_name(line: str) -> bool:
    """Whether a line is a source or a person's name and nothing else.

    >>> is_name("新华社"), is_name("石佳/中国青年报"), is_name("夺冠封王")
    (True, True, False)
    """
    parts = re.split(r"\s?[/|]\s?|\s", narrow(line).strip(_WRAP))
    return len(parts) <= 2 and all(_MEDIA.fullmatch(part) or is_person(part) for part in parts)


def _names(who: str) -> str | None:
    """Names as they stand, without the words for what the people are; None where one is no name."""
    marked = re.match(
        r"(?:本报|本网|本台|总台|央视|见习|实习|特约|全媒体)*+(?:记者|通讯员|作者|文/图|文|撰稿)\s?[:/]?\s?", who
    )
    rest = who[marked.end() :] if marked else who
    rest = re.sub(r"(?:^|(?<=[\s、,/]))(?:本报|见习)?(?:通讯员|记者|文/图|图|摄影)\s*", " ", rest).strip(_WRAP)
    names = [name for name in re.split(r"[\s、,/&]+", rest) if name]
    # A name padded to three places: 方 敏.
    if any(len(name) == 1 for name in names):
        names = ["".join(names)] if len(names) == 2 else [n for n in names if len(n) > 1]
    certain = all(map(is_person, names))
    likely = bool(marked) and all(2 <= len(n) <= 5 and han(n) == len(n) and not _OFFICE.fullmatch(n) for n in names)
    return " ".join(rest.split()) if names and len(names) <= 6 and (certain or likely) else None


def is_person(name: str) -> bool:
    """Whether two to four characters are a Chinese person's name, or a minority's with a dot.

    >>> is_person("鲁星"), is_person("办公室"), is_person("买买提·艾力")
    (True, False, True)
    """
    name = name.replace(" ", "")
    if "·" in name:
        return all(2 <= len(part) <= 6 and han(part) == len(part) for part in name.split("·"))
    if han(name) != len(name) or not 2 <= len(name) <= 4:
        return False
    if len(name) == 4:
        return name.startswith(_COMPOUND)
    return name[0] in _SURNAMES and not _NO_PERSON.fullmatch(name) and not _OFFICE.fullmatch(name)


def alone(line: str) -> str | None:
    """The person whom a line names and nobody else, behind a mark or an office.

    >>> alone("□叶青"), alone("县委书记　赵明远"), alone("县委书记要求")
    ('叶青', '赵明远', None)
    """
    if len(line) > 34:
        return None
    text = narrow(line).lstrip(_BULLETS)
    if is_person(text):
        return text
    match = _SPEAKER.fullmatch(text)
    return match["who"] if match and is_person(match["who"]) else None


def is_abstract(line: str, following: Sequence[str]) -> bool:
    """Whether a line says again how one of those that follow begins.

    >>> is_abstract("摘要: 8月19日，我县各族群众欢度 ...", ["8月19日，我县各族群众欢度开斋节。"])
    True
    >>> is_abstract("开斋节到了，", ["开斋节到了，县城一片欢腾。"])
    False
    """
    text = _ABSTRACT.sub("", narrow(line), count=1).replace(" ", "").rstrip("….")
    if len(text) < ABSTRACT:
        return False
    return any(len(line) > len(text) and narrow(line).replace(" ", "").startswith(text) for line in following)


@lru_cache(maxsize=4096)
def _marks(text: str) -> tuple[tuple[str, int, int], ...]:
    """Labels in a narrow line: name, where the label starts, where its value starts."""
    found = []
    end = 0
    for match in _LABEL.finditer(text) if ":" in text or "|" in text else ():
        if match.start() >= end and match.lastgroup:
            found.append((match.lastgroup, match.start(), match.end()))
            end = match.end()
    return tuple(found)


def _value(text: str, *, people: bool = False) -> str | None:
    """A label's value: up to the next label, tool or date."""
    text = text.strip()
    text = re.sub(r"^[\[【(]\s*+([^\[\]【】()\s]++(?:\s[^\[\]【】()\s]++)*+)\s?[\]】)]", r"\1 ", text)
    for pattern in (_NEXT, _TOOLS, _DATE):
        if match := pattern.search(text):
            text = text[: match.start()]
    value = text.strip(_WRAP)
    if people:
        value = re.sub(r"^(?:本报|本网|见习|特约)?(?:记者|通讯员)\s*", "", value)
        # Counters may follow, without a label or a colon: 孙丽 浏览 219, 宋佳 1024.
        value = re.split(r"\s(?:\d|浏览|点击|[共已被]?阅|访问|查看|人气)", value, maxsplit=1)[0]
    else:
        # A name of a source has no space; what follows one is a tool or a place that styles hold apart.
        value = value.split(" ")[0].strip(_WRAP) if han(value) else value
    if value.count("(") > value.count(")"):
        value = f"{value})" if text.rstrip().endswith(")") else value.split("(")[0].strip(_WRAP)
    if (
        not value
        or len(value) > 40
        or (not people and len(value) > 30)
        or value.isdigit()
        or re.search(r"[。!?=<>\"]", value)
    ):
        return None
    if value.lower() in ("admin", "null", "none", "undefined", "未知", "佚名", "无", "本站原创", "原创") and not people:
        return value if value in ("本站原创", "原创") else None
    return None if value.lower() in ("admin", "null", "none", "undefined", "未知", "佚名", "无", "管理员") else value


def _is_short(text: str, marks: Sequence[tuple[str, int, int]], index: int) -> bool:
    end = marks[index + 1][1] if index + 1 < len(marks) else len(text)
    value = _DATE.sub("", text[marks[index][2] : end])
    return len(value) <= 45


def _bracketed(inner: str) -> Byline | None:
    if inner.startswith("据") and _MEDIA.fullmatch(inner[1:]):
        return Byline(source=inner[1:])
    if re.match(r"作者(?:系|为|是|单位|简介)", inner):
        # A note on who the author is belongs to the article.
        return None
    if re.match(r"(?:完|未完待续|待续|全文完|图(?!/文)|图文|组图|附图|本文|原标题|资料|来源)", inner):
        found = byline(inner)
        return found if found.source else None
    labelled = byline(inner)
    if labelled and is_dateline(inner):
        return labelled
    if furniture_id(inner) == "related":
        return None
    if match := re.fullmatch(r"\A(.{2,40}?)\s?(?:供\s?稿|报送|投稿|提供|推荐|报道|供图)", inner):
        return Byline(contributor=match[1].strip(_WRAP))
    if match := re.fullmatch(
        r"(?:本报|本网|本台|特约|见习|实习|全媒体)?(?:记者|通讯员|作者|撰稿|撰文|文/图|图/文|文)\s?[:/]?\s?(.{2,40})",
        inner,
    ):
        names = re.sub(r"\s?(?:通讯员|本报记者|记者)\s?", " ", match[1]).strip(_WRAP)
        return Byline(author=names) if re.fullmatch(r"[\w·、\s/]{2,40}", names) else None
    tokens = re.split(r"[\s、,]+", inner)
    if all(map(is_person, tokens)) and len(tokens) <= 5:
        return Byline(author=" ".join(tokens))
    if _OFFICE.fullmatch(tokens[0]) and len(tokens) <= 4 and len(inner) <= 30 and not re.search(r"[,。:;]", inner):
        return Byline(contributor=inner)
    return None
