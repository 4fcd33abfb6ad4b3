"""Articles of different sites that announce one membership within days tell one story, whatever their words."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from news.values import Claim, Part, Span, Status, Verb
from storage import articles, retellings, stories
from storage.engine import Store
from storage.tables import MemberChangeRow, MemberRow, MemberSnapshotRow

DAY = timedelta(days=1)
#: The same news in words that have nothing in common.
TEXTS = {
    "town": "Sixty lamps were lit on the quay when the letter from the secretariat was read aloud. " * 3,
    "paper": "Nach langem Warten kam die Zusage, und der Rat stand auf und klatschte eine Minute. " * 3,
    "agency": "Beklenen haber dün gece geldi; başkan kısa bir açıklama yaparak herkese teşekkür etti. " * 3,
}


def keep(store: Store, make: Any, source: str, *claims: Claim, days: float = 0, **changes: Any) -> int:
    values = {"claims": claims, "text": TEXTS[source], "dated": make.dated(make.now + days * DAY), **changes}
    one = make.article(1, url=f"https://{source}.example/1", source=source, title=source, **values)
    number: int = make.keep(store, one, now=make.now + (days + 1) * DAY)[1]
    return number


def story(store: Store, article: int) -> list[int]:
    with store.reading() as session:
        return [one.article for one in stories.tellers(session, article)]


def test_a_retelling_in_other_words_is_of_the_story_of_its_original(store: Store, make: Any) -> None:
    town = keep(store, make, "town", make.claim())
    paper = keep(store, make, "paper", make.claim(sentence="Yazd ist beigetreten."), days=2)
    agency = keep(store, make, "agency", make.claim(sentence="Yezd katıldı."), days=-0.1)
    assert story(store, paper) == [agency, town, paper]
    with store.reading() as session:
        shown = [one.likeness for one in stories.tellers(session, town)]
    assert [likeness for likeness in shown if likeness is not None] == [0.0, 0.0]


def test_its_title_alone_may_tell_it(store: Store, make: Any) -> None:
    titled = make.claim(span=Span(part=Part.TITLE, start=0, end=4))
    assert story(store, keep(store, make, "town", titled)) == []
    assert len(story(store, keep(store, make, "paper", make.claim()))) == 2


@pytest.mark.parametrize(
    ("changes", "days"),
    [
        ({}, 4),
        ({"member": "112931"}, 0),
        ({"network": "gpm"}, 0),
        ({"verb": Verb.LEFT}, 0),
        ({"status": Status.HISTORICAL}, 0),
        ({"status": Status.PLANNED}, 0),
        ({"confidence": 0.5}, 0),
        ({"span": Span(part=Part.TEXT, start=900, end=940)}, 0),
    ],
    ids=[
        "days later",
        "another member",
        "another network",
        "another step",
        "a look back",
        "a plan",
        "unsure",
        "in passing",
    ],
)
def test_what_is_no_retelling_stays_alone(
    store: Store, make: Any, changes: dict[str, Any], days: float
) -> None:
    town = keep(store, make, "town", make.claim())
    paper = keep(store, make, "paper", make.claim(**changes), days=days)
    assert (story(store, town), story(store, paper)) == ([], [])


def test_meetings_that_a_city_hosts_in_one_week_are_not_one_story(store: Store, make: Any) -> None:
    hosts = make.claim(verb=Verb.HOSTS)
    keep(store, make, "town", hosts)
    assert story(store, keep(store, make, "paper", hosts)) == []


def test_a_list_of_several_new_members_brings_their_stories_not_together(store: Store, make: Any) -> None:
    other = make.claim(member="112931", sentence="Tehran joined.")
    town, paper = keep(store, make, "town", make.claim()), keep(store, make, "paper", other)
    both = keep(store, make, "agency", make.claim(), other)
    assert [story(store, one) for one in (town, paper, both)] == [[], [], []]


def test_of_many_retellings_no_more_are_read_than_lead_to_the_story(
    store: Store, make: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[object] = []
    step = retellings._step

    def counted(claims: Any) -> Any:
        asked.append(claims)
        return step(claims)

    monkeypatch.setattr(retellings, "_MOST", 2)
    monkeypatch.setattr(retellings, "_step", counted)
    for at in range(5):
        monkeypatch.setitem(TEXTS, f"site{at}", f"{'Word ' * 60}{at}")
    numbers = [keep(store, make, f"site{at}", make.claim()) for at in range(5)]
    assert sorted(story(store, numbers[0])) == numbers
    asked.clear()
    keep(store, make, "paper", make.claim())
    assert len(asked) == 3


def test_two_articles_of_one_site_are_a_story_and_its_sequel(store: Store, make: Any) -> None:
    keep(store, make, "town", make.claim())
    sequel = make.article(
        2, url="https://town.example/2", source="town", text=TEXTS["paper"], claims=(make.claim(),)
    )
    assert story(store, make.keep(store, sequel)[1]) == []


def test_our_own_notice_about_a_list_is_no_article_of_the_story(store: Store, make: Any) -> None:
    with store.writing() as session:
        notice = make.article(5, source="amf-members", claims=(make.claim(),))
        number = articles.announce(session, notice, make.arrival(), "a-row")
        snapshot = MemberSnapshotRow(
            source="amf-members", taken_at=make.now, last_at=make.now, digest="", count=1, rows=b""
        )
        session.add(snapshot)
        session.flush()
        row = MemberRow(
            source="amf-members", network="amf", name="Yazd", state="listed", first_at=make.now, last_at=make.now,
            snapshot_id=snapshot.id,
        )  # fmt: skip
        session.add(row)
        session.flush()
        change = {"row_id": row.id, "before_id": snapshot.id, "after_id": snapshot.id}
        session.add(MemberChangeRow(article_id=number, position=0, **change))
    assert story(store, keep(store, make, "town", make.claim())) == []


def test_a_split_by_hand_holds_and_a_comparison_finds_the_others(store: Store, make: Any) -> None:
    town = keep(store, make, "town", make.claim())
    paper = keep(store, make, "paper", make.claim())
    with store.writing() as session:
        stories.split(session, paper, by="Sara", now=make.now)
    agency = keep(store, make, "agency", make.claim())
    assert (story(store, town), story(store, paper)) == ([town, agency], [])
    with store.writing() as session:
        stories.compare(session, 0, 10)
    assert (story(store, agency), story(store, paper)) == ([town, agency], [])


def test_an_edit_that_takes_the_announcement_back_leaves_the_story(store: Store, make: Any) -> None:
    town = keep(store, make, "town", make.claim())
    paper = keep(store, make, "paper", make.claim())
    assert story(store, town) == [town, paper]
    later = {"fetched_at": make.now + DAY, "text": TEXTS["agency"]}
    keep(store, make, "paper", replace(make.claim(), status=Status.DENIED), **later)
    assert story(store, town) == []
