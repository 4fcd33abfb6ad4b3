"""The pages of a list of members are kept as they came, for each snapshot of it."""

import asyncio

from crawler.evidence.opening import recorded_at
from crawler.house import Facilities
from crawler.ingesting import Ingest
from storage import memberlists, memberpages
from tests.crawler.test_members import CITIES, SHIRAZ, table


def test_each_snapshot_has_the_pages_that_it_was_read_from(desk, make_site):
    site = make_site()
    desk.watch(site, kind="members", network="amf", members=[f"{site.address}/members"])
    sent, runs = [], []
    for cities in (CITIES, CITIES, (*CITIES, SHIRAZ)):
        table(site, cities)
        sent.append(site.answers["/members"].body)
        runs.append(desk.crawl(site.key).run)
    assert [run["pages"] for run in runs] == [1, 0, 1], "what was seen before is not written again"
    folder = desk.settings.evidence_folder
    with desk.store.reading() as session:
        newer, older = memberlists.snapshots(session, site.key)
        kept = {item.id: memberpages.of_snapshot(session, item.id) for item in (newer, older)}
    assert [len(pages) for pages in kept.values()] == [1, 1]
    bodies = [recorded_at(folder, kept[item.id][0]).page.body.decode() for item in (older, newer)]
    assert bodies == [sent[0], sent[2]]
    assert recorded_at(folder, kept[newer.id][0]).lead.source == site.key

    async def ingested():
        facilities = Facilities(desk.settings)
        try:
            return await Ingest(facilities, ()).take(folder / kept[newer.id][0].file)
        finally:
            facilities.close()

    taken = asyncio.run(ingested())
    assert taken.passed["list of members"] >= 2
