import re
import tomllib
from collections import Counter
from importlib.resources import files

import pytest

from news.addresses import address_key
from news.errors import SourceError, UnknownSource
from news.names.catalogue import network, place
from news.values import Calendar, Known
from spiders.catalogue import Catalogue, find_source, load_sources

GOOD = 'name = "x"\nfeeds = ["https://example.org/feed"]\n'


def test_the_shipped_catalogue_holds_the_systems_of_the_seeds():
    sources = load_sources()
    assert {"gpm", "shahrekhabar", "yazd", "scn-ar", "softinja"} <= set(sources)


@pytest.mark.parametrize("source", load_sources().values(), ids=lambda source: source.key)
def test_each_shipped_source_is_whole(source):
    assert source.roads
    assert source.languages
    assert source.home
    if source.network:
        assert network(source.network)
    if source.city:
        assert place(source.city).country == source.country
    assert source.known, "say how much is known of its roads"
    assert source.known_at
    assert not source.enabled, "it has not been tested from here"
    if source.known is Known.UNVERIFIED:
        assert source.note, "say what is not known"
    if source.country == "IR":
        assert (source.timezone, source.calendar) == ("Asia/Tehran", Calendar.JALALI)


def test_the_catalogue_is_large_and_asks_no_address_twice():
    sources = load_sources().values()
    assert len(sources) >= 125
    roads = Counter(address_key(road) for source in sources for road in source.roads)
    assert [road for road, count in roads.items() if count > 1] == []
    names = Counter(source.name for source in sources)
    assert [name for name, count in names.items() if count > 1] == []


def test_a_shipped_source_is_a_few_lines():
    for file in (files("spiders") / "sources").iterdir():
        for block in re.split(r"^(?=\[[\w-]+\]$)", file.read_text(encoding="utf-8"), flags=re.MULTILINE)[1:]:
            lines = [line for line in block.splitlines()[1:] if line]
            assert 2 <= len(lines) <= 10, f"{file.name}: {block}"


def test_a_users_file_overrides_field_by_field(tmp_path):
    (tmp_path / "yazd.toml").write_text('schedule = "PT5M"\nenabled = true\n', encoding="utf-8")
    (tmp_path / "mine.toml").write_text('name = "Mine"\nfeeds = ["https://example.org/feed"]\n', encoding="utf-8")
    sources = load_sources(tmp_path)
    assert sources["yazd"].enabled
    assert sources["yazd"].city == "111822"
    assert sources["yazd"].schedule.total_seconds() == 300
    assert sources["mine"].name == "Mine"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('name = "x"\nfeed = ["https://example.org"]', "feed: Extra inputs"),
        ('name = "x"\ntimezone = "Mars/Olympus"', "timezone"),
        ('name = "x"\nfeeds = ["ftp://example.org"]', "feeds.0"),
        ('name = "x"\nfeeds = [', "Invalid"),
        ('name = "x"\narticle = "("', "article"),
        ('kind = "network"', "name: Field required"),
        ('name = "x"', "feeds: a source needs a road"),
        (GOOD + 'network = "nix"', "network: no network has the key 'nix'"),
        (GOOD + 'city = "1"', "city: no city is known"),
        (GOOD + 'languages = ["fa", "farsi"]', "languages.1: 'farsi' is none of"),
        (GOOD + '[selectors]\ntext = "a["', "selectors.text: not a CSS selector"),
        (GOOD + '[selectors]\nremove = [".x", "p::text"]', "selectors.remove.1: not a CSS selector"),
        ('name = "x"\n[[lists]]\nurl = "https://example.org"\nnext = "a["', "lists.0.next: not a CSS selector"),
    ],
)
def test_a_wrong_file_is_named_with_its_field(tmp_path, text, said):
    (tmp_path / "mine.toml").write_text(text, encoding="utf-8")
    with pytest.raises(SourceError, match=r"mine\.toml") as caught:
        load_sources(tmp_path)
    assert said in str(caught.value)
    assert "Value error" not in str(caught.value)


def test_with_a_callback_the_good_sources_are_kept(tmp_path):
    (tmp_path / "mine.toml").write_text(GOOD, encoding="utf-8")
    (tmp_path / "broken.toml").write_text('name = "x"\nfeeds = ["ftp://example.org"]', encoding="utf-8")
    (tmp_path / "yazd.toml").write_text("enabled = ", encoding="utf-8")
    errors = []
    sources = load_sources(tmp_path, errors.append)
    assert {"mine", "gpm"} <= set(sources)
    assert not {"broken", "yazd"} & set(sources)
    first, second = map(str, errors)
    assert first.startswith(f"{tmp_path / 'broken.toml'}: feeds.0: not an http")
    assert second.startswith(f"{tmp_path / 'yazd.toml'}: ")


def test_an_override_may_be_partial(tmp_path):
    (tmp_path / "shahrekhabar.toml").write_text("enabled = true\n", encoding="utf-8")
    assert load_sources(tmp_path)["shahrekhabar"].enabled
    assert not load_sources()["shahrekhabar"].enabled


def test_an_unknown_key_suggests_the_near_ones():
    with pytest.raises(UnknownSource, match="scn-ar"):
        find_source(load_sources(), "scn-a")


def test_shipped_files_say_only_what_is_needed():
    for file in (files("spiders") / "sources").iterdir():
        groups = tomllib.loads(file.read_text(encoding="utf-8"))
        common = groups.pop("common")
        for key, table in groups.items():
            assert "key" not in table, f"{file.name}: the key is the table's name"
            same = [name for name, value in table.items() if name in common and common[name] == value]
            assert same == [], f"{file.name}: {key} repeats what is common"


def test_a_users_file_is_read_again_only_when_it_has_changed(tmp_path):
    path = tmp_path / "mine.toml"
    path.write_text(GOOD, encoding="utf-8")
    first = load_sources(tmp_path)["mine"]
    assert load_sources(tmp_path)["mine"] is first
    path.write_text(GOOD.replace('"x"', '"y"'), encoding="utf-8")
    assert load_sources(tmp_path)["mine"].name == "y"
    path.unlink()
    assert "mine" not in load_sources(tmp_path)


def test_a_process_reads_sources_again_when_the_one_it_wants_or_the_folder_has_changed(tmp_path):
    mine, other = tmp_path / "mine.toml", tmp_path / "other.toml"
    mine.write_text(GOOD, encoding="utf-8")
    other.write_text(GOOD, encoding="utf-8")
    catalogue = Catalogue(tmp_path, pytest.fail, clock=lambda: 0.0)
    first = catalogue.sources("mine")
    assert catalogue.sources("mine") is catalogue.sources("other") is first
    mine.write_text(GOOD.replace('"x"', '"changed"'), encoding="utf-8")
    assert catalogue.sources("other") is first
    assert catalogue.sources("mine")["mine"].name == "changed"
    (tmp_path / "third.toml").write_text(GOOD, encoding="utf-8")
    assert "third" in catalogue.sources("mine")
    mine.unlink()
    assert "mine" not in catalogue.sources("mine")


def test_a_process_reads_the_other_sources_again_after_a_while_if_one_has_changed(tmp_path):
    now = 0.0
    for key in ("mine", "other"):
        (tmp_path / f"{key}.toml").write_text(GOOD, encoding="utf-8")
    catalogue = Catalogue(tmp_path, pytest.fail, every=5.0, clock=lambda: now)
    first = catalogue.sources("mine")
    (tmp_path / "other.toml").write_text(GOOD.replace('"x"', '"changed"'), encoding="utf-8")
    assert catalogue.sources("mine") is first
    now = 5.0
    second = catalogue.sources("mine")
    assert second["other"].name == "changed"
    now = 11.0
    assert catalogue.sources("mine") is second


def test_a_process_without_a_folder_of_its_own_has_the_shipped_sources(tmp_path):
    assert "yazd" in Catalogue(tmp_path / "none", pytest.fail).sources("yazd")
