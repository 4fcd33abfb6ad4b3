from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from news.values import Page

NOW = datetime(2026, 11, 1, 12, tzinfo=UTC)
SEEDS = Path(__file__).parents[2].parent / "shared" / "seeds"
MakePage = Callable[..., Page]


@pytest.fixture(scope="session")
def now() -> datetime:
    return NOW


@pytest.fixture(scope="session")
def make_page() -> MakePage:
    """A fetched page; its body is encoded in UTF-8 where it is given as text."""

    def make(
        body: str | bytes,
        *,
        address: str = "https://www.example.org/news/1",
        content_type: str | None = "text/html; charset=utf-8",
        status: int = 200,
        fetched_at: datetime = NOW - timedelta(hours=1),
    ) -> Page:
        return Page(
            address=address,
            final_address=address,
            status=status,
            headers=(("content-type", content_type),) if content_type else (),
            body=body.encode() if isinstance(body, str) else body,
            fetched_at=fetched_at,
        )

    return make


@pytest.fixture
def seed() -> Callable[[str], str]:
    """The text of the seed whose name begins so; skipped only where the folder itself is missing."""

    def load(prefix: str) -> str:
        if not SEEDS.is_dir():
            pytest.skip("the seeds are not here")
        return next(SEEDS.glob(f"{prefix}_*.txt")).read_text(encoding="utf-8")

    return load
