"""Pages of our own texts, made at run time by real software in its real themes."""

from benchmarks.quality.layouts.catalogue import LAYOUTS
from benchmarks.quality.layouts.making import make

__all__ = ["LAYOUTS", "make"]
