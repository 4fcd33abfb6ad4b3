"""Letters as e-mail: one envelope and one receipt for each recipient."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Coroutine
from contextlib import suppress
from dataclasses import dataclass
from email.headerregistry import Address, BaseHeader, HeaderRegistry, UnstructuredHeader
from email.message import EmailMessage
from email.policy import SMTP, EmailPolicy
from typing import Any, Literal

import aiosmtplib

from alerts.messages import Message
from alerts.recipients import normal
from news.errors import ChannelDown, DeliveryError, DeliveryRefused
from news.languages.quoting import one_line
from news.mailboxes import Mailbox, mailbox
from news.settings import Settings

#: Answers of 5xx that speak of us, not of the recipient: our login, or that there is none.
_OURS = frozenset({530, 534, 535, 538})
#: A whole letter may take so many times as long as a single answer.
_WHOLE = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class MailServer:
    """Who takes our mail."""

    host: str
    port: int
    tls: Literal["starttls", "tls", "none"]
    sender: Mailbox
    user: str = ""
    password: str = ""
    #: seconds for each answer
    timeout: float = 30.0


def mail_server(settings: Settings) -> MailServer | None:
    """The server of the settings; None where mail is not set up."""
    if not (settings.smtp_host and settings.smtp_from):
        return None
    return MailServer(
        host=settings.smtp_host,
        port=settings.smtp_port,
        tls=settings.smtp_tls,
        sender=mailbox(settings.smtp_from),
        user=settings.smtp_user,
        password=settings.smtp_password.get_secret_value() if settings.smtp_password else "",
        timeout=settings.smtp_timeout.total_seconds(),
    )


class _Verbatim(UnstructuredHeader, BaseHeader):
    """A header never folded: a long address would be folded into encoded words, which no mail program reads there."""

    def fold(self, *, policy: Any) -> str:
        """One line, however long."""
        return f"{self.name}: {self}{policy.linesep}"


def _policy() -> EmailPolicy[EmailMessage]:
    registry = HeaderRegistry()
    for name in ("message-id", "list-unsubscribe"):
        registry.map_to_type(name, _Verbatim)
    return SMTP.clone(cte_type="7bit", header_factory=registry)


_POLICY = _policy()


def compose(message: Message, sender: Mailbox) -> EmailMessage:
    """The mail of a message: plain text and HTML, the same at every try."""
    mail = EmailMessage(policy=_POLICY)
    mail["From"] = Address(display_name=sender.name, addr_spec=sender.address)
    mail["To"] = Address(addr_spec=normal(message.recipient))
    mail["Subject"] = message.letter.subject
    mail["Date"] = message.dated
    mail["Message-ID"] = f"<{message.identity}@{sender.domain}>"
    mail["Auto-Submitted"] = "auto-generated"
    if message.unsubscribe:
        mail["List-Unsubscribe"] = f"<{message.unsubscribe}>"
        if message.unsubscribe.startswith("https://"):  # RFC 8058 knows no other
            mail["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    mail.set_content(message.letter.text)
    mail.add_alternative(message.letter.html, subtype="html")
    mail.set_boundary(f"=-{message.identity}")
    mail["Content-Language"] = message.letter.language
    return mail


class Mailer:
    """A connection to the mail server, opened by the first letter and used for those after it."""

    def __init__(self, server: MailServer | None, tls_context: ssl.SSLContext | None = None) -> None:
        self._server, self._tls_context = server, tls_context
        self._runner = asyncio.Runner()
        self._smtp: aiosmtplib.SMTP | None = None
        self._is_used = False

    def send(self, message: Message) -> str:
        """Hand the letter to the server; returns its answer.

        Only what happens before a letter's own turn closes the road: a server that stumbles over one letter
        may well take the next.
        """
        if self._server is None:
            raise ChannelDown("no mail leaves before JARCHI_SMTP_HOST and JARCHI_SMTP_FROM are set")
        mail = compose(message, self._server.sender)
        self._is_used = True
        try:
            return self._runner.run(
                self._within(self._hand_over(mail, normal(message.recipient)), self._server)
            )
        except DeliveryError:
            raise
        except TimeoutError as error:
            self._drop()
            raise DeliveryError(f"the mail server did not answer in time: {_said(error)}") from error
        except (aiosmtplib.SMTPException, OSError) as error:
            raise DeliveryError(f"the mail server did not take the letter: {_said(error)}") from error

    def close(self) -> None:
        """Say good-bye where there is somebody to say it to."""
        if self._smtp is not None and self._server is not None:
            self._runner.run(self._leave(self._smtp, self._server))
        self._drop()
        if self._is_used:
            self._runner.run(asyncio.sleep(0))  # in which closed connections are buried
        self._runner.close()

    async def _within(self, work: Coroutine[Any, Any, str], server: MailServer) -> str:
        async with asyncio.timeout(_WHOLE * server.timeout):
            return await work

    async def _hand_over(self, mail: EmailMessage, recipient: str) -> str:
        assert self._server is not None
        smtp = await self._begin(self._server)
        try:
            await smtp.rcpt(recipient)
            taken = await smtp.data(mail.as_bytes())
        except (aiosmtplib.SMTPRecipientRefused, aiosmtplib.SMTPDataError) as error:
            await self._forget(smtp)
            kind = DeliveryRefused if 500 <= error.code < 600 and error.code not in _OURS else DeliveryError
            raise kind(_said(error)) from error
        return one_line(f"{taken.code} {taken.message}")

    async def _begin(self, server: MailServer) -> aiosmtplib.SMTP:
        """A connection on which our name was accepted; one that the server closed meanwhile is opened anew."""
        smtp, is_used = self._smtp, self._smtp is not None
        if smtp is None or not smtp.is_connected:
            smtp, is_used = await self._open(server), False
        try:
            await smtp.mail(server.sender.address)
        except aiosmtplib.SMTPServerDisconnected:
            if not is_used:
                raise
            smtp = await self._open(server)
            await smtp.mail(server.sender.address)
        except aiosmtplib.SMTPSenderRefused:
            await self._forget(smtp)
            raise
        return smtp

    async def _open(self, server: MailServer) -> aiosmtplib.SMTP:
        self._drop()
        smtp = self._smtp = aiosmtplib.SMTP(
            hostname=server.host,
            port=server.port,
            use_tls=server.tls == "tls",
            start_tls=False,
            tls_context=self._tls_context,
            timeout=server.timeout,
        )
        try:
            await smtp.connect()
            if server.tls == "starttls":
                await smtp.starttls()
            if server.user:
                await smtp.login(server.user, server.password)
        except (aiosmtplib.SMTPException, OSError, ValueError) as error:
            self._drop()
            raise ChannelDown(f"mail server {server.host}:{server.port}: {_said(error)}") from error
        return smtp

    async def _forget(self, smtp: aiosmtplib.SMTP) -> None:
        """Take the envelope back, that the next letter begins anew."""
        try:
            await smtp.rset()
        except (aiosmtplib.SMTPException, OSError):
            self._drop()

    async def _leave(self, smtp: aiosmtplib.SMTP, server: MailServer) -> None:
        transport = smtp.transport
        with suppress(aiosmtplib.SMTPException, OSError):
            async with asyncio.timeout(server.timeout):
                await smtp.quit()
        _abort(transport)

    def _drop(self) -> None:
        """Let go of the connection at once: a farewell over TLS would wait for the other side."""
        smtp, self._smtp = self._smtp, None
        if smtp is not None:
            transport = smtp.transport
            smtp.close()
            _abort(transport)


def _abort(transport: asyncio.BaseTransport | None) -> None:
    if isinstance(transport, asyncio.WriteTransport):
        transport.abort()


def _said(error: BaseException) -> str:
    """What the server answered, code first; else what happened."""
    if isinstance(error, aiosmtplib.SMTPResponseException):
        return one_line(f"{error.code} {error.message}")
    return one_line(str(error)) or type(error).__name__
