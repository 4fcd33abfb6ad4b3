"""The invented articles themselves, without any server."""

import json
import re
import tomllib
from collections import Counter
from datetime import timedelta
from pathlib import Path

import pytest

from samples import manifest, sources
from samples.library import SITES, Article, articles, of_site

#: Texts that were studied when the samples were written; not part of the repository.
STUDIED = Path(__file__).parents[2].parent / "shared"
ARTICLES = tuple(articles().values())
FIRST = tuple(article for article in ARTICLES if article.wave == 1)
SECOND = tuple(article for article in ARTICLES if article.wave == 2)


def sentences(text: str) -> set[str]:
    """Sentences of eight words or more, as words only."""
    split = (" ".join(re.findall(r"\w+", part)) for part in re.split(r"[.!?؟؛:\n]", text))
    return {sentence for sentence in split if sentence.count(" ") >= 7}


def studied_words() -> str:
    seeds = [path.read_text(encoding="utf-8") for path in sorted((STUDIED / "seeds").glob("*.txt"))]
    lines = (STUDIED / "examples" / "membership.jsonl").read_text(encoding="utf-8").splitlines()
    records = [json.loads(line) for line in lines]
    examples = [f"{record['title']}\n{record['text']}" for record in records]
    return " ".join(re.findall(r"\w+", "\n".join(seeds + examples)))


def test_there_are_enough_articles_in_both_waves() -> None:
    totals = manifest()
    assert sum(totals.first_wave.values()) >= 60
    assert totals.articles == len(ARTICLES)
    assert dict(totals.second_wave) == {
        "network-ar": 3,
        "municipality-fa": 3,
        "aggregator-fa": 3,
        "profile-fa": 1,
        "network-en-tr": 2,
    }


def test_only_the_second_wave_announces_and_only_three_memberships() -> None:
    assert not [article.ref for article in FIRST if article.membership]
    announced = {(one.membership.city, one.membership.network, one.site) for one in manifest().announcements}
    assert announced == {
        ("Shiraz", "owhc", "municipality-fa"),
        ("Sfax", "scn", "network-ar"),
        ("Bursa", "uclg-mewa", "network-en-tr"),
    }


def test_the_persian_announcement_is_retold_by_the_aggregator_with_its_source() -> None:
    shiraz = next(one for one in manifest().announcements if one.membership.city == "Shiraz")
    assert shiraz.reports == ("municipality-fa/joins-owhc", "aggregator-fa/shiraz-owhc-retold")
    assert articles()[shiraz.reports[1]].source_named == "شهرداری شیراز"


def test_no_text_stands_twice_except_the_declared_copies() -> None:
    counts = Counter(article.text for article in ARTICLES)
    repeated = {text for text, count in counts.items() if count > 1}
    declared = manifest().duplicates
    assert repeated == {articles()[one.original].text for one in declared}
    assert manifest().distinct == len(counts)
    assert {one.article.split("/")[0] for one in declared} == {"aggregator-fa"}


def test_a_retold_story_names_its_source_and_shares_no_sentence_with_it() -> None:
    retold = [article for article in ARTICLES if article.retells]
    assert len({article.retells.split("/")[0] for article in retold}) == 4
    for article in retold:
        assert article.source_named
        assert not sentences(article.text) & sentences(articles()[article.retells].text)


@pytest.mark.parametrize(("wave", "least", "most"), [(FIRST, 1.5, 90), (SECOND, 0, 5 / 1440)])
def test_ages_fit_the_wave(wave: tuple[Article, ...], least: float, most: float) -> None:
    assert all(timedelta(days=least) <= article.age <= timedelta(days=most) for article in wave)


def test_addresses_are_unique_on_each_site() -> None:
    for site in SITES:
        printed = of_site(site)
        assert len({(article.language, article.slug, article.number) for article in printed}) == len(printed)
        assert all(article.slug for article in printed)


def test_persian_is_written_in_the_ways_it_is_written_in() -> None:
    texts = [article.text for article in of_site("municipality-fa")]
    arabic_letters = [text for text in texts if re.search("[يك]", text)]
    assert len(arabic_letters) == 2
    assert not any(re.search("[یک]", text) for text in arabic_letters)
    assert sum("\u200c" in text for text in texts) > 8
    assert sum("\u200c" not in text and " می " in text.replace("ي", "ی") for text in texts) >= 3
    assert sum(bool(re.search("[٤٥٦]", text)) for text in texts) == 2


def test_the_sources_are_toml_on_the_given_origins() -> None:
    filled = sources({site: f"http://{site}.example/" for site in SITES})
    assert tuple(filled) == SITES
    for site, text in filled.items():
        source = tomllib.loads(text)
        assert source["home"] == f"http://{site}.example/"
        assert "{origin}" not in text


@pytest.mark.skipif(not STUDIED.is_dir(), reason="the studied texts are not part of the repository")
def test_no_sentence_is_taken_from_the_studied_texts() -> None:
    words = studied_words()
    ours = set().union(*(sentences(f"{article.title}\n{article.text}") for article in ARTICLES))
    assert len(ours) > 300
    assert not [sentence for sentence in ours if sentence in words]
