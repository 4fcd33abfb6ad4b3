"""What fetching costs: the whole road of a crawl beside a plain stack and other crawlers, in one run."""
