import pytest
from py3langid.langid import MODEL_FILE, LanguageIdentifier

from reading.ngrams import likelihoods

SENTENCES = [
    ("es", "Los vecinos pidieron al ayuntamiento más árboles en la plaza."),
    ("kk", "Тұрғындар алаңға ағаш отырғызуды сұрады."),
    ("ur", "شہریوں نے چوک میں درخت لگانے کا مطالبہ کیا۔"),
    ("uz", "Aholi maydonga daraxt ekishni soʻradi."),
]


@pytest.mark.parametrize(("code", "text"), SENTENCES)
def test_the_likeliest_language_leads_and_the_shares_are_of_one_whole(code: str, text: str) -> None:
    shares = likelihoods(text)
    assert max(shares, key=lambda known: shares[known]) == code
    assert sum(shares.values()) == pytest.approx(1)


def test_what_has_no_letter_group_has_no_likelihood() -> None:
    assert likelihoods("") == {}
    assert likelihoods("\x00") == {}


def test_capitals_are_read_as_small_letters() -> None:
    assert likelihoods("LOS VECINOS PIDIERON ÁRBOLES") == likelihoods("los vecinos pidieron árboles")


def test_the_cut_model_says_what_the_whole_one_does() -> None:
    whole = LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)
    for code, text in SENTENCES:
        assert whole.classify(text)[0] == code
        assert likelihoods(text)[code] == pytest.approx(dict(whole.rank(text))[code], abs=0.1)
