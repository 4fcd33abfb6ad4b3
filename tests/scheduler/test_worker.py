"""What a worker gives to each of its crawls."""

import subprocess
import sys

from scrapy.settings import SETTINGS_PRIORITIES

from scheduler.executor import _WORKER
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


def test_a_crawl_loads_no_second_stack_for_http():
    """Aiohttp and requests came with extensions that are switched off: a tenth of a second, and 15 MB."""
    program = (
        "import sys\n"
        "from scrapy.utils.conf import build_component_list\n"
        "from scrapy.utils.misc import load_object\n"
        "from scheduler.worker import CrawlSettings\n"
        "settings = CrawlSettings()\n"
        "settings.setmodule('crawler.settings', priority='project')\n"
        "for table in ('DOWNLOADER_MIDDLEWARES', 'SPIDER_MIDDLEWARES', 'EXTENSIONS'):\n"
        "    for part in build_component_list(settings.getwithbase(table)):\n"
        "        load_object(part)\n"
        "print(sorted({'aiohttp', 'requests', 'tldextract'} & set(sys.modules)))"
    )
    said = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert said.stdout.strip() == "[]"


def test_the_server_of_readers_is_begun_before_a_crawl_is_loaded():
    """Its second of loading passes on another core; without work it ends with its worker."""
    program = _WORKER.partition("from scheduler.worker")[0] + (
        "import sys; from multiprocessing.forkserver import _forkserver; "
        "print(_forkserver._forkserver_pid > 0, 'scrapy' in sys.modules, 'reading.pages' in sys.modules)"
    )
    said = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert said.stdout.split() == ["True", "False", "False"]
