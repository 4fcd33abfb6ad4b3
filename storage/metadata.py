"""Every table of ours: SQLModel's metadata is whole only with all modules that describe some.

To build them takes a fifth of a second, which a search from the shell does not wait for.
"""

from __future__ import annotations

from sqlmodel import SQLModel

from storage import memberpages, readertables, robots, searchtables, storytables, tables, views

#: Where they are described.
MODULES = (tables, searchtables, robots, memberpages, readertables, storytables, views)
METADATA = SQLModel.metadata
TABLES = METADATA.tables
