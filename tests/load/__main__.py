"""Measure everything that docs/performance.md says, and write it there: `make bench`."""

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager

from local.project import ROOT
from local.stack import running_stack
from tests.load import contention, level, overhead, strangers
from tests.load.bare import bare_server
from tests.load.bench import Bench
from tests.load.books import write_books
from tests.load.report import Results, servers

SIZES = {"1 k": 1_000, "100 k": 100_000, "3 M": 3_000_000}
_OTHERS, _SIZE_OF_OTHERS = 1_000, 100


@contextmanager
def _stage(name: str) -> Iterator[None]:
    began = time.monotonic()
    print(f"{name} ...", flush=True)
    yield
    print(f"{name}: {time.monotonic() - began:.0f} s", flush=True)


def main() -> None:
    """Print the tables, and write them into the docs."""
    began = time.monotonic()
    with running_stack() as stack, bare_server() as bare_url:
        results = Results(os.cpu_count() or 1, servers(stack.db_url))
        with _stage("writing the books"):
            sizes = {**SIZES, "worker": SIZES["1 k"]}
            users = write_books(stack.postgres.url("supabase_admin"), sizes, _OTHERS, _SIZE_OF_OTHERS)
        bench = Bench(stack, users)
        with _stage("overhead"):
            results.overheads = overhead.measured(bench, users["worker"], bare_url)
        with _stage("level cost"):
            results.levels = list(level.measured(bench, {size: users[size] for size in SIZES}))
        with _stage("contention"):
            results.bulks = contention.bulks(bench)
            results.sales = list(contention.sales(bench))
        with _stage("strangers"):
            results.findings = list(strangers.measured(bench))
    results.seconds = time.monotonic() - began
    print(results.markdown())
    results.write(ROOT / "docs" / "performance.md", ROOT / "docs" / "performance.svg")


if __name__ == "__main__":
    main()
