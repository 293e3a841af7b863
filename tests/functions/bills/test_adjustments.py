"""Credit that is given back, and claimed again: never more than was given back."""

from collections import Counter
from functools import partial
from typing import Any

import pytest

from tests.concurrency import at_once
from tests.person import Json, Person, checked, problem

PATH = "/api/credit-adjustments"


def adjust(person: Person, kind: str = "rule_37", **fields: Any) -> Json:
    body = {"period": "102026", "kind": kind, "cgst": 180, "sgst": 180, **fields}
    adjustment: Json = checked(person.api.post(PATH, json=body), 201)
    return adjustment


def reclaim(**fields: Any) -> Json:
    return {"period": "112026", "kind": "reclaim", "cgst": 180, "sgst": 180, **fields}


class TestAdjustments:
    def test_somebody_elses_is_not_found(self, alice: Person, bob: Person) -> None:
        path = f"{PATH}/{adjust(bob)['id']}"
        for answer in (alice.api.get(path), alice.api.put(path, json={}), alice.api.delete(path)):
            problem(answer, 404, "credit_adjustment_not_found")
        assert alice.read(PATH) == []

    def test_are_written_changed_listed_and_deleted(self, alice: Person) -> None:
        made = adjust(alice, "rule_42_43", reason="Exempt turnover", bill_id=alice.bill()["id"])
        path = f"{PATH}/{made['id']}"
        changed = checked(alice.api.put(path, json={"cgst": 90.5, "period": "112026"}), 200)
        assert (changed["cgst"], changed["sgst"], changed["period"]) == (90.5, 180.0, "112026")
        assert alice.read(PATH, period="112026", kind="rule_42_43") == [changed]
        assert alice.api.delete(path).status_code == 204
        assert alice.read("/api/audit/verify")["faults"] == []

    @pytest.mark.parametrize("period", ["132026", "2026-10", "1020", ""])
    def test_a_period_is_a_month(self, alice: Person, period: str) -> None:
        answer = alice.api.post(PATH, json={"period": period, "kind": "other", "igst": 1})
        assert problem(answer, 422, "validation_failed")["errors"][0]["field"] == "period"

    def test_what_names_nothing_reversed_is_no_reclaim(self, alice: Person) -> None:
        answer = alice.api.post(PATH, json=reclaim())
        assert problem(answer, 422, "invalid_value")["errors"][0]["field"] == "kind"


class TestReclaim:
    def test_is_up_to_what_was_reversed(self, alice: Person) -> None:
        reversal = adjust(alice)
        checked(alice.api.post(PATH, json=reclaim(reclaims_id=reversal["id"], cgst=100, sgst=100)), 201)
        answer = alice.api.post(PATH, json=reclaim(reclaims_id=reversal["id"], cgst=80.01, sgst=80))
        problem(answer, 409, "reclaim_exceeds_reversal")
        checked(alice.api.post(PATH, json=reclaim(reclaims_id=reversal["id"], cgst=80, sgst=80)), 201)

    def test_two_at_once_claim_once(self, alice: Person) -> None:
        body = reclaim(reclaims_id=adjust(alice)["id"])
        answers = at_once([partial(alice.api.post, PATH, json=body)] * 6)
        assert Counter(answer.status_code for answer in answers) == {201: 1, 409: 5}

    @pytest.mark.parametrize("kind", ["rule_38", "rule_42_43"])
    def test_is_not_of_what_was_reversed_for_good(self, alice: Person, kind: str) -> None:
        answer = alice.api.post(PATH, json=reclaim(reclaims_id=adjust(alice, kind)["id"]))
        problem(answer, 409, "reclaim_exceeds_reversal")

    def test_is_not_before_its_reversal(self, alice: Person) -> None:
        reversal = adjust(alice, period="122026")
        answer = alice.api.post(PATH, json=reclaim(reclaims_id=reversal["id"]))
        problem(answer, 404, "credit_adjustment_not_found")

    def test_keeps_what_it_claims_again(self, alice: Person) -> None:
        reversal = adjust(alice)
        again = checked(alice.api.post(PATH, json=reclaim(reclaims_id=reversal["id"])), 201)
        path = f"{PATH}/{reversal['id']}"
        problem(alice.api.delete(path), 409, "credit_adjustment_reclaimed")
        problem(alice.api.put(path, json={"cgst": 1}), 409, "reclaim_exceeds_reversal")
        for gone in (again, reversal):
            assert alice.api.delete(f"{PATH}/{gone['id']}").status_code == 204

    def test_of_a_bill_is_up_to_its_reversed_lines(self, alice: Person) -> None:
        line = {"description": "Paper", "tax_rate": 18, "taxable_value": 2000, "cgst": 180, "sgst": 180}
        bill = alice.bill(items=[{**line, "credit_status": "temporarily_reversed"}, line])
        answer = alice.api.post(PATH, json=reclaim(bill_id=bill["id"], cgst=180.01))
        problem(answer, 409, "reclaim_exceeds_reversal")
        checked(alice.api.post(PATH, json=reclaim(bill_id=bill["id"])), 201)
        path = f"/api/bills/{bill['id']}"
        problem(alice.api.put(path, json={"items": [line]}), 409, "reclaim_exceeds_reversal")
        problem(alice.api.delete(path), 409, "bill_is_named")
        kept = [{**line, "credit_status": "temporarily_reversed", "description": "Paper, A4"}]
        checked(alice.api.put(path, json={"items": kept}), 200)
