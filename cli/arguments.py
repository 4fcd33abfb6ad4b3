"""Arguments that several commands take."""

from __future__ import annotations

from typing import Annotated

import typer

#: What PostgreSQL's integers hold.
LARGEST_ID = 2**31 - 1
ArticleId = Annotated[int, typer.Argument(metavar="ID", min=1, max=LARGEST_ID)]
