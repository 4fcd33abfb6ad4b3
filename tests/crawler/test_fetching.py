"""A request in the middle of something else ends quietly where its crawl is closing."""

import asyncio
from types import SimpleNamespace

import pytest
from scrapy import Request
from twisted.internet.defer import AlreadyCalledError, Deferred

from crawler.answers import STOPPED, Stopped, cause_of_error
from crawler.fetching import fetch

REQUEST = Request("https://town.example/plan/2")


def crawler(closing=None):
    async def download_async(request):
        raise AlreadyCalledError

    slot = SimpleNamespace(closing=closing)
    return SimpleNamespace(engine=SimpleNamespace(_slot=slot, download_async=download_async))


@pytest.mark.parametrize("closing", [crawler(), crawler(Deferred()), SimpleNamespace(engine=None)])
def test_a_closing_crawl_is_no_failure_of_the_site(closing):
    with pytest.raises(Stopped) as caught:
        asyncio.run(fetch(closing, REQUEST))
    assert cause_of_error(caught.value) == STOPPED
