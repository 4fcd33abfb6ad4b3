"""A database with memberships in it, and a clock that moves only when told."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlmodel import Session

from alerts.messages import Message
from news.errors import DeliveryError
from news.values import (
    Article,
    Claim,
    Dated,
    Evidence,
    Freshness,
    Language,
    MembershipEvent,
    Part,
    Precision,
    Provenance,
    Span,
    Status,
    Verb,
)
from storage import articles
from storage.articles import Arrival
from storage.engine import Store
from storage.outbox import Delivery

START = datetime(2024, 5, 1, 9, tzinfo=UTC)
SENTENCE = "شهرداری یزد به عضویت مجمع شهرداران آسیا (Asian Mayors Forum) درآمد."


class ManualClock:
    """Tells the same time until it is moved."""

    def __init__(self) -> None:
        self.now = START

    def __call__(self) -> datetime:
        return self.now

    def move(self, by: timedelta) -> None:
        self.now += by


class Recorder:
    """A channel that keeps what it is given; raises what stands next in `answers` instead."""

    def __init__(self, *answers: BaseException | None) -> None:
        self.answers = list(answers)
        self.messages: list[Message] = []
        self.calls = 0

    def send(self, message: Message) -> str:
        self.calls += 1
        answer = self.answers.pop(0) if self.answers else None
        if isinstance(answer, DeliveryError):
            raise answer
        self.messages.append(message)
        if answer is not None:
            raise answer
        return "taken"


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock()


@pytest.fixture
def recorder() -> type[Recorder]:
    return Recorder


@pytest.fixture
def keep(store: Store, clock: ManualClock) -> Callable[..., int]:
    """Keep an article of today that announces a membership; returns its id."""

    def save(number: int = 1, **changes: Any) -> int:
        with store.writing() as session:
            return announce(session, clock, number, **changes)

    return save


@pytest.fixture
def hold_open(store: Store, clock: ManualClock) -> Callable[..., AbstractContextManager[None]]:
    """Keep such an article in a transaction that is committed when the block ends."""

    @contextmanager
    def hold(number: int = 1, **changes: Any) -> Iterator[None]:
        with store.writing() as session:
            announce(session, clock, number, **changes)
            yield

    return hold


def announce(
    session: Session,
    clock: ManualClock,
    number: int,
    *,
    member: str = "111822",
    network: str = "amf",
    verb: Verb = Verb.JOINED,
    status: Status = Status.ANNOUNCED,
    sentence: str = SENTENCE,
    is_news: bool = True,
) -> int:
    claim = Claim(
        member=member,
        network=network,
        verb=verb,
        status=status,
        sentence=sentence,
        span=Span(part=Part.TEXT, start=0, end=len(sentence)),
        confidence=0.9,
        rule="test",
    )
    article = Article(
        url=f"https://news.example/{number}",
        source="yazd",
        title=f"خبر {number}",
        text=f"{sentence}\n{number}",
        language=Language(code="fa", confidence=0.99),
        fetched_at=clock(),
        dated=Dated(
            moment=datetime(2024, 4, 30, 20, 30, tzinfo=UTC),
            precision=Precision.DAY,
            provenance=Provenance.LIST,
        ),
        claims=(claim,),
    )
    arrival = Arrival(now=clock(), last_good_at=clock() - timedelta(hours=1) if is_news else None)
    return articles.save(session, article, arrival)[1]


@pytest.fixture
def event() -> MembershipEvent:
    return MembershipEvent(
        id=7,
        member="111822",
        network="amf",
        verb=Verb.JOINED,
        episode=1,
        status=Status.ANNOUNCED,
        confidence=0.8,
        first_reported=datetime(2024, 4, 28, 20, 30, tzinfo=UTC),
        freshness=Freshness.NEWS,
        evidence=(
            Evidence(
                article=3, url="https://yazd.example/1", source="yazd", sentence=SENTENCE, confidence=0.8
            ),
            Evidence(article=4, url="javascript:alert(1)", source="", sentence="x", confidence=0.7),
        ),
    )


@pytest.fixture
def delivery(event: MembershipEvent) -> Delivery:
    return Delivery(
        id=1,
        event=event,
        status=event.status,
        rule="new-memberships",
        recipient="console",
        created_at=START,
        attempts=0,
        sent_at=None,
        error=None,
    )
