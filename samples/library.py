"""The articles of the sample sites, read from the files under `articles/`."""

import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import cache
from pathlib import Path
from typing import Any, Literal
from urllib.parse import quote

#: The keys of the sites, in the order in which they are served and listed.
SITES = ("network-ar", "municipality-fa", "aggregator-fa", "profile-fa", "network-en-tr")

_ROOT = Path(__file__).parent / "articles"
_FENCE = "+++\n"
_LATIN = str.maketrans("çÇğĞıİöÖşŞüÜâÂî", "cCgGiIoOsSuUaAi")
#: WordPress stores two hundred bytes of a percent-encoded slug; the other sites keep to that too.
_SLUG_BYTES = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Membership:
    """What an article announces; only three articles announce anything."""

    city: str
    geonameid: str
    country: str
    #: Key of the network in the catalogue, such as ``owhc``.
    network: str
    verb: str
    status: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Article:
    """One text as its site prints it."""

    site: str
    #: Unique within the site; the name of the file.
    id: str
    #: 1 is there from the start, 2 appears when the sites publish.
    wave: Literal[1, 2]
    #: Counted back from the start of the server, or from the moment of publishing for the second wave.
    age: timedelta
    language: str
    title: str
    lead: str
    paragraphs: tuple[str, ...]
    #: The number in the address, for the sites that number their articles.
    number: int = 0
    #: The foreign name over a profile, misspelt where the site misspells it.
    heading: str = ""
    metadata: Literal["none", "json-ld", "open-graph"] = "none"
    digits: Literal["persian", "arabic-indic"] = "persian"
    #: How much of its date the page shows.
    shown_date: Literal["day", "month", "none"] = "day"
    #: Whom the aggregator names as its source.
    source_named: str = ""
    #: ``site/id`` of the article whose very text this is.
    same_as: str = ""
    #: ``site/id`` of the article this one tells again in other words.
    retells: str = ""
    membership: Membership | None = None

    @property
    def ref(self) -> str:
        """The name under which other articles point at this one."""
        return f"{self.site}/{self.id}"

    @property
    def text(self) -> str:
        """Lead and paragraphs, without the title."""
        return "\n\n".join((self.lead, *self.paragraphs))

    @property
    def slug(self) -> str:
        """Words of the title for an address, not yet percent-encoded."""
        title = self.title.translate(_LATIN)
        return _clip("-".join(re.findall(r"\w+", title.lower())))


@cache
def articles() -> Mapping[str, Article]:
    """Every article of both waves by its ``site/id``; exact copies carry the text of their original."""
    drafts = {f"{site}/{path.stem}": _parts(path) for site in SITES for path in _files(site)}
    whole = {ref: _article(ref, *parts) for ref, parts in drafts.items() if "same_as" not in parts[0]}
    copies = {ref: _copy(ref, meta, whole) for ref, (meta, _) in drafts.items() if "same_as" in meta}
    return whole | copies


def of_site(site: str) -> tuple[Article, ...]:
    """The articles of one site, in no particular order."""
    return tuple(article for article in articles().values() if article.site == site)


def _files(site: str) -> Iterator[Path]:
    return iter(sorted((_ROOT / site).glob("*.md")))


def _parts(path: Path) -> tuple[dict[str, Any], str]:
    _, head, body = path.read_text(encoding="utf-8").split(_FENCE, 2)
    meta = tomllib.loads(head)
    meta["age"] = timedelta(days=meta.pop("age_days"))
    return meta, body


def _article(ref: str, meta: Mapping[str, Any], body: str) -> Article:
    site, ident = ref.split("/")
    rest = {key: value for key, value in meta.items() if key != "membership"}
    membership = Membership(**meta["membership"]) if "membership" in meta else None
    return Article(site=site, id=ident, paragraphs=_paragraphs(body), membership=membership, **rest)


def _copy(ref: str, meta: Mapping[str, Any], whole: Mapping[str, Article]) -> Article:
    site, ident = ref.split("/")
    return replace(whole[meta["same_as"]], site=site, id=ident, **meta)


def _paragraphs(body: str) -> tuple[str, ...]:
    return tuple(" ".join(block.split("\n")) for block in body.strip().split("\n\n"))


def _clip(slug: str) -> str:
    while len(quote(slug)) > _SLUG_BYTES:
        slug = slug.rpartition("-")[0]
    return slug
