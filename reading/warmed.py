"""Imported by the server that forks readers and by nobody else: forks share what it has loaded."""

import gc
from importlib import import_module

from news.loading import begin_loading, end_loading


def _load() -> None:
    """All that a page needs."""
    for module in ("reading.continuation", "reading.pages"):
        import_module(module)
    import_module("reading.language").warm()
    import_module("news.names").find_names(title="", text="Paris", language="und", source=None)


begin_loading()
_load()
gc.collect()
end_loading()  # or each fork's first collection would write into, and so copy, all that it shares
