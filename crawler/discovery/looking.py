"""A first look at a site: from its home page to a source that watches it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import chain
from typing import Any
from urllib.parse import urljoin, urlsplit

from lxml.html import HtmlElement
from scrapy.http import HtmlResponse, Response

from crawler.discovery import clues, identity
from crawler.discovery.asking import Answer, Asker
from crawler.discovery.choosing import addresses, distinct, in_turn, roads, worth_watching
from crawler.discovery.clues import Version
from crawler.discovery.feeds import as_feed, find_feeds, find_rest, repeats
from crawler.discovery.found import Finding, NotWatchable, Shown, Wishes
from crawler.discovery.lists import find_list, tree_of
from crawler.discovery.places import places
from crawler.discovery.sitemaps import find_sitemap, has_entries, named_in
from news.addresses import address_key, canonical, same_site
from news.languages.profiles import profile
from news.values import UNDETERMINED, Article, Lead, NotArticle, Refusal, Road, Source
from reading import detect
from reading.metadata import Metadata, read_metadata
from reading.titles import title_parts

#: Sample articles, and leads that are tried for them.
_SAMPLES, _TRIED = 3, 9
#: Pages of news and other languages that are looked at.
_PAGES, _VERSIONS = 3, 6
#: Characters of a page that its language is told by.
_TEXT = 2_000
_SPOKEN = ("a", "p", "h1", "h2", "h3", "h4", "span", "li", "td", "div", "time")
#: Why a site's first page is not looked at further.
_WALLS = {
    Refusal.CHALLENGE: "asks its visitors to prove that they are human; a crawler is not let in",
    Refusal.LOGIN: "asks for a login",
    Refusal.MAINTENANCE: "is being maintained: try again later",
    Refusal.ERROR_PAGE: "answers with an error page",
}
#: Why a site's first page could not be had, for people.
_CAUSES = {
    "dns": "its name is not known",
    "private-address": "it lies in a private network: name that in JARCHI_ALLOW_NETWORKS if you mean it",
    "robots": "its robots.txt forbids it",
    "timeout": "it does not answer in time",
    "connection-refused": "nobody answers there",
    "connection-lost": "the connection broke off",
    "tls": "its certificate is not valid",
    "redirects": "it redirects without end",
    "too-large": "it sends more than a page",
    "bad-address": "it leads to what is no web address",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class _Home:
    """The page that a site is known by."""

    response: HtmlResponse
    tree: HtmlElement
    meta: Metadata
    #: path that the site's news is looked for under
    scope: str

    @property
    def address(self) -> str:
        """After redirects."""
        return self.response.url


class Look:
    """One look at one site; `found` does it all."""

    def __init__(self, asker: Asker, asked: str, wishes: Wishes) -> None:
        self._asker, self._asked, self._wishes = asker, canonical(asked), wishes

    async def found(self) -> Finding:
        """What the site has, and the source to watch it by; raises NotWatchable."""
        given, home = await self._home()
        source = self._first_guess(home)
        shown = given or await self._fed(home, source)
        if not given:
            shown += await self._listed(home, source, shown)
        if not shown:
            raise NotWatchable(
                f"{self._asked} shows no feed, no sitemap, no WordPress and no list of articles: nothing to watch"
                + self._offer(clues.needs_scripts(home.tree))
            )
        watched = worth_watching(shown)
        languages = self._languages(home, watched, source)
        samples, source = await self._samples(source.model_copy(update={"languages": languages}), watched)
        if not samples:
            raise NotWatchable(
                f"{self._asked}: none of the pages that its lists name could be read as an article"
                + self._offer(await self._are_empty(watched))
            )
        final = await self._described(home, source, watched, samples)
        return Finding(
            source=final,
            samples=samples,
            requests=0,
            feeds=addresses(shown, Road.FEED),
            sitemaps=addresses(shown, Road.SITEMAP),
            wordpress=next(iter(addresses(shown, Road.REST)), None),
            lists=tuple(one.listed for one in shown if one.listed),
        )

    def _offer(self, empty: bool) -> str:  # noqa: FBT001
        """What to try where pages are empty before their scripts have run."""
        return "; its pages are drawn by scripts: try again with --render" if empty and not self._wishes.render else ""

    async def _are_empty(self, watched: Sequence[Shown]) -> bool:
        """Whether a page that was tried as an article is empty before its scripts have run."""
        answers = [await self._asker.ask(lead.address) for lead in in_turn(watched)[:_TRIED]]
        trees = (tree_of(one.page) for one in answers if isinstance(one.page, HtmlResponse))
        return any(tree is not None and clues.needs_scripts(tree) for tree in trees)

    async def _home(self) -> tuple[list[Shown], _Home]:
        """The site's first page; the feed as well where its address was given instead."""
        answer = await self._asker.ask(self._asked)
        await self._refuse_wall(answer, self._asked)
        assert answer.page is not None
        feed = None if _is_html(answer.page) else as_feed(answer.page, _source(self._asked, UNDETERMINED))
        if feed is None:
            return [], self._as_home(answer.page, _scope(self._asked))
        root = clues.home_of(self._asked)
        answer = await self._asker.ask(root)
        await self._refuse_wall(answer, root)
        assert answer.page is not None
        return [feed], self._as_home(answer.page, "/")

    def _as_home(self, response: Response, scope: str) -> _Home:
        tree = tree_of(response) if isinstance(response, HtmlResponse) else None
        if tree is None or not isinstance(response, HtmlResponse):
            raise NotWatchable(f"{self._asked} is no web page and no feed")
        return _Home(response=response, tree=tree, meta=read_metadata(tree), scope=scope)

    async def _refuse_wall(self, answer: Answer, address: str) -> None:
        """Raise NotWatchable where the site does not let us in."""
        if answer.response is not None and (wall := await self._wall(answer.response)) is not None:
            raise NotWatchable(f"{address} {wall}")
        if answer.cause is not None:
            cause = answer.cause.replace("http-", "it answers with HTTP ")
            raise NotWatchable(f"{address} cannot be looked at: {_CAUSES.get(cause, cause)}")
        if answer.response is None or not answer.response.body.strip():
            raise NotWatchable(f"{address} is empty")

    async def _wall(self, response: Response) -> str | None:
        """What stands before the site, told by its page, whatever its status."""
        page = replace(self._asker.page(response, self._asked), status=200)
        read = await self._asker.readers.read(
            page, _source(self._asked, UNDETERMINED), None, self._asker.now()
        )
        return _WALLS.get(read.outcome.refusal) if isinstance(read.outcome, NotArticle) else None

    def _first_guess(self, home: _Home) -> Source:
        """A source to read the lists with: its language decides how dates are understood."""
        hints = [home.meta.language] if home.meta.language else []
        told = detect(_plain_text(home.tree)[:_TEXT], hints).code
        language = self._wishes.language or (told if told != UNDETERMINED else _code(home.meta.language))
        return _source(self._asked, language)

    async def _fed(self, home: _Home, source: Source) -> list[Shown]:
        """Feeds and REST, those of the site's other languages included."""
        declared = clues.declared_feeds(home.tree, home.address)
        feeds = await find_feeds(self._asker, declared, source, home.scope)
        if not feeds:
            feeds = await find_feeds(self._asker, self._usual(home, places().feeds), source, home.scope)
        headers = [value.decode("latin-1") for value in home.response.headers.getlist("Link")]
        roots = clues.rest_roots(home.tree, home.address, headers)
        rest = await find_rest(self._asker, roots, source, home.scope)
        for version in self._versions(home):
            page = await self._version(version)
            others = (
                await find_feeds(self._asker, page, _source(self._asked, version.language), "/")
                if page
                else []
            )
            feeds += [feed for feed in others if not any(repeats(feed.leads, known.leads) for known in feeds)]
        return [*feeds, *([rest] if rest else [])]

    async def _version(self, version: Version) -> tuple[str, ...]:
        """The feeds that the site names in another language."""
        response = (await self._asker.ask(version.address)).page
        tree = tree_of(response) if isinstance(response, HtmlResponse) else None
        return clues.declared_feeds(tree, version.address) if tree is not None else ()

    async def _listed(self, home: _Home, source: Source, fed: Sequence[Shown]) -> list[Shown]:
        """Lists of HTML and sitemaps; where feeds work, only what costs little is looked at."""
        listed = await self._lists(home, source, thorough=not fed)
        known = "|".join(
            dict.fromkeys(one.listed.article for one in listed if one.listed and one.listed.article)
        )
        robots = await self._asker.ask(urljoin(home.address, "/robots.txt"), obey_robots=False)
        named = named_in(robots.page.body, home.address) if robots.page is not None else ()
        if fed:
            sitemap = await has_entries(self._asker, named[0], source) if named else None
        else:
            candidates = named or self._usual(home, places().sitemaps)
            sitemap = await find_sitemap(self._asker, candidates, source, home.scope, known or None)
        return [*([sitemap] if sitemap else []), *listed]

    async def _lists(self, home: _Home, source: Source, *, thorough: bool) -> list[Shown]:
        """The lists of the home page and, if thorough, of the pages of news and of the other languages."""
        first = await find_list(self._asker, home.response, source)
        found = [first] if first else []
        pages: list[tuple[str, str]] = []
        if thorough:
            language = source.languages[0] if source.languages else UNDETERMINED
            pages += [(page, language) for page in clues.news_pages(home.tree, home.address)[:_PAGES]]
            pages += [(version.address, version.language) for version in self._versions(home)]
        for address, language in pages:
            response = (await self._asker.ask(address)).page
            if isinstance(response, HtmlResponse):
                shown = await find_list(self._asker, response, _source(self._asked, language))
                found += [shown] if shown else []
        return distinct(found)

    def _versions(self, home: _Home) -> tuple[Version, ...]:
        """The site in other languages; none where the address given asks for one part of it."""
        return clues.versions(home.tree, home.address)[:_VERSIONS] if home.scope == "/" else ()

    def _usual(self, home: _Home, paths: Iterable[str]) -> list[str]:
        """The usual places below what was asked for, then below the root."""
        bases = dict.fromkeys((urljoin(home.address, "./"), urljoin(home.address, home.scope)))
        return [urljoin(base, path) for base in bases for path in paths]

    def _languages(self, home: _Home, watched: Sequence[Shown], source: Source) -> tuple[str, ...]:
        """The site's own language, then the others that something is published in."""
        if self._wishes.language:
            return (self._wishes.language,)
        leads = [lead for one in watched for lead in one.leads]
        titles = " ".join(lead.title or "" for lead in leads[:20])
        first = detect(titles, source.languages).code if not source.languages else source.languages[0]
        others = [version.language for version in self._versions(home) if _publishes(version, watched)]
        return tuple(dict.fromkeys(code for code in (first, *others) if profile(code).code != UNDETERMINED))

    async def _samples(self, source: Source, watched: Sequence[Shown]) -> tuple[tuple[Article, ...], Source]:
        """Up to three articles, of each road and language in turn, and the source with what they teach."""
        found: list[Article] = []
        for lead in in_turn(watched)[:_TRIED]:
            read = await self._asker.read(lead, source)
            article = read if isinstance(read, Article) else await self._from_list(lead, source)
            if article is not None:
                found.append(article)
            if len(found) == _SAMPLES:
                break
        if not source.languages and found:
            source = source.model_copy(update={"languages": tuple(_told(found))})
        return tuple(found), source

    async def _from_list(self, lead: Lead, source: Source) -> Article | None:
        """What a list gives whole of a page that cannot be had."""
        if not lead.body or not lead.title:
            return None
        outcome = (await self._asker.readers.read_listed(lead, source, self._asker.now())).outcome
        return outcome if isinstance(outcome, Article) else None

    async def _described(
        self, home: _Home, source: Source, watched: Sequence[Shown], samples: Sequence[Article]
    ) -> Source:
        """The source with its roads and all that is known of who publishes it."""
        wishes, languages = self._wishes, source.languages
        language = languages[0] if languages else UNDETERMINED
        pages = [await self._sample_page(article) for article in samples]
        metas = [home.meta, *(read_metadata(tree) for tree in pages if tree is not None)]
        names = self._names(metas, watched)
        network = wishes.network or (
            None if wishes.city else identity.network_of(names, home.address, language)
        )
        city = wishes.city or (None if network else identity.city_of(names, language))
        country = identity.country_of(home.address, city)
        dates = chain.from_iterable((*meta.json_published, *meta.meta_published) for meta in metas)
        stated = next((one.zone for one in watched if one.zone), None)
        leads = chain.from_iterable(one.leads for one in watched)
        seen = [
            dated for dated in (*(one.dated for one in samples), *(lead.dated for lead in leads)) if dated
        ]
        table: dict[str, Any] = {
            "key": wishes.key or identity.key_of(self._asked, clues.language_of_path(self._asked)),
            "name": wishes.name or next(iter(names), urlsplit(home.address).netloc),
            "kind": wishes.kind or identity.kind_of(network, city, samples),
            "home": self._home_address(home),
            "country": country,
            "city": city,
            "network": network,
            "languages": languages,
            "render": wishes.render,
            "timezone": identity.zone_of(stated, country, languages, dates, self._asker.now()),
            "calendar": identity.calendar_of(language, seen),
            **roads(watched),
        }
        return Source.model_validate(table)

    def _home_address(self, home: _Home) -> str:
        """The root as it was asked for, in the scheme and host that answer; of another site the page itself."""
        root = clues.home_of(self._asked)
        if address_key(home.address) == address_key(self._asked) or not same_site(home.address, root):
            return home.address
        return self._asked if home.scope != "/" or self._asked == root else root

    async def _sample_page(self, article: Article) -> HtmlElement | None:
        """The tree of a page that was read, as it was kept by the asker."""
        response = (await self._asker.ask(article.url)).page
        return tree_of(response) if isinstance(response, HtmlResponse) else None

    def _names(self, metas: Sequence[Metadata], watched: Sequence[Shown]) -> list[str]:
        """What the site may be called, the surest first."""
        stated = next((one.title for one in watched if one.road is Road.REST and one.title), "")
        shared = identity.common_name([title_parts(meta.page_title) for meta in metas])
        titles = [one.title for one in watched if one.title]
        own = [metas[0].page_title] if metas[0].page_title else []
        return list(dict.fromkeys(filter(None, (stated, shared or "", *metas[0].names, *titles, *own))))


def _is_html(response: Response) -> bool:
    return isinstance(response, HtmlResponse) and b"<html" in response.body[:2000].lower()


def _scope(asked: str) -> str:
    """The path that an address asks for, where that is the site in one language."""
    return f"/{urlsplit(asked).path.split('/')[1]}/" if clues.language_of_path(asked) else "/"


def _source(asked: str, language: str) -> Source:
    """A source to read lists and pages by before anything is known."""
    spoken = profile(language)
    known = (spoken.code,) if spoken.code != UNDETERMINED else ()
    return Source(
        key="look",
        name=urlsplit(asked).netloc,
        languages=known,
        timezone=spoken.zone,
        calendar=spoken.calendars[0],
    )


def _code(language: str) -> str:
    return profile(language).code if language else UNDETERMINED


def _plain_text(tree: HtmlElement) -> str:
    body = tree.find("body")
    parts = (" ".join(text.split()) for text in (tree if body is None else body).itertext(*_SPOKEN))
    return " ".join(filter(None, parts))


def _publishes(version: Version, watched: Sequence[Shown]) -> bool:
    """Whether something of what is watched lies in that language."""
    below = address_key(version.address).rstrip("/")
    for lead in chain.from_iterable(one.leads for one in watched):
        if clues.language_of_path(lead.address) == version.language or address_key(lead.address).startswith(
            f"{below}/"
        ):
            return True
    return False


def _told(samples: Sequence[Article]) -> list[str]:
    return list(dict.fromkeys(one.language.code for one in samples if one.language.code != UNDETERMINED))
