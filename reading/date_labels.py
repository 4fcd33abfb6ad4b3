"""What the words around a date say of it: published, changed since, or the date of something else."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from news.languages.profiles import LanguageProfile, profile
from news.languages.tokens import fold
from reading.written_dates import Written, any_of

#: Characters before a date in which its label is looked for, and after it.
_BEFORE, _AFTER = 60, 40
#: What may stand between a label and its date: «on», «am», a colon.
_CLOSING = 8
_MARKS = " .,،-–|()"
#: What parts a label from a date of which it does not speak.
_PARTS = re.compile(r"[|•·;]|\s[-–—/]\s")
_ANY_WORD = re.compile(r"[^\W_]")


@dataclass(frozen=True, slots=True)
class Labels:
    """The labels of one language and of English, ready to be looked for in folded lines."""

    published: re.Pattern[str]
    changed: re.Pattern[str]
    event: re.Pattern[str]
    #: any of the three
    labelled: re.Pattern[str]
    #: words right before a date that make it the bound of something
    bound: re.Pattern[str]
    today: re.Pattern[str]

    def publication(self, line: str, written: Written) -> re.Match[str] | None:
        """The nearest label before a date, where it is one of publication."""
        label = self._before(line, written)
        return label if label and self.published.fullmatch(label.group()) else None

    def is_other(self, line: str, written: Written) -> bool:
        """Whether a date is labelled as that of a change, or of something else than publication."""
        return self.is_change(line, written) or self.is_event(line, written)

    def is_change(self, line: str, written: Written) -> bool:
        """Whether a date is labelled as that of a change, before it or right behind it."""
        label = self._before(line, written)
        if label:
            return bool(self.changed.fullmatch(label.group()))
        after = line[written.end : written.end + _AFTER]
        found = self.changed.match(after.lstrip(_MARKS))
        return bool(found and not any(map(str.isdigit, after)))

    def is_event(self, line: str, written: Written) -> bool:
        """Whether the words before a date make it that of a deadline, a meeting, or the bound of a time."""
        label = self._before(line, written)
        if label and self.event.fullmatch(label.group()):
            between = line[label.end() : written.start]
            if not _PARTS.search(between) or not _ANY_WORD.search(between):
                return True
        bound = self.bound.search(line[: written.start])
        return bound is not None and (label is None or label.end() <= bound.start())

    def names_event(self, line: str) -> bool:
        """Whether a line opens or closes with the label of something that is no publication."""
        bare = line.strip(f"{_MARKS}:؛")
        return any(found.start() == 0 or found.end() == len(bare) for found in self.event.finditer(bare))

    def begins_with_change(self, line: str) -> bool:
        """Whether a line opens with the label of a change."""
        return bool(self.changed.match(line.lstrip(_MARKS)))

    def ends_with_change(self, line: str) -> bool:
        """Whether the last label of a line is one of a change, and all but closes it."""
        last = next(reversed(list(self.labelled.finditer(line))), None)
        return bool(last and self.changed.fullmatch(last.group()) and len(line) - last.end() <= _CLOSING)

    def begins_with_publication(self, line: str) -> bool:
        """Whether a line opens with the label of a publication, and not with a longer one that begins so."""
        found = self.labelled.match(line.lstrip(_MARKS))
        return bool(found and self.published.fullmatch(found.group()))

    def begins_with_today(self, line: str) -> bool:
        """Whether a line opens with the word that introduces the date of the visit."""
        return bool(self.today.match(line.lstrip(_MARKS)))

    def names_publication(self, line: str) -> bool:
        """Whether a label of publication stands anywhere in a line."""
        return self.published.search(line) is not None

    def without(self, text: str, more: Sequence[str] = ()) -> str:
        """The folded words of a text without the labels in it, and without some more phrases."""
        bare = self.published.sub(" ", text)
        return fold(re.sub(alone(more), " ", bare) if more else bare)

    def without_change(self, line: str, dates: Sequence[Written]) -> str:
        """The line with what follows its dates of a change blanked, up to the next label of publication."""
        for written in dates:
            if written.day is not None and self.is_change(line, written):
                following = self.published.search(line, written.end)
                end = following.start() if following else len(line)
                line = line[: written.start] + " " * (end - written.start) + line[end:]
        return line

    def _before(self, line: str, written: Written) -> re.Match[str] | None:
        found = self.labelled.finditer(line, max(0, written.start - _BEFORE), written.start)
        return next(reversed(list(found)), None)


@lru_cache(maxsize=64)
def labels(language: LanguageProfile) -> Labels:
    """The labels that a page in a language may bear."""
    english = profile("en")
    published = (*language.date_labels, *english.date_labels)
    changed = (*language.modified_labels, *english.modified_labels)
    event = (*language.event_labels, *english.event_labels)
    return Labels(
        published=re.compile(alone(published)),
        changed=re.compile(alone(changed)),
        event=re.compile(alone(event)),
        labelled=re.compile(alone((*published, *changed, *event))),
        bound=_bound(language.bound_words or english.bound_words, language),
        today=re.compile(alone((*language.today, *english.today))),
    )


def alone(phrases: Sequence[str]) -> str:
    """A pattern of folded phrases where they stand as words of their own."""
    return rf"(?<!\w)(?:{any_of(phrases)})(?![^\W\d_])" if phrases else "(?!)"


def _bound(phrases: Sequence[str], language: LanguageProfile) -> re.Pattern[str]:
    """One of the words with nothing but a weekday between it and what follows."""
    weekday = alone([name for day in language.weekdays for name in day])
    return re.compile(rf"{alone(phrases)}[\s:]*(?:{weekday}[\s,،.]*)?$")
