"""How a source's lists are walked: on to older pages until the last good crawl is reached."""

from crawler.spider import Gathered
from news.values import Lead, Road
from storage.leads import Validators


def lead(number):
    return Lead(address=f"https://a.example/{number}", source="a", road=Road.LIST)


def test_pages_of_a_list_are_gathered_in_order_under_the_first_pages_validators():
    first = Validators(address="https://a.example/", etag='"1"')
    gathered = Gathered().with_page([lead(1)], first).with_page([lead(2)], Validators(address="https://a.example/2"))
    assert gathered.leads == (lead(1), lead(2))
    assert gathered.validators == first
