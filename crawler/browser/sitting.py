"""One page while it is drawn: what it may ask for, when it is done, and what ends it before."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from playwright.async_api import Dialog, Page, Request, Route
from playwright.async_api import Error as PlaywrightError

from crawler.browser.rules import MOST, Fate, fate_of

#: Seconds without a request after which a loaded page is done; seconds after which one that goes on asking is too.
_QUIET, _RESTLESS = 1.0, 10.0
_LOOK = 0.1
#: Chromium asks for a download before it refuses it, and asks nobody here: the click that begins one does nothing.
_NO_DOWNLOADS = """
const click = HTMLAnchorElement.prototype.click;
HTMLAnchorElement.prototype.click = function () { if (!this.hasAttribute('download')) click.call(this); };
addEventListener('click', event => {
  if (event.composedPath().some(part => part.matches && part.matches('a[download]'))) event.preventDefault();
}, true);
"""
#: Boxes that a page may open before it counts as one that only opens boxes; all are closed unanswered.
_DIALOGS = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Moved:
    """A script, or a meta tag, leads to another page."""

    address: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Broken:
    """Why a page cannot be drawn: the cause it is counted under, and what to tell people."""

    cause: str
    message: str


MayAsk = Callable[[str], Awaitable[bool]]


class Sitting:
    """Watches one page; `verdict` is set where it ends before it is drawn."""

    def __init__(self, address: str, document: str, may_ask: MayAsk, asked: Callable[[str], None]) -> None:
        """`document` is the page as it was sent; `asked` is told of each request that is let through."""
        self._address, self._document = address, document
        self._may_ask, self._asked = may_ask, asked
        self.verdict: asyncio.Future[Moved | Broken] = asyncio.get_running_loop().create_future()
        self._main: Page | None = None
        self._begun = False
        self._count = self._dialogs = 0
        self._under_way: set[Request] = set()

    async def attach(self, page: Page, _: Any) -> None:
        """Take a new page in hand, before it goes anywhere."""
        self._main = page
        # what is asked outside the page, by windows that it opens for instance, is asked in vain
        await page.context.route("**", _abort)
        await page.context.route_web_socket("**", lambda socket: socket.close())
        await page.route("**", self._decide)
        await page.context.add_init_script(_NO_DOWNLOADS)
        page.context.on("page", _close)
        page.on("dialog", self._dismiss)
        page.on(
            "crash", lambda _: self.end(Broken(cause="render-crash", message="the page made Chromium crash"))
        )
        page.on("request", self._under_way.add)
        page.on("requestfinished", self._under_way.discard)
        page.on("requestfailed", self._under_way.discard)

    async def settle(self, _: Page) -> None:
        """Wait until the page has asked for nothing for a while."""
        loop = asyncio.get_running_loop()
        begun = quiet_since = loop.time()
        while (now := loop.time()) - begun < _RESTLESS and now - quiet_since < _QUIET:
            await asyncio.sleep(_LOOK)
            if self._under_way:
                quiet_since = loop.time()

    def end(self, verdict: Moved | Broken) -> None:
        """Give the page up; the first reason counts."""
        if not self.verdict.done():
            self.verdict.set_result(verdict)

    async def _decide(self, route: Route) -> None:
        with suppress(PlaywrightError):  # the page has gone meanwhile
            if self._is_main(route.request):
                await self._navigate(route)
            else:
                await self._fetch(route)

    def _is_main(self, request: Request) -> bool:
        """Whether the page itself goes somewhere; only the page's own frame does."""
        return (
            self._main is not None and request.is_navigation_request() and request.frame.parent_frame is None
        )

    async def _navigate(self, route: Route) -> None:
        """The page as it was fetched; where it goes from there is asked for as a redirect is, by all rules."""
        if not self._begun:
            self._begun = True
            await route.fulfill(status=200, content_type="text/html; charset=utf-8", body=self._document)
            return
        if route.request.method == "GET":
            self.end(Moved(address=route.request.url))
        await route.abort()

    async def _fetch(self, route: Route) -> None:
        request = route.request
        fate = fate_of(request.resource_type, request.method, request.url, self._address)
        if fate is Fate.EMPTY:
            await route.fulfill(status=200, content_type="text/css", body="")
            return
        if fate is Fate.REFUSE or self._count >= MOST or not await self._may_ask(request.url):
            await route.abort()
            return
        self._count += 1
        self._asked(request.url)
        await route.continue_()

    async def _dismiss(self, dialog: Dialog) -> None:
        self._dialogs += 1
        if self._dialogs > _DIALOGS:
            self.end(Broken(cause="render-dialogs", message="the page opens one box after the other"))
        with suppress(PlaywrightError):
            await dialog.dismiss()


async def _abort(route: Route) -> None:
    with suppress(PlaywrightError):
        await route.abort()


async def _close(page: Page) -> None:
    with suppress(PlaywrightError):
        await page.close()
