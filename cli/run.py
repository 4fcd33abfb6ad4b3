"""`jarchi run`: the service."""

from __future__ import annotations

import asyncio
import logging
import signal
import sys
from collections.abc import Mapping
from datetime import UTC, datetime
from functools import partial

import typer

from alerts.addressbook import address_book
from alerts.rules import ensure_default_rule
from cli.logs import log_to_stderr
from cli.opening import archive
from cli.room import room
from cli.telling import links, tell
from news.errors import JarchiError, SourceError
from news.settings import Settings, load_settings
from news.values import Source
from scheduler.service import Service
from spiders.catalogue import load_sources
from storage.engine import Store
from storage.locks import sole_service
from web.app import create_app
from web.serving import serve
from web.staff import Desk

app = typer.Typer(add_completion=False)
log = logging.getLogger("jarchi")


@app.command()
def run() -> None:
    """The service: crawls that are due, alerts, the web page. Ends cleanly on SIGTERM and Ctrl-C."""
    settings = load_settings()
    log_to_stderr(settings)
    if warning := room(settings).warning():
        log.warning("%s", warning)
    with archive(settings) as store, sole_service(store):
        ensure_default_rule(store, datetime.now(UTC))
        try:
            asyncio.run(_serve(settings, store))
        except BaseExceptionGroup as group:
            raise _own_error(group) or group from None


async def _serve(settings: Settings, store: Store) -> None:
    """The web page first: the service begins once its address is known to be good."""
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    sources = _Sources(settings)
    site = create_app(
        store, sources=sources(), feeds_folder=settings.feeds_folder, link_key=links(settings).key,
        desk=Desk(header=settings.staff_header, web_url=settings.web_url, max_age=settings.alert_max_age),
        channels=lambda: address_book(settings).recipients(),
    )  # fmt: skip
    async with asyncio.TaskGroup() as tasks:

        def begin(address: str) -> None:
            alert = partial(tell, settings, store, sys.stdout, base_url=address)
            tasks.create_task(Service(settings, store, sources, alert).run(stop))
            _say_ready(address)

        tasks.create_task(serve(site, settings.web_host, settings.web_port, begin, stop=stop))
    log.info("stopped")


class _Sources:
    """Loads the sources anew each time; a file is told of when it breaks, and not again while it stays so."""

    def __init__(self, settings: Settings) -> None:
        self._folder = settings.sources_folder
        self._told: frozenset[str] = frozenset()

    def __call__(self) -> Mapping[str, Source]:
        errors: list[SourceError] = []
        sources = load_sources(self._folder, errors.append)
        broken = frozenset(map(str, errors))
        for message in sorted(broken - self._told):
            log.warning("source left out: %s", message)
        self._told = broken
        return sources


def _own_error(group: BaseExceptionGroup[BaseException]) -> BaseException | None:
    """The first error of this program's own in a group of tasks; its text is what the person must read."""
    own: BaseException | None = group.subgroup(JarchiError)
    while isinstance(own, BaseExceptionGroup):
        own = own.exceptions[0]
    return own


def _say_ready(address: str) -> None:
    log.info("ready address=%s", address)
    typer.echo(f"Jarchi runs: {address}", err=True)
