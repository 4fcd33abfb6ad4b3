"""`python -m benchmarks.alerting`: events matched against rules and queued, and mails handed to a server.

By the clock, and as CPU time of this process; the mail server is a process of its own on loopback. The database is SQLite,
or an empty one of PostgreSQL that `--database` names.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from io import StringIO
from pathlib import Path
from tempfile import TemporaryDirectory

from rich.console import Console
from rich.table import Table
from sqlalchemy import delete, insert
from sqlmodel import Session

from alerts.channels import open_channels
from alerts.delivering import Habits, match_events, run_once
from alerts.sending import Patience
from news.names import catalogue
from news.settings import fixed_settings
from news.values import (
    Article,
    Dated,
    Freshness,
    Language,
    Precision,
    Provenance,
    Status,
    Verb,
)
from storage import articles, outbox, rules
from storage.articles import Arrival
from storage.engine import Store
from storage.rules import Rule
from storage.schema import open_store
from storage.tables import ClaimRow, EventRow, RuleRow

NOW = datetime(2026, 1, 5, 9, tzinfo=UTC)
_SENTENCE = "The city has joined the network, its mayor said on Monday."
_MEMBERS = ("111822", "112931", "113646", "745044", "108410", "98182", "2988507", "2643743")
_COUNTRIES = ("IR", "IR", "IR", "TR", "SA", "IQ", "FR", "GB")
_LANGUAGES = ("fa", "ar", "tr", "en")
#: One process that takes mails until its input ends.
_SERVER = """
import sys
from aiosmtpd.controller import UnthreadedController
import asyncio

class Handler:
    async def handle_DATA(self, server, session, envelope):
        return "250 taken"

async def serve():
    loop = asyncio.get_running_loop()
    controller = UnthreadedController(Handler(), hostname="127.0.0.1", port=0, loop=loop)
    server = await controller._create_server()
    print(server.sockets[0].getsockname()[1], flush=True)
    await loop.run_in_executor(None, sys.stdin.read)
    server.close()

asyncio.run(serve())
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One thing measured."""

    name: str
    clock: float
    cpu: float
    #: what the project wants, seconds by the clock; nothing fails here
    goal: float
    #: deliveries made, or mails taken
    count: int


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure and print; there are no thresholds."""
    parser = argparse.ArgumentParser(prog="benchmarks.alerting", description=__doc__)
    parser.add_argument("--events", type=int, default=20_000, metavar="N")
    parser.add_argument("--rules", type=int, default=200, metavar="N")
    parser.add_argument("--mails", type=int, default=1000, metavar="N")
    parser.add_argument("--database", metavar="URL", help="an empty one instead of SQLite")
    parser.add_argument("--json", action="store_true", help="one JSON object instead of a table")
    options = parser.parse_args(arguments)
    with TemporaryDirectory(prefix="alerting-") as folder:
        url = options.database or f"sqlite:///{folder}/archive.db"
        with closing(open_store(url)) as store:
            rows = list(measure(store, Path(folder), options.events, options.rules, options.mails))
    if options.json:
        found = {
            row.name: {"s": row.clock, "cpu": row.cpu, "goal": row.goal, "count": row.count} for row in rows
        }
        print(json.dumps(found, ensure_ascii=False))
    else:
        Console().print(_table(rows))
    return 0


def measure(store: Store, folder: Path, events: int, number_of_rules: int, mails: int) -> Iterator[Row]:
    """Both rows, on an empty database."""
    _fill(store, events)
    with store.writing() as session:
        for rule in _rules(number_of_rules):
            rules.save_rule(session, rule, NOW)
    clock, cpu, matched = _timed(lambda: match_events(store, NOW))
    assert matched == events
    with store.reading() as session:
        queued = sum(1 for unit in outbox.due(session, NOW) for _ in unit.deliveries)
    yield Row(
        name=f"{events} events against {number_of_rules} rules, matched and queued", clock=clock, cpu=cpu,
        goal=20, count=queued,
    )  # fmt: skip
    _leave(store, mails)
    with _mail_server() as port:
        settings = fixed_settings(
            home=folder,
            smtp_host="127.0.0.1",
            smtp_port=port,
            smtp_tls="none",
            smtp_from="jarchi@example.org",
        )
        habits = Habits(budget=0, patience=Patience(run_limit=timedelta(hours=1)))

        def send() -> int:
            with open_channels(settings, StringIO()) as channels:
                return len(run_once(store, channels, folder / "feeds", lambda: NOW, habits).deliveries)

        clock, cpu, sent = _timed(send)
    yield Row(name=f"{sent} mails handed to a local server", clock=clock, cpu=cpu, goal=20, count=sent)


def _fill(store: Store, events: int) -> None:
    """Articles with the claims and events of a hundred announcements each, all of them news."""
    networks = [network.key for network in catalogue.networks()]
    for start in range(0, events, 100):
        numbers = range(start, min(start + 100, events))
        with store.writing() as session:
            language = _LANGUAGES[start // 100 % len(_LANGUAGES)]
            _, article = articles.save(session, _article(start, language), Arrival(now=NOW))
            _announce(session, article, numbers, networks)


def _article(number: int, language: str) -> Article:
    return Article(
        url=f"https://news.example/{number}",
        source="news",
        title=f"Announcement {number}",
        text=f"{_SENTENCE} {number}",
        language=Language(code=language, confidence=0.99),
        fetched_at=NOW,
        dated=Dated(moment=NOW, precision=Precision.DAY, provenance=Provenance.LIST),
    )


def _announce(session: Session, article: int, numbers: range, networks: Sequence[str]) -> None:
    events, claims = [], []
    for position, number in enumerate(numbers):
        member, network = _MEMBERS[number % len(_MEMBERS)], networks[number // len(_MEMBERS) % len(networks)]
        shared = {
            "member": member,
            "network": network,
            "verb": Verb.JOINED.value,
            "status": Status.ANNOUNCED.value,
        }
        events.append({
            **shared, "id": number + 1, "episode": number // (len(_MEMBERS) * len(networks)) + 1, "confidence": 0.9,
            "first_reported": NOW, "last_evidence": NOW, "freshness": Freshness.NEWS.value, "matched_at": None,
        })  # fmt: skip
        claims.append({
            **shared, "article_id": article, "position": position, "sentence": _SENTENCE, "part": "text",
            "span_start": 0, "span_end": len(_SENTENCE), "confidence": 0.9, "rule": "benchmark",
            "event_id": number + 1,
        })  # fmt: skip
    session.connection().execute(insert(EventRow), events)
    session.connection().execute(insert(ClaimRow), claims)


def _rules(number: int) -> Iterator[Rule]:
    """A quarter each by network, by country and language, by network and city, by confidence and three networks."""
    networks = [network.key for network in catalogue.networks()]
    for position in range(number):
        name, own = f"rule-{position:04}", networks[position % len(networks)]
        to = (f"desk-{position}@example.org",)
        kind, turn = position % 4, position // 4
        if kind == 0:
            yield Rule(name=name, recipients=to, networks=(own,))
        elif kind == 1:
            country, language = _COUNTRIES[turn % len(_COUNTRIES)], _LANGUAGES[turn % len(_LANGUAGES)]
            yield Rule(name=name, recipients=to, countries=(country,), languages=(language,))
        elif kind == 2:
            yield Rule(name=name, recipients=to, networks=(own,), cities=(_MEMBERS[turn % len(_MEMBERS)],))
        else:
            three = tuple(networks[(position + step) % len(networks)] for step in range(3))
            yield Rule(name=name, recipients=to, networks=three, confidence=0.8)


def _leave(store: Store, mails: int) -> None:
    """Leave so many deliveries waiting, and no rule whose feed would be written."""
    with store.writing() as session:
        due = [delivery for unit in outbox.due(session, NOW) for delivery in unit.deliveries]
        outbox.receipt(session, due[mails:], NOW)
        session.connection().execute(delete(RuleRow))


@contextmanager
def _mail_server() -> Iterator[int]:
    command = [sys.executable, "-c", _SERVER]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:  # noqa: S603
        assert process.stdout is not None
        assert process.stdin is not None
        try:
            yield int(process.stdout.readline())
        finally:
            process.stdin.close()


def _timed(work: Callable[[], int]) -> tuple[float, float, int]:
    clock, cpu = time.perf_counter(), time.process_time()
    done = work()
    return time.perf_counter() - clock, time.process_time() - cpu, done


def _table(rows: Sequence[Row]) -> Table:
    table = Table("", "clock s", "CPU s", "goal s", "deliveries", title="Alerts", title_justify="left")
    for row in rows:
        table.add_row(row.name, f"{row.clock:.1f}", f"{row.cpu:.1f}", f"under {row.goal:g}", str(row.count))
    return table


if __name__ == "__main__":
    sys.exit(main())
