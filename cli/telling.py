"""Alerts as every command sends them: match what is new, send it, say what was not accepted."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TextIO

from alerts.channels import channel_for
from alerts.delivering import Sent, run_once
from cli.output import complain
from news.settings import Settings
from storage.engine import Store


def tell(settings: Settings, store: Store, stream: TextIO, *, base_url: str = "") -> Sent:
    """Match and send what is new and write the feeds; letters for the console go to `stream`.

    `base_url` is the web page's address where there is one, for the links of the feeds.
    """
    return run_once(
        store, lambda recipient: channel_for(recipient, stream), settings.feeds_folder, lambda: datetime.now(UTC),
        base_url=base_url,
    )


def complain_of_failures(sent: Sent) -> bool:
    """Report each alert that was not accepted and each feed that could not be written; whether there was one."""
    for failure in sent.failures:
        delivery = failure.delivery
        complain(f"alert {delivery.event.id} to {delivery.recipient} was not accepted: {failure.error}")
    for rule, reason in sent.feed_failures:
        complain(f"the feed of rule {rule} could not be written: {reason}")
    return bool(sent.failures or sent.feed_failures)
