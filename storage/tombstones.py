"""What was forgotten, and must never be fetched or kept again."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from functools import cache

from sqlalchemy import bindparam, or_, select
from sqlmodel import Session, col

from storage.keys import row_key
from storage.ledger import ADDRESS, TEXT, hash_of_address
from storage.statements import Built, table_of
from storage.storytables import TombstoneRow

#: Keys asked for at once.
_CHUNK = 1_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Tombstone:
    """That an article was forgotten, when, why and by whom; nothing of what it said."""

    #: the id that it had; 0 where the database never held it, as after the restore of an older one
    article: int
    #: `storage.keys.row_key` of each of its addresses; none of which the ledger alone knows, by its hash
    keys: tuple[str, ...]
    reason: str
    forgotten_by: str
    forgotten_at: datetime
    #: when nothing of it was left in files either; None where that is still to be done
    finished_at: datetime | None


def text_key(digest: str) -> str:
    """The key of a text by its hash, which tells nothing of it."""
    return f"{TEXT}{digest}"


def hidden_key(key: str) -> str:
    """The key of an address of which the hash alone is known: from the ledger, after a restore."""
    return f"{ADDRESS}{hash_of_address(key)}"


def refuses(session: Session, keys: Iterable[str], digest: str | None) -> bool:
    """Whether one of the addresses, or the text where one is asked about, was forgotten."""
    addresses = list(keys)
    text = () if digest is None else (text_key(digest),)
    wanted = {f"key{at}": key for at, key in enumerate((*addresses, *map(hidden_key, addresses), *text))}
    return bool(wanted) and _one_of(len(wanted)).value(session, **wanted) is not None


def standing(session: Session, keys: Iterable[str]) -> frozenset[str]:
    """Those of the keys of addresses that were forgotten."""
    wanted, found = list(keys), set[str]()
    if session.scalars(_ANY).first() is None:
        return frozenset()
    for start in range(0, len(wanted), _CHUNK):
        asked = {name: key for key in wanted[start : start + _CHUNK] for name in (key, hidden_key(key))}
        found.update(asked[name] for name in session.scalars(_FOUND, {"keys": list(asked)}))
    return frozenset(found)


def is_forgotten(session: Session, address: str) -> bool:
    """Whether the article of an address was forgotten."""
    return bool(standing(session, (row_key(address),)))


def all_tombstones(session: Session, *, article_id: int | None = None) -> tuple[Tombstone, ...]:
    """All of them, or those of the articles that had an id; the newest first."""
    query = select(TombstoneRow).order_by(col(TombstoneRow.forgotten_at).desc(), col(TombstoneRow.key))
    query = query.where(col(TombstoneRow.article_id) == article_id) if article_id is not None else query
    groups: dict[tuple[int, datetime], list[TombstoneRow]] = {}
    for row in session.scalars(query):
        groups.setdefault((row.article_id, row.forgotten_at), []).append(row)
    return tuple(
        Tombstone(
            article=article,
            keys=tuple(row.key for row in rows if not row.key.startswith((TEXT, ADDRESS))),
            reason=rows[0].reason,
            forgotten_by=rows[0].forgotten_by,
            forgotten_at=moment,
            finished_at=rows[0].finished_at,
        )
        for (article, moment), rows in groups.items()
    )


@cache
def _one_of(count: int) -> Built:
    key = table_of(TombstoneRow).c.key
    return Built(select(key).where(or_(*(key == bindparam(f"key{at}") for at in range(count)))).limit(1))


_ANY = select(table_of(TombstoneRow).c.key).limit(1)
_FOUND = select(table_of(TombstoneRow).c.key).where(
    table_of(TombstoneRow).c.key.in_(bindparam("keys", expanding=True))
)
