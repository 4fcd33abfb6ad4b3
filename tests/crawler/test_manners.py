"""How a host wants to be treated: quiet hours, delays and budgets of the sources that live on it."""

from datetime import UTC, datetime, timedelta

import pytest
from pydantic import ValidationError

from crawler.manners import BUDGET, Manners, general, manners_of_hosts
from crawler.robots import LONGEST_DELAY, RobotsView, delay_of
from news.settings import fixed_settings
from news.values import Source

AGENT = "Jarchi/0.1 (+https://desk.example.org/)"
BASE = Manners(delay=2.0, budget=BUDGET)


def source(key="a", host="town.example", **fields):
    return Source(key=key, name=key, feeds=(f"https://{host}/{key}",), **fields)


def manners(*sources, base=BASE, host="town.example"):
    return manners_of_hosts(sources, base).get(host, base)


def at(text):
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("hours", "now", "until"),
    [
        ("08:00-14:30", "2026-11-22T04:29", None),
        ("08:00-14:30", "2026-11-22T04:30", "2026-11-22T11:00"),
        ("08:00-14:30", "2026-11-22T10:59", "2026-11-22T11:00"),
        ("08:00-14:30", "2026-11-22T11:00", None),
        ("22:00-06:00", "2026-11-22T18:29", None),
        ("22:00-06:00", "2026-11-22T18:30", "2026-11-23T02:30"),
        ("22:00-06:00", "2026-11-22T01:00", "2026-11-22T02:30"),
        ("22:00-06:00", "2026-11-22T02:30", None),
    ],
)
def test_quiet_hours_are_those_of_the_sources_zone(hours, now, until):
    found = manners(source(quiet=hours, timezone="Asia/Tehran")).quiet_until(at(now))
    assert found == (at(until) if until else None)


def test_quiet_hours_that_meet_are_one():
    found = manners(source(quiet=("08:00-12:00", "12:00-14:00")), source("b", quiet="13:30-15:00"))
    assert found.quiet_until(at("2026-11-22T09:00")) == at("2026-11-22T15:00")


def test_hours_round_the_clock_end_all_the_same():
    found = manners(source(quiet=("00:00-12:00", "12:00-00:00")))
    assert found.quiet_until(at("2026-11-22T09:00")) - at("2026-11-22T09:00") < timedelta(days=3)


def test_hours_that_do_not_exist_on_the_day_of_a_change_close_nothing_for_ever():
    spring = manners(source(quiet="02:00-02:30", timezone="Europe/Berlin"))
    for minutes in range(0, 180, 5):
        now = at("2026-03-29T00:00") + timedelta(minutes=minutes)
        assert (until := spring.quiet_until(now)) is None or now < until <= now + timedelta(hours=1)


def test_the_strictest_of_a_hosts_sources_holds_for_all_of_them():
    found = manners(source(delay=5, budget=900), source("b", delay=3, budget=300), source("c"))
    assert (found.delay, found.budget) == (5, 300)
    assert manners(source(delay=1)).delay == BASE.delay
    assert manners(source(quiet="01:00-02:00")).budget == BUDGET
    assert manners(source(budget=90_000)).budget == 90_000
    assert manners(source(delay=9), host="other.example") == BASE


@pytest.mark.parametrize(
    ("delay", "budget", "expected"), [(2.0, None, BUDGET), (0.0, None, None), (0.0, 7, 7), (2.0, 0, None)]
)
def test_without_a_delay_there_is_no_budget_unless_one_is_set(delay, budget, expected):
    assert general(fixed_settings(host_delay=delay, host_budget=budget)).budget == expected


@pytest.mark.parametrize(
    "fields",
    [{"quiet": "8-9"}, {"quiet": "08:00-08:00"}, {"quiet": "25:00-26:00"}, {"delay": 0}, {"budget": 0}],
)
def test_manners_that_mean_nothing_are_refused(fields):
    with pytest.raises(ValidationError):
        source(**fields)


@pytest.mark.parametrize(
    ("text", "delay"),
    [
        ("", None),
        ("User-agent: *\nCrawl-delay: 7", 7),
        ("User-agent: *\nDisallow: /a\n\nUser-agent: *\nCrawl-delay: 4", 4),
        ("User-agent: other\nCrawl-delay: 9", None),
        ("User-agent: *\nCrawl-delay: 9\n\nUser-agent: jarchi\nCrawl-delay: 3", 3),
        ("User-agent: *\nCrawl-delay: -3", None),
        ("User-agent: *\nCrawl-delay: nan", None),
        ("User-agent: *\nCrawl-delay: soon", None),
        ("User-agent: *\nRequest-rate: 1/10", 10),
        ("User-agent: *\nCrawl-delay: 86400", LONGEST_DELAY),
    ],
)
def test_the_delay_that_a_robots_txt_asks_for(text, delay):
    assert delay_of(text, AGENT) == delay


def test_groups_of_one_agent_count_as_one():
    text = (
        "User-agent: *\nDisallow: /a\n\nSitemap: https://town.example/s.xml\n\nUser-agent: *\nDisallow: /b\n"
    )
    view = RobotsView(text=text, agent=AGENT)
    allowed = [path for path in ("/a", "/b", "/c") if view.allows(f"https://town.example{path}")]
    assert (allowed, view.sitemaps) == (["/c"], ("https://town.example/s.xml",))
