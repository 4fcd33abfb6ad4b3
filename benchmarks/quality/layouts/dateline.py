"""The date as an editor writes it under a title, where the software prints none."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from benchmarks.quality.layouts.values import Job, Shown
from benchmarks.quality.texts import Text
from samples.calendars import gregorian, jalali


def date_line(job: Job, text: Text) -> tuple[str, ...]:
    """A paragraph with the date, where the layout has one; in Persian by the Jalali calendar."""
    if job.shown is not Shown.LINE:
        return ()
    zone = ZoneInfo(job.site.zone)
    if job.site.language == "fa":
        written = jalali(text.date, zone, "%A %-d %B %Y")
    else:
        written = gregorian(text.date, zone, job.site.language)
    return (f"{job.site.published}: {written}",)
