"""`jarchi crawl`: crawl sources now."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Annotated

import typer

from cli.completing import source_keys
from cli.logs import quiet
from cli.opening import archive
from cli.output import JsonOption, complain, print_json, print_line, print_table
from cli.picking import day, source_called
from cli.progress import crawl_progress
from cli.room import room, warn_of_room
from crawler.tally import Tally
from news.addresses import canonical
from news.errors import JarchiError, UsageError
from news.settings import Settings, load_settings
from scheduler.clock import is_enabled
from scheduler.executor import LocalExecutor, Progress
from scheduler.protocol import Report
from spiders.by_hand import source_of
from spiders.catalogue import load_sources
from storage import runs
from storage.engine import Store

if TYPE_CHECKING:
    from alerts.delivering import Sent

app = typer.Typer(add_completion=False)
#: What a page became that was had, known articles apart.
_HAD = ("new", "updated", "duplicate", "known")
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
    since: Annotated[
        str | None,
        typer.Option(help="Walk the roads of the named sources back to this day; what is old news alerts nobody."),
    ] = None,
    url: Annotated[
        str | None,
        typer.Option(help="Fetch this one page by the road of every page, and print what it became."),
    ] = None,
    json: JsonOption = False,
) -> None:
    """Crawl sources now: what was seen, fetched, kept, skipped and why."""
    settings = load_settings()
    if url is not None:
        if since is not None or len(keys or []) > 1:
            raise UsageError("--url goes with one source at most, and without --since")
        _crawl_page(settings, url, next(iter(keys or []), None), json=json)
        return
    back_to = day("since", since)
    if back_to is not None and not keys:
        raise UsageError("--since needs the sources to be named: a back-fill asks much of a site")
    with archive(settings) as store:
        chosen = _choose(settings, store, keys or [])
        with crawl_progress(f"Crawling {len(chosen)} sources") as progress:
            reports = asyncio.run(crawl_sources(quiet(settings), chosen, progress, since=back_to))
        sent = _tell(settings, store)
    left = room(settings)
    if json:
        alerts = len(sent.deliveries) if sent else 0
        print_json({"runs": [report.run for report in reports], "alerts": alerts, "room": left.as_object()})
    else:
        print_runs(reports)
        print_gaps(reports)
    warn_of_room(left)
    failed = [_complain_of(reports), _complain_of_sent(sent)]
    if any(failed):
        raise typer.Exit(1)


async def crawl_sources(
    settings: Settings, keys: Iterable[str], progress: Progress | None = None, *, since: datetime | None = None
) -> list[Report]:
    """Crawl sources side by side in a worker, back to a day if one is said; one whose worker died is reported as failed."""
    executor = LocalExecutor(settings, progress)
    deadline = settings.backfill_deadline if since else None
    try:
        return list(await asyncio.gather(*(_crawl_one(executor, key, deadline, since=since) for key in keys)))
    finally:
        await executor.close()


async def _crawl_address(settings: Settings, key: str, address: str) -> Report:
    executor = LocalExecutor(settings)
    try:
        return await _crawl_one(executor, key, address=address)
    finally:
        await executor.close()


def _crawl_page(settings: Settings, url: str, key: str | None, *, json: bool) -> None:
    # of no use to a crawl of sources, which would hold all of it until its end
    from cli.show import print_article, state_object  # noqa: PLC0415
    from storage import articles, looks  # noqa: PLC0415
    from storage.looks import Seen  # noqa: PLC0415
    from web.objects import article_object  # noqa: PLC0415

    had = (Seen.SAME, Seen.NOT_MODIFIED, Seen.EDITED, Seen.MOVED, Seen.GONE)
    try:
        address = canonical(url)
    except ValueError as error:
        raise UsageError(f"--url: {error}") from None
    sources = load_sources(settings.sources_folder, complain)
    source = source_called(settings.sources_folder, key).key if key else source_of(sources.values(), address)
    with archive(settings) as store:
        report = asyncio.run(_crawl_address(quiet(settings), source, address))
        sent = _tell(settings, store)
        became = report.run.get("became") or {"outcome": "failed", "cause": report.error, "article": None}
        with store.reading() as session:
            number = became["article"]
            article = articles.load(session, number) if number is not None else None
            state = looks.state(session, number) if number is not None else None
    if json:
        shown = {**article_object(number, article), **state_object(state)} if article and state else None
        about = {"url": address, "source": source, "outcome": became["outcome"], "cause": became["cause"]}
        print_json({**about, "article": shown, "run": report.run})
    else:
        cause = f" ({became['cause']})" if became["cause"] else ""
        print_line(f"{became['outcome']}{cause}: {address}, source {source}")
        if article is not None and state is not None:
            print_article(number, article, state)
    if became["outcome"] not in (*_HAD, *(seen.value for seen in had)) or _complain_of_sent(sent):
        raise typer.Exit(1)


def print_gaps(reports: Iterable[Report]) -> None:
    """Say which lists no longer overlapped what the last good crawl knew, and what was done about it."""
    for report in reports:
        for gap in report.run.get("gaps", ()):
            end = "and the gap is closed" if gap["closed"] else "and what lies between is not known"
            print_line(
                f"{report.source}: {gap['list']} showed nothing that the last good crawl knew; "
                f"{gap['pages']} pages were read, {end}"
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
    for report in reports:
        if told := report.run.get("members"):
            print_line(f"{report.source}: " + ", ".join(f"{count} {name}" for name, count in told.items()))


async def _crawl_one(
    executor: LocalExecutor, key: str, deadline: timedelta | None = None, *,
    since: datetime | None = None, address: str | None = None,
) -> Report:
    try:
        return await executor.crawl(key, deadline, since=since, address=address)
    except JarchiError as error:
        return Report(id=0, source=key, finished=True, run=Tally(key).as_object(), error=str(error))


def _tell(settings: Settings, store: Store) -> Sent | None:
    """Send what is new; None, said, where the database cannot serve: what was crawled is still to be shown."""
    # what alerts need is not held while the crawl's own processes need memory
    from alerts.rules import ensure_default_rule  # noqa: PLC0415
    from cli.telling import tell  # noqa: PLC0415

    try:
        ensure_default_rule(store, datetime.now(UTC))
        return tell(settings, store, sys.stderr)
    except JarchiError as error:
        complain(f"alerts were not sent: {error}")
        return None


def _complain_of_sent(sent: Sent | None) -> bool:
    """Say which alerts were not accepted; whether any was not, or nothing could be sent at all."""
    from cli.telling import complain_of_failures  # noqa: PLC0415 - as `_tell`

    return sent is None or complain_of_failures(sent)


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
