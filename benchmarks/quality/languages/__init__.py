"""Sentences of our own in the languages that the reader must tell apart: one file each, one text a line."""
