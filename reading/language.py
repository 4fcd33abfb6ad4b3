"""Which language a text is written in: letters and frequent words first, then two models, then "not sure"."""

from __future__ import annotations

import math
import re
import tomllib
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib.resources import files
from operator import itemgetter
from typing import Final

from langdetect.detector_factory import DetectorFactory
from langdetect.lang_detect_exception import LangDetectException
from pydantic import TypeAdapter

from news.languages.folding import FOLDED, fold_word
from news.languages.profiles import codes, profile
from news.values import UNDETERMINED, Language
from reading.ngrams import likelihoods

#: Scripts, and where their letters lie; those of two letters are written by one language, or by one that counts.
_RANGES = (
    ("he", ((0x0590, 0x05FF),)),
    ("ja", ((0x3040, 0x30FF),)),
    ("ko", ((0xAC00, 0xD7AF), (0x1100, 0x11FF))),
    ("el", ((0x0370, 0x03FF), (0x1F00, 0x1FFF))),
    ("hy", ((0x0530, 0x058F),)),
    ("ka", ((0x10A0, 0x10FF), (0x1C90, 0x1CBF))),
    ("th", ((0x0E00, 0x0E7F),)),
    ("lo", ((0x0E80, 0x0EFF),)),
    ("my", ((0x1000, 0x109F),)),
    ("km", ((0x1780, 0x17FF),)),
    ("am", ((0x1200, 0x139F),)),
    ("bn", ((0x0980, 0x09FF),)),
    ("pa", ((0x0A00, 0x0A7F),)),
    ("gu", ((0x0A80, 0x0AFF),)),
    ("or", ((0x0B00, 0x0B7F),)),
    ("ta", ((0x0B80, 0x0BFF),)),
    ("te", ((0x0C00, 0x0C7F),)),
    ("kn", ((0x0C80, 0x0CFF),)),
    ("ml", ((0x0D00, 0x0D7F),)),
    ("si", ((0x0D80, 0x0DFF),)),
    ("bo", ((0x0F00, 0x0FFF),)),
    ("dv", ((0x0780, 0x07BF),)),
    ("zh", ((0x3400, 0x9FFF),)),
    ("Arab", ((0x0600, 0x06FF), (0x0750, 0x077F), (0x08A0, 0x08FF))),
    ("Cyrl", ((0x0400, 0x052F),)),
    ("Deva", ((0x0900, 0x097F),)),
    ("Latn", ((0x41, 0x5A), (0x61, 0x7A), (0xC0, 0x24F), (0x259, 0x259), (0x1E00, 0x1EFF))),
)
_SHARED: Final = ("Arab", "Cyrl", "Deva", "Latn")
#: Scripts whose letter groups the model knows.
_MODELLED: Final = frozenset(("Arab", "Cyrl", "Latn"))
_NOISE = re.compile(r"https?://\S+|www\.\S+|\S+@\S+|[@#]\w+")
_NOISY = ("://", "www.", "@", "#")
#: Words without digits; nothing else is frequent.
_WORD = re.compile(r"[^\W\d_]+")
#: The Uzbek letters oʻ and gʻ, typed with whatever the keyboard has, and no English genitive.
_APOSTROPHES = "ʻʼ‘’'`´"
_UZBEK = re.compile(rf"(?<=[oO])[{_APOSTROPHES}](?=\w)|(?<=[gG])[{_APOSTROPHES}](?=(?!s\b)\w)")
#: Characters read of a text (half at its head, half in its middle), and characters of them that the models read.
_CUT, _MODEL_CUT = 400, 120
#: The fewest letters on which the models are believed.
_ENOUGH = 16
#: The shortest paragraph that is told by itself, and about how many of a mixed text are.
_PARAGRAPH, _PARAGRAPHS = 40, 12
#: The share of letters below which a script is not alone in a text, and points by which halves are told.
_ALONE, _DIFFERENT = 0.8, 3.0
#: Shares of a language in all that speaks for any.
_SURE, _LIKELY, _THINKABLE, _POSSIBLE = 0.75, 0.6, 0.35, 0.15
#: Runs of the arbiter over one text; its own seven cost milliseconds on a short one.
_TRIALS = 3
#: Points that decide without a model, and by how often they must exceed the next language's.
_POINTS, _LEAD = 12.0, 2.0
#: The same in Arabic script, where letters tell more than the model does.
_ARABIC_POINTS = 6.0
#: Points of a letter or a word that one language alone has; those that n of them share give an nth of it.
_OWN = 1.5
#: Points of a letter that only tells a keyboard.
_KEY = 0.05
#: The most that points count for beside the model, and the least that the model's word does.
_MOST_POINTS, _LEAST_SHARE = 8.0, 1e-4
#: What stands for the model's word on a language that it never read, at all or in a script.
_UNREAD_SHARE = 0.02
_UNREAD = frozenset((("kk", "Latn"),))
#: How much rather a text is in a language of ours than in a neighbour's.
_OURS = 4.0
#: Persian typed on an Arabic keyboard looks Arabic to the models.
_PERSIAN_KEYS = str.maketrans("يىك", "ییک")
_NEIGHBOURS = files("reading") / "data" / "neighbours.toml"
_ARBITER_PROFILES = files("langdetect") / "profiles"
#: langdetect's languages, by script.
_ARBITERS: Final[Mapping[str, tuple[str, ...]]] = {
    "Arab": ("ar", "fa", "ur"),
    "Cyrl": ("bg", "mk", "ru", "uk"),
    "Latn": (
        "af", "ca", "cs", "da", "de", "en", "es", "et", "fi", "fr", "hr", "hu", "id", "it", "lt", "lv", "nl", "no",
        "pl", "pt", "ro", "sk", "sl", "so", "sq", "sv", "sw", "tl", "tr", "vi",
    ),
}  # fmt: skip
_UNSURE = Language(code=UNDETERMINED, confidence=0.0)


def detect(text: str, hints: Sequence[str] = ()) -> Language:
    """The language of a text; `und` where it is too short, mixed or strange to tell.

    Hints (a page's own `lang`, its source's languages) decide only what the text leaves open. A text in
    several languages has that of most of its running text, and their share as confidence.
    """
    found = _read(text, hints)
    return _of_most(text, found.language) if found.mixed and "\n" in text else found.language


def paragraph_languages(text: str, hints: Sequence[str] = ()) -> list[tuple[str, Language]]:
    """Each paragraph of a text with its language; one too short to tell follows the one before, or the whole."""
    whole = detect(text, hints)
    found: list[tuple[str, Language]] = []
    for paragraph in filter(str.strip, text.split("\n")):
        own = _read(paragraph).language if len(paragraph) >= _PARAGRAPH else _UNSURE
        if own.code == UNDETERMINED:
            own = found[-1][1] if found else whole
        found.append((paragraph, own))
    return found


@dataclass(frozen=True, slots=True)
class _Finding:
    language: Language
    #: whether parts of the text seem to be in other languages
    mixed: bool = False


def _read(text: str, hints: Sequence[str] = ()) -> _Finding:
    sample = _sample(text)
    counts = Counter(sample)
    script, alone = _script(counts)
    if script is None:
        return _Finding(_UNSURE, not alone)
    if script not in _SHARED:
        return _Finding(Language(code=script, confidence=0.99), not alone)
    if script == "Latn":
        sample = _UZBEK.sub("ʻ", sample)
        counts["ʻ"] = sample.count("ʻ")
    points = _points(sample, counts, script)
    plain = _leader(points, _ARABIC_POINTS if script == "Arab" else _POINTS, _LEAD)
    if plain is not None:
        close = alone and "\n" in text and _leader(points, 0.0, 2 * _LEAD) is None
        return _Finding(_told(plain, 0.99), not alone or (close and _halves_differ(sample, script)))
    told = _judged(sample, points, script, _usable(hints, script))
    return _Finding(told, not alone or _halves_differ(sample, script))


def _halves_differ(sample: str, script: str) -> bool:
    """Whether letters and words speak for one language in the first half, for another in the second."""
    middle = len(sample) // 2
    leaders = {
        _leader(_points(half, Counter(half), script), _DIFFERENT, 1.5)
        for half in (sample[:middle], sample[middle:])
    }
    return len(leaders - {None}) == 2


def _of_most(text: str, whole: Language) -> Language:
    """The language of most of the running text among the paragraphs that can be told."""
    lengths: Counter[str] = Counter()
    paragraphs = [line for line in text.split("\n") if len(line) >= _PARAGRAPH]
    for paragraph in paragraphs[:: len(paragraphs) // _PARAGRAPHS + 1]:
        lengths[_read(paragraph).language.code] += len(paragraph)
    del lengths[UNDETERMINED]
    if not lengths or (len(lengths) == 1 and whole.code in lengths):
        return whole
    code, length = lengths.most_common(1)[0]
    return Language(code=code, confidence=min(0.99, length / lengths.total()))


def _sample(text: str) -> str:
    """The head and the middle of the text, without addresses, one letter for each of its shapes."""
    sample = text
    if len(text) > _CUT:
        middle = text.find(" ", len(text) // 2) + 1 or len(text) // 2
        sample = f"{text[: _CUT // 2]} {text[middle : middle + _CUT // 2]}"
    if any(map(sample.__contains__, _NOISY)):
        sample = _NOISE.sub(" ", sample)
    return sample if unicodedata.is_normalized("NFKC", sample) else unicodedata.normalize("NFKC", sample)


@lru_cache(maxsize=16384)
def _script_of(char: str) -> str | None:
    if not char.isalpha():
        return None
    code = ord(char)
    return next((name for name, ranges in _RANGES if any(low <= code <= high for low, high in ranges)), None)


def _script(counts: Mapping[str, int]) -> tuple[str | None, bool]:
    """The script of most letters, and whether it stands as good as alone."""
    found: dict[str | None, int] = {}
    for char, count in counts.items():
        name = _script_of(char)
        found[name] = found.get(name, 0) + count
    found.pop(None, None)
    if "ja" in found:
        found["ja"] += found.pop("zh", 0)
    name, count = max(found.items(), key=itemgetter(1), default=(None, 0))
    letters = sum(found.values())
    alone = count >= _ALONE * letters
    return (name if count >= 2 and count * 2 > letters else None), alone


@dataclass(frozen=True, slots=True, kw_only=True)
class _Neighbour:
    """A language without a profile, in `neighbours.toml`."""

    scripts: tuple[str, ...]
    letters: str = ""
    keys: str = ""
    common: tuple[str, ...] = ()


@cache
def _neighbours() -> Mapping[str, _Neighbour]:
    content = tomllib.loads(_NEIGHBOURS.read_text(encoding="utf-8"))
    return TypeAdapter(dict[str, _Neighbour]).validate_python(content)


def _speakers(script: str) -> Iterator[tuple[str, str, str, tuple[str, ...]]]:
    """Code, letters, keys and frequent words of each language written in a script."""
    for spoken in map(profile, codes()):
        if script in (spoken.script, *spoken.other_scripts):
            yield spoken.code, spoken.letters, spoken.keys, spoken.common
    for code, neighbour in _neighbours().items():
        if script in neighbour.scripts:
            yield code, neighbour.letters, neighbour.keys, neighbour.common


@dataclass(frozen=True, slots=True)
class _Evidence:
    """Points that each letter and each frequent word gives to the languages that have it."""

    letters: Mapping[str, tuple[tuple[str, float], ...]]
    words: Mapping[str, tuple[tuple[str, float], ...]]


@cache
def _evidence(script: str) -> _Evidence:
    speakers = tuple(_speakers(script))
    letters = _weighed((code, {*letters, *_capitals(letters)}) for code, letters, _, _ in speakers)
    for code, _, keys, _ in speakers:
        for key in keys:
            letters[key] = (*letters.get(key, ()), (code, _KEY))
    return _Evidence(
        letters, _weighed((code, set(map(fold_word, common))) for code, _, _, common in speakers)
    )


def _capitals(letters: str) -> Iterator[str]:
    return (capital for capital in map(str.upper, letters) if len(capital) == 1 and not capital.isascii())


def _weighed(kept: Iterable[tuple[str, set[str]]]) -> dict[str, tuple[tuple[str, float], ...]]:
    having: defaultdict[str, list[str]] = defaultdict(list)
    for code, signs in kept:
        for sign in signs:
            having[sign].append(code)
    return {sign: tuple((code, _OWN / len(having)) for code in having) for sign, having in having.items()}


def _points(sample: str, counts: Mapping[str, int], script: str) -> dict[str, float]:
    """What letters and frequent words give to each language."""
    evidence = _evidence(script)
    points: defaultdict[str, float] = defaultdict(float)
    for letter in evidence.letters.keys() & counts.keys():
        for code, weight in evidence.letters[letter]:
            points[code] += weight * counts[letter]
    for word in map(FOLDED.__getitem__, _WORD.findall(sample)):
        if word in evidence.words:
            for code, weight in evidence.words[word]:
                points[code] += weight
    return points


def _leader(points: Mapping[str, float], least: float, lead: float) -> str | None:
    """The language with so many points, and so many times those of the next; `lead` is more than 1."""
    first = second = 0.0
    leader = None
    for code, count in points.items():
        if count > first:
            leader, first, second = code, count, first
        elif count > second:
            second = count
    return leader if first >= max(least, lead * second) else None


def _judged(sample: str, points: Mapping[str, float], script: str, hints: tuple[str, ...]) -> Language:
    leader = _leader(points, 1.0, 1.5)
    if script == "Arab" and points.get("fa", -1.0) == max(points.values(), default=0.0):
        sample = sample.translate(_PERSIAN_KEYS)
    shares = _shares(sample, points, script)
    best = max(sorted(shares), key=lambda code: shares[code], default=UNDETERMINED)
    share = shares.get(best, 0.0)
    enough = sum(map(str.isalpha, sample)) >= _ENOUGH
    if share >= _SURE and (enough or leader == best):
        return _told(best, min(share, 0.99))
    hinted = next((hint for hint in hints if shares.get(hint, 0.0) >= _POSSIBLE), None)
    votes = Counter(
        voice
        for voice in (
            best if share >= _THINKABLE else None,
            leader,
            _arbiter(sample, script, (best, leader)) if enough else None,
            hinted,
        )
        if voice
    )
    elected = _elected(votes, hinted)
    if elected.confidence < _LIKELY <= share and enough:
        return _told(best, share)
    return elected


def _told(code: str, confidence: float) -> Language:
    return _UNSURE if code == UNDETERMINED else Language(code=code, confidence=confidence)


def _elected(votes: Mapping[str, int], hinted: str | None) -> Language:
    """Two of four voices (model, letters, langdetect, hint) must agree; a hint alone is half believed."""
    code = max(votes, key=lambda voice: votes[voice], default=UNDETERMINED)
    count = votes.get(code, 0)
    if count >= 2:
        return _told(code, 0.7 if count == 2 else 0.9)
    return Language(code=hinted, confidence=0.5) if hinted else _UNSURE


def _shares(sample: str, points: Mapping[str, float], script: str) -> dict[str, float]:
    """Each language's share in what letter groups, letters and words say together."""
    read = likelihoods(_bounded(sample)) if script in _MODELLED else {}
    unread = {code for code in points if code not in read or (code, script) in _UNREAD}
    scale = _MOST_POINTS / max(_MOST_POINTS, *points.values()) if points else 0.0
    weights = {code: max(share, _LEAST_SHARE) for code, share in read.items()} | dict.fromkeys(
        unread, _UNREAD_SHARE
    )
    for code, count in points.items():
        weights[code] *= math.exp(scale * count)
    for code in weights.keys() & _ours():
        weights[code] *= _OURS
    whole = sum(weights.values())
    return {code: weight / whole for code, weight in weights.items()}


@cache
def _ours() -> frozenset[str]:
    return frozenset(codes())


def _bounded(sample: str) -> str:
    """As much of the head and of the middle as the model needs."""
    if len(sample) <= _MODEL_CUT:
        return sample
    middle = len(sample) // 2
    return f"{sample[: _MODEL_CUT // 2]} {sample[middle : middle + _MODEL_CUT // 2]}"


def _usable(hints: Sequence[str], script: str) -> tuple[str, ...]:
    known = (profile(hint) for hint in hints)
    return tuple(
        dict.fromkeys(found.code for found in known if script in (found.script, *found.other_scripts))
    )


def warm() -> None:
    """Load what takes long: the models and the words of every script that is written with several languages."""
    likelihoods("a")
    for script in _SHARED:
        _evidence(script)
    for script in _ARBITERS:
        _arbiters(script)


@cache
def _arbiters(script: str) -> DetectorFactory:
    """A factory with a seed and one script's languages; the module's own is shared and unseeded."""
    factory = DetectorFactory()
    factory.set_seed(0)
    names = _ARBITERS[script]
    factory.load_json_profile([(_ARBITER_PROFILES / name).read_text(encoding="utf-8") for name in names])
    return factory


def _arbiter(sample: str, script: str, guesses: Sequence[str | None]) -> str | None:
    """What langdetect says; nothing where a language is in question that it does not know."""
    if any(guess and guess not in _ARBITERS.get(script, ()) for guess in guesses):
        return None
    detector = _arbiters(script).create()
    detector.n_trial = _TRIALS
    detector.append(sample)
    try:
        ranked = detector.get_probabilities()
    except LangDetectException:
        return None
    return ranked[0].lang if ranked and ranked[0].prob >= _POSSIBLE else None
