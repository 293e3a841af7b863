"""The lists of customers and suppliers: order, filters, pages, and the index that serves them."""

import psycopg
import pytest

from tests.functions.contacts.conftest import Kind
from tests.person import Person, problem


class TestList:
    def test_is_by_name(self, alice: Person, kind: Kind) -> None:
        for name in ("Bose", "Chandra", "Anand"):
            kind.new(alice, name)
        names = [contact["name"] for contact in alice.read(kind.path)]
        assert names == ["Anand", "Bose", "Chandra"]
        latest = alice.read(kind.path, sort_by="created_at", sort_order="desc", limit=1)
        assert [contact["name"] for contact in latest] == ["Anand"]

    def test_has_only_its_own_kind(self, alice: Person, kind: Kind) -> None:
        kind.new(alice, "One")
        kind.new(alice, "Both", **{f"is_{kind.other}": True})
        assert [contact["name"] for contact in alice.read(kind.path)] == ["Both", "One"]
        assert [contact["name"] for contact in alice.read(kind.other_path)] == ["Both"]

    @pytest.mark.parametrize(
        ("filters", "found"),
        [
            ({"name": "textil"}, ["Sharma Textiles (100%)"]),
            ({"name": "(100%)"}, ["Sharma Textiles (100%)"]),
            ({"name": "*"}, []),
            ({"name": "A"}, ["Khan & Sons", "Sharma Textiles (100%)"]),
            ({"email": "SHARMA.example"}, ["Sharma Textiles (100%)"]),
            ({"email": "nobody"}, []),
            ({"gstin": "29AAACZ0001A1Z4"}, ["Sharma Textiles (100%)"]),
            ({"gstin": "29 aaacz 0001a1z4"}, ["Sharma Textiles (100%)"]),
            ({"gstin": "29"}, []),
            ({"state_code": "27"}, ["Khan & Sons"]),
            ({"state_code": "27", "name": "sharma"}, []),
        ],
        ids=str,
    )
    def test_is_filtered(self, alice: Person, kind: Kind, filters: dict[str, str], found: list[str]) -> None:
        kind.new(alice, "Sharma Textiles (100%)", email="accounts@sharma.example", gstin="29AAACZ0001A1Z4")
        kind.new(alice, "Khan & Sons", state_code="27")
        answer = alice.api.get(kind.path, params=filters)
        assert [contact["name"] for contact in answer.json()] == found
        assert answer.headers["x-total-count"] == str(len(found))

    def test_answers_the_fields_that_are_asked_for(self, alice: Person, kind: Kind) -> None:
        kind.new(alice, "Sharma", state_code="27")
        assert alice.read(kind.path, fields="name,state_code") == [{"name": "Sharma", "state_code": "27"}]

    @pytest.mark.parametrize(
        "parameters",
        [
            {"sort_by": "notes"},
            {"limit": "1001"},
            {"fields": "name,is_default"},
            {"cursor": "x"},
            {"city": "Pune"},
            {"state_code": "Pune"},
        ],
        ids=str,
    )
    def test_refuses_what_it_does_not_know(
        self, alice: Person, kind: Kind, parameters: dict[str, str]
    ) -> None:
        refused = problem(alice.api.get(kind.path, params=parameters), 422, "validation_failed")
        assert [error["field"] for error in refused["errors"]] == list(parameters)

    def test_of_a_thousand_is_paged(self, alice: Person, kind: Kind, dashboard: psycopg.Connection) -> None:
        dashboard.execute(
            "insert into public.contacts (user_id, is_customer, is_supplier, name) "
            "select %s, true, true, 'Contact ' || n / 2 from generate_series(1, 1000) as n",
            (alice.id,),
        )
        pages = [alice.api.get(kind.path, params={"limit": 300})]
        while link := pages[-1].links.get("next"):
            pages.append(alice.api.get(link["url"]))
        assert [len(page.json()) for page in pages] == [300, 300, 300, 100]
        assert {page.headers["x-total-count"] for page in pages} == {"1000"}
        assert len({contact["id"] for page in pages for contact in page.json()}) == 1000
        assert len(alice.read(kind.path, limit=1000, skip=990)) == 10
        assert len(alice.read(kind.path, name="contact 49")) == 22
        assert alice.faults() == []
        assert alice.read("/api/audit/verify")["faults"] == []


class TestIndex:
    def test_serves_the_list_under_row_level_security(
        self, alice: Person, dashboard: psycopg.Connection, kind: Kind
    ) -> None:
        dashboard.execute(
            "insert into public.contacts (user_id, is_customer, is_supplier, name) "
            "select %s, true, true, md5(n::text) from generate_series(1, 5000) as n",
            [alice.id],
        )
        dashboard.execute("vacuum analyze public.contacts")
        dashboard.execute("set role authenticated")
        claims = "json_build_object('sub', %s::text)::text"
        dashboard.execute(f"select set_config('request.jwt.claims', {claims}, false)", [alice.id])
        query = f"explain select id, name from api.{kind.noun}s order by name, id limit 100"
        plan = "\n".join(line for (line,) in dashboard.execute(query.encode()))
        assert "contacts_user_id_name_idx" in plan, plan
        assert "Sort" not in plan, plan
