"""A look at a network's list of members: how it reads, before anything watches it."""

from __future__ import annotations

import asyncio
from dataclasses import replace

from crawler.discovery import identity
from crawler.discovery.asking import Answer, Asker
from crawler.discovery.found import (
    MembersFinding,
    MembersShown,
    NotWatchable,
    RoadReport,
    RoadState,
    Wishes,
)
from crawler.members.pages import read_further, read_page
from crawler.members.rows import Cell, NoList, members_of
from crawler.members.spider import WALLS
from news.addresses import address_key, canonical
from news.names import naming
from news.values import MembersRoad, NotArticle, Page, Road, Source, SourceKind
from storage.membermatch import ListedMember

#: Rows that are shown to people.
_SAMPLES = 10


async def look_at_members(asker: Asker, asked: str, wishes: Wishes) -> MembersFinding:
    """How the list at an address reads, and the source to watch it by; raises NotWatchable."""
    if wishes.network is None:
        raise NotWatchable("a list of members needs its network: say --network")
    road = MembersRoad(url=canonical(asked))
    try:
        shown = await read_list(asker, road)
    except NoList as error:
        raise NotWatchable(f"{asked}: {error.cause}: {error}") from error
    name = naming.network_name(wishes.network) or wishes.network
    source = Source(
        key=wishes.key or identity.key_of(f"{asked.partition('?')[0].rstrip('/')}", "members"),
        name=wishes.name or f"{name}: members",
        kind=SourceKind.MEMBERS,
        network=wishes.network,
        languages=(wishes.language,) if wishes.language else (),
        members=(road,),
        render=wishes.render,
    )
    return MembersFinding(source=source, shown=shown, requests=0)


async def try_members(asker: Asker, source: Source) -> tuple[RoadReport, ...]:
    """Whether each list of a source still reads."""
    return tuple([await _tried(asker, road) for road in source.members])


async def read_list(asker: Asker, road: MembersRoad) -> MembersShown:
    """All pages of a list; raises NoList with the cause."""
    cells: tuple[Cell, ...] = ()
    seen: set[str] = set()
    layout, number, address = "", 1, road.url
    while True:
        page = await _page(asker, address)
        seen |= {address_key(page.address), address_key(page.final_address)}
        try:
            table = (
                await asyncio.to_thread(read_page, page, road, None)
                if number == 1
                else await asyncio.to_thread(read_further, page, road, layout, number)
            )
        except NoList as error:
            raise NoList(await _wall(asker, page) or error.cause, str(error)) from error
        is_repeated = number > 1 and set(table.cells) <= set(cells)
        cells, layout = (*cells, *table.cells), table.layout
        if table.following is None or address_key(table.following) in seen or is_repeated:
            break
        if number == road.pages:
            raise NoList("too-many-pages", f"{road.url} has more than {road.pages} pages")
        address, number = table.following, number + 1
    return _shown(await asyncio.to_thread(members_of, cells, road), number)


async def _tried(asker: Asker, road: MembersRoad) -> RoadReport:
    try:
        shown = await read_list(asker, road)
    except NoList as error:
        state = RoadState.EMPTY if error.cause == "empty-list" else RoadState.FAILED
        return RoadReport(road=Road.MEMBERS, address=road.url, state=state, cause=error.cause)
    return RoadReport(
        road=Road.MEMBERS, address=road.url, state=RoadState.WORKS, leads=shown.rows, members=shown
    )


async def _page(asker: Asker, address: str) -> Page:
    answer: Answer = await asker.ask(address)
    if answer.page is None:
        wall = (
            await _wall(asker, replace(asker.page(answer.response, address), status=200))
            if answer.response
            else None
        )
        raise NoList(wall or answer.cause or "no-answer", f"{address} could not be had")
    return asker.page(answer.page, address)


async def _wall(asker: Asker, page: Page) -> str | None:
    """What stands before the list, told by its page."""
    read = await asker.readers.read(page, None, None, asker.now())
    is_wall = isinstance(read.outcome, NotArticle) and read.outcome.refusal in WALLS
    return read.outcome.refusal.value if is_wall and isinstance(read.outcome, NotArticle) else None


def _shown(rows: tuple[ListedMember, ...], pages: int) -> MembersShown:
    unresolved = tuple(row for row in rows if row.member is None)
    # some from all over the list: its beginning is often one country's
    step = max(1, len(rows) // _SAMPLES)
    return MembersShown(
        rows=len(rows),
        resolved=len(rows) - len(unresolved),
        pages=pages,
        samples=rows[::step][:_SAMPLES],
        unresolved=unresolved[:_SAMPLES],
    )
