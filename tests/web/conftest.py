"""An archive with a few articles, and the application served by a real uvicorn on a free port."""

import asyncio
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from queue import Queue
from typing import Any

import httpx
import pytest
from sqlmodel import select

from news.values import (
    Article,
    Calendar,
    Claim,
    Dated,
    Language,
    Part,
    Precision,
    Provenance,
    Source,
    Span,
    Status,
    Tag,
    TagKind,
    Verb,
)
from storage import articles
from storage.articles import Arrival
from storage.engine import Store
from storage.schema import open_store
from storage.tables import AddressRow
from web.app import create_app
from web.serving import serve

NOW = datetime(2024, 5, 1, 9, tzinfo=UTC)
SENTENCE = "شهرداری یزد به عضویت مجمع شهرداران آسیا (Asian Mayors Forum) درآمد."
SCRIPT = "<script>alert('x')</script>\"'>"


def _tag(kind: TagKind, key: str) -> Tag:
    return Tag(kind=kind, key=key, alias=key, span=Span(part=Part.TEXT, start=0, end=1), rule="test")


def yazd_joins() -> Article:
    claim = Claim(
        member="111822",
        network="amf",
        verb=Verb.JOINED,
        status=Status.ANNOUNCED,
        sentence=SENTENCE,
        span=Span(part=Part.TEXT, start=0, end=len(SENTENCE)),
        confidence=0.93,
        rule="test",
    )
    return Article(
        url="https://yazd.example/news/1",
        source="yazd",
        title="یزد عضو مجمع شهرداران آسیا شد",
        text=f"{SENTENCE}\nشهردار می\u200cگوید این عضویت قطعی است.",
        authors=("روابط عمومی",),
        language=Language(code="fa", confidence=0.99),
        fetched_at=NOW,
        original_source="ایرنا",
        agency="ایسنا",
        dated=Dated(
            moment=datetime(2024, 4, 28, 20, 30, tzinfo=UTC),
            precision=Precision.DAY,
            provenance=Provenance.LIST,
            calendar=Calendar.JALALI,
        ),
        tags=(
            _tag(TagKind.NETWORK, "amf"),
            _tag(TagKind.CITY, "111822"),
            _tag(TagKind.NETWORK, "amf"),
            _tag(TagKind.CITY, "112931"),
        ),
        claims=(
            claim,
            Claim(
                member=None,
                network=None,
                verb=Verb.LEFT,
                status=Status.DENIED,
                sentence="x",
                span=Span(part=Part.TEXT, start=0, end=1),
                confidence=0.2,
                rule="test",
            ),
        ),
    )


def hostile() -> Article:
    return Article(
        url="https://evil.example/",
        source="evil",
        title=f"Barcelona {SCRIPT}",
        text=f"Barcelona hosts a summit {SCRIPT}\n<img src=x onerror=alert(1)> {{{{ 7*7 }}}}",
        language=Language(code="en", confidence=0.9),
        fetched_at=NOW,
        authors=(SCRIPT,),
        original_source=SCRIPT,
        agency=SCRIPT,
    )


def council(number: int) -> Article:
    return Article(
        url=f"https://news.example/{number}",
        source="news",
        title=f"Council meeting {number}",
        text=f"The council of Tehran met for the time {number} and spoke of parks.",
        language=Language(code="en", confidence=0.9),
        fetched_at=NOW,
        dated=Dated(
            moment=NOW - timedelta(days=30 + number), precision=Precision.SECOND, provenance=Provenance.FEED
        ),
        tags=(_tag(TagKind.CITY, "112931"),),
    )


@pytest.fixture
def yazd() -> Article:
    return yazd_joins()


@pytest.fixture(scope="session")
def web_store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    """One Persian announcement, one hostile article, 45 others; read-only for the tests."""
    opened = open_store(f"sqlite:///{tmp_path_factory.mktemp('web') / 'web.db'}")
    arrival = Arrival(now=NOW, last_good_at=NOW - timedelta(days=1))
    with opened.writing() as session:
        for article in (yazd_joins(), hostile(), *map(council, range(45))):
            articles.save(session, article, arrival)
        address = session.exec(select(AddressRow).where(AddressRow.source == "evil")).one()
        address.url = "javascript:alert(1)"  # a database restored from elsewhere may hold it
    yield opened
    opened.close()


@pytest.fixture(scope="session")
def feeds_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("feeds")
    (folder / "new-memberships.xml").write_text("<feed/>")
    (folder / "new-memberships~fa.xml").write_text("<feed>fa</feed>")
    (folder.parent / "secret.xml").write_text("<secret/>")
    return folder


@contextmanager
def _served(app: Any) -> Iterator[str]:
    """The application in a loop of its own thread, stopped by its event."""
    ready: Queue[tuple[str, asyncio.AbstractEventLoop, asyncio.Event]] = Queue()

    async def main() -> None:
        stop, loop = asyncio.Event(), asyncio.get_running_loop()
        await serve(app, "127.0.0.1", 0, lambda address: ready.put((address, loop, stop)), stop)

    thread = threading.Thread(target=asyncio.run, args=(main(),))
    thread.start()
    address, loop, stop = ready.get(timeout=20)
    try:
        yield address
    finally:  # a thread that is left keeps the process from ending
        loop.call_soon_threadsafe(stop.set)
        thread.join(timeout=20)
    assert not thread.is_alive()


@pytest.fixture(scope="session")
def served() -> Callable[[Any], Any]:
    return _served


@pytest.fixture(scope="session")
def web(web_store: Store, feeds_folder: Path) -> Iterator[httpx.Client]:
    """A client of the served application; no proxy from the environment."""
    source = Source(key="yazd", name="شهرداری یزد", timezone="Asia/Tehran")
    app = create_app(web_store, sources={"yazd": source}, feeds_folder=feeds_folder)
    with _served(app) as address, httpx.Client(base_url=address, trust_env=False) as client:
        yield client
