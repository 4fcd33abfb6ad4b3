"""What a visible line is to the date of its page: a line about it, one about another date, or running text."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from enum import IntEnum
from functools import lru_cache
from zoneinfo import ZoneInfo

from news.languages.profiles import LanguageProfile, profile
from news.languages.tokens import tokens
from news.values import Calendar
from reading.date_labels import Labels, alone, labels
from reading.dates import Marked, is_bare, marked_days, small_words
from reading.written_dates import Written, fold_line

#: A line with a date that is a line about a date: its characters, those beside the date, and the share of the date.
_LINE, _REST, _SHARE = 140, 45, 0.4
#: Words beside a date, with nothing that parts them from it, from which a line is a sentence: small ones where the
#: script has capitals, any where it has none.
_SMALL, _UNCASED = 2, 5
#: The same where each character is a word.
_CHARACTERS = re.compile("[\u3040-\u30ff\u3400-\u9fff]{9}")
#: A label or the place of an event on a line of its own is no longer.
_BRIEF = 60
#: What stands for a date or a time of day in a line, and for a label.
_DATE, _LABEL = "\x01", "\x02"
_PARTS = re.compile(r"[|•·»«›‹/—–\-,;:()\[\]،؛\x02]+")
_PARTED = re.compile(rf"({_DATE}[{_DATE}\s]*)")
_HARD = re.compile(r"[|•·»«›‹—–;\x02]|\s[-/]\s")
_WORD = re.compile(r"[^\W\d_]+")
_COUNT = re.compile(r"(?<!\w)\d[\d.,]*\s*[^\W\d_]+")
_STOP = re.compile(r"[.!?؟。！？…]\W*$")
_ASKS = re.compile(r"(?P<label>[^\W\d_][^\x01\x02|]*?)\s*[:：]\s*$")
_SUFFIX = re.compile(r"['’‘`][^\W\d_]")
#: The year from which a number is one of the Gregorian calendar.
_WESTERN = 1700


class Kind(IntEnum):
    """What a line is to the date of its page."""

    #: no day is in it
    NONE = 0
    #: a sentence in which a day occurs
    RUNNING = 1
    #: the day is that of a change, of the visit, of a deadline or an event
    OTHER = 2
    #: a date and what stands beside dates
    PLAIN = 3
    #: the same with the label of a publication
    LABELLED = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class _Judged:
    """A line on its way to a verdict."""

    raw: str
    folded: str
    language: LanguageProfile
    known: Labels
    days: Sequence[Written]
    #: the folded line with dates, times of day, labels and small words blanked
    masked: str


def kind_of(text: str, language: LanguageProfile, *, zone: ZoneInfo, shown: str = "") -> Kind:
    """What a line is to the date of its page; `shown` is the part of it that markup calls a date.

    Markup is believed of lines that are long or oddly worded; not of sentences and dates of events.
    """
    if len(text) > _LINE and not shown:
        return Kind.NONE
    line = fold_line(text)
    found = _with_shown(marked_days(line, language, zone=zone), line, shown)
    if not found.days:
        return Kind.NONE
    known = labels(language)
    days = [written for written in found.days if not known.is_other(line, written)]
    if known.begins_with_today(line) or not days:
        return Kind.OTHER
    judged = _Judged(
        raw=text,
        folded=line,
        language=language,
        known=known,
        days=days,
        masked=_masked(line, found, language),
    )
    return _verdict(judged, found, marked=bool(shown))


def is_stamp(text: str, language: LanguageProfile, *, zone: ZoneInfo) -> bool:
    """Whether a line holds a date and little else."""
    if len(text) > _LINE:
        return False
    if is_bare(text, language, zone=zone):
        return True
    kind = kind_of(text, language, zone=zone)
    line = fold_line(text)
    if kind is Kind.PLAIN or (kind is Kind.OTHER and labels(language).begins_with_today(line)):
        found = marked_days(line, language, zone=zone)
        return 2 * sum(end - start for start, end in found.spans) >= len(line)
    return kind is Kind.LABELLED


def is_others_label(text: str, language: LanguageProfile) -> bool:
    """Whether a line above a date, or in the cell before it, is the label of something that is no publication."""
    line = fold_line(text)
    known = labels(language)
    if len(text) > _BRIEF or known.begins_with_publication(line) or any(map(str.isdigit, line)):
        return False
    return text.rstrip().endswith((":", "：")) or known.names_event(line)


def is_own_label(text: str, language: LanguageProfile) -> bool:
    """Whether a line is the label of a publication and says no more."""
    line = fold_line(text)
    return len(text) <= _BRIEF and bool(labels(language).published.fullmatch(line.strip(" :؛.-")))


def names_venue(text: str, language: LanguageProfile, *, timed: bool) -> bool:
    """Whether a brief line tells where an event is: by a label, or beside a time of day by any word for a place."""
    if len(text) > _BRIEF or text.rstrip().endswith((".", "!", "?", "؟")):
        return False
    line = fold_line(text)
    found = _venue(language).search(line)
    if found is None:
        return False
    labelled = not line[: found.start()].strip() and line[found.end() :].lstrip()[:1] in (":", "")
    return timed or labelled


def _verdict(line: _Judged, found: Marked, *, marked: bool) -> Kind:
    labelled = next((day for day in line.days if line.known.publication(line.folded, day)), None)
    if labelled and _introduces(line, labelled):
        return Kind.RUNNING if _runs_on(line) and not _has_colon(line, labelled) else Kind.LABELLED
    if _is_of_something_else(line, found, marked=marked):
        return Kind.OTHER
    if _is_sentence(line) or _is_inflected(line):
        return Kind.RUNNING
    if line.known.begins_with_publication(line.folded):
        return Kind.LABELLED
    return (
        Kind.RUNNING if not marked and (_is_tied(line) or _is_wordy(line) or _is_long(line)) else Kind.PLAIN
    )


def _is_of_something_else(line: _Judged, found: Marked, *, marked: bool) -> bool:
    """Whether its words, a second day or a label that nobody knows make the day another than that of publication."""
    if any(line.known.is_event(line.folded, day) for day in found.days) or _names_several_days(line):
        return True
    if _has_unknown_label(line) and (line.language.event_labels or not marked):
        return True
    return found.has_clock and _venue(line.language).search(line.masked, line.days[0].end) is not None


def _with_shown(found: Marked, line: str, shown: str) -> Marked:
    """The days of a line with what markup calls one among them."""
    wanted = fold_line(shown).strip()
    at = line.find(wanted) if wanted else -1
    if at < 0:
        return found
    end = at + len(wanted)
    inside = [day for day in found.days if at <= day.start and day.end <= end]
    own = Written(None, 0, 0, None, at, end)
    return replace(found, days=inside or [own], spans=[*found.spans, (at, end)])


def _masked(line: str, found: Marked, language: LanguageProfile) -> str:
    for start, end in found.spans:
        line = line[:start] + _DATE * (end - start) + line[end:]
    known = labels(language)
    line = known.published.sub(lambda match: _LABEL * len(match.group()), line)
    line = known.changed.sub(lambda match: _LABEL * len(match.group()), line)
    for pattern in (_small(language), _COUNT):
        line = pattern.sub(lambda match: " " * len(match.group()), line)
    return line


def _introduces(line: _Judged, written: Written) -> bool:
    """Whether a label of publication opens its part of the line and stands right before the date."""
    label = line.known.publication(line.folded, written)
    if label is None or _WORD.search(line.masked, label.end(), written.start):
        return False
    before = line.masked[: label.start()].rstrip(" .")
    return not before or before.endswith((_DATE, _LABEL)) or _has_colon(line, written) or _ends_part(before)


def _ends_part(text: str) -> bool:
    return bool(_PARTS.match(text, len(text) - 1))


def _has_colon(line: _Judged, written: Written) -> bool:
    label = line.known.publication(line.folded, written)
    return label is not None and line.folded[label.end() :].lstrip().startswith((":", "："))


def _has_unknown_label(line: _Judged) -> bool:
    """Whether words that are no known label stand before the date with a colon, as the label of it."""
    before = line.masked[: line.days[0].start]
    found = _ASKS.search(before)
    return found is not None and _WORD.search(found["label"]) is not None


def _names_several_days(line: _Judged) -> bool:
    """Whether a calendar tells two days in it, as a span does; one day in two calendars is one."""
    told: dict[Calendar | None, list[Written]] = {}
    for day in line.days:
        calendar = Calendar.GREGORIAN if day.year >= _WESTERN else day.calendar
        others = told.setdefault(calendar, [])
        apart = (other for other in others if other.end <= day.start or day.end <= other.start)
        if any((other.month, other.day) != (day.month, day.day) for other in apart):
            return True
        others.append(day)
    return False


def _is_sentence(line: _Judged) -> bool:
    """Whether it has a word that only sentences have, or ends as they do."""
    if _running(line.language).search(line.masked):
        return True
    rest = _WORD.findall(line.masked)
    return bool(_STOP.search(line.raw) and rest and (len(rest) > 2 or len(rest[-1]) > 3))


def _runs_on(line: _Judged) -> bool:
    """Whether a sentence goes on behind a date with its label, which may stand at the head of one («As of 2 May …»)."""
    if _running(line.language).search(line.masked):
        return True
    return _is_sentence(line) and _is_wordy(line)


def _is_inflected(line: _Judged) -> bool:
    return any(_SUFFIX.match(line.folded, day.end) for day in line.days)


def _is_tied(line: _Judged) -> bool:
    """Whether a word such as «on» ties the date to words around it that are more than a place before a comma."""
    start, end = line.days[0].start, line.days[0].end
    before, after = line.masked[:start], line.masked[end:]
    linked = _linked(line.language).search(before)
    if linked is None:
        return False
    ahead = _HARD.split(before[: linked.start()])[-1]
    if _author(line.language).match(ahead.lstrip()):
        return False
    behind = _HARD.split(after)[0]
    return bool(_WORD.search(behind) or _WORD.search(_PARTS.split(ahead)[-1]))


def _is_wordy(line: _Judged) -> bool:
    """Whether the words right beside the date are too many, or too few of them capitals, for a name."""
    small = {word.text for word in tokens(line.raw) if line.raw[word.start].islower()}
    cased = {word.text for word in tokens(line.raw) if line.raw[word.start].isupper()} | small
    known = set(line.language.common) | set(line.language.linking_words)
    for words in _beside(line):
        lower = [word for word in words if word in small and word not in known]
        uncased = [word for word in words if word not in cased]
        if len(lower) >= _SMALL or len(uncased) >= _UNCASED or any(map(_CHARACTERS.search, uncased)):
            return True
    return False


def _beside(line: _Judged) -> Iterator[list[str]]:
    """The words on either side of each date, up to what parts them from it."""
    pieces = _PARTED.split(line.masked)
    for at in range(0, len(pieces), 2):
        parts = _PARTS.split(pieces[at])
        if at > 0 and not _author(line.language).match(parts[0].lstrip()):
            yield _WORD.findall(parts[0])
        if at < len(pieces) - 1:
            yield _WORD.findall(parts[-1])


def _is_long(line: _Judged) -> bool:
    rest = len(re.sub(rf"[\s{_DATE}{_LABEL}]+", " ", line.masked).strip())
    dated = line.masked.count(_DATE)
    return rest > _REST and dated < _SHARE * len(line.masked)


@lru_cache(maxsize=64)
def _small(language: LanguageProfile) -> re.Pattern[str]:
    return re.compile(alone(small_words(language)))


@lru_cache(maxsize=64)
def _running(language: LanguageProfile) -> re.Pattern[str]:
    return re.compile(alone(language.running_words or profile("en").running_words))


@lru_cache(maxsize=64)
def _author(language: LanguageProfile) -> re.Pattern[str]:
    return re.compile(alone(language.author_words or profile("en").author_words))


@lru_cache(maxsize=64)
def _linked(language: LanguageProfile) -> re.Pattern[str]:
    return re.compile(rf"{alone(language.linking_words or profile('en').linking_words)}\s*$")


@lru_cache(maxsize=64)
def _venue(language: LanguageProfile) -> re.Pattern[str]:
    return re.compile(alone(language.venue_words or profile("en").venue_words))
