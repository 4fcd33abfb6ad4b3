"""The quality gates: body, dates, language and memberships, each held to the floors of `floors.toml`."""
