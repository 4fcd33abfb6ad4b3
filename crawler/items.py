"""What a spider yields."""

from __future__ import annotations

from dataclasses import dataclass

from news.values import Article, NotArticle, Page
from storage.leads import Validators, Wanted


@dataclass(frozen=True, slots=True, kw_only=True)
class Fetched:
    """A page as it came, with the lead that asked for it."""

    page: Page
    wanted: Wanted
    validators: Validators


@dataclass(frozen=True, slots=True, kw_only=True)
class Read:
    """A page as it was understood."""

    outcome: Article | NotArticle
    wanted: Wanted
    validators: Validators
