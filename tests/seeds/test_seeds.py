"""What `jarchi read --jsonl` says of the five seeds and their twins, as plain text and as pages.

One of the five announces a membership; the others talk about membership and must raise no alert. A twin
with another city, another network, other letters, other joiners or another order reads like its seed; a twin
in which the city has applied to the network, or has left it, raises no alert.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
from dataclasses import dataclass, replace
from pathlib import Path
from types import ModuleType
from typing import Any, NamedTuple

import pytest

FORMS = ("text", "page")
ALTERED = ("city", "network", "letters", "joiners", "order")
TURNED = ("applied", "left")
KEYS = {"id", "url", "title", "text", "language", "networks", "cities", "memberships", "original_source"}

#: GeoNames ids.
IDS = {
    "Ankara": "323786",
    "Baghdad": "98182",
    "Bangkok": "1609350",
    "Barcelona": "3128760",
    "Beirut": "276781",
    "Dushanbe": "1221874",
    "Erbil": "95446",
    "Gaziantep": "314830",
    "Haikou": "1809078",
    "Hamadan": "132144",
    "Istanbul": "745044",
    "Jakarta": "1642911",
    "Konya": "306571",
    "London": "2643743",
    "Madrid": "3117735",
    "Mashhad": "124665",
    "New York City": "5128581",
    "Rabat": "2538475",
    "Seoul": "1835848",
    "Sfax": "2467454",
    "Shiraz": "115019",
    "Tehran": "112931",
    "Yazd": "111822",
}

WORDPRESS = ("arrow-circle", "arrow-down-basic", "facebooklinkedin", "video-icon", "WPML", "تمت ترجمة محتوى")
COMMENT_FORM = ("ریکپچا", "reCAPTCHA", "نشانی ایمیل", "لینک کوتاه", "دیدگاهتان")


class Pair(NamedTuple):
    city: str
    network: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Expected:
    """What must be found in one text, whatever its form."""

    language: str
    networks: frozenset[str]
    no_networks: frozenset[str] = frozenset()
    cities: frozenset[str] = frozenset()
    no_cities: frozenset[str] = frozenset()
    #: The one membership that alerts.
    joined: Pair | None = None
    #: Cities that are named, but have not joined anything.
    venues: frozenset[str] = frozenset()
    #: What a turned twin says of a city that has not joined.
    turned: Pair | None = None
    #: No membership is announced at all.
    unannounced: bool = False
    source: str | None = None
    #: A few words near the beginning and near the end of the body.
    kept: tuple[str, ...] = ()
    #: What is no part of the article.
    junk: tuple[str, ...] = ()


VENUES = frozenset({"Tehran", "Istanbul", "Bangkok", "Haikou", "Gaziantep", "Dushanbe"})

SEEDS = {
    "000": Expected(
        language="fa",
        networks=frozenset({"gpm"}),
        unannounced=True,
        kept=("تجربه رهبری و مالکیت", "آگاهی بیشتری از نقش حیاتی"),
    ),
    "001": Expected(
        language="fa",
        networks=frozenset({"uclg", "uclg-mewa", "metropolis", "amf"}),
        cities=frozenset({"Tehran", "Rabat", "Istanbul", "Barcelona"}),
        source="تهران امروز",
        kept=("سند دیپلماسی رسانه", "حقوق شهروندان نسبت به شهر"),
    ),
    "002": Expected(
        language="fa",
        networks=frozenset({"amf"}),
        cities=VENUES | {"Yazd"},
        joined=Pair("Yazd", "amf"),
        venues=VENUES,
        kept=("آسیا برای شهروندان", "شرکت در بازدیدهای دوره"),
        junk=COMMENT_FORM,
    ),
    "003": Expected(
        language="ar",
        networks=frozenset({"scn"}),
        kept=("مشاركة الدروس المستفادة", "السياسات والممارسات"),
        junk=WORDPRESS,
    ),
    "004": Expected(
        language="ar",
        networks=frozenset({"scn"}),
        cities=frozenset({"New York City", "Rabat"}),
        kept=("سلسلة من المشاركات البلدية", "تجاوز المشكلة"),
        junk=WORDPRESS,
    ),
}

NEW_VENUES = frozenset({"Tehran", "Istanbul", "Jakarta", "Seoul", "Konya", "Dushanbe"})

CITY_TWINS = {
    "000": SEEDS["000"],
    "001": replace(
        SEEDS["001"],
        cities=frozenset({"Shiraz", "Baghdad", "Ankara", "Madrid"}),
        no_cities=SEEDS["001"].cities,
        source="شیراز امروز",
    ),
    "002": replace(
        SEEDS["002"],
        cities=NEW_VENUES | {"Hamadan"},
        no_cities=frozenset({"Yazd"}) | (VENUES - NEW_VENUES),
        joined=Pair("Hamadan", "amf"),
        venues=NEW_VENUES,
    ),
    "003": SEEDS["003"],
    "004": replace(
        SEEDS["004"], cities=frozenset({"London", "Beirut"}), no_cities=frozenset({"New York City", "Rabat"})
    ),
}

NEW_NETWORKS = {
    "000": frozenset({"mayors-for-peace"}),
    "001": frozenset({"mayors-for-peace", "citynet", "lhc", "uccn"}),
    "002": frozenset({"lhc"}),
    "003": frozenset({"uccn"}),
    "004": frozenset({"ato"}),
}

#: Of whom the turned twins speak.
TURNED_PAIRS = {
    "000": Pair("Shiraz", "gpm"),
    "001": Pair("Mashhad", "metropolis"),
    "002": Pair("Yazd", "amf"),
    "003": Pair("Sfax", "scn"),
    "004": Pair("Erbil", "scn"),
}


def with_other_networks(seed: str) -> Expected:
    expected = SEEDS[seed]
    joined = expected.joined and expected.joined._replace(network="lhc")
    return replace(expected, networks=NEW_NETWORKS[seed], no_networks=expected.networks, joined=joined)


def with_meaning_turned(seed: str) -> Expected:
    expected, pair = SEEDS[seed], TURNED_PAIRS[seed]
    return replace(
        expected, cities=expected.cities | {pair.city}, joined=None, turned=pair, unannounced=False
    )


def expectation(seed: str, twin: str) -> Expected:
    if twin == "city":
        return CITY_TWINS[seed]
    if twin == "network":
        return with_other_networks(seed)
    return with_meaning_turned(seed) if twin in TURNED else SEEDS[seed]


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    seed: str
    form: str
    twin: str

    def __str__(self) -> str:
        return f"{self.seed}-{self.form}-{self.twin}"

    @property
    def expected(self) -> Expected:
        return expectation(self.seed, self.twin)


def twins_of(seed: str) -> tuple[str, ...]:
    lost = ("lost",) if SEEDS[seed].language == "fa" else ()
    return ("seed", *ALTERED, *lost, *TURNED)


CASES = [Case(seed=seed, form=form, twin=twin) for seed in SEEDS for form in FORMS for twin in twins_of(seed)]
Article = dict[str, Any]
Articles = dict[str, Article]


def cases(*, only: str | None = None) -> pytest.MarkDecorator:
    """All cases, or those that expect something under the name `only`."""
    chosen = [case for case in CASES if only is None or getattr(case.expected, only)]
    return pytest.mark.parametrize("case", chosen, ids=str)


@pytest.fixture(scope="module")
def records(seed_texts: ModuleType, seeds: dict[str, str]) -> list[dict[str, str]]:
    return [seed_texts.record(case.seed, case.form, case.twin, seeds[case.seed]) for case in CASES]


@pytest.fixture(scope="module")
def answers(records: list[dict[str, str]], root: Path) -> list[Article]:
    """What one run of the command says, line by line."""
    lines = "".join(json.dumps(record, ensure_ascii=False) + "\n" for record in records)
    command = [sys.executable, "-m", "cli", "read", "--jsonl"]
    run = subprocess.run(
        command, input=lines, cwd=root, capture_output=True, encoding="utf-8", timeout=300, check=False
    )
    if run.returncode != 0:
        pytest.fail(f"jarchi read --jsonl ended with {run.returncode}: {run.stderr[-2000:]}")
    return [json.loads(line) for line in run.stdout.splitlines()]


@pytest.fixture(scope="module")
def articles(answers: list[Article]) -> Articles:
    return {answer["id"]: answer for answer in answers}


def folded(text: str) -> str:
    """Letters alone, one kind of yeh, kaf and alif: so that any spelling of a few words is found."""
    text = text.translate(str.maketrans("يىكأإآ", "ییکااا")).casefold()
    return re.sub(r"[\W_\u0640]", "", text)


def keys_of(tags: list[dict[str, Any]]) -> set[str]:
    return {str(tag["key"]) for tag in tags}


def is_city(article: Article, membership: dict[str, Any], city: str) -> bool:
    """A membership may name its city by id or by name, as the article's own list of cities writes it."""
    names = {str(tag["name"]) for tag in article["cities"] if str(tag["key"]) == IDS[city]}
    return str(membership["city"]) in names | {IDS[city], city}


def is_pair(article: Article, membership: dict[str, Any], pair: Pair) -> bool:
    return membership["network"] == pair.network and is_city(article, membership, pair.city)


def alerting(article: Article) -> list[dict[str, Any]]:
    return [membership for membership in article["memberships"] if membership["alert"]]


def test_one_article_a_line_in_the_same_order(records: list[dict[str, str]], answers: list[Article]) -> None:
    assert [answer["id"] for answer in answers] == [record["id"] for record in records]


@cases()
def test_the_article_is_whole(case: Case, articles: Articles) -> None:
    assert KEYS - set(articles[str(case)]) == set()


@cases()
def test_language(case: Case, articles: Articles) -> None:
    assert articles[str(case)]["language"] == case.expected.language


@cases(only="networks")
def test_networks_are_found(case: Case, articles: Articles) -> None:
    assert case.expected.networks - keys_of(articles[str(case)]["networks"]) == set()


@cases(only="no_networks")
def test_networks_no_longer_named_are_not_found(case: Case, articles: Articles) -> None:
    assert case.expected.no_networks & keys_of(articles[str(case)]["networks"]) == set()


@cases(only="cities")
def test_cities_are_found(case: Case, articles: Articles) -> None:
    found = keys_of(articles[str(case)]["cities"])
    assert {city for city in case.expected.cities if IDS[city] not in found} == set()


@cases(only="no_cities")
def test_cities_no_longer_named_are_not_found(case: Case, articles: Articles) -> None:
    found = keys_of(articles[str(case)]["cities"])
    assert {city for city in case.expected.no_cities if IDS[city] in found} == set()


@cases()
def test_alerts(case: Case, articles: Articles) -> None:
    article, joined = articles[str(case)], case.expected.joined
    alerts = alerting(article)
    if joined is None:
        assert alerts == []
        return
    assert len(alerts) == 1
    assert is_pair(article, alerts[0], joined)
    assert (alerts[0]["verb"], alerts[0]["status"]) == ("joined", "announced")


@cases(only="unannounced")
def test_nothing_is_announced(case: Case, articles: Articles) -> None:
    memberships = articles[str(case)]["memberships"]
    assert [membership for membership in memberships if membership["status"] == "announced"] == []


@cases(only="venues")
def test_venues_have_not_joined(case: Case, articles: Articles) -> None:
    article = articles[str(case)]
    joined = [membership for membership in article["memberships"] if membership["verb"] == "joined"]
    venues = case.expected.venues
    assert [
        (m["city"], m["network"]) for m in joined if any(is_city(article, m, city) for city in venues)
    ] == []


@cases(only="turned")
def test_who_applied_or_left_is_not_announced_as_joined(case: Case, articles: Articles) -> None:
    article, pair = articles[str(case)], case.expected.turned
    assert pair is not None
    about = [membership for membership in article["memberships"] if is_pair(article, membership, pair)]
    assert [m for m in about if (m["verb"], m["status"]) == ("joined", "announced")] == []


@cases(only="source")
def test_the_original_source(case: Case, articles: Articles) -> None:
    assert folded(str(articles[str(case)]["original_source"])) == folded(str(case.expected.source))


@cases(only="kept")
def test_the_body_is_kept(case: Case, articles: Articles) -> None:
    text = folded(articles[str(case)]["text"])
    assert [words for words in case.expected.kept if folded(words) not in text] == []


@cases(only="junk")
def test_what_is_no_article_is_left_out(case: Case, articles: Articles) -> None:
    text = folded(articles[str(case)]["text"])
    assert [words for words in case.expected.junk if folded(words) in text] == []


@pytest.mark.parametrize("case", [case for case in CASES if case.form == "page"], ids=str)
def test_the_frame_of_the_page_is_left_out(case: Case, articles: Articles, seed_texts: ModuleType) -> None:
    text, language = folded(articles[str(case)]["text"]), case.expected.language
    frame = (seed_texts.SCRIPT, seed_texts.FOOTERS[language], *seed_texts.MENUS[language])
    assert [words for words in frame if folded(words) in text] == []
