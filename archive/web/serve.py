"""The servers: the interface, the replay and the player, each on a port of its own."""

from __future__ import annotations

import asyncio
import ipaddress
import socket
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from archive.catalogue.search import Searcher
from archive.errors import UsageError
from archive.layout import Layout
from archive.site import Site

try:
    import uvicorn
    from starlette.applications import Starlette

    from archive.web import app, engine, replay
    from archive.web.asked import House
except ImportError as error:
    raise UsageError(
        f"The page needs what the extra `web` installs ({error.name}): pip install 'cundang[web]'"
    ) from error


@dataclass(frozen=True, slots=True, kw_only=True)
class Where:
    """Where the servers listen.

    Attributes:
        host: the address to listen on.
        port: the port of the interface; the replay has the next one.
        base, replay_base: the public addresses of the two behind a proxy; None: no proxy.
        engine: the folder of a script-driven player, which listens on the port after the replay's; None: no player.
        engine_base: the player's public address behind a proxy.
    """

    host: str = "127.0.0.1"
    port: int = 8080
    base: str | None = None
    replay_base: str | None = None
    engine: Path | None = None
    engine_base: str | None = None


def run(layout: Layout, sites: Mapping[str, Site], where: Where, ready: Callable[[str], None]) -> None:
    """Serve an archive until a signal ends it; call `ready` with the address once all servers listen.

    Raises:
        UsageError: there is no catalogue yet, or a port is taken.
    """
    listening = [_listen(where.host, where.port + beside) for beside in range(2 + (where.engine is not None))]
    interface = where.base or f"http://{where.host}:{where.port}"
    beside = where.replay_base or f"http://{where.host}:{where.port + 1}"
    places = {key: site.place for key, site in sites.items() if site.place}
    searcher = Searcher(layout, places)
    searcher.find("", size=1)  # load the columns now, so that a broken catalogue is reported before any request
    path = "/" + interface.partition("://")[2].partition("/")[2]
    player = engine.load(where.engine) if where.engine else None
    behind = where.engine_base or f"http://{where.host}:{where.port + 2}"
    house = House(
        layout=layout,
        sites=sites,
        searcher=searcher,
        replay=beside,
        base=path.rstrip("/"),
        engine=player,
        player=behind if player else "",
    )
    apps = [
        app.app(house, _hosts(where.host, interface)),
        replay.app(layout, _origin(interface), _hosts(where.host, beside)),
    ]
    if player is not None:
        apps.append(engine.app(layout, player, _origin(interface), _hosts(where.host, behind)))
    asyncio.run(_serve(list(zip(apps, listening, strict=True)), lambda: ready(interface)))


def is_loopback(host: str) -> bool:
    """Whether an address to listen on can be reached only from this machine.

    >>> is_loopback("127.0.0.1"), is_loopback("0.0.0.0"), is_loopback("localhost")
    (True, False, True)
    """
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _origin(address: str) -> str:
    return "/".join(address.split("/")[:3])


def _hosts(listened: str, address: str) -> list[str]:
    """The host names that a server answers to: its own, and its public one behind a proxy."""
    named = address.split("/")[2].rpartition(":")[0] or address.split("/")[2]
    return list(dict.fromkeys([named.strip("[]"), listened, "127.0.0.1", "localhost"]))


def _listen(host: str, port: int) -> socket.socket:
    """Take a port now: uvicorn ends the process where it cannot."""
    try:
        return socket.create_server((host, port), family=socket.AF_INET6 if ":" in host else socket.AF_INET)
    except OSError as error:
        raise UsageError(
            f"{host}:{port}: cannot listen there ({error.strerror}). Name another port with --port; the ports behind it"
            " are needed too."
        ) from error


async def _serve(apps: Sequence[tuple[Starlette, socket.socket]], ready: Callable[[], None]) -> None:
    running = []
    for each, listening in apps:
        config = uvicorn.Config(
            each,
            log_level="warning",
            access_log=False,
            server_header=False,
            proxy_headers=False,
            h11_max_incomplete_event_size=32 * 1024,
            limit_concurrency=64,
            timeout_keep_alive=5,
            lifespan="off",
        )
        server = uvicorn.Server(config)
        running.append((server, asyncio.create_task(server.serve(sockets=[listening]))))
    try:
        while not all(server.started for server, _ in running):
            for _, task in running:
                if task.done():
                    task.result()
            await asyncio.sleep(0.02)
        ready()
        await asyncio.gather(*(task for _, task in running))
    finally:
        for server, _ in running:
            server.should_exit = True
