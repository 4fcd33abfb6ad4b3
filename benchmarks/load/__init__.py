"""Crawl, search and alerts at once on one archive."""
