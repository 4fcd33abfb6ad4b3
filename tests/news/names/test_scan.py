"""Titles and texts as words, ready to be matched."""

from __future__ import annotations

from news.languages.tokens import columns, tokens
from news.names.scan import TAKEN, scan
from news.values import Part

TEXT = "سفر از «خرم‌آباد» به İstanbul’da 京都. The Mayor of Tour 2024!"


def test_columns_are_the_tokens() -> None:
    assert list(zip(*columns(TEXT), strict=True)) == [(one.text, one.start, one.end) for one in tokens(TEXT)]


def test_a_lone_ezafe_is_no_word() -> None:
    read = scan(Part.TEXT, "شورا ی شهر")
    assert [read.raw(at, at + 1) for at in range(len(read.words))] == ["شورا", "شهر"]


def test_words_that_are_taken_match_nothing_any_more() -> None:
    read = scan(Part.TEXT, "New York Times")
    read.take(0, 2)
    assert read.stems == [TAKEN, TAKEN, "times"]


def test_a_capital_counts_beside_a_space_and_not_at_the_start_of_a_sentence() -> None:
    read = scan(Part.TEXT, "He met Jack London. Then London, Paris")
    london, again, paris = 3, 5, 6
    assert read.capital_before(london)
    assert not read.capital_before(again)
    assert not read.capital_before(paris)
    assert not read.capital_after(again + 1)


def test_headlines_are_told_by_their_capitals() -> None:
    assert scan(Part.TITLE, "Mayor Visits Paris").headline(0.6)
    assert not scan(Part.TITLE, "Mayor of the town visits Paris").headline(0.6)
    assert not scan(Part.TEXT, "Mayor Visits Paris").headline(0.6)
