"""`rel=canonical` is believed where it can be the article's own address, and merges no articles."""

import pytest

from tests.crawler.conftest import item

TOPICS = ("harbour", "library", "tram")
LINES = {
    "harbour": (
        "The council decided on Monday to deepen the basin for larger ferries.",
        "Dredging takes two winters and costs nine million.",
        "Fishermen keep their berths at the old quay.",
    ),
    "library": (
        "Readers may stay until midnight from March on.",
        "Six new rooms are open to schools of the district.",
        "Whoever borrows a map pays nothing for a month.",
    ),
    "tram": (
        "Rails between the station and the university are worn.",
        "Buses drive in their place all summer long.",
        "Tickets stay valid on every line of the valley.",
    ),
}


def publish(site, *topics, claims, words=""):
    for topic in topics:
        lines = [
            f"{line} So the head of the {topic} office of {site.key} told the committee on Monday evening. {words}"
            for line in LINES[topic]
        ]
        site.post(f"/news/{topic}", *lines, title=f"About the {topic}", head=claims)
    site.feed(*(item(f"{site.address}/news/{topic}", f"About the {topic}") for topic in topics))


def kept(desk, site):
    return {article.url.removeprefix(site.address): article.title for article in desk.articles(site.key)}


@pytest.mark.parametrize("constant", ["/index.php", "/news/harbour", "/portal?lang=en"])
def test_a_template_that_claims_one_address_everywhere_merges_nothing(desk, site, constant):
    claims = f'<link rel="canonical" href="{site.address}{constant}">'
    publish(site, *TOPICS[:2], claims=claims)
    assert desk.crawl(site.key).run["new"] == 2
    publish(site, *TOPICS, claims=claims)
    run = desk.crawl(site.key).run
    assert (run["new"], run["updated"]) == (1, 0)
    assert kept(desk, site) == {f"/news/{topic}": f"About the {topic}" for topic in TOPICS}
    assert desk.versions(site.key) == [1, 1, 1]


def test_an_edit_of_such_a_page_is_an_edit_of_its_own_article(desk, make_site):
    site = make_site(sitemaps=["/map.xml"])
    claims = f'<link rel="canonical" href="{site.address}/index.php">'

    def listed(day):
        entries = "".join(
            f"<url><loc>{site.address}/news/{topic}</loc><lastmod>2026-11-{day:02}T10:00:00Z</lastmod></url>"
            for topic in TOPICS
        )
        site.show("/map.xml", f"<urlset>{entries}</urlset>", kind="application/xml")

    listed(1)
    publish(site, *TOPICS, claims=claims)
    assert desk.crawl(site.key).run["new"] == 3
    listed(2)
    publish(site, *TOPICS, claims=claims, words="once more")
    assert desk.crawl(site.key).run["updated"] == 3
    assert len(kept(desk, site)) == 3
    assert desk.versions(site.key) == [2, 2, 2]


def test_the_page_of_a_list_is_no_articles_address(desk, site):
    desk.watch(site, feeds=[f"{site.address}/feed"], home=f"{site.address}/portal/")
    publish(site, "harbour", claims=f'<link rel="canonical" href="{site.address}/portal/">')
    desk.crawl(site.key)
    assert kept(desk, site) == {"/news/harbour": "About the harbour"}


def test_a_claim_that_no_other_text_disproves_is_believed(desk, site):
    publish(site, "harbour", claims=f'<link rel="canonical" href="{site.address}/2026/harbour">')
    desk.crawl(site.key)
    assert kept(desk, site) == {"/2026/harbour": "About the harbour"}
