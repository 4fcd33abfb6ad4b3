"""Who a statement is about: its cities and its network, in its own sentence or by what came before."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

from news.languages.tokens import fold
from news.names import network, network_candidates, place
from news.names.cues import cues
from news.values import Part, Source, Status, Tag, TagKind, Verb
from reading.claims.judging import Statement, Strength, is_doubtful, is_past, speaks_of_plans
from reading.claims.lexicon import BREAK, PERSONS, Lexicon
from reading.claims.marking import Sentence
from reading.claims.regions import is_regions, regions


@dataclass(frozen=True, slots=True)
class Found:
    """Keys, and how they were found; the confidence depends on it."""

    keys: tuple[str, ...]
    how: str
    #: as the text writes it, where no key is known
    name: str | None = None


NOBODY = Found((), "unknown")
#: The article of Arabic names.
_ARTICLE = "ال"
#: Letters of the longest article.
_ARTICLE_SIZE = 3
#: What stands behind the city of a dateline.
_DATELINE = re.compile(r"\s*[:.–—-]|\s*,\s*\d")
#: Words of a town's name.
_LONGEST_NAME = 4


class Article:
    """The sentences of an article with what they share: its networks, its headline's city, its publisher."""

    def __init__(self, sentences: Sequence[Sentence], lexicon: Lexicon, source: Source | None) -> None:
        self.sentences = sentences
        self.lexicon = lexicon
        self.source = source
        #: words between the parts of a list
        self.joins = cues(lexicon.language).joins
        self._persons: dict[int, frozenset[int]] = {}
        self._excluded: dict[tuple[int, int, bool], bool] = {}
        self._eligible: dict[int, tuple[str, ...]] = {}

    @cached_property
    def _network_tags(self) -> list[tuple[int, Tag]]:
        return [
            (sentence.number, sentence.marks[at].tags[0])
            for sentence in self.sentences
            for at in sentence.of_kind(TagKind.NETWORK)
        ]

    @cached_property
    def networks(self) -> Counter[str]:
        """How often each network is named."""
        return Counter(tag.key for _, tag in self._network_tags)

    @cached_property
    def cities(self) -> frozenset[str]:
        """The cities that it names, whatever of them it tells."""
        tags = (tag for sentence in self.sentences for mark in sentence.marks for tag in mark.tags)
        return frozenset(tag.key for tag in tags if tag.kind is TagKind.CITY)

    def network_before(self, sentence: Sentence, called: str) -> str | None:
        """The network named last before a sentence ends, else the first one named at all.

        Where it is `called` "the union", one whose name has that word comes before the others.
        """
        before = [tag for number, tag in self._network_tags if number <= sentence.number]
        words = [word.removeprefix(_ARTICLE) for word in called.split()]
        heads = [word for word in words if len(word) > _ARTICLE_SIZE]
        alike = [tag.key for tag in before if any(head in fold(tag.alias) for head in heads)]
        earlier = alike or [tag.key for tag in before]
        later = [tag.key for _, tag in self._network_tags]
        return next(iter(earlier[-1:] or later[:1]), None)

    def names_a_network_before(self, sentence: Sentence) -> bool:
        """Whether the title, or one of the two sentences before, names a network."""
        return any(
            0 < sentence.number - number < 3 or self.sentences[number].part is Part.TITLE
            for number, _ in self._network_tags
        )

    @cached_property
    def headline_cities(self) -> tuple[str, ...]:
        """The cities of the title that may be members."""
        for sentence in self.sentences:
            if sentence.part is Part.TITLE and (keys := self.eligible(sentence)):
                return keys
        return ()

    @cached_property
    def seats(self) -> frozenset[str]:
        """The cities that founded the networks it names and keep their secretariats: none of them joins."""
        return frozenset(seat for key in self.networks for seat in _seats_of(key))

    def is_seat(self, sentence: Sentence, at: int) -> bool:
        """Whether a mark stands for nothing but seats of the networks named."""
        return all(tag.key in self.seats for tag in sentence.marks[at].tags)

    @cached_property
    def dateline(self) -> tuple[str, ...]:
        """The city at the head of the text, before a dash, a colon, a full stop or the day."""
        first = next((one for one in self.sentences if one.part is Part.TEXT), None)
        if first is None or not first.marks or first.marks[0].symbol != "C" or len(first.marks[0].tags) > 1:
            return ()
        behind = first.text[first.marks[0].end - first.start :]
        keys = self.eligible(first)
        return keys[:1] if _DATELINE.match(behind) or len(first.marks) == 1 else ()

    @cached_property
    def is_void(self) -> bool:
        """Whether it calls itself a rumour, a joke or a correction."""
        return any(self.lexicon.matches("void", sentence.line) for sentence in self.sentences)

    @cached_property
    def speaks_of_plans(self) -> bool:
        """Whether its text, the title aside, speaks of plans, applications or refusals."""
        return any(speaks_of_plans(one, self.lexicon) for one in self.sentences if one.part is Part.TEXT)

    @cached_property
    def has_doubtful_title(self) -> bool:
        """Whether the title speaks of plans, refusals, posts or the past."""
        return any(is_doubtful(one, self.lexicon) for one in self.sentences if one.part is Part.TITLE)

    @cached_property
    def main_city(self) -> str | None:
        """The city that the article is about: named most often as a possible member, and more than once."""
        counts = Counter(key for sentence in self.sentences for key in self.eligible(sentence))
        ranked = counts.most_common(2)
        if not ranked or (len(ranked) > 1 and ranked[0][1] == ranked[1][1]):
            return None
        return ranked[0][0]

    @cached_property
    def is_doubtful_of_its_names(self) -> bool:
        """Whether a sentence that names a city or a network speaks of plans, refusals, posts or the past."""
        named = (one for one in self.sentences if any(mark.tags for mark in one.marks))
        return any(is_doubtful(one, self.lexicon) or is_past(one, self.lexicon) for one in named)

    def tells_the_past_of(self, city: str | None) -> bool:
        """Whether a sentence of its text that names a city speaks of the past."""
        return any(
            is_past(one, self.lexicon)
            for one in self.sentences
            if one.part is Part.TEXT and any(tag.key == city for mark in one.marks for tag in mark.tags)
        )

    @cached_property
    def only_city(self) -> str | None:
        """The one city that the article names at all, be it by its mayor."""
        keys = {
            tag.key
            for sentence in self.sentences
            for at in sentence.of_kind(TagKind.CITY)
            if not (self.excluded(sentence, at) or self.is_seat(sentence, at))
            and not self.is_persons(sentence, at)
            for tag in sentence.marks[at].tags
        }
        return next(iter(keys)) if len(keys) == 1 else None

    def is_answered(self, sentence: Sentence) -> bool:
        """Whether the sentence behind a question says yes to it."""
        behind = self.sentences[sentence.number + 1 : sentence.number + 2]
        return any(self.lexicon.matches("yes", one.line) for one in behind)

    def speaks_of_the_city(self, statement: Statement) -> bool:
        """Whether the clauses of a statement say "our city"."""
        word, mayor = self.lexicon.city_word, self.lexicon.after_mayor
        if word is None or not statement.marks:
            return False
        line = _own_clauses(statement)
        return bool(word.search(mayor.sub("", line) if mayor else line))

    def city_before(self, sentence: Sentence) -> str | None:
        """The one city of the sentence of the text right before, which "this city" stands for."""
        before = self.sentences[sentence.number - 1] if sentence.number else None
        if before is None or before.part is not Part.TEXT:
            return None
        keys = self.eligible(before)
        return keys[0] if len(keys) == 1 else None

    def named_together_before(self, sentence: Sentence) -> tuple[str, ...]:
        """The cities of one of the three sentences before, which "both" or "the trio" stands for; none where it is one."""
        for before in reversed(self.sentences[max(0, sentence.number - 3) : sentence.number]):
            if keys := tuple(dict.fromkeys(self.eligible(before))):
                return keys if len(keys) > 1 else ()
        return ()

    def members_after(self, sentence: Sentence) -> tuple[str, ...]:
        """The cities that one of the next two sentences lists as those meant: "Among them are C and C"."""
        for later in self.sentences[sentence.number + 1 : sentence.number + 3]:
            if self.lexicon.matches("following", later.line) and (keys := self.eligible(later)):
                return keys
        return ()

    def city_named(self, name: str) -> str | None:
        """The city that bears a name somewhere in the article, though it is not known for one here."""
        wanted = fold(name)
        tags = (tag for sentence in self.sentences for mark in sentence.marks for tag in mark.tags)
        return next((t.key for t in tags if t.kind is TagKind.CITY and fold(t.alias) == wanted), None)

    def eligible(self, sentence: Sentence) -> tuple[str, ...]:
        """The cities of a sentence that may be members: no venues, no older members, no founders, no mayors' own."""
        if sentence.number not in self._eligible:
            self._eligible[sentence.number] = tuple(self._of_members(sentence))
        return self._eligible[sentence.number]

    def _of_members(self, sentence: Sentence) -> Iterator[str]:
        return (
            tag.key
            for at in sentence.of_kind(TagKind.CITY)
            if not self.excluded(sentence, at)
            and not self.is_seat(sentence, at)
            and not self.is_mayors(sentence, at)
            and not self.is_persons(sentence, at)
            for tag in sentence.marks[at].tags
        )

    def excluded(self, sentence: Sentence, at: int, *, historical: bool = False) -> bool:
        """Whether the words beside a city make it a venue or an older member.

        A `historical` statement is about older members.
        """
        asked = (sentence.number, at, historical)
        if asked not in self._excluded:
            self._excluded[asked] = self._is_excluded(sentence, at, historical=historical)
        return self._excluded[asked]

    def _is_excluded(self, sentence: Sentence, at: int, *, historical: bool) -> bool:
        offset = sentence.offsets[at]
        before, after = self.lexicon.before_city, self.lexicon.after_city
        behind = offset + len(sentence.marks[at].symbol) + 1
        own, relative = self.lexicon.member_before, self.lexicon.member_after
        kept = own is not None and own.search(sentence.line[:offset])
        kept = kept or (relative is not None and relative.match(sentence.line, behind))
        venue = before is not None and before.search(sentence.line[:offset])
        if not kept and (venue or self._has_place_prefix(sentence.marks[at].tags[0])):
            return True
        if is_regions(sentence, at, self.lexicon.language):
            return True
        together = at + 1 < len(sentence.clauses) and sentence.clauses[at] == sentence.clauses[at + 1]
        if after is not None and together and after.match(sentence.line, behind):
            return True
        if self._is_located(sentence, at, behind):
            return True
        if historical:
            return False
        clause = sentence.clauses[at]
        return any(
            clause in {sentence.clauses[mark] for mark in sentence.at(*place)}
            for _, place in self.lexicon.matches("historical", sentence.line)
        )

    def is_venue(self, sentence: Sentence, at: int) -> bool:
        """Whether words for a place stand right before a mark, or before the short word in front of it: "in the"."""
        before, starts = self.lexicon.before_city, [sentence.offsets[at]]
        if at and len(sentence.marks[at - 1].symbol) <= _ARTICLE_SIZE:
            starts.append(sentence.offsets[at - 1])
        return before is not None and any(before.search(sentence.line[:start]) for start in starts)

    @cached_property
    def countries(self) -> frozenset[str]:
        """ISO codes of the countries of the cities that it names, and of its source."""
        named = {place(key).country for key in self.cities}
        own = {self.source.country} if self.source and self.source.country else set()
        return frozenset(named | own)

    def _is_located(self, sentence: Sentence, at: int, behind: int) -> bool:
        """Whether a suffix behind an apostrophe makes the city a venue: "Ankara'da"."""
        suffix = self.lexicon.suffix
        end = sentence.marks[at].end - sentence.start
        apostrophe = sentence.text[end : end + 1] in tuple("'’ʼ`")
        return suffix is not None and apostrophe and bool(suffix.match(sentence.line, behind))

    def _has_place_prefix(self, tag: Tag) -> bool:
        """Whether letters for "in" are grown onto a city's name, which makes it a venue: «بتونس», "Bakıda"."""
        if not (self.lexicon.place_prefix or self.lexicon.place_suffix):
            return False
        names = _names_of(tag, self.lexicon.language)
        written = fold(tag.alias)
        if written in names:
            return False
        endings = (one for one in self.lexicon.place_suffix if written.endswith(one))
        if any(written.removesuffix(one) in names for one in endings):
            return True
        found = [written.removeprefix(one) for one in self.lexicon.place_prefix if written.startswith(one)]
        return any(name in names or name.startswith(_ARTICLE) for name in found)

    def is_mayors(self, sentence: Sentence, at: int) -> bool:
        """Whether a city only tells whose mayor is meant."""
        offset, behind = sentence.offsets[at], sentence.offsets[at] + len(sentence.marks[at].symbol) + 1
        before, after = self.lexicon.mayor, self.lexicon.after_mayor
        if before is not None and before.search(sentence.line[:offset]):
            return True
        return after is not None and bool(after.match(sentence.line, behind))

    def is_persons(self, sentence: Sentence, at: int) -> bool:
        """Whether a city only tells where a person or another body is from: "an engineer of Beirut"."""
        return at in self._of_persons(sentence)

    def _of_persons(self, sentence: Sentence) -> frozenset[int]:
        found = self._persons.get(sentence.number)
        if found is None:
            touched = (sentence.at(*place) for _, place in self.lexicon.matches("person", sentence.line))
            one_clause = (marks for marks in touched if len({sentence.clauses[at] for at in marks}) == 1)
            found = self._persons[sentence.number] = frozenset(at for marks in one_clause for at in marks)
        return found

    def is_about_a_person(self, statement: Statement) -> bool:
        """Whether it is a person, or a body that is no city, who does what the statement says."""
        sentence, word = statement.sentence, self.lexicon.person
        if statement.reported or word is None or not self.lexicon.possible(PERSONS, sentence.line):
            return False
        if self.lexicon.matches("many", sentence.line):
            return False
        own = [at for at, clause in enumerate(sentence.clauses) if clause in statement.clauses]
        start = sentence.offsets[own[0]]
        end = sentence.offsets[statement.marks.stop - 1] + len(
            sentence.marks[statement.marks.stop - 1].symbol
        )
        if word.search(sentence.line, max(0, start - 1), end + 1) is None:
            return False
        city = self.lexicon.city_word
        if city is not None and city.search(sentence.line, start, end + 1):
            return False
        return all(
            self.is_persons(sentence, at) or self.excluded(sentence, at)
            for at in own
            if sentence.marks[at].symbol == "C"
        )


def _seats_of(key: str) -> tuple[str, ...]:
    """The seats of a network; none of one that the catalogue lacks."""
    try:
        return network(key).seats
    except KeyError:
        return ()


def _names_of(tag: Tag, language: str) -> set[str]:
    """The folded names of a tagged city in a language, else in all; none of a city that no table knows."""
    try:
        names = place(tag.key).names
    except KeyError:
        return set()
    own = names.get(language) or [name for others in names.values() for name in others]
    return set(map(fold, own))


def members(statement: Statement, article: Article) -> Found:
    """The cities that a statement is about."""
    sentence = statement.sentence
    listing = statement.strength is Strength.LISTING
    near = sentence.of_kind(TagKind.CITY) if listing else _within_reach(statement)
    historical = statement.status is Status.HISTORICAL
    joining = statement.verb is Verb.JOINED and statement.status is Status.ANNOUNCED
    possible = [
        at
        for at in near
        if not article.excluded(sentence, at, historical=historical)
        and not (joining and article.is_seat(sentence, at))
        and (statement.reported or not article.is_persons(sentence, at))
    ]
    eligible = [at for at in possible if not article.is_mayors(sentence, at)]
    if listing and eligible:
        return Found(_keys(sentence, eligible), "listed")
    found = _in_phrase_or_clause(statement, eligible)
    if found is not NOBODY or statement.strength is Strength.AMONG:
        return found
    return _pointed_at(statement, article, possible) or _beside_or_elsewhere(
        statement, article, possible, eligible
    )


def _pointed_at(statement: Statement, article: Article, possible: Sequence[int]) -> Found | None:
    """The region of the clause, the cities that "both" or "this city" means, an unknown town; None without such words."""
    if region := _region(statement, article):
        return region
    if not possible and (several := _several_spoken_of(statement, article)):
        return Found(several, "spoken-of")
    if _speaks_of_a_city(statement, article):
        return _spoken_of(statement, article, possible)
    stranger = _unknown_member(statement, article)
    return _town_named(stranger, article) if stranger else None


def _beside_or_elsewhere(
    statement: Statement, article: Article, possible: Sequence[int], eligible: Sequence[int]
) -> Found:
    """A city of another clause, else one of another sentence."""
    sentence, stranger = statement.sentence, _unknown_member(statement, article)
    if eligible:
        how = "sentence" if len(eligible) > 1 else "alone"
        return Found(_keys(sentence, [_nearest(eligible, statement.marks)]), how)
    if not (possible or stranger) and (spoken := _city_of_its_clause(statement, article)):
        return Found(spoken, "spoken-of")
    following = article.members_after(sentence)
    elsewhere = Found(following, "listed") if following else _members_elsewhere(statement, article, possible)
    return elsewhere if elsewhere.keys else Found((), "unknown", stranger)


def _region(statement: Statement, article: Article) -> Found | None:
    """The region or county that the statement's clause names with a word for one, where it is no mere venue."""
    sentence = statement.sentence
    for region in regions(sentence, article.lexicon.language, article.countries):
        own = any(sentence.clauses[at] in statement.clauses for at in region.marks)
        if own and not article.is_venue(sentence, region.marks.start):
            whole, _ = region.names
            return Found((region.key,), "clause") if region.key else Found((), "unknown", whole)
    return None


def _spoken_of(statement: Statement, article: Article, possible: Sequence[int]) -> Found:
    """The city that "this city" stands for."""
    if not possible and (before := article.city_before(statement.sentence)):
        return Found((before,), "spoken-of")
    elsewhere = _members_elsewhere(statement, article, possible)
    if not elsewhere.keys and (own := _city_of_its_people(statement) or article.dateline):
        return Found(own, "spoken-of")
    return Found(elsewhere.keys, "spoken-of") if elsewhere.keys else elsewhere


def _city_of_its_people(statement: Statement) -> tuple[str, ...]:
    """The one city of the sentence, before what is said of "the town", be it named by its people: "the residents of C"."""
    sentence = statement.sentence
    before = [at for at in sentence.of_kind(TagKind.CITY) if at < statement.marks.start]
    keys = _keys(sentence, list(sentence.of_kind(TagKind.CITY)))
    return keys if before and len(keys) == 1 else ()


def _several_spoken_of(statement: Statement, article: Article) -> tuple[str, ...]:
    """The cities that "both" or "the trio" stands for in the phrase or its clause."""
    word, sentence = article.lexicon.pair_word, statement.sentence
    if word is None or not statement.marks or not word.search(_own_clauses(statement)):
        return ()
    return article.named_together_before(sentence)


def _own_clauses(statement: Statement) -> str:
    """The line of the clauses that a statement reaches over."""
    sentence = statement.sentence
    own = [at for at, clause in enumerate(sentence.clauses) if clause in statement.clauses]
    end = sentence.offsets[own[-1]] + len(sentence.marks[own[-1]].symbol) + 1
    return sentence.line[max(0, sentence.offsets[own[0]] - 1) : end]


def _town_named(name: str, article: Article) -> Found | None:
    """A town told by the words around its name: a city known elsewhere in the article, or an unknown one."""
    if key := article.city_named(name):
        return Found((key,), "clause")
    return Found((), "unknown", name) if name[:1].isupper() else None


def _in_phrase_or_clause(statement: Statement, eligible: Sequence[int]) -> Found:
    sentence = statement.sentence
    inside = [at for at in eligible if at in statement.marks]
    if inside and statement.verb is not Verb.TWINNED:
        return Found(_keys(sentence, inside), "inside")
    clause = [at for at in eligible if sentence.clauses[at] in statement.clauses]
    if clause and statement.verb is Verb.TWINNED:
        return Found(_keys(sentence, clause), "clause")
    if clause and statement.strength is not Strength.AMONG:
        return Found(_keys(sentence, [_nearest(clause, statement.marks)]), "clause")
    return NOBODY


def _within_reach(statement: Statement) -> Iterator[int]:
    """The cities of the sentence that no semicolon or dash keeps from the phrase."""
    marks = statement.sentence.marks
    breaks = [at for at, mark in enumerate(marks) if mark.symbol == BREAK]
    left = max((at for at in breaks if at < statement.marks.start), default=-1)
    right = min((at for at in breaks if at >= statement.marks.stop), default=len(marks))
    return (at for at in statement.sentence.of_kind(TagKind.CITY) if left < at < right)


def _speaks_of_a_city(statement: Statement, article: Article) -> bool:
    """Whether the phrase itself says "this city"."""
    word, sentence = article.lexicon.city_word, statement.sentence
    if word is None or not statement.marks:
        return False
    first, last = sentence.offsets[statement.marks.start], statement.marks.stop - 1
    end = sentence.offsets[last] + len(sentence.marks[last].symbol) + 1
    return word.search(sentence.line, first, end) is not None


def _city_of_its_clause(statement: Statement, article: Article) -> tuple[str, ...]:
    """The city of the sentence before, where the statement's clause says "this city" outside the phrase."""
    word = article.lexicon.city_word
    if word is None or not statement.marks or not word.search(_own_clauses(statement)):
        return ()
    before = article.city_before(statement.sentence)
    return (before,) if before else ()


def _members_elsewhere(statement: Statement, article: Article, possible: Sequence[int]) -> Found:
    """A mayor's city, the headline's, the publishing municipality, or the city that the article is about."""
    if possible:
        return Found(_keys(statement.sentence, [_nearest(possible, statement.marks)]), "mayor")
    counted = bool(article.lexicon.matches("many", statement.sentence.line))
    if statement.sentence.part is Part.TEXT and article.headline_cities and not counted:
        return Found(article.headline_cities, "headline")
    if counted:
        return NOBODY
    source = article.source
    if source and source.city:
        return Found((source.city,), "publisher")
    return _only_or_main(statement.sentence, article)


def _only_or_main(sentence: Sentence, article: Article) -> Found:
    """The only city of the article, or the one that it is about."""
    if article.only_city and " C " not in sentence.line:
        return Found((article.only_city,), "only-city")
    if article.main_city:
        return Found((article.main_city,), "main-city")
    return NOBODY


def _keys(sentence: Sentence, positions: Sequence[int]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(tag.key for at in positions for tag in sentence.marks[at].tags))


def _nearest(positions: Sequence[int], marks: range) -> int:
    """The position closest to the phrase; of two, the earlier."""
    return min(positions, key=lambda at: (max(marks.start - at, at - marks.stop + 1, 0), at))


def network_of(statement: Statement, article: Article) -> Found:
    """The networks that a statement is about."""
    sentence = statement.sentence
    named = list(sentence.of_kind(TagKind.NETWORK))
    inside = _no_events([at for at in named if at in statement.marks], sentence, article.lexicon)
    if inside:
        return Found(_networks_listed(sentence, inside[0], article.joins), "inside")
    if named:
        nearest = _nearest(named, statement.marks)
        return Found(_networks_listed(sentence, nearest, article.joins), "sentence")
    if stranger := _stranger(statement, article):
        return Found((), "unknown", stranger)
    spoken = article.lexicon.network_word
    match = spoken.search(sentence.line) if spoken is not None else None
    if match and (previous := article.network_before(sentence, called=match.group())):
        return Found((previous,), "spoken-of")
    elsewhere = _network_elsewhere(statement, article)
    return elsewhere if elsewhere.keys else Found((), "unknown", _candidate(statement, article))


def _candidate(statement: Statement, article: Article) -> str | None:
    """What reads like a network's name in the sentence, and is in no catalogue."""
    text, language = statement.sentence.text, article.lexicon.language
    found = network_candidates(title=text, text="", tags=(), language=language)
    return found[0].text if found else None


def _no_events(networks: list[int], sentence: Sentence, lexicon: Lexicon) -> list[int]:
    """The networks that do not stand for their meeting or their people, where there are any."""
    if len(networks) < 2:
        return networks
    touched = {at for _, place in lexicon.matches("event", sentence.line) for at in sentence.at(*place)}
    return [at for at in networks if at not in touched] or networks


def _network_elsewhere(statement: Statement, article: Article) -> Found:
    """The publishing network, or the one or two that the article is about."""
    if article.source and article.source.network:
        return Found((article.source.network,), "publisher")
    if 0 < len(article.networks) <= 2 and statement.strength is not Strength.NOUN:
        return Found((article.networks.most_common(1)[0][0],), "only-network")
    return NOBODY


def _networks_listed(sentence: Sentence, at: int, joins: frozenset[str]) -> tuple[str, ...]:
    """A network and those listed with it: "Efus and Eurocities"; what follows a joint is another one."""
    marks = sentence.marks
    keys = [marks[at].tags[0].key]
    joined = False
    for mark in marks[at + 1 :]:
        if mark.symbol == "N" and (joined or mark.tags[0].key in keys):
            keys.append(mark.tags[0].key)
            joined = False
        elif mark.symbol in joins and not joined:
            joined = True
        else:
            break
    return tuple(dict.fromkeys(keys))


def _stranger(statement: Statement, article: Article) -> str | None:
    """A network that the catalogue does not know, in the phrase or its clause, as the text writes it."""
    pattern, sentence = article.lexicon.strange, statement.sentence
    for match in pattern.finditer(sentence.line) if pattern else ():
        places = sentence.at(*match.span())
        if statement.clauses & {sentence.clauses[at] for at in places}:
            first = _name_until(sentence, places.start).start
            written = sentence.written(range(first, places.stop))
            whole = _candidate(statement, article)
            return whole if whole and written in whole else written
    return None


def _unknown_member(statement: Statement, article: Article) -> str | None:
    """A town that no gazetteer knows, told by "the town of" before its name or "municipality" behind it."""
    sentence, lexicon = statement.sentence, article.lexicon
    for at, clause in enumerate(sentence.clauses):
        if clause not in statement.clauses:
            continue
        symbol = sentence.marks[at].symbol
        for opening in lexicon.town_before:
            start = at + len(opening)
            if (
                symbol == opening[0]
                and sentence.words(at, len(opening)) == opening
                and (places := _name_from(sentence, start))
            ):
                return sentence.written(places)
        for ending in lexicon.town_after:
            if (
                symbol == ending[0]
                and sentence.words(at, len(ending)) == ending
                and (places := _name_until(sentence, at))
            ):
                whole = sentence.written(range(places.start, at + len(ending)))
                return None if _is_a_word_for_cities(whole, lexicon) else sentence.written(places)
    return None


def _is_a_word_for_cities(name: str, lexicon: Lexicon) -> bool:
    """Whether what stands as a town's name only says what it is: "Büyükşehir Belediyesi"."""
    return lexicon.city_word is not None and bool(lexicon.city_word.fullmatch(f" {fold(name)} ", 1))


def _name_from(sentence: Sentence, at: int) -> range:
    """The name that begins at a mark: words with capitals, or one word of a script without them."""
    if at < len(sentence.marks) and not sentence.marks[at].tags and not sentence.has_capitals(at):
        return range(at, at + 1)
    end = at
    while end < len(sentence.marks) and end - at < _LONGEST_NAME and sentence.is_name(end):
        end += 1
    return range(at, end)


def _name_until(sentence: Sentence, at: int) -> range:
    start = at
    while start > 0 and at - start < _LONGEST_NAME and sentence.is_name(start - 1):
        start -= 1
    return range(start, at)
