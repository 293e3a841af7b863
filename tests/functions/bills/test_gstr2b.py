"""GSTR-2B beside the bills: exact, probable with reasons, missing on either side; accepted or deferred."""

import time
from typing import Any

import psycopg
import pytest

from tests.functions.bad_input import post
from tests.functions.bills.portal import (
    GSTIN,
    MILL,
    decide,
    gstr2b,
    inter_state_bill,
    invoice,
    item,
    matches,
    note,
    read,
    supplier,
)
from tests.person import Json, Person, checked, problem

# Half of them have another way to write the number.
BILLS = """
    with written as (
        insert into public.bills (
            user_id, supplier_name, supplier_gstin, bill_number, bill_date, place_of_supply, claim_period
        )
        select
            %s, 'Paper Mill', %s, case when number > 1000 then 'inv-0' || number else 'INV/' || number end,
            '2026-10-05', '27', '2026-10-01'
        from generate_series(1, 2000) as number
        returning id
    )
    insert into public.bill_items (bill_id, user_id, description, tax_rate, taxable_value, igst)
    select id, %s, 'Paper', 18, 2000, 360 from written
"""
SAME_PAN = "27AAACZ0001A1Z8"


@pytest.fixture
def alice(alice: Person) -> Person:
    alice.profile(gstin=GSTIN)
    return alice


class TestReading:
    def test_keeps_each_document(self, alice: Person) -> None:
        entry = {"boenum": "2566282", "boedt": "18-10-2026", "portcode": "INBOM4", "txval": 100, "igst": 18}
        summary = read(
            alice,
            b2b=[supplier(invoice("1"), invoice("2"))],
            b2ba=[supplier(invoice("3", oinum="3x", oidt="01-09-2026"))],
            cdnr=[supplier(note("C1"), note("D1", "D"), under="nt")],
            impg=[entry],
            impgsez=[supplier({**entry, "boenum": "7"}, under="boe")],
        )
        assert summary == {"period": "102026", "gstin": GSTIN, "documents": 7, "replaced": 0}
        found = {match["document"]["document_number"]: match["document"] for match in matches(alice)}
        kinds = {number: document["kind"] for number, document in found.items()}
        assert kinds == {
            "1": "bill",
            "2": "bill",
            "3": "bill",
            "C1": "credit_note",
            "D1": "debit_note",
            "2566282": "bill_of_entry",
            "7": "bill_of_entry",
        }
        first = found["1"]
        assert (first["taxable_value"], first["igst"], first["document_date"]) == (
            2000.0,
            360.0,
            "2026-10-05",
        )

    def test_a_new_file_replaces_the_month_and_keeps_decisions(self, alice: Person) -> None:
        read(alice, b2b=[supplier(invoice("1"), invoice("2"))])
        first = matches(alice)[0]["document"]
        decide(alice, {"document_id": first["id"], "decision": "accepted"})
        again = read(alice, b2b=[supplier(invoice(first["document_number"]), invoice("9"))])
        assert (again["documents"], again["replaced"]) == (2, 2)
        decisions = {
            match["document"]["document_number"]: match["document"]["decision"] for match in matches(alice)
        }
        assert decisions == {first["document_number"]: "accepted", "9": None}

    def test_an_empty_file_is_a_month_without_documents(self, alice: Person) -> None:
        assert read(alice)["documents"] == 0
        body = {"data": {"gstin": GSTIN, "rtnprd": "102026", "docdata": {"b2b": []}}}
        assert checked(alice.api.post("/api/gst/gstr2b", json=body), 201)["documents"] == 0
        assert matches(alice) == []

    def test_a_file_of_another_gstin_is_refused(self, alice: Person, bob: Person) -> None:
        answer = alice.api.post("/api/gst/gstr2b", json=gstr2b(MILL))
        assert problem(answer, 409, "portal_file_of_another_gstin")["errors"][0]["field"] == "data.gstin"
        problem(bob.api.post("/api/gst/gstr2b", json=gstr2b()), 409, "portal_file_of_another_gstin")

    @pytest.mark.parametrize(
        ("body", "field"),
        [
            ({}, "data"),
            ({"data": []}, "data"),
            ({"data": {"gstin": GSTIN, "rtnprd": "102026"}}, "data.docdata"),
            (gstr2b(period="132026"), "data.rtnprd"),
            (gstr2b(b2b=[{"trdnm": "X", "inv": []}]), "data.docdata.b2b.0.ctin"),
            (gstr2b(b2b=[{"ctin": MILL}]), "data.docdata.b2b.0.inv"),
            (gstr2b(b2b=[supplier(invoice("1", day="2026-10-05"))]), "data.docdata.b2b.0.inv.0.dt"),
            (gstr2b(b2b=[supplier(invoice("1", val="1"))]), "data.docdata.b2b.0.inv.0.val"),
            (gstr2b(b2b=[supplier(invoice("x" * 51))]), "data.docdata.b2b.0.inv.0.inum"),
            (gstr2b(b2b=[supplier(invoice("1", rev="maybe"))]), "data.docdata.b2b.0.inv.0.rev"),
        ],
    )  # fmt: skip
    def test_another_shape_names_its_field(self, alice: Person, body: Json, field: str) -> None:
        answer = alice.api.post("/api/gst/gstr2b", json=body)
        assert [error["field"] for error in problem(answer, 422, "validation_failed")["errors"]] == [field]

    def test_a_deep_file_is_refused(self, alice: Person) -> None:
        content = b'{"data": ' + b"[" * 100_000 + b"]" * 100_000 + b"}"
        [error] = problem(post(alice, "/api/gst/gstr2b", content), 422, "validation_failed")["errors"]
        assert error["code"] == "nested_too_deep"

    @pytest.mark.parametrize(
        ("value", "status", "code"),
        [(1e13, 422, "amount_out_of_range"), (10**60, 422, "validation_failed"), (1.234, 422, "validation_failed")],
    )  # fmt: skip
    def test_a_huge_number_is_refused(self, alice: Person, value: Any, status: int, code: str) -> None:
        body = gstr2b(b2b=[supplier({**invoice("1"), "val": value})])
        problem(alice.api.post("/api/gst/gstr2b", json=body), status, code)
        assert matches(alice) == []

    def test_five_thousand_documents_are_read_and_matched(
        self, alice: Person, dashboard: psycopg.Connection
    ) -> None:
        dashboard.execute(BILLS, (alice.id, MILL, alice.id))
        began = time.monotonic()
        read(alice, b2b=[supplier(*(invoice(f"INV/{number}") for number in range(1, 5001)))])
        answer = alice.read("/api/gst/gstr2b", period="102026", limit=1000, skip=4000)
        assert time.monotonic() - began < 20
        assert answer["counts"] == {"exact": 1000, "probable": 1000, "missing_here": 3000, "missing_there": 0}
        assert [match["match"] for match in answer["matches"]] == ["exact"] * 1000


class TestMatching:
    def test_the_same_is_exact(self, alice: Person) -> None:
        bill = inter_state_bill(alice)
        read(alice, b2b=[supplier(invoice("PM/1042"))])
        [match] = matches(alice)
        assert (match["match"], match["reasons"], match["bill"]["id"]) == ("exact", [], bill["id"])

    @pytest.mark.parametrize(
        ("reported", "reasons"),
        [
            (invoice("PM-1042"), ["number_written_differently"]),
            (invoice("pm 01042"), ["number_written_differently"]),
            (invoice("PM/1042", day="06-10-2026"), ["date_differs"]),
            (invoice("PM/1042", items=[item(2000.5, igst=360.09)]), ["amount_differs_little"]),
            (invoice("PM/1042", items=[item(3000)]), ["amount_differs"]),
            (invoice("77"), ["number_differs"]),
            (invoice("PM-1042", day="07-10-2026"), ["number_written_differently", "date_differs"]),
        ],
    )
    def test_what_is_written_differently_is_probable(
        self, alice: Person, reported: Json, reasons: list[str]
    ) -> None:
        inter_state_bill(alice)
        read(alice, b2b=[supplier(reported)])
        [match] = matches(alice)
        assert (match["match"], match["reasons"]) == ("probable", reasons)

    def test_another_gstin_of_the_same_pan_is_probable(self, alice: Person) -> None:
        inter_state_bill(alice)
        read(alice, b2b=[supplier(invoice("PM/1042"), ctin=SAME_PAN)])
        [match] = matches(alice)
        assert (match["match"], match["reasons"]) == ("probable", ["other_gstin_of_pan"])

    def test_an_amendment_finds_what_it_amends(self, alice: Person) -> None:
        inter_state_bill(alice)
        read(alice, b2ba=[supplier(invoice("PM/2000", oinum="PM/1042", oidt="05-10-2026"))])
        [match] = matches(alice)
        assert (match["match"], match["reasons"]) == ("probable", ["amends_another"])

    @pytest.mark.parametrize(
        "reported",
        [
            invoice("PM/1042", day="05-10-2025", items=[item(77)]),
            invoice("1", items=[item(77)]),
            {**invoice("PM/1042"), "inum": "PM/1043", "dt": "06-10-2026"},
        ],
    )
    def test_what_says_something_else_is_missing_on_both_sides(self, alice: Person, reported: Json) -> None:
        inter_state_bill(alice)
        read(alice, b2b=[supplier(reported)])
        assert [match["match"] for match in matches(alice)] == ["missing_here", "missing_there"]

    def test_a_note_is_no_bill(self, alice: Person) -> None:
        inter_state_bill(alice)
        read(alice, cdnr=[supplier(note("PM/1042"), under="nt")])
        assert [match["match"] for match in matches(alice)] == ["missing_here", "missing_there"]

    def test_each_bill_is_one_document(self, alice: Person) -> None:
        bill = inter_state_bill(alice)
        read(alice, b2b=[supplier(invoice("PM-1042"), invoice("PM/1042"))])
        found = {match["document"]["document_number"]: match for match in matches(alice)}
        assert found["PM/1042"]["bill"]["id"] == bill["id"]
        assert (found["PM-1042"]["match"], found["PM-1042"]["bill"]) == ("missing_here", None)

    def test_one_kind_can_be_asked_for(self, alice: Person) -> None:
        inter_state_bill(alice)
        read(alice, b2b=[supplier(invoice("PM/1042"), invoice("9"))])
        assert [match["match"] for match in matches(alice, match="exact")] == ["exact"]
        assert alice.read("/api/gst/gstr2b", period="112026")["matches"] == []


class TestDecisions:
    def test_accepting_claims_the_bill_in_the_month(self, alice: Person) -> None:
        bill = inter_state_bill(alice, bill_date="2026-09-05", received_on="2026-09-05")
        read(alice, b2b=[supplier(invoice("PM/1042", day="05-09-2026"))])
        [match] = matches(alice)
        counts = decide(alice, {"document_id": match["document"]["id"], "decision": "accepted"})
        assert counts == {"exact": 1, "probable": 0, "missing_here": 0, "missing_there": 0}
        accepted = alice.read(f"/api/bills/{bill['id']}")
        assert (accepted["in_2b_period"], accepted["claim_period"]) == ("102026", "102026")

    def test_deferring_leaves_the_claim_open(self, alice: Person) -> None:
        bill = inter_state_bill(alice)
        read(alice, b2b=[supplier(invoice("PM/1042"))])
        [match] = matches(alice)
        decide(alice, {"document_id": match["document"]["id"], "decision": "deferred"})
        deferred = alice.read(f"/api/bills/{bill['id']}")
        assert (deferred["in_2b_period"], deferred["claim_period"]) == ("102026", None)

    def test_what_is_missing_here_becomes_a_bill(self, alice: Person) -> None:
        items = [item(1000), {**item(500, 5), "num": 2}]
        read(alice, b2b=[supplier(invoice("8", items=items, itcavl="N", rsn="P"))])
        [match] = matches(alice)
        decide(alice, {"document_id": match["document"]["id"], "decision": "accepted"})
        [bill] = alice.read("/api/bills")
        assert (bill["taxable_value"], bill["igst"], bill["supplier_name"]) == (1500.0, 205.0, "Paper Mill")
        assert {line["credit_status"] for line in bill["items"]} == {"pos_restricted"}
        assert [match["match"] for match in matches(alice)] == ["exact"]
        assert alice.read("/api/audit/verify")["faults"] == []

    def test_one_that_fails_undoes_all(self, alice: Person) -> None:
        read(alice, b2b=[supplier(invoice("8"), invoice("9"))])
        first, second = matches(alice)
        mill = alice.bill(
            "9", supplier_gstin=GSTIN, items=[{"description": "A", "tax_rate": 0, "taxable_value": 1}]
        )
        body = {
            "period": "102026",
            "decisions": [
                {"document_id": first["document"]["id"], "decision": "accepted"},
                {"document_id": second["document"]["id"], "decision": "accepted", "bill_id": mill["id"]},
            ],
        }
        problem(alice.api.post("/api/gst/gstr2b/decisions", json=body), 422, "portal_document_is_no_bill")
        assert [bill["id"] for bill in alice.read("/api/bills")] == [mill["id"]]

    def test_somebody_elses_document_and_bill_are_not_found(self, alice: Person, bob: Person) -> None:
        read(alice, b2b=[supplier(invoice("8"))])
        [match] = matches(alice)
        decision = {"document_id": match["document"]["id"], "decision": "accepted"}
        body = {"period": "102026", "decisions": [decision]}
        path = "/api/gst/gstr2b/decisions"
        problem(bob.api.post(path, json=body), 404, "portal_document_not_found")
        body["decisions"] = [{**decision, "bill_id": bob.bill()["id"]}]
        problem(alice.api.post(path, json=body), 404, "bill_not_found")
