"""Dates as the sample sites print them."""

from datetime import datetime
from zoneinfo import ZoneInfo

import jdatetime
from babel.dates import format_date

_DIGITS = {
    "persian": str.maketrans("0123456789", "۰۱۲۳۴۵۶۷۸۹"),
    "arabic-indic": str.maketrans("0123456789", "٠١٢٣٤٥٦٧٨٩"),
}


def gregorian(moment: datetime, zone: ZoneInfo, language: str) -> str:
    """Day, month in words and year, as in ``3 Mart 2025``."""
    return format_date(moment.astimezone(zone), "d MMMM y", locale=language)


def jalali(moment: datetime, zone: ZoneInfo, pattern: str, digits: str = "persian") -> str:
    """A Jalali date by a strftime pattern, its names in Persian and its digits as asked."""
    local = jdatetime.datetime.fromgregorian(datetime=moment.astimezone(zone), locale="fa_IR")
    return str(local.strftime(pattern)).translate(_DIGITS[digits])
