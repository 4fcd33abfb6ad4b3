"""Five small news sites with invented news, for the demonstration and the tests.

Nothing here knows the rest of the project. The sites run in a process of their own; see `samples.serving`.
"""

from samples.source_files import sources
from samples.totals import Manifest, manifest

__all__ = ["Manifest", "manifest", "sources"]
