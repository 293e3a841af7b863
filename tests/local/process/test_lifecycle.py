"""`make dev`, `make status`, `make stop`, and everything that may happen to them."""

import json
import os
import socket
from collections.abc import Callable
from pathlib import Path

import httpx
import psycopg
import pytest

from local.demo import DEMO_EMAIL, DEMO_PASSWORD
from local.supabase.programs import Programs
from tests.local.developer import Developer

Eventually = Callable[[Callable[[], bool]], bool]


def logs_in(environment: dict[str, str], email: str, password: str) -> bool:
    answer = httpx.post(
        f"{environment['SUPABASE_URL']}/auth/v1/token?grant_type=password",
        json={"email": email, "password": password},
        headers={"apikey": environment["SUPABASE_KEY"]},
    )
    return answer.status_code == 200


def signs_up(environment: dict[str, str], email: str, password: str) -> None:
    httpx.post(
        f"{environment['SUPABASE_URL']}/auth/v1/signup",
        json={"email": email, "password": password},
        headers={"apikey": environment["SUPABASE_KEY"]},
    ).raise_for_status()


class TestDev:
    def test_a_taken_port_is_named_with_the_way_out(self, developer: Developer) -> None:
        with socket.create_server(("127.0.0.1", int(developer.environment["SUPABASE_PORT"]))):
            code, output = developer.asks("dev")
        assert code == 1
        assert output.startswith(f"Port {developer.environment['SUPABASE_PORT']} is taken.")
        assert "SUPABASE_PORT" in output
        assert len(output.splitlines()) == 1

    @pytest.mark.parametrize("port", ["x", "0", "70000"])
    def test_a_port_that_is_none_is_refused(self, developer: Developer, port: str) -> None:
        developer.environment["DB_PORT"] = port
        code, output = developer.asks("dev")
        assert (code, output) == (1, f"DB_PORT={port} is not a port: set a number between 1 and 65535.\n")

    def test_a_data_folder_of_another_version_is_refused(self, developer: Developer) -> None:
        (developer.folder / "postgres").mkdir(parents=True)
        (developer.folder / "postgres" / "PG_VERSION").write_text("15\n")
        code, output = developer.asks("dev")
        assert code == 1
        assert "is of PostgreSQL 15, not 17. Run `make reset`" in output

    def test_a_broken_data_folder_is_refused(self, developer: Developer) -> None:
        (developer.folder / "postgres").mkdir(parents=True)
        code, output = developer.asks("dev")
        assert code == 1
        assert "is broken: it has no PG_VERSION. Run `make reset`" in output

    def test_ports_must_differ(self, developer: Developer) -> None:
        developer.environment["SUPABASE_PORT"] = developer.environment["PORT"]
        code, output = developer.asks("dev")
        names = "PORT, SUPABASE_PORT, DB_PORT, STUDIO_PORT, MAILBOX_PORT"
        assert (code, output) == (1, f"{names} must be different ports.\n")

    def test_what_the_shell_says_about_another_project_does_no_harm(
        self, developer: Developer, earlier_data: Path
    ) -> None:
        developer.takes_over(earlier_data)
        developer.environment |= {
            "PGSSLMODE": "require",
            "SUPABASE_JWT_ISSUER": "https://other.supabase.co/auth/v1",
            "http_proxy": "http://127.0.0.1:9",
        }
        developer.environment.pop("no_proxy", None)
        process = developer.starts_dev()
        assert logs_in(developer.environment_of_dev(), DEMO_EMAIL, DEMO_PASSWORD)
        developer.interrupts(process)

    def test_a_named_postgrest_takes_the_place_of_ours(
        self, developer: Developer, earlier_data: Path, tmp_path: Path
    ) -> None:
        developer.takes_over(earlier_data)
        named = tmp_path / "postgrest"
        named.symlink_to(Programs.pinned().postgrest)
        developer.environment["POSTGREST"] = str(named)
        process = developer.starts_dev()
        assert str(named) in [command.strip() for command in developer.processes()]
        assert f"Instead of the stand-in: PostgREST 12.0.2, {named}" in developer.heard
        developer.interrupts(process)

    def test_a_name_that_is_no_program_is_refused(self, developer: Developer) -> None:
        developer.environment["SUPABASE_AUTH"] = "/nowhere/auth"
        code, output = developer.asks("dev")
        assert (code, output) == (
            1,
            "SUPABASE_AUTH=/nowhere/auth is not a program. Correct it or unset it.\n",
        )

    def test_data_of_the_other_auth_is_kept_and_refused(
        self, developer: Developer, earlier_data: Path
    ) -> None:
        developer.takes_over(earlier_data)
        developer.environment["SUPABASE_AUTH"] = "/bin/true"
        code, output = developer.asks("dev")
        assert code == 1
        assert "has the tables of Supabase Lite, not of Supabase Auth. Unset SUPABASE_AUTH" in output
        del developer.environment["SUPABASE_AUTH"]
        developer.interrupts(developer.starts_dev())

    def test_data_of_other_migrations_is_kept_and_refused(
        self, developer: Developer, earlier_data: Path
    ) -> None:
        developer.takes_over(earlier_data)
        record = developer.folder / "postgres" / "migrations.json"
        applied = json.loads(record.read_text())
        edited = min(applied)
        record.write_text(json.dumps({**applied, edited: "what it was"}))
        code, output = developer.asks("dev")
        assert code == 1
        assert f"was made by other migrations than these ({edited}). Run `make reset`" in output
        record.write_text(json.dumps(applied))
        developer.interrupts(developer.starts_dev())

    def test_ctrl_c_leaves_no_process_and_the_next_start_keeps_the_data(self, developer: Developer) -> None:
        first = developer.starts_dev()
        signs_up(developer.environment_of_dev(), "asha@example.com", "correct horse")
        assert "Stopped." in developer.interrupts(first)
        assert first.returncode == 0
        assert developer.processes() == []

        second = developer.starts_dev()
        assert logs_in(developer.environment_of_dev(), "asha@example.com", "correct horse")
        developer.interrupts(second)

    def test_a_kill_leaves_no_process_and_the_next_start_recovers(
        self, developer: Developer, earlier_data: Path, eventually: Eventually
    ) -> None:
        developer.takes_over(earlier_data)
        first = developer.starts_dev()
        signs_up(developer.environment_of_dev(), "asha@example.com", "correct horse")
        first.kill()
        first.communicate()
        assert eventually(lambda: not developer.processes()), developer.processes()

        second = developer.starts_dev()
        assert logs_in(developer.environment_of_dev(), "asha@example.com", "correct horse")
        second.kill()
        second.communicate()

        # At once: it has to wait for what is left of the one before.
        developer.starts_dev()
        assert logs_in(developer.environment_of_dev(), "asha@example.com", "correct horse")


class TestStatusAndStop:
    def test_nothing_runs(self, developer: Developer) -> None:
        assert developer.asks("status") == (1, "Nothing runs. Start it with `make dev`.\n")
        assert developer.asks("stop") == (0, "Nothing runs.\n")

    def test_a_running_one_tells_where_it_is_refuses_a_second_and_stops(
        self, developer: Developer, earlier_data: Path
    ) -> None:
        developer.takes_over(earlier_data)
        process = developer.starts_dev()
        environment = developer.environment_of_dev()
        assert list(environment) == [
            "SUPABASE_URL",
            "SUPABASE_KEY",
            "SUPABASE_SECRET_KEY",
            "SUPABASE_JWT_SECRET",
            "DB_URL",
            "API_URL",
            "STUDIO_URL",
            "MAILBOX_URL",
        ]
        assert environment["SUPABASE_URL"].endswith(developer.environment["SUPABASE_PORT"])
        assert environment["API_URL"].endswith(developer.environment["PORT"])
        assert logs_in(environment, DEMO_EMAIL, DEMO_PASSWORD)
        assert httpx.get(environment["STUDIO_URL"]).status_code == 200
        assert "There are no mails." in httpx.get(environment["MAILBOX_URL"]).text
        with psycopg.connect(environment["DB_URL"]) as database:
            assert database.execute("select current_user").fetchone() == ("postgres",)

        code, output = developer.asks("dev")
        assert code == 1
        assert output.startswith(f"It already runs (process {process.pid}, ")

        assert developer.asks("stop") == (0, "Stopped.\n")
        assert process.wait(timeout=10) == 0
        assert developer.processes() == []


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can become somebody else")
class TestWithoutPrivileges:
    def test_an_ordinary_user_can_run_it(self, developer: Developer, tmp_path: Path) -> None:
        # Reading everything lets the test run wherever root keeps the checkout; it gives no right to write.
        right = "+dac_read_search"
        developer.prefix = (
            *("setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"),
            *("--inh-caps", right, "--ambient-caps", right),
        )
        developer.folder.mkdir()
        os.chown(developer.folder, 65534, 65534)
        for folder in (tmp_path, *tmp_path.parents[:2]):
            folder.chmod(0o755)
        developer.starts_dev()
        with psycopg.connect(developer.environment_of_dev()["DB_URL"]) as database:
            assert database.execute("select 1").fetchone() == (1,)
        assert (developer.folder / "postgres").stat().st_uid == 65534

    def test_root_can_run_it_where_user_namespaces_are_forbidden(
        self, developer: Developer, tmp_path: Path
    ) -> None:
        self._replace(developer, tmp_path, "unshare")
        first = developer.starts_dev()
        signs_up(developer.environment_of_dev(), "asha@example.com", "correct horse")
        assert (developer.folder / "postgres").stat().st_uid == 65534
        developer.interrupts(first)

        # The same data, where they are allowed again.
        developer.environment["PATH"] = os.environ["PATH"]
        developer.starts_dev()
        assert (developer.folder / "postgres").stat().st_uid == 0
        assert logs_in(developer.environment_of_dev(), "asha@example.com", "correct horse")

    def test_root_is_told_when_nothing_works(self, developer: Developer, tmp_path: Path) -> None:
        self._replace(developer, tmp_path, "unshare", "setpriv")
        code, output = developer.asks("dev")
        assert code == 1
        assert "PostgreSQL does not run as root" in output
        assert len(output.splitlines()) == 1

    @staticmethod
    def _replace(developer: Developer, folder: Path, *programs: str) -> None:
        for program in programs:
            (folder / program).write_text("#!/bin/sh\nexit 1\n")
            (folder / program).chmod(0o755)
        developer.environment["PATH"] = f"{folder}:{os.environ['PATH']}"
