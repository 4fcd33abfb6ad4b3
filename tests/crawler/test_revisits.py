"""Known articles asked for again: edited, moved, gone; and what only looks like it."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlmodel import select

from news.values import Status
from storage import articles, looks, register
from storage.looks import Seen
from storage.tables import ArticleRow, LookRow

from .conftest import item


def text(site):
    """Of that site alone: the same text elsewhere would be a copy."""
    words = ("Engineers", "Fishermen", "Painters", "Divers", "Gardeners", "Teachers")
    return [
        f"{word} of {site.key} told the council on Monday that work on the {word} quay begins in {site.key}."
        for word in words
    ]


JOINED = "The city of Yazd has joined the Asian Mayors Forum, the municipality announced on Tuesday."
DENIED = "The city of Yazd has not joined the Asian Mayors Forum, the municipality announced on Tuesday."


@pytest.fixture
def kept(site, desk):
    """A site whose one article was crawled."""
    site.feed(item(f"{site.address}/news/1", "Quay", published=datetime.now(UTC)))
    site.post("/news/1", *text(site), title="Quay")
    assert desk.crawl(site.key).run["new"] == 1
    return site


def make_due(desk, site):
    """As if the time for the next look had come."""
    with desk.store.writing() as session:
        for row in session.exec(select(LookRow).where(LookRow.source == site.key)):
            row.due_at = datetime.now(UTC) - timedelta(hours=1)
            row.missed_at = row.missed_at and row.missed_at - timedelta(days=2)
            session.add(row)


def look(desk, site):
    """What the next crawl's looks find."""
    make_due(desk, site)
    report = desk.crawl(site.key)
    assert report.error is None
    assert report.run["ledger"]["outcomes"].get("new", 0) == 0
    return report.run.get("looks")


def number(desk, site):
    with desk.store.reading() as session:
        return session.exec(select(ArticleRow.id).where(ArticleRow.source == site.key)).one()


def state(desk, site):
    with desk.store.reading() as session:
        return looks.state(session, number(desk, site))


def test_a_look_is_taken_when_it_is_due_and_not_before(kept, desk):
    assert "looks" not in desk.crawl(kept.key).run
    assert kept.count("/news/1") == 1
    first = state(desk, kept).next_at
    assert timedelta(hours=23) < first - datetime.now(UTC) <= timedelta(days=1)
    assert look(desk, kept) == {"same": 1}
    assert kept.count("/news/1") == 2
    assert (desk.versions(kept.key), state(desk, kept).outcome) == ([1], Seen.SAME)


def test_an_edit_keeps_a_version_and_its_date_stays(kept, desk):
    before = desk.articles(kept.key)[0]
    kept.post("/news/1", *text(kept)[:-1], "Nobody was asked, the teachers said.", title="Quay")
    assert look(desk, kept) == {"edited": 1}
    (article,) = desk.articles(kept.key)
    assert article.text.endswith("Nobody was asked, the teachers said.")
    assert article.dated == before.dated
    found = state(desk, kept)
    assert (found.versions, found.edited_at) == (2, article.fetched_at)
    with desk.store.reading() as session:
        (former,) = articles.versions(session, number(desk, kept))
    assert former.text == before.text
    assert look(desk, kept) == {"same": 1}


def test_an_edit_of_the_title_alone_is_seen_though_the_list_still_says_the_old_one(kept, desk):
    kept.post("/news/1", *text(kept), title="No quay before summer")
    assert look(desk, kept) == {"edited": 1}
    assert desk.articles(kept.key)[0].title == "No quay before summer"
    assert look(desk, kept) == {"same": 1}


def test_a_denial_that_takes_the_place_of_an_announcement_reaches_the_register(site, desk):
    published = datetime.now(UTC) - timedelta(hours=1)
    site.feed(item(f"{site.address}/news/1", "Yazd and the forum", published=published))
    site.post("/news/1", JOINED, *text(site), title="Yazd and the forum")
    desk.crawl(site.key)

    def event():
        with desk.store.reading() as session:
            mine = number(desk, site)
            return [
                one
                for one in register.events(session, network="amf")
                if any(each.article == mine for each in (*one.evidence, *one.contradictions))
            ]

    (announced,) = event()
    assert announced.status is Status.ANNOUNCED
    site.post("/news/1", DENIED, *text(site), title="Yazd and the forum")
    assert look(desk, site) == {"edited": 1}
    (denied,) = event()
    assert (denied.id, denied.status, denied.evidence) == (announced.id, Status.DENIED, ())
    assert [each.sentence for each in denied.contradictions] == [DENIED]


def test_a_page_that_is_missing_once_is_not_gone_yet(kept, desk):
    page = kept.answers.pop("/news/1")
    assert look(desk, kept) == {"missing": 1}
    assert state(desk, kept).gone_at is None
    assert look(desk, kept) == {"gone": 1}
    found = state(desk, kept)
    assert (found.gone_cause, found.outcome) == ("http-404", Seen.GONE)
    assert found.gone_at is not None
    assert look(desk, kept) == {"gone": 1}
    assert state(desk, kept).gone_at == found.gone_at
    assert desk.articles(kept.key)[0].text.startswith(text(kept)[0])
    kept.answers["/news/1"] = page
    assert look(desk, kept) == {"same": 1}
    assert state(desk, kept).gone_at is None


def test_a_page_that_came_back_in_between_was_never_gone(kept, desk):
    page = kept.answers.pop("/news/1")
    assert look(desk, kept) == {"missing": 1}
    kept.answers["/news/1"] = page
    assert look(desk, kept) == {"same": 1}
    del kept.answers["/news/1"]
    assert look(desk, kept) == {"missing": 1}


def test_410_says_so_at_once(kept, desk):
    kept.show("/news/1", "Gone", status=410)
    assert look(desk, kept) == {"gone": 1}
    assert state(desk, kept).gone_cause == "http-410"


@pytest.mark.parametrize("status", [301, 308])
def test_a_redirect_for_good_moves_the_article_and_the_old_address_stays_known(kept, desk, status):
    kept.show("/news/1", status=status, headers={"Location": "/archive/quay"})
    kept.post("/archive/quay", *text(kept), title="Quay")
    assert look(desk, kept) == {"moved": 1}
    found = state(desk, kept)
    assert (found.moved_from, found.versions) == (f"{kept.address}/news/1", 1)
    with desk.store.reading() as session:
        assert articles.addresses(session, number(desk, kept)) == (
            f"{kept.address}/archive/quay",
            f"{kept.address}/news/1",
        )
    assert look(desk, kept) == {"same": 1}
    assert kept.asked[-1] == "/archive/quay"
    kept.feed(item(f"{kept.address}/archive/quay", "Quay", published=datetime.now(UTC)))
    assert desk.crawl(kept.key).run["new"] == 0


def test_a_redirect_for_now_moves_nothing(kept, desk):
    kept.show("/news/1", status=302, headers={"Location": "/archive/quay"})
    kept.post("/archive/quay", *text(kept), title="Quay")
    assert look(desk, kept) == {"same": 1}
    assert state(desk, kept).moved_at is None
    assert desk.articles(kept.key)[0].url == f"{kept.address}/news/1"


def test_a_redirect_to_another_article_is_no_move_and_no_edit(kept, desk):
    kept.show("/news/1", status=301, headers={"Location": "/news/2"})
    other = [
        f"Bread of kind {number} costs more than it did when the mill still stood." for number in range(6)
    ]
    kept.post("/news/2", *other, title="Bread")
    assert look(desk, kept) == {"unclear": 1}
    found = state(desk, kept)
    assert (found.cause, found.moved_at, found.versions) == ("elsewhere", None, 1)


def sorry(site):
    """What some sites show in place of a page that they do not have."""
    return [
        f"What you are looking for at {site.key} is nowhere on this server any more, and that is a pity.",
        "It may have been renamed or removed; try the menu above, or begin again with the most recent reports.",
        "Readers often ask for the calendar of waste collection, the timetable of the ferry and the town plan.",
    ]


def test_a_missing_page_under_200_is_no_edit(kept, desk):
    kept.post("/news/1", *sorry(kept), title="Our most read reports")
    kept.missing = kept.answers["/news/1"]
    assert look(desk, kept) == {"unclear": 1}
    found = state(desk, kept)
    assert (found.cause, found.versions, found.gone_at) == ("soft-404", 1, None)


def test_a_new_wording_is_an_edit_where_the_server_tells_missing_pages(kept, desk):
    kept.post("/news/1", *sorry(kept), title="Correction")
    assert look(desk, kept) == {"edited": 1}
    assert desk.articles(kept.key)[0].title == "Correction"


def test_a_login_is_no_edit(kept, desk):
    form = '<form><input name="user"><input type="password" name="word"></form>'
    kept.post("/news/1", *sorry(kept), title="For subscribers", foot=form)
    assert look(desk, kept) == {"unclear": 1}
    assert desk.versions(kept.key) == [1]


def test_a_text_that_was_cut_short_is_no_edit(kept, desk):
    kept.post("/news/1", *text(kept)[:2], title="Quay")
    assert look(desk, kept) == {"unclear": 1}
    assert state(desk, kept).cause == "cut-short"


def test_a_site_that_is_down_says_nothing_of_its_articles(kept, desk):
    kept.show("/news/1", "Oops", status=500)
    for _ in range(3):
        assert look(desk, kept) == {"failed": 1}
    found = state(desk, kept)
    assert (found.cause, found.gone_at) == ("http-500", None)
    assert found.next_at - datetime.now(UTC) > timedelta(hours=20)


def test_a_page_is_asked_for_with_its_own_marks_and_after_a_304_without(site, desk):
    site.answers_304 = True
    site.feed(item(f"{site.address}/news/1", "Quay"))
    site.post("/news/1", *text(site), title="Quay")
    site.answers["/news/1"].headers["ETag"] = '"one"'
    desk.crawl(site.key)
    assert look(desk, site) == {"not-modified": 1}
    assert site.headers[-1]["if-none-match"] == '"one"'
    assert look(desk, site) == {"same": 1}
    assert "if-none-match" not in site.headers[-1]


def test_the_marks_of_a_page_that_was_not_taken_over_are_not_kept(site, desk):
    site.answers_304 = True
    site.feed(item(f"{site.address}/news/1", "Quay"))
    site.post("/news/1", *text(site), title="Quay")
    site.answers["/news/1"].headers["ETag"] = '"one"'
    page = site.answers["/news/1"]
    desk.crawl(site.key)
    site.post("/news/1", *text(site)[:2], title="Quay")
    site.answers["/news/1"].headers["ETag"] = '"cut"'
    assert look(desk, site) == {"unclear": 1}
    site.answers["/news/1"] = page
    assert look(desk, site) == {"not-modified": 1}
    assert site.headers[-1]["if-none-match"] == '"one"'


def test_a_server_that_never_matches_its_own_mark_is_asked_by_the_date(site, desk):
    when = "Tue, 17 Nov 2026 10:00:00 GMT"
    site.feed(item(f"{site.address}/news/1", "Quay"))
    site.post("/news/1", *text(site), title="Quay")
    # behind gzip the mark is weak, and none that comes back is matched
    site.answers["/feed"].headers.update({"ETag": 'W/"f"', "Last-Modified": when})
    desk.crawl(site.key)
    desk.crawl(site.key)
    assert (site.headers[-1]["if-none-match"], site.headers[-1]["if-modified-since"]) == ('"f"', when)
    site.answers_304 = True
    assert desk.crawl(site.key).run["not_modified"] == 1
    assert "if-none-match" not in site.headers[-1]


def test_looks_are_a_bounded_share_of_a_crawl(site, desk):
    site.feed(*(item(f"{site.address}/news/{n}", f"Quay {n}") for n in range(14)))
    for n in range(14):
        site.post(f"/news/{n}", *(f"{line} It is plan {n}." for line in text(site)), title=f"Quay {n}")
    assert desk.crawl(site.key).run["new"] == 14
    assert look(desk, site) == {"same": 10}
    assert desk.crawl(site.key).run["looks"] == {"same": 4}


def test_a_look_that_the_budget_forbids_does_not_put_its_crawl_off(make_site, desk):
    site = make_site(budget=4)
    site.feed(item(f"{site.address}/news/1", "Quay"))
    site.post("/news/1", *text(site), title="Quay")
    assert desk.crawl(site.key).run["new"] == 1
    assert look(desk, site) == {"failed": 1}
    assert len(site.asked) == 4
    assert state(desk, site).cause == "budget"
