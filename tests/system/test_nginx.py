"""What a real web server in front of a site does to validators, to robots.txt and to redirects."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from samples import manifest, sources
from samples.serving import SampleSites
from tests.system.servers import Jarchi, Nginx, free_port

pytestmark = pytest.mark.system

SITE = "municipality-fa"
#: Files beside the configuration that put the site into a state, as webmasters do it.
MAINTENANCE, NO_ROBOTS = "maintenance", "no-robots"
PASSAGE = "<p>The council met on Monday and spoke at length about benches, lamps and the width of the pavement.</p>"
#: Ways to write an address that nobody on the outside may lead us to; {port} is one where something answers.
HIDDEN = (
    "http://169.254.169.254/latest/meta-data/",
    "http://127.0.0.2:{port}/",
    "http://2130706434:{port}/",
    "http://0x7f.0.0.2:{port}/",
    "http://0177.0.0.2:{port}/",
    "http://[::ffff:127.0.0.2]:{port}/",
    "http://[::1]:{port}/",
    "http://0.0.0.0:{port}/",
)


@pytest.fixture
def front(tmp_path: Path, jarchi: Jarchi) -> Iterator[Nginx]:
    """nginx before a sample site that Jarchi watches through it."""
    folder = tmp_path / "nginx"
    with SampleSites.start() as sites:
        block = f"""
            set $closed 0;
            if (-f {folder}/{MAINTENANCE}) {{ set $closed 1; }}
            if ($closed) {{ return 503; }}
            location = /robots.txt {{
                if (-f {folder}/{NO_ROBOTS}) {{ return 503; }}
                proxy_pass {sites.origins[SITE]}robots.txt;
            }}
            location / {{ proxy_pass {sites.origins[SITE]}; proxy_set_header Host $http_host; }}
        """
        with Nginx(folder, block) as running:
            jarchi.watch(SITE, sources({SITE: running.origin})[SITE])
            yield running


def feeds(nginx: Nginx) -> list[tuple[int, str]]:
    """Status and encoding of each answer that was the feed."""
    return [(request.status, request.encoding) for request in nginx.requests() if request.path == "/fa/rss"]


def test_a_feed_weakened_by_gzip_answers_304_to_the_second_crawl(front, jarchi):
    first = jarchi.crawl(SITE)
    assert first["new"] == manifest().first_wave[SITE]
    packed = next(request for request in front.requests() if request.path == "/fa/rss")
    assert packed.etag.startswith('W/"')

    second = jarchi.crawl(SITE)
    assert (second["code"], second["fetched"], second["not_modified"]) == (0, 0, 1)
    assert feeds(front) == [(200, "gzip"), (304, "")]
    asked = front.requests()[-1]
    assert asked.if_none_match == packed.etag.removeprefix("W/")
    assert asked.if_modified_since
    assert "Jarchi/" in asked.agent


def test_maintenance_fails_the_crawl_by_name_and_the_next_one_makes_it_good(front, jarchi):
    switch = front.said.with_name(MAINTENANCE)
    switch.touch()
    closed = jarchi.crawl(SITE)
    assert closed["code"] == 1
    assert closed["new"] == closed["fetched"] == 0
    assert closed["failed"] == {"robots": 1}
    switch.unlink()
    opened = jarchi.crawl(SITE)
    assert (opened["code"], opened["failed"], opened["new"]) == (0, {}, manifest().first_wave[SITE])


def test_nothing_is_fetched_while_robots_txt_is_out_of_order(front, jarchi):
    """RFC 9309, 2.3.1.4: unreachable through a server's fault means that everything is forbidden."""
    switch = front.said.with_name(NO_ROBOTS)
    switch.touch()
    run = jarchi.crawl(SITE)
    assert (run["code"], run["failed"]) == (1, {"robots": 1})
    assert {request.path for request in front.requests()} == {"/robots.txt"}
    switch.unlink()
    assert jarchi.crawl(SITE)["new"] == manifest().first_wave[SITE]


@pytest.fixture
def redirecting(tmp_path: Path, jarchi: Jarchi) -> Iterator[Nginx]:
    """A site of files whose feed has one honest article, and others that lead into private networks."""
    folder, port = tmp_path / "files", free_port()
    (folder / "site").mkdir(parents=True)
    targets = [target.format(port=port) for target in HIDDEN]
    locations = "".join(f"location = /away/{n} {{ return 302 {target}; }}\n" for n, target in enumerate(targets))
    block = f"""
        listen 127.0.0.2:{port};
        root {folder}/site;
        location = /moved.rss {{ return 302 http://127.0.0.2:{port}/feed.rss; }}
        {locations}
    """
    with Nginx(folder, block, port) as running:
        pages = [f"{running.origin}benches.html", *(f"{running.origin}away/{n}" for n in range(len(targets)))]
        items = "".join(f"<item><title>Item {n}</title><link>{page}</link></item>" for n, page in enumerate(pages))
        _write(folder / "site", items)
        jarchi.watch("files", f'name = "Files"\nfeeds = ["{running.origin}feed.rss"]\n')
        jarchi.watch("moved", f'name = "Moved"\nfeeds = ["{running.origin}moved.rss"]\n')
        yield running


def _write(folder: Path, items: str) -> None:
    (folder / "robots.txt").write_text("User-agent: *\nAllow: /\n")
    (folder / "feed.rss").write_text(
        f'<?xml version="1.0"?><rss version="2.0"><channel><title>Files</title>{items}</channel></rss>'
    )
    page = f"<html lang=en><title>Benches</title><article><h1>Benches</h1>{PASSAGE * 5}</article></html>"
    (folder / "benches.html").write_text(page)
    (folder / "index.html").write_text(page.replace("Benches", "Hidden"))


def test_no_redirect_leads_into_a_network_that_is_not_allowed(redirecting, jarchi):
    run = jarchi.crawl("files")
    assert run["new"] == 1
    assert run["failed"] == {"private-address": len(HIDDEN)}
    assert {request.server for request in redirecting.requests()} == {"127.0.0.1"}
    assert set(jarchi.articles()) == {"Item 0"}


def test_a_feed_that_moved_into_a_private_network_is_a_failed_crawl(redirecting, jarchi):
    run = jarchi.crawl("moved")
    assert (run["code"], run["failed"]) == (1, {"private-address": 1})
    assert {request.server for request in redirecting.requests()} == {"127.0.0.1"}
