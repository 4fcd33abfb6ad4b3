"""What a crawl of the sample sites must come to."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from samples.library import SITES, Article, Membership, articles


@dataclass(frozen=True, slots=True)
class Duplicate:
    """An article (``site/id``) whose text is that of another one to the letter."""

    article: str
    original: str

    @property
    def is_of_one_site(self) -> bool:
        """Whether the site repeats itself; what another site copies is an article of its own."""
        return self.article.partition("/")[0] == self.original.partition("/")[0]


@dataclass(frozen=True, slots=True)
class Announcement:
    """One of the memberships that the second wave announces."""

    membership: Membership
    site: str
    #: ``site/id`` of the article that announces it first.
    article: str
    #: Every article that tells of it: the announcing one, and those that retell it.
    reports: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Manifest:
    """Totals of the sample sites; kept is what an archive holds: a text once for each site that prints it."""

    first_wave: Mapping[str, int]
    second_wave: Mapping[str, int]
    first_wave_kept: int
    second_wave_kept: int
    duplicates: tuple[Duplicate, ...]
    announcements: tuple[Announcement, ...]

    @property
    def articles(self) -> int:
        """All article pages of both waves, copies included."""
        return sum(self.first_wave.values()) + sum(self.second_wave.values())

    @property
    def kept(self) -> int:
        """The articles of both waves that an archive holds."""
        return self.first_wave_kept + self.second_wave_kept

    @property
    def distinct(self) -> int:
        """The different texts of both waves."""
        return self.articles - len(self.duplicates)


def manifest() -> Manifest:
    """Counted from the article files, not written down beside them."""
    everything = articles().values()
    first, second = ([one for one in everything if one.wave == wave] for wave in (1, 2))
    return Manifest(
        first_wave=_by_site(first),
        second_wave=_by_site(second),
        first_wave_kept=_kept(first),
        second_wave_kept=_kept(second),
        duplicates=tuple(map(_duplicate, filter(_is_copy, everything))),
        announcements=tuple(_announcement(one, one.membership) for one in second if one.membership),
    )


def _by_site(wave: Iterable[Article]) -> Mapping[str, int]:
    counts = Counter(article.site for article in wave)
    return {site: counts[site] for site in SITES}


def _kept(wave: Iterable[Article]) -> int:
    return sum(not (_is_copy(article) and _duplicate(article).is_of_one_site) for article in wave)


def _is_copy(article: Article) -> bool:
    return bool(article.same_as)


def _duplicate(article: Article) -> Duplicate:
    return Duplicate(article.ref, article.same_as)


def _announcement(article: Article, membership: Membership) -> Announcement:
    retold = sorted(one.ref for one in articles().values() if article.ref in (one.retells, one.same_as))
    return Announcement(membership, article.site, article.ref, (article.ref, *retold))
