"""What a run object says of a crawl."""

from datetime import UTC, datetime

from crawler.items import Read
from crawler.pipelines import _count
from crawler.tally import Tally
from news.values import Article, Language, Lead, Road
from storage.articles import Saved
from storage.leads import Wanted

LEAD = Lead(address="https://a.example/1", source="a", road=Road.FEED)
ARTICLE = Article(
    url=LEAD.address, source="a", title="T", text="T", language=Language(code="en", confidence=1.0),
    fetched_at=datetime(2026, 11, 1, tzinfo=UTC), refused_dates=("31 June 2026", "1 January 1970"),
)  # fmt: skip


def read(**values):
    wanted = Wanted(lead=LEAD, key="k", overlapped=False)
    return Read(outcome=ARTICLE, wanted=wanted, validators=None, **values)


def test_dates_that_no_article_can_have_are_counted_one_by_one():
    tally = Tally("a")
    _count(tally, read(), Saved.NEW)
    _count(tally, read(), Saved.KNOWN)
    assert tally.as_object()["refused_dates"] == 4


def test_an_article_from_the_list_is_new_and_marked():
    tally = Tally("a")
    _count(tally, read(from_list=True, missing="http-403"), Saved.NEW)
    counts = tally.as_object()
    assert (counts["new"], counts["from_list"]) == (1, 1)


def test_later_pages_have_causes_of_their_own_and_refusals_stay_whole():
    tally = Tally("a")
    tally.failed["robots"] += 1
    tally.continuations_failed["robots"] += 2
    counts = tally.as_object()
    assert counts["failed"] == {"robots": 1, "continuation-robots": 2}
    assert counts["refused"] == 1
