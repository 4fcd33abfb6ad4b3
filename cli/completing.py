"""What the shell offers behind a half-typed word."""

from __future__ import annotations

from news.errors import JarchiError
from news.settings import load_settings
from spiders.catalogue import load_sources


def source_keys(incomplete: str) -> list[str]:
    """Keys of sources that begin so; none where the settings are wrong, since nobody would see the message."""
    try:
        sources = load_sources(load_settings().sources_folder, on_error=lambda _: None)
    except JarchiError:
        return []
    return [key for key in sources if key.startswith(incomplete)]
