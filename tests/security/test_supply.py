"""What comes from elsewhere is pinned by its content, and what is secret stays out of the repository.

Known vulnerabilities are a matter of the day and of a database on the network: SECURITY.md names the commands for that.
What can be said without a network is said here, on every run.
"""

import json
import re
import subprocess
from pathlib import Path

import pytest

from local.project import ROOT

# What a secret looks like. The keys of the local Supabase are computed from a text that everybody knows.
SECRETS = {
    "a JSON Web Token": r"eyJ[A-Za-z0-9_-]{15,}\.eyJ[A-Za-z0-9_-]{15,}\.[A-Za-z0-9_-]{20,}",
    "a secret key of Supabase": r"sb_secret_[A-Za-z0-9_-]{20,}",
    "a token of the Supabase CLI": r"sbp_[a-f0-9]{40}",
    "an access key of AWS": r"\b(AKIA|ASIA)[A-Z0-9]{16}\b",
    "a secret key of AWS": r"(?i)aws_secret_access_key\s*[=:]\s*['\"]?[A-Za-z0-9/+]{40}\b",
    "a private key": r"-----BEGIN [A-Z ]*PRIVATE KEY-----",
    "a token of GitHub": r"\bgh[pousr]_[A-Za-z0-9]{36}\b",
    "a token of npm": r"(\bnpm_[A-Za-z0-9]{36}\b|_authToken\s*=)",
    "a password in a URL": r"(postgres(?:ql)?|https?)://[^\s/:@{}]+:(?!postgres@|\{|\$|<)[^\s/:@{}]{4,}@",
}


def tracked() -> list[Path]:
    """The files that the repository holds."""
    listed = subprocess.run(
        ["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout
    return [path for name in listed.split("\0") if name and (path := ROOT / name).is_file()]


def findings(text: str) -> list[str]:
    return [kind for kind, pattern in SECRETS.items() if re.search(pattern, text)]


class TestSecrets:
    def test_no_file_holds_one(self) -> None:
        found = {
            str(path.relative_to(ROOT)): kinds
            for path in tracked()
            if (kinds := findings(path.read_text(errors="ignore")))
        }
        assert found == {}

    def test_no_commit_ever_held_one(self) -> None:
        log = [
            "git",
            "log",
            "--all",
            "--patch",
            "--unified=0",
            "--no-color",
            "--",
            ".",
            ":!package-lock.json",
        ]
        history = subprocess.run(log, cwd=ROOT, capture_output=True, check=True).stdout.decode(
            errors="ignore"
        )
        added = "\n".join(line for line in history.splitlines() if line.startswith("+"))
        assert findings(added) == []

    @pytest.mark.parametrize(
        "secret",
        [
            "AKIA" + "A" * 16,
            "sb_secret_" + "a" * 24,
            "-----BEGIN RSA " + "PRIVATE KEY-----",
            "postgresql://admin:" + "hunter22@db.example.com/x",
            ".".join(["eyJ" + "a" * 20, "eyJ" + "b" * 20, "c" * 40]),
        ],
    )
    def test_one_would_be_found(self, secret: str) -> None:
        assert findings(f"KEY = '{secret}'") != []


class TestDependencies:
    @pytest.mark.parametrize("group", ["functions", "local", "test"])
    def test_python_packages_are_pinned_by_version_and_hash(self, group: str) -> None:
        text = (ROOT / "requirements" / f"{group}.txt").read_text()
        packages = re.findall(
            r"^([A-Za-z0-9][^\s\\]*)((?:.*\\\n)?(?:\s+--hash=sha256:[a-f0-9]{64}(?: \\)?\n?)*)",
            text,
            re.MULTILINE,
        )
        assert packages
        for requirement, rest in packages:
            assert "==" in requirement
            assert "--hash=sha256:" in rest, requirement

    def test_node_packages_are_pinned_by_hash_and_run_nothing_when_installed(self) -> None:
        lock = json.loads((ROOT / "package-lock.json").read_text())
        # One in a bundle is part of the package that brings it, and of its hash.
        packages = {name: p for name, p in lock["packages"].items() if name and not p.get("inBundle")}
        assert packages
        for name, package in packages.items():
            # Packages of other platforms may be locked by version only: npm knows the hash of what it has seen.
            assert package.get("integrity", "sha512-" if package.get("optional") else "").startswith(
                "sha512-"
            ), name
        assert "ignore-scripts=true" in (ROOT / ".npmrc").read_text()

    def test_direct_ones_are_exact(self) -> None:
        package = json.loads((ROOT / "package.json").read_text())
        versions = [*package.get("dependencies", {}).values(), *package.get("devDependencies", {}).values()]
        assert [version for version in versions if not re.fullmatch(r"\d[\w.+-]*", version)] == []
