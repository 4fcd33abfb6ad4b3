"""Pages answered with 200 that are no articles, and short notices that look like them."""

from collections.abc import Callable
from datetime import datetime

import pytest

from news.values import Article, NotArticle, Page, Refusal
from reading import read_page
from reading.not_articles import kinds

MakePage = Callable[..., Page]
PASSWORD = '<form><input name="user"><input type="password" name="pw"><button>OK</button></form>'
SEARCH = '<form role="search"><input type="search" name="q"></form>'


def document(title: str, body: str, attributes: str = "", head: str = "") -> str:
    return (
        f'<!doctype html><html><head><meta charset="utf-8"><title>{title}</title>{head}</head>'
        f"<body {attributes}>{body}</body></html>"
    )


REFUSED = [
    (
        "Just a moment...",
        "<p>Checking your browser before accessing town.example.org.</p>",
        Refusal.CHALLENGE,
    ),
    (
        "Attention Required! | Shield",
        "<h1>One more step</h1><p>Please complete the check.</p>",
        Refusal.CHALLENGE,
    ),
    (
        "town",
        '<form id="challenge-form"></form><p>Please wait a little while we look at you.</p>',
        Refusal.CHALLENGE,
    ),
    ("در حال بررسی مرورگر شما", "<p>چند ثانیه شکیبا باشید تا به سایت برسید.</p>", Refusal.CHALLENGE),
    ("بلدية", "<h1>التحقق الأمني</h1><p>يرجى الانتظار قليلا قبل المتابعة.</p>", Refusal.CHALLENGE),
    ("Güvenlik kontrolü", "<p>Devam etmek için kutuyu işaretleyin.</p>", Refusal.CHALLENGE),
    ("Вход | Город", f"<p>Введите имя и пароль, чтобы продолжить.</p>{PASSWORD}", Refusal.LOGIN),
    ("Log in - Town Hall", f"<h1>Log in</h1><p>Use the name that we sent you.</p>{PASSWORD}", Refusal.LOGIN),
    ("ورود به سامانه خدمات", f"<p>نام کاربری و گذرواژه را وارد کنید.</p>{PASSWORD}", Refusal.LOGIN),
    ("تسجيل الدخول", f"<p>أدخل الاسم وكلمة السر للمتابعة.</p>{PASSWORD}", Refusal.LOGIN),
    ("Üye girişi", f"<p>Devam etmek için giriş yapmanız gerekiyor.</p>{PASSWORD}", Refusal.LOGIN),
    (
        "Page not found – Town",
        "<h1>Oops</h1><p>We could not find what you asked for.</p>",
        Refusal.ERROR_PAGE,
    ),
    ("404", "<p>The page has moved or has never been here.</p>", Refusal.ERROR_PAGE),
    ("Error 404 | Town", "<p>Go back to the first page and try again.</p>", Refusal.ERROR_PAGE),
    (
        "صفحه مورد نظر یافت نشد",
        "<p>نشانی را دوباره بررسی کنید یا به صفحه نخست بروید.</p>",
        Refusal.ERROR_PAGE,
    ),
    ("بلدية | الصفحة غير موجودة", "<p>ربما نقلت الصفحة إلى مكان آخر.</p>", Refusal.ERROR_PAGE),
    ("Sayfa bulunamadı - Belediye", "<p>Aradığınız adres taşınmış olabilir.</p>", Refusal.ERROR_PAGE),
    ("Page introuvable", "<p>Cette adresse ne mène plus nulle part.</p>", Refusal.ERROR_PAGE),
    ("Página no encontrada", "<p>La dirección no existe o ha cambiado.</p>", Refusal.ERROR_PAGE),
    ("Seite nicht gefunden", "<p>Die Adresse gibt es nicht oder nicht mehr.</p>", Refusal.ERROR_PAGE),
    ("Страница не найдена", "<p>Такого адреса нет или больше нет.</p>", Refusal.ERROR_PAGE),
    ("Pagina non trovata", "<p>Questo indirizzo non porta da nessuna parte.</p>", Refusal.ERROR_PAGE),
    ("Página não encontrada", "<p>Este endereço não leva a lugar nenhum.</p>", Refusal.ERROR_PAGE),
    (
        "Search results for “tram” | Town",
        f"{SEARCH}<p>Nothing was found, try again.</p>",
        Refusal.SEARCH_PAGE,
    ),
    ("نتایج جستجو برای «قطار»", f"{SEARCH}<p>چیزی یافت نشد، دوباره بجویید.</p>", Refusal.SEARCH_PAGE),
    ("Arama sonuçları", f"{SEARCH}<p>Aramanızla eşleşen bir şey yok.</p>", Refusal.SEARCH_PAGE),
    ("Site under maintenance", "<p>We shall be back in an hour, please be patient.</p>", Refusal.MAINTENANCE),
    ("الموقع قيد الصيانة", "<p>نعود قريبا، شكرا لصبركم.</p>", Refusal.MAINTENANCE),
    ("سایت در دست تعمیر است", "<p>به زودی باز می‌گردیم.</p>", Refusal.MAINTENANCE),
    ("شهر", "<h1>سایت در حال به‌روزرسانی است</h1><p>چند ساعت دیگر بیایید.</p>", Refusal.MAINTENANCE),
    ("Bakım", "<h1>Sitemiz bakımda</h1><p>Birkaç saat sonra yine buradayız.</p>", Refusal.MAINTENANCE),
    (
        "Runtime Error",
        "<h1>Server Error in '/' Application.</h1><p>Description: no details here.</p>",
        Refusal.ERROR_PAGE,
    ),
    (
        "Town",
        "<b>Fatal error</b>: Uncaught Error: Call to a member function in /www/a.php:3",
        Refusal.ERROR_PAGE,
    ),
    ("Town", "<p>There has been a critical error on this website.</p>", Refusal.ERROR_PAGE),
    ("Hello", "<h1>It works!</h1><p>This is the default web page for this server.</p>", Refusal.ERROR_PAGE),
    ("town.example", "<h1>This domain is for sale</h1><p>Ask us for a price.</p>", Refusal.ERROR_PAGE),
    ("Account Suspended", "<h1>Account Suspended</h1><p>Ask your provider.</p>", Refusal.ERROR_PAGE),
    ("Town", "<h1>Oops!</h1><p>That page can’t be found. Try the menu.</p>", Refusal.ERROR_PAGE),
    ("شهرداری", "<p>خبر مورد نظر موجود نیست یا جابه‌جا شده است.</p>", Refusal.ERROR_PAGE),
    ("Town", "<p>Redirecting to /start in a moment.</p>", Refusal.CHALLENGE),
    ("Search", "<h1>Search results</h1><p>No results found for “tram”.</p>", Refusal.SEARCH_PAGE),
    ("جستجو", "<h1>نتایج جستجو</h1><p>نتیجه‌ای یافت نشد.</p>", Refusal.SEARCH_PAGE),
    (
        "Town",
        "<noscript>You need to enable JavaScript to run this app.</noscript><div></div>",
        Refusal.NO_TEXT,
    ),
]
KEPT = [
    ("Road closed", "<h1>Road closed</h1><p>Main Street is closed on Monday.</p>"),
    ("Search for a missing boat", f"{SEARCH}<h1>Search for a missing boat</h1><p>The harbour asks all crews to look out.</p>"),
    ("Search continues", f"{SEARCH}<h1>Search continues</h1><p>The coast guard searched until dawn.</p>"),
    ("Free entry to museums", f"{PASSWORD}<h1>Free entry to museums</h1><p>The museums are free on Sunday.</p>"),
    ("ورود رایگان به موزه", f"{PASSWORD}<h1>ورود رایگان به موزه</h1><p>بازدید از موزه شهر در روز جمعه رایگان است.</p>"),
    ("ورود نخستین قطار", "<h1>ورود نخستین قطار</h1><p>نخستین قطار شهری امروز وارد شهر شد.</p>"),
    ("Maintenance of the bridge", "<h1>Maintenance of the bridge</h1><p>The bridge is closed for a week.</p>"),
    ("Bakım çalışması", "<h1>Bakım çalışması</h1><p>Köprü pazartesi günü kapalı olacaktır.</p>"),
    ("تعمیر پل", "<h1>تعمیر پل</h1><p>پل مرکزی شهر از فردا بسته است.</p>"),
    ("صيانة الجسر", "<h1>صيانة الجسر</h1><p>يغلق الجسر يوم الاثنين من أجل الصيانة.</p>"),
    ("404 trees planted", "<h1>404 trees planted</h1><p>Schools planted 404 trees on Saturday.</p>"),
    ("Error in the water bill", "<h1>Error in the water bill</h1><p>Bills of May are being sent anew.</p>"),
    ("Missing page found", "<h1>Missing page found</h1><p>The lost page of the town book has come back.</p>"),
    ("Security check at the stadium", "<h1>Security check at the stadium</h1><p>Come an hour early on Sunday.</p>"),
    ("Access to the park", "<h1>Access to the park</h1><p>The park is open from seven in the morning.</p>"),
    ("Connexion du tram", f"{PASSWORD}<h1>Connexion du tram</h1><p>La ligne rejoint la gare dès lundi.</p>"),
    ("Anmeldung zum Lauf", f"{PASSWORD}<h1>Anmeldung zum Lauf</h1><p>Der Stadtlauf beginnt am Sonntag um neun Uhr.</p>"),
    ("Вход в парк свободный", f"{PASSWORD}<h1>Вход в парк свободный</h1><p>В воскресенье парк открыт для всех.</p>"),
    ("Búsqueda de voluntarios", f"{SEARCH}<h1>Búsqueda de voluntarios</h1><p>La ciudad busca voluntarios para mayo.</p>"),
    ("Login for residents opens", f"{PASSWORD}<h1>Login for residents opens</h1><p>From Monday residents can register.</p>"),
    ("Page of history", "<h1>Page of history</h1><p>The archive shows a page of history each week.</p>"),
    ("Just a moment of silence", "<h1>Just a moment of silence</h1><p>The town stood still at noon.</p>"),
    ("Redirecting traffic", "<h1>Redirecting traffic</h1><p>The police is redirecting lorries to the ring road.</p>"),
    ("New servers", "<h1>New servers</h1><p>The server of the town hall is moved to the cellar on Friday.</p>"),
    ("Runtime of the tram", "<h1>Runtime of the tram</h1><p>An error in the timetable makes the tram late.</p>"),
    ("Search parties", "<h1>Search parties</h1><p>No trace of the boat was found, the coast guard says.</p>"),
    ("به‌روزرسانی سایت", "<h1>به‌روزرسانی سایت شهرداری</h1><p>سایت شهرداری شنبه شب دو ساعت در دسترس نیست.</p>"),
    ("Web sitemiz yenilendi", "<h1>Web sitemiz yenilendi</h1><p>Sitemiz cuma günü iki saat bakımda olacak.</p>"),
    ("Domain of the town", "<h1>Domain of the town</h1><p>The town bought its domain back from a dealer.</p>"),
    ("Account of the fair", "<h1>Account of the fair</h1><p>The account of the fair was suspended by the bank.</p>"),
    ("Town", "<h1>Not found guilty</h1><p>The court spoke on Monday afternoon.</p>"),
]  # fmt: skip


@pytest.mark.parametrize(("title", "body", "refusal"), REFUSED)
def test_a_page_that_is_no_article_is_refused_under_its_name(
    title: str, body: str, refusal: Refusal, make_page: MakePage, now: datetime
) -> None:
    found = read_page(make_page(document(title, body)), now=now)
    assert isinstance(found, NotArticle)
    assert found.refusal is refusal


@pytest.mark.parametrize(("title", "body"), KEPT)
def test_a_short_notice_is_never_refused(title: str, body: str, make_page: MakePage, now: datetime) -> None:
    found = read_page(make_page(document(title, body)), now=now)
    assert isinstance(found, Article), found
    assert found.text


def test_wordpress_marks_its_error_pages(make_page: MakePage, now: datetime) -> None:
    page = document(
        "Town", "<h1>Hello</h1><p>It seems that there is nothing here.</p>", 'class="error404 wide"'
    )
    found = read_page(make_page(page), now=now)
    assert isinstance(found, NotArticle)
    assert found.refusal is Refusal.ERROR_PAGE


@pytest.mark.parametrize(("title", "refusal"), [("Log in", Refusal.LOGIN), ("404", Refusal.ERROR_PAGE)])
def test_what_calls_itself_an_article_or_has_a_long_text_is_one(
    title: str, refusal: Refusal, make_page: MakePage, now: datetime
) -> None:
    body = f"<h1>{title}</h1>{PASSWORD}<p>The council met on Monday and voted.</p>"
    article = '<script type="application/ld+json">{"@type": "NewsArticle"}</script>'
    assert isinstance(read_page(make_page(document(title, body)), now=now), NotArticle)
    assert isinstance(read_page(make_page(document(title, body, head=article)), now=now), Article)
    long = body + "".join(
        f"<p>Item {n}: the council met on Monday and voted for the plan.</p>" for n in range(30)
    )
    assert isinstance(read_page(make_page(document(title, long)), now=now), Article)


@pytest.mark.parametrize(
    "body",
    [
        '<?xml version="1.0"?><rss version="2.0"><channel><title>Town</title></channel></rss>',
        '<?xml version="1.0"?>\n<!-- made by hand --><feed xmlns="http://www.w3.org/2005/Atom"></feed>',
        '{"news": [{"title": "The council met on Monday."}]}',
        '[{"title": "The council met on Monday."}]',
    ],
)
def test_a_feed_or_data_is_no_page_whatever_its_type_says(
    body: str, make_page: MakePage, now: datetime
) -> None:
    found = read_page(make_page(body), now=now)
    assert isinstance(found, NotArticle)
    assert found.refusal is Refusal.NOT_HTML


def test_many_notes_before_the_page_cost_no_time(make_page: MakePage, now: datetime) -> None:
    notes = "".join(f"<!-- note {n} --> \n" for n in range(3000))
    page = document("Road closed", "<h1>Road closed</h1><p>Main Street is closed on Monday.</p>")
    assert isinstance(read_page(make_page(f"{notes}{page}"), now=now), Article)


def test_every_kind_can_be_told() -> None:
    assert {kind.refusal for kind in kinds()} >= {refusal for _, _, refusal in REFUSED} - {Refusal.NO_TEXT}
    for kind in kinds():
        assert kind.titles or kind.starts or kind.marks or kind.says
        assert all(kind.titles)
        assert all(kind.starts)
