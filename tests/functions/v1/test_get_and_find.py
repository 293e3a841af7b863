"""GET /api/v1/invoices/{id} and /find, and what is not found there."""

import httpx
import pytest

from tests.functions.v1.shelf import Shelf
from tests.person import Json, Person, problem


class TestGetAndFind:
    def test_by_id_and_by_number(self, shelf: Shelf) -> None:
        for invoice in shelf.invoices:
            assert shelf.person.read(f"/api/v1/invoices/{invoice['id']}") == invoice
            number = invoice["invoice_number"]
            assert shelf.person.read("/api/v1/invoices/find", invoice_number=number) == invoice

    def test_only_the_named_fields(self, shelf: Shelf) -> None:
        wanted = {name: shelf.invoices[0][name] for name in ("id", "invoice_number", "total_amount")}
        fields = "id,invoice_number,total_amount"
        assert shelf.person.read("/api/v1/invoices/1", fields=fields) == wanted
        number = wanted["invoice_number"]
        assert shelf.person.read("/api/v1/invoices/find/", invoice_number=number, fields=fields) == wanted
        for path in (
            "/api/v1/invoices/1?fields=x",
            f"/api/v1/invoices/find?invoice_number={number}&fields=x",
        ):
            refused = problem(shelf.person.api.get(path), 422, "validation_failed")
            assert "there are id, invoice_number" in refused["errors"][0]["message"]

    def test_without_a_number_there_is_nothing_to_find(self, shelf: Shelf) -> None:
        problem(shelf.person.api.get("/api/v1/invoices/find"), 422, "validation_failed")

    @pytest.mark.parametrize("number", ["INV-202307-NOBODY", "*", "", "INV-202307%25"])
    def test_an_unknown_number_is_not_found(self, shelf: Shelf, number: str) -> None:
        answer = shelf.person.api.get(f"/api/v1/invoices/find?invoice_number={number}")
        problem(answer, 404, "invoice_not_found")

    @pytest.mark.parametrize("wrong", ["0", "-1", "one", "1.5", "99999999999999999999"])
    def test_what_is_no_id_is_refused(self, shelf: Shelf, wrong: str) -> None:
        problem(shelf.person.api.get(f"/api/v1/invoices/{wrong}"), 422, "validation_failed")


class TestForeignInvoices:
    @pytest.mark.parametrize(
        ("method", "path", "body"),
        [
            ("GET", "/api/v1/invoices/5", None),
            ("PATCH", "/api/v1/invoices/5", {"notes": "mine"}),
            ("PATCH", "/api/v1/invoices/5/status", {"status": "PENDING"}),
            ("DELETE", "/api/v1/invoices/5", None),
        ],
    )
    def test_are_not_found(
        self, shelf: Shelf, alice: Person, method: str, path: str, body: Json | None
    ) -> None:
        problem(alice.api.request(method, path, json=body), 404, "invoice_not_found")
        assert shelf.person.read("/api/v1/invoices/5") == shelf.invoices[4]

    def test_their_numbers_neither(self, shelf: Shelf, alice: Person) -> None:
        number = shelf.invoices[0]["invoice_number"]
        answer = alice.api.get("/api/v1/invoices/find", params={"invoice_number": number})
        problem(answer, 404, "invoice_not_found")

    def test_anonymous_is_refused(self, anonymous: httpx.Client) -> None:
        for method, path in (
            ("POST", ""),
            ("GET", "/1"),
            ("GET", "/find?invoice_number=1"),
            ("PATCH", "/1"),
            ("PATCH", "/1/status"),
            ("DELETE", "/1"),
        ):
            answer = anonymous.request(method, f"/api/v1/invoices{path}", json={})
            problem(answer, 401, "not_authenticated")
