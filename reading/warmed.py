"""Imported by the server that forks readers and by nobody else: forks share what it has loaded."""

from reading.language import warm

warm()
