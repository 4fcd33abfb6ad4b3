"""Articles to keep, and what their keeping gave."""

from __future__ import annotations

import ctypes
import os
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import text
from sqlmodel import Session

from news.values import (
    Article,
    Claim,
    Dated,
    Language,
    MembershipEvent,
    Part,
    Precision,
    Provenance,
    Span,
    Status,
    Tag,
    TagKind,
    Verb,
)
from storage import articles, register
from storage.articles import Arrival, Saved
from storage.engine import Store

YAZD = "111822"
STORY = "شهرداری یزد به عضویت مجمع شهرداران آسیا درآمد. " * 6


class Maker:
    """Makes values whose every part a test may name, and keeps them."""

    now = datetime(2024, 5, 1, 9, tzinfo=UTC)
    hour = timedelta(hours=1)
    day = timedelta(days=1)

    def dated(self, moment: datetime | None = None) -> Dated:
        return Dated(
            moment=moment or self.now - self.hour, precision=Precision.MINUTE, provenance=Provenance.FEED
        )

    def claim(self, **changes: Any) -> Claim:
        claim = Claim(
            member=YAZD,
            network="amf",
            verb=Verb.JOINED,
            status=Status.ANNOUNCED,
            confidence=0.9,
            sentence="شهرداری یزد به عضویت مجمع شهرداران آسیا درآمد.",
            rule="joined-fa",
            span=Span(part=Part.TEXT, start=0, end=45),
        )
        return replace(claim, **changes)

    def tag(self, kind: TagKind, key: str) -> Tag:
        return Tag(kind=kind, key=key, alias=key, span=Span(part=Part.TEXT, start=0, end=1), rule="name")

    def article(self, number: int = 1, **changes: Any) -> Article:
        article = Article(
            url=f"https://yazd.example/news/{number}",
            source="yazd",
            title=f"خبر {number}",
            text=f"{STORY}{number}",
            language=Language(code="fa", confidence=0.99),
            fetched_at=self.now,
            dated=self.dated(),
        )
        return replace(article, **changes)

    def arrival(self, **changes: Any) -> Arrival:
        arrival = Arrival(now=self.now, last_good_at=self.now - 2 * self.hour, overlapped=True)
        return replace(arrival, **changes)

    def keep(self, store: Store, article: Article, **arrival: Any) -> tuple[Saved, int]:
        with store.writing() as session:
            return articles.save(session, article, self.arrival(**arrival))

    def interrupted(self, store: Store, action: Callable[[Session], object]) -> None:
        """A write transaction that an error of ours ends after the action."""
        with store.writing() as session:
            action(session)
            raise InterruptedError

    def report(
        self, store: Store, number: int, moment: datetime, **claim: Any
    ) -> tuple[MembershipEvent, ...]:
        """Keep an article of that moment with one claim; the register after it, newest first."""
        article = self.article(number, dated=self.dated(moment), claims=(self.claim(**claim),))
        self.keep(store, article, now=moment + self.hour, last_good_at=moment - self.hour)
        return self.events(store)

    def events(self, store: Store) -> tuple[MembershipEvent, ...]:
        with store.reading() as session:
            return register.events(session)


@pytest.fixture(scope="session")
def make() -> Maker:
    return Maker()


class _Header(ctypes.Structure):
    _fields_ = (("version", ctypes.c_uint32), ("pid", ctypes.c_int))


class _Rights(ctypes.Structure):
    _fields_ = tuple((name, ctypes.c_uint32) for name in ("effective", "permitted", "inheritable"))


#: CAP_DAC_OVERRIDE and CAP_DAC_READ_SEARCH: with them root writes what nobody may write.
_OVERRIDES = 0b110


@contextmanager
def _bound_by_permissions() -> Iterator[None]:
    library = ctypes.CDLL(None, use_errno=True)
    header, rights = _Header(0x20080522, 0), (_Rights * 2)()
    library.capget(ctypes.byref(header), rights)
    held = rights[0].effective
    rights[0].effective = held & ~_OVERRIDES
    assert library.capset(ctypes.byref(header), rights) == 0, os.strerror(ctypes.get_errno())
    try:
        yield
    finally:
        rights[0].effective = held
        assert library.capset(ctypes.byref(header), rights) == 0


@pytest.fixture
def until_one_waits() -> Callable[[Store], None]:
    """Returns when a transaction of a PostgreSQL database waits for another one."""

    def wait(store: Store) -> None:
        waiting = text("SELECT count(*) FROM pg_locks WHERE NOT granted")
        while True:
            with store.reading() as session:
                if session.connection().execute(waiting).scalar():
                    return

    return wait


@pytest.fixture
def bound_by_permissions() -> Callable[[], AbstractContextManager[None]]:
    """A context in which this thread obeys the permissions of files, even as root."""
    return _bound_by_permissions
