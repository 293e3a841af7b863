"""The target of the packages: the Lambda of serverless.yml, or this machine, where the tests run them."""

import platform
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from deploy.service import runtime
from local.project import ROOT, Problem

# The folder in which Lambda unpacks a function. Tracebacks contain it.
_UNPACKED_AT = "/var/task"


@dataclass(frozen=True)
class Target:
    """An interpreter on a kind of processor."""

    python: str
    machine: str
    pip_options: tuple[str, ...] = ()
    """The options with which pip finds wheels for another machine."""

    @property
    def name(self) -> str:
        return f"python{self.python}-{self.machine}"

    @property
    def markers(self) -> dict[str, str]:
        """The environment markers of requirements."""
        return {"python_version": self.python, "platform_machine": self.machine, "sys_platform": "linux"}

    def install(self, requirements: Path, folder: Path) -> None:
        """Install the locked dependencies into a folder."""
        pip = [sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-deps"]
        options = ["--no-compile", "--only-binary=:all:", "--require-hashes", *self.pip_options]
        _run(*pip, *options, "--target", str(folder), "-r", str(requirements))

    def compile(self, folder: Path) -> None:
        """Compile each source. Lambda's disk is read-only, so each cold start would compile it again."""
        if self == lambda_target():
            _run("node", str(ROOT / "deploy" / "compile.mjs"), self.python, str(folder), _UNPACKED_AT)
            return
        options = ["-q", "-f", "--invalidation-mode=unchecked-hash", "-s", str(folder), "-p", _UNPACKED_AT]
        _run(sys.executable, "-m", "compileall", *options, str(folder))


def lambda_target() -> Target:
    """Lambda's Graviton processors: a fifth cheaper than x86_64, and not slower at this."""
    # Newest first. Lambda's Amazon Linux 2023 has glibc 2.34.
    versions = ("manylinux_2_34", "manylinux_2_28", "manylinux_2_17", "manylinux2014")
    platforms = tuple(f"--platform={version}_aarch64" for version in versions)
    return Target(runtime(), "aarch64", ("--implementation=cp", f"--python-version={runtime()}", *platforms))


def this_machine() -> Target:
    """The interpreter that runs this program."""
    return Target(".".join(map(str, sys.version_info[:2])), platform.machine())


def _run(*command: str) -> None:
    if subprocess.run(command, cwd=ROOT, check=False).returncode != 0:
        raise Problem(f"{' '.join(command[:3])} ... failed, see above.")
