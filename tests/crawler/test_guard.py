"""The guard: no byte goes to a private or foreign address, however it is spelled and whatever leads there."""

from __future__ import annotations

import ipaddress
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from odd_server import SHAPES, OddServer, Shape, answer, sized
from one_crawl import run
from twisted.internet.address import IPv4Address
from twisted.internet.error import ConnectionRefusedError  # noqa: A004 - Twisted's name
from twisted.internet.protocol import Factory
from twisted.internet.testing import MemoryReactorClock
from twisted.python.failure import Failure

from archive.layout import Layout
from archive.site import Crawl, Site
from archive.warc import exclusions
from crawler.wire.guard import GuardedEndpoint, is_public, literal_address, peer_refusal, url_refusal

SITE = Site(
    key="a",
    name="甲",
    hosts=("www.a.gov.cn", "www.a.gov.cn:8080", "127.0.0.2:8001"),
    crawl=Crawl(start=(), allow_private=("127.0.0.2:8001",)),
)


@pytest.mark.parametrize(
    ("url", "reason"),
    [
        ("file:///etc/passwd", "scheme"),
        ("ftp://www.a.gov.cn/", "scheme"),
        ("data:text/html,x", "scheme"),
        ("javascript:alert(1)", "scheme"),
        ("s3://www.a.gov.cn/", "scheme"),
        ("http:///path", "bad_url"),
        ("http://www.a.gov.cn:port/", "bad_url"),
        ("http://[::1/", "bad_url"),
        ("http://user@www.a.gov.cn/", "userinfo"),
        ("http://:password@www.a.gov.cn/", "userinfo"),
        ("http://www.a.gov.cn@127.0.0.1/", "userinfo"),
        ("http://127.0.0.1/", "private_address"),
        ("http://2130706433/", "private_address"),
        ("http://0x7f.1/", "private_address"),
        ("http://0177.0.0.1/", "private_address"),
        ("http://127.1/", "private_address"),
        ("http://0/", "private_address"),
        ("http://１２７.0.0.1/", "private_address"),
        ("http://127。0。0。1/", "private_address"),
        ("http://127.0.0.1./", "private_address"),
        ("http://[::1]/", "private_address"),
        ("http://[::ffff:127.0.0.1]/", "private_address"),
        ("http://[::ffff:7f00:1]/", "private_address"),
        ("http://[64:ff9b::169.254.169.254]/", "private_address"),
        ("http://169.254.169.254/latest/meta-data/", "private_address"),
        ("http://10.0.0.1/", "private_address"),
        ("http://100.64.0.1/", "private_address"),
        ("http://224.0.0.1/", "private_address"),
        ("http://127.0.0.2:8002/", "private_address"),
        ("https://127.0.0.2:443/", "private_address"),
        ("http://202.108.22.5/", "foreign_host"),
        ("http://www.b.gov.cn/", "foreign_host"),
        ("http://www.a.gov.cn.evil.cn/", "foreign_host"),
        ("http://www.a.gov.cn:8081/", "foreign_host"),
    ],
)
@pytest.mark.fault(rows=[37, 38])
def test_a_url_that_must_not_be_asked_for_is_refused_by_name(url: str, reason: str) -> None:
    refused = url_refusal(url, SITE)
    assert refused is not None
    assert (refused.reason, refused.later) == (reason, False)
    assert refused.detail


@pytest.mark.parametrize(
    "url",
    [
        "http://www.a.gov.cn/",
        "https://www.a.gov.cn:443/x?y#z",
        "http://WWW.A.gov.cn:80/",
        "http://www.a.gov.cn:8080/",
        "http://127.0.0.2:8001/x",
    ],
)
def test_the_sites_own_hosts_are_let_through(url: str) -> None:
    assert url_refusal(url, SITE) is None


@given(st.ip_addresses(v=4))
def test_a_public_address_stays_what_it_is_in_each_disguise(address: ipaddress.IPv4Address) -> None:
    number = int(address)
    octal = ".".join(f"0{part:o}" for part in address.packed)
    spelled = [str(address), str(number), hex(number), octal, f"{address.packed[0]}.{number & 0xFFFFFF}"]
    assert {literal_address(text) for text in spelled} == {str(address)}
    mapped = [f"::ffff:{address}", f"64:ff9b::{address}", str(ipaddress.IPv6Address((0x2002 << 112) | (number << 80)))]
    assert {is_public(text) for text in mapped} == {is_public(str(address))}


def test_what_is_opened_is_one_port_of_one_host() -> None:
    assert peer_refusal("127.0.0.2", "http://127.0.0.2:8001/", SITE) is None
    refused = peer_refusal("127.0.0.2", "http://www.a.gov.cn/", SITE)
    assert refused is not None
    assert (refused.reason, refused.later) == ("private_address", True)
    assert peer_refusal("202.108.22.5", "http://www.a.gov.cn/", SITE) is None


@pytest.mark.parametrize("blind", [False, True])
@pytest.mark.fault(rows=[37])
def test_not_a_byte_reaches_a_private_host_though_the_site_file_names_it(tmp_path: Path, blind: bool) -> None:
    # The last host gets past the first layer, for it is a name; blind lets it past the second as well.
    names = ["127.0.0.1", "127.1", "2130706433", "0x7f.1", "[::ffff:127.0.0.1]", "localhost"]
    with OddServer(shapes=SHAPES) as canary:
        hosts = [f"{name}:{canary.port}" for name in names]
        urls = [f"http://{host}/plain" for host in hosts]
        out = run(None, tmp_path, urls, hosts=hosts, blind_endpoint=blind)
        assert canary.heard == 0
        assert canary.connections == (1 if blind else 0)
    events = {row["url"].split("/")[2]: row for row in out["seen"]}
    assert len(events) == len(names)
    for host, row in events.items():
        assert row["event"] == "Refused"
        named = host.startswith("localhost")
        # Of a name even robots.txt could not be asked for; that is known only once it is resolved.
        assert row["reason"] == ("robots_unreachable" if named else "private_address")
        assert "no address of the public Internet" in row["detail"]


@pytest.mark.fault(rows=[37])
def test_a_build_without_the_guard_is_found_out(tmp_path: Path) -> None:
    with OddServer(shapes=SHAPES) as canary:
        hosts = [f"{name}:{canary.port}" for name in ("127.0.0.1", "127.1", "localhost")]
        out = run(None, tmp_path, [f"http://{host}/plain" for host in hosts], hosts=hosts, no_guard=True)
    assert [row["event"] for row in out["seen"]] == ["callback"] * len(hosts)
    assert canary.connections >= 1
    assert canary.heard > 0


@pytest.mark.fault(rows=[37])
def test_a_redirect_leads_nowhere_by_itself_and_robots_txt_cannot_lead_to_a_private_host(tmp_path: Path) -> None:
    with OddServer(shapes=SHAPES) as canary:
        away = b"Location: " + canary.url("plain").encode()
        shapes = {
            "robots.txt": Shape(final=answer(away, b"Content-Length: 0", status=b"HTTP/1.1 302 Found")),
            "page": Shape(final=sized()),
        }
        with OddServer(shapes=shapes, host="127.0.0.2") as server:
            hosts = [server.authority, canary.authority]
            out = run(server, tmp_path, [server.url("page")], hosts=hosts)
            assert "page" not in server.received
        assert (canary.connections, canary.heard) == (0, 0)
    (row,) = out["seen"]
    assert (row["event"], row["reason"], row["later"]) == ("Refused", "robots_unreachable", True)


def test_a_teredo_address_is_judged_by_the_client_in_it() -> None:
    # RFC 4380 section 4: the client's IPv4 address, its bits inverted, at the end: 8.8.8.8 and 10.0.0.1.
    assert is_public("2001:0:4136:e378:8000:63bf:f7f7:f7f7")
    assert not is_public("2001:0:4136:e378:8000:63bf:f5ff:fffe")


def test_a_page_that_was_taken_down_is_asked_for_by_nobody(tmp_path: Path) -> None:
    with OddServer(shapes=SHAPES) as server:
        line = {"url": server.url("chunked"), "date": "2024-02-26T00:00:00+00:00", "reason": "asked to"}
        exclusions.append(Layout(root=tmp_path), line)
        out = run(server, tmp_path, [server.url("chunked"), server.url("plain")])
    seen = {row["url"]: row for row in out["seen"]}
    assert (seen[server.url("chunked")]["event"], seen[server.url("chunked")]["reason"]) == ("Refused", "forgotten")
    assert seen[server.url("plain")]["event"] == "callback"
    assert "chunked" not in server.received


class Resolver:
    """Says of every name that it has these addresses."""

    def __init__(self, *addresses: str) -> None:
        self._addresses = addresses

    def resolveHostName(self, receiver: Any, *_: Any) -> None:  # noqa: N802 - Twisted's name
        receiver.resolutionBegan(None)
        for address in self._addresses:
            receiver.addressResolved(IPv4Address("TCP", address, 0))
        receiver.resolutionComplete()


def test_the_next_address_is_tried_where_one_does_not_answer_and_none_that_is_private() -> None:
    reactor: Any = MemoryReactorClock()  # type: ignore[no-untyped-call]
    reactor.nameResolver = Resolver("127.0.0.1", "202.108.22.5", "10.0.0.1", "202.108.22.6")
    factory: Any = Factory()
    refused: Any = ConnectionRefusedError
    connecting = GuardedEndpoint(reactor, "http://www.a.gov.cn/", SITE, 3.0).connect(factory)
    connecting.addErrback(lambda _: None)
    assert [client[0] for client in reactor.tcpClients] == ["202.108.22.5"]
    reactor.tcpClients[0][2].clientConnectionFailed(None, Failure(refused()))  # type: ignore[no-untyped-call]
    assert [client[0] for client in reactor.tcpClients] == ["202.108.22.5", "202.108.22.6"]
