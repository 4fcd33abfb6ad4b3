"""Addresses as keys of rows."""

from __future__ import annotations

import hashlib
from functools import lru_cache

from news.addresses import address_key

#: PostgreSQL indexes no more than 2,700 bytes.
LONGEST_KEY = 1_000


def bounded(key: str) -> str:
    """The key itself, or a beginning with a digest of the whole; bounded again it stays as it is."""
    if len(key.encode()) <= LONGEST_KEY:
        return key
    digest = hashlib.sha256(key.encode()).hexdigest()
    start = key.encode()[: LONGEST_KEY - len(digest) - 1].decode(errors="ignore")
    return f"{start}#{digest}"


@lru_cache(maxsize=1_024)
def row_key(address: str) -> str:
    """`news.addresses.address_key`, bounded."""
    return bounded(address_key(address))
