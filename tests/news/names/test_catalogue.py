"""The catalogue is sound: keys, parents, aliases; and it loads fast enough to be read anywhere."""

from __future__ import annotations

import re
import subprocess
import sys
from collections import defaultdict

import pytest

from news.names import network, networks, place
from news.names.catalogue import overlay, read_data
from news.names.cues import cues, site_names
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
                assert len(name.replace("\u200c", " ").replace("-", " ").split()) >= 2, name


def test_unverified_names_are_among_the_aliases() -> None:
    for known in networks():
        assert known.unverified <= {name for names in known.aliases.values() for name in names}


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


def test_compiled_names_are_sorted_and_small() -> None:
    rows = read_data("gazetteer_names.tsv").splitlines()[1:]
    keys = [row.split("\t", 1)[0] for row in rows]
    assert keys == sorted(keys)
    assert len(keys) == len(set(keys))
    assert sum(len(read_data(name).encode()) for name in ("gazetteer.tsv", "gazetteer_names.tsv")) < 3_000_000


def test_every_compiled_city_is_known() -> None:
    for row in read_data("gazetteer_names.tsv").splitlines()[1:]:
        for identity in row.split("\t")[2].split(","):
            assert place(identity.lstrip("~"))


@pytest.mark.parametrize("language", ["fa", "ar", "tr", "en", "fr", "de", "es", "ru"])
def test_cues_fold_to_something(language: str) -> None:
    words = cues(language)
    assert words.city_before
    assert words.context
    assert all(phrase and all(phrase) for phrase in (*words.city_before, *words.city_after, *words.not_city))
    assert all(map(key_of, (*words.common, *site_names())))


def test_all_loads_within_its_budget() -> None:
    """Processor time of a first call, imports aside; the bound leaves room for a busy machine."""
    script = (
        "import time; from news.names import find_names\n"
        "start = time.process_time()\n"
        "find_names(title='', text='Yazd', language='en', source=None)\n"
        "print(time.process_time() - start)\n"
    )
    spent = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True).stdout
    assert float(spent) < 0.6
