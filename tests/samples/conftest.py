"""The sample sites as real processes, and a client that asks them directly."""

from collections.abc import Iterator

import httpx
import pytest

from samples.serving import SampleSites


@pytest.fixture(scope="session")
def sites() -> Iterator[SampleSites]:
    """Unpublished; shared, so only for tests that change nothing."""
    with SampleSites.start() as started:
        yield started


@pytest.fixture
def fresh_sites() -> Iterator[SampleSites]:
    """A process of its own for a test that publishes or counts requests."""
    with SampleSites.start() as started:
        yield started


@pytest.fixture(scope="session")
def client() -> Iterator[httpx.Client]:
    """No proxy from the environment, no redirects."""
    with httpx.Client(trust_env=False) as opened:
        yield opened
