"""An owner whose week somebody types into the Supabase dashboard."""

from __future__ import annotations

from typing import LiteralString

import psycopg

from tests.functions.week.owner import Lines, Owner
from tests.person import Line, Person


class BySql(Owner):
    """Each thing that she does is a statement, or a few."""

    def __init__(self, person: Person, dashboard: psycopg.Connection) -> None:
        super().__init__(person)
        self.dashboard = dashboard

    def types(self, statement: LiteralString, **values: object) -> str:
        """The id that a statement returns, if it does."""
        cursor = self.dashboard.execute(statement, {"user": self.person.id, **values})
        row = cursor.fetchone() if cursor.description else None
        return str(row[0]) if row else ""

    def begins(self, **profile: str) -> None:
        self.types(
            "update profiles set business_name = %(business_name)s, gstin = %(gstin)s, state_code = %(state_code)s"
            " where id = %(user)s",
            **profile,
        )

    def opens(self, name: str, balance: float, is_default: bool) -> str:
        return self.types(
            "insert into accounts (user_id, name, balance, is_default)"
            " values (%(user)s, %(name)s, %(balance)s, %(is_default)s) returning id",
            name=name,
            balance=balance,
            is_default=is_default,
        )

    def records(self, kind: str, amount: float, day: str, account: str, **fields: object) -> str:
        blank = {"transfer_account_id": None, "tax_rate": None, "category": None}
        return self.types(
            "insert into transactions"
            " (user_id, transaction_type, amount, date, account_id, transfer_account_id, tax_rate, category)"
            " values (%(user)s, %(kind)s, %(amount)s, %(date)s, %(account)s, %(transfer_account_id)s, %(tax_rate)s,"
            " %(category)s) returning id",
            kind=kind,
            amount=amount,
            date=f"{day}T00:00:00+05:30",
            account=account,
            **{**blank, **fields},
        )

    def corrects(self, transaction: str, amount: float) -> None:
        self.types(
            "update transactions set amount = %(amount)s where id = %(id)s", id=transaction, amount=amount
        )

    def forgets(self, transaction: str) -> None:
        self.types("delete from transactions where id = %(id)s", id=transaction)

    def invoices(self, customer: str, lines: Lines) -> str:
        invoice = self.types(
            "insert into invoices (user_id, customer_name, tax_rate, due_date)"
            " values (%(user)s, %(customer)s, 18, '2090-01-01') returning id",
            customer=customer,
        )
        self._write(invoice, lines)
        self._gets_status(invoice, "sent")
        return invoice

    def _write(self, invoice: str, lines: Lines) -> None:
        for description, quantity, price in lines:
            self.types(
                "insert into invoice_items (user_id, invoice_id, description, quantity, unit_price)"
                " values (%(user)s, %(invoice)s, %(description)s, %(quantity)s, %(price)s)",
                invoice=invoice,
                description=description,
                quantity=quantity,
                price=price,
            )

    def _gets_status(self, invoice: str, status: str) -> None:
        self.types("update invoices set status = %(status)s where id = %(id)s", id=invoice, status=status)

    def rewrites(self, invoice: str, line: Line) -> None:
        self.types(
            "update invoice_items set description = %(text)s, quantity = %(quantity)s, unit_price = %(price)s"
            " where invoice_id = %(invoice)s",
            invoice=invoice,
            text=line[0],
            quantity=line[1],
            price=line[2],
        )

    def settles(self, invoice: str) -> None:
        self._gets_status(invoice, "paid")

    def cancels(self, invoice: str) -> None:
        self._gets_status(invoice, "cancelled")

    def removes(self, invoice: str) -> None:
        self.types("delete from invoices where id = %(id)s", id=invoice)

    def _settlement(
        self, invoice: str, kind: str, amount: float, day: str | None, transaction: str | None = None
    ) -> str:
        return self.types(
            "insert into settlements (user_id, invoice_id, kind, amount, settled_on, transaction_id)"
            " values (%(user)s, %(invoice)s, %(kind)s, %(amount)s, %(day)s, %(transaction)s) returning transaction_id",
            invoice=invoice,
            kind=kind,
            amount=amount,
            day=day,
            transaction=transaction,
        )

    def receives(self, invoice: str, amount: float, day: str, deducted: float = 0) -> None:
        transaction = self._settlement(invoice, "payment", amount, day)
        if deducted:
            self._settlement(invoice, "tax_deducted", deducted, None, transaction)

    def receives_for_all(self, invoices: list[str], day: str) -> None:
        self.types(
            "with due as (select id, amount_due from invoices where id = any(%(invoices)s)),"
            " money as ("
            "     insert into transactions (user_id, transaction_type, amount, date, category)"
            "     select %(user)s, 'sale', sum(amount_due), %(date)s, 'Invoice Payment' from due returning id"
            " )"
            " insert into settlements (user_id, invoice_id, transaction_id, amount)"
            " select %(user)s, due.id, money.id, due.amount_due from due, money",
            invoices=invoices,
            date=f"{day}T00:00:00+05:30",
        )

    def writes_off(self, invoice: str, amount: float) -> None:
        self._settlement(invoice, "write_off", amount, None)

    def gives_back(self, invoice: str, amount: float) -> None:
        self.types(
            "delete from settlements where invoice_id = %(invoice)s and amount = %(amount)s",
            invoice=invoice,
            amount=amount,
        )

    def credits(self, invoice: str, line: Line) -> str:
        note = self.types(
            "insert into invoices"
            " (user_id, document_type, against_id, customer_name, customer_gstin, place_of_supply, tax_rate)"
            " select user_id, 'credit_note', id, customer_name, customer_gstin, place_of_supply, tax_rate"
            " from invoices where id = %(invoice)s returning id",
            invoice=invoice,
        )
        self._write(note, [line])
        self._gets_status(note, "sent")
        return note

    def refunds(self, note: str) -> None:
        self._gets_status(note, "paid")

    def files(self, sales: float, tax: float) -> None:
        self.types(
            "with payment as ("
            "     insert into transactions (user_id, transaction_type, amount, category)"
            "     values (%(user)s, 'expense', %(tax)s, 'Tax Payment') returning id"
            " )"
            " insert into tax_filings ("
            "     user_id, tax_type, basis, period_start, period_end, status, submission_date, confirmation_number,"
            "     total_sales, total_expenses, total_tax_collected, total_tax_paid, net_tax_liability, cgst, sgst, igst,"
            "     transaction_count, payment_transaction_id"
            " )"
            " select %(user)s, 'gst', 'invoice', '2026-10-01', '2026-10-31', 'submitted', now(), 'GST1',"
            " %(sales)s, 0, %(tax)s, 0, %(tax)s, %(tax)s / 2, %(tax)s / 2, 0, 1, id from payment",
            sales=sales,
            tax=tax,
        )
