"""Imported by the server that forks readers and by nobody else: forks share what it has loaded."""

import gc

import reading.continuation
import reading.pages  # noqa: F401 - with all that a page needs
from news.names import find_names
from reading.language import warm

warm()
find_names(title="", text="Paris", language="und", source=None)  # names of cities and networks
gc.collect()
gc.freeze()  # or each fork's first collection would write into, and so copy, all that it shares
