"""What a worker gives to each of its crawls."""

from scrapy.settings import SETTINGS_PRIORITIES

from scheduler.worker import CrawlSettings


def test_each_crawl_has_settings_of_its_own():
    shared = CrawlSettings()
    shared.setmodule("crawler.settings", priority="project")
    mine = shared.copy()
    assert {name: mine[name] for name in mine} == {name: shared[name] for name in shared}
    assert all(mine.getpriority(name) == shared.getpriority(name) for name in shared)
    mine.set("USER_AGENT", "me", priority="spider")
    mine["DOWNLOADER_MIDDLEWARES"].update({"mine": 1})
    mine["DOWNLOAD_HANDLERS"]["http"] = "mine"
    assert shared["USER_AGENT"] != "me"
    assert "mine" not in shared["DOWNLOADER_MIDDLEWARES"]
    assert shared["DOWNLOAD_HANDLERS"]["http"] != "mine"
    assert mine.getpriority("USER_AGENT") == SETTINGS_PRIORITIES["spider"]
