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


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Ulm came?! «Yes.» Bonn too…", ["Ulm came?!", "«Yes.»", "Bonn too…"]),
        ("Version 2.5 of it\n\nis out", ["Version 2.5 of it", "is out"]),
        ("東京が加入。「歓迎する。」大阪も", ["東京が加入。", "「歓迎する。」", "大阪も"]),
    ],
)
def test_marks_and_quotes_that_end_a_sentence_belong_to_it(text: str, expected: list[str]) -> None:
    assert sentences(text) == expected
