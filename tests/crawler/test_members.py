"""Networks' lists of members over real HTTP, in five layouts of our own: read by structure, then watched."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import pytest
from sqlmodel import col, select

from news.values import Freshness, Source
from storage import memberlists, members, register, reviewing
from storage.memberlists import RowState
from storage.reviewing import Judgement, Verdict, Why
from storage.tables import ArticleRow, EventRow, MemberRow
from tests.crawler.conftest import Desk, Site

NETWORK = "amf"


@dataclass(frozen=True)
class City:
    name: str
    country: str
    code: str


CITIES = (
    City("Yazd", "Iran", "IR"),
    City("Tabriz", "Iran", "IR"),
    City("Konya", "Türkiye", "TR"),
    City("Bursa", "Türkiye", "TR"),
    City("Seoul", "South Korea", "KR"),
    City("Singapore", "Singapore", "SG"),
    City("Valencia", "Spain", "ES"),
    City("Amman", "Jordan", "JO"),
    City("Lower Nowhere", "Jordan", "JO"),
    City("Kathmandu", "Nepal", "NP"),
    City("Colombo", "Sri Lanka", "LK"),
    City("Dhaka", "Bangladesh", "BD"),
)
SHIRAZ = City("Shiraz", "Iran", "IR")
SHIRAZ_KEY, YAZD_KEY, VALENCIA_KEY = "115019", "111822", "2509954"

_MENU = (
    "<nav><ul><li><a href='/'>Home</a></li><li><a href='/n'>News</a></li><li><a href='/iran'>Iran</a></li>"
    "<li><a href='/turkey'>Turkey</a></li></ul></nav>"
)
_FOOT = "<footer><ul><li><a href='/privacy'>Privacy</a></li><li><a href='/paris'>Paris office</a></li></ul></footer>"


def page(body: str) -> str:
    return f"<!doctype html><html><head><title>Members</title></head><body>{_MENU}{body}{_FOOT}</body></html>"


def table(site: Site, cities: Sequence[City]) -> None:
    rows = "".join(
        f"<tr><td>{number}</td><td>{city.name}</td><td>{city.country}</td><td>{2000 + number}</td></tr>"
        for number, city in enumerate(cities)
    )
    head = "<tr><th>No.</th><th>City</th><th>Country</th><th>Since</th></tr>"
    site.show("/members", page(f"<h1>Our members</h1><table>{head}{rows}</table>"))


def cards(site: Site, cities: Sequence[City]) -> None:
    made = "".join(
        f"<div class='card'><img src='/f.png' alt='Flag of {city.country}'><div>City of {city.name}</div>"
        f"<div>A member of good standing</div><a href='/member/{city.name.lower().replace(' ', '-')}'>Read more</a></div>"
        for city in cities
    )
    site.show("/members", page(f"<h1>Our members</h1><div class='grid'>{made}</div>"))


def nested(site: Site, cities: Sequence[City]) -> None:
    by_country: dict[str, list[str]] = {}
    for city in cities:
        by_country.setdefault(city.country, []).append(city.name)
    made = "".join(
        f"<section><h3>{country} ({len(names)})</h3><ul>{''.join(f'<li>{name}</li>' for name in names)}</ul></section>"
        for country, names in by_country.items()
    )
    site.show("/members", page(f"<h1>Our members</h1>{made}"))


def paged(site: Site, cities: Sequence[City]) -> None:
    pages = [cities[start : start + 5] for start in range(0, len(cities), 5)]
    for number, shown in enumerate(pages, 1):
        items = "".join(
            f"<li><a href='/c/{city.code}'><i class='fi fi-{city.code.lower()}'></i> {city.name}</a></li>"
            for city in shown
        )
        links = "".join(f"<a href='/members?page={one}'>{one}</a> " for one in range(1, len(pages) + 1))
        path = "/members" if number == 1 else f"/members?page={number}"
        site.show(path, page(f"<main><ul class='cities'>{items}</ul><p>{links}</p></main>"))


def data(site: Site, cities: Sequence[City]) -> None:
    features = [
        {
            "type": "Feature",
            "id": number,
            "properties": {"title": city.name, "region": "Asia", "country": {"label": city.country}},
        }
        for number, city in enumerate(cities)
    ]
    body = json.dumps({"type": "FeatureCollection", "features": features})
    site.show("/members", body, kind="application/json")


LAYOUTS: dict[str, Callable[[Site, Sequence[City]], None]] = {
    "table": table, "cards": cards, "nested": nested, "paged": paged, "json": data,
}  # fmt: skip


@pytest.fixture
def watched(desk: Desk, make_site: Callable[..., Site]) -> Callable[..., Site]:
    """Makes a site whose list of members is watched for a network of its own."""

    def make(network: str = NETWORK, **fields: Any) -> Site:
        site = make_site()
        with desk.store.writing() as session:
            members.forget(session, network)
            for event in session.exec(select(EventRow).where(EventRow.network == network)):
                session.delete(event)
        desk.watch(site, kind="members", network=network, members=[f"{site.address}/members"], **fields)
        return site

    return make


def listed(desk: Desk, site: Site) -> dict[str, tuple[str | None, str | None]]:
    with desk.store.reading() as session:
        return {row.name: (row.member, row.country) for row in memberlists.rows(session, source=site.key)}


def states(desk: Desk, site: Site) -> dict[str, str]:
    with desk.store.reading() as session:
        return {
            row.name: row.state for row in session.exec(select(MemberRow).where(MemberRow.source == site.key))
        }


def events(desk: Desk, network: str = NETWORK) -> list[tuple[str, str, Freshness]]:
    with desk.store.reading() as session:
        return [
            (event.member, event.verb.value, event.freshness)
            for event in register.events(session, network=network)
        ]


def waiting(desk: Desk, site: Site) -> list[Any]:
    with desk.store.reading() as session:
        own = set(session.exec(select(ArticleRow.id).where(ArticleRow.source == site.key)))
        return [item for item in reviewing.waiting(session, 1_000) if item.article in own]


def good(desk: Desk, site: Site) -> dict[str, Any]:
    report = desk.crawl(site.key)
    assert report.error is None, report.error
    return report.run


@pytest.mark.parametrize("layout", LAYOUTS)
def test_a_list_is_read_by_its_structure_and_its_news_told_once(
    desk: Desk, watched: Any, layout: str
) -> None:
    site, show = watched(), LAYOUTS[layout]
    show(site, CITIES)
    run = good(desk, site)
    assert run["members"] == {"rows": 12, "resolved": 11, "new": 0, "missing": 0, "gone": 0}
    rows = listed(desk, site)
    prefix = "City of " if layout == "cards" else ""
    assert set(rows) == {prefix + city.name for city in CITIES}
    assert {name.removeprefix(prefix): country for name, (_, country) in rows.items()} == {
        c.name: c.code for c in CITIES
    }
    assert rows[f"{prefix}Valencia"][0] == VALENCIA_KEY
    assert rows[f"{prefix}Lower Nowhere"][0] is None
    assert desk.articles(site.key) == []
    with desk.store.reading() as session:
        known = {member.member for member in members.known(session, NETWORK)}
    assert len(known) == 11
    assert events(desk) == []

    show(site, (*CITIES[:3], SHIRAZ, *CITIES[3:]))
    assert good(desk, site)["members"]["new"] == 1
    assert events(desk) == [(SHIRAZ_KEY, "joined", Freshness.NEWS)]
    (notice,) = desk.articles(site.key)
    assert notice.url == f"{site.address}/members"
    assert (notice.dated.precision.value, notice.dated.provenance.value) == ("day", "seen")
    (claim,) = notice.claims
    assert (claim.rule, claim.network, claim.alerts) == ("members-list", NETWORK, True)
    assert "was first seen there on" in claim.sentence
    assert notice.text[claim.span.start : claim.span.end] == claim.sentence
    for tag in notice.tags:
        assert notice.text[tag.span.start : tag.span.end] == tag.alias
    with desk.store.reading() as session:
        number = session.exec(select(ArticleRow.id).where(ArticleRow.source == site.key)).one()
        before, after = memberlists.evidence_of(session, number, 0)
    gained = {name for name, *_ in after.rows} - {name for name, *_ in before.rows}
    assert gained == {f"{prefix}Shiraz"}

    assert good(desk, site)["members"]["new"] == 0
    assert len(desk.articles(site.key)) == 1


def test_a_row_is_gone_after_two_good_readings_and_waits_for_a_person(desk: Desk, watched: Any) -> None:
    site = watched()
    table(site, CITIES)
    good(desk, site)
    table(site, CITIES[1:])
    assert good(desk, site)["members"]["missing"] == 1
    assert (states(desk, site)["Yazd"], waiting(desk, site)) == (RowState.MISSING, [])
    site.show("/members", "<html><body>Down</body></html>", status=500)
    assert desk.crawl(site.key).error is not None
    assert states(desk, site)["Yazd"] == RowState.MISSING
    table(site, CITIES[1:])
    assert good(desk, site)["members"]["gone"] == 1
    (item,) = waiting(desk, site)
    assert (item.claim.member, item.claim.verb.value, item.why) == (YAZD_KEY, "left", Why.UNCERTAIN)
    assert events(desk) == []
    assert good(desk, site)["members"]["gone"] == 0
    assert len(waiting(desk, site)) == 1

    table(site, CITIES)
    assert good(desk, site)["members"]["new"] == 0
    assert (states(desk, site)["Yazd"], waiting(desk, site), events(desk)) == (RowState.LISTED, [], [])


def test_who_left_by_a_persons_word_and_comes_back_is_news(desk: Desk, watched: Any) -> None:
    site = watched()
    table(site, CITIES)
    good(desk, site)
    table(site, CITIES[1:])
    good(desk, site)
    good(desk, site)
    (item,) = waiting(desk, site)
    with desk.store.writing() as session:
        reviewing.decide(
            session, item.article, item.position, Judgement(verdict=Verdict.YES, by="a"),
            now=_now(desk), max_age=desk.settings.alert_max_age,
        )  # fmt: skip
    assert [event[:2] for event in events(desk)] == [(YAZD_KEY, "left")]
    table(site, CITIES)
    assert good(desk, site)["members"]["new"] == 1
    assert (YAZD_KEY, "joined") in [event[:2] for event in events(desk)]


def test_a_row_back_after_one_reading_was_never_missed(desk: Desk, watched: Any) -> None:
    site = watched()
    table(site, CITIES)
    good(desk, site)
    for shown in (CITIES[1:], CITIES, CITIES[1:]):
        table(site, shown)
        good(desk, site)
    assert (states(desk, site)["Yazd"], desk.articles(site.key)) == (RowState.MISSING, [])


@pytest.mark.parametrize(
    ("broken", "cause"),
    [
        (lambda site: table(site, CITIES[:7]), "list-shrank"),
        (lambda site: site.show("/members", page("<h1>Our members</h1><p>Soon.</p>")), "empty-list"),
        (lambda site: site.show("/members", ""), "empty-list"),
        (lambda site: site.show("/members", page("gone"), status=503), "http-503"),
        (lambda site: site.show("/members", '{"error": "no"}', kind="application/json"), "empty-list"),
        (lambda site: site.show("/members", "{broken", kind="application/json"), "unreadable"),
        (lambda site: cards(site, CITIES[:6]), "layout-changed"),
        (
            lambda site: site.show(
                "/members", "<html><head><title>Just a moment...</title></head><body><div id='challenge-form'></div>"
                "<p>Checking your browser</p></body></html>",
            ),
            "challenge",
        ),
    ],
    ids=["shrank", "no-list", "no-body", "503", "no-data", "no-json", "layout", "challenge"],
)  # fmt: skip
def test_a_broken_list_is_a_fault_of_the_source_and_no_wave(
    desk: Desk, watched: Any, broken: Any, cause: str
) -> None:
    site = watched()
    table(site, CITIES)
    good(desk, site)
    before = states(desk, site)
    broken(site)
    for _ in range(2):
        report = desk.crawl(site.key)
        assert report.run["failed"] == {cause: 1}
        assert cause in (report.error or "")
    assert desk.state(site.key).failures == 2
    assert cause in (desk.state(site.key).last_error or "")
    assert (states(desk, site), desk.articles(site.key)) == (before, [])
    table(site, CITIES)
    assert good(desk, site)["members"]["missing"] == 0


def test_a_later_page_that_fails_spoils_the_whole_reading(desk: Desk, watched: Any) -> None:
    site = watched()
    paged(site, CITIES)
    good(desk, site)
    site.show("/members?page=2", "no", status=500)
    assert desk.crawl(site.key).run["failed"] == {"http-500": 1}
    site.show("/members?page=2", page("<p>Nothing</p>"))
    assert desk.crawl(site.key).run["failed"] == {"layout-changed": 1}
    assert set(states(desk, site).values()) == {RowState.LISTED}


def test_a_new_design_with_the_same_members_is_no_event(desk: Desk, watched: Any) -> None:
    site = watched()
    table(site, CITIES)
    good(desk, site)
    cards(site, (*CITIES, SHIRAZ))
    assert good(desk, site)["members"] == {"rows": 13, "resolved": 12, "new": 1, "missing": 0, "gone": 0}
    assert [event[:2] for event in events(desk)] == [(SHIRAZ_KEY, "joined")]


def test_another_spelling_is_no_event(desk: Desk, watched: Any) -> None:
    site = watched()
    table(site, CITIES)
    good(desk, site)
    respelt = {"Yazd": "Municipality of Yazd", "Lower Nowhere": "Lower-Nowheree", "Valencia": "València"}
    table(site, [replace(city, name=respelt.get(city.name, city.name)) for city in CITIES])
    run = good(desk, site)
    assert (run["members"]["new"], run["members"]["missing"]) == (0, 0)
    assert listed(desk, site)["Municipality of Yazd"] == (YAZD_KEY, "IR")
    assert (desk.articles(site.key), events(desk)) == ([], [])


def test_a_renamed_member_is_corrected_once_and_stays_so(desk: Desk, watched: Any) -> None:
    site = watched()
    table(site, CITIES)
    good(desk, site)
    renamed = (City("House of Windcatchers", "Iran", "IR"), *CITIES[1:])
    table(site, renamed)
    for _ in range(2):
        good(desk, site)
    assert sorted((item.claim.verb.value, item.claim.member) for item in waiting(desk, site)) == [
        ("joined", None), ("left", YAZD_KEY),
    ]  # fmt: skip
    with desk.store.writing() as session:
        (row,) = (
            row for row in memberlists.rows(session, source=site.key, unresolved=True) if "House" in row.name
        )
        memberlists.correct(
            session, row.id, YAZD_KEY, by="a", now=_now(desk), max_age=desk.settings.alert_max_age
        )
    assert (waiting(desk, site), events(desk)) == ([], [])
    for _ in range(2):
        assert good(desk, site)["members"]["resolved"] == 11
    assert listed(desk, site)["House of Windcatchers"] == (YAZD_KEY, "IR")
    assert (waiting(desk, site), events(desk)) == ([], [])


def test_a_new_row_of_an_unknown_place_waits_and_a_persons_word_makes_it_news(
    desk: Desk, watched: Any
) -> None:
    site = watched()
    table(site, CITIES)
    good(desk, site)
    table(site, (*CITIES, City("Gardens of the South", "Iran", "IR")))
    good(desk, site)
    (item,) = waiting(desk, site)
    assert (item.why, item.claim.member_name) == (Why.MEMBER, "Gardens of the South")
    with desk.store.writing() as session:
        (row,) = (
            row
            for row in memberlists.rows(session, source=site.key, unresolved=True)
            if "Gardens" in row.name
        )
        memberlists.correct(
            session, row.id, SHIRAZ_KEY, by="a", now=_now(desk), max_age=desk.settings.alert_max_age
        )
    assert events(desk) == [(SHIRAZ_KEY, "joined", Freshness.NEWS)]
    assert waiting(desk, site) == []


def test_an_unchanged_page_is_not_read_again_unless_a_row_is_missing(desk: Desk, watched: Any) -> None:
    site = watched()

    def show(cities: Sequence[City], mark: str) -> None:
        table(site, cities)
        site.answers["/members"].headers["ETag"] = mark
        site.answers["/members"].headers["Last-Modified"] = "Wed, 01 Jul 2026 10:00:00 GMT"

    show(CITIES, '"one"')
    good(desk, site)
    site.show("/members", "", status=304)
    run = good(desk, site)
    assert (run["not_modified"], "members" in run) == (1, False)
    show(CITIES[1:], '"two"')
    good(desk, site)
    assert good(desk, site)["members"]["gone"] == 1, "a 304 would not say whether a row is gone"
    assert site.count("/members") == 4


def test_a_changed_file_or_a_persons_word_begins_anew(desk: Desk, watched: Any) -> None:
    site = watched()
    table(site, CITIES)
    good(desk, site)
    table(site, CITIES[:6])
    assert desk.crawl(site.key).error is not None
    with desk.store.writing() as session:
        memberlists.begin_anew(session, site.key)
    assert good(desk, site)["members"]["rows"] == 6
    assert (waiting(desk, site), desk.articles(site.key)) == ([], [])
    road = {"url": f"{site.address}/members", "within": "IR"}
    file = desk.settings.sources_folder / f"{site.key}.toml"
    text = "".join(f"{name} = {json.dumps(value)}\n" for name, value in road.items())
    file.write_text(
        f'name = "x"\nkind = "members"\nnetwork = "{NETWORK}"\n[[members]]\n{text}', encoding="utf-8"
    )
    table(site, (*CITIES, SHIRAZ))
    assert good(desk, site)["members"]["new"] == 0
    assert events(desk) == []


def _now(desk: Desk) -> Any:
    with desk.store.reading() as session:
        return session.exec(select(ArticleRow.fetched_at).order_by(col(ArticleRow.id).desc())).first()


def test_a_source_of_members_is_asked_daily_and_has_no_other_road() -> None:
    source = Source(
        key="m", name="m", kind="members", network=NETWORK, members=("https://n.example/members",)
    )
    assert source.schedule.days == 1
    assert source.roads == ("https://n.example/members",)
