"""The plain stack: what one builds in a day out of good parts. `python -m benchmarks.fetching.plain LIST DATABASE READERS`.

Scrapy fetches, a pool of processes reads with trafilatura as it comes, langdetect names the language, datasketch
finds near-duplicates, SQLite takes row by row.
"""

from __future__ import annotations

import asyncio
import json
import sqlite3
import sys
from collections.abc import AsyncIterator
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import Any, ClassVar

from datasketch import MinHash, MinHashLSH
from langdetect import DetectorFactory, detect
from scrapy import Request, Spider
from scrapy.crawler import AsyncCrawlerProcess
from scrapy.http import Response
from trafilatura import bare_extraction
from trafilatura.settings import Document

_SHINGLE, _PERMUTATIONS, _SIMILAR = 3, 128, 0.7
_TABLE = """
CREATE TABLE article (url TEXT PRIMARY KEY, title TEXT, text TEXT, date TEXT, author TEXT, language TEXT, twin TEXT)
"""


def read(body: bytes, url: str) -> tuple[dict[str, str | None], MinHash] | None:
    """An article with its signature; None where there is none."""
    found = bare_extraction(body, url=url, with_metadata=True)
    if not isinstance(found, Document) or not found.text:
        return None
    DetectorFactory.seed = 0
    words = found.text.split()
    signature = MinHash(num_perm=_PERMUTATIONS)
    for start in range(max(1, len(words) - _SHINGLE + 1)):
        signature.update(" ".join(words[start : start + _SHINGLE]).encode())
    row = {
        "url": url, "title": found.title, "text": found.text, "date": found.date, "author": found.author,
        "language": detect(found.text),
    }  # fmt: skip
    return row, signature


class PlainSpider(Spider):
    """Fetches a list of addresses, and stores what it reads."""

    name = "plain"
    addresses: ClassVar[list[str]] = []
    pool: ClassVar[ProcessPoolExecutor]
    database: ClassVar[sqlite3.Connection]
    similar: ClassVar[MinHashLSH]
    kept: ClassVar[int] = 0

    async def start(self) -> AsyncIterator[Any]:
        """A request for each."""
        for address in self.addresses:
            yield Request(address)

    async def parse(self, response: Response) -> None:
        """Read in the pool, look for a twin, store."""
        loop = asyncio.get_running_loop()
        found = await loop.run_in_executor(self.pool, read, response.body, response.url)
        if found is None:
            return
        row, signature = found
        twins = self.similar.query(signature)
        self.similar.insert(row["url"], signature)
        with self.database:
            self.database.execute(
                "INSERT INTO article VALUES (:url, :title, :text, :date, :author, :language, :twin)",
                {**row, "twin": twins[0] if twins else None},
            )
        PlainSpider.kept += 1


def main(listed: str, database: str, readers: str) -> None:
    """Crawl, and print how many articles were kept."""
    PlainSpider.addresses = Path(listed).read_text(encoding="ascii").split()
    PlainSpider.similar = MinHashLSH(threshold=_SIMILAR, num_perm=_PERMUTATIONS)
    PlainSpider.database = sqlite3.connect(database)
    PlainSpider.database.execute(_TABLE)
    with ProcessPoolExecutor(int(readers)) as pool:
        PlainSpider.pool = pool
        process = AsyncCrawlerProcess({"ROBOTSTXT_OBEY": True, "LOG_LEVEL": "WARNING", "DOWNLOAD_DELAY": 0})
        process.crawl(PlainSpider)
        process.start()
    print(json.dumps({"kept": PlainSpider.kept}))


if __name__ == "__main__":
    main(*sys.argv[1:])
