"""What the tests of tenants share."""

from __future__ import annotations

import pytest

from tests.person import Json, Person, checked
from tests.security.tenants.books import SECRET
from tests.target import Target, session_of


@pytest.fixture
def ids(target: Target, alice: Person) -> Json:
    """Alice's books, with something of everything, and the ids of what is in them."""
    account = alice.account("Secret Till", 4711.11)
    transaction = alice.sale(815.15, account_id=account["id"], description="Secret sale")
    invoice = alice.invoice(customer_name=SECRET, invoice_number="SECRET-1", notes="Secret note")
    settled = alice.invoice(customer_name=SECRET, status="sent")
    alice.payment(settled, amount=8.15, tax_deducted=0.47, reference="Secret UTR")
    period = {"period_start": "2021-01-01", "period_end": "2021-03-31", "tax_type": "gst"}
    submitted = alice.api.post("/api/tax/submit", json={**period, "total_tax_liability": 0})
    serial = alice.read("/api/v1/invoices/find", invoice_number="SECRET-1")["id"]
    return {
        "user_id": alice.id,
        "session_id": session_of(target.token(alice.id, alice.email)),
        "account_id": account["id"],
        "second_account_id": alice.account("Secret Box")["id"],
        "customer_id": alice.customer(SECRET, gstin="29AAACZ0001A1Z4", notes="Secret note")["id"],
        "supplier_id": alice.supplier("Secret Supplier", email="secret@example.com")["id"],
        "item_id": alice.item("Secret Item", 815.15)["id"],
        "transaction_id": transaction["id"],
        "invoice_id": invoice["id"],
        "second_invoice_id": alice.invoice(customer_name=SECRET)["id"],
        "settled_invoice_id": settled["id"],
        "payment_id": alice.payments(settled)[0]["id"],
        "filing_id": checked(submitted, 200)["id"],
        "invoice_number": "SECRET-1",
        "serial": serial,
    }
