"""Simplified text -> the text of a mirror farm, in Traditional characters with pinyin after some of them; and back.

The farms convert character by character with a table that leaves 干, 后, 余, 云, 里, 志 and others unchanged. Then they
add the reading in brackets after every occurrence of some characters.
"""

from __future__ import annotations

import re

# Pairs of a Simplified and a Traditional character, for all characters in this package's prose and the mirrored seed.
_PAIRS = (
    "万萬与與专專业業东東两兩严嚴个個为為丽麗举舉义義习習乡鄉书書于於产產亩畝亲親从從仓倉仪儀们們价價众眾优優会會伟偉传傳体體侨僑党黨兰蘭关關兴興养養内內册冊写寫军軍农農冯馮决決况況划劃刘劉刚剛创創别別办辦"
    "务務动動劳勞势勢区區医醫华華协協单單卖賣卫衛却卻厂廠厅廳历歷压壓县縣参參双雙发發变變叶葉号號听聽启啟吴吳员員咨諮响響哑啞团團园園围圍国國图圖场場块塊坚堅坝壩声聲处處备備头頭奋奮奖獎孙孫学學实實审審宽寬"
    "对對导導将將尽盡层層届屆岗崗师師带帶帮幫并並广廣庄莊库庫应應开開张張强強归歸当當录錄忆憶忧憂态態总總恳懇惯慣愿願战戰户戶扩擴抢搶护護报報担擔择擇挂掛挣掙挥揮换換据據携攜摄攝摆擺数數无無旧舊时時显顯晓曉"
    "暂暫术術机機权權条條来來杨楊杰傑极極构構栋棟栏欄树樹样樣桥橋检檢残殘汇匯沟溝测測济濟浏瀏涛濤温溫湾灣满滿滩灘灭滅灯燈灶竈点點热熱爱愛牵牽狭狹献獻环環现現电電画畫畅暢疗療盏盞监監确確离離种種积積稳穩竞競"
    "笔筆筑築筝箏筹籌简簡类類粮糧紧緊红紅级級纷紛纸紙纺紡线線练練组組细細织織终終绍紹经經结結绕繞给給络絡统統绣繡继繼续續维維绿綠编編缨纓缮繕网網职職联聯脉脈脑腦艰艱艺藝节節荐薦药藥获獲营營虚虛虫蟲虽雖补補"
    "装裝见見观觀规規视視览覽计計订訂认認讨討让讓训訓议議讯訊记記讲講许許论論设設访訪评評识識诉訴诊診话話询詢详詳语語误誤说說请請读讀课課谁誰调調谈談谊誼谋謀谢謝负負财財责責账賬货貨质質购購贯貫贴貼贷貸费費"
    "资資赛賽赠贈赢贏赵趙赶趕践踐车車转轉轮輪轻輕载載辈輩辉輝辑輯输輸辖轄辗輾边邊达達过過运運还還这這进進远遠连連选選邓鄧邻鄰郑鄭针針银銀链鏈销銷锐銳锣鑼键鍵镇鎮长長门門闭閉问問间間闹鬧闻聞闽閩队隊阵陣阶階"
    "际際陈陳险險随隨隐隱难難静靜韩韓页頁项項顾顧预預领領频頻题題风風馆館馈饋马馬验驗鲜鮮鹏鵬黄黃齐齊龙龍准準钱錢丰豐枪槍贸貿鉴鑒颗顆汉漢庆慶镜鏡属屬标標飞飛扰擾铁鐵缓緩递遞证證陆陸绝絕妇婦减減状狀税稅击擊"
    "额額弃棄买買台臺争爭迟遲苏蘇诤諍锋鋒约約复復贡貢抚撫罗羅着著"
)
TRADITIONAL = dict(zip(_PAIRS[::2], _PAIRS[1::2], strict=True))
# The Traditional characters after which the farm adds pinyin, with readings as on public mirrors.
READINGS = {
    "優": "yōu", "務": "wù", "區": "qū", "協": "xié", "態": "tài", "應": "yīng", "戰": "zhàn", "業": "yè",
    "現": "xiàn", "產": "chǎn", "發": "fā", "節": "jié", "結": "jié", "統": "tǒng", "經": "jīng", "續": "xù",
    "聯": "lián", "調": "diào", "貿": "mào", "農": "nóng", "鄉": "xiāng", "醫": "yī", "鎮": "zhèn", "關": "guān",
    "領": "lǐng", "認": "rèn", "導": "dǎo", "設": "shè", "當": "dāng", "擔": "dān", "進": "jìn", "據": "jù",
    "網": "wǎng", "內": "nèi", "實": "shí", "機": "jī", "團": "tuán", "達": "dá", "責": "zé", "費": "fèi",
}  # fmt: skip
_TO_TRADITIONAL = str.maketrans(TRADITIONAL)
_TO_SIMPLIFIED = str.maketrans({old: new for new, old in TRADITIONAL.items() if old != "著"})
# The farm also writes 著 for 着, but the 著 of 原著 and 著作 is original.
_PARTICLE = re.compile("(?<=[随带])著")
_MARKED = str.maketrans({han: f"{han}({reading})" for han, reading in READINGS.items()})
_PINYIN = re.compile(r"\([a-z]*[āáǎàēéěèīíǐìōóǒòūúǔùǖǘǚǜ][a-z]*\)")


def mirrored(text: str) -> str:
    """Convert Simplified text as the farm does.

    >>> mirrored("云龙区统战部")
    '云龍區(qū)統(tǒng)戰(zhàn)部'
    """
    return text.translate(_TO_TRADITIONAL).translate(_MARKED)


def simplified(text: str) -> str:
    """Convert the farm's text to Simplified and remove the pinyin.

    >>> simplified("近期隨著企業(yè)復工復產(chǎn)")
    '近期随着企业复工复产'
    """
    return _PARTICLE.sub("着", _PINYIN.sub("", text).translate(_TO_SIMPLIFIED))
