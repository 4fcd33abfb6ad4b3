"""The sources: TOML files, and a short spider for each odd site."""
