"""Places and organisations: the mentions in a text, their positions, and no uncertain codes."""

from __future__ import annotations

import subprocess
import tomllib
from importlib.resources import files
from pathlib import Path

import pytest
from test_catalogue import document, put

from archive.catalogue import build, mentions, organisations, places
from archive.catalogue.search import Searcher
from archive.layout import Layout
from crawler.runs.cleaning import COMMAND, job


def named(text: str, site: str | None = None) -> list[tuple[str, str]]:
    return [(text[one.start : one.end], one.code) for one in places.find(text, site)]


def bodies(text: str, site: str | None = None) -> list[tuple[str, str, str]]:
    found = organisations.find(text, places.find_all(text, site), site)
    return [(text[one.start : one.end], one.name, one.how) for one in found]


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("四川省泸州市泸县召开会议", [("四川省", "510000"), ("泸州市", "510500"), ("泸县", "510521")]),
        ("在广州南沙举行", [("广州", "440100"), ("南沙", "440115")]),
        ("道真自治县和道真县", [("道真自治县", "520325"), ("道真县", "520325")]),
        ("湖南人喜欢吃辣，广州市委", [("湖南", "430000"), ("广州市", "440100")]),
        ("据新华社拉萨电", [("拉萨", "540100")]),
        ("广西南宁的公园", [("广西", "450000"), ("南宁", "450100")]),
        ("凉山州、内蒙古、香港特区", [("凉山州", "513400"), ("内蒙古", "150000"), ("香港", "810000")]),
        ("新疆喀什地区与大理白族自治州", [("新疆", "650000"), ("喀什地区", "653100"), ("大理白族自治州", "532900")]),
    ],
)
def test_places_are_found_in_every_way_of_writing(text: str, wanted: list[tuple[str, str]]) -> None:
    assert named(text) == wanted


@pytest.mark.parametrize(
    "text",
    [
        "珠江西岸的厂房",  # 江西
        "集中卫生力量",  # 中卫
        "会议决定西部开发",  # 定西
        "盛大庆典",  # 大庆
        "建设新乡村",  # 新乡
        "祝大家平安顺利",  # 安顺
        "双方合作共赢，欢迎来宾",
        "孙中山先生",
        "南京东路的商店，北京时间八点",
        "新闻发言人沈丹阳表示",
        "解放区的天",
        "省市和县委",  # 和县
        "玉溪镇农业服务中心",
        "终点为嫩江与第二松花江汇合处",
        "江淮、江汉、江南西部等地有雨",
        "黄河流域，南湖红船",
        "唐兴县、武兴县，院长田金昌表示",
        "形成一方城，江山就是人民",
        "创新城区",
        "县委书记白山、市长来宾",
        "王兰、马宁波、何丽江三位会员",
        "兆和镇江滨酒家",
        "沿大清河走，大清河北堤",
        "泰山、崂山的寺庙，赤水河、怒江的鱼",
        "来源：同心四川 天下广安等新媒体",
    ],
)
def test_words_that_hold_a_name_are_no_places(text: str) -> None:
    assert named(text) == []


def test_a_level_that_begins_a_word_is_no_part_of_a_name() -> None:
    found = [words for words, _ in named("无锡市民在徐州市区；北京市民政局，上海市长宁区")]
    assert found == ["无锡", "徐州", "北京市", "上海市", "长宁区"]


def test_a_name_ends_where_its_text_ends() -> None:
    # A longer form of the name, 道真自治县, would end behind the text.
    assert [(one.start, one.end) for one in places.find("走进道真县")] == [(2, 5)]
    assert [one.words for one in mentions.of("走进道真县", "道真县在黔北", None)] == ["道真县", "道真县"]


def test_a_lake_is_no_county_and_no_county_begins_within_a_name() -> None:
    assert named("浙江嘉兴南湖的红船") == [("浙江", "330000"), ("嘉兴", "330400")]
    assert named("嘉兴市南湖区") == [("嘉兴市", "330400"), ("南湖区", "330402")]
    assert named("在福建晋江举行") == [("福建", "350000"), ("晋江", "350582")]
    assert named("武汉市长在黑龙江嫩江考察，武汉有雨，江汉平原也有")[1:] == [
        ("黑龙江", "230000"),
        ("嫩江", "231183"),
        ("武汉", "420100"),
    ]
    assert named("中国广东自贸区南沙湾区块") == [("广东", "440000")]


@pytest.mark.parametrize(
    ("text", "site", "wanted"),
    [
        ("河南、河北和海南的代表", None, ["410000", "130000", "460000"]),
        ("天津的代表到河北考察", None, ["120000", "130000"]),
        ("西安、长沙、南昌举行论坛", None, ["610100", "430100", "360100"]),
        ("吉林的雪", None, ["220000"]),
        ("吉林省吉林市", None, ["220000", "220200"]),
        ("在牡丹江市西安", None, ["231000", "231005"]),
        ("资阳的企业", "430900", ["430902"]),
        ("资阳的企业", None, ["512000"]),
        ("嘉峪关市召开会议", None, ["620200"]),
    ],
)
def test_a_name_of_several_places_means_the_largest_unless_the_text_speaks_of_another(
    text: str, site: str | None, wanted: list[str]
) -> None:
    assert [code for _, code in named(text, site)] == wanted


def test_a_county_of_old_is_the_city_or_the_district_that_it_became() -> None:
    assert named("海安县的徐水县人在武昌县") == [("海安县", "320685"), ("徐水县", "130609"), ("武昌县", "420115")]
    assert named("新建县道，平安县人") == []
    assert bodies("安陆县委、章丘市政协，在萧山市场") == [
        ("安陆县委", "安陆县委", "place"),
        ("章丘市政协", "章丘市政协", "place"),
    ]


def test_an_ambiguous_name_is_settled_by_its_parent_or_the_site_else_left_open() -> None:
    assert named("朝阳区召开会议") == [("朝阳区", "")]
    assert named("北京市朝阳区") == [("北京市", "110000"), ("朝阳区", "110105")]
    assert named("长春的鼓声，朝阳区") == [("长春", "220100"), ("朝阳区", "220104")]
    assert named("朝阳区召开会议", "220100") == [("朝阳区", "220104")]
    assert named("鼓楼区召开会议", "110000") == [("鼓楼区", "")]
    assert named("广东省\t中山榄菊，大连的企业")[1] == ("中山", "442000")
    assert named("市中区的工作", "511000") == [("市中区", "511002")]
    assert named("合作召开会议", "623000") == []
    assert named("合作市召开会议，合作代表", "623000") == [("合作市", "623001"), ("合作", "623001")]


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("天津的代表谈世界和平与发展", ["天津"]),
        ("天津和平的街道", ["天津", "和平"]),
        ("在和平区开会。和平的居民", ["和平区", "和平"]),
        ("云南的富民政策、安宁生活", ["云南"]),
        ("佛山与中山的企业", ["佛山", "中山"]),
    ],
)
def test_an_everyday_word_is_a_place_only_behind_its_parent_or_its_full_name(text: str, wanted: list[str]) -> None:
    assert [words for words, _ in named(text, "120101")] == wanted


def test_organisations_are_a_place_and_a_body_of_the_list() -> None:
    assert bodies("中共泸州市委统战部和泸县县委统战部") == [
        ("中共泸州市委统战部", "泸州市委统战部", "place"),
        ("泸县县委统战部", "泸县委统战部", "place"),
    ]
    assert bodies("徐州市云龙区新联会") == [("徐州市云龙区新联会", "云龙区新联会", "place")]
    assert bodies("民革四川省委会、九三学社泸州市委") == [
        ("民革四川省委会", "民革四川省委会", "place"),
        ("九三学社泸州市委", "九三学社泸州市委", "place"),
    ]
    assert bodies("柘城县政务公开，泸州市委托他人，人民进行曲") == []


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("中共中央统战部、国家民委和教育部", ["中央统战部", "国家民委", "教育部"]),
        ("国务院、全国政协办公厅，全国工商联", ["国务院", "全国政协办公厅", "全国工商联"]),
        ("民革中央、九三学社中央和中国佛教协会", ["民革中央", "九三学社中央", "中国佛教协会"]),
        ("认真贯彻落实国务院文件", ["国务院"]),
        ("教育部门和财政部门，学校文化部，人力资源和社会保障部门", []),
        ("四川省中华职教社", ["四川省中华职教社"]),
    ],
)
def test_national_bodies_need_no_place(text: str, wanted: list[str]) -> None:
    assert [name for _, name, _ in bodies(text)] == wanted


def test_the_committee_of_a_place_is_named_before_a_verb() -> None:
    assert bodies("泸州市委要求各级，泸县县委召开会议") == [
        ("泸州市委", "泸州市委", "place"),
        ("泸县县委", "泸县委", "place"),
    ]
    assert bodies("泸州市委托他人，泸州市委员，泸县委派") == []


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("他毕业于河南工业大学", []),
        ("道真中学、泸州第二中学和贵州银行", []),
        ("成都市第七中学", ["成都市"]),
        ("在河南的大学里，贵州召开大学生就业会", ["河南", "贵州"]),
    ],
)
def test_a_school_or_a_bank_is_not_its_place(text: str, wanted: list[str]) -> None:
    assert [words for words, _ in named(text)] == wanted


def test_a_body_without_its_place_is_the_sites_own_and_marked_so() -> None:
    assert bodies("记者也是市委统战部的", "510500") == [("市委统战部", "泸州市委统战部", "own")]
    assert bodies("省工商联与县侨联", "510500") == [("省工商联", "四川省工商联", "own"), ("县侨联", "县侨联", "own")]
    assert bodies("县侨联", "510521") == [("县侨联", "泸县侨联", "own")]
    assert bodies("高新区委统战部", "510500") == [], "another name stands before the level"


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("云龙区新联会积极响应市委统战部号召。", ["云龙区新联会", "市委统战部"]),
        ("内江市委统战部全面落实市疫情防控应急指挥部要求。", ["内江市委统战部", "市疫情防控应急指挥部"]),
        ("市委统战部充分发挥党支部作用。", ["市委统战部"]),
        ("县委统战部会同县工商联走访企业。", ["县委统战部", "县工商联"]),
    ],
)
def test_a_name_ends_before_what_its_body_does(text: str, names: list[str]) -> None:
    assert [words for words, _, _ in bodies(text)] == names


def rules(name: str) -> dict[str, dict[str, str]]:
    return tomllib.loads(files("archive.catalogue").joinpath(name).read_text("utf-8"))


@pytest.mark.parametrize("rule", rules("places.toml"))
def test_each_rule_of_places_has_an_example_of_a_place_and_of_none(rule: str) -> None:
    entry = rules("places.toml")[rule]
    assert named(entry["place"]) != []
    assert named(entry["none"]) == []


@pytest.mark.parametrize("rule", rules("organisations.toml"))
def test_each_rule_of_organisations_has_an_example_that_it_takes_and_one_that_it_keeps(rule: str) -> None:
    entry = rules("organisations.toml")[rule]
    assert entry["takes"] in [words for words, _, _ in bodies(entry["takes"])]
    assert entry["keeps"] not in [words for words, _, _ in bodies(entry["keeps"])]


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("受农业农村部农药管理司委托", ["农业农村部农药管理司"]),
        ("农业农村部农药检定所在江苏南京举办", ["农业农村部农药检定所"]),
        ("农业农村部农药检定所季颖总农艺师致辞", ["农业农村部农药检定所"]),
        ("海关总署统计分析司司长吕大良表示", ["海关总署统计分析司"]),
        ("国务院发展研究中心对外经济研究部综合研究室主任赵福军", ["国务院发展研究中心对外经济研究部综合研究室"]),
        ("省生态环境厅固体废物与化学品处副处长", ["省生态环境厅固体废物与化学品处"]),
        ("中国农业大学应用化学系农药综合分析室等12家", ["中国农业大学应用化学系农药综合分析室"]),
        ("农业农村部组织中国农业大学承办", ["农业农村部", "中国农业大学"]),
        ("县委、县政府研究决定，县政府门户网站", ["县委", "县政府", "县政府"]),
        ("中国人民银行常德市中心支行和金融机构", ["中国人民银行常德市中心支行"]),
        ("中国民用航空局运输司拟批准", ["中国民用航空局运输司"]),
        ("中国地质大学（北京）和北京林业大学", ["中国地质大学（北京）", "北京林业大学"]),
        ("邮寄至柘城县人民政府督查室。", ["柘城县人民政府督查室"]),
        ("中华人民共和国农业部令", ["中华人民共和国农业部"]),
        ("中共国家统计局党组：《我国》", ["中共国家统计局党组"]),
        ("由县人社局劳动监察支队支队长带队", ["县人社局劳动监察支队"]),
        ("公安部民政部致信慰问", ["公安部"]),
        ("授予共青团云南省委青年文明号", ["共青团云南省委"]),
        ("中央国家机关住房资金管理中心发布", ["中央国家机关住房资金管理中心"]),
        ("送入南京总医院麻醉科。", ["南京总医院麻醉科"]),
        ("新华社莫斯科１月６日电", ["新华社"]),
        ("农业部全国菜篮子工程办公室副主任", ["农业部全国菜篮子工程办公室"]),
        ("财政投资评审中心、县政府采购办签发意见", ["县政府采购办"]),
        ("在医院，杨本鹏海南医学院附属医院外科主任", ["海南医学院附属医院外科"]),
        ("民盟济南市铁路局支部、九三学社大连高新区委员会", ["民盟济南市铁路局支部", "九三学社大连高新区委员会"]),
        ("漳州市青年联合会名誉主席，市委办负责人", ["漳州市青年联合会", "市委办"]),
        ("嘉兴云海禅寺方丈和省民宗委办公室副主任", ["省民宗委办公室"]),
    ],
)
def test_an_organisation_is_the_longest_name_as_written(text: str, wanted: list[str]) -> None:
    assert [words for words, _, _ in bodies(text, "520325")] == wanted


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("白城市月亮湖管理局。", [("白城市月亮湖管理局", "白城市月亮湖管理局", "place")]),
        (
            "道真自治县公开招聘工作领导小组",
            [("道真自治县公开招聘工作领导小组", "道真仡佬族苗族自治县公开招聘工作领导小组", "place")],
        ),
        ("省农药检定所所长吕运涛", [("省农药检定所", "省农药检定所", "own")]),
        (
            "第八届全国农药登记评审委员会第十九次全体会议",
            [("第八届全国农药登记评审委员会", "全国农药登记评审委员会", "national")],
        ),
        ("山东省烟台市农业科学研究院", [("山东省烟台市农业科学研究院", "山东省烟台市农业科学研究院", "name")]),
        ("欢迎报考重庆交通大学研究生", [("重庆交通大学", "重庆交通大学", "name")]),
        ("广东省\t中山凯中有限公司", [("中山凯中有限公司", "中山凯中有限公司", "name")]),
        ("批准利尔化学股份有限公司等27家", [("利尔化学股份有限公司", "利尔化学股份有限公司", "name")]),
        ("在儒兰(福建)金线莲科技有限公司", [("儒兰(福建)金线莲科技有限公司", "儒兰(福建)金线莲科技有限公司", "name")]),
        ("元龙（福建）日用品有限公司", [("元龙（福建）日用品有限公司", "元龙（福建）日用品有限公司", "name")]),
        (
            "墨脱县政府与潮州市天下茶业有限公司，温州世贸中心",
            [("墨脱县政府", "墨脱县政府", "place"), ("潮州市天下茶业有限公司", "潮州市天下茶业有限公司", "name")],
        ),
        ("国网柘城县供电公司", [("国网柘城县供电公司", "国网柘城县供电公司", "name")]),
        ("开户银行：农行北京朝阳路北支行", [("农行北京朝阳路北支行", "农行北京朝阳路北支行", "name")]),
        ("台中市政府", [("台中市政府", "台中市政府", "place")]),
    ],
)
def test_a_name_begins_with_a_place_or_a_word_of_the_country_and_ends_with_a_head(
    text: str, wanted: list[tuple[str, str, str]]
) -> None:
    assert bodies(text) == wanted


@pytest.mark.parametrize(
    "text",
    [
        "研究制定全县政府网站发展指引",
        "国家和省、市、县政府信息公开工作",
        "各市与县政府自行发出命令",
        "参照设区的市人民政府",
        "柘城县政府信息公开申请表",
        "司法部长梅里克",
        "美国法官驳回司法部的起诉",
        "1936年，由教育部部长王世杰出面",
        "由教育部部长出面，报告国民政府",
        "民进党当局，人民进入，居民建房，共青团员，市民建房",
        "人社部发〔2009〕126号",
        "北京四所学校，贵州农村小学，上海市中学同学",
        "食品安全国家标准审评委员会",
        "中国最大的股份制银行是全国性股份制商业银行",
        "浙江省电厂的电价",
        "白宫和美国国务院发言人，利用集团公司优势，台湾政局正在变化",
        "奥地利司法部、外交部已就此事提出交涉",
        "北京市昌平县十三陵中心小学教师",
        "传统体制下，区县政府职能弱化，沿淮4省政府",
        "进行商业银行管理体制和国有银行的改革",
        "把党和国家工作中心转移",
        "无锡收费站，雄安新区筹办工作，柘城县门户网站",
        "中国共产党第一次全国代表大会",
        "承包杭州佑昌现代大厦揭牌暨现代汽车有限公司",
        "泸县驻广东法律援助工作站",
        "四楼报告厅，多功能会议厅",
    ],
)
def test_what_is_cut_glued_or_a_class_is_no_organisation(text: str) -> None:
    assert bodies(text, "411424") == []


def test_a_place_in_the_name_of_an_institution_is_no_mention() -> None:
    def kinds(text: str) -> list[tuple[str, str]]:
        return [(one.kind, one.words) for one in mentions.of(None, text, None)]

    assert kinds("上海市农业科学院") == [("organisation", "上海市农业科学院")]
    assert kinds("成都市第七中学") == [("organisation", "成都市第七中学")]
    assert kinds("柘城县公安局") == [("place", "柘城县"), ("organisation", "柘城县公安局")]


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("在邵阳师专广播室，河北农大果树班，湖南的农大", ["湖南"]),
        ("石家庄二中雄安校区、北京市第八十中雄安容东校区，北京三中全会", ["北京"]),
        ("记者从上海昆剧团获悉，四川日报和广安在线", []),
        ("东莞证券针对五千万，上海证券市场", ["上海"]),
        ("接入了「成都高新减灾所」的系统", []),
        ("吉米形象专业设计（广州）学校", []),
        ("现代汽车在北京组建了北京现代，北京现代推出", ["北京"]),
        ("北京现代建筑", ["北京"]),
        ("唱片签约于台湾华纳唱片旗下，和台湾华纳约满", []),
        ("“湖南发展”股价上涨，湖南发展发布公告", []),
        ("湖南发展迅速，河北雄安集团与河北雄安新区", ["湖南", "河北", "雄安新区"]),
        ("江苏悦欣商贸和四川特色食品，北京锦创（杭州）律师事务所", ["四川"]),
        ("湖北锦创物流副总裁介绍，湖北李明董事长", ["湖北"]),
        ("四川消息，山东网讯，来源：云南网，贵州客户端", ["四川"]),
        ("山东省立医院，河南省立下规矩", ["河南省"]),
        ("南京肌肤免疫研究院，南京成立研究院", ["南京"]),
        ("天津商业大学，天津商业繁荣", ["天津"]),
        ("北京寺，杭州禅寺，杭州寺庙，青岛啤酒与青岛啤酒节", ["杭州", "青岛"]),
        ("电影《四川风云》，《四川条例》，《四川省风云》", ["四川", "四川省"]),
        ("[3]李明. 农村物流[J]. 安徽农业, 2006. [4]王兰. 物流[M]. 合肥: 出版社", ["合肥"]),
        ("海南航空、海南航空港", ["海南"]),
        ("泸州大力发展，泸州大中小学，江苏一大批", ["泸州", "泸州", "江苏"]),
    ],
)
def test_a_place_in_the_short_name_of_an_organisation_is_no_mention(text: str, wanted: list[str]) -> None:
    assert [one.words for one in mentions.of(None, text, None) if one.kind == "place"] == wanted


def test_states_and_counties_of_old_times_are_no_places_of_today() -> None:
    text = "河北有河间国。属河间郡，设河间侯国后为河间；燕国南阳遗址，邯郸县的邯郸，河北道。国安在河北国际"
    assert named(text) == [("河北", "130000"), ("河间", "130984"), ("邯郸", "130400"), ("河北", "130000")]


@pytest.mark.parametrize(
    ("text", "site", "wanted"),
    [
        ("代表区委区政府看望", "320303", ["云龙区委", "云龙区政府"]),
        ("响应区委决策部署，区委常委丁某", "320303", ["云龙区委", "云龙区委"]),
        ("泸州市委市政府要求", "510100", ["泸州市委", "泸州市政府"]),
        ("按照市脱贫攻坚领导小组的通知，做好县政府门户网站", "411424", ["商丘市脱贫攻坚领导小组", "柘城县政府"]),
        ("在县中医院会议室", "411424", ["柘城县中医院"]),
        ("县委书记是关键", None, []),
        ("泸县的会上，县委书记", None, ["县委"]),
        ("由县财政局业务主管股室审核", "411424", ["柘城县财政局"]),
    ],
)
def test_a_body_is_known_by_its_level_also_behind_a_verb(text: str, site: str | None, wanted: list[str]) -> None:
    assert [name for _, name, how in bodies(text, site) if how in ("own", "place")] == wanted


def test_a_body_in_a_section_is_that_of_the_place_that_heads_it() -> None:
    text = "省委、市委统战部\n攀枝花：市工商联发动企业，省工商联、区工商联\n绵阳：安州区委统战部和区委要求"
    assert bodies(text, "510500") == [
        ("省委", "四川省委", "own"),
        ("市委统战部", "泸州市委统战部", "own"),
        ("市工商联", "攀枝花市工商联", "place"),
        ("省工商联", "四川省工商联", "own"),
        ("安州区委统战部", "安州区委统战部", "place"),
        ("区委", "安州区委", "place"),
    ]


def test_a_level_without_a_site_is_the_only_place_of_it_that_has_a_body() -> None:
    assert bodies("泸县县委统战部开会。县侨联，市侨联")[1:] == [
        ("县侨联", "泸县侨联", "own"),
        ("市侨联", "市侨联", "own"),
    ]
    assert bodies("泸县县委统战部与合江县。县侨联")[1:] == [("县侨联", "县侨联", "own")]
    assert bodies("泸县县委统战部开会。县侨联", "510000")[1:] == [("县侨联", "县侨联", "own")]
    text = "河北省委、省政府和省政协，省侨联"
    assert bodies(text, "510000")[1:] == [
        ("省政府", "河北省政府", "place"),
        ("省政协", "河北省政协", "place"),
        ("省侨联", "四川省侨联", "own"),
    ]


@pytest.mark.timeout(60)
@pytest.mark.parametrize(
    "words", ["泸县的会，县侨联。", "北京、市委，", "会同县工商联、东方市，", "北京现代，大清河北堤，"]
)
def test_a_text_takes_time_by_its_length(words: str) -> None:
    assert len(list(mentions.of(None, words * 20_000, None))) >= 20_000


def test_a_party_is_tagged_by_itself_with_a_level_and_with_its_branch() -> None:
    assert bodies("民革、民盟市委和致公党交大医学院委员会，民进山西省代表大会", "510500") == [
        ("民革", "民革", "national"),
        ("民盟市委", "民盟泸州市委", "own"),
        ("致公党交大医学院委员会", "致公党交大医学院委员会", "national"),
    ]


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("北京大学附属小学雄安校区", [("北京大学附属小学雄安校区", "name")]),
        ("河南电视台都市频道采访", [("河南电视台都市频道", "name")]),
        ("国务院联防联控机制印发", [("国务院联防联控机制", "national")]),
        ("会长单位国药集团四川省川南器械有限公司", [("国药集团四川省川南器械有限公司", "name")]),
        ("并争取中蔼万家服装股份有限公司支持", [("中蔼万家服装股份有限公司", "name")]),
        ("——记深圳万德莱通讯有限公司", [("深圳万德莱通讯有限公司", "name")]),
        ("中国政法大学传播法中心研究员", [("中国政法大学传播法中心", "name")]),
        ("武警北京边防总队检查员", [("武警北京边防总队", "place")]),
        ("证监会通报，央行和中国政府", [("证监会", "national"), ("央行", "national"), ("中国政府", "national")]),
        ("欧洲央行，美国务院，《今晚报》文化部，北京某大公司", []),
    ],
)
def test_a_name_is_neither_cut_nor_glued(text: str, wanted: list[tuple[str, str]]) -> None:
    assert [(words, how) for words, _, how in bodies(text)] == wanted


def test_places_without_a_code_of_their_own_have_that_of_the_place_above() -> None:
    found = [(one.words, one.name, one.code) for one in mentions.of(None, "台中市凌晨，前郭县和雄安新区", None)]
    assert found == [
        ("台中市", "台湾省台中市", "710000"),
        ("前郭县", "吉林省松原市前郭尔罗斯蒙古族自治县", "220721"),
        ("雄安新区", "河北省雄安新区", "130000"),
    ]


@pytest.mark.parametrize(
    ("text", "site", "wanted"),
    [
        # A name with a code, one within such a place, one of several places (with their parent, the site, neither).
        ("在泸县召开", None, [("place", "泸县", "510521", "四川省泸州市泸县", "name")]),
        ("在台中市召开", None, [("place", "台中市", "710000", "台湾省台中市", "name")]),
        (
            "在北京市朝阳区",
            None,
            [
                ("place", "北京市", "110000", "北京市", "name"),
                ("place", "朝阳区", "110105", "北京市朝阳区", "parent"),
            ],
        ),
        ("在朝阳区召开", "220100", [("place", "朝阳区", "220104", "吉林省长春市朝阳区", "site")]),
        ("在朝阳区召开", None, [("place", "朝阳区", "", "朝阳区", "open")]),
        (
            "白云区和鼓楼区的代表",
            "510500",
            [("place", "白云区", "", "白云区", "open"), ("place", "鼓楼区", "", "鼓楼区", "open")],
        ),
        (
            "泸县人民法院的",
            None,
            [
                ("place", "泸县", "510521", "四川省泸州市泸县", "name"),
                ("organisation", "泸县人民法院", "510521", "泸县人民法院", "place"),
            ],
        ),
        ("市委统战部和", "510500", [("organisation", "市委统战部", "510500", "泸州市委统战部", "own")]),
        ("北京大学的", None, [("organisation", "北京大学", "", "北京大学", "name")]),
        # Congresses and the numbers of documents begin with the name of a body, and are none; nor do they name a place.
        ("中国共产党第一次全国代表大会", None, []),
        ("上海市农业科学院第二届全国代表大会", None, []),
        ("国家民委〔2009〕126号", None, []),
        ("泸州市人社局发〔2009〕126号", None, []),
        ("市委统战部发〔2020〕3号", "510500", []),
    ],
)
def test_a_mention_has_the_name_of_what_it_means(
    text: str, site: str | None, wanted: list[tuple[str, str, str, str, str]]
) -> None:
    for part, (title, body) in {"title": (text, ""), "text": (None, text)}.items():
        found = list(mentions.of(title, body, site))
        assert [(one.kind, one.words, one.code, one.name, one.how) for one in found] == wanted
        assert {one.part for one in found} <= {part}


def test_mentions_are_kept_found_and_counted_and_follow_the_places_of_sites(tmp_path: Path) -> None:
    layout = Layout(root=tmp_path)
    put(
        layout,
        "x",
        document(1, "昨日，市委统战部在泸县召开会议。", title="泸县：同心"),
        document(2, "成都市工商联的会议。"),
    )
    build.update(layout, places={"a": "510500"})
    kept = mentions.read(layout, "urn:uuid:1")
    assert [(one.kind, one.part, one.words, one.name, one.how) for one in kept] == [
        ("place", "title", "泸县", "四川省泸州市泸县", "name"),
        ("organisation", "text", "市委统战部", "泸州市委统战部", "own"),
        ("place", "text", "泸县", "四川省泸州市泸县", "name"),
    ]
    searcher = Searcher(layout)
    for query, wanted in {
        "about:泸县": 1,
        "about:泸州": 1,
        "about:510521": 1,
        "about:51": 2,
        "地点:四川": 2,
        "about:四川省泸州市泸县": 1,
        "organisation:泸州市委统战部": 1,
        "机构:*工商联": 1,
    }.items():
        assert searcher.find(query).total == wanted, query
    facets = searcher.find("", facets=("about", "organisation")).facets
    assert dict(facets["about"].values) == {"四川省": 2, "四川省泸州市": 1, "四川省泸州市泸县": 1, "四川省成都市": 1}
    build.update(layout, places={"a": "610100"})
    assert mentions.read(layout, "urn:uuid:1")[1].name == "西安市委统战部"
    # A crawl that loads only some site files leaves the places of the others.
    put(layout, "y", document(3, "省委统战部的会议。"))
    cleaning = subprocess.run(COMMAND, input=job(layout, None, ()), capture_output=True, timeout=60, check=True)
    assert "catalogue: 3 documents" in cleaning.stderr.decode()
    assert mentions.read(layout, "urn:uuid:1")[1].name == "西安市委统战部"
    assert [one.name for one in mentions.read(layout, "urn:uuid:3")] == ["陕西省委统战部"]
    build.update(layout, places={"b": "510100"})
    assert build.known_places(layout) == {"a": "610100", "b": "510100"}
    build.rebuild(layout, places={"a": None})
    assert build.known_places(layout) == {"b": "510100"}


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("广州和沈阳的轨道交通覆盖中心城区的空白区", ["440100", "210100"]),
        ("赤峰新城区开工", ["150400"]),
        ("陕西省的新城区建设", ["610000"]),
        ("西安新城区举行活动", ["610100", "610102"]),
        ("汕尾市城区召开会议", ["441500", "441502"]),
        ("安徽省和县召开会议", ["340000", "340523"]),
    ],
)
def test_a_district_with_a_common_name_needs_its_city(text: str, wanted: list[str]) -> None:
    assert [one.code for one in mentions.of(None, text, None) if one.kind == "place"] == wanted
