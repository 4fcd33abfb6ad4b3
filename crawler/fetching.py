"""A request in the middle of something else, by the way of all requests."""

from __future__ import annotations

from scrapy import Request
from scrapy.crawler import Crawler
from scrapy.http import Response
from twisted.internet.defer import AlreadyCalledError

from crawler.answers import Stopped


async def fetch(crawler: Crawler, request: Request) -> Response:
    """The answer of a request; raises Stopped where the crawl is closing, and whatever the way of requests does."""
    engine = crawler.engine
    slot = engine._slot if engine is not None else None
    if engine is None or slot is None or slot.closing is not None:
        raise Stopped
    try:
        return await engine.download_async(request)
    except AlreadyCalledError as error:
        # Scrapy tells a closing crawl of its last request when that ends, and again when its redirect does
        raise Stopped from error
