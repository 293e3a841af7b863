"""What the tests of filings share."""

import psycopg
import pytest

from tests.functions.tax.filings import FilingsOf
from tests.person import Person


@pytest.fixture
def filings_of(dashboard: psycopg.Connection) -> FilingsOf:
    """The filings of a user as the dashboard shows them."""

    def rows(person: Person) -> list[tuple[object, ...]]:
        return dashboard.execute(
            """
            select period_start::text, period_end::text, status, total_sales, net_tax_liability::float, transaction_count
            from public.tax_filings where user_id = %s order by created_at
            """,
            (person.id,),
        ).fetchall()

    return rows
