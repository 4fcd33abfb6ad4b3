"""Recorded pages read as one article, by the readers of a crawl."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Sequence
from dataclasses import replace
from datetime import datetime
from typing import TypeVar

from crawler.readers import ReaderPool
from news.values import Article, Lead, NotArticle, Page, Source

Item = TypeVar("Item")
Outcome = TypeVar("Outcome")


async def read_whole(
    readers: ReaderPool, pages: Sequence[Page], source: Source | None, lead: Lead | None, now: datetime
) -> Article | NotArticle:
    """The article of one page, or of the several that it goes on over; the first decides whether it is one.

    `now` bounds what a record claims of its own moment.
    """
    first, *later = pages
    found = (await readers.read(first, source, lead, now)).outcome
    if isinstance(found, NotArticle) or not later:
        return found
    rest = []
    for page in later:
        outcome = (await readers.read(page, source, lead, now, first=first.final_address)).outcome
        if isinstance(outcome, NotArticle):
            break
        rest.append(outcome)
    return (await readers.join(found, rest, source)).outcome if rest else found


def named(article: Article, source: str) -> Article:
    """The article under its source's key, where the source's file is gone."""
    return article if article.source else replace(article, source=source)


async def in_order(
    items: Iterator[Item], work: Callable[[Item], Awaitable[Outcome]], *, at_once: int
) -> AsyncIterator[tuple[Item, Outcome]]:
    """Each item with its outcome, in the order of the items, so many worked at side by side."""
    running: deque[tuple[Item, asyncio.Future[Outcome]]] = deque()
    end = object()
    try:
        while True:
            item = await asyncio.to_thread(next, items, end)
            if item is not end:
                running.append((item, asyncio.ensure_future(work(item))))  # type: ignore[arg-type]
            if not running:
                return
            if item is end or len(running) >= at_once:
                done, future = running.popleft()
                yield done, await future
    finally:
        for _, future in running:
            future.cancel()
