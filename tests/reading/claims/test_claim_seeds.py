"""The seed texts and their twins: one announcement among them, whatever its cities, letters and networks."""

from __future__ import annotations

from pathlib import Path

import pytest

from news.names import find_names, place
from news.values import Claim, Source, SourceKind, Status, TagKind, Verb
from reading.claims import read_claims

SEEDS = Path(__file__).parents[4] / "shared" / "seeds"
pytestmark = pytest.mark.skipif(not SEEDS.is_dir(), reason="the seed texts are not here")

ANNOUNCEMENT = "002"
YAZD = "111822"


def seed(number: str) -> str:
    return next(SEEDS.glob(f"{number}_*.txt")).read_text(encoding="utf-8")


def language_of(number: str) -> str:
    return "ar" if number in ("003", "004") else "fa"


def claims(
    text: str, language: str = "fa", source: Source | None = None, title: str = ""
) -> tuple[Claim, ...]:
    tags = find_names(title=title, text=text, language=language, source=source)
    return read_claims(title=title, text=text, tags=tags, language=language, source=source)


def alerts(
    text: str, language: str = "fa", source: Source | None = None
) -> list[tuple[str | None, str | None]]:
    return [(c.member, c.network) for c in claims(text, language, source) if c.alerts]


def found(number: str) -> tuple[set[str], set[str]]:
    tags = find_names(title="", text=seed(number), language=language_of(number), source=None)
    networks = {tag.key for tag in tags if tag.kind is TagKind.NETWORK}
    return networks, {place(tag.key).name for tag in tags if tag.kind is TagKind.CITY}


def test_the_announcement_alerts_once() -> None:
    assert alerts(seed(ANNOUNCEMENT)) == [(YAZD, "amf")]


def test_the_announcement_alerts_once_with_its_headline_apart() -> None:
    text = seed(ANNOUNCEMENT)
    title = next(line for line in text.splitlines() if "عضویت رسمی شهر یزد" in line)
    assert [(c.member, c.network) for c in claims(text, title=title) if c.alerts] == [(YAZD, "amf")]


@pytest.mark.parametrize("number", ["000", "001", "003", "004"])
def test_the_others_never_alert(number: str) -> None:
    assert alerts(seed(number), language_of(number)) == []


def test_an_invitation_on_the_networks_own_site_never_alerts() -> None:
    source = Source(key="scn", name="Strong Cities Network", kind=SourceKind.NETWORK, network="scn")
    for number in ("003", "004"):
        assert alerts(seed(number), "ar", source) == []


@pytest.mark.parametrize(
    ("number", "networks", "cities"),
    [
        ("000", {"gpm"}, set()),
        ("001", {"uclg", "uclg-mewa", "metropolis", "amf"}, {"Tehran", "Rabat", "Istanbul", "Barcelona"}),
        ("002", {"amf"}, {"Yazd", "Tehran", "Istanbul", "Bangkok", "Haikou", "Gaziantep", "Dushanbe"}),
        ("003", {"scn"}, set()),
        ("004", {"scn"}, {"New York City", "Rabat"}),
    ],
)
def test_names(number: str, networks: set[str], cities: set[str]) -> None:
    got_networks, got_cities = found(number)
    assert networks <= got_networks
    assert cities <= got_cities
    assert not {"Marrakesh", "Khobar", "Dhule", "Medina"} & got_cities


TWINS = {
    "Arabic letters": lambda text: text.replace("ی", "ي").replace("ک", "ك"),
    "lost joiners": lambda text: text.replace("\u200c", ""),
    "joiners for spaces": lambda text: text.replace("بین المللی", "بین‌المللی").replace("می شود", "می‌شود"),
    "lost spaces": lambda text: text.replace("بین المللی", "بینالمللی").replace("همکاری های", "همکاریهای"),
    "shouting headline": lambda text: text.upper(),
    "one line": lambda text: text.replace("\n\n", "\n"),
}


@pytest.mark.parametrize("name", TWINS)
def test_letters_and_spaces_do_not_matter(name: str) -> None:
    assert alerts(TWINS[name](seed(ANNOUNCEMENT))) == [(YAZD, "amf")]


@pytest.mark.parametrize(
    ("city", "key"), [("اردبیل", "143083"), ("کرمانشاه", "128226"), ("خرم‌آباد", "127349"), ("رشت", "118743")]
)
def test_another_city(city: str, key: str) -> None:
    assert alerts(seed(ANNOUNCEMENT).replace("یزد", city)) == [(key, "amf")]


@pytest.mark.parametrize(
    ("name", "acronym", "key"),
    [
        ("شبکه شهرهای خلاق یونسکو", "UCCN", "uccn"),
        ("سازمان شهرهای میراث جهانی", "OWHC", "owhc"),
        ("سازمان شهرهای متحد و دولت‌های محلی", "UCLG", "uclg"),
        ("پارلمان جهانی شهرداران", "GPM", "gpm"),
    ],
)
def test_another_network(name: str, acronym: str, key: str) -> None:
    text = seed(ANNOUNCEMENT).replace("سازمان بین المللی شهرداران آسیایی", name)
    text = text.replace("مجمع شهرداران آسیایی", name).replace("AMF", acronym)
    assert alerts(text) == [(YAZD, key)]


def _headline_and_lead(old: str, new: str) -> str:
    return seed(ANNOUNCEMENT).replace(old, new)


def test_the_same_city_leaving_does_not_alert() -> None:
    text = _headline_and_lead("عضویت رسمی شهر", "خروج رسمی شهر").replace("یزد در سازمان", "یزد از سازمان")
    text = text.replace("عضویت خود را در این مجمع رسمیت بخشد", "از این مجمع خارج شد")
    assert alerts(text) == []
    assert any(claim.verb is Verb.LEFT and claim.member == YAZD for claim in claims(text))


def test_the_same_city_applying_does_not_alert() -> None:
    text = _headline_and_lead("عضویت رسمی شهر", "درخواست عضویت شهر")
    text = text.replace("عضویت خود را در این مجمع رسمیت بخشد", "درخواست عضویت خود را به این مجمع بدهد")
    assert alerts(text) == []


def test_a_postponed_membership_does_not_alert() -> None:
    text = _headline_and_lead("خبر داد و گفت", "سخن گفت که به اجلاس بعد موکول شد و گفت")
    text = text.replace("عضویت خود را در این مجمع رسمیت بخشد", "در نشست‌ها شرکت کند")
    text = text.replace(
        "عضویت رسمی شهر یزد در سازمان بین المللی شهرداران آسیایی\n", "عضویت یزد به اجلاس بعد موکول شد\n"
    )
    assert alerts(text) == []


def test_clauses_in_another_order() -> None:
    text = (
        "از عضویت رسمی شهر یزد در سازمان بین‌المللی شهرداران آسیایی (AMF)، مدیر امور بین‌الملل شهرداری خبر داد.\n"
        "مجمع عمومی این سازمان در شهرهای تهران (2008)، استانبول (2011) و بانکوک (2012) برگزار شده است."
    )
    assert alerts(text) == [(YAZD, "amf")]


def test_without_a_lexicon_nothing_is_claimed() -> None:
    for language in ("und", "ja", "xx"):
        assert claims(seed(ANNOUNCEMENT), language) == ()


def test_the_announcement_on_its_own_municipalitys_site() -> None:
    source = Source(key="yazd", name="Yazd", kind=SourceKind.MUNICIPALITY, country="IR", city=YAZD)
    assert alerts(seed(ANNOUNCEMENT), "fa", source) == [(YAZD, "amf")]
    assert all(
        claim.status is Status.ANNOUNCED for claim in claims(seed(ANNOUNCEMENT), "fa", source) if claim.alerts
    )
