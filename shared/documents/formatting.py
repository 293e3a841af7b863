"""Amounts and days as India writes them. Only the writing: no amount is ever computed here."""

from datetime import date, datetime, timedelta
from decimal import Decimal

_MINUS = "\N{MINUS SIGN}"
_SIZES: tuple[tuple[int, str], ...] = ((10_000_000, "Cr"), (100_000, "L"), (1000, "k"))


def grouped(amount: Decimal | int) -> str:
    """11,23,000.00: three digits, then pairs."""
    whole, _, paise = f"{abs(amount):.2f}".partition(".")
    head, tail = whole[:-3], whole[-3:]
    pairs = [head[max(end - 2, 0) : end] for end in range(len(head), 0, -2)][::-1]
    sign = _MINUS if amount < 0 else ""
    return f"{sign}{','.join([*pairs, tail])}.{paise}"


def rupees(amount: Decimal | int) -> str:
    """₹11,23,000.00."""
    text = grouped(amount)
    return f"{_MINUS}₹{text[1:]}" if text.startswith(_MINUS) else f"₹{text}"


def short_rupees(amount: Decimal) -> str:
    """₹11.2 L, ₹3.4 Cr: for the axis of a chart."""
    sign = _MINUS if amount < 0 else ""
    for size, name in _SIZES:
        if abs(amount) >= size:
            return f"{sign}₹{abs(amount) / size:.1f}".removesuffix(".0") + f" {name}"
    return f"{sign}₹{abs(amount):.0f}"


def number(value: Decimal | int) -> str:
    """A quantity or a rate, without zeros that say nothing."""
    text = f"{value:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def day(value: str | date) -> str:
    """05 Apr 2025."""
    return (date.fromisoformat(value[:10]) if isinstance(value, str) else value).strftime("%d %b %Y")


def period(first: str, last: str) -> str:
    """The months from one to the other, when they are whole; else the days."""
    begins, ends = date.fromisoformat(first), date.fromisoformat(last)
    if begins.day != 1 or (ends + timedelta(days=1)).day != 1:
        return f"{day(begins)} – {day(ends)}"  # noqa: RUF001 (a dash is a dash)
    if (begins.year, begins.month) == (ends.year, ends.month):
        return f"{begins:%b %Y}"
    year = f" {begins.year}" if begins.year != ends.year else ""
    return f"{begins:%b}{year} – {ends:%b %Y}"  # noqa: RUF001


def date_and_time(value: str) -> str:
    """05 Apr 2025, 14:30, on the clock that the text was written for."""
    return datetime.fromisoformat(value).strftime("%d %b %Y, %H:%M")


def due(days: int) -> str:
    """How far away a day is, in words."""
    if days == 0:
        return "today"
    many = f"{abs(days)} day{'s' if abs(days) != 1 else ''}"
    return f"in {many}" if days > 0 else f"{many} late"
