"""Customers and suppliers: who may see them, how they are written, and what stays when one is deleted."""

from collections import Counter
from functools import partial

import httpx
import psycopg

from tests.concurrency import at_once
from tests.functions.contacts.conftest import Kind
from tests.person import Person, checked, problem

GSTIN = "29AAACZ0001A1Z4"


class TestAccess:
    def test_anonymous_is_refused(self, anonymous: httpx.Client, alice: Person, kind: Kind) -> None:
        path = f"{kind.path}/{kind.new(alice)['id']}"
        for answer in (
            anonymous.get(kind.path),
            anonymous.post(kind.path, json={"name": "A"}),
            anonymous.get(path),
            anonymous.put(path, json={"name": "A"}),
            anonymous.delete(path),
        ):
            problem(answer, 401, "not_authenticated")

    def test_another_users_is_not_found(self, alice: Person, bob: Person, kind: Kind) -> None:
        contact = kind.new(bob)
        path = f"{kind.path}/{contact['id']}"
        for answer in (alice.api.get(path), alice.api.put(path, json={"name": "A"}), alice.api.delete(path)):
            problem(answer, 404, kind.missing)
        assert alice.read(kind.path) == []
        assert bob.read(path) == contact

    def test_one_of_the_other_kind_is_not_found(self, alice: Person, kind: Kind) -> None:
        path = f"{kind.other_path}/{kind.new(alice)['id']}"
        for answer in (alice.api.get(path), alice.api.put(path, json={"name": "A"}), alice.api.delete(path)):
            problem(answer, 404, f"{kind.other}_not_found")


class TestCreate:
    def test_answers_where_it_is_and_what_it_says(self, alice: Person, kind: Kind) -> None:
        body = {
            "name": "Sharma Textiles",
            "email": "accounts@sharma.example",
            "phone": "+91 80 4123 4567",
            "address": "14 Commercial Street, Bengaluru",
            "gstin": "29 aaacz0001a1z4",
            "pincode": "560 001",
            "notes": "Pays at the end of the month",
        }
        answer = alice.api.post(kind.path, json=body)
        contact = checked(answer, 201)
        assert answer.headers["location"] == f"{kind.path}/{contact['id']}"
        assert contact == body | {
            "id": contact["id"],
            "gstin": GSTIN,
            "pincode": "560001",
            "state_code": "29",
            "country_code": "IN",
            f"is_{kind.other}": False,
            "user_id": alice.id,
            "created_at": contact["created_at"],
            "updated_at": contact["created_at"],
        }
        assert alice.read(f"{kind.path}/{contact['id']}") == contact

    def test_needs_a_name_only(self, alice: Person, kind: Kind) -> None:
        contact = kind.new(alice)
        told = {field: contact[field] for field in ("email", "phone", "gstin", "state_code", "pincode")}
        assert set(told.values()) == {None}

    def test_two_may_have_one_name(self, alice: Person, kind: Kind) -> None:
        kind.new(alice, "Sharma Textiles")
        kind.new(alice, "Sharma Textiles")
        assert len(alice.read(kind.path, name="sharma")) == 2

    def test_one_abroad_is_in_no_state_of_india(self, alice: Person, kind: Kind) -> None:
        contact = kind.new(alice, country_code="gb", pincode="EC1A 1BB")
        assert (contact["country_code"], contact["state_code"], contact["pincode"]) == (
            "GB",
            "96",
            "EC1A 1BB",
        )

    def test_one_may_be_both(self, alice: Person, kind: Kind) -> None:
        contact = kind.new(alice, "Sharma", **{f"is_{kind.other}": True})
        other = alice.read(f"{kind.other_path}/{contact['id']}")
        assert (contact[f"is_{kind.other}"], other[f"is_{kind.noun}"]) == (True, True)

    def test_the_same_request_twice_is_one(self, alice: Person, kind: Kind) -> None:
        send = partial(
            alice.api.post, kind.path, json={"name": "Sharma"}, headers={"Idempotency-Key": "contact-1"}
        )
        first, second = send(), send()
        assert (first.status_code, second.status_code, first.content) == (201, 201, second.content)
        assert second.headers["idempotent-replayed"] == "true"
        assert len(alice.read(kind.path)) == 1


class TestGstin:
    def test_is_one_contacts_only(self, alice: Person, bob: Person, kind: Kind) -> None:
        kind.new(alice, gstin=GSTIN)
        body = {"name": "Another", "gstin": GSTIN.lower()}
        refused = problem(alice.api.post(kind.path, json=body), 409, "contact_gstin_taken")
        assert [error["field"] for error in refused["errors"]] == ["gstin"]
        other = kind.new(alice, "Another")
        answer = alice.api.put(f"{kind.path}/{other['id']}", json={"gstin": GSTIN})
        problem(answer, 409, "contact_gstin_taken")
        assert kind.new(bob, gstin=GSTIN)["gstin"] == GSTIN

    def test_of_a_customer_and_of_a_supplier_may_be_the_same(self, alice: Person) -> None:
        supplier = alice.supplier(gstin=GSTIN)
        alice.customer(gstin=GSTIN)
        answer = alice.api.put(f"/api/suppliers/{supplier['id']}", json={"is_customer": True})
        detail = problem(answer, 409, "contact_gstin_taken")["detail"]
        assert detail == "Another of your customers has this GSTIN."

    def test_tells_the_state(self, alice: Person, kind: Kind) -> None:
        path = f"{kind.path}/{kind.new(alice, state_code='27')['id']}"
        assert checked(alice.api.put(path, json={"gstin": GSTIN}), 200)["state_code"] == "29"
        assert checked(alice.api.put(path, json={"gstin": None}), 200)["state_code"] == "29"

    def test_contradicts_no_state_that_is_sent(self, alice: Person, kind: Kind) -> None:
        body = {"name": "A", "gstin": GSTIN, "state_code": "27"}
        refused = problem(alice.api.post(kind.path, json=body), 422, "state_differs")
        assert [error["field"] for error in refused["errors"]] == ["state_code"]
        path = f"{kind.path}/{kind.new(alice, state_code='27')['id']}"
        # Both are sent, and the state is the one that stood there before.
        answer = alice.api.put(path, json={"gstin": GSTIN, "state_code": "27"})
        problem(answer, 422, "state_differs")
        assert alice.read(path)["gstin"] is None

    def test_two_at_once_write_it_once(self, alice: Person, kind: Kind) -> None:
        send = partial(alice.api.post, kind.path, json={"name": "Sharma", "gstin": GSTIN})
        assert Counter(answer.status_code for answer in at_once([send] * 10)) == {201: 1, 409: 9}


class TestUpdate:
    def test_changes_the_fields_that_are_sent(self, alice: Person, kind: Kind) -> None:
        contact = kind.new(alice, email="a@sharma.example", phone="1234567", notes="Old")
        path = f"{kind.path}/{contact['id']}"
        changed = checked(alice.api.put(path, json={"phone": None, "notes": "New"}), 200)
        assert changed == contact | {"phone": None, "notes": "New", "updated_at": changed["updated_at"]}
        assert alice.read(path) == changed

    def test_moves_one_abroad_and_back(self, alice: Person, kind: Kind) -> None:
        path = f"{kind.path}/{kind.new(alice, state_code='27')['id']}"
        states = [
            checked(alice.api.put(path, json={"country_code": country}), 200)["state_code"]
            for country in ("AE", "IN")
        ]
        assert states == ["96", None]

    def test_keeps_the_role_in_which_it_is_changed(self, alice: Person, kind: Kind) -> None:
        contact = kind.new(alice)
        role = {f"is_{kind.noun}": False}
        answer = alice.data.post(
            f"/rpc/update_{kind.noun}", json={f"{kind.noun}_id": contact["id"], kind.noun: role}
        )
        assert checked(answer, 200)["id"] == contact["id"]
        assert len(alice.read(kind.path)) == 1

    def test_gives_the_other_role_and_takes_it_away(self, alice: Person, kind: Kind) -> None:
        path = f"{kind.path}/{kind.new(alice)['id']}"
        for is_both, count in ((True, 1), (False, 0)):
            checked(alice.api.put(path, json={f"is_{kind.other}": is_both}), 200)
            assert len(alice.read(kind.other_path)) == count

    def test_twenty_at_once_lose_nothing(self, alice: Person, kind: Kind) -> None:
        path = f"{kind.path}/{kind.new(alice)['id']}"
        changes = [{"notes": "Noted"}, {"phone": "1234567"}, {"email": "a@b.example"}, {"pincode": "560001"}]
        answers = at_once([partial(alice.api.put, path, json=change) for change in changes] * 5)
        assert {answer.status_code for answer in answers} == {200}
        contact = alice.read(path)
        assert [contact[field] for change in changes for field in change] == [
            value for change in changes for value in change.values()
        ]


class TestDelete:
    def test_deletes_it_once(self, alice: Person, kind: Kind) -> None:
        path = f"{kind.path}/{kind.new(alice)['id']}"
        answers = at_once([partial(alice.api.delete, path)] * 5)
        assert Counter(answer.status_code for answer in answers) == {204: 1, 404: 4}
        problem(alice.api.get(path), 404, kind.missing)
        assert alice.faults() == []

    def test_of_one_that_is_both_takes_only_the_role_away(self, alice: Person, kind: Kind) -> None:
        contact = kind.new(alice, "Sharma", gstin=GSTIN, **{f"is_{kind.other}": True})
        checked(alice.api.delete(f"{kind.path}/{contact['id']}"), 204)
        problem(alice.api.get(f"{kind.path}/{contact['id']}"), 404, kind.missing)
        other = alice.read(f"{kind.other_path}/{contact['id']}")
        assert (other["gstin"], other[f"is_{kind.noun}"]) == (GSTIN, False)
        checked(alice.api.delete(f"{kind.other_path}/{contact['id']}"), 204)
        assert alice.read(kind.other_path) == []

    def test_of_one_that_is_both_in_both_roles_at_once_deletes_it(self, alice: Person) -> None:
        contact = alice.customer(is_supplier=True)
        paths = [f"/api/{noun}/{contact['id']}" for noun in ("customers", "suppliers")]
        answers = at_once([partial(alice.api.delete, path) for path in paths])
        assert Counter(answer.status_code for answer in answers) == {204: 2}
        kept = alice.read("/api/audit", record_id=contact["id"], operation="delete")
        assert len(kept) == 1

    def test_changes_no_document(self, alice: Person) -> None:
        customer = alice.customer("Sharma Textiles", gstin=GSTIN)
        invoice = alice.invoice(customer_name="Sharma Textiles", customer_gstin=GSTIN)
        checked(alice.api.delete(f"/api/customers/{customer['id']}"), 204)
        assert alice.read(f"/api/invoices/{invoice['id']}") == invoice


class TestAudit:
    def test_tells_what_was_written_changed_and_deleted(self, alice: Person, kind: Kind) -> None:
        contact = kind.new(alice, notes="Old")
        path = f"{kind.path}/{contact['id']}"
        checked(alice.api.put(path, json={"notes": "New"}), 200)
        checked(alice.api.delete(path), 204)
        entries = alice.read("/api/audit", record_type="contacts", sort_order="asc")
        assert [entry["operation"] for entry in entries] == ["insert", "update", "delete"]
        assert (entries[1]["before"], entries[1]["after"]) == ({"notes": "Old"}, {"notes": "New"})
        assert alice.read("/api/audit/verify")["faults"] == []

    def test_notices_an_edit_past_the_triggers(
        self, alice: Person, superuser: psycopg.Connection, kind: Kind
    ) -> None:
        contact = kind.new(alice)
        superuser.execute("update public.contacts set name = 'Mallory' where id = %s", (contact["id"],))
        [fault] = alice.read("/api/audit/verify")["faults"]
        assert (fault["record_type"], fault["record_id"], fault["details"]) == (
            "contacts",
            contact["id"],
            "changed in name",
        )


class TestDashboard:
    def test_a_row_obeys_the_same_rules(self, alice: Person, dashboard: psycopg.Connection) -> None:
        dashboard.execute(
            "insert into public.contacts (user_id, is_customer, name, gstin) values (%s, true, 'Sharma', %s)",
            (alice.id, GSTIN.lower()),
        )
        [customer] = alice.read("/api/customers")
        assert (customer["gstin"], customer["state_code"]) == (GSTIN, "29")
        assert alice.read("/api/audit/verify")["faults"] == []

    def test_a_row_keeps_its_owner(
        self, alice: Person, bob: Person, service: httpx.Client, kind: Kind
    ) -> None:
        contact = kind.new(alice)
        answer = service.patch(f"/contacts?id=eq.{contact['id']}", json={"user_id": bob.id})
        assert checked(answer, 409)["hint"] == "owner_is_fixed"
