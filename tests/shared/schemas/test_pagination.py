"""Pages of lists: fields, order and the Link to the next page."""

import json
import re
from base64 import urlsafe_b64encode

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError
from starlette.datastructures import URL

from functions.invoices.schemas import InvoiceQuery
from functions.transactions.schemas import TransactionQuery
from shared.schemas.pagination import Cursor

ROW_ID = "8d5be7a6-3f0c-4c4e-9f0b-6c1c5a2f7d11"
ADDRESS = URL("http://api.example/api/transactions?limit=1&category=Sales&skip=3")


def next_page(query: TransactionQuery, rows: bytes, content_range: str) -> str:
    link = query.page_headers(ADDRESS, rows, content_range).get("Link", "")
    match = re.fullmatch(r'<(.+)>; rel="next"', link)
    return match[1] if match else ""


class TestFields:
    def test_an_unknown_field_is_refused_with_those_there_are(self) -> None:
        with pytest.raises(ValidationError, match="There is no field 'secret'; there are id, amount"):
            TransactionQuery.model_validate({"fields": "id,secret"})

    @pytest.mark.parametrize("fields", ["", "id,", "*", "id,account:accounts(*)", "id::text"])
    def test_postgrests_own_language_is_not_spoken(self, fields: str) -> None:
        with pytest.raises(ValidationError):
            TransactionQuery.model_validate({"fields": fields})


class TestPages:
    def test_the_last_page_has_no_next(self) -> None:
        assert next_page(TransactionQuery(), b"[{}]", "3-3/4") == ""

    def test_an_empty_list_has_none_either(self) -> None:
        assert TransactionQuery().page_headers(ADDRESS, b"[]", "*/0") == {"X-Total-Count": "0"}

    def test_the_next_page_keeps_the_question(self) -> None:
        rows = b'[{"id":"%s","date":"2023-01-01T00:00:00Z"}]' % ROW_ID.encode()
        address = next_page(TransactionQuery(limit=1, skip=3), rows, "3-3/10")
        assert "category=Sales" in address
        assert "cursor=" in address
        assert "skip=" not in address

    def test_amounts_keep_their_digits(self) -> None:
        rows = b'[{"id":"%s","amount":9999999999999.99}]' % ROW_ID.encode()
        query = TransactionQuery(sort_by="amount", limit=1)
        text = URL(next_page(query, rows, "0-0/10")).query.rpartition("cursor=")[2].replace("%3D", "=")
        assert Cursor.read(text).value == "9999999999999.99"

    def test_without_the_field_it_sorts_by_it_counts_rows(self) -> None:
        query = TransactionQuery(fields="amount", limit=1, skip=3)
        assert "skip=4" in next_page(query, b'[{"amount":1}]', "3-3/10")

    def test_the_total_counts_the_pages_before(self) -> None:
        cursor = Cursor("date", "desc", 100, "2023-01-01T00:00:00Z", ROW_ID)
        query = TransactionQuery.model_validate({"cursor": cursor.written()})
        assert query.page_headers(ADDRESS, b"[{}]", "0-0/1") == {"X-Total-Count": "101"}


class TestLength:
    def test_totals_know_days_account_type_and_category(self) -> None:
        query = TransactionQuery.model_validate(
            {
                "start_date": "2023-01-01",
                "end_date": "2023-01-31",
                "transaction_type": "sale",
                "category": "चाय",
            }
        )
        assert json.loads(query.known_length([("account_id", f"eq.{ROW_ID}")]) or "") == {
            "of": "transactions",
            "account_id": ROW_ID,
            "first_day": "2023-01-01",
            "last_day": "2023-01-31",
            "transaction_type": "sale",
            "category": "चाय",
        }

    def test_a_header_holds_what_it_asks(self) -> None:
        assert (TransactionQuery(category="चाय").known_length() or "").isascii()

    @pytest.mark.parametrize("asked", [{"start_date": "2023-01-01T00:00:00Z"}, {"category": "x" * 101}])
    def test_anything_else_is_counted(self, asked: dict[str, str]) -> None:
        assert TransactionQuery.model_validate(asked).known_length() is None

    def test_a_search_is_counted(self) -> None:
        assert InvoiceQuery.model_validate({"customer_name": "Doe"}).known_length() is None

    def test_a_known_total_leaves_the_first_page_no_doubt(self) -> None:
        rows = b'[{"id":"%s","date":"2023-01-01T00:00:00Z"}]' % ROW_ID.encode()
        assert "Link" in TransactionQuery(limit=1).page_headers(ADDRESS, rows, "0-0/*", "2")
        assert TransactionQuery(limit=1).page_headers(ADDRESS, rows, "0-0/*", "1") == {"X-Total-Count": "1"}
        assert TransactionQuery(skip=9).page_headers(ADDRESS, b"[]", "*/*", "7") == {"X-Total-Count": "7"}

    def test_after_a_cursor_a_full_page_may_have_a_next_one(self) -> None:
        """Were it taken from the total, rows that others delete meanwhile would end the walk too early."""
        rows = b'[{"id":"%s","date":"2023-01-01T00:00:00Z"}]' % ROW_ID.encode()
        cursor = Cursor("date", "desc", 100, "2023-01-02T00:00:00Z", ROW_ID).written()
        query = TransactionQuery.model_validate({"cursor": cursor, "limit": 1})
        assert "Link" in query.page_headers(ADDRESS, rows, "0-0/*", "90")


class TestCursor:
    def test_a_column_without_nulls_begins_at_the_index(self) -> None:
        cursor = Cursor("amount", "desc", 1, "5.00", ROW_ID)
        assert list(cursor.parameters("amount", nullable=False)) == [
            ("amount", "lte.5.00"),
            ("or", f'(amount.lt."5.00",and(amount.eq."5.00",id.lt.{ROW_ID}))'),
        ]

    def test_nulls_come_last(self) -> None:
        cursor = Cursor("category", "asc", 1, 'a"b\\', ROW_ID)
        quoted = r'"a\"b\\"'
        assert list(cursor.parameters("category", nullable=True)) == [
            ("or", f"(category.gt.{quoted},and(category.eq.{quoted},id.gt.{ROW_ID}),category.is.null)")
        ]

    def test_among_nulls_the_id_decides(self) -> None:
        cursor = Cursor("category", "asc", 1, None, ROW_ID)
        assert list(cursor.parameters("category", nullable=True)) == [
            ("category", "is.null"),
            ("id", f"gt.{ROW_ID}"),
        ]

    def test_it_belongs_to_one_order(self) -> None:
        cursor = Cursor("date", "desc", 1, "2023-01-01T00:00:00Z", ROW_ID).written()
        with pytest.raises(ValidationError, match="A cursor goes on in the order in which it began"):
            TransactionQuery.model_validate({"cursor": cursor, "sort_by": "amount"})

    @given(st.text() | st.binary().map(lambda noise: urlsafe_b64encode(noise).decode()))
    def test_a_made_up_one_is_refused(self, text: str) -> None:
        with pytest.raises(ValidationError):
            TransactionQuery.model_validate({"cursor": text})

    @given(st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"])) | st.none())
    def test_it_brings_back_what_it_was_given(self, value: str | None) -> None:
        cursor = Cursor("category", "asc", 7, value, ROW_ID)
        assert Cursor.read(cursor.written()) == cursor
