"""Readings of a network's list of members: what they make of its rows, on both engines."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from news.errors import NotFound, UsageError
from news.values import Freshness, Status, Verb
from storage import articles, leads, memberlists, members, register, reviewing
from storage.engine import Store
from storage.leads import Validators
from storage.memberlists import ListReading, ListRefused, Recorded
from storage.membermatch import ListedMember, pair_up
from storage.members import KnownMember
from storage.reviewing import Correction, Judgement, Verdict
from storage.tables import MemberRow

NOW = datetime(2024, 5, 1, 9, tzinfo=UTC)
DAY = timedelta(days=1)
YAZD, SHIRAZ, TABRIZ, KONYA = "111822", "115019", "113646", "306571"
ADDRESS = "https://amf.example/members"


def listed(
    name: str, member: str | None = None, country: str | None = "IR", link: str | None = None
) -> ListedMember:
    return ListedMember(name=name, country=country, member=member, link=link)


ROWS = (
    listed("Yazd", YAZD), listed("Tabriz", TABRIZ), listed("Konya", KONYA, "TR"), listed("Nowhere"),
    listed("Old Mill", link="https://amf.example/m/5"), listed("Lake Town", country=None),
)  # fmt: skip


def reading(rows: tuple[ListedMember, ...] = ROWS, day: int = 0, **changes: Any) -> ListReading:
    made = ListReading(
        source="amf-members", network="amf", address=ADDRESS, description="d", layouts={ADDRESS: "html:x"}, pages=1,
        rows=rows, now=NOW + day * DAY, shrinks=0.2, validators=Validators(address=ADDRESS, etag=f'"{day}"'),
    )  # fmt: skip
    return replace(made, **changes)


def record(store: Store, *args: Any, **changes: Any) -> Recorded:
    with store.writing() as session:
        return memberlists.record(session, reading(*args, **changes))


def waiting(store: Store) -> list[tuple[str, str | None, str]]:
    with store.reading() as session:
        return [
            (f"{item.article}.{item.position}", item.claim.member, item.claim.verb.value)
            for item in reviewing.waiting(session)
        ]


def judge(store: Store, claim: str, **judgement: Any) -> None:
    article, position = map(int, claim.split("."))
    with store.writing() as session:
        said = Judgement(**{"verdict": Verdict.YES, "by": "a", **judgement})
        reviewing.decide(session, article, position, said, now=NOW + DAY, max_age=30 * DAY)


def test_the_first_reading_loads_the_members_and_tells_nobody(store: Store, make: Any) -> None:
    done = record(store)
    assert (done.is_first, done.rows, done.resolved, done.article) == (True, 6, 3, None)
    with store.reading() as session:
        assert {member.member for member in members.known(session, "amf")} == {YAZD, TABRIZ, KONYA}
        assert {row.name for row in memberlists.rows(session, "amf", unresolved=True)} == {
            "Nowhere", "Old Mill", "Lake Town",
        }  # fmt: skip
        assert leads.recall(session, ADDRESS, NOW) == Validators(address=ADDRESS, etag='"0"')
    assert make.events(store) == ()
    # who is a member by the list joins no more
    (event,) = make.report(store, 1, NOW + DAY, member=YAZD)
    assert event.freshness is Freshness.KNOWN_MEMBER


def test_a_new_row_is_news_though_its_crawl_was_the_first_good_one(store: Store, make: Any) -> None:
    record(store)
    done = record(store, (*ROWS, listed("Shiraz", SHIRAZ)), day=1)
    assert (done.new, done.article) == (1, 1)
    (event,) = make.events(store)
    assert (event.member, event.verb, event.status, event.freshness) == (
        SHIRAZ, Verb.JOINED, Status.ANNOUNCED, Freshness.NEWS,
    )  # fmt: skip
    assert event.first_reported == datetime(2024, 5, 2, tzinfo=UTC)
    assert event.evidence[0].url == ADDRESS
    assert event.evidence[0].sentence == (
        "Shiraz, Iran, is new on the list of members of Asian Mayors Forum; it was first seen there on 2024-05-02."
    )
    with store.reading() as session:
        assert members.listed_at(session, "amf", SHIRAZ) == NOW + DAY
    # what a newspaper says later is evidence of the same event
    (event,) = make.report(store, 2, NOW + 3 * DAY, member=SHIRAZ)
    assert len(event.evidence) == 2


def test_a_plan_that_the_list_bears_out_is_news_and_a_known_member_is_none(store: Store, make: Any) -> None:
    record(store)
    make.report(store, 1, NOW, member=SHIRAZ, status=Status.PLANNED)
    with store.writing() as session:
        members.add(session, [KnownMember(network="amf", member="112931", listed_at=NOW, origin="file")])
    record(store, (*ROWS, listed("Shiraz", SHIRAZ), listed("Tehran", "112931")), day=1)
    found = {event.member: (event.status, event.freshness) for event in make.events(store)}
    assert found == {
        SHIRAZ: (Status.ANNOUNCED, Freshness.NEWS), "112931": (Status.ANNOUNCED, Freshness.KNOWN_MEMBER),
    }  # fmt: skip


def test_a_refused_reading_changes_nothing(store: Store) -> None:
    record(store)
    with store.reading() as session:
        before = (memberlists.rows(session), memberlists.snapshots(session, "amf-members"))
    many = tuple(listed(f"Town {number} of hills") for number in range(11))
    for changes, cause in (
        ({"rows": ROWS[2:]}, "list-shrank"),
        ({"rows": ROWS[2:], "layouts": {ADDRESS: "html:y"}}, "layout-changed"),
        ({"rows": (*ROWS, *many[:3]), "layouts": {ADDRESS: "html:y"}}, "layout-changed"),
        ({"rows": (*ROWS, *many)}, "list-grew"),
    ):
        with pytest.raises(ListRefused) as caught:
            record(store, day=1, **changes)
        assert caught.value.cause == cause
    with store.reading() as session:
        assert before == (memberlists.rows(session), memberlists.snapshots(session, "amf-members"))
        assert leads.recall(session, ADDRESS, NOW) == Validators(address=ADDRESS, etag='"0"')


def test_gone_takes_two_good_readings_and_both_snapshots_are_kept(store: Store) -> None:
    record(store)
    assert record(store, ROWS[1:], day=1).missing == 1
    with pytest.raises(ListRefused):
        record(store, ROWS[4:], day=2)
    done = record(store, ROWS[1:], day=3)
    assert (done.missing, done.gone) == (0, 1)
    assert waiting(store) == [("1.0", YAZD, "left")]
    with store.reading() as session:
        assert [item.last_at for item in memberlists.snapshots(session, "amf-members")] == [
            NOW + 3 * DAY,
            NOW,
        ]
        before, after = memberlists.evidence_of(session, 1, 0)
        assert set(before.rows) - set(after.rows) == {("Yazd", "IR", None)}
        assert (before.taken_at, after.taken_at) == (NOW, NOW + DAY)
        article = articles.load(session, 1)
        assert article is not None
        assert "last seen there on 2024-05-01 and missing since 2024-05-02" in article.text
        with pytest.raises(NotFound):
            memberlists.evidence_of(session, 1, 1)
    assert record(store, ROWS, day=4).new == 0
    assert waiting(store) == []


def test_a_no_to_a_leaving_is_remembered_and_nobody_is_asked_again(store: Store) -> None:
    record(store)
    record(store, ROWS[1:], day=1)
    record(store, ROWS[1:], day=2)
    judge(store, "1.0", verdict=Verdict.NO)
    assert record(store, ROWS[1:], day=3).gone == 0
    assert waiting(store) == []


def test_a_persons_city_for_a_claim_holds_for_the_row(store: Store, make: Any) -> None:
    record(store)
    row = listed("Gardens of the South")
    record(store, (*ROWS, row), day=1)
    judge(store, "1.0", correction=Correction(member=SHIRAZ))
    record(store, (*ROWS, replace(row, member="112931")), day=2)
    with store.reading() as session:
        (known,) = (one for one in memberlists.rows(session) if one.name == row.name)
        assert (known.member, known.corrected_by) == (SHIRAZ, "a")
        assert members.listed_at(session, "amf", SHIRAZ) == NOW + 2 * DAY
    assert [event.member for event in make.events(store)] == [SHIRAZ]


def test_a_row_is_corrected_to_no_other_rows_place_nor_to_none(store: Store) -> None:
    record(store)
    with store.reading() as session:
        (row,) = (one for one in memberlists.rows(session) if one.name == "Nowhere")
    for row_id, member, error in (
        (row.id, YAZD, UsageError),
        (row.id, "999999999", UsageError),
        (77, YAZD, NotFound),
    ):
        with store.writing() as session, pytest.raises(error):
            memberlists.correct(session, row_id, member, by="a", now=NOW, max_age=DAY)


def test_todays_rules_do_not_read_a_notice_anew(store: Store, make: Any) -> None:
    record(store)
    record(store, (*ROWS, listed("Shiraz", SHIRAZ)), day=1)
    with store.reading() as session:
        notice = articles.load(session, 1)
    assert notice is not None
    with store.writing() as session:
        assert not articles.renew(session, 1, replace(notice, claims=(), tags=()), make.arrival())
        assert not articles.reread(session, 1, replace(notice, text="Other"), make.arrival())
    with store.reading() as session:
        assert articles.load(session, 1) == notice
        assert len(register.events(session)) == 1


def test_the_lists_page_may_be_read_as_an_article_beside_its_notices(store: Store, make: Any) -> None:
    record(store)
    record(store, (*ROWS, listed("Shiraz", SHIRAZ)), day=1)
    saved, number = make.keep(store, make.article(url=ADDRESS))
    assert (saved.value, number) == ("new", 2)


def known(
    name: str, member: str | None = None, country: str | None = "IR", state: str = "listed", **more: Any
) -> MemberRow:
    return MemberRow(
        id=None, source="s", network="amf", name=name, country=country, member=member, state=state, first_at=NOW,
        last_at=NOW, snapshot_id=1, link=more.get("link"),
    )  # fmt: skip


@pytest.mark.parametrize(
    ("row", "now", "same"),
    [
        (known("Yazd", YAZD), listed("City of Yazd", YAZD), True),
        (known("Yazd", YAZD), listed("Yezd"), False),
        (known("Yazd", YAZD), listed("Yazd city centre"), True),
        (known("Yazd", YAZD), listed("Yazd", YAZD, None), True),
        (known("Nowhere"), listed("NOWHERE"), True),
        (known("Nowhere", country=None), listed("Nowhere", country="IR"), True),
        (known("Springfield", country="US"), listed("Springfield", country="GB"), False),
        (known("Tripoli", "266826", "LB"), listed("Tripoli", "2210247", "LY"), False),
        (known("Santa Ana", "1", "SV"), listed("Santa Ana Norte", "2", "SV"), False),
        (known("Lower Nowhere"), listed("Lower-Nowheree"), True),
        (known("Lower Nowhere"), listed("Upper Elsewhere"), False),
        (known("Mill", link="https://n/5"), listed("The House", link="https://n/5"), True),
        (known("Lower Nowhere", state="gone"), listed("Lower Nowhere"), True),
        (known("Lower Nowhere", state="gone"), listed("Lower Nowheree"), False),
    ],
)
def test_a_row_is_known_again_by_name_place_page_or_likeness(
    row: MemberRow, now: ListedMember, same: bool
) -> None:
    pairs, new = pair_up([row], [now])
    assert (len(pairs), len(new)) == ((1, 0) if same else (0, 1))


def test_a_link_that_many_rows_share_tells_none_of_them() -> None:
    rows = [known("Mill", link="https://n/"), known("Lake", link="https://n/")]
    assert pair_up(rows, [listed("House", link="https://n/"), listed("Tower", link="https://n/")])[0] == []
