"""What the tests of tenants share."""

from __future__ import annotations

import pytest

from tests.functions.bills.portal import GSTIN, gstr2b, invoice, supplier
from tests.person import Json, Person, checked
from tests.security.tenants.books import SECRET
from tests.target import Target, session_of


@pytest.fixture
def ids(target: Target, alice: Person) -> Json:
    """Alice's books, with something of everything, and the ids of what is in them."""
    account = alice.account("Secret Till", 4711.11)
    transaction = alice.sale(815.15, account_id=account["id"], description="Secret sale")
    draft = alice.invoice(customer_name=SECRET, invoice_number="SECRET-1", notes="Secret note")
    settled = alice.invoice(customer_name=SECRET, status="sent")
    alice.payment(settled, amount=8.15, tax_deducted=0.47, reference="Secret UTR")
    period = {"period_start": "2021-01-01", "period_end": "2021-03-31", "tax_type": "gst"}
    submitted = alice.api.post("/api/tax/submit", json={**period, "total_tax_liability": 0})
    alice.profile(gstin=GSTIN)
    bill = alice.bill(supplier_name="Secret Supplier", bill_number="SECRET-B1")
    adjusted = alice.api.post(
        "/api/credit-adjustments",
        json={"period": "102026", "kind": "other", "igst": 8.15, "reason": "Secret"},
    )
    checked(alice.api.post("/api/gst/gstr2b", json=gstr2b(GSTIN, b2b=[supplier(invoice("S-1"))])), 201)
    [match] = alice.read("/api/gst/gstr2b", period="102026", match="missing_here")["matches"]
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
        "invoice_id": draft["id"],
        "second_invoice_id": alice.invoice(customer_name=SECRET)["id"],
        "settled_invoice_id": settled["id"],
        "payment_id": alice.payments(settled)[0]["id"],
        "filing_id": checked(submitted, 200)["id"],
        "bill_id": bill["id"],
        "adjustment_id": checked(adjusted, 201)["id"],
        "document_id": match["document"]["id"],
        "gstin": GSTIN,
        "invoice_number": "SECRET-1",
        "serial": serial,
    }
