"""Alerts as every command sends them: match what is new, send it, say what was not accepted."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import partial
from typing import TextIO

from alerts.channels import open_channels
from alerts.delivering import Habits, Sent, match_articles, match_events, run_once
from alerts.links import Links, kept_key
from alerts.sending import Patience
from cli.output import complain
from news.settings import Settings
from spiders.catalogue import load_sources
from storage.engine import Store
from storage.locks import sole_sender


def tell(settings: Settings, store: Store, stream: TextIO, *, base_url: str = "") -> Sent:
    """Match and send what is new and write the feeds; letters for the console go to `stream`.

    `base_url` is the address that the web page listens on, for the links of the feeds. What another process of
    the same database is about to send is left to it.
    """
    with sole_sender(store) as is_ours, open_channels(settings, stream) as channels:
        if not is_ours:
            events = match_events(store, _now())
            match_articles(store, _now(), partial(kinds, settings))
            return Sent(events=events, deliveries=(), failures=(), feeds=(), feed_failures=())
        return run_once(store, channels, settings.feeds_folder, _now, habits(settings, base_url))


def habits(settings: Settings, base_url: str = "") -> Habits:
    """What the settings say of all rules."""
    return Habits(
        links=links(settings),
        feeds_url=settings.web_url or base_url,
        patience=Patience(
            first_wait=settings.alert_first_wait, longest_wait=settings.alert_longest_wait,
            give_up=settings.alert_give_up, run_limit=settings.alert_run_limit,
        ),
        budget=settings.alert_budget,
        kinds=partial(kinds, settings),
    )


def kinds(settings: Settings) -> dict[str, str]:
    """The kind of each source."""
    found = load_sources(settings.sources_folder, on_error=lambda _: None)
    return {key: source.kind.value for key, source in found.items()}


def links(settings: Settings) -> Links:
    """The links of letters; none without an address that readers can reach."""
    return Links(base_url=settings.web_url, key=link_key(settings)) if settings.web_url else Links()


def link_key(settings: Settings) -> bytes:
    """What signs links: the setting, or the secret kept in the home folder."""
    if settings.link_key is not None:
        return settings.link_key.get_secret_value().encode()
    return kept_key(settings.link_key_file)


def complain_of_failures(sent: Sent) -> bool:
    """Report each alert that was not accepted and each feed that could not be written; whether there was one."""
    for failure in sent.failures:
        delivery = failure.delivery
        complain(f"alert {delivery.reference} to {delivery.recipient} was not accepted: {failure.error}")
    for rule, reason in sent.feed_failures:
        complain(f"the feed of rule {rule} could not be written: {reason}")
    return bool(sent.failures or sent.feed_failures)


def _now() -> datetime:
    return datetime.now(UTC)
