"""Owners who send requests: to /api, or to /api/v1 wherever it has one."""

from __future__ import annotations

from tests.functions.week.owner import OCTOBER, Lines, Owner
from tests.person import Json, Line, checked


def _items(lines: Lines) -> list[Json]:
    return [
        {"description": text, "quantity": quantity, "unit_price": price} for text, quantity, price in lines
    ]


class ByApi(Owner):
    """She uses /api."""

    def begins(self, **profile: str) -> None:
        self.person.profile(**profile)

    def opens(self, name: str, balance: float, is_default: bool) -> str:
        body = {"name": name, "balance": balance, "is_default": is_default}
        return str(checked(self.person.api.post("/api/accounts", json=body), 201)["id"])

    def records(self, kind: str, amount: float, day: str, account: str, **fields: object) -> str:
        return str(self.person.transaction(kind, amount, date=day, account_id=account, **fields)["id"])

    def corrects(self, transaction: str, amount: float) -> None:
        checked(self.person.api.put(f"/api/transactions/{transaction}", json={"amount": amount}), 200)

    def forgets(self, transaction: str) -> None:
        checked(self.person.api.delete(f"/api/transactions/{transaction}"), 204)

    def invoices(self, customer: str, lines: Lines) -> str:
        made = self.person.invoice(
            lines, customer_name=customer, status="sent", due_date="2090-01-01", tax_rate=18
        )
        return str(made["id"])

    def rewrites(self, invoice: str, line: Line) -> None:
        checked(self.person.api.put(f"/api/invoices/{invoice}", json={"items": _items([line])}), 200)

    def settles(self, invoice: str) -> None:
        checked(self.person.api.post(f"/api/invoices/{invoice}/mark-as-paid"), 200)

    def cancels(self, invoice: str) -> None:
        checked(self.person.api.put(f"/api/invoices/{invoice}", json={"status": "cancelled"}), 200)

    def removes(self, invoice: str) -> None:
        checked(self.person.api.delete(f"/api/invoices/{invoice}"), 204)

    def receives(self, invoice: str, amount: float, day: str, deducted: float = 0) -> None:
        self.person.payment({"id": invoice}, amount=amount, tax_deducted=deducted, date=day)

    def receives_for_all(self, invoices: list[str], day: str) -> None:
        body = {"date": day, "invoices": [{"invoice_id": invoice} for invoice in invoices]}
        checked(self.person.api.post("/api/payments", json=body), 201)

    def writes_off(self, invoice: str, amount: float) -> None:
        self.person.payment({"id": invoice}, amount=0, write_off=amount)

    def gives_back(self, invoice: str, amount: float) -> None:
        [payment] = [row for row in self.person.payments({"id": invoice}) if row["amount"] == amount]
        checked(self.person.api.delete(f"/api/invoices/{invoice}/payments/{payment['id']}"), 204)

    def credits(self, invoice: str, line: Line) -> str:
        return str(self.person.credit_note({"id": invoice}, [line])["id"])

    def refunds(self, note: str) -> None:
        checked(self.person.api.put(f"/api/invoices/{note}", json={"status": "paid"}), 200)

    def files(self, sales: float, tax: float) -> None:
        checked(self.person.api.post("/api/tax/submit", json={**OCTOBER, "total_tax_liability": tax}), 200)


class ByBothApis(ByApi):
    """She uses /api/v1, and /api only for what that contract does not know."""

    def invoices(self, customer: str, lines: Lines) -> str:
        body = {"customer_name": customer, "items": _items(lines), "due_date": "2090-01-01", "tax_rate": 18}
        made = checked(self.person.api.post("/api/v1/invoices", json=body), 201)
        rows = self.person.read("/api/invoices", limit=1000, fields="id,invoice_number")
        [invoice_id] = [row["id"] for row in rows if row["invoice_number"] == made["invoice_number"]]
        return str(invoice_id)

    def _path(self, invoice: str) -> str:
        number = self.person.again({"id": invoice})["invoice_number"]
        return f"/api/v1/invoices/{self.person.read('/api/v1/invoices/find', invoice_number=number)['id']}"

    def rewrites(self, invoice: str, line: Line) -> None:
        checked(self.person.api.patch(self._path(invoice), json={"items": _items([line])}), 200)

    def settles(self, invoice: str) -> None:
        self._gets_status(invoice, "PAID")

    def cancels(self, invoice: str) -> None:
        self._gets_status(invoice, "CANCELLED")

    def _gets_status(self, invoice: str, status: str) -> None:
        checked(self.person.api.patch(f"{self._path(invoice)}/status", json={"status": status}), 200)

    def removes(self, invoice: str) -> None:
        checked(self.person.api.delete(self._path(invoice)), 204)
