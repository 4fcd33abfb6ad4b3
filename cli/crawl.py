"""`jarchi crawl`: crawl sources now."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import Annotated

import typer

from alerts.delivering import Sent
from alerts.rules import ensure_default_rule
from cli.completing import source_keys
from cli.logs import quiet
from cli.opening import archive
from cli.output import JsonOption, complain, print_json, print_table
from cli.picking import source_called
from cli.progress import crawl_progress
from cli.room import room, warn_of_room
from cli.telling import complain_of_failures, tell
from crawler.tally import Tally
from news.errors import JarchiError, UsageError
from news.settings import Settings, load_settings
from scheduler.clock import is_enabled
from scheduler.executor import LocalExecutor, Progress
from scheduler.protocol import Report
from spiders.catalogue import load_sources
from storage import runs
from storage.engine import Store

app = typer.Typer(add_completion=False)
#: Count of a run → its heading.
_COLUMNS = {
    "requests": "requests", "not_modified": "304", "leads": "leads", "fetched": "fetched", "new": "new",
    "updated": "updated", "duplicates": "copies", "not_article": "no article",
    "from_list": "from list", "refused_dates": "dates refused",
}


@app.command()
def crawl(
    keys: Annotated[
        list[str] | None,
        typer.Argument(metavar="[KEY]...", help="Sources; every enabled one if none.", autocompletion=source_keys),
    ] = None,
    json: JsonOption = False,
) -> None:
    """Crawl sources now: what was seen, fetched, kept, skipped and why."""
    settings = load_settings()
    with archive(settings) as store:
        chosen = _choose(settings, store, keys or [])
        with crawl_progress(f"Crawling {len(chosen)} sources") as progress:
            reports = asyncio.run(crawl_sources(quiet(settings), chosen, progress))
        sent = _tell(settings, store)
    left = room(settings)
    if json:
        alerts = len(sent.deliveries) if sent else 0
        print_json({"runs": [report.run for report in reports], "alerts": alerts, "room": left.as_object()})
    else:
        print_runs(reports)
    warn_of_room(left)
    failed = [_complain_of(reports), sent is None or complain_of_failures(sent)]
    if any(failed):
        raise typer.Exit(1)


async def crawl_sources(settings: Settings, keys: Iterable[str], progress: Progress | None = None) -> list[Report]:
    """Crawl sources side by side in a worker; a source whose worker died is reported as failed."""
    executor = LocalExecutor(settings, progress)
    try:
        return list(await asyncio.gather(*(_crawl_one(executor, key) for key in keys)))
    finally:
        await executor.close()


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
        return Report(id=0, source=key, finished=True, run=Tally(key).as_object(), error=str(error))


def _tell(settings: Settings, store: Store) -> Sent | None:
    """Send what is new; None, said, where the database cannot serve: what was crawled is still to be shown."""
    try:
        ensure_default_rule(store, datetime.now(UTC))
        return tell(settings, store, sys.stderr)
    except JarchiError as error:
        complain(f"alerts were not sent: {error}")
        return None


def _choose(settings: Settings, store: Store, keys: list[str]) -> list[str]:
    if keys:
        return [source_called(settings.sources_folder, key).key for key in dict.fromkeys(keys)]
    sources = load_sources(settings.sources_folder, complain)
    with store.reading() as session:
        states = runs.states(session)
    chosen = [key for key, source in sources.items() if is_enabled(source, states.get(key))]
    if not chosen:
        raise UsageError(f"no source is enabled: see `jarchi sources list`, or put one into {settings.sources_folder}")
    return chosen


def _trouble(report: Report) -> str:
    causes = ", ".join(f"{cause} {n}" for cause, n in report.run.get("failed", {}).items())
    return "; ".join(filter(None, [report.error, causes]))


def _complain_of(reports: Iterable[Report]) -> bool:
    failed = [report for report in reports if report.error]
    for report in failed:
        complain(f"{report.source}: {report.error}")
    return bool(failed)
