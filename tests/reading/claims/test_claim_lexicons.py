"""The phrases of a language, on sentences whose names are marked by hand."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest

from news.values import Part, Span, Tag, TagKind
from reading.claims import read_claims
from reading.claims.lexicon import compiled, lexicon

CASES = tomllib.loads((Path(__file__).parent / "claim_marked.toml").read_text(encoding="utf-8"))["case"]
LANGUAGES = ("ar", "az", "de", "en", "es", "fa", "fr", "id", "it", "ja", "ku", "pt", "ru", "tr", "zh")
_MARK = re.compile(r"\[([CN]) ([^\]]+)\]")


def unmarked(text: str) -> tuple[str, tuple[Tag, ...]]:
    plain, tags, before = "", [], 0
    for match in _MARK.finditer(text):
        plain += text[before : match.start()]
        kind = TagKind.CITY if match.group(1) == "C" else TagKind.NETWORK
        span = Span(part=Part.TEXT, start=len(plain), end=len(plain) + len(match.group(2)))
        tags.append(Tag(kind=kind, key=match.group(1), alias=match.group(2), span=span, rule="marked"))
        plain, before = plain + match.group(2), match.end()
    return plain + text[before:], tuple(tags)


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case['language']}: {case['text']}")
def test_marked_sentence(case: dict[str, str]) -> None:
    text, tags = unmarked(case["text"])
    claims = read_claims(title="", text=text, tags=tags, language=case["language"], source=None)
    said = [f"{claim.member}/{claim.network} {claim.verb} {claim.status}" for claim in claims]
    assert said[:1] == [case["says"]]


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_phrase_is_a_pattern(language: str) -> None:
    phrases = lexicon(language)
    assert phrases is not None
    for of_category in phrases.phrases.values():
        for phrase in of_category:
            for part in phrase.parts:
                compiled(part)
