"""Where sentences end."""

from __future__ import annotations

import pytest

from news.languages.sentences import sentence_spans


def sentences(text: str) -> list[str]:
    return [text[start:end] for start, end in sentence_spans(text)]


@pytest.mark.parametrize(
    "text",
    [
        "Seit dem 1. Juli gehört Kassel dazu.",
        "Celle ist das 48. Mitglied des Bundes.",
        "Celle zählt seit 1. Juli dazu.",
        "Bolu birliğin 112. üyesi oldu.",
        "Dr. Weber kam aus Ulm.",
    ],
)
def test_a_stop_behind_an_ordinal_or_an_abbreviation_ends_nothing(text: str) -> None:
    assert sentences(text) == [text]


def test_a_stop_behind_a_year_or_a_count_ends_the_sentence() -> None:
    assert sentences("Der Bund entstand 1990. Heute zählt er 300. Ulm fehlt.") == [
        "Der Bund entstand 1990.",
        "Heute zählt er 300.",
        "Ulm fehlt.",
    ]
