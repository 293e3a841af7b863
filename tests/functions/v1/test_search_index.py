"""The index that serves the search."""

import re
from typing import LiteralString

import psycopg

from tests.person import Person


class TestSearchIndex:
    def test_serves_the_search_under_row_level_security(
        self, alice: Person, dashboard: psycopg.Connection
    ) -> None:
        """A policy comes before every operator that might leak, and so before the index on trigrams.

        The view private.invoice_customers is the way around.
        """
        dashboard.execute(
            """
            insert into public.invoices (user_id, customer_name, customer_email, due_date, tax_rate)
            select %s, md5(n::text), md5(n::text) || '@example.com', now() + interval '1 day', 0
            from generate_series(1, 5000) as n
            """,
            [alice.id],
        )
        dashboard.execute("vacuum analyze public.invoices")
        dashboard.execute("set role authenticated")
        claims = "json_build_object('sub', %s::text)::text"
        dashboard.execute(f"select set_config('request.jwt.claims', {claims}, false)", [alice.id])
        for column in ("customer_name", "customer_email"):
            plan = planned(dashboard, f"select id from v1.invoices where {column}_search ~* 'c4ca42'")
            assert re.search(rf"Index Cond: \(\(user_id = .*\) AND \({column} ~\* 'c4ca42'", plan), plan
        assert "Join" not in planned(dashboard, "select count(*) from v1.invoices"), (
            "it costs other lists nothing"
        )


def planned(dashboard: psycopg.Connection, query: LiteralString) -> str:
    return "\n".join(line for (line,) in dashboard.execute(f"explain {query}").fetchall())
