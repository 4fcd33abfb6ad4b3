"""Crawls by the executor itself: sources with nothing new, and one long crawl."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

import psutil

from benchmarks.fetching.costs import Meter
from benchmarks.fetching.server import serving
from news.settings import Settings, fixed_settings
from scheduler.executor import LocalExecutor
from scheduler.protocol import Report
from spiders.catalogue import load_sources

#: Crawls under way at once.
_AT_ONCE = 32
#: How often each source is polled; the rate is over all rounds, workers' beginnings and ends included.
_ROUNDS = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Polls:
    """Sources polled with nothing new."""

    sources: int
    #: polls a minute of processor time
    rate: float
    #: polls a minute by the clock
    by_clock: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Growth:
    """A worker's memory (RSS, MB) early and late in a crawl."""

    few: int
    many: int
    at_few: float
    at_many: float
    #: pages per second
    rate: float


def environment(home: Path, sources: Mapping[str, str]) -> dict[str, str]:
    """Variables for the command in a new home that watches these sources alone."""
    _write(home, sources)
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("JARCHI_")}
    return {
        **inherited, "JARCHI_HOME": str(home), "JARCHI_ALLOW_NETWORKS": "127.0.0.0/8", "JARCHI_HOST_DELAY": "0",
        "JARCHI_LOG_LEVEL": "WARNING", "JARCHI_READERS": "2", "JARCHI_CRAWL_DEADLINE": "PT2H",
    }  # fmt: skip


def polls(count: int) -> Polls:
    """Poll so many sources, each with a host and a feed of its own, all of which answer 304."""
    with serving(0) as port, TemporaryDirectory(prefix="polls-") as folder:
        feeds = {
            f"poll{number}": f'feeds = ["{_host(number, port)}/feed/{number}"]' for number in range(count)
        }
        settings = _settings(Path(folder) / "home", feeds)
        return asyncio.run(_polled(settings, list(feeds)))


def growth(count: int, size: int) -> Growth:
    """Crawl so many small pages in one worker, and look at its memory after a tenth and at the end."""
    with serving(count, size) as port, TemporaryDirectory(prefix="growth-") as folder:
        source = {"long": f'sitemaps = ["http://127.0.0.1:{port}/sitemap.xml"]'}
        return asyncio.run(_grown(_settings(Path(folder) / "home", source), count))


def _host(number: int, port: int) -> str:
    return f"http://127.{1 + number // 60_000}.{number // 250 % 240}.{1 + number % 250}:{port}"


def _settings(home: Path, sources: Mapping[str, str]) -> Settings:
    _write(home, sources)
    return fixed_settings(
        home=home, allow_networks="127.0.0.0/8", host_delay=0, log_level="WARNING", readers=2,
        crawl_deadline=timedelta(hours=2),
    )  # fmt: skip


def _write(home: Path, sources: Mapping[str, str]) -> None:
    folder = home / "sources"
    folder.mkdir(parents=True)
    for key in load_sources():
        (folder / f"{key}.toml").write_text("enabled = false\n", encoding="utf-8")
    for key, road in sources.items():
        (folder / f"{key}.toml").write_text(f'name = "{key}"\n{road}\n', encoding="utf-8")


async def _polled(settings: Settings, keys: list[str]) -> Polls:
    executor = LocalExecutor(settings)
    try:
        await _round(executor, keys)
        with Meter(os.getpid()) as meter:
            for _ in range(_ROUNDS):
                unchanged = await _round(executor, keys)
                if unchanged != len(keys):
                    raise RuntimeError(f"{unchanged} of {len(keys)} sources answered 304")
    finally:
        await executor.close()
    minutes = _ROUNDS * len(keys) * 60
    return Polls(sources=len(keys), rate=minutes / meter.processor, by_clock=minutes / meter.seconds)


async def _round(executor: LocalExecutor, keys: list[str]) -> int:
    """Crawl each; how many answered that nothing has changed."""
    free = asyncio.Semaphore(_AT_ONCE)

    async def crawl(key: str) -> int:
        async with free:
            report = await executor.crawl(key)
        if report.error:
            raise RuntimeError(f"{key}: {report.error}")
        return int(report.run["not_modified"])

    return sum(await asyncio.gather(*map(crawl, keys)))


async def _grown(settings: Settings, count: int) -> Growth:
    few, seen = count // 10, dict[int, float]()

    def look(report: Report) -> None:
        kept = report.run.get("new", 0) + report.run.get("duplicates", 0)
        if not report.finished and kept >= few:
            seen[kept] = _worker_memory()

    executor = LocalExecutor(settings, look)
    try:
        with Meter(os.getpid()) as meter:
            report = await executor.crawl("long")
    finally:
        await executor.close()
    kept = report.run["new"] + report.run["duplicates"]
    if report.error or kept != count:
        raise RuntimeError(f"{kept} of {count} pages were kept: {report.error} {report.run}")
    first, last = min(seen), max(seen)
    return Growth(few=first, many=last, at_few=seen[first], at_many=seen[last], rate=count / meter.seconds)


def _worker_memory() -> float:
    """RSS of the crawl worker, MB."""
    children = psutil.Process().children()
    return max(
        (
            child.memory_info().rss / 1e6
            for child in children
            if "scheduler.worker" in " ".join(child.cmdline())
        ),
        default=0.0,
    )
