"""Notes never leak into the contracts: their lists, counts, summaries and totals are of invoices only."""

import pytest

from tests.person import Json, Person, checked, problem


@pytest.fixture
def documents(alice: Person) -> tuple[Json, Json]:
    """An invoice of 118.00 and the note of 59.00 against it."""
    invoice = alice.invoice(status="sent", issue_date="2026-11-02", invoice_number="A/1")
    return invoice, alice.credit_note(invoice, [("Returned", 1, 50)], issue_date="2026-11-03")


class TestLists:
    def test_invoices_are_listed_without_notes(self, alice: Person, documents: tuple[Json, Json]) -> None:
        invoice, note = documents
        answer = alice.api.get("/api/invoices")
        assert [row["id"] for row in checked(answer, 200)] == [invoice["id"]]
        assert answer.headers["x-total-count"] == "1"
        answer = alice.api.get("/api/invoices", params={"document_type": "credit_note"})
        assert checked(answer, 200) == [alice.reread(note)]
        assert answer.headers["x-total-count"] == "1"
        assert alice.read("/api/invoices", document_type="debit_note") == []
        problem(alice.api.get("/api/invoices", params={"document_type": "bill"}), 422, "validation_failed")

    @pytest.mark.parametrize(
        ("filters", "found"),
        [
            ({"status": "paid"}, True),
            ({"status": "sent"}, False),
            ({"start_date": "2026-11-03"}, True),
            ({"end_date": "2026-11-02"}, False),
            ({"customer_name": "doe"}, True),
        ],
        ids=str,
    )
    def test_notes_have_the_same_filters(
        self, alice: Person, documents: tuple[Json, Json], filters: Json, found: bool
    ) -> None:
        answer = alice.api.get("/api/invoices", params={"document_type": "credit_note", **filters})
        assert len(checked(answer, 200)) == int(answer.headers["x-total-count"]) == int(found)

    def test_one_is_read_by_its_id(self, alice: Person, documents: tuple[Json, Json]) -> None:
        _, note = documents
        assert alice.reread(note)["document_type"] == "credit_note"
        assert alice.payments(note) == []

    def test_the_other_contract_knows_no_notes(self, alice: Person, documents: tuple[Json, Json]) -> None:
        _, note = documents
        answer = alice.api.get("/api/v1/invoices")
        assert [row["invoice_number"] for row in checked(answer, 200)] == ["A/1"]
        assert answer.headers["x-total-count"] == "1"
        find = {"invoice_number": note["invoice_number"]}
        problem(alice.api.get("/api/v1/invoices/find", params=find), 404, "invoice_not_found")
        path = "/api/v1/invoices/2"  # its serial
        for refused in (
            alice.api.get(path),
            alice.api.patch(path, json={"notes": "x"}),
            alice.api.patch(path + "/status", json={"status": "PAID"}),
            alice.api.delete(path),
        ):
            problem(refused, 404, "invoice_not_found")
        assert alice.reread(note) == note

    def test_summaries_count_invoices(self, alice: Person, documents: tuple[Json, Json]) -> None:
        before = alice.read("/api/accounts/summary")
        alice.credit_note(documents[0], [("Returned", 1, 10)])
        assert alice.read("/api/accounts/summary") == before

    def test_drafts_of_notes_are_no_unpaid_invoices(
        self, alice: Person, documents: tuple[Json, Json]
    ) -> None:
        month = {"start_date": "2026-11-01", "end_date": "2026-11-30"}
        [before] = [alice.read("/api/tax/filing", **month)["summary"]["unpaid_invoices"]]
        alice.credit_note(documents[0], [("Returned", 1, 10)], draft=True, issue_date="2026-11-04")
        assert alice.read("/api/tax/filing", **month)["summary"]["unpaid_invoices"] == before

    def test_the_audit_tells_of_them(self, alice: Person, documents: tuple[Json, Json]) -> None:
        entries = alice.read("/api/audit", record_id=documents[1]["id"], record_type="invoices")
        [made] = [entry for entry in entries if entry["operation"] == "insert"]
        assert made["after"]["document_type"] == "credit_note"

    def test_one_is_printed(self, alice: Person, documents: tuple[Json, Json]) -> None:
        answer = alice.api.get(f"/api/invoices/{documents[1]['id']}/pdf")
        assert (answer.status_code, answer.content[:5]) == (200, b"%PDF-")
