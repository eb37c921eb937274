"""Python commands in forks of a process that has loaded the crawler: as `subprocess.run`, without a second of imports.

    run ─ command, environment, files for its output ─► server ─► fork: the command
     ◄─ process id, then exit code ──────────────────────────────┘

One server for each process of pytest begins with the first command, and ends with that process. What a command does not
share with others: its process, arguments, environment, folder and streams. Tests of the start itself use subprocess.
"""

from __future__ import annotations

import atexit
import contextlib
import datetime as dt
import gc
import json
import os
import random
import runpy
import select
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import traceback
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from types import ModuleType

from archive.site import Crawl, Site
from archive.warc.capture import Capture, Place
from crawler.spiders.judge import judge

# What commands import anyway. It must not read the environment of a test.
LOADED = ("crawler.cli", "crawler.probe", "crawler.runs.crawl", "crawler.spiders.own", "scrapy.cmdline")
NOT_LOADED = ("crawler.settings", "pyarrow", "twisted.internet.reactor")


def run(
    command: Sequence[str],
    *,
    cwd: Path | str | None = None,
    env: Mapping[str, str] | None = None,
    input: str = "",  # noqa: A002 - as subprocess has it
    timeout: float = 300,
    check: bool = False,
) -> subprocess.CompletedProcess[str]:
    """Run [sys.executable, "-m", MODULE, ...], or with "-c", PROGRAM or FILE instead; keep what it prints, as text."""
    assert command[0] == sys.executable, command
    with tempfile.TemporaryDirectory() as folder:
        streams = [Path(folder, name) for name in ("in", "out", "err")]
        streams[0].write_text(input, encoding="utf-8")
        job: dict[str, object] = {
            "command": [*map(str, command[1:])],
            "cwd": str(cwd or Path.cwd()),
            "env": dict(os.environ if env is None else env),
            "streams": [*map(str, streams)],
        }
        code = _code_of(job, timeout)
        out, err = (path.read_text(encoding="utf-8") for path in streams[1:])
    done = subprocess.CompletedProcess([*command], code, out, err)
    if check:
        done.check_returncode()
    return done


def _code_of(job: dict[str, object], timeout: float) -> int:
    with socket.socket(socket.AF_UNIX) as channel:
        channel.connect(_server())
        with channel.makefile("rw", encoding="utf-8") as lines:
            lines.write(json.dumps(job) + "\n")
            lines.flush()
            pid = int(lines.readline())
            if not select.select([channel], [], [], timeout)[0]:
                os.kill(pid, signal.SIGKILL)
                raise subprocess.TimeoutExpired(str(job["command"]), timeout)
            return int(lines.readline())


@cache
def _server() -> str:
    """Begin the server; return the address of its socket."""
    folder = tempfile.mkdtemp(prefix="cundang-loaded-")
    address = f"{folder}/socket"
    server = subprocess.Popen([sys.executable, __file__, address], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    assert server.stdin is not None
    assert server.stdout is not None
    assert server.stdout.readline() == b"ready\n"

    def end() -> None:
        assert server.stdin is not None
        server.stdin.close()
        server.wait(20)
        Path(address).unlink()
        Path(folder).rmdir()

    atexit.register(end)
    return address


def _serve(address: str) -> dict[str, object]:
    """Take jobs until stdin closes. This returns in the process of a job, with the job."""
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(address)
        listener.listen()
        print("ready", flush=True)
        while True:
            ready, _, _ = select.select([listener, sys.stdin], [], [])
            # Wait for those that have ended, so that their time counts as that of the tests.
            with contextlib.suppress(ChildProcessError):
                while os.waitpid(-1, 0 if sys.stdin in ready else os.WNOHANG)[0]:
                    pass
            if sys.stdin in ready:
                sys.exit()
            channel, _ = listener.accept()
            if os.fork() == 0:
                break
            channel.close()
    # A process for each job tells how it ended.
    with channel, channel.makefile("rw", encoding="utf-8") as lines:
        job: dict[str, object] = json.loads(lines.readline())
        if (pid := os.fork()) != 0:
            with contextlib.suppress(BrokenPipeError):
                lines.write(f"{pid}\n")
                lines.flush()
                _, status = os.waitpid(pid, 0)
                lines.write(f"{os.waitstatus_to_exitcode(status)}\n")
                lines.flush()
            os._exit(0)
    return job


def _become(job: dict[str, object]) -> None:
    """Run the command of a job in this process."""
    streams, command = job["streams"], job["command"]
    assert isinstance(streams, list)
    assert isinstance(command, list)
    for number, (name, how) in enumerate(zip(streams, ("rb", "wb", "wb"), strict=True)):
        with Path(name).open(how) as stream:
            os.dup2(stream.fileno(), number)
    os.chdir(str(job["cwd"]))
    os.environ.clear()
    os.environ.update(job["env"])  # type: ignore[call-overload]
    random.seed()
    sys.argv[:] = command
    sys.path[:0] = [path for path in os.environ.get("PYTHONPATH", "").split(":") if path]
    if command[0] == "-m":
        del sys.argv[0]
        sys.path.insert(0, str(Path.cwd()))
        runpy.run_module(sys.argv[0], run_name="__main__", alter_sys=True)
    elif command[0] == "-c":
        del sys.argv[1]
        sys.path.insert(0, str(Path.cwd()))
        own = sys.modules["__main__"] = ModuleType("__main__")
        exec(compile(command[1], "<string>", "exec"), own.__dict__)  # noqa: S102 - a program of a test
    else:
        sys.path.insert(0, str(Path(command[0]).parent))
        runpy.run_path(command[0], run_name="__main__")


def _read_page() -> None:
    """Read a page, which compiles the patterns of the cleaner."""
    prose = "<p>统战部召开会议，传达学习精神，研究部署下一步工作，并提出三点要求。</p>" * 9
    capture = Capture(
        id="urn:uuid:00000000-0000-4000-8000-000000000001",
        kind="response",
        url="http://a.cn/1.html",
        date=dt.datetime(2020, 3, 1, tzinfo=dt.UTC),
        status=200,
        headers=(("Content-Type", "text/html; charset=utf-8"),),
        body=f"<title>会议召开</title><h1>会议召开</h1><p>2020-02-19 来源：本网</p>{prose}".encode(),
        payload_digest=None,
        place=Place(file="a.warc.gz", offset=0, length=1),
        found=None,
    )
    site = Site(key="a", name="a", hosts=("a.cn",), crawl=Crawl(start=()))
    assert judge(capture, capture.url, site, expected=True).article


def _run(job: dict[str, object]) -> int:
    """Run the command of a job in this process; return its exit code."""
    try:
        _become(job)
    except SystemExit as end:
        if end.code is None or isinstance(end.code, int):
            return end.code or 0
        print(end.code, file=sys.stderr)
        return 1
    except BaseException:  # noqa: BLE001 - as Python ends a program
        traceback.print_exc()
        return 1
    return 0


def main() -> None:
    # A command finds its own modules before those of this folder.
    sys.path.append(sys.path.pop(0))
    for name in LOADED:
        __import__(name)
    early = [name for name in NOT_LOADED if name in sys.modules]
    assert not early, f"{early} must be loaded by each command itself"
    _read_page()
    gc.freeze()
    code = _run(_serve(sys.argv[1]))
    # End as Python does, but leave the loaded modules alone: to free them takes 0.4 s of CPU in a fork.
    threading._shutdown()  # type: ignore[attr-defined]
    atexit._run_exitfuncs()
    for stream in (sys.stdout, sys.stderr):
        stream.flush()
    os._exit(code)


if __name__ == "__main__":
    main()
