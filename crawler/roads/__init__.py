"""The roads to news: each turns one list's answer into leads."""
