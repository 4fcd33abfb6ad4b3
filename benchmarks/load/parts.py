"""Who works on the archive at once: one writer, readers, and the matching of alerts; each in processes of its own."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from itertools import count
from threading import Thread
from typing import Any

from alerts.delivering import match_articles, match_events
from benchmarks.searching.archive import LANGUAGES, article_of, draw, vocabulary
from benchmarks.searching.queries import Query, queries
from news.names.catalogue import networks
from news.values import Article, Claim, Dated, Part, Precision, Provenance, Span, Status, Verb
from storage import articles, rules
from storage.articles import Arrival
from storage.engine import Store
from storage.prepared import prepare
from storage.rules import Rule
from storage.schema import open_store
from storage.search import search

#: Readers of one process, as threads of a web server.
THREADS = 4
#: Articles of one transaction, and how long one waits for company, as in `crawler.writing`.
TOGETHER, _PATIENCE = 32, 0.05
#: Every so many articles one tells of a membership.
_TELLING = 20
_MATCHING_PAUSE = 1.0
_DRAWN = 500
_SENTENCE_LENGTH = 40
_HOUR = timedelta(hours=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Period:
    """How long a part lasts, seconds, from when everybody is ready."""

    seconds: float
    #: a barrier for all of a part, each in a process of its own
    ready: Any

    def begin(self) -> float:
        """Wait for the others; the end, seconds since 1970."""
        self.ready.wait()
        return time.time() + self.seconds


@dataclass(slots=True, kw_only=True)
class Heard:
    """What one part went through."""

    #: seconds of each search, transaction or matching
    taken: list[float] = field(default_factory=list)
    #: searches, articles or what was matched
    done: int = 0
    #: kinds of errors that reached it
    errors: Counter[str] = field(default_factory=Counter)
    #: the first words of one of each
    words: dict[str, str] = field(default_factory=dict)

    def measure(self, action: Callable[[], int]) -> None:
        """Do it, and note how it went."""
        start = time.perf_counter()
        try:
            self.done += action()
        except Exception as error:  # noqa: BLE001 - what reaches anyone is what is counted
            name = "database is locked" if "locked" in str(error) else type(error).__name__
            self.errors[name] += 1
            self.words.setdefault(name, str(error)[:300])
        else:
            self.taken.append(time.perf_counter() - start)


def read(url: str, period: Period, pause: float, seed: int) -> list[Heard]:
    """Readers, each of which asks for a page with facets, and looks at it for `pause` seconds."""
    asked = list(queries({language: vocabulary(language) for language in LANGUAGES}))
    with closing(open_store(url)) as store:
        with store.reading() as session:
            search(session, "x", facets=True)  # reads the columns
        heard, end = [Heard() for _ in range(THREADS)], period.begin()
        threads = [
            Thread(target=_read, args=(store, end, pause, _from(asked, seed + 31 * at), heard[at]))
            for at in range(THREADS)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    return heard


def _from(asked: Sequence[Query], start: int) -> Iterator[Query]:
    return (asked[number * 7 % len(asked)] for number in count(start))


def _read(store: Store, end: float, pause: float, asked: Iterator[Query], heard: Heard) -> None:
    while time.time() < end:
        query = next(asked)
        heard.measure(lambda query=query: _page(store, query))  # type: ignore[misc]
        time.sleep(pause)


def _page(store: Store, query: Query) -> int:
    with store.reading() as session:
        search(session, query.written, query.filters, facets=True)
    return 1


def write(url: str, period: Period, rate: float) -> list[Heard]:
    """The one writer: so many articles a second, kept whole, in the transactions of a crawl."""
    heard, made = Heard(), arriving()
    for _ in range(_DRAWN):
        prepare(next(made))  # a crawl has met most words before
    with closing(open_store(url)) as store:
        end = period.begin()
        while (now := time.time()) < end:
            due = int((now - end + period.seconds) * rate) - heard.done
            if due < 1:
                time.sleep(_PATIENCE)
                continue
            # on PostgreSQL each has a transaction of its own, for turns are taken by one call a transaction
            waiting = [next(made) for _ in range(min(due, TOGETHER if store.is_sqlite else 1))]
            heard.measure(lambda waiting=waiting: keep(store, waiting))  # type: ignore[misc]
    return [heard]


def keep(store: Store, arrived: Sequence[Article]) -> int:
    """Keep articles whole in one transaction; how many they are."""
    prepared = [prepare(article) for article in arrived]
    with store.writing() as session:
        for article, words in zip(arrived, prepared, strict=True):
            arrival = Arrival(
                now=article.fetched_at, last_good_at=article.fetched_at - _HOUR, overlapped=True
            )
            articles.save(session, article, arrival, words)
            session.flush()
            session.expunge_all()
    return len(arrived)


def arriving(first: int = 10_000_000) -> Iterator[Article]:
    """Articles that nobody has kept, published now; some with a claim. Each `first` to 10^9 begins other ones."""
    nets, began = [network.key for network in networks()], time.time_ns()
    for lot in count():
        for drawn in draw(first + lot * _DRAWN, _DRAWN, 10**9):
            now = datetime.now(UTC)
            article = article_of(drawn)
            told = () if drawn.id % _TELLING else (_claim(article, nets[drawn.id // _TELLING % len(nets)]),)
            yield replace(
                article, url=f"https://news.example/{began}/{drawn.id}", fetched_at=now, claims=told,
                dated=Dated(moment=now, precision=Precision.SECOND, provenance=Provenance.FEED),
            )  # fmt: skip


def _claim(article: Article, network: str) -> Claim:
    return Claim(
        member="111822", network=network, verb=Verb.JOINED, status=Status.ANNOUNCED, confidence=0.9,
        sentence=article.text[:_SENTENCE_LENGTH], rule="generated",
        span=Span(part=Part.TEXT, start=0, end=_SENTENCE_LENGTH),
    )  # fmt: skip


def match(url: str, period: Period) -> list[Heard]:
    """The matching of alerts, as often as the service does it: events and articles against rules."""
    heard = Heard()
    with closing(open_store(url)) as store:
        end = period.begin()
        while time.time() < end:
            heard.measure(lambda: _matched(store))
            time.sleep(_MATCHING_PAUSE)
    return [heard]


def _matched(store: Store) -> int:
    now = datetime.now(UTC)
    return match_events(store, now) + match_articles(store, now)


def make_rules(store: Store, number: int) -> None:
    """Half of them of networks, half of searches for words that some articles hold."""
    nets = [network.key for network in networks()]
    words = [word for language in LANGUAGES for word in vocabulary(language).words[300:340] if word.isalpha()]
    with store.writing() as session:
        for at in range(number):
            about = {"networks": (nets[at % len(nets)],)} if at % 2 else {"query": words[at % len(words)]}
            rule = Rule(name=f"load-{at:03}", recipients=(f"desk-{at}@example.org",), **about)
            rules.save_rule(session, rule, datetime.now(UTC))
