"""Leads: what lists showed, never lost between list and article."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from news.values import Lead, Road
from storage import leads
from storage.engine import Store
from storage.leads import MAX_ATTEMPTS, Validators, Wanted
from storage.tables import LeadRow

VALIDATORS = Validators(
    address="https://yazd.example/feed", etag='"1"', last_modified="Wed, 01 May 2024 08:00:00 GMT"
)


def _lead(number: int, **changes: Any) -> Lead:
    lead = Lead(
        address=f"https://yazd.example/news/{number}", source="yazd", road=Road.FEED, title=f"خبر {number}"
    )
    return replace(lead, **changes)


def _show(
    store: Store,
    make: Any,
    *shown: Lead,
    hours: int = 0,
    validators: Validators | None = VALIDATORS,
    good: int | None = None,
) -> list[Wanted]:
    """A crawl `hours` after the first one; `good` is the hour of the last good one."""
    now, last_good_at = make.now + hours * make.hour, None if good is None else make.now + good * make.hour
    with store.writing() as session:
        return list(leads.record_list(session, "yazd", shown, validators, now, last_good_at).wanted)


def _settle(store: Store, wanted: Wanted, state: str, cause: str | None = None) -> None:
    with store.writing() as session:
        leads.settle(session, "yazd", wanted.key, state, cause)


def _pending(store: Store) -> list[str]:
    with store.reading() as session:
        return [item.lead.address for item in leads.pending(session, "yazd")]


def _recall(store: Store, make: Any, good: int = 9) -> Validators | None:
    with store.reading() as session:
        return leads.recall(session, VALIDATORS.address, make.now + good * make.hour)


def test_only_new_leads_are_wanted(store: Store, make: Any) -> None:
    assert [item.lead for item in _show(store, make, _lead(1), _lead(2))] == [_lead(1), _lead(2)]
    assert [item.lead for item in _show(store, make, _lead(2), _lead(3), hours=1)] == [_lead(3)]
    assert _show(store, make, _lead(1, address="http://www.yazd.example/news/1/?utm_source=x"), hours=2) == []


def test_the_same_address_twice_in_a_list_is_one_lead(store: Store, make: Any) -> None:
    assert len(_show(store, make, _lead(1), _lead(1, address="https://yazd.example/news/1#photos"))) == 1


def test_sources_are_told_apart(store: Store, make: Any) -> None:
    _show(store, make, _lead(1))
    with store.writing() as session:
        other = leads.record_list(session, "isna", [_lead(1, source="isna")], None, make.now, make.now)
    assert [item.overlapped for item in other.wanted] == [False]


def test_list_and_validators_are_stored_together(store: Store, make: Any) -> None:
    with pytest.raises(ValueError, match="not an http"):
        _show(store, make, _lead(1), _lead(2, address="mailto:someone"))
    assert (_recall(store, make), _pending(store)) == (None, [])
    with pytest.raises(InterruptedError):
        make.interrupted(store, lambda s: leads.record_list(s, "yazd", [_lead(1)], VALIDATORS, make.now))
    assert (_recall(store, make), _pending(store)) == (None, [])
    _show(store, make, _lead(1))
    assert (_recall(store, make), _pending(store)) == (VALIDATORS, [_lead(1).address])


def test_validators_are_replaced_and_forgotten(store: Store, make: Any) -> None:
    _show(store, make)
    newer = Validators(address=VALIDATORS.address, last_modified="Thu, 02 May 2024 08:00:00 GMT")
    _show(store, make, validators=newer)
    assert _recall(store, make) == newer
    _show(store, make, validators=None)
    assert _recall(store, make) == newer
    _show(store, make, validators=Validators(address=VALIDATORS.address))
    assert _recall(store, make) is None


def test_leads_of_a_crawl_that_died_are_pending(store: Store, make: Any) -> None:
    first, _, third = _show(store, make, _lead(1), _lead(2), _lead(3))
    _settle(store, first, "kept")
    _settle(store, third, "refused", "list-page")
    assert _pending(store) == [_lead(2).address]
    assert _show(store, make, _lead(1), _lead(2), _lead(3), hours=1) == []


def test_a_lead_that_fails_is_tried_a_few_times(store: Store, make: Any) -> None:
    (wanted,) = _show(store, make, _lead(1))
    for _ in range(MAX_ATTEMPTS):
        assert _pending(store) == [_lead(1).address]
        _settle(store, wanted, "failed", "timeout")
    assert _pending(store) == []
    _settle(store, wanted, "kept")
    _settle(store, wanted, "failed", "timeout")
    assert _pending(store) == [_lead(1).address]


def test_a_site_that_is_down_costs_no_attempt(store: Store, make: Any) -> None:
    (wanted,) = _show(store, make, _lead(1))
    for _ in range(MAX_ATTEMPTS + 1):
        _settle(store, wanted, "failed", "http-503")
    assert _pending(store) == [_lead(1).address]


def test_a_lead_whose_list_says_that_it_changed_is_wanted_again(store: Store, make: Any) -> None:
    (wanted,) = _show(store, make, _lead(1, modified_at=make.now))
    for _ in range(MAX_ATTEMPTS):
        _settle(store, wanted, "failed", "timeout")
    assert _show(store, make, _lead(1, modified_at=make.now), hours=1) == []
    changed = _lead(1, modified_at=make.now + make.hour, title="عنوان تازه", dated=make.dated())
    assert [item.lead for item in _show(store, make, changed, hours=2)] == [changed]
    with store.reading() as session:  # and stays so, with the list's new words, if this crawl dies
        assert [item.lead for item in leads.pending(session, "yazd")] == [changed]
    assert _show(store, make, _lead(1), hours=3) == []


def test_a_first_word_of_a_change_is_noted_not_fetched(store: Store, make: Any) -> None:
    (wanted,) = _show(store, make, _lead(1))
    _settle(store, wanted, "kept")
    assert _show(store, make, _lead(1, modified_at=make.now), hours=1) == []
    assert len(_show(store, make, _lead(1, modified_at=make.now + make.hour), hours=2)) == 1


def test_whether_a_list_overlaps_what_was_known(store: Store, make: Any) -> None:
    assert [item.overlapped for item in _show(store, make, _lead(1), _lead(2))] == [False, False]
    assert [item.overlapped for item in _show(store, make, _lead(2), _lead(3), hours=1, good=0)] == [True]
    assert [item.overlapped for item in _show(store, make, _lead(8), _lead(9), hours=2, good=0)] == [
        False,
        False,
    ]
    with store.reading() as session:
        kept = {item.lead: item.overlapped for item in leads.pending(session, "yazd")}
    assert kept == {_lead(1): False, _lead(2): False, _lead(3): True, _lead(8): False, _lead(9): False}


def test_what_a_crawl_that_did_not_end_well_knew_is_no_overlap(store: Store, make: Any) -> None:
    _show(store, make, _lead(1))
    _show(store, make, _lead(2), hours=1, good=0)
    with store.writing() as session:
        noted = leads.record_list(session, "yazd", [_lead(2)], None, make.now + 2 * make.hour, make.now)
        assert (noted.wanted, noted.overlapped) == ((), False)
        noted = leads.record_list(
            session, "yazd", [_lead(2)], None, make.now + 2 * make.hour, make.now + make.hour
        )
        assert (noted.wanted, noted.overlapped) == ((), True)


def test_validators_of_a_crawl_that_did_not_end_well_are_not_asked_with(store: Store, make: Any) -> None:
    _show(store, make, _lead(1), hours=2)
    assert _recall(store, make, good=1) is None
    assert _recall(store, make, good=2) == VALIDATORS


def test_a_sitemap_of_fifty_thousand(store: Store, make: Any) -> None:
    shown = [_lead(number, title=None) for number in range(2_500)]
    assert len(_show(store, make, *shown)) == 2_500
    assert _show(store, make, *shown, hours=1) == []
    with store.reading() as session:
        many = [_lead(number) for number in range(50_000, 83_000)]
        assert leads.overlaps(session, "yazd", [*many, _lead(2_499)], make.now)


def test_what_sitemaps_list_waits_behind_the_rest_newest_first(store: Store, make: Any) -> None:
    listed = [
        _lead(number, road=Road.SITEMAP, modified_at=make.now - number * make.hour if number else None)
        for number in range(4)
    ]
    _show(store, make, *reversed(listed))
    _show(store, make, _lead(9), hours=1)
    assert [address.rpartition("/")[2] for address in _pending(store)] == ["9", "1", "2", "3", "0"]
    with store.reading() as session:
        keys = leads.pending_keys(session, "yazd")
        some = leads.pending(session, "yazd", None, [keys[3], "unknown", keys[0]])
        assert [one.key for one in some] == [keys[3], keys[0]]


def test_an_unknown_lead_is_not_settled(store: Store) -> None:
    with store.writing() as session:
        leads.settle(session, "yazd", "nowhere", "kept")
    assert _pending(store) == []


def test_a_lead_kept_as_its_list_gives_it_is_asked_for_until_its_page_is_kept(store: Store, make: Any) -> None:
    (wanted,) = _show(store, make, _lead(1))
    _settle(store, wanted, "listed", "http-403")
    for state, cause in (("failed", "timeout"), ("refused", "challenge")):
        assert _pending(store) == [_lead(1).address]
        _settle(store, wanted, state, cause)
        with store.reading() as session:
            assert leads.is_listed(session, "yazd", wanted.key)
    changed = _lead(1, modified_at=make.now + make.hour)
    _show(store, make, _lead(1, modified_at=make.now), hours=1)
    _show(store, make, changed, hours=2)
    with store.reading() as session:
        assert leads.is_listed(session, "yazd", wanted.key)
    _settle(store, wanted, "kept")
    assert _pending(store) == []
    with store.reading() as session:
        assert not leads.is_listed(session, "yazd", wanted.key)


def test_a_lead_kept_as_its_list_gives_it_is_not_asked_for_for_ever(store: Store, make: Any) -> None:
    (wanted,) = _show(store, make, _lead(1))
    for _ in range(MAX_ATTEMPTS):
        assert _pending(store) == [_lead(1).address]
        _settle(store, wanted, "listed", "http-403")
    assert _pending(store) == []


def test_a_lead_that_the_last_good_crawl_did_without_is_old(store: Store, make: Any) -> None:
    _show(store, make, _lead(1))
    _show(store, make, _lead(2), hours=2)
    with store.reading() as session:
        found = leads.pending(session, "yazd", make.now + make.hour)
        assert [(item.lead, item.is_old) for item in found] == [(_lead(1), True), (_lead(2), False)]
        assert not any(item.is_old for item in leads.pending(session, "yazd"))


def test_an_address_that_a_list_names_is_a_lead_in_every_spelling(store: Store, make: Any) -> None:
    _show(store, make, _lead(1))
    with store.reading() as session:
        assert leads.is_lead(session, "yazd", "http://www.yazd.example/news/1/")
        assert not leads.is_lead(session, "yazd", "https://yazd.example/news/2")
        assert not leads.is_lead(session, "isna", _lead(1).address)


def test_a_lists_text_is_not_stored_with_its_lead(store: Store, make: Any) -> None:
    (wanted,) = _show(store, make, _lead(1, body="<p>متن کامل</p>"))
    assert wanted.lead.body == "<p>متن کامل</p>"
    assert "body" not in LeadRow.model_fields
    with store.reading() as session:
        (kept,) = leads.pending(session, "yazd")
    assert kept.lead == _lead(1)
