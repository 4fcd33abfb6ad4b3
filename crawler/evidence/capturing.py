"""The downloader middleware that sees answers before they are unpacked."""

from __future__ import annotations

from typing import Self

from scrapy import Request
from scrapy.crawler import Crawler
from scrapy.exceptions import NotConfigured
from scrapy.http import Response

from crawler.evidence import captures
from crawler.house import House


class CaptureAnswers:
    """Notes each answer as it came; stands between HttpCompression and the network."""

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """As Scrapy builds it; steps aside where no evidence is kept."""
        if not House.of(crawler).facilities.settings.warc_budget:
            raise NotConfigured
        return cls()

    def process_response(self, request: Request, response: Response) -> Response:
        """Note it, and hand it on as it is."""
        captures.note(request, response)
        return response
