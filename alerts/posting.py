"""The child process in which Apprise's plugins run: `python -m alerts.posting NETWORK…`.

Lines of JSON come in on standard input, one for each message, and one goes out for each. Its end is the end of the
input. An audit hook, which nothing in the process can take back, looks at each address that is about to be
dialled, by whatever plugin, and lets no plugin start a program.
"""

from __future__ import annotations

import ipaddress
import json
import logging
import os
import resource
import socket
import sys
from collections.abc import Sequence
from typing import Any

from apprise import Apprise, AppriseAsset, NotifyFormat, OverflowMode
from apprise.logger import logger

from news.dialling import is_allowed
from news.settings import Network

_DIALLING = frozenset({"socket.connect", "socket.sendto", "socket.sendmsg"})
_PROGRAMS = frozenset({"subprocess.Popen", "os.system", "os.exec", "os.posix_spawn", "os.fork", "os.forkpty"})
#: Schemes that speak to this machine alone, past every socket that could be looked at.
_OF_THIS_MACHINE = frozenset(
    {"dbus", "kde", "qt", "glib", "gnome", "macosx", "windows", "syslog", "blink1", "mailto", "mailtos"}
)
#: Bytes: plugins read answers of whatever length.
_MEMORY = 2**30


class Guard:
    """Refuses what may not be dialled, and remembers it."""

    def __init__(self, networks: Sequence[Network]) -> None:
        self._networks = tuple(networks)
        self.refused: list[str] = []

    def __call__(self, event: str, arguments: tuple[Any, ...]) -> None:
        """Called before every audited action of the process."""
        if event in _PROGRAMS:
            raise PermissionError(f"{event} is nothing that an alert needs")
        if event not in _DIALLING or arguments[-1] is None:
            return
        if arguments[0].family not in (socket.AF_INET, socket.AF_INET6):
            raise PermissionError("only the internet is dialled")
        host = str(arguments[-1][0])
        try:
            is_free = is_allowed(host, self._networks)
        except ValueError:  # a name where an address belongs: it would be looked up out of our sight
            is_free = False
        if not is_free:
            self.refused.append(host)
            raise PermissionError(f"{host} is not public")


class _Last(logging.Handler):
    """The last complaint of a plugin."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.text = ""

    def emit(self, record: logging.LogRecord) -> None:
        """Keep it."""
        self.text = record.getMessage()


def is_of_this_machine(address: str) -> bool:
    """Whether it is of a kind that Apprise is not asked for."""
    return address.partition("://")[0].lower() in _OF_THIS_MACHINE


def is_read(address: str) -> bool:
    """Whether there is a plugin that knows where to post for an address; nothing is dialled."""
    if is_of_this_machine(address):
        return False
    return Apprise.instantiate(address, asset=AppriseAsset(storage_mode="memory")) is not None


def post(asset: AppriseAsset, guard: Guard, asked: dict[str, str]) -> dict[str, Any]:
    """Post one message; tells whether it was taken, and what was said."""
    address, last = asked["address"], _Last()
    guard.refused.clear()
    if is_of_this_machine(address):
        return {"sent": False, "said": "Apprise is not asked for this kind of address"}
    logger.addHandler(last)
    try:
        plugin = Apprise.instantiate(address, asset=asset)
        if plugin is None:
            return {"sent": False, "said": "not an address that Apprise reads"}
        if "overflow=" not in address:
            plugin.overflow_mode = OverflowMode.SPLIT  # what is too long for a chat comes in several pieces
        if plugin.notify(body=asked["body"], title=asked["title"], body_format=NotifyFormat.TEXT):
            return {"sent": True, "said": f"taken by {plugin.service_name}"}
    except Exception as error:  # noqa: BLE001 (a plugin's fault is a failed delivery)
        last.text = f"{type(error).__name__}: {error}"
    finally:
        logger.removeHandler(last)
    if guard.refused:
        last.text = f"{guard.refused[-1]} is not public, and not in JARCHI_ALLOW_NETWORKS"
    return {"sent": False, "said": last.text}


def main() -> None:
    """Until the input ends."""
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)  # what a plugin prints is no answer
    guard = Guard([ipaddress.ip_network(text) for text in sys.argv[1:]])
    asset = AppriseAsset(
        app_id="Jarchi", app_desc="Jarchi", app_url="", async_mode=False, http_redirects=False,
        secure_logging=True, storage_mode="memory",
    )  # fmt: skip
    logger.setLevel(logging.WARNING)
    resource.setrlimit(resource.RLIMIT_AS, (_MEMORY, _MEMORY))
    sys.addaudithook(guard)
    for line in sys.stdin:
        answers.write(json.dumps(post(asset, guard, json.loads(line))) + "\n")
        answers.flush()


if __name__ == "__main__":
    main()
