"""`jarchi doctor`: whether this machine has what Jarchi needs, and what to do where it has not."""

from __future__ import annotations

import errno
import getpass
import os
import shutil
import socket
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path

import typer
from rich.filesize import decimal
from sqlmodel import Session

from alerts.mail import mail_server
from alerts.recipients import is_mail
from alerts.rules import DEFAULT_RULE
from cli.output import JsonOption, print_json, print_table
from cli.room import room
from crawler.browser.needs import missing
from news.errors import AlreadyRunning, BackupError, JarchiError, SourceError
from news.settings import Settings, load_settings
from news.values import Source
from scheduler.clock import is_enabled
from spiders.catalogue import load_sources
from storage import outbox, rules, runs
from storage.backups import dumping
from storage.engine import Store, connect, masked
from storage.locks import sole_service
from storage.outbox import DeliveryState
from storage.schema import require_current, revision, revisions

app = typer.Typer(add_completion=False)

#: Bytes below which a disk is nearly full.
_LITTLE = 2 * 10**9
#: Bytes that are tried in the home: what a database needs to begin.
_WRITTEN = 1 << 20


class Health(StrEnum):
    """How a part fares."""

    OK = "ok"
    #: works, and somebody should look
    WARNING = "warning"
    FAULT = "fault"


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """What was found of one part."""

    part: str
    health: Health
    said: str


@app.command()
def doctor(json: JsonOption = False) -> None:
    """Look at settings, home, database, disk, sources, service, mail and tools, and say what to do; 1 where something is at fault."""
    found = list(_findings())
    if json:
        print_json({"findings": [asdict(finding) for finding in found]})
    else:
        print_table(
            "",
            ("part", "health", "what was found"),
            [(one.part, one.health.value, one.said) for one in found],
        )
    if any(finding.health is Health.FAULT for finding in found):
        raise typer.Exit(1)


def _findings() -> Iterator[Finding]:
    try:
        settings = load_settings()
    except JarchiError as error:
        yield _fault("settings", error)
        return
    yield _ok("settings", "every one is understood")
    home = _home(settings.home)
    yield home
    is_usable = home.health is not Health.FAULT
    if is_usable:
        yield _disk(settings)
    known: list[SourceError] = []
    sources = load_sources(settings.sources_folder, known.append)
    yield from (_fault("sources", error) for error in known)
    if settings.database_url is not None or settings.home.is_dir():
        yield from _opened(settings, sources)
    elif is_usable:
        yield _begins(settings.database)
    yield from _mail(settings)
    yield _browser(sources)


def _home(home: Path) -> Finding:
    """Whether the home folder can be used; nothing is made where it is not there."""
    place = next(path for path in (home, *home.parents) if path.exists())
    if not place.is_dir():
        said = f"{place} is a file, and no folder: move it away, or name another home in JARCHI_HOME"
        return Finding(part="home", health=Health.FAULT, said=said)
    try:
        with tempfile.TemporaryFile(dir=place) as file:
            file.write(bytes(_WRITTEN))
            file.flush()
            os.fsync(file.fileno())
    except OSError as error:
        return Finding(part="home", health=Health.FAULT, said=_not_written(home, place, error))
    if place != home:
        said = f"{home} is not there: `jarchi crawl` or `run` makes it, or JARCHI_HOME should name another"
        return Finding(part="home", health=Health.WARNING, said=said)
    return _ok("home", f"{home} can be written")


def _not_written(home: Path, place: Path, error: OSError) -> str:
    what = f"{home} cannot be written" if place == home else f"{home} is not there, and cannot be made in {place}"
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return f"{what}: the disk is full; free some of it, or name a home on another disk in JARCHI_HOME"
    remedy = f"make it (`mkdir -p {home}`) and " if place != home else ""
    return (
        f"{what}: {error.strerror}; {remedy}let the user {_user()} write it (`chown -R {_user()} {home}`), "
        "or name another home in JARCHI_HOME"
    )


def _user() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):  # a number without a name, in a container
        return str(os.getuid())


def _opened(settings: Settings, sources: Mapping[str, Source]) -> Iterator[Finding]:
    try:
        store = connect(settings.database)
    except JarchiError as error:
        yield _fault("database", error)
    else:
        with closing(store):
            yield from _database(settings, store, sources)


def _begins(database: str) -> Finding:
    said = f"{masked(database)} is empty: `jarchi crawl` or `run` begins it"
    return Finding(part="database", health=Health.WARNING, said=said)


def _disk(settings: Settings) -> Finding:
    folder = next(path for path in (settings.home, *settings.home.parents) if path.is_dir())
    free = shutil.disk_usage(folder).free
    warning = room(settings).warning()
    if warning or free < _LITTLE:
        return Finding(
            part="disk", health=Health.WARNING, said=warning or f"{decimal(free)} are left in {folder}"
        )
    return _ok("disk", f"{decimal(free)} are left in {folder}")


def _database(settings: Settings, store: Store, sources: Mapping[str, Source]) -> Iterator[Finding]:
    stands = revision(store)
    if stands is None:
        yield _begins(settings.database)
        return
    try:
        require_current(store)
    except JarchiError as error:
        yield _fault("database", error)
        return
    yield _ok("database", f"{store.url}, schema {revisions()[-1]}")
    if not store.is_sqlite:
        yield _tools(settings, store)
    yield _service(store)
    with store.reading() as session:
        yield from _crawls(session, sources)
        yield _letters(session)
        yield from _mailed(settings, session)


def _tools(settings: Settings, store: Store) -> Finding:
    try:
        version = dumping.server_version(store)
        path, *_ = [dumping.tool(name, version, settings.pg_tools) for name in dumping.TOOLS]
    except BackupError as error:
        return Finding(part="backups", health=Health.WARNING, said=str(error))
    return _ok("backups", f"by {path}")


def _service(store: Store) -> Finding:
    try:
        with sole_service(store):
            pass
    except AlreadyRunning:
        return _ok("service", "runs")
    return Finding(
        part="service", health=Health.WARNING, said="does not run: nothing is crawled by itself; `jarchi run`"
    )


def _crawls(session: Session, sources: Mapping[str, Source]) -> Iterator[Finding]:
    states, now = runs.states(session), datetime.now(UTC)
    watched = [source for source in sources.values() if is_enabled(source, states.get(source.key))]
    if not watched:
        said = "none is watched: `jarchi sources list`, then `sources test KEY` and `sources enable KEY`"
        yield Finding(part="sources", health=Health.WARNING, said=said)
        return
    failing = sorted(
        source.key for source in watched if (state := states.get(source.key)) and state.failures > 2
    )
    late = sorted(
        source.key
        for source in watched
        if (state := states.get(source.key))
        and state.next_due_at
        and now - state.next_due_at > 2 * source.schedule
    )
    yield _ok("sources", f"{len(watched)} are watched")
    for keys, said in ((failing, "failed three times or more"), (late, "should have been crawled long ago")):
        if keys:
            yield Finding(part="sources", health=Health.WARNING, said=f"{said}: {', '.join(keys)}")


def _letters(session: Session) -> Finding:
    kept = rules.rules(session)
    told = [rule for rule in kept if rule.enabled]
    dead = outbox.count(session, DeliveryState.DEAD)
    if dead:
        said = f"{dead} alerts were given up: `jarchi alerts deliveries --state dead`, then `alerts retry --dead`"
        return Finding(part="alerts", health=Health.WARNING, said=said)
    if not kept:
        return _ok("alerts", f"the first crawl begins the rule {DEFAULT_RULE.name}")
    if not told:
        return Finding(
            part="alerts", health=Health.WARNING, said="no rule is on: nobody is told; `jarchi alerts add`"
        )
    return _ok("alerts", f"{len(told)} rules are on")


def _mailed(settings: Settings, session: Session) -> Iterator[Finding]:
    """Rules whose letters cannot leave."""
    if mail_server(settings) is not None:
        return
    names = [
        rule.name for rule in rules.rules(session) if rule.enabled and any(map(is_mail, rule.recipients))
    ]
    if names:
        said = f"{', '.join(names)}: tells by mail, and none leaves before JARCHI_SMTP_HOST and JARCHI_SMTP_FROM are set"
        yield Finding(part="alerts", health=Health.FAULT, said=said)


def _mail(settings: Settings) -> Iterator[Finding]:
    server = mail_server(settings)
    if server is None:
        said = "no mail server is set (JARCHI_SMTP_HOST, JARCHI_SMTP_FROM): alerts go to the console, feeds, channels and webhooks"
        yield Finding(part="mail", health=Health.WARNING, said=said)
        return
    yield _reached("mail", f"{server.host}:{server.port}", lambda: _connect(server.host, server.port))
    if not settings.web_url:
        said = "JARCHI_WEB_URL is not set: letters have no links to the archive and no button to end them"
        yield Finding(part="mail", health=Health.WARNING, said=said)


def _connect(host: str, port: int) -> None:
    with socket.create_connection((host, port), timeout=5):
        pass


def _reached(part: str, name: str, connect_to: Callable[[], None]) -> Finding:
    try:
        connect_to()
    except OSError as error:
        return Finding(part=part, health=Health.FAULT, said=f"{name} does not answer: {error}")
    return _ok(part, f"{name} answers")


def _browser(sources: Mapping[str, Source]) -> Finding:
    drawn = sorted(source.key for source in sources.values() if source.render)
    lacking = missing()
    if lacking and drawn:
        return Finding(part="browser", health=Health.FAULT, said=f"{lacking}; needed by {', '.join(drawn)}")
    return _ok("browser", lacking or "pages can be drawn")


def _ok(part: str, said: str) -> Finding:
    return Finding(part=part, health=Health.OK, said=said)


def _fault(part: str, error: JarchiError) -> Finding:
    return Finding(part=part, health=Health.FAULT, said=str(error))
