"""What read_claims promises whatever the lexicon: merging, publishers, spans, unknown names."""

from __future__ import annotations

import pytest

from news.names import find_names
from news.values import Claim, Part, Source, SourceKind, Status, Verb
from reading.claims import read_claims
from reading.claims.confidence import UNKNOWN_AT_MOST
from reading.claims.lexicon import compile_lexicon, lexicon
from reading.claims.reader import judged

LANGUAGES = ("fa", "ar", "en", "tr", "fr", "es", "de", "ru")


def claims(
    text: str, *, title: str = "", language: str = "en", source: Source | None = None
) -> tuple[Claim, ...]:
    tags = find_names(title=title, text=text, language=language, source=source)
    return read_claims(title=title, text=text, tags=tags, language=language, source=source)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_lexicon_compiles_and_knows_the_basic_kinds(language: str) -> None:
    phrases = lexicon(language)
    assert phrases is not None
    for category in ("joined", "noun", "planned", "denied", "historical", "post", "left", "twinned"):
        assert phrases.phrases[category], category


def test_a_phrase_that_folds_to_nothing_is_refused() -> None:
    with pytest.raises(ValueError, match="no word"):
        compile_lexicon("xx", {"joined": ["***"]})


def test_an_unknown_kind_of_phrase_is_refused() -> None:
    with pytest.raises(ValueError, match="joinde"):
        compile_lexicon("xx", {"joinde": ["joined N"]})


def test_duplicates_merge_to_the_surest() -> None:
    text = (
        "Baku joined the Strong Cities Network.\nBaku has joined the Strong Cities Network.\nBaku joined it."
    )
    found = [claim for claim in claims(text) if claim.alerts]
    assert len(found) == 1
    assert found[0].sentence == "Baku joined the Strong Cities Network."


def test_the_sentence_is_the_texts_own() -> None:
    text = "The mayor spoke.\nBaku joined the Strong Cities Network. It rained."
    claim = claims(text)[0]
    assert claim.span.part is Part.TEXT
    assert text[claim.span.start : claim.span.end] == claim.sentence


def points(text: str, *, title: str = "") -> float:
    tags = find_names(title=title, text=text, language="en", source=None)
    found = judged(title=title, text=text, tags=tags, language="en", source=None)
    assert found is not None
    return found.claims[0].confidence


def test_title_and_text_that_agree_have_more_points() -> None:
    text = "Baku joined the Strong Cities Network."
    assert points(text, title="Baku joins Strong Cities Network") > points(text)


def test_a_networks_own_site_supplies_the_network() -> None:
    source = Source(key="scn", name="Strong Cities Network", kind=SourceKind.NETWORK, network="scn")
    found = [claim for claim in claims("Baku has joined our network.", source=source) if claim.alerts]
    assert [(claim.member, claim.network) for claim in found] == [("587084", "scn")]


def test_a_municipalitys_own_site_supplies_the_city() -> None:
    source = Source(key="baku", name="Baku", kind=SourceKind.MUNICIPALITY, country="AZ", city="587084")
    found = claims("Our city has become a member of the Strong Cities Network.", source=source)
    assert [(claim.member, claim.network) for claim in found if claim.alerts] == [("587084", "scn")]


def test_a_count_of_unnamed_cities_is_not_the_publishers_city() -> None:
    source = Source(key="baku", name="Baku", kind=SourceKind.MUNICIPALITY, country="AZ", city="587084")
    found = claims("49 cities joined the Strong Cities Network this year.", source=source)
    assert all(claim.member is None for claim in found)


def test_an_unknown_city_waits_for_review() -> None:
    found = [
        claim
        for claim in claims("Smallville has joined the Strong Cities Network.")
        if claim.verb is Verb.JOINED
    ]
    assert [(claim.member, claim.network, claim.status) for claim in found] == [
        (None, "scn", Status.ANNOUNCED)
    ]
    assert found[0].confidence <= UNKNOWN_AT_MOST


def test_an_unknown_network_waits_for_review() -> None:
    found = claims("Baku has become a member of this alliance of river cities.")
    assert [(claim.member, claim.network) for claim in found] == [("587084", None)]
    assert not found[0].alerts


def test_persons_and_clubs_make_no_claims() -> None:
    assert claims("The goalkeeper joined Barcelona.") == ()
    assert claims("She joined the party in Baku.") == ()


def test_empty_articles_make_no_claims() -> None:
    assert claims("", title="") == ()


def test_the_rule_names_the_evidence() -> None:
    assert claims("Baku joined the Strong Cities Network.")[0].rule == "joined/inside/clause"
