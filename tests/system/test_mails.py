"""Mails as readers meet them: in Chromium, at a desk and on a phone, in both directions of writing."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from alerts.letters import digest
from alerts.links import Links
from alerts.wording import LANGUAGES
from news.values import Evidence, Freshness, MembershipEvent, Status, Verb
from storage.digests import Unread
from storage.outbox import Delivery

pytestmark = pytest.mark.system

DESK, PHONE = {"width": 1280, "height": 900}, {"width": 390, "height": 844}
NOW = datetime(2024, 5, 1, 9, tzinfo=UTC)
#: a network that not every language has a name for, an address that nothing breaks, sentences of both directions
EVENTS = (
    ("111822", "amf", "شهرداری یزد به عضویت مجمع شهرداران آسیا (Asian Mayors Forum) درآمد.", "fa"),
    ("112931", "gpm", "Tehran has joined the Global Parliament of Mayors, the agency reported.", "en"),
)


def written(language: str) -> str:
    """A digest with everything that a letter may hold."""
    deliveries = [
        Delivery(
            id=number,
            event=MembershipEvent(
                id=number,
                member=member,
                network=network,
                verb=Verb.JOINED,
                episode=1,
                status=Status.ANNOUNCED,
                confidence=0.9,
                first_reported=NOW,
                freshness=Freshness.NEWS,
                evidence=(
                    Evidence(
                        article=number,
                        url=f"https://news.example/{'%D8%B4' * 60}",
                        source="",
                        sentence=sentence,
                        confidence=0.9,
                        language=spoken,
                    ),
                ),
            ),
            status=Status.ANNOUNCED,
            rule="new-memberships",
            recipient="desk@example.org",
            created_at=NOW,
            attempts=0,
            sent_at=None,
            error=None,
        )
        for number, (member, network, sentence, spoken) in enumerate(EVENTS, start=1)
    ]
    links = Links(base_url="https://jarchi.example.org", key=b"k" * 32)
    unread = (Unread(source="yazd", since=None), Unread(source="shiraz", since=NOW))
    return digest(deliveries, unread, NOW, language, links).html


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    arguments = ("--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking")
    with (
        sync_playwright() as playwright,
        playwright.chromium.launch(executable_path="/usr/bin/chromium", args=arguments) as running,
    ):
        yield running


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    page = browser.new_page()
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    yield page
    page.close()
    assert asked == []  # a letter that loads something tells who reads it


@pytest.mark.parametrize("size", [DESK, PHONE], ids=["desk", "phone"])
@pytest.mark.parametrize("language", LANGUAGES)
def test_a_mail_runs_in_its_direction_and_fits_its_window(
    page: Page, language: str, size: dict[str, int]
) -> None:
    page.set_viewport_size(size)  # type: ignore[arg-type]
    page.set_content(written(language))
    ours = "rtl" if language in ("fa", "ar") else "ltr"
    style = "part => getComputedStyle(part).direction"
    assert page.locator("body").evaluate(style) == ours
    assert page.locator("h1").evaluate(style) == ours
    assert [quote.evaluate(style) for quote in page.locator("blockquote").all()] == ["rtl", "ltr"]
    assert page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth") <= 0
    first = page.locator("li").first.bounding_box()
    assert first is not None
    assert first["x"] >= 0
    assert first["x"] + first["width"] <= size["width"]


def test_a_name_of_the_other_direction_stands_whole_inside_a_headline(page: Page) -> None:
    """In Arabic «Tehran joined Global Parliament of Mayors»: the Latin words keep their order, left of the Arabic ones."""
    page.set_viewport_size(DESK)  # type: ignore[arg-type]
    page.set_content(written("ar"))
    places = (
        page.locator("h2")
        .nth(1)
        .evaluate("""part => {
        const text = part.firstChild, found = {};
        for (const word of ["Global", "Mayors", "إلى"]) {
            const range = document.createRange(), start = text.data.indexOf(word);
            range.setStart(text, start);
            range.setEnd(text, start + word.length);
            found[word] = range.getBoundingClientRect().left;
        }
        return found;
    }""")
    )
    assert places["Global"] < places["Mayors"] < places["إلى"]


@pytest.mark.parametrize("language", ["en", "fa"])
def test_a_mail_read_in_the_dark_is_light_on_dark(browser: Browser, language: str) -> None:
    with browser.new_context(color_scheme="dark") as dark:
        page = dark.new_page()
        page.set_content(written(language))
        shade = "part => Math.max(...getComputedStyle(part).color.match(/\\d+/g).slice(0, 3).map(Number))"
        assert page.locator("h1").evaluate(shade) > 200
        link = page.locator("li a").first
        assert link.evaluate("part => getComputedStyle(part).color") != "rgb(0, 0, 238)"


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_long_address_is_shown_short_and_from_left_to_right(page: Page, language: str) -> None:
    page.set_content(written(language))
    shown = page.locator("li a").first
    assert shown.inner_text().startswith("news.example/ششش")
    assert len(shown.inner_text()) <= 60
    assert shown.locator("bdi").evaluate("part => getComputedStyle(part).direction") == "ltr"
    assert (shown.get_attribute("href") or "").count("%D8%B4") == 60
