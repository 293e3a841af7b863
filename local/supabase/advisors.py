"""Supabase's advisors, on a new database with all migrations: `python -m local.supabase.advisors`.

It fails for each finding without a reason in supabase/advisors-allowed.txt.
"""

import json
import sys
from fnmatch import fnmatchcase
from pathlib import Path
from typing import TypedDict

from local.project import ROOT, Problem
from local.stack import Stack, running_stack
from local.supabase import cli

_ALLOWED = ROOT / "supabase" / "advisors-allowed.txt"


class Finding(TypedDict):
    """A finding of an advisor. The key is the same in every run."""

    cacheKey: str
    level: str
    title: str
    detail: str


def complaints() -> list[str]:
    """The findings without a reason, and the reasons that match no finding."""
    with running_stack(api=False) as stack:
        findings = _findings(stack)
    allowed = _allowed(_ALLOWED)
    unexpected = [finding for finding in findings if not _matches(finding, allowed)]
    stale = [pattern for pattern in allowed if not any(fnmatchcase(f["cacheKey"], pattern) for f in findings)]
    return [
        *(f"{each['level']}: {each['title']}: {each['detail']} ({each['cacheKey']})" for each in unexpected),
        *(f"{_ALLOWED.relative_to(ROOT)} allows {each}, which nothing matches any more." for each in stale),
    ]


def main() -> None:
    """Print the complaints; the exit code says whether there are any."""
    found = complaints()
    print("\n".join(found) or "The advisors find nothing that has no reason.")
    sys.exit(bool(found))


def _findings(stack: Stack) -> list[Finding]:
    arguments = ["db", "advisors", f"--remote={stack.db_url}", "--type=all", "--level=info", "--fail-on=none"]
    answer = cli.run(*arguments, "--output-format=json", home=stack.folder / "cli")
    if answer.returncode != 0:
        raise Problem(f"The advisors failed.\n{answer.stderr.strip()}")
    findings: list[Finding] = json.loads(answer.stdout)["results"]
    return findings


def _allowed(path: Path) -> list[str]:
    lines = [line for line in path.read_text().splitlines() if line and not line.startswith("#")]
    for line in lines:
        if not line.partition(" ")[2].strip():
            raise Problem(f"{path.relative_to(ROOT)}: {line} has no reason.")
    return [line.partition(" ")[0] for line in lines]


def _matches(finding: Finding, patterns: list[str]) -> bool:
    return any(fnmatchcase(finding["cacheKey"], pattern) for pattern in patterns)


if __name__ == "__main__":
    try:
        main()
    except Problem as problem:
        sys.exit(str(problem))
