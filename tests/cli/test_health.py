"""What `jarchi sources list` and `show` say of a source's health."""

import json

from samples.serving import SampleSites


def health(done, key):
    return next(source["health"] for source in json.loads(done.stdout)["sources"] if source["key"] == key)


def test_a_source_that_was_never_crawled_has_no_health_yet(jarchi, sites):
    found = health(jarchi("sources", "list", "--json"), "profile-fa")
    assert (found["state"], found["faults"], found["covered"], found["tls"]) == (
        "unknown",
        {},
        None,
        "strict",
    )


def test_the_health_of_a_source_is_told_by_its_last_crawl(jarchi, sites, home):
    with SampleSites.start() as gone:
        address = gone.origins["profile-fa"]
    text = f'name = "Gone"\ntls = "lax"\nfeeds = ["{address}feed"]\n'
    (home / "sources" / "gone.toml").write_text(text, encoding="utf-8")
    jarchi("crawl", "gone", "profile-fa")
    listed = jarchi("sources", "list", "--json")
    sound, failed = health(listed, "profile-fa"), health(listed, "gone")
    assert (sound["state"], sound["faults"], sound["covered"]) == ("good", {}, 1.0)
    assert sound["leads"]["new"] > 0
    assert (failed["state"], failed["faults"], failed["tls"]) == ("failed", {"connect": 1}, "lax")
    assert failed["lists"] == {"asked": 1, "failed": 1}
    assert json.loads(jarchi("sources", "show", "gone", "--json").stdout)["health"] == failed
    assert "faults = { connect = 1 }" in jarchi("sources", "show", "gone").stdout.replace("\n", " ")
