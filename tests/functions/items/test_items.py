"""Items: who may see them, how they are written, and how the catalogue is listed."""

from collections import Counter
from functools import partial

import httpx
import psycopg
import pytest

from tests.concurrency import at_once
from tests.person import Json, Person, checked, problem

SHIRT: Json = {
    "name": "Cotton shirt",
    "description": "Cotton shirt, white, size M",
    "hsn_code": "6205",
    "uqc": "NOS",
    "unit_price": 450.50,
    "tax_rate": 5,
    "treatment": "taxable",
}


class TestAccess:
    def test_anonymous_is_refused(self, anonymous: httpx.Client, alice: Person) -> None:
        path = f"/api/items/{alice.item()['id']}"
        for answer in (
            anonymous.get("/api/items"),
            anonymous.post("/api/items", json=SHIRT),
            anonymous.get(path),
            anonymous.put(path, json={"name": "A"}),
            anonymous.delete(path),
        ):
            problem(answer, 401, "not_authenticated")

    def test_another_users_is_not_found(self, alice: Person, bob: Person) -> None:
        item = bob.item()
        path = f"/api/items/{item['id']}"
        for answer in (alice.api.get(path), alice.api.put(path, json={"name": "A"}), alice.api.delete(path)):
            problem(answer, 404, "item_not_found")
        assert (alice.read("/api/items"), bob.read(path)) == ([], item)


class TestCreate:
    def test_answers_where_it_is_and_what_it_says(self, alice: Person) -> None:
        answer = alice.api.post("/api/items", json=SHIRT)
        item = checked(answer, 201)
        assert answer.headers["location"] == f"/api/items/{item['id']}"
        assert item == SHIRT | {
            "id": item["id"],
            "user_id": alice.id,
            "created_at": item["created_at"],
            "updated_at": item["created_at"],
        }
        assert alice.read(f"/api/items/{item['id']}") == item

    def test_needs_a_name_and_a_price_only(self, alice: Person) -> None:
        item = alice.item("Sample", 0)
        told = [item[field] for field in ("description", "hsn_code", "uqc", "tax_rate", "treatment")]
        assert (item["unit_price"], set(told)) == (0, {None})

    @pytest.mark.parametrize("code", ["9983", "99831", "998314"])
    def test_a_service_has_no_unit(self, alice: Person, code: str) -> None:
        assert alice.item(hsn_code=code)["uqc"] == "NA"
        assert alice.item("Another", hsn_code=code, uqc="NOS")["uqc"] == "NA"

    @pytest.mark.parametrize("code", ["6205", "620520", "62052000"])
    def test_goods_have_four_six_or_eight_digits_and_a_unit(self, alice: Person, code: str) -> None:
        assert alice.item(hsn_code=code, uqc="kgs")["uqc"] == "KGS"

    @pytest.mark.parametrize("treatment", ["nil_rated", "exempt", "non_gst"])
    def test_what_is_not_taxable_has_the_rate_zero(self, alice: Person, treatment: str) -> None:
        assert alice.item(treatment=treatment)["tax_rate"] == 0
        taxed = alice.item("Taxed", tax_rate=5)
        answer = alice.api.put(f"/api/items/{taxed['id']}", json={"treatment": treatment})
        assert checked(answer, 200)["tax_rate"] == 0
        answer = alice.api.put(f"/api/items/{taxed['id']}", json={"tax_rate": None})
        assert checked(answer, 200)["tax_rate"] == 0

    def test_the_same_request_twice_is_one(self, alice: Person) -> None:
        send = partial(alice.api.post, "/api/items", json=SHIRT, headers={"Idempotency-Key": "item-1"})
        first, second = send(), send()
        assert (first.status_code, second.status_code, first.content) == (201, 201, second.content)
        assert second.headers["idempotent-replayed"] == "true"
        assert len(alice.read("/api/items")) == 1


class TestName:
    def test_is_one_items_only_in_any_case(self, alice: Person, bob: Person) -> None:
        alice.item("Cotton shirt")
        answer = alice.api.post("/api/items", json={"name": "COTTON Shirt", "unit_price": 1})
        assert problem(answer, 409, "item_name_taken")["errors"][0]["field"] == "name"
        other = alice.item("Silk shirt")
        answer = alice.api.put(f"/api/items/{other['id']}", json={"name": "cotton shirt"})
        problem(answer, 409, "item_name_taken")
        assert bob.item("Cotton shirt")["name"] == "Cotton shirt"

    def test_may_change_its_case(self, alice: Person) -> None:
        path = f"/api/items/{alice.item('cotton shirt')['id']}"
        assert checked(alice.api.put(path, json={"name": "Cotton Shirt"}), 200)["name"] == "Cotton Shirt"

    def test_two_at_once_take_it_once(self, alice: Person) -> None:
        answers = at_once([partial(alice.api.post, "/api/items", json=SHIRT)] * 10)
        assert Counter(answer.status_code for answer in answers) == {201: 1, 409: 9}


class TestUpdate:
    def test_changes_the_fields_that_are_sent(self, alice: Person) -> None:
        item = alice.item(**{**SHIRT, "unit_price": 450.50})
        path = f"/api/items/{item['id']}"
        changed = checked(alice.api.put(path, json={"unit_price": 475, "description": None}), 200)
        assert changed == item | {
            "unit_price": 475.00,
            "description": None,
            "updated_at": changed["updated_at"],
        }
        assert alice.read(path) == changed

    def test_a_service_that_becomes_goods_has_no_unit_yet(self, alice: Person) -> None:
        path = f"/api/items/{alice.item(hsn_code='9983')['id']}"
        assert checked(alice.api.put(path, json={"hsn_code": "6205"}), 200)["uqc"] is None

    def test_twenty_at_once_lose_nothing(self, alice: Person) -> None:
        path = f"/api/items/{alice.item()['id']}"
        changes: list[Json] = [
            {"unit_price": 1.5},
            {"description": "A"},
            {"hsn_code": "6205"},
            {"uqc": "NOS"},
        ]
        answers = at_once([partial(alice.api.put, path, json=change) for change in changes] * 5)
        assert {answer.status_code for answer in answers} == {200}
        item = alice.read(path)
        assert [item[field] for change in changes for field in change] == [1.5, "A", "6205", "NOS"]


class TestDelete:
    def test_deletes_it_once(self, alice: Person) -> None:
        path = f"/api/items/{alice.item()['id']}"
        answers = at_once([partial(alice.api.delete, path)] * 5)
        assert Counter(answer.status_code for answer in answers) == {204: 1, 404: 4}
        problem(alice.api.get(path), 404, "item_not_found")

    def test_changes_no_document(self, alice: Person) -> None:
        item = alice.item("Cotton shirt")
        invoice = alice.invoice([("Cotton shirt", 2, 450)])
        checked(alice.api.delete(f"/api/items/{item['id']}"), 204)
        assert alice.read(f"/api/invoices/{invoice['id']}") == invoice


class TestList:
    @pytest.fixture
    def catalogue(self, alice: Person) -> None:
        alice.item("Silk scarf", 900, hsn_code="6214")
        alice.item("Cotton shirt (100%)", 450.5, hsn_code="6205")
        alice.item("Design", 2000, hsn_code="998391")

    @pytest.mark.usefixtures("catalogue")
    @pytest.mark.parametrize(
        ("asked", "found"),
        [
            ({}, ["Cotton shirt (100%)", "Design", "Silk scarf"]),
            (
                {"sort_by": "unit_price", "sort_order": "desc"},
                ["Design", "Silk scarf", "Cotton shirt (100%)"],
            ),
            ({"sort_by": "hsn_code"}, ["Cotton shirt (100%)", "Silk scarf", "Design"]),
            ({"name": "SHIRT"}, ["Cotton shirt (100%)"]),
            ({"name": "(100%)"}, ["Cotton shirt (100%)"]),
            ({"name": "%"}, ["Cotton shirt (100%)"]),
            ({"name": "."}, []),
            ({"hsn_code": "6214"}, ["Silk scarf"]),
            ({"hsn_code": "6214", "name": "shirt"}, []),
        ],
        ids=str,
    )
    def test_is_by_name_and_filtered(self, alice: Person, asked: dict[str, str], found: list[str]) -> None:
        answer = alice.api.get("/api/items", params=asked)
        assert [item["name"] for item in answer.json()] == found
        assert answer.headers["x-total-count"] == str(len(found))

    def test_answers_the_fields_that_are_asked_for(self, alice: Person) -> None:
        alice.item("Cotton shirt", 450.5)
        assert alice.read("/api/items", fields="unit_price,name") == [
            {"unit_price": 450.5, "name": "Cotton shirt"}
        ]

    @pytest.mark.parametrize(
        "parameters",
        [{"sort_by": "uqc"}, {"hsn_code": "62"}, {"limit": "0"}, {"fields": "price"}, {"colour": "red"}],
        ids=str,
    )
    def test_refuses_what_it_does_not_know(self, alice: Person, parameters: dict[str, str]) -> None:
        refused = problem(alice.api.get("/api/items", params=parameters), 422, "validation_failed")
        assert [error["field"] for error in refused["errors"]] == list(parameters)

    @pytest.mark.parametrize("sort_by", ["name", "hsn_code", "unit_price", "created_at"])
    def test_of_a_thousand_is_paged(self, alice: Person, dashboard: psycopg.Connection, sort_by: str) -> None:
        dashboard.execute(
            "insert into public.items (user_id, name, unit_price, hsn_code) "
            "select %s, 'Item, \"no\" ' || n, n / 3, case when n %% 3 > 0 then (6000 + n / 10)::text end "
            "from generate_series(1, 1000) as n",
            (alice.id,),
        )
        pages = [alice.api.get("/api/items", params={"limit": 300, "sort_by": sort_by})]
        while link := pages[-1].links.get("next"):
            pages.append(alice.api.get(link["url"]))
        assert [len(page.json()) for page in pages] == [300, 300, 300, 100]
        assert {page.headers["x-total-count"] for page in pages} == {"1000"}
        assert len({item["id"] for page in pages for item in page.json()}) == 1000


class TestAudit:
    def test_tells_what_was_written_changed_and_deleted(self, alice: Person) -> None:
        path = f"/api/items/{alice.item(unit_price=450)['id']}"
        checked(alice.api.put(path, json={"unit_price": 475.50}), 200)
        checked(alice.api.delete(path), 204)
        entries = alice.read("/api/audit", record_type="items", sort_order="asc")
        assert [entry["operation"] for entry in entries] == ["insert", "update", "delete"]
        assert (entries[1]["before"], entries[1]["after"]) == ({"unit_price": 450}, {"unit_price": 475.50})
        assert alice.read("/api/audit/verify")["faults"] == []

    def test_notices_an_edit_past_the_triggers(self, alice: Person, superuser: psycopg.Connection) -> None:
        item = alice.item()
        superuser.execute("update public.items set unit_price = 1 where id = %s", (item["id"],))
        [fault] = alice.read("/api/audit/verify")["faults"]
        assert (fault["record_type"], fault["record_id"], fault["details"]) == (
            "items",
            item["id"],
            "changed in unit_price",
        )


def test_a_row_keeps_its_owner(alice: Person, bob: Person, service: httpx.Client) -> None:
    answer = service.patch(f"/items?id=eq.{alice.item()['id']}", json={"user_id": bob.id})
    assert checked(answer, 409)["hint"] == "owner_is_fixed"
