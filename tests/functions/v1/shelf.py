"""A user whose invoices have every status, several months, customers and amounts."""

from collections.abc import Callable
from dataclasses import dataclass

import psycopg

from tests.person import Json, Person, checked


@dataclass(frozen=True)
class Shelf:
    """A user whose invoices have every status, several months, customers and amounts."""

    person: Person
    invoices: list[Json]

    def ids(self, path: str) -> list[int]:
        return [invoice["id"] for invoice in checked(self.person.api.get(path), 200)]

    def expected(
        self,
        wanted: Callable[[Json], bool] = lambda invoice: True,
        sort_by: str = "date_created",
        sort_order: str = "desc",
    ) -> list[int]:
        chosen = sorted(
            (invoice for invoice in self.invoices if wanted(invoice)),
            key=lambda invoice: (invoice[sort_by], invoice["id"]),
            reverse=sort_order == "desc",
        )
        return [invoice["id"] for invoice in chosen]


# Created, stored status, customer, address, total; due 30 days later. 18:30 UTC is midnight in Kolkata.
STORED = [
    ("2022-12-31T18:29:59Z", "sent", "Acme Corp", "billing@acme.example.com", "100.00"),
    ("2022-12-31T18:30:00Z", "paid", "ACME Traders", "pay@acme.in", "500.00"),
    ("2023-01-15T06:00:00Z", "draft", "John Smith", "john@example.com", "99.99"),
    ("2023-01-31T18:29:59Z", "overdue", "Blacksmith & Sons", "forge@example.com", "1000.00"),
    ("2023-01-31T18:30:00Z", "cancelled", "Jane Smithers", None, "250.00"),
    ("2023-05-31T18:29:59Z", "sent", "100% Cotton *best*", "a_b@example.com", "501.00"),
    ("2023-06-01T10:00:00Z", "overdue", "Zenith (India) [P] Ltd.", "axb@EXAMPLE.COM", "2500.50"),
    ("2023-06-30T10:00:00Z", "paid", "École Émile", "ecole@example.org", "500.01"),
    ("2023-07-10T10:00:00Z", "paid", "Acme Corp", "billing@acme.example.com", "1200.00"),
    ("2023-07-11T10:00:00Z", "sent", "राज एंटरप्राइज़", "raj@example.in", "750.00"),
]


def shelved(
    dashboard: psycopg.Connection, person: Person, row: tuple[str, str, str, str | None, str]
) -> None:
    """An invoice of the past, as somebody would type it into the dashboard."""
    at, status, name, email, total = row
    inserted = dashboard.execute(
        """
        insert into public.invoices
            (user_id, status, customer_name, customer_email, created_at, issue_date, due_date, tax_rate)
        values (%s, 'draft', %s, %s, %s, %s, %s::timestamptz + interval '30 days', 0)
        returning id
        """,
        [person.id, name, email, at, at, at],
    ).fetchone()
    assert inserted
    dashboard.execute(
        "insert into public.invoice_items (invoice_id, user_id, description, quantity, unit_price)"
        " values (%s, %s, 'Work', 1, %s)",
        [inserted[0], person.id, total],
    )
    dashboard.execute("update public.invoices set status = %s where id = %s", [status, inserted[0]])
