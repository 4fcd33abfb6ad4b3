"""What the sites of each shape show; all texts are ours."""

import gzip
import json
from datetime import UTC, datetime, timedelta
from html import escape
from urllib.parse import quote

from tests.crawler.conftest import Site, item

NOW = datetime.now(UTC).replace(microsecond=0)
TITLES = {
    "en": (
        "The old bridge over the river opens again",
        "Council decides on the new tram to the harbour",
        "Three schools receive solar roofs this winter",
        "The market hall stays open on Sunday evenings",
        "Volunteers plant four hundred trees in the park",
        "Night buses will run to every district from May",
    ),
    "fa": (
        "پل تازهٔ رودخانه به روی خودروها باز شد",
        "شورای شهر بودجهٔ سال آینده را تصویب کرد",
        "بوستان محلهٔ جنوبی گسترش می‌یابد",
        "خط دوم اتوبوس تندرو آغاز به کار کرد",
        "کتابخانهٔ مرکزی تا نیمه‌شب باز است",
        "بازار روز محله در زمین تازه برپا می‌شود",
    ),
    "ar": (
        "البلدية تفتتح حديقة جديدة في الحي الشرقي",
        "المجلس يوافق على موازنة السنة المقبلة",
        "خط جديد للحافلات يصل الميناء بوسط المدينة",
        "المكتبة العامة تمدد ساعات العمل مساء",
        "ورشة لتدريب الشباب على صيانة الدراجات",
        "أعمال ترميم السوق القديم تنتهي في الربيع",
    ),
    "tr": (
        "Sahil yolundaki yeni köprü trafiğe açıldı",
        "Belediye meclisi gelecek yılın bütçesini onayladı",
        "Mahalle parkına dört yüz fidan dikildi",
        "Gece otobüsleri bütün ilçelere ulaşacak",
        "Halk kütüphanesi hafta sonu da açık olacak",
        "Eski çarşının onarımı ilkbaharda bitiyor",
    ),
    "fr": (
        "Le vieux pont rouvre aux voitures",
        "Le conseil vote le budget de l’an prochain",
        "Le parc du sud s’agrandit cet hiver",
        "Une nouvelle ligne de bus relie le port au centre",
        "La bibliothèque reste ouverte le soir",
        "Le marché couvert est rénové",
    ),
    "es": (
        "El viejo puente sobre el río vuelve a abrirse",
        "El pleno aprueba el presupuesto del próximo año",
        "El parque del sur crece este invierno",
        "Una nueva línea de autobús une el puerto y el centro",
        "La biblioteca abrirá también por la noche",
        "El mercado cubierto termina su reforma",
    ),
    "de": (
        "Die alte Brücke über den Fluss ist wieder offen",
        "Der Rat beschließt den Haushalt des nächsten Jahres",
        "Der Südpark wird in diesem Winter größer",
        "Eine neue Buslinie verbindet den Hafen mit der Stadtmitte",
        "Die Bücherei öffnet auch am Abend",
        "Die Markthalle ist fertig erneuert",
    ),
    "ru": (
        "Старый мост через реку снова открыт для машин",
        "Совет утвердил бюджет города на следующий год",
        "Южный парк станет больше этой зимой",
        "Новый автобус свяжет порт с центром города",
        "Библиотека будет работать и по вечерам",
        "Ремонт крытого рынка подходит к концу",
    ),
}
TEXTS = {
    "en": (
        "The mayor said on Monday that the work had taken two years and that the people who live near the river had been patient.",
        "Engineers from the city checked every beam before the first cars were let across in the morning.",
        "The council paid for most of the work, and the rest came from a fund for old buildings.",
        "Residents who want to know more can visit the town hall, where plans and pictures are on show this month.",
    ),
    "fa": (
        "شهردار در نشست روز دوشنبه گفت که این کار دو سال زمان برده و ساکنان محله در این مدت شکیبا بوده‌اند.",
        "کارشناسان شهرداری پیش از بازگشایی همهٔ بخش‌ها را بررسی کردند و گزارش خود را به شورا دادند.",
        "بیشتر هزینهٔ این کار را شهرداری پرداخته و بخش دیگر آن از صندوق نوسازی آمده است.",
        "شهروندانی که می‌خواهند بیشتر بدانند می‌توانند به ساختمان مرکزی بروند و نقشه‌ها را ببینند.",
    ),
    "ar": (
        "قال رئيس البلدية في اجتماع يوم الاثنين إن العمل استغرق سنتين وإن سكان الحي صبروا كثيرا خلال هذه المدة.",
        "وفحص مهندسو البلدية جميع الأجزاء قبل الافتتاح وقدموا تقريرهم إلى المجلس.",
        "ودفعت البلدية معظم التكاليف، أما الباقي فجاء من صندوق لترميم المباني القديمة.",
        "ويستطيع السكان الراغبون في معرفة المزيد زيارة المبنى الرئيسي والاطلاع على المخططات هذا الشهر.",
    ),
    "tr": (
        "Belediye başkanı pazartesi günü yaptığı açıklamada çalışmaların iki yıl sürdüğünü ve mahallelinin sabırlı davrandığını söyledi.",
        "Belediyenin mühendisleri açılıştan önce bütün bölümleri inceledi ve raporlarını meclise sundu.",
        "Masrafların çoğunu belediye karşıladı, kalanı ise eski yapılar için kurulan fondan geldi.",
        "Daha fazla bilgi almak isteyen yurttaşlar ana binaya gelerek planları bu ay boyunca görebilir.",
    ),
    "fr": (
        "Le maire a déclaré lundi que les travaux avaient duré deux ans et que les habitants du quartier avaient été patients.",
        "Les ingénieurs de la ville ont contrôlé chaque partie avant l’ouverture et ont remis leur rapport au conseil.",
        "La commune a payé la plus grande part, et le reste vient d’un fonds pour les bâtiments anciens.",
        "Les habitants qui souhaitent en savoir plus peuvent venir à l’hôtel de ville et consulter les plans ce mois-ci.",
    ),
    "es": (
        "El alcalde dijo el lunes que las obras habían durado dos años y que los vecinos del barrio habían tenido paciencia.",
        "Los ingenieros de la ciudad revisaron cada parte antes de la apertura y entregaron su informe al pleno.",
        "El ayuntamiento pagó la mayor parte, y el resto viene de un fondo para edificios antiguos.",
        "Los vecinos que quieran saber más pueden acercarse a la casa consistorial y ver los planos durante este mes.",
    ),
    "de": (
        "Der Bürgermeister sagte am Montag, die Arbeiten hätten zwei Jahre gedauert und die Anwohner seien geduldig gewesen.",
        "Fachleute der Stadt prüften vor der Öffnung jeden Teil und übergaben dem Rat ihren Bericht.",
        "Den größten Teil hat die Stadt bezahlt, der Rest kommt aus einer Kasse für alte Bauten.",
        "Wer mehr wissen möchte, kann ins Rathaus kommen und sich dort in diesem Monat die Pläne ansehen.",
    ),
    "ru": (
        "Мэр сказал в понедельник, что работы длились два года и что жители района были терпеливы.",
        "Инженеры города проверили каждую часть перед открытием и передали совету свой отчёт.",
        "Большую часть работ оплатил город, остальное пришло из фонда старых зданий.",
        "Жители, которые хотят узнать больше, могут прийти в мэрию и посмотреть чертежи в этом месяце.",
    ),
}
MENUS = {
    "en": ("Home", "About us", "Contact", "Departments"), "fa": ("خانه", "دربارهٔ ما", "تماس", "میز خدمت"),
    "ar": ("الرئيسية", "من نحن", "اتصل بنا", "الخدمات"), "tr": ("Ana sayfa", "Hakkımızda", "İletişim", "Birimler"),
}  # fmt: skip
MENU_PATHS = ("/", "/about", "/contact", "/departments")
FARSI = str.maketrans("0123456789", "۰۱۲۳۴۵۶۷۸۹")
SITEMAP = '<?xml version="1.0"?><{0} xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">{1}</{0}>'


def page(language: str, name: str, main: str, *, head: str = "", title: str = "", menu: str = "") -> str:
    """A page in the frame of its site."""
    links = "".join(
        f'<li><a href="{path}">{text}</a></li>'
        for path, text in zip(MENU_PATHS, MENUS[language], strict=True)
    )
    return (
        f'<!doctype html><html lang="{language}"><head><meta charset="utf-8"><title>{title or MENUS[language][0]} | {name}</title>'
        f"{head}</head><body><header><nav><ul>{links}{menu}</ul></nav></header><main>{main}</main>"
        f"<footer><p>{name}</p></footer></body></html>"
    )


def article(
    site: Site, path: str, language: str, number: int, name: str, *, date: str = "", head: str = ""
) -> None:
    """A page of news under a path."""
    title, text = TITLES[language][number], "".join(f"<p>{line}</p>" for line in TEXTS[language])
    main = f'<article><h1>{title}</h1><p class="date">{date}</p><p>{title}.</p>{text}</article>'
    site.show(path, page(language, name, main, title=title, head=head))


def published(number: int) -> datetime:
    return NOW - timedelta(days=number + 1)


def day(number: int) -> str:
    return published(number).strftime("%Y-%m-%d")


def headlines(paths: list[str], language: str, dates: list[str] | None = None) -> str:
    """A list of linked titles."""
    rows = zip(paths, TITLES[language], dates or [""] * len(paths), strict=False)
    return "".join(
        f'<div class="item"><h3><a href="{path}">{title}</a></h3><span>{date}</span></div>'
        for path, title, date in rows
    )


def feed(site: Site, paths: list[str], language: str, path: str, title: str) -> None:
    rows = (
        item(f"{site.address}{target}", TITLES[language][number], published=published(number))
        for number, target in enumerate(paths)
    )
    body = f'<rss version="2.0"><channel><title>{title}</title>{"".join(rows)}</channel></rss>'
    site.show(path, body, kind="application/rss+xml; charset=utf-8")


def wordpress(site: Site) -> None:
    """Feed, REST and a sitemap; posts stand right under the root, as pages do."""
    name = "The Harbour Gazette"
    paths = [f"/{TITLES['en'][number].lower().replace(' ', '-')}/" for number in range(6)]
    head = (
        '<meta name="generator" content="WordPress 6.8"><link rel="https://api.w.org/" href="/wp-json/">'
        '<link rel="alternate" type="application/rss+xml" href="/comments/feed/">'
        '<link rel="alternate" type="application/rss+xml" href="/feed/">'
    )
    site.show("/", page("en", name, headlines(paths, "en"), head=head))
    feed(site, paths[:3], "en", "/feed/", name)
    feed(site, paths[3:], "en", "/comments/feed/", "Comments")
    for number, path in enumerate(paths):
        article(site, path, "en", number, name)
    posts = [
        {
            "link": f"{site.address}{path}",
            "title": {"rendered": TITLES["en"][number]},
            "date_gmt": published(number).strftime("%Y-%m-%dT%H:%M:%S"),
            "content": {"rendered": "", "protected": False},
        }
        for number, path in enumerate(paths)
    ]
    site.on("/wp-json/wp/v2/posts", json.dumps(posts), kind="application/json")
    site.show(
        "/wp-json/", json.dumps({"name": name, "timezone_string": "Europe/Lisbon"}), kind="application/json"
    )


def mistyped_feed(site: Site) -> None:
    """The head names a feed that is empty, under a type that is not its own; the right one stands at the usual place."""
    name = "Valley Town"
    head = '<link rel="alternate" type="application/atom+xml" href="/fed">'
    site.show("/", page("en", name, "<p>Welcome to the valley.</p>", head=head))
    site.show("/fed", '<rss version="2.0"><channel><title>x</title></channel></rss>', kind="text/html")
    paths = [f"/story.php?id={number}" for number in range(6)]
    feed(site, paths, "en", "/rss.xml", name)
    for number, path in enumerate(paths):
        article(site, path, "en", number, name)


def sitemap_only(site: Site) -> None:
    """An index of packed sitemaps; robots.txt names it, and nothing links to the news."""
    name = "Hill District"
    site.show("/", page("en", name, "<p>All our services on one page.</p>"))
    site.show(
        "/robots.txt", f"User-agent: *\nAllow: /\nSitemap: {site.address}/maps/index.xml\n", kind="text/plain"
    )
    parts = "".join(
        f"<sitemap><loc>{site.address}/maps/{part}.xml.gz</loc></sitemap>" for part in ("pages", "news")
    )
    site.show("/maps/index.xml", SITEMAP.format("sitemapindex", parts), kind="application/xml")
    paths = [f"/bulletin/{TITLES['en'][number].lower().replace(' ', '-')}" for number in range(6)]
    for number, path in enumerate(paths):
        article(site, path, "en", number, name, date=published(number).strftime("%d %B %Y"))
    statics = [f"/services/{word}" for word in ("water", "waste", "permits", "parking")]
    for path in statics:
        site.show(path, page("en", name, "<h1>Service</h1><p>Ask at the desk.</p>", title="Service"))
    for part, listed in (("pages", statics), ("news", paths)):
        rows = "".join(f"<url><loc>{site.address}{path}</loc></url>" for path in listed)
        packed = gzip.compress(SITEMAP.format("urlset", rows).encode())
        site.show(f"/maps/{part}.xml.gz", packed, kind="application/octet-stream")


def numbered_list(site: Site) -> None:
    """A page of news that the menu names; its articles have nothing but numbers."""
    name = "Lake City"
    menu = '<li><a href="/all">Latest news</a></li>'
    paths = [f"/news/{1200 + number}" for number in range(6)]
    site.show("/", page("en", name, "<p>Welcome to the lake.</p>", menu=menu))
    older = '<div class="pages"><a class="older" href="/all?page=2">Older posts</a></div>'
    site.show(
        "/all",
        page("en", name, headlines(paths, "en", [day(number) for number in range(6)]) + older, menu=menu),
    )
    for number, path in enumerate(paths):
        article(site, path, "en", number, name, date=day(number))


def dated_list(site: Site) -> None:
    """Dates in the paths, and the list on the home page."""
    name = "Plain Village"
    paths = [
        f"/{published(number):%Y/%m}/{TITLES['en'][number].lower().replace(' ', '-')}.html"
        for number in range(6)
    ]
    site.show("/", page("en", name, headlines(paths, "en")))
    for number, path in enumerate(paths):
        article(site, path, "en", number, name, date=day(number))


def portal_fa(site: Site) -> None:
    """A municipal portal: numbers and titles in the addresses, Jalali dates in the list."""
    name = "شهرداری یزد"
    dates = [f"1405/{6 - number:02}/1{number}".translate(FARSI) for number in range(6)]
    paths = [f"/fa/news/{31000 + number}/{TITLES['fa'][number].replace(' ', '-')}" for number in range(6)]
    services = "".join(
        f'<li><a href="/fa/service/{number}">خدمت شمارهٔ {number} شهرداری</a></li>' for number in range(4)
    )
    site.show(
        "/",
        page("fa", name, headlines(paths, "fa", dates) + f'<div class="sidebar"><ul>{services}</ul></div>'),
    )
    for number, path in enumerate(paths):
        article(site, quote(path), "fa", number, name, date=f"تاریخ انتشار: {dates[number]}")


def site_ar(site: Site) -> None:
    """An Arabic list with months in words."""
    name = "بلدية طرابلس"
    dates = [f"{10 + number} سبتمبر 2026" for number in range(6)]
    paths = [f"/node/{number + 41}" for number in range(6)]
    site.show("/", page("ar", name, headlines(paths, "ar", dates)))
    for number, path in enumerate(paths):
        article(site, path, "ar", number, name, date=dates[number])


def site_tr(site: Site) -> None:
    """A Turkish list of addresses with a parameter."""
    name = "Konya Büyükşehir Belediyesi"
    dates = [f"{10 + number} Eylül 2026" for number in range(6)]
    paths = [f"/haberdetay.aspx?HaberID={number + 900}" for number in range(6)]
    site.show("/", page("tr", name, headlines(paths, "tr", dates)))
    for number, path in enumerate(paths):
        article(site, path, "tr", number, name, date=dates[number])


def versions(site: Site) -> None:
    """Turkish at the root and English beside it, a feed each."""
    name = "UCLG-MEWA"
    head = '<link rel="alternate" hreflang="en" href="/en/"><link rel="alternate" hreflang="tr" href="/"><link rel="alternate" type="application/rss+xml" href="{}">'
    for root, language in (("/", "tr"), ("/en/", "en")):
        paths = [f"{root}haber/{number + 1}" for number in range(6)]
        site.show(root, page(language, name, headlines(paths, language), head=head.format(f"{root}feed")))
        feed(site, paths, language, f"{root}feed", name)
        for number, path in enumerate(paths):
            date = f'<meta property="article:published_time" content="{published(number):%Y-%m-%dT%H:%M:%S}+03:00">'
            article(site, path, language, number, name, head=date)


def stale_feed(site: Site) -> None:
    """The feed stopped years ago; the home page lists what it does not show."""
    name = "Old Port"
    head = '<link rel="alternate" type="application/rss+xml" href="/rss">'
    paths = [f"/posts/{number + 70}" for number in range(6)]
    site.show(
        "/", page("en", name, headlines(paths[:4], "en", [day(number) for number in range(4)]), head=head)
    )
    feed(site, paths[4:], "en", "/rss", name)
    for number, path in enumerate(paths):
        article(site, path, "en", number, name, date=day(number))


def nothing(site: Site) -> None:
    """A page and no news."""
    site.show("/", page("en", "Quiet Place", "<p>There is nothing to read here yet.</p>"))


def empty(site: Site) -> None:
    site.show("/", "")


def challenge(site: Site) -> None:
    site.show(
        "/",
        "<html><head><title>Just a moment...</title></head><body><h1>Just a moment...</h1></body></html>",
        status=503,
    )


def forbidden(site: Site) -> None:
    site.show("/robots.txt", "User-agent: *\nDisallow: /\n", kind="text/plain")
    numbered_list(site)


def broken(site: Site) -> None:
    site.show("/", escape("<broken>"), status=404)


SHAPES = {
    "wordpress": wordpress, "mistyped": mistyped_feed, "sitemap": sitemap_only, "numbers": numbered_list, "dates": dated_list,
    "portal-fa": portal_fa, "arabic": site_ar, "turkish": site_tr, "versions": versions, "stale": stale_feed,
    "nothing": nothing, "empty": empty, "challenge": challenge, "forbidden": forbidden, "broken": broken,
}  # fmt: skip
