"""The scout: a process that looks at sites, or tries the roads of sources, and ends.

What to do comes as one line on standard input, what it sees goes as lines to standard output. The end of
standard input, which comes with the caller's death too, ends it.
"""

from __future__ import annotations

import os
import sys
import threading
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

from scrapy import Spider
from scrapy.crawler import AsyncCrawlerProcess, Crawler
from scrapy.settings import Settings as ScrapySettings
from scrapy.utils.project import get_project_settings

from crawler.discovery.found import Finding, MembersFinding, Wishes
from crawler.discovery.spider import RoadTest, look_spider
from crawler.house import FACILITIES, Facilities
from news.errors import JarchiError
from news.settings import Settings, load_settings
from news.values import Source
from scheduler.logs import log_to_stderr
from scheduler.scouting import Errand, Word, encode_word, read_errands
from spiders.loader import spider_class

#: What these warn of is the cause that an errand ends with.
_TOLD = ("crawler.guard", "scrapy.downloadermiddlewares.retry")

Say = Callable[[Word], None]


def run(errands: Sequence[Errand], settings: Settings, say: Say) -> None:
    """Do the errands side by side, and say how each ended."""
    facilities = Facilities(settings)
    try:
        process = AsyncCrawlerProcess(_scrapy_settings(facilities))
        log_to_stderr(settings, _TOLD)  # Scrapy sets its own levels when it is made
        crawlers = []
        for number, errand in enumerate(errands):
            crawlers.append(crawler := _crawler(process, errand))
            task = process.crawl(crawler, **_arguments(errand, partial(_say_address, say, number)))
            task.add_done_callback(lambda _, number=number, crawler=crawler: say(_end(number, crawler)))  # type: ignore[misc]
        _end_with_input()
        process.start(install_signal_handlers=False)
    finally:
        facilities.close()


def _crawler(process: AsyncCrawlerProcess, errand: Errand) -> Crawler:
    crawler = process.create_crawler(
        _road_test(errand.source) if errand.source else look_spider(errand.wishes or Wishes())
    )
    crawler.settings.set("CLOSESPIDER_TIMEOUT", errand.deadline, priority="cmdline")
    return crawler


def _arguments(errand: Errand, say: Callable[[str], None]) -> dict[str, Any]:
    if errand.source is not None:
        return {"say": say}
    return {"say": say, "asked": errand.address, "wishes": errand.wishes or Wishes()}


def _road_test(source: Source) -> type[Spider]:
    """A test that reads lists as the source's own spider does."""
    own = spider_class(source)
    return type("SourceRoadTest", (RoadTest, own), {"name": source.key, "source": source})


def _end(number: int, crawler: Crawler) -> Word:
    """How an errand ended."""
    spider: Any = crawler.spider
    if spider is None or (spider.error is None and spider.found is None):
        return Word(errand=number, error="the look at the site broke off; its log says why")
    if spider.error is not None:
        return Word(errand=number, error=str(spider.error))
    if isinstance(spider.found, Finding):
        return Word(errand=number, finding=spider.found)
    if isinstance(spider.found, MembersFinding):
        return Word(errand=number, members=spider.found)
    return Word(errand=number, report=spider.found)


def _scrapy_settings(facilities: Facilities) -> ScrapySettings:
    settings = get_project_settings()
    settings.setmodule("crawler.settings", priority="project")
    settings.set(FACILITIES, facilities, priority="cmdline")
    settings.set("LOG_INSTALL_ROOT_HANDLER", False, priority="cmdline")  # noqa: FBT003
    return settings


def _end_with_input() -> None:
    """End with the caller, however that ends: a look keeps nothing, so there is nothing to put in order."""

    def watch() -> None:
        while os.read(sys.stdin.fileno(), 4096):
            pass
        os._exit(1)

    threading.Thread(target=watch, name="input", daemon=True).start()


def _say_address(say: Say, number: int, address: str) -> None:
    say(Word(errand=number, asking=address))


def _print(word: Word) -> None:
    sys.stdout.buffer.write(encode_word(word))
    sys.stdout.buffer.flush()


def main() -> None:
    """Do the errands of standard input."""
    errands = read_errands(sys.stdin.buffer.readline())
    try:
        run(errands, load_settings(), _print)
    except JarchiError as error:
        for number in range(len(errands)):
            _print(Word(errand=number, error=str(error)))


if __name__ == "__main__":
    main()
