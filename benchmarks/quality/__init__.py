"""The quality gates: body, dates, language, memberships and tags, each held to the floors of `floors.toml`."""
