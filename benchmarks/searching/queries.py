"""The classes of queries, and twelve of each."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from benchmarks.searching.archive import LANGUAGES, Vocabulary
from storage.search import Filters

#: Queries of a class.
EACH = 12
_NO_FILTERS = Filters()


@dataclass(frozen=True, slots=True)
class Query:
    """What somebody asks."""

    #: its class
    name: str
    written: str
    filters: Filters = _NO_FILTERS


def queries(known: Mapping[str, Vocabulary], shift: int = 0) -> Iterator[Query]:
    """All of them; ranks are places among the most frequent words of a language, and `shift` moves them to others."""
    for number in range(EACH):
        language = list(LANGUAGES)[number % len(LANGUAGES)]
        words = [word for word in known[language].words if word.isalpha() and len(word) > 3]
        at = number * 7 + shift
        common, middling, rare = words[3 + number + shift], words[400 + at], words[20_000 + at]
        other = words[60 + at]
        yield Query("rare word", rare)
        yield Query("middling word", middling)
        yield Query("common word", common)
        yield Query("two words", f"{other} {middling}")
        yield Query("phrase", f'"{common} {other}"')
        yield Query("prefix", f"{middling[:4]}*")
        yield Query("one OR another", f"{middling} OR {words[450 + at]}")
        yield Query("one NOT another", f"{other} NOT {common}")
        yield Query("word and language", other, Filters(language=language))
        yield Query("word and days", f"{other} after:2022 before:2023")
        yield Query("city", ("یزد", "طهران", "İstanbul", "Barcelona")[number % 4])
        yield Query("newest", "", Filters(language=language) if number % 2 else _NO_FILTERS)
