"""Scrapy's settings for every crawl, from `scrapy crawl KEY` to the service."""

BOT_NAME = "jarchi"
SPIDER_LOADER_CLASS = "spiders.loader.SourceSpiderLoader"

TWISTED_REACTOR = "twisted.internet.asyncioreactor.AsyncioSelectorReactor"
TWISTED_DNS_RESOLVER = "crawler.guard.GuardingResolver"

ROBOTSTXT_OBEY = True
COOKIES_ENABLED = False
# a proxy from the environment would resolve names itself and defeat the guard
HTTPPROXY_ENABLED = False
DOWNLOAD_VERIFY_CERTIFICATES = True
TELNETCONSOLE_ENABLED = False
# a door for whoever is on this machine, opened anew by each crawl
REMOTE_CONTROL_ENABLED = False
REFERRER_POLICY = "no-referrer"
# nobody reads what it counts, and it looks at every header to do so
DOWNLOADER_STATS = False

# Politeness is the host registry's, shared by all crawls; Scrapy's own delay counts per crawl.
DOWNLOAD_DELAY = 0
CONCURRENT_REQUESTS = 16
CONCURRENT_REQUESTS_PER_DOMAIN = 4
# a page gives one item: Scrapy starts so many tasks for every answer, a hundred unless it is told
CONCURRENT_ITEMS = 4
DOWNLOAD_TIMEOUT = 60
DOWNLOAD_MAXSIZE = 20 * 1024 * 1024
DOWNLOAD_WARNSIZE = 0
# the web alone: no page may name a file of this machine
DOWNLOAD_HANDLERS = {
    "http": "crawler.downloading.GuardedHandler", "https": "crawler.downloading.GuardedHandler",
    "data": None, "file": None, "ftp": None, "s3": None,
}
RETRY_TIMES = 2
REDIRECT_MAX_TIMES = 5

DOWNLOADER_MIDDLEWARES = {
    "scrapy.downloadermiddlewares.robotstxt.RobotsTxtMiddleware": None,
    # switched off above, but named here they would be loaded, and with them two more stacks for HTTP
    "scrapy.downloadermiddlewares.cookies.CookiesMiddleware": None,
    "crawler.middlewares.SourceProxy": 50,
    "crawler.middlewares.SourceSocks": 51,
    "crawler.middlewares.RobotsTxt": 100,
    "crawler.evidence.capturing.CaptureAnswers": 940,  # below HttpCompression: what comes is still packed
    "crawler.middlewares.HostPoliteness": 950,  # nearest to the network: retries and redirects wait as well
}
# roads count for themselves how deep they go
SPIDER_MIDDLEWARES = {"scrapy.spidermiddlewares.depth.DepthMiddleware": None}
ITEM_PIPELINES = {
    "crawler.pipelines.ReadPage": 300,
    "crawler.revisiting.LookAgain": 500,
    "crawler.pipelines.KeepArticle": 800,
}
EXTENSIONS = {
    "crawler.house.House": 0,
    "scrapy.extensions.logstats.LogStats": None,
    "scrapy.extensions.remote_control.RemoteControl": None,
    "scrapy.extensions.corestats.CoreStats": 0,
}
LOG_LEVEL = "INFO"
