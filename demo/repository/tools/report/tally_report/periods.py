"""Quarters of a year, from dates such as ``2024-01-31``."""

from datetime import date


def quarter_of(day):
    """The year and the quarter, 1 to 4, that a day lies in."""
    parsed = date.fromisoformat(day)
    return parsed.year, parsed.month // 3 + 1


def quarter_name(quarter):
    """``2024 Q1``, for people."""
    year, number = quarter
    return f"{year} Q{number}"
