"""The ledger of coverage: whatever happens to leads, each ends once, and the sums agree."""

from hypothesis import given
from hypothesis import strategies as st

from crawler.faults import Fault, fault_of, faults_of
from crawler.ledger import Ledger, Listed, Outcome

KEYS = st.sampled_from("abcdef")
ENDS = st.sampled_from([Outcome.NEW, Outcome.FAILED, Outcome.REFUSED, Outcome.NOT_ARTICLE])
STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("list"), st.lists(KEYS, max_size=6), st.sets(KEYS)),
        st.tuples(st.just("end"), KEYS, ENDS),
    ),
    max_size=20,
)


@given(left_over=st.sets(KEYS), steps=STEPS)
def test_every_lead_ends_once_and_the_sums_agree(left_over, steps):
    ledger, under_way = Ledger(), set(left_over)
    for key in left_over:
        ledger.take_up(key)
    for kind, *values in steps:
        if kind == "list":
            shown, wanted = values
            ledger.ask_list()
            asked = ledger.show(shown, wanted & set(shown))
            assert asked <= wanted
            assert not asked & under_way
            under_way |= asked
        elif values[0] in under_way:
            key, outcome = values
            under_way.discard(key)
            ledger.end(key, outcome, "why" if outcome is not Outcome.NEW else None)
    ledger.close()
    assert ledger.disagreements() == ()
    assert ledger.outcomes[Outcome.LEFT] == len(under_way)
    assert ledger.lists[Listed.LEFT] == ledger.lists_asked


def test_what_one_road_shows_as_known_and_another_as_changed_is_asked_for_once():
    ledger = Ledger()
    assert ledger.show(["a", "b"], []) == set()
    assert ledger.show(["a", "b"], ["a"]) == {"a"}
    assert ledger.show(["a"], ["a"]) == set()
    ledger.end("a", Outcome.UPDATED)
    assert ledger.show(["a"], ["a"]) == set()
    ledger.close()
    assert ledger.disagreements() == ()
    assert ledger.outcomes == {Outcome.KNOWN: 1, Outcome.UPDATED: 1}


def test_a_lead_that_ends_twice_or_was_never_met_is_a_disagreement():
    ledger = Ledger()
    ledger.show(["a"], ["a"])
    ledger.end("a", Outcome.NEW)
    ledger.end("a", Outcome.NEW)
    ledger.end("b", Outcome.NEW)
    ledger.close()
    assert ledger.disagreements() == ("1 leads ended-twice", "1 leads never-entered")


def test_a_failure_without_a_cause_is_a_disagreement():
    ledger = Ledger()
    ledger.show(["a"], ["a"])
    ledger.end("a", Outcome.FAILED)
    ledger.close()
    assert ledger.disagreements() == ("1 leads failed, 0 with a cause",)


def test_causes_are_sorted_into_types():
    failed = {
        "http-404": 2,
        "http-429": 1,
        "http-503": 1,
        "continuation-timeout": 1,
        "private-address": 1,
        "KeyError": 1,
    }
    assert faults_of(failed, {"challenge": 3, "no-text": 9}) == {
        Fault.CLIENT: 2, Fault.TOO_MANY: 1, Fault.SERVER: 1, Fault.TIMEOUT: 1, Fault.ADDRESS: 1, Fault.OWN: 1, Fault.WALL: 3,
    }  # fmt: skip
    assert fault_of("http-302") is Fault.REDIRECTS
