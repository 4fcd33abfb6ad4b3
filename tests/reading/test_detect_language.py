import pytest

from reading.language import detect, paragraph_languages

SENTENCES = [
    ("fa", "شهرداری تبریز خبر داد که این شهر به شبکه جهانی شهرهای سبز پیوسته است."),
    ("fa", "شهرداري تبريز خبر داد كه اين شهر به شبكه جهاني شهرهاي سبز پيوسته است."),
    ("fa", "چهار شهر ايراني به جمع شهرهاي يادگيرنده راه يافتند"),
    ("ar", "أعلنت بلدية صفاقس أن المدينة أصبحت عضوة في الشبكة العالمية للمدن الخضراء."),
    ("ar", "شبکة المدن العربیة تعقد اجتماعها في مدینة تونس بحضور رؤساء البلدیات"),
    ("ur", "لاہور شہر نے ایک عالمی نیٹ ورک میں شمولیت اختیار کر لی ہے۔"),
    ("ckb", "شاری سلێمانی بوو بە ئەندامی تۆڕێکی نێودەوڵەتی شارەکان."),
    ("ps", "د کندهار ښاروالي وايي چې ښار د نړیوالې شبکې غړی شو."),
    ("tr", "Bursa Büyükşehir Belediyesi sağlıklı kentler ağına katıldığını duyurdu."),
    ("tr", "Izmir Buyuksehir Belediyesi yeni bir aga uye oldu, baskan torende konustu"),
    ("az", "Gəncə şəhəri beynəlxalq şəhərlər şəbəkəsinə üzv olub."),
    ("en", "The city council announced that it has become a member of the network."),
    ("fr", "La mairie a annoncé que la ville vient de rejoindre le réseau des villes."),
    ("es", "El ayuntamiento anunció que la ciudad se ha incorporado a la red de ciudades."),
    ("de", "Die Stadtverwaltung teilte mit, dass die Stadt dem Städtenetzwerk beigetreten ist."),
    ("ru", "Администрация сообщила, что город вступил в международную сеть городов."),
    ("uk", "Міська рада повідомила, що місто приєдналося до міжнародної мережі міст."),
    ("it", "Il comune ha annunciato che la città è entrata nella rete delle città."),
    ("pt", "A prefeitura anunciou que a cidade passou a fazer parte da rede de cidades."),
    ("kk", "Қала әкімдігі қаланың халықаралық қалалар желісіне қосылғанын хабарлады."),
    ("tg", "Раёсати шаҳр хабар дод, ки шаҳр ба шабакаи ҷаҳонии шаҳрҳо ҳамроҳ шудааст."),
    ("uz", "Shahar hokimligi shahar xalqaro tarmoqqa aʼzo boʻlgani va bu muhim ekanini aytdi."),
    ("uz", "Шаҳар ҳокимлиги шаҳар халқаро тармоққа аъзо бўлгани ҳақида хабар берди."),
    ("ku", "Şaredariyê ragihand ku bajar bûye endamê tora navneteweyî ya bajaran û ev girîng e."),
    ("id", "Pemerintah kota mengumumkan bahwa kota ini telah bergabung dengan jaringan kota dunia."),
    ("nl", "De gemeente heeft bekendgemaakt dat de stad zich bij het netwerk van steden heeft aangesloten."),
    ("he", "העירייה הודיעה כי העיר הצטרפה לרשת הבינלאומית"),
    ("ja", "市は国際的な都市ネットワークに加盟したと発表した"),
    ("zh", "市政府宣布该市加入国际城市网络"),
]


@pytest.mark.parametrize(("code", "text"), SENTENCES)
def test_a_sentence_is_enough(code: str, text: str) -> None:
    found = detect(text)
    assert found.code == code
    assert found.confidence >= 0.6


@pytest.mark.parametrize(
    "text",
    [
        "",
        "   ",
        "12345 — 2024/05/10",
        "!!!",
        "OK",
        "UCLG MEWA",
        "Mashhad joins AMF",
        "https://example.org/a-b-c",
    ],
)
def test_too_little_is_not_sure(text: str) -> None:
    found = detect(text)
    assert found.code == "und"
    assert found.confidence == 0.0


def test_a_hint_decides_only_what_the_text_leaves_open() -> None:
    english = "The city council announced that it has become a member of the network."
    assert detect(english, hints=("fa", "tr")).code == "en"
    assert detect("Mashhad joins AMF", hints=("en",)).code == "en"
    assert detect("Mashhad joins AMF", hints=("fa",)).code == "und"
    assert detect("", hints=("fa",)).code == "und"


def test_names_in_another_script_do_not_turn_a_text() -> None:
    text = "شهرداری تهران با سازمان United Cities and Local Governments و ICLEI همکاری می‌کند و این همکاری ادامه دارد."
    assert detect(text).code == "fa"


@pytest.mark.parametrize("code", ["fa", "ar", "en", "tr"])
def test_the_answer_is_the_same_each_time(code: str) -> None:
    text = next(text for known, text in SENTENCES if known == code)[:20]
    assert len({detect(text) for _ in range(5)}) == 1


def test_presentation_forms_are_letters() -> None:
    assert detect("ﺷﻬﺮﺩﺍﺭﻱ ﺗﻬﺮﺍﻥ ﺑﻪ ﺷﺒﻜﻪ ﺟﻬﺎﻧﻲ ﺷﻬﺮﻫﺎ ﭘﻴﻮﺳﺖ ﻭ ﺩﺭ ﺍﻳﻦ ﺟﻤﻊ ﮔﻔﺖ").code == "fa"


def test_mixed_pages_are_told_by_paragraph() -> None:
    texts = {code: text for code, text in SENTENCES if code in {"fa", "en", "ar"}}
    text = "\n".join([texts["fa"], texts["en"], "UCLG MEWA", texts["ar"], texts["fa"]])
    told = paragraph_languages(text)
    assert [language.code for _, language in told] == ["fa", "en", "en", "ar", "fa"]
    assert "\n".join(paragraph for paragraph, _ in told) == text


def test_a_paragraph_too_short_to_tell_follows_the_whole() -> None:
    whole = next(text for code, text in SENTENCES if code == "tr")
    assert [language.code for _, language in paragraph_languages(f"Bursa\n{whole}\n\nAMF")] == [
        "tr",
        "tr",
        "tr",
    ]
    assert paragraph_languages("") == []
