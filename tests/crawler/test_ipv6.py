"""A site at an IPv6 address is crawled as any other; a proxy of the environment is not used, and that is said."""

from __future__ import annotations

import os
import socket
import sys
from http.server import ThreadingHTTPServer
from pathlib import Path

import little_server
import loaded
import pytest
from test_moved import answer

from archive.catalogue import query
from archive.layout import Layout
from crawler.runs.alerts import cure


class Server6(ThreadingHTTPServer):
    address_family = socket.AF_INET6

    def __init__(self, address: tuple[str, int], handler: type) -> None:
        super().__init__(("::1", address[1]), handler)


def has_ipv6() -> bool:
    with socket.socket(socket.AF_INET6) as tried:
        try:
            tried.bind(("::1", 0))
        except OSError:
            return False
    return True


@pytest.mark.skipif(not has_ipv6(), reason="this machine has no IPv6")
def test_a_site_at_an_ipv6_address_is_crawled(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(little_server, "ThreadingHTTPServer", Server6)
    monkeypatch.setattr(little_server.Little, "host", property(lambda little: f"[::1]:{little.port}"))
    with little_server.serving(answer) as little:
        site = little.site(tmp_path / "sites")
        command = [sys.executable, "-m", "crawler.cli", "--data", f"{tmp_path}/data", "crawl", str(site)]
        done = loaded.run(command, timeout=120, env=os.environ | {"http_proxy": "http://127.0.0.99:1"})
    assert done.returncode == 0, done.stderr
    assert len(list(query.documents(Layout(root=tmp_path / "data"), query.Filter()))) == 3


def test_a_proxy_that_is_not_used_is_named_where_it_matters(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HTTP_PROXY", "http_proxy", "HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.delenv(name, raising=False)
    assert "proxy" not in cure({"timeout": 2})
    monkeypatch.setenv("https_proxy", "http://proxy.example.cn:3128")
    assert cure({"timeout": 2}).endswith(
        "https_proxy is set, but crawls use no proxy: they need a direct way to the site."
    )
    assert "proxy" not in cure({"robots": 2})
