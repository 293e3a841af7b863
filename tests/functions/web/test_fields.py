"""What people may type into a field, and what a form says about the rest."""

from typing import Any

import pytest

from functions.web.fields import Amount, Count, FormModel, Percent, TypedDay, YesOrNo, typed
from functions.web.forms import Form


class LineOfForm(FormModel):
    """A line to fill in."""

    amount: Amount = typed("an amount")


class FilledInForm(FormModel):
    """A form with a field of each kind."""

    amount: Amount | None = typed()
    rate: Percent | None = typed()
    count: Count = typed()
    day: TypedDay | None = typed(alias="on")
    agreed: YesOrNo = typed()
    lines: list[LineOfForm] = typed()


def read(**fields: str) -> tuple[dict[str, Any], dict[str, str]]:
    form = Form({name: [text] for name, text in fields.items()})
    return form.read(FilledInForm, lines={}), form.errors


class TestTyped:
    @pytest.mark.parametrize(
        ("text", "amount"),
        [
            ("1500", "1500"),
            (" 1,25,000.50 ", "125000.5"),
            ("₹1,25,000.00", "125000"),
            ("₹ 12\N{NO-BREAK SPACE}500", "12500"),
            ("-0.01", "-0.01"),
        ],
    )
    def test_amounts(self, text: str, amount: str) -> None:
        draft, errors = read(amount=text)
        assert (draft["amount"], errors) == (amount, {})

    @pytest.mark.parametrize(
        "text", ["much", "1e3", "1_000", "NaN", "Infinity", "1.2.3", "--1", "१२", "-", "₹"]
    )
    def test_what_is_no_amount(self, text: str) -> None:
        draft, errors = read(amount=text)
        assert "amount" not in draft
        assert errors == {"amount": "Enter a number, like 1,500 or 1500.50."}

    def test_decimals(self) -> None:
        assert read(amount="1.001")[1] == {"amount": "At most 2 decimals."}
        assert read(amount="1.000")[0]["amount"] == "1"
        assert read(rate="0.1255")[1] == {"rate": "At most 3 decimals."}

    def test_rates(self) -> None:
        assert read(rate="18%")[0]["rate"] == read(rate="18")[0]["rate"] == "18"

    def test_a_quantity_that_is_left_empty_is_one(self) -> None:
        assert read(count="")[0]["count"] == "1"

    def test_days(self) -> None:
        assert read(on="2026-11-05")[0]["on"] == "2026-11-05"
        assert read(on="2026-02-30")[1] == {"on": "Enter a date."}
        assert read(on="soon")[1] == {"on": "Enter a date."}
        assert read(on="1899-12-31")[1] == {"on": "Enter a date after 1900."}

    def test_yes_or_no(self) -> None:
        assert [read(agreed=text)[0]["agreed"] for text in ("yes", "no", "")] == [True, False, False]


class TestRead:
    def test_what_is_left_empty_is_null(self) -> None:
        assert read(amount="  ")[0]["amount"] is None

    def test_a_wrong_line_is_named_by_its_place_on_the_page(self) -> None:
        form = Form({})
        lines = {2: {"amount": "5"}, 4: {"amount": "much"}, 7: {"amount": ""}}
        draft = form.read(FilledInForm, lines=lines)
        assert draft["lines"] == [{"amount": "5"}, {}, {}]
        assert set(form.errors) == {"lines.4.amount", "lines.7.amount"}
        assert form.errors["lines.7.amount"] == "Enter an amount."
