from scrapy.settings import Settings

from news.values import Source, Tls
from spiders.loader import spider_class


def settings_of(source: Source) -> Settings:
    settings = Settings()
    settings.setmodule("crawler.settings", priority="project")
    spider_class(source).update_settings(settings)
    return settings


def test_every_crawl_says_who_asks_and_verifies_certificates(monkeypatch):
    monkeypatch.setenv("JARCHI_CONTACT", "https://desk.example.org/")
    settings = settings_of(Source(key="a", name="A", feeds=("https://a.example/feed",)))
    assert "Jarchi/" in settings["USER_AGENT"]
    assert "https://desk.example.org/" in settings["USER_AGENT"]
    assert settings.getbool("DOWNLOAD_VERIFY_CERTIFICATES")
    assert not settings.getbool("HTTPPROXY_ENABLED")


def test_only_a_source_that_says_so_is_fetched_without_verifying():
    settings = settings_of(Source(key="a", name="A", feeds=("https://a.example/feed",), tls=Tls.LAX))
    assert not settings.getbool("DOWNLOAD_VERIFY_CERTIFICATES")


def test_a_source_goes_by_its_own_proxy_robots_txt_included(desk, make_site):
    proxy = make_site()
    site = make_site(proxy=proxy.address)
    proxy.show(f"{site.address}/robots.txt", "", kind="text/plain")
    proxy.feed(path=f"{site.address}/feed")
    desk.crawl(site.key)
    assert proxy.asked == [f"{site.address}/robots.txt", f"{site.address}/feed"]
    assert site.asked == []


def test_no_page_can_name_a_file_of_this_machine():
    settings = settings_of(Source(key="a", name="A", feeds=("https://a.example/feed",)))
    handlers = {scheme for scheme, handler in settings.getwithbase("DOWNLOAD_HANDLERS").items() if handler}
    assert handlers == {"http", "https"}
