"""A TLS connection -> what it was, as metadata lines; and connections to servers that speak TLS as in 2010."""

from __future__ import annotations

import re
import ssl
from functools import cache
from typing import Any
from urllib.parse import urlsplit

from OpenSSL.crypto import TYPE_DSA, TYPE_RSA, X509, X509Store, X509StoreContext, X509StoreContextError
from OpenSSL.crypto import Error as CryptoError
from OpenSSL.SSL import TLS1_VERSION, TLS_CLIENT_METHOD, Connection, Context
from service_identity import VerificationError
from service_identity.exceptions import CertificateError
from service_identity.pyopenssl import verify_hostname, verify_ip_address
from twisted.internet.defer import Deferred
from twisted.internet.interfaces import (
    IOpenSSLClientConnectionCreator,
    IProtocol,
    IProtocolFactory,
    ISSLTransport,
    IStreamClientEndpoint,
)
from twisted.internet.protocol import connectionDone
from twisted.protocols.tls import BufferingTLSTransport, TLSMemoryBIOFactory
from twisted.python.failure import Failure
from zope.interface import implementer

from crawler.wire.guard import literal_address
from crawler.wire.recorder import Lines


@cache
def _trust() -> X509Store:
    """The certificate authorities that this machine trusts."""
    store = X509Store()
    paths = ssl.get_default_verify_paths()
    if paths.cafile or paths.capath:
        store.load_locations(paths.cafile, paths.capath)
    return store


def tls_lines(transport: Any, url: str) -> Lines:
    """What a TLS connection was, as metadata lines: a page is kept whatever its certificate, beside the verdict."""
    if not ISSLTransport.providedBy(transport):
        return ()
    connection: Connection = transport.getHandle()
    leaf = connection.get_peer_certificate()
    return (
        ("tls", f"{connection.get_protocol_version_name()} {connection.get_cipher_name()}"),
        ("tls-certificate", f"sha256 {leaf.digest('sha256').decode('ascii')}" if leaf else "none"),
        ("tls-verification", _verdict(connection, leaf, url) if leaf else "no certificate"),
    )


def _verdict(connection: Connection, leaf: X509, url: str) -> str:
    try:
        X509StoreContext(_trust(), leaf, connection.get_peer_cert_chain()).verify_certificate()
    except X509StoreContextError as wrong:
        return str(wrong)
    host = urlsplit(url).hostname or ""
    try:
        if literal_address(host):
            verify_ip_address(connection, host)
        else:
            verify_hostname(connection, host)
    except (VerificationError, CertificateError) as wrong:
        return f"the certificate is not for {host}: {wrong}"
    # OpenSSL gives the chain beginning with the host's certificate.
    return next(filter(None, map(_weakness, connection.get_peer_cert_chain() or ())), "ok")


def _weakness(certificate: X509) -> str | None:
    """What in a certificate has less than 112 bits of strength: OpenSSL asks for these of handshakes alone."""
    try:
        key, algorithm = certificate.get_pubkey(), certificate.get_signature_algorithm().decode("ascii")
    except (ValueError, CryptoError) as unknown:
        return f"a key or a signature of unknown kind: {unknown}"
    # Nothing depends on the signature of a self-signed certificate.
    if certificate.get_issuer() != certificate.get_subject() and re.search("sha1|md[245]", algorithm, re.IGNORECASE):
        return f"weak: signed with {algorithm}"
    # NIST SP 800-57 part 1, table 2.
    if key.type() in (TYPE_RSA, TYPE_DSA) and key.bits() < 2048:
        return f"weak: a key of {key.bits()} bits"
    return None


class TlsTransport(BufferingTLSTransport):
    """TLS over TCP that knows how the TCP connection ended: Twisted tells a reset and a missing close_notify alike.

    Attributes:
        ended: the end of the TCP connection; None: it has not ended.
    """

    ended: BaseException | None = None

    def connectionLost(self, reason: Failure = connectionDone) -> None:  # noqa: N802 - Twisted's name
        """Note the reason, then go on."""
        self.ended = reason.value
        super().connectionLost(reason)


class _TlsFactory(TLSMemoryBIOFactory):
    protocol = TlsTransport


@implementer(IStreamClientEndpoint)
class TlsEndpoint:
    """TLS on top of another endpoint, as `twisted.internet.endpoints.wrapClientTLS` makes it, with our transport."""

    def __init__(self, creator: Any, below: Any) -> None:
        self._creator = creator
        self._below = below

    def connect(self, factory: IProtocolFactory) -> Deferred[IProtocol]:
        """Connect below, and speak TLS there."""
        connecting: Deferred[Any] = self._below.connect(_TlsFactory(self._creator, True, factory))
        return connecting.addCallback(lambda transport: transport.wrappedProtocol)


@implementer(IOpenSSLClientConnectionCreator)
class WeakTls:
    """TLS as servers of 2010 speak it: Scrapy's setting of ciphers loses `@SECLEVEL` on its way through Twisted."""

    def __init__(self, host: str) -> None:
        self._host = host

    def clientConnectionForTLS(self, _: Any) -> Connection:  # noqa: N802 - Twisted's name
        """A connection that takes whatever the server has."""
        context = Context(TLS_CLIENT_METHOD)
        context.set_min_proto_version(TLS1_VERSION)
        # OpenSSL 3: level 0 permits SHA-1, and keys of less than 112 bits of strength.
        context.set_cipher_list(b"ALL:@SECLEVEL=0")
        context.set_options(_LEGACY_SERVER_CONNECT)
        connection = Connection(context, None)
        if not literal_address(self._host):
            connection.set_tlsext_host_name(self._host.encode("ascii"))
        return connection


# SSL_OP_LEGACY_SERVER_CONNECT of OpenSSL: servers without secure renegotiation (RFC 5746).
_LEGACY_SERVER_CONNECT = 0x4
