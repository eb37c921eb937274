"""The practice web in a child process -> its port, the URLs of its sites, and its log."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from importlib import resources
from pathlib import Path
from types import TracebackType
from typing import Any, Self

# The port in the site files.
FILE_PORT = 8731
# The seconds that a child gets to end.
PATIENCE = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Served:
    """One exchange in the log; digests are SHA-256 in base16.

    Attributes:
        time: UTC, ISO 8601.
        response_sha256: the digest of all bytes sent: head and body with its transfer-coding.
        response_length: their number.
        body_sha256: the digest of the payload: without transfer-coding, with content-coding.
        request_length: the number of bytes of the request.
    """

    time: str
    site: str
    method: str
    target: str
    status: int
    response_sha256: str
    response_length: int
    body_sha256: str
    request_length: int


class Server:
    """Serves the practice web during a `with` block.

    Attributes:
        port: the port of all sites.
        sites: the URL of each site by key, without a slash at its end.
        log: the file for the exchanges; None: no log.
    """

    def __init__(self, port: int = 0, log: Path | None = None) -> None:
        self.port = port
        self.log = log
        self.sites: dict[str, str] = {}
        self._process: subprocess.Popen[str]

    def __enter__(self) -> Self:
        """Start the child and wait until it serves.

        Raises:
            OSError: it did not start, for instance because the port is taken.
        """
        command = [sys.executable, "-m", "crawler.practice", "--child", "--port", str(self.port)]
        if self.log is not None:
            command += ["--log", str(self.log.resolve())]
        self._process = subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            cwd=Path(__file__).parents[2],
            # Keep Ctrl-C in a terminal from stopping the child before the crawl.
            start_new_session=True,
        )
        ready = self._line()
        self.port, self.sites = ready["port"], ready["sites"]
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Stop the child."""
        self._stop()

    def visit(self, number: int) -> None:
        """Begin visit `number`: from visit 2 on, some pages have changed."""
        assert self._process.stdin is not None
        self._process.stdin.write(f"visit {number}\n")
        self._process.stdin.flush()
        self._line()

    def served(self) -> Iterator[Served]:
        """The exchanges so far, in order, without one that is being written; empty without a log."""
        if self.log is not None and self.log.exists():
            for line in self.log.read_text(encoding="utf-8", errors="replace").split("\n")[:-1]:
                yield Served(**json.loads(line))

    def _line(self) -> dict[str, Any]:
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        if not line:
            self._stop()
            raise OSError(f"the practice web at port {self.port} did not start; is the port taken? See stderr above.")
        answer: dict[str, Any] = json.loads(line)
        return answer

    def _stop(self) -> None:
        process = self._process
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdin.close()
        try:
            process.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        process.stdout.close()


def write_sites(folder: Path, port: int) -> dict[str, Path]:
    """Write the site files for this port into `folder`; return their paths by key.

    Raises:
        OSError: the folder cannot be written.
    """
    folder.mkdir(parents=True, exist_ok=True)
    written = {}
    for file in sorted(resources.files("crawler.practice").joinpath("sites").iterdir(), key=lambda f: f.name):
        if file.name.endswith(".toml"):
            path = folder / file.name
            path.write_text(file.read_text(encoding="utf-8").replace(f":{FILE_PORT}", f":{port}"), encoding="utf-8")
            written[path.stem] = path
    return written
