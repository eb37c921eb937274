"""The captures of an address -> lists of them for other tools: a TimeMap (RFC 7089), and an index as pywb serves it."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence

from archive.catalogue.timeline import Captured
from archive.warc.surt import surt
from archive.web.captures import http_date, moment

# The address of the replay at which a capture is shown, by its stamp.
Link = Callable[[str], str]


def timemap(url: str, rows: Sequence[Captured], here: str, link: Link) -> str:
    """List one or more captures, oldest first, in the link format of RFC 7089; `here`: the address of the list."""
    times = [http_date(moment(row.stamp)) for row in rows]
    lines = [
        f'<{url}>; rel="original"',
        f'<{here}>; rel="self"; type="application/link-format"; from="{times[0]}"; until="{times[-1]}"',
        *(f'<{link(row.stamp)}>; rel="memento"; datetime="{at}"' for row, at in zip(rows, times, strict=True)),
    ]
    return ",\n".join(lines) + "\n"


def cdx(rows: Sequence[Captured], asked: Mapping[str, str]) -> Iterator[str]:
    """Yield a line of CDXJ for each capture, or of JSON with `output=json`; `from`, `to` and `limit` choose captures.

    Raises:
        ValueError: `limit` is no number.
    """
    first, last = asked.get("from", ""), asked.get("to", "")
    chosen = [row for row in rows if first <= row.stamp and (not last or row.stamp[: len(last)] <= last)]
    for row in chosen[: int(asked["limit"])] if asked.get("limit") else chosen:
        about = {
            "url": row.url,
            "mime": row.mime,
            "status": "-" if row.status is None else str(row.status),
            "digest": row.digest,
            "length": str(row.length),
            "offset": str(row.offset),
            "filename": row.warc.rpartition("/")[2],
        }
        if asked.get("output") == "json":
            yield json.dumps({"urlkey": surt(row.url), "timestamp": row.stamp, **about}, ensure_ascii=False) + "\n"
        else:
            yield f"{surt(row.url)} {row.stamp} {json.dumps(about, ensure_ascii=False)}\n"
