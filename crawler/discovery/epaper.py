"""The days of a 数字报, as its scripts get them -> the front page of each issue.

The address of an issue is made of its day: /html/2023-10/31/node_1.htm. A file such as period.xml names the days that
there are, often with the front page of each.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from crawler.discovery.link import LIST, Link

# An answer that names at least so many days is a list of issues.
ISSUES = 3
_DAY = re.compile(r"(?<!\d)((?:19|20)\d\d)[-/年]?([01]\d)[-/月]?([0-3]\d)(?!\d)")
# The day in an address: folders and marks between its pieces may be any.
_PLACE = re.compile(r"((?:19|20)\d\d)([-/_]?)([01]\d)([-/_]?)([0-3]\d)(?=[/_.-])")
_FRONT = re.compile(r"(?<![\w./-])([\w-]{1,40}\.s?html?)(?![\w])")


def discover(url: str, text: str) -> Iterator[Link]:
    """The issues that an answer names, as addresses like that of the issue at `url`; nothing where it names no days.

    >>> text = "<p><d>2023-10-24</d><f>node_2.htm</f></p><p><d>2023-10-17</d></p><p><d>2023-10-31</d></p>"
    >>> [link.url for link in discover("http://h/html/2023-10/31/node_1.htm", text)]
    ['http://h/html/2023-10/24/node_2.htm', 'http://h/html/2023-10/17/node_1.htm', 'http://h/html/2023-10/31/node_1.htm']
    """
    place = _PLACE.search(url)
    days = list(_DAY.finditer(text)) if place else []
    if place is None or len({day[0] for day in days}) < ISSUES:
        return
    folder, _, own = url.rpartition("/")
    for number, day in enumerate(days):
        end = days[number + 1].start() if number + 1 < len(days) else len(text)
        front = _FRONT.search(text, day.end(), min(end, day.end() + 500))
        year, month, date = day.groups()
        dated = f"{folder[: place.start()]}{year}{place[2]}{month}{place[4]}{date}"
        page = front[1] if front else own
        if place.end() <= len(folder) + 1:
            yield Link(url=f"{dated}{folder[place.end() :]}/{page}", anchor=day[0], priority=LIST)
