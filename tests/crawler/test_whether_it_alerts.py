"""Whether anybody is told depends on the article: real crawls, and what rules of events and of searches make of them."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlmodel import select

from alerts.delivering import match_articles, match_events
from storage import outbox, rules
from storage.rules import Rule
from storage.tables import LeadRow, RunRow, SourceRow
from tests.crawler.conftest import item

SAID = "The city of {0} has joined the Asian Mayors Forum, the municipality of {0} announced on Monday."
LINE = "{}: the council of the harbour town {} will meet on Monday, and it will decide on the money for the bridge."
DAY = timedelta(days=1)


@pytest.fixture
def told(desk, site):
    """What is told of since the last call: by a rule of events, and by one of a search."""
    now = datetime.now(UTC)
    with desk.store.writing() as session:
        rules.save_rule(session, Rule(name="events", recipients=("feed",), networks=("amf",)), now)
        query = f'joined AND source:"{site.key}"'
        rules.save_rule(session, Rule(name="articles", recipients=("feed",), query=query), now)
    with desk.store.reading() as session:
        seen = {one.id for one in outbox.deliveries(session)}

    def new() -> list[str]:
        match_events(desk.store, datetime.now(UTC))
        match_articles(desk.store, datetime.now(UTC))
        with desk.store.reading() as session:
            found = [one for one in outbox.deliveries(session) if one.id not in seen]
        seen.update(one.id for one in found)
        return sorted(one.rule for one in found)

    return new


def publish(site, number: int, *lines: str) -> None:
    site.post(
        f"/{number}",
        *lines,
        *[LINE.format(f"{number}.{n}", site.key) for n in range(4)],
        title=f"Report {number}",
    )


def show(site, *entries: tuple[int, timedelta]) -> None:
    """The feed: numbers of articles, and how long ago each was published."""
    now = datetime.now(UTC)
    site.feed(
        *(
            item(f"{site.address}/{number}", f"Report {number}", published=now - age)
            for number, age in entries
        )
    )


def days_pass(desk, site, days: int) -> None:
    """What is known of the source is so much older, as if nobody had crawled since."""
    with desk.store.writing() as session:
        source = session.exec(select(SourceRow).where(SourceRow.key == site.key)).one()
        source.last_good_at -= days * DAY
        source.last_run_at -= days * DAY
        for run in session.exec(select(RunRow).where(RunRow.source == site.key)):
            run.started_at -= days * DAY
        for lead in session.exec(select(LeadRow).where(LeadRow.source == site.key)):
            lead.first_seen_at -= days * DAY


def test_a_first_crawl_is_silent(desk, site, told):
    publish(site, 1, SAID.format("Yazd"))
    show(site, (1, timedelta(hours=1)))
    assert desk.crawl(site.key).run["new"] == 1
    assert told() == []


def test_a_service_down_for_five_days_tells_once_on_its_return(desk, site, told):
    publish(site, 1)
    show(site, (1, timedelta(hours=1)))
    desk.crawl(site.key)
    days_pass(desk, site, 5)
    publish(site, 2, SAID.format("Shiraz"))
    show(site, (2, 3 * DAY), (1, 5 * DAY))
    assert desk.crawl(site.key).error is None
    assert told() == ["articles", "events"]
    desk.crawl(site.key)
    assert told() == []


def test_an_old_article_brought_up_by_a_repaired_selector_is_silent(desk, site, told):
    """Its list did not show it before; the source was read well in the meantime."""
    publish(site, 1)
    show(site, (1, timedelta(hours=1)))
    desk.crawl(site.key)
    publish(site, 2, SAID.format("Tabriz"))
    site.show("/list", '<html><body><main><ul><li><a href="/2">Report 2</a></li></ul></main></body></html>')
    site.show(
        "/2",
        site.answers["/2"].body.replace("</head>", f'<meta property="article:published_time" content="'
                                        f'{(datetime.now(UTC) - 4 * DAY).isoformat()}"></head>'),
    )  # fmt: skip
    file = desk.settings.sources_folder / f"{site.key}.toml"
    file.write_text(f'name = "{site.key}"\n[[lists]]\nurl = "{site.address}/list"\n', encoding="utf-8")
    assert desk.crawl(site.key).run["new"] == 1
    assert told() == []


def test_an_announcement_of_today_is_told_once(desk, site, told):
    publish(site, 1)
    show(site, (1, DAY))
    desk.crawl(site.key)
    publish(site, 2, SAID.format("Isfahan"))
    show(site, (2, timedelta(minutes=5)), (1, DAY))
    desk.crawl(site.key)
    assert told() == ["articles", "events"]
    publish(site, 2, SAID.format("Isfahan"), "One word was put right in this report.")
    desk.crawl(site.key)
    assert told() == []
