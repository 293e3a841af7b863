"""Bills as printed, each once, with the credit that they give."""

from collections import Counter
from functools import partial
from typing import Any

import psycopg
import pytest

from tests.concurrency import at_once
from tests.functions.bills.portal import MILL
from tests.person import Json, Person, checked, problem

LINE: Json = {"description": "Paper", "tax_rate": 18, "taxable_value": 2000, "cgst": 180, "sgst": 180}
BILL: Json = {
    "supplier_name": "Paper Mill",
    "supplier_gstin": MILL,
    "bill_number": "PM/1042",
    "bill_date": "2026-10-05",
    "items": [LINE],
}


def put(person: Person, bill: Json, **changes: Any) -> Json:
    changed: Json = checked(person.api.put(f"/api/bills/{bill['id']}", json=changes), 200)
    return changed


class TestStrangers:
    def test_somebody_elses_is_not_found(self, alice: Person, bob: Person) -> None:
        bill = bob.bill()
        path = f"/api/bills/{bill['id']}"
        for answer in (alice.api.get(path), alice.api.put(path, json={"notes": "A"}), alice.api.delete(path)):
            problem(answer, 404, "bill_not_found")
        assert (alice.read("/api/bills"), bob.read(path)) == ([], bill)


class TestCreate:
    def test_keeps_the_amounts_as_printed(self, alice: Person) -> None:
        # 1999.99 at 18 % is 359.9982; printed are 180.00 twice, and 180.02 twice in the next line.
        lines = [{**LINE, "taxable_value": 1999.99}, {**LINE, "cgst": 180.02, "sgst": 180.02}]
        answer = alice.api.post("/api/bills", json={**BILL, "items": lines, "round_off": -0.03})
        bill = checked(answer, 201)
        assert answer.headers["location"] == f"/api/bills/{bill['id']}"
        told = [bill[head] for head in ("taxable_value", "cgst", "sgst", "igst", "total_amount")]
        assert told == [3999.99, 360.02, 360.02, 0.0, 4720.00]
        assert [line["cgst"] for line in bill["items"]] == [180.00, 180.02]
        assert alice.read(f"/api/bills/{bill['id']}") == bill

    def test_takes_a_supplier_with_its_fields(self, alice: Person) -> None:
        supplier = alice.supplier("Paper Mill", gstin=MILL)
        body = {"bill_number": "1", "bill_date": "2026-10-05", "items": [LINE], "supplier_id": supplier["id"]}
        bill = checked(alice.api.post("/api/bills", json=body), 201)
        told = [bill[field] for field in ("supplier_name", "supplier_gstin", "supplier_type")]
        assert (told, bill["supplier_state_code"]) == (["Paper Mill", MILL, "regular"], "29")

    @pytest.mark.parametrize(
        ("fields", "kind"),
        [
            ({}, "regular"),
            ({"supplier_gstin": None, "reverse_charge": True}, "unregistered"),
            (
                {"supplier_gstin": None, "supplier_state_code": "96", "reverse_charge": True},
                "overseas",
            ),
            ({"supplier_gstin": None, "kind": "bill_of_entry"}, "overseas"),
            ({"supplier_type": "sez"}, "sez"),
        ],
    )
    def test_the_type_of_the_supplier_follows(self, alice: Person, fields: Json, kind: str) -> None:
        assert alice.bill(**fields)["supplier_type"] == kind

    def test_the_claim_is_of_the_month_of_receipt_unless_said(self, alice: Person) -> None:
        assert alice.bill("1")["claim_period"] == "102026"
        assert alice.bill("2", received_on="2026-11-02")["claim_period"] == "112026"
        assert alice.bill("3", claim_period="122026")["claim_period"] == "122026"
        assert alice.bill("4", claim_period=None)["claim_period"] is None

    @pytest.mark.parametrize(
        ("tax", "status"), [(360.00, 201), (361.00, 201), (361.01, 422), (359.00, 201), (358.99, 422)]
    )
    def test_tax_fits_the_rate_within_a_rupee(self, alice: Person, tax: float, status: int) -> None:
        line = {"description": "Paper", "tax_rate": 18, "taxable_value": 2000, "igst": tax}
        answer = alice.api.post("/api/bills", json={**BILL, "items": [line]})
        assert answer.status_code == status
        if status == 422:
            [error] = problem(answer, 422, "invalid_value")["errors"]
            assert error["field"] == "items.0.tax_rate"

    def test_cess_is_zero_or_refused(self, alice: Person) -> None:
        alice.bill("1", items=[{**LINE, "cess": 0}])
        answer = alice.api.post("/api/bills", json={**BILL, "items": [LINE, {**LINE, "cess": 0.01}]})
        assert problem(answer, 422, "cess_not_supported")["errors"][0]["field"] == "items.1.cess"
        assert len(alice.read("/api/bills")) == 1

    def test_the_same_request_twice_is_one(self, alice: Person) -> None:
        send = partial(alice.api.post, "/api/bills", json=BILL, headers={"Idempotency-Key": "bill-1"})
        first, second = send(), send()
        assert (first.status_code, second.status_code, first.content) == (201, 201, second.content)
        assert len(alice.read("/api/bills")) == 1

    def test_the_audit_tells_it_once_with_its_lines(self, alice: Person) -> None:
        bill = put(alice, alice.bill(), items=[LINE, LINE])
        entries = alice.read("/api/audit", record_id=bill["id"], sort_order="asc")
        assert [entry["operation"] for entry in entries] == ["insert", "update"]
        assert len(entries[0]["after"]["items"]) == 1
        assert alice.api.delete(f"/api/bills/{bill['id']}").status_code == 204
        assert alice.read("/api/audit/verify")["faults"] == []


class TestDuplicates:
    @pytest.mark.parametrize("number", ["PM/1042", "pm/1042", " PM/1042 "])
    def test_a_number_of_a_supplier_is_taken_once_a_year(self, alice: Person, number: str) -> None:
        bill = alice.bill("PM/1042")
        answer = alice.api.post("/api/bills", json={**BILL, "bill_number": number, "bill_date": "2026-04-01"})
        refused = problem(answer, 409, "bill_already_recorded")
        assert refused["errors"][0]["field"] == "bill_number"
        assert bill["id"] in refused["detail"]
        assert "2026-10-05" in refused["detail"]

    def test_another_year_kind_supplier_or_user_may_have_it(self, alice: Person, bob: Person) -> None:
        alice.bill()
        alice.bill(bill_date="2026-03-31")
        alice.bill(kind="credit_note")
        alice.bill(supplier_gstin="27AAPFU0939F1ZV")
        bob.bill()
        assert len(alice.read("/api/bills")) == 4

    def test_one_without_a_gstin_is_known_by_its_name(self, alice: Person) -> None:
        alice.bill(supplier_gstin=None, reverse_charge=True)
        body = {**BILL, "supplier_gstin": None, "supplier_name": "PAPER mill", "reverse_charge": True}
        problem(alice.api.post("/api/bills", json=body), 409, "bill_already_recorded")

    def test_two_at_once_record_it_once(self, alice: Person) -> None:
        answers = at_once([partial(alice.api.post, "/api/bills", json=BILL)] * 8)
        assert Counter(answer.status_code for answer in answers) == {201: 1, 409: 7}

    def test_a_change_takes_no_other_number(self, alice: Person) -> None:
        alice.bill("1")
        second = alice.bill("2")
        answer = alice.api.put(f"/api/bills/{second['id']}", json={"bill_number": "1"})
        problem(answer, 409, "bill_already_recorded")

    def test_the_dashboard_is_refused_too(self, alice: Person, dashboard: psycopg.Connection) -> None:
        alice.bill()
        with pytest.raises(psycopg.Error, match="in the books already"):
            dashboard.execute(
                "insert into public.bills (user_id, supplier_name, supplier_gstin, bill_number, bill_date) "
                "values (%s, 'X', %s, 'pm/1042', '2026-05-05')",
                (alice.id, MILL),
            )


class TestCredit:
    @pytest.mark.parametrize("kind", ["composition", "unregistered"])
    def test_who_may_not_charge_tax_gives_none(self, alice: Person, kind: str) -> None:
        gstin = MILL if kind == "composition" else None
        body = {**BILL, "supplier_gstin": gstin, "supplier_type": kind}
        told = checked(alice.api.post("/api/bills", json=body), 201)
        assert told["items"][0]["credit_status"] == "not_claimed"
        lines = [{**LINE, "credit_status": "eligible"}]
        answer = alice.api.post("/api/bills", json={**body, "bill_number": "2", "items": lines})
        assert problem(answer, 422, "supplier_gives_no_credit")["errors"][0]["field"] == "items"

    def test_a_supplier_that_becomes_composition_takes_the_credit_away(self, alice: Person) -> None:
        bill = alice.bill()
        path = f"/api/bills/{bill['id']}"
        problem(alice.api.put(path, json={"supplier_type": "composition"}), 422, "supplier_gives_no_credit")
        changed = put(alice, bill, supplier_type="composition", items=[LINE])
        assert changed["items"][0]["credit_status"] == "not_claimed"

    @pytest.mark.parametrize(
        ("fields", "kind"),
        [
            ({}, "inputs"),
            ({"hsn_code": "9983"}, "input_services"),
            ({"credit_type": "capital_goods"}, "capital_goods"),
        ],
    )
    def test_the_type_of_credit_follows_the_line(self, alice: Person, fields: Json, kind: str) -> None:
        [line] = alice.bill(items=[LINE | fields])["items"]
        assert (line["credit_type"], line["treatment"]) == (kind, "taxable")

    def test_what_is_blocked_says_so(self, alice: Person) -> None:
        [line] = alice.bill(items=[{**LINE, "credit_status": "blocked"}])["items"]
        assert line["credit_status"] == "blocked"

    def test_is_not_claimed_before_the_bill(self, alice: Person) -> None:
        answer = alice.api.post("/api/bills", json={**BILL, "claim_period": "092026"})
        assert problem(answer, 422, "invalid_value")["errors"][0]["field"] == "claim_period"


class TestReverseCharge:
    def test_the_supplier_gets_no_tax(self, alice: Person) -> None:
        bill = alice.bill(reverse_charge=True)
        assert (bill["cgst"], bill["total_amount"], bill["self_invoice_number"]) == (180.0, 2000.0, None)

    def test_one_who_is_not_registered_gets_a_self_invoice(self, alice: Person) -> None:
        rent = {"supplier_gstin": None, "reverse_charge": True}
        first, second = alice.bill("1", **rent), alice.bill("2", **rent, received_on="2026-10-07")
        numbers = [bill["self_invoice_number"] for bill in (first, second)]
        assert numbers == ["SI-2026-10-0001", "SI-2026-10-0002"]
        assert second["self_invoice_date"] == "2026-10-07"
        changed = put(alice, first, bill_number="1a")
        assert changed["self_invoice_number"] == "SI-2026-10-0001"
        assert alice.api.delete(f"/api/bills/{second['id']}").status_code == 204
        assert alice.bill("3", **rent)["self_invoice_number"] == "SI-2026-10-0003"


class TestNotes:
    def test_a_suppliers_credit_note_is_about_a_bill(self, alice: Person) -> None:
        bill = alice.bill()
        note = alice.bill("CN-1", kind="credit_note", note_of=bill["id"])
        assert note["note_of"] == bill["id"]
        problem(alice.api.delete(f"/api/bills/{bill['id']}"), 409, "bill_is_named")
        for document in (note, bill):
            assert alice.api.delete(f"/api/bills/{document['id']}").status_code == 204

    def test_only_a_note_is_about_another(self, alice: Person) -> None:
        bill = alice.bill()
        answer = alice.api.post("/api/bills", json={**BILL, "bill_number": "2", "note_of": bill["id"]})
        assert problem(answer, 422, "invalid_value")["errors"][0]["field"] == "note_of"


class TestPayment:
    def test_an_expense_pays_it(self, alice: Person) -> None:
        expense = alice.expense(2360)
        bill = alice.bill(transaction_id=expense["id"])
        assert bill["transaction_id"] == expense["id"]
        assert alice.api.delete(f"/api/transactions/{expense['id']}").status_code == 204
        assert alice.read(f"/api/bills/{bill['id']}")["transaction_id"] is None
        assert alice.read("/api/audit/verify")["faults"] == []

    def test_a_sale_does_not(self, alice: Person) -> None:
        answer = alice.api.post("/api/bills", json={**BILL, "transaction_id": alice.sale(1)["id"]})
        assert problem(answer, 422, "invalid_value")["errors"][0]["field"] == "transaction_id"

    def test_what_is_unpaid_for_180_days_can_be_asked_for(self, alice: Person) -> None:
        old = alice.bill("1", bill_date="2025-01-10")
        paid = alice.bill("2", bill_date="2025-01-10", transaction_id=alice.expense(2360)["id"])
        new = alice.bill("3", bill_date="2026-11-20")
        watched = alice.read("/api/bills", unpaid_180_days="true")
        assert [bill["id"] for bill in watched] == [old["id"]]
        others = {bill["id"] for bill in alice.read("/api/bills", unpaid_180_days="false")}
        assert others == {paid["id"], new["id"]}


class TestList:
    @pytest.mark.parametrize(
        ("parameters", "numbers"),
        [
            ({}, ["B-3", "B-2", "B-1"]),
            ({"sort_by": "bill_number", "sort_order": "asc"}, ["B-1", "B-2", "B-3"]),
            ({"supplier_name": "steel"}, ["B-2"]),
            ({"supplier_gstin": MILL}, ["B-3", "B-1"]),
            ({"bill_number": "b-3"}, ["B-3"]),
            ({"kind": "credit_note"}, ["B-3"]),
            ({"claim_period": "112026"}, ["B-2"]),
            ({"start_date": "2026-10-06", "end_date": "2026-10-06"}, ["B-2"]),
            ({"supplier_type": "unregistered"}, ["B-2"]),
        ],
    )
    def test_filters_and_order(self, alice: Person, parameters: Json, numbers: list[str]) -> None:
        alice.bill("B-1")
        steel = {"supplier_name": "Steel", "supplier_gstin": None, "reverse_charge": True}
        alice.bill("B-2", **steel, bill_date="2026-10-06", claim_period="112026")
        alice.bill("B-3", kind="credit_note", bill_date="2026-10-07")
        assert [bill["bill_number"] for bill in alice.read("/api/bills", **parameters)] == numbers

    def test_pages_follow_each_other(self, alice: Person) -> None:
        for number in range(3):
            alice.bill(f"B-{number}")
        first = alice.api.get("/api/bills", params={"limit": 2})
        assert first.headers["x-total-count"] == "3"
        second = alice.api.get(first.links["next"]["url"])
        found = [*checked(first, 200), *checked(second, 200)]
        assert len({bill["id"] for bill in found}) == 3
