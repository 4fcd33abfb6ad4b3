"""The archive as staff meet it: in Chromium, at a desk and on a phone."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest
from playwright.sync_api import Browser, Locator, Page, Request, sync_playwright

from samples import manifest, sources
from samples.serving import SampleSites
from tests.system.servers import Jarchi

pytestmark = pytest.mark.system

DESK, PHONE = {"width": 1280, "height": 900}, {"width": 390, "height": 844}
ARGUMENTS = (
    "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
)
OpenPage = Callable[..., Page]


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The page of a running service whose archive holds what the sample sites published; the sites are gone."""
    folder = tmp_path_factory.mktemp("service")
    jarchi = Jarchi(folder / "home")
    with SampleSites.start() as sites:
        for key, toml in sources(sites.origins).items():
            jarchi.watch(key, f"enabled = false\n{toml}")
        for wave in range(2):
            done = jarchi.run("crawl", *sites.origins)
            assert done.returncode == 0, done.stderr
            assert sites.publish() or wave
    server, address = jarchi.serve(folder / "run")
    with server:
        yield address


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with (
        sync_playwright() as playwright,
        playwright.chromium.launch(executable_path="/usr/bin/chromium", args=ARGUMENTS) as running,
    ):
        yield running


@pytest.fixture
def open_page(browser: Browser, address: str) -> Iterator[OpenPage]:
    """Opens pages of the archive; afterwards none may have complained, or asked another host for anything."""
    complaints: list[str] = []

    def note(request: Request) -> None:
        if urlsplit(request.url).netloc != urlsplit(address).netloc:
            complaints.append(f"asked {request.url}")

    def opened(path: str, size: dict[str, int] = DESK, *, scripts: bool = True) -> Page:
        context = contexts.enter_context(browser.new_context(viewport=size, java_script_enabled=scripts))
        page = context.new_page()
        page.set_default_timeout(10_000)
        page.on("request", note)
        page.on("requestfailed", lambda request: complaints.append(f"failed {request.url}"))
        page.on("response", lambda answer: answer.ok or complaints.append(f"{answer.status} {answer.url}"))
        page.on("websocket", lambda socket: complaints.append(f"socket {socket.url}"))
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("console", lambda said: complaints.append(f"{said.type}: {said.text}"))
        page.goto(address + path)
        return page

    with ExitStack() as contexts:
        yield opened
    assert complaints == []


def total(page: Page) -> int:
    return int(page.get_by_role("status").locator("strong").inner_text().replace(",", ""))


def direction(part: Locator) -> str:
    return str(part.evaluate("part => getComputedStyle(part).direction"))


def gaps(part: Locator, card: Locator) -> tuple[float, float]:
    """How far a text stays away from the left and right sides of its card."""
    left, right = part.evaluate("""part => {
        const range = document.createRange();
        range.selectNodeContents(part);
        const box = range.getBoundingClientRect();
        return [box.left, box.right];
    }""")
    around = card.bounding_box()
    assert around is not None
    return left - around["x"], around["x"] + around["width"] - right


def overflow(page: Page) -> int:
    """By how many pixels the page is wider than its window."""
    return int(page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth"))


@pytest.mark.parametrize(
    ("language", "expected"), [("fa", "rtl"), ("ar", "rtl"), ("en", "ltr"), ("tr", "ltr")]
)
def test_results_and_articles_run_in_their_languages_direction(open_page, language, expected):
    page = open_page(f"/?language={language}")
    card = page.locator("article.hit").first
    title = card.locator("h2")
    assert (direction(title), title.get_attribute("lang")) == (expected, language)
    near_left, near_right = gaps(title.locator("a"), card)
    assert (near_right < near_left) is (expected == "rtl")
    assert min(near_left, near_right) < 40
    title.locator("a").click()
    for part in (page.locator("article h1"), page.locator("article .text")):
        assert (direction(part), part.get_attribute("lang")) == (expected, language)
    assert page.locator("html").get_attribute("lang") == "en"
    assert page.locator("html").get_attribute("dir") == "ltr"


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no-scripts"])
def test_a_typed_search_finds_and_marks_and_facets_narrow(open_page, scripts):
    page = open_page("/", scripts=scripts)
    assert total(page) > manifest().first_wave_kept
    box = page.get_by_role("searchbox")
    box.fill("شیراز")
    assert direction(box) == "rtl"
    box.press("Enter")
    page.wait_for_url("**/?*q=*")
    found = total(page)
    assert 0 < found < manifest().distinct
    marked = page.locator("mark").all_inner_texts()
    assert marked
    assert {text.replace("ي", "ی") for text in marked} == {"شیراز"}

    row = page.locator(".facets a").filter(has_text="Shahr-nama").first
    count = int(row.locator(".count").inner_text())
    row.click()
    page.wait_for_url("**source=aggregator-fa**")
    assert total(page) == count < found
    assert {line.inner_text() for line in page.locator("article.hit .meta > bdi").all()} == {
        "Shahr-nama, news of the cities (sample)"
    }
    page.get_by_title("Remove this filter").click()
    page.wait_for_url(lambda url: "source=" not in url)
    assert total(page) == found


def test_a_chip_of_a_network_narrows_to_it(open_page):
    page = open_page("/")
    everything = total(page)
    chip = page.locator("a.chip.network").first
    name = chip.inner_text()
    chip.click()
    page.wait_for_url("**network=**")
    assert 0 < total(page) < everything
    assert name in page.locator("a.chip.chosen").inner_text()


def test_an_article_names_its_address_in_letters(open_page):
    page = open_page("/?source=aggregator-fa")
    page.locator("article.hit h2 a").first.click()
    link = page.locator(".origin:not(.tellers) a").first
    assert "%" not in link.inner_text()
    assert link.inner_text() == unquote(link.get_attribute("href") or "")


def test_the_register_shows_each_announced_membership_with_its_sentence(open_page):
    page = open_page("/memberships?verb=joined&status=announced")
    rows = page.locator("table.register tbody tr")
    assert rows.count() == len(manifest().announcements)
    for quote in page.locator("blockquote").all():
        first = quote.inner_text().strip()[0]
        assert direction(quote) == ("rtl" if "\u0600" <= first <= "\u06ff" else "ltr")


def test_the_filters_of_the_register_stand_in_one_row_at_a_desk_and_narrow_it(open_page):
    page = open_page("/memberships")
    fields = page.locator("form.fields label").all()
    assert len({round(field.bounding_box()["y"]) for field in fields}) == 1
    page.locator("input[name=city]").fill("شیراز")
    page.get_by_label("What happened").select_option("joined")
    page.get_by_role("button", name="Apply").click()
    assert page.get_by_role("status").inner_text() == "1 membership, newest first"
    page.get_by_title("Remove this filter").filter(has_text="City").click()
    assert total(page) > 1


@pytest.mark.parametrize("size", [DESK, PHONE], ids=["desk", "phone"])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_nothing_is_wider_than_the_window(open_page, size, scheme, tmp_path: Path):
    page = open_page("/?q=شیراز", size)
    page.emulate_media(color_scheme=scheme)
    article = page.locator("article.hit h2 a").first.get_attribute("href")
    paths = {
        "search": "/?q=شیراز", "filtered": "/?language=fa&q=عضویت", "newest": "/", "article": article,
        "memberships": "/memberships", "nothing": "/?q=qqqqq", "timeline": "/memberships?view=timeline",
        "status": "/status", "rules": "/rules",
    }
    base = page.url.partition("/?")[0]
    for name, path in paths.items():
        page.goto(base + path)
        page.screenshot(path=tmp_path / f"{name}.png", full_page=True)
        assert overflow(page) <= 0, name
    page.goto(f"{base}/")
    page.get_by_text("Filters", exact=True).click()
    page.screenshot(path=tmp_path / "filters.png")
    assert overflow(page) <= 0
