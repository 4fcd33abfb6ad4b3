"""The staff archive as web pages and JSON."""
