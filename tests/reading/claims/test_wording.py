"""The words around a network and a city, where no phrase says who joined."""

from __future__ import annotations

import pytest

from news.names import find_names
from news.values import ALERT_CONFIDENCE, Claim, Verb
from reading.claims import read_claims
from reading.claims.marking import mark
from reading.claims.wording import Wording, features, wording

LANGUAGES = ("fa", "ar", "en", "tr", "fr", "es", "de", "ru")


def claims(text: str, *, title: str = "") -> list[Claim]:
    tags = find_names(title=title, text=text, language="en", source=None)
    return list(read_claims(title=title, text=text, tags=tags, language="en", source=None))


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_first_language_has_a_table(language: str) -> None:
    words = wording(language)
    assert words is not None
    assert len(words.weights) > 3_000
    assert any(weight > 0.1 for weight in words.weights.values())
    assert any(weight < -0.1 for weight in words.weights.values())


def test_other_languages_have_none() -> None:
    assert wording("it") is None


def test_words_are_cut_and_told_apart_by_where_they_stand() -> None:
    text = "Membership of the Strong Cities Network pleases Baku."
    tags = find_names(title="", text=text, language="en", source=None)
    found = {one for sentence in mark("", text, tags, "en") for one in features(sentence)}
    assert {"memb", "=membership", "of the", "N plea", "with N C", "before N memb", "behind N plea", "before C plea"} <= found
    assert not any(one.startswith("title ") for one in found)


def test_a_window_is_the_title_and_what_stands_around_the_network() -> None:
    text = " ".join(["It rained."] * 4 + ["The Strong Cities Network met."] + ["It snowed."] * 5)
    tags = find_names(title="Weather", text=text, language="en", source=None)
    (window,) = Wording({}, 0.0).windows(mark("Weather", text, tags, "en"))
    assert window.networks == frozenset({"scn"})
    assert (window.at, window.sentences) == (5, (0, 3, 4, 5, 6, 7, 8))


def test_a_short_text_says_no_more_than_one_of_some_length() -> None:
    words = Wording({"joined": 1.0}, 0.0)
    assert words.score(["joined"]) == words.score(["joined", *map(str, range(60))])
    assert words.score(["joined", *map(str, range(300))]) < words.score(["joined"])


def test_a_phrase_that_was_explained_away_is_not_said_again_by_words() -> None:
    assert all(
        claim.confidence < ALERT_CONFIDENCE for claim in claims("Baku joined the congress of Eurocities.")
    )


def test_no_words_say_again_what_a_phrase_says() -> None:
    told = claims("Baku left the Strong Cities Network on Monday, the mayor said.")
    assert {claim.verb for claim in told if claim.member and claim.network} == {Verb.LEFT}
