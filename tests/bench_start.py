"""The CPU time that commands take to start, as ratios to that of `scrapy version` in the same run."""

from __future__ import annotations

import os
import resource
import subprocess
import sys
import tempfile
from pathlib import Path

CHECKOUT = Path(__file__).parents[1]
COMMANDS = ("--help", "search --help", "sites list", "status", "schedule list", "show {id}", "search 统战部")
TIMES = 7
# Without permission to store compiled modules, Python would compile ours each time, but not those of Scrapy.
ENVIRONMENT = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}


def cpu(command: list[str], folder: str) -> float:
    """The seconds of CPU of a command: the least of several runs, because other work on the machine adds to it."""
    took = []
    for _ in range(TIMES):
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        subprocess.run(command, cwd=folder, check=True, capture_output=True, env=ENVIRONMENT)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        took.append(after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)
    return min(took)


def main() -> None:
    """Print a line for each command."""
    bin_ = Path(sys.executable).parent
    sites = ["--sites", str(CHECKOUT / "seeds" / "sites")]
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run([bin_ / "cundang", "import", str(CHECKOUT / "seeds" / "corpus")], cwd=folder, check=True)
        scrapy = cpu([str(bin_ / "scrapy"), "version"], folder)
        print(f"{scrapy:.3f} s        scrapy version")
        for line in COMMANDS:
            words = line.format(id="file:///000_cf38059dc55396b4.txt").split()
            own = cpu([str(bin_ / "cundang"), *words, *([] if "--help" in line else sites)], folder)
            print(f"{own:.3f} s  {own / scrapy:4.2f}  cundang {' '.join(words)}")


if __name__ == "__main__":
    main()
