"""How long the schedule takes for many users, and that it stays level: python -m tests.load.schedule [USERS].

Makes USERS (100,000) users on a Supabase of its own, a tenth of them with a sale and an expense in the period, and fires
the job that drafts their filings: once when there is no draft, once when there is one of each. Each line is a tenth of
the way, with the time per 1,000 users at that position.
"""

import sys
import time
from collections.abc import Iterator

import httpx
import psycopg

from local.stack import Stack, running_stack

BATCH = 1000
AS_OF = "2026-10-01T00:30:00Z"


def populate(stack: Stack, users: int) -> None:
    with psycopg.connect(stack.db_url, autocommit=True) as database:
        for start in range(0, users, 10_000):
            count = min(10_000, users - start)
            database.execute(
                """
                insert into auth.users (id, email)
                select gen_random_uuid(), format('%%s@example.com', gen_random_uuid()) from generate_series(1, %s)
                """,
                (count,),
            )
        database.execute("vacuum analyze")
        owners = [
            row[0]
            for row in database.execute(
                "select id from public.profiles order by random() limit %s", (users // 10,)
            )
        ]
        for start in range(0, len(owners), 500):
            database.execute(
                """
                insert into public.transactions (user_id, transaction_type, amount, tax_rate, date)
                select owner, kind, 118, 18, '2026-08-15T10:00:00Z'
                from unnest(%s::uuid[]) as owner, unnest(array['sale', 'expense']) as kind
                """,
                (owners[start : start + 500],),
            )
        database.execute("vacuum analyze")


def batches(data: httpx.Client, job: str) -> Iterator[tuple[int, float]]:
    """What has been written so far and the seconds it took, after each batch of a run."""
    arguments: dict[str, object] = {"job": job, "as_of": AS_OF, "batch_size": BATCH}
    while True:
        began = time.perf_counter()
        run = data.post("/rpc/run_job", json=arguments).raise_for_status().json()
        yield run["processed"], time.perf_counter() - began
        if run["finished_at"]:
            return
        arguments = {"job": job, "run_id": run["id"], "batch_size": BATCH}


def measure(data: httpx.Client, job: str, title: str) -> None:
    print(f"\n{title}\n{'users':>10}  {'ms per 1,000':>12}  {'slowest':>8}")
    written, seconds = zip(*batches(data, job), strict=True)
    tenth = max(1, len(seconds) // 10)
    for start in range(0, len(seconds) - tenth + 1, tenth):
        part = seconds[start : start + tenth]
        mean, slowest = 1000 * sum(part) / len(part), 1000 * max(part)
        print(f"{(start + tenth) * BATCH:>10,}  {mean:>12.0f}  {slowest:>8.0f}")
    print(f"{written[-1]:,} written in {sum(seconds):.1f} s")


def main() -> None:
    users = int(sys.argv[1]) if len(sys.argv) > 1 else 100_000
    with running_stack(api=False) as stack:
        began = time.perf_counter()
        populate(stack, users)
        print(f"{users:,} users made in {time.perf_counter() - began:.0f} s")
        headers = {
            "Authorization": f"Bearer {stack.secret_key}",
            "apikey": stack.secret_key,
            "Content-Profile": "api",
        }
        with httpx.Client(base_url=f"{stack.supabase_url}/rest/v1", headers=headers, timeout=60) as data:
            measure(data, "generate_tax_filings", "Drafts, none there")
            measure(data, "generate_tax_filings", "Drafts, fired again: all there, nothing to write")


if __name__ == "__main__":
    main()
