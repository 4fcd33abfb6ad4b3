"""The progress of crawls, live on standard error."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn, TimeElapsedColumn

from cli.output import err
from scheduler.protocol import Report


class CrawlProgress:
    """One bar a source: pages fetched of those wanted."""

    def __init__(self, progress: Progress) -> None:
        self._progress = progress
        self._tasks: dict[str, TaskID] = {}

    def __call__(self, report: Report) -> None:
        """Show a report of the executor."""
        task = self._tasks.get(report.source)
        if task is None:
            task = self._tasks[report.source] = self._progress.add_task(report.source, total=None)
        wanted = report.run.get("leads", 0) - report.run.get("known", 0)
        done = report.run.get("fetched", 0)
        self._progress.update(task, completed=done, total=done if report.finished else max(wanted, 1))


@contextmanager
def crawl_progress(title: str) -> Iterator[CrawlProgress]:
    """Bars while the crawls run; they stay as a record when standard error is no terminal's."""
    columns = (TextColumn("{task.description:<24}", markup=False), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    err.print(title, style="bold")
    with Progress(*columns, console=err) as progress:
        yield CrawlProgress(progress)
