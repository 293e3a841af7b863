"""The local Supabase behaves like a hosted project, where our code could tell the difference."""

import base64
import json
import os
import signal
import uuid
from collections.abc import Callable, Iterator
from typing import Any

import httpx
import psycopg
import pytest

from local.stack import Stack
from supabase import create_client

PASSWORD = "correct horse battery"


@pytest.fixture
def origin(stack: Stack) -> Iterator[httpx.Client]:
    """Supabase's origin, with the anonymous key."""
    with httpx.Client(base_url=stack.supabase_url, headers={"apikey": stack.anon_key}) as client:
        yield client


@pytest.fixture
def database(stack: Stack) -> Iterator[psycopg.Connection]:
    """The database as role postgres; nothing that a test does there stays."""
    with psycopg.connect(stack.db_url) as connection:
        yield connection
        connection.rollback()


def new_email() -> str:
    return f"{uuid.uuid4()}@example.com"


def claims(token: str) -> dict[str, Any]:
    payload = token.split(".")[1]
    content: dict[str, Any] = json.loads(base64.urlsafe_b64decode(payload + "=="))
    return content


def as_user(token: str) -> dict[str, str]:
    return {"authorization": f"Bearer {token}"}


def sign_up(origin: httpx.Client) -> dict[str, Any]:
    session: dict[str, Any] = (
        origin.post("/auth/v1/signup", json={"email": new_email(), "password": PASSWORD})
        .raise_for_status()
        .json()
    )
    return session


class TestGateway:
    def test_a_missing_key_is_refused(self, stack: Stack) -> None:
        answer = httpx.get(f"{stack.supabase_url}/rest/v1/")
        assert (answer.status_code, answer.json()) == (401, {"message": "No API key found in request"})

    def test_a_wrong_key_is_refused(self, stack: Stack) -> None:
        answer = httpx.get(f"{stack.supabase_url}/auth/v1/user", headers={"apikey": "sb_publishable_wrong"})
        assert (answer.status_code, answer.json()) == (401, {"message": "Invalid API key"})

    def test_a_path_of_no_service_is_not_found(self, origin: httpx.Client) -> None:
        assert origin.get("/functions/v1/hello").status_code == 404
        assert origin.get("/rest/v12").status_code == 404

    def test_the_key_stands_in_for_a_missing_token(self, stack: Stack, database: psycopg.Connection) -> None:
        database.execute("create function public.role_now() returns text return auth.role()")
        database.execute("grant execute on function public.role_now to anon, service_role")
        database.commit()
        try:
            roles = {}
            for key in (stack.anon_key, stack.secret_key):
                url = f"{stack.supabase_url}/rest/v1/rpc/role_now"
                answer = httpx.post(url, headers={"apikey": key})
                while answer.status_code == 404:
                    database.execute("notify pgrst, 'reload schema'")
                    database.commit()
                    answer = httpx.post(url, headers={"apikey": key})
                roles[key] = answer.json()
        finally:
            database.execute("drop function public.role_now")
            database.commit()
        assert roles == {stack.anon_key: "anon", stack.secret_key: "service_role"}

    def test_status_headers_and_long_bodies_pass_unchanged(self, origin: httpx.Client) -> None:
        padded = json.dumps({"email": new_email(), "password": PASSWORD}).encode() + b" " * 3_000_000
        answer = origin.post("/auth/v1/signup", content=padded, headers={"content-type": "application/json"})
        assert answer.status_code == 200
        answer = origin.get("/rest/v1/nothing", headers={"accept-profile": "secret"})
        assert answer.status_code == 406
        assert answer.json()["code"] == "PGRST106"

    def test_a_dead_service_is_unavailable_and_comes_back(
        self, stack: Stack, origin: httpx.Client, eventually: Callable[[Callable[[], bool]], bool]
    ) -> None:
        os.kill(stack.pids["rest"], signal.SIGKILL)
        assert eventually(lambda: origin.head("/rest/v1/").status_code == 503)
        assert eventually(lambda: origin.head("/rest/v1/").status_code == 200)

    def test_the_database_comes_back_with_its_data(
        self, stack: Stack, origin: httpx.Client, eventually: Callable[[Callable[[], bool]], bool]
    ) -> None:
        token = sign_up(origin)["access_token"]
        before = stack.pids["postgres"]
        os.kill(before, signal.SIGKILL)
        assert eventually(lambda: stack.pids["postgres"] != before and stack.postgres.is_ready())
        assert eventually(lambda: origin.get("/auth/v1/user", headers=as_user(token)).status_code == 200)
        assert eventually(lambda: origin.head("/rest/v1/").status_code == 200)


class TestAuth:
    def test_the_client_library_can_do_its_round(self, stack: Stack) -> None:
        client = create_client(stack.supabase_url, stack.anon_key)
        email = new_email()
        signed_up = client.auth.sign_up({"email": email, "password": PASSWORD})
        assert signed_up.session

        signed_in = client.auth.sign_in_with_password({"email": email, "password": PASSWORD})
        assert signed_in.session
        found = client.auth.get_user(signed_in.session.access_token)
        assert found
        assert found.user.email == email

        refreshed = client.auth.refresh_session()
        assert refreshed.session
        assert refreshed.session.refresh_token != signed_in.session.refresh_token

    def test_the_token_says_what_a_hosted_one_says(self, stack: Stack, origin: httpx.Client) -> None:
        session = sign_up(origin)
        token = claims(session["access_token"])
        assert token["iss"] == f"{stack.supabase_url}/auth/v1"
        assert (token["sub"], token["email"]) == (session["user"]["id"], session["user"]["email"])
        assert (token["aud"], token["role"], token["aal"]) == ("authenticated", "authenticated", "aal1")
        assert token["exp"] - token["iat"] == 3600
        assert uuid.UUID(token["session_id"])
        assert token["is_anonymous"] is False

    def test_logout_with_scope_local_ends_only_this_session(self, origin: httpx.Client) -> None:
        first = sign_up(origin)
        login = {"email": first["user"]["email"], "password": PASSWORD}
        second = origin.post("/auth/v1/token?grant_type=password", json=login).json()

        left = origin.post("/auth/v1/logout?scope=local", headers=as_user(first["access_token"]))
        assert left.status_code == 204
        assert origin.get("/auth/v1/user", headers=as_user(first["access_token"])).status_code == 403
        assert origin.get("/auth/v1/user", headers=as_user(second["access_token"])).status_code == 200

    @pytest.mark.parametrize(
        ("body", "status", "code"),
        [
            ({"email": "nobody@example.com", "password": "short"}, 422, "weak_password"),
            ({"email": "nonsense", "password": PASSWORD}, 400, "validation_failed"),
        ],
    )
    def test_a_bad_sign_up_is_refused(
        self, origin: httpx.Client, body: dict[str, str], status: int, code: str
    ) -> None:
        answer = origin.post("/auth/v1/signup", json=body)
        assert (answer.status_code, answer.json()["error_code"]) == (status, code)


class TestDatabase:
    def test_postgres_is_no_superuser_but_passes_row_security(self, database: psycopg.Connection) -> None:
        question = "select rolsuper, rolbypassrls, rolcreaterole from pg_roles where rolname = current_user"
        assert database.execute(question).fetchone() == (False, True, True)

    def test_auth_owns_its_schema_and_nothing_else(self, database: psycopg.Connection) -> None:
        question = """
            select distinct relnamespace::regnamespace::text from pg_class
            where relowner = 'supabase_auth_admin'::regrole and relnamespace <> 'pg_toast'::regnamespace
        """
        assert database.execute(question).fetchall() == [("auth",)]

    def test_postgres_may_build_on_auths_tables_but_not_change_them(
        self, database: psycopg.Connection
    ) -> None:
        database.execute("create table public.notes (user_id uuid references auth.users on delete cascade)")
        database.execute("""
            create function public.note() returns trigger language plpgsql as 'begin return new; end';
            create trigger note after insert on auth.users for each row execute function public.note()
        """)
        with pytest.raises(psycopg.errors.InsufficientPrivilege), database.transaction():
            database.execute("alter table auth.users add column note text")
        with pytest.raises(psycopg.errors.InsufficientPrivilege), database.transaction():
            database.execute("create table auth.notes ()")

    def test_the_roles_of_the_api_inherit_and_those_that_log_in_do_not(
        self, database: psycopg.Connection
    ) -> None:
        question = """
            select rolname, rolinherit, rolcanlogin from pg_roles
            where rolname in ('anon', 'authenticated', 'service_role', 'authenticator', 'supabase_auth_admin')
            order by rolname
        """
        assert database.execute(question).fetchall() == [
            ("anon", True, False),
            ("authenticated", True, False),
            ("authenticator", False, True),
            ("service_role", True, False),
            ("supabase_auth_admin", False, True),
        ]

    def test_auths_tables_have_row_level_security(self, database: psycopg.Connection) -> None:
        question = """
            select count(*) filter (where relrowsecurity), count(*) from pg_class
            where relnamespace = 'auth'::regnamespace and relkind = 'r'
        """
        row = database.execute(question).fetchone()
        assert row
        assert row[0] == row[1] > 5

    def test_a_migration_may_set_postgrests_hooks(self, database: psycopg.Connection) -> None:
        database.execute("alter role authenticator set pgrst.db_pre_request = 'public.check'")

    def test_new_tables_are_closed_to_the_api(self, database: psycopg.Connection) -> None:
        database.execute("create table public.notes ()")
        question = """
            select role, has_table_privilege(role, 'public.notes', 'select, insert, update, delete, truncate')
            from unnest(array['anon', 'authenticated', 'service_role']) as role
        """
        assert [may for _, may in database.execute(question)] == [False, False, False]

    def test_statements_of_the_api_have_a_time_limit(self, database: psycopg.Connection) -> None:
        question = "select rolname, rolconfig from pg_roles where rolname in ('anon', 'authenticated')"
        settings: dict[str, list[str]] = dict(database.execute(question).fetchall())
        assert "statement_timeout=3s" in settings["anon"]
        assert "statement_timeout=8s" in settings["authenticated"]

    def test_sessions_of_the_api_have_limits_until_they_take_a_role(
        self, database: psycopg.Connection
    ) -> None:
        question = "select rolconfig from pg_roles where rolname = 'authenticator'"
        row = database.execute(question).fetchone()
        assert row
        assert {"statement_timeout=8s", "lock_timeout=8s"} <= set(row[0])
