"""Which language a text is written in: letters and frequent words first, then two models, then "not sure"."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib.resources import files
from operator import itemgetter
from typing import Final

from langdetect.detector_factory import DetectorFactory
from langdetect.lang_detect_exception import LangDetectException
from py3langid.langid import MODEL_FILE, LanguageIdentifier

from news.languages.folding import fold_word
from news.languages.profiles import codes, profile
from news.languages.tokens import words
from news.values import UNDETERMINED, Language

#: What the models may answer: our languages, and neighbours that would else be taken for them.
CONSIDERED: Final = frozenset((
    "af", "ar", "az", "be", "bg", "bs", "ca", "cs", "da", "de", "el", "en", "es", "et", "eu", "fa", "fi",
    "fr", "gl", "he", "hi", "hr", "hu", "hy", "id", "it", "ja", "ka", "kk", "ko", "ku", "ky", "lt", "lv",
    "mk", "ms", "nl", "no", "pl", "ps", "pt", "ro", "ru", "sk", "sl", "so", "sq", "sr", "sv", "sw", "tg",
    "th", "tk", "tr", "tt", "ug", "uk", "ur", "uz", "vi", "zh",
))  # fmt: skip
#: langdetect's own names, where they differ.
_ARBITER_NAMES = {"zh-cn": "zh", "zh-tw": "zh"}
#: Dialects and spellings that are one language to a reader.
_SAME = {"ary": "ar", "arz": "ar", "sdh": "ckb"}
#: Languages without a profile that the model takes for the neighbour whose words are there.
_TWINS = {"ms": "id", "af": "nl"}
#: Scripts, the first of them written by one language of ours each, and where their letters lie.
_RANGES = (
    ("he", ((0x0590, 0x05FF),)),
    ("ja", ((0x3040, 0x30FF),)),
    ("ko", ((0xAC00, 0xD7AF),)),
    ("el", ((0x0370, 0x03FF),)),
    ("hy", ((0x0530, 0x058F),)),
    ("ka", ((0x10A0, 0x10FF),)),
    ("th", ((0x0E00, 0x0E7F),)),
    ("zh", ((0x3400, 0x9FFF),)),
    ("Arab", ((0x0600, 0x06FF), (0x0750, 0x077F), (0x08A0, 0x08FF))),
    ("Cyrl", ((0x0400, 0x052F),)),
    ("Deva", ((0x0900, 0x097F),)),
    ("Latn", ((0x41, 0x5A), (0x61, 0x7A), (0xC0, 0x24F), (0x1E00, 0x1EFF))),
)
_NOISE = re.compile(r"https?://\S+|www\.\S+|\S+@\S+|[@#]\w+")
_NOISY = ("://", "www.", "@", "#")
#: Characters read of a text (half at its head, half in its middle), characters of them that the models read,
#: and the fewest letters that a model is believed on.
_CUT, _MODEL_CUT, _ENOUGH = 600, 200, 16
#: The shortest paragraph that is told by itself.
_PARAGRAPH = 40
_SURE, _LIKELY, _POSSIBLE = 0.9, 0.6, 0.15
#: Runs of the arbiter over one text; its own seven cost milliseconds on a short one.
_TRIALS = 3
#: Points of evidence that decide alone, and by how much they must lead.
_POINTS, _LEAD = 6.0, 3.0
#: What the letters are believed to: decided, and plain without asking a model.
_DECIDED, _PLAIN = 0.99, 0.995
#: Languages whose frequent words none of the considered ones has.
_ALONE = frozenset(("de", "en", "tr"))
#: Points of a letter that no neighbour has, of a frequent word, of a letter that only tells a keyboard.
_OWN, _WORD, _KEY = 1.5, 1.5, 0.05
#: Persian typed on an Arabic keyboard looks Arabic to the models.
_PERSIAN_KEYS = str.maketrans("يىك", "ییک")
_ARBITER_PROFILES = files("langdetect") / "profiles"
_UNSURE = Language(code=UNDETERMINED, confidence=0.0)


@dataclass(frozen=True, slots=True)
class _Guess:
    code: str
    confidence: float


def detect(text: str, hints: Sequence[str] = ()) -> Language:
    """The language of a text; `und` where it is too short, mixed or strange to tell.

    Hints (a page's own `lang`, its source's languages) decide only what the text leaves open.
    """
    sample = _sample(text)
    counts = Counter(sample)
    script = _script(counts)
    if script is None:
        return _UNSURE
    if script in CONSIDERED:
        return Language(code=script, confidence=0.99)
    letters = _by_evidence(sample, counts, script)
    if letters and (letters.confidence > _DECIDED or (letters.confidence == _DECIDED and script == "Arab")):
        return Language(code=letters.code, confidence=letters.confidence)
    return _judged(sample, letters, _usable(hints, script))


def paragraph_languages(text: str, hints: Sequence[str] = ()) -> list[tuple[str, Language]]:
    """Each paragraph of a text with its language; one too short to tell follows the one before, or the whole."""
    whole = detect(text, hints)
    found: list[tuple[str, Language]] = []
    for paragraph in filter(str.strip, text.split("\n")):
        own = detect(paragraph) if len(paragraph) >= _PARAGRAPH else _UNSURE
        if own.code == UNDETERMINED:
            own = found[-1][1] if found else whole
        found.append((paragraph, own))
    return found


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
    code = ord(char)
    return next((name for name, ranges in _RANGES if any(low <= code <= high for low, high in ranges)), None)


def _script(counts: Mapping[str, int]) -> str | None:
    found: dict[str | None, int] = {}
    for char, count in counts.items():
        name = _script_of(char)
        found[name] = found.get(name, 0) + count
    found.pop(None, None)
    if "ja" in found:
        found["ja"] += found.pop("zh", 0)
    name, count = max(found.items(), key=itemgetter(1), default=(None, 0))
    return name if count >= 2 and count * 2 > sum(found.values()) else None


@dataclass(frozen=True, slots=True)
class _Evidence:
    """What speaks for which of the languages that share a script, and how much."""

    codes: tuple[str, ...]
    #: letter → (language, weight); one that no neighbour has weighs more
    letters: Mapping[str, tuple[tuple[str, float], ...]]
    #: frequent word → languages
    words: Mapping[str, tuple[str, ...]]


@cache
def _evidence(script: str) -> _Evidence:
    known = [
        spoken
        for spoken in map(profile, codes())
        if spoken.script == script or script in spoken.other_scripts
    ]
    letters: dict[str, tuple[tuple[str, float], ...]] = {}
    frequent: dict[str, tuple[str, ...]] = {}
    shared = Counter(letter for spoken in known for letter in set(spoken.letters))
    for spoken in known:
        weights = {letter: 1.0 if shared[letter] > 1 else _OWN for letter in spoken.letters}
        for letter, weight in (weights | dict.fromkeys(spoken.keys, _KEY)).items():
            letters[letter] = (*letters.get(letter, ()), (spoken.code, weight))
        for word in dict.fromkeys(map(fold_word, spoken.common)):
            frequent[word] = (*frequent.get(word, ()), spoken.code)
    return _Evidence(tuple(spoken.code for spoken in known), letters, frequent)


def _by_evidence(sample: str, counts: Mapping[str, int], script: str) -> _Guess | None:
    """The language that letters and frequent words speak for, by a clear lead."""
    evidence = _evidence(script)
    weights = dict.fromkeys(evidence.codes, 0.0)
    for letter, speaking in evidence.letters.items():
        if letter in counts:
            for code, weight in speaking:
                weights[code] += weight * counts[letter]
    for word in words(sample):
        for code in evidence.words.get(word, ()):
            weights[code] += _WORD
    points = sorted((weight, code) for code, weight in weights.items())
    if not points:
        return None
    best, code = points[-1]
    second = points[-2][0] if len(points) > 1 else 0.0
    if best < 1 or best < 1.5 * second:
        return None
    if best < _POINTS or best < _LEAD * second:
        return _Guess(code, _LIKELY)
    return _Guess(code, _PLAIN if code in _ALONE and best >= 2 * _POINTS else _DECIDED)


def _usable(hints: Sequence[str], script: str) -> tuple[str, ...]:
    known = (profile(hint) for hint in hints)
    return tuple(
        dict.fromkeys(found.code for found in known if script in (found.script, *found.other_scripts))
    )


def _judged(sample: str, letters: _Guess | None, hints: tuple[str, ...]) -> Language:
    if letters and letters.code == "fa":
        sample = sample.translate(_PERSIAN_KEYS)
    scores = _model_scores(sample)
    model = _best(scores)
    if letters and _TWINS.get(model.code) == letters.code:
        model = _Guess(letters.code, model.confidence)
    enough = sum(map(str.isalpha, sample)) >= _ENOUGH
    if letters and letters.code == model.code and (enough or letters.confidence >= _SURE):
        return Language(code=model.code, confidence=max(model.confidence, letters.confidence))
    if letters is None and enough and model.confidence >= _SURE:
        return Language(code=model.code, confidence=model.confidence)
    hinted = next((hint for hint in hints if scores.get(hint, 0.0) >= _POSSIBLE), None)
    return _arbitrated((model, letters, _by_arbiter(sample, model, letters) if enough else None), hinted)


def _arbitrated(guesses: tuple[_Guess | None, ...], hinted: str | None) -> Language:
    """Two of four voices (model, letters, langdetect, hint) must agree; a hint alone is half believed."""
    votes = Counter(guess.code for guess in guesses if guess and guess.confidence >= _POSSIBLE)
    if hinted:
        votes[hinted] += 1
    code, count = votes.most_common(1)[0] if votes else (UNDETERMINED, 0)
    if count >= 2:
        return Language(code=code, confidence=0.7 if count == 2 else 0.9)
    sure = next((guess for guess in guesses[1:2] if guess and guess.confidence >= _SURE), None)
    if sure:
        return Language(code=sure.code, confidence=_LIKELY)
    return Language(code=hinted, confidence=0.5) if hinted else _UNSURE


def warm() -> None:
    """Load what takes long: the models and the words of every script that is written with several languages."""
    _identifier()
    _arbiters()
    for script in ("Arab", "Cyrl", "Latn"):
        _evidence(script)


@cache
def _identifier() -> LanguageIdentifier:
    identifier = LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)
    identifier.set_languages(CONSIDERED | _SAME.keys())
    identifier.nb_ptc = identifier.nb_ptc.astype("float32")  # half floats are slow to sum
    return identifier


def _model_scores(sample: str) -> dict[str, float]:
    scores: dict[str, float] = {}
    for code, score in _identifier().rank(sample[:_MODEL_CUT]):
        scores[_SAME.get(code, code)] = scores.get(_SAME.get(code, code), 0.0) + score
    return scores


def _best(scores: dict[str, float]) -> _Guess:
    code = max(scores, key=lambda known: scores[known])
    return _Guess(code, min(scores[code], 1.0))


@cache
def _arbiter_names() -> frozenset[str]:
    wanted = CONSIDERED | _ARBITER_NAMES.keys()
    return frozenset(entry.name for entry in _ARBITER_PROFILES.iterdir() if entry.name in wanted)


@cache
def _arbiters() -> DetectorFactory:
    """A factory with a seed and our languages alone; the module's own is shared and unseeded."""
    factory = DetectorFactory()
    factory.set_seed(0)
    names = sorted(_arbiter_names())
    factory.load_json_profile([(_ARBITER_PROFILES / name).read_text(encoding="utf-8") for name in names])
    return factory


def _by_arbiter(sample: str, *guesses: _Guess | None) -> _Guess | None:
    """What langdetect says; nothing where a language is in question that it does not know."""
    known = {_ARBITER_NAMES.get(name, name) for name in _arbiter_names()}
    if any(guess.code not in known for guess in guesses if guess):
        return None
    detector = _arbiters().create()
    detector.n_trial = _TRIALS
    detector.append(sample)
    try:
        ranked = detector.get_probabilities()
    except LangDetectException:
        return None
    if not ranked:
        return None
    return _Guess(_ARBITER_NAMES.get(ranked[0].lang, ranked[0].lang), min(ranked[0].prob, 1.0))
