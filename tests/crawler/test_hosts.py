from hypothesis import given
from hypothesis import strategies as st

from crawler.hosts import HostRegistry


@given(
    floor=st.floats(0.1, 10),
    asked=st.lists(st.tuples(st.sampled_from(["a.example", "b.example:8080"]), st.floats(0, 5)), max_size=40),
)
def test_two_requests_to_one_host_are_never_closer_than_the_floor(floor, asked):
    registry = HostRegistry(floor)
    now, sent = 0.0, {}
    for host, pause in asked:
        now += pause
        moment = now + registry.reserve(host, now)
        if host in sent:
            assert moment - sent[host] >= floor - 1e-9
        sent[host] = moment


def test_a_host_that_was_left_alone_is_asked_at_once():
    registry = HostRegistry(2.0)
    assert registry.reserve("a.example", 10.0) == 0
    assert registry.reserve("a.example", 10.5) == 1.5
    assert registry.reserve("b.example", 10.5) == 0
    assert registry.reserve("a.example", 60.0) == 0
