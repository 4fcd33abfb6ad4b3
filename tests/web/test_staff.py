"""The staff's pages: what waits, what readers say, how the service fares; no other site can press their buttons."""

from __future__ import annotations

import os
import re
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest
from lxml import html

from alerts.addressbook import AddressBook
from alerts.links import JUDGE, MISSED, Links, seal
from news.errors import SettingsError
from news.values import Article, Source, Status
from storage import answers, articles, outbox, register, reviewing, rules, runs
from storage.answers import Said
from storage.articles import Arrival
from storage.engine import Store
from storage.outbox import Delivery
from storage.rules import Manner, Rhythm, Rule
from web.app import create_app
from web.staff import Desk

pytestmark = pytest.mark.parametrize("engine_name", ["sqlite"], indirect=True)  # storage is proved on both
KEY = b"k" * 32
NOW = datetime.now(UTC)
READER = "reader@example.org"
Open = Callable[..., Any]


@pytest.fixture
def archive(store: Store, yazd: Article) -> Store:
    """An event that a reader was told of, and a claim whose city nobody knows."""
    claim = replace(yazd.claims[0], member=None, member_name="شهر نو")
    unknown = replace(
        yazd, url="https://yazd.example/news/2", text="متنی دیگر", title="خبر شهر نو", claims=(claim,)
    )
    with store.writing() as session:
        for article in (yazd, unknown):
            fresh = replace(article, dated=None)
            articles.save(
                session, fresh, Arrival(now=NOW, last_good_at=NOW - timedelta(days=1), overlapped=True)
            )
    with store.writing() as session:
        outbox.match(session, lambda _: [("asia", READER)], NOW)
    return store


@pytest.fixture
def site(archive: Store, served: Callable[[Any], Any]) -> Open:
    """Serves the archive, to the staff at this machine unless said otherwise."""

    @contextmanager
    def opened(desk: Desk | None = None, **client: Any) -> Iterator[httpx.Client]:
        app = create_app(archive, link_key=KEY, desk=desk or Desk())
        with served(app) as address, httpx.Client(base_url=address, trust_env=False, **client) as web:
            yield web

    return opened


def mark(web: httpx.Client, address: str = "/review") -> str:
    page = web.get(address)
    assert page.status_code == 200
    found = re.search(r'name="mark" value="(\w+)"', page.text)
    assert found
    return found[1]


def events(store: Store) -> tuple[Any, ...]:
    with store.reading() as session:
        return register.events(session)


def delivery(store: Store) -> Delivery:
    with store.reading() as session:
        return outbox.deliveries(session)[-1]


def test_a_claim_is_put_right_and_accepted(archive: Store, site: Open) -> None:
    with site() as web:
        page = web.get("/review").text
        assert "شهر نو" in page
        assert "member unknown" in page
        form = {"mark": mark(web), "verdict": "yes", "city": "Qom, IR", "by": "مریم"}
        done = web.post("/review/2.0", data=form)
        assert (done.status_code, done.headers["location"]) == (303, "/review")
        after = web.get("/review").text
    assert "No statement waits" in after
    assert 'value="مریم"' in after  # remembered
    with archive.reading() as session:
        (decision,) = reviewing.decisions(session)
    assert (decision.decided_by, decision.verdict.value, decision.member) == ("مریم", "yes", "119208")
    assert {event.member for event in events(archive)} == {"111822", "119208"}


def test_a_claim_is_refused_and_the_no_taken_back(archive: Store, site: Open) -> None:
    with site() as web:
        form = {"mark": mark(web), "by": "Maryam"}
        web.post("/review/2.0", data={**form, "verdict": "no", "note": "no such city"})
        assert "no such city" in web.get("/review").text
        web.post("/review/2.0", data={**form, "verdict": "undo"})
        assert "شهر نو?" in web.get("/review").text


@pytest.mark.parametrize(
    ("form", "said"),
    [
        ({"verdict": "yes", "by": "Maryam"}, "names no known city"),
        ({"verdict": "yes", "by": "Maryam", "city": "Nowhereville"}, "no city is called"),
        ({"verdict": "yes", "city": "Qom, IR"}, "Say who you are"),
        ({"verdict": "perhaps", "by": "Maryam"}, "not one of ours"),
    ],
)
def test_what_is_wrong_with_a_form_is_said(
    archive: Store, site: Open, form: dict[str, str], said: str
) -> None:
    with site() as web:
        answer = web.post("/review/2.0", data={"mark": mark(web), **form})
    assert answer.status_code == 400
    assert said in answer.text
    assert len(events(archive)) == 1


def test_another_site_cannot_press_a_button(archive: Store, site: Open) -> None:
    form = {"verdict": "no", "by": "Mallory"}
    with site() as web:
        ours = mark(web)
        assert web.post("/review/1.0", data=form).status_code == 403
        assert web.post("/review/1.0", data={**form, "mark": "x"}).status_code == 403
        cross = {"sec-fetch-site": "cross-site"}
        assert web.post("/review/1.0", data={**form, "mark": ours}, headers=cross).status_code == 403
        web.cookies.clear()
        assert web.post("/review/1.0", data={**form, "mark": ours}).status_code == 403
        for address in ("/review/answers/1", "/status/retry", "/rules/retry"):
            assert web.post(address, data=form).status_code == 403
    with archive.reading() as session:
        assert reviewing.decisions(session) == ()


PAGES = ("/review", "/rules", "/status", "/precision")


@pytest.mark.parametrize(
    ("desk", "headers", "status"),
    [
        (Desk(), {}, 200),
        (Desk(), {"host": "evil.example"}, 403),  # a name that leads here
        (Desk(), {"x-forwarded-for": "203.0.113.7"}, 403),  # passed on by a proxy
        (Desk(web_url="https://jarchi.example"), {}, 403),
        (Desk(web_url="http://127.0.0.1:8321"), {}, 200),
        (Desk(header="X-Remote-User"), {}, 403),
        (Desk(header="X-Remote-User", web_url="https://jarchi.example"), {"x-remote-user": "maryam"}, 200),
    ],
)
def test_who_is_staff(site: Open, desk: Desk, headers: dict[str, str], status: int) -> None:
    with site(desk) as web:
        assert [web.get(page, headers=headers).status_code for page in PAGES] == [status] * len(PAGES)
        assert web.get("/", headers=headers).status_code == 200  # the archive is as open as before


def test_a_proxy_names_the_person_and_a_form_cannot(archive: Store, site: Open) -> None:
    with site(Desk(header="X-Remote-User"), headers={"X-Remote-User": "maryam"}) as web:
        form = {"mark": mark(web), "verdict": "yes", "city": "119208", "by": "Mallory"}
        assert web.post("/review/2.0", data=form).status_code == 303
    with archive.reading() as session:
        assert [item.decided_by for item in reviewing.decisions(session)] == ["maryam"]


def test_a_letters_link_shows_a_page_and_only_its_button_notes_anything(archive: Store, site: Open) -> None:
    links = Links(base_url="", key=KEY)
    assert links.judge(delivery(archive)) is None
    address = Links(base_url="https://jarchi.example", key=KEY).judge(delivery(archive))
    assert address is not None
    path = address.removeprefix("https://jarchi.example")
    with site(Desk(web_url="https://jarchi.example")) as web:
        for verdict in ("?right", "?wrong", ""):
            page = web.get(path + verdict)
            assert page.status_code == 200
            assert "Asian Mayors Forum" in page.text
        with archive.reading() as session:
            assert answers.precision(session) == ()
        assert "Noted as wrong" in web.post(path, data={"said": "wrong", "note": "شهر دیگری بود"}).text
        assert web.post(path, data={"said": "maybe"}).status_code == 200
    with archive.reading() as session:
        (answer,) = answers.waiting(session)
    assert (answer.said, answer.note, answer.recipient) == (Said.WRONG, "شهر دیگری بود", READER)
    assert events(archive)[0].status is Status.ANNOUNCED
    with site() as web:
        page = web.get("/review").text
        assert "شهر دیگری بود" in page
        form = {"mark": mark(web), "by": "Maryam", "agreed": "yes"}
        assert web.post(f"/review/answers/{answer.id}", data=form).status_code == 303
        precision = web.get("/precision").text
    assert events(archive)[0].status is Status.DENIED
    assert "0% – 79%" in precision


def test_what_was_missed_is_named_on_a_page(archive: Store, site: Open) -> None:
    path = f"/missed/{seal(KEY, MISSED, [READER, 'asia'])}"
    with site() as web:
        assert web.get(path).status_code == 200
        assert "begin with http" in web.post(path, data={"address": "javascript:alert(1)"}).text
        assert web.post(path, data={}).status_code == 400
        said = {"address": "https://qom.example/1", "what": "قم پیوست"}
        assert "Noted" in web.post(path, data=said).text
        page = web.get("/review").text
    assert "https://qom.example/1" in page
    assert "قم پیوست" in page


def test_the_pages_behind_a_letter_are_in_its_language(archive: Store, site: Open) -> None:
    with archive.writing() as session:
        manner = rules.Manner(letters="fa")
        rules.save_rule(session, rules.Rule(name="asia", recipients=(READER,), manner=manner), NOW)
    judged = f"/judge/{seal(KEY, JUDGE, [str(delivery(archive).id), READER])}"
    missed = f"/missed/{seal(KEY, MISSED, [READER, 'asia'])}"
    with site() as web:
        assert "آیا این خبر درست است؟" in web.get(judged).text
        assert "مجمع شهرداران آسیایی" in web.get(judged).text
        assert "به‌عنوان درست ثبت شد" in web.post(judged, data={"said": "right"}).text
        assert "چه چیزی از قلم افتاده است؟" in web.get(missed).text
        assert "http:// یا https://" in web.post(missed, data={"address": "x"}).text
        assert '<html lang="en"' in web.get("/review").text


def test_a_link_that_nobody_signed_leads_nowhere(archive: Store, site: Open) -> None:
    other = seal(b"o" * 32, JUDGE, ["1", READER])
    swapped = seal(KEY, MISSED, ["1", READER])
    another = seal(KEY, JUDGE, ["1", "somebody@example.org"])
    gone = seal(KEY, JUDGE, ["4711", READER])
    with site() as web:
        for token in ("x", other, swapped, another, gone):
            assert web.get(f"/judge/{token}").status_code == 404
            assert web.post(f"/judge/{token}", data={"said": "wrong"}).status_code == 404
        assert web.get(f"/missed/{other}").status_code == 404
        assert web.post(f"/missed/{other}", data={"what": "x"}).status_code == 404


def test_letters_given_up_are_seen_and_sent_again(archive: Store, site: Open) -> None:
    with archive.writing() as session:
        outbox.bury(session, [delivery(archive).id], "550 no such mailbox <b>", NOW)
        run = runs.begin(session, "yazd", NOW)
        runs.finish(session, run, {"new": 3}, "HTTP 503", NOW)
    with site() as web:
        page = web.get("/status").text
        assert "550 no such mailbox &lt;b&gt;" in page
        assert page.count("HTTP 503") == 2  # of the crawl, and of its source
        assert "never so far" in page
        form = {"mark": mark(web, "/status"), "delivery": str(delivery(archive).id)}
        assert web.post("/status/retry", data=form).status_code == 303
        assert "sent again" in web.get("/status?retried=yes").text
    assert delivery(archive).died_at is None
    with archive.writing() as session:
        outbox.bury(session, [delivery(archive).id], "again", NOW)
    with site() as web:
        web.post("/status/retry", data={"mark": mark(web, "/status"), "delivery": "all"})
    assert delivery(archive).died_at is None


def test_a_form_without_end_is_cut_off(site: Open) -> None:
    path = f"/missed/{seal(KEY, MISSED, [READER, 'asia'])}"
    with site() as web:
        assert web.post(path, data={"what": "x" * 100_000}).status_code == 413


@pytest.mark.skipif(os.geteuid() != 0, reason="takes other accounts")
@pytest.mark.parametrize(("account", "status"), [(33, b"403"), (1000, b"200"), (0, b"200"), (61184, b"403"), (61000, b"200"), (65534, b"200")])
def test_a_proxy_of_this_machine_that_says_nothing_of_itself_is_no_staff(
    site: Open, account: int, status: bytes
) -> None:
    with site() as web:
        place = f"/dev/tcp/127.0.0.1/{web.base_url.port}"
        asked = f"GET /review HTTP/1.1\\r\\nHost: 127.0.0.1:{web.base_url.port}\\r\\nConnection: close\\r\\n\\r\\n"
        script = f"exec 3<>{place}; printf '{asked}' >&3; head -n 1 <&3"
        done = subprocess.run(
            ["/bin/bash", "-c", script], user=account, cwd="/", capture_output=True, check=True
        )
    assert done.stdout.split()[1] == status


def test_watched_sources_come_first_and_of_them_those_that_fail(archive: Store, served: Callable[[Any], Any]) -> None:
    sources = {
        key: Source(key=key, name=key.title(), lists=({"url": "https://a.example/"},), enabled=key in ("beta", "gamma", "delta"))
        for key in ("alpha", "beta", "gamma", "delta", "yazd")
    }  # fmt: skip
    with archive.writing() as session:
        runs.set_enabled(session, "yazd", True)
        runs.set_enabled(session, "delta", False)
        run = runs.begin(session, "gamma", NOW)
        runs.finish(session, run, {}, "HTTP 503", NOW)
    with served(create_app(archive, sources=sources)) as address, httpx.Client(base_url=address, trust_env=False) as web:
        page = html.fromstring(web.get("/status").text)
    watched, others = page.cssselect("#sources table")
    assert [row.cssselect("bdi")[0].text for row in watched.cssselect("tbody tr")] == ["Gamma", "Beta", "Yazd"]
    assert [row.cssselect("bdi")[0].text for row in others.cssselect("tbody tr")] == ["Alpha", "Delta"]
    assert others.getparent().tag == "details"
    assert "(3; 1 wants looking at)" in page.cssselect("#sources h2")[0].text_content()


ADDRESS = "tgram://123456789:AbCdEfGhIjKlMnOp/-100200300"


def test_rules_are_shown_in_words_with_masked_addresses(archive: Store, served: Callable[[Any], Any]) -> None:
    book = AddressBook(channels={"desk": ADDRESS})
    told = ("apprise:desk", "apprise:gone", READER)
    manner = Manner(letters="fa", rhythm=Rhythm.DAILY, zone="Asia/Tehran")
    with archive.writing() as session:
        rules.save_rule(session, Rule(name="asia", recipients=told, networks=("amf",), countries=("IR",), manner=manner), NOW)
        rules.save_rule(session, Rule(name="آب", recipients=("feed",), query="<b>water</b>", enabled=False), NOW)
        outbox.receipt(session, [delivery(archive).id], NOW)
    app = create_app(archive, channels=book.recipients)
    with served(app) as address, httpx.Client(base_url=address, trust_env=False) as web:
        text = web.get("/rules").text
        page = html.fromstring(text)
        assert (web.get("/rules", headers={"X-Forwarded-For": "1.2.3.4"}).status_code, "AbCdEf" in text) == (403, False)
    shown = [" ".join(card.text_content().split()) for card in page.cssselect("#rules article")]
    assert "joined; announced; network Asian Mayors Forum; any city; of Iran" in shown[0]
    assert f"apprise:desk tgram://…, apprise:gone no such channel, {READER}" in shown[0]
    assert f"fa daily at 8 Asia/Tehran Last told {NOW:%Y-%m-%d %H:%M} Sent 1 Waiting 0" in shown[0]
    assert "آب paused New articles that a search finds: <b>water</b>" in shown[1]
    assert not page.cssselect("#rules b")


def test_what_a_rule_gave_up_is_tried_again_from_its_page(archive: Store, site: Open) -> None:
    with archive.writing() as session:
        rules.save_rule(session, Rule(name="other", recipients=("console",)), NOW)
        outbox.bury(session, [delivery(archive).id], "550", NOW)
    with site() as web:
        page = web.get("/rules").text
        assert "1 given up" in page  # of a rule that is there no more
        web.post("/rules/retry", data={"mark": mark(web, "/rules"), "rule": "other"})
        assert delivery(archive).died_at is not None
        assert web.post("/rules/retry", data={"mark": mark(web, "/rules"), "rule": "asia"}).status_code == 303
    assert delivery(archive).died_at is None


def test_an_address_book_that_cannot_be_read_hides_no_rule(archive: Store, served: Callable[[Any], Any]) -> None:
    def broken() -> tuple[tuple[str, str], ...]:
        raise SettingsError("channels.toml: not TOML")

    with archive.writing() as session:
        rules.save_rule(session, Rule(name="asia", recipients=("apprise:desk",)), NOW)
    with served(create_app(archive, channels=broken)) as address:
        answer = httpx.get(f"{address}/rules", trust_env=False)
    assert answer.status_code == 200
    assert "channels.toml: not TOML" in answer.text
    assert "asia" in answer.text
