"""What the shell offers behind a half-typed word."""

from __future__ import annotations

from news.errors import JarchiError


def source_keys(incomplete: str) -> list[str]:
    """Keys of sources that begin so; none where the settings are wrong, since nobody would see the message."""
    from news.settings import load_settings  # noqa: PLC0415 - every command imports this, and hardly any calls it
    from spiders.catalogue import load_sources  # noqa: PLC0415

    try:
        sources = load_sources(load_settings().sources_folder, on_error=lambda _: None)
    except JarchiError:
        return []
    return [key for key in sources if key.startswith(incomplete)]


def rule_names(incomplete: str) -> list[str]:
    """Names of alert rules that begin so; none where there is no archive yet, or it cannot be read."""
    from cli.opening import archive  # noqa: PLC0415
    from news.settings import load_settings  # noqa: PLC0415
    from storage.rules import rules  # noqa: PLC0415

    try:
        settings = load_settings()
        if not settings.home.is_dir():
            return []
        with archive(settings) as store, store.reading() as session:
            return [rule.name for rule in rules(session) if rule.name.startswith(incomplete)]
    except JarchiError:
        return []
