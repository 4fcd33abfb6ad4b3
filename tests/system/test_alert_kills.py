"""The sender is killed from outside again and again, between an event and its receipt, by mail and by webhook.

The servers are real ones that refuse, hang up, take their time, are down for a while, or accept just when we die. No
event stays without its alert, and nobody is told twice but where a server accepted and we died before the receipt:
then under the same Message-ID or webhook-id. `KILLS=200` kills more often; a seed is printed, and `SEED=…` draws the same
moments and moods again.
"""

from __future__ import annotations

import asyncio
import os
import random
import signal
import smtplib
import subprocess
import sys
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import pytest

from alerts.addressbook import keep as keep_address
from alerts.messages import identity
from storage import outbox, rules
from storage.engine import Store
from storage.outbox import Delivery, DeliveryState
from storage.rules import Rule
from tests.alerts.conftest import ManualClock, announce
from tests.alerts.receiver import Receiver, Request, receiving
from tests.alerts.smtp import Postman, free_port, mail_server
from tests.alerts.test_kills import whole_url

pytestmark = [pytest.mark.system, pytest.mark.timeout(1800)]

ROOT = Path(__file__).parents[2]
KILLS = int(os.environ.get("KILLS", "25"))
#: of each kill
EVENTS = 3
RECIPIENTS = ("a@example.org", "b@example.org", "webhook:crm")
MOMENTS = (
    "clock",
    "clock",
    "clock",
    "rcpt",
    "mail taken",
    "mail answered",
    "asked",
    "hook taken",
    "hook answered",
)
#: Stays up, and forks a sender for each line that it reads: a fork costs milliseconds, a new program a second.
_NURSERY = """
import io, os, sys, time
from contextlib import closing
from cli.telling import tell
from news.settings import load_settings
from storage import outbox
from storage.outbox import DeliveryState
from storage.schema import open_store

def send():
    settings = load_settings()
    with closing(open_store(settings.database)) as store:
        while True:  # a killed server process may hold the lock of the dead for a moment
            tell(settings, store, io.StringIO())
            with store.reading() as session:
                if not outbox.deliveries(session, state=DeliveryState.WAITING, limit=1):
                    return
            time.sleep(0.02)

print("ready", flush=True)
for _ in sys.stdin:
    child = os.fork()
    if not child:
        try:
            send()
        finally:
            os._exit(0 if sys.exc_info()[0] is None else 1)
    print(child, flush=True)
    print(os.waitpid(child, 0)[1], flush=True)
"""


class Nursery:
    """Starts senders one after the other."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self._process = process
        assert self._line() == "ready"

    def begin(self) -> int:
        assert self._process.stdin is not None
        self._process.stdin.write("go\n")
        self._process.stdin.flush()
        return int(self._line())

    def end(self) -> int:
        """The exit status of the sender begun last, when it has ended."""
        return int(self._line())

    def _line(self) -> str:
        assert self._process.stdout is not None
        return self._process.stdout.readline().strip()


class World:
    """The servers, in whatever mood, and what they accepted."""

    def __init__(self, chance: random.Random) -> None:
        self.chance, self.postman = chance, Postman()
        self._mood = random.Random(chance.random())
        self.receiver = Receiver(answer=self._answer, on_taken=lambda _: self._passes("hook taken"))
        self.mail_port, self.hook_port = free_port(), free_port()
        self.is_calm = False
        self._victim, self._moment, self._left = 0, "", 0
        self._lock, self._busy = threading.Condition(), 0
        self.postman.on_rcpt, self.postman.on_data = self._on_rcpt, self._on_data

    @contextmanager
    def open(self, *, mail: bool = True, hook: bool = True) -> Iterator[None]:
        with ExitStack() as stack:
            if mail:
                stack.enter_context(mail_server(self.postman, self.mail_port))
            if hook:
                stack.enter_context(receiving(self.receiver, self.hook_port))
            yield

    def hunt(self, victim: int, moment: str) -> None:
        """Kill this process at the moment, the first or a later time that it comes."""
        with self._lock:
            self._victim, self._moment, self._left = victim, moment, self.chance.randint(1, 4)

    def shoot(self) -> None:
        """Kill it now, if it still lives."""
        with self._lock:
            if self._victim:
                os.kill(self._victim, signal.SIGKILL)
            self._victim = 0

    def calm_down(self) -> None:
        """Let no one be hunted any more; returns when no server has anything in its hands."""
        with self._lock:
            self._victim = 0
            assert self._lock.wait_for(lambda: self._busy == 0, 30)

    def told(self) -> Counter[str]:
        return Counter([*self.postman.identities, *self.receiver.identities])

    def _passes(self, moment: str) -> None:
        with self._lock:
            if moment != self._moment or not self._victim:
                return
            self._left -= 1
        if self._left == 0:
            self.shoot()

    def _on_rcpt(self, _: str) -> str | None:
        self._passes("rcpt")
        return "451 not now" if not self.is_calm and self._mood.random() < 0.1 else None

    def _on_data(self, _: Any) -> None:
        self._passes("mail taken")
        asyncio.get_running_loop().call_soon(self._passes, "mail answered")

    def _answer(self, _: Request) -> bytes:
        with self._lock:
            self._busy += 1
        try:
            self._passes("asked")
            mood = 1.0 if self.is_calm else self._mood.random()
            if mood < 0.1:
                return b"HTTP/1.1 503 Later\r\nContent-Length: 0\r\n\r\n"
            if mood < 0.15:
                return b""
            if mood < 0.3:  # slow, and it accepts even though we have died meanwhile
                threading.Event().wait(0.05)
            threading.Timer(0.002, self._passes, ("hook answered",)).start()
            return b"HTTP/1.1 204 Taken\r\n\r\n"
        finally:
            with self._lock:
                self._busy -= 1
                self._lock.notify_all()


@pytest.fixture
def nursery(store: Store, tmp_path: Path) -> Iterator[Callable[[World], Nursery]]:
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("JARCHI_")}
    with ExitStack() as stack:

        def start(world: World) -> Nursery:
            keep_address(tmp_path / "channels.toml", "crm", f"http://127.0.0.1:{world.hook_port}/hook")
            settings = {
                "JARCHI_HOME": str(tmp_path), "JARCHI_DATABASE_URL": whole_url(store),
                "JARCHI_SMTP_HOST": "127.0.0.1", "JARCHI_SMTP_PORT": str(world.mail_port),
                "JARCHI_SMTP_TLS": "none", "JARCHI_SMTP_FROM": "jarchi@example.org",
                "JARCHI_ALERT_BUDGET": "0", "JARCHI_ALLOW_NETWORKS": "127.0.0.0/8",
                "JARCHI_ALERT_FIRST_WAIT": "0.02", "JARCHI_ALERT_LONGEST_WAIT": "0.1",
            }  # fmt: skip
            process = stack.enter_context(
                subprocess.Popen(
                    [sys.executable, "-c", _NURSERY], cwd=ROOT, env={**inherited, **settings}, text=True,
                    stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                )
            )  # fmt: skip
            stack.callback(process.kill)
            return Nursery(process)

        yield start


def name_of(delivery: Delivery) -> str:
    """What the server knows the delivery by."""
    own = identity(delivery)
    return own if delivery.recipient.startswith("webhook:") else f"<{own}@example.org>"


def unsent(store: Store) -> set[str]:
    """Names of what has no receipt."""
    with store.reading() as session:
        return {
            name_of(one) for one in outbox.deliveries(session, state=DeliveryState.WAITING, limit=100_000)
        }


def settle_mail(world: World) -> None:
    """Have the mail server read what a dead client has left in its buffers: it serves its connections in turn."""
    with smtplib.SMTP("127.0.0.1", world.mail_port, timeout=30) as client:
        for _ in range(5):
            client.noop()


def one_kill(world: World, sender: Nursery, moment: str) -> bool:
    """Begin a sender and have it killed; whether it was before it ended by itself."""
    down = {} if moment != "clock" else world.chance.choice(({}, {"mail": False}, {"hook": False}))
    with world.open(**down):
        world.hunt(sender.begin(), moment)
        shot = threading.Timer(world.chance.uniform(0, 0.4) if moment == "clock" else 3.0, world.shoot)
        shot.start()
        status = sender.end()
        shot.cancel()
        world.calm_down()
        if "mail" not in down:
            settle_mail(world)
    assert os.WIFSIGNALED(status) or status == 0, f"the sender failed by itself: {status}"
    return os.WIFSIGNALED(status)


def test_killed_at_any_moment_nobody_is_left_out_and_nobody_told_twice_under_two_names(
    store: Store, engine_name: str, nursery: Callable[[World], Nursery], capfd: pytest.CaptureFixture[str]
) -> None:
    seed = int(os.environ.get("SEED", random.randrange(2**32)))
    chance, clock = random.Random(seed), ManualClock()
    world, killed, orphans, events = World(chance), Counter[str](), Counter[str](), 0
    with store.writing() as session:
        rules.save_rule(session, Rule(name="r", recipients=RECIPIENTS), clock())
    sender = nursery(world)
    while killed.total() < KILLS:
        assert events < 40 * KILLS, "senders end before they are killed"
        for _ in range(EVENTS):
            events += 1
            with store.writing() as session:
                announce(session, clock, events, member=str(1_000_000 + events))
        moment, before = chance.choice(MOMENTS), world.told()
        if one_kill(world, sender, moment):
            killed[moment] += 1
        waiting = unsent(store)
        orphans.update(name for name in world.told() - before if name in waiting)
    world.is_calm = True
    with world.open():
        sender.begin()
        assert sender.end() == 0
    with store.reading() as session:
        sent = outbox.deliveries(session, limit=100_000)
    told = world.told()
    with capfd.disabled():
        sys.stdout.write(
            f"\n{engine_name}, seed {seed}: {killed.total()} kills ({', '.join(f'{n} {m}' for m, n in killed.items())}); "
            f"{events} events, {len(sent)} alerts, {told.total()} accepted, {told.total() - len(told)} twice, "
            f"each of these accepted just before a death\n"
        )
    assert len(sent) == events * len(RECIPIENTS)
    assert {delivery.state for delivery in sent} == {DeliveryState.SENT}
    assert set(told) == set(map(name_of, sent))
    assert {name: count - 1 for name, count in told.items() if count > 1} == dict(orphans)
