"""The command `cundang`: starts `crawler.cli`, and ends with exit code 5 on Ctrl-C even while that is loading."""

from __future__ import annotations

import os
import signal
import sys
from contextlib import suppress
from pathlib import Path
from types import FrameType
from typing import NoReturn

from crawler import SAFE, collect_seldom


def main() -> None:
    """Run the command line."""
    signal.signal(signal.SIGINT, _early)
    collect_seldom()
    # A module of the current folder, such as archive.py, must not replace ours in child processes. `python -m` looks
    # there in any case.
    with suppress(OSError):
        if not Path(sys.path[0]).samefile(Path.cwd()):
            os.environ.setdefault("PYTHONSAFEPATH", SAFE)
    from crawler.cli import main as run  # noqa: PLC0415 - see above

    run()


def _early(_number: int, _frame: FrameType | None) -> NoReturn:
    with suppress(OSError):  # whoever read our messages may be gone
        os.write(2, b"cundang: interrupted before it began; nothing was changed.\n")
    # Do not raise: an exception during an import could be mistaken for a missing module.
    os._exit(5)


if __name__ == "__main__":
    main()
