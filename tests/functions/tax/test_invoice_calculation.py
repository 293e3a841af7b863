"""GET /api/tax/calculate-for-invoice/{id}."""

from typing import cast

from tests.person import Json, Person, checked


class TestInvoiceCalculation:
    def calculated(self, alice: Person, *rates: float | None) -> Json:
        lines = [
            {"description": "Tea", "quantity": 1, "unit_price": 100}
            | ({} if rate is None else {"tax_rate": rate})
            for rate in rates
        ]
        body = {"customer_name": "John Doe", "items": lines}
        invoice = checked(alice.api.post("/api/invoices", json=body), 201)
        return cast(Json, alice.read(f"/api/tax/calculate-for-invoice/{invoice['id']}"))

    def test_tells_that_its_lines_have_several_rates(self, alice: Person) -> None:
        shown = self.calculated(alice, None, 5, 5)
        assert (shown["original_amount"], shown["tax_amount"], shown["tax_rate"]) == (300, 28, 18)
        [warning] = shown["warnings"]
        assert warning["code"] == "mixed_tax_rates"
        assert "5 %, 18 %" in warning["message"]

    def test_has_the_rate_that_all_its_lines_have(self, alice: Person) -> None:
        shown = self.calculated(alice, 5, 5)
        assert (shown["tax_amount"], shown["tax_rate"], shown["warnings"]) == (10, 5, [])
