"""What the archive makes of an article's words before it keeps them.

All of it comes from the title, the text and the language alone, without a database: who reads an article may do it,
and the one writer of a process only writes.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

from news.languages.tokens import columns
from news.values import Article
from storage import fulltext, nearness
from storage.fulltext import Entry
from storage.nearness import Sketch

#: A text of fewer folded characters is the same story only under the same title.
_SHORT_TEXT = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Prepared:
    """What is written of the words of one article, beside them."""

    #: what it was made of
    title: str
    text: str
    language: str
    #: see `hash_of`
    digest: str
    #: in the full-text index
    entry: Entry
    #: by which near-duplicates are found; None for a text too short to be compared
    sketch: Sketch | None

    def fits(self, article: Article) -> bool:
        """Whether these are the words of an article, which may have been changed since."""
        own = (article.title, article.text, article.language.code)
        return (self.title, self.text, self.language) == own


def prepare(article: Article) -> Prepared:
    """All that its words give."""
    title, text, language = article.title, article.text, article.language.code
    return Prepared(
        title=title,
        text=text,
        language=language,
        digest=hash_of(title, text),
        entry=fulltext.entry(title, text, language),
        sketch=nearness.sketch(text),
    )


def prepared_for(article: Article, given: Prepared | None) -> Prepared:
    """What was `given`, where it is of this article's words; else made now."""
    return given if given is not None and given.fits(article) else prepare(article)


def hash_of(title: str, text: str) -> str:
    """SHA-256 of the folded text, with the title where the text is short."""
    folded = _folded(text)
    if len(folded) < _SHORT_TEXT:
        folded = f"{_folded(title)}\n{folded}"
    return hashlib.sha256(folded.encode()).hexdigest()


def _folded(written: str) -> str:
    # as `tokens.fold`, of words that the index and the signature ask for too
    return " ".join(columns(written).words)
