"""Small sites, one of each shape, and one scout that looks at them all."""

from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from crawler.discovery.found import Finding, Wishes
from news.settings import Settings, load_settings
from scheduler.scouting import Errand, Word, send_scout
from tests.crawler.conftest import Site
from tests.crawler.discovery.sites import SHAPES


@pytest.fixture(scope="module")
def settings(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Settings]:
    home: Path = tmp_path_factory.mktemp("home")
    with pytest.MonkeyPatch.context() as patch:
        for name, value in {
            "JARCHI_HOME": str(home), "JARCHI_ALLOW_NETWORKS": "127.0.0.0/8", "JARCHI_HOST_DELAY": "0",
            "JARCHI_LOG_LEVEL": "ERROR", "JARCHI_READERS": "2",
        }.items():  # fmt: skip
            patch.setenv(name, value)
        yield load_settings()


@pytest.fixture(scope="module")
def sites() -> Iterator[Mapping[str, Site]]:
    """A running site of each shape."""
    made = {name: Site() for name in SHAPES}
    for name, build in SHAPES.items():
        build(made[name])
    yield made
    for site in made.values():
        site.close()


class Looks:
    """What the scout said of each site."""

    def __init__(self, words: Mapping[str, Word]) -> None:
        self._words = words

    def found(self, name: str) -> Finding:
        word = self._words[name]
        assert word.finding is not None, word.error
        return word.finding

    def error(self, name: str) -> str:
        word = self._words[name]
        assert word.finding is None, word.finding
        return word.error or ""


@pytest.fixture(scope="module")
def looks(settings: Settings, sites: Mapping[str, Site]) -> Looks:
    """One look at every site."""
    errands = [Errand(deadline=120, address=f"{site.address}/", wishes=Wishes()) for site in sites.values()]
    words = send_scout(settings, errands, lambda address: None)
    return Looks(dict(zip(sites, words, strict=True)))
