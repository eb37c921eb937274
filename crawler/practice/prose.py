"""A site and a number -> an article in the style of United Front news, the same on every machine.

People, offices and places are invented, and the sentences were written for this project.
"""

from __future__ import annotations

import datetime as dt
import random
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from crawler.practice.truth import BEIJING, Article, Block

SURNAMES = "王李张刘陈杨赵黄周吴徐孙马朱胡林郭何高罗郑梁谢宋唐许邓韩冯曹"
GIVEN = (
    *"伟芳娜敏静丽强磊军洋勇杰娟涛明超霞平刚英华玉萍红鹏辉",
    *(
        "建国",
        "晓东",
        "志远",
        "海燕",
        "文斌",
        "雪梅",
        "国栋",
        "思远",
        "春生",
        "丽君",
        "永康",
        "佳怡",
        "子涵",
        "立群",
        "秀兰",
    ),
)
ORDINALS = "一二三四五六七八九十"


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """An invented city, its counties and its newspaper."""

    city: str
    counties: tuple[str, ...]
    paper: str

    @property
    def short(self) -> str:
        """The city's name without 市."""
        return self.city[:-1]


@dataclass(frozen=True, slots=True, kw_only=True)
class Newsroom:
    """The editors of a site.

    Attributes:
        since: the date of its first article, at the earliest.
        until: the date of its last article, at the latest.
        names_author: whether its datelines name the author.
        names_source: whether its datelines name the source.
        false_dates: whether every other article mentions events later than its date.
    """

    key: str
    place: Place
    since: dt.date
    until: dt.date
    names_author: bool = False
    names_source: bool = True
    false_dates: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Topic:
    """The subject of an article; `since` and `until` keep its words out of years in which they were not in use."""

    titles: tuple[str, ...]
    sentences: tuple[str, ...]
    headings: tuple[str, ...]
    captions: tuple[str, ...]
    keywords: tuple[str, ...]
    since: dt.date = dt.date.min
    until: dt.date = dt.date.max


TOPICS = (
    Topic(
        titles=(
            "{county}：走访民营企业问需求 送政策上门解难题",
            "{city}委统战部开展民营企业大走访活动",
            "{county}工商联召开常委会议 谋划全年重点工作",
            "“同心助企”在行动 {county}为企业办实事{m}件",
        ),
        sentences=(
            "{day}，{county}委统战部会同县工商联走访了{firm}等{m}家民营企业，现场听取企业负责人对营商环境的意见。",
            "走访组一行走进生产车间，详细询问订单、用工、融资和物流情况，对企业提出的{m}个问题逐一登记。",
            "{firm}负责人{name}介绍，企业今年新增订单{n}万元，目前最盼望的是熟练工人和稳定的用电。",
            "工商联干部把惠企政策编成口袋书，向{n}家会员企业免费发放。",
            "针对中小企业融资难的问题，商会牵线银行开设绿色通道，累计发放贷款{n}万元。",
            "座谈会上，{m}位企业家代表先后发言，话题集中在人才引进、厂房租金和物流成本三个方面。",
            "{county}建立了“一企一册、一事一办”台账，能当场答复的当场答复，不能当场答复的限期办结。",
            "商会法律顾问{name}结合案例讲解了合同风险防范，企业代表边听边记。",
            "截至目前，全县共收集企业诉求{n}条，已办结{m}条，其余事项正在协调推进。",
        ),
        headings=("摸清企业底数", "畅通沟通渠道", "办好惠企实事", "优化营商环境", "强化跟踪问效"),
        captions=("图为走访组在{firm}了解生产情况", "图为座谈会现场", "图为商会会员企业车间一角"),
        keywords=("民营企业", "工商联", "商会"),
    ),
    Topic(
        titles=(
            "{county}民族团结进步宣传月活动启动",
            "石榴花开别样红——{county}民族团结工作见闻",
            "{city}举办各族青少年交流活动",
            "{county}召开民族工作联席会议",
        ),
        sentences=(
            "{day}，{county}民族团结进步宣传月启动仪式在{village}文化广场举行，各族群众{n}余人参加。",
            "活动现场设置了展板{m}块，志愿者用通俗的语言向过往群众讲解民族政策。",
            "{village}的各族居民同住一个院、同跳一支舞，邻里之间互帮互助已经成为习惯。",
            "县民宗局组织宣讲员深入{m}个社区，用身边人讲身边事。",
            "来自{m}个民族的{n}名中学生结成互助对子，在夏令营里一起学习、一起劳动。",
            "居民{name}说，孩子们从小在一起长大，谁家有事大家都会搭把手。",
            "社区书记{name}告诉笔者，这里设立了服务窗口，少数民族群众办事可以少跑路。",
            "当地把特色村寨保护同产业发展结合起来，手工刺绣、山地茶叶都有了稳定销路。",
            "文艺队自编自演的节目赢得阵阵掌声，老人和孩子都舍不得离开。",
        ),
        headings=("讲好团结故事", "做实互嵌社区", "发展特色产业", "培育青年骨干", "完善服务网络"),
        captions=("图为启动仪式现场", "图为各族群众同跳团结舞", "图为志愿者发放宣传资料"),
        keywords=("民族团结", "社区", "宣传月"),
    ),
    Topic(
        titles=(
            "{county}开展宗教活动场所消防安全检查",
            "{city}宗教界举办专题培训班",
            "{county}民宗局部署汛期安全工作",
            "{city}道教协会组织讲经交流",
        ),
        sentences=(
            "{day}，{county}民宗局联合消防救援大队，对辖区{m}处宗教活动场所开展消防安全检查。",
            "检查组重点查看了电线线路、灭火器材、疏散通道和用火用电记录，当场指出隐患{m}处。",
            "对发现的问题，检查组逐条列出清单，明确整改时限和责任人。",
            "场所负责人{name}表示，将严格落实各项制度，把安全工作做在平时。",
            "培训班邀请了党校教师{name}授课，{n}名教职人员参加学习。",
            "各团体负责人围绕人才培养、教务管理和公益慈善作了交流发言。",
            "县里要求各场所坚持每日巡查，汛期安排专人值守，遇有险情及时报告。",
            "宗教界人士发起爱心捐赠，筹集棉衣{n}件，送到了{village}的困难家庭。",
            "相关科室还就建筑修缮、财务公开等事项进行了现场指导。",
        ),
        headings=("压实主体责任", "排查风险隐患", "抓好教育培训", "引导公益慈善", "健全长效机制"),
        captions=("图为检查组查看消防器材", "图为培训班开班式", "图为工作人员讲解用电常识"),
        keywords=("宗教", "消防", "安全检查"),
    ),
    Topic(
        titles=(
            "侨心向党 {county}侨联走访慰问归侨侨眷",
            "{city}侨商考察团到{county}考察",
            "海外联谊会{city}理事会议召开",
            "{county}举办归侨侨眷迎春茶话会",
        ),
        sentences=(
            "{day}，{county}侨联主席{name}一行走访慰问了{m}户归侨侨眷，送去米、面、油等慰问品。",
            "归侨{name}拉住大家的手回忆当年回国建设的经历，讲到动情处几度哽咽。",
            "考察团先后参观了产业园区、物流港和{firm}，对当地的发展变化印象深刻。",
            "侨商{name}说，家乡的路宽了、河清了，投资的信心也更足了。",
            "会议审议了工作报告，增补理事{m}名，来自{m}个国家和地区的代表参加。",
            "县侨办建立了重点侨情数据库，登记海外乡亲{n}人。",
            "茶话会上，大家吃家乡菜、说家乡话，共同回顾一年来的变化。",
            "多位海外乡亲表示愿意牵线搭桥，推动农产品走出去。",
            "侨联志愿者为行动不便的老人开展义诊，义诊当天接待{n}人次。",
        ),
        headings=("凝聚侨心侨力", "服务经济发展", "维护侨胞权益", "拓展海外联谊", "讲好家乡故事"),
        captions=("图为侨联干部看望老归侨", "图为考察团在园区参观", "图为茶话会现场"),
        keywords=("侨联", "归侨", "联谊"),
    ),
    Topic(
        titles=(
            "{county}新的社会阶层人士联谊会换届",
            "{city}新联会开展“同心课堂”进社区活动",
            "网络人士走基层 {county}举办采风活动",
            "{county}新阶层人士实践创新基地揭牌",
        ),
        sentences=(
            "{day}，{county}新的社会阶层人士联谊会召开会员大会，选举产生了新一届理事会，{name}当选会长。",
            "大会听取了工作报告，讨论通过了章程修订案。",
            "“同心课堂”开进{village}，律师、设计师和自媒体从业者轮流当起了老师。",
            "{m}名网络人士深入乡村采风，拍摄短视频{n}条，把山里的好风景带给更多人。",
            "实践创新基地设有议事厅、直播间和志愿服务站，每周固定开放{m}天。",
            "会员{name}是一名注册会计师，三年来为小微企业提供免费咨询{n}次。",
            "新联会成立了{m}支专业服务队，分别联系不同的街道和社区。",
            "大家认为，要把专业优势转化为服务群众的实际成效。",
            "揭牌仪式后，与会人员参观了摄影展，并就下一步合作进行了交流。",
        ),
        headings=("建好活动阵地", "发挥专业优势", "加强思想引领", "扩大团结范围", "打造服务品牌"),
        captions=("图为大会现场", "图为“同心课堂”授课现场", "图为采风团在{village}拍摄"),
        keywords=("新联会", "新阶层", "同心课堂"),
    ),
    Topic(
        titles=(
            "民革{city}委会调研中小学课后服务",
            "民盟{county}支部送教下乡",
            "农工党{city}委会组织专家义诊",
            "九三学社{county}支社开展科普活动",
            "{city}各民主党派负责人学习座谈会召开",
        ),
        sentences=(
            "{day}，{city}各民主党派基层组织{n}名成员到{village}开展社会服务。",
            "医疗专家为群众测血压、查血糖、看片子，发放药品价值{n}余元。",
            "支部成员{name}是一名中学教师，她为孩子们上了一堂生动的作文课。",
            "调研组走访了{m}所学校，召开座谈会{m}场，收集意见建议{n}条。",
            "科普大篷车开进校园，机器人表演让孩子们看得目不转睛。",
            "座谈会上，{m}位党派负责人围绕参政议政、民主监督和自身建设交流了体会。",
            "调研报告认为，课后服务的质量取决于师资，也取决于家长的参与。",
            "市委会副主委{name}表示，将把调研成果转化为提案，在政协会议上提交。",
            "大家纷纷表示，既要当好参谋，也要当好帮手。",
        ),
        headings=("深入调查研究", "提高履职能力", "开展社会服务", "推进自身建设", "汇聚各方智慧"),
        captions=("图为专家为群众义诊", "图为调研组与教师座谈", "图为孩子们体验科普设备"),
        keywords=("民主党派", "社会服务", "调研"),
    ),
    Topic(
        titles=(
            "{county}统一战线帮扶{village}见实效",
            "产业到户 {county}光彩事业助农增收",
            "{city}商会结对帮扶{county}",
            "引水上山 {village}的{m}户人家喝上了放心水",
        ),
        sentences=(
            "{day}，{county}光彩事业促进会把{n}棵果苗送到了{village}的村民手中。",
            "村支书{name}算了一笔账：一亩果园三年挂果，每户每年能增收{n}元。",
            "结对商会出资{n}万元修建产业路，货车可以直接开到地头。",
            "技术员{name}每月进村两次，手把手教村民修枝、施肥和防虫。",
            "过去村里吃水靠肩挑，如今一根管子接到灶台边。",
            "帮扶队采取订单收购的方式，解决了农产品卖难的问题。",
            "村民{name}在合作社打工，一个月能挣{n}元，家门口就能照顾老人。",
            "大家说，路通了，水来了，日子越过越有奔头。",
            "统战干部与{m}户困难家庭结成对子，逢年过节上门看望。",
        ),
        headings=("产业带动到户", "修路引水解难", "技术培训下乡", "结对帮扶暖心", "订单收购助农"),
        captions=("图为村民领取果苗", "图为新修的产业路", "图为技术员讲解修枝方法"),
        keywords=("帮扶", "光彩事业", "产业"),
    ),
    Topic(
        titles=(
            "{county}：同心战“疫” 统战成员在一线",
            "{city}统一战线捐款捐物支援疫情防控",
            "守好小区门 {county}统战干部下沉社区",
            "一封倡议书背后的同心力量",
        ),
        sentences=(
            "新冠肺炎疫情发生后，{county}委统战部第一时间发出倡议书，号召统一战线成员投身疫情防控。",
            "{day}，{firm}捐赠的口罩{n}只、消毒液{m}桶送到了{village}防控点。",
            "{m}名统战干部下沉小区，承担测温、登记、消毒和物资配送等工作。",
            "志愿者{name}连续值守{m}天，嗓子哑了就用小喇叭播放提示。",
            "宗教活动场所暂停集体活动，教职人员主动捐款{n}元。",
            "医卫界党派成员{name}主动请缨，加入了救治一线的队伍。",
            "海外乡亲辗转{m}个城市采购防护服，空运回家乡。",
            "截至发稿时，全县统一战线累计捐款捐物折合{n}余万元。",
            "非公企业在保障防疫的同时有序复工，{n}名员工返回岗位。",
        ),
        headings=("闻令而动听指挥", "守土尽责在一线", "捐款捐物献爱心", "有序复工稳生产", "凝聚人心强信心"),
        captions=("图为统战干部在小区门口值守", "图为爱心企业捐赠物资", "图为志愿者为居民配送物资"),
        keywords=("疫情", "防控", "统一战线"),
        since=dt.date(2020, 2, 1),
        until=dt.date(2021, 12, 31),
    ),
    Topic(
        titles=(
            "{county}统战系统党史学习教育有声有色",
            "学党史 办实事 {county}解决群众急事{m}件",
            "{city}统一战线举办党史知识竞赛",
        ),
        sentences=(
            "{day}，{county}委统战部组织全体干部开展党史学习教育，参观了{village}革命旧址。",
            "讲解员{name}从一盏油灯讲起，还原了当年先辈艰苦奋斗的场景。",
            "机关支部开设读书角，{m}名干部轮流领学、交流心得。",
            "竞赛分必答、抢答和风险题三个环节，{m}支代表队展开了激烈角逐。",
            "党史学习教育开展以来，全县统战系统为群众办实事{m}件。",
            "老党员{name}把珍藏多年的奖章带到现场，讲述了修建水渠的往事。",
            "年轻干部们表示，要把学习成果体现到服务统战对象的每一件小事上。",
            "各党派团体结合自身历史，回顾了同心奋斗的光辉历程。",
        ),
        headings=("读原著悟原理", "访旧址忆初心", "办实事解民忧", "以竞赛促学习", "抓整改建制度"),
        captions=("图为参观革命旧址", "图为知识竞赛现场", "图为干部开展读书交流"),
        keywords=("党史", "学习教育", "统战系统"),
        since=dt.date(2021, 3, 1),
        until=dt.date(2021, 12, 31),
    ),
    Topic(
        titles=(
            "{city}两岸青年交流营开营",
            "{county}台企恳谈会召开",
            "台胞{name}的创业故事",
        ),
        sentences=(
            "{day}，{city}两岸青年交流营开营，{n}名两岸青年在{village}体验采茶和制陶。",
            "台胞{name}在当地经营民宿已有{m}年，他说这里就是第二个家。",
            "恳谈会上，{m}家台企就用地、用工和子女入学等问题与有关部门面对面沟通。",
            "县台办建立了专人联系制度，每家台企都有一名联络员。",
            "青年们分组制作风筝，两地的图案画在同一张纸上。",
            "晚会上，闽南语歌曲与本地山歌轮番登场。",
            "台商{name}投资的果蔬加工厂去年带动{n}户农民增收。",
            "营员们表示，回去以后要把见闻讲给更多的同学听。",
        ),
        headings=("交流增进了解", "服务温暖台胞", "产业携手发展", "文化一脉相承", "青年同心同行"),
        captions=("图为青年营开营仪式", "图为台商介绍产品", "图为两岸青年合影"),
        keywords=("两岸", "青年", "台胞"),
    ),
)

GENERAL = (
    "会议指出，做好新时期的统战工作，关键在于把人心凝聚起来、把力量汇聚起来。",
    "会议要求，各单位要对照年度任务逐项梳理，倒排工期，确保按时完成。",
    "{city}委常委、统战部部长{name}参加活动并讲话。",
    "{name}强调，要坚持问题导向，把调查研究贯穿工作始终。",
    "与会人员实地察看了{village}的文化站、图书室和活动广场。",
    "大家围绕如何更好地联系群众展开了热烈讨论。",
    "近年来，{county}统一战线始终围绕中心、服务大局，各项工作取得新的进展。",
    "据统计，今年以来全县共举办各类活动{m}场次，参与群众{n}人次。",
    "工作中，{county}坚持每月一调度、每季一通报、半年一小结。",
    "部机关干部分成{m}个小组，深入乡镇开展蹲点调研。",
    "有关负责同志现场回应了大家关心的问题。",
    "这项工作得到了当地群众的广泛认可。",
    "在{village}，一条新修的步道把老街和河滩连在一起，成了居民散步的好去处。",
    "从前的旧仓库经过改造，如今变成了宽敞明亮的活动中心。",
    "每到周末，这里总能听见孩子们的读书声。",
    "干部们带着问题下去，带着办法回来，作风更加扎实。",
    "在工作方法上，当地注重用案例说话、用数字说话。",
    "针对基层力量薄弱的实际，{county}为每个乡镇配备了专职统战委员。",
    "全县建成统战工作站{m}个，做到有场地、有队伍、有制度。",
    "工作站实行轮值制度，每天都有人接待来访。",
    "不少老人把家里的老照片拿出来，为展览增色不少。",
    "主持人{name}用三个小故事开场，拉近了与听众的距离。",
    "当天的活动持续了近三个小时，结束时天已经黑了。",
    "一些外出务工人员专程赶回来参加，会场座无虚席。",
    "组织者告诉笔者，类似的活动今后每个季度都会举办一次。",
    "会前，与会人员集中观看了专题片。",
    "会上通报了上半年工作情况，并就下半年任务作了安排。",
    "县直有关部门、各乡镇和街道负责同志参加会议。",
    "为了方便群众，服务窗口延长了办公时间，中午不休息。",
    "从数据上看，群众满意度比去年提高了{m}个百分点。",
    "遇到拿不准的政策，工作人员会先记下来，请示后再电话回复。",
    "这个办法看似简单，却很管用。",
    "事情虽小，折射出的是工作态度的转变。",
    "老城区道路狭窄，停车难的问题由来已久，经多方协商终于有了方案。",
    "河岸边的柳树抽出新芽，远处的山头还留有残雪。",
    "县文化馆提供了音响和灯光，社区合唱团负责暖场。",
    "不少参加者是第一次来，对一切都感到新鲜。",
    "经过{m}轮修改，方案最终获得一致通过。",
    "下一步，{county}将继续完善制度，推动工作走深走实。",
    "相关做法已在全市推广，{m}个县区先后前来学习。",
    "工作人员用方言宣讲，老人们听得懂、记得住。",
    "宣讲员{name}准备了厚厚一本笔记，里面记满了群众的提问。",
    "有的提问很具体，有的提问很尖锐，每一条都有答复。",
    "在随后的交流环节，代表们畅所欲言。",
    "当地还把每年的九月定为联谊月，集中开展走访。",
    "走访中了解到的困难，由专人登记、专班办理、专题反馈。",
    "{name}说，干工作就像种庄稼，误了农时就误了一年。",
    "座谈结束后，大家又来到河边植树，栽下树苗{n}棵。",
    "参加活动的既有白发老者，也有青年学生。",
    "一杯热茶、一句问候，让大家感到格外温暖。",
    "活动得到了街道办事处和辖区派出所的大力支持。",
    "村民自发组成锣鼓队，沿路敲敲打打，十分热闹。",
    "展览共展出图片{n}幅，实物{m}件。",
    "在场的观众不时拿出手机拍照留念。",
    "培训采取集中授课与现场教学相结合的方式进行。",
    "学员们结合各自岗位，写下了{m}篇心得体会。",
    "考核结果将作为评先评优的重要依据。",
    "为防止走过场，督查组采取不打招呼的方式进村入户。",
    "督查发现的{m}个问题已全部整改到位。",
    "对口联系的干部与群众同吃同住，很快就熟悉了情况。",
)

# Prose with words that are common in furniture: a cleaner that deletes by word loses these sentences.
DANGEROUS = (
    "交流中，代表们分享了各自的做法，经验分享环节一直持续到中午。",
    "大家一致认为，只有分享发展的红利，才能凝聚更广泛的共识。",
    "本次活动由{city}委统战部主办，{county}工商联承办。",
    "主办方介绍，今年的报名人数是去年的两倍。",
    "资金来源公开透明，每一笔支出都张榜公布。",
    "水的来源有保障，菜农心里就踏实。",
    "上一篇文章刊发后，不少读者来信询问报名办法。",
    "要抓住产业链相关链接环节，补齐短板。",
    "网友评论说，这样的服务让人心里暖和。",
    "抓住窗口期不放松，防止关闭窗口期后再来补课。",
    "工作人员把打印好的说明书贴在门口，方便老人查看。",
    "这里地理位置优越，距离高速出口只有{m}公里。",
    "声明发出以后，各方反响积极。",
    "经群众推荐、组织考察，{name}被评为先进个人。",
    "更多的年轻人选择回到家乡，更多精彩还在后头。",
    "大家关注的焦点，是孩子上学和老人看病。",
    "以上就是我们的决心，请大家监督。",
    "希望这些建议对解决问题有所帮助。",
    "店里的小编辑部只有三个人，却办出了一份像样的村报。",
    "记者从现场看到，道路两旁已经装上了路灯。",
    "作者在书中写道，桥修好了，人心也就通了。",
    "规划以图为据，以数为准，避免了拍脑袋决策。",
    "首页的醒目位置，留给了办事指南。",
    "近日下了几场雨，田里的墒情明显好转。",
    "供稿的通讯员大多来自基层，写的都是身边事。",
    "技术支持跟不上，再好的设备也是摆设。",
    "编辑成册的案例共有{m}篇，全部来自一线。",
    "版权登记窗口当天受理了{m}件作品。",
    "当前位置最要紧的，是把堤坝加固好。",
)

NOTICES = (
    (
        "关于开展{year}年度统战信息报送工作的通知",
        "各县区委统战部，市直有关单位：",
        "为做好{year}年度信息报送工作，请于{deadline}前将本单位信息员名单报送办公室。",
        "联系人：{name}，电话：0000-{phone}。",
    ),
    (
        "{county}社会主义学院招聘工作人员公告",
        "因工作需要，{county}社会主义学院面向社会招聘工作人员{m}名，报名时间截至{deadline}。",
        "报名表可在附件中下载，填写后送交院办公室。",
        "咨询电话：0000-{phone}。",
    ),
    (
        "关于召开{city}海外联谊会理事会议的通知",
        "各位理事：",
        "经研究，定于{deadline}上午9时召开理事会议，会期半天。",
        "请各位理事安排好工作，准时参加。",
    ),
    (
        "{county}委统战部{year}年部门预算公开",
        "根据有关规定，现将{county}委统战部{year}年部门预算予以公开。",
        "具体内容见附件。",
    ),
)

VILLAGES = (
    "大石桥社区",
    "柳树湾村",
    "北门街社区",
    "双龙村",
    "青竹坪村",
    "渡口社区",
    "杨家坳村",
    "东风社区",
    "上河村",
    "茶店村",
)
FIRMS = ("宏达机械公司", "绿源茶业公司", "金穗粮油公司", "远山药业公司", "同兴纺织公司", "新禾农机公司", "江畔食品公司")
OFFICES = ("办公室", "宣传科", "党派科", "经济科", "民宗科")
SHAPES = ("short", "news", "news", "news", "long", "headed", "headed", "nested", "items", "table")


def article(
    room: Newsroom, number: int, *, column: int, published: dt.datetime, notice: bool, changes: bool
) -> Article:
    """Make an article; the same arguments give the same article on every machine.

    Args:
        room: the editors of its site.
        number: its number on the site.
        column: the index of its column.
        published: its date.
        notice: make a short notice.
        changes: make it change on visit 2.
    """
    rng = random.Random(f"{room.key}/{number}")  # noqa: S311 - a fixed seed is the point
    words = _Words(rng=rng, place=room.place, day=published.date() - dt.timedelta(days=rng.randint(0, 5)))
    sources = (f"{room.place.city}委统战部", room.place.paper, f"{words.county}委统战部")
    source = rng.choice(sources) if room.names_source else None
    if notice:
        return _notice(number, column, words, published, source, changes=changes)
    credible = not (room.false_dates and number % 2)
    day = published.date()
    fitting = [t for t in TOPICS if (t.since <= day <= t.until if credible else t.since > day)]
    subject = rng.choice(fitting)
    author = words.person() if room.names_author and rng.random() < 0.8 else None
    blocks = _body(rng.choice(SHAPES), subject, words)
    blocks[0] = Block(kind=blocks[0].kind, text=_lead_in(words, author) + blocks[0].text)
    signature, found = _signature(words, author_taken=room.names_author)
    return Article(
        number=number,
        column=column,
        title=words.fill(rng.choice(subject.titles)),
        blocks=tuple(blocks),
        published=published,
        credible=credible,
        source=source,
        author=author or found.get("author"),
        editor=found.get("editor"),
        contributor=found.get("contributor"),
        signature=signature,
        files=(f"{subject.keywords[0]}工作情况统计表.{rng.choice(('doc', 'xls', 'pdf'))}",)
        if rng.random() < 0.1
        else (),
        keywords=subject.keywords,
        correction=_corrected(blocks, words) if changes else (),
    )


@dataclass(slots=True, kw_only=True)
class _Words:
    """Fills the slots in the sentences of one article."""

    rng: random.Random
    place: Place
    day: dt.date
    county: str = ""

    def __post_init__(self) -> None:
        self.county = self.rng.choice(self.place.counties)

    def person(self) -> str:
        return f"{self.rng.choice(SURNAMES)}{self.rng.choice(GIVEN)}"

    def fill(self, sentence: str) -> str:
        rng = self.rng
        return sentence.format(
            city=self.place.city,
            county=self.county,
            village=rng.choice(VILLAGES),
            firm=self.place.short + rng.choice(FIRMS),
            name=self.person(),
            n=rng.randint(21, 980),
            m=rng.randint(2, 19),
            day=f"{self.day.month}月{self.day.day}日",
            year=self.day.year,
            deadline=f"{self.day.month}月{28 - rng.randint(0, 3)}日",
            phone=rng.randint(2000000, 8999999),
        )


def _paragraph(pool: list[str], words: _Words, start: str = "") -> Block:
    """Make a paragraph of the next sentences of a pool, which are removed from it."""
    rng = words.rng
    taken = [pool.pop(0) for _ in range(min(len(pool), rng.randint(1, 3) if start else rng.randint(2, 4)))]
    return Block(kind="text", text=start + "".join(words.fill(s) for s in taken))


def _headed(pool: list[str], words: _Words, headings: Sequence[str]) -> Iterator[Block]:
    for ordinal, heading in zip(ORDINALS, headings[: words.rng.randint(3, 5)], strict=False):
        yield Block(kind="heading", text=f"{ordinal}、{heading}")
        yield from [_paragraph(pool, words) for _ in range(words.rng.randint(1, 3))]


def _nested(pool: list[str], words: _Words, headings: Sequence[str]) -> Iterator[Block]:
    yield Block(kind="heading", text=f"一、{headings[0]}")
    yield from [_paragraph(pool, words, f"（{o}）{h}。") for o, h in zip(ORDINALS, headings[1:3], strict=False)]
    yield Block(kind="heading", text=f"二、{headings[3]}")
    yield from [_paragraph(pool, words) for _ in range(2)]


def _items(pool: list[str], words: _Words, _: Sequence[str]) -> Iterator[Block]:
    yield Block(kind="text", text="一年来，主要做了以下几件事：")
    for i in range(1, words.rng.randint(4, 7)):
        yield Block(kind="text", text=f"{i}.{words.fill(pool.pop(0))}")
    yield _paragraph(pool, words)


def _table(pool: list[str], words: _Words, _: Sequence[str]) -> Iterator[Block]:
    rng = words.rng
    yield Block(kind="text", text="各县区活动开展情况如下：")
    rows = [(c, f"{rng.randint(3, 40)}场", f"{rng.randint(120, 4000)}人") for c in words.place.counties]
    yield Block(kind="table", rows=(("县区", "活动场次", "参加人数"), *rows))
    yield from [_paragraph(pool, words) for _ in range(2)]


# The least and the greatest number of paragraphs after the first, by shape.
_PARAGRAPHS = {"short": (1, 2), "news": (2, 7), "long": (14, 20)}
_SHAPES: dict[str, Callable[[list[str], _Words, Sequence[str]], Iterator[Block]]] = {
    "headed": _headed,
    "nested": _nested,
    "items": _items,
    "table": _table,
}


def _body(shape: str, subject: Topic, words: _Words) -> list[Block]:
    rng = words.rng
    own = list(subject.sentences)
    first = own.pop(0)
    rest = [*own, *rng.sample(GENERAL, len(GENERAL)), *rng.sample(DANGEROUS, 4)]
    # The sentences of the subject come first; the general and the dangerous ones are mixed.
    tail = rest[len(own) :]
    rng.shuffle(tail)
    pool = [*own, *tail]

    blocks = [_paragraph(pool, words, words.fill(first))]
    headings = rng.sample(subject.headings, len(subject.headings))
    if shape in _PARAGRAPHS:
        blocks += [_paragraph(pool, words) for _ in range(rng.randint(*_PARAGRAPHS[shape]))]
    elif shape in _SHAPES:
        blocks += _SHAPES[shape](pool, words, headings)
    for caption in rng.sample(subject.captions, rng.randint(0, min(2, len(subject.captions)))):
        at = rng.randint(1, len(blocks))
        blocks.insert(at, Block(kind="picture", text=words.fill(caption)))
    if rng.random() < 0.15:
        blocks.insert(1, Block(kind="picture"))
    return blocks


def _lead_in(words: _Words, author: str | None) -> str:
    """A dateline at the start of the first paragraph; it names a reporter only if the page names the same author."""
    short, day = words.place.short, f"{words.day.month}月{words.day.day}日"
    named = f"（记者 {author}）" if author else ""
    forms = ("", "", "", f"本报讯{named or ' '}", f"{words.place.paper}{short}{day}讯{named or ' '}")
    return words.rng.choice(forms)


def _signature(words: _Words, *, author_taken: bool) -> tuple[tuple[str, ...], dict[str, str]]:
    """The last lines as shown, and the fields that they state."""
    rng = words.rng
    lines: list[str] = []
    found: dict[str, str] = {}
    kind = rng.choice(("none", "none", "office", "office named", "label", "room", "reporter"))
    office = f"{words.county}委统战部"
    if kind == "office":
        lines, found = [f"（{office}供稿）"], {"contributor": office}
    elif kind == "office named":
        signed = f"{office} {words.person()}"
        lines, found = [f"（{signed} 供稿）"], {"contributor": signed}
    elif kind == "label":
        lines, found = [f"供稿：{office}"], {"contributor": office}
    elif kind == "room":
        room = rng.choice(OFFICES)
        lines, found = [f"（{room}）"], {"contributor": room}
    elif kind == "reporter" and not author_taken:
        reporter = words.person()
        lines, found = [f"（记者 {reporter}）"], {"author": reporter}
    if rng.random() < 0.4:
        found["editor"] = words.person()
        lines.append(rng.choice(("责任编辑：{}", "编辑：{}", "（责任编辑：{}）")).format(found["editor"]))
    return tuple(lines), found


def _notice(
    number: int, column: int, words: _Words, published: dt.datetime, source: str | None, *, changes: bool
) -> Article:
    title, *lines = words.rng.choice(NOTICES)
    blocks = [Block(kind="text", text=words.fill(line)) for line in lines]
    title = words.fill(title)
    asked = "附件" in "".join(lines)
    return Article(
        number=number,
        column=column,
        title=title,
        blocks=tuple(blocks),
        published=published,
        source=source,
        files=(f"{title}附件.{words.rng.choice(('doc', 'pdf'))}",) if asked else (),
        keywords=("通知", "公告"),
        correction=_corrected(blocks, words) if changes else (),
    )


def _corrected(blocks: list[Block], words: _Words) -> tuple[Block, ...]:
    """The blocks after an editor's correction: one more sentence in the first paragraph, and one more paragraph."""
    first = Block(kind=blocks[0].kind, text=blocks[0].text + "（数字已于次日核实更正）")
    added = Block(
        kind="text",
        text=words.fill("更正说明：本文此前所列参加人数有误，经{county}委统战部核实，应为{n}人，特此说明。"),
    )
    return (first, *blocks[1:], added)


def days(room: Newsroom, count: int) -> list[dt.datetime]:
    """`count` dates of publication, each on a day of its own and in office hours, oldest first."""
    rng = random.Random(f"{room.key}/days")  # noqa: S311 - a fixed seed is the point
    first, span = room.since, (room.until - room.since).days
    chosen = sorted(rng.sample(range(span), count))
    return [
        dt.datetime.combine(
            first + dt.timedelta(days=d),
            dt.time(rng.randint(8, 17), rng.randint(0, 59), rng.randint(0, 59), tzinfo=BEIJING),
        )
        for d in chosen
    ]
