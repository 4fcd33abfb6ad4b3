"""What the reader makes of years, strangers, questions, lists of networks and parts in any order."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from news.names import find_names
from news.values import Claim, Status, Verb
from reading.claims import read_claims
from reading.claims.lexicon import compile_lexicon
from reading.claims.moments import recent_years


def claims(
    text: str, *, title: str = "", language: str = "en", now: datetime | None = None
) -> tuple[Claim, ...]:
    tags = find_names(title=title, text=text, language=language, source=None)
    return read_claims(title=title, text=text, tags=tags, language=language, source=None, now=now)


def alerts(text: str, **options: object) -> bool:
    return any(claim.alerts for claim in claims(text, **options))  # type: ignore[arg-type]


def test_this_years_joining_is_news_and_an_old_ones_is_not() -> None:
    text = "In 2026 Toronto became a member of the Strong Cities Network."
    assert alerts(text, now=datetime(2026, 5, 1, tzinfo=UTC))
    assert not alerts(text, now=datetime(2028, 5, 1, tzinfo=UTC))
    assert not alerts(text)


def test_the_recent_years_are_those_of_three_calendars() -> None:
    assert recent_years(datetime(2026, 1, 12, tzinfo=UTC)) == {"2025", "2026", "1404", "1447"}


def test_a_network_that_the_catalogue_lacks_waits_with_its_name() -> None:
    found = [
        c for c in claims("Toronto has become a member of the Lake Towns Alliance.") if c.verb is Verb.JOINED
    ]
    assert [(c.network, c.network_name) for c in found] == [(None, "Lake Towns Alliance")]


def test_a_town_that_the_gazetteer_lacks_waits_with_its_name() -> None:
    found = claims("The town of Quillbury has joined the Strong Cities Network.")
    assert [(c.member, c.member_name, c.network) for c in found] == [(None, "Quillbury", "scn")]


def test_an_unknown_town_is_not_taken_for_the_city_of_the_next_clause() -> None:
    assert not alerts("The town of Quillbury joined the Strong Cities Network, London papers report.")


def test_two_networks_at_once_make_two_claims() -> None:
    found = {c.network for c in claims("Toronto joined Eurocities and ICLEI on Monday.") if c.alerts}
    assert found == {"eurocities", "iclei"}


@pytest.mark.parametrize(
    "text",
    [
        "Has Toronto joined the Strong Cities Network?",
        "April fool: Toronto joined the Strong Cities Network.",
        "Toronto joined the Strong Cities Network's week of action.",
        "As a member of Eurocities, London joined the scheme.",
        "Toronto was ranked third among the member cities of Eurocities.",
        "Toronto is negotiating its entry into Eurocities.",
    ],
)
def test_words_of_joining_are_not_enough(text: str) -> None:
    assert not alerts(text)


def test_a_titles_news_is_a_plan_where_the_text_only_speaks_of_applying() -> None:
    found = claims("The council voted to apply.", title="Toronto joins the Strong Cities Network")
    assert [c.status for c in found if c.verb is Verb.JOINED and c.network == "scn"] == [Status.PLANNED]


def test_parts_stand_in_any_order_but_on_one_side_of_a_semicolon() -> None:
    (phrase,) = compile_lexicon("xx", {"joined": ["signed & N"]}).phrases["joined"]
    assert list(phrase.found(" N was signed by C ")) == [(1, 14)]
    assert list(phrase.found(" signed by C ¦ N met ")) == []


def test_a_phrase_is_tried_only_where_all_its_words_are() -> None:
    found = compile_lexicon(
        "en", {"joined": ["joins|joined ~ ranks of ~ N"], "networks": ["the|this league"]}
    )
    assert found.possible("joined", " C joins the ranks of N ")
    assert found.possible("joined", " C joins the ranks of this league ")
    assert not found.possible("joined", " C joins the ranks of cyclists ")
    assert not found.possible("joined", " C joins N ")


def test_a_phrase_of_the_inside_of_a_word_is_found() -> None:
    found = compile_lexicon("de", {"person": ["*software* aus C"]})
    assert found.matches("person", " ein softwarehaus aus C ")
    assert not found.matches("person", " ein kaufhaus aus C ")


def test_a_cue_counts_where_names_may_complete_it() -> None:
    found = compile_lexicon("en", {"joined": ["C joined N"]})
    assert found.may_state(("ulm", "joined", "efus"), network=True)
    assert not found.may_state(("ulm", "joined", "efus"), network=False)
    assert not found.may_state(("ulm", "left", "efus"), network=True)
