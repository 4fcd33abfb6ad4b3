"""Membership statements: who joined, left, applied to which network, and how real the statement is."""

from reading.claims.reader import read_claims

__all__ = ["read_claims"]
