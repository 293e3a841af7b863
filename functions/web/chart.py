"""Figures as shapes: where the bars and points of a chart lie. The amounts come from SQL."""

from collections.abc import Sequence
from datetime import date
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal
from typing import Any

from shared.documents.formatting import short_rupees

_WIDTH, _HEIGHT = 720, 240
_LEFT, _TOP, _BOTTOM = 56, 12, 28
_LINES = 4
_SERIES = ("sales", "receipts", "expenses")
_BAR, _GAP = 11, 2
_LEADS = (Decimal(1), Decimal(2), Decimal("2.5"), Decimal(5), Decimal(10))


def year(months: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """Three bars and a point per month, over lines at round amounts."""
    highest = max((month[name] for month in months for name in _SERIES), default=Decimal(0))
    lowest = min((month["net"] for month in months), default=Decimal(0))
    scale = _Scale(min(lowest, Decimal(0)), highest)
    step = (_WIDTH - _LEFT) / len(months)
    return {
        "width": _WIDTH,
        "height": _HEIGHT,
        "left": _LEFT,
        "zero": scale.y(Decimal(0)),
        "lines": [{"y": scale.y(value), "label": short_rupees(value)} for value in scale.lines()],
        "months": [_month(month, _LEFT + index * step, step, scale) for index, month in enumerate(months)],
    }


class _Scale:
    """Rupees to pixels, between two multiples of a round step."""

    def __init__(self, lowest: Decimal, highest: Decimal) -> None:
        self._step = _round_up((highest - lowest) / _LINES) or Decimal(1)
        self._bottom = (lowest / self._step).to_integral_value(ROUND_FLOOR) * self._step
        self._top = max((highest / self._step).to_integral_value(ROUND_CEILING) * self._step, self._step)

    def y(self, value: Decimal) -> float:
        room = _HEIGHT - _TOP - _BOTTOM
        return round(_TOP + float((self._top - value) / (self._top - self._bottom)) * room, 1)

    def lines(self) -> list[Decimal]:
        count = int((self._top - self._bottom) / self._step)
        return [self._bottom + self._step * index for index in range(count + 1)]


def _month(month: dict[str, Any], x: float, step: float, scale: _Scale) -> dict[str, Any]:
    first_x = x + (step - len(_SERIES) * _BAR - (len(_SERIES) - 1) * _GAP) / 2
    return {
        **month,
        "name": date.fromisoformat(month["month"]).strftime("%b"),
        "x": round(x, 1),
        "step": round(step, 1),
        "middle": round(x + step / 2, 1),
        "net_y": scale.y(month["net"]),
        "bars": [
            {
                "name": name,
                "x": round(first_x + index * (_BAR + _GAP), 1),
                "y": scale.y(month[name]),
                "width": _BAR,
                "height": round(scale.y(Decimal(0)) - scale.y(month[name]), 1),
            }
            for index, name in enumerate(_SERIES)
        ],
    }


def _round_up(value: Decimal) -> Decimal:
    """The next 1, 2, 2.5 or 5 with zeros."""
    if value <= 0:
        return Decimal(0)
    size = Decimal(10) ** value.adjusted()
    return next(size * lead for lead in _LEADS if size * lead >= value)


def sparkline(values: Sequence[Decimal], width: int = 120, height: int = 32) -> str:
    """The points of a small line without axes."""
    low, high = min(values), max(values)
    room = high - low or Decimal(1)
    step = width / max(len(values) - 1, 1)
    return " ".join(
        f"{index * step:.1f},{2 + float((high - value) / room) * (height - 4):.1f}"
        for index, value in enumerate(values)
    )
