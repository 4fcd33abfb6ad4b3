"""Which language a text is written in: letters and frequent words first, then two models, then "not sure"."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
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
#: Scripts that one language of ours writes.
_SCRIPT_OF = (
    ("he", re.compile("[\u0590-\u05ff]")),
    ("ja", re.compile("[\u3040-\u30ff]")),
    ("ko", re.compile("[\uac00-\ud7af]")),
    ("el", re.compile("[\u0370-\u03ff]")),
    ("hy", re.compile("[\u0530-\u058f]")),
    ("ka", re.compile("[\u10a0-\u10ff]")),
    ("th", re.compile("[\u0e00-\u0e7f]")),
    ("zh", re.compile("[\u3400-\u9fff]")),
    ("Arab", re.compile("[\u0600-\u06ff\u0750-\u077f\u08a0-\u08ff]")),
    ("Cyrl", re.compile("[\u0400-\u052f]")),
    ("Deva", re.compile("[\u0900-\u097f]")),
    ("Latn", re.compile("[A-Za-z\u00c0-\u024f\u1e00-\u1eff]")),
)
_NOISE = re.compile(r"https?://\S+|www\.\S+|\S+@\S+|[@#]\w+|\d+")
#: Letters read, letters the arbiter reads, and the fewest that a model is believed on.
_CUT, _ARBITER_CUT, _ENOUGH = 3000, 1000, 16
_SURE, _LIKELY, _POSSIBLE = 0.9, 0.6, 0.15
#: Points of evidence that decide alone, and by how much they must lead.
_POINTS, _LEAD = 6.0, 3.0
#: Persian typed on an Arabic keyboard looks Arabic to the models.
_PERSIAN_KEYS = str.maketrans("يىك", "ییک")
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
    script = _script(sample)
    if script is None:
        return _UNSURE
    if script in CONSIDERED:
        return Language(code=script, confidence=0.99)
    letters = _by_evidence(sample, script)
    if script == "Arab" and letters and letters.confidence >= _SURE:
        return Language(code=letters.code, confidence=letters.confidence)
    return _judged(sample, letters, _usable(hints, script))


def _sample(text: str) -> str:
    """The beginning of the text, without addresses and figures, one letter for each of its shapes."""
    return unicodedata.normalize("NFKC", _NOISE.sub(" ", text[: 2 * _CUT]))[:_CUT]


def _script(sample: str) -> str | None:
    counts = Counter({name: len(pattern.findall(sample)) for name, pattern in _SCRIPT_OF})
    if counts["ja"] and counts["zh"]:
        counts["ja"] += counts.pop("zh")
    name, count = counts.most_common(1)[0]
    return name if count >= 2 and count * 2 > sum(counts.values()) else None


@cache
def _writers(script: str) -> tuple[str, ...]:
    return tuple(code for code in codes() if profile(code).script == script)


def _points(sample: str, found: Counter[str], code: str) -> float:
    """Weight of what speaks for a language: its own letters, its frequent words, its keyboard."""
    known = profile(code)
    own = sum(map(sample.count, known.letters))
    frequent = sum(found[fold_word(word)] for word in known.common)
    return own + 1.5 * frequent + 0.05 * sum(map(sample.count, known.keys))


def _by_evidence(sample: str, script: str) -> _Guess | None:
    found = Counter(words(sample))
    points = sorted(((_points(sample, found, code), code) for code in _writers(script)), reverse=True)
    (best, code), (second, _) = points[0], points[1]
    if best < 1 or best < 1.5 * second:
        return None
    decided = best >= _POINTS and best >= _LEAD * second
    return _Guess(code, 0.99 if decided else _LIKELY)


def _usable(hints: Sequence[str], script: str) -> tuple[str, ...]:
    known = (profile(hint) for hint in hints)
    return tuple(dict.fromkeys(found.code for found in known if found.script == script))


def _judged(sample: str, letters: _Guess | None, hints: tuple[str, ...]) -> Language:
    if letters and letters.code == "fa":
        sample = sample.translate(_PERSIAN_KEYS)
    scores = _model_scores(sample)
    model = _best(scores)
    enough = sum(map(str.isalpha, sample)) >= _ENOUGH
    if letters and letters.code == model.code and (enough or letters.confidence >= _SURE):
        return Language(code=model.code, confidence=max(model.confidence, letters.confidence))
    if letters is None and enough and model.confidence >= _SURE:
        return Language(code=model.code, confidence=model.confidence)
    hinted = next((hint for hint in hints if scores.get(hint, 0.0) >= _POSSIBLE), None)
    return _arbitrated((model, letters, _by_arbiter(sample) if enough else None), hinted)


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


@cache
def _identifier() -> LanguageIdentifier:
    identifier = LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)
    identifier.set_languages(CONSIDERED | _SAME.keys())
    return identifier


def _model_scores(sample: str) -> dict[str, float]:
    scores: dict[str, float] = {}
    for code, score in _identifier().rank(sample):
        scores[_SAME.get(code, code)] = scores.get(_SAME.get(code, code), 0.0) + score
    return scores


def _best(scores: dict[str, float]) -> _Guess:
    code = max(scores, key=lambda known: scores[known])
    return _Guess(code, min(scores[code], 1.0))


@cache
def _arbiters() -> DetectorFactory:
    """A factory with a seed and our languages alone; the module's own is shared and unseeded."""
    factory = DetectorFactory()
    factory.set_seed(0)
    folder = files("langdetect") / "profiles"
    wanted = CONSIDERED | _ARBITER_NAMES.keys()
    names = sorted(entry.name for entry in folder.iterdir() if entry.name in wanted)
    factory.load_json_profile([(folder / name).read_text(encoding="utf-8") for name in names])
    return factory


def _by_arbiter(sample: str) -> _Guess | None:
    detector = _arbiters().create()
    detector.append(sample[:_ARBITER_CUT])
    try:
        ranked = detector.get_probabilities()
    except LangDetectException:
        return None
    return (
        _Guess(_ARBITER_NAMES.get(ranked[0].lang, ranked[0].lang), min(ranked[0].prob, 1.0))
        if ranked
        else None
    )
