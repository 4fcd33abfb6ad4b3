"""The catalogue is sound: keys, parents, aliases; and it loads fast enough to be read anywhere."""

from __future__ import annotations

import re
import subprocess
import sys
from collections import defaultdict

import pytest

from news.languages.tokens import words
from news.names import network, networks, place
from news.names.catalogue import overlay, read_data
from news.names.cues import cues, site_names
from news.names.gazetteer import INDEX, Entry, gazetteer, pack_entry, unpack_entry
from news.names.keys import key as key_of
from news.names.network_rules import Grade, aliases_of


def test_there_are_all_networks() -> None:
    assert len(networks()) >= 87


def test_keys_are_unique_slugs() -> None:
    lines = [line for line in read_data("networks.toml").splitlines() if line.startswith("key = ")]
    assert len(lines) == len(set(lines)) == len(networks())
    assert all(re.fullmatch("[a-z0-9]+(-[a-z0-9]+)*", known.key) for known in networks())


def test_parents_exist_and_make_no_circle() -> None:
    for known in networks():
        seen = {known.key}
        parent = known.parent
        while parent is not None:
            assert parent not in seen
            seen.add(parent)
            parent = network(parent).parent


def test_every_alias_folds_to_something_long_enough() -> None:
    for known in networks():
        for grade, name in aliases_of(known):
            assert len(key_of(name)) >= 3, name
            if grade is Grade.UNVERIFIED:
                assert len(words(name)) >= 2, name


def test_unverified_names_are_among_the_aliases() -> None:
    for known in networks():
        assert known.unverified <= {name for names in known.aliases.values() for name in names}


def test_names_that_a_city_vouches_for_are_ambiguous_and_hosts_vouch_for_phrases() -> None:
    for known in networks():
        assert set(known.near_city) <= set(known.ambiguous), known.key
        assert not known.vouched_by or known.descriptive, known.key
        assert not known.regions or known.parent, known.key


def test_no_name_is_shared_unless_marked() -> None:
    """A name of two networks must need evidence in both."""
    owners: dict[str, list[tuple[str, Grade]]] = defaultdict(list)
    for known in networks():
        for grade, name in aliases_of(known):
            owners[key_of(name)].append((known.key, grade))
    shared = {key: found for key, found in owners.items() if len({network for network, _ in found}) > 1}
    unmarked = {k: v for k, v in shared.items() if any(grade < Grade.AMBIGUOUS for _, grade in v)}
    assert unmarked == {}


@pytest.mark.parametrize(
    "acronym", ["AMF", "SCN", "GPM", "MAP", "CoM", "CoR", "ATO", "LHC", "TBB", "C40", "U20"]
)
def test_ambiguous_acronyms_never_stand_alone(acronym: str) -> None:
    for known in networks():
        assert acronym not in known.acronyms
    assert any(acronym in known.ambiguous for known in networks())


def test_places() -> None:
    assert place("111822").name == "Yazd"
    assert place("111822").names["fa"] == ("یزد",)
    assert place("2464915").country == "TN"
    assert len(overlay()) >= 120
    with pytest.raises(KeyError):
        place("0")


def test_the_index_is_compact_and_every_city_in_it_known() -> None:
    index = gazetteer()
    keys = index.keys()
    assert len(keys) > 80_000
    assert INDEX.stat().st_size < 6_000_000
    for key in keys[::50]:
        entry = index.entry(key)
        assert entry is not None
        assert all(place(identity).name for identity in entry.ids)


def test_packed_entries_and_places_are_read_as_they_were_written() -> None:
    entry = Entry(
        "SNASNASNASNASNA",
        ("7", "12345678"),
        frozenset({"7"}),
        frozenset({"12345678"}),
        frozenset({"\u0642\u0645"}),
        "US.TX",
    )
    assert unpack_entry(pack_entry(entry)) == entry
    assert unpack_entry(pack_entry(Entry("A" * 15, area="TN"))) == Entry("A" * 15, area="TN")
    assert place("7732501").kind == "district"


@pytest.mark.parametrize(
    ("identity", "name"),
    [("7732501", "Kadıköy"), ("741240", "Of"), ("124193", "Meybod"), ("2553455", "Chefchaouen")],
)
def test_towns_and_districts_that_join_networks_are_known(identity: str, name: str) -> None:
    assert place(identity).name == name


@pytest.mark.parametrize(
    "language",
    ["fa", "ar", "tr", "en", "fr", "de", "es", "ru", "it", "pt", "az", "ku", "id", "zh", "ja"],
)
def test_cues_fold_to_something(language: str) -> None:
    found = cues(language)
    assert found.city_before
    assert found.context or found.context_within
    assert all(phrase and all(phrase) for phrase in (*found.city_before, *found.city_after, *found.not_city))
    assert all(map(key_of, (*found.common, *site_names())))


def test_all_loads_within_its_budget() -> None:
    """Processor time of a first call, imports aside; the bound leaves room for a busy machine."""
    script = (
        "import time; from news.names import find_names\n"
        "start = time.process_time()\n"
        "find_names(title='', text='Yazd', language='en', source=None)\n"
        "print(time.process_time() - start)\n"
    )
    spent = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True).stdout
    assert float(spent) < 0.3


def test_the_index_opens_at_once_and_stays_small() -> None:
    """Wall time and resident memory of opening the index and looking a thousand names up; a busy machine has room."""
    script = (
        "import pathlib, time; from news.names.gazetteer import INDEX, Gazetteer\n"
        "resident = lambda: int(pathlib.Path('/proc/self/statm').read_text().split()[1]) * 4096\n"
        "before, start = resident(), time.process_time()\n"
        "index = Gazetteer(INDEX)\n"
        "print(time.process_time() - start)\n"
        "[index.entry(f'{a}{b}ran') for a in 'abcdefghijklmnopqrstuvwxyz' for b in 'abcdefghijklmnopqrstuvwxyz']\n"
        "print(resident() - before)\n"
    )
    run = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    opened, resident = map(float, run.stdout.split())
    assert opened < 0.02
    assert resident < 10_000_000
