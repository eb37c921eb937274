"""Servers whose TLS nobody has updated since 2010 are reached if the site file allows it.

Not provoked: SSL 3, RC4, triple DES and DH groups of 512 bits, which OpenSSL 3 has no more, as a server or as a client.
"""

from __future__ import annotations

import contextlib
import ctypes
import os
import shutil
import socket
import ssl
import subprocess
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from one_crawl import run

from archive.warc import reader
from archive.warc.record import Record

# RFC 2409 section 6.2: the group of 1024 bits that most servers of its time have.
GROUP = """-----BEGIN DH PARAMETERS-----
MIGHAoGBAP//////////yQ/aoiFowjTExmKLgNwc0SkCTgiKZ8x0Agu+pjsTmyJR
Sgh5jjQE3e+VGbPNOkMbMCsKbfJfFDdP4TVtbVHCReSFtXZiXn7G9ExC6aY37WsL
/1y29Aa37e44a/taiZ+lrp8kEXxLH+ZJKGZR7OZTgf//////////AgEC
-----END DH PARAMETERS-----
"""
ANY = "ALL:@SECLEVEL=0"
# What `openssl s_server` is told.
SERVERS = {
    "new": [],
    "TLS 1.2, RSA key exchange": ["-tls1_2", "-cipher", "AES128-SHA"],
    "TLS 1.1": ["-tls1_1", "-cipher", ANY],
    "TLS 1.0": ["-tls1", "-cipher", ANY],
    "signs with SHA-1": ["-tls1_2", "-cipher", "ECDHE-RSA-AES128-SHA:@SECLEVEL=0", "-sigalgs", "RSA+SHA1"],
    "small DH group": ["-tls1_2", "-cipher", "DHE-RSA-AES128-SHA:@SECLEVEL=0", "-dhparam", "../group.pem"],
    "certificate signed with SHA-1": ["-tls1_2", "-cipher", ANY],
    "key of 1024 bits": ["-tls1_2", "-cipher", ANY],
}
CERTIFICATES = {"certificate signed with SHA-1": "old", "key of 1024 bits": "short"}
# What is not even begun with such a server unless the site file says `tls = "weak"`.
WEAK = {"TLS 1.1", "TLS 1.0", "signs with SHA-1", "small DH group"}
VERSIONS = {"new": "TLSv1.3", "TLS 1.1": "TLSv1.1", "TLS 1.0": "TLSv1"}
VERDICTS = {
    "certificate signed with SHA-1": "weak: signed with ecdsa-with-SHA1",
    "key of 1024 bits": "weak: a key of 1024 bits",
}


def openssl(folder: Path, *words: str) -> None:
    subprocess.run(["openssl", *words], cwd=folder, check=True, capture_output=True, timeout=300)


def certify(folder: Path) -> None:
    """An authority, and certificates of it for 127.0.0.1: `new`, `old` (SHA-1) and `short` (RSA of 1024 bits)."""
    (folder / "names").write_text("subjectAltName=IP:127.0.0.1\n")
    (folder / "group.pem").write_text(GROUP)
    own = ["-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-subj", "/CN=authority", "-days", "2"]
    openssl(folder, "req", "-nodes", *own, "-keyout", "ca.key", "-out", "ca.pem")
    for name, digest, bits in (("new", "sha256", 2048), ("old", "sha1", 2048), ("short", "sha256", 1024)):
        key = ["-nodes", "-newkey", f"rsa:{bits}", "-keyout", f"{name}.key"]
        openssl(folder, "req", *key, "-subj", "/CN=127.0.0.1", "-out", f"{name}.csr")
        by = ["-CA", "ca.pem", "-CAkey", "ca.key", "-CAcreateserial", "-extfile", "names", "-days", "1", f"-{digest}"]
        openssl(folder, "x509", "-req", "-in", f"{name}.csr", *by, "-out", f"{name}.pem")


@contextlib.contextmanager
def serving(folder: Path) -> Iterator[dict[str, int]]:
    """A process a server; each says its port."""
    ports: dict[str, int] = {}
    with contextlib.ExitStack() as ends:
        for name, words in SERVERS.items():
            kind = CERTIFICATES.get(name, "new")
            shown = ["-cert", f"../{kind}.pem", "-key", f"../{kind}.key"]
            process = subprocess.Popen(
                ["timeout", "300", "openssl", "s_server", "-WWW", "-accept", "127.0.0.1:0", *shown, *words],
                cwd=folder / "pages",
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
            )
            ends.callback(process.wait)
            ends.callback(process.terminate)
            assert process.stdout is not None
            ends.callback(process.stdout.close)
            said = []
            for line in process.stdout:
                said.append(line)
                if line.startswith(b"ACCEPT"):
                    break
            assert said[-1].startswith(b"ACCEPT"), said
            ports[name] = int(said[-1].rpartition(b":")[2])
        yield ports


@contextlib.contextmanager
def legacy(folder: Path) -> Iterator[int]:
    """A server that does not know RFC 5746, by GnuTLS: OpenSSL always answers that it does.

    Raises:
        OSError: there is no GnuTLS on this machine.
    """
    tls = ctypes.CDLL("libgnutls.so.30")
    credentials, priorities = ctypes.c_void_p(), ctypes.c_void_p()
    tls.gnutls_certificate_allocate_credentials(ctypes.byref(credentials))
    files = [os.fsencode(folder / name) for name in ("new.pem", "new.key")]
    assert tls.gnutls_certificate_set_x509_key_file(credentials, *files, _PEM) == 0
    wanted = b"NORMAL:-VERS-ALL:+VERS-TLS1.2:%DISABLE_SAFE_RENEGOTIATION"
    assert tls.gnutls_priority_init(ctypes.byref(priorities), wanted, None) == 0
    page = (folder / "pages" / "page.html").read_bytes()

    def answer(peer: socket.socket) -> None:
        session = ctypes.c_void_p()
        tls.gnutls_init(ctypes.byref(session), _SERVER)
        tls.gnutls_priority_set(session, priorities)
        tls.gnutls_credentials_set(session, _CERTIFICATE, credentials)
        tls.gnutls_transport_set_int2(session, peer.fileno(), peer.fileno())
        if tls.gnutls_handshake(session) == 0:
            asked = ctypes.create_string_buffer(4096)
            length = tls.gnutls_record_recv(session, asked, ctypes.c_size_t(4096))
            found = b"200 OK" if asked.raw[:length].startswith(b"GET /page") else b"404 Not Found"
            head = b"HTTP/1.0 %s\r\nContent-Type: text/html\r\n\r\n" % found
            tls.gnutls_record_send(session, head + page, ctypes.c_size_t(len(head + page)))
            tls.gnutls_bye(session, 1)
        tls.gnutls_deinit(session)

    def serve() -> None:
        with contextlib.suppress(OSError):  # closed
            while True:
                with listening.accept()[0] as peer:
                    peer.settimeout(None)
                    answer(peer)

    with socket.create_server(("127.0.0.1", 0)) as listening:
        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        yield listening.getsockname()[1]
        listening.shutdown(socket.SHUT_RDWR)
    thread.join(20)


# GNUTLS_X509_FMT_PEM, GNUTLS_SERVER, GNUTLS_CRD_CERTIFICATE.
_PEM, _SERVER, _CERTIFICATE = 1, 1, 1


@pytest.fixture(scope="module")
def servers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Path, dict[str, int]]]:
    if shutil.which("openssl") is None:
        pytest.skip("there is no openssl on this machine")
    folder = tmp_path_factory.mktemp("tls")
    certify(folder)
    (folder / "pages").mkdir()
    (folder / "pages" / "page.html").write_text("<p>统战要闻</p>", "utf-8")
    (folder / "pages" / "robots.txt").write_text("User-agent: *\n")
    with serving(folder) as ports:
        yield folder, ports


def told(warcs: list[str]) -> dict[str, dict[str, str]]:
    """The lines of metadata records, by the port of their URL; those of the page, or else of robots.txt."""
    found: dict[str, dict[str, str]] = {}
    for warc in warcs:
        for record in reader.records(Path(warc)):
            if isinstance(record, Record) and record.kind == "metadata":
                lines = (line.partition(": ") for line in record.block.decode().splitlines())
                found[record.url.split("/")[2].partition(":")[2]] = {name: value for name, _, value in lines}
    return found


@pytest.mark.fault(rows=[32])
@pytest.mark.parametrize("tls", ["strict", "weak"])
def test_weak_tls_is_spoken_only_where_the_site_file_allows_it_and_the_verdict_is_kept(
    servers: tuple[Path, dict[str, int]], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, tls: str
) -> None:
    folder, ports = servers
    monkeypatch.setenv("SSL_CERT_FILE", str(folder / "ca.pem"))
    hosts = [f"127.0.0.1:{port}" for port in ports.values()]
    urls: list[Any] = [f"https://{host}/page.html" for host in hosts]
    out = run(None, tmp_path, urls, hosts=hosts, crawl={"allow_private": hosts, "tls": tls})
    seen = {row["url"].split("/")[2].partition(":")[2]: row for row in out["seen"]}
    lines = told(out["warcs"])
    for name, port in ports.items():
        row, about = seen[str(port)], lines[str(port)]
        if tls == "strict" and name in WEAK:
            # Of such a server not even robots.txt can be read, which closes the host for this run.
            assert (row["event"], row["reason"], row["later"]) == ("Refused", "robots_unreachable", True), name
            assert "error" in about, name
            continue
        assert (row["event"], row["body"]) == ("callback", "<p>统战要闻</p>"), (name, row, about)
        assert about["tls-verification"] == VERDICTS.get(name, "ok"), name
        assert about["tls"].split()[0] == VERSIONS.get(name, "TLSv1.2"), name


@pytest.mark.fault(rows=[32])
def test_a_server_without_secure_renegotiation_is_recorded_as_any_other(
    servers: tuple[Path, dict[str, int]], tmp_path: Path
) -> None:
    # Nobody asks it to renegotiate, and Scrapy lets these through whatever the site file says.
    with contextlib.ExitStack() as ends:
        try:
            host = f"127.0.0.1:{ends.enter_context(legacy(servers[0]))}"
        except OSError as missing:
            pytest.skip(f"a server without secure renegotiation: {missing}")
        plain = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        plain.check_hostname, plain.verify_mode = False, ssl.CERT_NONE
        address, _, port = host.partition(":")
        with pytest.raises(ssl.SSLError, match="UNSAFE_LEGACY"), socket.create_connection((address, int(port))) as peer:
            plain.wrap_socket(peer)
        out = run(None, tmp_path, [f"https://{host}/page.html"], hosts=[host], crawl={"allow_private": [host]})
    (row,) = out["seen"]
    assert (row["event"], row["body"]) == ("callback", "<p>统战要闻</p>")
    (about,) = told(out["warcs"]).values()
    assert about["tls-verification"].startswith("unable to get local issuer certificate")
