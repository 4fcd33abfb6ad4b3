"""The pattern of articles' addresses, learnt from some of them."""

import re

import pytest

from crawler.discovery.patterns import learn

SITE = "https://town.example"


def learnt(paths, others=()):
    return learn([SITE + path for path in paths], [SITE + path for path in others])


@pytest.mark.parametrize(
    ("paths", "pattern"),
    [
        (["/news/1234", "/news/7", "/news/20251"], r"^/news/\d+$"),
        (["/news/12/a-title", "/news/13/another", "/news/140/third"], r"^/news/\d+/"),
        (["/2024/05/title", "/2024/05/other", "/2023/11/third"], r"^/\d{4}/\d{1,2}/[^/]+$"),
        (["/1403/2/9/a.html", "/1403/2/10/b.html"], r"^/\d{4}/\d{1,2}/\d{1,2}/[^/]+\.html$"),
        (["/haber/12-yeni-park", "/haber/345-eski-yol"], r"^/haber/\d+[-_][^/]+$"),
        (["/a-12.html", "/bb-13.html"], r"^/[^/]+[-_]\d+\.html$"),
        (["/en/news/a", "/tr/news/b", "/en/news/c", "/tr/news/d"], r"^/[a-z]{2}/news/[^/]+$"),
        (["/show.aspx?id=1", "/show.aspx?id=22"], r"^/show\.aspx\?id=\d+"),
        (["/index.php?id=4&option=com_content&view=article", "/index.php?id=5&option=com_content&view=article"],
         r"^/index\.php\?id=\d+&option=com_content&view=article"),
        (["/%D8%AE%D8%A8%D8%B1/1", "/%D8%AE%D8%A8%D8%B1/2"], r"^/%D8%AE%D8%A8%D8%B1/\d+$"),
    ],
)  # fmt: skip
def test_addresses_of_one_form_share_a_pattern(paths, pattern):
    assert learnt(paths) == pattern
    assert all(re.search(pattern, path) for path in paths)


def test_it_is_no_tighter_than_the_other_links_ask_for():
    paths = ["/park-opens-again/", "/council-decides-on-tram/", "/roof/", "/market-hall/"]
    assert learnt(paths) == "^/[^/]+/$"
    assert learnt(paths, ["/a/b/"]) == "^/[^/]+/$"


def test_words_tell_articles_from_pages_that_stand_beside_them():
    paths = ["/park-opens-again/", "/council-decides-on-tram/", "/a-market-hall/"]
    pattern = learnt(paths, ["/about/", "/contact/"])
    assert pattern == "^/(?:[^/-]+-){1,}[^/]+/$"
    assert learnt(paths, ["/about-us/"]) == "^/(?:[^/-]+-){2,}[^/]+/$"


def test_sections_are_written_out_only_where_they_must_be():
    paths = ["/sport/a", "/sport/b", "/culture/c", "/culture/d"]
    assert learnt(paths) == "^/[^/]+/[^/]+$"
    assert learnt(paths, ["/services/water"]) == "^/(?:culture|sport)/[^/]+$"


def test_two_forms_in_one_list_are_both_learnt():
    pattern = learnt(["/news/1", "/news/2", "/news/3", "/story/a.html", "/story/b.html"])
    assert pattern == r"^/news/\d+$|^/story/[^/]+\.html$"


def test_what_stands_alone_is_no_form():
    assert learnt(["/news/1", "/about/us/here"]) is None
    assert learnt([]) is None
