"""Lines that stand on a page and are no part of its article; which ones is data (`data/boilerplate.toml`)."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from importlib.resources import files

from pydantic import BaseModel, ConfigDict

from news.languages.tokens import fold
from reading.icons import LONGEST_LINE, is_foreign, is_icons, without_icons

#: Lines at the end of a text that count as its foot.
FOOT = 5
#: Lines at its head by which its script is told.
_HEAD = 12
#: A line that is nothing but an address on a social network.
_SOCIAL = re.compile(
    r"(?:https?://)?(?:www\.|m\.)?"
    r"(?:facebook|twitter|x|linkedin|instagram|t|telegram|youtube|aparat|flickr|eitaa)\.(?:com|me|org)(?:/\S*)?",
    re.IGNORECASE,
)
_HEADLINE, _BODY = 160, 80
#: Words of a sentence, and of one of its clauses; a list of names has fewer between its commas.
_WORDS, _CLAUSE = 5, 4
_COMMAS = re.compile(r"[,،、;؛:|•·]")
_STOPS, _CLOSING = (".", "!", "?", "؟", "…", "۔", "。"), " \t\"'»”’)]"
_END_OF_SENTENCE = (".", "!", "؟", "?", ":", "؛", "»", "。")


class Action(StrEnum):
    """What a rule does where it matches."""

    DROP = "drop"
    CUT = "cut"
    LIST = "list"


class _Entry(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str
    action: Action
    foot: bool = False
    spares: bool = False
    notice: bool = False
    limit: int = 200
    whole: tuple[str, ...] = ()
    starts: tuple[str, ...] = ()
    contains: tuple[tuple[str, ...], ...] = ()
    calls: tuple[str, ...] = ()
    names: tuple[str, ...] = ()


class _Data(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    rule: tuple[_Entry, ...]


@dataclass(frozen=True, slots=True)
class Rule:
    """One kind of boilerplate, its phrases folded."""

    name: str
    action: Action
    foot: bool
    #: whether sentences are passed over
    spares: bool
    #: whether it can be all that a page holds, and goes even then
    notice: bool
    limit: int
    whole: re.Pattern[str]
    starts: tuple[str, ...]
    contains: tuple[tuple[str, ...], ...]

    def matches(self, line: str, folded: str) -> bool:
        """Whether a line, given as it stands and folded, is of this kind."""
        if self.whole.fullmatch(folded):
            return True
        if len(line) > self.limit or (self.spares and is_sentence(line, folded)):
            return False
        if any(folded == start or folded.startswith(f"{start} ") for start in self.starts):
            return True
        return any(all(phrase in folded for phrase in phrases) for phrases in self.contains)


def clean(lines: Sequence[str]) -> list[str]:
    """The lines of the article among those of the page, in order.

    Where nothing would be left, the sentences stay that are no notice of the site's own.
    """
    kept: list[str] = []
    passed: list[str] = []
    in_list = False
    foreign = any(map(is_foreign, lines[:_HEAD]))
    for index, line in enumerate(lines):
        if len(line) > _longest():
            kept.append(line)
            in_list = False
            continue
        line = without_icons(line)  # noqa: PLW2901
        folded = fold(line)
        if in_list and _is_headline(line):
            continue
        in_list = False
        rule = _rule_for(line, folded, in_foot=index >= len(lines) - FOOT)
        if rule is None:
            if not _is_empty(line, folded, foreign=foreign):
                kept.append(line)
        elif rule.action is Action.DROP:
            if not rule.notice and is_sentence(line, folded):
                passed.append(line)
        elif any(map(_is_body, kept)):
            if rule.action is Action.CUT:
                break
            in_list = True
    return kept or passed


def is_call_to_share(text: str) -> bool:
    """Whether the words are those that stand before links to social networks."""
    return fold(text) in _calls()


def announces_others(text: str) -> bool:
    """Whether the words are those that stand before links to other articles."""
    return len(text) <= _HEADLINE and fold(text) in _announcements()


@cache
def _calls() -> frozenset[str]:
    return frozenset(fold(call) for entry in _data().rule for call in entry.calls)


@cache
def _announcements() -> frozenset[str]:
    entries = (entry for entry in _data().rule if entry.action is Action.LIST)
    return frozenset(fold(phrase) for entry in entries for phrase in entry.whole)


def is_sentence(line: str, folded: str) -> bool:
    """Whether a line ends like a sentence and has, between two commas, more words than a label or a name."""
    if not line.rstrip(_CLOSING).endswith(_STOPS) or len(folded.split()) < _WORDS:
        return False
    return any(len(clause.split()) >= _CLAUSE for clause in _COMMAS.split(line))


def _is_body(line: str) -> bool:
    """Before a line of running text, a heading of comments or of other news is a button and ends nothing."""
    return len(line) >= _BODY or line.rstrip().endswith(_END_OF_SENTENCE)


def _is_empty(line: str, folded: str, *, foreign: bool) -> bool:
    """Nothing to read: no letter or figure, names of icons, a profile on a social network."""
    if not folded:
        return True
    return len(line) <= LONGEST_LINE and (is_icons(line, foreign=foreign) or bool(_SOCIAL.fullmatch(line)))


def _is_headline(line: str) -> bool:
    return len(line) <= _HEADLINE and not line.rstrip().endswith(_END_OF_SENTENCE)


def _rule_for(line: str, folded: str, *, in_foot: bool) -> Rule | None:
    if not _may_match(folded):
        return None
    return next((rule for rule in rules() if (in_foot or not rule.foot) and rule.matches(line, folded)), None)


def _may_match(folded: str) -> bool:
    """Whether any rule can match at all; nearly every line of an article is spared the rules by it."""
    first = folded.partition(" ")[0]
    return first in _openers() or first.isdecimal() or any(phrase in folded for phrase in _needles())


@cache
def _openers() -> frozenset[str]:
    phrases = (phrase for entry in _data().rule for phrase in (*entry.whole, *entry.starts, *entry.calls))
    return frozenset(fold(phrase.replace("#", " ")).partition(" ")[0] for phrase in phrases)


@cache
def _needles() -> tuple[str, ...]:
    """The longest phrase of each entry of `contains`, any of which must be there; of what holds another, the other."""
    longest = {max(phrases, key=len) for rule in rules() for phrases in rule.contains}
    # looked for one by one: a pattern of them all tries each at every letter
    return tuple(
        phrase for phrase in sorted(longest) if not any(less in phrase for less in longest - {phrase})
    )


@cache
def _longest() -> int:
    """No rule looks at a longer line."""
    return max(LONGEST_LINE, *(rule.limit for rule in rules()))


@cache
def _data() -> _Data:
    text = (files("reading") / "data" / "boilerplate.toml").read_text(encoding="utf-8")
    return _Data.model_validate(tomllib.loads(text))


@cache
def rules() -> tuple[Rule, ...]:
    """The rules of the data file, in its order."""
    return tuple(map(_compiled, _data().rule))


def _compiled(entry: _Entry) -> Rule:
    return Rule(
        name=entry.name,
        action=entry.action,
        foot=entry.foot,
        spares=entry.spares,
        notice=entry.notice,
        limit=entry.limit,
        whole=re.compile(
            "|".join(filter(None, (*map(_with_numbers, entry.whole), _called(entry)))) or "(?!)"
        ),
        starts=tuple(map(fold, entry.starts)),
        contains=tuple(tuple(map(fold, phrases)) for phrases in entry.contains),
    )


def _called(entry: _Entry) -> str:
    """The pattern of a call with nothing but names and further calls behind it."""
    if not entry.calls:
        return ""
    calls = "|".join(map(re.escape, sorted(map(fold, entry.calls), key=len, reverse=True)))
    names = "|".join(map(re.escape, sorted(map(fold, entry.names), key=len, reverse=True)))
    return f"(?:{calls})(?: (?:{calls}|{names}))+"


def _with_numbers(phrase: str) -> str:
    """The folded phrase as a pattern in which # stands for a number."""
    pieces = (r"\d+" if word == "#" else re.escape(fold(word)) for word in phrase.split())
    return " ".join(filter(None, pieces))
