"""`jarchi crawl`: crawl sources now."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import Annotated

import typer

from alerts.channels import channel_for
from alerts.delivering import Sent, run_once
from alerts.rules import ensure_default_rule
from cli.opening import archive
from cli.output import JsonOption, complain, print_json, print_table
from cli.progress import crawl_progress
from news.errors import JarchiError, UsageError
from news.settings import Settings, load_settings
from scheduler.clock import is_enabled
from scheduler.executor import LocalExecutor, Progress
from scheduler.protocol import Report
from spiders.catalogue import find_source, load_sources
from storage import runs
from storage.engine import Store

app = typer.Typer()
#: Count of a run → its heading.
_COLUMNS = {
    "requests": "requests", "not_modified": "304", "leads": "leads", "fetched": "fetched", "new": "new",
    "updated": "updated", "duplicates": "copies", "not_article": "no article",
}


@app.command()
def crawl(
    keys: Annotated[list[str] | None, typer.Argument(metavar="[KEY]...", help="Sources; every enabled one if none.")] = None,
    json: JsonOption = False,
) -> None:
    """Crawl sources now: what was seen, fetched, kept, skipped and why."""
    settings = load_settings()
    with archive(settings) as store:
        chosen = _choose(settings, store, keys or [])
        with crawl_progress(f"Crawling {len(chosen)} sources") as progress:
            reports = asyncio.run(crawl_sources(settings, chosen, progress))
        sent = send_alerts(settings, store)
    if json:
        print_json({"runs": [report.run for report in reports], "alerts": len(sent.deliveries)})
    else:
        print_runs(reports)
    _fail_on(reports)


async def crawl_sources(settings: Settings, keys: Iterable[str], progress: Progress | None = None) -> list[Report]:
    """Crawl sources side by side in a worker; a source whose worker died is reported as failed."""
    executor = LocalExecutor(settings, progress)
    try:
        return list(await asyncio.gather(*(_crawl_one(executor, key) for key in keys)))
    finally:
        await executor.close()


def send_alerts(settings: Settings, store: Store) -> Sent:
    """Match and send what the crawl brought up; letters for the console go to standard error."""
    ensure_default_rule(store, datetime.now(UTC))
    return run_once(
        store, lambda recipient: channel_for(recipient, sys.stderr), settings.feeds_folder, lambda: datetime.now(UTC)
    )


def print_runs(reports: Sequence[Report], title: str = "Crawls") -> None:
    """A row a source; columns that would hold nothing are left out."""
    counts = [name for name in _COLUMNS if any(report.run.get(name) for report in reports)]
    rows = [[report.source, *(report.run.get(name, 0) for name in counts)] for report in reports]
    headings = ["source", *(_COLUMNS[name] for name in counts)]
    if any(map(_trouble, reports)):
        headings.append("trouble")
        rows = [[*row, _trouble(report)] for row, report in zip(rows, reports, strict=True)]
    print_table(title, headings, rows)


async def _crawl_one(executor: LocalExecutor, key: str) -> Report:
    try:
        return await executor.crawl(key)
    except JarchiError as error:
        return Report(id=0, source=key, finished=True, run={"source": key}, error=str(error))


def _choose(settings: Settings, store: Store, keys: list[str]) -> list[str]:
    sources = load_sources(settings.sources_folder)
    if keys:
        return [find_source(sources, key).key for key in dict.fromkeys(keys)]
    with store.reading() as session:
        states = runs.states(session)
    chosen = [key for key, source in sources.items() if is_enabled(source, states.get(key))]
    if not chosen:
        raise UsageError(f"no source is enabled: see `jarchi sources list`, or put one into {settings.sources_folder}")
    return chosen


def _trouble(report: Report) -> str:
    causes = {**report.run.get("refused", {}), **report.run.get("failed", {})}
    return "; ".join(filter(None, [report.error, ", ".join(f"{cause} {n}" for cause, n in causes.items())]))


def _fail_on(reports: Iterable[Report]) -> None:
    failed = [report for report in reports if report.error]
    for report in failed:
        complain(f"{report.source}: {report.error}")
    if failed:
        raise typer.Exit(1)
