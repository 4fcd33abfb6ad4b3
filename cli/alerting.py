"""`jarchi alerts`: rules and deliveries."""

from __future__ import annotations

from datetime import UTC, datetime

import typer

from alerts.rules import ensure_default_rule
from cli.opening import archive
from cli.output import JsonOption, print_json, print_table
from storage import outbox

app = typer.Typer(help="Who is told of what, and what was sent.", no_args_is_help=True, add_completion=False)


@app.command()
def rules(json: JsonOption = False) -> None:
    """The rules."""
    with archive() as store:
        ensure_default_rule(store, datetime.now(UTC))
        with store.reading() as session:
            found = outbox.rules(session)
    if json:
        print_json({"rules": [
            {"name": rule.name, "enabled": rule.enabled, "recipients": list(rule.recipients),
             "verbs": list(rule.verbs), "statuses": list(rule.statuses), "networks": list(rule.networks),
             "cities": list(rule.cities), "countries": list(rule.countries), "confidence": rule.confidence}
            for rule in found
        ]})
        return
    rows = [(rule.name, rule.enabled, ", ".join(rule.recipients), ", ".join(rule.verbs), ", ".join(rule.networks) or "all")
            for rule in found]
    print_table("Alert rules", ("name", "enabled", "recipients", "verbs", "networks"), rows)


@app.command()
def deliveries(json: JsonOption = False) -> None:
    """What was sent, and what waits, newest first."""
    with archive() as store, store.reading() as session:
        found = outbox.deliveries(session)
    if json:
        print_json({"deliveries": [
            {"event": item.event.id, "rule": item.rule, "recipient": item.recipient, "status": item.status.value,
             "attempts": item.attempts, "sent_at": item.sent_at.isoformat() if item.sent_at else None,
             "error": item.error}
            for item in found
        ]})
        return
    rows = [(item.event.id, item.rule, item.recipient, item.status.value, item.attempts, item.sent_at, item.error)
            for item in found]
    print_table("Deliveries", ("event", "rule", "recipient", "status", "attempts", "sent", "error"), rows)
