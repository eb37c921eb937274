"""`python -m crawler.practice`: serve the practice web on loopback."""

from __future__ import annotations

import argparse
from pathlib import Path

from crawler.practice.serve import run


def main() -> None:
    """Read the arguments and serve."""
    parser = argparse.ArgumentParser(
        prog="python -m crawler.practice",
        description="Serve sites with Chinese CMS pages on 127.0.0.2 and so on; prints one JSON line when ready.",
        epilog="Example: python -m crawler.practice --port 8731 --seconds 600",
    )
    parser.add_argument("--port", type=int, default=0, help="the port of all sites; 0: a free one")
    parser.add_argument("--log", type=Path, help="write a JSON line for each exchange to this file")
    parser.add_argument("--seconds", type=float, default=3600, help="stop after this time")
    parser.add_argument("--child", action="store_true", help="read commands from stdin, and stop at its end")
    wanted = parser.parse_args()
    run(port=wanted.port, log=wanted.log, seconds=wanted.seconds, child=wanted.child)


if __name__ == "__main__":
    main()
