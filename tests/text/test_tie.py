"""Purity where boxes tie: nothing that depends on addresses in memory decides what a page says."""

from __future__ import annotations

import datetime as dt

from archive.text.clean import clean
from archive.warc.capture import Capture, Place

OUTER = "<p>统一战线是重要法宝，全市统战系统要认真学习，深入贯彻落实，做好各项工作。</p>"
INNER = "<p>与会人员一致表示，要坚持正确方向，凝聚各方力量，为经济社会发展作出新的贡献。</p>"
LAST = "<p>最后一段应当保留，它属于外层的盒子，讲述会议的结束部分，大家鼓掌通过。</p>"
LINKS = "".join(f"<p><a href='/{i}.html'>推荐阅读关于做好第{i}个地区各项工作的通知公告</a></p>" for i in range(30))
PAGE = (
    "<html><head><title>全市统战工作会议召开</title></head><body><div class='x'><h1>全市统战工作会议召开</h1>"
    f"<div class='a'>{OUTER * 2}<div class='b'>{INNER * 2}</div>{LINKS}{LAST * 2}</div></div></body></html>"
)


def test_a_tie_between_boxes_is_decided_by_the_page() -> None:
    capture = Capture(
        id="urn:uuid:1",
        kind="response",
        url="http://h.cn/a/1.html",
        date=dt.datetime(2024, 1, 1, tzinfo=dt.UTC),
        status=200,
        headers=(("Content-Type", "text/html; charset=utf-8"),),
        body=PAGE.encode(),
        payload_digest=None,
        place=Place(file="x", offset=0, length=1),
    )
    held = []
    found = set()
    for size in range(20):
        # Objects of growing size between the runs move the elements to other addresses.
        held.append([bytearray(1000 * size), *(object() for _ in range(7 * size))])
        found.add(repr(clean(capture, None)))
    assert len(found) == 1
