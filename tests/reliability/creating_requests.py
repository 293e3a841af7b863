"""Every request that creates something."""

from __future__ import annotations

import pytest

from tests.person import Json, Person

Request = tuple[str, Json]


def an_account(_: Person) -> Request:
    return "/api/accounts", {"name": "Till", "balance": 10.10}


def a_customer(_: Person) -> Request:
    return "/api/customers", {"name": "Sharma Textiles", "gstin": "29AAACZ0001A1Z4"}


def a_supplier(_: Person) -> Request:
    return "/api/suppliers", {"name": "Paper Mill", "is_customer": True}


def an_item(_: Person) -> Request:
    return "/api/items", {"name": "Cotton shirt", "unit_price": 450, "tax_rate": 5}


def a_sale(_: Person) -> Request:
    return "/api/transactions", {"transaction_type": "sale", "amount": 100.10}


def an_expense(_: Person) -> Request:
    return "/api/transactions", {"transaction_type": "expense", "amount": 12.50, "tax_rate": 18}


def an_invoice(_: Person) -> Request:
    return "/api/invoices", {
        "customer_name": "John",
        "items": [{"description": "A", "quantity": 2, "unit_price": 50}],
    }


def a_paid_invoice(person: Person) -> Request:
    path, body = an_invoice(person)
    return path, body | {"status": "paid"}


def a_payment(person: Person) -> Request:
    return f"/api/invoices/{person.invoice()['id']}/mark-as-paid", {}


def a_part_payment(person: Person) -> Request:
    path = f"/api/invoices/{person.invoice()['id']}/payments"
    return path, {"amount": 100.10, "tax_deducted": 1.90, "write_off": 6, "method": "upi"}


def tax_kept_back(person: Person) -> Request:
    return f"/api/invoices/{person.invoice()['id']}/payments", {"amount": 0, "tax_deducted": 11.80}


def a_payment_of_several(person: Person) -> Request:
    named = [{"invoice_id": person.invoice()["id"], "tax_deducted": 1} for _ in range(3)]
    return "/api/payments", {"invoices": named, "reference": "UTR 4711"}


def a_credit_note(person: Person) -> Request:
    invoice = person.invoice(status="sent")
    items = [{"description": "Returned", "quantity": 1, "unit_price": 50}]
    return f"/api/invoices/{invoice['id']}/credit-note", {"items": items, "reason": "sales_return"}


def a_whole_credit_note(person: Person) -> Request:
    invoice = person.invoice(status="sent")
    person.payment(invoice, amount=100)
    return f"/api/invoices/{invoice['id']}/credit-note", {}


def a_submission(person: Person) -> Request:
    person.sale(1180.00, date="2026-01-15")
    return "/api/tax/submit", {
        "period_start": "2026-01-01", "period_end": "2026-01-31", "tax_type": "gst", "total_tax_liability": 180.00,
    }  # fmt: skip


def an_invoice_of_v1(_: Person) -> Request:
    return "/api/v1/invoices", {
        "customer_name": "John Doe",
        "customer_email": "john@example.com",
        "items": [{"description": "A", "quantity": 2, "unit_price": 50.00}],
    }


CREATING = [
    an_account,
    a_customer,
    a_supplier,
    an_item,
    a_sale,
    an_expense,
    an_invoice,
    a_paid_invoice,
    a_payment,
    a_part_payment,
    tax_kept_back,
    a_payment_of_several,
    a_credit_note,
    a_whole_credit_note,
    a_submission,
    an_invoice_of_v1,
]

creating = pytest.mark.parametrize("made", CREATING, ids=lambda made: made.__name__)
