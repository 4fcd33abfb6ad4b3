"""`jarchi alerts connect`: addresses of channels and webhooks, which are secrets, under names that rules may hold."""

from __future__ import annotations

import hashlib
import re
import sys
from collections.abc import Iterable
from typing import Annotated

import typer

from alerts import addressbook, recipients
from alerts.addressbook import address_book
from cli.output import JsonOption, err, print_json, print_line, print_table
from news.errors import NotFound, UsageError
from news.settings import Settings, load_settings

Name = Annotated[str, typer.Argument(metavar="NAME", help="Small letters, digits, - and _.")]


def channels(json: JsonOption = False) -> None:
    """The channels and webhooks of the address book; of their addresses only what is no secret."""
    found = address_book(load_settings()).recipients()
    if json:
        print_json({"channels": [{"recipient": recipient, "address": shown} for recipient, shown in found]})
    else:
        print_table("Channels", ("recipient", "address"), found)


def connect(
    name: Name,
    address: Annotated[
        str,
        typer.Argument(help="tgram://…, slack://…, https://…; - or nothing reads it from standard input."),
    ] = "-",
    replacing: Annotated[
        bool, typer.Option("--replace", help="In place of the address that has this name.")
    ] = False,
    json: JsonOption = False,
) -> None:
    """Keep the address of a channel, or of a webhook and a new key for it, in channels.toml under a name."""
    settings = load_settings()
    if address == "-":
        address = (
            typer.prompt("Address", hide_input=True, err=True) if sys.stdin.isatty() else sys.stdin.readline()
        )
    recipient = _keep(settings, name, address.strip(), replacing=replacing)
    if json:
        print_json({"recipient": recipient, "file": str(settings.channels_file)})
        return
    print_line(f"Kept in {settings.channels_file}: {recipient}")
    if recipient.startswith("webhook:"):
        print_line("Its secret, for the receiver to verify signatures with, stands there too.")


def disconnect(name: Name, json: JsonOption = False) -> None:
    """Forget a channel or webhook of channels.toml, given as `apprise:NAME` or `webhook:NAME`."""
    settings = load_settings()
    if recipients.normal(name) != name or ":" not in name:
        raise UsageError(f"not like apprise:desk or webhook:crm: {name!r}")
    if not addressbook.drop(settings.channels_file, name):
        raise NotFound(f"{settings.channels_file} holds no {name}")
    if json:
        print_json({"forgotten": name})
    else:
        print_line(f"Forgotten: {name}")


def told(texts: Iterable[str]) -> tuple[str, ...]:
    """Recipients as rules store them; an address is kept in the address book, and its name takes its place.

    Raises UsageError for what is none, and for a name that the address book does not hold.
    """
    settings = load_settings()
    found = dict.fromkeys(_recipient(settings, text) for text in texts)
    known = {recipient for recipient, _ in address_book(settings).recipients()}
    for recipient in found:
        if recipient.startswith(("apprise:", "webhook:")) and recipient not in known:
            raise UsageError(
                f"the address book holds no {recipient}: see `jarchi alerts connect` and `channels`"
            )
    return tuple(found)


def _recipient(settings: Settings, text: str) -> str:
    if not recipients.is_address(text):
        return recipients.normal(text)
    kind = re.sub("[^a-z0-9]", "-", recipients.scheme(text))
    name = f"{kind}-{hashlib.sha256(text.encode()).hexdigest()[:8]}"
    recipient = _keep(settings, name, text)
    err.print(
        f"The address is a secret: it is kept in {settings.channels_file} as {recipient}",
        highlight=False,
        soft_wrap=True,
    )
    return recipient


def _keep(settings: Settings, name: str, address: str, *, replacing: bool = False) -> str:
    """As the address book keeps it; raises UsageError for an address that could never be dialled."""
    if recipients.is_address(address) and recipients.scheme(address) not in addressbook.NOT_POSTED:
        from alerts.posting import is_read  # noqa: PLC0415 - brings Apprise, which nothing else here needs

        if not is_read(address):
            raise UsageError(
                f"{name}: Apprise reads no address like the {recipients.scheme(address)}://… given: "
                "its kind is unknown, or a host, key or place is missing"
            )
    return addressbook.keep(settings.channels_file, name, address, replacing=replacing)
