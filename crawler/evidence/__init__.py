"""Pages as they came: written to WARC files, found again in them, counted against a budget."""
