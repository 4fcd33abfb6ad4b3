"""A real mail server on loopback that answers as it is told, and remembers what it accepted."""

from __future__ import annotations

import asyncio
import socket
import ssl
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from email.message import EmailMessage
from email.parser import BytesParser
from email.policy import default
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, Session

#: What it answers to one command; None for its usual answer.
Answer = str | None


class Postman:
    """The handler; a test sets what each command is answered."""

    def __init__(self) -> None:
        self.mails: list[EmailMessage] = []
        self.envelopes: list[tuple[str | None, list[str]]] = []
        self.sessions = 0
        self.on_rcpt: Callable[[str], Answer] = lambda _: None
        #: asked after the mail has been accepted for good: what is answered changes nothing
        self.on_data: Callable[[EmailMessage], Answer] = lambda _: None
        #: asked before
        self.on_content: Callable[[EmailMessage], Answer] = lambda _: None
        self.hangs = False
        self.hangs_up = False

    async def handle_EHLO(  # noqa: N802
        self, server: SMTP, session: Session, envelope: Envelope, hostname: str, responses: list[str]
    ) -> list[str]:
        self.sessions += 1
        session.host_name = hostname
        return responses

    async def handle_RCPT(  # noqa: N802
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if answer := self.on_rcpt(address):
            return answer
        envelope.rcpt_tos.append(address)
        return "250 known"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        assert isinstance(envelope.content, bytes)
        mail = BytesParser(policy=default).parsebytes(envelope.content)
        assert isinstance(mail, EmailMessage)
        if self.hangs:
            await asyncio.Event().wait()
        if refusal := self.on_content(mail):
            return refusal
        self.envelopes.append((envelope.mail_from, list(envelope.rcpt_tos)))
        self.mails.append(mail)
        answer = self.on_data(mail)
        if self.hangs_up:
            assert server.transport is not None
            server.transport.abort()
        return answer or f"250 taken as {len(self.mails)}"

    @property
    def identities(self) -> list[str]:
        return [str(mail["message-id"]) for mail in self.mails]


class _Quick(Controller):
    """Takes a free port, and cuts its connections when it stops."""

    def _trigger_server(self) -> None:
        """The port is listened on already: nobody needs to try it."""


@contextmanager
def mail_server(postman: Postman, port: int = 0, **options: Any) -> Iterator[int]:
    """The port of a server that runs until the end of the block."""
    controller = Controller(
        postman, hostname="127.0.0.1", port=port or free_port(), ready_timeout=20, **options
    )
    controller.start()
    try:
        yield controller.port
    finally:
        controller.stop(no_assert=True)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def accepts_password(user: str, password: str) -> Callable[..., AuthResult]:
    def judge(server: SMTP, session: Session, envelope: Envelope, mechanism: str, data: Any) -> AuthResult:
        return AuthResult(
            success=(data.login, data.password) == (user.encode(), password.encode()), handled=False
        )

    return judge


def tls_contexts(folder: Any) -> tuple[ssl.SSLContext, ssl.SSLContext]:
    """A server's context with a certificate of its own for localhost, and a client's that trusts it."""
    from datetime import UTC, datetime, timedelta  # noqa: PLC0415
    from ipaddress import ip_address  # noqa: PLC0415

    from cryptography import x509  # noqa: PLC0415
    from cryptography.hazmat.primitives import hashes, serialization  # noqa: PLC0415
    from cryptography.hazmat.primitives.asymmetric import ec  # noqa: PLC0415

    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "127.0.0.1")])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    (folder / "certificate.pem").write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    (folder / "key.pem").write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
    )
    server = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    server.load_cert_chain(folder / "certificate.pem", folder / "key.pem")
    client = ssl.create_default_context(cafile=str(folder / "certificate.pem"))
    return server, client
