"""How a source fares, by the ledger of its last crawl."""

from __future__ import annotations

from typing import Any

from news.values import Source, Tls
from storage.tables import RunRow

#: Outcomes under which a lead's page was had, or need not be.
_COVERED = ("known", "not-modified", "new", "updated", "unchanged", "duplicate", "not-article")


def health_of(source: Source, run: RunRow | None) -> dict[str, Any]:
    """The health of a source as an object: its last crawl that ended, and what that missed.

    `covered` is the share of leads that were had, or need not be; None without any.
    """
    counts: dict[str, Any] = run.counts if run else {}
    ledger: dict[str, Any] = counts.get("ledger", {})
    outcomes: dict[str, int] = ledger.get("outcomes", {})
    leads = sum(outcomes.values())
    return {
        "state": run.state if run else "unknown",
        "at": run.started_at.isoformat() if run else None,
        "error": run.error if run else None,
        "faults": counts.get("faults", {}),
        "leads": outcomes,
        "lists": ledger.get("lists", {}),
        "covered": round(sum(outcomes.get(name, 0) for name in _COVERED) / leads, 3) if leads else None,
        "tls": source.tls.value,
        "proxy": source.proxy is not None,
    }


def in_words(health: dict[str, Any]) -> str:
    """The same in a few words: the state, what went wrong most often, and whether certificates are not looked at."""
    faults = sorted(health["faults"].items(), key=lambda fault: (-fault[1], fault[0]))
    said = [
        health["state"] if health["state"] != "unknown" else "",
        *(f"{name} {count}" for name, count in faults[:3]),
    ]
    if health["tls"] == Tls.LAX:
        said.append("certificates not verified")
    return ", ".join(filter(None, said))
