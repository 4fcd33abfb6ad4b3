"""The download handler of sources whose pages scripts draw.

A page is fetched by the handler of every crawl, so that all its rules hold: robots.txt, the host's turn, the guard,
redirects, sizes, certificates. What comes as HTML is then given to a Chromium of its own, which lives for this page
and asks for what the page needs through a forward proxy that lives as long.
"""

from __future__ import annotations

import asyncio
import itertools
import logging
import os
import shutil
import tempfile
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any
from urllib.parse import urldefrag, urlsplit

from playwright.async_api import Error as PlaywrightError
from playwright.async_api import Page
from scrapy import Request
from scrapy.crawler import Crawler
from scrapy.exceptions import IgnoreRequest
from scrapy.http import Headers, HtmlResponse, Response
from scrapy.responsetypes import responsetypes
from scrapy_playwright.handler import ScrapyPlaywrightDownloadHandler
from scrapy_playwright.page import PageMethod

from crawler.answers import Stopped
from crawler.browser import processes
from crawler.browser.needs import chromium
from crawler.browser.rules import is_data, looks_like_data
from crawler.browser.sitting import Broken, Moved, Sitting
from crawler.downloading import GuardedHandler, Unanswered
from crawler.evidence.unpacking import MAX_SIZE, TooLarge, unpacked
from crawler.forwarding import ForwardProxy
from crawler.house import House
from crawler.middlewares import RobotsTxt
from news.addresses import host_key, is_web_address
from news.values import Source, Tls
from reading.charsets import decode

log = logging.getLogger(__name__)

#: Chromiums at once in a process: each takes half a gigabyte, its driver included.
_AT_ONCE = asyncio.Semaphore(2)
#: Seconds for Chromium to start, for a page to be drawn, and for Chromium to end by itself.
_START_WITHIN, _DRAW_WITHIN, _END_WITHIN = 60.0, 30.0, 10.0
#: Bytes that the processes of one Chromium may have for themselves, and seconds between two looks.
_MEMORY, _LOOK = 1024**3, 0.25
_ARGUMENTS = (
    "--no-first-run",
    "--mute-audio",
    "--disable-gpu",
    "--disable-quic",
    "--disable-breakpad",
    "--dns-prefetch-disable",
    "--disable-features=WebTransport,Prerender2,SpareRendererForSitePerProcess",
    "--webrtc-ip-handling-policy=disable_non_proxied_udp",
    "--force-webrtc-ip-handling-policy=disable_non_proxied_udp",  # the same, as it was called before
    "--js-flags=--max-old-space-size=512",
)
#: What Chromium may know of our environment: settings may hold secrets.
_VARIABLES = ("PATH", "HOME", "LANG", "LC_ALL", "TZ", "FONTCONFIG_PATH", "XDG_RUNTIME_DIR")
#: What the answer said of a body that is not kept; the next request must not be told that it has not changed.
_OF_THE_BODY = frozenset(
    (
        "content-type",
        "content-encoding",
        "content-length",
        "transfer-encoding",
        "etag",
        "last-modified",
        "content-md5",
    )
)
_MARK = "X-Crawl-"
#: Says that the body is what scripts made of the page, and by what.
DRAWN_HEADER = f"{_MARK}Drawn"
_CONDITIONS = ("If-None-Match", "If-Modified-Since")
_numbers = itertools.count(1)


class DrawingHandler(ScrapyPlaywrightDownloadHandler, GuardedHandler):  # type: ignore[misc]
    """Fetches as GuardedHandler does, and draws what is HTML; raises Unanswered where that fails."""

    lazy = True

    def __init__(self, crawler: Crawler) -> None:
        super().__init__(crawler)
        logging.getLogger("scrapy-playwright").setLevel(logging.CRITICAL)  # a failure is told by its cause
        spider_class: Any = crawler.spidercls
        self._source: Source = spider_class.source
        self._own = crawler
        self._house = House.of(crawler)
        self._roads = frozenset((*self._source.feeds, *self._source.sitemaps))
        #: one page after the other; those of other crawls do not wait for it
        self._alone = asyncio.Lock()
        self.config.target_closed_max_retries = 0
        self.config.restart_disconnected_browser = False

    async def _maybe_launch_in_thread(self) -> None:
        """Nothing: a Chromium is started for each page."""

    async def _get_response_and_download(self, request: Request, page: Page, spider: Any) -> tuple[Any, None]:
        """The page goes where it is; what a script wants to download is no part of it."""
        return await page.goto(request.url, **request.meta["playwright_page_goto_kwargs"]), None

    async def download_request(self, request: Request) -> Response:
        """The answer, drawn where it is a page."""
        data = is_data(request.url, self._roads)
        if not data:  # a page that is sent unchanged may be drawn with other news
            for name in _CONDITIONS:
                request.headers.pop(name, None)
        answer: Response = await super().download_request(request)
        page = None if data else _page_of(answer)
        return answer if page is None else await self._in_turn(request, answer, page)

    async def _in_turn(self, request: Request, answer: Response, page: bytes) -> Response:
        """Draw when no other page of this crawl, and not too many of the process, are being drawn; raises Stopped."""
        async with AsyncExitStack() as places:
            try:
                async with asyncio.timeout(self._house.seconds_left()):
                    await places.enter_async_context(self._alone)
                    await places.enter_async_context(_AT_ONCE)
            except TimeoutError:
                raise Stopped from None
            if self._house.is_over():
                raise Stopped
            return await self._drawn(request, answer, page)

    async def _drawn(self, request: Request, answer: Response, page: bytes) -> Response:
        kind = answer.headers.get("Content-Type")
        document = decode(page, kind.decode("latin-1") if kind else None)
        sitting = Sitting(request.url, document, self._may_ask, self._note)
        proxy = ForwardProxy(
            self._house.facilities.settings.allow_networks,
            upstream=self._source.proxy,
            limit=MAX_SIZE,
            on_overflow=lambda: sitting.end(Broken(cause="too-large", message="the page asks for too much")),
        )
        async with proxy, self._a_chromium(proxy.address) as mark:
            found = await self._ended(request, sitting, mark)
            if isinstance(found, Broken):
                raise Unanswered(found.cause, found.message)
            if isinstance(found, Moved):
                return _redirect(answer, found.address)
            if len(found.body) > request.meta.get("download_maxsize", MAX_SIZE):
                raise Unanswered("too-large", "the page is drawn too large")
            return _as_drawn(answer, found, self.browser.version)

    @asynccontextmanager
    async def _a_chromium(self, proxy: str) -> AsyncIterator[str]:
        """A running Chromium whose every word goes through a proxy; the mark of its process."""
        mark = f"--jarchi-page={os.getpid()}-{next(_numbers)}"
        folder = tempfile.mkdtemp(prefix="jarchi-page-")
        self.config.launch_options = {
            "executable_path": chromium(),
            "args": [*_ARGUMENTS, mark],
            "chromium_sandbox": os.geteuid() != 0,  # Chromium refuses to start with it as root
            "proxy": {"server": proxy, "bypass": "<-loopback>"},
            "env": {name: os.environ[name] for name in _VARIABLES if name in os.environ} | {"TMPDIR": folder},
        }
        try:
            try:
                async with asyncio.timeout(_START_WITHIN):
                    await self._launch()
                    await self._maybe_launch_browser()
            except (PlaywrightError, OSError, TimeoutError) as error:
                raise Unanswered("browser-failed", f"Chromium does not start: {_short(error)}") from error
            yield mark
        finally:
            await asyncio.shield(self._put_away(mark))
            shutil.rmtree(folder, ignore_errors=True)

    async def _put_away(self, mark: str) -> None:
        """End Chromium and its driver, by force where they do not go."""
        try:
            async with asyncio.timeout(_END_WITHIN):
                await self._close()
        except (PlaywrightError, OSError, TimeoutError) as error:
            log.debug("Chromium did not go by itself: %s", error)
        finally:
            if (left := processes.marked(mark)) is not None:
                processes.kill(left)
            self.context_wrappers.clear()
            if hasattr(self, "browser"):
                del self.browser

    async def _ended(self, request: Request, sitting: Sitting, mark: str) -> Response | Moved | Broken:
        """How the drawing of a page ends: with the page, where it leads to, or why there is none."""
        self.browser.on("disconnected", lambda _: sitting.end(_CRASHED))
        drawing = asyncio.create_task(self._download_request(self._order(request, sitting)))
        watching = asyncio.create_task(_watch(mark, sitting))
        try:
            await asyncio.wait(
                {drawing, sitting.verdict}, timeout=_DRAW_WITHIN, return_when=asyncio.FIRST_COMPLETED
            )
            if sitting.verdict.done():
                return sitting.verdict.result()
            if not drawing.done():
                return Broken(cause="render-timeout", message=f"not drawn within {_DRAW_WITHIN:.0f} seconds")
            found: Response = drawing.result()
        except PlaywrightError as error:
            return await _what_broke(sitting, error)
        else:
            return found
        finally:
            for task in (drawing, watching):
                task.cancel()
            await asyncio.gather(drawing, watching, return_exceptions=True)

    def _order(self, request: Request, sitting: Sitting) -> Request:
        """What scrapy-playwright is asked for."""
        languages = self._source.languages
        context = {
            "user_agent": self._own.settings["USER_AGENT"],
            "service_workers": "block",
            "accept_downloads": False,
            "ignore_https_errors": self._source.tls is Tls.LAX,
            "timezone_id": self._source.timezone,  # dates are drawn as the site's own readers see them
            "viewport": {"width": 1280, "height": 4000},  # lists that grow as they are seen are seen
            **({"locale": languages[0]} if languages else {}),
        }
        return Request(
            urldefrag(request.url).url,
            meta={
                "playwright": True,
                "playwright_context": "page",
                "playwright_context_kwargs": context,
                "playwright_page_init_callback": sitting.attach,
                "playwright_page_goto_kwargs": {"wait_until": "load", "timeout": 1000 * _DRAW_WITHIN},
                "playwright_page_methods": [PageMethod(sitting.settle)],
            },
        )

    async def _may_ask(self, address: str) -> bool:
        """Whether robots.txt of the host lets us; one page at a time asks, so that no request waits for its own place."""
        if not address.startswith("http"):
            return True
        engine = self._own.engine
        layers = engine.downloader.middleware.middlewares if engine is not None else ()
        try:
            for layer in layers:
                if isinstance(layer, RobotsTxt):
                    await layer.process_request(Request(address))
        except IgnoreRequest:
            return False
        return True

    def _note(self, address: str) -> None:
        """Count a request that a page makes in the turn that was taken for it."""
        if address.startswith("http"):
            self._house.tally.requests += 1
            self._house.facilities.hosts.asked_along(host_key(address))


_CRASHED = Broken(cause="render-crash", message="Chromium crashed")


async def _what_broke(sitting: Sitting, error: PlaywrightError) -> Moved | Broken:
    """The reason behind an error of the driver; the word of a crash may come just after it."""
    name, text = type(error).__name__, _short(error)
    if name == "TimeoutError":
        return Broken(cause="render-timeout", message=text)
    crashed = name == "TargetClosedError" or "crash" in text.lower()
    done, _ = await asyncio.wait({sitting.verdict}, timeout=0.5)
    if done:
        return sitting.verdict.result()
    return _CRASHED if crashed else Broken(cause="render-failed", message=text)


async def _watch(mark: str, sitting: Sitting) -> None:
    """Kill a Chromium that takes more memory than a page may have."""
    root = await asyncio.to_thread(processes.marked, mark)
    while root is not None and not sitting.verdict.done():
        if await asyncio.to_thread(processes.memory, root) > _MEMORY:
            sitting.end(Broken(cause="render-memory", message=f"the page takes more than {_MEMORY >> 20} MB"))
            processes.kill(root)
        await asyncio.sleep(_LOOK)


def _page_of(answer: Response) -> bytes | None:
    """The unpacked body of an answer that is a page; None for anything else, which is handed on as it came."""
    if answer.status != 200:
        return None
    encodings = [value.decode("latin-1") for value in answer.headers.getlist("Content-Encoding")]
    try:
        body = unpacked(answer.body, encodings)
    except TooLarge:
        return None  # HttpCompression says so
    headers = Headers(answer.headers)
    headers.pop("Content-Encoding", None)
    kind = responsetypes.from_args(headers=headers, url=answer.url, body=body)
    return body if issubclass(kind, HtmlResponse) and not looks_like_data(body) else None


def _as_drawn(answer: Response, drawn: Response, version: str) -> Response:
    """The answer with the document as scripts left it; what its headers said of the body sent is kept under marks."""
    headers = Headers()
    for name, values in answer.headers.items():
        text = name.decode("latin-1")
        headers.setlist(f"{_MARK}{text}" if text.lower() in _OF_THE_BODY else text, values)
    headers["Content-Type"] = "text/html; charset=utf-8"
    headers[DRAWN_HEADER] = f"Chromium {version}"
    body = drawn.text.encode("utf-8", "replace") if isinstance(drawn, HtmlResponse) else drawn.body
    return HtmlResponse(
        _final(answer.url, drawn.url), status=200, headers=headers, body=body, encoding="utf-8",
        flags=["drawn"], ip_address=answer.ip_address, protocol=answer.protocol, certificate=answer.certificate,
    )  # fmt: skip


def _final(asked: str, shown: str) -> str:
    """The page's address as its scripts rewrote it, within its own host: its links are relative to that."""
    same = is_web_address(shown) and urlsplit(shown)[:2] == urlsplit(asked)[:2]
    return urldefrag(shown).url if same else asked


def _redirect(answer: Response, address: str) -> Response:
    """As the server's own redirect: followed by Scrapy, under all its rules."""
    return Response(answer.url, status=302, headers={"Location": address}, flags=["drawn"])


def _short(error: BaseException) -> str:
    return next(iter(str(error).splitlines()), "") or type(error).__name__
