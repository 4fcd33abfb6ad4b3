import pytest

from news.languages.profiles import codes
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


FA = "شورای شهر با احداث سه ایستگاه تازه آتش‌نشانی در حاشیه جنوبی موافقت کرد و بودجه آن را پذیرفت."
EN = "Councillors approved three new fire stations on the southern edge of town and agreed on the budget."
AR = "وافق المجلس البلدي على إنشاء ثلاث محطات إطفاء جديدة جنوب المدينة وأقر ميزانيتها هذا العام."
TR = "Belediye meclisi kentin güneyinde üç yeni itfaiye istasyonu yapılmasını onayladı ve bütçeyi kabul etti."


@pytest.mark.parametrize(
    ("code", "texts"),
    [
        ("fa", (FA, FA, FA, EN)),
        ("fa", (EN, FA, FA, FA)),
        ("fa", (AR, FA, FA)),
        ("en", (TR, EN, EN)),
        ("tr", (EN, TR, TR)),
        ("en", (FA, *(EN,) * 9)),
    ],
)
def test_a_text_in_two_languages_has_that_of_most_of_it_and_says_how_much(
    code: str, texts: tuple[str, ...]
) -> None:
    share = sum(len(text) for text in texts if detect(text).code == code) / sum(map(len, texts))
    found = detect("\n".join(texts))
    assert found.code == code
    assert found.confidence == pytest.approx(share, abs=0.01)


def test_a_text_in_one_language_is_sure() -> None:
    assert detect("\n".join([FA] * 4)).confidence == 0.99
    assert detect("\n".join([TR] * 4)).confidence >= 0.95


@pytest.mark.parametrize(
    ("code", "title"),
    [
        ("tr", "BELEDİYE YENİ PARKI AÇTI"),
        ("tr", "ISPARTA'DA YENİ KÜTÜPHANE AÇILDI"),
        ("tr", "Yeni metro hattı açıldı"),
        ("fa", "شهردار جدید تبریز"),
        ("en", "New tram line opens"),
        ("de", "Neue Straßenbahn fährt"),
        ("ar", "جسر جديد في المدينة"),
        ("fr", "Nouveau pont inauguré"),
    ],
)
def test_a_title_of_a_few_words_may_be_enough(code: str, title: str) -> None:
    assert detect(title).code == code


@pytest.mark.parametrize("mark", "ʻʼ‘’'`")
def test_uzbek_is_told_with_any_apostrophe(mark: str) -> None:
    text = f"Yangi ko{mark}prik ochildi, yo{mark}l va bog{mark} qurildi."
    assert detect(text).code == "uz"


def test_english_genitives_and_irish_names_are_not_uzbek() -> None:
    text = "O'Brien and O'Neill told the meeting that Beijing's eight o'clock service won't be moved."
    assert detect(text).code == "en"


@pytest.mark.parametrize(
    ("code", "text"),
    [
        ("el", "Ο δήμος ανακοίνωσε ότι η πόλη προσχώρησε στο δίκτυο."),
        ("ka", "ქალაქი საერთაშორისო ქსელს შეუერთდა."),
        ("hy", "Քաղաքը միացավ միջազգային ցանցին։"),
        ("th", "เมืองเข้าร่วมเครือข่ายระหว่างประเทศ"),
        ("ko", "시는 국제 도시 네트워크에 가입했다고 밝혔다."),
        ("bn", "শহরটি আন্তর্জাতিক নেটওয়ার্কে যোগ দিয়েছে।"),
        ("bg", "Кметът каза, че общината ще се присъедини към мрежата на градовете."),
        ("sr", "Градоначелник је рекао да ће се град придружити мрежи градова."),
        ("ky", "Шаар башчысы бул жаңы көпүрө тууралуу айтты жана эл менен жолукту."),
        ("ca", "L'ajuntament ha dit que la ciutat entrarà a la xarxa amb els altres municipis."),
        ("gl", "O concello anunciou que a cidade entrará na rede, dixo a alcaldesa, co apoio dos veciños."),
        ("ms", "Datuk bandar berkata majlis bandaraya akan menyertai rangkaian itu kerana manfaatnya."),
        ("sv", "Kommunen meddelade att staden ska gå med i nätverket och att det är viktigt."),
    ],
)
def test_a_language_that_is_none_of_ours_is_not_taken_for_one(code: str, text: str) -> None:
    assert detect(text).code == code
    assert code not in codes()


def test_dari_is_persian() -> None:
    assert detect("شاروالی هرات می‌گوید کار پخته‌کاری سرک‌ها تا اخیر ماه عقرب تکمیل خواهد شد.").code == "fa"


def test_azerbaijani_in_arabic_letters_is_not_persian() -> None:
    found = detect("بلدیه باشقانی دئدی کی بیزیم شهریمیز اوچون بو چوخ یاخشی بیر گون دیر و هر ایل اولاجاق.")
    assert found.code not in codes() or found.confidence < 0.7


@pytest.mark.parametrize(
    "text",
    [
        "shahrdari elam kard ke mardom bayad baraye in tarh hamkari konand",
        "el baladiye 2alet ennou ra7 3an 2al",
    ],
)
def test_persian_and_arabic_in_latin_letters_are_no_language(text: str) -> None:
    assert detect(text).code == "und"
