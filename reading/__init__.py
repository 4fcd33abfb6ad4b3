"""A page becomes an article: pure functions, without network or database."""

from reading.dates import parse_date
from reading.language import detect
from reading.pages import read_page, read_text

__all__ = ["detect", "parse_date", "read_page", "read_text"]
