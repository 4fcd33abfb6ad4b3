"""What the words around a date say of it: published, or changed since."""

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


@dataclass(frozen=True, slots=True)
class Labels:
    """The labels of one language and of English, ready to be looked for in folded lines."""

    published: re.Pattern[str]
    changed: re.Pattern[str]
    either: re.Pattern[str]
    today: re.Pattern[str]

    def is_publication(self, line: str, written: Written) -> bool:
        """Whether the nearest label before a date is one of publication."""
        label = self._before(line, written)
        return bool(label and self.published.fullmatch(label))

    def is_change(self, line: str, written: Written) -> bool:
        """Whether a date is labelled as that of a change, before it or right behind it."""
        label = self._before(line, written)
        if label:
            return bool(self.changed.fullmatch(label))
        after = line[written.end : written.end + _AFTER]
        found = self.changed.match(after.lstrip(_MARKS))
        return bool(found and not any(map(str.isdigit, after)))

    def begins_with_change(self, line: str) -> bool:
        """Whether a line opens with the label of a change."""
        return bool(self.changed.match(line.lstrip(_MARKS)))

    def ends_with_change(self, line: str) -> bool:
        """Whether the last label of a line is one of a change, and all but closes it."""
        last = next(reversed(list(self.either.finditer(line))), None)
        return bool(last and self.changed.fullmatch(last.group()) and len(line) - last.end() <= _CLOSING)

    def begins_with_publication(self, line: str) -> bool:
        """Whether a line opens with the label of a publication."""
        return bool(self.published.match(line.lstrip(_MARKS)))

    def begins_with_today(self, line: str) -> bool:
        """Whether a line opens with the word that introduces the date of the visit."""
        return bool(self.today.match(line.lstrip(_MARKS)))

    def names_publication(self, line: str) -> bool:
        """Whether a label of publication stands anywhere in a line."""
        return self.published.search(line) is not None

    def without(self, text: str, more: Sequence[str] = ()) -> str:
        """The folded words of a text without the labels in it, and without some more phrases."""
        bare = self.published.sub(" ", text)
        return fold(re.sub(_alone(more), " ", bare) if more else bare)

    def without_change(self, line: str, dates: Sequence[Written]) -> str:
        """The line with what follows its dates of a change blanked, up to the next label of publication."""
        for written in dates:
            if written.day is not None and self.is_change(line, written):
                following = self.published.search(line, written.end)
                end = following.start() if following else len(line)
                line = line[: written.start] + " " * (end - written.start) + line[end:]
        return line

    def _before(self, line: str, written: Written) -> str:
        found = ""
        for match in self.either.finditer(line, max(0, written.start - _BEFORE), written.start):
            found = match.group()
        return found


@lru_cache(maxsize=64)
def labels(language: LanguageProfile) -> Labels:
    """The labels that a page in a language may bear."""
    english = profile("en")
    published = (*language.date_labels, *english.date_labels)
    changed = (*language.modified_labels, *english.modified_labels)
    return Labels(
        published=re.compile(_alone(published)),
        changed=re.compile(_alone(changed)),
        either=re.compile(_alone((*published, *changed))),
        today=re.compile(_alone((*language.today, *english.today))),
    )


def _alone(phrases: Sequence[str]) -> str:
    return rf"(?<!\w)(?:{any_of(phrases)})(?![^\W\d_])"
