"""The twins are what they claim to be: changed, consistent, the same each time."""

from __future__ import annotations

import re
from collections import Counter
from types import ModuleType

import pytest

ARABIC = ("city", "network", "letters", "joiners", "order", "applied", "left")
PERSIAN = (*ARABIC, "lost")
TWINS = {"000": PERSIAN, "001": PERSIAN, "002": PERSIAN, "003": ARABIC, "004": ARABIC}
CASES = [(seed, twin) for seed, twins in TWINS.items() for twin in twins]

#: What must not be left over.
GONE = {
    ("000", "city"): ("هلند", "85", "OECD", "سازمان ملل"),
    ("000", "network"): ("پارلمان", "Parlimant", "parliament", "gpm"),
    ("001", "city"): ("تهران", "رباط", "مراکش", "استانبول", "بارسلون"),
    ("001", "network"): ("USLG", "شهرداران جهان", "جهانی شهرداران", "متروپلیس", "شهرداران آسیا"),
    ("002", "city"): ("یزد", "بانکوک", "هایکو", "غازیانتپ"),
    ("002", "network"): ("AMF", "شهرداران آسیایی", "این مجمع", "این سازمان"),
    ("002", "applied"): ("عضویت رسمی", "رسمیت", "توانست"),
    ("002", "left"): ("عضویت رسمی", "رسمیت", "توانست", "خوشبختانه", "مزایا"),
    ("003", "city"): ("ISD", "25", "2015", "معهد"),
    ("003", "network"): ("المدن القوية", "مدن قوية", "مدينة قوية"),
    ("004", "city"): ("نيويورك", "الرباط", "المغرب"),
    ("004", "network"): ("المدن القوية",),
    **{(seed, "letters"): ("ی", "ک") for seed in ("000", "001", "002")},
    **{(seed, "lost"): ("\u200c", "بین الملل", "می شود") for seed in ("000", "001", "002")},
    ("003", "letters"): ("أ", "إ", "آ"),
    ("004", "letters"): ("ي", "ى", "ك"),
}


def name_of(case: tuple[str, str]) -> str:
    return "-".join(case)


def words(text: str) -> Counter[str]:
    return Counter(re.findall(r"\w+", text))


@pytest.mark.parametrize("case", CASES, ids=name_of)
def test_a_twin_differs_and_is_the_same_each_time(
    case: tuple[str, str], seed_texts: ModuleType, seeds: dict[str, str]
) -> None:
    seed, twin = case
    text = seed_texts.twin_text(seed, twin, seeds[seed])
    assert text.split() != seeds[seed].split()
    assert text == seed_texts.twin_text(seed, twin, seeds[seed])


@pytest.mark.parametrize("case", sorted(GONE), ids=name_of)
def test_nothing_is_left_over(case: tuple[str, str], seed_texts: ModuleType, seeds: dict[str, str]) -> None:
    seed, twin = case
    text = seed_texts.twin_text(seed, twin, seeds[seed])
    assert [part for part in GONE[case] if part in text] == []


@pytest.mark.parametrize("seed", TWINS)
def test_another_order_keeps_every_word(seed: str, seed_texts: ModuleType, seeds: dict[str, str]) -> None:
    assert words(seed_texts.twin_text(seed, "order", seeds[seed])) == words(seeds[seed])


@pytest.mark.parametrize("seed", TWINS)
def test_every_twin_has_its_case(seed: str, seed_texts: ModuleType) -> None:
    assert set(seed_texts.TWINS[seed]) == set(TWINS[seed])


@pytest.mark.parametrize("seed", TWINS)
def test_a_page_holds_every_line(seed: str, seed_texts: ModuleType, seeds: dict[str, str]) -> None:
    missing = words(seeds[seed]) - words(seed_texts.page(seed, seeds[seed]))
    assert not missing


def test_a_wrong_search_string_is_told(seed_texts: ModuleType) -> None:
    with pytest.raises(LookupError, match="not in the text"):
        seed_texts.substitute("شهر یزد", [("تبریز", "کرمان")])
