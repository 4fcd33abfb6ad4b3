"""Alerts: which events concern whom, what they are told, and how it reaches them."""
