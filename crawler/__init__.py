"""The crawling half of cundang: fetches the pages of a site politely and hands every byte to the archive."""

import gc

# The value of PYTHONSAFEPATH for our own child processes, see `crawler.__main__`: any text has the effect of 1. The
# commands of users do not get it.
SAFE = "cundang"

# New objects after which Python looks for garbage; by default 700.
_GARBAGE_AFTER = 20_000


def collect_seldom() -> None:
    """Have Python look for garbage less often in this process.

    Nearly all that is loaded stays until the end, and a crawl leaves few circles of objects. By default looking for
    them takes a tenth of the start of a command, and 3 % of the CPU of a crawl without pauses (by `gc.callbacks`).
    """
    gc.freeze()
    gc.set_threshold(_GARBAGE_AFTER)
