"""`jarchi run`: the service."""

from __future__ import annotations

import asyncio
import logging
import signal
import sys
from datetime import UTC, datetime
from functools import partial

import typer

from alerts.channels import channel_for
from alerts.delivering import Sent, run_once
from alerts.rules import ensure_default_rule
from cli.logs import log_to_stderr
from cli.opening import archive
from news.settings import Settings, load_settings
from scheduler.service import Service
from spiders.catalogue import load_sources
from storage.engine import Store
from storage.locks import sole_service
from web.app import create_app
from web.serving import serve

app = typer.Typer()
log = logging.getLogger("jarchi")


@app.command()
def run() -> None:
    """The service: crawls that are due, alerts, the web page. Ends cleanly on SIGTERM and Ctrl-C."""
    settings = load_settings()
    log_to_stderr(settings)
    with archive(settings) as store, sole_service(store):
        ensure_default_rule(store, datetime.now(UTC))
        asyncio.run(_serve(settings, store))


async def _serve(settings: Settings, store: Store) -> None:
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    sources = partial(load_sources, settings.sources_folder)
    site = create_app(store, sources=sources(), feeds_folder=settings.feeds_folder)
    service = Service(settings, store, sources, partial(_alert, settings, store))
    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(service.run(stop))
        tasks.create_task(serve(site, settings.web_host, settings.web_port, _say_ready, stop=stop))
    log.info("stopped")


def _alert(settings: Settings, store: Store) -> Sent:
    return run_once(
        store, lambda recipient: channel_for(recipient, sys.stdout), settings.feeds_folder, lambda: datetime.now(UTC)
    )


def _say_ready(address: str) -> None:
    log.info("ready address=%s", address)
    typer.echo(f"Jarchi runs: {address}", err=True)
