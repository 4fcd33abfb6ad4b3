"""The spider of a source of kind `members`: reads a network's own list, page after page, and takes it over whole."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from scrapy import Request
from scrapy.exceptions import CloseSpider
from scrapy.http import Response
from sqlmodel import Session

from crawler.answers import STOPPED, page_of, validators_of
from crawler.evidence.captures import exposure_of
from crawler.evidence.files import NotWritten
from crawler.evidence.records import Packed, pack
from crawler.ledger import Listed
from crawler.members.pages import read_further, read_page
from crawler.members.rows import Cell, NoList, members_of
from crawler.spider import SourceSpider
from news.addresses import address_key
from news.values import Lead, MembersRoad, NotArticle, Page, Refusal, Road, Source
from storage import memberlists, memberpages
from storage.leads import Validators, Wanted
from storage.memberlists import ListReading, ListRefused, ListState, Recorded
from storage.membermatch import ListedMember

#: A server's word that nothing changed is believed for so long: it is no proof that no row was taken out.
_BELIEVED = timedelta(days=7)
#: What a page may be that shows no list; the failure is counted under its name.
WALLS = (Refusal.CHALLENGE, Refusal.LOGIN, Refusal.MAINTENANCE, Refusal.ERROR_PAGE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """What was read of the lists of a source so far."""

    #: which of the source's lists
    road: int = 0
    #: of the page that is asked for, from 1
    number: int = 1
    pages: int = 0
    #: of this list's first page
    layout: str = ""
    layouts: tuple[tuple[str, str], ...] = ()
    cells: tuple[Cell, ...] = ()
    rows: tuple[ListedMember, ...] = ()
    #: of all pages read
    seen: frozenset[str] = frozenset()
    validators: Validators | None = None
    #: the pages as they came, for the evidence
    packed: tuple[Packed, ...] = ()


class MembersSpider(SourceSpider):
    """Watches the list of members of one network."""

    async def start(self) -> AsyncIterator[Any]:
        """Begin the run and ask for the first page; one page that is asked for by itself is an article's."""
        if self.address:
            async for request in super().start():
                yield request
            return
        try:
            run = await self.house.begin()
            self.known = await self.house.write(lambda s: memberlists.state(s, self.source.key))
        except CloseSpider:
            return
        self.now, self.last_good_at = run.started_at, run.last_good_at
        yield await self.page_request(self.source.members[0].url, Progress())

    async def page_request(self, address: str, progress: Progress) -> Request:
        """A request for a page; only a list of one page that misses nothing is asked whether it changed."""
        if self._is_single and progress.pages == 0:
            return await self.list_request(address, self.parse_members, progress=progress)
        self.house.tally.ledger.ask_list()
        return Request(
            address,
            callback=self.parse_members,
            errback=self.list_failed,
            dont_filter=True,
            cb_kwargs={"asked": address, "progress": progress},
        )

    @property
    def _is_single(self) -> bool:
        known: ListState | None = self.known
        return (
            known is not None
            and known.pages == 1
            and not known.missing
            and known.description == description_of(self.source)
            and self.now - known.read_at < _BELIEVED
        )

    async def parse_members(self, response: Response, asked: str, progress: Progress) -> AsyncIterator[Any]:
        """A page of a list; after the last page of the last list all are taken over together."""
        if self.is_unchanged(response):
            return
        page = page_of(response, asked, self.house.facilities.clock())
        try:
            progress, following = await self._read(page, response, progress)
        except NoList as error:
            await self._fail(error.cause, str(error), page)
            return
        if following is not None:
            self.house.tally.ledger.end_list(Listed.READ)
            yield await self.page_request(following, progress)
            return
        await self._record(progress, page)

    async def _read(self, page: Page, response: Response, progress: Progress) -> tuple[Progress, str | None]:
        """What is read with this page, and the next page's address; raises NoList."""
        road = self.source.members[progress.road]
        known = dict(self.known.layouts).get(road.url) if self.known is not None else None
        packed = await asyncio.to_thread(self._packed, response, page)
        if progress.number == 1:
            table = await asyncio.to_thread(read_page, page, road, known)
        else:
            table = await asyncio.to_thread(read_further, page, road, progress.layout, progress.number)
        seen = progress.seen | {address_key(page.address), address_key(page.final_address)}
        repeated = progress.number > 1 and set(table.cells) <= set(progress.cells)
        progress = replace(
            progress,
            layout=table.layout,
            cells=(*progress.cells, *table.cells),
            seen=seen,
            packed=(*progress.packed, *packed),
            pages=progress.pages + 1,
            validators=validators_of(response, page.address) if progress.pages == 0 else None,
        )
        following = None if repeated or table.following is None else table.following
        if following is not None and address_key(following) not in seen:
            if progress.number >= road.pages:
                raise NoList("too-many-pages", f"{road.url} has more than {road.pages} pages")
            return replace(progress, number=progress.number + 1), following
        return await self._list_done(road, progress)

    async def _list_done(self, road: MembersRoad, progress: Progress) -> tuple[Progress, str | None]:
        rows = await asyncio.to_thread(members_of, progress.cells, road)
        progress = replace(
            progress,
            rows=(*progress.rows, *rows),
            layouts=(*progress.layouts, (road.url, progress.layout)),
            cells=(),
            layout="",
            number=1,
            road=progress.road + 1,
        )
        further = self.source.members[progress.road :]
        return progress, further[0].url if further else None

    async def _record(self, progress: Progress, page: Page) -> None:
        reading = reading_of(self.source, progress, self.now, self.house.facilities.settings.alert_max_age)
        try:
            recorded = await self.house.write(lambda s: self._keep(s, reading, progress.packed))
        except ListRefused as error:
            await self._fail(error.cause, str(error), page)
            return
        self.house.tally.ledger.end_list(Listed.READ)
        self.house.tally.members = counts_of(recorded)
        self.logger.info("list read source=%s %s", self.name, self.house.tally.members)

    def _packed(self, response: Response, page: Page) -> tuple[Packed, ...]:
        lead = Lead(address=page.address, source=self.source.key, road=Road.LIST)
        exposure = exposure_of(response, page, Wanted(lead=lead, key="", overlapped=False))
        return (pack(replace(exposure, of_members=True)),) if exposure is not None else ()

    def _keep(self, session: Session, reading: ListReading, pages: Sequence[Packed]) -> Recorded:
        """Take a reading over, with its pages where it shows what none that are kept do."""
        recorded = memberlists.record(session, reading)
        if pages and memberpages.lacks(session, recorded.snapshot):
            try:
                memberpages.attach(session, recorded.snapshot, self.house.facilities.evidence.append(pages))
                self.house.tally.pages += len(pages)
            except NotWritten as missed:
                self.house.tally.pages_missed[missed.cause] += len(pages)
        return recorded

    async def _fail(self, cause: str, message: str, page: Page) -> None:
        """Count why a list was not taken over: by what the page is, where it says so."""
        read = await self.house.facilities.readers.read(
            page, self.source, None, self.house.facilities.clock()
        )
        if isinstance(read.outcome, NotArticle) and read.outcome.refusal in WALLS:
            cause = read.outcome.refusal.value
        self.house.tally.lists_failed[cause] += 1
        self.house.tally.ledger.end_list(Listed.FAILED)
        self.logger.warning("list not believed source=%s cause=%s: %s", self.name, cause, message)

    async def list_failed(self, failure: Any) -> None:
        """Count a page that could not be had: no list is taken over in part."""
        cause = await self.cause(failure)
        if cause == STOPPED:
            return
        self.house.tally.lists_failed[cause] += 1
        self.house.tally.ledger.end_list(Listed.FAILED)
        self.logger.warning("list failed source=%s cause=%s: %s", self.name, cause, failure.getErrorMessage())


def description_of(source: Source) -> str:
    """What a source's file says of its lists: where it says something else, the next reading is a first one."""
    said = (road.model_dump_json(exclude_defaults=True, exclude={"pages"}) for road in source.members)
    return "\n".join((source.network or "", *said))


def reading_of(source: Source, progress: Progress, now: datetime, max_age: timedelta) -> ListReading:
    """All that was read, each member once."""
    distinct = {(row.member or row.name, row.country): row for row in reversed(progress.rows)}
    return ListReading(
        source=source.key,
        network=source.network or "",
        address=source.members[0].url,
        description=description_of(source),
        layouts=dict(progress.layouts),
        pages=progress.pages,
        rows=tuple(reversed(distinct.values())),
        now=now,
        shrinks=source.shrinks,
        validators=progress.validators if progress.pages == 1 else None,
        max_age=max_age,
    )


def counts_of(recorded: Recorded) -> dict[str, int]:
    """What the run object says of a list."""
    return {
        "rows": recorded.rows,
        "resolved": recorded.resolved,
        "new": recorded.new,
        "missing": recorded.missing,
        "gone": recorded.gone,
    }
