"""Copies of the archive: made while everything runs, proved, and put back."""
