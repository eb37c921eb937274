"""The servers: the interface, the replay and the player, each on a port of its own."""

from __future__ import annotations

import asyncio
import ipaddress
import os
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from archive.catalogue.search import FACETS, Searcher
from archive.errors import UsageError
from archive.layout import Layout
from archive.site import Site

try:
    import uvicorn
    from starlette.applications import Starlette

    from archive.web import app, engine, replay
    from archive.web.asked import Served
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
    ports = range(where.port, where.port + (2 if where.engine is None else 3))
    asyncio.run(_refuse_taken(where.host, ports))
    interface = where.base or f"http://{where.host}:{where.port}"
    beside = where.replay_base or f"http://{where.host}:{where.port + 1}"
    places = {key: site.place for key, site in sites.items() if site.place}
    searcher = Searcher(layout, lambda: places)
    # Read the columns now, so that a broken catalogue is reported before any request, and no request waits for them.
    searcher.find("", size=1, facets=FACETS)
    path = "/" + interface.partition("://")[2].partition("/")[2]
    player = engine.load(where.engine) if where.engine else None
    behind = where.engine_base or f"http://{where.host}:{where.port + 2}"
    served = Served(
        layout=layout,
        sites=sites,
        searcher=searcher,
        replay=beside,
        address=interface.rstrip("/"),
        base=path.rstrip("/"),
        engine=player,
        player=behind if player else "",
    )
    apps = [
        app.app(served, _hosts(where.host, interface)),
        replay.app(layout, _origin(interface), beside.rstrip("/"), _hosts(where.host, beside)),
    ]
    if player is not None:
        apps.append(engine.app(layout, player, _origin(interface), _hosts(where.host, behind)))
    asyncio.run(_serve(list(zip(apps, ports, strict=True)), where.host, lambda: ready(_said(where, interface, beside))))


def _said(where: Where, interface: str, beside: str) -> str:
    """The address to open; behind a proxy also where it finds the servers."""
    if where.base is None:
        return interface
    ports = [(interface, where.port), (beside, where.port + 1)]
    ports += [(where.engine_base, where.port + 2)] if where.engine and where.engine_base else []
    return "; ".join(f"{address} from http://{where.host}:{port}" for address, port in ports)


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


async def _refuse_taken(host: str, ports: Iterable[int]) -> None:
    """Refuse ports that cannot be listened on: uvicorn would end the process."""
    for port in ports:
        try:
            (await asyncio.start_server(lambda *_: None, host, port)).close()
        except OSError as error:
            # asyncio writes its own words there; the numbers of names that are not found are negative.
            why = os.strerror(error.errno) if error.errno and error.errno > 0 else error.strerror
            raise UsageError(
                f"{host}:{port}: cannot listen ({why}). Name another --port (the next one is used too), or --host."
            ) from error


async def _serve(apps: Sequence[tuple[Starlette, int]], host: str, ready: Callable[[], None]) -> None:
    servers = []
    for each, port in apps:
        config = uvicorn.Config(
            each,
            host=host,
            port=port,
            log_level="warning",
            access_log=False,
            server_header=False,
            proxy_headers=False,
            h11_max_incomplete_event_size=32 * 1024,
            limit_concurrency=64,
            timeout_keep_alive=5,
            lifespan="off",
        )
        servers.append(uvicorn.Server(config))
    running = [asyncio.create_task(server.serve()) for server in servers]
    try:
        while not all(server.started for server in servers):
            if any(task.done() for task in running):
                break
            await asyncio.sleep(0.02)
        else:
            ready()
        await asyncio.gather(*running)
    finally:
        for server in servers:
            server.should_exit = True
