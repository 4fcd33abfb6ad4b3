"""The sender is killed from outside at random moments: no event without its alert, none told twice under two names."""

from __future__ import annotations

import asyncio
import os
import random
import subprocess
import sys
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from alerts.delivering import run_once
from alerts.messages import identity
from storage import outbox, rules
from storage.engine import Store
from storage.outbox import DeliveryState
from storage.rules import Rule
from tests.alerts.smtp import Postman, mail_server

ROOT = Path(__file__).parents[2]
KILLS, EVENTS, RECIPIENTS = 6, 15, ("a@example.org", "b@example.org")
_SENDER = """
import io, sys
from contextlib import closing
from datetime import UTC, datetime
from cli.telling import tell
from news.settings import load_settings
from storage import outbox
from storage.schema import open_store

settings = load_settings()
with closing(open_store(settings.database)) as store:
    print("ready", flush=True)
    while True:  # a killed server process may hold the lock of the dead for a moment
        tell(settings, store, io.StringIO())
        with store.reading() as session:
            if not outbox.due(session, datetime.now(UTC)):
                break
"""


def whole_url(store: Store) -> str:
    """The address with its password."""
    return store._writers.url.render_as_string(hide_password=False)


@pytest.fixture
def start(store: Store, tmp_path: Path) -> Callable[[int], subprocess.Popen[str]]:
    """Start a process that sends what waits, to a mail server at a port; it is ready when this returns."""
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("JARCHI_")}

    def begin(port: int) -> subprocess.Popen[str]:
        settings = {
            "JARCHI_HOME": str(tmp_path), "JARCHI_DATABASE_URL": whole_url(store),
            "JARCHI_SMTP_HOST": "127.0.0.1", "JARCHI_SMTP_PORT": str(port), "JARCHI_SMTP_TLS": "none",
            "JARCHI_SMTP_FROM": "jarchi@example.org", "JARCHI_ALERT_BUDGET": "0",
        }  # fmt: skip
        process = subprocess.Popen(
            [sys.executable, "-c", _SENDER],
            cwd=ROOT,
            env={**inherited, **settings},
            stdout=subprocess.PIPE,
            text=True,
        )
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
        return process

    return begin


def kill_at(moment: str, chance: random.Random, process: subprocess.Popen[str], postman: Postman) -> None:
    """Have the process killed at a moment; returns when it has ended."""
    left = chance.randint(1, 4)

    def is_time() -> bool:
        nonlocal left
        left -= 1
        return left == 0

    def on_rcpt(_: str) -> None:
        if moment == "rcpt" and is_time():
            process.kill()

    def on_data(_: Any) -> None:
        if moment == "accepted" and is_time():
            process.kill()
        if moment == "answered" and is_time():
            asyncio.get_running_loop().call_soon(process.kill)

    postman.on_rcpt, postman.on_data = on_rcpt, on_data
    try:
        process.wait(chance.uniform(0, 0.3) if moment == "clock" else 60)
    except subprocess.TimeoutExpired:
        process.kill()
    with process:
        process.wait()
    postman.on_rcpt, postman.on_data = (lambda _: None), (lambda _: None)


@pytest.mark.service
def test_a_sender_killed_at_random_moments_loses_nothing_and_repeats_under_one_name(
    start: Callable[[int], subprocess.Popen[str]], store: Store, keep: Callable[..., int], clock: Any
) -> None:
    seed = random.randrange(2**32)
    sys.stdout.write(f"seed {seed}\n")
    chance, postman = random.Random(seed), Postman()
    with store.writing() as session:
        rules.save_rule(session, Rule(name="r", recipients=RECIPIENTS), clock())
    for number in range(EVENTS):
        keep(number, member=str(1_000_000 + number))
    with mail_server(postman) as port:
        for _ in range(KILLS):
            kill_at(chance.choice(["clock", "rcpt", "accepted", "answered"]), chance, start(port), postman)
        with start(port) as last:
            assert last.wait(120) == 0
    with store.reading() as session:
        sent = outbox.deliveries(session)
    assert len(sent) == EVENTS * len(RECIPIENTS)
    assert {delivery.state for delivery in sent} == {DeliveryState.SENT}
    told = Counter(postman.identities)
    assert set(told) == {f"<{identity(delivery)}@example.org>" for delivery in sent}
    sys.stdout.write(f"{len(told)} letters, {told.total() - len(told)} repeated, after {KILLS} kills\n")
    assert told.total() - len(told) <= KILLS
    assert max(told.values()) <= 1 + KILLS


@pytest.mark.parametrize("engine_name", ["postgresql"], indirect=True)  # SQLite has one writer at a time
def test_one_writer_is_held_open_while_another_commits_and_both_alert(
    store: Store,
    keep: Callable[..., int],
    hold_open: Callable[..., Any],
    recorder: Any,
    tmp_path: Path,
    clock: Any,
) -> None:
    with store.writing() as session:
        rules.save_rule(session, Rule(name="r", recipients=("a@example.org",)), clock())
    channel = recorder()
    # in other words: writers of copies take turns
    with hold_open(1, member="111822", sentence="Yazd has become a member of the Asian Mayors Forum, the mayor says."):
        keep(2, member="112931")
        assert len(run_once(store, lambda _: channel, tmp_path, clock).deliveries) == 1
    assert len(run_once(store, lambda _: channel, tmp_path, clock).deliveries) == 1
    assert len({message.identity for message in channel.messages}) == 2
