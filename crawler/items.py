"""What a spider yields."""

from __future__ import annotations

from dataclasses import dataclass

from crawler.evidence.captures import Exposure
from news.values import Article, NotArticle, Page
from storage.leads import Validators, Wanted
from storage.looks import Look
from storage.prepared import Prepared


@dataclass(frozen=True, slots=True, kw_only=True)
class Fetched:
    """A page as it came, with the lead that asked for it."""

    page: Page
    wanted: Wanted
    validators: Validators
    #: the page as it came; None where no evidence is kept
    exposure: Exposure | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Missed:
    """A lead whose page could not be had."""

    wanted: Wanted
    #: what the failure is counted under
    cause: str
    #: whether the site's robots.txt could not be had: of the page itself nothing was learned
    unasked: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Read:
    """A page, or what its list gave in its place, as it was understood."""

    outcome: Article | NotArticle
    wanted: Wanted
    #: of the page; None where nothing that came may stand for it at the next visit
    validators: Validators | None
    #: where the page was found, after redirects
    fetched: str = ""
    #: whether the list's own text stands in for the page
    from_list: bool = False
    #: what the article misses: why its page, or a later page of it, could not be had
    missing: str | None = None
    #: whether the next crawl asks for what is missing
    again: bool = False
    #: the pages that the article was read from, as they came
    exposures: tuple[Exposure, ...] = ()
    #: whether the page shows the article's title as its own
    titled: bool = False
    #: of the article's words, where a reader has made it
    prepared: Prepared | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Looked:
    """What came when a known article was asked for again: a page, or why there is none."""

    look: Look
    page: Page | None = None
    validators: Validators | None = None
    exposure: Exposure | None = None
    #: whether every redirect on the way said that it is for good
    moved: bool = False
    #: what a failure is counted under; None with a page, and where the server says that nothing changed
    cause: str | None = None
