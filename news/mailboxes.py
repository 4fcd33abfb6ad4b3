"""Mail addresses as people write them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from email.utils import parseaddr

#: RFC 5321: the longest path is 256 octets, brackets included.
_LONGEST = 254
_LOCAL = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(?:\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*")
_LABEL = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?")


@dataclass(frozen=True, slots=True, kw_only=True)
class Mailbox:
    """An address, with the name that stands before it."""

    address: str
    name: str = ""

    @property
    def domain(self) -> str:
        """What stands behind the @."""
        return self.address.rpartition("@")[2]


def mailbox(text: str) -> Mailbox:
    """The mailbox of `name@example.org` or `Name <name@example.org>`; raises ValueError for what is none."""
    if any(ord(char) < 32 or ord(char) == 127 for char in text):
        raise ValueError(f"not a mail address: {text!r}")
    name, found = parseaddr(text) if text.rstrip().endswith(">") else ("", text)
    return Mailbox(address=address(found), name=name)


def address(text: str) -> str:
    """A bare address, its domain in ASCII and lower case; raises ValueError for what is none."""
    local, at, domain = text.strip().rpartition("@")
    try:
        host = domain.encode("idna").decode("ascii").lower()
    except UnicodeError:
        host = ""
    labels = host.split(".")
    if not (at and _LOCAL.fullmatch(local) and all(map(_LABEL.fullmatch, labels))) or len(local) > 64:
        raise ValueError(f"not a mail address: {text!r}")
    if len(whole := f"{local}@{host}") > _LONGEST:
        raise ValueError(f"a mail address is at most {_LONGEST} letters long: {text!r}")
    return whole
