"""GET /api/invoices/{id}/payments."""

import psycopg

from tests.person import Person


def test_all_payments_of_an_invoice_are_listed(alice: Person, dashboard: psycopg.Connection) -> None:
    """Of rows, the Data API answers the first thousand."""
    invoice = alice.invoice([("Rent", 12, 1000.00)], status="sent")
    dashboard.execute(
        """
        with money as (
            insert into public.transactions (user_id, transaction_type, amount)
            select %(owner)s, 'sale', 1 from generate_series(1, 1200) returning id, amount
        )
        insert into public.settlements (user_id, invoice_id, kind, transaction_id, amount)
        select %(owner)s, %(invoice)s, 'payment', id, amount from money
        """,
        {"owner": alice.id, "invoice": invoice["id"]},
    )
    assert len(alice.payments(invoice)) == 1200
    assert (alice.reread(invoice)["amount_settled"], alice.faults()) == (1200.00, [])
