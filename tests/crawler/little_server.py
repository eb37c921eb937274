"""A web server on loopback that answers what a test says, and remembers who asked for what and when."""

from __future__ import annotations

import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from crawler.wire.missing import NAME

HTML = "text/html; charset=utf-8"


@dataclass
class Answer:
    body: str | bytes = ""
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)


Routes = Callable[[str, Mapping[str, str]], Answer | None]


@dataclass
class Little:
    port: int
    asked: list[tuple[float, str]] = field(default_factory=list)

    @property
    def host(self) -> str:
        return f"127.0.0.1:{self.port}"

    @property
    def base(self) -> str:
        return f"http://{self.host}"

    def times(self, path: str) -> list[float]:
        return [moment for moment, asked in self.asked if asked == path]

    @property
    def counts(self) -> Counter[str]:
        return Counter(path for _, path in self.asked)

    def site(self, folder: Path, **crawl: object) -> Path:
        """A site file for this server."""
        folder.mkdir(parents=True, exist_ok=True)
        values = {"start": [f"{self.base}/"], "delay": 0, "allow_private": [self.host]} | crawl
        lines = [
            f"{key} = {str(value).lower() if isinstance(value, bool) else repr(value)}" for key, value in values.items()
        ]
        path = folder / "little.toml"
        path.write_text(f'name = "小站"\nhosts = ["{self.host}"]\n[crawl]\n' + "\n".join(lines), "utf-8")
        return path


@contextmanager
def serving(routes: Routes, forms: list[str] | None = None, *, probes: bool = False) -> Iterator[Little]:
    """Serve for the time of the block; None of `routes` hangs up without an answer. `forms` gets what is posted.

    The crawler's made-up addresses are answered with 404 and not noted, but with `probes` as any other.
    """

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        # Head and body leave together: apart, they wait 40 ms for an acknowledgement.
        wbufsize = 2**16

        def do_GET(self) -> None:
            probe = self.path.startswith(f"/{NAME}") and not probes
            if not probe:
                little.asked.append((time.monotonic(), self.path))
            answer = Answer(status=404) if probe else routes(self.path, dict(self.headers))
            if answer is None:
                self.close_connection = True
                return
            body = answer.body.encode() if isinstance(answer.body, str) else answer.body
            self.send_response(answer.status)
            headers = {"Content-Type": HTML, "Content-Length": str(len(body))} | dict(answer.headers)
            for name, value in headers.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)

        def do_POST(self) -> None:
            form = self.rfile.read(int(self.headers.get("Content-Length") or 0)).decode("ascii")
            if forms is not None:
                forms.append(form)
            self.do_GET()

        def log_message(self, *_: object) -> None:
            pass

    class Server(ThreadingHTTPServer):
        def handle_error(self, *_: object) -> None:
            """A client that goes away is no error."""

    with Server(("127.0.0.1", 0), Handler) as server:
        server.daemon_threads = True
        little = Little(port=server.server_address[1])
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        try:
            yield little
        finally:
            server.shutdown()
            thread.join()
