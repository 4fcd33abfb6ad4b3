"""The configuration with which Jarchi watches the sample sites."""

from collections.abc import Mapping
from pathlib import Path

_FOLDER = Path(__file__).parent / "sources"


def sources(origins: Mapping[str, str]) -> Mapping[str, str]:
    """The TOML text of each site's source, its addresses on the given origins (which end in a slash)."""
    return {site: _template(site).replace("{origin}", origin) for site, origin in origins.items()}


def _template(site: str) -> str:
    return (_FOLDER / f"{site}.toml").read_text(encoding="utf-8")
