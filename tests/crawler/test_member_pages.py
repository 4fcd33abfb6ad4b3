"""Lists of members in further layouts, read from one page; names of rows in several languages."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest

from crawler.members.pages import read_further, read_page
from crawler.members.resolving import country_of, read_name
from crawler.members.rows import NoList, members_of
from news.values import MembersRoad, Page
from tests.crawler.test_members import CITIES
from tests.crawler.test_members import page as in_page

ROAD = MembersRoad(url="https://n.example/members")
BY_COUNTRY = {city.country: [one.name for one in CITIES if one.country == city.country] for city in CITIES}


def page(body: str, kind: str = "text/html", address: str = ROAD.url, **headers: str) -> Page:
    told = {
        "content-type": f"{kind}; charset=utf-8",
        **{name.replace("_", "-"): value for name, value in headers.items()},
    }
    return Page(
        address=address, final_address=address, status=200, headers=tuple(told.items()), body=body.encode(),
        fetched_at=datetime(2026, 11, 22, tzinfo=UTC),
    )  # fmt: skip


def commas() -> Page:
    return page(
        in_page(
            "".join(f"<h3>{country}</h3><p>{', '.join(names)}</p>" for country, names in BY_COUNTRY.items())
        )
    )


def many_on_a_line() -> Page:
    lines = {
        "Iran": ["Yazd", "Tabriz", "Shiraz", "Mashhad"],
        **{name: BY_COUNTRY[name] for name in BY_COUNTRY if name != "Iran"},
    }
    return page(
        in_page("".join(f"<h3>{country}</h3><p>{', '.join(names)}</p>" for country, names in lines.items()))
    )


def breaks() -> Page:
    return page(
        in_page("<main><p>" + "<br>".join(f"{city.name}, {city.country}" for city in CITIES) + "</p></main>")
    )


def spans() -> Page:
    rows = "".join(f"<li><span>{city.name}</span> <span>{city.country}</span></li>" for city in CITIES)
    return page(in_page(f"<ul>{rows}</ul>"))


def map_in_a_script() -> Page:
    marks = [
        {"id": n, "title": f"<b>{city.name}</b>", "country": city.country} for n, city in enumerate(CITIES)
    ]
    return page(
        in_page(
            f"<div id='map'></div><script>var zoom = [1]; var marks = {json.dumps(marks)}; draw(marks)</script>"
        )
    )


def map_in_an_attribute() -> Page:
    marks = json.dumps([{"name": city.name, "iso": city.code} for city in CITIES])
    return page(in_page(f"<div id='map' data-marks='{marks}'></div>"))


def by_country_in_data() -> Page:
    return page(json.dumps(BY_COUNTRY), "application/json")


def nested_in_data() -> Page:
    rows = [
        {"country": country, "cities": [{"name": name} for name in names]}
        for country, names in BY_COUNTRY.items()
    ]
    return page(json.dumps({"data": rows}), "application/json")


def lines() -> Page:
    return page("City;Country\n" + "".join(f"{city.name};{city.country}\n" for city in CITIES), "text/csv")


@pytest.mark.parametrize(
    "layout", [breaks, spans, map_in_a_script, map_in_an_attribute, by_country_in_data, nested_in_data, lines]
)
def test_every_layout_gives_each_member_with_its_country(layout):
    rows = members_of(read_page(layout(), ROAD, None).cells, ROAD)
    assert {row.name: row.country for row in rows} == {city.name: city.code for city in CITIES}
    assert sum(row.member is not None for row in rows) == 11


def test_lines_that_name_several_members_are_taken_apart():
    rows = members_of(read_page(many_on_a_line(), ROAD, None).cells, ROAD)
    told = {row.name: row.country for row in rows}
    assert {"Yazd", "Mashhad", "Konya", "Bursa", "Lower Nowhere"} <= set(told)
    assert (told["Mashhad"], told["Bursa"], told["Lower Nowhere"]) == ("IR", "TR", "JO")


def test_a_files_selectors_win():
    cells = "".join(
        f"<div class='m'><b>{city.name}</b><i>{city.code}</i><u>Paris</u></div>" for city in CITIES
    )
    road = MembersRoad(url=ROAD.url, rows="div.m", name="b", country="i")
    rows = members_of(read_page(page(in_page(cells)), road, None).cells, road)
    assert {row.name: row.country for row in rows} == {city.name: city.code for city in CITIES}
    data = json.dumps({"a": [{"n": city.name, "c": city.code, "d": "Paris"} for city in CITIES]})
    road = MembersRoad(url=ROAD.url, rows="a", name="n", country="c")
    rows = members_of(read_page(page(data, "application/json"), road, None).cells, road)
    assert {row.name: row.country for row in rows} == {city.name: city.code for city in CITIES}


def test_a_menu_of_countries_tells_no_rows_country():
    names = "".join(f"<li>{city.name}</li>" for city in CITIES)
    rows = members_of(read_page(page(in_page(f"<ul class='m'>{names}</ul>")), ROAD, None).cells, ROAD)
    assert {row.country for row in rows if row.name != "Singapore"} == {None}
    (valencia,) = (row for row in rows if row.name == "Valencia")
    assert (valencia.member, len(valencia.choices) > 1) == (None, True)


@pytest.mark.parametrize("body", ["", "<html></html>", in_page("<p>Paris</p>"), "\x00", "<" * 50])
def test_a_page_without_a_list_is_said_to_have_none(body):
    with pytest.raises(NoList) as caught:
        read_page(page(body), ROAD, None)
    assert caught.value.cause == "empty-list"


@pytest.mark.parametrize(
    ("foot", "following"),
    [
        ("<a href='?page=2'>2</a>", "https://n.example/members?page=2"),
        ("<a href='/members/page/2/'>۲</a>", "https://n.example/members/page/2/"),
        ("<a href='/members?p=2'>بعدی</a>", "https://n.example/members?p=2"),
        ("<a rel='next' href='/contact'>Contact</a>", None),
        ("<a href='https://other.example/members?page=2'>2</a>", None),
        ("<a href='#'>Next</a>", None),
    ],
)
def test_a_list_goes_on_where_its_own_address_does(foot, following):
    body = "".join(f"<li>{city.name}, {city.country}</li>" for city in CITIES)
    assert read_page(page(in_page(f"<ul>{body}</ul>{foot}")), ROAD, None).following == following


def test_data_goes_on_by_its_own_word_and_by_the_servers():
    body = [{"name": city.name} for city in CITIES]
    told = json.dumps({"results": body, "next": "/members?offset=12"})
    assert (
        read_page(page(told, "application/json"), ROAD, None).following
        == "https://n.example/members?offset=12"
    )
    counted = page(json.dumps(body), "application/json", x_wp_totalpages="2")
    first = read_page(counted, ROAD, None)
    assert first.following == "https://n.example/members?page=2"
    last = page(json.dumps(body[:1]), "application/json", first.following, x_wp_totalpages="2")
    table = read_further(last, ROAD, first.layout, 2)
    assert ([cell.text for cell in table.cells], table.following) == (["Yazd"], None)


@pytest.mark.parametrize(
    ("text", "country", "name", "member"),
    [
        ("شهرداری یزد", None, "شهرداری یزد", "111822"),
        ("İstanbul Büyükşehir Belediyesi", "TR", "İstanbul Büyükşehir Belediyesi", "745044"),
        ("بلدية طرابلس", "LB", "بلدية طرابلس", "266826"),
        ("Ville de Paris (France)", None, "Ville de Paris", "2988507"),
        ("3. Iran – Yazd", None, "Yazd", "111822"),
        ("\U0001f1ee\U0001f1f7 Tehran", None, "Tehran", "112931"),
        ("Portland, Oregon, USA", None, "Portland", "5746545"),
        ("Portland, Maine, USA", None, "Portland", "4975802"),
        ("Unheard-of, Shiraz", None, "Unheard-of", None),
        ("Unheard-of (Shiraz)", None, "Unheard-of", None),
        ("Valencia", None, "Valencia", None),
        ("Valencia", "ES", "Valencia", "2509954"),
        ("Yazd", "TR", "Yazd", None),
    ],
)
def test_the_place_of_a_row(text, country, name, member):
    found = read_name(text, country)
    assert (found.name, found.member) == (name, member)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("Iran (12)", "IR"), ("Islamic Republic of Iran", "IR"), ("Flag of Türkiye", "TR"), ("پرچم ایران", "IR"),
        ("Côte d’Ivoire", "CI"), ("Espagne", "ES"), ("IRN", "IR"), ("ir", None), ("Members", None), ("EU", None), ("", None),
    ],
)  # fmt: skip
def test_the_country_of_a_cell_a_heading_or_a_flag(text, code):
    assert country_of(text) == code
