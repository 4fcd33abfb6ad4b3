"""How Scrapy finds a spider: each source is one, under its key."""

from __future__ import annotations

import builtins
from collections.abc import Callable, Mapping
from functools import cached_property
from importlib import import_module
from typing import Self

from scrapy import Request, Spider
from scrapy.exceptions import UsageError as ScrapyUsageError
from scrapy.settings import BaseSettings

from crawler.members.spider import MembersSpider
from crawler.spider import SourceSpider
from news.addresses import is_web_address, same_site
from news.errors import JarchiError, SourceError
from news.settings import load_settings
from news.values import Source, SourceKind
from spiders.catalogue import find_source, load_sources


def spider_class(source: Source) -> type[SourceSpider]:
    """The spider of a source: that of its kind, or the odd site's own (`spiders.odd.<name>`)."""
    usual = MembersSpider if source.kind is SourceKind.MEMBERS else SourceSpider
    base = _odd(source) if source.spider else usual
    return type(base.__name__, (base,), {"name": source.key, "source": source})


class SourceSpiderLoader:
    """Scrapy's SPIDER_LOADER_CLASS.

    The sources are read when they are first asked for: only then does Scrapy print a wrong one as a message.
    """

    def __init__(self, read: Callable[[], Mapping[str, Source]]) -> None:
        self._read = read

    @cached_property
    def _sources(self) -> Mapping[str, Source]:
        try:
            return self._read()
        except JarchiError as error:
            raise ScrapyUsageError(str(error), print_help=False) from None

    @classmethod
    def from_settings(cls, settings: BaseSettings) -> Self:
        """The shipped sources and the user's."""
        return cls(lambda: load_sources(load_settings().sources_folder))

    def load(self, spider_name: str) -> type[Spider]:
        """The spider of a key; raises KeyError, as Scrapy expects, for an unknown one."""
        if spider_name not in self._sources:
            raise KeyError(f"Spider not found: {spider_name}")
        return spider_class(find_source(self._sources, spider_name))

    def list(self) -> list[str]:
        """Every key."""
        return sorted(self._sources)

    def find_by_request(self, request: Request) -> builtins.list[str]:
        """Keys of the sources whose home is on the request's site."""
        return [
            key for key, source in self._sources.items()
            if source.home and is_web_address(request.url) and same_site(source.home, request.url)
        ]


def _odd(source: Source) -> type[SourceSpider]:
    try:
        module = import_module(f"spiders.odd.{source.spider}")
    except ModuleNotFoundError as error:
        raise SourceError(f"{source.key}: there is no spider {source.spider!r} in spiders/odd") from error
    found: type[SourceSpider] = module.OddSpider
    return found
