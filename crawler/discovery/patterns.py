"""The regular expression that the addresses of a site's articles share, learnt from some of them.

A number is as good as a date: nothing is asked of an address but that its neighbours in a list look like it.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from urllib.parse import unquote, urlsplit

#: Addresses of one form that make a pattern, and their share of all.
_FEWEST, _SHARE = 2, 0.15
#: Forms that one site mixes in one list.
_FORMS = 3
#: Values that are written out where a loose pattern takes in what is no article.
_FEW_VALUES = 4
#: Hyphens between the words of a headline in an address, as far as a pattern asks for them.
_MOST_WORDS = 3
_EXTENSION = re.compile(r"\.(?:[sx]?html?|aspx?|php|jsp|cfm|do)$", re.IGNORECASE)
_YEAR = re.compile(r"(?:19|20|13|14)\d\d")
_NUMBERED = (
    (re.compile(r"\d+[-_].+"), r"\d+[-_][^/]+"),
    (re.compile(r".+[-_]\d+"), r"[^/]+[-_]\d+"),
)
_LANGUAGE = re.compile(r"[a-z]{2}")
_ANY = "[^/]+"
#: The pattern of a column of segments; whether it is the last one.
_Segment = Callable[[Sequence[str], bool], str]
#: Escapes that only verbose patterns need.
_NEEDLESS = re.compile(r"\\([-&=,:~#% ])")


@dataclass(frozen=True, slots=True)
class _Target:
    """The part of an address that a pattern sees."""

    segments: tuple[str, ...]
    slash: bool
    extension: str
    query: tuple[tuple[str, str], ...]

    @property
    def form(self) -> tuple[object, ...]:
        """What addresses that can share a pattern have in common."""
        numbers = tuple(segment.isdecimal() for segment in self.segments)
        return (numbers, self.slash, self.extension.lower(), tuple(name for name, _ in self.query))


def learn(addresses: Iterable[str], others: Sequence[str] = ()) -> str | None:
    """A pattern for these addresses, as tight as need be to leave out the others; None where they share no form."""
    targets = list(dict.fromkeys(map(_target, addresses)))
    forms: dict[object, list[_Target]] = defaultdict(list)
    for target in targets:
        forms[target.form].append(target)
    enough = max(_FEWEST, _SHARE * len(targets))
    groups = sorted((group for group in forms.values() if len(group) >= enough), key=len, reverse=True)
    strange = [path_of(other) for other in others]
    patterns = dict.fromkeys(_tight_enough(group, strange) for group in groups[:_FORMS])
    return "|".join(patterns) or None


def path_of(address: str) -> str:
    """Path and query of an address: what a pattern is matched against."""
    parts = urlsplit(address)
    return parts.path + (f"?{parts.query}" if parts.query else "")


def _target(address: str) -> _Target:
    parts = urlsplit(address)
    segments = tuple(filter(None, parts.path.split("/")))
    extension = found[0] if segments and (found := _EXTENSION.search(segments[-1])) else ""
    if extension:
        segments = (*segments[:-1], segments[-1].removesuffix(extension))
    pairs = (pair.partition("=") for pair in parts.query.split("&") if pair)
    query = tuple((name, value) for name, _, value in pairs)
    return _Target(segments, parts.path.endswith("/") and bool(segments), extension, query)


def _tight_enough(group: Sequence[_Target], others: Sequence[str]) -> str:
    """The loosest pattern that none of the others matches; the tightest where each does."""
    best, fewest = "", len(others) + 1
    tighter = (partial(_worded, words=words) for words in range(1, _MOST_WORDS + 1))
    segments: tuple[_Segment, ...] = (_loose, *tighter, _listed)
    for pattern in dict.fromkeys(_written(group, segment) for segment in segments):
        taken = sum(1 for other in others if re.search(pattern, other))
        if taken < fewest:
            best, fewest = pattern, taken
        if not taken:
            break
    return best


def _written(group: Sequence[_Target], segment: _Segment) -> str:
    first = group[0]
    columns = list(zip(*(target.segments for target in group), strict=True))
    parts = list(_segments(columns, segment))
    cut = _after_number(parts, columns) if not first.query else None
    if cut is not None:
        return "^/" + "/".join(parts[:cut]) + "/"
    end = re.escape(first.extension) + ("/" if first.slash else "")
    query = [_parameter(column) for column in zip(*(target.query for target in group), strict=True)]
    return _plain("^/" + "/".join(parts) + end) + (r"\?" + "&".join(query) if query else "$")


def _segments(columns: Sequence[Sequence[str]], text: _Segment) -> Iterator[str]:
    """The pattern of each segment."""
    dates = 0  # parts of a date that stand right before
    for number, values in enumerate(columns):
        if not values[0].isdecimal():
            dates = 0
            yield _plain(text(values, number + 1 == len(columns)))
        elif 0 < dates < 3 and all(len(value) <= 2 for value in values):
            dates += 1
            yield r"\d{1,2}"
        else:
            dates = int(number + 1 < len(columns) and all(map(_YEAR.fullmatch, values)))
            yield r"\d{4}" if dates else r"\d+"


def _after_number(parts: Sequence[str], columns: Sequence[Sequence[str]]) -> int | None:
    """Where the pattern may end: behind an article's number, when only its title follows."""
    if (
        len(parts) > 1
        and parts[-2] == r"\d+"
        and not columns[-1][0].isdecimal()
        and len(set(columns[-1])) > 1
    ):
        return len(parts) - 1
    return None


def _loose(values: Sequence[str], last: bool) -> str:  # noqa: FBT001
    """One value as it is, languages as two letters, anything else as anything."""
    known = set(values)
    if len(known) == 1:
        return re.escape(values[0])
    if not last and all(map(_LANGUAGE.fullmatch, known)):
        return "[a-z]{2}"
    return next((pattern for form, pattern in _NUMBERED if all(map(form.fullmatch, known))), _ANY)


def _worded(values: Sequence[str], last: bool, words: int = _MOST_WORDS) -> str:  # noqa: FBT001
    """As loose, but a headline has so many hyphens between its words, where each of these has."""
    pattern = _loose(values, last)
    hyphens = min(words, *(unquote(value).count("-") for value in values))
    if not last or pattern != _ANY or not hyphens:
        return pattern
    return f"(?:[^/-]+-){{{hyphens},}}[^/]+"


def _listed(values: Sequence[str], last: bool) -> str:  # noqa: FBT001
    """As worded, with the few values of a section written out."""
    pattern = _worded(values, last)
    counts = Counter(values)
    if last or pattern != _ANY or len(counts) > _FEW_VALUES:
        return pattern
    return f"(?:{'|'.join(map(re.escape, sorted(counts)))})"


def _parameter(column: Sequence[tuple[str, str]]) -> str:
    name, values = column[0][0], {value for _, value in column}
    if all(map(str.isdecimal, values)):
        return f"{re.escape(name)}=" + r"\d+"
    return _plain(f"{re.escape(name)}=" + (re.escape(values.pop()) if len(values) == 1 else "[^&]+"))


def _plain(pattern: str) -> str:
    """Without the escapes that only verbose patterns need."""
    return _NEEDLESS.sub(r"\1", pattern)
